"""The inputs of the benchmarks: WSDLs, some of them generated here, and the peers' clients."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

from .measure import ROOT, Unavailable

CLICKATELL = ROOT / "spec" / "clickatell" / "clickatell.wsdl"
DOCUMENTED = (
    ROOT / "spec" / "clickatell" / "samples" / "01-rpc-sendmsg-request.seed.xml"
)
ROWS = Path(__file__).parent / "inputs" / "rows.wsdl"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_ENCODING_FILE = (
    ROOT / "codegen" / "soapwright" / "wsdl" / "standard" / "soap11-encoding.xsd"
)

REPLY = (
    b'<?xml version="1.0" encoding="ISO-8859-1"?><SOAP-ENV:Envelope'
    b' SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
    b' xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"'
    b' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    b' xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"'
    b' xmlns:tns="soap.clickatell.com"><SOAP-ENV:Body><tns:sendmsgResponse>'
    b'<return xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="xsd:string[2]">'
    b'<item xsi:type="xsd:string">ID: 2e838df2ee3ea418272ae05aaf84ce5d To: 2799912345</item>'
    b'<item xsi:type="xsd:string">ID: 65d9a0b1c0f1e2d3c4b5a69788796a5b To: 27999123134</item>'
    b"</return></tns:sendmsgResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>"
)
"""A reply to the documented request: an id for each of its two recipients."""
RECEIPTS = [
    "ID: 2e838df2ee3ea418272ae05aaf84ce5d To: 2799912345",
    "ID: 65d9a0b1c0f1e2d3c4b5a69788796a5b To: 27999123134",
]


def package(wsdl: Path, name: str, scratch: Path) -> Path:
    """A freshly generated package; the folder that it can be imported from."""
    folder = scratch / "packages"
    made = generate(wsdl, Options(name))
    write_package(folder / name, made.files)
    return folder


def zeep_client(
    wsdl: Path, asynchronous: bool = False
) -> Any:  # Any: zeep has no types
    """zeep's client for a WSDL; SOAP's encoding, which it would fetch, is given from disk.

    Raises:
        Unavailable: zeep is not installed, or httpx, which its asynchronous client needs.
    """
    try:
        zeep: Any = importlib.import_module("zeep")
        transports: Any = importlib.import_module("zeep.transports")
        if asynchronous:
            importlib.import_module("httpx")  # zeep's asynchronous client requires it
    except ImportError as error:
        raise Unavailable(f"zeep: {error}") from error

    def load(self: Any, url: str) -> Any:
        if url == _ENCODING:
            return _ENCODING_FILE.read_bytes()
        return super(type(self), self).load(url)

    kind = transports.AsyncTransport if asynchronous else transports.Transport
    transport = type("Offline", (kind,), {"load": load})()
    if asynchronous:
        return zeep.AsyncClient(str(wsdl), transport=transport)
    return zeep.Client(str(wsdl), transport=transport)


def suds_client(wsdl: Path) -> Any:  # Any: suds has no types
    """suds' client for a WSDL, which does not send; SOAP's encoding as for zeep.

    Raises:
        Unavailable: suds is not installed.
    """
    try:
        client: Any = importlib.import_module("suds.client")
        stores: Any = importlib.import_module("suds.store")
        basic: Any = importlib.import_module("suds.xsd.sxbasic")
    except ImportError as error:
        raise Unavailable(f"suds-community: {error}") from error
    store = stores.DocumentStore()
    store.update({_ENCODING: _ENCODING_FILE.read_bytes()})
    basic.Import.bind(_ENCODING)
    return client.Client(wsdl.as_uri(), documentStore=store, cache=None, nosend=True)
