"""A large reply, whole, without the tree of all of it: its items are read and taken out while it is parsed.

The tree of a reply takes several times the memory of its values, and is slow to go through when it is long
out of the processor's caches. All but the items is read as in any reply. Where a reply is not simply that,
nothing is gathered, and it is read whole: so that what is broken is reported by the code that reports it anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ..errors.errors import DecodeError
from ..soap.envelope import NAMES, Version
from ..soap.messages import MessageFormat
from ..xml.bounds import check_texts, refuse_deep
from ..xml.collector import collector_paused
from ..xml.element import Element, noting
from ..xml.parsing import Limits
from .push_parser import Came, PushParser

_PIECE: Final = 2**17
_OTHERS: Final = 100
"""Elements beside the items, at most: each piece passes them again."""


class Gatherer:
    """Takes the items out of one reply.

    Args:
        version: of SOAP.
        message: of the reply, which is one element.
        path: the names of the elements from the message's content to an item, in Clark's notation.
        read: reads an item.
        limits: how much the reply may hold.
    """

    def __init__(
        self,
        version: Version,
        message: MessageFormat,
        path: Sequence[str],
        read: Callable[[Element], Any],  # Any: the items' own type
        limits: Limits,
    ) -> None:
        names = NAMES[version]
        self._way = (names.envelope, names.body, message.expects, *path[:-1])
        self._step = path[-1]
        self._read = read
        self._limits = limits
        self._around: Any = None  # Any: lxml's elements
        self._kept = 0
        self._came = Came()
        self.items: list[Any] = []

    def root(self, envelope: bytes, charset: str | None) -> Element | None:
        """The root element of an envelope without the items, which are in `items` then; None where
        it takes the whole envelope to read it."""
        limits = self._limits
        if len(envelope) > limits.envelope:
            return None
        parser = PushParser(charset, limits)
        try:
            with collector_paused():
                for at in range(0, len(envelope), _PIECE):
                    piece = envelope[at : at + _PIECE]
                    parser.feed(piece)
                    self._came.add(len(piece))
                    if not self._took(parser, unfinished=True):
                        return None
                root: Any = parser.close()  # Any: lxml's elements
                if not self._took(parser, unfinished=False):
                    return None
                if len(envelope) > limits.text:
                    check_texts(root, limits.text)
                found: Element = root
                return found
        except (DecodeError, RecursionError):
            return None

    def _took(self, parser: PushParser, *, unfinished: bool) -> bool:
        """Whether the items that are complete were taken out, and nothing speaks against it."""
        root = parser.root
        if root is None:
            return unfinished
        if parser.names_types:  # which the element around the items notes
            return False
        if self._around is None or not unfinished:
            found = self._container(root)
            if found is None or self._around is not None and found is not self._around:
                return unfinished and found is None
            self._around = found
        refuse_deep(root, self._limits.depth)
        return self._take(len(self._around) - unfinished)

    def _container(self, root: Any) -> Any:  # Any: lxml's elements
        """The one element around the items; None where there is none, or several."""
        if root.tag != self._way[0]:
            return None
        e = root
        for step in self._way[1:]:
            found = [child for child in e if child.tag == step]
            if len(found) != 1:
                return None
            e = found[0]
        return e

    def _take(self, count: int) -> bool:
        around, step, read, kept = self._around, self._step, self._read, self._kept
        if count <= kept:
            return True
        noting.on = False  # whoever was here before may have read another document
        if self._came.may_hold(self._limits.text):
            for child in around[kept:count]:
                check_texts(child, self._limits.text)
        add, others = self.items.append, 0
        for child in around[kept:count]:
            if child.tag == step:
                add(read(child))
            else:
                others += 1
        # Elements that Python has let go of are freed with what is in them, and fast.
        child = None
        if not others:
            del around[kept:count]
            return True
        for child in around[kept:count]:
            if child.tag == step:
                around.remove(child)
        self._kept += others
        return self._kept <= _OTHERS


def put(value: object, fields: Sequence[str], items: list[Any]) -> bool:
    """Whether items could be put in the field that the last name names, of what the others lead to."""
    for name in fields[:-1]:
        value = getattr(value, name, None)
    if getattr(value, fields[-1], None) != []:
        return not items
    setattr(value, fields[-1], items)
    return True
