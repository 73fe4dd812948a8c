"""Unions of simple types: the value of the first member that reads a text (XML Schema part 2, 2.5.1.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Member = tuple[Callable[[str], Any], Callable[[Any], str]]


def parse_union(
    text: str, members: Sequence[Member]
) -> Any:  # Any: the union's own annotation says
    """The value of the first member that reads the text and writes it back as it was.

    So `01` stays itself in a union of int and string. Where none writes it back, the first that
    reads it has it.

    Raises:
        ValueError: no member reads it.
    """
    first: list[object] = []
    for parse, write in members:
        try:
            value = parse(text)
        except ValueError:
            continue
        try:
            if write(value) == text:
                return value
        except (TypeError, ValueError):
            continue
        first.append(value)
    if first:
        return first[0]
    raise ValueError(f"{text!r} is of no member of the union")


def union_text(value: object, writers: Sequence[Callable[[Any], str]]) -> str:
    """The text of a value by the first member that has it.

    Raises:
        TypeError: none has.
    """
    for write in writers:
        try:
            return write(value)
        except (TypeError, ValueError):
            continue
    raise TypeError(f"{type(value).__name__} is of no member of the union")
