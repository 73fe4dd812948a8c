"""What writers call, and the spot that is blamed when they fail."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.codec.enumerations import OpenEnum, OpenStrEnum, parse_member
from soapwright.runtime.codec.writing import (
    attributes_text,
    inside,
    items,
    quoted,
    tokens_text,
)
from soapwright.runtime.codec.blame import blame
from soapwright.runtime.errors.refusals import (
    absent,
    incomplete_group,
    unknown_item,
    wrong_choice,
)
from soapwright.runtime.errors.refusals import Refusal
from soapwright.runtime.secrets.redaction import ALWAYS, Secrets
from soapwright.runtime.values.anyxml import AnyElement
from soapwright.runtime.values.names import QName
from soapwright.runtime.values.values import UNSET, Unset


class Color(OpenStrEnum):
    RED = "red"


class Level(OpenEnum):
    LOW = 1


@dataclass(slots=True, kw_only=True)
class Row:
    """`password` is a secret's name."""

    id: int = 1
    name: str = "x"
    amount: Decimal | None = None
    day: date | None = None
    moment: datetime | None = None
    flag: bool | None = None
    ratio: float | None = None
    data: bytes | None = None
    color: Color | None = None
    level: Level | None = None
    qname: QName | None = None
    either: int | str = 0
    colors: Color | int | None = None
    any: Any | Unset = UNSET
    password: int | str | None = field(default=None, repr=False)
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Table:
    title: str | None | Unset = None
    first: Row | None = None
    rows: list[Row] = field(default_factory=list)
    grid: list[list[int]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    items: list[
        tuple[Literal["a", "b"], int]
        | tuple[Literal["r"], Row]
        | tuple[Literal["n"], str | None]
    ] = field(default_factory=list)
    mixed: list[str | tuple[Literal["a"], int]] = field(default_factory=list)
    wild: list[AnyElement | tuple[str, Any]] = field(default_factory=list)
    inner: Table | None = None


@dataclass(slots=True, kw_only=True)
class Special(Row):
    """A user's own class."""

    more: Unknown | None = None  # noqa: F821  # cannot be made out: nor need it be


def said(value, error="", kind=TypeError, secrets=ALWAYS) -> str:
    """Where the error is put, and what is said of it."""
    raised = error if isinstance(error, Exception) else kind(error)
    found = blame(value, "t", raised, secrets)
    return f"{found.path}: {found.message}"


# -------------------------------------------------------------------------- single values


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"id": "1"}, "id: str given, int wanted"),
        ({"id": True}, "id: bool given, int wanted"),
        ({"id": None}, "id: is required"),
        ({"id": UNSET}, "id: is required"),
        ({"name": 5}, "name: int given, str wanted"),
        ({"name": "a\x00b"}, "name: U+0000 is not allowed in XML"),
        ({"name": "\ud800"}, "name: U+D800 is not allowed in XML"),
        ({"amount": Decimal("NaN")}, "amount: NaN is no xsd:decimal"),
        ({"amount": Decimal("1E+99999999")}, "amount: a decimal has too many digits"),
        ({"amount": 1.5}, "amount: float given, Decimal wanted"),
        ({"day": datetime(2020, 1, 1)}, "day: datetime given, date wanted"),
        ({"moment": date(2020, 1, 1)}, "moment: date given, datetime wanted"),
        ({"flag": 1}, "flag: int given, bool wanted"),
        ({"ratio": "1"}, "ratio: str given, float wanted"),
        ({"data": "x"}, "data: str given, bytes wanted"),
        ({"color": "red"}, "color: str given, Color wanted"),
        ({"color": Level.LOW}, "color: Level given, Color wanted"),
        (
            {"color": parse_member(Color, "\x00")},
            "color: U+0000 is not allowed in XML",
        ),
        ({"level": 1}, "level: int given, Level wanted"),
        ({"qname": "x"}, "qname: str given, QName wanted"),
        ({"either": 1.5}, "either: float given, int | str wanted"),
        ({"either": "\x00"}, "either: U+0000 is not allowed in XML"),
        ({"colors": "x"}, "colors: str given, Color | int wanted"),
        ({"any": object()}, "any: no builtin type holds a object"),
        ({"any": AnyElement("a b")}, "any: 'a b' is no XML name in Clark's notation"),
        ({"extra": {"a b": "c"}}, "extra: 'a b' is no XML name in Clark's notation"),
        ({"extra": [1]}, "extra: list given, dict wanted"),
        ({"id": 10**5000}, "id: an integer has too many digits"),
    ],
)
def test_the_field_is_named(given, reason):
    assert said(Row(**given), reason.partition(": ")[2]) == f"t.{reason}"
    assert said(Row(**given)) == f"t.{reason}"
    table = Table(rows=[Row(), Row(**given)])
    assert said(table) == f"t.rows[1].{reason}"


