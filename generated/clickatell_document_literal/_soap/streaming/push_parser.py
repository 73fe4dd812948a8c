"""XML from strangers that comes in piece by piece."""

from __future__ import annotations

import codecs
from typing import Any

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError
from ..values.dictionary import names_known, one_thread
from ..xml.charsets import (
    Doubt,
    cannot_be,
    doubt_about,
    from_declaration,
    gives_way_unseen,
    is_before,
)
from ..xml.element import noting
from ..xml.parsing import (
    LIMITS,
    PULL_PARSER,
    TYPE,
    Limits,
    first_tag,
    is_opaque,
    only_odd_namespaces,
    parse,
    prolog_parser,
    syntax_error,
    usable_charset,
)


class Came:
    """How many bytes came since elements were taken out of a tree.

    An element is only known to be complete when the next one's tag has come, and that one may be
    as long as its attributes. So a text may have begun before the elements that were taken last.
    """

    def __init__(self) -> None:
        self._since = 0
        self._before = 0

    def add(self, size: int) -> None:
        """More came."""
        self._since += size

    def may_hold(self, longest: int) -> bool:
        """Whether what is taken now may hold a text or an attribute of more than so many characters."""
        size = self._before + self._since
        self._before, self._since = self._since, 0
        return size > longest


class PushParser:
    """A parser that is fed piece by piece, and shows what it has so far.

    It works in a thread of its own, and only while it is waited for: the names of a document of any
    length are kept in that thread's dictionary, which ends with it.

    Args:
        charset: the Content-Type's.
        limits: how much a document may hold that is parsed as a whole.
    """

    def __init__(self, charset: str | None = None, limits: Limits = LIMITS) -> None:
        self._said = charset
        self._limits = limits
        self._charset: str | None = None
        self._doubt: Doubt | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        """Of a charset that was decided on later: the parser is given UTF-8."""
        self._prolog: Any = None  # Any: as of PULL_PARSER
        self._parser: Any = None  # Any: as of PULL_PARSER
        self._thread = one_thread()
        self._names = 0
        """How many there were before the document."""
        self._begun: list[bytes] = []
        self._end = b""
        self.names_types = False
        """Whether what has come so far may hold an attribute `xsi:type`."""
        self.root: Any = None  # Any: lxml's elements
        """The root element, once its tag has come. What is complete in it may be taken out."""

    def feed(self, piece: bytes) -> None:
        """More of the document.

        Raises:
            NotAnEnvelope: it is not well-formed or has a DTD, and does not even begin as
                an envelope.
            DecodeError: it is not well-formed, has a DTD, or very many names.
        """
        self._thread.submit(self._feed, piece).result()

    def _feed(self, piece: bytes) -> None:
        parser = self._parser
        if parser is None:
            self._begun.append(piece)
            parser = self._parser = self._begin()
            if parser is None:
                return
            piece = self.begun
        if not self.names_types:
            self._note_types(piece)
        try:
            parser.feed(self._readable(piece))
        except etree.XMLSyntaxError as error:
            raise syntax_error(error, self.begun) from None
        if names_known() - self._names > self._limits.names:
            most = f"{self._limits.names:,}"
            raise DecodeError("", f"more than {most} different names in a reply")
        for _, element in parser.read_events():
            if self.root is None:
                self.root = element

    def _note_types(self, piece: bytes) -> None:
        ends = self._end + piece[: len(TYPE) - 1]
        opaque = not self._end and is_opaque(piece)
        self.names_types = TYPE in piece or TYPE in ends or opaque
        self._end = (self._end + piece)[1 - len(TYPE) :]

    @property
    def begun(self) -> bytes:
        """The bytes that were fed until the first tag had come."""
        return b"".join(self._begun)

    def _begin(self) -> Any:  # Any: as of PULL_PARSER
        """The parser, once the first tag has come with the last piece; until then `None`."""
        pieces, piece = self._begun, self._begun[-1]
        if self._prolog is None:
            piece = self.begun
            if is_before(piece):
                return None
            piece = from_declaration(piece)
            pieces[:] = [piece]
            if self._said is not None and not gives_way_unseen(self._said, piece):
                self._charset = usable_charset(self._said, piece)
            self._names = names_known()
            self._prolog = prolog_parser(self._charset)
        try:
            first = first_tag(self._prolog, piece, pieces[0])
        except DecodeError:
            if self._charset is None or not cannot_be(self._charset, self.begun):
                raise
            self._charset = None
            self._prolog = prolog_parser(None)
            first = first_tag(self._prolog, self.begun, pieces[0])
        if first is None:
            return None
        self._prolog = None
        if self._charset is not None:
            self._doubt = doubt_about(self._charset, self.begun)
        if self._doubt is not None:
            self._charset = "utf-8"
        return self._parser_of(first.tag)

    def _readable(self, piece: bytes, *, last: bool = False) -> bytes:
        """A piece as the parser can read it; of one that ends within a character, perhaps nothing yet.

        Raises:
            DecodeError: it is not in the charset that was decided on.
        """
        if self._doubt is not None and (last or not piece.isascii()):
            decided = self._doubt.decided(piece, last=last)
            if decided is None:
                return b""
            charset, piece = decided
            self._doubt = None
            if charset not in ("utf-8", "utf8"):
                self._decoder = codecs.getincrementaldecoder(charset)()
        if self._decoder is None:
            return piece
        try:
            return self._decoder.decode(piece, final=last).encode()
        except ValueError:
            message = "not well-formed XML: it is not in its charset"
            raise DecodeError("", message) from None

    def _parser_of(self, root: str) -> Any:  # Any: as of PULL_PARSER
        """The parser of the whole. Only the root's tag is asked for: events cost memory."""
        return PULL_PARSER(
            events=("start",),
            tag=root,
            encoding=self._charset,
            huge_tree=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )

    def close(self) -> Any:  # Any: lxml's elements
        """The root element of the document, which ends here.

        Raises:
            DecodeError: it is not complete.
        """
        if self._parser is None:
            root = parse(self.begun, self._said, self._limits)
            self.names_types = noting.on
            return root
        return self._thread.submit(self._close).result()

    def _close(self) -> Any:  # Any: lxml's elements
        try:
            self._parser.feed(self._readable(b"", last=True))
            return self._parser.close()
        except etree.XMLSyntaxError as error:
            if self.root is not None and only_odd_namespaces(error.error_log):
                return self.root
            raise syntax_error(error, self.begun) from None
