"""SOAP's arrays, in every form that they have on the wire."""

from __future__ import annotations

import time
from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.codec import reading
from soapwright.runtime.encoding.arrays import (
    check_list,
    read_array,
    read_nested_array,
    write_array,
)
from soapwright.runtime.codec.literal_arrays import kept_attributes, read_items
from soapwright.runtime.encoding.references import forget
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.errors.refusals import Refusal
from soapwright.runtime.values.lexical import int_text

ENC11 = "http://schemas.xmlsoap.org/soap/encoding/"
ENC12 = "http://www.w3.org/2003/05/soap-encoding"
XSD = "http://www.w3.org/2001/XMLSchema"
DECLARED = f'xmlns:enc="{ENC11}" xmlns:e12="{ENC12}" xmlns:xsi="{XSD}-instance" xmlns:xsd="{XSD}"'


@pytest.fixture(autouse=True)
def _forget():
    yield
    forget()


def element(array: str, more: str = ""):
    return etree.fromstring(f"<E {DECLARED}><B><call>{array}</call>{more}</B></E>")[0][
        0
    ][0]


def ints(attributes: str, items: str) -> list:
    return read_array(element(f"<a {attributes}>{items}</a>"), reading.int_value)


def nested(attributes: str, items: str, *ranks: int) -> list:
    return read_nested_array(
        element(f"<a {attributes}>{items}</a>"), reading.int_value, ranks
    )


def refusal(read, *arguments) -> str:
    with pytest.raises(DecodeError) as caught:
        read(*arguments)
    return str(caught.value)


# --------------------------------------------------------------------------- one dimension


def test_items_have_any_names():
    assert ints("", "<i>1</i><b:x xmlns:b='urn:b'>2</b:x><int>3</int>") == [1, 2, 3]
    assert ints("", "") == []


@pytest.mark.parametrize(
    "size",
    ["[2]", "[]", "[7]", "[0]", "", "[a]", "[1,2,3]", "[²]", "[" + "9" * 5000 + "]"],
)
def test_the_size_that_an_array_says_counts_for_nothing(size):
    assert ints(f'enc:arrayType="xsd:int{size}"', "<i>1</i><i>2</i>") == [1, 2]


def test_nil_items_are_none():
    assert ints("", '<i>1</i><i xsi:nil="true"/><i xsi:nil="1"/>') == [1, None, None]


def test_a_nil_array_is_no_empty_one():
    e = element('<a xsi:nil="true"/>')
    for read in (read_array, read_items):
        with pytest.raises(DecodeError, match=r"^call\.a: is nil, and may not be"):
            read(e, reading.int_value)


def test_items_that_point_elsewhere():
    e = element('<a><i href="#1"/><i>2</i><i href="#1"/></a>', '<m id="1">7</m>')
    assert read_array(e, reading.int_value) == [7, 2, 7]


def test_an_error_in_an_item_has_its_number():
    assert refusal(ints, 'enc:arrayType="xsd:int[2]"', "<i>1</i><j>x</j>") == (
        "call.a[1]: 'x' is no xsd:integer"
    )


def test_literal_items():
    e = element('<a><i>1</i><i xsi:nil="true"/><i>3</i></a>')
    assert read_items(e, reading.int_value) == [1, None, 3]
    assert read_items(element("<a><i/></a>"), reading.string) == [""]
    with pytest.raises(DecodeError, match=r"^call\.a: holds text beside its items"):
        read_items(element("<a><i/>text</a>"), reading.string)


def test_what_a_literal_array_says_of_itself_is_kept():
    e = element('<a id="x" enc:offset="[1]" enc:arrayType="xsd:int[5]"><i>1</i></a>')
    items = copy(read_items(e, reading.int_value))
    assert items == [1]
    assert kept_attributes(items).split(" ", 1)[1].count('id="x"') == 1
    assert "}" not in kept_attributes(items) and '="[1]"' in kept_attributes(items)
    assert kept_attributes([1]) == ""


# ------------------------------------------------------------------------- partial, sparse


def test_a_partially_transmitted_array():
    """The example of SOAP 1.1, section 5.4.2.1: five items, of which the third and fourth are sent."""
    attributes = 'enc:arrayType="xsd:int[5]" enc:offset="[2]"'
    assert ints(attributes, "<i>3</i><i>4</i>") == [None, None, 3, 4, None]


@pytest.mark.parametrize("size", ["[]", "", "[x]", "[1,1]"])
def test_a_partial_array_that_does_not_say_its_size_ends_with_its_last_item(size):
    attributes = f'enc:arrayType="xsd:int{size}" enc:offset=" [1] "'
    assert ints(attributes, "<i>3</i>") == [None, 3]


