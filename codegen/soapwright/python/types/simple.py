"""Simple types in Python: what annotates them, what reads them, what writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    Enumeration,
    EnumerationValue,
    ListOf,
    NamedRef,
    QName,
    Restricted,
    SoapArray,
    Struct,
    TypeRef,
    UnionOf,
    WhiteSpace,
)
from soapwright.model.namespaces import XSD
from soapwright.python.names.names import Names
from soapwright.python.text.scope import Scope


@dataclass(frozen=True, slots=True)
class SimpleCode:
    """The functions for one simple type, by their names in an emitted module.

    `text` makes element content of a value, `parse` a value of text, `read` a value of an
    element. With `verbatim` the text of a value is the value. With `scoped` (QNames) they need the namespaces in scope: `parse` takes the element
    too, and `text` a prefix, and gives the declarations that its text needs beside it. `content`
    makes an element's content where that may be more than text: a reference to a MIME part.
    """

    text: str
    parse: str
    read: str
    content: str
    scoped: bool = False
    verbatim: bool = False


_SPACE = re.compile("[ \t\r\n]+")
_LETTERS = re.compile("[A-Za-z.]")
_CAPITALS = re.compile("[A-F.]")
_SMALL = re.compile(r"(?<!\\)[a-f]")  # \d is a class of others
_STRINGS = ("str", "text", "parse_token", "token")
_INTEGERS = ("int", "int_text", "parse_int", "int_value")
_LISTS = ("list", "tokens_text", "parse_tokens", "tokens_value")
_FLOATS = ("float", "float_text", "parse_float", "float_value")
_SCOPED = ("QName", "scoped_qname_text", "parse_scoped_qname", "qname_value")

# The classes of the runtime among those that values have.
_OF_RUNTIME = frozenset(
    "QName AnySimple Duration GYearMonth GYear GMonthDay GDay GMonth".split()
)
# The class of the values; then the runtime's text, parse and read functions
_BUILTINS: dict[Builtin, tuple[str, str, str, str]] = {
    Builtin.STRING: ("str", "text", "parse_string", "string"),
    Builtin.ANY_SIMPLE_TYPE: ("AnySimple", "any_simple_text", "parse_string", "any_simple_value"),
    Builtin.NORMALIZED_STRING: ("str", "text", "parse_normalized", "normalized"),
    Builtin.TOKEN: _STRINGS,
    Builtin.LANGUAGE: _STRINGS,
    Builtin.NMTOKEN: _STRINGS,
    Builtin.NAME: _STRINGS,
    Builtin.NCNAME: _STRINGS,
    Builtin.ID: _STRINGS,
    Builtin.IDREF: _STRINGS,
    Builtin.ENTITY: _STRINGS,
    Builtin.ANY_URI: _STRINGS,
    Builtin.NMTOKENS: _LISTS,
    Builtin.IDREFS: _LISTS,
    Builtin.ENTITIES: _LISTS,
    Builtin.QNAME: _SCOPED,
    Builtin.NOTATION: _SCOPED,
    Builtin.BOOLEAN: ("bool", "bool_text", "parse_bool", "bool_value"),
    Builtin.DECIMAL: ("Decimal", "decimal_text", "parse_decimal", "decimal_value"),
    Builtin.FLOAT: _FLOATS,
    Builtin.DOUBLE: _FLOATS,
    Builtin.INTEGER: _INTEGERS,
    Builtin.NON_POSITIVE_INTEGER: _INTEGERS,
    Builtin.NEGATIVE_INTEGER: _INTEGERS,
    Builtin.LONG: _INTEGERS,
    Builtin.INT: _INTEGERS,
    Builtin.SHORT: _INTEGERS,
    Builtin.BYTE: _INTEGERS,
    Builtin.NON_NEGATIVE_INTEGER: _INTEGERS,
    Builtin.UNSIGNED_LONG: _INTEGERS,
    Builtin.UNSIGNED_INT: _INTEGERS,
    Builtin.UNSIGNED_SHORT: _INTEGERS,
    Builtin.UNSIGNED_BYTE: _INTEGERS,
    Builtin.POSITIVE_INTEGER: _INTEGERS,
    Builtin.DATE_TIME: ("datetime", "datetime_text", "parse_datetime", "datetime_value"),
    Builtin.DATE: ("date", "date_text", "parse_date", "date_value"),
    Builtin.TIME: ("time", "time_text", "parse_time", "time_value"),
    Builtin.DURATION: ("Duration", "duration_text", "parse_duration", "duration_value"),
    Builtin.G_YEAR_MONTH: ("GYearMonth", "g_year_month_text", "parse_g_year_month", "g_year_month_value"),
    Builtin.G_YEAR: ("GYear", "g_year_text", "parse_g_year", "g_year_value"),
    Builtin.G_MONTH_DAY: ("GMonthDay", "g_month_day_text", "parse_g_month_day", "g_month_day_value"),
    Builtin.G_DAY: ("GDay", "g_day_text", "parse_g_day", "g_day_value"),
    Builtin.G_MONTH: ("GMonth", "g_month_text", "parse_g_month", "g_month_value"),
    Builtin.HEX_BINARY: ("bytes", "hex_text", "parse_hex", "hex_value"),
    Builtin.BASE64_BINARY: ("bytes", "bytes_text", "parse_bytes", "binary_value"),
    Builtin.SWA_REF: ("bytes", "swa_ref_text", "parse_swa_ref", "swa_ref_value"),
}  # fmt: skip
# What reads the same types where a pattern speaks of their text; by what reads them elsewhere
_PATTERNED = {
    "parse_int": ("int_text", "parse_written_int", "written_int_value"),
    "parse_decimal": ("decimal_text", "parse_written_decimal", "written_decimal_value"),
    "parse_float": ("float_text", "parse_written_float", "written_float_value"),
    "parse_datetime": ("datetime_text", "parse_written_datetime", "written_datetime_value"),
    "parse_date": ("date_text", "parse_written_date", "written_date_value"),
    "parse_time": ("time_text", "parse_written_time", "written_time_value"),
}  # fmt: skip
_WHITE_SPACE = {
    WhiteSpace.COLLAPSE: Builtin.TOKEN,
    WhiteSpace.REPLACE: Builtin.NORMALIZED_STRING,
}


class SimpleTypes:
    """The Python types of an Api's simple types."""

    def __init__(self, api: Api, names: Names) -> None:
        self._types = api.types
        self._names = names
        self._derived: dict[TypeRef, list[NamedRef]] = {}
        self._unions: dict[QName, tuple[BuiltinRef | NamedRef, ...]] = {}

    def is_simple(self, reference: TypeRef) -> bool:
        """Whether values of the type are text, in the end."""
        if isinstance(reference, BuiltinRef):
            return reference.builtin is not Builtin.ANY_TYPE
        return not isinstance(self._types[reference.id], (Struct, SoapArray))

    def plain(self, reference: TypeRef) -> BuiltinRef | NamedRef:
        """The type without its restrictions: they narrow the values and do not change them."""
        white_space = None
        while isinstance(reference, NamedRef):
            definition = self._types[reference.id]
            if isinstance(definition, Enumeration):
                if not self.is_open_enumeration(definition):
                    reference = definition.base
                    continue
                return reference
            if not isinstance(definition, Restricted):
                return reference
            white_space = white_space or definition.facets.white_space
            reference = definition.base
        if reference.builtin is Builtin.STRING and white_space in _WHITE_SPACE:
            return BuiltinRef(_WHITE_SPACE[white_space])
        return reference

    def is_open_enumeration(self, definition: Enumeration) -> bool:
        """Whether the values are those of one builtin: only then are they members of an Enum."""
        base = self.plain(definition.base)
        if isinstance(base, NamedRef):
            return isinstance(self._types[base.id], Enumeration)
        return _BUILTINS[base.builtin] not in (_LISTS, _SCOPED)

    def enumerated(self, definition: Enumeration) -> BuiltinRef:
        """The builtin whose values an open enumeration has, through those that it restricts."""
        base = self.plain(definition.base)
        if isinstance(base, BuiltinRef):
            return base
        inner = self._types[base.id]
        if not isinstance(inner, Enumeration):
            raise TypeError(f"{definition.id} is no open enumeration")
        return self.enumerated(inner)

    def annotation(self, reference: TypeRef, scope: Scope) -> str:
        """The Python type of a simple type's values."""
        return " | ".join(self.kinds(reference, scope))

    def kinds(self, reference: TypeRef, scope: Scope) -> tuple[str, ...]:
        """The Python types that the values have: several only of a union."""
        plain = self.plain(reference)
        if isinstance(plain, NamedRef):
            definition = self._types[plain.id]
            if isinstance(definition, UnionOf):
                members = self._plain_members(definition)
                found = dict.fromkeys(k for m in members for k in self.kinds(m, scope))
                return tuple(found) or (scope.name("str"),)
        return (self._kind(plain, scope),)

    def _kind(self, plain: BuiltinRef | NamedRef, scope: Scope) -> str:
        """The Python type of the values of a type that is no union, and restricts none."""
        if isinstance(plain, BuiltinRef):
            return _annotation(plain.builtin, scope)
        definition = self._types[plain.id]
        match definition:
            case Enumeration():
                return scope.type(self._names.types[plain.id])
            case ListOf(item=item):
                return f"{scope.name('list')}[{self.annotation(item, scope)}]"
            case Struct() | SoapArray() | Restricted() | UnionOf():
                raise TypeError(f"{plain.id} is no simple type")
            case _:
                assert_never(definition)

    def is_binary(self, reference: TypeRef) -> bool:
        """Whether the values are octets that may be a MIME part of their own."""
        plain = self.plain(reference)
        binary = (Builtin.BASE64_BINARY, Builtin.SWA_REF)
        return isinstance(plain, BuiltinRef) and plain.builtin in binary

    def _plain_members(self, union: UnionOf) -> tuple[BuiltinRef | NamedRef, ...]:
        """The types of a union's values: those of the unions that it has restricted, too.

        They are kept: the ways through unions of restricted unions multiply.
        """
        if union.id not in self._unions:
            found: dict[BuiltinRef | NamedRef, None] = {}
            for member in map(self.plain, union.members):
                inner = self._types[member.id] if isinstance(member, NamedRef) else None
                if isinstance(inner, UnionOf) and inner.members:
                    found.update(dict.fromkeys(self._plain_members(inner)))
                else:
                    found[member] = None
            self._unions[union.id] = tuple(found)
        return self._unions[union.id]

    def code(
        self, reference: TypeRef, scope: Scope, *, written: bool = False
    ) -> SimpleCode:
        """The functions for a simple type; those that keep the lexical form where `written` is set."""
        return self._code(reference, scope, self._patterns(reference), written)

    def item_code(self, definition: ListOf, scope: Scope) -> SimpleCode:
        """The functions for a list's items: what a pattern of the list speaks of is their text."""
        patterns = self._patterns(definition.item)
        patterns += self._patterns_below(NamedRef(definition.id))
        return self._code(definition.item, scope, patterns, False)

    def _code(
        self, reference: TypeRef, scope: Scope, patterns: list[str], written: bool
    ) -> SimpleCode:
        plain = self.plain(reference)
        if isinstance(plain, BuiltinRef):
            row = _BUILTINS[plain.builtin]
            names = _functions(row[1:], patterns)
            if written:
                names = _PATTERNED.get(names[1], names)
            text, parse, read = map(scope.soap, names)
            content = text
            if plain.builtin is Builtin.BASE64_BINARY:
                content = scope.soap("binary_text")
            scoped, verbatim = row is _SCOPED, names[0] == "text"
            return SimpleCode(text, parse, read, content, scoped, verbatim)
        name = self._names.types[plain.id]
        return SimpleCode(
            text=scope.type(f"text_{name}"),
            parse=scope.type(f"parse_{name}"),
            read=scope.type(f"read_{name}"),
            content=scope.type(f"text_{name}"),
            scoped=self.is_scoped(plain),
        )

    def reader(self, reference: TypeRef, scope: Scope, encoded: bool) -> str:
        """The function that reads an element of a simple type; of an encoded message where `encoded`."""
        plain = self.plain(reference)
        is_binary = (
            isinstance(plain, BuiltinRef) and plain.builtin is Builtin.BASE64_BINARY
        )
        if encoded and is_binary:  # its href may be a reference within the envelope
            return scope.soap("encoded_binary_value")
        return self.code(reference, scope).read

    def _patterns(self, reference: TypeRef) -> list[str]:
        """The pattern facets of all steps of a derivation."""
        found: list[str] = []
        while isinstance(reference, NamedRef):
            definition = self._types[reference.id]
            if not isinstance(definition, (Restricted, Enumeration)):
                break
            if isinstance(definition, Restricted):
                found += definition.facets.patterns
            reference = definition.base
        return found

    def _patterns_below(self, reference: TypeRef) -> list[str]:
        """The pattern facets of all types that restrict one."""
        found: list[str] = []
        waiting = [reference]
        for one in waiting:
            for derived in self._restricting().get(one, ()):
                definition = self._types[derived.id]
                if isinstance(definition, Restricted):
                    found += definition.facets.patterns
                waiting.append(derived)
        return found

    def members(self, definition: UnionOf) -> dict[QName, TypeRef]:
        """The types that `xsi:type` may name for a union's value, and the member that reads each.

        They are the members, those of its members, and what restricts one (XML Schema part 1,
        section 3.14.6).
        """
        found: dict[QName, TypeRef] = {}
        waiting: list[tuple[TypeRef, TypeRef]] = [(m, m) for m in definition.members]
        seen: set[TypeRef] = set()
        for kind, member in waiting:
            if kind in seen:
                continue
            seen.add(kind)
            if isinstance(kind, BuiltinRef):
                found.setdefault(QName(XSD, kind.builtin.value), member)
            else:
                inner = self._types[kind.id]
                if inner.named:
                    found.setdefault(kind.id, member)
                if isinstance(inner, UnionOf):
                    waiting += [(m, m) for m in inner.members]
            waiting += [(one, member) for one in self._restricting().get(kind, ())]
        return found

    def _restricting(self) -> dict[TypeRef, list[NamedRef]]:
        """The types that restrict each simple type directly."""
        if not self._derived:
            for definition in self._types.values():
                if isinstance(definition, (Restricted, Enumeration)):
                    derived = self._derived.setdefault(definition.base, [])
                    derived.append(NamedRef(definition.id))
        return self._derived

    def is_scoped(self, reference: TypeRef) -> bool:
        """Whether the values may hold QNames."""
        plain = self.plain(reference)
        if isinstance(plain, BuiltinRef):
            return _BUILTINS[plain.builtin] is _SCOPED
        match self._types[plain.id]:
            case ListOf(item=item):
                return self.is_scoped(item)
            case UnionOf() as union:
                return any(map(self.is_scoped, self._plain_members(union)))
            case _:
                return False

    def is_textual(self, reference: TypeRef) -> bool:
        """Whether the values are members of an enumeration of strings."""
        plain = self.plain(reference)
        if isinstance(plain, BuiltinRef):
            return False
        definition = self._types[plain.id]
        if not isinstance(definition, Enumeration):
            return False
        return _BUILTINS[self.enumerated(definition).builtin][0] == "str"

    def is_any(self, reference: TypeRef) -> bool:
        """Whether a type is xsd:anySimpleType."""
        plain = self.plain(reference)
        return plain == BuiltinRef(Builtin.ANY_SIMPLE_TYPE)

    def is_string(self, reference: TypeRef) -> bool:
        """Whether the text of a value may hold characters that an attribute must escape."""
        plain = self.plain(reference)
        if isinstance(plain, BuiltinRef):
            return _BUILTINS[plain.builtin][0] in ("str", "list", "AnySimple")
        return True


