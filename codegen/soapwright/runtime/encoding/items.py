"""The items of an encoded reply, one by one: where that takes the whole reply, it is refused."""

from __future__ import annotations

from ..errors.errors import DecodeError
from ..streaming.streaming import Items, check_between
from ..xml.element import Element, path_of
from .arrays import OFFSET, POSITION
from .references import forget, refuse_reference


class EncodedItems(Items):
    """The repeated element of an encoded reply."""

    __slots__ = ()

    def enter(self, e: Element) -> None:
        """See that an element on the way to the items does not point elsewhere.

        Raises:
            DecodeError: it does.
        """
        refuse_reference(e)

    def check(self, item: Element) -> None:
        """Refuse an item of an array that is not simply the next one.

        Raises:
            DecodeError: the array declares its items' positions, or has text between them.
        """
        if not self.array:
            return
        check_between(item)
        around = item.getparent()
        if item.get(POSITION) is not None or around.get(OFFSET) is not None:
            raise DecodeError(
                path_of(item), "of an array with gaps: the whole reply must be read"
            )

    def leave(self) -> None:
        """Let go of what references lead to."""
        forget()
