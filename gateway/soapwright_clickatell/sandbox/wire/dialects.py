"""The four services that the vendor offered, and which generated package speaks which.

The WSDL of `rpc_encoded/webservice` was not found. It is the later of the two rpc/encoded
services, and what came later calls its callback part `msg_callback`: so does `clickatell_vs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import ModuleType
from typing import Any, Final, Protocol

from lxml import etree

from ...services import clickatell, clickatell_document_literal, clickatell_vs

_ADDRESS: Final = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
_IMPORT: Final = "{http://www.w3.org/2001/XMLSchema}import"
SCHEMAS: Final = {
    "http://schemas.xmlsoap.org/soap/encoding/": "soap-encoding.xsd",
    "http://schemas.xmlsoap.org/wsdl/": "wsdl.xsd",
}
"""The schemas that the WSDLs import without a location, which tools would download."""


class Operation(Protocol):
    """The used part of a generated package's operation; each package has a class of its own."""

    @property
    def name(self) -> str: ...

    @property
    def envelope(self) -> Any: ...  # Any: as each package has it; `wire` is used of it

    @property
    def request_type(self) -> type[Any] | None: ...  # Any: one class for each operation

    @property
    def response_type(self) -> type[Any] | None: ...  # Any: as of the request

    def encode_request(self, value: Any) -> bytes: ...  # Any: as of the request

    def decode_request(self, envelope: bytes) -> Any: ...  # Any: as of the request

    def encode_response(self, value: Any) -> bytes: ...  # Any: as of the request

    def encode_fault(self, fault: Any) -> bytes: ...  # Any: the package's own SoapFault


@dataclass(frozen=True)
class Dialect:
    """One of the vendor's services, in the words of its generated package."""

    path: str
    """Where the vendor has it."""
    package: ModuleType
    port: str
    """Its key in the package's `PORTS`."""
    rpc: bool
    """Whether it is rpc/encoded; else it is document/literal."""

    @property
    def operations(self) -> Mapping[str, Operation]:
        """The operations, by the WSDL's names."""
        found: Mapping[str, Operation] = self.package.PORTS[self.port].operations
        return found

    @property
    def content_type(self) -> str:
        """The media type of its envelopes, and their character set."""
        operation = next(iter(self.operations.values()))
        return f"text/xml; charset={operation.envelope.wire.charset}"

    @property
    def decode_error(self) -> type[Exception]:
        """The exception that the package raises where an envelope violates its schema."""
        found: type[Exception] = self.package.errors.DecodeError
        return found

    def fault(self, code: str, reason: str) -> bytes:
        """The envelope of a fault; `code` is one of SOAP 1.1's."""
        operation = next(iter(self.operations.values()))
        return operation.encode_fault(self.package.SoapFault(reason, code=code))

    def wsdl(self, address: str, schemas: str) -> bytes:
        """The service's WSDL.

        Args:
            address: the service's, which is put in.
            schemas: where `SCHEMAS` are, to which their imports are led.
        """
        folder = files(self.package).joinpath("_spec")
        (spec,) = [file for file in folder.iterdir() if file.name.endswith(".wsdl")]
        tree = etree.fromstring(spec.read_bytes())
        for element in tree.iter(_ADDRESS):
            element.set("location", address)
        for element in tree.iter(_IMPORT):
            name = SCHEMAS.get(element.get("namespace", ""))
            if name is not None and element.get("schemaLocation") is None:
                element.set("schemaLocation", schemas + name)
        written: bytes = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
        return written


def schema(name: str) -> bytes | None:
    """One of `SCHEMAS` by its file's name."""
    if name not in SCHEMAS.values():
        return None
    return (
        files("soapwright_clickatell.sandbox.wire")
        .joinpath("schemas", name)
        .read_bytes()
    )


DIALECTS: Final = (
    Dialect("/soap/webservice.php", clickatell, "PushServerWSPort", rpc=True),
    Dialect("/soap/webservice_vs.php", clickatell_vs, "PushServerWSPort", rpc=True),
    Dialect(
        "/soap/rpc_encoded/webservice", clickatell_vs, "PushServerWSPort", rpc=True
    ),
    Dialect(
        "/soap/document_literal/webservice",
        clickatell_document_literal,
        "ClickatellSms",
        rpc=False,
    ),
)
