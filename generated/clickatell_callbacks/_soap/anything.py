"""What may be anything: xsd:anyType, wildcards, the global elements that are known by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from .anysimple import any_simple, is_simple_builtin, parse_any_simple
from .anyxml import AnyElement
from .arrays import read_array
from .derived import Types, registered
from .element import XSI_TYPE, Element, bad, clark_name, is_nil
from .errors import DecodeError
from .names import QName, declaration
from .references import nil_or, target_of

_XSD = "http://www.w3.org/2001/XMLSchema"
_ENCODINGS = (
    "http://schemas.xmlsoap.org/soap/encoding/",
    "http://www.w3.org/2003/05/soap-encoding",
)


class KnownElements:
    """The global elements of a package's schemas.

    `entries` has a line for each: its tag, the names of its reader and writer (a type's name,
    or `soap.x` and `t.x` of a simple type's functions, a `scoped.` before a writer that needs a
    prefix; `any` for anyType), and `nil` where it may be nil. It is one string, read when the
    first element is looked up.
    """

    def __init__(self, types: Types, prefixes: Mapping[str, str], entries: str) -> None:
        self.types = types
        self.prefixes = prefixes
        self._entries = entries
        self._table: dict[str, list[str]] | None = None

    @property
    def table(self) -> dict[str, list[str]]:
        """The words of each element's line, by its name in Clark's notation."""
        if self._table is None:
            lines = [line.split(" ") for line in self._entries.split("\n") if line]
            self._table = {self.clark(words[0]): words for words in lines}
        return self._table

    def __contains__(self, name: object) -> bool:
        return name in self.table

    def codec(self, name: str) -> ElementCodec:
        """What reads and writes one element.

        Raises:
            KeyError: there is no such element.
        """
        tag, reader, writer, *nil = self.table[name]
        return ElementCodec(self, name, tag, reader, writer, bool(nil))

    def function(self, verb: str, name: str) -> Callable[..., Any]:
        """A reader or a writer by its name in the table."""
        home, _, function = name.removeprefix("scoped.").rpartition(".")
        if home == "soap":
            found = getattr(import_module(__package__ or ""), function)
        elif home:
            found = getattr(self.types, function)
        else:
            found = getattr(self.types, f"{verb}_{name}")
        result: Callable[..., Any] = found
        return result

    def declared(self, xml: str) -> str:
        """An element with the package's prefixes that it uses declared on it, to stand anywhere."""
        used = [
            declaration(prefix, uri)
            for prefix, uri in self.prefixes.items()
            if f"{prefix}:" in xml and f"xmlns:{prefix}=" not in xml
        ]
        if not used:
            return xml
        end = min(i for i in (xml.find(" "), xml.find(">"), xml.find("/>")) if i > 0)
        return f"{xml[:end]}{''.join(used)}{xml[end:]}"

    def clark(self, tag: str) -> str:
        """A tag with one of the package's prefixes as a name in Clark's notation."""
        prefix, _, local = tag.rpartition(":")
        return f"{{{self.prefixes[prefix]}}}{local}" if prefix else local


@dataclass(frozen=True, slots=True)
class ElementCodec:
    """Reads and writes one global element."""

    known: KnownElements
    name: str
    tag: str
    reader: str
    writer: str
    nillable: bool

    def matches(self, e: Element) -> bool:
        """Whether an element is this one."""
        return bool(e.tag == self.name)

    def read(self, e: Element) -> Any:  # Any: whatever the element's type holds
        """The element's value.

        Raises:
            DecodeError: it is not what its type says.
        """
        if self.reader == "any":
            return read_any(e, self.known)
        if self.nillable and is_nil(e):
            return None
        return self.known.function("read", self.reader)(e)

    def write(self, value: Any) -> str:  # Any: as read
        """The element with a value.

        Raises:
            TypeError: the value is not of its type.
            ValueError: the value cannot be written.
        """
        if value is None and self.nillable:
            return f'<{self.tag} xsi:nil="true"/>'
        if self.writer == "any":
            return write_any(value, self.tag, self.known)
        write = self.known.function("write", self.writer)
        if "." not in self.writer:
            text: str = write(value, self.tag)
            return text
        if self.writer.startswith("scoped."):
            content, declarations = write(value, "q")
            return f"<{self.tag}{declarations}>{content}</{self.tag}>"
        return f"<{self.tag}>{write(value)}</{self.tag}>"


