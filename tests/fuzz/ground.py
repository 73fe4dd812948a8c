"""Where hostile texts are planted: packages are generated, held to the shapes of the templates, and imported sealed off."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from carriers import CARRIERS
from planting import Planted
from shapes import Shapes

from soapwright.model.diagnostics import SpecError
from soapwright.project.output import write_package

RUNTIME = "soapwright.runtime"
SEALED = Path(__file__).with_name("sealed.py")


class Ground:
    """A folder of packages: those of the cases, and those with planted texts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shapes = Shapes()
        self.trusted: list[str] = []
        self.planted: list[str] = []
        self.texts = 0
        self.refused = 0
        self._number = 0
        for carrier in CARRIERS:
            name = "trusted_" + carrier.name.replace("-", "_")
            files = carrier.generate(carrier.folder, name, RUNTIME).files
            self.shapes.learn(files)
            write_package(folder / name, files)
            self.trusted.append(name)

    def sow(self, seed: Planted) -> None:
        """Generate the package of planted documents, and look at its files."""
        spec = self.folder / "spec"
        shutil.rmtree(spec, ignore_errors=True)
        for path, data in seed.documents.items():
            (spec / path).parent.mkdir(parents=True, exist_ok=True)
            (spec / path).write_bytes(data)
        self._number += 1
        name = f"planted_{self._number}"
        try:
            package = seed.carrier.generate(spec, name, RUNTIME)
        except SpecError as error:
            assert any(": error: " in str(d) for d in error.diagnostics)
            self.refused += 1
            return
        strange = self.shapes.strange(package.files)
        assert not strange, (seed.carrier.name, strange)
        write_package(self.folder / name, package.files)
        self.planted.append(name)
        self.texts += seed.count

    def import_sealed(self) -> None:
        """Import all packages that came of planted documents, in a process that allows nothing else."""
        command = [sys.executable, SEALED, self.folder, *self.trusted, "--"]
        done = subprocess.run(
            [*command, *self.planted], capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert done.stdout == f"imported {len(self.planted)}\n"
        for name in self.planted:
            shutil.rmtree(self.folder / name)
        self.planted.clear()
