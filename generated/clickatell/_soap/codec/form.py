"""How an envelope had what its values mean: kept on their objects, and written so again.

An element may name its type by `xsi:type` where it need not; one that is empty may mean its
default; the elements of an `xsd:all` come in any order. None of that is part of a value, and yet
it comes back: the object that holds the element remembers it in its `__form__`. Copies and
pickles have it too; what is made anew, by a constructor or by `dataclasses.replace`, has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, Final, NamedTuple

from ..errors.refusals import Refusal
from ..values.lexical import (
    parse_bool,
    parse_bytes,
    parse_date,
    parse_datetime,
    parse_decimal,
    parse_float,
    parse_hex,
    parse_time,
)
from ..values.names import XSI, declaration
from ..values.prefixes import attributes_xml
from ..values.strings import parse_token
from ..xml.element import XSI_TYPE, Element, clark_name
from .derived import registered
from .reading import is_blank, other_attributes

_TAG: Final = re.compile(r"<(?P<end>/?)(?P<name>[^\s/>]+)(?P<rest>[^>]*)>")
_SAYS_TYPE: Final = re.compile(r"\s[^\s:=]+:type=")
_PARSERS: Final[tuple[Callable[[str], object], ...]] = (
    parse_bool,
    parse_decimal,
    parse_float,
    parse_datetime,
    parse_date,
    parse_time,
    parse_hex,
    parse_bytes,
)


class ChildForm(NamedTuple):
    """The form of one simple element on the wire: the `number`-th child of a local name.

    `type` is what its `xsi:type` named, in Clark's notation, and `attributes` are those of a
    complex type that extends its own; "" where it is `blank`, which means its default.
    `text` is what it held, of a blank one the default.
    """

    local: str
    number: int
    text: str
    type: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    blank: bool = False


class Form(NamedTuple):
    """The form of an element on the wire: what its `xsi:type` named, its children, their order.

    `order` has the children's local names where they did not come as they are written.
    """

    type: str = ""
    children: tuple[ChildForm, ...] = ()
    order: tuple[str, ...] = ()


class Struct:
    """The base of the classes whose values travel literally."""

    __slots__ = ("__form__",)

    def __post_init__(self) -> None:
        # Any: Form | None; to mypy a dataclass with slots has not those of its base
        self.__form__: Any = None


# -------------------------------------------------------------------------------- reading


def note_types(v: Struct, e: Element) -> None:
    """Remember which types an element and its simple children name.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    text = e.get(XSI_TYPE)
    own = ""
    if text is not None and (known := registered(v.__class__, encoded=False)):
        if known[0].rpartition(":")[2] == text.strip().rpartition(":")[2]:
            own = clark_name(e, text)
    children = []
    numbers: dict[str, int] = {}
    for c in e[:]:
        local = c.tag.rpartition("}")[2]
        number = numbers[local] = numbers.get(local, -1) + 1
        if (found := _typed(c, local, number)) is not None:
            children.append(found)
    if own or children:
        form = v.__form__ or Form()
        children += form.children
        v.__form__ = form._replace(type=own, children=tuple(children))


def _typed(c: Element, local: str, number: int) -> ChildForm | None:
    """The form of a simple element that names its type; None of any other."""
    text = c.get(XSI_TYPE)
    if text is None or len(c):
        return None
    others = tuple(other_attributes(c, ()).items())
    return ChildForm(local, number, c.text or "", clark_name(c, text), others)


def form_of(e: Element) -> Form | None:
    """The form of a fault's detail: a simple element may name its type.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    found = _typed(e, e.tag.rpartition("}")[2], 0)
    return None if found is None else Form(children=(found,))


def blanks(children: Sequence[Element], defaults: Mapping[str, str]) -> list[ChildForm]:
    """The empty ones among some children, which their readers will find filled."""
    found = []
    numbers: dict[str, int] = {}
    for c in children:
        local = c.tag.rpartition("}")[2]
        number = numbers[local] = numbers.get(local, -1) + 1
        default = defaults.get(c.tag)
        if default is not None and is_blank(c):
            found.append(ChildForm(local, number, default, blank=True))
    return found


def note_blanks(v: Struct, found: Sequence[ChildForm]) -> None:
    """Remember which children were empty."""
    v.__form__ = (v.__form__ or Form())._replace(children=tuple(found))


def note_order(v: Struct, e: Element, tags: Sequence[str]) -> None:
    """Remember the order of the children if it is not that of `tags`, in which they are written."""
    ranks = {tag: rank for rank, tag in enumerate(tags)}
    known = [ranks[c.tag] for c in e if c.tag in ranks]
    if known != sorted(known):
        order = tuple(c.tag.rpartition("}")[2] for c in e if c.tag in ranks)
        v.__form__ = (v.__form__ or Form())._replace(order=order)


# -------------------------------------------------------------------------------- writing


def write_as_read(
    v: Any,  # Any: what `write` takes
    write: Callable[..., str],
    tag: str = "",
    attributes: str = "",
) -> str:
    """A value whose `__form__` is to be kept, by its own writer.

    Without a tag it is the content of a Body or a Header.

    Raises:
        TypeError: as the writer.
        ValueError: as the writer.
    """
    form: Form = v.__form__
    plain = copy(v)
    plain.__form__ = None
    try:
        if not tag:
            return _formed(write(plain), form, 0)
        if form.type and not _SAYS_TYPE.search(attributes):
            attributes += _type_attribute(form.type, attributes)
        return _formed(write(plain, tag, attributes), form, 1)
    except Refusal as error:
        if error.owner is plain:
            error.owner = v
        raise


def as_read(xml: str, form: Form | None) -> str:
    """The element of a fault's detail in the form in which it was read."""
    return xml if form is None else _formed(xml, form, 0)


