"""What a user may say about one package, besides its WSDL."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `generate` for one package.

    `name` is the package's import name. `wire` is a wire style's name, "" for the one that the
    WSDL asks for. `secret` are further field names whose values never show. With `with_spec` the
    WSDL and what it imports are put into the package.
    """

    name: str
    wire: str = ""
    catalogs: tuple[Path, ...] = ()
    with_spec: bool = True
    secret: tuple[str, ...] = ()


def is_package_name(name: str) -> bool:
    """Whether Python can import a package of this name."""
    return name.isidentifier() and not keyword.iskeyword(name)
