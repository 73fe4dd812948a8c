"""Enumerations that a server may extend: a value that the spec does not know keeps its text."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any, TypeVar

from ..values.strings import parse_token
from ..xml.element import Element
from .reading import value as read_value


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

    It is equal by class and value, copies and pickles, and `cls(value)` still raises. It is made
    anew each time: a server could else fill the memory.
    """
    known = _known(cls, value)
    if known is not None:
        return known
    make: Any = str.__new__ if issubclass(cls, str) else object.__new__
    unknown: Any = make(cls, value) if issubclass(cls, str) else make(cls)
    unknown._name_ = str(value)
    unknown._value_ = value
    made: S = unknown
    return made


def _known(cls: type[S], value: object) -> S | None:
    # a fifth of the time that `cls(value)` takes
    members: Any = cls._value2member_map_  # Any: of any Enum, to typeshed
    found: S | None = members.get(value)
    return found


def is_unknown(value: object) -> bool:
    """Whether a value is an enumeration's that its spec does not know, or a list with one."""
    if isinstance(value, list):
        return any(map(is_unknown, value))
    if not isinstance(value, (OpenStrEnum, OpenEnum)):
        return False
    return value._value_ not in type(value)._value2member_map_


def parse_member(cls: type[S], text: str, parse: Callable[[str], object] = str) -> S:
    """The member of a text; white space around it is allowed.

    Raises:
        ValueError: the text is none of the values' type.
    """
    found = _known(cls, text)  # of strings, mostly: then nothing is to be parsed
    if found is not None:
        return found
    value = parse(text)
    found = _known(cls, value)
    if found is None and isinstance(value, str):
        found = _known(cls, parse_token(value))
    return member(cls, value) if found is None else found


def read_member(e: Element, cls: type[S], parse: Callable[[str], S]) -> S:
    """The member of an element's text; most are known as they are.

    Raises:
        DecodeError: it holds elements, is nil, or is none of the values' type.
    """
    members: Any = cls._value2member_map_  # Any: of any Enum, to typeshed
    found: S | None = members.get(e.text)
    return read_value(e, parse) if found is None or len(e) else found


def member_text(v: S, cls: type[S], text: Callable[[Any], str]) -> str:
    """The text of a member.

    Raises:
        TypeError: the value is none of the enumeration.
    """
    if v.__class__ is not cls:
        raise TypeError(f"{type(v).__name__} given, {cls.__name__} wanted")
    return text(v._value_)