def test_an_int_may_stand_for_a_float_and_a_member_for_a_string():
    assert said(Row(ratio=1, name=Color.RED, either=Color.RED), "what it was") == (
        "t: what it was"
    )


def test_the_spot_that_failed_is_meant_not_another_that_would_have():
    table = Table(first=Row(amount=Decimal("NaN")), rows=[Row(id="x")])
    assert said(table, "str given, int wanted").startswith("t.rows[0].id: ")
    assert said(table, "NaN is no xsd:decimal").startswith("t.first.amount: ")


# ------------------------------------------------------------------------ lists and pairs


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"rows": [Row(), "x"]}, "rows[1]: str given, Row wanted"),
        ({"rows": [Row(), None]}, "rows[1]: is required"),
        ({"rows": Row()}, "rows: Row given, list wanted"),
        ({"rows": "xy"}, "rows: str given, list wanted"),
        ({"first": Table()}, "first: Table given, Row wanted"),
        ({"first": Special()}, "first: Special is no type of the schema, Row wanted"),
        ({"grid": [[1], [2, "x"]]}, "grid[1][1]: str given, int wanted"),
        ({"grid": [[1], 2]}, "grid[1]: int given, list wanted"),
        ({"words": ["a", 5]}, "words[1]: int given, str wanted"),
        (
            {"words": ["a", "b c"]},
            "words[1]: an item of a list is empty or has white space",
        ),
        (
            {"items": [("a", 1), ("z", 1)]},
            "items[1]: the tag 'z' is none of the alternatives",
        ),
        ({"items": [("a", "x")]}, "items[0][1]: str given, int wanted"),
        ({"items": [("r", Row(id="x"))]}, "items[0][1].id: str given, int wanted"),
        ({"items": [("r", None)]}, "items[0][1]: is required"),
        ({"items": ["a"]}, "items[0]: str given, (tag, value) wanted"),
        ({"items": [5]}, "items[0]: int given, (tag, value) wanted"),
        (
            {"items": [("a",)]},
            "items[0]: tuple of another shape given, (tag, value) wanted",
        ),
        (
            {"items": [("a", 1, 2)]},
            "items[0]: tuple of another shape given, (tag, value) wanted",
        ),
        ({"mixed": ["x", 5]}, "mixed[1]: int given, str | (tag, value) wanted"),
        ({"mixed": [("z", 5)]}, "mixed[0]: the tag 'z' is none of the alternatives"),
        ({"mixed": ["\x00"]}, "mixed[0]: U+0000 is not allowed in XML"),
        ({"wild": [5]}, "wild[0]: int given, AnyElement | (tag, value) wanted"),
        ({"wild": [("{u}a", Row(id="x"))]}, "wild[0][1].id: str given, int wanted"),
        (
            {"wild": [("{u}a", 1)]},
            "wild[0]: '{u}a' is no element of the schemas",
        ),
        ({"inner": Table(title=5)}, "inner.title: int given, str wanted"),
    ],
)
def test_the_spot_is_named(given, reason):
    assert said(Table(**given), reason.partition(": ")[2]) == f"t.{reason}"


