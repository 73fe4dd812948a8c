"""WS-Policy in a WSDL: policies in normal form, and to which parts of it they are attached."""
