"""The functions and tables that the emitted readers and writers use."""
