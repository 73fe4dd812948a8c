"""xsd:anyType, wildcards and the global elements that are known by name."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.codec import derived
from soapwright.runtime.codec.derived import register
from soapwright.runtime.codec.reading import int_value, string, value
from soapwright.runtime.encoding import references
from soapwright.runtime.encoding.arrays import read_array
from soapwright.runtime.encoding.references import forget, new, nil_or
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.values.anysimple import Typed, TypedList
from soapwright.runtime.values.anyxml import AnyElement
from soapwright.runtime.values.lexical import parse_int
from soapwright.runtime.values.names import QName
from soapwright.runtime.values.strings import text
from soapwright.runtime.codec.elements import KnownElements
from soapwright.runtime.codec.package import Package
from soapwright.runtime.codec.parts import PartCodec
from soapwright.runtime.encoding.parts import EncodedPartCodec
from soapwright.runtime.encoding.anytype import (
    any_encoded_reader,
    read_any_encoded,
    write_any_encoded,
)
from soapwright.runtime.wildcards.anytype import any_reader, read_any, write_any
from soapwright.runtime.wildcards.elements import read_wildcard, write_wildcards
from soapwright.runtime.xml.parsing import Limits

XSD = "http://www.w3.org/2001/XMLSchema"
XSI = f"{XSD}-instance"
ENC11 = "http://schemas.xmlsoap.org/soap/encoding/"
ENC12 = "http://www.w3.org/2003/05/soap-encoding"
PREFIXES = {"xsd": XSD, "xsi": XSI, "enc": ENC11, "z": "urn:z", "yz": "urn:yz"}
DECLARED = "".join(f' xmlns:{p}="{u}"' for p, u in PREFIXES.items())


@pytest.fixture
def loose(monkeypatch: pytest.MonkeyPatch) -> None:
    """References may repeat and nest whatever they like."""
    limits = Limits(chain=10**6, repeated=2**60)
    monkeypatch.setattr(references, "limits_here", lambda: limits)


@dataclass
class Animal:
    name: str = ""
    friend: Any = None


def write_Animal(v: Animal, tag: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}><z:name>{text(v.name)}</z:name></{tag}>"


def read_Animal(e):
    for c in e:
        if c.tag == "{urn:z}name":
            return Animal(string(c))
    raise DecodeError("", "no name")


def write_encoded_Animal(v: Animal, tag: str, attributes: str = "") -> str:
    friend = write_any_encoded(v.friend, "friend", KNOWN)
    return f'<{tag}{attributes} xsi:type="z:Animal"><name>{text(v.name)}</name>{friend}</{tag}>'


def read_encoded_Animal(e):
    v = new(Animal, e)
    v.name = next((string(c) for c in e if c.tag == "name"), "")
    v.friend = next((read_any_encoded(c, KNOWN) for c in e if c.tag == "friend"), None)
    return v


def read_encoded_Ints(e):
    return read_array(e, int_value)


NAMES = {"{urn:z}Animal": "Animal", "{urn:z}Ints": "Ints", "{urn:z}Hidden": "Hidden"}
TYPES = SimpleNamespace(
    lookup=NAMES.get,
    Animal=Animal,
    read_Animal=read_Animal,
    write_Animal=write_Animal,
    read_encoded_Animal=read_encoded_Animal,
    write_encoded_Animal=write_encoded_Animal,
    read_encoded_Ints=read_encoded_Ints,
    Hidden=type("Hidden", (), {}),
    read_Number=lambda e: value(e, parse_int),
)
KNOWN = KnownElements(
    Package("made", TYPES),
    PREFIXES,
    """
