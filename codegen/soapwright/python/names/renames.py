"""The names that a user gives, and what each is for.

A new name that begins with a capital is for a type, by its name or by that of the element whose
anonymous type it is; any other is for fields, by the name of their element, attribute or part,
and for the clients' method, by that of its operation.
"""

from __future__ import annotations

from collections.abc import Container

from soapwright.model.api import QName
from soapwright.model.options import is_class_name


class Renames:
    """Looks up what a user calls a name of the WSDL."""

    def __init__(self, rename: tuple[tuple[str, str], ...] = ()) -> None:
        self._classes = {old: new for old, new in rename if is_class_name(new)}
        self._others = {old: new for old, new in rename if not is_class_name(new)}

    def type(self, id: QName, types: Container[QName]) -> str | None:
        """The new name of one of these types.

        An element's anonymous type has the element's name, where no named type has it, and
        by its id, `/name`, always.
        """
        if not self._classes:
            return None
        element = QName(id.namespace, id.local.removeprefix("/"))
        own = _find(self._classes, id)
        return own if own or element in types else _find(self._classes, element)

    def field(self, name: QName) -> str | None:
        """The new name of the fields of an element, an attribute, or a part."""
        return _find(self._others, name) if self._others else None

    def method(self, operation: str) -> str | None:
        """The new name of the method of an operation."""
        return self._others.get(operation)


def _find(table: dict[str, str], name: QName) -> str | None:
    return table.get(str(name)) or table.get(name.local)
