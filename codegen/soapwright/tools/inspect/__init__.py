"""Describes a WSDL as its users will see it in Python, with remarks about its peculiarities."""
