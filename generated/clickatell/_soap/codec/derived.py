"""Values of derived types: written with their `xsi:type`, read by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from ..values.strings import SPACE
from ..xml.element import XSI_TYPE, Element, clark_name
from .checks import wrong_class

T = TypeVar("T")
Writer = Callable[..., str]
_LITERAL: dict[type, tuple[str, Writer]] = {}
_ENCODED: dict[type, tuple[str, Writer]] = {}


class Types(Protocol):
    """A package's module `types`: its lazy names, and what `xsi:type` calls them."""

    def lookup(self, name: str) -> str | None:
        """The Python name of the type that a name in Clark's notation means.

        With `{*}` for the namespace, of the only type of that local name.
        """


def register(cls: type, name: str, write: Writer, *, encoded: bool = False) -> None:
    """Make a type's writer known; its module does that once, when it is loaded."""
    (_ENCODED if encoded else _LITERAL)[cls] = (name, write)


def registered(cls: type, *, encoded: bool) -> tuple[str, Writer] | None:
    """The `xsi:type` of a class, and its writer."""
    return (_ENCODED if encoded else _LITERAL).get(cls)


def write_derived(
    v: object, cls: type, tag: str, attributes: str, *, encoded: bool = False
) -> str:
    """A value whose class is not the declared one: by its own writer, with its `xsi:type`.

    Raises:
        TypeError: its class does not derive from the declared one, or has no name in the schema.
    """
    found = registered(v.__class__, encoded=encoded)
    if found is None or not isinstance(v, cls):
        raise TypeError(wrong_class(v, cls))
    name, write = found
    # the encoded writers declare the type of everything themselves
    kind = "" if encoded else f' xsi:type="{name}"'
    return write(v, tag, f"{attributes}{kind}")


def write_narrowed(
    v: T,
    tag: str,
    narrow: type[object],
    write: Callable[[Any, str], str],  # Any: what `narrow` is
    write_base: Callable[[T, str], str],
) -> str:
    """A value of a list whose items a restriction has narrowed: those need no `xsi:type`.

    Raises:
        TypeError: as the writers.
        ValueError: as the writers.
    """
    return write(v, tag) if v.__class__ is narrow else write_base(v, tag)


def derived_reader(
    e: Element, types: Types, cls: type[T], verb: str = "read"
) -> Callable[[Element], T] | None:
    """The reader of the type that an element's `xsi:type` names; None for the declared type itself.

    A type that the package does not know, or that does not derive from the declared one, is no
    reason to fail: what the declared type has is read. `verb` begins the names of the readers.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    text = e.get(XSI_TYPE)
    if text is None:
        return None
    # Most often it is the declared type that is named: where no other has its local name,
    # there is no need to find out what the prefix means, which costs more than the rest.
    local = text.rpartition(":")[2].strip(SPACE)
    if types.lookup(f"{{*}}{local}") == cls.__name__:
        return None
    name = types.lookup(clark_name(e, text))
    if name is None or name == cls.__name__:
        return None
    derived = getattr(types, name, None)
    if not (isinstance(derived, type) and issubclass(derived, cls)):
        return None
    read: Callable[[Element], T] | None = getattr(types, f"{verb}_{name}", None)
    return read
