"""Types that are made from themselves, or from a type of the wrong kind."""

from __future__ import annotations

from dataclasses import replace

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

from soapwright.model.api import (
    Attribute,
    Builtin,
    BuiltinRef,
    Derivation,
    Enumeration,
    EnumerationValue,
    Facets,
    GlobalElement,
    ListOf,
    Restricted,
    SoapArray,
    TypeDef,
    TypeRef,
    UnionOf,
)
from soapwright.passes.check_kinds import MAX_DERIVATION, check_kinds

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
def test_what_is_defined_by_itself_does_without_that(types: list[TypeDef]) -> None:
    made, findings = run(check_kinds, api(*types))
    assert findings == [said(t.id.local) for t in types]
    assert run(check_kinds, made) == (made, [])


def said(name: str) -> str:
    done = "what it takes from that is left out"
    return f"{AT}: warning: {{urn:t}}{name} is defined by itself: {done} [circular]"


def test_what_leads_to_a_circle_is_not_in_it() -> None:
    types = [extension("A", "B"), extension("B", "B")]
    _, findings = run(check_kinds, api(*types))
    assert findings == [said("B")]


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


def test_a_chain_of_derivations_has_an_end() -> None:
    chain = [struct("T0"), *(extension(f"T{n}", f"T{n - 1}") for n in range(1, 200))]
    assert run(check_kinds, api(*chain[:MAX_DERIVATION])) == (
        api(*chain[:MAX_DERIVATION]),
        [],
    )
    _, findings = run(check_kinds, api(*reversed(chain)))
    assert findings == [
        f"{AT}: error: {{urn:t}}T100 is the end of more than 100 derivations [limit]"
    ]


def test_an_element_that_may_stand_for_itself() -> None:
    elements = [
        GlobalElement(q("a"), STRING, AT, head=q("b")),
        GlobalElement(q("b"), STRING, AT, head=q("a")),
        GlobalElement(q("c"), STRING, AT, head=q("a")),
        GlobalElement(q("d"), STRING, AT, head=q("nowhere")),
    ]
    given = replace(api(), elements={e.name: e for e in elements})
    made, findings = run(check_kinds, given)
    assert [one.head for one in made.elements.values()][:3] == [None, None, q("a")]
    assert [finding.split(": ")[2].split(" may")[0] for finding in findings] == [
        "element {urn:t}a",
        "element {urn:t}b",
    ]


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
    ("kind", "name"),
    [
        (ANY_TYPE, "xsd:anyType"),
        (ref("Complex"), "{urn:t}Complex"),
        (ref("Array"), "{urn:t}Array"),
    ],
)
def test_a_complex_type_where_a_simple_one_belongs(
    user: str, kind: TypeRef, name: str
) -> None:
    given = api(COMPLEX, array_of("Array", INT), USERS[user](kind))
    made, findings = run(check_kinds, given)
    assert findings == [
        f"{AT}: warning: {user} needs a simple type, and {name} is complex:"
        " it is read as anySimpleType [kind]"
    ]
    assert made.types[q("T")] == USERS[user](BuiltinRef(Builtin.ANY_SIMPLE_TYPE))


@pytest.mark.parametrize("user", USERS)
def test_a_simple_type_where_one_belongs(user: str) -> None:
    for kind in (STRING, ref("Simple")):
        given = api(restricted("Simple"), USERS[user](kind))
        assert run(check_kinds, given) == (given, [])


def test_a_complex_type_made_from_a_simple_one() -> None:
    given = api(restricted("Simple"), extension("T", "Simple"))
    made, findings = run(check_kinds, given)
    (finding,) = findings
    assert "cannot be made from {urn:t}Simple: it is read as text [kind]" in finding
    assert made.types[q("T")] == simple_content("T", ref("Simple"))


def test_every_finding_of_the_pass_is_reported() -> None:
    given = api(COMPLEX, list_of("A", ref("Complex")), union_of("B", ANY_TYPE, ref("Complex")))  # fmt: skip
    assert len(run(check_kinds, given)[1]) == 3