z:animal Animal Animal
z:count soap.int_value soap.int_text nil
z:any soap.read_any soap.write_any
z:name soap.qname_value scoped.soap.scoped_qname_text
bare soap.string soap.text
""",
)


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    monkeypatch.setattr(derived, "_LITERAL", {})
    monkeypatch.setattr(derived, "_ENCODED", {})
    register(Animal, "z:Animal", write_Animal)
    register(Animal, "z:Animal", write_encoded_Animal, encoded=True)
    yield
    forget()


def element(xml: str, more: str = ""):
    return etree.fromstring(f"<E{DECLARED}><B><call>{xml}</call>{more}</B></E>")[0][0][
        0
    ]


def literal(xml: str):
    return read_any(element(xml), KNOWN)


def encoded(xml: str, more: str = ""):
    try:
        return read_any_encoded(element(xml, more), KNOWN)
    finally:
        forget()


# ------------------------------------------------------------------------------- anyType

SIMPLE = [
    True,
    5,
    2**40,
    10**30,
    1.5,
    Decimal("1.50"),
    "x & y",
    "",
    b"hi",
    date(2020, 1, 2),
    QName("urn:q", "n"),
    QName("", "n"),
    Typed(QName(XSD, "short"), 5),
    Typed(QName(XSD, "NMTOKENS"), ["a", "b"]),
    Typed(QName(ENC11, "string"), "x"),
    Typed(QName(ENC12, "int"), 5),
]
VALUES = [
    *SIMPLE,
    None,
    AnyElement("v", content=["x"]),
    AnyElement("v", attributes={"{urn:a}b": "c"}, content=[AnyElement("{urn:z}d")]),
    AnyElement("v", attributes={f"{{{XSI}}}type": "p:T"}, namespaces={"p": "urn:p"}),
    Animal("x"),
]


@pytest.mark.parametrize("given_", VALUES, ids=repr)
def test_a_literal_value_comes_back(given_):
    found = literal(write_any(given_, "v", KNOWN))
    assert (found, type(found)) == (given_, type(given_))


@pytest.mark.parametrize(
    "given_", [*VALUES, [], [1, 2], [1, "x", None], [[1], []]], ids=repr
)
def test_an_encoded_value_comes_back(given_):
    found = encoded(write_any_encoded(given_, "v", KNOWN))
    # an array that said of what it is says so again
    kind = TypedList if given_ == [1, 2] else type(given_)
    assert (found, type(found)) == (given_, kind)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.binary()
        | st.floats(allow_nan=False)
        | st.text(
            alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
        ),
        lambda inner: st.lists(inner),
    )
)
def test_lists_in_lists_come_back(given_):
    assert encoded(write_any_encoded(given_, "v", KNOWN)) == given_


@pytest.mark.parametrize("wrong", [object(), {"a": 1}, {1}, TYPES, Animal, 1j])
def test_what_no_type_holds(wrong):
    for write in (write_any, write_any_encoded):
        with pytest.raises(TypeError, match="no builtin type holds a"):
            write(wrong, "v", KNOWN)
    with pytest.raises(TypeError, match="no builtin type holds a list"):
        write_any([], "v", KNOWN)


@pytest.mark.parametrize("read", [literal, encoded])
def test_what_has_no_type_is_xml(read):
    found = read('<v a="1">x<z:w/></v>')
    assert found == AnyElement(
        "v", attributes={"a": "1"}, content=["x", AnyElement("{urn:z}w")]
    )


@pytest.mark.parametrize("read", [literal, encoded])
@pytest.mark.parametrize(
    "name",
    [
        "z:Unknown",
        "y:Animal",
        "z:Hidden",
        "xsd:anyType",
        "xsd:1",
        "xsd:",
        ":",
        "a:b:c",
        "Animal",
    ],
)
def test_what_has_an_unknown_type_is_xml(read, name):
    found = read(f'<v xsi:type="{name}">x</v>')
    assert isinstance(found, AnyElement)
    assert found.text == "x"


@pytest.mark.parametrize("read", [literal, encoded])
def test_what_is_not_of_the_type_that_it_says(read):
    with pytest.raises(DecodeError, match=r"^call\.v: 'x' is no xsd:integer"):
        read('<v xsi:type="xsd:int">x</v>')
    with pytest.raises(DecodeError, match="is not declared"):
        read('<v xsi:type="xsd:QName">nope:x</v>')
    # an element of simple type that holds elements is kept as it is
    assert isinstance(read('<v xsi:type="xsd:int">5<w/></v>'), AnyElement)


def test_items_of_any_type():
    e = element('<v><i xsi:type="xsd:int">1</i><i>x</i><i xsi:nil="1"/></v>')
    read = any_reader(KNOWN)
    assert [read(c) for c in e] == [1, AnyElement("i", content=["x"]), None]


# ------------------------------------------------------------------------- encoded anyType


@pytest.mark.parametrize(
    ("xml", "wanted"),
    [
        ('<v enc:arrayType="xsd:int[2]"><i>1</i><i>2</i></v>', [1, 2]),
        ('<v xsi:type="enc:Array" enc:arrayType="xsd:int[]"><i>1</i></v>', [1]),
        ('<v xsi:type="enc:Array"><i xsi:type="xsd:int">1</i></v>', [1]),
        ('<v enc:arrayType="xsd:int"><i>1</i></v>', [1]),
        ('<v enc:arrayType="xsd:anyType[1]"><i xsi:type="xsd:int">1</i></v>', [1]),
        ('<v enc:arrayType="xsd:string[1]"><i xsi:type="xsd:int">1</i></v>', [1]),
        ('<v enc:arrayType="xsd:int[2,1]"><i>1</i><i>2</i></v>', [[1], [2]]),
        ('<v enc:arrayType="xsd:int[][2]"><i><j>1</j></i><i/></v>', [[1], []]),
        (
            '<v enc:arrayType="xsd:int[,][1]"><i enc:arrayType="xsd:int[1,1]"><j>1</j></i></v>',
            [[[1]]],
        ),
        (
            '<v enc:arrayType="xsd:int[3]" enc:offset="[1]"><i>1</i></v>',
            [None, 1, None],
        ),
        ('<v enc:arrayType="z:Animal[1]"><i><name>x</name></i></v>', [Animal("x")]),
        (
            '<v enc:arrayType="enc:Array[1]"><i><j xsi:type="xsd:int">1</j></i></v>',
            None,
        ),
        ('<v xsi:type="z:Ints"><i>1</i></v>', [1]),
        ('<v xsi:type="z:Ints" enc:arrayType="xsd:string[1]"><i>1</i></v>', ["1"]),
        ('<v enc:arrayType="[1]"><i xsi:type="xsd:int">1</i></v>', [1]),
        (
            f'<v xmlns:n="{ENC12}" n:itemType="xsd:int" n:arraySize="2"><i>1</i><i>2</i></v>',
            [1, 2],
        ),
        (
            f'<v xmlns:n="{ENC12}" n:itemType="xsd:int" n:arraySize="* 1"><i>1</i><i>2</i></v>',
            [[1], [2]],
        ),
        (f'<v xmlns:n="{ENC12}" n:arraySize="*"><i xsi:type="xsd:int">1</i></v>', [1]),
        (f'<v xmlns:n="{ENC12}" xsi:type="n:Array"/>', []),
    ],
)
def test_arrays(xml, wanted):
    found = encoded(xml)
    if wanted is None:  # an item that may be anything, and says nothing
        assert isinstance(found[0], AnyElement)
    else:
        assert found == wanted


def test_an_array_says_the_version_of_its_encoding():
    known = KnownElements(Package("made", TYPES), {**PREFIXES, "enc": ENC12}, "")
    xml = write_any_encoded([1, 2], "v", known)
    assert 'enc:itemType="xsd:int" enc:arraySize="2"' in xml
    assert "arrayType" not in xml


def test_a_list_where_the_service_has_no_arrays():
    known = KnownElements(Package("made", TYPES), {"xsd": XSD, "xsi": XSI}, "")
    with pytest.raises(TypeError, match="no arrays"):
        write_any_encoded([1], "v", known)


def test_an_arrays_type_is_declared_where_it_stands():
    """Envelopes declare what their schema names: of anyType that is not the values' types."""
    xml = write_any_encoded([Animal("x")], "v", KNOWN)
    declared = f'xmlns:xsi="{XSI}" xmlns:enc="{ENC11}" xmlns:xsd="{XSD}"'
    e = etree.fromstring(f"<E {declared}>{xml}</E>")[0]
    assert read_any_encoded(e, KNOWN) == [Animal("x")]
    value_ = write_any_encoded(Animal("x"), "v", KNOWN)
    e = etree.fromstring(f"<E {declared}>{value_}</E>")[0]
    assert read_any_encoded(e, KNOWN) == Animal("x")


