"""What a user may say about one package, besides its WSDL."""

from __future__ import annotations

import keyword
import os
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

    def record(self, home: Path) -> dict[str, object]:
        """The options as a manifest keeps them: paths are relative to the entry's folder."""
        return {
            "name": self.name,
            "wire": self.wire,
            "catalogs": [
                Path(os.path.relpath(path, home)).as_posix() for path in self.catalogs
            ],
            "spec": self.with_spec,
            "secret": sorted(self.secret),
        }


def is_package_name(name: str) -> bool:
    """Whether Python can import a package of this name."""
    return name.isidentifier() and not keyword.iskeyword(name)
