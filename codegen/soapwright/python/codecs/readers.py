"""The readers of complex types: one pass over an element's children, into locals, into the dataclass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from soapwright.model.api import (
    AttachedMember,
    Attribute,
    ContentMember,
    ElementMember,
    OrderedMember,
    QName,
    Struct,
    Use,
    Wildcard,
    WildcardMember,
)
from soapwright.model.walk import has_all
from soapwright.python.codecs.children import ChildReader
from soapwright.python.codecs.dispatch import MANY, Branch, Branches, by_table, chained
from soapwright.python.codecs.placing import State, Step, states_of
from soapwright.python.codecs.presence import PresenceChecks
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import (
    Line,
    Statement,
    block,
    printed,
    tuple_of,
)
from soapwright.python.text.views import FunctionView
from soapwright.python.types.declarations import Declarations
from soapwright.python.types.fields import (
    Alternative,
    AnyAttributes,
    Field,
    Text,
    alternatives_in,
    alternatives_of,
    default_of,
    elements_in,
    is_wild,
    told_apart,
    wildcards_in,
)

# What a reader's own lines mean by these names no local of a field may take.
_LOCALS = frozenset(
    "e c v t soap elements absent given children blank tag derived result made xml len str int float bool bytes list dict tuple"
    " isinstance Decimal date datetime time Any Literal".split()
)
# Of more attributes lxml takes longer to find each than a dict of them all.
_MANY_ATTRIBUTES = 32
# The namespaces of a wildcard that takes all.
_EVERYTHING = ("##any",)


@dataclass(frozen=True, slots=True)
class _Place:
    """A field that takes children of these names, and the statements that put one there."""

    tags: tuple[str, ...]
    body: tuple[Statement, ...]
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
        self.headers = headers
        self.either = use is Use.ENCODED and not headers and told_apart(self.fields)
        """Whether members may be qualified or not, whatever the schema declares."""
        self.unqualified = self.either and not any(
            isinstance(f.what, (WildcardMember, OrderedMember)) for f in self.fields
        )
        self.children = ChildReader(context, scope, use)
        self.presence = PresenceChecks(
            context, scope, struct, self._local, self._unread
        )
        self._states = self._automaton() if use is Use.LITERAL and not parts else ()
        self._states_name = context.function("places", self.name, use)
        self._table_name = context.function("branches", self.name, use)
        self._table = ""
        self._is_wide = sum(1 for _ in _elements(self.fields)) > MANY
        """Whether children find their branches by a table."""

    def function(self) -> FunctionView:
        """The function, and before it the table by which it finds a child's branch."""
        body = printed(self._statements())
        name = self.context.function("read", self.name, self.use)
        given = f"e: {self.scope.soap('Element')}"
        before = "\n".join(filter(None, (self._states_table(), self._table)))
        return FunctionView(name, given, self.name, body, before=before)

    def _automaton(self) -> tuple[State, ...]:
        """The states of the content model, where a child's name alone does not lead to its field."""
        structs = self.context.types.names.structs
        line = self.context.types.line_of(self.struct)
        return states_of(self.fields, [(one, structs[one.id].members) for one in line])

    def _states_table(self) -> str:
        """The statement with the states."""
        if not self._states:
            return ""
        rows = [
            tuple_of((_mapping(state.named), tuple_of(map(_wild_step, state.wild))))
            for state in self._states
        ]
        kind = self.scope.soap("States")
        return f"{self._states_name}: {kind} = {tuple_of(rows)}"

    def _statements(self) -> list[Statement]:
        body = self._dispatch()
        if self.struct.abstract:
            wrong = f"return {self.scope.soap('abstract')}(e, {self.name})"
            return [*body, Line(wrong)]
        if self.recursive:
            body.append(Line(f"v = {self.scope.soap('new')}({self.name}, e)"))
        body += self._attributes()
        for field in self.fields:
            if not isinstance(field.what, Attribute | AnyAttributes):
                body.append(Line(f"{self._local(field)}{self._initial(field)}"))
        places, rest = self._places()
        if places or rest or any(self._is_mixed(f) for f in self.fields):
            body += self._loop(places, rest)
        elif not self.message and not self._has_text():
            body.append(self._refused("not len(e)", "check_empty"))
        if self.reply:
            body += self._result()
        if self.use is Use.LITERAL:
            body += self.presence.statements()
        return body + self._made()

    # ------------------------------------------------------------------------ before the loop

    def _dispatch(self) -> list[Statement]:
        """A value of a derived type declares it by xsi:type."""
        if not self.derived:
            return []
        encoded = self.use is Use.ENCODED
        name = "derived_encoded_reader" if encoded else "derived_reader"
        find, types = self.scope.soap(name), self.scope.name("t")
        return [
            Line(f"derived = {find}(e, {types}, {self.name})"),
            block("if derived is not None:", [Line("return derived(e)")]),
        ]

    def _local(self, field: Field) -> str:
        taken = field.name in _LOCALS or field.name == self.name
        if self._is_wide and field.name in ("branch", self._table_name):
            taken = True
        if self._states and field.name in ("place", self._states_name):
            taken = True
        return f"{field.name}_" if taken else field.name

    def _initial(self, field: Field) -> str:
        """The annotation and the first value of the local of a child or a text."""
        declare = self.declarations.declare  # for what is printed: it collects imports
        soap = self.scope.soap
        match field.what:
            case Attribute() | AnyAttributes():
                raise AssertionError("these are read before")
            case Text(type=reference):
                code = self.context.types.simple.code(reference, self.scope)
                return f" = {code.read}(e)"
            case ContentMember(name=name, type=reference):
                return f" = {self.children.content(name, reference)}"
            case AttachedMember():  # read beside the envelope, by the message's codec
                return f": {declare(field).annotation} = None"
            case OrderedMember(mixed=True):
                return f": {declare(field).annotation} = {soap('leading_text')}(e)"
            case OrderedMember() | WildcardMember() | ElementMember(repeated=True):
                return f": {declare(field).annotation} = []"
            case ElementMember(optional=optional):
                return (
                    f": {declare(field).annotation} = {self._unread(field, optional)}"
                )
            case _:
                assert_never(field.what)

    def _unread(self, field: Field, optional: bool) -> str:
        """The value of a local until its element is read."""
        if self.use is Use.ENCODED:
            return self.scope.soap("UNSET")
        if not optional:
            return self.scope.soap("MISSING")
        assert isinstance(field.what, ElementMember)
        nillable = field.what.element.nillable and not field.what.element.substitutes
        return self.scope.soap("UNSET") if nillable or self.nullable else "None"

    # -------------------------------------------------------------------------- the attributes

    def _attributes(self) -> list[Statement]:
        """The locals of attributes, and of the wildcard that takes others."""
        own = [(f, f.what) for f in self.fields if isinstance(f.what, Attribute)]
        names = tuple_of(string(str(attribute.name)) for _, attribute in own)
        many = len(own) > _MANY_ATTRIBUTES
        made: list[Statement] = []
        if many:
            made.append(Line(f"given = {self.scope.soap('attributes_of')}(e)"))
        made += [self._attribute(field, attribute, many) for field, attribute in own]
        rest = [f for f in self.fields if isinstance(f.what, AnyAttributes)]
        for field in rest:
            others = f"{self.scope.soap('other_attributes')}(e, {names})"
            made.append(Line(f"{self._local(field)} = {others}"))
        if own and not rest:
            made += self._misnamed_attributes([f for f, _ in own], names)
        # the encoding's own envelopes have no attributes but its own: stacks leave them out
        if self.use is Use.LITERAL:
            made += [self._missing(f, a) for f, a in own if a.required]
        return made

    def _attribute(self, field: Field, attribute: Attribute, many: bool) -> Statement:
        """The local of an attribute, of an element that may have `many`: those are in a dict."""
        code = self.context.types.simple.code(attribute.type, self.scope)
        local, name = self._local(field), string(str(attribute.name))
        if code.parse == self.scope.soap("parse_string"):  # the text as it is
            return Line(f"{local} = {'given' if many else 'e'}.get({name})")
        if many and not code.scoped:
            read = self.scope.soap("attribute_of")
            return Line(f"{local} = {read}(e, given, {name}, {code.parse})")
        read = self.scope.soap("scoped_attribute" if code.scoped else "attribute")
        return Line(f"{local} = {read}(e, {name}, {code.parse})")

    def _misnamed_attributes(self, own: list[Field], names: str) -> list[Statement]:
        """Attributes in the wrong namespace are named anew, and the element read again.

        Only where one is absent may it be there by another name, and only where more are there than were
        read: no other element is asked about.
        """
        lacks = [f"{self._local(field)} is None" for field in own]
        asked = f"{self.scope.soap('misnamed_attributes')}(e, {names})"
        again = Line(f"return {self.context.function('read', self.name, self.use)}(e)")
        rename = [block(f"if {asked}:", [again])]
        if len(own) == 1:
            return [block(f"if {lacks[0]} and len(e.attrib):", rename)]
        counted = " + ".join(f"({lack})" for lack in lacks)
        if len(own) > _MANY_ATTRIBUTES:  # Python compiles no sum of a thousand terms
            counted = f"{tuple_of(map(self._local, own))}.count(None)"
        count = Line(f"absent = {counted}")
        more = f"if absent and len(e.attrib) > {len(own)} - absent:"
        return [count, block(more, rename)]

    def _missing(self, field: Field, attribute: Attribute) -> Statement:
        local, missing = self._local(field), self.scope.soap("missing_attribute")
        lack = Line(f"{local} = {missing}(e, {string(str(attribute.name))})")
        return block(f"if {local} is None:", [lack])

    # ------------------------------------------------------------------------------- the loop

    def _places(self) -> tuple[list[_Place], Branches]:
        """Where children go by their names, and what is done with children of other names."""
        places: list[_Place] = []
        rest: Branches = []
        again = {
            a.name for _, a in elements_in(f for f in self.fields if not f.prohibited)
        }
        for field in self.fields:
            if field.prohibited and {a.name for _, a in elements_in([field])} & again:
                continue  # an extension has what a restriction of its base took away
            match field.what:
                case ElementMember():
                    places += self._element(field, field.what)
                case WildcardMember():
                    pass
                case OrderedMember():
                    places += self._ordered(field, field.what)
                case Attribute() | Text() | AnyAttributes() | ContentMember():
                    continue
                case AttachedMember():
                    continue
                case _:
                    assert_never(field.what)
            for wildcard in wildcards_in(field.what):
                rest.append(self._allowed(field, wildcard))
        return places, rest

    def _loop(self, places: list[_Place], rest: Branches) -> list[Statement]:
        takers: dict[str, list[Field]] = {}
        for place in places:
            for name in place.tags:
                takers.setdefault(name, []).append(place.field)
        branches = [Branch(p.tags, self._turn(p, takers), p.body) for p in places]
        rest = _until_all_are_taken(rest)
        rest += self._misnamed(places, rest)
        if self._is_wide:
            body, self._table = by_table(branches, rest, self._table_name)
        else:
            body = chained(branches, rest)
        mixed = [self._local(field) for field in self.fields if self._is_mixed(field)]
        add = self.scope.soap("add_tail") if mixed else ""
        body += [Line(f"{add}({local}, c)") for local in mixed]
        wild = [one for field in self.fields for one in wildcards_in(field.what)]
        if places or any(one.namespaces != _EVERYTHING for one in wild):
            body = [*self._named(), *body]
        verb = "not_nil" if mixed else "check_empty"
        empty = [] if self.message else [self._refused("not children", verb)]
        begun = [Line("children = e[:]"), *empty, *self._blanks()]
        if not self._states:
            return [*begun, block("for c in children:", body)]
        placed = f"{self.scope.soap('placed')}(children, {self._states_name})"
        return [*begun, block(f"for c, place in {placed}:", body)]

    def _refused(self, empty: str, verb: str) -> Statement:
        """An element that is empty may not be nil, nor hold text; what it holds leniently is None."""
        nothing = self.scope.soap("NOTHING")
        refused = f"if {empty} and {self.scope.soap(verb)}(e):"
        return block(refused, [Line(f"return {nothing}")])

    def _misnamed(self, places: list[_Place], rest: Branches) -> Branches:
        """A child in the wrong namespace is named anew, and the element read again.

        Nothing is left to ask where a wildcard takes everything, nor where only local names count.
        """
        by_local = self.parts or self.unqualified
        if by_local or not places or any(not condition for condition, _ in rest):
            return []
        verb = "misnamed_block" if self.headers else "misnamed"
        names = ", ".join(map(string, _names_of(places, self.either)))
        again = self.context.function("read", self.name, self.use)
        asked = f"{self.scope.soap(verb)}(c, {names})"
        return [(asked, [Line(f"return {again}(e)")])]

    def _turn(self, place: _Place, takers: dict[str, list[Field]]) -> tuple[str, ...]:
        """That it is a field's turn; `takers` are the fields of each name."""
        named = [field for name in place.tags for field in takers[name]]
        if self._states:
            several = len({field.name for field in named}) > 1
            several = several or any(
                is_wild(field, place.tags) for field in self.fields
            )
            return (self._at(place.field),) if several else ()
        return tuple(self.presence.turn(place.field, place.tags, named, self.use))

    def _at(self, field: Field) -> str:
        """That a child's place is a field's."""
        return f"place == {self.fields.index(field) + 1}"

    def _named(self) -> list[Statement]:
        """A child's name, as it is compared."""
        tag: list[Statement] = [Line("tag = c.tag")]
        if self.parts or self.unqualified:
            local = Line(f"tag = {self.scope.soap('local_name')}(c)")
            tag.append(block('if tag[0] == "{":', [local]))
        return tag

    def _blanks(self) -> list[Statement]:
        """Which children are empty that have a default: their readers will find them filled."""
        defaults = self._defaults()
        if not defaults:
            return []
        pairs = ", ".join(f"{string(t)}: {string(d)}" for t, d in defaults.items())
        return [Line(f"blank = {self.scope.soap('blanks')}(children, {{{pairs}}})")]

    def _defaults(self) -> dict[str, str]:
        """The defaults of elements, by their names, of those that come back as they were read."""
        if self.use is Use.ENCODED:
            return {}
        return {
            str(one.name): one.default
            for one in _elements(self.fields)
            if one.default is not None and self.context.types.has_text(one.type)
            # these are written with prefixes of their own
            and not self.context.types.may_hold_names(one.type)
        }

    def _tags(self, name: QName) -> tuple[str, ...]:
        """The names that a member is known by."""
        if self.parts or self.unqualified:
            return (name.local,)
        own = str(name)
        return (own, name.local) if self.either and own != name.local else (own,)

    def _element(self, field: Field, member: ElementMember) -> list[_Place]:
        element = member.element
        if not element.substitutes:
            put = self._put(field, member, self.children.member(member))
            return [_Place(self._tags(element.name), (put,), field)]
        found = []
        for alternative in alternatives_of(element):
            pair = self.children.pair(alternative)
            if not alternative.nillable:
                pair = self.children.or_absent(pair, member, alternative.type)
            put = self._put(field, member, pair)
            found.append(_Place(self._tags(alternative.name), (put,), field))
        return found

    def _put(self, field: Field, member: ElementMember, value: str) -> Line:
        """The line that keeps the value of a child."""
        local = self._local(field)
        return Line(
            f"{local}.append({value})" if member.repeated else f"{local} = {value}"
        )

    def _ordered(self, field: Field, member: OrderedMember) -> list[_Place]:
        local = self._local(field)
        places = []
        for alternative in alternatives_in(member):
            put = Line(f"{local}.append({self.children.pair(alternative)})")
            places.append(_Place(self._tags(alternative.name), (put,), field))
        return places

    def _allowed(self, field: Field, wildcard: Wildcard) -> tuple[str, list[Statement]]:
        """Which children of other names a wildcard takes, and that its field keeps them."""
        value = self.children.wildcard(wildcard)
        taken: list[Statement] = [Line(f"{self._local(field)}.append({value})")]
        conditions = [self._at(field)]
        if not self._states:
            conditions = [*self.presence.wild_turn(field, wildcard, self.use)]
        if wildcard.namespaces != _EVERYTHING:
            spaces = tuple_of(map(string, wildcard.namespaces))
            conditions.insert(0, f"{self.scope.soap('allows')}(tag, {spaces})")
        return " and ".join(conditions), taken

    # ------------------------------------------------------------------------- after the loop

    def _result(self) -> list[Statement]:
        """The result of a call may have any name: it is the first accessor of the reply."""
        elements = [f for f in self.fields if isinstance(f.what, ElementMember)]
        if not elements:
            return []
        first, member = elements[0], elements[0].what
        assert isinstance(member, ElementMember)
        element, local = member.element, self._local(first)
        names = [
            string(f.what.element.name.local)
            for f in elements
            if isinstance(f.what, ElementMember)
        ]
        find = f"{self.scope.soap('unnamed_result')}(e, {tuple_of(names)})"
        value = self.children.value(
            *(element.type, default_of(element), element.nillable),
            may_be_nil=True,
            c="result",
        )
        unread = f"{local} is {self._unread(first, member.optional)}"
        found = f"(result := {find}) is not None"
        return [block(f"if {unread} and {found}:", [Line(f"{local} = {value}")])]

    def _made(self) -> list[Statement]:
        # `__init__` with keywords takes three times as long
        new = f"v = {self.name}.__new__({self.name})"
        made = [] if self.recursive else [Line(new)]
        fields = [Line(f"v.{f.name} = {self._local(f)}") for f in self.fields]
        return [*made, *fields, *self._form(), Line("return v")]

    def _form(self) -> list[Statement]:
        """The element's form on the wire, beside what its values mean."""
        types, soap = self.context.types, self.scope.soap
        if not types.remembers(self.struct):
            return []
        made: list[Statement] = [Line("v.__form__ = None")]
        if self.use is Use.ENCODED:
            return made
        if self._defaults():
            note = Line(f"{soap('note_blanks')}(v, blank)")
            made.append(block("if blank:", [note]))
        if any(has_all(one.content) for one in types.line_of(self.struct)):
            tags = tuple_of(string(str(one.name)) for one in _elements(self.fields))
            made.append(Line(f"{soap('note_order')}(v, e, {tags})"))
        note = Line(f"{soap('note_types')}(v, e)")
        return [*made, block(f"if {soap('noting')}.on:", [note])]

    def _is_mixed(self, field: Field) -> bool:
        return isinstance(field.what, OrderedMember) and field.what.mixed

    def _has_text(self) -> bool:
        return any(isinstance(f.what, Text) for f in self.fields)


