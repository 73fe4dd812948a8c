"""One module for each type: its class, its writer, its reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    Enumeration,
    ListOf,
    NamedRef,
    QName,
    Restricted,
    SoapArray,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
    Use,
)
from soapwright.python.codecs.arrays import array_functions
from soapwright.python.codecs.readers import StructReader
from soapwright.python.codecs.writers import StructWriter, by_reference
from soapwright.python.context import Context
from soapwright.python.modules.facets_module import facets_of_union
from soapwright.python.text.literals import docstring, string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import tuple_of
from soapwright.python.text.views import FieldView, FunctionView, TypeModule, TypeView
from soapwright.python.types.annotations import Declaration
from soapwright.python.types.declarations import Declarations, as_given, may_be_attached
from soapwright.python.types.fields import Field, declares_any
from soapwright.python.types.representations import Representations, default_doc
from soapwright.python.types.simple import SimpleCode, value_text

_STRING = BuiltinRef(Builtin.STRING)
# pyright takes no narrower type for an inherited field: as one of the base, it could be set to another value.
_NARROWED = "pyright: ignore[reportIncompatibleVariableOverride]  # restricted"
_SHADOWABLE = frozenset(
    "str int float bool bytes list dict tuple isinstance len sum Decimal date datetime time Any"
    " Literal Sequence TYPE_CHECKING field soap t elements facets own".split()
)


class TypeModules:
    """Makes the modules of `types/`."""

    def __init__(self, context: Context, header: list[str]) -> None:
        self.context = context
        self.header = header
        self.facts = context.api.facts
        self._shown = Representations(context.types)
        self._attaching: dict[QName, bool] = {}
        self._element_docs = {
            element.type.id: element.doc
            for element in reversed(context.api.elements.values())
            if isinstance(element.type, NamedRef) and element.doc
        }

    def has_module(self, definition: TypeDef) -> bool:
        """Whether anything is emitted for a type: a restriction is its base."""
        if isinstance(definition, Restricted):
            return False
        if isinstance(definition, Enumeration):
            return self.context.types.simple.is_open_enumeration(definition)
        return True

    def has_class(self, definition: TypeDef) -> bool:
        """Whether a type is a class in Python."""
        return isinstance(definition, (Struct, Enumeration)) and self.has_module(
            definition
        )

    def module(self, definitions: list[TypeDef]) -> TypeModule:
        """The module of some types that belong together."""
        scope = Scope(self._shadowed(definitions), self.context.runtime)
        views = [self._type(scope, definition) for definition in definitions]
        return TypeModule(
            self.header, scope.standard_imports, scope.package_imports, views
        )

    def _shadowed(self, definitions: list[TypeDef]) -> set[str]:
        """The names from elsewhere that a field or a class of the module would hide."""
        types = self.context.types
        names = {types.names.types[definition.id] for definition in definitions}
        for definition in definitions:
            if isinstance(definition, Struct):
                names |= {field.name for field in types.fields(definition)}
        return names & _SHADOWABLE

    def _type(self, scope: Scope, definition: TypeDef) -> TypeView:
        match definition:
            case Struct():
                return self._struct(scope, definition)
            case Enumeration():
                return self._enumeration(scope, definition)
            case ListOf() | UnionOf():
                return self._simple(scope, definition)
            case SoapArray():
                functions = array_functions(self.context, scope, definition)
                return TypeView("", "", "", [], [], functions, [])
            case Restricted():
                raise TypeError("a restriction has no module")
            case _:
                assert_never(definition)

    def uses(self, name: QName) -> list[Use]:
        """In which uses values of a type travel."""
        api = self.context.api
        found = [Use.LITERAL] if name in api.literal else []
        return [*found, Use.ENCODED] if name in api.encoded else found

    # ------------------------------------------------------------------------- complex types

    def _struct(self, scope: Scope, struct: Struct) -> TypeView:
        types = self.context.types
        fields = types.fields(struct)
        name = types.names.types[struct.id]
        declarations = Declarations(types, scope, struct)
        narrowed = self._narrowed(struct)
        own = [
            self._field(
                scope,
                declarations.declare(f),
                secret=self._shown.is_hidden(struct, f),
                narrowed=f.name in narrowed,
            )
            for f in fields
            if f.own
        ]
        hides = self._shown.hides_any(types.line_of(struct), fields)
        if hides:
            shown = f"{scope.soap('shown')}(self, {scope.name('own')}.PACKAGE.secrets)"
            head = f"def __repr__(self) -> {scope.name('str')}:"
            own.append(FieldView(f"{head} return {shown}", []))
        own += self._given(scope, struct, fields)
        base = types.line_of(struct)[-2:-1]
        functions = [
            function
            for use in self.uses(struct.id)
            for function in self._struct_functions(scope, struct, name, use)
        ]
        doc = struct.doc or self._element_docs.get(struct.id) or default_doc(struct)
        bases = f"({scope.soap('Struct')})" if types.remembers(struct) else ""
        if base:
            bases = f"({scope.type(types.names.types[base[0].id])})"
        registrations = self._registrations(scope, struct, name)
        return TypeView(
            decorator=f"@{scope.soap('dataclass')}(slots=True, kw_only=True{', repr=False' if hides else ''})",
            class_name=name,
            bases=bases,
            doc=docstring(doc, 4),
            fields=own,
            functions=functions,
            registrations=registrations,
        )

    def _given(
        self, scope: Scope, struct: Struct, fields: list[Field]
    ) -> list[FieldView]:
        """The constructor's signature for type checkers, where an attachment may be given: fields have
        the type of what is read."""
        types = self.context.types
        if not any(map(self._takes_attachments, types.line_of(struct))):
            return []
        parameters = []
        for field in fields:
            declared = as_given(types, scope, struct, field)
            default = " = ..." if declared.default or declared.factory else ""
            parameters.append(f"{declared.name}: {declared.annotation}{default}")
        signature = f"def __init__(self, *, {', '.join(parameters)}) -> None: ..."
        checking = scope.name("TYPE_CHECKING")
        return [FieldView(f"\n    if {checking}:\n\n        {signature}", [])]

    def _takes_attachments(self, struct: Struct) -> bool:
        """Whether an attachment may be given for a field that a class declares itself."""
        found = self._attaching.get(struct.id)
        if found is None:
            types = self.context.types
            own = [field for field in types.fields(struct) if field.own]
            found = may_be_attached(types, struct, own)
            self._attaching[struct.id] = found
        return found

    def _narrowed(self, struct: Struct) -> set[str]:
        """The fields that a restriction declares with another annotation than its base has."""
        types = self.context.types
        narrowed: set[str] = set()
        for base in types.line_of(struct)[-2:-1]:
            before = Declarations(types, Scope(), base)
            after = Declarations(types, Scope(), struct)
            inherited = {f.name: f for f in types.fields(base)}
            for field in types.fields(struct):
                if not field.own or field.name not in inherited:
                    continue
                old = inherited[field.name]
                if declares_any(old.declared):
                    continue
                if before.declare(old).annotation != after.declare(field).annotation:
                    narrowed.add(field.name)
        return narrowed

    def _field(
        self, scope: Scope, declaration: Declaration, *, secret: bool, narrowed: bool
    ) -> FieldView:
        given = []
        if declaration.factory:
            given.append(f"default_factory={scope.name(declaration.factory)}")
        elif declaration.default:
            given.append(f"default={declaration.default}")
        if secret:
            given.append("repr=False")
        line = f"{declaration.name}: {declaration.annotation}"
        if declaration.factory or secret:
            line += f" = {scope.name('field')}({', '.join(given)})"
        elif declaration.default:
            line += f" = {declaration.default}"
        if narrowed:
            line += f"  # {_NARROWED}"
        return FieldView(line, docstring(declaration.doc, 4) if declaration.doc else [])

    def _struct_functions(
        self, scope: Scope, struct: Struct, name: str, use: Use
    ) -> Iterator[FunctionView]:
        roles, text = self.facts.roles, scope.name("str")
        content = struct.id in roles.contents
        writer = StructWriter(self.context, scope, struct, use, content)
        given = f"v: {name}"
        if not content:
            given += f', tag: {text}, attributes: {text} = ""'
        decorator = ""
        if use is Use.ENCODED and not struct.abstract and not content:
            decorator = by_reference(self.context, scope, struct.id, name)
        yield FunctionView(
            self.context.function("write", name, use),
            *(given, text, writer.lines(), decorator),
        )
        reader = StructReader(
            self.context,
            scope,
            struct,
            use,
            message=content or struct.id in roles.requests | roles.replies,
            parts=struct.id in roles.requests | roles.replies,
            reply=struct.id in roles.replies or content and struct.id in roles.single,
            headers=struct.id in roles.headers,
            derived=struct.id in self.facts.subtypes,
            recursive=struct.id
            in self.facts.recursive - roles.requests - roles.replies,
        )
        yield reader.function()

    def _registrations(self, scope: Scope, struct: Struct, name: str) -> list[str]:
        """A class with bases or of an encoded service may appear where its base, or anything, may."""
        if not struct.named or struct.abstract:
            return []
        xsi_type = string(self.context.xsi_type(NamedRef(struct.id)))
        lines = []
        for use in self.uses(struct.id):
            writer = self.context.function("write", name, use)
            encoded = ", encoded=True" if use is Use.ENCODED else ""
            lines.append(
                f"{scope.soap('register')}({name}, {xsi_type}, {writer}{encoded})"
            )
        return lines

    # -------------------------------------------------------------------------- simple types

    def _enumeration(self, scope: Scope, definition: Enumeration) -> TypeView:
        types = self.context.types
        name = types.names.types[definition.id]
        builtin = types.simple.enumerated(definition)
        base = types.simple.code(builtin, scope)
        textual = types.simple.annotation(builtin, Scope()) == "str"
        fields = [
            FieldView(
                f"{member} = {string(value_text(v, builtin)) if textual else f'{base.parse}({string(v.text)})'}",
                docstring(v.doc, 4) if v.doc else [],
            )
            for member, v in zip(
                types.names.enumerations[definition.id], definition.values, strict=True
            )
        ]
        text = scope.name("str")
        base_parse = "" if builtin == _STRING else f", {base.parse}"
        functions = [
            FunctionView(
                f"parse_{name}",
                f"text: {text}",
                name,
                [f"return {scope.soap('parse_member')}({name}, text{base_parse})"],
            ),
            FunctionView(
                f"text_{name}",
                f"v: {name}",
                text,
                [f"return {scope.soap('member_text')}(v, {name}, {base.text})"],
            ),
            self._read(scope, name, name, "read_member", f"{name}, "),
        ]
        kind = "OpenStrEnum" if textual else "OpenEnum"
        doc = definition.doc or f"The values of {definition.words[-1]}."
        return TypeView(
            "",
            name,
            f"({scope.soap(kind)})",
            docstring(doc, 4),
            fields,
            functions,
            [],
        )

    def _read(
        self, scope: Scope, name: str, kind: str, verb: str, first: str = ""
    ) -> FunctionView:
        given = f"e: {scope.soap('Element')}"
        line = f"return {scope.soap(verb)}(e, {first}parse_{name})"
        return FunctionView(f"read_{name}", given, kind, [line])

    def _simple(self, scope: Scope, definition: ListOf | UnionOf) -> TypeView:
        simple = self.context.types.simple
        name = self.context.types.names.types[definition.id]
        reference = NamedRef(definition.id)
        kind = simple.annotation(reference, scope)
        scoped = simple.is_scoped(reference)
        text = scope.name("str")
        if isinstance(definition, ListOf):
            parse, write = self._list_bodies(scope, definition, scoped)
        else:
            parse, write = self._union_bodies(scope, definition, scoped, kind)
        parsed = f"text: {text}" + (f", e: {scope.soap('Element')}" if scoped else "")
        written = f"v: {kind}" + (f", prefix: {text}" if scoped else "")
        returned = f"{scope.name('tuple')}[{text}, {text}]" if scoped else text
        read = self._read(scope, name, kind, "scoped_value" if scoped else "value")
        if isinstance(definition, UnionOf):
            read = self._read_union(scope, definition, scoped, read)
        functions = [
            FunctionView(f"parse_{name}", parsed, kind, parse),
            FunctionView(f"text_{name}", written, returned, [write]),
            read,
        ]
        return TypeView("", "", "", [], [], functions, [])

    def _read_union(
        self, scope: Scope, definition: UnionOf, scoped: bool, read: FunctionView
    ) -> FunctionView:
        """The reader of a union, whose members may be named by `xsi:type`."""
        simple = self.context.types.simple
        named = []
        for name, reference in simple.members(definition).items():
            code = simple.code(reference, scope, written=True)
            made = _member(scope, code) if scoped else code.parse
            named.append(f"{string(str(name))}: {made}")
        if not named:
            return read
        parse = f"parse_{self.context.types.names.types[definition.id]}"
        verb = scope.soap("read_scoped_union" if scoped else "read_union")
        lines = [f"return {verb}(e, {parse}, {{{', '.join(named)}}})"]
        return replace(read, body=lines)

    def _list_bodies(
        self, scope: Scope, definition: ListOf, scoped: bool
    ) -> tuple[list[str], str]:
        item = self.context.types.simple.item_code(definition, scope)
        if scoped:
            return (
                [f"return {scope.soap('parse_scoped_list')}(text, e, {item.parse})"],
                f"return {scope.soap('scoped_list_text')}(v, prefix, {item.text})",
            )
        return (
            [f"return {scope.soap('parse_list')}(text, {item.parse})"],
            f"return {scope.soap('list_text')}(v, {item.text})",
        )

    def _union_bodies(
        self, scope: Scope, definition: UnionOf, scoped: bool, kind: str
    ) -> tuple[list[str], str]:
        # another member may mean by the same text another value: it is kept
        simple = self.context.types.simple
        codes = [simple.code(m, scope, written=True) for m in _members(definition)]
        facets = ""
        if narrow := facets_of_union(self.context, definition):
            facets = f", {scope.name('facets')}.{narrow}"  # by the number of the member
        else:
            codes = list(dict.fromkeys(codes))
        if scoped:
            members = tuple_of(_member(scope, c) for c in codes)
            parse = f"{scope.soap('parse_scoped_union')}(text, e, {members}{facets})"
            return (
                [f"value: {kind} = {parse}", "return value"],
                f"return {scope.soap('scoped_union_text')}(v, prefix, {members})",
            )
        members = tuple_of(f"({c.parse}, {c.text})" for c in codes)
        parse = f"{scope.soap('parse_union')}(text, {members}{facets})"
        return (
            [f"value: {kind} = {parse}", "return value"],
            f"return {scope.soap('union_text')}(v, {tuple_of(c.text for c in codes)})",
        )


def _member(scope: Scope, code: SimpleCode) -> str:
    """A member of a union whose values may hold QNames."""
    kind = scope.soap("ScopedMember" if code.scoped else "PlainMember")
    return f"{kind}({code.parse}, {code.text})"


def _members(definition: UnionOf) -> Iterable[TypeRef]:
    return definition.members or (BuiltinRef(Builtin.STRING),)
