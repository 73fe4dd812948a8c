"""The vendor's rules that no WSDL has: replies, codes, flags, alphabets, headers."""
