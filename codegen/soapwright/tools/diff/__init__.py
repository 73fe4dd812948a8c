"""Compares two specs, for callers, for replies, and in Python: by their models, never their text."""
