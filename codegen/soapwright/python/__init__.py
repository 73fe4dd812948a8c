"""The back end, the only code that depends on Python: the model in, the package's files out."""
