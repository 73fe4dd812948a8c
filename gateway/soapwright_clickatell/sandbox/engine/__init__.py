"""The gateway's behaviour, in plain Python."""
