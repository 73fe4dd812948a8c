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
