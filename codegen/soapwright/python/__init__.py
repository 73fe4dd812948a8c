"""The back end: the only code that knows Python. The model in, the package's files out."""
