"""XML from strangers: parsed in safety, within bounds."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, fields
from typing import Any, Final
from xml.parsers import expat

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError, NotAnEnvelope
from ..values.dictionary import LARGE, Dictionary, names_known
from ..values.dictionary import own as own_dictionary
from .bounds import BYTE_ORDER_MARKS, check_depth, check_texts, may_be_long
from .charsets import cannot_be, from_declaration, gives_way, python_name
from .control import marked, unmark
from .element import Element, note_character, noting
from .lenience import notes

# libxml2's own bounds: the length of a text, and the depth, up to which the parser need not be
# told that a document is huge; and the depth beyond which it does not go even then.
_HUGE: Final = 10_000_000
_DEEP: Final = 256
_DEEPEST: Final = 2048

_ODD_NAMESPACE: Final[int] = etree.ErrorTypes.WAR_NS_URI
_CHARSET: Final = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,39}")
_CHARSETS_KEPT: Final = 16
_CHUNK: Final = 2**16
PULL_PARSER: Final[Any] = etree.XMLPullParser  # Any: its stubs mistake the events' type


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a message may hold, and how much it may become: what goes beyond is refused, by a client
    with a `DecodeError` or a `TransportError`, by a service with a fault.

    Raises:
        ValueError: a limit is not positive, or deeper than libxml2 can parse (2,048).
    """

    envelope: int = 256 * 2**20
    """Bytes in an envelope, after the transport has unpacked it."""
    depth: int = 128
    """Elements within each other, the Envelope counted."""
    text: int = 64 * 2**20
    """Characters in one text or attribute."""
    names: int = 1_000_000
    """Different names in a reply that is read item by item: they are kept until its end."""
    parts: int = 1_000
    """Parts in a `multipart/related`, and places of an envelope that include one."""
    codings: int = 5
    """Content codings of a body, one over the other."""
    ratio: int = 1_200
    """How many times as long a body of more than a megabyte may be when it is unpacked: gzip alone gets to
    1,032."""
    chain: int = 100
    """Elements within each other where references of SOAP's encoding are followed. Python's `repr`,
    `copy` and `pickle` go a few hundred values deep."""
    repeated: int = 250_000
    """Elements that references of SOAP's encoding repeat, when a value is written out; 32
    characters count as one."""
    attachment: int = 2 * 2**30
    """Bytes in the attachments of one message, where they are streamed; others count as the envelope."""

    harmless: int = field(init=False, repr=False, compare=False)
    """Bytes up to which a document can go beyond none of them, so that it need not be looked at."""

    def __post_init__(self) -> None:
        given = [getattr(self, f.name) for f in fields(self) if f.init]
        if min(given) < 1 or self.depth > _DEEPEST:
            raise ValueError(f"{self}: limits are positive, depth at most {_DEEPEST}")
        deeper = 7 * self.depth + 4  # "<a><a/></a>", one level deeper than allowed
        harmless = min(self.envelope, self.text, deeper - 1)
        object.__setattr__(self, "harmless", 0 if self.depth > _DEEP else harmless)


LIMITS: Final = Limits()
"""The defaults."""


# ------------------------------------------------------------------------------- parsers


