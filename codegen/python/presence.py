"""What a literal reader ends with: a required element or choice that was not there is missing."""

from __future__ import annotations

from collections.abc import Callable

from codegen.model import ChoiceRule, ElementMember, OrderedMember, Struct
from codegen.python.context import Context
from codegen.python.fields import Field, alternatives_in
from codegen.python.literals import string
from codegen.python.scope import Scope
from codegen.python.statements import block


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

    def lines(self) -> list[str]:
        """A required element that is not there is missing, whatever else was read."""
        lines: list[str] = []
        missing = self.scope.soap("missing")
        for field in self.fields:
            local = self.local(field)
            match field.what:
                case ElementMember(repeated=True, optional=False, element=element):
                    said = string(element.name.local)
                    lines += block(f"if not {local}:", [f"{missing}(e, {said})"])
                case ElementMember(optional=False, element=element):
                    said = string(element.name.local)
                    unread = self.scope.soap("MISSING")
                    lines += block(
                        f"if {local} is {unread}:", [f"{missing}(e, {said})"]
                    )
                case OrderedMember(optional=False, mixed=False) as member:
                    said = string(
                        " | ".join(a.tag for a in alternatives_in(member)) or "any"
                    )
                    lines += block(f"if not {local}:", [f"{missing}(e, {said})"])
                case _:
                    continue
        return lines + self._choices()

    def _choices(self) -> list[str]:
        """A choice that must be made, of which no branch is there, is missing too."""
        lines: list[str] = []
        fields = {field.name: field for field in self.fields}
        for owner in self.context.types.line_of(self.struct):
            names = self.context.types.names.structs[owner.id].members
            for rule in owner.rules:
                if not (isinstance(rule, ChoiceRule) and rule.required) or rule.within:
                    continue
                members = [names[i] for branch in rule.branches for i in branch]
                absent = " and ".join(self._absent(fields[name]) for name in members)
                said = string(" | ".join(_wire_name(fields[name]) for name in members))
                missing = self.scope.soap("missing")
                lines += block(f"if {absent}:", [f"{missing}(e, {said})"])
        return lines

    def _absent(self, field: Field) -> str:
        local = self.local(field)
        if isinstance(field.what, ElementMember) and not field.what.repeated:
            return f"{local} is {self.unread(field, field.what.optional)}"
        return f"not {local}"


def _wire_name(field: Field) -> str:
    what = field.what
    return what.element.name.local if isinstance(what, ElementMember) else field.name
