"""From a file's bytes to a tree, safely: bounded, no DTD, no entity, no network.

A document type declaration is legal in a schema (W3C's own carry one), and never needed: it is
blanked out before the parser sees the text, so that no entity is ever declared, and a use of one
is a finding. For that the text must be read as the parser will read it, so it is decoded here.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from xml.parsers import expat

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.wsdl.lines import source_line
from soapwright.wsdl.mistaken import UNPACK, beside, no_xml

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 150  # the functions that read them are recursive

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which begins like it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2"}
_WIDE_STARTS = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
# Python has codecs that are no character sets of documents.
_NO_CHARACTER_SETS = frozenset(
    {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"}
)
_PROLOG = re.compile(rb"\s*+(?:<\?.*?\?>\s*+|<!--.*?-->\s*+)*+", re.DOTALL)
_DOCTYPE = re.compile(
    rb"""<!DOCTYPE (?: [^\[<>"']++ | "[^"]*+" | '[^']*+' )*+
    (?: \[ (?: [^\]<"']++ | "[^"]*+" | '[^']*+' | <!--.*?--> | <\?.*?\?> | <! )*+ \]\s*+ )?+ >""",
    re.DOTALL | re.VERBOSE,
)
_ENTITY_HINT = "entities are never resolved: write their text in their place"
_TOO_DEEP = etree.XPath("/*" * (MAX_DEPTH + 1))


@dataclass(frozen=True, slots=True)
class Text:
    """A document's text: `bom` and `codec` are the encoding from which `utf8` was made."""

    bom: bytes
    codec: str
    utf8: bytes

    def encoded(self, utf8: bytes) -> bytes:
        """Another text, written as this one was."""
        if self.codec == "utf-8":
            return self.bom + utf8
        return self.bom + utf8.decode("utf-8").encode(self.codec)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree without comments and processing instructions, and the UTF-8 text it is of."""

    root: etree._Element
    text: bytes


def read(path: Path, shown: str, findings: Findings) -> bytes | None:
    """A file's bytes; None, with a finding, where it cannot be read or is too big."""
    at = Location(shown)
    try:
        if path.is_dir():
            findings.error(
                Code.READ, "this is a folder, not a file", at, beside(path, shown)
            )
            return None
        if not path.is_file():
            findings.error(Code.READ, "there is no such file", at, beside(path, shown))
            return None
        if path.stat().st_size > MAX_BYTES:
            findings.error(Code.LIMIT, f"more than {MAX_BYTES:,} bytes", at)
            return None
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        reason = error.strerror if isinstance(error, OSError) else str(error)
        findings.error(Code.READ, f"cannot be read: {reason}", at)
        return None


def decode(content: bytes) -> Text:
    """The text of a document (XML 1.0, appendix F).

    Raises:
        LookupError: the character set that it names is unknown.
        UnicodeError: it is not in the character set that it names.
    """
    for bom, codec in _BOMS:
        if content.startswith(bom):
            return _text(bom, codec, content[len(bom) :])
    if content[:2] in _WIDE_STARTS:
        return _text(b"", _WIDE_STARTS[content[:2]], content)
    declared = _DECLARED.match(content.lstrip())
    codec = codecs.lookup(declared[1].decode() if declared else "utf-8").name
    if codec in _NO_CHARACTER_SETS:
        raise LookupError(codec)
    # A declaration that could be read byte by byte is not in two or four bytes a character.
    return _text(
        b"", "utf-8" if codec.startswith(("utf-16", "utf-32")) else codec, content
    )


def parse(content: bytes, shown: str, findings: Findings) -> Parsed | None:
    """The tree of a document; None, with a finding, where it is not XML or beyond the limits."""
    for start, format_ in _PACKED.items():
        if content.startswith(start):
            message = f"not XML but packed by {format_}: unpack it first"
            findings.error(Code.XML, message, Location(shown), UNPACK[format_])
            return None
    if not content.strip():
        findings.error(Code.XML, "the file is empty", Location(shown))
        return None
    try:
        text = _without_doctype(decode(content).utf8, shown, findings)
        return None if text is None else _tree(text, shown, findings)
    except LookupError:
        findings.error(
            Code.ENCODING, "names a character set that nobody knows", Location(shown)
        )
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"a byte that is not {error.encoding}: {error.reason}"
        findings.error(Code.ENCODING, message, Location(shown, line))
    except etree.XMLSyntaxError as error:
        message = re.sub(r", line \d+, column \d+$", "", error.msg or "not XML")
        hint = _ENTITY_HINT if message.startswith("Entity ") else ""
        if (advice := no_xml(content)) is not None:
            message, hint = advice
        findings.error(Code.XML, message, Location(shown, error.lineno or 1), hint)
    return None


def _text(bom: bytes, codec: str, content: bytes) -> Text:
    text = content.decode(codec)
    return Text(bom, codec, content if codec == "utf-8" else text.encode("utf-8"))


def _tree(text: bytes, shown: str, findings: Findings) -> Parsed | None:
    try:
        root = etree.fromstring(text, _parser())
    except etree.XMLSyntaxError:
        found = _with_odd_namespaces(text, shown, findings)
        if found is None:
            raise
        root = found
    for node in cast("list[etree._Element]", _TOO_DEEP(root))[:1]:
        at = Location(shown, source_line(node))
        findings.error(Code.LIMIT, f"elements nested deeper than {MAX_DEPTH}", at)
        return None
    return Parsed(root, text)


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",  # whatever is declared: the text has been decoded
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _with_odd_namespaces(
    text: bytes, shown: str, findings: Findings
) -> etree._Element | None:
    parser = _parser(recover=True)
    root = parse_odd_namespaces(text, parser)
    if root is None:
        return None
    first = {entry.message: entry.line for entry in reversed(list(parser.error_log))}
    for message, line in sorted(first.items(), key=lambda item: item[1]):
        at = Location(shown, line)
        findings.mended(Code.NAMESPACE, f"{message}: it is taken as it is", at)
    return root


def parse_odd_namespaces(
    content: bytes, parser: etree.XMLParser, encoding: str | None = "utf-8"
) -> etree._Element | None:
    """The root of a document of which nothing is wrong but that namespaces have names that are no
    URIs; None of others. The parser is one that recovers.

    Namespaces are compared as they are written (Namespaces in XML 1.0, section 2.3), but libxml2
    refuses them unless it recovers. So expat checks that the rest is well-formed.
    """
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:  # nothing to recover, or beyond libxml2's own limits
        return None
    log = parser.error_log
    odd = all(entry.type == etree.ErrorTypes.WAR_NS_URI for entry in log)
    return root if odd and _is_well_formed(content, encoding) else None


def _is_well_formed(content: bytes, encoding: str | None) -> bool:
    """Whether a document is well-formed, its prefixes declared, and without a DTD."""
    parser = expat.ParserCreate(encoding, "\x01")  # a character that XML cannot have

    def refuse(*_: object) -> None:
        raise ValueError("a document type declaration")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def _without_doctype(text: bytes, shown: str, findings: Findings) -> bytes | None:
    """The text with a document type declaration blanked out: every byte keeps its place and line."""
    start = _end_of(_PROLOG, text, 0)
    if not text.startswith(b"<!DOCTYPE", start):
        return text
    end = _end_of(_DOCTYPE, text, start)
    if end == start or text.startswith(b"<!DOCTYPE", _end_of(_PROLOG, text, end)):
        at = Location(shown, text.count(b"\n", 0, start) + 1)
        findings.error(
            Code.DTD, "a document type declaration that cannot be left out", at
        )
        return None
    return text[:start] + re.sub(rb"[^\n]", b" ", text[start:end]) + text[end:]


def _end_of(pattern: re.Pattern[bytes], text: bytes, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
