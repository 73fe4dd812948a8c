"""What the gateway remembers, in SQLite, and its clock."""
