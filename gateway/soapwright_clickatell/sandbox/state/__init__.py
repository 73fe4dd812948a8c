"""The gateway's state in SQLite, and its clock."""
