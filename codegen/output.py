"""The only place that writes: a package's folder, or a site's, changed files only, each in one step.

What an earlier run wrote is known by the package's manifest; of that, and of nothing else,
what is no longer written is removed. A run that is broken off half way is made good by the next
one: before the first file the manifest says what is going to be written, after the last one that
it has been.

| finding | |
|---|---|
| `output` | error: a folder that holds what soapwright did not write, or that cannot be written to |
| `edited` | warning: a generated file that was changed by hand |
| `missing` | warning: a generated file that is gone |
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from codegen.diagnostics import Findings, Location, SpecError
from codegen.manifest import MANIFEST, Manifest, read_manifest
from codegen.toolkit import digest

_TEMPORARY = ".soapwright-"


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be done to a folder so that it holds a package; paths are in it.

    `added` and `changed` are to be written, `removed` were written once and are to go, `edited`
    were changed by hand (these are among the others), `missing` are gone.
    """

    folder: Path
    earlier: Manifest | None
    files: dict[str, bytes]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    edited: dict[str, int]
    missing: tuple[str, ...]
    manifest: str = MANIFEST

    @property
    def unchanged(self) -> int:
        """How many files are as they should be."""
        return len(self.files) - len(self.added) - len(self.changed)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.added or self.changed or self.removed)

    def report(self, findings: Findings, then: str) -> None:
        """Name what was done to generated files behind the generator's back, and what happens `then`."""
        for path, line in self.edited.items():
            at = Location((self.folder / path).as_posix(), line)
            hint = "a generated file is no place for code of one's own: put it beside"
            findings.warning("edited", f"edited by hand{then}", at, hint)
        for path in self.missing:
            at = Location((self.folder / path).as_posix())
            findings.warning("missing", f"was generated, and is gone{then}", at)


def make_plan(folder: Path, files: dict[str, bytes], manifest: str = MANIFEST) -> Plan:
    """Compare a folder with what it should hold; nothing is written.

    Args:
        folder: a package's own folder, or a site's.
        files: what it should hold, the manifest too.
        manifest: the manifest's name.

    Raises:
        SpecError: the folder holds something that this tool did not write there.
    """
    check_folder(folder, manifest)
    earlier = read_manifest(folder, manifest)
    known = {**earlier.files, **earlier.writing, manifest: ""} if earlier else {}
    added, changed, missing, edited = [], [], [], {}
    for path, content in files.items():
        found = content_of(folder / path)
        if found is None:
            added.append(path)
            if path in known and not (earlier and earlier.writing):
                missing.append(path)
        elif found != content:
            changed.append(path)
            if path != manifest and not _is_ours(found, path, earlier):
                edited[path] = _first_difference(found, content)
    removed = []
    for path in sorted(known.keys() - files.keys()):
        found = content_of(folder / path)
        if found is not None:
            removed.append(path)
            if not _is_ours(found, path, earlier):
                edited[path] = 1
    return Plan(
        *(folder, earlier, files, tuple(added), tuple(changed), tuple(removed)),
        edited,
        tuple(missing),
        manifest,
    )


def carry_out(plan: Plan, progress: Callable[[str], None] = lambda doing: None) -> None:
    """Do what a plan says; `progress` is told what is being done.

    Raises:
        SpecError: something cannot be written.
    """
    if plan.is_done:
        return
    folder, files, manifest = plan.folder, plan.files, plan.manifest
    changed = [path for path in (*plan.added, *plan.changed) if path != manifest]
    try:
        _remove_temporary(plan)
        if changed or plan.removed:
            _replace(folder / manifest, _intended(plan, changed).encode())
        for number, path in enumerate(changed, 1):
            _replace(folder / path, files[path])
            if number % 100 == 0:
                progress(f"{number:,} of {len(changed):,} files written")
        for path in plan.removed:
            (folder / path).unlink(missing_ok=True)
            _remove_empty(folder, (folder / path).parent)
        _replace(folder / manifest, files[manifest])
    except OSError as error:
        message = f"cannot write: {error.strerror}: {error.filename}"
        raise _cannot(folder, message) from error


def write_files(files: dict[Path, bytes]) -> None:
    """Write files that are no package's: documents of the network, and their lock.

    Raises:
        SpecError: something cannot be written.
    """
    for path, content in files.items():
        if content_of(path) != content:
            write_file(path, content)


def write_package(folder: Path, files: dict[str, bytes]) -> None:
    """Make the folder hold these files.

    Raises:
        SpecError: the folder holds something that this tool did not write there, or cannot be
            written to.
    """
    carry_out(make_plan(folder, files))


def write_file(path: Path, content: bytes) -> None:
    """Write one file that stands by itself, in one step.

    Raises:
        SpecError: it cannot be written.
    """
    try:
        _replace(path, content)
    except OSError as error:
        raise _cannot(path, f"cannot write: {error.strerror}") from error


def check_folder(folder: Path, manifest: str = MANIFEST) -> None:
    """See that a package, or a site, may be written there, without writing anything.

    Raises:
        SpecError: the folder holds something that this tool did not write there.
    """
    if read_manifest(folder, manifest) is not None or not folder.exists():
        return
    if not folder.is_dir():
        raise _cannot(folder, "is no folder")
    foreign = (e.name for e in folder.iterdir() if not e.name.startswith(_TEMPORARY))
    if any(name != "__pycache__" for name in foreign):
        raise _cannot(
            folder,
            "holds files that soapwright did not write",
            (
                f"its {manifest} cannot be read: after a merge take that of either side"
                if (folder / manifest).exists()
                else "give a new or empty folder; DIR is for this alone"
            ),
        )


def content_of(path: Path) -> bytes | None:
    """A file's bytes, None where there is none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _is_ours(content: bytes, path: str, earlier: Manifest | None) -> bool:
    """Whether this is what a run wrote, or a run that was broken off."""
    if earlier is None:
        return False
    return digest(content) in (earlier.files.get(path), earlier.writing.get(path))


def _first_difference(found: bytes, content: bytes) -> int:
    pairs = zip_longest(found.splitlines(), content.splitlines())
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), 1)


def _intended(plan: Plan, changed: list[str]) -> Manifest:
    """The manifest while a run writes: what was there, and what will be."""
    writing = {path: digest(plan.files[path]) for path in changed}
    if plan.earlier is None:
        return Manifest({}, writing=writing)
    return replace(plan.earlier, writing=plan.earlier.writing | writing)


def _remove_temporary(plan: Plan) -> None:
    """Remove what a run that was killed has left beside the files that it was writing."""
    broken_off = plan.earlier is not None and plan.earlier.writing
    search = plan.folder.rglob if broken_off else plan.folder.glob
    for path in list(search(f"{_TEMPORARY}*")):
        path.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then put it in its place: nobody ever sees half of it."""
    temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{path.name}")
    try:
        stream = open(temporary, "xb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = open(temporary, "xb")
    try:
        with stream:
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


def _cannot(folder: Path, message: str, hint: str = "") -> SpecError:
    findings = Findings()
    findings.error("output", message, Location(str(folder)), hint)
    return SpecError(findings)
