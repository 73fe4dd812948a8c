"""The forms that one value may take in SOAP's encoding: all of them are read as that value."""

from __future__ import annotations

import random
from typing import Any

import pytest
from generated_cases import ENC11, ENC12, ENCODED, ENCODED12, Service, services
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from test_generated_behaviour import encoded_requests

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ARRAY_TYPE, POSITION = f"{{{ENC11}}}arrayType", f"{{{ENC11}}}position"
ITEM_TYPE = f"{{{ENC12}}}itemType"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with services(tmp_path_factory.mktemp("forms"), ENCODED, ENCODED12) as all_:
        yield all_


def said(e: Any) -> bool:
    """Whether an element says by xsi:type what it is: it is no XML of unknown shape."""
    return f"{XSI}type" in e.attrib or f"{XSI}nil" in e.attrib


def values(call: Any) -> list[Any]:
    """The elements of a call that are values, not the inside of values that are XML."""
    found = []
    pending = [e for e in call if said(e)]
    while pending:
        e = pending.pop()
        found.append(e)
        pending.extend(c for c in e if said(c))
    return found


def may_be_moved(e: Any) -> bool:
    """Not where names in texts need the declarations around them."""
    kinds = {x.get(f"{XSI}type", "") for x in e.iter()}
    return not e.get(f"{XSI}nil") and not any(k.endswith(":QName") for k in kinds)


def is_array(e: Any) -> bool:
    return ARRAY_TYPE in e.attrib or ITEM_TYPE in e.attrib


def point_elsewhere(e: Any, service: Service, number: int) -> None:
    """Put what an element holds beside the call, and let the element point there."""
    body = e.getroottree().getroot()[0]
    moved = etree.SubElement(body, "multiRef", attrib=e.attrib, nsmap=e.nsmap)
    moved.text = e.text
    moved.extend(e[:])
    tail, position = e.tail, moved.attrib.pop(POSITION, None)
    e.clear()
    e.tail = tail
    if position is not None:  # the place is the element's, not the value's
        e.set(POSITION, position)
    if service.case.soap == "1.1":
        moved.set("id", f"m{number}")
        e.set("href", f"#m{number}")
    else:
        moved.set(f"{{{ENC12}}}id", f"m{number}")
        e.set(f"{{{ENC12}}}ref", f"m{number}")


def rename(e: Any, chance: random.Random) -> None:
    """Other names for items; members of other namespaces."""
    for child in e:
        if not said(child):
            return
    for child in e:
        local = child.tag.rpartition("}")[2]
        child.tag = f"i{chance.randrange(3)}" if is_array(e) else f"{{urn:q}}{local}"


def spread(e: Any) -> None:
    """Line breaks between elements."""
    if len(e) and all(said(c) for c in e):
        e.text = "\n  "
        for child in e:
            child.tail = "\n  "


def shuffle(e: Any, chance: random.Random) -> None:
    """The items of a one-dimensional array in another order, each with its position."""
    if "," in e.get(ARRAY_TYPE, ",").rpartition("[")[2] or not all(said(c) for c in e):
        return
    children = e[:]
    for number, child in enumerate(children):
        child.set(POSITION, f"[{number}]")
    chance.shuffle(children)
    e[:] = children


def in_another_form(envelope: bytes, service: Service, chance: random.Random) -> bytes:
    root = etree.fromstring(envelope)
    call = root[0][0]
    for number, e in enumerate(values(call)):
        for change in chance.sample("prst", chance.randrange(4)):
            if change == "r":
                rename(e, chance)
            elif change == "s":
                spread(e)
            elif change == "t" and ARRAY_TYPE in e.attrib and may_be_moved(e):
                shuffle(e, chance)
            elif change == "p" and may_be_moved(e):
                point_elsewhere(e, service, number)
                break
    return etree.tostring(root)


@pytest.mark.parametrize("number", [0, 1], ids=["1.1", "1.2"])
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_all_forms_are_one_value(made, number, data, seed):
    service = made[number]
    request = data.draw(encoded_requests(service))
    envelope = service.operation.encode_request(request)
    other = in_another_form(envelope, service, random.Random(seed))
    assert service.operation.decode_request(other) == request


# ------------------------------------------------------------------------ what is no such form