def test_what_is_shared_stays_shared():
    more = '<m id="1" xsi:type="z:Animal"><name>x</name><friend href="#1"/></m>'
    xml = '<v enc:arrayType="xsd:anyType[2]"><i href="#1"/><i href="#1"/></v><w href="#1"/>'
    e = element(xml, more)
    first, second = read_any_encoded(e, KNOWN)
    assert first is second is first.friend
    assert nil_or(e.getnext(), read_encoded_Animal) is first
    assert any_encoded_reader(KNOWN) == any_encoded_reader(KNOWN)
    assert any_encoded_reader(KNOWN, "{u}x") != any_encoded_reader(KNOWN)


def test_doubling(loose):
    more = "".join(
        f'<m id="{i}" enc:arrayType="xsd:anyType[2]"><i href="#{i + 1}"/><i href="#{i + 1}"/></m>'
        for i in range(40)
    )
    begun = time.process_time()
    found = encoded('<v href="#0"/>', more + '<m id="40" xsi:type="xsd:int">7</m>')
    assert time.process_time() - begun < 5
    while isinstance(found, list):
        assert found[0] is found[1]
        found = found[0]
    assert found == 7


def test_references_in_xml_are_replaced_by_what_they_point_to():
    more = (
        '<m id="1" a="b"><x href="#2" c="d"/><y href="#2"/></m>'
        '<n id="2" xsi:type="xsd:int">7</n>'
    )
    found = encoded('<v href="#1"/>', more)
    kind = f"{{{XSI}}}type"
    assert found == AnyElement(
        "m",
        attributes={"a": "b"},
        content=[
            AnyElement("x", attributes={"c": "d", kind: "xsd:int"}, content=["7"]),
            AnyElement("y", attributes={kind: "xsd:int"}, content=["7"]),
        ],
    )
    assert found.content[0].content is found.content[1].content
    xml = write_any_encoded(found, "v", KNOWN)
    assert "href" not in xml
    assert encoded(xml) == AnyElement(
        "v", attributes=found.attributes, content=found.content
    )


