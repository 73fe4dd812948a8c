"""docs/public.md, the packages' `__all__` and what can be imported are one list."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

import soapwright.diagnostics
import soapwright.testing
from soapwright.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (ROOT / "docs" / "public.md").read_text(encoding="utf-8")
PACKAGE_PART, TOOLKIT_PART = PAGE.split("## The toolkit")
PACKAGES = sorted(
    path.parent.name for path in (ROOT / "generated").glob("*/__init__.py")
)


def rows(text: str) -> Iterator[tuple[str, str]]:
    """The two cells of each row of the tables but their heads."""
    for first, second in re.findall(r"^\| (.*?) \| (.*) \|$", text, re.MULTILINE):
        if first != "name":
            yield first, second


def quoted(text: str) -> set[str]:
    return set(re.findall(r"`([\w.]+)`", text))


LISTED = {name for first, _ in rows(PACKAGE_PART) for name in quoted(first)}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_page_lists_what_a_package_exports(package: str) -> None:
    module = importlib.import_module(package)
    assert set(module.__all__) == LISTED
    assert dir(module) == module.__all__ == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_the_page_lists_what_the_toolkit_has() -> None:
    cells = dict(rows(TOOLKIT_PART))
    for part in (soapwright.testing, soapwright.diagnostics):
        listed = quoted(cells.pop(f"`{part.__name__}`")) - {"generate"}
        assert listed == set(part.__all__)
    for cell in cells:
        module, _, name = cell.strip("`").rpartition(".")
        assert hasattr(importlib.import_module(module), name)


def test_the_page_lists_the_commands() -> None:
    shell = TOOLKIT_PART.partition("At the shell: ")[2].partition(". Their")[0]
    found = {name.removeprefix("soapwright ") for name in re.findall("`(.*?)`", shell)}
    assert found == set(main.commands)