OF_INTS = 'enc:arrayType="xsd:int[{}]"'
SHARED = '<m id="1">5</m><m id="1">6</m>'
LOOP = '<m id="1" enc:arrayType="xsd:anyType[1]"><i href="#1"/></m>'


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('<i href="#1"/>', "echo.i: the reference '1' leads nowhere"),
        ('<i href="http://x/"/>', "echo.i: 'http://x/' is not in the envelope"),
        (
            f'<ints {OF_INTS.format(999999999)} enc:offset="[999999998]"><i>1</i></ints>',
            "echo.ints: an array with too many holes",
        ),
        (
            '<ints><i enc:position="[999999999]">1</i></ints>',
            "echo.ints: an array with too many holes",
        ),
        (
            f'<ints {OF_INTS.format(2)} enc:offset="[-1]"><i>1</i></ints>',
            "echo.ints: '[-1]' is no place in an array of dimension 1",
        ),
        (
            f'<ints {OF_INTS.format(2)}><i enc:position="1">1</i></ints>',
            "echo.ints[0]: '1' is no place in an array of dimension 1",
        ),
        (
            f'<ints {OF_INTS.format(2)}><i>1</i><i enc:position="[0]">2</i></ints>',
            "echo.ints[1]: is in the place of another item",
        ),
        (
            f'<grid {OF_INTS.format("2,2")}><i enc:position="[0,2]">1</i></grid>',
            "echo.grid[0]: '[0,2]' is no place in an array of dimension 2",
        ),
        (
            f'<grid {OF_INTS.format("100000,100000")} enc:offset="[0,0]"><i>1</i></grid>',
            "echo.grid: an array with too many holes",
        ),
        (
            f'<grid {OF_INTS.format("2,2")}><i>1</i></grid>',
            "echo.grid: 1 items for sizes [2, 2]",
        ),
        (
            f'<any {OF_INTS.format("99999999,99999999")}><i>1</i></any>',
            "echo.any: 1 items for sizes [99999999, 99999999]",
        ),
    ],
)
def test_what_is_no_array_or_reference(made, part, said):
    assert made[0].unread(part) == said


@pytest.mark.parametrize(
    ("part", "more", "found"),
    [
        ('<i href="#1"/>', SHARED, 5),
        (f"<ints {OF_INTS.format(999999999)}><i>1</i></ints>", "", [1]),
        (f"<ints {OF_INTS.format(10**30)}><i>1</i></ints>", "", [1]),
        (f"<ints {OF_INTS.format(-1)}><i>1</i></ints>", "", [1]),
        (
            f'<ints {OF_INTS.format(1)}><i enc:position="[2]">1</i></ints>',
            "",
            [None, None, 1],
        ),
        (
            f'<grid {OF_INTS.format("2,2")} enc:offset="[1,0]"><i>3</i><i>4</i></grid>',
            "",
            [[None, None], [3, 4]],
        ),
        ("<grid/>", "", []),
        ('<any enc:arrayType="a b[1]"><i xsi:type="xsd:int">1</i></any>', "", [1]),
        (
            f'<nested enc:arrayType="xsd:string[][2]"><i {OF_INTS.format(1)}><a>x</a></i>'
            '<i href="#1"/></nested>',
            '<m id="1" enc:arrayType="xsd:string[1]"><a>y</a></m>',
            [["x"], ["y"]],
        ),
    ],
)
def test_what_is_odd_and_yet_read(made, part, more, found):
    service = made[0]
    request = service.read(part, more)
    assert getattr(request, part[1:].partition(" ")[0].strip("/>")) == found
    assert service.again(request) == request


def test_an_array_in_itself(made):
    found = made[0].read('<any href="#1"/>', LOOP).any
    assert found[0] is found
    assert made[0].refusal(any=found).startswith("written: ")  # by reference


def test_where_an_array_that_says_its_type_fails(made):
    typed, refusal = made[0].soap.TypedList, made[0].refusal
    assert refusal(any=[typed([[1], []], rank=2)]) == (
        "echo.any[0][1]: the lists of one dimension differ in length"
    )
    assert refusal(anys=typed([1], item_type="a b")) == (
        "echo.anys: 'a b' is no name of a type"
    )
    assert refusal(anys=typed([1], item_type="{a b}c")) == (
        "echo.anys: 'a b' is no namespace"
    )