def test_an_id_that_nothing_points_to_is_kept():
    assert encoded('<v id="5"><w id="6"/></v>') == AnyElement(
        "v", attributes={"id": "5"}, content=[AnyElement("w", attributes={"id": "6"})]
    )


def test_doubling_in_xml(loose):
    more = "".join(
        f'<m id="{i}"><a href="#{i + 1}"/><b href="#{i + 1}"/></m>' for i in range(40)
    )
    begun = time.process_time()
    found = encoded('<v href="#0"/>', f'{more}<m id="40"/>')
    assert time.process_time() - begun < 5
    assert found.content[0].content is found.content[1].content


def test_xml_that_contains_itself():
    with pytest.raises(DecodeError, match=r"^call\.v: contains itself"):
        encoded('<v href="#1"/>', '<m id="1"><a><b href="#1"/></a></m>')
    with pytest.raises(DecodeError, match=r"^call\.v: the reference '9' leads nowhere"):
        encoded('<v href="#1"/>', '<m id="1"><a href="#9"/></m>')


def test_what_points_out_of_the_envelope_is_kept():
    assert encoded('<v href="cid:x"/>') == AnyElement("v", attributes={"href": "cid:x"})


# -------------------------------------------------------------------------------- wildcards


def test_a_known_element_is_a_name_and_a_value():
    assert read_wildcard(element("<z:animal><z:name>x</z:name></z:animal>"), KNOWN) == (
        "{urn:z}animal",
        Animal("x"),
    )
    assert read_wildcard(element('<z:count xsi:nil="1"/>'), KNOWN) == (
        "{urn:z}count",
        None,
    )
    assert read_wildcard(element("<bare>x</bare>"), KNOWN) == ("bare", "x")
    assert read_wildcard(element("<other>x</other>"), KNOWN) == (
        AnyElement("other", content=["x"])
    )


