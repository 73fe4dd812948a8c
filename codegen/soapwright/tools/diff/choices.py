"""Compares rules: which members exclude each other, and which must occur together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from soapwright.model.api import ChoiceRule, Rule, Struct, TogetherRule

_Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A rule whose members are called by their names."""

    branches: frozenset[_Names]
    required: bool
    within: _Names
    overlapping: bool

    @property
    def names(self) -> _Names:
        """All that it is about, as far as that is there by itself."""
        return frozenset().union(*self.branches)

    def __str__(self) -> str:
        branches = sorted(" with ".join(sorted(branch)) for branch in self.branches)
        many = "at least one" if self.overlapping else "one"
        verb = "must" if self.required else "may"
        return f"{many} of {', '.join(branches)} {verb} be there"


@dataclass(frozen=True, slots=True)
class _Together:
    """The same of members that must occur together."""

    members: _Names
    needed: _Names

    @property
    def names(self) -> _Names:
        """All that it is about."""
        return self.members | self.needed

    def __str__(self) -> str:
        given, wanted = ", ".join(sorted(self.members)), ", ".join(sorted(self.needed))
        return f"{wanted} must be there with {given}"


def compare_rules(
    old: Struct, new: Struct, before: Mapping[int, str], after: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    """The kind and the text of each change of the rules.

    Args:
        old: the type as it was.
        new: the type as it is.
        before: what members are called, by their identity; as the new type calls them.
        after: the same of the new type's.
    """
    was = dict.fromkeys(_named(rule, old, before) for rule in old.rules)
    now = dict.fromkeys(_named(rule, new, after) for rule in new.rules)
    gone = [rule for rule in was if rule not in now and rule.names]
    came = [rule for rule in now if rule not in was and rule.names]
    for rule in list(gone):
        partner = next((other for other in came if _grew(rule, other)), None)
        if partner is not None:
            gone.remove(rule)
            came.remove(partner)
            yield "branch-added", f"{partner}; was: {rule}"
            continue
        partner = next((other for other in came if _grew(other, rule)), None)
        if partner is not None:  # the removed branch is a change of its own
            gone.remove(rule)
            came.remove(partner)
    if gone or came:
        texts = ["; ".join(map(str, found)) or "no choice" for found in (came, gone)]
        yield "choice", f"{texts[0]}; was: {texts[1]}"


def _named(rule: Rule, struct: Struct, names: Mapping[int, str]) -> _Choice | _Together:
    def called(members: tuple[int, ...]) -> _Names:
        found = (names.get(id(struct.members[index])) for index in members)
        return frozenset(name for name in found if name is not None)

    match rule:
        case ChoiceRule():
            return _Choice(
                frozenset(map(called, rule.branches)),
                rule.required,
                called(rule.within),
                rule.overlapping,
            )
        case TogetherRule():
            return _Together(called(rule.members), called(rule.needed))
        case _:
            assert_never(rule)


def _grew(one: _Choice | _Together, other: _Choice | _Together) -> bool:
    """Whether one choice has become the other by branches that were added."""
    if not (isinstance(one, _Choice) and isinstance(other, _Choice)):
        return False
    alike = one.required == other.required and one.within == other.within
    same = alike and one.overlapping == other.overlapping
    return same and one.branches < other.branches
