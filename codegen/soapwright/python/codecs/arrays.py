"""The functions of SOAP's arrays: `list[T]` to an element of items and back."""

from __future__ import annotations

from soapwright.model.api import (
    NamedRef,
    SoapArray,
    Use,
)
from soapwright.python.codecs.writers import Values, by_reference
from soapwright.python.context import Context
from soapwright.python.text.fstrings import Expression, Template, text_of
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import Line, Writer, block, branched, grow
from soapwright.python.text.views import FunctionView
from soapwright.python.types.declarations import Annotations
from soapwright.python.types.fields import is_any


def array_functions(
    context: Context, scope: Scope, definition: SoapArray
) -> list[FunctionView]:
    """A writer and a reader for each use."""
    functions = []
    uses = [
        use
        for use, ids in (
            (Use.LITERAL, context.api.literal),
            (Use.ENCODED, context.api.encoded),
        )
        if definition.id in ids
    ]
    for use in uses:
        functions += _functions(context, scope, definition, use)
    return functions


def _functions(
    context: Context, scope: Scope, definition: SoapArray, use: Use
) -> list[FunctionView]:
    name = context.types.names.types[definition.id]
    kind = Annotations(context.types, scope).value(NamedRef(definition.id))
    text = scope.name("str")
    decorator = ""
    if use is Use.ENCODED:
        decorator = by_reference(context, scope, definition.id, scope.name("list"))
    return [
        FunctionView(
            context.function("write", name, use),
            f'v: {kind}, tag: {text}, attributes: {text} = ""',
            text,
            _writer(context, scope, definition, use),
            decorator,
        ),
        FunctionView(
            context.function("read", name, use),
            f"e: {scope.soap('Element')}",
            kind,
            _reader(context, scope, definition, use),
        ),
    ]


def _writer(
    context: Context, scope: Scope, definition: SoapArray, use: Use
) -> list[str]:
    array = context.prefixed(definition.id) if definition.derived else ""
    if _is_any_array(definition, use):
        known = f"{scope.name('elements')}.KNOWN"
        write = scope.soap("write_any_array")
        item_name = string(definition.item_name)
        own = f", {string(array)}" if array else ""
        return [f"return {write}(v, tag, attributes, {item_name}, {known}{own})"]
    values = Values(context, scope, use)
    element = values.element(definition.item, (definition.item_name,), "x")
    nil = f'<{definition.item_name} xsi:nil="true"/>'
    item_type = context.item_type(definition.item)
    if sum(definition.ranks) > 1:
        item = f"{text_of(element)} if x is not None else {string(nil)}"
        write = f"lambda x: {item}"
        given = (
            f"v, tag, attributes, {string(item_type)}, {definition.ranks!r}, {write}"
        )
        names = f"{string(definition.item_name)}, {string(context.style.encoding)}"
        if context.mixed:
            names += f", soap12={scope.soap('writes_soap12')}()"
        elif context.is_soap12:
            names += ", soap12=True"
        own = f", kind={string(array)}" if array else ""
        return [f"return {scope.soap('write_array')}({given}, {names}{own})"]
    kind: Template = (Expression(f"{scope.soap('kept_attributes')}(v)"),)
    if use is Use.ENCODED:
        kind = _kind(context, scope, item_type, array)
    either = branched([("x is None", [grow(nil)]), ("", [grow(*element)])])
    return Writer(
        checks=(Line(f"{scope.soap('check_list')}(v)"),),
        start=("<", Expression("tag"), Expression("attributes"), *kind, ">"),
        body=(block("for x in v:", either),),
        end=("</", Expression("tag"), ">"),
    ).lines()


def _is_any_array(definition: SoapArray, use: Use) -> bool:
    """Whether an array's items may be anything: each declares its own type."""
    encoded = use is Use.ENCODED
    return encoded and is_any(definition.item) and definition.ranks == (1,)


def _kind(context: Context, scope: Scope, item_type: str, array: str) -> Template:
    """The attributes that make an element an array, as the encoding's version has them.

    `array` is the name of its own type, where it declares that.
    """
    encoding, size = context.style.encoding, Expression(f"{scope.name('len')}(v)")
    if context.mixed:
        given = f"{string(item_type)}, {size.code}, {string(encoding)}"
        own = f", {string(array)}" if array else ""
        return (Expression(f"{scope.soap('encoded_array')}({given}{own})"),)
    kind = f' xsi:type="{array or f"{encoding}:Array"}"'
    if context.is_soap12:
        attributes = f' {encoding}:itemType="{item_type}" {encoding}:arraySize="'
        return (kind, attributes, size, '"')
    return (kind, f' {encoding}:arrayType="{item_type}[', size, ']"')


def _reader(
    context: Context, scope: Scope, definition: SoapArray, use: Use
) -> list[str]:
    if _is_any_array(definition, use):
        known = f"{scope.name('elements')}.KNOWN"
        return [f"return {scope.soap('read_any_array')}(e, {known})"]
    reader = item_reader(context, scope, definition, use)
    read = "read_array" if use is Use.ENCODED else "read_items"
    if sum(definition.ranks) > 1:
        return [
            f"return {scope.soap('read_nested_array')}(e, {reader}, {definition.ranks!r})"
        ]
    return [f"return {scope.soap(read)}(e, {reader})"]


def item_reader(context: Context, scope: Scope, definition: SoapArray, use: Use) -> str:
    """The function that reads one item."""
    item = definition.item
    if is_any(item):
        known = f"{scope.name('elements')}.KNOWN"
        name = "any_encoded_reader" if use is Use.ENCODED else "any_reader"
        return f"{scope.soap(name)}({known})"
    if context.types.simple.is_simple(item):
        return context.types.simple.reader(item, scope, use is Use.ENCODED)
    assert isinstance(item, NamedRef)
    name = context.types.names.types[item.id]
    return scope.type(context.function("read", name, use))