@dataclass(frozen=True, slots=True)
class PartCodec:
    """Reads and writes a fault's detail that is a part of a type, not an element."""

    known: KnownElements
    tag: str
    name: str
    reader: str
    writer: str
    kind: str

    def matches(self, e: Element) -> bool:
        """By the part's name, else by the name of its type: stacks differ in which they use."""
        tag: str = e.tag
        local = tag.rpartition("}")[2]
        said = (e.get(XSI_TYPE) or "").rpartition(":")[2]
        kind = self.kind.rpartition(":")[2]
        return local == self.name or bool(kind) and kind in (local, said)

    def read(self, e: Element) -> Any:  # Any: whatever the part's type holds
        """The part's value.

        Raises:
            DecodeError: it is not what its type says.
        """
        if self.reader == "any":
            return read_any(e, self.known)
        return nil_or(e, self.known.function("read", self.reader))

    def write(self, value: Any) -> str:  # Any: as read
        """The part's element with a value.

        Raises:
            TypeError: the value is not of its type.
            ValueError: the value cannot be written.
        """
        if self.writer == "any":
            return write_any(value, self.tag, self.known)
        write = self.known.function("write", self.writer)
        if "." not in self.writer:
            text: str = write(value, self.tag)
            return text
        kind = f' xsi:type="{self.kind}"' if self.kind else ""
        return f"<{self.tag}{kind}>{write(value)}</{self.tag}>"


# ------------------------------------------------------------------------------- wildcards


def read_wildcard(e: Element, known: KnownElements) -> AnyElement | tuple[str, Any]:
    """What stands for a wildcard: a known element as its name and value, else its XML.

    An element that is known and yet does not read stays XML: a wildcard may be lax.

    Raises:
        DecodeError: it cannot even be kept as XML.
    """
    if e.tag in known:
        try:
            return e.tag, known.codec(e.tag).read(e)
        except DecodeError:
            pass  # kept below as what it is: XML of a known name and another shape
    return any_element(e)


def any_element(e: Element) -> AnyElement:
    """An element as XML.

    Raises:
        DecodeError: it cannot be kept.
    """
    try:
        return AnyElement.from_element(e)
    except ValueError as error:
        bad(e, error)


def write_wildcards(
    items: list[AnyElement | tuple[str, Any]], known: KnownElements
) -> str:
    """What stands for a wildcard, as XML that declares its own prefixes.

    Raises:
        TypeError: an item is neither XML nor a pair.
        ValueError: a name is not known, or a value cannot be written.
    """
    return "".join([_wildcard(item, known) for item in items])


def _wildcard(item: object, known: KnownElements) -> str:
    if isinstance(item, AnyElement):
        return item.to_xml()
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        if item[0] not in known:
            raise ValueError(f"{item[0]!r} is no element of the schemas")
        return known.declared(known.codec(item[0]).write(item[1]))
    raise TypeError(f"{type(item).__name__} given, AnyElement or (name, value) wanted")


# ----------------------------------------------------------------------------- xsd:anyType


def read_any(e: Element, known: KnownElements) -> Any:
    """A literal xsd:anyType: what its `xsi:type` says, else its XML; nil is None.

    Raises:
        DecodeError: it is not what its `xsi:type` says.
    """
    if is_nil(e):
        return None
    return _typed(e, known, encoded=False)


def read_any_encoded(e: Element, known: KnownElements) -> Any:
    """An encoded xsd:anyType, which may also be an array or point elsewhere.

    Raises:
        DecodeError: it is not what its `xsi:type` says.
    """
    target = target_of(e)
    if is_nil(target):
        return None
    return _typed(target, known, encoded=True)


