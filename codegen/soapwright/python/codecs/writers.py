"""The writers of complex types: straight lines from a dataclass to the text of its element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from soapwright.model.api import (
    AttachedMember,
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
from soapwright.python.codecs.dispatch import by_order
from soapwright.python.codecs.rules import RuleChecks
from soapwright.python.context import Context
from soapwright.python.text.fstrings import Expression, Template, text_of
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import (
    Grow,
    Line,
    Statement,
    Writer,
    block,
    branched,
    grow,
)
from soapwright.python.types.fields import (
    Alternative,
    AnyAttributes,
    Field,
    Text,
    alternatives_in,
    alternatives_of,
    is_any,
    local_names,
    told_apart,
)
from soapwright.python.wire import nil_attributes


class Values:
    """The text of values, element by element, in one use."""

    def __init__(self, context: Context, scope: Scope, use: Use) -> None:
        self.context = context
        self.scope = scope
        self.use = use

    def element(self, reference: TypeRef, tag: Template, value: str) -> Template:
        """An element that holds `value`, an expression."""
        simple = self.context.types.simple
        given = f"{value}, {text_of(tag)}"
        if is_any(reference):
            write = "write_any_encoded" if self.use is Use.ENCODED else "write_any"
            elements = self.scope.name("elements")
            known = f"{elements}.KNOWN"
            call = f"{self.scope.soap(write)}({given}, {known})"
            return (Expression(call),)
        if not simple.is_simple(reference):
            return (Expression(f"{self.writer(reference)}({given})"),)
        if simple.is_any(reference):
            encoded = ", encoded=True" if self.use is Use.ENCODED else ""
            write = self.scope.soap("write_any_simple")
            return (Expression(f"{write}({given}{encoded})"),)
        code = simple.code(reference, self.scope)
        kind = self.kind(reference)
        if code.scoped:
            xsi_type = self.context.xsi_type(reference) if kind else ""
            attributes = f", {string(xsi_type)}" if xsi_type else ""
            write = self.scope.soap("write_scoped_element")
            call = f"{write}({given}, {code.text}{attributes})"
            return (Expression(call),)
        text = Expression(f"{code.content}({value})")
        return ("<", *tag, f"{kind}>", text, "</", *tag, ">")

    def block(self, reference: TypeRef, tag: Template, value: str) -> Template:
        """An encoded header block, which declares its encoding (SOAP 1.1, section 4.1.1)."""
        whole = text_of(self.element(reference, tag, value))
        return (Expression(f"{self.scope.soap('encoded_block')}({whole})", alone=True),)

    def narrowed(
        self, reference: TypeRef, governing: TypeRef, tag: Template, value: str
    ) -> Template:
        """The template of an element of a list, whose type a restriction may have narrowed."""
        simple = self.context.types.simple
        if self.use is Use.ENCODED or reference == governing or is_any(reference):
            return self.element(reference, tag, value)
        if not simple.is_simple(governing):
            assert isinstance(governing, NamedRef)
            name = self.scope.type(self.context.types.names.types[governing.id])
            given = f"{value}, {text_of(tag)}, {name}, {self.writer(governing)}"
            call = self.scope.soap("write_narrowed")
            return (Expression(f"{call}({given}, {self.writer(reference)})"),)
        code = simple.code(governing, self.scope)
        if simple.is_any(reference) and not code.scoped:
            text = f"{self.scope.soap('narrowed_text')}({value}, {code.text})"
            return ("<", *tag, ">", Expression(text), "</", *tag, ">")
        return self.element(reference, tag, value)

    def writer(self, reference: TypeRef) -> str:
        """The function that writes a complex type or an array."""
        assert isinstance(reference, NamedRef)
        name = self.context.types.names.types[reference.id]
        return self.scope.type(self.context.function("write", name, self.use))

    def kind(self, reference: TypeRef) -> str:
        """The attribute that declares a value's type, in encoded use."""
        name = self.context.xsi_type(reference) if self.use is Use.ENCODED else ""
        return f' xsi:type="{name}"' if name else ""

    def nil(self, reference: TypeRef, tag: Template) -> Grow:
        """Appends the element that is nil."""
        name = self.context.xsi_type(reference) if self.use is Use.ENCODED else ""
        nil = nil_attributes(self.context.style, name) if name else ' xsi:nil="true"'
        return grow("<", *tag, f"{nil}/>")

    def nils(
        self, reference: TypeRef, tag: Template, value: str, *, nillable: bool = True
    ) -> list[tuple[str, list[Statement]]]:
        """The branches that append the nil element of a value that is nil."""
        nil = self.nil(reference, tag)
        branches: list[tuple[str, list[Statement]]] = [(f"{value} is None", [nil])]
        if nillable and self.context.types.has_attributes(reference):
            name = self.context.xsi_type(reference) if self.use is Use.ENCODED else ""
            given = f"{value}, {text_of(tag)}"
            if name:
                given += f", {string(nil_attributes(self.context.style, name))}"
            kept = Expression(f"{self.scope.soap('write_nil')}({given})")
            is_kept = (
                f"{self.scope.name('isinstance')}({value}, {self.scope.soap('Nil')})"
            )
            branches.append((is_kept, [grow(kept)]))
        return branches

    def either(
        self,
        reference: TypeRef,
        tag: Template,
        value: str,
        governing: TypeRef | None = None,
        *,
        nillable: bool = True,
    ) -> list[Statement]:
        """Appends the element of a value, or a nil one where the value is nil."""
        text = self.narrowed(reference, governing or reference, tag, value)
        nils = self.nils(reference, tag, value, nillable=nillable)
        return branched([*nils, ("", [grow(*text)])])


