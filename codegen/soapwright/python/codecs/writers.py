"""The writers of complex types: straight lines from a dataclass to the text of its element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from soapwright.model.api import (
    Attribute,
    ContentMember,
    ElementMember,
    NamedRef,
    OrderedMember,
    QName,
    Struct,
    TypeRef,
    Use,
    Wildcard,
    WildcardMember,
)
from soapwright.python.codecs.rules import RuleChecks
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import block, collected, formatted, grow, joined
from soapwright.python.types.fields import (
    Alternative,
    AnyAttributes,
    Field,
    Text,
    alternatives_in,
    alternatives_of,
    is_any,
)
from soapwright.python.wire import nil_attributes


class Values:
    """The text of values, element by element, in one use."""

    def __init__(self, context: Context, scope: Scope, use: Use) -> None:
        self.context = context
        self.scope = scope
        self.use = use

    def element(self, reference: TypeRef, tag: str, value: str) -> str:
        """The template of an element that holds `value`, an expression."""
        simple = self.context.types.simple
        if is_any(reference):
            write = "write_any_encoded" if self.use is Use.ENCODED else "write_any"
            elements = self.scope.name("elements")
            return f'{{{self.scope.soap(write)}({value}, "{tag}", {elements}.KNOWN)}}'
        if not simple.is_simple(reference):
            return f"{{{self.writer(reference)}({value}, {string(tag)})}}"
        if simple.is_any(reference):
            encoded = ", encoded=True" if self.use is Use.ENCODED else ""
            call = self.scope.soap("write_any_simple")
            return f'{{{call}({value}, "{tag}"{encoded})}}'
        code = simple.code(reference, self.scope)
        kind = self.kind(reference)
        if code.scoped:
            said = self.context.xsi_type(reference) if kind else ""
            attributes = f', "{said}"' if said else ""
            call = self.scope.soap("write_scoped_element")
            return f'{{{call}({value}, "{tag}", {code.text}{attributes})}}'
        return f"<{tag}{kind}>{{{code.text}({value})}}</{tag}>"

    def narrowed(
        self, reference: TypeRef, governing: TypeRef, tag: str, value: str
    ) -> str:
        """The template of an element of a list, whose type a restriction may have narrowed."""
        simple = self.context.types.simple
        if self.use is Use.ENCODED or reference == governing or is_any(reference):
            return self.element(reference, tag, value)
        if not simple.is_simple(governing):
            assert isinstance(governing, NamedRef)
            name = self.scope.type(self.context.types.names.types[governing.id])
            given = f"{value}, {string(tag)}, {name}, {self.writer(governing)}"
            call = self.scope.soap("write_narrowed")
            return f"{{{call}({given}, {self.writer(reference)})}}"
        code = simple.code(governing, self.scope)
        if simple.is_any(reference) and not code.scoped:
            narrowed = self.scope.soap("narrowed_text")
            return f"<{tag}>{{{narrowed}({value}, {code.text})}}</{tag}>"
        return self.element(reference, tag, value)

    def writer(self, reference: TypeRef) -> str:
        """The function that writes a complex type or an array."""
        assert isinstance(reference, NamedRef)
        name = self.context.types.names.types[reference.id]
        return self.scope.type(self.context.function("write", name, self.use))

    def kind(self, reference: TypeRef) -> str:
        """The attribute that says a value's type, in encoded use."""
        name = self.context.xsi_type(reference) if self.use is Use.ENCODED else ""
        return f' xsi:type="{name}"' if name else ""

    def nil(self, reference: TypeRef, tag: str) -> str:
        """The element that is nil."""
        name = self.context.xsi_type(reference) if self.use is Use.ENCODED else ""
        attributes = (
            nil_attributes(self.context.style, name) if name else ' xsi:nil="true"'
        )
        return f"<{tag}{attributes}/>"