def test_a_sparse_array():
    items = '<i enc:position="[3]">3</i><i enc:position="[0]">0</i>'
    assert ints('enc:arrayType="xsd:int[4]"', items) == [0, None, None, 3]
    assert ints('enc:arrayType="xsd:int[]"', items) == [0, None, None, 3]


def test_a_sparse_array_of_many_items():
    items = "".join(f'<i enc:position="[{2 * i}]">{i}</i>' for i in range(50))
    found = ints('enc:arrayType="xsd:int[]"', items)
    assert found[::2] == list(range(50))
    assert set(found[1::2]) == {None}


def test_a_sparse_array_of_two_dimensions():
    items = '<i enc:position="[1,0]">10</i><i enc:position="[0,2]">2</i>'
    found = nested('enc:arrayType="xsd:int[2,3]"', items, 2)
    assert found == [[None, None, 2], [10, None, None]]
    partial = nested('enc:arrayType="xsd:int[2,2]" enc:offset="[0,1]"', "<i>1</i>", 2)
    assert partial == [[None, 1], [None, None]]


@pytest.mark.parametrize(
    ("attributes", "items"),
    [
        ('enc:offset="[999999999]"', "<i>1</i>"),
        ("", '<i enc:position="[999999999]">1</i>'),
        ('enc:arrayType="xsd:int[999999999]" enc:offset="[0]"', "<i>1</i>"),
    ],
)
def test_holes_without_end_are_refused(attributes, items):
    begun = time.process_time()
    said = refusal(ints, attributes, items)
    assert said.startswith("call.a: an array with too many holes")
    assert time.process_time() - begun < 5


def test_holes_are_counted_for_the_whole_document():
    one = '<a enc:offset="[90000]"><i>1</i></a>'
    e = element(f"<all>{one * 20}</all>")
    with pytest.raises(DecodeError, match="too many holes"):
        read_array(e, lambda inner: read_array(inner, reading.int_value))


@pytest.mark.parametrize(
    "place", ["x", "[x]", "[-1]", "1", "[1,1]", "[²]", "[9999999999]", "[", "[]"]
)
def test_what_is_no_place(place):
    said = refusal(ints, "", f'<i enc:position="{place}">1</i>')
    assert said.startswith("call.a.i: ")
    assert "is no place" in said
    assert "is no place" in refusal(ints, f'enc:offset="{place}"', "<i>1</i>")


def test_a_place_outside_a_row():
    items = '<i enc:position="[0,2]">1</i>'
    said = refusal(nested, 'enc:arrayType="xsd:int[2,2]"', items, 2)
    assert "'[0,2]' is no place in an array of dimension 2" in said


# ------------------------------------------------------------- arrays of arrays, dimensions


def test_dimensions_are_in_row_major_order():
    items = "".join(f"<i>{i}</i>" for i in range(6))
    assert nested('enc:arrayType="xsd:int[2,3]"', items, 2) == [[0, 1, 2], [3, 4, 5]]
    assert nested('enc:arrayType="xsd:int[ 3 , 2 ] "', items, 2) == [
        [0, 1],
        [2, 3],
        [4, 5],
    ]
    assert nested('enc:arrayType="xsd:int[1,2,3]"', items, 3) == [
        [[0, 1, 2], [3, 4, 5]]
    ]


def test_soap_12_puts_sizes_in_another_way():
    items = "<i>1</i><i>2</i><i>3</i><i>4</i>"
    for size in ("2 2", "* 2", " 2  2 "):
        attributes = f'e12:itemType="xsd:int" e12:arraySize="{size}"'
        assert nested(attributes, items, 2) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ("[0,0]", []),
        ("[0,5]", []),
        ("[2,0]", [[], []]),
        ("[0,999999999]", []),
    ],
)
def test_dimensions_of_no_items(size, wanted):
    assert nested(f'enc:arrayType="xsd:int{size}"', "", 2) == wanted


@pytest.mark.parametrize("size", ["[999999999,0]", "[99999,99999,0]"])
def test_empty_lists_without_end_are_refused(size):
    rank = size.count(",") + 1
    assert "too many holes" in refusal(
        nested, f'enc:arrayType="xsd:int{size}"', "", rank
    )


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ("", "an array of 2 dimensions must declare its sizes"),
        (
            'enc:arrayType="xsd:int[]"',
            "an array of 2 dimensions must declare its sizes",
        ),
        (
            'enc:arrayType="xsd:int[2]"',
            "an array of 2 dimensions must declare its sizes",
        ),
        (
            'enc:arrayType="xsd:int[2,²]"',
            "an array of 2 dimensions must declare its sizes",
        ),
        ('e12:arraySize="* *"', "an array of 2 dimensions must declare its sizes"),
        ('e12:arraySize="* 3"', "2 items for sizes [0, 3]"),
        ('enc:arrayType="xsd:int[2,2]"', "2 items for sizes [2, 2]"),
        ('enc:arrayType="xsd:int[999999999,9]"', "2 items for sizes"),
    ],
)
def test_sizes_that_do_not_fit(attributes, reason):
    assert reason in refusal(nested, attributes, "<i>1</i><i>2</i>", 2)


