"""Fields and parameters as rows of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from soapwright.model.api import (
    AttachedMember,
    Attribute,
    ContentMember,
    ElementMember,
    NamedRef,
    QName,
    Struct,
    TypeRef,
)
from soapwright.python.context import Context
from soapwright.python.modules.methods import Parameter
from soapwright.python.text.scope import Scope
from soapwright.python.types.annotations import Declaration
from soapwright.python.types.declarations import Declarations
from soapwright.python.types.fields import Field, Text, What
from soapwright.python.types.representations import Representations
from soapwright.tools.docs.text import linked, paragraphs
from soapwright.tools.docs.views import Row
from soapwright.tools.inspect.describe import facets_of, plain


class Rows:
    """Makes the rows of one site.

    Args:
        context: the package's tables.
        links: where the names of its types lead.
    """

    def __init__(self, context: Context, links: Mapping[str, str]) -> None:
        self._context = context
        self._links = links
        self._shown = Representations(context.types)

    def of_type(self, struct: Struct, fields: Iterable[Field]) -> list[Row]:
        """The rows of some of a type's fields."""
        declarations = Declarations(self._context.types, Scope(), struct)
        return [
            self.row(struct, one.name, one, declarations.declare(one)) for one in fields
        ]

    def of_message(self, identity: QName | None) -> list[Row]:
        """The rows of what an operation takes or gives."""
        if identity is None:
            return []
        struct = self._context.types.struct(identity)
        return self.of_type(struct, self._context.types.fields(struct))

    def row(
        self,
        struct: Struct,
        name: str,
        field: Field,
        declared: Declaration,
        *notes: str,
    ) -> Row:
        """One row; the name is the field's, or that of its parameter."""
        wire, reference = _on_the_wire(field.what)
        all_notes = list(notes)
        if isinstance(field.what, Attribute):
            all_notes.append("attribute")
        if self._shown.is_hidden(struct, field):
            all_notes.append("secret")
        facets: list[str] = []
        if isinstance(reference, NamedRef):
            facets += facets_of(self._context.api.types[reference.id])
        empty = {"list": "[]", "dict": "{}"}.get(declared.factory, "")
        return Row(
            name,
            wire,
            linked(plain(str(declared.annotation)), self._links),
            plain(declared.default or empty),
            facets,
            all_notes,
            paragraphs(declared.doc),
        )

    def of_parameters(
        self, given: Iterable[Parameter], message: QName | None, *notes: str
    ) -> list[Row]:
        """The rows of a method's parameters, which are fields of a message."""
        if message is None:
            return []
        struct = self._context.types.struct(message)
        return [
            self.row(struct, one.name, one.field, one.declaration, *notes)
            for one in given
        ]

    def links(self, annotation: str) -> list[tuple[str, str]]:
        """An annotation with the names of types leading to their pages."""
        return linked(plain(annotation), self._links)


def _on_the_wire(what: What) -> tuple[str, TypeRef | None]:
    """A field's name on the wire, "" where it has none, and its type."""
    match what:
        case ElementMember(element=element):
            return element.name.local, element.type
        case Attribute(name=name, type=reference):
            return name.local, reference
        case ContentMember(name=local, type=reference):
            return local, reference
        case AttachedMember(name=local):
            return local, None
        case Text(type=reference):
            return "", reference
        case _:
            return "", None
