"""Nil elements with attributes, read and written."""

from __future__ import annotations

from typing import Final

from ..values.names import SOAP11, SOAP12, SOAP_ENCODINGS, XSI, is_ncname
from ..values.prefixes import Scope
from ..values.values import Nil
from ..xml.element import XSI_TYPE, Element, clark_name

_NOT_OF_TYPES: Final = frozenset({XSI, SOAP11, SOAP12, *SOAP_ENCODINGS})
_OF_ENCODING: Final = ("id", "href")


def nil_of(e: Element) -> Nil | None:
    """The value of an element that is nil: None unless it has attributes.

    XML Schema's own attributes do not count, nor do SOAP's.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    found = {
        name: text
        for name, text in e.attrib.items()
        if name[1:].partition("}")[0] not in _NOT_OF_TYPES
    }
    return Nil(found, type_name(e)) if found else None


def type_name(e: Element) -> str:
    """The name in an element's `xsi:type`, in Clark's notation; "" where it has none, or text that is no name.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    text = e.get(XSI_TYPE)
    name = clark_name(e, text) if text is not None else ""
    return name if is_ncname(name.rpartition("}")[2]) else ""


def encoded_nil_of(e: Element) -> Nil | None:
    """The same of an encoded element, whose `id` is SOAP's too (SOAP 1.1, section 5.1).

    What its `xsi:type` names is written in any case, and no part of the value.
    """
    found = nil_of(e)
    if found is None:
        return None
    own = {n: text for n, text in found.attributes.items() if n not in _OF_ENCODING}
    return Nil(own) if own else None


def write_nil(v: Nil, tag: str, attributes: str = ' xsi:nil="true"') -> str:
    """An element that is nil; `attributes` has the nil and the type, as XML.

    Raises:
        TypeError: an attribute's name or its text is no `str`.
        ValueError: one cannot be written.
    """
    scope = Scope({}, {}, "nil")
    kind = ""
    if v.type and ":type=" not in attributes:
        name, declared = scope.name(v.type)
        kind = f'{declared} xsi:type="{name}"'
    return f"<{tag}{attributes}{kind}{scope.attributes(v.attributes)}/>"
