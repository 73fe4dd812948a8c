"""The repeated element of a reply, for those who read it item by item."""

from __future__ import annotations

from soapwright.model.api import (
    ElementMember,
    Message,
    NamedRef,
    SoapArray,
    Struct,
    Use,
)
from soapwright.python.codecs.arrays import item_reader
from soapwright.python.codecs.children import ChildReader
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import tuple_of
from soapwright.python.types.fields import is_any, told_apart

# The way to a type, the type, and whether local names on the way leave a doubt.
_Level = tuple[tuple[str, ...], Struct, bool]
_DEEPEST = 4
"""Elements on the way to the items, at most."""


class RepeatedElement:
    """Finds what `Operation.iter_response` goes through: the first repeated element of the least depth."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.scope = Scope()

    @property
    def needs_elements(self) -> bool:
        """Whether an expression that was made needs the package's `elements`."""
        return self.scope.uses("elements")

    def items(self, message: Message) -> str | None:
        """The expression for a message's `Items`; None where nothing in it is repeated."""
        assert message.struct is not None
        parts = message.wrapper is not None
        level: list[_Level] = [((), self.context.types.struct(message.struct), False)]
        for _ in range(_DEEPEST):
            below: list[_Level] = []
            for path, struct, outside in level:
                exact = outside or not told_apart(self.context.types.fields(struct))
                for member in self._elements(struct):
                    name = member.element.name
                    local = message.use is Use.ENCODED or parts and not path
                    step = name.local if local else str(name)
                    if parts and not path and len(message.parts) == 1:
                        step = ""
                    way = (*path, step)
                    if found := self._found(member, way, message.use, exact):
                        return found
                    inner = self._struct(member)
                    if inner is not None:
                        below.append((way, inner, exact))
            level = below
        return None

    def _elements(self, struct: Struct) -> list[ElementMember]:
        fields = self.context.types.fields(struct)
        return [
            f.what
            for f in fields
            if isinstance(f.what, ElementMember) and not f.what.element.substitutes
        ]

    def _struct(self, member: ElementMember) -> Struct | None:
        reference = member.element.type
        if not isinstance(reference, NamedRef):
            return None
        definition = self.context.api.types[reference.id]
        return definition if isinstance(definition, Struct) else None

    def _found(
        self, member: ElementMember, way: tuple[str, ...], use: Use, exact: bool
    ) -> str | None:
        """The `Items` for one element, if it repeats or is an array."""
        soap, array = self.scope.soap, ""
        if member.repeated:
            read = ChildReader(self.context, self.scope, use).member(member)
        else:
            reference = member.element.type
            definition = (
                self.context.api.types[reference.id]
                if isinstance(reference, NamedRef)
                else None
            )
            if not isinstance(definition, SoapArray) or sum(definition.ranks) > 1:
                return None
            if is_any(definition.item):  # only the array declares what its items are
                return None
            way, array = (*way, ""), ", array=True"
            item = item_reader(self.context, self.scope, definition, use)
            read = (
                f"{soap('nil_or')}(c, {item})"
                if use is Use.ENCODED
                else f"None if {soap('is_nil')}(c) else {item}(c)"
            )
        kind = "EncodedItems" if use is Use.ENCODED else "Items"
        path = tuple_of(map(string, way))
        options = array + (", exact=True" if exact else "")
        return f"{soap(kind)}({path}, lambda c: {read}{options})"