def test_a_pair_that_is_none():
    table = Table(items=[("z", 1)])
    assert said(table, unknown_item(table.items[0])) == (
        "t.items[0]: the tag 'z' is none of the alternatives"
    )
    # what Python itself says where a writer takes a pair apart
    for wrong, error in (
        (5, "'int' object is not subscriptable"),
        ((), "tuple index out of range"),
    ):
        path = said(Table(items=[("a", 1), wrong]), error).partition(":")[0]
        assert path == "t.items[1]"


def test_a_text_in_two_places_is_not_mistaken():
    """Equal strings are often one object: the spot is not found by identity."""
    table = Table(title="zz", words=["zz"], items=["zz"])
    assert said(table, unknown_item("zz")).startswith("t.items[0]: ")


def test_a_none_in_a_list_is_blamed_last():
    """Encoded arrays may hold it."""
    table = Table(grid=[[1, None]], rows=[Row(id="x")])
    assert said(table, "something unforeseen") == "t.rows[0].id: str given, int wanted"


def test_what_is_written_after_all_is_not_blamed():
    assert said(Table(rows=(Row(),), grid=[(1,)]), "x") == "t: x"


# ----------------------------------------------------------------------------- whole values


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda v: wrong_choice(v, "a | b"), ": exactly one is wanted of: a | b"),
        (lambda v: incomplete_group(v, "a, b"), ": must be set together: a, b"),
        (lambda v: Refusal(v, "[2]", "no"), "[2]: no"),
    ],
)
def test_a_rule_that_a_value_breaks(make, reason):
    table = Table(inner=Table(rows=[Row(), Row()]))
    for value, path in (
        (table.inner.rows[1], "t.inner.rows[1]"),
        (table, "t"),
        (table.inner.rows, "t.inner.rows"),
    ):
        assert said(table, make(value)) == f"{path}{reason}"
    assert said(table, make(Row())) == f"t{reason}" or "[2]" in reason


def test_a_field_that_is_required():
    table = Table(inner=Table())
    with pytest.raises(Refusal) as caught:
        absent(table.inner, "rows")
    assert said(table, caught.value) == "t.inner.rows: is required"


def test_a_rule_in_one_of_equal_values():
    table = Table(rows=[Row(), Row(), Row()])
    assert said(table, wrong_choice(table.rows[1], "a")).startswith("t.rows[1]: ")


# --------------------------------------------------------------------------- how it is nested


def test_a_value_that_contains_itself():
    table = Table(title="a", rows=[Row()], inner=Table(inner=Table()))
    table.inner.inner.inner = table.inner
    assert said(table, RecursionError()) == "t.inner.inner.inner: contains itself"
    rows = []
    rows.append(rows)
    assert said(Row(any=rows), RecursionError()) == "t.any[0]: contains itself"
    table = Table(items=[("r", Row())])
    table.items[0][1].any = [table]
    assert said(table, RecursionError()) == "t.items[0][1].any[0]: contains itself"


def test_a_value_that_is_shared_does_not_contain_itself():
    row = Row()
    table = Table(rows=[row, row], first=row, inner=Table(rows=[row]))
    assert said(table, RecursionError()) == "t: is nested too deeply"


def chain(length: int) -> Table:
    table = Table()
    for _ in range(length):
        table = Table(inner=table)
    return table


def test_a_value_that_is_nested_too_deeply():
    assert said(chain(5000), RecursionError()) == "t: is nested too deeply"
    table = chain(5000)
    last = table
    while last.inner is not None:
        last = last.inner
    last.inner = table
    assert said(table, RecursionError()).endswith(".inner: contains itself")
    last.inner, last.title = None, 5
    assert said(table).endswith(".inner.title: int given, str wanted")


def test_doubling():
    """2^60 by value, sixty objects."""
    table = Table()
    for _ in range(60):
        table = Table(inner=table, items=[("r", Row(any=table))])
    begun = time.process_time()
    assert said(table, RecursionError()) == "t: is nested too deeply"
    assert said(table, "x") == "t: x"
    assert said(table, wrong_choice(Row(), "a")).startswith("t: ")
    assert time.process_time() - begun < 5


