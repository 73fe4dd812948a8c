"""Envelopes, faults, operations."""
