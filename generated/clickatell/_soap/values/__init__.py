"""Values, and their texts."""