def _functions(
    names: tuple[str, str, str], patterns: list[str]
) -> tuple[str, str, str]:
    """The runtime's functions, where a pattern wants it those that keep the lexical form."""
    if not patterns:
        return names
    if names[0] == "bool_text" and not any(map(_LETTERS.search, patterns)):
        return "bool_digit_text", *names[1:]
    if names[0] == "hex_text" and not any(map(_CAPITALS.search, patterns)):
        small = any(map(_SMALL.search, patterns))
        return ("hex_lower_text", *names[1:]) if small else names
    return _PATTERNED.get(names[1], names)


def python_class(builtin: Builtin) -> str:
    """The name of the class that a builtin's values have, without the module that it is of."""
    return _BUILTINS[builtin][0]


def value_text(value: EnumerationValue, base: BuiltinRef) -> str:
    """The text of an enumeration's value, its white space as the base's facet makes it."""
    if _BUILTINS[base.builtin] is _STRINGS:
        return _SPACE.sub(" ", value.text).strip(" ")
    return value.text


def _annotation(builtin: Builtin, scope: Scope) -> str:
    name = python_class(builtin)
    if name in _OF_RUNTIME:
        return scope.soap(name)
    if name == "list":
        return f"{scope.name('list')}[{scope.name('str')}]"
    return scope.name(name)
