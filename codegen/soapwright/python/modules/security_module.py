"""`security.py`: keys and profiles of message security, for packages that have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from soapwright.model.profiles import ProfileOption
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.statements import tuple_of
from soapwright.python.text.views import SecurityModule

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "security.ciphers": ("Decrypter",),
    "security.issued": ("IssuedTokens",),
    "security.keys": ("Keys", "Signer"),
    "security.profile": ("Algorithms", "Profile"),
    "security.replays": ("NonceStore",),
}


def security_module(
    context: Context, header: list[str], profile: Sequence[ProfileOption] = ()
) -> SecurityModule:
    """The module of a package that has message security.

    Args:
        profile: that of the user's options, which keys follow where no policy demands another.
    """
    imports = [
        f"from {context.runtime.module(home)} import {', '.join(names)}"
        for home, names in _NAMES.items()
    ]
    names = [name for given in _NAMES.values() for name in given]
    if profile:
        module = context.runtime.module("security.keys")
        imports.append(f"from {module} import Keys as AnyKeys")
        imports = [
            one.replace("import Keys, Signer", "import Signer") for one in imports
        ]
        names.append("PROFILE")
    return SecurityModule(header, imports, sorted(names), _expression(profile))


def _expression(profile: Sequence[ProfileOption]) -> str:
    """The expression for a profile, "" where there is none."""
    if not profile:
        return ""
    given = []
    for key, value in profile:
        if key == "algorithms" and isinstance(value, tuple):
            inside = ", ".join(f"{name}={_literal(one)}" for name, one in value)
            given.append(f"algorithms=Algorithms({inside})")
        else:
            given.append(f"{key}={_literal(value)}")
    return f"Profile({', '.join(given)})"


def _literal(value: object) -> str:
    """The literal of an option's value."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, tuple):
        return tuple_of(string(str(one)) for one in value)
    return repr(value)
