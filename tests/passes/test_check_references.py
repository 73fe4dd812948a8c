"""References that lead nowhere: each a warning, and read as anyType."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import (
    ANY_TYPE,
    AT,
    INT,
    ONCE,
    STRING,
    api,
    declared,
    element,
    element_part,
    message,
    operation,
    part,
    port,
    q,
    ref,
    run,
    sequence,
    struct,
)

from soapwright.model.api import (
    AnyAttribute,
    Api,
    Attribute,
    Builtin,
    BuiltinRef,
    Derivation,
    Element,
    Enumeration,
    Facets,
    Fault,
    HeaderPart,
    ListOf,
    Message,
    Occurs,
    Particle,
    Process,
    QName,
    Restricted,
    Sequence,
    SoapArray,
    Struct,
    TypeDef,
    TypePart,
    UnionOf,
    Use,
    Wildcard,
)
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.walk import parts_of
from soapwright.passes import run_passes
from soapwright.passes.check_references import check_references

SAID = "type {urn:t}Missing is not declared: what refers to it is read as xsd:anyType"
HINT = "\nhint: import the schema that declares it; --catalog says where it is"
MISSING = ref("Missing")
ANY_SIMPLE = BuiltinRef(Builtin.ANY_SIMPLE_TYPE)


def held(type_: TypeDef, use: bool) -> Api:
    """A service that has a type, and an operation that takes it where `use` is True."""
    request = message(part("x", ref(type_.id.local)))
    ports = [port(operation("op", request))] if use else []
    return api(type_, ports=ports)


def one_element(type_: object, **rest: object) -> Particle:
    return sequence(element("a", type_, at=Location("s.xsd", 3), **rest))  # type: ignore[arg-type]  # a TypeRef


# Each way in which a type refers to another one.
DANGLING: dict[str, TypeDef] = {
    "element": struct("T", one_element(MISSING)),
    "attribute": struct("T", attributes=(Attribute(q("k"), MISSING, False, AT),)),
    "text": struct("T", text=MISSING),
    "base": struct("T", base="Missing", derivation=Derivation.EXTENSION),
    "enumeration": Enumeration(q("T"), ("T",), True, AT, MISSING, ()),
    "restriction": Restricted(q("T"), ("T",), True, AT, MISSING, Facets()),
    "list": ListOf(q("T"), ("T",), True, AT, MISSING),
    "union": UnionOf(q("T"), ("T",), True, AT, (INT, MISSING)),
    "array": SoapArray(q("T"), ("T",), True, AT, MISSING),
}
SETTLED: dict[str, TypeDef] = {
    "element": struct("T", one_element(ANY_TYPE)),
    "attribute": struct("T", attributes=(Attribute(q("k"), ANY_SIMPLE, False, AT),)),
    "text": struct("T", text=ANY_SIMPLE),
    "base": struct(
        "T",
        Sequence((Wildcard(("##any",), Process.LAX, Occurs(0, None), AT),), ONCE),
        any_attribute=AnyAttribute(("##any",), Process.LAX),
    ),
    "enumeration": Enumeration(q("T"), ("T",), True, AT, ANY_SIMPLE, ()),
    "restriction": Restricted(q("T"), ("T",), True, AT, ANY_SIMPLE, Facets()),
    "list": ListOf(q("T"), ("T",), True, AT, ANY_SIMPLE),
    "union": UnionOf(q("T"), ("T",), True, AT, (INT, ANY_SIMPLE)),
    "array": SoapArray(q("T"), ("T",), True, AT, ANY_TYPE),
}


def test_nothing_is_found_where_nothing_dangles() -> None:
    given = api(
        struct("A", sequence(element("b", ref("B")), element("r", reference=True))),
        struct("B", "c", base="A", derivation=Derivation.EXTENSION),
        elements=[declared("r", ref("B"))],
        ports=[port(operation("op", message(element_part("r"))))],
    )
    assert run(check_references, given) == (given, [])


@pytest.mark.parametrize("use", [True, False])
@pytest.mark.parametrize("kind", DANGLING)
def test_what_dangles_is_a_warning_and_reads_as_anything(kind: str, use: bool) -> None:
    made, findings = run(check_references, held(DANGLING[kind], use))
    at = "s.xsd:3" if kind == "element" else "service.wsdl:7"
    assert findings == [f"{at}: warning: {SAID} [reference]{HINT}"]
    assert made.types == {q("T"): SETTLED[kind]}
    # and no later pass makes an error of it
    assert run(run_passes, held(DANGLING[kind], use))[1] == findings


def test_a_strict_run_ends_where_something_dangles() -> None:
    findings = Findings(strict=True)
    with pytest.raises(SpecError):
        run_passes(held(DANGLING["element"], use=True), findings)
    assert [one.mended for one in findings.errors] == [True]


def test_every_place_is_reported_once() -> None:
    given = api(
        struct("A", sequence(*(element(n, MISSING) for n in "ab"))),
        struct("B", one_element(ref("Gone"))),
    )
    _, findings = run(check_references, given)
    assert [f.split("type ")[1].split(" is")[0] for f in findings] == [
        "{urn:t}Missing",
        "{urn:t}Gone",
    ]


@pytest.mark.parametrize("used", [True, False])
def test_a_reference_to_an_element_that_nobody_declares(used: bool) -> None:
    content = one_element(ANY_TYPE, reference=True)
    made, findings = run(check_references, held(struct("T", content), used))
    (finding,) = findings
    said = "warning: element {urn:t}a is not declared: it is read as xsd:anyType"
    assert said in finding
    assert made.types[q("T")] == struct("T", content)


def test_an_element_that_dangles_is_not_mistaken_for_the_type_of_its_name() -> None:
    refers = sequence(element("A", reference=True), element("b", ref("A")))
    given = api(struct("T", refers), struct("A", "c"))
    made, findings = run(check_references, given)
    assert len(findings) == 1 and "element {urn:t}A" in findings[0]
    assert made == given


def test_a_declaration_and_a_reference_to_it_are_both_found() -> None:
    refers = sequence(element("root", MISSING, reference=True))
    given = api(
        struct("T", refers),
        elements=[declared("root", MISSING)],
        ports=[port(operation("op", message(part("x", ref("T")))))],
    )
    _, findings = run(check_references, given)
    assert findings == [f"{AT}: warning: {SAID} [reference]{HINT}"]


def test_a_schema_in_a_message_is_xml_like_any_other() -> None:
    name = QName("http://www.w3.org/2001/XMLSchema", "schema")
    schema = Element(name, ANY_TYPE, ONCE, AT, reference=True)
    given = held(struct("DataSet", sequence(schema)), use=True)
    assert run(check_references, given) == (given, [])


def test_a_local_element_needs_no_declaration() -> None:
    given = held(struct("T", "a, b"), use=True)
    assert run(check_references, given) == (given, [])


PARTS = [part("x", MISSING), element_part("root")]


@pytest.mark.parametrize("wrong", PARTS, ids=["type", "element's type"])
@pytest.mark.parametrize("place", ["body", "header", "fault"])
def test_a_part_that_dangles_is_anything_wherever_it_travels(
    wrong: object, place: str
) -> None:
    request, faults = message(), ()
    match place:
        case "body":
            request = message(wrong)  # type: ignore[arg-type]  # a Part
        case "header":
            header = HeaderPart(wrong, Use.LITERAL, "", AT)  # type: ignore[arg-type]  # a Part
            request = message(headers=(header,))
        case "fault":
            faults = (Fault("f", wrong, Use.LITERAL, "", True, AT),)  # type: ignore[arg-type,assignment]  # a Part
    service = port(operation("op", request, faults=faults))
    elements = [declared("root", MISSING)] if wrong is PARTS[1] else []
    given = api(elements=elements, ports=[service])
    made, findings = run(check_references, given)
    assert findings == [f"{AT}: warning: {SAID} [reference]{HINT}"]
    settled = [p.type for p in parts_of(made) if isinstance(p, TypePart)]
    settled += [one.type for one in made.elements.values()]
    assert settled == [ANY_TYPE]


def test_a_head_that_dangles_leaves_its_member_alone() -> None:
    given = api(elements=[replace(declared("root", STRING), head=q("gone"))])
    made, findings = run(check_references, given)
    said = "element {urn:t}gone is not declared: root substitutes no other"
    assert findings == [f"{AT}: warning: {said} [reference]{HINT}"]
    assert made.elements == {q("root"): declared("root", STRING)}


def test_an_elements_type_that_dangles() -> None:
    given = api(elements=[declared("root", MISSING), declared("fine", STRING)])
    made, findings = run(check_references, given)
    assert findings == [f"{AT}: warning: {SAID} [reference]{HINT}"]
    assert made.elements == {
        q("root"): declared("root", ANY_TYPE),
        q("fine"): declared("fine", STRING),
    }


def test_a_lost_base_takes_the_derivation_along() -> None:
    derived = struct("T", "a", base="Missing", derivation=Derivation.RESTRICTION)
    made, _ = run(check_references, held(derived, use=False))
    assert made.types[q("T")] == struct("T", "a")


def test_references_inside_groups_are_settled() -> None:
    inner = sequence(sequence(element("a", MISSING)), element("b"))
    made, _ = run(check_references, held(struct("T", inner), use=False))
    settled = made.types[q("T")]
    assert isinstance(settled, Struct)
    assert settled.content == sequence(sequence(element("a", ANY_TYPE)), element("b"))


def test_a_message_without_parts_needs_nothing() -> None:
    empty: Message = message()
    given = api(ports=[port(operation("op", empty))])
    assert run(check_references, given) == (given, [])
