"""The versions that continuous integration installs: one of each distribution that the projects ask for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = dict(
    re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)$",
        (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8"),
        re.M,
    )
)
OURS = ("soapwright", "soapwright-clickatell")


def requirements() -> Iterator[Requirement]:
    """What both projects require, their extras too."""
    for path in ("pyproject.toml", "gateway/pyproject.toml"):
        project = tomllib.loads((ROOT / path).read_text(encoding="utf-8"))
        yield from map(Requirement, project["build-system"]["requires"])
        yield from map(Requirement, project["project"]["dependencies"])
        for extra in project["project"].get("optional-dependencies", {}).values():
            yield from map(Requirement, extra)


def test_everything_is_locked() -> None:
    """`make lock` mends it."""
    locked = {canonicalize_name(name): version for name, version in LOCKED.items()}
    wrong = [
        str(one)
        for one in requirements()
        if one.name not in OURS
        and not one.specifier.contains(locked.get(canonicalize_name(one.name), "0"))
    ]
    assert wrong == []


def test_tests_of_other_versions_are_not_held_to_the_lock() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for folder in (".venv-oldest", ".venv-newest", ".venv-lock"):
        assert f"env -u PIP_CONSTRAINT {folder}/bin/python -m pip install" in makefile
