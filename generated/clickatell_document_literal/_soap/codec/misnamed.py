"""Children and attributes with the right local name in the wrong namespace.

The most frequent fault of services that are written by hand: elements without a namespace where
the schema has qualified ones, and the reverse. The emitted readers ask here about children of
names that they do not know, and about the attributes of elements that lack one; about no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ..errors.errors import DecodeError
from ..values.names import SOAP11, SOAP12, SOAP_ENCODINGS, XML, XSI
from ..xml.element import Element, bad, bad_attribute, quiet
from ..xml.lenience import notes

_SHOWN: Final = 200
_OTHERS: Final = "{##other}"
"""The namespace of additions that were looked at: they need not be again."""
_OF_ALL: Final = frozenset(
    {
        *(XML, XSI, SOAP11, SOAP12, *SOAP_ENCODINGS, "http://www.w3.org/1999/xlink"),
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
    }
)
"""The namespaces of attributes that any element may have, with a meaning of their own."""


class _Declared(NamedTuple):
    """A declared element."""

    tag: str
    repeats: bool


class _Names(NamedTuple):
    """The elements that a type declares."""

    namespaces: frozenset[str]
    by_local: Mapping[str, tuple[_Declared, ...]]


@lru_cache(maxsize=256)
def _names(declared: tuple[str, ...]) -> _Names:
    found: dict[str, tuple[_Declared, ...]] = {}
    namespaces = declared[::2]
    for namespace, words in zip(namespaces, declared[1::2], strict=True):
        for word in words.split():
            local = word.removesuffix("*")
            tag = f"{{{namespace}}}{local}" if namespace else local
            one = _Declared(tag, word != local)
            found[local] = (*found.get(local, ()), one)
    return _Names(frozenset(namespaces), found)


def misnamed(c: Element, *declared: str) -> bool:
    """Whether a child that is none of the declared elements is one in the wrong namespace.

    If it is, it has its right name from then on, and so have its siblings: whoever asks reads
    the element around them again. A child of a foreign namespace beside the element that is meant
    is an addition of others, which is read over as any unknown element.

    Args:
        c: a child of a name that is not known, or whose turn it is not.
        declared: namespaces, each followed by the local names of its elements, separated by
            spaces; a name that may come several times ends in an asterisk.

    Raises:
        DecodeError: the local name leaves a doubt: several elements have it, or the one that has
            it is there already.
    """
    names = _names(declared)
    return _is_meant(c, names) and _renamed(c, names, names.by_local)


def misnamed_block(c: Element, *declared: str) -> bool:
    """The same of a header block: those of other namespaces are others', those of none nobody's.

    Raises:
        DecodeError: as `misnamed`.
    """
    names = _names(declared)
    if c.tag[0] == "{" or not _is_meant(c, names):
        return False
    return _renamed(c, names, {c.tag: names.by_local[c.tag]}, others=False)


def misnamed_attributes(e: Element, declared: tuple[str, ...]) -> bool:
    """Whether attributes were in the wrong namespace; those that were have got their declared names.

    Args:
        e: an element of which a declared attribute is absent, and whose type has no wildcard for attributes.
        declared: the names of its attributes, in Clark's notation.

    Raises:
        DecodeError: a local name leaves a doubt: several attributes have it, or are declared with it.
    """
    for name in e.keys():
        if name not in declared and _namespace(name) not in _OF_ALL:
            return _rename_attributes(e, declared)
    return False


def _rename_attributes(e: Element, declared: tuple[str, ...]) -> bool:
    by_local = _attributes(declared)
    alike: dict[str, list[str]] = {}
    for name in e.keys():
        local = name.rpartition("}")[2]
        others = name in declared or _namespace(name) in _OF_ALL
        # with a brace in its namespace, lxml does not find it by the name that it gives
        if local in by_local and not others and name.count("}") < 2:
            alike.setdefault(local, []).append(name)
    renamed = False
    for local, found in alike.items():
        meant = by_local[local]
        if all(name in e.attrib for name in meant):
            continue  # beside what is meant, these are additions of others
        if quiet():  # what does not read stays as it is, and is kept as XML
            raise DecodeError("", "in the wrong namespace")
        if len(meant) == len(found) == 1:
            e.attrib[meant[0]] = e.attrib.pop(found[0])
            renamed = True
            continue
        wanted = " or ".join(map(repr, meant))
        for name in found:
            bad_attribute(e, name, f"{_short(name)!r} is there, declared is {wanted}")
    return renamed


@lru_cache(maxsize=256)
def _attributes(declared: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The names of declared attributes by their local names."""
    found: dict[str, tuple[str, ...]] = {}
    for name in declared:
        local = name.rpartition("}")[2]
        found[local] = (*found.get(local, ()), name)
    return found


