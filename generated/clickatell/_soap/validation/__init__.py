"""Facets, checked when asked."""
