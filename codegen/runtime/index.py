"""The lazy index of a package's types: a name loads the one module that has it (PEP 562)."""

from __future__ import annotations

from importlib import import_module

_VERBS = ("read_encoded_", "write_encoded_", "read_", "write_", "parse_", "text_")


class Index:
    """Which module has which class, and what `xsi:type` calls it.

    `entries` has a line for each type: its name, its module, and for a named type the number
    of its namespace in `namespaces` and its name in the schema. It is one string, read when
    the first type is wanted: a table of thousands would cost at every import.
    """

    def __init__(self, package: str, namespaces: tuple[str, ...], entries: str) -> None:
        self._package = package
        self._namespaces = namespaces
        self._entries = entries
        self._modules: dict[str, str] = {}
        self._types: dict[str, str] = {}

    def _fill(self) -> None:
        modules: dict[str, str] = {}
        types: dict[str, str] = {}
        for line in self._entries.split("\n"):
            words = line.split(" ")
            if len(words) > 1:
                modules[words[0]] = words[1]
            if len(words) > 3:
                namespace = self._namespaces[int(words[2])]
                types[f"{{{namespace}}}{words[3]}" if namespace else words[3]] = words[
                    0
                ]
        self._types = types
        self._modules = modules

    def load(self, name: str) -> object:
        """A class or a function of a type, its module imported.

        Raises:
            AttributeError: there is no such name.
        """
        if not self._modules:
            self._fill()
        key = name
        if key not in self._modules:
            verb = next((v for v in _VERBS if name.startswith(v)), "")
            key = name.removeprefix(verb)
        if key not in self._modules:
            raise AttributeError(f"module {self._package!r} has no attribute {name!r}")
        module = import_module(f"{self._package}.{self._modules[key]}")
        value: object = getattr(module, name)
        return value

    def lookup(self, name: str) -> str | None:
        """The Python name of the type that a name in Clark's notation means; None where none does."""
        if not self._modules:
            self._fill()
        return self._types.get(name)

    def names(self) -> list[str]:
        """The names of all types."""
        if not self._modules:
            self._fill()
        return list(self._modules)
