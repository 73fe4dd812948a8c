"""The names that one emitted module uses from elsewhere, collected as they are used.

Annotations and expressions are made through a scope, so that a module imports exactly what
its text needs, and under a private alias what a field of its class would hide.
"""

from __future__ import annotations

from collections.abc import Iterable

from soapwright.python.text.runtime_name import VENDORED, RuntimeName

_MODULES = {
    "abstractmethod": "abc",
    "Decimal": "decimal",
    "date": "datetime",
    "datetime": "datetime",
    "time": "datetime",
    "Any": "typing",
    "Literal": "typing",
    "Sequence": "collections.abc",
    "TYPE_CHECKING": "typing",
    "TypedDict": "typing",
    "overload": "typing",
    "field": "dataclasses",
}
_PACKAGE = {
    "t": "types",
    "elements": "elements",
    "facets": "facets",
    "own": "_package",
}


class Scope:
    """One module's names; `shadowed` are those that a class in it gives another meaning."""

    def __init__(
        self, shadowed: Iterable[str] = (), runtime: RuntimeName = VENDORED
    ) -> None:
        self._runtime = runtime
        self._shadowed = frozenset(shadowed)
        self._used: set[str] = set()

    def name(self, name: str) -> str:
        """The module's own name for `name`: a builtin, one of the standard library, `soap`, `t`."""
        self._used.add(name)
        return f"_{name}" if name in self._shadowed else name

    def alias(self, name: str) -> str:
        """The same, of a name that may not be used at all."""
        return f"_{name}" if name in self._shadowed else name

    def uses(self, name: str) -> bool:
        """Whether the module uses a name."""
        return name in self._used

    def soap(self, name: str) -> str:
        """A name of the runtime: `soap.text`."""
        return f"{self.name('soap')}.{name}"

    def type(self, name: str) -> str:
        """A name of the package's types: `t.VirtualDisk`."""
        return f"{self.name('t')}.{name}"

    @property
    def standard_imports(self) -> list[str]:
        """The import lines of the standard library, sorted, one a module.

        Builtins are imported where they are hidden: to mypy an assignment would be no type.
        """
        by_module: dict[str, list[str]] = {}
        for name in sorted(self._used - {*_PACKAGE, "soap"}):
            module = _MODULES.get(name, "builtins")
            alias = f" as _{name}" if name in self._shadowed else ""
            if alias or module != "builtins":
                by_module.setdefault(module, []).append(name + alias)
        return [f"from {m} import {', '.join(n)}" for m, n in sorted(by_module.items())]

    @property
    def package_imports(self) -> list[str]:
        """The import lines of the package itself, for a module one folder down."""
        return self._imports("..")

    @property
    def sibling_imports(self) -> list[str]:
        """The same, for a module of the package's own folder."""
        return self._imports(".")

    def _imports(self, folder: str) -> list[str]:
        lines = []
        if "soap" in self._used:
            lines.append(self._runtime.face(self.alias("soap"), up=len(folder)))
        for name, module in _PACKAGE.items():
            if name in self._used:
                alias = self.alias(name)
                renamed = "" if alias == module else f" as {alias}"
                lines.append(f"from {folder} import {module}{renamed}")
        return sorted(lines)
