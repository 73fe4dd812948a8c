"""Values of derived types: written with their `xsi:type`, read by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from .element import XSI_TYPE, Element, clark_name

T = TypeVar("T")
Writer = Callable[..., str]
_LITERAL: dict[type, tuple[str, Writer]] = {}
_ENCODED: dict[type, tuple[str, Writer]] = {}


class Types(Protocol):
    """A package's module `types`: its lazy names, and what `xsi:type` calls them."""

    def lookup(self, name: str) -> str | None:
        """The Python name of the type that a name in Clark's notation means."""


def register(cls: type, name: str, write: Writer, *, encoded: bool = False) -> None:
    """Make a type's writer known; its module does that once, when it is loaded."""
    (_ENCODED if encoded else _LITERAL)[cls] = (name, write)


def registered(cls: type, *, encoded: bool) -> tuple[str, Writer] | None:
    """What `xsi:type` calls a class, and its writer."""
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
        raise TypeError(f"{type(v).__name__} given, {cls.__name__} wanted")
    name, write = found
    # the encoded writers say the type of everything themselves
    kind = "" if encoded else f' xsi:type="{name}"'
    return write(v, tag, f"{attributes}{kind}")


def check_class(v: object, cls: type) -> None:
    """Refuse a value of another class.

    Raises:
        TypeError: it is of another class.
    """
    if v.__class__ is not cls:
        raise TypeError(f"{type(v).__name__} given, {cls.__name__} wanted")


def derived_reader(
    e: Element, types: Types, cls: type[T], *, encoded: bool = False
) -> Callable[[Element], T] | None:
    """The reader of the type that an element's `xsi:type` names; None for the declared type itself.

    A type that the package does not know, or that does not derive from the declared one, is no
    reason to fail: what the declared type has is read.
    """
    text = e.get(XSI_TYPE)
    if text is None:
        return None
    name = types.lookup(clark_name(e, text))
    if name is None or name == cls.__name__:
        return None
    derived = getattr(types, name, None)
    if not (isinstance(derived, type) and issubclass(derived, cls)):
        return None
    reader: Callable[[Element], T] = getattr(
        types, f"read_{'encoded_' if encoded else ''}{name}"
    )
    return reader
