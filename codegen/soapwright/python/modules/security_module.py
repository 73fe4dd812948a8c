"""`security.py`: keys and profiles of message security, for packages that have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from soapwright.python.context import Context
from soapwright.python.text.views import SecurityModule

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "security.ciphers": ("Decrypter",),
    "security.issued": ("IssuedTokens",),
    "security.keys": ("Keys", "Signer"),
    "security.profile": ("Algorithms", "Profile"),
    "security.replays": ("NonceStore",),
}


def security_module(context: Context, header: list[str]) -> SecurityModule:
    """The module of a package that has message security."""
    imports = [
        f"from {context.runtime.module(home)} import {', '.join(names)}"
        for home, names in _NAMES.items()
    ]
    names = [name for given in _NAMES.values() for name in given]
    return SecurityModule(header, imports, sorted(names))
