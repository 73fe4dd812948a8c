"""SOAP's arrays: `list[T]`, whatever form they have on the wire (SOAP 1.1, section 5.4.2; SOAP 1.2, part 2, 3.1.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any, Final, TypeVar

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..codec.checks import check_list
from ..codec.reading import string
from ..errors.errors import DecodeError
from ..errors.refusals import Refusal
from ..values.names import SOAP11_ENCODING
from ..xml.element import (
    ARRAY_SIZE,
    ARRAY_TYPE,
    NOTHING,
    XSI_TYPE,
    Element,
    bad,
    check_empty,
    path_of,
    tolerated,
)
from .references import FIRST_NO_SPACE, ID, allow_holes, new, nil_or
from .sharing import write_shared, writes_soap12

T = TypeVar("T")
OFFSET: Final = f"{{{SOAP11_ENCODING}}}offset"
POSITION: Final = f"{{{SOAP11_ENCODING}}}position"
_sizes = re.compile(r"\[([0-9, \t\r\n]*)\]\s*$").search
_index = re.compile(r"\s*\[([0-9, \t\r\n]+)\]\s*").fullmatch
_DIGITS: Final = 9
# Asking many children one by one for an attribute takes as long as reading them.
_any_position_or_text = etree.XPath(
    "boolean(*/@e:position | text()[normalize-space()])",
    namespaces={"e": SOAP11_ENCODING},
)
_FEW: Final = 6
# What most arrays declare: that they are one, and of what.
_USUAL: Final = ([XSI_TYPE, ARRAY_TYPE], [ARRAY_TYPE, XSI_TYPE])


# -------------------------------------------------------------------------------- reading


def read_array(
    e: Element, read: Callable[[Element], T], kind: type[list[Any]] = list
) -> list[T]:
    """A one-dimensional array.

    A hole of a partially transmitted array and a nil item are None, as the wire has them,
    whatever the items' type is. `kind` is the class of the list.

    Raises:
        DecodeError: an item does not read, the array is nil, or it declares that it has holes
            without end.
    """
    children = e[:]
    if not children and check_empty(e):
        return NOTHING
    names = e.keys()
    # Only what has an id can be a reference's target, known before it is filled.
    items: list[Any]
    if names in _USUAL:
        items, partial = [] if kind is list else kind.__new__(kind), False
    else:
        items = new(kind, e) if "id" in names or ID in names else kind.__new__(kind)
        partial = OFFSET in names
    few = len(children) <= _FEW
    if not few:
        partial = _is_partial(e, names, children)
    elif e.text is not None:
        _check_between(e, e.text)
    for c in children:
        text = c.text
        if text is None or text < FIRST_NO_SPACE:
            items.append(nil_or(c, read))
        elif read is string and not len(c):
            items.append(text)
        else:
            items.append(read(c))
        if few:
            if POSITION in c.keys():  # cheaper than to ask for it
                partial = True
            if c.tail is not None:
                _check_between(e, c.tail)
    if partial:
        try:
            items[:] = _in_place(e, children, items, 1)
        except (
            DecodeError
        ) as error:  # leniently they stay in the order in which they came
            tolerated(e, error)
    return items


def array_or_nil(e: Element, read: Callable[[Element], list[T]]) -> list[T] | None:
    """An encoded array: nil, or what the element holds, or what it points to.

    One with items is neither nil nor points elsewhere, which most need not be asked for.

    Raises:
        DecodeError: it does not read, or points nowhere.
    """
    if len(e) and "id" not in (names := e.keys()) and ID not in names:
        return read(e)
    return nil_or(e, read)


def _is_partial(e: Element, names: Sequence[str], children: Sequence[Element]) -> bool:
    """Whether an array declares its items' positions.

    Raises:
        DecodeError: there is text between its items.
    """
    partial = OFFSET in names
    if len(children) > _FEW and not _any_position_or_text(e):  # type: ignore[arg-type,unused-ignore]  # an lxml element it is
        return partial
    _check_between(e, e.text)
    for c in children:
        if POSITION in c.keys():
            partial = True
        _check_between(e, c.tail)
    return partial


def _check_between(e: Element, text: str | None) -> None:
    if text is not None and not text.isspace():
        bad(e, "holds text beside its items")


def _in_place(
    e: Element, children: Sequence[Element], items: Sequence[T], rank: int
) -> list[T | None]:
    """The items in their places (SOAP 1.1, sections 5.4.2.1 and 5.4.2.2), None in the others."""
    sizes = _sizes_found(e)
    if len(sizes) != rank:
        if rank > 1:
            raise _no_sizes(e, rank)
        sizes = [0]
    start = _place(e, e.get(OFFSET), sizes)
    places: dict[int, T] = {}
    for number, (child, item) in enumerate(zip(children, items, strict=True)):
        position = child.get(POSITION)
        place = start + number if position is None else _place(child, position, sizes)
        if place in places:
            raise DecodeError(path_of(child), "is in the place of another item")
        places[place] = item
    size = max(max(places, default=-1) + 1, prod(sizes))
    allow_holes(e, size - len(places))
    return [places.get(place) for place in range(size)]


def _place(e: Element, text: str | None, sizes: Sequence[int]) -> int:
    """The place that `[1,2]` means in row-major order."""
    if text is None:
        return 0
    found = _index(text)
    numbers = _numbers(found[1].split(",")) if found else []
    if len(numbers) != len(sizes) or any(
        n >= size for n, size in zip(numbers[1:], sizes[1:], strict=True)
    ):
        raise DecodeError(
            path_of(e),
            f"{text[:40]!r} is no place in an array of dimension {len(sizes)}",
        )
    place = 0
    for number, size in zip(numbers, sizes, strict=True):
        place = place * size + number
    return place


def _numbers(words: Sequence[str]) -> list[int]:
    """Small numbers; none at all where one is none."""
    words = [word.strip() for word in words]
    if all(w.isascii() and w.isdigit() and len(w) <= _DIGITS for w in words):
        return [int(word) for word in words]
    return []


def _sizes_found(e: Element) -> list[int]:
    """The sizes that an array declares, outermost first; none where it declares none."""
    found = _sizes(e.get(ARRAY_TYPE) or "")
    words = found[1].split(",") if found else (e.get(ARRAY_SIZE) or "").split()
    return _numbers(words)


def _sizes_said(e: Element, rank: int, count: int) -> list[int]:
    """The sizes of an array of several dimensions; SOAP 1.2 may leave the first one open."""
    words = (e.get(ARRAY_SIZE) or "").split()
    if len(words) == rank and words[0] == "*":
        rest = _numbers(words[1:])
        row = prod(rest)
        if rest and row:
            return [count // row, *rest]
    sizes = _sizes_found(e)
    if len(sizes) == rank:
        return sizes
    if count:
        raise _no_sizes(e, rank)
    return [0] * rank


def _no_sizes(e: Element, rank: int) -> DecodeError:
    return DecodeError(
        path_of(e), f"an array of {rank} dimensions must declare its sizes"
    )


def _folded(e: Element, items: list[Any], sizes: list[int]) -> list[Any]:
    """Items in row-major order as lists in lists."""
    if prod(sizes) != len(items):
        raise DecodeError(path_of(e), f"{len(items)} items for sizes {sizes}")
    if not items:
        allow_holes(e, _empty_lists(sizes))
    return _fold(iter(items), sizes)


def _empty_lists(sizes: list[int]) -> int:
    """How many lists there are in an array of no items: any number may be promised."""
    lists = found = 1
    for size in sizes:
        lists *= size
        found += lists
    return found


def _fold(items: Any, sizes: list[int]) -> list[Any]:  # Any: an iterator of anything
    if len(sizes) == 1:
        return [next(items) for _ in range(sizes[0])]
    return [_fold(items, sizes[1:]) for _ in range(sizes[0])]


def read_nested_array(
    e: Element,
    read: Callable[[Element], T],
    ranks: tuple[int, ...],
    kind: type[list[Any]] = list,
) -> list[Any]:  # Any: lists in lists, as deep as the ranks
    """An array of arrays, or of several dimensions; `ranks` as in the model, the outermost first.

    Raises:
        DecodeError: an item does not read, or their number is not that of the sizes.
    """
    first, rest = ranks[0], ranks[1:]
    inner: Callable[[Element], Any] = _NestedReader(read, rest) if rest else read
    if first == 1:
        return read_array(e, inner, kind)
    children = e[:]
    if not children and check_empty(e):
        return NOTHING
    items: list[Any] = new(kind, e)
    found: list[Any] = [nil_or(c, inner) for c in children]
    try:
        if _is_partial(e, e.keys(), children):
            found = _in_place(e, children, found, first)
        items += _folded(e, found, _sizes_said(e, first, len(found)))
    except DecodeError as error:
        tolerated(e, error)
    return items


class _NestedReader:
    """Reads the inner arrays; equal ones are one reader, so that shared arrays stay shared."""

    def __init__(
        self, read: Callable[[Element], object], ranks: tuple[int, ...]
    ) -> None:
        self._key = (read, ranks)

    def __call__(self, e: Element) -> list[Any]:
        return read_nested_array(e, *self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _NestedReader) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key)


# -------------------------------------------------------------------------------- writing


def write_array(
    v: list[Any],
    tag: str,
    attributes: str,
    item_type: str,
    ranks: tuple[int, ...],
    write: Callable[[Any], str],
    item_tag: str,
    encoding: str,
    *,
    soap12: bool = False,
    kind: str = "",
) -> str:
    """An array of arrays, or of several dimensions, with its size as SOAP declares it.

    Args:
        v: lists in lists, as deep as the ranks.
        tag: the element's.
        attributes: those of its start tag besides the array's own.
        item_type: the name of the innermost items' type, with its prefix.
        ranks: the dimensions of each array, the outermost first.
        write: makes an innermost item's element.
        item_tag: the tag of the arrays in between.
        encoding: the prefix of the encoding's namespace.
        soap12: whether that is SOAP 1.2's, which has types and sizes apart.
        kind: the name of the array's own type, with its prefix, where it declares that.

    Raises:
        TypeError: it is no list of lists, as deep as the ranks.
        ValueError: the lists of one dimension are not all as long.
    """
    first, rest = ranks[0], ranks[1:]
    sizes = _sizes_of(v, first)
    if rest:
        given = item_type, rest, write, item_tag, encoding

        def inner(x: Any, tag: str, attributes: str) -> str:  # Any: a list in lists
            return write_array(x, tag, attributes, *given, soap12=soap12)

        alike = item_type, rest
        texts = [
            (
                f'<{item_tag} xsi:nil="true"/>'
                if x is None
                else write_shared(x, item_tag, alike, partial(inner, x))
            )
            for x in _flat(v, first)
        ]
    else:
        texts = [write(x) for x in _flat(v, first)]
    own = array_attributes(item_type, sizes, rest, encoding, soap12=soap12, kind=kind)
    return f"<{tag}{attributes}{own}>{''.join(texts)}</{tag}>"


def array_attributes(
    item_type: str,
    sizes: Sequence[int],
    inner: Sequence[int],
    encoding: str,
    *,
    soap12: bool,
    kind: str = "",
) -> str:
    """The attributes that make an element an array: SOAP 1.1's arrayType has its type and size.

    SOAP 1.2 has no name for the type of an array: its items declare their types.
    """
    if soap12:
        nested = inner or item_type[-1:] == "]"
        item_type = f"{encoding}:Array" if nested else item_type
        items = f"{encoding}:itemType=\"{item_type}\" {encoding}:arraySize=\"{' '.join(map(str, sizes))}\""
    else:
        suffix = "".join(f"[{',' * (rank - 1)}]" for rank in reversed(inner))
        size = ",".join(map(str, sizes))
        items = f'{encoding}:arrayType="{item_type}{suffix}[{size}]"'
    return f' xsi:type="{kind or f"{encoding}:Array"}" {items}'


def encoded_array(item_type: str, size: int, prefix: str, kind: str = "") -> str:
    """The attributes that make an element an array in the encoding of the envelope at hand.

    Args:
        item_type: the name of the items' type, with its prefix.
        size: how many there are.
        prefix: of the encoding's namespace.
        kind: the name of the array's own type, with its prefix, where it declares that.
    """
    soap12 = writes_soap12()
    return array_attributes(item_type, [size], (), prefix, soap12=soap12, kind=kind)


def _sizes_of(v: object, rank: int) -> list[int]:
    """The sizes of lists in lists; what is in the innermost is not looked at."""
    check_list(v)
    assert isinstance(v, (list, tuple))
    if rank == 1:
        return [len(v)]
    inner = [_sizes_of(x, rank - 1) for x in v]
    for number, one in enumerate(inner):
        if one != inner[0]:
            raise Refusal(
                v, f"[{number}]", "the lists of one dimension differ in length"
            )
    return [len(v), *(inner[0] if inner else [0] * (rank - 1))]


def _flat(v: Sequence[Any], rank: int) -> Sequence[Any]:
    for _ in range(rank - 1):
        v = [x for one in v for x in one]
    return v
