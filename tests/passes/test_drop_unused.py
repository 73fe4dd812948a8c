"""The toolkit's own schemas: what the service does not reach goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import (
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
    Api,
    Attribute,
    Derivation,
    ElementPart,
    Fault,
    HeaderPart,
    Part,
    QName,
    TypePart,
    Use,
)
from soapwright.passes.drop_unused import drop_unused

# What the toolkit brings: `o:Used` holds `o:Inner` and derives from `o:Base`.
BUNDLED_TYPES = [
    struct("o:Used", sequence(element("i", ref("o:Inner"))), base="o:Base", derivation=Derivation.EXTENSION),
    struct("o:Inner"),
    struct("o:Base"),
    struct("o:Idle", sequence(element("i", ref("o:Inner")), element("d", ref("o:Deep")))),
    struct("o:Deep"),
]  # fmt: skip
BUNDLED_ELEMENTS = [declared("o:used", ref("o:Used")), declared("o:idle", INT)]


def with_bundled(own: Api) -> Api:
    """A service, and beside it what the toolkit brings."""
    types = {t.id: t for t in BUNDLED_TYPES}
    elements = {e.name: e for e in BUNDLED_ELEMENTS}
    return replace(
        own,
        types=own.types | types,
        elements=own.elements | elements,
        bundled=frozenset([*types, *elements]),
    )


def kept(own: Api) -> tuple[list[str], list[str]]:
    made, findings = run(drop_unused, with_bundled(own))
    assert findings == []
    return [t.local for t in made.types], [e.local for e in made.elements]


REACHED = ["Used", "Inner", "Base"]


def test_nothing_of_it_stays_where_nothing_uses_it() -> None:
    own = api(struct("T", "a"), elements=[declared("root", ref("T"))])
    assert kept(own) == (["T"], ["root"])


def test_what_is_the_users_own_stays() -> None:
    own = api(struct("Unused"), elements=[declared("unused", ref("Unused"))])
    made, _ = run(drop_unused, own)
    assert made == own


def test_what_the_users_types_hold_stays_with_what_it_needs() -> None:
    holder = struct("T", sequence(element("u", ref("o:Used"))))
    assert kept(api(holder)) == (["T", *REACHED], [])


def test_an_attributes_type_is_needed() -> None:
    holder = struct("T", attributes=(Attribute(q("k"), ref("o:Inner"), False, AT),))
    assert kept(api(holder)) == (["T", "Inner"], [])


def test_what_the_users_elements_are_of_stays() -> None:
    own = api(elements=[declared("root", ref("o:Deep"))])
    assert kept(own) == (["Deep"], ["root"])


def test_an_element_that_is_referred_to_stays() -> None:
    use = element("o:used", ref("o:Used"), reference=True)
    assert kept(api(struct("T", sequence(use)))) == (["T", *REACHED], ["used"])
    # one that merely has its name is none of it
    same = element("o:used", INT)
    assert kept(api(struct("T", sequence(same)))) == (["T"], [])


@pytest.mark.parametrize("place", ["input", "output", "header", "fault"])
@pytest.mark.parametrize(
    ("travels", "elements"),
    [(element_part("o:used"), ["used"]), (part("x", ref("o:Used")), [])],
)
def test_what_operations_carry_stays(
    travels: ElementPart | TypePart, elements: list[str], place: str
) -> None:
    services = {
        "input": operation("op", message(travels)),
        "output": operation("op", None, message(travels)),
        "header": operation("op", message(headers=(header(travels),))),
        "fault": operation("op", message(), faults=(fault(travels),)),
    }
    assert kept(api(ports=[port(services[place])])) == (REACHED, elements)


def header(travels: Part) -> HeaderPart:
    return HeaderPart(travels, Use.LITERAL, "", AT)


def fault(travels: Part) -> Fault:
    return Fault("f", travels, Use.LITERAL, "", True, AT)


def test_a_type_in_the_users_schema_of_a_bundled_name_is_the_users() -> None:
    own = api(struct("T"), struct("U"))
    given = replace(own, bundled=frozenset({QName("urn:o", "Used"), q("U")}))
    made, _ = run(drop_unused, given)
    assert list(made.types) == [q("T")]
