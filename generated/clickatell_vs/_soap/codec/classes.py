"""Dataclasses whose methods are made when the first of them is used.

The standard library's decorator compiles `__init__`, `__repr__` and `__eq__` of each class as it is loaded,
which is most of what loading a type costs; readers and writers call none of them. The decorator here gives a
class its slots at once. In the place of all else that the other one adds it has descriptors (`_Later`): the
first that is asked for puts the real attributes in the place of them all. Type checkers see the other one.
"""

from __future__ import annotations

import dataclasses
import sys
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any

# What the standard library's decorator adds to a class.
_ADDED = (
    *("__init__", "__repr__", "__eq__", "__match_args__"),
    *("__dataclass_fields__", "__dataclass_params__"),
    *(("__replace__",) if sys.version_info >= (3, 13) else ()),
)


class _Unfinished:
    """A class that has its slots, but not yet what the standard library's decorator adds.

    Args:
        body: the class as it was declared: its annotations, the fields' defaults, its own methods.
        shown: whether it gets a `__repr__`.
    """

    __slots__ = ("body", "cls", "lacks")

    def __init__(self, body: dict[str, Any], shown: bool) -> None:
        self.body = body
        lacks = [name for name in _ADDED if name not in body]
        self.lacks = lacks if shown else [n for n in lacks if n != "__repr__"]
        self.cls: type[Any] = object  # set when it is made

    def finish(self) -> None:
        """Add it, but where somebody has set another attribute; threads that do so at once add the same."""
        cls, body = self.cls, dict(self.body)
        if cls.__module__ not in sys.modules:
            # The decorator looks annotations up in the class's module, which must be there.
            body["__module__"] = "builtins"
        # The decorator is given a second class, without slots: in `cls` a field's slot has the place of its default.
        beside = type(cls.__name__, cls.__bases__, body)
        shown = "__repr__" in self.lacks
        found = dataclasses.dataclass(kw_only=True, repr=shown)(beside).__dict__
        for name in self.lacks:
            if isinstance(cls.__dict__.get(name), _Later):
                setattr(cls, name, found[name])


class _Later:
    """An attribute of a class, for which the class is finished when it is first asked for.

    Who takes it out of the class's `__dict__`, as pydantic does, finds the real one's own attributes in it.
    """

    __slots__ = ("name", "unfinished")

    def __init__(self, name: str, unfinished: _Unfinished) -> None:
        self.name = name
        self.unfinished = unfinished

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        found = self._real()
        bind = getattr(type(found), "__get__", None)
        return found if bind is None else bind(found, instance, owner)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)

    def _real(self) -> Any:
        self.unfinished.finish()
        return self.unfinished.cls.__dict__[self.name]


def _with_slots(cls: type[Any], shown: bool) -> type[Any]:
    """The class with slots for the fields that it declares, unfinished."""
    fields, base = cls.__annotations__, cls.__base__
    body = {
        n: v for n, v in cls.__dict__.items() if n not in ("__dict__", "__weakref__")
    }
    body["__qualname__"] = cls.__qualname__
    unfinished = _Unfinished(body, shown)
    made = {name: value for name, value in body.items() if name not in fields}
    made["__slots__"] = tuple(
        name
        for name in fields
        if not isinstance(getattr(base, name, None), MemberDescriptorType)
    )
    made["__hash__"] = None
    made.update((name, _Later(name, unfinished)) for name in unfinished.lacks)
    unfinished.cls = type(cls.__name__, cls.__bases__, made)
    return unfinished.cls


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, slots: bool, kw_only: bool, repr: bool = True):
        """The standard library's, of classes that have slots, and are made by keywords alone."""
        return lambda cls: _with_slots(cls, repr)