def test_a_large_value():
    rows = [Row() for _ in range(10_000)]
    rows[-1].name = 5
    begun = time.process_time()
    assert said(Table(rows=rows)) == "t.rows[9999].name: int given, str wanted"
    assert said(Table(rows=rows), wrong_choice(rows[-1], "a")).startswith(
        "t.rows[9999]: "
    )
    rows[-1].any = rows
    assert said(Table(rows=rows), RecursionError()) == (
        "t.rows[9999].any: contains itself"
    )
    assert time.process_time() - begun < 5


# ----------------------------------------------------------------------------------- secrets


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Row(password="hunter2\x01"), "its value cannot be written"),
        (Row(password=Decimal("1")), "Decimal given, int | str wanted"),
        (Row(password=10**5000), "its value cannot be written"),
    ],
)
def test_a_secret_is_not_told(value, reason):
    assert said(value) == f"t.password: {reason}"
    assert said(Table(rows=[value])) == f"t.rows[0].password: {reason}"


def test_a_secret_of_ones_own():
    own = Secrets.of(["title", "inner"])
    assert said(Table(title="\x01"), "x", secrets=own) == (
        "t.title: its value cannot be written"
    )
    assert said(Table(inner=Table(first=Row(name="\x01"))), secrets=own) == (
        "t.inner.first.name: its value cannot be written"
    )


def test_what_a_writer_lets_slip_is_not_told():
    assert said(Row(password=5), KeyError("hunter2")) == "t: KeyError"


# -------------------------------------------------------------------------- hostile objects


class Hostile:
    """Fails whatever is asked of it."""

    def __getattribute__(self, name):
        raise KeyboardError(name)


class KeyboardError(Exception):
    pass


class Words(str):
    def __str__(self):
        raise KeyboardError


@pytest.mark.parametrize(
    "make",
    [
        lambda: Row(any=Hostile()),
        lambda: Row(name=Hostile()),
        lambda: Table(rows=Hostile()),
        lambda: Table(rows=[Hostile()]),
        lambda: Table(items=[(Words("a"), 1)]),
        lambda: Row.__new__(Row),
        Hostile,
        lambda: Row,
        lambda: None,
        lambda: 5,
    ],
)
@pytest.mark.parametrize("kind", [TypeError, ValueError, RecursionError, KeyError])
def test_blaming_never_fails(make, kind):
    value = make()
    assert said(value, "x", kind).startswith("t")
    assert said(value, Refusal(object(), "f", "no")).startswith("t")


def test_annotations_that_cannot_be_made_out():
    assert (
        said(Special(id="x", any=object())) == "t.any: no builtin type holds a object"
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.binary(),
    lambda inner: st.lists(inner)
    | st.tuples(st.text(), inner)
    | st.builds(Row, any=inner),
    max_leaves=10,
)


@given(
    st.builds(
        Table, **{name: VALUES for name in ("title", "rows", "grid", "items", "wild")}
    ),
    st.sampled_from([TypeError, ValueError, RecursionError]),
    st.text(),
)
def test_whatever_is_given(value, kind, message):
    found = blame(value, "t", kind(message))
    steps = re.findall(r"\.(\w+)|\[(\d+)\]", found.path.removeprefix("t"))
    spot = value
    for name, index in steps:
        spot = getattr(spot, name) if name else spot[int(index)]


# ------------------------------------------------------------------------- what writers call


@pytest.mark.parametrize(
    ("xml", "content"),
    [
        ("<a>x</a>", "x"),
        ("<a/>", ""),
        ("<a><b>x</b></a>", "<b>x</b>"),
        ('<a xmlns:n="u">x</a>', "x"),
        (
            '<a xmlns:n="u"><n:b/>x<c><n:d/></c></a>',
            '<n:b xmlns:n="u"/>x<c xmlns:n="u"><n:d/></c>',
        ),
        ('<a xmlns:n="u"><b xmlns:n="v"/></a>', '<b xmlns:n="v"/>'),
    ],
)
def test_the_inside_of_an_element(xml, content):
    assert inside(xml) == content