class _Child:
    """A child in XML that was written: where its start tag ends and where it does."""

    def __init__(self, local: str, start: int) -> None:
        self.local = local
        self.start = start
        self.inside = self.close = self.end = start


def _formed(xml: str, form: Form, level: int) -> str:
    """XML whose elements at a level are as they were read, where they still hold the same."""
    children = _children(xml, level)
    if not children:
        return xml
    texts = [_restored(xml, child, form) for child in _numbered(children)]
    between = [
        xml[before.end : after.start]
        for before, after in zip(children, children[1:], strict=False)
    ]
    if form.order and not any(between):
        texts = _ordered([c.local for c in children], texts, form.order)
    pieces = [xml[: children[0].start]]
    for text, after in zip(texts, [*between, xml[children[-1].end :]], strict=True):
        pieces += [text, after]
    return "".join(pieces)


def _children(xml: str, level: int) -> list[_Child]:
    found: list[_Child] = []
    depth = 0
    for tag in _TAG.finditer(xml):
        if tag["end"]:
            depth -= 1
            if depth == level:
                found[-1].close, found[-1].end = tag.start(), tag.end()
            continue
        if depth == level:
            child = _Child(tag["name"].rpartition(":")[2], tag.start())
            child.inside = child.close = child.end = tag.end()
            found.append(child)
        if not tag["rest"].endswith("/"):
            depth += 1
    return found


def _numbered(children: Sequence[_Child]) -> list[tuple[_Child, int]]:
    numbers: dict[str, int] = {}
    found = []
    for child in children:
        number = numbers[child.local] = numbers.get(child.local, -1) + 1
        found.append((child, number))
    return found


def _unescape(text: str) -> str:
    """A text without character references."""
    if "&" not in text:
        return text
    # Here and not above: it takes long to load, and few texts have any.
    from html import unescape

    return unescape(text)


def _restored(xml: str, numbered: tuple[_Child, int], form: Form) -> str:
    """A child's XML as it was read, if it holds what it held."""
    child, number = numbered
    start, inside = xml[child.start : child.inside], xml[child.inside : child.close]
    end = xml[child.close : child.end]
    if "<" not in inside:
        for one in form.children:
            if (one.local, one.number) != (child.local, number):
                continue
            if not _same(_unescape(inside), one.text):
                continue
            if one.blank:
                inside = ""
            elif not _SAYS_TYPE.search(start):
                kind = _type_attribute(one.type, start) + _missing(one, start)
                name = len(start.rstrip("/>").split(None, 1)[0])
                start = f"{start[:name]}{kind}{start[name:]}"
    return f"{start}{inside}{end}"


def _ordered(
    locals_: Sequence[str], texts: Sequence[str], order: Sequence[str]
) -> list[str]:
    """The children in the order in which they came, and then what has come to them since."""
    left = list(zip(locals_, texts, strict=True))
    found = []
    for local in order:
        index = next((i for i, one in enumerate(left) if one[0] == local), None)
        if index is not None:
            found.append(left.pop(index)[1])
    return [*found, *(text for _, text in left)]


def _missing(one: ChildForm, start: str) -> str:
    """The attributes that a start tag lacks."""
    lacking = {
        name: text
        for name, text in one.attributes
        if not re.search(rf"[\s:]{re.escape(name.rpartition('}')[2])}=", start)
    }
    return attributes_xml(lacking, "form") if lacking else ""


def _type_attribute(name: str, start: str) -> str:
    """The attribute that names a type, with the declarations that it needs in a start tag."""
    namespace, _, local = name.rpartition("}")
    declared = "" if " xmlns:xsi=" in start else declaration("xsi", XSI)
    if not namespace:
        return f'{declared} xsi:type="{local}"'
    prefix = "kind"
    while f"{prefix}:" in start or f":{prefix}=" in start:
        prefix += "_"
    declared += declaration(prefix, namespace[1:])
    return f'{declared} xsi:type="{prefix}:{local}"'


def _same(one: str, other: str) -> bool:
    """Whether two texts mean the same, of whatever type they are."""
    if parse_token(one) == parse_token(other):
        return True
    for parse in _PARSERS:
        try:
            if parse(one) == parse(other):
                return True
        except ValueError:
            continue
    left, right = one.rpartition(":"), other.rpartition(":")
    return left[2] == right[2] and bool(left[1] or right[1])
