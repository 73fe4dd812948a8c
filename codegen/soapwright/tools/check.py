"""`check`: whether a committed package is what would be generated now, and what differs.

A package is in step for certain where the toolkit, the options, every document that was read,
every place that was searched in vain and every file that was written are as its manifest has
them: then nothing needs to be generated to know it. Otherwise the package is made in memory, and
compared.

| finding | |
|---|---|
| `stale` | warning: a package is not what would be generated |

and those of `output.py` and of the generation.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Diagnostic, Findings, Location, SpecError
from soapwright.project.config import (
    PackageConfig,
    Project,
    RuntimeConfig,
    find_entry,
)
from soapwright.project.manifest import Manifest, read_manifest
from soapwright.project.output import Plan, check_folder, make_plan
from soapwright.project.remote import Remote
from soapwright.project.toolkit import content_of, identity, is_of, with_plain_ends

_TEXT = re.compile(r"[^\x00-\x08\x0e-\x1f]*+")
_LINES = re.compile(r"[^\n]*+\n|[^\n]++")


@dataclass(frozen=True, slots=True)
class State:
    """A package as it is: `plan` is what `generate` would do, None where it is in step.

    `unchanged` counts its files where it is in step. `findings` are those of generating it.
    """

    config: PackageConfig | RuntimeConfig
    plan: Plan | None
    unchanged: int
    findings: tuple[Diagnostic, ...]
    uses: tuple[str, ...] = ()
    """Names that a package uses of a shared runtime."""

    @property
    def is_in_step(self) -> bool:
        """Whether there is nothing to do."""
        return self.plan is None or self.plan.is_done


@dataclass(frozen=True, slots=True)
class States:
    """The packages of a run, and the findings about those that are broken."""

    sound: tuple[State, ...]
    broken: tuple[Diagnostic, ...]


def examine(
    project: Project,
    remote: Remote,
    progress: Callable[[str], None],
    *,
    full: bool,
) -> States:
    """Examine the state of each package and of their shared runtime; with `full` each is generated,
    whatever its manifest has.

    Where the network is allowed it is looked at, and so all is generated too. Where a package is
    broken, the needs of the runtime are unknown.
    """
    sound: list[State] = []
    broken: list[Diagnostic] = []
    for config in project.packages:
        try:
            check_folder(config.output)
            manifest = read_manifest(config.output)
            if not (full or remote.allowed) and manifest is not None:
                if is_in_step(config, manifest):
                    count = len(manifest.files) + 1
                    sound.append(State(config, None, count, (), manifest.uses))
                    continue
            sound.append(_generated(config, remote, progress))
        except SpecError as error:
            broken += error.diagnostics
    if project.runtime is not None and not broken:
        try:
            sound.append(_runtime_state(project.runtime, sound))
        except SpecError as error:
            broken += error.diagnostics
    return States(tuple(sound), tuple(broken))


def _runtime_state(config: RuntimeConfig, packages: list[State]) -> State:
    """The state of the shared runtime, which has the names that all packages use together."""
    # As for a package; a runtime without one that is in step is a quick matter.
    from soapwright.pipeline import generate_runtime

    uses = {name for state in packages for name in state.uses}
    plan = make_plan(config.output, generate_runtime(config.name, uses))
    return State(config, plan, plan.unchanged, ())


def _generated(
    config: PackageConfig, remote: Remote, progress: Callable[[str], None]
) -> State:
    if config.url:
        find_entry(config.url, remote, config.options.place("wsdl", config.url))
    # Reading schemas and rendering modules loads far more than a package in step needs.
    from soapwright.pipeline import generate

    package = generate(config.wsdl, config.options, progress, remote)
    plan = make_plan(config.output, package.files)
    findings = tuple(package.findings)
    return State(config, plan, plan.unchanged, findings, package.uses)


def is_in_step(config: PackageConfig, manifest: Manifest) -> bool:
    """Whether a package is what would be generated, as far as its manifest can show."""
    home, folder = config.wsdl.parent, config.output
    files = manifest.files
    return (
        not manifest.writing
        and manifest.options == config.options.record(home)
        and next(iter(manifest.sources), "") == config.wsdl.name
        and _has(home, manifest.sources)
        and not any(_may_be(home / path, manifest, home) for path in manifest.missing)
        and _has(folder, files)
        and manifest.generator == identity()
    )


def _has(folder: Path, files: dict[str, str]) -> bool:
    for path, expected in files.items():
        content = content_of(folder / path)
        if content is None or not is_of(content, expected):
            return False
    return True


def _may_be(path: Path, manifest: Manifest, home: Path) -> bool:
    """Whether a document has come to where one was missed, in whatever case its name is."""
    try:
        names = [
            p for p in path.parent.iterdir() if p.name.lower() == path.name.lower()
        ]
    except OSError:  # no such folder
        return False
    known = {(home / source).resolve() for source in manifest.sources}
    return any(name.resolve() not in known for name in names)


def report(state: State, findings: Findings) -> None:
    """Report that a package is stale, and how."""
    plan = state.plan
    if plan is None or plan.is_done:
        return
    counts = {
        "changed": len(plan.changed),
        "new": len(plan.added),
        "no longer made": len(plan.removed),
    }
    changes = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    findings.warning(
        Code.STALE,
        f"not what {state.config.source} gives: {changes}",
        Location(plan.folder.as_posix()),
        "`soapwright generate` puts it in step",
    )
    plan.report(findings, "")


def difference(plan: Plan) -> Iterator[str]:
    """The changes that `generate` would make, as the lines of a unified diff that `patch -p1` takes.

    Line ends that a checkout has converted are not shown.
    """
    for path in sorted({*plan.added, *plan.changed, *plan.removed}):
        old, new = content_of(plan.folder / path), plan.files.get(path)
        name = (plan.folder / path).as_posix().lstrip("/")
        before = f"a/{name}" if old is not None else "/dev/null"
        after = f"b/{name}" if new is not None else "/dev/null"
        yield from _unified(_lines(old), _lines(new), before, after)


def _lines(content: bytes | None) -> list[str] | None:
    """The lines of a text, each with its end; None of what is none."""
    try:
        text = with_plain_ends(content or b"").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return _LINES.findall(text) if _TEXT.fullmatch(text) else None


def _unified(
    old: list[str] | None, new: list[str] | None, before: str, after: str
) -> Iterator[str]:
    if old is None or new is None:
        yield f"Binary files {before} and {after} differ\n"
        return
    if not old and not new:  # an empty file that came or went
        yield f"--- {before}\n+++ {after}\n"
    for line in difflib.unified_diff(old, new, before, after):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
