"""Refusing values of another class than the one that is declared."""

from __future__ import annotations


def check_list(v: object) -> None:
    """Refuse what is no list: a str would be written letter by letter.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(v, (list, tuple)):
        raise TypeError(f"{type(v).__name__} given, list wanted")


def check_class(v: object, cls: type) -> None:
    """Refuse a value of another class.

    Raises:
        TypeError: it is of another class.
    """
    if v.__class__ is not cls:
        raise TypeError(f"{type(v).__name__} given, {cls.__name__} wanted")


def wrong_class(v: object, cls: type) -> str:
    """The message about a value that no writer of `cls` or of a type derived from it takes."""
    given = type(v).__name__
    if type(v) is cls:
        return f"{given} is abstract: a type derived from it is wanted"
    if isinstance(v, cls):
        return f"{given} is no type of the schema, {cls.__name__} wanted"
    return f"{given} given, {cls.__name__} wanted"
