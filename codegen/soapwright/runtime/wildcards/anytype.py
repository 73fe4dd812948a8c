"""xsd:anyType: values of the type that their `xsi:type` names, else XML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ..codec.derived import registered
from ..codec.elements import KnownElements
from ..codec.nils import nil_of, write_nil
from ..values.anysimple import any_simple, is_simple_builtin, parse_any_simple
from ..values.anyxml import AnyElement
from ..values.names import SOAP_ENCODINGS, XSD, XSI, QName, declaration
from ..values.values import Nil
from ..xml.element import XSI_TYPE, Element, bad, clark_name, in_scope, is_nil
from .elements import any_element

_QNAMES: Final = ("QName", "NOTATION")
ALWAYS_DECLARED: Final = frozenset({XSD, XSI, *SOAP_ENCODINGS})
"""The namespaces that every envelope declares which holds values of any type."""


# -------------------------------------------------------------------------------- reading


def read_any(e: Element, known: KnownElements) -> Any:
    """A literal xsd:anyType: a value of its `xsi:type`, else its XML; nil is None, or `Nil`.

    Raises:
        DecodeError: it is not of the type in its `xsi:type`.
    """
    if is_nil(e):
        return nil_of(e)
    text = e.get(XSI_TYPE)
    name = clark_name(e, text) if text is not None else ""
    read = named_reader(e, known, name, encoded=False)
    return any_element(e).keep(known.secrets) if read is None else read(e)


def named_reader(
    e: Element, known: KnownElements, name: str, *, encoded: bool
) -> Callable[[Element], Any] | None:
    """The reader of an element by the name of its type; None where that is "" or not known."""
    builtin = builtin_named(name) if name else None
    if builtin is not None and not len(e):
        return partial(_read_simple, builtin=builtin)
    return _registered_reader(known, name, encoded=encoded) if name else None


def _read_simple(e: Element, builtin: QName) -> Any:
    scope = in_scope(e) if builtin.local in _QNAMES else {}
    try:
        return parse_any_simple(builtin, e.text or "", scope)
    except ValueError as error:
        return bad(e, error)


def builtin_named(name: str) -> QName | None:
    """The name of a simple builtin type; None where it is another's, or no name at all."""
    namespace, _, local = name.rpartition("}")
    try:
        found = QName(namespace[1:], local)
    except ValueError:
        return None
    return found if is_simple_builtin(found) else None


def _registered_reader(
    known: KnownElements, name: str, *, encoded: bool
) -> Callable[[Element], Any] | None:
    """The reader of a type whose values write their own name, or of an array."""
    kind = known.types.lookup(name)
    if kind is None:
        return None
    cls = getattr(known.types, kind, None)
    if isinstance(cls, type):
        if registered(cls, encoded=encoded) is None:
            return None
    elif not encoded:  # a literal array is a list of elements: its XML holds more
        return None
    verb = "read_encoded" if encoded else "read"
    read: Callable[[Element], Any] | None = getattr(known.types, f"{verb}_{kind}", None)
    return read


def any_reader(known: KnownElements) -> Callable[[Element], Any]:
    """Reads literal items of any type."""
    return partial(read_any, known=known)


# -------------------------------------------------------------------------------- writing


def write_any(value: Any, tag: str, known: KnownElements) -> str:
    """A literal xsd:anyType: XML as it is, a value with its `xsi:type`, None as nil.

    Raises:
        TypeError: no type of the package or of XML Schema holds the value.
        ValueError: the value cannot be written.
    """
    return write_value(value, tag, known, encoded=False)


def write_value(value: Any, tag: str, known: KnownElements, *, encoded: bool) -> str:
    if value is None:
        return f'<{tag} xsi:nil="true"/>'
    if isinstance(value, Nil):
        return write_nil(value, tag)
    if isinstance(value, AnyElement):
        return replace(value, tag=known.clark(tag)).to_xml()
    found = registered(type(value), encoded=encoded)
    if found is not None:
        name, write = found
        kind = "" if encoded else f' xsi:type="{name}"'
        return known.declared(write(value, tag, kind), ALWAYS_DECLARED)
    simple, text, declarations = any_simple(value, "q")
    if simple.namespace == XSD:
        prefix, declared = "xsd", ""
    else:  # a copy in SOAP's encoding, which need not be declared
        prefix, declared = "any", declaration("any", simple.namespace)
    kind = f' xsi:type="{prefix}:{simple.local}"{declared}{declarations}'
    return f"<{tag}{kind}>{text}</{tag}>"
