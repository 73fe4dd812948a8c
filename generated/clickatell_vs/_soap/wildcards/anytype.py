"""xsd:anyType: values that say by their `xsi:type` what they are, else XML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ..codec.derived import Types, registered
from ..encoding.arrays import (
    array_attributes,
    check_list,
    read_array,
    read_nested_array,
    write_array,
)
from ..encoding.inlining import any_element, inlined_element
from ..encoding.references import nil_or, shared
from ..errors.refusals import Refusal
from ..values.anysimple import (
    TypedList,
    any_simple,
    is_simple_builtin,
    parse_any_simple,
)
from ..values.anyxml import AnyElement
from ..values.names import (
    SOAP12_ENCODING,
    SOAP_ENCODINGS,
    XSD,
    XSI,
    QName,
    declaration,
    is_ncname,
)
from ..xml.element import (
    ARRAY_SIZE,
    ARRAY_TYPE,
    ARRAYS,
    ITEM_TYPE,
    XSI_TYPE,
    Element,
    bad,
    clark_name,
    in_scope,
    is_nil,
)

_ANY_TYPE: Final = f"{{{XSD}}}anyType"
_QNAMES: Final = ("QName", "NOTATION")
_ALWAYS_DECLARED: Final = frozenset({XSD, XSI, *SOAP_ENCODINGS})


class Package:
    """What values of any type need to know of a package: its types, its prefixes."""

    def __init__(self, types: Types, prefixes: Mapping[str, str]) -> None:
        self.types = types
        self.prefixes = prefixes

    def clark(self, tag: str) -> str:
        """A tag with one of the package's prefixes as a name in Clark's notation."""
        prefix, _, local = tag.rpartition(":")
        return f"{{{self.prefixes[prefix]}}}{local}" if prefix else local

    def declared(self, xml: str, but: frozenset[str] = frozenset()) -> str:
        """An element with the package's prefixes that it uses declared on it, to stand anywhere.

        One that only seems to be used, in a text, is declared too, which does no harm. What is
        declared further inside does not count: its scope is there.

        Args:
            xml: the element.
            but: namespaces that are declared already wherever it may stand.
        """
        end = xml.index(">")
        own = xml[:end]
        needed = [
            declaration(prefix, uri)
            for prefix, uri in self.prefixes.items()
            if uri not in but
            and f"{prefix}:" in xml
            and f' xmlns:{prefix}="' not in own
            and prefix != "xml"
        ]
        if not needed:
            return xml
        after_name = min(i for i in (own.find(" "), own.find("/"), end) if i > 0)
        return f"{xml[:after_name]}{''.join(needed)}{xml[after_name:]}"

    @property
    def encoding(self) -> tuple[str, bool]:
        """The prefix of SOAP's encoding, and whether it is that of SOAP 1.2.

        Raises:
            TypeError: the package has none.
        """
        for prefix, uri in self.prefixes.items():
            if uri in SOAP_ENCODINGS:
                return prefix, uri == SOAP12_ENCODING
        raise TypeError("list given, and the service has no arrays")


# -------------------------------------------------------------------------------- reading


def read_any(e: Element, known: Package) -> Any:
    """A literal xsd:anyType: what its `xsi:type` says, else its XML; nil is None.

    Raises:
        DecodeError: it is not what its `xsi:type` says.
    """
    if is_nil(e):
        return None
    text = e.get(XSI_TYPE)
    name = clark_name(e, text) if text is not None else ""
    return _named(e, known, name, encoded=False)


def read_any_encoded(e: Element, known: Package) -> Any:
    """An encoded xsd:anyType, which may also be an array or point elsewhere.

    Raises:
        DecodeError: it is not what its `xsi:type` says.
    """
    href = e.get("href")
    if href is not None and href[:1] != "#":  # an attachment's, say: it is kept as XML
        return any_element(e)
    return nil_or(e, any_encoded_reader(known))


def _named(e: Element, known: Package, name: str, *, encoded: bool) -> Any:
    """An element by the name of its type, "" where none is known."""
    if name:
        builtin = _builtin(name)
        if builtin is not None and not len(e):
            scope = in_scope(e) if builtin.local in _QNAMES else {}
            try:
                return parse_any_simple(builtin, e.text or "", scope)
            except ValueError as error:
                bad(e, error)
        if (read := _reader(known, name, encoded=encoded)) is not None:
            return shared(e, read) if encoded else read(e)
    return inlined_element(e) if encoded else any_element(e)


def _builtin(name: str) -> QName | None:
    """The name of a simple builtin type; None where it is another's, or no name at all."""
    namespace, _, local = name.rpartition("}")
    try:
        found = QName(namespace[1:], local)
    except ValueError:
        return None
    return found if is_simple_builtin(found) else None