class StructWriter:
    """The lines of one complex type's writer in one use.

    `content_only` is a message's Struct that has no element of its own: its text is the inside
    of a Body or a Header.
    """

    def __init__(
        self,
        context: Context,
        scope: Scope,
        struct: Struct,
        use: Use,
        content_only: bool,
    ) -> None:
        self.context = context
        self.scope = scope
        self.struct = struct
        self.use = use
        self.content_only = content_only
        self.values = Values(context, scope, use)
        self.fields = context.types.fields(struct)
        self.nullable = struct.id in context.api.encoded

    def lines(self) -> list[str]:
        """The function's body."""
        name = self.context.types.names.types[self.struct.id]
        derived = self.scope.soap("write_derived")
        encoded = ", encoded=True" if self.use is Use.ENCODED else ""
        given = f"v, {name}" if self.content_only else f"v, {name}, tag, attributes"
        dispatch = f"return {derived}({given}{encoded})"
        if self.content_only:
            dispatch = f"{self.scope.soap('check_class')}(v, {name})"
        if self.struct.abstract:
            return [dispatch]
        body = block(f"if v.__class__ is not {name}:", [dispatch])
        if self.use is Use.LITERAL:
            keep = self.scope.soap("write_as_read")
            function = self.context.function("write", name, self.use)
            given = "" if self.content_only else ", tag, attributes"
            line = f"return {keep}(v, {function}{given})"
            body += block("if v.__form__ is not None:", [line])
        if self.use is Use.LITERAL:
            body += RuleChecks(self.context, self.scope, self.struct).lines()
        body += self._start()
        for field in self.fields:
            body += self._prohibited(field) if field.prohibited else self._field(field)
        if self.content_only:
            return collected(joined([*body, "return xml"]))
        return collected(joined([*body, 'return f"{xml}</{tag}>"']))

    # ------------------------------------------------------------------------- the start tag

    def _start(self) -> list[str]:
        if self.content_only:
            return ['xml = ""']
        kind = self.values.kind(NamedRef(self.struct.id)) if self.struct.named else ""
        attributes = [
            f
            for f in self.fields
            if isinstance(f.what, (Attribute, AnyAttributes)) and not f.prohibited
        ]
        if not attributes:
            return [f"xml = {formatted(f'<{{tag}}{{attributes}}{kind}>')}"]
        lines = [f"xml = {formatted(f'<{{tag}}{{attributes}}{kind}')}"]
        for field in attributes:
            lines += self._attribute(field)
        return [*lines, 'xml += ">"']

    def _attribute(self, field: Field) -> list[str]:
        value = f"v.{field.name}"
        what = field.what
        if not isinstance(what, Attribute):
            return [f"xml += {self.scope.soap('attributes_text')}({value})"]
        declared = field.declared
        assert isinstance(declared, Attribute)
        simple = self.context.types.simple
        code = simple.code(declared.type, self.scope)
        name = self.context.prefixed(what.name)
        if code.scoped:
            call = self.scope.soap("write_scoped_attribute")
            line = grow(f'{{{call}({value}, "{name}", {code.text})}}')
        else:
            text = f"{code.text}({value})"
            if simple.is_string(declared.type):
                text = (
                    f"{self.scope.soap('attribute_text')}({value})"
                    if code.text.endswith(".text")
                    else f"{self.scope.soap('quoted')}({text})"
                )
            line = grow(f' {name}="{{{text}}}"')
        if not what.required or self.use is Use.ENCODED:
            return block(f"if {value} is not None:", [line])
        if not self.nullable and declared.required:
            return [line]
        return [*block(f"if {value} is None:", [self._absent(value)]), line]

    # --------------------------------------------------------------------------- the content

    def _field(self, field: Field) -> list[str]:
        value = f"v.{field.name}"
        what = field.what
        match what:
            case Attribute() | AnyAttributes():
                return []
            case Text():
                assert isinstance(field.declared, Text)
                return self._text(field.declared.type, value)
            case ElementMember():
                return self._narrowed(field, what, value)
            case WildcardMember():
                write = self.scope.soap("write_wildcards")
                elements = self.scope.name("elements")
                return [f"xml += {write}({value}, {elements}.KNOWN)"]
            case OrderedMember():
                assert isinstance(field.declared, OrderedMember)
                kinds = {a.name: a.type for a in alternatives_in(what)}
                return self._ordered(field.declared, value, kinds)
            case ContentMember(type=reference):
                inside = self.scope.soap("inside")
                whole = formatted(self.values.element(reference, "part", value))
                return [f"xml += {inside}({whole})"]
            case _:
                assert_never(what)

    def _narrowed(self, field: Field, what: ElementMember, value: str) -> list[str]:
        """An element; a restriction may require one that the field, its base's, lets be absent."""
        declared = field.declared
        assert isinstance(declared, ElementMember)
        governing = what.element.type
        element = replace(what.element, type=declared.element.type)
        member = replace(what, element=element)
        if what.repeated and not element.substitutes:
            lines = self._repeated(member, value, governing)
        else:
            lines = self._element(member, value)
        if what.optional or not declared.optional or what.repeated or self.nullable:
            return lines
        absent = (
            f"{value} is {self.scope.soap('UNSET')}"
            if what.element.nillable and not what.element.substitutes
            else f"{value} is None"
        )
        return [*block(f"if {absent}:", [self._absent(value)]), *lines]

    def _prohibited(self, field: Field) -> list[str]:
        """What a restriction takes away must be absent."""
        if self.use is Use.ENCODED:
            return self._field(field)
        value, declared = f"v.{field.name}", field.declared
        there = f"{value} is not None"
        if not isinstance(declared, (Attribute, ElementMember)):
            there = value
        elif isinstance(declared, ElementMember):
            if declared.repeated or declared.element.substitutes:
                there = value
            elif declared.element.nillable:
                there = f"{value} is not {self.scope.soap('UNSET')}"
        prohibited = self.scope.soap("prohibited")
        name = string(field.name)
        return block(f"if {there}:", [f"raise {prohibited}(v, {name})"])

    def _text(self, reference: TypeRef, value: str) -> list[str]:
        code = self.context.types.simple.code(reference, self.scope)
        if (
            code.scoped
        ):  # the start tag is closed already: its names are declared in a copy of it
            scoped = self.scope.soap("write_scoped_text")
            return [f"xml = {scoped}(xml, {value}, {code.text})"]
        return [grow(f"{{{code.text}({value})}}")]

    def _element(self, member: ElementMember, value: str) -> list[str]:
        element = member.element
        if member.repeated:
            return self._repeated(member, value)
        if element.substitutes:
            lines = self._tagged(alternatives_of(element), value)
            if member.optional or self.nullable:
                return block(f"if {value}:", lines)
            return lines
        tag = self.context.tag(element.name)
        values = self.values
        if member.use is not None:
            values = Values(self.context, self.scope, member.use)
        text = grow(values.element(element.type, tag, value))
        nil = grow(values.nil(element.type, tag))
        unset = self.scope.soap("UNSET")
        if self.use is Use.ENCODED:
            return [
                *block(f"if {value} is None:", [nil]),
                *block(f"elif {value} is not {unset}:", [text]),
            ]
        if element.nillable and (member.optional or self.nullable):
            if not member.optional:
                absent = self._absent(value)
                return [
                    *block(f"if {value} is {unset}:", [absent]),
                    *block(f"elif {value} is None:", [nil]),
                    *block("else:", [text]),
                ]
            return [
                *block(f"if {value} is None:", [nil]),
                *block(f"elif {value} is not {unset}:", [text]),
            ]
        if member.optional:
            also = f" and {value} is not {unset}" if self.nullable else ""
            return block(f"if {value} is not None{also}:", [text])
        if element.nillable:
            return [*block(f"if {value} is None:", [nil]), *block("else:", [text])]
        if self.nullable:
            absent = self._absent(value)
            return [
                *block(f"if {value} is None or {value} is {unset}:", [absent]),
                text,
            ]
        if is_any(element.type):
            return [
                *block(f"if {value} is None:", [self._absent(value)]),
                text,
            ]
        return [text]

    def _absent(self, value: str) -> str:
        return f"{self.scope.soap('absent')}(v, {string(value.removeprefix('v.'))})"

    def _repeated(
        self, member: ElementMember, value: str, governing: TypeRef | None = None
    ) -> list[str]:
        element = member.element
        kinds = element.type, governing or element.type
        lines: list[str] = []
        given = f"{self.scope.soap('items')}({value})"
        if not member.optional and self.use is Use.LITERAL:
            lines += block(f"if not {value}:", [self._absent(value)])
        if element.substitutes:
            item = self._item_name(value)
            body = self._tagged(alternatives_of(element), item)
            return [*lines, *block(f"for {item} in {given}:", body)]
        tag = self.context.tag(element.name)
        if element.nillable or self.use is Use.ENCODED:
            item = self._item_name(value)
            body = [
                *block(
                    f"if {item} is None:", [grow(self.values.nil(element.type, tag))]
                ),
                *block("else:", [grow(self.values.narrowed(*kinds, tag, item))]),
            ]
            return [*lines, *block(f"for {item} in {given}:", body)]
        text = formatted(self.values.narrowed(*kinds, tag, "item"))
        return [*lines, f'xml += "".join([{text} for item in {given}])']

    def _ordered(
        self, member: OrderedMember, value: str, kinds: Mapping[QName, TypeRef]
    ) -> list[str]:
        """A list that keeps the order; `kinds` are the types that a restriction gives the elements."""
        lines: list[str] = []
        given = f"{self.scope.soap('items')}({value})"
        if not member.optional:
            lines += block(f"if not {value}:", [self._absent(value)])
        item = self._item_name(value)
        body = self._item(member, item, kinds)
        return [*lines, *block(f"for {item} in {given}:", body)]

    def _item_name(self, value: str) -> str:
        """A loop's own variable: to a type checker, one name has one type in a function."""
        return f"{value.removeprefix('v.').rstrip('_')}_item"

    def _item(
        self, member: OrderedMember, item: str, kinds: Mapping[QName, TypeRef]
    ) -> list[str]:
        """One item of a list that keeps the order: text, unknown XML, or a tagged value."""
        lines: list[str] = []
        if member.mixed:
            is_text = (
                f"{self.scope.name('isinstance')}({item}, {self.scope.name('str')})"
            )
            text = f"xml += {self.scope.soap('text')}({item})"
            lines += block(f"if {is_text}:", [text, "continue"])
        alternatives = [
            replace(a, governing=kinds[a.name]) for a in alternatives_in(member)
        ]
        if any(isinstance(a, Wildcard) for a in member.alternatives):
            return lines + self._wild_item(alternatives, item)
        if alternatives:
            return lines + self._tagged(alternatives, item)
        wrong = f"raise {self.scope.soap('unknown_item')}({item})"
        return [*lines, wrong] if lines else ["pass"]

    def _wild_item(self, alternatives: list[Alternative], item: str) -> list[str]:
        """Beside a wildcard a pair's name does not tell a type checker the type of its value."""
        known = f"{self.scope.name('elements')}.KNOWN"
        write = f"xml += {self.scope.soap('write_wildcards')}([{item}], {known})"
        if not alternatives:
            return [write]
        unknown = self.scope.soap("AnyElement")
        lines = block(
            f"if {self.scope.name('isinstance')}({item}, {unknown}):",
            [write, "continue"],
        )
        value = f"{item}_value"
        lines.append(f"{value}: {self.scope.name('Any')} = {item}[1]")
        branches = [
            (f"{item}[0] == {string(a.tag)}", self._alternative(a, value))
            for a in alternatives
        ]
        return lines + _branched([*branches, ("", [write])])

    def _tagged(self, alternatives: list[Alternative], value: str) -> list[str]:
        branches = [
            (f"{value}[0] == {string(a.tag)}", self._alternative(a, f"{value}[1]"))
            for a in alternatives
        ]
        wrong = f"raise {self.scope.soap('unknown_item')}({value})"
        return _branched([*branches, ("", [wrong])])

    def _alternative(self, alternative: Alternative, value: str) -> list[str]:
        tag = self.context.tag(alternative.name)
        kind = alternative.type
        governing = alternative.governing or kind
        text = grow(self.values.narrowed(kind, governing, tag, value))
        if not alternative.nillable:
            return [text]
        nil = grow(self.values.nil(alternative.type, tag))
        return [*block(f"if {value} is None:", [nil]), *block("else:", [text])]


def _branched(branches: list[tuple[str, list[str]]]) -> list[str]:
    """if / elif / else, in order; the condition of else is ""."""
    lines: list[str] = []
    for number, (condition, body) in enumerate(branches):
        if not condition:
            lines += block("else:", body) if lines else body
            continue
        lines += block(f"{'if' if number == 0 else 'elif'} {condition}:", body)
    return lines
