"""The only place that writes: a package's folder, changed files only, each in one step.

What an earlier run wrote is known by the package's manifest; of that, and of nothing else,
what is no longer written is removed.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codegen.diagnostics import Findings, Location, SpecError

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did to a folder: paths in it."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def write_package(folder: Path, files: dict[str, bytes]) -> Written:
    """Make the folder hold these files, the manifest last.

    Raises:
        SpecError: the folder holds something that this tool did not write there, or cannot be
            written to.
    """
    check_folder(folder)
    earlier = _earlier(folder)
    obsolete = sorted(set(earlier or ()) - files.keys())
    changed = [path for path in files if _differs(folder / path, files[path])]
    try:
        for path in sorted(changed, key=lambda p: p == _MANIFEST):
            _replace(folder / path, files[path])
        for path in obsolete:
            (folder / path).unlink(missing_ok=True)
            _remove_empty(folder, (folder / path).parent)
    except OSError as error:
        raise _cannot(
            folder, f"cannot write: {error.strerror}: {error.filename}"
        ) from error
    return Written(tuple(changed), tuple(obsolete), len(files) - len(changed))


def _earlier(folder: Path) -> list[str] | None:
    """The paths that the manifest of an earlier run names; None where there is no manifest."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        paths = [*manifest["files"], _MANIFEST]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [path for path in paths if _inside(path)]


def _inside(path: object) -> bool:
    """Whether a manifest's path stays in its folder: a manifest may be anybody's."""
    if not isinstance(path, str):
        return False
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and ".." not in parts
        and not path.startswith("/")
        and "\\" not in path
    )


def check_folder(folder: Path) -> None:
    """See that a package may be written there, without writing anything.

    Raises:
        SpecError: the folder holds something that this tool did not write there.
    """
    if _earlier(folder) is not None or not folder.exists():
        return
    if not folder.is_dir():
        raise _cannot(folder, "is no folder")
    if any(entry.name != "__pycache__" for entry in folder.iterdir()):
        raise _cannot(
            folder,
            "holds files that soapwright did not write",
            "give a new or empty folder; DIR is the package's own",
        )


def _cannot(folder: Path, message: str, hint: str = "") -> SpecError:
    findings = Findings()
    findings.error("output", message, Location(str(folder)), hint)
    return SpecError(findings)


def _differs(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() != content
    except OSError:
        return True


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then put it in its place: nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".soapwright-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _remove_empty(folder: Path, place: Path) -> None:
    while place != folder and place.is_dir() and not any(place.iterdir()):
        place.rmdir()
        place = place.parent
