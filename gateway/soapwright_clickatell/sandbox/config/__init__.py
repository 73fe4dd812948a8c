"""Settings, read from a TOML file."""
