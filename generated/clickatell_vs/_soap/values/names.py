"""Names in XML: NCNames, qualified names, the declarations of their prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from .dictionary import own
from .frozen import Frozen
from .strings import attribute_text, parse_token, refusal, split

XSD: Final = "http://www.w3.org/2001/XMLSchema"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML: Final = "http://www.w3.org/XML/1998/namespace"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12: Final = "http://www.w3.org/2003/05/soap-envelope"
SOAP11_ENCODING: Final = "http://schemas.xmlsoap.org/soap/encoding/"
SOAP12_ENCODING: Final = "http://www.w3.org/2003/05/soap-encoding"
SOAP_ENCODINGS: Final = frozenset(
    {SOAP11_ENCODING, SOAP12_ENCODING, "http://www.w3.org/2001/12/soap-encoding"}
)

# XML 1.0, fifth edition, productions 4 and 4a, without the colon.
_START: Final = (
    "A-Za-z_\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
    "\U00010000-\U000effff"
)
_LEAD: Final = "0-9.\xb7\u0300-\u036f\u203f\u2040-"
NCNAME: Final = f"[{_START}][{_START}{_LEAD}]*"
# A prefix before a colon, wherever it is: in a QName, an arrayType, an XPath. Each run of
# name characters is looked at once, from its start, so that no text takes quadratic time.
_PREFIX: Final = f"(?<![{_START}{_LEAD}])[{_LEAD}]*({NCNAME}):(?=[{_START}])"


def is_ncname(name: str) -> bool:
    """Whether a name is one without a colon, as elements, attributes and prefixes have."""
    return re.fullmatch(NCNAME, name) is not None


def prefixes_in(text: str) -> list[str]:
    """The candidates for namespace prefixes in a text that may hold qualified names."""
    return re.findall(_PREFIX, text) if ":" in text else []


class QName(Frozen):
    """The value of an xsd:QName or xsd:NOTATION; the namespace is "" where there is none.

    Raises:
        ValueError: the local part is no NCName.
    """

    __slots__ = ("_local", "_namespace")
    __match_args__ = ("namespace", "local")

    def __init__(self, namespace: str, local: str) -> None:
        if not is_ncname(local):
            raise refusal(local, "xsd:NCName")
        self._namespace = namespace
        self._local = local

    @property
    def namespace(self) -> str:
        """The namespace's URI, "" for none."""
        return self._namespace

    @property
    def local(self) -> str:
        """The name within its namespace."""
        return self._local

    def _parts(self) -> tuple[str, str]:
        return self._namespace, self._local

    def __str__(self) -> str:
        """Clark's notation, as lxml writes names."""
        return f"{{{self._namespace}}}{self._local}" if self._namespace else self._local


def split_clark(name: str) -> tuple[str, str]:
    """The namespace ("" for none) and the local part of a name in Clark's notation.

    Raises:
        TypeError: it is no `str`.
        ValueError: its local part is no NCName, or its namespace empty.
    """
    if not isinstance(name, str):
        raise TypeError(f"{type(name).__name__} given, a name wanted")
    namespace, brace, local = name.rpartition("}")
    if brace and (namespace[:1] != "{" or len(namespace) == 1) or not is_ncname(local):
        raise refusal(name, "XML name in Clark's notation")
    return namespace[1:], local


@lru_cache(maxsize=1024)
def declaration(prefix: str, namespace: str) -> str:
    """The attribute that binds a prefix to a namespace, ` xmlns:prefix="namespace"`.

    Raises:
        ValueError: the prefix is no NCName or reserved, or XML parsers refuse the namespace:
            libxml2, for one, takes only what RFC 3986 calls a URI reference.
    """
    if not is_ncname(prefix) or prefix in ("xml", "xmlns"):
        raise refusal(prefix, "prefix for a namespace")
    written = f' xmlns:{prefix}="{attribute_text(namespace)}"'
    element = f"<e{written}/>".encode()
    try:
        own().parsed(element, _parse, element)
    except etree.XMLSyntaxError:
        raise refusal(namespace, "namespace") from None
    return written


def _parse(element: bytes) -> None:
    try:
        etree.fromstring(element)
    finally:
        own().note(element)


def parse_qname(text: str, nsmap: Mapping[str | None, str]) -> QName:
    """xsd:QName and xsd:NOTATION, by the prefixes in scope (None: the default namespace).

    Raises:
        ValueError: it is no QName, or its prefix is not declared.
    """
    name = parse_token(text)
    prefix, colon, local = name.rpartition(":")
    if not is_ncname(local) or colon and not is_ncname(prefix):
        raise refusal(name, "xsd:QName")
    if prefix == "xml":
        return QName(XML, local)
    if prefix and prefix not in nsmap:
        raise ValueError(f"the prefix of {name!r} is not declared")
    return QName(nsmap.get(prefix or None) or "", local)


def parse_qnames(text: str, nsmap: Mapping[str | None, str]) -> list[QName]:
    """A list of QNames.

    Raises:
        ValueError: as `parse_qname`, of any item.
    """
    return [parse_qname(item, nsmap) for item in split(text)]


def qname_text(value: QName, prefix: str) -> tuple[str, str]:
    """A QName's text, and the declaration that its element needs for it, "" for none.

    A name in no namespace is written bare: that is right where no default namespace is in
    scope, and envelopes declare none.

    Raises:
        TypeError: it is no `QName`.
        ValueError: its namespace cannot be written.
    """
    return qnames_text([value], prefix)


def qnames_text(values: Iterable[QName], prefix: str) -> tuple[str, str]:
    """A list of QNames as `qname_text`; further namespaces take `prefix2`, `prefix3` and so on.

    Raises:
        TypeError: an item is no `QName`.
        ValueError: an item's namespace cannot be written.
    """
    prefixes = {"": "", XML: "xml:"}
    declarations = ""
    texts = []
    for value in values:
        if not isinstance(value, QName):
            raise TypeError(f"{type(value).__name__} given, QName wanted")
        if value.namespace not in prefixes:
            number = len(prefixes) - 1
            fresh = f"{prefix}{number}" if number > 1 else prefix
            declarations += declaration(fresh, value.namespace)
            prefixes[value.namespace] = f"{fresh}:"
        texts.append(prefixes[value.namespace] + value.local)
    return " ".join(texts), declarations


def declared_where_used(xml: str, namespaces: Iterable[tuple[str, str]]) -> str:
    """An element with those prefixes declared on it that it uses, so that it is valid anywhere.

    One that only seems to be used, in a text, is declared too, which does no harm. What is
    declared further inside does not count: its scope is there.

    Args:
        xml: the element.
        namespaces: by prefix.
    """
    end = xml.index(">")
    own = xml[:end]
    needed = [
        declaration(prefix, uri)
        for prefix, uri in namespaces
        if f"{prefix}:" in xml and f' xmlns:{prefix}="' not in own
    ]
    if not needed:
        return xml
    after_name = tag_end(xml)
    return f"{xml[:after_name]}{''.join(needed)}{xml[after_name:]}"


def tag_end(xml: str) -> int:
    """Where an element's name ends, and its attributes begin."""
    end = xml.index(">")
    return min(i for i in (xml.find(" ", 0, end), xml.find("/", 0, end), end) if i > 0)
