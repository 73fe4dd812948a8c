"""The modules of a package."""
