"""Children's fields by the states of a content model."""

from __future__ import annotations

from lxml import etree

from soapwright.runtime import States, placed

# a, b*, a, and any elements of other namespaces
STATES: States = (
    ({"a": (1, 1)}, ()),
    ({"b": (1, 2), "a": (2, 3)}, ()),
    ({}, ((("##other", ""), 2, 4),)),
)


def fields(*names: str) -> list[int]:
    e = etree.Element("e")
    for name in names:
        etree.SubElement(e, name)
    return [number for _, number in placed(e[:], STATES)]


def test_a_child_belongs_where_the_model_has_it() -> None:
    assert fields("a", "b", "b", "a", "{urn:o}x") == [1, 2, 2, 3, 4]


def test_a_child_out_of_its_place_leads_to_the_next_one_of_its_name() -> None:
    assert fields("b", "a", "{urn:o}x") == [2, 3, 4]
    assert fields("a", "a", "b", "a") == [1, 3, 2, 3]
    assert fields("{urn:o}x", "a") == [4, 1]


def test_an_unknown_child_has_no_field() -> None:
    assert fields("a", "x", "b", "{urn:o}x") == [1, 0, 2, 4]


def test_a_surplus_child_stays_in_the_last_field_that_takes_several() -> None:
    """So what is read is a prefix and the rest, which are read the same when they were written out."""
    states: States = (
        ({"a": (1, 1), "b": (1, 1)}, ()),
        ({"a": (2, 2), "b": (2, 2)}, ()),
        ({"a": (3, 2), "b": (3, 2)}, ()),
        ({}, ()),
    )
    e = etree.Element("e")
    for name in "abaabb":
        etree.SubElement(e, name)
    assert [number for _, number in placed(e[:], states)] == [1, 2, 2, 2, 2, 2]
