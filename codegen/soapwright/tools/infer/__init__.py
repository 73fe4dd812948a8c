"""A WSDL drawn from documented envelopes, where a vendor gives none."""
