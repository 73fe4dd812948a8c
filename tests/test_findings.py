"""Every kind of finding is used, shown by a test, and explained in the manual."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache

import pytest
from conftest import ROOT

from soapwright.model.codes import Code

TOOLKIT = ROOT / "codegen" / "soapwright"
MENDED = "mended"
ROW = re.compile(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


@cache
def severities() -> dict[str, set[str]]:
    """The codes that are reported, by the names of their members, and how: error or warning.

    A member is the first argument of `findings.error`, `.warning` or `.mended`, or of `Unusable`,
    for which something is left out. What is mended is a warning, and an error with `--strict`.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for path in TOOLKIT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="error" | "warning" | "mended" as how)
                    | ast.Name(id="Unusable" as how),
                    args=[ast.Attribute(ast.Name("Code"), member), *_],
                ):
                    found[member].add(MENDED if how in ("mended", "Unusable") else how)
    return found


@cache
def printed() -> str:
    """All that the tests say about what is printed: files of cases, and strings."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests" / "cases").rglob("*.txt")
    ]
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts)


@cache
def pages_rows() -> dict[str, tuple[str, str, str]]:
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    return {
        code: (how, meaning, todo) for code, how, meaning, todo in ROW.findall(page)
    }


def test_every_code_that_there_is_is_reported() -> None:
    assert sorted(severities()) == sorted(Code.__members__)


@pytest.mark.parametrize("code", Code)
def test_a_code_has_a_case_or_a_test(code: Code) -> None:
    """It stands in brackets, as it is printed, in a case's stderr.txt or in a string of a test."""
    assert re.search(rf"\[{code}\]", printed().replace("\\[", "[").replace("\\]", "]"))


@pytest.mark.parametrize("code", Code)
def test_the_manual_explains_a_code(code: Code) -> None:
    how, meaning, todo = pages_rows()[code]
    assert how == " or ".join(sorted(severities()[code.name]))
    assert meaning == code.meaning
    assert todo.endswith(".")


def test_the_manual_explains_no_other() -> None:
    assert list(pages_rows()) == list(Code)
