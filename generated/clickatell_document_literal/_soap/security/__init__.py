"""WS-Security."""