def by_reference(context: Context, scope: Scope, name: QName, cls: str) -> str:
    """The decorator of an encoded type's writer, where its values may be shared; else ""."""
    if name not in context.api.facts.shared:
        return ""
    return f"@{scope.soap('by_reference')}({cls})"


class MemberNames:
    """How the members of one complex type are named in one use.

    The encoding's have no namespace where they are local to their type (SOAP 1.1, section 5.1),
    whatever the schema declares; some servers want them as the schema declares. `prefixes` asks the
    runtime.
    """

    def __init__(
        self, context: Context, scope: Scope, struct: Struct, use: Use
    ) -> None:
        self.context = context
        self.scope = scope
        self._variables: dict[str, str] = {}
        roles = context.api.facts.roles
        message = roles.requests | roles.replies | roles.contents
        fields = context.types.fields(struct)
        self._local: set[QName] = set()
        if use is Use.ENCODED and struct.id not in message and told_apart(fields):
            self._local = local_names(fields)
        for name in sorted(self._local, key=str):
            number = len(self._variables) + 1
            variable = "q" if number == 1 else f"q{number}"
            self._variables.setdefault(name.namespace, variable)

    def tag(self, name: QName) -> Template:
        """A member's name as it is written."""
        if name in self._local:
            return (Expression(self._variables[name.namespace]), name.local)
        return (self.context.tag(name),)

    def prefixes(self) -> list[Statement]:
        """The lines that find out with which prefixes members are named."""
        lines: list[Statement] = []
        default = ", qualified=True" if self.context.style.qualified_members else ""
        for namespace, variable in self._variables.items():
            prefix = string(f"{self.context.prefixes[namespace]}:")
            ask = f"{self.scope.soap('member_prefix')}({prefix}{default})"
            lines.append(Line(f"{variable} = {ask}"))
        return lines


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
        self.members = MemberNames(context, scope, struct, use)

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
        checks: list[Statement] = [
            block(f"if v.__class__ is not {name}:", [Line(dispatch)])
        ]
        if self.use is Use.LITERAL:
            keep = self.scope.soap("write_as_read")
            function = self.context.function("write", name, self.use)
            given = "" if self.content_only else ", tag, attributes"
            kept = Line(f"return {keep}(v, {function}{given})")
            checks.append(block("if v.__form__ is not None:", [kept]))
            checks += RuleChecks(self.context, self.scope, self.struct).statements()
        checks += self.members.prefixes()
        start, body = self._start()
        for field in self.fields:
            body += self._prohibited(field) if field.prohibited else self._field(field)
        end = () if self.content_only else ("</", Expression("tag"), ">")
        return Writer(tuple(checks), start, tuple(body), end).lines()

    # ------------------------------------------------------------------------- the start tag

    def _start(self) -> tuple[Template, list[Statement]]:
        """The text's beginning, and the statements that append the start tag's attributes."""
        if self.content_only:
            return ("",), []
        kind = self.values.kind(NamedRef(self.struct.id)) if self.struct.named else ""
        attributes = [
            f
            for f in self.fields
            if isinstance(f.what, (Attribute, AnyAttributes)) and not f.prohibited
        ]
        begun = ("<", Expression("tag"), Expression("attributes"))
        if not attributes:
            return (*begun, f"{kind}>"), []
        body: list[Statement] = []
        for field in attributes:
            body += self._attribute(field)
        return (*begun, kind), [*body, grow(">")]

    def _attribute(self, field: Field) -> list[Statement]:
        value = f"v.{field.name}"
        what = field.what
        if not isinstance(what, Attribute):
            return [grow(Expression(f"{self.scope.soap('attributes_text')}({value})"))]
        declared = field.declared
        assert isinstance(declared, Attribute)
        simple = self.context.types.simple
        code = simple.code(declared.type, self.scope)
        name = self.context.prefixed(what.name)
        if code.scoped:
            call = self.scope.soap("write_scoped_attribute")
            text = f"{call}({value}, {string(name)}, {code.text})"
            grown = grow(Expression(text))
        else:
            text = f"{code.text}({value})"
            if simple.is_string(declared.type):
                text = (
                    f"{self.scope.soap('attribute_text')}({value})"
                    if code.verbatim
                    else f"{self.scope.soap('quoted')}({text})"
                )
            grown = grow(f' {name}="', Expression(text), '"')
        if not what.required or self.use is Use.ENCODED:
            return [block(f"if {value} is not None:", [grown])]
        if not self.nullable and declared.required:
            return [grown]
        return [block(f"if {value} is None:", [self._absent(field.name)]), grown]

    # --------------------------------------------------------------------------- the content

    def _field(self, field: Field) -> list[Statement]:
        value = f"v.{field.name}"
        what = field.what
        match what:
            case Attribute() | AnyAttributes() | AttachedMember():
                return []
            case Text():
                assert isinstance(field.declared, Text)
                return self._text(field.declared.type, value)
            case ElementMember():
                return self._narrowed(field, what)
            case WildcardMember():
                write = self.scope.soap("write_wildcards")
                elements = self.scope.name("elements")
                return [grow(Expression(f"{write}({value}, {elements}.KNOWN)"))]
            case OrderedMember():
                assert isinstance(field.declared, OrderedMember)
                kinds = {a.name: a.type for a in alternatives_in(what)}
                return self._ordered(field.declared, field.name, kinds)
            case ContentMember(name=name, type=reference):
                tag = (self.context.tag(QName("", name)),)
                element = self.values.element(reference, tag, value)
                if self.context.style.named_parts:
                    return [grow(*element)]
                inside = self.scope.soap("inside")
                return [grow(Expression(f"{inside}({text_of(element)})", alone=True))]
            case _:
                assert_never(what)

    def _narrowed(self, field: Field, what: ElementMember) -> list[Statement]:
        """An element; a restriction may require one that the field, its base's, lets be absent."""
        declared = field.declared
        assert isinstance(declared, ElementMember)
        governing, member = what.element.type, what
        if declared.element.type is not governing:
            element = replace(what.element, type=declared.element.type)
            member = replace(what, element=element)
        if what.repeated and not what.element.substitutes:
            made = self._repeated(member, field.name, governing)
        else:
            made = self._element(member, field.name)
        if what.optional or not declared.optional or what.repeated or self.nullable:
            return made
        value = f"v.{field.name}"
        absent = (
            f"{value} is {self.scope.soap('UNSET')}"
            if what.element.nillable and not what.element.substitutes
            else f"{value} is None"
        )
        return [block(f"if {absent}:", [self._absent(field.name)]), *made]

    def _prohibited(self, field: Field) -> list[Statement]:
        """A field that a restriction removes must be absent."""
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
        wrong = Line(f"raise {prohibited}(v, {string(field.name)})")
        return [block(f"if {there}:", [wrong])]

    def _text(self, reference: TypeRef, value: str) -> list[Statement]:
        code = self.context.types.simple.code(reference, self.scope)
        if (
            code.scoped
        ):  # the start tag is closed already: its names are declared in a copy of it
            scoped = self.scope.soap("write_scoped_text")
            return [Line(f"xml = {scoped}(xml, {value}, {code.text})", replaces=True)]
        return [grow(Expression(f"{code.content}({value})"))]

    def _element(self, member: ElementMember, name: str) -> list[Statement]:
        element, value = member.element, f"v.{name}"
        if member.repeated:
            return self._repeated(member, name)
        if element.substitutes:
            tagged = self._tagged(alternatives_of(element), value)
            if member.optional or self.nullable:
                return [block(f"if {value}:", tagged)]
            return tagged
        tag = self.members.tag(element.name)
        values = self.values
        if member.use is not None:
            values = Values(self.context, self.scope, member.use)
        header = self.struct.id in self.context.api.facts.roles.headers
        if header and values.use is Use.ENCODED:
            text = grow(*values.block(element.type, tag, value))
        else:
            text = grow(*values.element(element.type, tag, value))
        nils = values.nils(element.type, tag, value, nillable=element.nillable)
        unset, absent = self.scope.soap("UNSET"), self._absent(name)
        optional = member.optional or self.use is Use.ENCODED
        may_be_nil = element.nillable or self.use is Use.ENCODED
        if may_be_nil and (optional or self.nullable):
            if not optional:
                return branched(
                    [
                        (f"{value} is {unset}", [absent]),
                        *nils,
                        ("", [text]),
                    ]
                )
            there = (f"{value} is not {unset}", [text])
            return branched([*nils, there])
        if optional:
            also = f" and {value} is not {unset}" if self.nullable else ""
            return [block(f"if {value} is not None{also}:", [text])]
        if element.nillable:
            return branched([*nils, ("", [text])])
        if self.nullable:
            missing = f"if {value} is None or {value} is {unset}:"
            return [block(missing, [absent]), text]
        if is_any(element.type):
            return [block(f"if {value} is None:", [absent]), text]
        return [text]

    def _absent(self, name: str) -> Line:
        return Line(f"{self.scope.soap('absent')}(v, {string(name)})")

    def _repeated(
        self, member: ElementMember, name: str, governing: TypeRef | None = None
    ) -> list[Statement]:
        element, value = member.element, f"v.{name}"
        governing = governing or element.type
        made: list[Statement] = []
        given = f"{self.scope.soap('items')}({value})"
        if not member.optional and self.use is Use.LITERAL:
            made.append(block(f"if not {value}:", [self._absent(name)]))
        item = self._item_name(name)
        if element.substitutes:
            body = self._tagged(alternatives_of(element), item)
            return [*made, block(f"for {item} in {given}:", body)]
        tag = self.members.tag(element.name)
        if element.nillable or self.use is Use.ENCODED:
            nil = element.nillable
            body = self.values.either(element.type, tag, item, governing, nillable=nil)
            return [*made, block(f"for {item} in {given}:", body)]
        text = text_of(self.values.narrowed(element.type, governing, tag, "item"))
        joined = f'"".join([{text} for item in {given}])'
        return [*made, grow(Expression(joined, alone=True))]

    def _ordered(
        self, member: OrderedMember, name: str, kinds: Mapping[QName, TypeRef]
    ) -> list[Statement]:
        """A list that keeps the order; `kinds` are the types that a restriction gives the elements."""
        made: list[Statement] = []
        given = f"{self.scope.soap('items')}(v.{name})"
        if not member.optional:
            made.append(block(f"if not v.{name}:", [self._absent(name)]))
        item = self._item_name(name)
        body = self._item(member, item, kinds)
        return [*made, block(f"for {item} in {given}:", body)]

    def _item_name(self, name: str) -> str:
        """A loop's own variable: to a type checker, one name has one type in a function."""
        return f"{name.rstrip('_')}_item"

    def _item(
        self, member: OrderedMember, item: str, kinds: Mapping[QName, TypeRef]
    ) -> list[Statement]:
        """One item of a list that keeps the order: text, unknown XML, or a tagged value."""
        made: list[Statement] = []
        if member.mixed:
            is_text = (
                f"{self.scope.name('isinstance')}({item}, {self.scope.name('str')})"
            )
            text = grow(Expression(f"{self.scope.soap('text')}({item})"))
            made.append(block(f"if {is_text}:", [text, Line("continue")]))
        alternatives = [
            replace(a, governing=kinds[a.name]) for a in alternatives_in(member)
        ]
        if any(isinstance(a, Wildcard) for a in member.alternatives):
            return made + self._wild_item(alternatives, item)
        if alternatives:
            return made + self._tagged(alternatives, item)
        wrong = Line(f"raise {self.scope.soap('unknown_item')}({item})")
        return [*made, wrong] if made else [Line("pass")]

    def _wild_item(self, alternatives: list[Alternative], item: str) -> list[Statement]:
        """Beside a wildcard a type checker cannot infer the type of a pair's value from its name."""
        known = f"{self.scope.name('elements')}.KNOWN"
        write = f"{self.scope.soap('write_wildcards')}([{item}], {known})"
        unknown = grow(Expression(write))
        if not alternatives:
            return [unknown]
        kind = self.scope.soap("AnyElement")
        is_unknown = f"{self.scope.name('isinstance')}({item}, {kind})"
        value = f"{item}_value"
        tagged = [(a.tag, self._alternative(a, value)) for a in alternatives]
        return [
            block(f"if {is_unknown}:", [unknown, Line("continue")]),
            Line(f"{value}: {self.scope.name('Any')} = {item}[1]"),
            *by_order(tagged, f"{item}[0]", [unknown]),
        ]

    def _tagged(self, alternatives: list[Alternative], value: str) -> list[Statement]:
        tagged = [(a.tag, self._alternative(a, f"{value}[1]")) for a in alternatives]
        wrong: Statement = Line(f"raise {self.scope.soap('unknown_item')}({value})")
        return by_order(tagged, f"{value}[0]", [wrong])

    def _alternative(self, alternative: Alternative, value: str) -> list[Statement]:
        tag = self.members.tag(alternative.name)
        kind, governing = alternative.type, alternative.governing or alternative.type
        if alternative.nillable:
            return self.values.either(kind, tag, value, governing)
        return [grow(*self.values.narrowed(kind, governing, tag, value))]
