"""A message from a file, as it was saved: an envelope, or an HTTP or MIME message with its headers.

| finding | |
|---|---|
| `read` | error: the file cannot be read |
| `message` | error: it is no message, its body is packed or split in an unknown way, or its envelope is no XML |
"""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import Message as MimeHeaders
from email.parser import BytesHeaderParser
from typing import Final

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.runtime.errors.errors import SoapError
from soapwright.runtime.http.binding import readable, received
from soapwright.runtime.http.bodies import TooLarge, UnknownCoding, unpacked
from soapwright.runtime.http.message import Message
from soapwright.runtime.http.multipart import beside
from soapwright.runtime.xml.parsing import LIMITS

_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_FIRST: Final = re.compile(
    rb"(?:[A-Z]{3,10} \S+ )?HTTP/\d(?:\.\d)?(?: \d{3}[^\n]*)?\r?\n"
)
_HEADER: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]")
_BOUNDARY: Final = re.compile(rb"--([^\r\n]{1,70}?)[ \t]*\r?\n")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n")
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


class Unusable(Exception):
    """The bytes are no message; the text has the reason."""


def read_message(data: bytes, name: str, findings: Findings) -> Message | None:
    """The message in a file, with the values that XOP moved into parts back in its envelope.

    Args:
        data: the file's content.
        name: of the file, as the user knows it.
        findings: get the reason where there is none.
    """
    try:
        headers, body = _split(data)
        coding = headers.get("content-encoding", "")
        body = unpacked(body, coding, LIMITS.envelope, LIMITS)
        came = received(body, headers, url="", limits=LIMITS)
        return replace(readable(came, LIMITS), attachments=beside(came))
    except Unusable as error:
        reason = str(error)
    except UnknownCoding:
        reason = "the body's Content-Encoding is not known"
    except TooLarge:
        reason = f"it is longer than {LIMITS.envelope:,} bytes"
    except (SoapError, ValueError) as error:
        reason = str(error)
    findings.error(
        *(Code.MESSAGE, reason, Location(name)),
        hint="an envelope is wanted, or an HTTP or MIME message as it was sent",
    )
    return None


def _split(data: bytes) -> tuple[dict[str, str], bytes]:
    """HTTP's headers, by names in lower case, and the body.

    Raises:
        Unusable: it is neither XML nor a message with headers.
    """
    if not data.strip():
        raise Unusable("there is nothing in it")
    if data.startswith(_MARKS) or data.lstrip().startswith(b"<"):
        return {"content-type": "text/xml"}, (
            data if data[:1] != b"\n" else data.lstrip()
        )
    data = data.lstrip(b"\r\n")
    if boundary := _BOUNDARY.match(data):
        named = boundary[1].decode("latin-1").replace('"', "")
        return {"content-type": f'multipart/related; boundary="{named}"'}, data
    if first := _FIRST.match(data):
        data = data[first.end() :]
    elif not _HEADER.match(data):
        raise Unusable("it is no XML, and has no headers of HTTP or MIME")
    blank = _BLANK.search(data)
    if blank is None:
        raise Unusable("its headers have no end")
    head = BytesHeaderParser().parsebytes(data[: blank.end()])
    return _headers(head), _body(data[blank.end() :], head)


def _headers(head: MimeHeaders) -> dict[str, str]:
    return {name.lower(): " ".join(str(value).split()) for name, value in head.items()}


def _body(rest: bytes, head: MimeHeaders) -> bytes:
    """The body of an HTTP message: what its length or its chunks say, or all that follows."""
    if "chunked" in str(head.get("transfer-encoding", "")).lower():
        return _joined(rest)
    length = str(head.get("content-length", "")).strip()
    if not length.isdecimal() or len(length) > 12:
        return rest
    if len(rest) < int(length):
        raise Unusable(f"its body has {len(rest):,} of {int(length):,} bytes")
    return rest[: int(length)]


def _joined(rest: bytes) -> bytes:
    """The chunks of a body (RFC 9112, section 7.1), or the body as it is: many tools save it joined."""
    pieces: list[bytes] = []
    at = 0
    while chunk := _CHUNK.match(rest, at):
        size = int(chunk[1], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(rest[chunk.end() : chunk.end() + size])
        at = chunk.end() + size
        at += len(rest[at : at + 2]) - len(rest[at : at + 2].lstrip(b"\r\n"))
    if pieces:
        raise Unusable("its chunks have no end")
    return rest
