"""xsd:anySimpleType in an element, whose `xsi:type` may name its value's type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..values.anysimple import (
    AnySimple,
    Typed,
    any_simple,
    is_simple_builtin,
    parse_any_simple,
)
from ..values.names import XSD, QName, declaration, split_clark
from ..values.strings import text
from ..xml.element import XSI_TYPE, Element, clark_name, in_scope
from .reading import string, value


def any_simple_value(e: Element) -> AnySimple:
    """An element's value: a `str` where it names no type.

    Of a type that is no builtin the text is kept.

    Raises:
        DecodeError: its text is not of the type that it names, it is nil, or it holds elements.
    """
    named = e.get(XSI_TYPE)
    if named is None:
        return string(e)
    return value(e, lambda text: _typed(e, named, text))


def _typed(e: Element, named: str, given: str) -> AnySimple:
    """The value of a text, by the name of its type.

    Raises:
        ValueError: it is none of the type's, or the type has no name.
        DecodeError: more prefixes are in scope than any document needs.
    """
    kind = QName(*split_clark(clark_name(e, named)))
    if not is_simple_builtin(kind):
        return Typed(kind, given)
    found = parse_any_simple(kind, given, in_scope(e))
    if isinstance(found, str):  # a bare one would name no type
        return Typed(kind, found)
    return found  # type: ignore[return-value]  # what builtins read is one of these


def any_simple_text(v: AnySimple) -> str:
    """The text of a value, without its type.

    Raises:
        TypeError: no builtin holds such a value.
        ValueError: the value has no text, or needs a prefix.
    """
    if isinstance(v, Typed) and not is_simple_builtin(v.type):
        return any_simple_text(v.value)  # type: ignore[arg-type]  # any_simple judges it
    _, written, declarations = any_simple(v)
    if declarations:
        raise ValueError("a QName of a namespace is not allowed here")
    return written


def narrowed_text(v: Any, text_of: Callable[[Any], str]) -> str:
    """The text of a value whose type a restriction has narrowed to one; Any: its writer judges.

    Raises:
        TypeError: it is of another type.
        ValueError: it has no text.
    """
    return text_of(v)


def write_any_simple(v: AnySimple, tag: str, *, encoded: bool = False) -> str:
    """An element that declares the type of its value; of a bare `str` only where it is encoded.

    Raises:
        TypeError: no builtin holds such a value.
        ValueError: the value has no text, or its type no name.
    """
    if type(v) is str and not encoded:
        return f"<{tag}>{text(v)}</{tag}>"
    declarations = ""
    if isinstance(v, Typed) and not is_simple_builtin(v.type):
        name, written = v.type, any_simple_text(v)
    else:
        name, written, declarations = any_simple(v, "q")
    prefix = ""
    if name.namespace == XSD:
        prefix = "xsd:"
    elif name.namespace:
        prefix, declarations = "kind:", declaration("kind", name.namespace)
    kind = f' xsi:type="{prefix}{name.local}"'
    return f"<{tag}{declarations}{kind}>{written}</{tag}>"
