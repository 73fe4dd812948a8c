"""The WSDLs that fuzzing begins with: those of the cases, each with the files that it imports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from soapwright.model.options import Options
from soapwright.pipeline import Package, generate

CASES = Path(__file__).parents[1] / "cases"
_DOCUMENTS = (".wsdl", ".xsd", ".xml")


@dataclass(frozen=True)
class Carrier:
    """A case's WSDL, and how its package is generated."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def package(self) -> str:
        """The name of its package."""
        return "fuzzed_" + self.folder.name.replace("-", "_")

    @cached_property
    def options(self) -> dict[str, Any]:  # Any: as JSON has it
        path = self.folder / "options.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return found

    @property
    def entry(self) -> str:
        return str(self.options.get("entry", "service.wsdl"))

    @cached_property
    def documents(self) -> dict[str, bytes]:
        """The WSDL and what it may import, by their paths in the folder."""
        own = ("expected", "samples", "refused", "written")
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.suffix in _DOCUMENTS
            and path.relative_to(self.folder).parts[0] not in own
        }

    def generate(self, folder: Path, package: str, runtime: str = "") -> Package:
        """The package of the documents in a folder.

        Raises:
            SpecError: they are refused.
        """
        options = Options(
            package,
            wire=self.options.get("wire", ""),
            catalogs=tuple(map(Path, self.options.get("catalog", ()))),
            secret=tuple(self.options.get("secret", ())),
            runtime=runtime,
            runtime_folder="../soapwright/runtime" if runtime else "",
        )
        with chdir(folder):
            return generate(Path(self.entry), options)


def _carriers() -> Iterator[Carrier]:
    for folder in sorted(CASES.iterdir()):
        sound = not folder.name.startswith("failing-")
        if sound and (folder / Carrier(folder).entry).exists():
            yield Carrier(folder)


CARRIERS = tuple(_carriers())
