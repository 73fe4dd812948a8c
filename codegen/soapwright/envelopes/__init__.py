"""Envelopes: compared, read from files, made up, recorded."""
