"""Tools for a spec or an envelope, besides generating."""
