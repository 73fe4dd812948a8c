"""Which operations only read, by their names: an operation that may change something is offered on request alone."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final

READING: Final = (
    *("count", "describe", "echo", "fetch", "find", "get", "is", "list", "lookup"),
    *("ping", "query", "read", "retrieve", "search", "show", "view"),
)
"""The first word of an operation's name that only reads."""
_CHANGING: Final = frozenset(
    "accept add and apply approve assign book cancel charge clear close commit complete confirm"
    " consume copy create delete deliver disable dismiss do edit enable execute finish generate"
    " import increment insert issue lock make mark merge modify move next new order pay pop post"
    " process publish pull purge put queue register reject release remove renew replace reset"
    " run save send set sign start stop store submit take transfer undo unlock update upload"
    " upsert use write".split()
)
"""A word that shows that an operation does more: `getAndDelete`."""
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def only_reads(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether an operation changes nothing.

    Args:
        name: the WSDL's.
        patterns: of the names that the user declares to read; without any, the name's words decide:
            the first is one of `READING`, and none tells of a change.
    """
    if patterns:
        return matches(name, patterns)
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and words[0] in READING and not _CHANGING & set(words)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name is one of some patterns', with `*` and `?`, upper or lower case."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)
