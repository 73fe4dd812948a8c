"""Calls as Python code: the method of a client, and the values that it is given."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from math import isfinite
from types import ModuleType
from typing import Any

from soapwright.python.modules.methods import Method
from soapwright.python.text.literals import string

_WIDTH = 80


class PythonCalls:
    """Writes calls of one package's clients.

    Args:
        package: the generated package, imported.
        name: what its users import it as.
    """

    def __init__(self, package: ModuleType, name: str) -> None:
        self._package = package
        self._unset = package.UNSET
        self._public = frozenset(package.__all__)
        self._name = name
        self._imports: set[str] = set()

    def lines(
        self,
        client: str,
        port: str,
        method: Method,
        value: Any,
        headers: Any,
        endpoint: str = "",
    ) -> str:  # Any: a message's classes
        """An import of the package, and a call by a client.

        Args:
            client: the client's class.
            port: the key of the port that is called.
            method: the client's method.
            value: the request.
            headers: those of its class, or None.
            endpoint: the URL that is called; "" for the port's.
        """
        call = self.call(method, value, headers)
        above = "".join(f"{line}\n" for line in self.imports())
        settings = [string(endpoint)] if endpoint else []
        settings += self.chosen(client, port)
        return (
            f"{above}import {self._name}\n\n"
            f"with {self._name}.{client}({', '.join(settings)}) as client:\n"
            f"    {self.taken(client, method)}{call}\n"
        )

    def chosen(self, client: str, port: str) -> list[str]:
        """The argument of a client that chooses a port; none for its first, which it calls by itself."""
        first, *_ = getattr(self._package, client)._port_names
        return [] if port == first else [f"port={string(port)}"]

    def taken(self, client: str, method: Method) -> str:
        """The beginning of a statement that calls a method: nothing is taken of one without a result."""
        made = getattr(getattr(self._package, client), method.name)
        result = made.__annotations__.get("return")
        return "" if result in ("None", None) else "reply = "

    def imports(self) -> list[str]:
        """The imports of the standard library that the values of the last call need, a line each,
        and an empty one where there are any."""
        return [*sorted(self._imports), ""] if self._imports else []

    def call(
        self, method: Method, value: Any, headers: Any = None, indent: int = 4
    ) -> str:  # Any: a message's classes
        """A call of a method of `client`, without a line's end."""
        self._imports = set()
        names = {one.field.name: one.name for one in method.request}
        if _is_whole(method, value, names):
            arguments = [self._said(value, indent + 4)]
        else:
            arguments = self._arguments(value, indent, names)
        if headers is not None:
            names = {one.field.name: one.name for one in method.headers}
            arguments += self._arguments(headers, indent, names)
        return _joined(f"client.{method.name}(", arguments, indent)

    def _arguments(
        self, value: Any, indent: int, names: Mapping[str, str] | None = None
    ) -> list[str]:  # Any: a dataclass
        """The arguments of a class, or by other `names` of a method, without defaults."""
        found = []
        for one in fields(value):
            given = getattr(value, one.name)
            default = one.default
            if one.default_factory is not MISSING:
                default = one.default_factory()
            if given is self._unset or (default is not MISSING and given == default):
                continue
            name = one.name if names is None else names[one.name]
            found.append(f"{name}={self._said(given, indent + 4)}")
        return found

    def _said(self, value: Any, indent: int) -> str:  # Any: whatever a field holds
        types = f"{self._name}.types"
        match value:
            case Enum():
                if not value.name or keyword.iskeyword(value.name):
                    return repr(value.value)
                return f"{types}.{type(value).__name__}.{value.name}"
            case str():
                return string(str(value))
            case float() if not isfinite(value):
                return f'float("{value}")'
            case self._package.TypedList(item_type=kind, rank=rank):
                items = [self._said(list(value), indent + 4)]
                items += [f"item_type={string(kind)}"] if kind else []
                items += [f"rank={rank}"] if rank != 1 else []
                return _joined(f"{self._name}.TypedList(", items, indent)
            case list():
                items = [self._said(item, indent + 4) for item in value]
                return _joined("[", items, indent, "]")
            case tuple():
                items = [self._said(item, indent + 4) for item in value]
                return _joined("(", items, indent, ")")
            case _ if is_dataclass(value) and ".types." in type(value).__module__:
                start = f"{types}.{type(value).__name__}("
                return _joined(start, self._arguments(value, indent), indent)
            case Decimal() if type(value) is Decimal:
                self._imports.add("from decimal import Decimal")
                return repr(value)
            case _ if type(value).__module__ == "datetime":
                self._imports.add("import datetime")
                return repr(value)
            case self._package.Nil():  # whose `repr` hides its attributes
                return self._nil(value)
            case self._package.Typed(kind, held):
                items = [self._said(one, indent + 4) for one in (kind, held)]
                return _joined(f"{self._name}.Typed(", items, indent)
            case self._package.AnyElement():
                return self._element(value, indent)
            case _ if type(value).__name__ in self._public:
                return f"{self._name}.{value!r}"
            case _:
                return repr(value)

    def _element(self, value: Any, indent: int) -> str:  # Any: an `AnyElement`
        """An element that a wildcard takes: its `repr` is of the class without its package."""
        items = [string(value.tag)]
        if value.attributes:
            items.append(f"attributes={value.attributes!r}")
        if value.content:
            items.append(f"content={self._said(value.content, indent + 4)}")
        if value.namespaces:
            items.append(f"namespaces={value.namespaces!r}")
        return _joined(f"{self._name}.AnyElement(", items, indent)

    def _nil(self, value: Any) -> str:  # Any: the package's own `Nil`
        kind = f", type={string(value.type)}" if value.type else ""
        return f"{self._name}.Nil({dict(value.attributes)!r}{kind})"


def _is_whole(method: Method, value: Any, names: Mapping[str, str]) -> bool:
    """Whether a method takes a request (of any class) as one argument, not by its fields."""
    if method.root is None:
        return False
    if method.root.struct.abstract or not is_dataclass(value):
        return True
    return any(one.name not in names for one in fields(value))


def _joined(start: str, items: list[str], indent: int, end: str = ")") -> str:
    """Items between brackets: on one line where they fit, else each on its own."""
    line = f"{start}{', '.join(items)}{end}"
    if indent + len(line) <= _WIDTH and "\n" not in line:
        return line
    space = " " * (indent + 4)
    lines = "".join(f"{space}{item},\n" for item in items)
    return f"{start}\n{lines}{' ' * indent}{end}"
