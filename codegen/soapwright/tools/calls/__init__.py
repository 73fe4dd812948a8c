"""Calls without code: operations found by name, requests made of texts, replies shown."""
