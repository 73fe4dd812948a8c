"""Every name that is emitted, made once."""
