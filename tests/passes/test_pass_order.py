"""The passes as a whole: their order, written once, and that a run ends where errors are found."""

from __future__ import annotations

import ast
import inspect
import re

import pytest
from conftest import ROOT
from factories import (
    ANY_TYPE,
    api,
    element,
    message,
    operation,
    part,
    port,
    ref,
    sequence,
    struct,
)

from soapwright.model.diagnostics import Findings, SpecError
from soapwright.passes import PASSES, run_passes

FOLDER = ROOT / "codegen" / "soapwright" / "passes"
NAMES = [one.__name__ for one in PASSES]


def test_they_run_in_the_documented_order() -> None:
    assert NAMES == [
        "leave_out",
        "check_sizes",
        "secure_ports",
        "check_references",
        "check_kinds",
        "check_values",
        "drop_unused",
        "find_substitutes",
        "unite_types",
        "flatten_unions",
        "lay_out",
        "make_messages",
        "facts",
    ]
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert re.findall(r"^\d+\. `(\w+)`:", text, re.M) == NAMES


def test_each_is_the_function_of_its_file() -> None:
    for one in PASSES:
        assert one.__module__ == f"soapwright.passes.{one.__name__}"
        assert list(inspect.signature(one).parameters) == ["api", "findings"]


def test_each_file_is_a_pass_or_helps_some() -> None:
    """Those that take the user's options are called by the pipeline, before the passes."""
    with_options = {"choose", "choose_alternatives"}
    helpers = {path.stem for path in FOLDER.glob("[!_]*.py")} - {*NAMES, *with_options}
    imported = {
        node.module
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and path.stem in NAMES
    }
    assert {f"soapwright.passes.{name}" for name in helpers} <= imported


def test_each_has_its_tests() -> None:
    here = ROOT / "tests" / "passes"
    assert [n for n in NAMES if not (here / f"test_{n}.py").is_file()] == []


def test_a_run_ends_after_the_pass_that_found_an_error() -> None:
    broken = api(ports=[port(operation("op", message(part("x", ref("Missing")))))])
    findings = Findings(strict=True)
    with pytest.raises(SpecError) as raised:
        run_passes(broken, findings)
    assert list(raised.value.diagnostics) == list(findings)
    assert len(findings.errors) == 1


def test_a_warning_ends_nothing_and_every_pass_has_run() -> None:
    unused = struct("Unused", sequence(element("a", ref("Missing"))))
    request = message(part("x", ANY_TYPE), wrapper="op")
    findings = Findings()
    made = run_passes(api(unused, ports=[port(operation("op", request))]), findings)
    assert len(list(findings)) == 1 and not findings.errors
    changed = made.ports[0].operations[0].input
    assert changed is not None and changed.struct is not None
    assert changed.struct in made.literal


def test_what_is_done_is_not_done_again() -> None:
    """The passes find nothing more to do in what they made, but for messages, whose types exist."""
    given = api(struct("T", "a | (b, c)"), ports=[port(operation("op", message()))])
    once = run_passes(given, Findings())
    assert run_passes(once, Findings()) == once