def _parser(
    charset: str | None,
    huge: bool,
    *,
    without_dtd: bool = False,
    recover: bool = False,
) -> etree.XMLParser:
    """A parser that reaches for nothing outside the document.

    It collects no ids where it need not. Where there may be a DTD it must: libxml2 else opens
    the file that a DOCTYPE names, before anybody can refuse it.
    """
    return etree.XMLParser(
        encoding=charset,
        collect_ids=not without_dtd,
        huge_tree=huge,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


TYPE: Final = b":type"
"""The bytes that a document holds which names types: an attribute `xsi:type` has a prefix."""


def is_opaque(data: bytes) -> bool:
    """Whether a document, or its beginning, may be in an encoding whose markup is not that of ASCII."""
    if data[:1] == b"<":
        return data[1:2] == b"\0"
    return not data.startswith(BYTE_ORDER_MARKS[0] + b"<")  # that of UTF-8


class _Own:
    """A thread's parsers, and its dictionary: parsers that threads share would let them wait for
    each other."""

    __slots__ = ("dictionary", "limits", "parsers", "plain", "without_dtd")

    def __init__(self) -> None:
        self.plain = _parser(None, huge=False)
        self.without_dtd = _parser(None, huge=False, without_dtd=True)
        self.parsers: dict[tuple[str | None, bool], etree.XMLParser] = {}
        self.dictionary: Dictionary = own_dictionary()
        self.limits: Limits = LIMITS


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.own = _Own()


_mine = _PerThread()


def limits_here() -> Limits:
    """The limits of the document that this thread has parsed last."""
    return _mine.own.limits


def _parser_for(charset: str | None, huge: bool) -> etree.XMLParser:
    """This thread's parser for a charset."""
    own = _mine.own
    if charset is None and not huge:
        return own.plain
    key = charset, huge
    if (found := own.parsers.get(key)) is None:
        if len(own.parsers) >= _CHARSETS_KEPT:  # the names come from outside
            own.parsers.clear()
        found = own.parsers[key] = _parser(charset, huge)
    return found


def usable_charset(charset: str, data: bytes) -> str | None:
    """A charset as libxml2 is to receive it, None where it is to detect it.

    A byte order mark beats the charset (RFC 7303, section 3), and one that libxml2 does not
    know by this name or by Python's, or that cannot be right, counts as none: the XML declaration may be right.
    """
    if data.startswith(BYTE_ORDER_MARKS) or not _CHARSET.fullmatch(charset):
        return None
    if gives_way(charset, data):
        return None
    charset = charset.lower()
    if _is_known(charset):
        return charset
    charset = python_name(charset)  # "latin-1" is a name of Python's
    return charset if charset and _is_known(charset) else None


def _is_known(charset: str) -> bool:
    """Whether libxml2 knows a charset."""
    if (charset, False) not in _mine.own.parsers:
        try:
            _parser_for(charset, huge=False)
        except LookupError:
            return False
    return True


# ------------------------------------------------------------------------------- parsing


def parse(
    data: bytes,
    charset: str | None = None,
    limits: Limits = LIMITS,
    *,
    without_dtd: bool = False,
) -> Element:
    """The root element of an XML document.

    Args:
        data: the document.
        charset: its encoding by its transport, which beats its declaration unless it cannot be
            right.
        limits: how much it may hold.
        without_dtd: whether it is known to have none.

    Raises:
        NotAnEnvelope: it is not well-formed or has a DTD, and does not even begin as an
            envelope.
        DecodeError: it is not well-formed, has a DTD, or is beyond the limits.
    """
    if data[:1] != b"<":
        data = from_declaration(data)
    small = len(data) <= limits.harmless
    own = _mine.own
    own.limits = limits
    dictionary = own.dictionary
    root: Any  # Any: lxml ships no types
    try:
        if small and charset is None and dictionary.left > 0:
            root = etree.fromstring(data, own.without_dtd if without_dtd else own.plain)
            if names_known() != dictionary.size:
                dictionary.note(data)
        else:
            root = _fit(data, charset, limits)
    except etree.XMLSyntaxError as error:
        dictionary.note(data)
        root = _with_odd_namespaces(data, charset, error)
        if root is None and notes() is not None:
            root = _with_control_characters(data, charset, limits)
        if root is None and charset is not None and cannot_be(charset, data):
            return parse(data, None, limits)
        if root is None:  # the error's text quotes the document
            raise syntax_error(error, data) from None
    if not without_dtd and root.getroottree().docinfo.internalDTD is not None:
        raise _refused_dtd(root)
    if not small:
        encoding = root.getroottree().docinfo.encoding or ""
        check_depth(root, data, limits.depth, encoding)
        if len(data) > limits.text and may_be_long(data, limits.text, encoding):
            check_texts(root, limits.text)
    noting.on = TYPE in data or is_opaque(data)
    found: Element = root
    return found


def _with_odd_namespaces(data: bytes, charset: str | None, error: Any) -> Any:
    """The root of a document of which nothing is wrong but that namespaces have names that are no
    URIs; None of others. `Any`: lxml ships no types.

    Namespaces are compared as they are written (Namespaces in XML 1.0, section 2.3), but libxml2
    refuses them unless it recovers. So expat checks whether the rest is well-formed.
    """
    if error.code != _ODD_NAMESPACE:
        return None
    charset = usable_charset(charset, data) if charset is not None else None
    parser = _parser(charset, len(data) >= _HUGE, recover=True)
    try:
        root = own_dictionary().parsed(data, _tree, data, parser)
    except etree.XMLSyntaxError:  # beyond libxml2's own limits
        return None
    odd = only_odd_namespaces(parser.error_log) and not _is_ambiguous(root)
    return root if odd and _is_well_formed(data, charset) else None


def only_odd_namespaces(log: Any) -> bool:  # Any: lxml ships no types
    """Whether libxml2 noted nothing but namespaces whose names are no URIs."""
    return all(entry.type == _ODD_NAMESPACE for entry in log)


def _is_ambiguous(root: Any) -> bool:  # Any: lxml ships no types
    """Whether an attribute has a namespace with a brace: lxml does not find it by the name that it gives."""
    return any(name.count("}") > 1 for e in root.iter() for name in e.attrib.keys())


def _with_control_characters(
    data: bytes, charset: str | None, limits: Limits
) -> Any:  # Any: as above
    """The root of a document in which only characters are wrong that XML cannot carry: as the
    text of their references they stay, and each place is noted. None of others."""
    charset = usable_charset(charset, data) if charset is not None else None
    text = marked(data, charset)
    if text is None:
        return None
    try:
        root = _fit(text, charset, limits)
    except etree.XMLSyntaxError:
        return None
    for e, attribute, value in unmark(root):
        note_character(e, attribute, value)
    return root


def _is_well_formed(data: bytes, charset: str | None) -> bool:
    """Whether a document is well-formed, its prefixes declared, and without a DTD."""
    parser = expat.ParserCreate(charset, "\x01")  # a character that XML cannot have

    def refuse(*_: object) -> None:
        raise ValueError("a DTD")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def _fit(
    data: bytes, charset: str | None, limits: Limits
) -> Any:  # Any: lxml ships no types
    """The root of a document, parsed as its size and charset ask for.

    Raises:
        DecodeError: it is too large, or so large that its DTD is refused before it is parsed.
        etree.XMLSyntaxError: it is not well-formed.
    """
    size = len(data)
    if size > limits.envelope:
        raise DecodeError("", f"more than {limits.envelope:,} bytes in an envelope")
    huge = size >= _HUGE or limits.depth > _DEEP
    if charset is not None:
        charset = usable_charset(charset, data)
    dictionary = _mine.own.dictionary
    if huge or size > LARGE or dictionary.left <= 0:
        return dictionary.parsed(data, _parsed, data, charset, huge)
    root = etree.fromstring(data, _parser_for(charset, huge))
    if names_known() != dictionary.size:
        dictionary.note(data)
    return root


def _parsed(
    data: bytes, charset: str | None, huge: bool
) -> Any:  # Any: lxml ships no types
    """The root of a document, parsed in this thread."""
    if huge:
        _refuse_early_dtd(data, charset)
    return _tree(data, _parser_for(charset, huge))


def _tree(data: bytes, parser: etree.XMLParser) -> Any:  # Any: lxml ships no types
    try:
        return etree.fromstring(data, parser)
    finally:
        own_dictionary().note(data)


def _refuse_early_dtd(data: bytes, charset: str | None) -> None:
    """Refuse a DTD before a parser without bounds reads on, and expands its entities.

    Raises:
        DecodeError: there is one, or the document does not even begin as XML.
    """
    begun = prolog_parser(charset)
    for at in range(0, len(data), _CHUNK):
        if first_tag(begun, data[at : at + _CHUNK], data) is not None:
            return


def prolog_parser(charset: str | None) -> Any:  # Any: as of PULL_PARSER
    return PULL_PARSER(
        events=("start",),
        encoding=charset,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
    )


def first_tag(begun: Any, piece: bytes, start: bytes) -> Any:  # Any: lxml's elements
    """The root element, once a document has begun; None before.

    Raises:
        DecodeError: it has a DTD, or does not begin as XML.
    """
    broken = None
    try:
        begun.feed(piece)
    except etree.XMLSyntaxError as error:
        broken = syntax_error(error, start)
    for _, element in begun.read_events():
        if element.getroottree().docinfo.internalDTD is not None:
            raise _refused_dtd(element)
        return element  # what is broken later is reported when all is parsed
    if broken is not None:
        raise broken
    return None


# -------------------------------------------------------------------------------- errors


def syntax_error(error: Any, data: bytes) -> DecodeError:
    """The error of libxml2, in its own words but for what it quotes: that may be a secret.

    `Any` as the stubs know too little of XMLSyntaxError.
    """
    last = error.error_log.last_error
    kind = last.type_name if last is not None else "ERR_SYNTAX"
    words = kind.removeprefix("NS_").removeprefix("ERR_").replace("_", " ").lower()
    line, column = error.position
    found = DecodeError if _begins_as_envelope(data) else NotAnEnvelope
    return found("", f"not well-formed XML: {words} (line {line}, column {column})")


def _refused_dtd(root: Any) -> DecodeError:  # Any: lxml's elements
    """No envelope has a DTD (SOAP 1.1, section 3); many a web page begins with one."""
    local = etree.QName(root).localname
    return (DecodeError if local == "Envelope" else NotAnEnvelope)(
        "", "a DTD is refused"
    )


def _begins_as_envelope(data: bytes) -> bool:
    """Whether the first tag of a broken document is an Envelope's."""
    first = re.search(rb"<(?![?!])[^\s>/]*", data[:_CHUNK].replace(b"\0", b""))
    return first is not None and re.split(rb"[<:]", first[0])[-1] == b"Envelope"
