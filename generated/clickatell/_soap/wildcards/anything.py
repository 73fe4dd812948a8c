"""The global elements that are known by name: what may stand for a wildcard, or in a fault's detail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from ..codec.derived import Types
from ..encoding.inlining import any_element as any_element
from ..encoding.references import nil_or, target_of
from ..errors.errors import DecodeError
from ..values.anyxml import AnyElement
from ..xml.element import XSI_TYPE, Element, clark_name, is_nil, without_paths
from .anytype import (
    Package,
    read_any,
    read_any_encoded,
    write_any,
    write_any_encoded,
)
from .anytype import any_encoded_reader as any_encoded_reader
from .anytype import any_reader as any_reader
from .anytype import read_any_array as read_any_array
from .anytype import write_any_array as write_any_array

__all__ = [
    "KnownElements",
    "PartCodec",
    "any_element",
    "any_encoded_reader",
    "any_reader",
    "read_any",
    "read_any_array",
    "read_any_encoded",
    "read_wildcard",
    "write_any",
    "write_any_array",
    "write_any_encoded",
    "write_wildcards",
]


# What reads and writes xsd:anyType, literal and encoded.
_ANY_READERS: Final = {"any": read_any, "any_encoded": read_any_encoded}
_ANY_WRITERS: Final = {"any": write_any, "any_encoded": write_any_encoded}

# How sure it is that an element is a declared fault's: by its type, or else by its qualified name
# or as a derived type; less where only a local name says so.
_TYPED: Final = 16
_NAMED: Final = 8


class KnownElements(Package):
    """The global elements of a package's schemas.

    `entries` has a line for each: its tag, the names of its reader and writer (a type's name,
    or `soap.x` and `t.x` of a simple type's functions, a `scoped.` before a writer that needs a
    prefix; `any` for anyType), and `nil` where it may be nil. It is one string, read when the
    first element is looked up.
    """

    def __init__(self, types: Types, prefixes: Mapping[str, str], entries: str) -> None:
        super().__init__(types, prefixes)
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
            found = getattr(
                import_module((__package__ or "").rpartition(".")[0]), function
            )
        elif home:
            found = getattr(self.types, function)
        else:
            found = getattr(self.types, f"{verb}_{name}")
        result: Callable[..., Any] = found
        return result


def _written(
    known: KnownElements, writer: str, value: Any, tag: str, kind: str = ""
) -> str:
    """An element with a value that is not nil; `kind` are the attributes of a simple one."""
    if writer in _ANY_WRITERS:
        return _ANY_WRITERS[writer](value, tag, known)
    write = known.function("write", writer)
    if "." not in writer:
        text: str = write(value, tag)
        return text
    if writer.startswith("scoped."):
        content, declarations = write(value, "q")
        return f"<{tag}{kind}{declarations}>{content}</{tag}>"
    return f"<{tag}{kind}>{write(value)}</{tag}>"


@dataclass(frozen=True, slots=True)
class ElementCodec:
    """Reads and writes one global element."""

    known: KnownElements
    name: str
    tag: str
    reader: str
    writer: str
    nillable: bool

    def likeness(self, e: Element) -> int:
        """How sure it is that an element is this one: 0 where it is not."""
        return _NAMED if e.tag == self.name else 0

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
        return _written(self.known, self.writer, value, self.tag)


@dataclass(frozen=True, slots=True)
class PartCodec:
    """Reads and writes a fault's detail that is a part of a type, not an element.

    `reader` and `writer` are as in `KnownElements`, and may be `any_encoded`; `kind` is what
    `xsi:type` calls the type, "" where it is not to be said.
    """

    known: KnownElements
    tag: str
    name: str
    reader: str
    writer: str
    kind: str

    def likeness(self, e: Element) -> int:
        """How sure it is that an element is this part: 0 where it is not.

        What `xsi:type` says decides, where it is a type of the package. Without, the element
        has the name of the part or of its type: stacks differ in which they use.
        """
        types = self.known.types
        own = self.reader.removeprefix("encoded_")
        tag: str = e.tag
        local = tag.rpartition("}")[2]
        of_type = local == self.kind.rpartition(":")[2] or types.lookup(tag) == own
        named = (local == self.name) + 2 * of_type
        said = _type_said(e)
        if not said:
            return named
        kind = types.lookup(said)
        if kind == own or self.kind and said == self.known.clark(self.kind):
            return _TYPED + named
        if kind is None:
            return named
        cls, base = getattr(types, kind, None), getattr(types, own, None)
        if isinstance(cls, type) and isinstance(base, type) and issubclass(cls, base):
            return _NAMED + named
        return 0

    def read(self, e: Element) -> Any:  # Any: whatever the part's type holds
        """The part's value.

        Raises:
            DecodeError: it is not what its type says.
        """
        if self.reader in _ANY_READERS:
            return _ANY_READERS[self.reader](e, self.known)
        return nil_or(e, self.known.function("read", self.reader))

    def write(self, value: Any) -> str:  # Any: as read
        """The part's element with a value.

        Raises:
            TypeError: the value is not of its type.
            ValueError: the value cannot be written.
        """
        if value is None:
            return self.known.declared(f'<{self.tag} xsi:nil="true"/>')
        kind = f' xsi:type="{self.kind}"' if self.kind else ""
        return _written(self.known, self.writer, value, self.tag, kind)


def _type_said(e: Element) -> str:
    """What `xsi:type` says that an element is, or that is what it points to; "" if nothing."""
    try:
        e = target_of(e)
        text = e.get(XSI_TYPE)
        return clark_name(e, text) if text is not None else ""
    except DecodeError:
        return ""  # whoever reads it is told


# ------------------------------------------------------------------------------- wildcards


def read_wildcard(e: Element, known: KnownElements) -> AnyElement | tuple[str, Any]:
    """What stands for a wildcard: a known element as its name and value, else its XML.

    An element that is known and yet does not read stays XML: a wildcard may be lax.

    Raises:
        DecodeError: it cannot even be kept as XML.
    """
    if e.tag in known:
        try:
            with without_paths():
                return e.tag, known.codec(e.tag).read(e)
        except DecodeError:
            pass  # kept below as what it is: XML of a known name and another shape
    return any_element(e)


def write_wildcards(
    items: list[AnyElement | tuple[str, Any]], known: KnownElements
) -> str:
    """What stands for a wildcard, as XML that declares its own prefixes.

    Raises:
        TypeError: an item is neither XML nor a pair, or they are no list.
        ValueError: a name is not known, or a value cannot be written.
    """
    if not isinstance(items, (list, tuple)):
        raise TypeError(f"{type(items).__name__} given, list wanted")
    return "".join([_wildcard(item, known) for item in items])


def _wildcard(item: object, known: KnownElements) -> str:
    if isinstance(item, AnyElement):
        return item.to_xml()
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        if item[0] not in known:
            raise ValueError(f"{item[0]!r} is no element of the schemas")
        return known.declared(known.codec(item[0]).write(item[1]))
    raise TypeError(f"{type(item).__name__} given, AnyElement or (name, value) wanted")
