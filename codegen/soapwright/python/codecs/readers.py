"""The readers of complex types: one pass over an element's children, into locals, into the dataclass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from soapwright.model.api import (
    Attribute,
    ContentMember,
    ElementMember,
    NamedRef,
    OrderedMember,
    Process,
    QName,
    SoapArray,
    Struct,
    TypeRef,
    Use,
    Wildcard,
    WildcardMember,
)
from soapwright.model.walk import has_all
from soapwright.python.codecs.presence import PresenceChecks
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import block
from soapwright.python.types.fields import (
    Alternative,
    AnyAttributes,
    Declarations,
    Field,
    Text,
    alternatives_in,
    alternatives_of,
    default_of,
    is_any,
    told_apart,
    wildcards_in,
)

# What a reader's own lines mean by these names no local of a field may take.
_LOCALS = frozenset(
    "e c v t soap elements children blank tag derived result made xml str int float bool bytes list dict tuple"
    " isinstance Decimal date datetime time Any Literal".split()
)


@dataclass(frozen=True, slots=True)
class _Branch:
    """What to do with a child of one of these names, which goes to a field."""

    tags: tuple[str, ...]
    body: tuple[str, ...]
    field: Field


class StructReader:
    """The lines of one complex type's reader in one use.

    `parts` is a message whose children are parts of an rpc call, matched by local name; `reply`
    its reply, the first child of which is the result whatever its name (SOAP 1.1, section 7.1).
    `headers` is the content of a Header, where names are qualified.
    """

    def __init__(
        self,
        context: Context,
        scope: Scope,
        struct: Struct,
        use: Use,
        *,
        message: bool,
        parts: bool,
        reply: bool,
        headers: bool,
        derived: bool,
        recursive: bool,
    ) -> None:
        self.context = context
        self.scope = scope
        self.struct = struct
        self.use = use
        self.message = message
        self.parts = parts
        self.reply = reply
        self.derived = derived
        self.recursive = recursive and use is Use.ENCODED
        self.name = context.types.names.types[struct.id]
        self.fields = context.types.fields(struct)
        self.nullable = struct.id in context.api.encoded
        self.declarations = Declarations(context.types, scope, struct)
        self.unqualified = (
            use is Use.ENCODED and not headers and told_apart(self.fields)
        )
        self.presence = PresenceChecks(
            context, scope, struct, self._local, self._unread
        )

    def lines(self) -> list[str]:
        """The function's body."""
        body = self._dispatch()
        if self.struct.abstract:
            return [*body, f"{self.scope.soap('abstract')}(e, {string(self.name)})"]
        if self.recursive:
            body.append(f"v = {self.scope.soap('new')}({self.name}, e)")
        attributes = [f for f in self.fields if isinstance(f.what, Attribute)]
        for field in self.fields:
            body += self._initial(field, attributes)
        branches, rest = self._branches()
        if branches or rest or any(self._is_mixed(f) for f in self.fields):
            body += self._loop(branches, rest)
        elif not self.message and not self._has_text():
            body += block("if not len(e):", [f"{self.scope.soap('check_empty')}(e)"])
        if self.reply:
            body += self._result()
        if self.use is Use.LITERAL:
            body += self.presence.lines()
        return body + self._made()

    # ------------------------------------------------------------------------ before the loop

    def _dispatch(self) -> list[str]:
        """A value of a derived type says so by xsi:type."""
        if not self.derived:
            return []
        find = self.scope.soap("derived_reader")
        encoded = ", encoded=True" if self.use is Use.ENCODED else ""
        types = self.scope.name("t")
        return [
            f"derived = {find}(e, {types}, {self.name}{encoded})",
            *block("if derived is not None:", ["return derived(e)"]),
        ]

    def _local(self, field: Field) -> str:
        return f"{field.name}_" if field.name in _LOCALS else field.name

    def _initial(self, field: Field, attributes: list[Field]) -> list[str]:
        local = self._local(field)
        declared = self.declarations.declare(field)
        soap = self.scope.soap
        match field.what:
            case Attribute():
                return [f"{local} = {self._attribute(field.what)}"]
            case AnyAttributes():
                known = [
                    string(str(f.what.name))
                    for f in attributes
                    if isinstance(f.what, Attribute)
                ]
                names = f"({', '.join(known)}{',' if len(known) == 1 else ''})"
                return [f"{local} = {soap('other_attributes')}(e, {names})"]
            case Text(type=reference):
                code = self.context.types.simple.code(reference, self.scope)
                return [f"{local} = {code.read}(e)"]
            case ContentMember(type=reference):
                return [f"{local} = {self._content(reference)}"]
            case OrderedMember(mixed=True):
                return [f"{local}: {declared.annotation} = {soap('leading_text')}(e)"]
            case OrderedMember() | WildcardMember() | ElementMember(repeated=True):
                return [f"{local}: {declared.annotation} = []"]
            case ElementMember(optional=optional):
                return [
                    f"{local}: {declared.annotation} = {self._unread(field, optional)}"
                ]
            case _:
                assert_never(field.what)

    def _unread(self, field: Field, optional: bool) -> str:
        """What a local holds until its element is read."""
        if self.use is Use.ENCODED:
            return self.scope.soap("UNSET")
        if not optional:
            return self.scope.soap("MISSING")
        assert isinstance(field.what, ElementMember)
        nillable = field.what.element.nillable and not field.what.element.substitutes
        return self.scope.soap("UNSET") if nillable or self.nullable else "None"

    def _attribute(self, attribute: Attribute) -> str:
        code = self.context.types.simple.code(attribute.type, self.scope)
        # the encoding's own envelopes have no attributes but its own: stacks leave them out
        required = attribute.required and self.use is Use.LITERAL
        verb = "required_attribute" if required else "attribute"
        if code.scoped:
            verb = f"scoped_{verb}"
        return (
            f"{self.scope.soap(verb)}(e, {string(str(attribute.name))}, {code.parse})"
        )

    # ------------------------------------------------------------------------------- the loop

    def _branches(self) -> tuple[list[_Branch], list[str]]:
        """What each child's name leads to, and what is done with children of other names."""
        branches: list[_Branch] = []
        rest: list[str] = []
        for field in self.fields:
            match field.what:
                case ElementMember():
                    branches += self._element(field, field.what)
                case WildcardMember():
                    pass
                case OrderedMember():
                    branches += self._ordered(field, field.what)
                case Attribute() | Text() | AnyAttributes() | ContentMember():
                    continue
                case _:
                    assert_never(field.what)
            for wildcard in wildcards_in(field.what):
                rest += self._allowed(field, wildcard, rest)
        return branches, rest

    def _loop(self, branches: list[_Branch], rest: list[str]) -> list[str]:
        lines: list[str] = []
        for number, branch in enumerate(branches):
            word = "if" if number == 0 else "elif"
            condition = _is_one_of(branch.tags)
            named = [b.field for b in branches if set(b.tags) & set(branch.tags)]
            turn = self.presence.turn(branch.field, branch.tags, named, self.use)
            condition = " and ".join([condition, *turn])
            lines += block(f"{word} {condition}:", branch.body)
        if rest and not lines:
            lines = rest
        elif rest:
            lines += block("else:", rest)
        tag = ["tag = c.tag"]
        if self.parts or self.unqualified:
            local = f"tag = {self.scope.soap('local_name')}(c)"
            tag += block('if tag[0] == "{":', [local])
        for field in self.fields:
            if self._is_mixed(field):
                add = self.scope.soap("add_tail")
                lines = [*lines, f"{add}({self._local(field)}, c)"]
        if any("tag" in line for line in lines):
            lines = [*tag, *lines]
        mixed = any(self._is_mixed(f) for f in self.fields)
        check = self.scope.soap("not_nil" if mixed else "check_empty")
        empty = [] if self.message else block("if not children:", [f"{check}(e)"])
        begun = ["children = e[:]", *empty, *self._blanks()]
        return [*begun, *block("for c in children:", lines)]

    def _blanks(self) -> list[str]:
        """Which children are empty that have a default: their readers will find them filled."""
        defaults = self._defaults()
        if not defaults:
            return []
        pairs = ", ".join(f"{string(t)}: {string(d)}" for t, d in defaults.items())
        return [f"blank = {self.scope.soap('blanks')}(children, {{{pairs}}})"]

    def _defaults(self) -> dict[str, str]:
        """The defaults of elements, by their names, of those that come back as they stood."""
        if self.use is Use.ENCODED:
            return {}
        return {
            str(one.name): one.default
            for one in _elements(self.fields)
            if one.default is not None and self.context.types.has_text(one.type)
        }

    def _tag(self, name: QName) -> str:
        return name.local if self.parts or self.unqualified else str(name)

    def _element(self, field: Field, member: ElementMember) -> list[_Branch]:
        local, element = self._local(field), member.element
        put = "{local}.append({value})" if member.repeated else "{local} = {value}"
        if not element.substitutes:
            body = (put.format(local=local, value=self.child(member)),)
            return [_Branch((self._tag(element.name),), body, field)]
        found = []
        for alternative in alternatives_of(element):
            nil = alternative.nillable
            value = self._value(alternative.type, alternative.default, nil, nil)
            pair = f"({string(alternative.tag)}, {value})"
            body = (put.format(local=local, value=pair),)
            found.append(_Branch((self._tag(alternative.name),), body, field))
        return found

    def child(self, member: ElementMember) -> str:
        """The expression that reads one child `c`, of an element that nothing substitutes."""
        element, default = member.element, default_of(member.element)
        nil, may_be_nil = element.nillable, element.nillable or not member.repeated
        return self._value(element.type, default, nil, may_be_nil, member.use)

    def _ordered(self, field: Field, member: OrderedMember) -> list[_Branch]:
        local = self._local(field)
        branches = []
        for alternative in alternatives_in(member):
            nil = alternative.nillable
            value = self._value(alternative.type, alternative.default, nil, nil)
            body = (f"{local}.append(({string(alternative.tag)}, {value}))",)
            branches.append(_Branch((str(alternative.name),), body, field))
        return branches

    def _wild(self, wildcard: Wildcard) -> str:
        if wildcard.process is Process.SKIP:
            return f"{self.scope.soap('AnyElement')}.from_element(c)"
        elements = self.scope.name("elements")
        return f"{self.scope.soap('read_wildcard')}(c, {elements}.KNOWN)"

    def _allowed(self, field: Field, wildcard: Wildcard, rest: list[str]) -> list[str]:
        """What a wildcard adds to what is done with other children; one of any name takes them all."""
        body = [f"{self._local(field)}.append({self._wild(wildcard)})"]
        later = bool(rest)
        if later and ("else:" in rest or not rest[0].startswith("if ")):
            return []
        conditions = [*self.presence.wild_turn(field, wildcard, self.use)]
        if wildcard.namespaces != ("##any",):
            spaces = ", ".join(string(n) for n in wildcard.namespaces)
            comma = "," if len(wildcard.namespaces) == 1 else ""
            allows = self.scope.soap("allows")
            conditions.insert(0, f"{allows}(tag, ({spaces}{comma}))")
        if not conditions:
            return block("else:", body) if later else body
        word = "elif" if later else "if"
        return block(f"{word} {' and '.join(conditions)}:", body)

    def _value(
        self,
        reference: TypeRef,
        default: str | None,
        nillable: bool,
        may_be_nil: bool = False,
        use: Use | None = None,
    ) -> str:
        """The expression that reads one child; `may_be_nil` is of encoded values."""
        child = "c"
        use = use or self.use
        if default is not None and self.context.types.has_text(reference):
            child = f"{self.scope.soap('filled')}(c, {string(default)})"
        reader = self._reader(reference, use)
        any_type = is_any(reference)
        if use is Use.ENCODED:
            if any_type:
                return f"{reader}(c, {self.scope.name('elements')}.KNOWN)"
            verb = "referenced"
            if may_be_nil:
                verb = "array_or_nil" if self._is_array(reference) else "nil_or"
            return f"{self.scope.soap(verb)}({child}, {reader})"
        if any_type:
            value = f"{reader}({child}, {self.scope.name('elements')}.KNOWN)"
        else:
            value = f"{reader}({child})"
        if nillable and not any_type:
            return f"None if {self.scope.soap('is_nil')}(c) else {value}"
        return value

    def _is_array(self, reference: TypeRef) -> bool:
        return isinstance(reference, NamedRef) and isinstance(
            self.context.api.types[reference.id], SoapArray
        )

    def _content(self, reference: TypeRef) -> str:
        """The expression that reads the Body itself as a value of a type."""
        known = f", {self.scope.name('elements')}.KNOWN" if is_any(reference) else ""
        return f"{self._reader(reference, self.use)}(e{known})"

    def _reader(self, reference: TypeRef, use: Use) -> str:
        """The function that reads an element of a type."""
        if is_any(reference):
            name = "read_any_encoded" if use is Use.ENCODED else "read_any"
            return self.scope.soap(name)
        if self.context.types.simple.is_simple(reference):
            return self.context.types.simple.code(reference, self.scope).read
        assert isinstance(reference, NamedRef)
        name = self.context.types.names.types[reference.id]
        return self.scope.type(self.context.function("read", name, use))

    # ------------------------------------------------------------------------- after the loop

    def _result(self) -> list[str]:
        """The result of a call may have any name: it is the first accessor of the reply."""
        first = next(
            (f for f in self.fields if isinstance(f.what, ElementMember)), None
        )
        if first is None or not isinstance(first.what, ElementMember):
            return []
        element = first.what.element
        local = self._local(first)
        names = [
            string(f.what.element.name.local)
            for f in self.fields
            if isinstance(f.what, ElementMember)
        ]
        known = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        find = f"c = {self.scope.soap('unnamed_result')}(e, {known})"
        value = self._value(element.type, default_of(element), element.nillable, True)
        read = f"{local} = {value}"
        unread = self._unread(first, first.what.optional)
        return block(
            f"if {local} is {unread} and ({find.replace('c = ', 'result := ', 1)}) is not None:",
            [read.replace("(c", "(result")],
        )

    def _made(self) -> list[str]:
        # `__init__` with keywords takes three times as long
        made = [] if self.recursive else [f"v = {self.name}.__new__({self.name})"]
        return [
            *made,
            *(f"v.{f.name} = {self._local(f)}" for f in self.fields),
            *self._form(),
            "return v",
        ]

    def _form(self) -> list[str]:
        """How the element stood, beside what its values mean."""
        types, soap = self.context.types, self.scope.soap
        if not types.remembers(self.struct):
            return []
        lines = ["v.__form__ = None"]
        if self.use is Use.ENCODED:
            return lines
        if self._defaults():
            lines += block("if blank:", [f"{soap('note_blanks')}(v, blank)"])
        if any(has_all(one.content) for one in types.line_of(self.struct)):
            tags = _tuple(string(str(one.name)) for one in _elements(self.fields))
            lines.append(f"{soap('note_order')}(v, e, {tags})")
        noting = f"if {soap('noting')}.on:"
        return lines + block(noting, [f"{soap('note_types')}(v, e)"])

    def _is_mixed(self, field: Field) -> bool:
        return isinstance(field.what, OrderedMember) and field.what.mixed

    def _has_text(self) -> bool:
        return any(isinstance(f.what, Text) for f in self.fields)


def _elements(fields: list[Field]) -> Iterator[Alternative]:
    """The elements that fields hold, each that may stand for one among them."""
    for field in fields:
        match field.what:
            case ElementMember(element=element):
                yield from alternatives_of(element)
            case OrderedMember() as member:
                yield from alternatives_in(member)
            case _:
                continue


def _tuple(items: Iterable[str]) -> str:
    """A tuple on one line: only one item needs a comma after it."""
    found = list(items)
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def _is_one_of(tags: tuple[str, ...]) -> str:
    return " or ".join(f"tag == {string(tag)}" for tag in tags)
