"""`soapwright init`: from a WSDL to a package, a first test and a first call."""
