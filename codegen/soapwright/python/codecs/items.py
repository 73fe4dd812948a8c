"""The repeated element of a reply, for those who read it item by item."""

from __future__ import annotations

from soapwright.model.api import (
    Attribute,
    ElementMember,
    Message,
    NamedRef,
    SoapArray,
    Struct,
    Use,
)
from soapwright.model.walk import has_all
from soapwright.python.codecs.arrays import item_reader
from soapwright.python.codecs.children import ChildReader
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import tuple_of
from soapwright.python.types.fields import AnyAttributes, is_any, told_apart

# The way to a type, the type, whether local names on the way leave a doubt, and the fields on the way;
# None where reading all of a message takes its items too.
_Level = tuple[tuple[str, ...], Struct, bool, tuple[str, ...] | None]
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

    def items(self, message: Message, *, plain: bool) -> str | None:
        """The expression for a message's `Items`; None where nothing in it is repeated.

        Args:
            message: of a reply.
            plain: whether its Body is one literal element, and always that one.
        """
        assert message.struct is not None
        parts = message.wrapper is not None
        struct = self.context.types.struct(message.struct)
        level: list[_Level] = [((), struct, False, () if plain else None)]
        for _ in range(_DEEPEST):
            below: list[_Level] = []
            for path, struct, outside, fields in level:
                exact = outside or not told_apart(self.context.types.fields(struct))
                passes = fields if self._is_plain(struct) else None
                for field_name, member in self._elements(struct):
                    passed = None if passes is None else (*passes, field_name)
                    name = member.element.name
                    local = message.use is Use.ENCODED or parts and not path
                    step = name.local if local else str(name)
                    if parts and not path and len(message.parts) == 1:
                        step = ""
                    way = (*path, step)
                    if found := self._found(member, way, message.use, exact, passed):
                        return found
                    inner = self._struct(member)
                    if inner is not None:
                        below.append((way, inner, exact, passed))
            level = below
        return None

    def _is_plain(self, struct: Struct) -> bool:
        """Whether a type has only elements, each read wherever it is, and attributes."""
        kinds = (ElementMember, Attribute, AnyAttributes)
        found = self.context.types.fields(struct)
        line = self.context.types.line_of(struct)
        return all(isinstance(f.what, kinds) and not f.prohibited for f in found) and (
            not any(has_all(one.content) for one in line)
        )

    def _elements(self, struct: Struct) -> list[tuple[str, ElementMember]]:
        fields = self.context.types.fields(struct)
        return [
            (f.name, f.what)
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
        self,
        member: ElementMember,
        way: tuple[str, ...],
        use: Use,
        exact: bool,
        fields: tuple[str, ...] | None,
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
        if fields and not exact and member.repeated and self._struct(member):
            options += f", fields={tuple_of(map(string, fields))}"
        return f"{soap(kind)}({path}, lambda c: {read}{options})"
