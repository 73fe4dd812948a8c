"""The lazy index of a package's types: a name loads the one module that has it (PEP 562)."""

from __future__ import annotations

from importlib import import_module

_VERBS = ("read_encoded_", "write_encoded_", "read_", "write_", "parse_", "text_")


class Index:
    """Which module has which class, and what `xsi:type` calls it.

    `entries` has a line for each type: its name (with a colon where it has functions and no
    class), its module, and for a named type the number of its namespace in `namespaces` and
    its name in the schema. It is one string, of which each table is made when it is first
    needed: tables of thousands would cost at every import. Threads that race there make the
    same table twice.
    """

    def __init__(self, package: str, namespaces: tuple[str, ...], entries: str) -> None:
        self._package = package
        self._namespaces = namespaces
        self._entries = entries
        self._lines: dict[str, str] | None = None
        self._types: dict[str, str] | None = None

    @property
    def lines(self) -> dict[str, str]:
        """The rest of each line by its first word."""
        if self._lines is None:
            lines = self._entries.split("\n")
            self._lines = dict(line.split(" ", 1) for line in lines if line)
        return self._lines

    @property
    def types(self) -> dict[str, str]:
        """The Python name of each named type, by its name in Clark's notation; with `{*}` for
        the namespace, that of the only type of a local name."""
        if self._types is None:
            types: dict[str, str] = {}
            anywhere: dict[str, list[str]] = {}
            for word, line in self.lines.items():
                _, *named = line.split(" ")
                if named:
                    namespace, local = self._namespaces[int(named[0])], named[1]
                    name = word.rstrip(":")
                    types[f"{{{namespace}}}{local}" if namespace else local] = name
                    anywhere.setdefault(local, []).append(name)
            for local, names in anywhere.items():
                if len(names) == 1:
                    types[f"{{*}}{local}"] = names[0]
            self._types = types
        return self._types

    def _module(self, name: str) -> str | None:
        """The module of a type; None where there is no type of this Python name."""
        line = self.lines.get(name) or self.lines.get(f"{name}:")
        return None if line is None else line.partition(" ")[0]

    def load(self, name: str) -> object:
        """A class or a function of a type, its module imported.

        Raises:
            AttributeError: there is no such name.
        """
        home = self._module(name)
        if home is None:
            verb = next((v for v in _VERBS if name.startswith(v)), "")
            home = self._module(name.removeprefix(verb))
        if home is None:
            raise AttributeError(f"module {self._package!r} has no attribute {name!r}")
        module = import_module(f"{self._package}.{home}")
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
        return self.types.get(name)

    def names(self) -> list[str]:
        """The names of all classes."""
        return [word for word in self.lines if not word.endswith(":")]
