"""Values that a program hands back to a mock: the token of the next page, the number of a job.

A mock's replies have all that is optional, so a program that goes on as long as a reply says that there
is more would never end. So what a request's Body hands back is left out of its reply, as on a last page.
Where that is not enough, since a program counts by itself or the token is required, the requests are a
loop: one comes again and again, or with a single number that grows. A reply's flags end it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import etree

_NUMBER: Final = re.compile(r"[-+0-9.]+|true|false|\d{4}-\d\d-\d\d.*")
_REPEATS: Final = 10
"""So often in succession a request repeats before it is a loop. Until then numbers that it hands back do
not count: everybody sends those."""
_COUNT: Final = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class Again:
    """The `texts` of earlier replies that a request hands back, and whether its loop must end."""

    texts: frozenset[str] = frozenset()
    ends: bool = False


@dataclass(frozen=True, slots=True)
class _Last:
    """The last request of an operation: `shape` without its counts, and `counts`.

    `times` is how often in succession it came as it was or, where one `grew`, with one count that had.
    """

    shape: tuple[object, ...] = ()
    counts: tuple[int, ...] = ()
    times: int = 0
    grew: bool = False

    def then(self, body: Any) -> _Last:  # Any: an lxml element
        """The same, of the request that comes after it."""
        shape: list[object] = []
        counts: list[int] = []
        for where, text in _values(body.iter()):
            if _COUNT.fullmatch(text):
                shape.append(where)
                counts.append(int(text))
            else:
                shape.append((where, text))
        made = _Last(tuple(shape), tuple(counts))
        if made.shape != self.shape:
            return made
        pairs = zip(self.counts, counts, strict=True)
        changed = [before < after for before, after in pairs if before != after]
        if changed not in ([], [True]):
            return made
        grew = bool(changed)
        return replace(
            made, times=self.times + 1 if grew == self.grew else 1, grew=grew
        )


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
        # not in its header: what is there, as a session, is in every request
        body = envelope.find("{*}Body")
        last = self._last.get(operation, _Last()).then(body)
        self._last[operation] = last
        is_loop = last.times >= _REPEATS
        again = frozenset(
            text
            for text in _texts(body.iter())
            if text in self._given and (is_loop or not _NUMBER.fullmatch(text))
        )
        return Again(again, is_loop and (last.grew or bool(again)))


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
