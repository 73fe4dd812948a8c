"""The gateway's values: accounts, messages, callbacks, settings."""
