"""Where ids and security tokens go in an envelope: found by parsing it, so that all its other bytes stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

from ..errors.errors import SecurityError
from ..soap.blocks import encoding_of
from ..soap.envelope import NAMES
from .tokens import BLOCK, UTILITY

_SOAP: Final = tuple(names.namespace for names in NAMES.values())
_ACTORS: Final = ("actor", "role")


@dataclass(slots=True)
class Part:
    """An element that may be signed."""

    name: str
    """In Clark's notation."""
    at: int
    """The byte after its name, where an attribute may go."""
    id: str
    """Its `wsu:Id`, "" where it has none."""


@dataclass(slots=True)
class Block:
    """A Security block of the message."""

    inside: int = 0
    """The byte after its start tag."""
    end: int = 0
    """The byte where its end tag begins; of an empty-element tag, the byte after it."""
    name: str = ""
    """As it is written."""
    parts: list[Part] = field(default_factory=list)
    """Its children."""


@dataclass(slots=True)
class Places:
    """The parts of an envelope."""

    encoding: str
    body: Part | None = None
    header: list[Part] = field(default_factory=list)
    """The header blocks, but the Security block."""
    block: Block | None = None
    """The Security block for the actor; `None` where there is none."""

    def edited(self, envelope: bytes, edits: Iterable[tuple[int, str]]) -> bytes:
        """The envelope with texts put in at bytes; of those at one byte the first comes first."""
        pieces, last = [], 0
        for at, text in sorted(edits, key=lambda edit: edit[0]):
            pieces += [envelope[last:at], text.encode(self.encoding)]
            last = at
        return b"".join([*pieces, envelope[last:]])


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
        self._open: list[str] = []
        self._entered: Block | None = None

    def run(self) -> None:
        self._parser.Parse(self._envelope, True)

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        clark, written = _names(name)
        depth = len(self._open)
        if self._entered is not None:
            self._enter()
        self._open.append(clark)
        if depth == 0 and clark not in (f"{{{n}}}Envelope" for n in _SOAP):
            raise SecurityError("there is no envelope to sign")
        if depth not in (1, 2, 3):
            return
        at = self._parser.CurrentByteIndex + self._size(f"<{written}")
        part = Part(clark, at, attributes.get(_utility_id(attributes), ""))
        local = clark.rpartition("}")[2]
        if depth == 1 and local == "Body":
            if self.places.body is not None:
                raise SecurityError("the envelope has two Bodies")
            self.places.body = part
        elif depth == 2 and self._in_header():
            self._header_block(part, written, attributes)
        elif depth == 3 and self._in_header() and self._block_is_open():
            assert self.places.block is not None
            self.places.block.parts.append(part)

    def _header_block(
        self, part: Part, written: str, attributes: dict[str, str]
    ) -> None:
        if part.name != BLOCK:
            self.places.header.append(part)
            return
        given = [v for k, v in attributes.items() if _local(k) in _ACTORS]
        if "".join(given) != self._actor:
            return
        if self.places.block is not None:
            raise SecurityError("there is more than one Security block")
        self.places.block = self._entered = Block(name=written)
        self._parser.DefaultHandler = lambda _: self._enter()

    def _enter(self) -> None:
        """Note the byte after the start tag of the Security block."""
        if self._entered is not None:
            self._entered.inside = self._parser.CurrentByteIndex
            self._entered = None
            self._parser.DefaultHandler = None

    def _ends(self, name: str) -> None:
        self._enter()
        block, clark = self.places.block, self._open.pop()
        if clark == BLOCK and len(self._open) == 2 and block is not None:
            if not block.end:
                block.end = self._parser.CurrentByteIndex

    def _in_header(self) -> bool:
        return self._open[1].rpartition("}")[2] == "Header"

    def _block_is_open(self) -> bool:
        block = self.places.block
        return self._open[2] == BLOCK and block is not None and not block.end

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


def _utility_id(attributes: dict[str, str]) -> str:
    wanted = f"{UTILITY} Id"
    return next(
        (k for k in attributes if k == wanted or k.startswith(f"{wanted} ")), ""
    )
