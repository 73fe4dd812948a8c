"""Attachments that are encrypted: SOAP Messages with Attachments Profile 1.1, section 5.5.

The ciphertext is in the attachment's place; an EncryptedData in the Security block refers to it. Contents are encrypted
alone, or with the MIME headers that the profile lists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..errors.errors import SecurityError
from ..http.message import Attachment
from ..http.parts import CODING
from ..values.strings import attribute_text
from .attached import CIPHERTEXT, HEADERS, attachment_of, uri_of
from .ciphers import DATA, encrypted, undecryptable
from .names import ENCRYPTION, SIGNATURE, ds, xenc
from .parts import only
from .references import new_id

_SWA: Final = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#"
_CONTENT: Final = f"{_SWA}Attachment-Content-Only"
_COMPLETE: Final = f"{_SWA}Attachment-Complete"
TYPES: Final = (_CONTENT, _COMPLETE)
"""The types of what an EncryptedData was that refers to an attachment."""
_CODING: Final = CODING.lower()
_LISTED: Final = tuple(name.lower() for name in HEADERS)
_OCTETS: Final = "application/octet-stream"
_END: Final = b"\r\n\r\n"
_HEADERS_LONG: Final = 64 * 1024
_HEADER: Final = re.compile(r"([A-Za-z-]+):[ \t]*([^\r\n]*)")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An attachment that is encrypted."""

    attachment: Attachment
    id: str
    """That of its EncryptedData."""
    xml: str
    """Its EncryptedData."""


def sealed(
    attachment: Attachment,
    algorithm: str,
    key: bytes,
    reference: str,
    *,
    complete: bool,
) -> Sealed:
    """An attachment, encrypted.

    Args:
        algorithm: by its name.
        key: for it.
        reference: to the key, a SecurityTokenReference.
        complete: whether with its MIME headers.

    Raises:
        SecurityError: it has no Content-ID, or cannot be read.
    """
    uri, name = uri_of(attachment), new_id("ED")
    try:
        plain = attachment.content
    except (OSError, ValueError) as error:
        raise SecurityError("an attachment cannot be read") from error
    headers = {n: v for n, v in attachment.headers.items() if n.lower() != _CODING}
    kind = f'Type="{_CONTENT}" MimeType="{attribute_text(attachment.content_type)}"'
    if complete:
        kind = f'Type="{_COMPLETE}"'
        plain = _head(attachment) + plain
        headers = {n: v for n, v in headers.items() if n.lower() not in _LISTED}
    octets = encrypted(algorithm, key, plain)
    xml = (
        f'<xenc:EncryptedData xmlns:xenc="{ENCRYPTION}" xmlns:ds="{SIGNATURE}"'
        f' Id="{name}" {kind}><xenc:EncryptionMethod Algorithm="{DATA[algorithm][0]}"/>'
        f"<ds:KeyInfo>{reference}</ds:KeyInfo><xenc:CipherData><xenc:CipherReference"
        f' URI="{attribute_text(uri)}"><xenc:Transforms><ds:Transform'
        f' Algorithm="{CIPHERTEXT}"/></xenc:Transforms></xenc:CipherReference>'
        "</xenc:CipherData></xenc:EncryptedData>"
    )
    made = Attachment(octets, _OCTETS, attachment.content_id, headers)
    return Sealed(made, name, xml)


def _head(attachment: Attachment) -> bytes:
    """The MIME headers that are encrypted with the content, and the line after them."""
    found: dict[str, str] = {}
    for name in HEADERS:
        value = attachment.headers.get(name, "")
        if name == "Content-ID":
            value = f"<{attachment.content_id}>"
        elif name == "Content-Type":
            value = attachment.content_type
        if value:
            found[name] = value
    lines = [f"{name}:{value}\r\n" for name, value in found.items()]
    return "".join([*lines, "\r\n"]).encode("utf-8")


# --------------------------------------------------------------------------- what comes


def referred_to(e: Any, attachments: Sequence[Attachment]) -> Attachment:
    """The attachment that has the ciphertext of an EncryptedData.

    Args:
        e: the EncryptedData, an lxml element.
        attachments: of the message.

    Raises:
        SecurityError: it is not there, not whole, or refers to something else.
    """
    data = only(e, xenc("CipherData"))
    reference = only(data, xenc("CipherReference"))
    transform = only(only(reference, xenc("Transforms")), ds("Transform"))
    if len(data) != 1 or transform.get("Algorithm") != CIPHERTEXT or len(transform):
        raise undecryptable()
    found = attachment_of(reference.get("URI") or "", attachments)
    if found is None or CODING in found.headers:
        raise undecryptable()
    return found


def is_complete(e: Any) -> bool:  # Any: lxml ships no types
    """Whether an EncryptedData is of an attachment with its MIME headers."""
    return bool(e.get("Type") == _COMPLETE)


def octets_of(attachment: Attachment, at_most: int) -> bytes:
    """The ciphertext, which is held in memory.

    Raises:
        SecurityError: it is longer than that, or cannot be read.
    """
    try:
        size = attachment.size
        if size is None or size > at_most:
            raise undecryptable()
        return attachment.content
    except (OSError, ValueError):
        raise undecryptable() from None


def unsealed(e: Any, attachment: Attachment, plain: bytes) -> Attachment:
    """An attachment as it was.

    Args:
        e: its EncryptedData, an lxml element.
        attachment: as it came.
        plain: what its content decrypts to.

    Raises:
        SecurityError: the headers in it cannot be read, or are of another attachment.
    """
    name = attachment.content_id
    if not is_complete(e):
        kind = e.get("MimeType") or attachment.content_type
        return Attachment(plain, kind, name, attachment.headers)
    head, content = _parted(plain)
    given = _headers_in(head)
    if given.pop("content-id", f"<{name}>").strip("<>") != name:
        raise undecryptable()
    kind = given.pop("content-type", _OCTETS)
    others = {n: v for n, v in attachment.headers.items() if n.lower() not in _LISTED}
    written = {n: given[n.lower()] for n in HEADERS if n.lower() in given}
    return Attachment(content, kind, name, {**others, **written})


def _parted(plain: bytes) -> tuple[bytes, bytes]:
    """The headers, and the content after them."""
    if plain.startswith(b"\r\n"):
        return b"", plain[2:]
    end = plain.find(_END, 0, _HEADERS_LONG)
    if end < 0:
        raise undecryptable()
    return plain[:end], plain[end + len(_END) :]


def _headers_in(head: bytes) -> dict[str, str]:
    """Headers by their names in lower case; no others than are encrypted, each once."""
    found: dict[str, str] = {}
    try:
        text = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8"))
    except UnicodeDecodeError:
        raise undecryptable() from None
    for line in text.split("\r\n") if text else []:
        header = _HEADER.fullmatch(line)
        name = "" if header is None else header[1].lower()
        if header is None or name not in _LISTED or name in found:
            raise undecryptable()
        found[name] = header[2].strip()
    return found