def test_arrays_of_arrays():
    items = '<i enc:arrayType="xsd:int[2]"><i>1</i><i>2</i></i><i/><i xsi:nil="true"/>'
    found = nested('enc:arrayType="xsd:int[][3]"', items, 1, 1)
    assert found == [[1, 2], [], None]


def test_arrays_of_arrays_of_dimensions():
    items = '<i enc:arrayType="xsd:int[1,2]"><i>1</i><i>2</i></i>'
    assert nested('enc:arrayType="xsd:int[,][1]"', items, 1, 2) == [[[1, 2]]]


def test_an_inner_array_that_is_shared():
    more = '<m id="1" enc:arrayType="xsd:int[1]"><i>1</i></m>'
    e = element('<a><i href="#1"/><i href="#1"/></a>', more)
    found = read_nested_array(e, reading.int_value, (1, 1))
    assert found == [[1], [1]]
    assert found[0] is found[1]


# --------------------------------------------------------------------------------- writing


def item(value) -> str:
    return '<i xsi:nil="true"/>' if value is None else f"<i>{int_text(value)}</i>"


def written(value, ranks, *, soap12: bool = False) -> str:
    return write_array(
        value, "a", "", "xsd:int", ranks, item, "i", "enc", soap12=soap12
    )


def test_what_is_written():
    assert written([[1, 2], [3, 4]], (2,)) == (
        '<a xsi:type="enc:Array" enc:arrayType="xsd:int[2,2]"><i>1</i><i>2</i><i>3</i><i>4</i></a>'
    )
    assert written([[[1, 2]], None], (1, 2)) == (
        '<a xsi:type="enc:Array" enc:arrayType="xsd:int[,][2]">'
        '<i xsi:type="enc:Array" enc:arrayType="xsd:int[1,2]"><i>1</i><i>2</i></i><i xsi:nil="true"/></a>'
    )
    assert written([[1]], (2,), soap12=True) == (
        '<a xsi:type="enc:Array" enc:itemType="xsd:int" enc:arraySize="1 1"><i>1</i></a>'
    )
    assert written([[1]], (1, 1), soap12=True) == (
        '<a xsi:type="enc:Array" enc:itemType="enc:Array" enc:arraySize="1">'
        '<i xsi:type="enc:Array" enc:itemType="xsd:int" enc:arraySize="1"><i>1</i></i></a>'
    )


@pytest.mark.parametrize("wrong", ["abc", 5, None, {"a": 1}, {1, 2}])
def test_what_is_no_list_is_refused(wrong):
    with pytest.raises(TypeError, match="given, list wanted"):
        check_list(wrong)
    for value in (wrong, [wrong]):
        with pytest.raises(TypeError, match="given, list wanted"):
            written(value, (2,))


def test_lists_of_one_dimension_are_all_as_long():
    rows = [[1, 2], [3]]
    with pytest.raises(Refusal, match="differ in length") as caught:
        written(rows, (2,))
    assert caught.value.owner is rows
    assert caught.value.field == "[1]"


@st.composite
def arrays(draw):
    """Ranks, and a value of that shape."""
    ranks = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))

    def value(level: int):
        if level == len(ranks):
            return draw(st.none() | st.integers())
        if level and draw(st.booleans()) and ranks[level - 1] == 1:
            return None
        sizes = draw(
            st.lists(st.integers(0, 3), min_size=ranks[level], max_size=ranks[level])
        )
        return fold(sizes, level)

    def fold(sizes: list[int], level: int):
        if not sizes:
            return value(level + 1)
        return [fold(sizes[1:], level) for _ in range(sizes[0])]

    return ranks, value(0)


@given(arrays(), st.booleans())
def test_what_is_written_is_read(array, soap12):
    ranks, value = array
    prefix = "e12" if soap12 else "enc"
    xml = write_array(
        value, "a", "", "xsd:int", ranks, item, "i", prefix, soap12=soap12
    )
    e = element(xml)
    if ranks == (1,):
        assert read_array(e, reading.int_value) == value
    assert read_nested_array(e, reading.int_value, ranks) == value
    forget()
