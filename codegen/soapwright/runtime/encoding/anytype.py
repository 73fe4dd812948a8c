"""xsd:anyType by SOAP's encoding: values that declare their types, arrays of them, references."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from ..codec.checks import check_list
from ..codec.derived import registered
from ..codec.elements import KnownElements
from ..errors.refusals import Refusal
from ..values.anysimple import TypedList, any_simple
from ..values.anyxml import AnyElement
from ..values.names import (
    SOAP12_ENCODING,
    SOAP_ENCODINGS,
    XSD,
    declaration,
    is_ncname,
)
from ..wildcards.anytype import (
    ALWAYS_DECLARED,
    builtin_named,
    named_reader,
    write_value,
)
from ..wildcards.elements import any_element
from ..xml.element import (
    ARRAY_SIZE,
    ARRAY_TYPE,
    ARRAYS,
    ITEM_TYPE,
    XSI_TYPE,
    Element,
    clark_name,
)
from .arrays import array_attributes, read_array, read_nested_array, write_array
from .inlining import inlined_element
from .references import nil_or, shared
from .sharing import write_shared, writes_soap12

_ANY_TYPE: Final = f"{{{XSD}}}anyType"


# -------------------------------------------------------------------------------- reading


def read_any_encoded(e: Element, known: KnownElements) -> Any:
    """An encoded xsd:anyType, which may also be an array or point elsewhere.

    Raises:
        DecodeError: it is not of the type in its `xsi:type`.
    """
    href = e.get("href")
    if href is not None and href[:1] != "#":  # an attachment's, say: it is kept as XML
        return any_element(e).keep(known.secrets)
    return nil_or(e, any_encoded_reader(known))


class any_encoded_reader:  # noqa: N801  # called like the functions beside it
    """Reads encoded items of any type; equal ones read alike, so that shared values stay shared.

    `kind` is the item type of the array that they are in, a name in Clark's notation
    with the dimensions of arrays: `{http://www.w3.org/2001/XMLSchema}int[,]`.
    """

    def __init__(self, known: KnownElements, kind: str = "") -> None:
        self._key = known, kind

    def __call__(self, e: Element) -> Any:
        known, kind = self._key
        text = e.get(XSI_TYPE)
        name = clark_name(e, text) if text is not None else ""
        own = _declared_items(e)
        inner = kind if kind[-1:] == "]" and name in ("", *ARRAYS) else ""
        if own or inner or name in ARRAYS:
            return _read_array(e, known, own or inner)
        read = named_reader(e, known, name or kind, encoded=True)
        if read is None:
            return inlined_element(e).keep(known.secrets)
        return shared(e, read)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, any_encoded_reader) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key[1])


def _declared_items(e: Element) -> str:
    """The items that an array declares, as in SOAP 1.1: `{namespace}type[,][2]`; "" if none."""
    text = e.get(ARRAY_TYPE)
    if text is not None:
        name, bracket, dimensions = text.partition("[")
        return f"{clark_name(e, name)}{bracket}{dimensions}".strip()
    text = e.get(ITEM_TYPE)
    if text is None and e.get(ARRAY_SIZE) is None:
        return ""
    rank = len((e.get(ARRAY_SIZE) or "*").split())
    return f"{clark_name(e, text) if text else ''}[{',' * (rank - 1)}]"


def _read_array(e: Element, known: KnownElements, declared: str) -> list[Any]:
    kind, bracket, last = declared.rpartition("[")
    if not bracket:
        kind, last = declared, ""
    local = kind.rpartition("}")[2].partition("[")[0]
    item = kind if is_ncname(local) and kind not in (*ARRAYS, _ANY_TYPE) else ""
    read = any_encoded_reader(known, item)
    rank = last.count(",") + 1
    cls: type[list[Any]] = TypedList if item or rank > 1 else list
    if rank == 1:
        items = read_array(e, read, cls)
    else:
        items = read_nested_array(e, read, (rank,), cls)
    if isinstance(items, TypedList):
        items.item_type, items.rank = item, rank
    return items


def read_any_array(e: Element, known: KnownElements) -> list[Any]:
    """An array whose items may be anything: its item type is theirs, if they declare none.

    Raises:
        DecodeError: as `read_array`.
    """
    return _read_array(e, known, _declared_items(e))


# -------------------------------------------------------------------------------- writing


def write_any_encoded(value: Any, tag: str, known: KnownElements) -> str:
    """An encoded xsd:anyType, which may also be a list.

    Raises:
        TypeError: no type of the package or of XML Schema holds the value.
        ValueError: the value cannot be written.
    """
    if isinstance(value, (list, tuple)):
        write = partial(_write_array, value, known=known)
        return write_shared(value, tag, _write_array, write)
    return write_value(value, tag, known, encoded=True)


def _write_array(
    value: Sequence[Any], tag: str, attributes: str, *, known: KnownElements
) -> str:
    """A list of no declared type: its items declare their types, the array one for all."""
    if not isinstance(value, TypedList):
        kinds = {_kind(item) for item in value}
        kind = kinds.pop() if len(kinds) == 1 else "xsd:anyType"
        return _array(value, tag, attributes, "item", kind, known, "")
    return write_any_array(value, tag, attributes, "item", known)


def write_any_array(
    value: Sequence[Any],
    tag: str,
    attributes: str,
    item_tag: str,
    known: KnownElements,
    array: str = "",
) -> str:
    """An array whose items may be anything, each of which declares its type.

    `array` is the name of its own type, where it declares that.

    Raises:
        TypeError: it is no list, or no type holds an item.
        ValueError: an item cannot be written.
    """
    check_list(value)
    kind = "xsd:anyType"
    if isinstance(value, TypedList):
        if _declares_items(value, known):
            try:
                kind, declared = _prefixed(value.item_type, known)
            except ValueError as error:
                raise Refusal(value, "", str(error)) from None
            attributes += declared
        if value.rank > 1:
            prefix, soap12 = _encoding(known)
            write = partial(_write_item, tag=item_tag, known=known)
            return write_array(
                *(value, tag, attributes, kind, (value.rank,), write),
                *(item_tag, prefix),
                soap12=soap12,
                kind=array,
            )
    return _array(value, tag, attributes, item_tag, kind, known, array)


def _array(
    value: Sequence[Any],
    tag: str,
    attributes: str,
    item_tag: str,
    kind: str,
    known: KnownElements,
    array: str,
) -> str:
    items = [_write_item(item, item_tag, known) for item in value]
    prefix, soap12 = _encoding(known)
    if soap12 and kind[-1:] == "]":
        kind = f"{prefix}:Array"
    attributes += array_attributes(
        kind, [len(value)], (), prefix, soap12=soap12, kind=array
    )
    xml = f"<{tag}{attributes}>{''.join(items)}</{tag}>"
    # the array names the items' type: what they declare is declared again on it
    return known.declared(xml, ALWAYS_DECLARED) if kind[:4] != "xsd:" else xml


def _write_item(item: Any, tag: str, known: KnownElements) -> str:
    """An item; the names of items mean nothing, so that XML keeps its own."""
    if isinstance(item, AnyElement):
        return item.to_xml()
    return write_any_encoded(item, tag, known)


def _declares_items(value: TypedList, known: KnownElements) -> bool:
    """Whether an array is to declare the type of its items.

    Not where that would make a value of XML without a type.
    """
    name = value.item_type
    if not name or not any(isinstance(item, AnyElement) for item in value):
        return bool(name)
    return builtin_named(name) is None and known.types.lookup(name) is None


def _prefixed(name: str, known: KnownElements) -> tuple[str, str]:
    """An item's type with a prefix, and its declaration where the package has none."""
    namespace, _, local = name.rpartition("}")
    if not is_ncname(local.partition("[")[0]):
        raise ValueError(f"{name!r} is no name of a type")
    if not namespace:
        return local, ""
    for prefix, uri in known.prefixes.items():
        if uri == namespace[1:]:
            return f"{prefix}:{local}", ""
    return f"array:{local}", declaration("array", namespace[1:])


def _kind(value: object) -> str:
    found = registered(type(value), encoded=True)
    if found is not None:
        return found[0]
    if value is None or isinstance(value, (list, tuple, AnyElement)):
        return "xsd:anyType"
    name, _, _ = any_simple(value, "q")
    return f"xsd:{name.local}" if name.namespace == XSD else "xsd:anyType"


def _encoding(known: KnownElements) -> tuple[str, bool]:
    """The prefix of SOAP's encoding in a package, and whether it is that of SOAP 1.2.

    Raises:
        TypeError: the package has none.
    """
    for prefix, uri in known.prefixes.items():
        if uri in SOAP_ENCODINGS:
            return prefix, writes_soap12(otherwise=uri == SOAP12_ENCODING)
    raise TypeError("list given, and the service has no arrays")
