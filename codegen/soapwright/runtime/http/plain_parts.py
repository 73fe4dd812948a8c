"""Messages of an HTTP binding in several MIME parts (WSDL 1.1, section 5).

They are `multipart/form-data` (RFC 7578), whose parts have names, or `multipart/related` (RFC 2387), whose
Content-IDs begin with the parts' names (WS-I Attachments Profile 1.0, section 3.8).
"""

from __future__ import annotations

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import quote, unquote

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError, TransportError
from ..xml.element import Element
from ..xml.parsing import Limits, parse
from .bodies import charset_of, media_type
from .message import Attachment, check_header
from .parts import CODING, PartsReader
from .plain import NIL, xml_of

__all__ = ["HttpPart", "HttpParts"]

Subtype: TypeAlias = Literal["form-data", "related"]
_DISPOSITION: Final = "content-disposition"
_DISPOSITION_AT_MOST: Final = 2**12
"""Characters of a Content-Disposition that are looked at."""
_PARAMETER: Final = re.compile(r';\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))')


class HttpPart(NamedTuple):
    """A part of a message: its name, the field that has its value, and its element's tag in Clark's notation."""

    name: str
    field: str
    tag: str
    content: Literal["xml", "text", "bytes"]
    media_type: str


class HttpParts:
    """Writes and reads the messages of one direction of an operation.

    Args:
        subtype: of `multipart`.
        parts: in the message's order.
    """

    __slots__ = ("_parts", "_subtype")

    def __init__(self, subtype: Subtype, *parts: HttpPart) -> None:
        self._subtype = subtype
        self._parts = parts

    @property
    def media_type(self) -> str:
        """The type of the whole."""
        return f"multipart/{self._subtype}"

    # ------------------------------------------------------------------------------- writing

    def written(self, call: Element, value: object) -> tuple[str, bytes]:
        """The Content-Type and the body of a message.

        Args:
            call: the element with one for each part.
            value: the message: an attachment in it has a type and a file's name of its own.

        Raises:
            ValueError: an attachment has a header that cannot be written.
        """
        unique = os.urandom(16).hex()
        boundary, between = f"soapwright-{unique}", b""
        pieces: list[bytes] = []
        root = ""
        for part, element in self._elements(call):
            content, headers = self._part(part, element, value, unique)
            root = root or media_type(headers["Content-Type"])
            for name, text in headers.items():
                check_header(name, text)
            lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
            pieces += [between, f"--{boundary}\r\n{lines}\r\n".encode(), content]
            between = b"\r\n"
        pieces += [between, f"--{boundary}--\r\n".encode()]
        kind = f"{self.media_type}; boundary={boundary}"
        if self._subtype == "related" and root:
            kind += f'; type="{root}"'
        return kind, b"".join(pieces)

    def _elements(self, call: Element) -> Iterator[tuple[HttpPart, Element]]:
        """The parts that have a value, with their elements, which are in the same order."""
        waiting = list(self._parts)
        for element in call[:]:
            part = next((one for one in waiting if one.tag == element.tag), None)
            if part is None:  # a substitute of an element
                part = next(one for one in waiting if one.content == "xml")
            waiting.remove(part)
            if (element.get(NIL) or "") not in ("true", "1") or part.content == "xml":
                yield part, element

    def _part(
        self, part: HttpPart, element: Element, value: object, unique: str
    ) -> tuple[bytes, dict[str, str]]:
        """The content of a part and its headers."""
        kind, headers, content_id = part.media_type, {}, ""
        given = getattr(value, part.field, None) if part.content == "bytes" else None
        if isinstance(given, Attachment):
            content, kind = given.content, given.content_type or kind
            headers, content_id = dict(given.headers.items()), given.content_id
        elif part.content == "bytes":
            content = b64decode(element.text or "")
        elif part.content == "xml":
            content, kind = xml_of(element), f"{kind}; charset=utf-8"
        else:
            content = (element.text or "").encode("utf-8")
            kind = f"{kind}; charset=utf-8"
        own = {"Content-Type": kind}
        if self._subtype == "form-data":
            own["Content-Disposition"] = _disposition(part, headers)
        else:
            made = f"{quote(part.name, safe='')}={unique}@soapwright"
            own["Content-ID"] = f"<{content_id or made}>"
            own["Content-Transfer-Encoding"] = "binary"
        ours = {name.lower() for name in own}
        return content, own | {
            n: v for n, v in headers.items() if n.lower() not in ours
        }

    # ------------------------------------------------------------------------------- reading

    def split(
        self, body: bytes, content_type: str, limits: Limits
    ) -> tuple[Attachment, ...]:
        """The MIME parts of a body, in their order.

        Raises:
            DecodeError: it is not of this type, or is cut off.
        """
        if media_type(content_type) != self.media_type:
            raise DecodeError("", f"is no {self.media_type}")
        try:
            reader = PartsReader(content_type, len(body), limits=limits)
            reader.take(body)
            root, others = reader.close()
        except TransportError as error:
            raise DecodeError("", str(error)) from None
        return (root, *others)

    def known(self, parts: Sequence[Attachment]) -> int:
        """How many of some MIME parts are of this message."""
        names = {part.name for part in self._parts}
        return sum(self._name(part) in names for part in parts)

    def read(
        self,
        call: Any,  # Any: lxml's elements
        parts: Sequence[Attachment],
        limits: Limits,
    ) -> None:
        """Add the elements of MIME parts to a call.

        Those of `multipart/related` without a name are taken in their order. Those of a form that the message has
        not are skipped, as unknown elements are.

        Raises:
            DecodeError: a part is there twice, or cannot be read.
        """
        by_name: dict[str, Attachment] = {}
        unnamed: list[Attachment] = []
        names = {part.name for part in self._parts}
        for one in parts:
            name = self._name(one)
            if name in by_name:
                raise DecodeError(name, "is there twice")
            if name in names:
                by_name[name] = one
            elif self._subtype == "related":
                unnamed.append(one)
        rest = iter(unnamed)
        for part in self._parts:
            came = by_name.get(part.name) or next(rest, None)
            if came is not None:
                call.append(_element(part, came, limits))

    def _name(self, part: Attachment) -> str:
        """The name of a part; "" where it has none."""
        if self._subtype == "related":
            name, equals, _ = part.content_id.partition("=")
            if equals:
                return unquote(name)
        return _parameters(part.headers.get(_DISPOSITION, "")).get("name", "")


