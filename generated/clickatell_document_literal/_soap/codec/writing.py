"""The functions of the writers besides those for the text of values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ..errors.refusals import Refusal
from ..values.lexical import list_text
from ..values.names import XSI
from ..values.prefixes import attributes_xml
from ..values.strings import text
from .checks import check_list

T = TypeVar("T")

# Of XML that was written here: no ">" is in an attribute's value, no quote either.
_DECLARATION = re.compile(r' xmlns:([^\s=]+)="[^"]*"')
_ATTRIBUTE = re.compile(r" (?!xmlns[:=])[^\s=]+=")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[^\s/>]+)(?P<rest>[^>]*)>")


def items(v: list[T]) -> list[T]:
    """A field's list: a str would be written letter by letter, and an iterator only once.

    Raises:
        TypeError: it is something else.
    """
    if v.__class__ is not list:
        check_list(v)
    return v


def inside(xml: str) -> str:
    """The content of an element: a part's goes into the Body without an element of its own.

    The namespaces that the element declares are declared on its children. An element is kept that
    has attributes (of its type, or `xsi:type`), or a text that needs its declarations: the Body
    has no place for them, and peers know a part by its name too.
    """
    end = xml.index(">")
    if _ATTRIBUTE.search(xml, 0, end):
        return xml
    if xml[end - 1] == "/":
        return ""
    content = xml[end + 1 : xml.rindex("</")]
    declared = {m[1]: m[0] for m in _DECLARATION.finditer(xml, 0, end)}
    if "<" not in content and any(f"{prefix}:" in content for prefix in declared):
        return xml
    return _declared(content, declared) if declared else content


def _declared(content: str, declared: Mapping[str, str]) -> str:
    """Content with declarations on its outermost elements, where they have none of the prefix."""
    pieces: list[str] = []
    depth = done = 0
    for tag in _TAG.finditer(content):
        if tag["end"]:
            depth -= 1
            continue
        if depth == 0:
            own = {m[1] for m in _DECLARATION.finditer(tag["rest"])}
            added = [text for prefix, text in declared.items() if prefix not in own]
            pieces += [content[done : tag.end("name")], *added]
            done = tag.end("name")
        if not tag["rest"].endswith("/"):
            depth += 1
    return "".join([*pieces, content[done:]])


def quoted(escaped: str) -> str:
    """Escaped element text made fit for an attribute's double quotes."""
    if escaped.isprintable() and '"' not in escaped:
        return escaped
    escaped = escaped.replace('"', "&quot;").replace("\t", "&#9;")
    return escaped.replace("\n", "&#10;")


def attributes_text(attributes: Mapping[str, str], known: Sequence[str] = ()) -> str:
    """The attributes that a wildcard holds, for a start tag.

    Args:
        attributes: by their names in Clark's notation.
        known: the names of the type's own attributes: no tag may have two of one name.

    Raises:
        TypeError: it is no mapping of `str` to `str`.
        ValueError: a name is none, is the type's own or XML Schema's, or a value holds what
            XML cannot carry.
    """
    if not isinstance(attributes, Mapping):
        raise TypeError(f"{type(attributes).__name__} given, dict wanted")
    if not attributes:
        return ""
    for name in attributes:
        if name in known or isinstance(name, str) and name.startswith(f"{{{XSI}}}"):
            reason = "an attribute is not the wildcard's, but the type's own"
            raise Refusal(attributes, f"[{name!r}]", reason)
    return attributes_xml(attributes, "any")


def tokens_text(v: Sequence[str]) -> str:
    """A list of tokens.

    Raises:
        TypeError: it is no list or tuple, or holds something else than `str`.
        ValueError: an item is empty or has white space.
    """
    return list_text(v, text)
