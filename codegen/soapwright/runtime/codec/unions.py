"""Unions of simple types: the value of the first member that reads a text (XML Schema part 2, 2.5.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..values.strings import refusal, text
from .enumerations import is_unknown

Member = tuple[Callable[[str], Any], Callable[[Any], str]]


def parse_union(
    text: str, members: Sequence[Member]
) -> Any:  # Any: the union's own annotation says
    """The value of the first member that reads the text and writes it back as it was.

    So `01` stays itself in a union of int and string. Where none writes it back, the first that
    reads it has it. An enumeration has what it does not know only if nothing else takes it.

    Raises:
        ValueError: no member reads it.
    """
    return first_reading(text, (_readings(text, members)))


def _readings(text: str, members: Sequence[Member]) -> Iterable[tuple[Any, str | None]]:
    for parse, write in members:
        try:
            value = parse(text)
        except ValueError:
            continue
        try:
            yield value, write(value)
        except (TypeError, ValueError):
            yield value, None


def first_reading(
    given: str, readings: Iterable[tuple[Any, str | None]]
) -> Any:  # Any: as above
    """Of the values that members read of a text, each with its own text, the union's.

    Raises:
        ValueError: there is none.
    """
    escaped = text(given)
    inexact: list[object] = []
    unknown: list[object] = []
    for value, written in readings:
        if is_unknown(value):
            unknown.append(value)
        elif written == escaped:
            return value
        else:
            inexact.append(value)
    for value in (*inexact, *unknown):
        return value
    raise refusal(given, "value of any member of the union")


def union_text(value: object, writers: Sequence[Callable[[Any], str]]) -> str:
    """The text of a value by the first member that has it.

    Raises:
        TypeError: none has.
        ValueError: it is of a member's type, and cannot be written.
    """
    unwritable: ValueError | None = None
    for write in writers:
        try:
            return write(value)
        except TypeError:
            continue
        except ValueError as error:
            unwritable = unwritable or error
    raise unwritable or no_member(value)


def no_member(value: object) -> TypeError:
    """The error for a value that no member of a union has."""
    return TypeError(f"{type(value).__name__} is of no member of the union")
