"""What never shows: in logs, in errors, in repr."""