def _mapping(steps: tuple[tuple[str, Step], ...]) -> str:
    """The steps by names, as a dict."""
    pairs = (f"{string(name)}: ({to.state}, {to.field})" for name, to in steps)
    return f"{{{', '.join(pairs)}}}"


def _wild_step(step: tuple[tuple[str, ...], Step]) -> str:
    spaces, to = step
    return tuple_of((tuple_of(map(string, spaces)), str(to.state), str(to.field)))


def _elements(fields: list[Field]) -> Iterator[Alternative]:
    """The elements that fields hold, with their substitutes."""
    for field in fields:
        match field.what:
            case ElementMember(element=element):
                yield from alternatives_of(element)
            case OrderedMember() as member:
                yield from alternatives_in(member)
            case _:
                continue


def _names_of(places: list[_Place], either: bool) -> Iterator[str]:
    """The names that lead to fields: namespaces, each followed by its local names, with an
    asterisk where one may come several times; only as declared where `either` form is read.
    """
    spaces: dict[str, dict[str, bool]] = {}
    for place in places:
        for tag in place.tags[:1] if either else place.tags:
            namespace, _, local = tag.rpartition("}")
            names = spaces.setdefault(namespace[1:], {})
            names[local] = local in names or _repeats(place.field)
    for namespace, names in spaces.items():
        yield namespace
        yield " ".join(f"{n}*" if repeats else n for n, repeats in names.items())


def _repeats(field: Field) -> bool:
    return isinstance(field.what, OrderedMember) or (
        isinstance(field.what, ElementMember) and field.what.repeated
    )


def _until_all_are_taken(rest: Branches) -> Branches:
    """The wildcards up to one that takes everything: what follows it takes nothing."""
    everything = next(
        (n for n, (condition, _) in enumerate(rest) if not condition), None
    )
    return rest if everything is None else rest[: everything + 1]
