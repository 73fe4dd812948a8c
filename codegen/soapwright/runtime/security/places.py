"""Where ids and security tokens go in an envelope: found by parsing it, so that all its other bytes stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

from ..errors.errors import SecurityError
from ..soap.blocks import encoding_of
from ..soap.envelope import NAMES
from ..values.strings import attribute_text
from .tokens import BLOCK, UTILITY

_SOAP: Final = tuple(names.namespace for names in NAMES.values())
_ACTORS: Final = ("actor", "role")
_DEEPEST: Final = 3


@dataclass(slots=True)
class Part:
    """An element that may be signed or encrypted."""

    name: str
    """In Clark's notation."""
    written: str
    """Its name as it is written."""
    start: int
    """The byte where it begins."""
    at: int
    """The byte after its name, where an attribute may go."""
    id: str
    """Its `wsu:Id`, "" where it has none."""
    inside: int = 0
    """The byte after its start tag."""
    close: int = 0
    """The byte where its end tag begins; of an empty-element tag, the byte after it."""
    end: int = 0
    """The byte after it."""
    soap: str = ""
    """The attributes of SOAP that a header block has, as XML after a space."""
    declared: tuple[str, ...] = ()
    """The prefixes that it declares itself, "" for the default namespace."""
    scope: Mapping[str, str] = field(default_factory=dict)
    """The namespaces in scope around it, by their prefixes."""


@dataclass(slots=True)
class Block:
    """A Security block of the message."""

    inside: int = 0
    """The byte after its start tag."""
    end: int = 0
    """The byte where its end tag begins; of an empty-element tag, the byte after it."""
    parts: list[Part] = field(default_factory=list)
    """Its children."""


@dataclass(slots=True)
class Places:
    """The parts of an envelope."""

    encoding: str
    body: Part | None = None
    content: list[Part] = field(default_factory=list)
    """The children of the Body."""
    header: list[Part] = field(default_factory=list)
    """The header blocks, but the Security block."""
    block: Block | None = None
    """The Security block for the actor; `None` where there is none."""

    def edited(self, envelope: bytes, edits: Iterable[tuple[int, str]]) -> bytes:
        """The envelope with texts put in at bytes; of those at one byte the first comes first."""
        return self.replaced(envelope, [(at, at, text) for at, text in edits])

    def replaced(self, envelope: bytes, edits: Iterable[tuple[int, int, str]]) -> bytes:
        """The envelope with texts instead of its bytes from one to before another."""
        pieces, last = [], 0
        for start, end, text in sorted(edits, key=lambda edit: edit[0]):
            pieces += [envelope[last:start], self._encoded(text)]
            last = end
        return b"".join([*pieces, envelope[last:]])

    def _encoded(self, text: str) -> bytes:
        """A text in the envelope's encoding; what that lacks is written as references."""
        return text.encode(self.encoding, "xmlcharrefreplace")


def places_of(envelope: bytes, charset: str | None, actor: str) -> Places:
    """The parts of an envelope that we wrote.

    Args:
        envelope: well-formed.
        charset: its Content-Type's.
        actor: of the Security block.

    Raises:
        SecurityError: it is no SOAP envelope, or has something twice.
    """
    scan = _Scan(envelope, charset, actor)
    try:
        scan.run()
    except ExpatError as error:
        raise SecurityError(f"there is no envelope to sign: {error}") from None
    if scan.places.body is None:
        raise SecurityError("there is no envelope to sign: it has no Body")
    return scan.places


