"""The lazy index of a package's types: a name loads the one module that has it (PEP 562)."""

from __future__ import annotations

from importlib import import_module

_VERBS = ("read_encoded_", "write_encoded_", "read_", "write_", "parse_", "text_")


class Index:
    """Which module has which class, and what `xsi:type` calls it.

    `entries` has a line for each type: its name (with a colon where it has functions and no
    class), its module, and for a named type the number of its namespace in `namespaces` and
    its name in the schema. It is one string, read when
    the first type is wanted: a table of thousands would cost at every import.
    """

    def __init__(self, package: str, namespaces: tuple[str, ...], entries: str) -> None:
        self._package = package
        self._namespaces = namespaces
        self._entries = entries
        self._classes: list[str] = []
        self._modules: dict[str, str] = {}
        self._types: dict[str, str] = {}

    def _fill(self) -> None:
        """Read the entries. What is asked for first, `_modules`, is set last: another thread
        that finds it finds the rest too."""
        modules: dict[str, str] = {}
        classes: list[str] = []
        types: dict[str, str] = {}
        anywhere: dict[str, list[str]] = {}
        for line in self._entries.split("\n"):
            words = line.split(" ")
            name = words[0].rstrip(":")
            if len(words) > 1:
                modules[name] = words[1]
                if name == words[0]:
                    classes.append(name)
            if len(words) > 3:
                namespace = self._namespaces[int(words[2])]
                types[f"{{{namespace}}}{words[3]}" if namespace else words[3]] = name
                anywhere.setdefault(words[3], []).append(name)
        for local, names in anywhere.items():
            if len(names) == 1:
                types[f"{{*}}{local}"] = names[0]
        self._types = types
        self._classes = classes
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
        try:
            value: object = getattr(module, name)
        except AttributeError:
            raise AttributeError(
                f"module {self._package!r} has no attribute {name!r}"
            ) from None
        return value

    def lookup(self, name: str) -> str | None:
        """The Python name of the type that a name in Clark's notation means; None where none does.

        With `{*}` for the namespace, of the only type of that local name.
        """
        if not self._modules:
            self._fill()
        return self._types.get(name)

    def names(self) -> list[str]:
        """The names of all classes."""
        if not self._modules:
            self._fill()
        return list(self._classes)
