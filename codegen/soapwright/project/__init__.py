"""A user's project: its configuration, its files, what is fetched for it."""