@pytest.mark.parametrize(
    "xml",
    ['<a xmlns:q="u">q:x</a>', '<a b="c"/>', '<a xmlns:q="u" q:b="c"><d/></a>'],
)
def test_an_element_that_the_body_has_no_place_for_is_kept(xml):
    assert inside(xml) == xml


NAMES = st.sampled_from(["a", "{urn:a}a", "{urn:b}b", "{urn:a}c"])
ELEMENTS = st.recursive(
    st.builds(
        AnyElement,
        NAMES,
        attributes=st.dictionaries(NAMES, st.text(alphabet="ab<>&\"' /=:\n")),
        content=st.lists(st.text(alphabet="ab:<>&", min_size=1), max_size=1),
    ),
    lambda inner: st.builds(
        AnyElement,
        NAMES,
        attributes=st.dictionaries(NAMES, st.text(alphabet="ab<>&\"' /=:")),
        content=st.lists(inner, max_size=3),
        namespaces=st.dictionaries(
            st.sampled_from(["p", "n1"]), st.sampled_from(["urn:a", "urn:z"])
        ),
    ),
    max_leaves=8,
)


@given(ELEMENTS)
def test_the_inside_of_an_element_means_the_same(value):
    whole = etree.fromstring(value.to_xml())
    content = inside(value.to_xml())
    part = etree.fromstring(f"<body>{content}</body>")
    if value.attributes:
        part = part[0]
    found, wanted = AnyElement.from_element(part), AnyElement.from_element(whole)
    assert found.content == wanted.content
    assert found.attributes == wanted.attributes


@pytest.mark.parametrize("text", ["a", 'a"b', "a\tb\nc", "&lt;", "é", "\u00a0"])
def test_text_made_fit_for_an_attribute(text):
    e = etree.fromstring(f'<a b="{quoted(text)}"/>')
    assert e.get("b") == text.replace("&lt;", "<")


def test_attributes_of_a_wildcard():
    assert attributes_text({}) == ""
    xml = f"<a{attributes_text({'b': '1', '{urn:x}c': '<2>'}, ('d',))}/>"
    assert dict(etree.fromstring(xml).attrib) == {"b": "1", "{urn:x}c": "<2>"}


@pytest.mark.parametrize(
    "name", ["d", "{urn:x}e", "{http://www.w3.org/2001/XMLSchema-instance}type"]
)
def test_attributes_that_are_not_the_wildcards(name):
    given = {name: "1"}
    with pytest.raises(Refusal, match="the type's own") as caught:
        attributes_text(given, ("d", "{urn:x}e"))
    found = blame(Row(extra=given), "t", caught.value)
    assert found.path == f"t.extra[{name!r}]"


@pytest.mark.parametrize("wrong", [[], ["a"], "a", None, 5])
def test_attributes_are_a_mapping(wrong):
    with pytest.raises(TypeError, match="given, dict wanted"):
        attributes_text(wrong)


def test_tokens():
    assert tokens_text(["a", "b"]) == "a b"
    assert tokens_text([]) == ""
    for wrong in ("ab", None, [5]):
        with pytest.raises(TypeError):
            tokens_text(wrong)
    for wrong in (["a b"], [""], ["a\n"]):
        with pytest.raises(ValueError, match="empty or has white space"):
            tokens_text(wrong)


# --------------------------------------------------------------------------------- lists


def test_a_field_that_is_a_list_takes_lists():
    values = ["a", "b"]
    assert items(values) is values
    assert items(("a", "b")) == ("a", "b")


@pytest.mark.parametrize("said", ["ab", "", b"ab", 5, None, {"a": 1}, iter("ab")])
def test_what_is_no_list_is_refused(said):
    with pytest.raises(TypeError, match="list wanted"):
        items(said)
