"""The exceptions of a package."""
