"""Faults' details that are encoded parts of a type, which may point elsewhere."""

from __future__ import annotations

from typing import Any

from ..codec.parts import PartCodec
from ..xml.element import Element
from .references import nil_or, target_of
from .sharing import encoded_block, written


class EncodedPartCodec(PartCodec):
    """Reads and writes a fault's detail that is an encoded part of a type."""

    __slots__ = ()

    def declared_type(self, e: Element) -> str:
        """The `xsi:type` of an element, or of the one that it points to; "" if there is none.

        Raises:
            DecodeError: it points nowhere, or more prefixes are in scope than any document needs.
        """
        return super().declared_type(target_of(e))

    def read(self, e: Element) -> Any:  # Any: whatever the part's type holds
        """The part's value.

        Raises:
            DecodeError: it is not of its type.
        """
        read = self.known.function("read", self.reader)
        if self.reader == "soap.read_any_encoded":  # which follows references itself
            return read(e)
        return nil_or(e, read)

    def write(self, value: Any) -> str:  # Any: as read
        """The part's element with a value, and all that is shared in that.

        Raises:
            TypeError: the value is not of its type.
            ValueError: the value cannot be written.
        """
        return encoded_block(written(super().write, embedded=True)(value))
