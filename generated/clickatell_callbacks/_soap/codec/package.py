"""The state of one package in a runtime that others may share."""

from __future__ import annotations

from collections.abc import Iterable

from ..secrets.redaction import Secrets
from ..xml.parsing import LIMITS, Limits
from .derived import Types


class Package:
    """One generated package, as its operations, clients and services use it.

    Args:
        name: the package's import name, and that of its logger.
        types: its module `types`.
        secret: names of fields whose values never show, besides those that never do;
            `operation/name` where that is so in one operation's messages only.
    """

    __slots__ = ("limits", "name", "secrets", "types")

    def __init__(self, name: str, types: Types, secret: Iterable[str] = ()) -> None:
        self.name: str = name
        self.types: Types = types
        self.secrets: Secrets = Secrets.of(secret)
        self.limits: Limits = LIMITS

    def __repr__(self) -> str:
        return f"Package({self.name!r})"
