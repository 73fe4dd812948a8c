"""Which names are those of secrets.

The rule is the runtime's, `redaction.Secrets`: case, underscores, hyphens and dots make no
difference. A test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = ("password", "passwd", "pwd", "secret", "token", "session_id")


class SecretNames:
    """Those that are secret in every package, and those that a user adds for one.

    What a user adds as `operation/name` is secret in that operation's messages only.
    """

    def __init__(self, added: Iterable[str] = ()) -> None:
        pairs = [name.rpartition("/") for name in (*_NAMES, *added)]
        self._keys = {(key_of(operation), key_of(name)) for operation, _, name in pairs}

    def __contains__(self, name: str) -> bool:
        """Whether the value of a field, element or attribute of this name is a secret."""
        return ("", key_of(name)) in self._keys

    def of(self, operation: str, name: str) -> bool:
        """Whether it is in this operation's messages."""
        return (key_of(operation), key_of(name)) in self._keys


def key_of(name: str) -> str:
    """The key that is equal for names that this rule does not distinguish."""
    return re.sub(r"[_.-]", "", name).lower()
