"""QNames, and lists and unions of them: their prefixes are of the place where they stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.codec.scoped import (
    PlainMember,
    ScopedMember,
    parse_scoped_list,
    parse_scoped_qname,
    parse_scoped_union,
    qname_value,
    scoped_attribute,
    scoped_list_text,
    scoped_qname_text,
    scoped_union_text,
    scoped_value,
    write_scoped_attribute,
    write_scoped_element,
    write_scoped_text,
)
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.values.lexical import int_text, parse_int, parse_string, text
from soapwright.runtime.values.names import QName

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = ("", "urn:a", "urn:b", "http://www.w3.org/XML/1998/namespace")
QNAMES = st.builds(QName, st.sampled_from(NAMESPACES), st.sampled_from("xyz"))
INT = PlainMember(parse_int, int_text)
STRING = PlainMember(parse_string, text)
QNAME = ScopedMember(parse_scoped_qname, scoped_qname_text)


def names_of(text, e):
    return parse_scoped_list(text, e, parse_scoped_qname)


def list_text(values, prefix):
    return scoped_list_text(values, prefix, scoped_qname_text)


def element(xml: str):
    return etree.fromstring(
        f'<E xmlns="urn:d" xmlns:a="urn:a" xmlns:b="urn:b" xmlns:xsi="{XSI}"><B><call>{xml}</call></B></E>'
    )[0][0][0]


def alone(xml: str):
    return etree.fromstring(xml)


def refusal(read, *arguments) -> str:
    with pytest.raises(DecodeError) as caught:
        read(*arguments)
    return str(caught.value)


def test_prefixes_are_those_in_scope():
    assert qname_value(element("<v> a:x </v>")) == QName("urn:a", "x")
    assert qname_value(element("<v>x</v>")) == QName("urn:d", "x")
    assert qname_value(element('<v xmlns="">x</v>')) == QName("", "x")
    assert qname_value(element('<v xmlns:a="urn:z">a:x</v>')) == QName("urn:z", "x")


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<v>z:x</v>", "the prefix of 'z:x' is not declared"),
        ("<v/>", "'' is no xsd:QName"),
        ("<v>a:b:c</v>", "'a:b:c' is no xsd:QName"),
        ('<v xsi:nil="true"/>', "is nil, and may not be"),
        ("<v><w/></v>", "holds elements, not a value"),
        ("<v>a:x<w/></v>", "holds elements, not a value"),
    ],
)
def test_what_does_not_read(xml, reason):
    assert refusal(qname_value, element(xml)) == f"call.v: {reason}"
    assert refusal(scoped_value, element(xml), parse_scoped_qname) == (
        f"call.v: {reason}"
    )


def test_attributes():
    e = element('<v n="a:x" bad="z:x"/>')
    assert scoped_attribute(e, "n", parse_scoped_qname) == QName("urn:a", "x")
    assert scoped_attribute(e, "m", parse_scoped_qname) is None
    said = refusal(scoped_attribute, e, "bad", parse_scoped_qname)
    assert said == "call.v.@bad: the prefix of 'z:x' is not declared"


def test_more_prefixes_than_any_document_needs():
    """lxml collects them anew for each element: a megabyte of them could cost an hour."""
    declared = "".join(f' xmlns:p{i}="urn:{i}"' for i in range(5000))
    values = "".join("<v>p1:x</v>" for _ in range(5000))
    e = etree.fromstring(f"<E{declared}><B><call>{values}</call></B></E>")[0][0]
    begun = time.process_time()
    for child in e:
        with pytest.raises(DecodeError, match="more than 500 prefixes are in scope"):
            qname_value(child)
        break
    many = alone(f"<v{declared}>{'p1:x ' * 5000}</v>")
    with pytest.raises(DecodeError, match="more than 500 prefixes are in scope"):
        names_of(many.text, many)
    few = alone(f'<v xmlns:p="urn:p">{"p:x " * 100_000}</v>')
    assert len(names_of(few.text, few)) == 100_000
    assert time.process_time() - begun < 2


# --------------------------------------------------------------------------------- writing


@given(QNAMES)
def test_an_element(name):
    xml = write_scoped_element(name, "v", scoped_qname_text)
    assert qname_value(alone(xml)) == name


def test_an_encoded_element_says_its_type():
    xml = write_scoped_element(QName("u", "x"), "v", scoped_qname_text, "xsd:QName")
    assert xml == '<v xsi:type="xsd:QName" xmlns:q="u">q:x</v>'


@given(QNAMES)
def test_text_after_a_start_tag(name):
    xml = write_scoped_text('<v a="1">', name, scoped_qname_text)
    assert qname_value(alone(f"{xml}</v>")) == name


@given(st.lists(QNAMES))
def test_a_list(names):
    xml = write_scoped_element(names, "v", list_text)
    e = alone(xml)
    assert names_of(e.text or "", e) == names
    assert xml.count("xmlns:") == len(
        {n.namespace for n in names} - {"", NAMESPACES[3]}
    )


@pytest.mark.parametrize("wrong", ["abc", None, 5])
def test_what_is_no_list(wrong):
    with pytest.raises(TypeError, match="given, list wanted"):
        list_text(wrong, "q")
    with pytest.raises(TypeError, match="given, QName wanted"):
        list_text([wrong], "q")


ATTRIBUTES = [
    *("a", "a0", "a-0", "a.0", "p:a", "p:a0", "p-a", "p.a"),
    *("r:a", "r-p:a", "q", "0".join("ab")),
]


@given(st.lists(QNAMES, min_size=2, max_size=4), QNAMES)
def test_several_attributes_of_one_tag_do_not_take_each_others_prefixes(names, name):
    declared = ' xmlns:p="urn:p" xmlns:r="urn:r" xmlns:r-p="urn:rp"'
    xml = f"<v{declared}"
    for number, attribute in enumerate(ATTRIBUTES):
        if number % 2:
            xml += write_scoped_attribute(name, attribute, scoped_qname_text)
        else:
            xml += write_scoped_attribute(names, attribute, list_text)
    e = alone(write_scoped_text(f"{xml}>", names, list_text) + "</v>")
    values = list(e.attrib.values())
    assert len(values) == len(ATTRIBUTES)
    for number, value in enumerate(values):
        wanted = [name] if number % 2 else names
        assert names_of(value, e) == wanted
    assert names_of(e.text, e) == names


# ---------------------------------------------------------------------------------- unions


@pytest.mark.parametrize(
    ("said", "members", "value"),
    [
        ("5", (INT, QNAME), 5),
        ("a:x", (INT, QNAME), QName("urn:a", "x")),
        ("a:x", (QNAME, STRING), QName("urn:a", "x")),
        ("z:x", (QNAME, STRING), "z:x"),
        ("x", (STRING, QNAME), "x"),
        ("05", (INT, STRING, QNAME), 5),
        ("05", (INT, QNAME), 5),
    ],
)
def test_what_a_text_means(said, members, value):
    assert parse_scoped_union(said, element("<v/>"), members) == value


def test_what_no_member_reads():
    with pytest.raises(ValueError, match="is no value of any member"):
        parse_scoped_union("z:x", element("<v/>"), (INT, QNAME))


@given(QNAMES | st.integers())
def test_values_of_a_union_come_back(value):
    members = (INT, QNAME)
    xml = write_scoped_element(
        value, "v", lambda v, prefix: scoped_union_text(v, prefix, members)
    )
    e = alone(xml)
    assert parse_scoped_union(e.text, e, members) == value


def test_a_value_of_no_member():
    with pytest.raises(TypeError, match="float is of no member"):
        scoped_union_text(1.5, "q", (INT, QNAME))
    with pytest.raises(ValueError, match=r"U\+0001 is not allowed"):
        scoped_union_text("\x01", "q", (QNAME, STRING))