def _typed(e: Element, known: KnownElements, *, encoded: bool) -> Any:
    text = e.get(XSI_TYPE)
    name = clark_name(e, text) if text is not None else ""
    if encoded and (_is_array(name) or not name and _array_type(e) is not None):
        return read_array(e, any_encoded_reader(known))
    if not name:
        return any_element(e)
    namespace, _, local = name[1:].rpartition("}") if name[0] == "{" else ("", "", name)
    builtin = QName(namespace, local)
    if is_simple_builtin(builtin) and not len(e):
        try:
            return parse_any_simple(builtin, e.text or "", e.nsmap)
        except ValueError as error:
            bad(e, error)
    kind = known.types.lookup(name)
    verb = "read_encoded" if encoded else "read"
    if kind is None or registered(_class(known, kind), encoded=encoded) is None:
        return any_element(e)
    return getattr(known.types, f"{verb}_{kind}")(e)


def _class(known: KnownElements, kind: str) -> type:
    found = getattr(known.types, kind, None)
    return found if isinstance(found, type) else object


def _is_array(name: str) -> bool:
    return name in [f"{{{encoding}}}Array" for encoding in _ENCODINGS]


def _array_type(e: Element) -> str | None:
    return e.get(f"{{{_ENCODINGS[0]}}}arrayType") or e.get(
        f"{{{_ENCODINGS[1]}}}itemType"
    )


class any_encoded_reader:  # noqa: N801  # called like the functions beside it
    """Reads encoded items of any type; equal for one package, so that shared values stay shared."""

    def __init__(self, known: KnownElements) -> None:
        self._known = known

    def __call__(self, e: Element) -> Any:
        return read_any_encoded(e, self._known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, any_encoded_reader) and other._known is self._known

    def __hash__(self) -> int:
        return hash(id(self._known))


def any_reader(known: KnownElements) -> Callable[[Element], Any]:
    """Reads literal items of any type."""
    return lambda e: read_any(e, known)


def write_any(value: Any, tag: str, known: KnownElements) -> str:
    """A literal xsd:anyType: XML as it is, a value with its `xsi:type`, None as nil.

    Raises:
        TypeError: no type of the package or of XML Schema holds the value.
        ValueError: the value cannot be written.
    """
    return _write(value, tag, known, encoded=False)


def write_any_encoded(value: Any, tag: str, known: KnownElements) -> str:
    """An encoded xsd:anyType, which may also be a list.

    Raises:
        TypeError: no type of the package or of XML Schema holds the value.
        ValueError: the value cannot be written.
    """
    if isinstance(value, list):
        return _write_array(value, tag, known)
    return _write(value, tag, known, encoded=True)


def _write(value: Any, tag: str, known: KnownElements, *, encoded: bool) -> str:
    if value is None:
        return f'<{tag} xsi:nil="true"/>'
    if isinstance(value, AnyElement):
        return replace(value, tag=known.clark(tag)).to_xml()
    found = registered(type(value), encoded=encoded)
    if found is not None:
        name, write = found
        kind = "" if encoded else f' xsi:type="{name}"'
        return known.declared(write(value, tag, kind))
    simple, text, declarations = any_simple(value, "q")
    space = simple.namespace
    prefix = "xsd" if space == _XSD else _encoding_prefix(known, space)
    return f'<{tag} xsi:type="{prefix}:{simple.local}"{declarations}>{text}</{tag}>'


def _encoding_prefix(known: KnownElements, namespace: str) -> str:
    return next(p for p, uri in known.prefixes.items() if uri == namespace)


def _write_array(value: list[Any], tag: str, known: KnownElements) -> str:
    """A list of no declared type: its items say what they are, the array what they all are."""
    items = [write_any_encoded(item, "item", known) for item in value]
    kinds = {_kind(item, known) for item in value}
    kind = kinds.pop() if len(kinds) == 1 else "xsd:anyType"
    encoding = next(p for p, uri in known.prefixes.items() if uri in _ENCODINGS)
    return (
        f'<{tag} xsi:type="{encoding}:Array" {encoding}:arrayType="{kind}[{len(value)}]">'
        f"{''.join(items)}</{tag}>"
    )


def _kind(value: object, known: KnownElements) -> str:
    found = registered(type(value), encoded=True)
    if found is not None:
        return found[0]
    if value is None or isinstance(value, (list, AnyElement)):
        return "xsd:anyType"
    name, _, _ = any_simple(value, "q")
    return f"xsd:{name.local}" if name.namespace == _XSD else "xsd:anyType"
