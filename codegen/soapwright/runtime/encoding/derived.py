"""Encoded values of derived types, which may be shared: read by their `xsi:type`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ..codec.derived import Types, derived_reader
from ..xml.element import Element
from .references import shared

T = TypeVar("T")


def derived_encoded_reader(
    e: Element, types: Types, cls: type[T]
) -> Callable[[Element], T] | None:
    """As `derived_reader`; whoever else reads the element as that type is given the same value.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    read = derived_reader(e, types, cls, "read_encoded")
    return None if read is None else partial(shared, read=read)