def test_a_known_element_that_does_not_read_is_xml():
    assert read_wildcard(element("<z:animal/>"), KNOWN) == AnyElement("{urn:z}animal")
    assert read_wildcard(element("<z:count>x</z:count>"), KNOWN) == (
        AnyElement("{urn:z}count", content=["x"])
    )


def test_many_that_do_not_read():
    e = etree.fromstring(f"<E{DECLARED}><B>{'<z:count>x</z:count>' * 5000}</B></E>")[0]
    begun = time.process_time()
    assert all(isinstance(read_wildcard(c, KNOWN), AnyElement) for c in e)
    assert time.process_time() - begun < 2


ITEMS = [
    ("{urn:z}animal", Animal('yz: z:x xmlns:z="" <z:a> &')),
    ("{urn:z}animal", Animal(' xmlns:z="urn:z" ')),
    ("{urn:z}count", None),
    ("{urn:z}count", 5),
    ("{urn:z}any", 5),
    ("{urn:z}any", None),
    ("{urn:z}any", Animal("x")),
    ("{urn:z}any", QName("urn:q", "n")),
    ("{urn:z}any", Typed(QName(ENC11, "int"), 5)),
    ("{urn:z}any", AnyElement("{urn:z}any", content=[AnyElement("{urn:yz}x")])),
    (
        "{urn:z}any",
        AnyElement(
            "{urn:z}any", attributes={"a": ' xmlns:z="'}, namespaces={"z": "urn:other"}
        ),
    ),
    ("{urn:z}name", QName("urn:q", "n")),
    ("{urn:z}name", QName("urn:z", "n")),
    ("bare", "xmlns:xsi= z: />"),
    AnyElement("{urn:z}x", content=["z:"]),
]


@pytest.mark.parametrize("item", ITEMS, ids=repr)
def test_what_stands_for_a_wildcard_declares_what_it_needs(item):
    xml = write_wildcards([item], KNOWN)
    e = etree.fromstring(xml)
    found = read_wildcard(e, KNOWN)
    assert found == item


@given(st.text(alphabet="yz:x =\"'<>&/-!?[]", max_size=20))
def test_no_text_breaks_the_xml(said):
    for item in (("{urn:z}animal", Animal(said)), ("bare", said)):
        e = etree.fromstring(write_wildcards([item], KNOWN))
        assert read_wildcard(e, KNOWN) == item


def test_a_prefix_that_ends_as_another_one():
    xml = KNOWN.declared("<yz:a b='1'/>")
    assert etree.fromstring(xml).tag == "{urn:yz}a"
    assert KNOWN.declared("<a/>") == "<a/>"
    assert KNOWN.declared("<z:a/>") == '<z:a xmlns:z="urn:z"/>'
    assert KNOWN.declared('<z:a xmlns:z="urn:z"/>') == '<z:a xmlns:z="urn:z"/>'
    inner = '<z:a><z:b xmlns:z="urn:other"/></z:a>'
    assert etree.fromstring(KNOWN.declared(inner)).tag == "{urn:z}a"


