"""What the package raises."""
