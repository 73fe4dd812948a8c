"""What reads and writes the types."""
