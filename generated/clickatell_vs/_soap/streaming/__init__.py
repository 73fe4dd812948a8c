"""Replies, item by item."""
