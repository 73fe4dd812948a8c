"""Enumerations that a server may extend: a value that the spec does not know keeps its text."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any, TypeVar

from .strings import SPACE


class OpenStrEnum(StrEnum):
    """The base of enumerations of strings."""

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return member, (type(self), self._value_)


class OpenEnum(Enum):
    """The base of enumerations of other values."""

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return member, (type(self), self._value_)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        same: bool = self._value_ == other._value_
        return same

    def __hash__(self) -> int:
        return hash(self._value_)


S = TypeVar("S", bound=OpenStrEnum | OpenEnum)


def member(cls: type[S], value: object) -> S:
    """The member of a value; one that is not registered for a value that the spec does not know.

    It is equal by class and value, copies and pickles, and `cls(value)` still raises.
    """
    known: Callable[[object], S] = cls
    try:
        return known(value)
    except ValueError:
        make: Any = str.__new__ if issubclass(cls, str) else object.__new__
        unknown: S = make(cls, value) if issubclass(cls, str) else make(cls)
        unknown._name_ = str(value)
        unknown._value_ = value
        return unknown


def parse_member(cls: type[S], text: str, parse: Callable[[str], object] = str) -> S:
    """The member that a text stands for; white space around it is allowed.

    Raises:
        ValueError: the text is none of the values' type.
    """
    known: Callable[[object], S] = cls
    try:
        return known(parse(text))
    except ValueError:
        return member(cls, parse(text.strip(SPACE)))


def member_text(v: S, cls: type[S], text: Callable[[Any], str]) -> str:
    """The text of a member.

    Raises:
        TypeError: the value is none of the enumeration.
    """
    if v.__class__ is not cls:
        raise TypeError(f"{type(v).__name__} given, {cls.__name__} wanted")
    return text(v._value_)
