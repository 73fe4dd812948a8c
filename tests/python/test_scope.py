"""A module's names from elsewhere: imported where they are used, aliased where they are hidden."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from soapwright.python.text.scope import Scope

NAMES = (
    "str int float bool bytes list dict tuple isinstance len Decimal date datetime time Any"
    " Literal field soap t elements".split()
)


def test_nothing_is_imported_that_is_not_used() -> None:
    scope = Scope(NAMES)
    assert (scope.standard_imports, scope.package_imports) == ([], [])


def test_what_is_used_is_imported_a_line_for_a_module() -> None:
    scope = Scope()
    for name in ("time", "Decimal", "date", "str", "list", "field"):
        assert scope.name(name) == name
    assert scope.standard_imports == [
        "from dataclasses import field",
        "from datetime import date, time",
        "from decimal import Decimal",
    ]
    assert scope.package_imports == []


def test_the_runtime_and_the_types() -> None:
    scope = Scope()
    assert scope.soap("text") == "soap.text"
    assert scope.type("VirtualDisk") == "t.VirtualDisk"
    assert scope.name("elements") == "elements"
    assert scope.package_imports == [
        "from .. import _soap as soap",
        "from .. import elements",
        "from .. import types as t",
    ]


def test_what_a_field_hides_has_a_private_name() -> None:
    scope = Scope({"str", "date", "t", "soap", "elements", "unused"})
    assert scope.name("str") == "_str"
    assert scope.name("date") == "_date"
    assert scope.name("time") == "time"
    assert scope.type("X") == "_t.X"
    assert scope.soap("text") == "_soap.text"
    assert scope.name("elements") == "_elements"
    assert scope.standard_imports == [
        "from builtins import str as _str",
        "from datetime import date as _date, time",
    ]
    assert scope.package_imports == [
        "from .. import _soap",
        "from .. import elements as _elements",
        "from .. import types as _t",
    ]


def test_a_name_used_twice_is_imported_once() -> None:
    scope = Scope({"int"})
    assert [scope.name("int"), scope.name("int")] == ["_int", "_int"]
    assert scope.standard_imports == ["from builtins import int as _int"]


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_a_module_defines_every_name_that_it_says(
    hidden: set[str], used: set[str]
) -> None:
    scope = Scope(hidden)
    said = {scope.name(name) for name in sorted(used)}
    lines = [*scope.standard_imports, *scope.package_imports]
    defined = set()
    for statement in ast.parse("\n".join(lines)).body:
        match statement:
            case ast.ImportFrom(names=names):
                defined |= {alias.asname or alias.name for alias in names}
    builtins = {name for name in said if not name.startswith("_")} - defined
    assert said == defined | builtins
    assert builtins <= set(dir(__builtins__)) | set(__builtins__)  # type: ignore[arg-type]  # a module or its dict
    # what is hidden keeps its own meaning for the class that hides it
    assert not said & hidden
