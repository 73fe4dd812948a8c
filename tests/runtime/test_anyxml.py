"""Elements of any name: read from a tree, written anywhere, the same again."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import time
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.values.anyxml import AnyElement, TreeElement
from soapwright.runtime.values.names import SOAP11_ENCODING, XML, XSD, XSI
from soapwright.runtime.values.prefixes import attributes_xml

TYPE = f"{{{XSI}}}type"
XMLNS = "http://www.w3.org/2000/xmlns/"
# An envelope that binds the prefixes that texts and the writer may use, to something else.
ENVELOPE = (
    '<e:Envelope xmlns:e="urn:e" xmlns:p="urn:outer" xmlns:q="urn:outer:q"'
    ' xmlns:n1="urn:outer:n1" xmlns:ns1="urn:outer:ns1" xmlns:xsd="urn:outer:xsd">'
    "<e:Body>{}</e:Body></e:Envelope>"
)


def tree(xml: str) -> TreeElement:
    return cast(TreeElement, etree.fromstring(xml.encode()))


def sent(value: AnyElement) -> AnyElement:
    """The value as it arrives in an envelope."""
    root = etree.fromstring(ENVELOPE.format(value.to_xml()).encode())
    return AnyElement.from_element(cast(TreeElement, root[0][0]))


# ------------------------------------------------------------------------------- reading


def test_an_element_is_read_with_all_that_it_holds() -> None:
    value = AnyElement.from_xml(
        '<a xmlns="urn:a" xmlns:b="urn:b" one="1" b:two="2">x<!-- c -->y<?pi?><b:c/> <d xmlns=""'
        ">&lt;</d>z</a>"
    )
    assert value == AnyElement(
        "{urn:a}a",
        attributes={"one": "1", "{urn:b}two": "2"},
        content=[
            "xy",
            AnyElement("{urn:b}c"),
            " ",
            AnyElement("d", content=["<"]),
            "z",
        ],
    )
    assert value.content[0] == "xy"
    assert value.text == "xy z"
    assert [child.tag for child in value] == ["{urn:b}c", "d"]
    assert value.find("d") is value.content[3]
    assert value.find("{urn:a}d") is None


def test_comments_and_instructions_of_any_tree_are_left_out() -> None:
    element = tree("<a>x<!-- c -->y<?pi?>z<b/><!-- c -->w</a>")
    assert AnyElement.from_element(element).content == ["xyz", AnyElement("b"), "w"]


def test_the_tail_is_not_the_elements() -> None:
    (child,) = list(tree("<a><b>x</b>tail</a>"))
    assert AnyElement.from_element(child) == AnyElement("b", content=["x"])


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "x",
        "<a>",
        "<a/><b/>",
        "<a>&undefined;</a>",
        "<a xmlns:p=''/>",
        "<p:a/>",
        "<a>\x00</a>",
        "<a>\ud800</a>",
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<a>\xff</a>",
    ],
)
def test_what_is_no_xml_or_has_a_dtd(xml: str | bytes) -> None:
    with pytest.raises(ValueError, match="no well-formed XML|a DTD is refused"):
        AnyElement.from_xml(xml)


def test_entities_of_any_tree_are_refused() -> None:
    parser = etree.XMLParser(resolve_entities=False)
    root = etree.fromstring('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', parser)
    with pytest.raises(ValueError, match="entity"):
        AnyElement.from_element(cast(TreeElement, root))


@pytest.mark.parametrize(
    "xml",
    [
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>',
        "\ufeff<a>é</a>",
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
        "<a>é</a>".encode("utf-16"),
    ],
)
def test_documents_in_any_encoding(xml: str | bytes) -> None:
    assert AnyElement.from_xml(xml) == AnyElement("a", content=["é"])


# ---------------------------------------------------------------------- prefixes in values


def test_the_prefixes_that_values_use_are_kept_and_no_others() -> None:
    element = tree(
        f'<r xmlns:p="urn:p" xmlns:q="urn:q" xmlns:x="urn:x" xmlns:xsd="{XSD}">'
        f'<p:a q="q:v" x:t="http://x.org"><b>/p:c[@x:d]</b><c>p: q</c>'
        f'<d xmlns:enc="{SOAP11_ENCODING}" enc:arrayType="xsd:int[2]"/></p:a></r>'
    )
    (child,) = list(element)
    value = AnyElement.from_element(child)
    assert value.namespaces == {"q": "urn:q"}
    assert [inner.namespaces for inner in value] == [
        {"p": "urn:p", "x": "urn:x"},
        {},
        {"xsd": XSD},
    ]


def test_a_prefix_means_what_it_meant() -> None:
    value = AnyElement.from_xml(
        f'<p:a xmlns:p="urn:p" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}">'
        '<b xsi:type="xsd:string">n1:x</b><c xmlns:n1="urn:n1">n1:x p:y</c></p:a>'
    )
    root = etree.fromstring(ENVELOPE.format(value.to_xml()).encode())
    b, c = root[0][0]
    assert b.nsmap["xsd"] == XSD
    assert (c.nsmap["n1"], c.nsmap["p"]) == ("urn:n1", "urn:p")
    assert root[0][0].tag == "{urn:p}a" and b.tag == "b"
    assert sent(value) == value


def test_xsi_type_without_a_prefix_gets_one() -> None:
    value = AnyElement.from_xml(
        f'<a xmlns="urn:a" xmlns:xsi="{XSI}"><b xsi:type=" T "/>'
        '<c xmlns:p="urn:a" xsi:type="T"/><d xmlns="" xsi:type="T"/></a>'
    )
    b, c, d = value
    assert (b.attributes[TYPE], b.namespaces) == ("ns1:T", {"ns1": "urn:a"})
    assert (c.attributes[TYPE], c.namespaces) == ("p:T", {"p": "urn:a"})
    assert (d.attributes[TYPE], d.namespaces) == ("T", {})
    assert sent(value) == value


@pytest.mark.parametrize("name", [TYPE, f"{{{SOAP11_ENCODING}}}arrayType"])
def test_a_type_needs_its_namespace(name: str) -> None:
    value = AnyElement("a", attributes={name: "n1:T"})
    with pytest.raises(ValueError, match="no namespace is bound to the prefix"):
        value.to_xml()
    value.namespaces["n1"] = "urn:t"
    assert sent(value).namespaces == {"n1": "urn:t"}


def test_a_hostile_number_of_prefixes_takes_no_time() -> None:
    declared = " ".join(f'xmlns:p{i}="urn:{i}"' for i in range(3000))
    started = time.process_time()
    with pytest.raises(ValueError, match="prefixes are in scope"):
        AnyElement.from_xml(f"<a {declared}>{'<b>p1:x</b>' * 5000}</a>")
    AnyElement.from_xml(f"<a>{'x' * 10**5}:{'-' * 10**5}:y</a>")
    assert time.process_time() - started < 5


# ------------------------------------------------------------------------------- writing


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        (AnyElement("a"), "<a/>"),
        (AnyElement("a", content=["<\r"]), "<a>&lt;&#13;</a>"),
        (AnyElement("a", attributes={"b": '"\n'}), '<a b="&quot;&#10;"/>'),
        (AnyElement("a", attributes={f"{{{XML}}}lang": "en"}), '<a xml:lang="en"/>'),
        (
            AnyElement("{urn:a}a", content=[AnyElement("{urn:a}b"), AnyElement("c")]),
            '<n1:a xmlns:n1="urn:a"><n1:b/><c/></n1:a>',
        ),
        (
            AnyElement(
                "{urn:p}a", attributes={"{urn:q}b": ""}, namespaces={"p": "urn:p"}
            ),
            '<p:a xmlns:p="urn:p" xmlns:n1="urn:q" n1:b=""/>',
        ),
        (
            AnyElement(
                "{urn:a}a",
                content=[AnyElement("{urn:a}b", namespaces={"n1": "urn:other"})],
            ),
            '<n1:a xmlns:n1="urn:a"><n2:b xmlns:n1="urn:other" xmlns:n2="urn:a"/></n1:a>',
        ),
    ],
)
def test_what_is_written(value: AnyElement, xml: str) -> None:
    assert value.to_xml() == xml
    assert sent(value) == value


BAD_NAMES = [
    "",
    "a b",
    "a/><b",
    "a:b",
    "1a",
    "{}a",
    "{urn:a}",
    "{urn:a",
    "urn:a}b",
    "{u}a b",
]
BAD_NAMES += [
    "{a b}a",
    '{"}a',
    "{urn:\x00}a",
    f"{{{XMLNS}}}a",
    "a\n",
    "-a",
    'a="1"',
    "²",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_are_none(name: str) -> None:
    for value in (AnyElement(name), AnyElement("a", attributes={name: "x"})):
        with pytest.raises(ValueError):
            AnyElement("r", content=[value]).to_xml()
    with pytest.raises(ValueError):
        attributes_xml({name: "x"})


def test_attributes_are_no_declarations() -> None:
    for name in ("xmlns", f"{{{XMLNS}}}p", "xmlns:p"):
        with pytest.raises(ValueError):
            AnyElement("a", attributes={name: "urn:evil"}).to_xml()


@pytest.mark.parametrize(
    ("prefix", "namespace"),
    [
        ("", "urn:a"),
        ("xmlns", "urn:a"),
        ("xml", "urn:a"),
        ('p="urn:a" evil', "urn:a"),
        ("a:b", "urn:a"),
        ("p", ""),
        ("p", "a b"),
        ("p", XMLNS),
        ("p", XML),
        ("p", "urn:\ud800"),
    ],
)
def test_prefixes_and_namespaces_that_are_none(prefix: str, namespace: str) -> None:
    with pytest.raises(ValueError):
        AnyElement("a", namespaces={prefix: namespace}).to_xml()


def test_texts_that_xml_cannot_carry() -> None:
    for value in (
        AnyElement("a", content=["\x00"]),
        AnyElement("a", attributes={"b": "\ud800"}),
    ):
        with pytest.raises(ValueError, match="is not allowed in XML"):
            value.to_xml()


@pytest.mark.parametrize(
    "value",
    [
        AnyElement(cast(str, 5)),
        AnyElement("a", content=[cast(str, 5)]),
        AnyElement("a", content=[cast(str, None)]),
        AnyElement("a", attributes={"b": cast(str, 5)}),
        AnyElement("a", attributes={TYPE: cast(str, 5)}),
        AnyElement("a", attributes={cast(str, 5): "b"}),
        AnyElement("a", namespaces={"p": cast(str, None)}),
        AnyElement("a", namespaces={cast(str, None): "urn:a"}),
    ],
)
def test_values_of_other_types(value: AnyElement) -> None:
    with pytest.raises(TypeError):
        value.to_xml()


def test_an_element_within_itself() -> None:
    value = AnyElement("a")
    value.content.append(AnyElement("b", content=[value]))
    with pytest.raises(ValueError, match="contains itself"):
        value.to_xml()
    twice = AnyElement("b")
    assert AnyElement("a", content=[twice, twice]).to_xml() == "<a><b/><b/></a>"


def test_depth_is_no_recursion() -> None:
    value = other = AnyElement("a")
    for _ in range(20_000):
        value, other = AnyElement("a", content=[value]), AnyElement(
            "a", content=[other]
        )
    assert len(value.to_xml()) == 7 * 20_000 + 4
    assert value == other
    while value.content:  # nor is its end
        value = cast(AnyElement, value.content.pop())
        other = cast(AnyElement, other.content.pop())


def test_attributes_of_a_wildcard() -> None:
    attributes = {"a": "<", "{urn:a}b": "1", "{urn:b}b": "2", "{urn:a}c": "3"}
    element = etree.fromstring(f"<e{attributes_xml(attributes)}/>")
    assert {name: element.get(name) for name in element.keys()} == attributes
    assert attributes_xml({}) == ""
    assert attributes_xml({"{urn:a}b": "1"}, "x") == ' xmlns:x1="urn:a" x1:b="1"'


# ----------------------------------------------------------------------------- comparing


def test_values_compare_by_content() -> None:
    texts = AnyElement("a", content=["x", "", "y"])
    assert texts == AnyElement("a", content=["xy"])
    different = [
        AnyElement("a"),
        AnyElement("b"),
        AnyElement("{urn:a}a"),
        AnyElement("a", attributes={"b": ""}),
        AnyElement("a", attributes={"b": "1"}),
        AnyElement("a", content=["x"]),
        AnyElement("a", content=[" x"]),
        AnyElement("a", content=[AnyElement("x")]),
        AnyElement("a", content=[AnyElement("x"), AnyElement("x")]),
        AnyElement("a", content=[AnyElement("x", content=[AnyElement("x")])]),
        AnyElement("a", content=["x", AnyElement("x")]),
        AnyElement("a", content=[AnyElement("x"), "x"]),
        AnyElement("a", content=["p:x"], namespaces={"p": "urn:1"}),
        AnyElement("a", content=["p:x"], namespaces={"p": "urn:2"}),
    ]
    for i, one in enumerate(different):
        assert [j for j, other in enumerate(different) if one == other] == [i]
    assert texts != "xy"
    with pytest.raises(TypeError):
        hash(texts)


def test_bindings_count_where_they_are_used() -> None:
    def value(**namespaces: str) -> AnyElement:
        inner = AnyElement("b", attributes={"c": "p:x"})
        return AnyElement("a", content=[inner], namespaces=namespaces)

    assert value(p="urn:1") == value(p="urn:1", q="urn:2")
    assert value(p="urn:1") != value(p="urn:2")
    assert value(p="urn:1") == sent(value(p="urn:1"))
    assert value() == sent(value())
    inner = AnyElement("b", attributes={"c": "p:x"}, namespaces={"p": "urn:1"})
    assert value(p="urn:1") == AnyElement("a", content=[inner])


def test_values_are_dataclasses_that_copy() -> None:
    value = AnyElement.from_xml('<a b="c">d<e xmlns:p="urn:p">p:f</e></a>')
    for made in (
        copy.copy(value),
        copy.deepcopy(value),
        pickle.loads(pickle.dumps(value)),
        dataclasses.replace(value),
    ):
        assert made == value
    assert dataclasses.asdict(value)["content"][1]["namespaces"] == {"p": "urn:p"}
    assert eval(repr(value)) == value


# ------------------------------------------------------------------------------ the law

LOCALS = st.sampled_from(["a", "b", "xmlfoo", "é", "_1", "a.b-c", "xml"])
URIS = st.sampled_from(
    ["urn:a", "urn:b", XSI, XSD, "a&b", "http://x.org/?a='b'#c", "urn:outer"]
)
CLARK = st.one_of(
    LOCALS,
    st.builds("{{{}}}{}".format, URIS, LOCALS),
    st.just(f"{{{XML}}}space"),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["p:x", "n1:x", "ns1:x y", "xsd:int[2]", "/q:a/@p:b", "e:x", "-p:x"]
    ),
    st.text(st.sampled_from("ab:<&\"' \t\r\n]\x85\xa0é\U0001f600")),
)
BINDINGS = st.dictionaries(
    st.sampled_from(["p", "q", "n1", "n2", "xsd"]), URIS, max_size=3
)


def _attributes() -> st.SearchStrategy[dict[str, str]]:
    names = CLARK.filter(lambda name: name != TYPE)
    return st.dictionaries(names, TEXTS, max_size=3)


def _elements(content: st.SearchStrategy[Any]) -> st.SearchStrategy[AnyElement]:
    return st.builds(
        AnyElement,
        CLARK,
        attributes=_attributes(),
        content=st.lists(content, max_size=4),
        namespaces=BINDINGS,
    )


ELEMENTS = _elements(
    st.recursive(TEXTS, lambda inner: TEXTS | _elements(inner), max_leaves=8)
)


@given(ELEMENTS)
def test_what_is_sent_arrives(value: AnyElement) -> None:
    arrived = sent(value)
    assert arrived == value
    assert AnyElement.from_xml(value.to_xml()) == value
    assert sent(arrived).to_xml() == arrived.to_xml()


@given(ELEMENTS)
def test_what_a_value_binds_is_bound_where_it_arrives(value: AnyElement) -> None:
    root = etree.fromstring(ENVELOPE.format(value.to_xml()).encode())

    def check(element: Any, expected: AnyElement, scope: dict[str, str]) -> None:
        scope = {**scope, **expected.namespaces}
        assert scope.items() <= element.nsmap.items()
        for child, inner in zip(element, expected, strict=True):
            check(child, inner, scope)

    check(root[0][0], value, {})
