"""XML, parsed within limits."""
