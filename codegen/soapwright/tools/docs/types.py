"""The pages of types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby

from soapwright.model.api import Api, Enumeration, NamedRef, QName, Struct, TypeDef
from soapwright.model.walk import references_of
from soapwright.python.context import Context
from soapwright.python.text.scope import Scope
from soapwright.python.types.declarations import Annotations
from soapwright.tools.docs.rows import Rows
from soapwright.tools.docs.text import paragraphs, summary
from soapwright.tools.docs.views import Fields, Link, Marked, TypePage
from soapwright.tools.inspect.describe import facets_of, is_described

_USERS_SHOWN = 60


def type_paths(context: Context) -> dict[str, str]:
    """The path of each type's page, by the type's name; messages are described with operations."""
    names = context.types.names.types
    described = (one for one in context.api.types.values() if is_described(one))
    return {names[one.id]: f"types/{names[one.id]}.html" for one in described}


class TypePages:
    """Makes the pages of one service's types.

    Args:
        context: the package's tables.
        rows: makes the fields.
        operations: the operations of messages' classes, by the classes' names.
    """

    def __init__(
        self, context: Context, rows: Rows, operations: Mapping[str, Link]
    ) -> None:
        self._context = context
        self._rows = rows
        self._names = context.types.names.types
        self._paths = type_paths(context)
        self._subtypes = context.api.facts.subtypes
        self._operations = operations
        self._users = _users(context.api)

    def pages(self) -> list[TypePage]:
        """A page for each type, in the order of their names."""
        described = (
            one for one in self._context.api.types.values() if is_described(one)
        )
        pages = [self._page(one) for one in described]
        return sorted(pages, key=lambda page: (page.name.lower(), page.name))

    def _page(self, definition: TypeDef) -> TypePage:
        name = self._names[definition.id]
        kind, base = "alias", None
        fields: list[Fields] = []
        members: list[tuple[str, str, list[Marked]]] = []
        alias: list[tuple[str, str]] = []
        match definition:
            case Struct():
                kind = "abstract class" if definition.abstract else "class"
                base = self._link(definition.base) if definition.base else None
                fields = list(self._fields(definition))
            case Enumeration():
                kind = "enumeration"
                members = self._members(definition)
            case _:
                annotations = Annotations(self._context.types, Scope())
                alias = self._rows.links(annotations.value(NamedRef(definition.id)))
        users = self._used_by(definition)
        return TypePage(
            path=self._paths[name],
            name=name,
            qname=str(definition.id) if definition.named else "",
            kind=kind,
            about=summary(definition.doc),
            doc=paragraphs(definition.doc),
            base=base,
            alias=alias,
            facets=list(facets_of(definition)),
            fields=fields,
            members=members,
            derived=self._links(self._subtypes.get(definition.id, ())),
            users=users[:_USERS_SHOWN],
            more_users=max(0, len(users) - _USERS_SHOWN),
        )

    def _link(self, identity: QName) -> Link | None:
        name = self._names.get(identity, "")
        return Link(name, self._paths[name]) if name in self._paths else None

    def _links(self, found: tuple[QName, ...]) -> list[Link]:
        links = (self._link(one) for one in found)
        return sorted((one for one in links if one), key=lambda link: link.text.lower())

    def _fields(self, struct: Struct) -> Iterator[Fields]:
        """A type's fields: its own first, then those of each base, the nearest first."""
        types = self._context.types
        for step in reversed(types.line_of(struct)):
            own = [field for field in types.fields(step) if field.own]
            if own:
                of = None if step is struct else self._link(step.id)
                yield Fields(of, self._rows.of_type(step, own))

    def _members(self, definition: Enumeration) -> list[tuple[str, str, list[Marked]]]:
        names = self._context.types.names.enumerations[definition.id]
        return [
            (name, value.text, paragraphs(value.doc))
            for name, value in zip(names, definition.values, strict=True)
        ]

    def _used_by(self, definition: TypeDef) -> list[Link]:
        found: dict[str, Link] = {}
        for user in self._users.get(definition.id, ()):
            name = self._names[user]
            link = self._operations.get(name) or self._link(user)
            if link is not None and user != definition.id:
                found.setdefault(link.href, Link(link.text, link.href))
        return list(found.values())


def _users(api: Api) -> dict[QName, list[QName]]:
    """For each type those that have fields, items or values of it; derived types are listed apart."""
    found: dict[QName, list[QName]] = defaultdict(list)
    for definition in api.types.values():
        base = definition.base if isinstance(definition, Struct) else None
        for reference, _ in references_of(definition):
            if isinstance(reference, NamedRef) and reference.id != base:
                found[reference.id].append(definition.id)
    return found


def by_letter(pages: list[TypePage]) -> list[tuple[str, list[Link]]]:
    """The types of a service under their initials."""
    links = [Link(one.name, one.path, one.about or _said(one)) for one in pages]
    letters = groupby(links, key=lambda link: link.text[0].upper())
    return [(letter, list(found)) for letter, found in letters]


def _said(page: TypePage) -> str:
    alias = "".join(text for text, _ in page.alias)
    return f"{page.kind} of {alias}" if alias else page.kind
