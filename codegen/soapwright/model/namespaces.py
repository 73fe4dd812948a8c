"""The namespaces of the standards that every stage knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from soapwright.model.api import SoapVersion

XML: Final = "http://www.w3.org/XML/1998/namespace"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

ENVELOPES: Final[Mapping[SoapVersion, str]] = {
    SoapVersion.V11: "http://schemas.xmlsoap.org/soap/envelope/",
    SoapVersion.V12: "http://www.w3.org/2003/05/soap-envelope",
}
ENCODINGS: Final[Mapping[SoapVersion, str]] = {
    SoapVersion.V11: "http://schemas.xmlsoap.org/soap/encoding/",
    SoapVersion.V12: "http://www.w3.org/2003/05/soap-encoding",
}
