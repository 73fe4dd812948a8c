"""soapwright: typed Python packages from SOAP WSDLs."""

__version__ = "0.2.0"