class _Scan:
    """The parsing of an envelope, down to the children of its Security block."""

    def __init__(self, envelope: bytes, charset: str | None, actor: str) -> None:
        self._envelope = envelope
        self._actor = actor
        encoding = encoding_of(envelope, charset)
        self.places = Places(encoding or "utf-8")
        # Any: its handlers are of many types.
        self._parser: Any = ParserCreate(encoding or None, " ")
        self._parser.namespace_prefixes = True
        self._parser.StartElementHandler = self._starts
        self._parser.EndElementHandler = self._ends
        self._parser.StartNamespaceDeclHandler = self._declares
        self._open: list[str] = []
        self._parts: dict[int, Part] = {}
        """Those that are open, by their depths."""
        self._entered: Part | None = None
        self._security: Part | None = None
        self._declared: dict[str, str] = {}
        """Of the element that is to begin."""
        self._scopes: list[dict[str, str]] = [{}]
        """The namespaces in scope within the elements that are open, down to the third."""

    def run(self) -> None:
        self._parser.Parse(self._envelope, True)

    def _declares(self, prefix: str | None, uri: str | None) -> None:
        if len(self._open) <= _DEEPEST:
            self._declared[prefix or ""] = uri or ""

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self._enter()
        depth = len(self._open)
        if depth > _DEEPEST or depth == _DEEPEST and not self._in_header():
            self._open.append("")  # deep in the Body nothing is looked at
            self._declared.clear()
            return
        declared, self._declared = self._declared, {}
        around = self._scopes[depth]
        self._scopes[depth + 1 :] = [{**around, **declared}]
        clark, written = _names(name)
        self._open.append(clark)
        if depth == 0:
            if clark not in (f"{{{n}}}Envelope" for n in _SOAP):
                raise SecurityError("there is no envelope to sign")
            return
        start = self._parser.CurrentByteIndex
        identifier = attributes.get(_utility_id(attributes), "")
        at = start + self._size(f"<{written}")
        part = Part(clark, written, start, at, identifier)
        part.declared, part.scope = tuple(declared), around
        if depth == 1 and clark.rpartition("}")[2] == "Body":
            if self.places.body is not None:
                raise SecurityError("the envelope has two Bodies")
            self.places.body = part
        elif depth == 2 and self._in_header():
            self._header_block(part, attributes)
        elif depth == 2 and self._parts.get(1) is self.places.body:
            self.places.content.append(part)
        elif depth == 3 and self._in_header() and self._block_is_open():
            assert self.places.block is not None
            self.places.block.parts.append(part)
        else:
            return
        self._parts[depth] = self._entered = part
        self._parser.DefaultHandler = self._enter

    def _header_block(self, part: Part, attributes: dict[str, str]) -> None:
        if part.name != BLOCK:
            self.places.header.append(part)
            part.soap = _soap_attributes(attributes)
            return
        given = [v for k, v in attributes.items() if _local(k) in _ACTORS]
        if "".join(given) != self._actor:
            return
        if self.places.block is not None:
            raise SecurityError("there is more than one Security block")
        self.places.block = Block()
        self._security = part

    def _enter(self, _: str = "") -> None:
        """Note the byte after the start tag of a part: whatever comes next begins there."""
        part = self._entered
        if part is None:
            return
        part.inside = self._parser.CurrentByteIndex
        self._entered = None
        self._parser.DefaultHandler = None
        block = self.places.block
        if block is not None and part is self._security:
            block.inside = part.inside

    def _ends(self, name: str) -> None:
        at = self._parser.CurrentByteIndex
        entered = self._entered
        self._enter()
        self._open.pop()
        part = self._parts.pop(len(self._open), None)
        if part is None:
            return
        tag = "/>".encode(self.places.encoding)
        empty = part is entered and self._envelope.endswith(tag, 0, at)
        part.close = part.end = at
        if not empty:
            closing = ">".encode(self.places.encoding)
            part.end = self._envelope.index(closing, at) + len(closing)
        block = self.places.block
        if block is not None and part is self._security:
            block.end = at

    def _in_header(self) -> bool:
        return self._open[1].rpartition("}")[2] == "Header"

    def _block_is_open(self) -> bool:
        return self.places.block is not None and self._parts.get(2) is self._security

    def _size(self, text: str) -> int:
        return len(text.encode(self.places.encoding))


def _names(name: str) -> tuple[str, str]:
    """A name as expat gives it, in Clark's notation and as it is written."""
    pieces = name.split(" ")
    if len(pieces) == 1:
        return name, name
    clark = f"{{{pieces[0]}}}{pieces[1]}"
    return clark, f"{pieces[2]}:{pieces[1]}" if len(pieces) > 2 else pieces[1]


def _local(name: str) -> str:
    pieces = name.split(" ")
    return pieces[1] if len(pieces) > 1 else name


def _soap_attributes(attributes: dict[str, str]) -> str:
    found = declared = ""
    for name, value in attributes.items():
        namespace, _, rest = name.partition(" ")
        if namespace in _SOAP:
            found += f' eh:{rest.partition(" ")[0]}="{attribute_text(value)}"'
            declared = f' xmlns:eh="{namespace}"'
    return f"{declared}{found}" if found else ""


def _utility_id(attributes: dict[str, str]) -> str:
    wanted = f"{UTILITY} Id"
    return next(
        (k for k in attributes if k == wanted or k.startswith(f"{wanted} ")), ""
    )