@pytest.mark.parametrize(
    ("items", "error", "reason"),
    [
        ([5], TypeError, "int given, AnyElement or"),
        ([("a", 1, 2)], TypeError, "tuple given, AnyElement or"),
        ([(5, 1)], TypeError, "tuple given, AnyElement or"),
        ([("{urn:z}x", 1)], ValueError, "'{urn:z}x' is no element of the schemas"),
        ([("{urn:z}count", "x")], TypeError, "str given, int wanted"),
        ("ab", TypeError, "str given, list wanted"),
        (None, TypeError, "NoneType given, list wanted"),
        (AnyElement("a"), TypeError, "AnyElement given, list wanted"),
    ],
)
def test_what_may_not_stand_for_a_wildcard(items, error, reason):
    with pytest.raises(error, match=reason.replace("{", r"\{")):
        write_wildcards(items, KNOWN)


def test_codecs_of_elements():
    codec = KNOWN.codec("{urn:z}count")
    assert codec.likeness(element("<z:count/>"))
    assert not codec.likeness(element("<count/>"))
    assert codec.read(element("<z:count>5</z:count>")) == 5
    assert codec.write(5) == "<z:count>5</z:count>"
    assert "{urn:z}count" in KNOWN
    assert "count" not in KNOWN
    with pytest.raises(KeyError):
        KNOWN.codec("count")
    with pytest.raises(TypeError, match="NoneType given, str wanted"):
        KNOWN.codec("bare").write(None)


# ------------------------------------------------------------------------------ fault parts


def part(reader: str, writer: str, kind: str = "") -> PartCodec:
    return PartCodec(KNOWN, "z:fault", "fault", reader, writer, kind)


def encoded_part(reader: str, writer: str, kind: str = "") -> PartCodec:
    return EncodedPartCodec(KNOWN, "z:fault", "fault", reader, writer, kind)


@pytest.mark.parametrize(
    ("codec", "given_"),
    [
        (part("soap.int_value", "soap.int_text", "xsd:int"), 5),
        (part("soap.int_value", "soap.int_text", "xsd:int"), None),
        (part("Animal", "Animal"), Animal("x")),
        (encoded_part("encoded_Animal", "encoded_Animal", "z:Animal"), Animal("x", 5)),
        (part("soap.read_any", "soap.write_any"), 5),
        (encoded_part("soap.read_any_encoded", "soap.write_any_encoded"), [1, 2]),
        (part("soap.qname_value", "scoped.soap.scoped_qname_text"), QName("u", "n")),
    ],
)
def test_parts_come_back(codec, given_):
    e = element(codec.write(given_))
    assert codec.likeness(e)
    assert codec.read(e) == given_


@pytest.mark.parametrize(
    ("xml", "matches"),
    [
        ("<fault/>", True),
        ("<z:fault/>", True),
        ("<Animal/>", True),
        ('<x xsi:type="z:Animal"/>', True),
        ("<x/>", False),
        ('<x xsi:type="z:Other"/>', False),
        ('<fault xsi:type="z:Other"/>', True),
        ('<fault xsi:type="nope:Other"/>', True),
        ('<fault href="#nowhere"/>', True),
    ],
)
def test_how_a_part_is_known(xml, matches):
    codec = part("Animal", "Animal", "z:Animal")
    assert bool(codec.likeness(element(xml))) is matches
    assert (
        bool(encoded_part("Animal", "Animal", "z:Animal").likeness(element(xml)))
        is matches
    )
    assert not part("soap.string", "soap.text").likeness(element("<x/>"))


def test_an_encoded_part_may_stand_elsewhere():
    e = etree.fromstring(
        f'<r xmlns:xsi="{XSI}" xmlns:z="urn:z"><fault href="#1"/>'
        '<x id="1" xsi:type="z:Animal"><z:name>x</z:name></x></r>'
    )
    codec = encoded_part("Animal", "Animal", "z:Animal")
    assert codec.likeness(e[0]) > codec.likeness(element("<fault/>"))
    assert codec.read(e[0]) == Animal("x")
