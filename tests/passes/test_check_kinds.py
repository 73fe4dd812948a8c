"""Types that are made from themselves, or from a type of the wrong kind."""

from __future__ import annotations

import pytest
from factories import (
    ANY_TYPE,
    AT,
    INT,
    STRING,
    api,
    element,
    q,
    ref,
    run,
    sequence,
    struct,
)

from codegen.diagnostics import SpecError
from codegen.model import (
    Attribute,
    Builtin,
    BuiltinRef,
    Derivation,
    Enumeration,
    EnumerationValue,
    Facets,
    ListOf,
    Restricted,
    SoapArray,
    TypeDef,
    TypeRef,
    UnionOf,
)
from codegen.passes.check_kinds import check_kinds

COMPLEX = struct("Complex", "a")


def extension(name: str, base: str) -> TypeDef:
    return struct(name, base=base, derivation=Derivation.EXTENSION)


def restricted(name: str, base: TypeRef = STRING) -> TypeDef:
    return Restricted(q(name), (name,), True, AT, base, Facets())


def list_of(name: str, item: TypeRef) -> TypeDef:
    return ListOf(q(name), (name,), True, AT, item)


def union_of(name: str, *members: TypeRef) -> TypeDef:
    return UnionOf(q(name), (name,), True, AT, members)


def enumeration(name: str, base: TypeRef, *values: str) -> TypeDef:
    listed = tuple(map(EnumerationValue, values))
    return Enumeration(q(name), (name,), True, AT, base, listed)


def array_of(name: str, item: TypeRef) -> TypeDef:
    return SoapArray(q(name), (name,), True, AT, item)


def simple_content(name: str, text: TypeRef) -> TypeDef:
    return struct(name, text=text)


# ------------------------------------------------------------------------------------ circles


@pytest.mark.parametrize(
    "types",
    [
        [extension("A", "A")],
        [extension("A", "B"), extension("B", "A")],
        [extension("A", "B"), extension("B", "C"), extension("C", "A")],
        [restricted("A", ref("A"))],
        [restricted("A", ref("B")), list_of("B", ref("A"))],
        [union_of("A", STRING, ref("B")), union_of("B", ref("A"))],
        [enumeration("A", ref("B"), "x"), restricted("B", ref("A"))],
        [simple_content("A", ref("B")), restricted("B", ref("A"))],
    ],
)
def test_what_is_defined_by_itself_is_an_error(types: list[TypeDef]) -> None:
    with pytest.raises(SpecError) as raised:
        run(check_kinds, api(*types))
    assert [str(d) for d in raised.value.diagnostics] == [
        f"{AT}: error: {{urn:t}}{t.id.local} is defined by itself [circular]"
        for t in types
    ]


def test_what_leads_to_a_circle_is_not_in_it() -> None:
    types = [extension("A", "B"), extension("B", "B")]
    with pytest.raises(SpecError) as raised:
        run(check_kinds, api(*types))
    assert [d.message for d in raised.value.diagnostics] == [
        "{urn:t}B is defined by itself"
    ]


@pytest.mark.parametrize(
    "types",
    [
        [struct("A", sequence(element("a", ref("A"))))],
        [extension("A", "B"), struct("B", sequence(element("a", ref("A"))))],
        [restricted("A"), restricted("B", ref("A")), union_of("C", ref("A"), ref("B"))],
    ],
)
def test_a_value_may_hold_values_of_its_type(types: list[TypeDef]) -> None:
    given = api(*types)
    assert run(check_kinds, given) == (given, [])


# -------------------------------------------------------------------------------------- kinds

USERS = {
    "an attribute": lambda kind: struct("T", attributes=(Attribute(q("k"), kind, False, AT),)),
    "simpleContent": lambda kind: simple_content("T", kind),
    "a simple type's restriction": lambda kind: restricted("T", kind),
    "a list": lambda kind: list_of("T", kind),
    "a union": lambda kind: union_of("T", STRING, kind),
}  # fmt: skip


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ANY_TYPE, "anyType"),
        (ref("Complex"), "{urn:t}Complex"),
        (ref("Array"), "{urn:t}Array"),
    ],
)
def test_a_complex_type_where_a_simple_one_belongs(
    user: str, kind: TypeRef, said: str
) -> None:
    given = api(COMPLEX, array_of("Array", INT), USERS[user](kind))
    _, findings = run(check_kinds, given)
    assert findings == [
        f"{AT}: error: {user} needs a simple type, and {said} is complex [kind]"
    ]


