"""The namespaces that the front end knows by name."""

from __future__ import annotations

from soapwright.model.namespaces import XSD, XSI

WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/"
WSDL_SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
WSDL_HTTP = "http://schemas.xmlsoap.org/wsdl/http/"
WSDL_MIME = "http://schemas.xmlsoap.org/wsdl/mime/"
WIRE = "urn:soapwright:wire"

# Where an Action attribute or UsingAddressing may be from, the newest first.
ADDRESSING = (
    "http://www.w3.org/2007/05/addressing/metadata",
    "http://www.w3.org/2007/02/addressing/metadata",
    "http://www.w3.org/2006/05/addressing/wsdl",
    "http://www.w3.org/2006/02/addressing/wsdl",
    "http://www.w3.org/2005/08/addressing/wsdl",
    "http://www.w3.org/2005/08/addressing",
    "http://www.w3.org/2005/02/addressing/wsdl",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/policy",
)

# The extensions of WSDLs that are understood.
KNOWN_EXTENSIONS = frozenset(
    {WSDL, WSDL_SOAP11, WSDL_SOAP12, WSDL_HTTP, WSDL_MIME, WIRE, *ADDRESSING}
)

# The working drafts of XML Schema, and the instance namespace of each.
XSD_DRAFTS = frozenset(
    {"http://www.w3.org/1999/XMLSchema", "http://www.w3.org/2000/10/XMLSchema"}
)

# Roots of WSDL 2.0 and of the drafts before it, which describe services differently.
WSDL2 = frozenset(
    {
        "http://www.w3.org/ns/wsdl",
        "http://www.w3.org/2006/01/wsdl",
        "http://www.w3.org/2005/08/wsdl",
        "http://www.w3.org/2004/08/wsdl",
        "http://www.w3.org/2003/11/wsdl",
        "http://www.w3.org/2002/07/wsdl",
    }
)

# Roots of the files in which .NET lists a server's WSDLs.
DISCOVERY = frozenset(
    {
        "http://schemas.xmlsoap.org/disco/",
        "http://schemas.xmlsoap.org/disco/2000/03/",
        "urn:schemas-dynamicdiscovery:disco.2000-03-17",
    }
)

# Every schema has these; an import of them asks for nothing, whatever its location.
BUILT_IN = frozenset({XSD, XSI, *XSD_DRAFTS})

# Schemas import these for `wsdl:arrayType` and the like, which is no component of them.
NEVER_NEEDED = frozenset({WSDL, WSDL_SOAP11, WSDL_SOAP12})
