"""Types of SOAP's encoding: from `xsi:type` and `arrayType`, and from what they leave open."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence

from lxml import etree

from soapwright.model.api import Builtin, QName
from soapwright.model.namespaces import XSD
from soapwright.tools.infer.samples import is_nil, qname, xsi_type
from soapwright.tools.infer.values import together, type_of_texts
from soapwright.wsdl.namespaces import XSD_DRAFTS
from soapwright.wsdl.references import SOAP12_ENCODING, SOAP_ENCODINGS

ANY = QName(XSD, "anyType")
_HOPS = 8
_ID, _REF = f"{{{SOAP12_ENCODING}}}id", f"{{{SOAP12_ENCODING}}}ref"
_BUILTINS = frozenset(builtin.value for builtin in Builtin)
_ARRAY_TYPE = re.compile(r"\s*([^\s\[\]]+)\s*((?:\[[^\[\]]*\])+)\s*")


class References:
    """The references between elements of some envelopes (SOAP 1.1, section 5.1; SOAP 1.2, part 2, 3.1.5)."""

    def __init__(self, envelopes: Iterable[etree._Element]) -> None:
        self._known: dict[etree._Element, dict[str, etree._Element]] = {}
        for root in envelopes:
            known = self._known[root] = {}
            for element in root.iter():
                name = element.get("id") or element.get(_ID)
                if name is not None:
                    known.setdefault(name, element)

    def resolved(self, element: etree._Element) -> etree._Element:
        """The element that an element refers to, or itself; a few references in a row are followed."""
        known = self._known[element.getroottree().getroot()]
        for _ in range(_HOPS):
            href = element.get("href") or ""
            name = href[1:] if href.startswith("#") else element.get(_REF)
            target = known.get(name) if name is not None else None
            if target is None or target is element:
                break
            element = target
        return element

    def below(self, call: etree._Element) -> list[etree._Element]:
        """Every element below a call, targets of references included, each once."""
        found: dict[etree._Element, None] = {}
        waiting = deque(call)
        while waiting:
            element = self.resolved(waiting.popleft())
            if element not in found:
                found[element] = None
                waiting.extend(element)
        return list(found)


def declared_type(element: etree._Element) -> QName | None:
    """The type that an element declares itself, or its array declares for all items."""
    text = xsi_type(element)
    if text is not None:
        return _plain(named(element, text))
    parent = element.getparent()
    array = array_type(parent) if parent is not None else None
    if array is None or len(array[1]) > 1 or array[0] == ANY:
        return None
    return array[0]


def array_type(element: etree._Element) -> tuple[QName, list[str]] | None:
    """The type of an array's items, and its ranks as they are written: `["[,]"]`; None where it is no array."""
    if not element.attrib:
        return None
    for encoding in SOAP_ENCODINGS:
        text = element.get(f"{{{encoding}}}arrayType")
        found = None if text is None else _ARRAY_TYPE.fullmatch(text)
        if found is not None:
            ranks = re.findall(r"\[[^\]]*\]", found[2])
            return _plain(named(element, found[1])), [
                f"[{',' * rank.count(',')}]" for rank in ranks
            ]
        item = element.get(f"{{{encoding}}}itemType")
        if item is not None:
            size = (element.get(f"{{{encoding}}}arraySize") or "*").split()
            return _plain(named(element, item)), [f"[{',' * (len(size) - 1)}]"]
    text = xsi_type(element)
    if text is not None:
        name = named(element, text)
        if name.namespace in SOAP_ENCODINGS and name.local == "Array":
            return ANY, ["[]"]
    return None


def named(element: etree._Element, text: str) -> QName:
    """A qualified name in an attribute's value."""
    prefix, _, local = text.strip().rpartition(":")
    return QName(element.nsmap.get(prefix or None) or "", local)


def struct_name(element: etree._Element, target: str) -> QName | None:
    """The name of the struct that an element is; None of arrays and simple values.

    One without a declared type is named after its element.
    """
    if array_type(element) is not None:
        return None
    name = declared_type(element)
    if name is not None:
        return None if is_simple(name) or name == ANY else name
    if len(element) == 0:
        return None
    local = qname(element).local
    return QName(target, local[0].upper() + local[1:])


def is_simple(name: QName) -> bool:
    """Whether a type is a builtin, or the encoding's copy of one."""
    return name.local in _BUILTINS and name.namespace in (XSD, *SOAP_ENCODINGS)


def simple_type(instances: Sequence[etree._Element]) -> QName | None:
    """The type of these elements, declared or guessed; None where they have several.

    Nil elements are ignored where another is not nil.
    """
    full = [one for one in instances if not is_nil(one)] or instances
    declared = {name for one in full if (name := declared_type(one)) is not None}
    seen = type_of_texts(_texts(one for one in full if declared_type(one) is None))
    if not declared:
        return QName(XSD, seen)
    name, *others = declared
    if others:
        return None
    silent = any(declared_type(one) is None for one in full)
    fits = name.local in ("string", seen) or together([name.local, seen]) == name.local
    return name if fits or not silent else None


def declared_array(element: etree._Element) -> QName | None:
    """The name that an array's type has, where it has one of its own."""
    text = xsi_type(element)
    name = None if text is None else _plain(named(element, text))
    if name is None or name.namespace in (XSD, *SOAP_ENCODINGS):
        return None
    return name


def _texts(instances: Iterable[etree._Element]) -> list[str]:
    return [one.text or "" for one in instances if not is_nil(one)]


def _plain(name: QName) -> QName:
    """A draft's name of a type as the recommendation has it."""
    if name.namespace in XSD_DRAFTS:
        return ANY if name.local == "ur-type" else QName(XSD, name.local)
    return name
