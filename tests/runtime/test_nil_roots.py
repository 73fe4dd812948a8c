"""Nil elements of Bodies."""

from __future__ import annotations

from typing import NoReturn

import pytest
from lxml import etree

from soapwright.runtime.codec.roots import Root
from soapwright.runtime.values.values import Nil
from soapwright.runtime.xml.element import Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def read(e: Element) -> NoReturn:
    raise AssertionError("it is nil")


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        ("", None),
        ('xsi:type=" "', None),
        ('xsi:type="t:Ring of gold"', None),
        ('xsi:type="t:"', None),
        ('unit="m"', Nil({"unit": "m"})),
        ('xsi:type="1 2" unit="m"', Nil({"unit": "m"})),
        ('xsi:type="t:Ring"', Nil({}, "{urn:t}Ring")),
        ('xsi:type="t:Ring" gold="true"', Nil({"gold": "true"}, "{urn:t}Ring")),
    ],
)
def test_a_nil_element_keeps_its_type_and_its_attributes(
    attributes: str, value: Nil | None
) -> None:
    xml = f'<a xmlns:xsi="{XSI}" xmlns:t="urn:t" xsi:nil="true" {attributes}/>'
    assert Root(nillable=True).reader(read)(etree.fromstring(xml)) == value
