"""Completion at the shell: packages, operations, and the arguments of an operation.

Nothing is generated or fetched for it, and whatever goes wrong, there are no proposals: a message
would land in the line that is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from soapwright.envelopes.filling import names_within, struct_of_message
from soapwright.model.api import Api, NamedRef, SoapArray, Struct, TypeRef
from soapwright.model.diagnostics import SpecError
from soapwright.tools.calls.cached import cached_package, is_package
from soapwright.tools.calls.service import Bound, Service

_MOST_FOLDERS = 1000


def packages(incomplete: str) -> list[str]:
    """The folders of packages whose path begins like this, and those that lead to some."""
    home = Path(incomplete if incomplete.endswith("/") else f"{incomplete}x").parent
    try:
        folders = sorted(one for one in home.iterdir() if one.is_dir())
    except OSError:
        return []
    found = []
    for folder in folders[:_MOST_FOLDERS]:
        path = folder.as_posix()
        if path.startswith(incomplete.removeprefix("./")) and is_package(folder):
            found.append(path)
    return found


def operations(package: str) -> list[tuple[str, str]]:
    """The operations of a package, each with the first words of its documentation."""
    service = _service(package)
    if service is None:
        return []
    found = {
        one.name: " ".join(one.operation.doc.split())[:60] for one in service.bound
    }
    return list(found.items())


def arguments(package: str, operation: str, incomplete: str) -> list[str]:
    """The beginnings of arguments that may follow: `name=`, or `name.` where it has parts."""
    service = _service(package)
    if service is None:
        return []
    try:
        bound = service.find(operation)
    except SpecError:
        return []
    if "=" in incomplete:
        return []
    path, _, last = incomplete.rpartition(".")
    steps = [re.sub(r"\[\d*\]", "", step) for step in path.split(".")] if path else []
    before = f"{path}." if path else ""
    return [
        f"{before}{name}{end}"
        for name, end in _named(service.api, bound, steps)
        if name.lower().startswith(last.lower())
    ]


def _named(api: Api, bound: Bound, steps: Iterable[str]) -> list[tuple[str, str]]:
    """The names at a path, each with what follows it."""
    message = bound.operation.input
    if message is None:
        return []
    found = struct_of_message(api, message)
    for step in steps:
        reference = found.get(step)
        if reference is None:
            return []
        found = _parts(api, reference)
    return [(name, "." if _parts(api, kind) else "=") for name, kind in found.items()]


def _parts(api: Api, reference: TypeRef) -> dict[str, TypeRef]:
    """The parts of a type's values; of an array those of its items."""
    if not isinstance(reference, NamedRef):
        return {}
    definition = api.types[reference.id]
    if isinstance(definition, SoapArray):
        return _parts(api, definition.item) if definition.item != reference else {}
    return names_within(api, definition) if isinstance(definition, Struct) else {}


def _service(package: str) -> Service | None:
    folder = Path(package) if is_package(Path(package)) else cached_package(package)
    try:
        return None if folder is None else Service(folder)
    except SpecError:
        return None