def _disposition(part: HttpPart, headers: dict[str, str]) -> str:
    """The header of a part of a form: of a binary one with a file's name, by which forms know files."""
    lower = {name.lower(): value for name, value in headers.items()}
    text = f'form-data; name="{part.name}"'
    if part.content != "bytes":
        return text
    file = _parameters(lower.get(_DISPOSITION, "")).get("filename", part.name)
    escaped = file.replace("\\", "\\\\").replace('"', '\\"')
    return f'{text}; filename="{escaped}"'


def _parameters(disposition: str) -> dict[str, str]:
    """The parameters of a Content-Disposition, by their names in lower case; of two of one name the first."""
    found: dict[str, str] = {}
    for name, quoted, token in _PARAMETER.findall(disposition[:_DISPOSITION_AT_MOST]):
        found.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or token)
    return found


def _element(part: HttpPart, came: Attachment, limits: Limits) -> Any:
    """The element of a part that came. `Any`: lxml's.

    Raises:
        DecodeError: it cannot be read.
    """
    if CODING in came.headers:
        raise DecodeError(part.name, "is not encoded as its header says")
    charset = charset_of(came.content_type)
    if part.content == "xml":
        found: Any = parse(came.content, charset, limits)
        if not part.tag.startswith("{"):
            found.tag = part.tag
        return found
    made: Any = etree.Element(part.tag)
    try:
        if part.content == "bytes":
            made.text = b64encode(came.content).decode("ascii")
        else:
            made.text = came.content.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise DecodeError(part.name, f"is no text: {error}") from None
    except ValueError:
        reason = "has a character that XML does not allow"
        raise DecodeError(part.name, reason) from None
    return made
