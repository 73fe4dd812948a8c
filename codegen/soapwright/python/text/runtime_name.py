"""How the modules of a package import the runtime: their own, or one that packages share."""

from __future__ import annotations

from dataclasses import dataclass

FOLDER = "_soap"
"""The folder of a package that holds a runtime of its own."""


@dataclass(frozen=True, slots=True)
class RuntimeName:
    """Where a package's runtime is: `shared` is its import name, "" where it is the package's own.

    `up` is how many folders a module is below the one that its package's `__init__` is beside.
    """

    shared: str = ""

    def face(self, alias: str, up: int = 1) -> str:
        """The line that imports the runtime's face under a name."""
        around, _, name = self.shared.rpartition(".")
        if not self.shared:
            around, name = "." * up, FOLDER
        renamed = "" if alias == name else f" as {alias}"
        return (
            f"from {around} import {name}{renamed}"
            if around
            else f"import {name}{renamed}"
        )

    def module(self, home: str, up: int = 1) -> str:
        """The name to import a module of the runtime from, such as `http.client`."""
        return ".".join(filter(None, (self.shared or f"{'.' * up}{FOLDER}", home)))


VENDORED = RuntimeName()
