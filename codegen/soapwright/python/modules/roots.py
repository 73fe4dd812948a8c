"""The element that is all of a Body, where it may be more than its type's fields express."""

from __future__ import annotations

from dataclasses import dataclass

from soapwright.model.api import (
    GlobalElement,
    Message,
    QName,
    Struct,
)
from soapwright.python.context import Context
from soapwright.python.text.scope import Scope
from soapwright.python.types.declarations import Annotations
from soapwright.python.types.fields import Alternative, tagged


@dataclass(frozen=True, slots=True)
class Root:
    """A Body's only element, of complex type.

    `derived` is whether other types derive from its own; `others` are the members of its
    substitution group.
    """

    element: GlobalElement
    struct: Struct
    derived: bool
    others: tuple[Alternative, ...]

    @property
    def nillable(self) -> bool:
        """Whether it may be nil."""
        return self.element.nillable

    @property
    def is_open(self) -> bool:
        """Whether its value may be of another class than its type's, or have another name."""
        return self.derived or bool(self.others)

    @property
    def varies(self) -> bool:
        """Whether the fields of its type cannot express every value that it may have."""
        return self.is_open or self.nillable

    def annotation(self, context: Context, scope: Scope) -> str:
        """The type of its values."""
        kinds = [scope.type(context.types.names.types[self.struct.id])]
        if self.others:
            kinds.append(Annotations(context.types, scope).tagged([*self.others]))
        if self.nillable:
            kinds += [scope.soap("Nil"), "None"]
        return " | ".join(kinds)


def element_of(message: Message | None) -> QName | None:
    """The name of the element that is all of a message's Body, and of the message's own type."""
    return None if message is None else message.element


def root_of(context: Context, message: Message | None) -> Root | None:
    """The element that is all of a message's Body; None where its fields express all that it may be."""
    name = element_of(message)
    if name is None or message is None or message.struct is None:
        return None
    derived = message.struct in context.api.facts.subtypes
    others = tuple(tagged(message.substitutes))
    element = context.api.elements[name]
    root = Root(element, context.types.struct(message.struct), derived, others)
    return root if root.varies else None
