"""What `soapwright.testing` holds to be the same, and how it says what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright import testing
from soapwright.testing import (
    Difference,
    Kind,
    NotComparable,
    assert_envelope,
    compare_envelopes,
)

ENV = "http://schemas.xmlsoap.org/soap/envelope/"
ENV12 = "http://www.w3.org/2003/05/soap-envelope"
ENC = "http://schemas.xmlsoap.org/soap/encoding/"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


def body(inside: str, more: str = "", namespace: str = ENV) -> str:
    return (
        f'<s:Envelope xmlns:s="{namespace}" {XSI} {XSD} xmlns:enc="{ENC}" {more}>'
        f"<s:Body>{inside}</s:Body></s:Envelope>"
    )


def array(attributes: str) -> str:
    return body(f'<a xsi:type="enc:Array" {attributes}><i>1</i><i>2</i></a>')


STYLE = f's:encodingStyle="{ENC}"'

SAME: dict[str, tuple[str | bytes, str | bytes]] = {
    "prefixes": ('<p:a xmlns:p="u" p:x="1"/>', '<a xmlns="u" xmlns:q="u" q:x="1"/>'),
    "unused declarations": ('<a xmlns:p="u"/>', "<a/>"),
    "character sets": (
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
        b"<a>\xc3\xa9</a>",
    ),
    "text with a declaration": ('<?xml version="1.0" encoding="ascii"?><a>é</a>', "<a>é</a>"),
    "references and CDATA": ("<a>&#233;<![CDATA[<]]></a>", "<a>é&lt;</a>"),
    "comments and instructions": ("<a><!-- c -->x<?p i?>y</a>", "<a>xy</a>"),
    "empty elements": ("<a></a>", "<a/>"),
    "order and quotes of attributes": ("<a x='1' y=\"2\"/>", '<a y="2" x="1"/>'),
    "white space between elements": ("<a>\n <b/>\t<c/>\r\n</a>", "<a><b/><c/></a>"),
    "white space around a name": (f'<a {XSI} {XSD} xsi:type=" xsd:int "/>', f'<a {XSI} {XSD} xsi:type="xsd:int"/>'),
    "spellings of nil": (f'<a {XSI} xsi:nil="1"/>', f'<a {XSI} xsi:nil="true"/>'),
    "nil that is false": (f'<a {XSI} xsi:nil="0">x</a>', "<a>x</a>"),
    "names in xsi:type": (
        f'<a {XSI} xmlns:p="u" xsi:type="p:T"/>',
        f'<a {XSI} xmlns:r="u" xsi:type="r:T"/>',
    ),
    "names in the default namespace": (
        f'<a xmlns="u" {XSI} xsi:type="T"/>',
        f'<p:a xmlns:p="u" {XSI} xsi:type="p:T"/>',
    ),
    "names in arrayType": (
        array('enc:arrayType="xsd:int[2]"'),
        array('xmlns:x="http://www.w3.org/2001/XMLSchema" enc:arrayType="x:int[2]"'),
    ),
    "sizes that are left out": (
        array('enc:arrayType="xsd:int[]"'),
        array('enc:arrayType="xsd:int[2]"'),
    ),
    "fault codes": (
        body("<s:Fault><faultcode>s:Client</faultcode></s:Fault>"),
        body(f'<s:Fault><faultcode xmlns:t="{ENV}">t:Client</faultcode></s:Fault>'),
    ),
    "fault codes of SOAP 1.2": (
        body("<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>", namespace=ENV12),
        body(
            f'<s:Fault><s:Code><s:Value xmlns:t="{ENV12}">t:Sender</s:Value></s:Code></s:Fault>',
            namespace=ENV12,
        ),
    ),
    "typed names": (
        f'<a {XSI} {XSD} xsi:type="xsd:QName" xmlns:p="u">p:n</a>',
        f'<a {XSI} {XSD} xsi:type="xsd:QName" xmlns:q="u"> q:n </a>',
    ),
    "an empty element of an indented document": ("<a>\n  <b>\n  </b></a>", "<a><b/></a>"),
    "an empty array of an indented document": (
        body('<a xsi:type="enc:Array" enc:arrayType="xsd:int[0]">\n</a>'),
        body('<a xsi:type="enc:Array" enc:arrayType="xsd:int[0]"/>'),
    ),
    "hints": (f'<a {XSI} xsi:schemaLocation="u u.xsd"/>', "<a/>"),
    "an empty header": (
        f'<s:Envelope xmlns:s="{ENV}"><s:Header/><s:Body/></s:Envelope>',
        f'<s:Envelope xmlns:s="{ENV}"><s:Body/></s:Envelope>',
    ),
    "white space in an empty body": (body("\n "), body("")),
    "where encodingStyle is declared": (body("<a/>", STYLE), body(f"<a {STYLE}/>")),
    "encodingStyle said twice": (body(f"<a {STYLE}/>", STYLE), body("<a/>", STYLE)),
}  # fmt: skip

DIFFERENT: dict[str, tuple[str, str, list[str]]] = {
    "text": ("<a>1</a>", "<a>01</a>", ["/a/text(): text is '1', expected '01'"]),
    "blank text": ("<a> </a>", "<a/>", ["/a/text(): text is ' ', expected ''"]),
    "a no-break space": (
        "<a>\xa0<b/></a>",
        "<a><b/></a>",
        ["/a/text()[1]: text is '\\xa0', expected ''"],
    ),
    "mixed text": (
        "<a>x <b/> y</a>",
        "<a>x<b/> y</a>",
        ["/a/text()[1]: text is 'x ', expected 'x'"],
    ),
    "white space that is kept": (
        '<a xml:space="preserve"> <b/></a>',
        '<a xml:space="preserve"><b/></a>',
        ["/a/text()[1]: text is ' ', expected ''"],
    ),
    "line breaks that are kept": (
        '<a xml:space="preserve">\n</a>',
        '<a xml:space="preserve"/>',
        ["/a/text(): text is '\\n', expected ''"],
    ),
    "line breaks in a string": (
        f'<a {XSI} {XSD} xsi:type="xsd:string">\n</a>',
        f'<a {XSI} {XSD} xsi:type="xsd:string"/>',
        ["/a/text(): text is '\\n', expected ''"],
    ),
    "line breaks beside what is empty": (
        "<a>\n x</a>",
        "<a>x</a>",
        ["/a/text(): text is '\\n x', expected 'x'"],
    ),
    "an element that is missing": (
        "<a><b>1</b></a>",
        "<a><b>1</b><c>2</c><b x='3'><d/><e/></b></a>",
        ["/a/c: missing: <c> 2", "/a/b[2]: missing: <b x='3'> <d>, <e>"],
    ),
    "an element too many": (
        "<a><b/><b>2</b></a>",
        "<a><b/></a>",
        ["/a/b[2]: not expected: <b> 2"],
    ),
    "order": (
        "<a><c>2</c><b>1</b></a>",
        "<a><b>1</b><c>3</c></a>",
        [
            "/a: order is c, b, expected b, c",
            "/a/c/text(): text is '2', expected '3'",
        ],
    ),
    "namespaces": (
        '<a><b xmlns="u">1</b></a>',
        '<a><b xmlns="v">2</b></a>',
        [
            "/a/b: name is {u}b, expected {v}b",
            "/a/b/text(): text is '1', expected '2'",
        ],
    ),
    "the root": ("<a/>", "<b/>", ["/b: name is a, expected b"]),
    "attributes": (
        '<a x="1" y="2"/>',
        '<a x="2" z="3"/>',
        [
            "/a/@x: attribute is '1', expected '2'",
            "/a/@y: not expected: '2'",
            "/a/@z: missing: '3'",
        ],
    ),
    "nil and empty": (
        f'<a {XSI} xsi:nil="true"/>',
        "<a/>",
        ["/a/@xsi:nil: not expected: 'true'"],
    ),
    "types": (
        f'<a {XSI} {XSD} xsi:type="xsd:int">1</a>',
        f'<a {XSI} {XSD} xsi:type="xsd:long">1</a>',
        [
            "/a/@xsi:type: attribute is '{http://www.w3.org/2001/XMLSchema}int',"
            " expected '{http://www.w3.org/2001/XMLSchema}long'"
        ],
    ),
    "sizes of arrays": (
        array('enc:arrayType="xsd:int[]"'),
        array('enc:arrayType="xsd:int[3]"'),
        [
            "/Envelope/Body/a/@enc:arrayType: attribute is"
            " '{http://www.w3.org/2001/XMLSchema}int[2]',"
            " expected '{http://www.w3.org/2001/XMLSchema}int[3]'"
        ],
    ),
    "encoding styles": (
        body("<a/>"),
        body("<a/>", STYLE),
        [f"/Envelope/Body/a/@encodingStyle: missing: '{ENC}'"],
    ),
    "a header": (
        f'<s:Envelope xmlns:s="{ENV}"><s:Header><h/></s:Header></s:Envelope>',
        f'<s:Envelope xmlns:s="{ENV}"/>',
        [f"/Envelope/Header: not expected: <{{{ENV}}}Header> <h>"],
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_what_does_not_count(what: str) -> None:
    one, other = SAME[what]
    assert compare_envelopes(one, other) == []
    assert compare_envelopes(other, one) == []


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_counts_and_how_it_is_said(what: str) -> None:
    actual, expected, said = DIFFERENT[what]
    assert [str(d) for d in compare_envelopes(actual, expected)] == said
    assert len(compare_envelopes(expected, actual)) == len(said)


@pytest.mark.parametrize(
    ("space", "names", "same"),
    [
        (" ", None, False),
        ("\n", None, True),
        (" ", ["{u}b"], True),
        ("\n\t", ["{u}b"], True),
        ("\n", ["b"], False),
        ("\n", [], False),
    ],
)
def test_white_space_in_empty_elements(
    space: str, names: list[str] | None, same: bool
) -> None:
    one = f'<a xmlns="u"><b>{space}</b></a>'
    found = compare_envelopes(one, '<a xmlns="u"><b/></a>', element_only=names)
    assert (found == []) is same


# ----------------------------------------------------------------------------- typed values


def typed(kind: str, text: str) -> str:
    return f'<a {XSI} {XSD} xsi:type="xsd:{kind}">{text}</a>'


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("int", "003", "3", True),
        ("int", " +3 ", "3", True),
        ("int", "-0", "0", True),
        ("int", "3.0", "3", False),
        ("long", "9" * 40 + "1", "9" * 40 + "2", False),
        ("decimal", "0.300000", ".3", True),
        ("decimal", "-00.0", "0", True),
        ("decimal", "1e1", "10", False),
        ("float", "0.300000", "3E-1", True),
        ("double", "INF", "-INF", False),
        ("double", "NaN", "NaN", True),
        ("double", "1_0", "10", False),
        ("boolean", "1", "true", True),
        ("boolean", "true", "false", False),
        ("string", "003", "3", False),
        ("date", "2026-01-01Z", "2026-01-01+00:00", False),
    ],
)
def test_typed_values(kind: str, one: str, other: str, same: bool) -> None:
    found = compare_envelopes(typed(kind, one), typed(kind, other), typed_values=True)
    assert (found == []) is same
    if one != other:
        assert compare_envelopes(typed(kind, one), typed(kind, other)) != []


def test_values_without_a_type_are_texts() -> None:
    assert compare_envelopes("<a>03</a>", "<a>3</a>", typed_values=True) != []


# ------------------------------------------------------------------------------ assertions


def test_it_says_all_of_them_up_to_a_limit() -> None:
    many = "".join(f"<b>{number}</b>" for number in range(60))
    with pytest.raises(AssertionError) as caught:
        assert_envelope(f"<a>{many}</a>", f"<a>{many.replace('<b>', '<b>x')}</a>")
    lines = str(caught.value).splitlines()
    assert lines[0] == "the envelopes differ in 60 places:"
    assert lines[1] == "  /a/b[1]/text(): text is '0', expected 'x0'"
    assert lines[-1] == "  … and 10 more" and len(lines) == 52
    assert_envelope("<a/>", "<a></a>")


def test_a_difference_is_a_value() -> None:
    (found,) = compare_envelopes("<a><b/></a>", "<a><c/></a>")[:1]
    assert found == Difference("/a/c", Kind.ELEMENT, None, "<c>")


def test_long_things_are_cut() -> None:
    (found,) = compare_envelopes(f"<a>{'x' * 1000}</a>", "<a/>")
    assert len(str(found)) < 300
    (found,) = compare_envelopes(f"<a><b>{'x' * 1000}</b></a>", "<a/>")
    assert len(str(found)) < 300


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "no xml",
        "<a><b></a>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        "<a>" * 300 + "</a>" * 300,
        f"<a>{'x' * 10_000_001}</a>",
        "<a>\x00</a>",
        b"\xff\xfe<",
    ],
    ids=range(9),
)
def test_what_is_not_read(xml: str | bytes) -> None:
    with pytest.raises(NotComparable, match="the actual envelope"):
        compare_envelopes(xml, "<a/>")
    with pytest.raises(NotComparable, match="the expected envelope"):
        assert_envelope("<a/>", xml)


def test_deep_documents_are_compared() -> None:
    deep = "<a>" * 250 + "{}" + "</a>" * 250
    (found,) = compare_envelopes(deep.format("x"), deep.format("y"))
    assert found.path == "/a" * 250 + "/text()"


def test_many_items_are_compared_in_good_time() -> None:
    items = [f"<i>{number}</i>" for number in range(20_000)]
    (found,) = compare_envelopes(
        f"<a>{''.join(items)}</a>", f"<a>{''.join(items)}<i>last</i></a>"
    )
    assert str(found) == "/a/i[20001]: missing: <i> last"


def test_what_is_public() -> None:
    # pytest puts names of its own into modules whose assertions it explains
    named = (name for name in vars(testing) if name.isidentifier())
    public = {name for name in named if not name.startswith("_")}
    assert public - {"annotations"} == set(testing.__all__)


# ----------------------------------------------------------------------------- any document

NAMES = st.sampled_from(["a", "b", "{urn:x}a", "{urn:y}c"])
TEXTS = st.text(st.sampled_from("xy <&é\u20ac\t\n"), max_size=4)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> etree._Element:
    element = etree.Element(draw(NAMES))
    for name in draw(st.lists(NAMES, max_size=2, unique=True)):
        element.set(name, draw(TEXTS))
    element.text = draw(TEXTS)
    for _ in range(draw(st.integers(0, 3)) if depth else 0):
        child = draw(elements(depth=depth - 1))
        child.tail = draw(TEXTS)
        element.append(child)
    return element


@given(elements())
def test_any_document_is_the_same_in_its_canonical_form(
    element: etree._Element,
) -> None:
    xml = etree.tostring(element, encoding="ISO-8859-1")
    # of the parsed document: lxml misnames elements of trees that were put together
    canonical = etree.tostring(etree.fromstring(xml), method="c14n")
    assert compare_envelopes(xml, canonical) == []


@given(elements(), st.data())
def test_any_change_is_found(element: etree._Element, data: st.DataObject) -> None:
    before = etree.tostring(element)
    chosen = data.draw(st.sampled_from(list(element.iter())))
    change = data.draw(st.sampled_from(["text", "attribute", "name", "child"]))
    match change:
        case "text":
            chosen.text = (chosen.text or "") + "!"
        case "attribute":
            chosen.set("new", "")
        case "name":
            chosen.tag = "renamed"
        case _:
            etree.SubElement(chosen, "new")
    after = etree.tostring(element)
    assert compare_envelopes(after, before) != []
    assert compare_envelopes(before, after) != []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('<a xmlns:p="u">p:x</a>', '<a xmlns:q="u">q:x</a>', True),
        ('<a xmlns:p="u">p:x</a>', '<a xmlns:p="v">p:x</a>', True),  # may be no name
        ('<a xmlns:p="u">p:x</a>', '<a xmlns:q="v">q:x</a>', False),
        ('<a xmlns:p="u">p:x</a>', '<a xmlns:q="u">q:y</a>', False),
        ('<a xmlns:p="u">p:x</a>', "<a>q:x</a>", False),
        ('<a xmlns:p="u">p:x p:y</a>', '<a xmlns:q="u">q:x q:y</a>', True),
        ('<a xmlns:p="u">p:x p:y</a>', '<a xmlns:q="u">q:x</a>', False),
        ('<a xmlns:p="u" b="p:x"/>', '<a xmlns:q="u" b="q:x"/>', True),
        ('<b:a xmlns:b="u">b:x</b:a>', '<a xmlns="u">x</a>', True),
    ],
)
def test_names_with_other_prefixes(one: str, other: str, same: bool) -> None:
    assert (compare_envelopes(one, other) == []) is same


def test_very_many_children_are_compared_in_linear_time() -> None:
    many = "<a/><b/>" * 30_000
    found = compare_envelopes(body(f"<x>{'<a/>' * 30_000}</x>"), body(f"<x>{many}</x>"))
    assert len(found) == 30_000
    assert {one.actual for one in found} == {None}
