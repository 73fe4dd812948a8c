"""Which types travel encoded, which literally."""

from __future__ import annotations

import pytest
from factories import (
    ANY_TYPE,
    AT,
    INT,
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
    Derivation,
    Fault,
    HeaderPart,
    Message,
    Operation,
    SoapArray,
    TypeDef,
    Use,
)
from soapwright.passes.facts import facts

HELD = struct("Held", "a")
HOLDER = struct("Holder", sequence(element("h", ref("Held"))))
DERIVED = struct("Derived", base="Held", derivation=Derivation.EXTENSION)
ALONE = struct("Alone")


def uses(*operations: Operation, types: tuple[TypeDef, ...]) -> tuple[str, str]:
    """The names that travel encoded and literally, each in the model's order."""
    given = api(
        *types, ports=[port(*operations)], elements=[declared("root", ref("Holder"))]
    )
    made, findings = run(facts, given)
    assert findings == []
    assert (made.types, made.ports) == (given.types, given.ports)
    assert made.encoded | made.literal == set(given.types)
    found = [
        " ".join(t.local for t in given.types if t in chosen)
        for chosen in (made.encoded, made.literal)
    ]
    return found[0], found[1]


def carrying(name: str, use: Use) -> Message:
    return message(use=use, struct=q(name))


def test_what_no_message_reaches_counts_as_literal() -> None:
    assert uses(types=(HELD, HOLDER)) == ("", "Held Holder")


@pytest.mark.parametrize("direction", ["input", "output"])
def test_a_message_carries_its_type_and_all_in_it(direction: str) -> None:
    sent = carrying("Holder", Use.ENCODED)
    one = operation("op", sent) if direction == "input" else operation("op", None, sent)
    assert uses(one, types=(HELD, HOLDER, ALONE)) == ("Held Holder", "Alone")


def test_a_type_may_travel_in_both_uses() -> None:
    both = operation("op", carrying("Holder", Use.ENCODED), carrying("Held", Use.LITERAL))  # fmt: skip
    assert uses(both, types=(HELD, HOLDER)) == ("Held Holder", "Held")


def test_what_is_derived_may_stand_for_its_base_in_either_use() -> None:
    types = (DERIVED, HELD, HOLDER)
    encoded = operation("op", carrying("Holder", Use.ENCODED))
    assert uses(encoded, types=types) == ("Derived Held Holder", "")
    literal = operation("op", carrying("Holder", Use.LITERAL))
    assert uses(literal, types=types) == ("", "Derived Held Holder")


def test_what_a_literal_type_holds_is_literal_though_it_travels_encoded_too() -> None:
    one = operation("op", carrying("Held", Use.ENCODED))
    assert uses(one, types=(HELD, HOLDER)) == ("Held", "Held Holder")


def test_encoded_anything_may_be_any_type() -> None:
    open_ = struct("Open", sequence(element("x", ANY_TYPE)))
    encoded = operation("op", carrying("Open", Use.ENCODED))
    assert uses(encoded, types=(open_, HELD, ALONE)) == ("Open Held Alone", "")
    literal = operation("op", carrying("Open", Use.LITERAL))
    assert uses(literal, types=(open_, HELD, ALONE)) == ("", "Open Held Alone")


def test_an_array_of_anything_is_anything() -> None:
    array = SoapArray(q("Array"), ("Array",), True, AT, ANY_TYPE)
    encoded = operation("op", carrying("Array", Use.ENCODED))
    assert uses(encoded, types=(array, ALONE)) == ("Array Alone", "")
    numbers = SoapArray(q("Array"), ("Array",), True, AT, INT)
    assert uses(encoded, types=(numbers, ALONE)) == ("Array", "Alone")


def header(name: str, use: Use) -> HeaderPart:
    return HeaderPart(part("h", ref(name)), use, "urn:h", AT)


def test_headers_travel_in_their_own_use() -> None:
    sent = message(
        use=Use.LITERAL, headers=(header("Held", Use.ENCODED),), headers_struct=q("Headers")
    )  # fmt: skip
    headers = struct("Headers", sequence(element("h", ref("Held"))))
    found = uses(operation("op", sent), types=(headers, HELD, ALONE))
    assert found == ("Headers Held", "Alone")


def test_headers_of_both_uses_are_one_literal_type_with_encoded_parts() -> None:
    both = (header("Held", Use.ENCODED), header("Alone", Use.LITERAL))
    sent = message(headers=both, headers_struct=q("Headers"))
    headers = struct("Headers", sequence(element("h", ref("Held")), element("a", ref("Alone"))))  # fmt: skip
    found = uses(operation("op", sent), types=(headers, HELD, ALONE))
    assert found == ("Held", "Headers Held Alone")


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (Use.ENCODED, ("Held Holder", "Alone")),
        (Use.LITERAL, ("", "Held Holder Alone")),
    ],
)
def test_a_faults_detail_travels_too(use: Use, expected: tuple[str, str]) -> None:
    fault = Fault("f", element_part("root"), use, "", True, AT)
    one = operation("op", message(), faults=(fault,))
    assert uses(one, types=(HELD, HOLDER, ALONE)) == expected
