"""Values as JSON."""