def _reader(
    known: Package, name: str, *, encoded: bool
) -> Callable[[Element], Any] | None:
    """The reader of a type whose values write their own name, or of an array."""
    kind = known.types.lookup(name)
    if kind is None:
        return None
    cls = getattr(known.types, kind, None)
    if isinstance(cls, type):
        if registered(cls, encoded=encoded) is None:
            return None
    elif not encoded:  # a literal array is a list of elements: its XML says more
        return None
    verb = "read_encoded" if encoded else "read"
    read: Callable[[Element], Any] | None = getattr(known.types, f"{verb}_{kind}", None)
    return read


class any_encoded_reader:  # noqa: N801  # called like the functions beside it
    """Reads encoded items of any type; equal ones read alike, so that shared values stay shared.

    `kind` is what the array that they are in says of its items, a name in Clark's notation
    with the dimensions of arrays: `{http://www.w3.org/2001/XMLSchema}int[,]`.
    """

    def __init__(self, known: Package, kind: str = "") -> None:
        self._key = known, kind

    def __call__(self, e: Element) -> Any:
        known, kind = self._key
        text = e.get(XSI_TYPE)
        name = clark_name(e, text) if text is not None else ""
        own = _items_said(e)
        inner = kind if kind[-1:] == "]" and name in ("", *ARRAYS) else ""
        if own or inner or name in ARRAYS:
            return _read_array(e, known, own or inner)
        return _named(e, known, name or kind, encoded=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, any_encoded_reader) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key[1])


def _items_said(e: Element) -> str:
    """What an array says of itself, as SOAP 1.1 does: `{namespace}type[,][2]`; "" if nothing."""
    text = e.get(ARRAY_TYPE)
    if text is not None:
        name, bracket, dimensions = text.partition("[")
        return f"{clark_name(e, name)}{bracket}{dimensions}".strip()
    text = e.get(ITEM_TYPE)
    if text is None and e.get(ARRAY_SIZE) is None:
        return ""
    rank = len((e.get(ARRAY_SIZE) or "*").split())
    return f"{clark_name(e, text) if text else ''}[{',' * (rank - 1)}]"


def _read_array(e: Element, known: Package, said: str) -> list[Any]:
    kind, bracket, last = said.rpartition("[")
    if not bracket:
        kind, last = said, ""
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


def read_any_array(e: Element, known: Package) -> list[Any]:
    """An array whose items may be anything: what it says of them is what they are, if they do not.

    Raises:
        DecodeError: as `read_array`.
    """
    return _read_array(e, known, _items_said(e))


def any_reader(known: Package) -> Callable[[Element], Any]:
    """Reads literal items of any type."""
    return partial(read_any, known=known)


# -------------------------------------------------------------------------------- writing


def write_any(value: Any, tag: str, known: Package) -> str:
    """A literal xsd:anyType: XML as it is, a value with its `xsi:type`, None as nil.

    Raises:
        TypeError: no type of the package or of XML Schema holds the value.
        ValueError: the value cannot be written.
    """
    return _write(value, tag, known, encoded=False)


