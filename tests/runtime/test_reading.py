"""Elements and attributes to values, and what is said of those that do not read."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from soapwright.runtime.codec import reading
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.secrets.redaction import Secrets
from soapwright.runtime.values.lexical import parse_int
from soapwright.runtime.xml.element import (
    hide,
    abstract,
    bad,
    clark_name,
    is_array,
    is_nil,
    local_name,
    missing,
    not_nil,
    path_of,
    without_paths,
)

XSI = "http://www.w3.org/2001/XMLSchema-instance"
ENC11 = "http://schemas.xmlsoap.org/soap/encoding/"
ENC12 = "http://www.w3.org/2003/05/soap-encoding"
DECLARED = f'xmlns:xsi="{XSI}" xmlns:enc="{ENC11}" xmlns:e12="{ENC12}" xmlns:t="urn:t"'


def envelope(body: str, header: str = ""):
    return etree.fromstring(
        f"<Envelope {DECLARED}><Header>{header}</Header><Body>{body}</Body></Envelope>"
    )


def call(parts: str):
    """The element that stands in the Body."""
    return envelope(f"<call>{parts}</call>")[1][0]


def refusal(read, *arguments) -> str:
    with pytest.raises(DecodeError) as caught:
        read(*arguments)
    return str(caught.value)


# ---------------------------------------------------------------------------------- values

VALUES = [
    (reading.string, " a  b\n", " a  b\n"),
    (reading.string, "", ""),
    (reading.token, " a  b\n", "a b"),
    (reading.normalized, "a\n\tb", "a  b"),
    (reading.tokens_value, " a\n b\u00a0c ", ["a", "b\u00a0c"]),
    (reading.int_value, "5", 5),
    (reading.int_value, " -05 ", -5),
    (reading.int_value, "9" * 200, int("9" * 200)),
    (reading.bool_value, " 1 ", True),
    (reading.decimal_value, "1.50", Decimal("1.50")),
    (reading.float_value, "INF", float("inf")),
    (reading.date_value, "2020-01-02", date(2020, 1, 2)),
    (reading.bytes_value, "aGk=", b"hi"),
    (reading.hex_value, "6869", b"hi"),
]


@pytest.mark.parametrize(("read", "text", "value"), VALUES)
def test_a_text_is_a_value(read, text, value):
    found = read(call(f"<v>{text}</v>")[0])
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("read", list(dict.fromkeys(read for read, _, _ in VALUES)))
def test_what_holds_elements_is_no_value(read):
    for xml in ("<v><w/></v>", "<v>5<w/></v>", "<v> <w/>6 </v>"):
        said = refusal(read, call(xml)[0])
        assert said == "call.v: holds elements, not a value"


@pytest.mark.parametrize("read", list(dict.fromkeys(read for read, _, _ in VALUES)))
def test_a_nil_is_no_value(read):
    said = refusal(read, call('<v xsi:nil="true"/>')[0])
    assert said == "call.v: is nil, and may not be"


@pytest.mark.parametrize("text", ["", "x", "1_000", "٣", "1.0", "--1"])
def test_what_is_no_integer(text):
    assert "is no xsd:integer" in refusal(reading.int_value, call(f"<v>{text}</v>")[0])


def test_an_integer_that_python_does_not_convert():
    said = refusal(reading.int_value, call(f"<v>{'9' * 5000}</v>")[0])
    assert said == "call.v: an integer of 5000 digits is too long"


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<v/>", 7),
        ("<v></v>", 7),
        ("<v>5</v>", 5),
    ],
)
def test_an_empty_element_has_its_default(xml, value):
    assert reading.int_value(reading.filled(call(xml)[0], "7")) == value


@pytest.mark.parametrize(
    "attribute", ['xsi:nil="true"', 'href="#1"', 'e12:ref="1"', ">x<w/"]
)
def test_a_default_takes_no_others_place(attribute):
    xml = f"<v {attribute}/>" if "=" in attribute else f"<v{attribute}></v>"
    e = call(xml)[0]
    before = e.text
    assert reading.filled(e, "7").text == before


def test_attributes():
    e = call('<v n="5" bad="x" t:m="6" xsi:type="t:T" xsi:nil="false"/>')[0]
    assert reading.attribute(e, "n", parse_int) == 5
    assert reading.attribute(e, "{urn:t}m", parse_int) == 6
    assert reading.attribute(e, "none", parse_int) is None
    assert reading.other_attributes(e, ("n", "bad")) == {"{urn:t}m": "6"}
    assert refusal(reading.attribute, e, "bad", parse_int) == (
        "call.v.@bad: 'x' is no xsd:integer"
    )
    assert refusal(reading.missing_attribute, e, "none") == "call.v.@none: is missing"
    assert reading.missing_attribute(e, "bad") is None  # its value does not read


@pytest.mark.parametrize(
    ("xml", "texts"),
    [
        ("<v>a<b/>c<b/></v>", ["a", "b", "c", "b"]),
        ("<v><b/></v>", ["b"]),
        ("<v/>", []),
        ("<v> <b/></v>", [" ", "b"]),
        # what is read over parts no text
        ("<v>a<unknown/>c<unknown/>d<b/>e<unknown/>f</v>", ["acd", "b", "ef"]),
        ("<v><unknown/>a</v>", ["a"]),
    ],
)
def test_texts_of_mixed_content(xml, texts):
    e = call(xml)[0]
    content = reading.leading_text(e)
    for child in e:
        if child.tag == "b":
            content.append(("b", None))
        reading.add_tail(content, child)
    assert [item[0] if isinstance(item, tuple) else item for item in content] == texts


def test_mixed_content_may_not_be_nil_either():
    assert "is nil" in refusal(reading.leading_text, call('<v xsi:nil="1"/>')[0])


@pytest.mark.parametrize(
    ("namespaces", "taken"),
    [
        (("##other", "urn:t"), ["{urn:x}a"]),
        (("##other", ""), ["{urn:t}a", "{urn:x}a"]),
        (("urn:t",), ["{urn:t}a"]),
        (("", "urn:x"), ["a", "{urn:x}a"]),
    ],
)
def test_what_a_wildcard_takes(namespaces, taken):
    tags = ["a", "{urn:t}a", "{urn:x}a"]
    assert [tag for tag in tags if reading.allows(tag, namespaces)] == taken


# ----------------------------------------------------------------------------- rpc's reply

RPC = 'xmlns:rpc="http://www.w3.org/2003/05/soap-rpc"'


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("<a>1</a>", "a"),
        ("<t:a>1</t:a>", "{urn:t}a"),
        ("<return>1</return>", None),
        ("<out>2</out><a>1</a>", None),
        ("<a>1</a><out>2</out>", "a"),
        (f"<rpc:result {RPC}>a</rpc:result><a>1</a>", "a"),
        (f"<rpc:result {RPC}>return</rpc:result><return>1</return>", None),
        (f"<rpc:result {RPC}>a</rpc:result>", None),
        ("", None),
    ],
)
def test_the_first_accessor_of_a_reply_is_its_result(reply, result):
    e = call(reply)
    found = reading.unnamed_result(e, ("return", "out"))
    assert (None if found is None else found.tag) == result


def test_the_name_of_a_result_is_no_part():
    e = call(f"<rpc:result {RPC}>x</rpc:result><t:result/><result/>")
    names = [local_name(child) for child in e]
    assert names[0] not in ("result", "")
    assert names[1:] == ["result", "result"]


# ---------------------------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("body", "spot", "path"),
    [
        ("<call><x/></call>", "x", "call.x"),
        ("<t:call><t:a><x/></t:a></t:call>", "x", "call.a.x"),
        ("<call><a/><a><x/></a><b/></call>", "x", "call.a[1].x"),
        ("<call><a/><t:a><x/></t:a></call>", "x", "call.a.x"),
        (
            '<call><a enc:arrayType="t:T[2]"><i/><i><x/></i></a></call>',
            "x",
            "call.a[1].x",
        ),
        (
            '<call><a xsi:type="enc:Array"><i/><j><x/></j></a></call>',
            "x",
            "call.a[1].x",
        ),
        ('<call><a e12:arraySize="2"><i/><j><x/></j></a></call>', "x", "call.a[1].x"),
        ('<call><a xsi:type="t:Array"><i/><j><x/></j></a></call>', "x", "call.a.j.x"),
        ('<call><a t:arrayType="T[2]"><i/><j><x/></j></a></call>', "x", "call.a.j.x"),
        ("<x/>", "x", "x"),
    ],
)
def test_where_an_element_stands(body, spot, path):
    assert path_of(next(envelope(body).iter(spot))) == path


def test_where_other_things_stand():
    tree = envelope("<call/>", "<t:Trace><id/></t:Trace>")
    assert path_of(tree[0][0][0]) == "Header.Trace.id"
    assert path_of(tree[1]) == ""
    assert path_of(tree) == ""
    assert path_of(etree.fromstring("<alone/>")) == ""
    assert path_of(etree.fromstring("<a><b/></a>")[0]) == ""


def test_what_is_missing():
    tree = envelope("<call/>")
    assert refusal(missing, tree[1][0], "a") == "call.a: is missing"
    assert refusal(missing, tree[1], "a") == "a: is missing"
    assert refusal(abstract, tree[1][0], type("T", (), {})) == (
        "call: T is abstract: xsi:type must name one of its types"
    )


def test_errors_that_nobody_sees_have_no_path():
    children = "<t:row><n>x</n></t:row>" * 3000
    rows = call(children)
    begun = time.process_time()
    with without_paths():
        for row in rows:
            assert refusal(reading.int_value, row[0]) == "'x' is no xsd:integer"
    assert time.process_time() - begun < 2
    assert refusal(bad, rows[2999][0], "no") == "call.row[2999].n: no"


# --------------------------------------------------------------------------------- secrets


@pytest.mark.parametrize(
    "xml",
    [
        "<password>x</password>",
        "<t:passWord>x</t:passWord>",
        "<session_id>x</session_id>",
        "<token><value>x</value></token>",
        "<token/><token>x</token>",
    ],
)
def test_a_secret_is_not_told(xml):
    e = next(v for v in call(xml).iter() if v.text == "x")
    said = refusal(reading.int_value, e)
    assert said.endswith(": its value does not read")
    assert "'x'" not in said


def test_nor_is_a_secret_attribute():
    e = call('<v token="x" n="x"><token n="x"/></v>')[0]
    hidden = "its value does not read"
    assert refusal(reading.attribute, e, "token", parse_int) == (
        f"call.v.@token: {hidden}"
    )
    assert refusal(reading.attribute, e[0], "n", parse_int) == (
        f"call.v.token.@n: {hidden}"
    )
    assert "'x'" in refusal(reading.attribute, e, "n", parse_int)


def test_a_secret_of_ones_own():
    own = Secrets.of(["keyOfReading"])
    e = call("<key-of-reading>x</key-of-reading><other>x</other>")
    for secret, child in zip((True, False), e, strict=True):
        with pytest.raises(DecodeError) as caught:
            reading.int_value(child)
        hide(caught.value, own)
        assert str(caught.value).endswith("its value does not read") is secret
        assert (caught.value.__context__ is None) is secret


# ------------------------------------------------------------------------- xsi, namespaces


@pytest.mark.parametrize(
    ("text", "nil"),
    [("true", True), ("1", True), (" true\n", True), ("false", False), ("TRUE", False)],
)
def test_nil(text, nil):
    e = call(f'<v xsi:nil="{text}"/>')[0]
    assert is_nil(e) is nil
    if nil:
        assert refusal(not_nil, e) == "call.v: is nil, and may not be"
    else:
        not_nil(e)
    assert not is_nil(call("<v/>")[0])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" t:T ", "{urn:t}T"),
        ("T", "T"),
        ("z:T", "T"),
        ("", ""),
        ("a:b:c", "c"),
        ("t:", "{urn:t}"),
    ],
)
def test_names_in_attributes(text, name):
    assert clark_name(call("<v/>")[0], text) == name
    assert clark_name(etree.fromstring('<v xmlns="urn:d"/>'), "T") == "{urn:d}T"


def test_prefixes_without_end():
    declared = "".join(f' xmlns:p{i}="urn:{i}"' for i in range(600))
    e = etree.fromstring(
        f'<E><B><call{declared} xsi:type="a" xmlns:xsi="{XSI}"/></B></E>'
    )
    said = refusal(clark_name, e[0][0], "p1:T")
    assert said == "call: more than 500 prefixes are in scope"
    assert not is_array(e[0][0])


def test_a_hexbinary_that_is_elsewhere_is_not_empty():
    element = etree.fromstring('<e href="cid:one@here"/>')
    with pytest.raises(DecodeError, match="part of the message"):
        reading.hex_value(element)
    assert reading.hex_value(etree.fromstring('<e href="#a">0a</e>')) == b"\n"
