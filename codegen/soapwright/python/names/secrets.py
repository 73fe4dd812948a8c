"""Which names are those of secrets.

The rule is the runtime's, `redaction.Secrets`: case, underscores, hyphens and dots make no
difference. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable

_IGNORED = str.maketrans("", "", "_.-")
_NAMES = ("password", "passwd", "pwd", "secret", "token", "session_id")


class SecretNames:
    """Those that are secret in every package, and those that a user adds for one.

    What a user adds as `operation/name` is secret in that operation's messages only.
    """

    def __init__(self, added: Iterable[str] = ()) -> None:
        pairs = [name.rpartition("/") for name in (*_NAMES, *added)]
        self._operations: dict[str, set[str]] = {}
        for operation, _, name in pairs:
            self._operations.setdefault(key_of(name), set()).add(key_of(operation))

    def __contains__(self, name: str) -> bool:
        """Whether the value of a field, element or attribute of this name is a secret."""
        return "" in self._operations.get(key_of(name), ())

    def is_secret(self, name: str, operations: Iterable[str]) -> bool:
        """Whether it is one, everywhere or in the messages of one of these operations."""
        found = self._operations.get(key_of(name), ())
        return (
            "" in found or bool(found) and any(key_of(o) in found for o in operations)
        )


def key_of(name: str) -> str:
    """The key that is equal for names that this rule does not distinguish."""
    return name.translate(_IGNORED).lower()
