"""What a changed spec changes, for callers, for replies, and in Python: models compared, never text."""
