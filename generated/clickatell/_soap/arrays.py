"""SOAP's arrays: `list[T]`, whatever form they have on the wire (SOAP 1.1, section 5.4.2; SOAP 1.2, part 2, 3.1.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .element import Element, path_of
from .errors import DecodeError
from .references import nil_or

T = TypeVar("T")
_ENC11 = "{http://schemas.xmlsoap.org/soap/encoding/}"
_ENC12 = "{http://www.w3.org/2003/05/soap-encoding}"
_MAX_HOLES = 100_000
_sizes = re.compile(r"\[([\d,\s]*)\]\s*$").search
_index = re.compile(r"\s*\[([\d,\s]+)\]\s*").fullmatch


def check_list(v: object) -> None:
    """Refuse what is no list: a str would be written letter by letter.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(v, (list, tuple)):
        raise TypeError(f"{type(v).__name__} given, list wanted")


def read_items(e: Element, read: Callable[[Element], T]) -> list[T]:
    """The children of an element, each read as an item whatever its name."""
    return [read(c) for c in e[:]]


def read_array(e: Element, read: Callable[[Element], T]) -> list[T]:
    """A one-dimensional array.

    A hole of a partially transmitted array and a nil item are None, as the wire has them,
    whatever the items' type says.

    Raises:
        DecodeError: an item does not read, or the array says that it has holes without end.
    """
    children = e[:]
    items = [nil_or(c, read) for c in children]
    if len(e.attrib) and (e.get(f"{_ENC11}offset") or _positioned(children)):
        return [items[i] if i is not None else None for i in _order(e, children)]  # type: ignore[misc]  # see above: a hole is None
    return items  # type: ignore[return-value]  # see above: a nil item is None


def _positioned(children: Sequence[Element]) -> bool:
    return any(c.get(f"{_ENC11}position") is not None for c in children)


def _order(e: Element, children: Sequence[Element]) -> list[int | None]:
    """For each place of the array the child that fills it (SOAP 1.1, sections 5.4.2.1 and 5.4.2.2)."""
    start = _place(e, e.get(f"{_ENC11}offset"))
    places = []
    for number, child in enumerate(children):
        position = child.get(f"{_ENC11}position")
        places.append(start + number if position is None else _place(child, position))
    size = max([*(p + 1 for p in places), 0])
    if size > len(children) + _MAX_HOLES:
        raise DecodeError(path_of(e), "an array with too many holes")
    order: list[int | None] = [None] * size
    for number, place in enumerate(places):
        order[place] = number
    return order


def _place(e: Element, text: str | None) -> int:
    if text is None:
        return 0
    found = _index(text)
    if found is None or "," in found[1] or len(found[1]) > 9:
        raise DecodeError(
            path_of(e), f"{text!r} is no place in a one-dimensional array"
        )
    return int(found[1])


def read_nested_array(
    e: Element, read: Callable[[Element], T], ranks: tuple[int, ...]
) -> list[Any]:  # Any: lists in lists, as deep as the ranks say
    """An array of arrays, or of several dimensions; `ranks` as in the model, the outermost first.

    Raises:
        DecodeError: an item does not read, or there are not as many as the sizes say.
    """
    first, rest = ranks[0], ranks[1:]
    inner: Callable[[Element], object] = read
    if rest:
        inner = _NestedReader(read, rest)
    items = read_array(e, inner)
    return items if first == 1 else _folded(e, items, _dimensions(e, first))


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


def _dimensions(e: Element, rank: int) -> list[int]:
    text = e.get(f"{_ENC11}arrayType")
    found = _sizes(text) if text is not None else None
    words = (
        found[1].split(",") if found else (e.get(f"{_ENC12}arraySize") or "").split()
    )
    if len(words) != rank or not all(w.strip().isdigit() for w in words):
        raise DecodeError(
            path_of(e), f"an array of {rank} dimensions must say its sizes"
        )
    return [int(word) for word in words]


def _folded(e: Element, items: list[Any], sizes: list[int]) -> list[Any]:
    """Items in row-major order as lists in lists."""
    count = 1
    for size in sizes:
        count *= size
    if count != len(items):
        raise DecodeError(path_of(e), f"{len(items)} items for sizes {sizes}")
    for size in reversed(sizes[1:]):
        items = (
            [items[i : i + size] for i in range(0, len(items), size)] if size else []
        )
    return items


def write_array(
    v: list[Any],
    tag: str,
    attributes: str,
    item_type: str,
    ranks: tuple[int, ...],
    write: Callable[[Any], str],
    item_tag: str,
    encoding: str,
) -> str:
    """An array of arrays, or of several dimensions, with what SOAP 1.1 says of its size.

    Raises:
        TypeError: it is no list of lists, as deep as the ranks say.
        ValueError: the lists of one dimension are not all as long.
    """
    check_list(v)
    first, rest = ranks[0], ranks[1:]
    sizes = _sizes_of(v, first)
    items = _flat(v, first)
    suffix = "".join("[" + "," * (rank - 1) + "]" for rank in reversed(rest))
    if rest:
        text = "".join(
            write_array(x, item_tag, "", item_type, rest, write, item_tag, encoding)
            for x in items
        )
    else:
        text = "".join(map(write, items))
    size = ",".join(map(str, sizes))
    kind = f' xsi:type="{encoding}:Array" {encoding}:arrayType="{item_type}{suffix}[{size}]"'
    return f"<{tag}{attributes}{kind}>{text}</{tag}>"


def _sizes_of(v: list[Any], rank: int) -> list[int]:
    check_list(v)
    if rank == 1:
        return [len(v)]
    inner = [_sizes_of(x, rank - 1) for x in v]
    if any(one != inner[0] for one in inner):
        raise ValueError("the lists of one dimension differ in length")
    return [len(v), *(inner[0] if inner else [0] * (rank - 1))]


def _flat(v: list[Any], rank: int) -> list[Any]:
    for _ in range(rank - 1):
        v = [x for one in v for x in one]
    return v