@pytest.mark.parametrize("user", USERS)
def test_a_simple_type_where_one_belongs(user: str) -> None:
    for kind in (STRING, ref("Simple")):
        given = api(restricted("Simple"), USERS[user](kind))
        assert run(check_kinds, given) == (given, [])


def test_a_complex_type_made_from_a_simple_one() -> None:
    _, findings = run(check_kinds, api(restricted("Simple"), extension("T", "Simple")))
    (finding,) = findings
    assert "a complex type cannot be made from {urn:t}Simple [kind]" in finding


def test_every_finding_of_the_pass_is_reported() -> None:
    given = api(COMPLEX, list_of("A", ref("Complex")), union_of("B", ANY_TYPE, ref("Complex")))  # fmt: skip
    assert len(run(check_kinds, given)[1]) == 3


# -------------------------------------------------------------------------------- enumerations


@pytest.mark.parametrize(
    ("builtin", "values", "wrong"),
    [
        (Builtin.INT, ["1", "-2", " 3 ", "+4"], ["", "x", "1.0", "0x1"]),
        (Builtin.POSITIVE_INTEGER, ["1"], ["one"]),
        (Builtin.UNSIGNED_BYTE, ["255"], ["a"]),
        (Builtin.BOOLEAN, ["true", "0"], ["yes", "True"]),
        (Builtin.DECIMAL, ["1", "1.", ".5", "-1.50"], ["1e5", ".", "INF"]),
        (Builtin.DOUBLE, ["1e5", "INF", "-INF", "NaN", ".5E-3"], ["inf", "e5"]),
        (Builtin.DATE, ["2020-02-29", "2020-01-01Z"], ["2020", "1/2/2020"]),
        (Builtin.DATE_TIME, ["2020-01-01T00:00:00.5+01:00"], ["2020-01-01"]),
        (Builtin.TIME, ["23:59:59"], ["23:59"]),
        (Builtin.DURATION, ["P1Y", "-PT1.5S"], ["P", "PT", "1Y"]),
        (Builtin.G_YEAR, ["2020", "-0044"], ["20"]),
        (Builtin.G_MONTH, ["--12", "--12--"], ["12"]),
        (Builtin.G_DAY, ["---31"], ["31"]),
        (Builtin.HEX_BINARY, ["", "0aFF"], ["0", "xy"]),
        (Builtin.BASE64_BINARY, ["", "YQ==", "YW Jj"], ["é"]),
        (Builtin.STRING, ["", "anything"], []),
        (Builtin.ANY_URI, [":"], []),
    ],
    ids=lambda value: value.value if isinstance(value, Builtin) else "",
)
def test_a_value_that_its_base_does_not_have(
    builtin: Builtin, values: list[str], wrong: list[str]
) -> None:
    base = BuiltinRef(builtin)
    fine = api(enumeration("T", base, *values), enumeration("U", ref("T"), *values))
    assert run(check_kinds, fine) == (fine, [])
    _, findings = run(check_kinds, api(enumeration("T", base, *wrong)))
    assert findings == [
        f"{AT}: error: {text!r} is no value of xsd:{builtin.value} [value]"
        for text in wrong
    ]


def test_the_values_of_a_restricted_base_are_its_builtins() -> None:
    given = api(restricted("Small", INT), enumeration("T", ref("Small"), "1", "two"))
    _, findings = run(check_kinds, given)
    assert len(findings) == 1 and "'two' is no value of xsd:int" in findings[0]


@pytest.mark.parametrize("base", [list_of("B", INT), union_of("B", INT, STRING)])
def test_values_of_lists_and_unions_are_not_judged(base: TypeDef) -> None:
    given = api(base, enumeration("T", ref("B"), "1 2", "x"))
    assert run(check_kinds, given) == (given, [])
