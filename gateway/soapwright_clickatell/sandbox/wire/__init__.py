"""The engine behind the vendor's four SOAP services, and the forms of its callbacks."""
