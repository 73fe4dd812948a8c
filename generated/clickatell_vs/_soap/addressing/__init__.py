"""WS-Addressing."""
