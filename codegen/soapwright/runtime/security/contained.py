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
    if any(found(e) for found in _TYPES):
        if not have_same_types(e, parse(data, None, LIMITS)):
            raise SecurityError("a type is named by a prefix that is not signed")
    references = _REFERENCES(e)
    if references:
        beyond = {str(one).removeprefix("#") for one in references}.difference(_IDS(e))
        if beyond and not beyond.isdisjoint(_IDS(e.getroottree().getroot())):
            raise SecurityError("a reference leads to what is not signed")


def have_same_types(e: Any, alone: Any) -> bool:  # Any: lxml ships no types
    """Whether types that are named within an element are the same in another place.

    Args:
        e: the element.
        alone: the same element, elsewhere.
    """
    for find in _TYPES:
        for here, there in zip(find(e), find(alone), strict=True):
            uri = _namespace(here)
            if uri not in _STANDARD and uri != _namespace(there):
                return False
    return True


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
