"""The drafts of XML Schema (1999, October 2000), written again as the recommendation of 2001.

WSDLs of the first years use their namespaces, often with the recommendation's structures. The
whole document is copied, the WSDL around the schemas too: message parts name the same types.
What changed between the drafts of 7 April 2000 (which kept the namespace of 1999) and 24 October
2000 and the recommendation of 2 May 2001 is taken from their texts:

* a type derived by attributes of its own (`base`, `derivedBy`, `content`), its facets or
  particles and attributes directly in it;
* names of types and facets;
* `use` and `value` of attributes, `nullable`, `equivClass`, `exact`, `*` for unbounded;
* selectors of identity constraints were text: those are left out, they carry no type.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from lxml import etree

from soapwright.model.namespaces import XSD, XSI
from soapwright.wsdl.copying import is_declarable
from soapwright.wsdl.lines import copy_source_line
from soapwright.wsdl.namespaces import WSDL, XSD_DRAFTS

_OLD_URIS = {
    **dict.fromkeys(XSD_DRAFTS, XSD),
    **{f"{uri}-instance": XSI for uri in XSD_DRAFTS},
}
_ARRAY_TYPE = f"{{{WSDL}}}arrayType"
_TYPE_ATTRIBUTES = ("type", "base", "itemType", "memberTypes", _ARRAY_TYPE)
_TYPES = {
    "ur-type": "anyType",
    "urType": "anyType",
    "timeInstant": "dateTime",
    "timeDuration": "duration",
    "timePeriod": "string",
    "recurringDate": "gMonthDay",
    "recurringDay": "gDay",
    "month": "gYearMonth",
    "year": "gYear",
    "century": "string",
    "recurringDuration": "string",
    "uriReference": "anyURI",
    "uri": "anyURI",
    "CDATA": "normalizedString",
    "binary": "base64Binary",
    "real": "double",
    "number": "decimal",
    "non-negative-integer": "nonNegativeInteger",
    "positive-integer": "positiveInteger",
    "non-positive-integer": "nonPositiveInteger",
    "negative-integer": "negativeInteger",
}
_ELEMENTS = {
    "precision": "totalDigits",
    "scale": "fractionDigits",
    "minlength": "minLength",
    "maxlength": "maxLength",
    "info": "appinfo",
}
_LEFT_OUT = frozenset({"encoding", "period", "duration", "unique", "key", "keyref"})
_ATTRIBUTES = {
    "nullable": "nillable",
    "equivClass": "substitutionGroup",
    "exact": "block",
}
_PARTICLES = frozenset({"element", "any", "group", "sequence", "choice", "all"})
_COMPOSITORS = frozenset({"group", "sequence", "choice", "all"})
_ORDERS = {"seq": "sequence", "choice": "choice", "all": "all"}


def is_draft(text: bytes) -> bool:
    """Whether a document's text names a draft's namespace."""
    return any(uri.encode() in text for uri in XSD_DRAFTS)


def modernised(root: etree._Element) -> etree._Element:
    """A copy of a document with the drafts' namespaces and structures brought up to 2001."""
    copy = etree.Element(_tag(root), _attributes(root), nsmap=_nsmap(root))
    _finish(root, copy)
    return copy


def _finish(source: etree._Element, copy: etree._Element) -> None:
    """Give a copy its line, its text and its children."""
    copy_source_line(source, copy)
    copy.text = source.text
    if _is_draft(source):
        _restructure(source, copy)
    else:
        _copy_all(source, copy)


def _copy_all(children: Iterable[etree._Element], parent: etree._Element) -> None:
    for child in children:
        if _is_draft(child) and _local(child) in _LEFT_OUT:
            continue
        copy = etree.SubElement(
            parent, _tag(child), _attributes(child), nsmap=_nsmap(child)
        )
        copy.tail = child.tail
        _finish(child, copy)


def _restructure(source: etree._Element, copy: etree._Element) -> None:
    """Copy the children of a draft's element, into elements that only the recommendation has."""
    match _local(source):
        case "simpleType" if source.get("base"):
            _copy_all(_annotations(source), copy)
            _copy_all(_others(source), _simple_derivation(source, copy))
        case "complexType":
            _copy_all(_annotations(source), copy)
            _copy_content(source, _complex_derivation(source, copy))
        case "extension" | "restriction" if _is_complex(source):
            _copy_all(_annotations(source), copy)
            _copy_content(source, copy)
        case "group" if source.get("name"):
            _copy_all(_annotations(source), copy)
            _copy_particles(source, copy)
        case _:
            _copy_all(source, copy)


def _simple_derivation(source: etree._Element, copy: etree._Element) -> etree._Element:
    base = _renamed(source, source.get("base", ""))
    if source.get("derivedBy") == "list":
        return _inserted(source, copy, "list", itemType=base)
    return _inserted(source, copy, "restriction", base=base)


def _complex_derivation(source: etree._Element, copy: etree._Element) -> etree._Element:
    """The element that a complex type's particles and attributes go to: itself without a base."""
    content, base = source.get("content"), source.get("base")
    if content == "textOnly":
        inner = _inserted(source, copy, "simpleContent")
        text = _renamed(source, base) if base else _prefixed(copy, "string")
        return _inserted(source, inner, "extension", base=text)
    if not base:
        return copy
    kind = "simpleContent" if _is_builtin(source, base) else "complexContent"
    derivation = source.get("derivedBy", "restriction")
    if derivation not in ("restriction", "extension") or kind == "simpleContent":
        derivation = "extension"
    inner = _inserted(source, copy, kind)
    return _inserted(source, inner, derivation, base=_renamed(source, base))


