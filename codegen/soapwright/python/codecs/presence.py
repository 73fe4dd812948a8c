"""The end of a literal reader: a required element or choice that was not there is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from soapwright.model.api import (
    ChoiceRule,
    ElementMember,
    OrderedMember,
    Struct,
    TogetherRule,
    Use,
    Wildcard,
    WildcardMember,
)
from soapwright.model.walk import may_meet
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import Line, Statement, block
from soapwright.python.types.fields import Field, alternatives_in, is_wild, wildcards_in

# Fields whose elements appear in the order of the fields.
_IN_ORDER = (ElementMember, OrderedMember, WildcardMember)


class PresenceChecks:
    """The checks of one reader; `local` names a field's local, `unread` what it holds before."""

    def __init__(
        self,
        context: Context,
        scope: Scope,
        struct: Struct,
        local: Callable[[Field], str],
        unread: Callable[[Field, bool], str],
    ) -> None:
        self.context = context
        self.scope = scope
        self.struct = struct
        self.local = local
        self.unread = unread
        self.fields = context.types.fields(struct)
        self._ordered = [f for f in self.fields if isinstance(f.what, _IN_ORDER)]
        self._places = {field.name: n for n, field in enumerate(self._ordered)}
        self._wild = [f for f in self._ordered if wildcards_in(f.what)]
        self._branches = [*self._branches_of_choices()]
        self._absent: dict[str, str] = {}
        self._before: dict[str, list[str]] = {}

    def statements(self) -> list[Statement]:
        """A required element that is not there is missing, whatever else was read."""
        made: list[Statement] = []
        missing = self.scope.soap("missing")
        for field in self.fields:
            local = self.local(field)
            match field.what:
                case ElementMember(repeated=True, optional=False, element=element):
                    expected = string(element.name.local)
                    lack = Line(f"{missing}(e, {expected})")
                    made.append(block(f"if not {local}:", [lack]))
                case ElementMember(optional=False, element=element):
                    expected = string(element.name.local)
                    unread = self.scope.soap("MISSING")
                    lack = Line(f"{local} = {missing}(e, {expected})")
                    made.append(block(f"if {local} is {unread}:", [lack]))
                case OrderedMember(optional=False, mixed=False) as member:
                    expected = string(
                        " | ".join(a.tag for a in alternatives_in(member)) or "any"
                    )
                    lack = Line(f"{missing}(e, {expected})")
                    made.append(block(f"if not {local}:", [lack]))
                case _:
                    continue
        return made + self._choices()

    def _choices(self) -> list[Statement]:
        """A choice that must be made, of which no branch is there, is missing too."""
        made: list[Statement] = []
        fields = {field.name: field for field in self.fields}
        for owner in self.context.types.line_of(self.struct):
            names = self.context.types.names.structs[owner.id].members
            for rule in owner.rules:
                if not (isinstance(rule, ChoiceRule) and rule.required) or rule.within:
                    continue
                members = [names[i] for branch in rule.branches for i in branch]
                absent = " and ".join(self.absent(fields[name]) for name in members)
                expected = string(
                    " | ".join(_wire_name(fields[name]) for name in members)
                )
                missing = self.scope.soap("missing")
                lack = Line(f"{missing}(e, {expected})")
                made.append(block(f"if {absent}:", [lack]))
        return made

    def absent(self, field: Field) -> str:
        """That nothing is read into a field."""
        found = self._absent.get(field.name)
        if found is None:
            found = f"not {self.local(field)}"
            if isinstance(field.what, ElementMember) and not field.what.repeated:
                unread = self.unread(field, field.what.optional)
                found = f"{self.local(field)} is {unread}"
            self._absent[field.name] = found
        return found

    def _present(self, field: Field) -> str:
        """That something is read into a field."""
        local = self.local(field)
        if isinstance(field.what, ElementMember) and not field.what.repeated:
            return f"{local} is not {self.unread(field, field.what.optional)}"
        return local

    def turn(
        self, field: Field, tags: Iterable[str], named: Iterable[Field], use: Use
    ) -> Iterator[str]:
        """That it is a field's turn, where a later one takes its name too.

        Nothing up to another field of the name (they are `named`) is read yet, no other branch of
        its choice, nothing by a wildcard, nor as many as a list may hold; what its group requires
        before it is there. Members of an encoded value come in any order: there the first has the first.
        """
        place = self._places[field.name]
        if use is Use.LITERAL:
            yield from self._filled(place, tags)
        last = max(self._places[other.name] for other in (field, *named))
        wild = self._wild_after(last, tags)
        if last == place and not wild:
            return
        if isinstance(field.what, ElementMember) and not field.what.repeated:
            yield self.absent(field)
        if use is Use.LITERAL:
            if isinstance(field.what, ElementMember) and field.what.repeated:
                most = field.what.element.occurs.max
                yield from (
                    [] if most is None else [f"len({self.local(field)}) < {most}"]
                )
            if last > place:
                yield from self._conditions_before(field)
            between = self._ordered[place + 1 : last + 1]
            yield from map(self.absent, [*between, *wild])

    def _conditions_before(self, field: Field) -> list[str]:
        """The conditions of the fields before it, where one is to be read."""
        found = self._before.get(field.name)
        if found is None:
            found = [*map(self._present, self._required_before(field))]
            found += map(self.absent, self._other_branches(field))
            self._before[field.name] = found
        return found

    def _branches_of_choices(self) -> Iterator[list[set[str]]]:
        """The fields of each branch of each choice."""
        for owner in self.context.types.line_of(self.struct):
            names = self.context.types.names.structs[owner.id].members
            for rule in owner.rules:
                if isinstance(rule, ChoiceRule):
                    yield [{names[i] for i in branch} for branch in rule.branches]

    def _other_branches(self, field: Field) -> list[Field]:
        """The fields before it that exclude a field: those of the other branches of its choices."""
        excluded: set[str] = set()
        for branches in self._branches:
            own = [branch for branch in branches if field.name in branch]
            if own:
                excluded |= set().union(*branches) - set().union(*own)
        return [
            other
            for other in self._ordered[: self._places[field.name]]
            if other.name in excluded
        ]

    def _wild_after(self, place: int, tags: Iterable[str]) -> list[Field]:
        """The wildcards after a place, up to the last that takes one of the names."""
        after = [f for f in self._wild if self._places[f.name] > place]
        taking = [n for n, f in enumerate(after, 1) if is_wild(f, tags)]
        return after[: max(taking, default=0)]

    def _required_before(self, field: Field) -> list[Field]:
        """The fields before it that must be there if it is: those of its optional groups."""
        required: set[str] = set()
        for owner in self.context.types.line_of(self.struct):
            names = self.context.types.names.structs[owner.id].members
            for rule in owner.rules:
                if isinstance(rule, TogetherRule):
                    if field.name in (names[i] for i in rule.members):
                        required |= {names[i] for i in rule.needed}
        before = self._ordered[: self._places[field.name]]
        return [other for other in before if other.name in required]

    def _filled(self, place: int, tags: Iterable[str]) -> Iterator[str]:
        """That wildcards before a place, which take a name too, have the number that they must have."""
        for one in self._wild:
            if self._places[one.name] >= place:
                break
            if isinstance(one.what, WildcardMember) and is_wild(one, tags):
                occurs = one.what.wildcard.occurs
                if occurs.min and occurs.min == occurs.max:
                    yield f"len({self.local(one)}) >= {occurs.min}"

    def wild_turn(self, field: Field, wildcard: Wildcard, use: Use) -> Iterator[str]:
        """That it is a wildcard's turn, where a later one may take the same elements.

        Those of an extension follow those of its base: nothing up to the later one is read yet.
        """
        place = self._places[field.name]
        meeting = [
            self._places[other.name]
            for other in self._wild
            if any(may_meet(wildcard, one) for one in wildcards_in(other.what))
        ]
        last = max(meeting, default=0)
        if last <= place or use is Use.ENCODED:
            return
        if isinstance(field.what, WildcardMember) and wildcard.occurs.max is not None:
            yield f"len({self.local(field)}) < {wildcard.occurs.max}"
        yield from map(self.absent, self._ordered[place + 1 : last + 1])


def _wire_name(field: Field) -> str:
    what = field.what
    return what.element.name.local if isinstance(what, ElementMember) else field.name
