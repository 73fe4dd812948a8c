"""Secrets, which are never shown: not in logs, errors, representations."""
