"""Callbacks to the customer, in the forms that the vendor documents.

Statuses of sent messages and incoming messages go to a URL as parameters of a GET or a POST. In
the XML and SOAP forms there is a single parameter, `data`, which holds a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final, Literal
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from ...services.clickatell_callbacks import PORTS
from ...services.clickatell_callbacks import types as t
from ..records.callbacks import Destination, IncomingMessage, StatusReport

_OPERATIONS: Final = PORTS["ClickatellCallbacksPort"].operations
_INCOMING_ZONE: Final = timezone(timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A callback as an HTTP request."""

    verb: Literal["GET", "POST"]
    url: str
    body: bytes | None


def report_of(
    kind: str, fields: Mapping[str, Any]
) -> StatusReport | IncomingMessage:  # Any: of JSON
    """A report of the fields that are kept of it.

    Args:
        kind: `status` or `incoming`.
        fields: by name.
    """
    if kind == "incoming":
        return IncomingMessage(**fields)
    charged: dict[str, Any] = {**fields, "charge": Decimal(fields["charge"])}
    return StatusReport(**charged)


def delivery(
    report: StatusReport | IncomingMessage, destination: Destination
) -> Delivery:
    """A report as the request that carries it."""
    form, _, verb = destination.method.partition("-")
    if form == "http":
        fields = _fields(report)
    else:
        fields = {"data": _soap(report) if form == "soap" else _xml(report)}
    # What a document's character set lacks is a reference in it already.
    charset = "ISO-8859-1"
    if form == "http" and isinstance(report, IncomingMessage):
        charset = report.charset
    encoded = urlencode(fields, encoding=charset, errors="replace")
    if verb == "post":
        return Delivery("POST", destination.url, encoded.encode("ascii"))
    url = destination.url.partition("#")[0]
    mark = "&" if "?" in url else "?"
    return Delivery("GET", f"{url}{mark}{encoded}", None)


def _fields(report: StatusReport | IncomingMessage) -> dict[str, str]:
    """A report by the names of the HTTP form, in the documented order."""
    if isinstance(report, IncomingMessage):
        return {
            "api_id": str(report.api_id),
            "from": report.sender,
            "to": report.to,
            "timestamp": _local_time(report.timestamp),
            "text": report.text,
            "charset": report.charset,
            "udh": report.udh,
            "moMsgId": report.message_id,
        }
    return {
        "api_id": str(report.api_id),
        "apiMsgId": report.message_id,
        "cliMsgId": report.client_id,
        "timestamp": str(report.timestamp),
        "to": report.to,
        "from": report.sender,
        "status": f"{report.status:03d}",
        "charge": f"{report.charge:.6f}",
    }


_CALLBACK: Final = "apiMsgId cliMsgId timestamp to from charge status".split()
_CLICKMO: Final = "api_id moMsgId from to timestamp text charset udh".split()


def _xml(report: StatusReport | IncomingMessage) -> str:
    fields = _fields(report)
    incoming = isinstance(report, IncomingMessage)
    root, names = ("clickmo", _CLICKMO) if incoming else ("callback", _CALLBACK)
    return _document(root, names, fields)


def _document(root: str, names: Iterable[str], fields: Mapping[str, str]) -> str:
    lines = [f"<{name}>{_content(fields[name])}</{name}>" for name in names]
    return "\n".join(['<?xml version="1.0"?>', f"<{root}>", *lines, f"</{root}>", ""])


def _content(text: str) -> str:
    """Text of an element; what is beyond ASCII is a reference, for no charset is declared."""
    return escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _soap(report: StatusReport | IncomingMessage) -> str:
    if isinstance(report, IncomingMessage):
        envelope = _OPERATIONS["mo_callback"].encode_request(
            t.MoCallbackRequest(
                api_id=report.api_id,
                from_=report.sender,
                to=report.to,
                timestamp=_local_time(report.timestamp),
                charset=report.charset,
                udh=report.udh,
                text=report.text,
                momsgid=report.message_id,
            )
        )
    else:
        envelope = _OPERATIONS["mt_callback"].encode_request(
            t.MtCallbackRequest(
                api_id=report.api_id,
                apimsgid=report.message_id,
                climsgid=report.client_id,
                to=report.to,
                from_=report.sender,
                timestamp=report.timestamp,
                status=report.status,
                charge=float(report.charge),
            )
        )
        envelope = _as_printed(envelope, report)
    return envelope.decode("iso-8859-1")


def _as_printed(envelope: bytes, report: StatusReport) -> bytes:
    """Status and charge with the zeros that the vendor prints: `003`, `0.300000`."""
    start, _, rest = envelope.rpartition(b"<status")
    status, _, charge = rest.partition(b"<charge")
    return b"".join(
        (
            *(start, b"<status", _replaced(status, f"{report.status:03d}")),
            *(b"<charge", _replaced(charge, f"{report.charge:.6f}")),
        )
    )


def _replaced(element: bytes, text: str) -> bytes:
    """The rest of an element after its name, with its text replaced."""
    attributes, _, rest = element.partition(b">")
    return attributes + b">" + text.encode("ascii") + rest[rest.index(b"<") :]


def _local_time(timestamp: float) -> str:
    """As the vendor prints it, in GMT+2."""
    return datetime.fromtimestamp(timestamp, _INCOMING_ZONE).strftime(
        "%Y-%m-%d %H:%M:%S"
    )
