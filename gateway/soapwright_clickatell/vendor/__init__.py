"""What the vendor's documents say that no WSDL does: replies, codes, flags, alphabets, headers."""
