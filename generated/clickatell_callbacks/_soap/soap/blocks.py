"""Where header blocks go in an envelope: found by parsing its start, so that all its bytes stay.

An envelope that was signed, or that another program wrote, keeps its prefixes, its white space
and its attributes. Only what comes before the Body's content is parsed.
"""

from __future__ import annotations

import codecs
from typing import Any, Final, NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate

from ..errors.errors import EncodeError
from ..values.strings import text
from .envelope import NAMES

_CHUNK: Final = 4096
_NAMESPACES: Final = tuple(names.namespace for names in NAMES.values())
# A byte order mark beats a charset (RFC 7303, section 3).
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class Place(NamedTuple):
    """Where blocks go: instead of the bytes from `start` to `end`, between `before` and `after`."""

    start: int
    end: int
    before: str
    after: str
    encoding: str
    """Python's name of the envelope's encoding."""
    namespace: str
    """Of SOAP's version."""
    prefix: str
    """The Envelope's, "" where its namespace is the default one."""

    def filled(self, envelope: bytes, blocks: str) -> bytes:
        """The envelope with these blocks.

        A character that its encoding lacks is written as a reference.
        """
        written = f"{self.before}{blocks}{self.after}"
        content = written.encode(self.encoding, "xmlcharrefreplace")
        return envelope[: self.start] + content + envelope[self.end :]

    @property
    def must_understand(self) -> str:
        """The attribute of a block that must be understood, as XML after a space.

        SOAP 1.1, section 4.2.3; SOAP 1.2 part 1, section 5.2.3.
        """
        if self.prefix:
            return f' {self.prefix}:mustUnderstand="1"'
        return f' xmlns:soap="{self.namespace}" soap:mustUnderstand="1"'


def place_of_blocks(envelope: bytes, charset: str | None) -> Place:
    """The position of a header block that is to be the first.

    Args:
        envelope: its Header, if it has one, comes before its Body.
        charset: of its Content-Type; it beats the XML declaration.

    Raises:
        ValueError: no Body is found: it is no envelope, is not well-formed up to there, has a
            DTD, or is in an encoding of several bytes a character that is not Unicode's.
    """
    scan = _Scan(envelope, charset)
    try:
        scan.run()
    except _Found as found:
        return found.place
    except (ExpatError, ValueError) as error:
        raise ValueError(
            f"no place for a header block in the envelope: {error}"
        ) from None
    raise ValueError("no place for a header block in the envelope: it has no Body")


def block_text(name: str, value: str) -> str:
    """A text in a header block, as XML.

    Args:
        name: of the block, or of what is in it, for the error.

    Raises:
        EncodeError: XML cannot carry it.
    """
    try:
        return text(value)
    except (TypeError, ValueError) as error:
        raise EncodeError(name, str(error)) from None


class _Found(Exception):
    """Ends the parsing."""

    def __init__(self, place: Place) -> None:
        self.place = place


class _Scan:
    """The parsing of an envelope up to its Header, or to its Body where it has none."""

    def __init__(self, envelope: bytes, charset: str | None) -> None:
        self._envelope = envelope
        self._encoding = encoding_of(envelope, charset)
        marked = envelope.startswith(tuple(_MARKS))
        # Any: its handlers are of many types.
        self._parser: Any = ParserCreate(
            None if marked else self._encoding or None, " "
        )
        self._parser.namespace_prefixes = True
        self._parser.StartElementHandler = self._starts
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.XmlDeclHandler = self._declared
        self._envelope_name: tuple[str, str] | None = None

    def run(self) -> None:
        """Parse.

        Raises:
            _Found: the place is found.
            ExpatError: it is not well-formed.
            ValueError: it is no envelope, or in an encoding that is not known.
        """
        for at in range(0, len(self._envelope), _CHUNK):
            self._parser.Parse(self._envelope[at : at + _CHUNK], False)
        self._parser.Parse(b"", True)

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        self._encoding = self._encoding or _known(encoding) or ""

    def _refuse(self, *_: object) -> None:
        raise ValueError("it has a DTD")

    def _starts(self, name: str, _: dict[str, str]) -> None:
        namespace, local, prefix = _parts(name)
        at = self._parser.CurrentByteIndex
        if self._envelope_name is None:
            if local != "Envelope" or namespace not in _NAMESPACES:
                raise ValueError("it is none of SOAP")
            self._envelope_name = namespace, prefix
        elif namespace != self._envelope_name[0] or local not in ("Header", "Body"):
            raise ValueError("another element comes before its Body")
        elif local == "Body":
            header = _qualified(self._envelope_name[1], "Header")
            self._found(at, at, f"<{header}>", f"</{header}>")
        else:
            # The Header's start tag ends where whatever follows it begins.
            self._parser.StartElementHandler = self._inside
            self._parser.DefaultHandler = self._inside
            self._parser.EndElementHandler = self._ends

    def _inside(self, *_: object) -> None:
        at = self._parser.CurrentByteIndex
        self._found(at, at, "", "")

    def _ends(self, name: str) -> None:
        """The Header has no content; it may be one tag."""
        at = self._parser.CurrentByteIndex
        closing = "/>".encode(self._encoding or "utf-8")
        if not self._envelope.endswith(closing, 0, at):
            self._found(at, at, "", "")
        _, local, prefix = _parts(name)
        after = f"</{_qualified(prefix, local)}>"
        self._found(at - len(closing), at, ">", after)

    def _found(self, start: int, end: int, before: str, after: str) -> None:
        assert self._envelope_name is not None
        encoding = self._encoding or "utf-8"
        raise _Found(Place(start, end, before, after, encoding, *self._envelope_name))


def encoding_of(envelope: bytes, charset: str | None) -> str:
    """Python's name of an envelope's encoding by its byte order mark, else by its Content-Type; "" where its
    XML declaration decides."""
    marks = (name for mark, name in _MARKS.items() if envelope.startswith(mark))
    return next(marks, None) or _known(charset) or ""


def _known(charset: str | None) -> str | None:
    """Python's name of an encoding; None for one that it does not know."""
    if charset is None:
        return None
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return None


def _parts(name: str) -> tuple[str, str, str]:
    """A name as expat gives it: its namespace, its local name, its prefix; each "" if none."""
    pieces = name.split(" ")
    if len(pieces) == 1:
        return "", pieces[0], ""
    return pieces[0], pieces[1], pieces[2] if len(pieces) > 2 else ""


def _qualified(prefix: str, local: str) -> str:
    return f"{prefix}:{local}" if prefix else local
