"""The meaning of a signed element that comes from outside of it, which its canonical form leaves out.

Exclusive canonicalisation has the prefixes of elements and attributes, not those that values use, `xsi:type` foremost
(Exclusive XML Canonicalization 1.0, sections 1.3 and 3); and SOAP's encoding refers to elements by their ids, wherever
they are. Whoever can change the Envelope or the Header could change what the signed element means.
"""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import SecurityError
from ..values.names import SOAP11_ENCODING, SOAP12_ENCODING, SOAP_ENCODINGS, XSD, XSI
from ..xml.parsing import LIMITS, parse
from .canonical import canonical

_NAMES: Final = {"i": XSI, "e": SOAP11_ENCODING, "f": SOAP12_ENCODING}
# Any: lxml's evaluators are not typed.
_TYPES: Final[Any] = [
    etree.XPath(f"descendant-or-self::*/@{name}", namespaces=_NAMES)
    for name in ("i:type", "e:arrayType", "f:itemType")
]
_REFERENCES: Final[Any] = etree.XPath(
    "descendant-or-self::*/@href[starts-with(., '#')] | descendant-or-self::*/@f:ref",
    namespaces=_NAMES,
)
_IDS: Final[Any] = etree.XPath(
    "descendant-or-self::*/@id | descendant-or-self::*/@f:id", namespaces=_NAMES
)
# Their names are the same everywhere: a prefix that leads there leads nowhere else.
_STANDARD: Final = (XSD, *SOAP_ENCODINGS)


def check_contained(e: Any, data: bytes) -> None:  # Any: lxml ships no types
    """Refuse a signed element that names a type by a prefix, or refers to an element, that is not signed with it.

    Args:
        e: the element.
        data: its canonical form.

    Raises:
        SecurityError: it does.
    """
    types = [found(e) for found in _TYPES]
    if any(types):
        alone = parse(data, None, LIMITS)
        for these, find in zip(types, _TYPES, strict=True):
            for here, there in zip(these, find(alone), strict=True):
                uri = _namespace(here)
                if uri not in _STANDARD and uri != _namespace(there):
                    message = "a type is named by a prefix that is not signed"
                    raise SecurityError(message)
    references = _REFERENCES(e)
    if references:
        beyond = {str(one).removeprefix("#") for one in references}.difference(_IDS(e))
        if beyond and not beyond.isdisjoint(_IDS(e.getroottree().getroot())):
            raise SecurityError("a reference leads to what is not signed")


def _namespace(value: Any) -> str:  # Any: lxml's results
    """The namespace of a QName in an attribute, by the prefixes in its scope."""
    prefix, colon, _ = str(value).strip().partition(":")
    uri: str = value.getparent().nsmap.get(prefix if colon else None, "")
    return uri


def prefixes_of_values(e: Any) -> list[str]:  # Any: lxml ships no types
    """The prefixes from outside of an element that seem to be used in its attributes' values and its texts."""
    parent = e.getparent()
    outside = {} if parent is None else parent.nsmap
    named = [p for p, uri in outside.items() if p and e.nsmap.get(p) == uri]
    if not named:
        return []
    plain = canonical(e)
    text = "|".join(re.escape(p) for p in named).encode()
    found = re.finditer(rb'[">\s](' + text + rb"):(?=[^\s=]*[\s<\"\[])", plain)
    return sorted({m[1].decode() for m in found})
