"""Values that a program hands back to a mock: the token of the next page, the number of a job.

A mock's replies have all that is optional, so a program that goes on as long as a reply says that there
is more would never end. So what a request hands back is left out of its reply, as on a last page. Where
that is not enough, since a program counts by itself or the token is required, a reply's flags end it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

_NUMBER: Final = re.compile(r"[-+0-9.]+|true|false|\d{4}-\d\d-\d\d.*")
_REPEATS: Final = 10
"""So often a request may be repeated until numbers count that it hands back: everybody sends those."""
_COUNT: Final = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class Again:
    """The `texts` of earlier replies that a request hands back, and whether its loop must end."""

    texts: frozenset[str] = frozenset()
    ends: bool = False


@dataclass(frozen=True, slots=True)
class _Last:
    """The last request of an operation, and how often it came in succession.

    `shape` is the request without its counts, `counts` are those, `growing` how often in succession
    one of them alone had grown.
    """

    request: bytes = b""
    times: int = 0
    shape: tuple[object, ...] = ()
    counts: tuple[int, ...] = ()
    growing: int = 0

    def then(self, envelope: Any) -> _Last:  # Any: an lxml element
        """The same, of the request that comes after it."""
        request = etree.tostring(envelope)
        pairs = [
            (where, text, _COUNT.fullmatch(text) is not None)
            for where, text in _values(envelope.iter())
        ]
        shape = tuple(
            where if is_count else (where, text) for where, text, is_count in pairs
        )
        counts = tuple(int(text) for _, text, is_count in pairs if is_count)
        grown = shape == self.shape and _one_grew(self.counts, counts)
        times = self.times + 1 if request == self.request else 0
        return _Last(request, times, shape, counts, self.growing + 1 if grown else 0)


def _one_grew(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    return len(changed) == 1 and changed[0][0] < changed[0][1]


class HandedBack:
    """The texts that requests hand back of earlier replies of one mock."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._last: dict[Any, _Last] = {}  # Any: operations

    def given(self, reply: bytes) -> None:
        """Remember the texts of a reply."""
        self._given.update(_texts(etree.fromstring(reply).iter()))

    def of(self, operation: Any, envelope: Any) -> Again:
        """The texts of earlier replies that a request hands back, and whether its loop must end.

        Args:
            operation: the request's; `Any` as the package's own class.
            envelope: the request's, an lxml element.
        """
        last = self._last.get(operation, _Last()).then(envelope)
        self._last[operation] = last
        again = frozenset(
            text
            for text in _texts(envelope.iter())
            if text in self._given
            and (last.times >= _REPEATS or not _NUMBER.fullmatch(text))
        )
        repeated = bool(again) and last.times >= _REPEATS
        return Again(again, repeated or last.growing >= _REPEATS)


def _texts(elements: Iterable[Any]) -> Iterator[str]:  # Any: lxml's elements
    """The texts of the elements that hold nothing else, and of the attributes without a namespace."""
    return (text for _, text in _values(elements) if text.strip())


def _values(elements: Iterable[Any]) -> Iterator[tuple[str, str]]:  # Any: as above
    """The same with their names, empty ones and the names of the other elements too."""
    for element in elements:
        if isinstance(element.tag, str):
            yield element.tag, "" if len(element) else element.text or ""
        for name, text in element.attrib.items():
            if not name.startswith("{"):
                yield f"@{name}", text
