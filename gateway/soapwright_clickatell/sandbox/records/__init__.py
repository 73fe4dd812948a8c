"""What the gateway deals in, as values: accounts, messages, callbacks, settings."""
