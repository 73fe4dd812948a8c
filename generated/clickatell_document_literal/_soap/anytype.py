"""xsd:anyType: values that say by their `xsi:type` what they are, else XML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from .anysimple import any_simple, is_simple_builtin, parse_any_simple
from .anyxml import AnyElement
from .arrays import array_attributes, read_array, read_nested_array
from .derived import Types, registered
from .element import (
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
from .inlining import any_element, inlined_element
from .names import SOAP12_ENCODING, SOAP_ENCODINGS, XSD, XSI, QName, declaration
from .references import nil_or, shared

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
    item = "" if kind in ARRAYS or kind == f"{{{XSD}}}anyType" else kind
    read = any_encoded_reader(known, item)
    rank = last.count(",") + 1
    return read_array(e, read) if rank == 1 else read_nested_array(e, read, (rank,))


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


def _write_array(value: list[Any] | tuple[Any, ...], tag: str, known: Package) -> str:
    """A list of no declared type: its items say what they are, the array what they all are."""
    items = [write_any_encoded(item, "item", known) for item in value]
    kinds = {_kind(item, known) for item in value}
    kind = kinds.pop() if len(kinds) == 1 else "xsd:anyType"
    prefix, soap12 = known.encoding
    attributes = array_attributes(kind, [len(value)], (), prefix, soap12=soap12)
    xml = f"<{tag}{attributes}>{''.join(items)}</{tag}>"
    # the array names the items' type: what they declare is declared again where it stands
    return known.declared(xml, _ALWAYS_DECLARED) if kind[:4] != "xsd:" else xml


def _kind(value: object, known: Package) -> str:
    found = registered(type(value), encoded=True)
    if found is not None:
        return found[0]
    if value is None or isinstance(value, (list, tuple, AnyElement)):
        return "xsd:anyType"
    name, _, _ = any_simple(value, "q")
    return f"xsd:{name.local}" if name.namespace == XSD else "xsd:anyType"
