"""The global elements of a package by their names, which wildcards and faults' details may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, Final, NamedTuple

from ..secrets.redaction import Secrets
from ..values.names import declared_where_used
from ..values.values import Nil
from ..xml.element import Element, is_nil
from .derived import Types
from .nils import nil_of, write_nil
from .package import Package

# The runtime's readers and writers that need to know the package's elements.
_OF_ANY: Final = frozenset(
    {"read_any", "read_any_encoded", "write_any", "write_any_encoded"}
)

# Those that write an element, and not its text.
_OF_ELEMENTS: Final = _OF_ANY | {"write_any_simple"}

NAMED: Final = 8
"""How sure it is that an element is a declared fault's, by its qualified name."""


class KnownElements:
    """The global elements of a package's schemas.

    `entries` has a line for each: its tag, the names of its reader and writer (a type's name,
    or `soap.x` and `t.x` of a simple type's functions, a `scoped.` before a writer that needs a
    prefix; for anyType those of the runtime's wing for that), and `nil` where it may be nil. It is
    one string, read when the first element is looked up.
    """

    def __init__(
        self, package: Package, prefixes: Mapping[str, str], entries: str
    ) -> None:
        self.types: Types = package.types
        self.secrets: Secrets = package.secrets
        self.prefixes = prefixes
        self._entries = entries
        self._lines: dict[str, str] | None = None
        self._prefix_of = {uri: prefix for prefix, uri in prefixes.items()}

    @property
    def lines(self) -> dict[str, str]:
        """The rest of each element's line by its tag."""
        if self._lines is None:
            lines = self._entries.split("\n")
            self._lines = dict(line.split(" ", 1) for line in lines if line)
        return self._lines

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.tag(name) in self.lines

    def codec(self, name: str) -> ElementCodec:
        """The codec of one element.

        Raises:
            KeyError: there is no such element.
        """
        tag = self.tag(name)
        reader, writer, *nil = self.lines[tag].split(" ")
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
        return partial(result, known=self) if function in _OF_ANY else result

    def tag(self, name: str) -> str:
        """A name in Clark's notation as a tag with the package's prefix; "" where it has none."""
        namespace, brace, local = name.rpartition("}")
        if not brace:
            return local
        prefix = self._prefix_of.get(namespace[1:])
        return f"{prefix}:{local}" if prefix else ""

    def clark(self, tag: str) -> str:
        """A tag with one of the package's prefixes as a name in Clark's notation."""
        prefix, _, local = tag.rpartition(":")
        return f"{{{self.prefixes[prefix]}}}{local}" if prefix else local

    def declared(self, xml: str, but: frozenset[str] = frozenset()) -> str:
        """An element with the package's prefixes that it uses declared on it, so that it is valid anywhere.

        One that only seems to be used, in a text, is declared too, which does no harm. What is
        declared further inside does not count: its scope is there.

        Args:
            xml: the element.
            but: namespaces that are declared already wherever it is written.
        """
        return declared_where_used(
            xml,
            (
                (prefix, uri)
                for prefix, uri in self.prefixes.items()
                if uri not in but and prefix != "xml"
            ),
        )


def written(
    known: KnownElements, writer: str, value: Any, tag: str, kind: str = ""
) -> str:
    """An element with a value that is not nil; `kind` are the attributes of a simple one."""
    write = known.function("write", writer)
    if "." not in writer or writer.removeprefix("soap.") in _OF_ELEMENTS:
        text: str = write(value, tag)
        return text
    if writer.startswith("scoped."):
        content, declarations = write(value, "q")
        return f"<{tag}{kind}{declarations}>{content}</{tag}>"
    return f"<{tag}{kind}>{write(value)}</{tag}>"


class ElementCodec(NamedTuple):
    """Reads and writes one global element."""

    known: KnownElements
    name: str
    tag: str
    reader: str
    writer: str
    nillable: bool

    def likeness(self, e: Element) -> int:
        """How sure it is that an element is this one: 0 where it is not."""
        return NAMED if e.tag == self.name else 0

    def holds(self, value: object) -> bool:
        """Whether a value is of the very class that the element's type is."""
        return value.__class__ is getattr(self.known.types, self.reader, None)

    def read(self, e: Element) -> Any:  # Any: whatever the element's type holds
        """The element's value.

        Raises:
            DecodeError: it is not of its type.
        """
        if self.nillable and is_nil(e):
            return nil_of(e)
        return self.known.function("read", self.reader)(e)

    def write(self, value: Any) -> str:  # Any: as read
        """The element with a value.

        Raises:
            TypeError: the value is not of its type.
            ValueError: the value cannot be written.
        """
        if value is None and self.nillable:
            return f'<{self.tag} xsi:nil="true"/>'
        if isinstance(value, Nil) and self.nillable:
            return write_nil(value, self.tag)
        return written(self.known, self.writer, value, self.tag)
