"""Values that a program hands back to a mock: the token of the next page, the number of a job.

A mock's replies have all that is optional, so a program that goes on as long as a reply says that there
is more would never end. So what a request hands back is left out of its reply, as on a last page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lxml import etree

_NUMBER: Final = re.compile(r"[-+0-9.]+|true|false|\d{4}-\d\d-\d\d.*")
_REPEATS: Final = 10
"""So often a request may be repeated until numbers count that it hands back: everybody sends those."""


class HandedBack:
    """The texts that requests hand back of earlier replies of one mock."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._last: dict[Any, tuple[bytes, int]] = {}  # Any: operations
        # of each the last request, and how often it came in succession

    def given(self, reply: bytes) -> None:
        """Remember the texts of a reply."""
        self._given.update(_texts(etree.fromstring(reply).iter()))

    def of(self, operation: Any, envelope: Any) -> frozenset[str]:
        """The texts of a request that an earlier reply had.

        Args:
            operation: the request's; `Any` as the package's own class.
            envelope: the request's, an lxml element.
        """
        request = etree.tostring(envelope)
        last, times = self._last.get(operation, (b"", 0))
        times = times + 1 if request == last else 0
        self._last[operation] = request, times
        return frozenset(
            text
            for text in _texts(envelope.iter())
            if text in self._given
            and (times >= _REPEATS or not _NUMBER.fullmatch(text))
        )


def _texts(elements: Iterable[Any]) -> Iterator[str]:  # Any: lxml's elements
    """The texts of the elements that hold nothing else."""
    for element in elements:
        if not len(element) and element.text and element.text.strip():
            yield element.text
