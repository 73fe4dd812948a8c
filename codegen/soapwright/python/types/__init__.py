"""The model's types as Python types."""