def _copy_content(source: etree._Element, copy: etree._Element) -> None:
    _copy_particles(source, copy)
    rest = (c for c in _others(source) if _local(c) not in _PARTICLES)
    _copy_all(rest, copy)


def _copy_particles(source: etree._Element, copy: etree._Element) -> None:
    """Particles: one group as it is, several particles or a bare one in a group of their own."""
    particles = [c for c in source if _local(c) in _PARTICLES]
    order = source.get("order") if _local(source) == "group" else None
    grouped = len(particles) == 1 and _local(particles[0]) in _COMPOSITORS
    if particles and (order or not grouped):
        copy = _inserted(source, copy, _ORDERS.get(order or "", "sequence"))
    _copy_all(particles, copy)


def _tag(node: etree._Element) -> str:
    name = etree.QName(node)
    if not _is_draft(node):
        return str(node.tag)
    local = _ELEMENTS.get(name.localname, name.localname)
    if local == "group" and not (node.get("name") or node.get("ref")):
        local = _ORDERS.get(node.get("order", "seq"), "sequence")
    return f"{{{XSD}}}{local}"


def _attributes(node: etree._Element) -> dict[str, str]:
    """An element's attributes, under the names and with the values that they have today."""
    found: dict[str, str] = {}
    for key, value in node.attrib.items():
        found[_new_name(str(key))] = str(value)
    for key in _TYPE_ATTRIBUTES:
        if key in found:
            found[key] = " ".join(_renamed(node, name) for name in found[key].split())
    if _is_draft(node):
        _update(node, found)
    return found


def _update(node: etree._Element, found: dict[str, str]) -> None:
    for old, new in _ATTRIBUTES.items():
        if old in found:
            found[new] = found.pop(old)
    if found.get("maxOccurs") == "*":
        found["maxOccurs"] = "unbounded"
    match _local(node):
        case "attribute":
            _update_attribute(found)
        case "complexType":
            if found.pop("content", "") == "mixed":
                found["mixed"] = "true"
            _remove(found, "base", "derivedBy")
        case "simpleType":
            _remove(found, "base", "derivedBy")
        case "group":
            _remove(found, "order")
        case _:
            pass  # the others are as they were


def _update_attribute(found: dict[str, str]) -> None:
    """Translate `use` and `value` to `default` and `fixed`, and the earlier occurrences to `use`."""
    low, high = found.pop("minOccurs", "0"), found.pop("maxOccurs", "1")
    value = found.pop("value", None)
    use = found.get("use")
    if use in ("default", "fixed"):
        del found["use"]
        if value is not None:
            found[use] = value
    elif high == "0":
        found["use"] = "prohibited"
    elif low != "0" and use is None:
        found["use"] = "required"


def _renamed(node: etree._Element, name: str) -> str:
    """The name of a type as a draft's namespace has it; others as they are."""
    prefix, colon, rest = name.rpartition(":")
    local, bracket, size = rest.partition("[")
    if node.nsmap.get(prefix or None) not in XSD_DRAFTS:
        return name
    if local == "binary" and _is_hexadecimal(node):
        return f"{prefix}{colon}hexBinary{bracket}{size}"
    return f"{prefix}{colon}{_TYPES.get(local, local)}{bracket}{size}"


def _is_hexadecimal(node: etree._Element) -> bool:
    return any(_local(c) == "encoding" and c.get("value") == "hex" for c in node)


def _is_builtin(node: etree._Element, name: str) -> bool:
    prefix, _, local = name.rpartition(":")
    uri = node.nsmap.get(prefix or None)
    return uri in (XSD, *XSD_DRAFTS) and _TYPES.get(local, local) != "anyType"


def _is_complex(source: etree._Element) -> bool:
    parent = source.getparent()
    return parent is not None and _local(parent) == "complexContent"


def _inserted(
    source: etree._Element, parent: etree._Element, local: str, **attributes: str
) -> etree._Element:
    """A new element of the recommendation, with the line of the draft's own element."""
    inner = etree.SubElement(parent, f"{{{XSD}}}{local}", attributes)
    copy_source_line(source, inner)
    return inner


def _prefixed(node: etree._Element, local: str) -> str:
    """The name of a builtin type, with a prefix of XML Schema's namespace here."""
    prefix = next(p for p, uri in node.nsmap.items() if uri == XSD)
    return f"{prefix}:{local}" if prefix else local


def _nsmap(node: etree._Element) -> dict[str, str]:
    """The namespaces that an element itself declares, those of drafts replaced."""
    parent = node.getparent()
    outer = parent.nsmap if parent is not None else {}
    declared = {
        prefix: _OLD_URIS.get(uri, uri)
        for prefix, uri in node.nsmap.items()
        if outer.get(prefix) != uri and is_declarable(uri)
    }
    return cast("dict[str, str]", declared)  # lxml-stubs forget the default, None


def _new_name(key: str) -> str:
    """An attribute's name, the instance namespace brought up to date."""
    name = etree.QName(key)
    uri = _OLD_URIS.get(name.namespace or "")
    return f"{{{uri}}}{name.localname}" if uri else key


def _remove(found: dict[str, str], *names: str) -> None:
    for name in names:
        found.pop(name, None)


def _annotations(source: etree._Element) -> list[etree._Element]:
    return [c for c in source if _local(c) == "annotation"]


def _others(source: etree._Element) -> list[etree._Element]:
    return [c for c in source if _local(c) != "annotation"]


def _is_draft(node: etree._Element) -> bool:
    return etree.QName(node).namespace in XSD_DRAFTS


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname
