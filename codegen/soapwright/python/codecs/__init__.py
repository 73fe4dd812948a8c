"""The functions that read and write the types."""
