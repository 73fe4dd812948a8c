"""The checks that fields cannot express: that a choice was made, that a group is complete."""

from __future__ import annotations

from typing import assert_never

from soapwright.model.api import ChoiceRule, ElementMember, Struct, TogetherRule
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import Line, Statement, block, tuple_of

_MANY = 100
"""More branches than these are counted by a function."""


class RuleChecks:
    """The checks that a literal writer begins with; encoded values have none."""

    def __init__(self, context: Context, scope: Scope, struct: Struct) -> None:
        self.context = context
        self.scope = scope
        self.struct = struct
        self.nullable = struct.id in context.api.encoded

    def statements(self) -> list[Statement]:
        """The checks, of the bases' rules first."""
        made: list[Statement] = []
        for owner in self.context.types.line_of(self.struct):
            for rule in owner.rules:
                match rule:
                    case ChoiceRule():
                        made += self._choice(owner, rule)
                    case TogetherRule():
                        made += self._together(owner, rule)
                    case _:
                        assert_never(rule)
        return made

    def _name(self, owner: Struct, index: int) -> str:
        return self.context.types.names.structs[owner.id].members[index]

    def _there(self, owner: Struct, index: int) -> str:
        """Whether a member has a value."""
        member = owner.members[index]
        value = f"v.{self._name(owner, index)}"
        if not isinstance(member, ElementMember) or member.repeated:
            return f"bool({value})"
        if member.element.substitutes:
            return f"bool({value})"
        unset = self.scope.soap("UNSET")
        if member.element.nillable:
            return f"{value} is not {unset}"
        if self.nullable:
            return f"{value} is not None and {value} is not {unset}"
        return f"{value} is not None"

    def _any(self, owner: Struct, members: tuple[int, ...]) -> str:
        return " or ".join(self._there(owner, index) for index in members) or "True"

    def _choice(self, owner: Struct, rule: ChoiceRule) -> list[Statement]:
        branches = [b for b in rule.branches if b]
        names = " | ".join(
            " ".join(self._name(owner, index) for index in branch)
            for branch in branches
        )
        wrong = Line(f"raise {self.scope.soap('wrong_choice')}(v, {string(names)})")
        empty = "made == 0"
        if rule.within:
            empty += f" and ({self._any(owner, rule.within)})"
        if rule.overlapping:
            members = tuple(dict.fromkeys(i for b in branches for i in b))
            made = Line(f"made = int({self._any(owner, members)})")
            return [made, block(f"if {empty}:", [wrong])]
        taken = [f"({self._any(owner, branch)})" for branch in branches]
        if len(branches) > _MANY:  # an expression may not nest that deep
            counted = f"{self.scope.name('sum')}({tuple_of(taken)})"
        else:
            counted = " + ".join(taken)
        if len(branches) == 1:
            counted = f"int{counted}"
        condition = "made > 1"
        if rule.required:
            condition = f"{condition} or ({empty})" if rule.within else "made != 1"
        return [Line(f"made = {counted}"), block(f"if {condition}:", [wrong])]

    def _together(self, owner: Struct, rule: TogetherRule) -> list[Statement]:
        begun = self._any(owner, rule.members)
        complete = " and ".join(f"({self._there(owner, i)})" for i in rule.needed)
        needed = ", ".join(self._name(owner, index) for index in rule.needed)
        wrong = f"raise {self.scope.soap('incomplete_group')}(v, {string(needed)})"
        return [block(f"if ({begun}) and not ({complete}):", [Line(wrong)])]