def write_any_encoded(value: Any, tag: str, known: Package) -> str:
    """An encoded xsd:anyType, which may also be a list.

    Raises:
        TypeError: no type of the package or of XML Schema holds the value.
        ValueError: the value cannot be written.
    """
    if isinstance(value, (list, tuple)):
        return _write_array(value, tag, known)
    return _write(value, tag, known, encoded=True)


def _write(value: Any, tag: str, known: Package, *, encoded: bool) -> str:
    if value is None:
        return f'<{tag} xsi:nil="true"/>'
    if isinstance(value, AnyElement):
        return replace(value, tag=known.clark(tag)).to_xml()
    found = registered(type(value), encoded=encoded)
    if found is not None:
        name, write = found
        kind = "" if encoded else f' xsi:type="{name}"'
        return known.declared(write(value, tag, kind), _ALWAYS_DECLARED)
    simple, text, declarations = any_simple(value, "q")
    if simple.namespace == XSD:
        prefix, declared = "xsd", ""
    else:  # a copy in SOAP's encoding, which need not be declared
        prefix, declared = "any", declaration("any", simple.namespace)
    kind = f' xsi:type="{prefix}:{simple.local}"{declared}{declarations}'
    return f"<{tag}{kind}>{text}</{tag}>"


def _write_array(value: Sequence[Any], tag: str, known: Package) -> str:
    """A list of no declared type: its items say what they are, the array what they all are."""
    if not isinstance(value, TypedList):
        kinds = {_kind(item, known) for item in value}
        kind = kinds.pop() if len(kinds) == 1 else "xsd:anyType"
        return _array(value, tag, "", "item", kind, known, "")
    return write_any_array(value, tag, "", "item", known)


def write_any_array(
    value: Sequence[Any],
    tag: str,
    attributes: str,
    item_tag: str,
    known: Package,
    array: str = "",
) -> str:
    """An array whose items may be anything, each of which says what it is.

    `array` is the name of its own type, where it says that.

    Raises:
        TypeError: it is no list, or no type holds an item.
        ValueError: an item cannot be written.
    """
    check_list(value)
    kind = "xsd:anyType"
    if isinstance(value, TypedList):
        if _says_more(value, known):
            try:
                kind, declared = _prefixed(value.item_type, known)
            except ValueError as error:
                raise Refusal(value, "", str(error)) from None
            attributes += declared
        if value.rank > 1:
            prefix, soap12 = known.encoding
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
    known: Package,
    array: str,
) -> str:
    items = [_write_item(item, item_tag, known) for item in value]
    prefix, soap12 = known.encoding
    if soap12 and kind[-1:] == "]":
        kind = f"{prefix}:Array"
    attributes += array_attributes(
        kind, [len(value)], (), prefix, soap12=soap12, kind=array
    )
    xml = f"<{tag}{attributes}>{''.join(items)}</{tag}>"
    # the array names the items' type: what they declare is declared again where it stands
    return known.declared(xml, _ALWAYS_DECLARED) if kind[:4] != "xsd:" else xml


def _write_item(item: Any, tag: str, known: Package) -> str:
    """An item; the names of items mean nothing, so that XML keeps its own."""
    if isinstance(item, AnyElement):
        return item.to_xml()
    return write_any_encoded(item, tag, known)


def _says_more(value: TypedList, known: Package) -> bool:
    """Whether an array is to say of its items what it is said to be of.

    Not where that would make a value of XML without a type.
    """
    name = value.item_type
    if not name or not any(isinstance(item, AnyElement) for item in value):
        return bool(name)
    return _builtin(name) is None and known.types.lookup(name) is None


def _prefixed(name: str, known: Package) -> tuple[str, str]:
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


def _kind(value: object, known: Package) -> str:
    found = registered(type(value), encoded=True)
    if found is not None:
        return found[0]
    if value is None or isinstance(value, (list, tuple, AnyElement)):
        return "xsd:anyType"
    name, _, _ = any_simple(value, "q")
    return f"xsd:{name.local}" if name.namespace == XSD else "xsd:anyType"