def _namespace(name: str) -> str:
    """The namespace of a name in Clark's notation; "" where there is none."""
    return name[1:].rpartition("}")[0]


def _short(name: str) -> str:
    """A name, for a message."""
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"


def _is_meant(c: Element, names: _Names) -> bool:
    """Whether an element has the local name of a declared one, and another namespace."""
    tag: str = c.tag
    declared = names.by_local.get(tag.rpartition("}")[2])
    if declared is None or any(one.tag == tag for one in declared):
        return False
    return not tag.startswith(_OTHERS)


def _renamed(
    c: Element,
    names: _Names,
    wanted: Mapping[str, tuple[_Declared, ...]],
    *,
    others: bool = True,
) -> bool:
    """Give `c` and its siblings the names that are meant, in one pass; whether `c` has one then.

    Raises:
        DecodeError: a local name leaves a doubt.
    """
    if quiet():  # what does not read stays as it is, and is kept as XML
        raise DecodeError("", "in the wrong namespace")
    alike: dict[str, dict[str, list[Any]]] = {}
    for sibling in c.getparent():
        tag: str = sibling.tag
        local = tag.rpartition("}")[2]
        if local in wanted and (
            others or tag[0] != "{" or not _is_meant(sibling, names)
        ):
            alike.setdefault(local, {}).setdefault(tag, []).append(sibling)
    for local, by_tag in alike.items():
        for tag in by_tag:
            if all(one.tag != tag for one in wanted[local]):
                meant = _meant(by_tag, tag, wanted[local], names)
                for sibling in by_tag[tag]:
                    sibling.tag = meant
    if (noted := notes()) is not None:
        noted.steps.pop(c.getparent(), None)  # they count the children by their names
    return not c.tag.startswith(_OTHERS)


def _meant(
    by_tag: Mapping[str, list[Any]],  # Any: lxml's elements, which have no type
    tag: str,
    declared: tuple[_Declared, ...],
    names: _Names,
) -> str:
    """The name of the declared element that those with a tag are meant to be.

    Raises:
        DecodeError: there is a doubt.
    """
    first = declared[0]
    if len(declared) > 1:
        return _doubt(by_tag[tag], " or ".join(repr(one.tag) for one in declared))
    if first.repeats or len(by_tag) == 1:
        return first.tag
    namespace = _namespace(tag)
    if namespace and namespace not in names.namespaces and first.tag in by_tag:
        return f"{_OTHERS}{tag.rpartition('}')[2]}"
    return _doubt(by_tag[tag], f"{first.tag!r}, which may come once")


def _doubt(found: Sequence[Element], wanted: str) -> str:
    """Refuse elements that may mean several, or one that is there already.

    Returns:
        A name by which they are read over, where the thread reads leniently.

    Raises:
        DecodeError: it reads strictly.
    """
    tag: str = found[0].tag
    for one in found:
        bad(one, f"{_short(tag)!r} is there, declared is {wanted}")
    return f"{_OTHERS}{tag.rpartition('}')[2]}"
