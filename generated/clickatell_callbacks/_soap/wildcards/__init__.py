"""Wildcards and anyType."""
