"""pyright, as strict as it is, on the modules of a folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def pyright_strict(folder: Path, *paths: Path) -> str:
    """What pyright has against the modules directly in a folder; "" where it accepts them.

    Args:
        folder: the modules'; packages in it are imported, and not checked.
        paths: where other packages are found.
    """
    config = {
        "typeCheckingMode": "strict",
        "include": sorted(path.name for path in folder.glob("*.py")),
        "extraPaths": [str(path) for path in (folder, *paths)],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
    )
    return checked.stdout + checked.stderr if checked.returncode else ""
