"""The octets of attachments that signatures are of: SOAP Messages with Attachments Profile 1.1, sections 5.2 to 5.4."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import SecurityError
from ..http.bodies import media_type
from ..http.message import Attachment
from .algorithms import DIGESTS

_SWA: Final = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#"
CONTENT: Final = f"{_SWA}Attachment-Content-Signature-Transform"
COMPLETE: Final = f"{_SWA}Attachment-Complete-Signature-Transform"
CIPHERTEXT: Final = f"{_SWA}Attachment-Ciphertext-Transform"

_XML_TYPE: Final = re.compile(r"(text|application)/xml|(application|image)/.*\+xml")
_ENDS: Final = re.compile(rb"\r\n|\r|\n")
# Section 5.4.1.
HEADERS: Final = (
    *("Content-Description", "Content-Disposition", "Content-ID"),
    *("Content-Location", "Content-Type"),
)
"""The MIME headers that are signed, or encrypted, with a complete attachment, in their order."""
_LOWER: Final = frozenset(
    "charset creation-date filename modification-date padding read-date size type".split()
)
_PARAMETER: Final = re.compile(r';\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_DEFAULT_TYPE: Final = 'text/plain;charset="us-ascii"'


def uri_of(attachment: Attachment) -> str:
    """The URI that a signature, or an EncryptedData, refers to an attachment by.

    Raises:
        SecurityError: it has no Content-ID.
    """
    if not attachment.content_id:
        raise SecurityError("an attachment that is protected has a content_id")
    return f"cid:{quote(attachment.content_id, safe='@:!$&+,;=~')}"


def attachment_of(uri: str, attachments: Sequence[Attachment]) -> Attachment | None:
    """The attachment that a URI is of, `None` where there is none."""
    scheme, _, name = uri.partition(":")
    if scheme.lower() != "cid" or not name:  # several may have no id
        return None
    ids = (unquote(name), name)
    return next((one for one in attachments if one.content_id in ids), None)


def digest_of(attachment: Attachment, algorithm: str, *, complete: bool) -> bytes:
    """The digest of an attachment, in its canonical form.

    Args:
        algorithm: by its name.
        complete: whether its MIME headers are signed too.

    Raises:
        SecurityError: its content is declared as XML, and is none.
        OSError: it cannot be read.
        ValueError: it can be read once only, and was.
    """
    weak = algorithm == "sha1"
    digest = hashlib.new(DIGESTS[algorithm][1], usedforsecurity=not weak)
    if complete:
        digest.update(_headers(attachment))
    for piece in _content(attachment):
        digest.update(piece)
    return digest.digest()


def _content(attachment: Attachment) -> Iterator[bytes]:
    """The content in its canonical form (section 5.4.2)."""
    kind = media_type(attachment.content_type)
    if _XML_TYPE.fullmatch(kind):
        yield _canonical(attachment.content)
    elif kind.startswith("text/"):
        yield _ENDS.sub(b"\r\n", attachment.content)
    else:
        yield from attachment.chunks()


def _canonical(document: bytes) -> bytes:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        tree: Any = etree.fromstring(document, parser).getroottree()
        if tree.docinfo.internalDTD is not None:
            raise SecurityError("an attachment of XML has a DTD")
        found: bytes = etree.tostring(
            tree, method="c14n", exclusive=True, with_comments=False
        )
    except (etree.XMLSyntaxError, etree.C14NError):
        raise SecurityError("an attachment that is declared as XML is none") from None
    return found


def _headers(attachment: Attachment) -> bytes:
    """The MIME headers in their canonical form."""
    found = {name: attachment.headers.get(name, "") for name in HEADERS}
    found["Content-ID"] = f"<{attachment.content_id}>"
    found["Content-Type"] = attachment.content_type or _DEFAULT_TYPE
    lines = []
    for name in HEADERS:
        value = found[name].strip()
        if name in ("Content-Disposition", "Content-Type"):
            value = _with_parameters(value)
        if value:
            lines.append(f"{name}:{value}\r\n")
    return "".join(lines).encode("utf-8")


def _with_parameters(value: str) -> str:
    """A value in lower case, with its parameters quoted and sorted by their names."""
    main = value.partition(";")[0]
    parameters: list[str] = []
    for name, given in _PARAMETER.findall(value[len(main) :]):
        name, given = name.lower(), given.strip().strip('"')
        given = given.lower() if name in _LOWER else given
        parameters.append(f';{name}="{given}"')
    return main.strip().lower() + "".join(sorted(parameters))
