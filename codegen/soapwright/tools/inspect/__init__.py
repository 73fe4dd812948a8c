"""What is in a WSDL, as its users will see it in Python, and what is remarkable about it."""
