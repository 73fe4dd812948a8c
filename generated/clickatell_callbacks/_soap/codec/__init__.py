"""What the emitted readers and writers call."""
