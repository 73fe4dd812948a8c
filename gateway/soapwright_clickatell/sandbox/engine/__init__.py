"""What the gateway does, in plain Python."""
