"""The part of the runtime that a package needs: the modules that its code names, and those that they import.

`soapwright.runtime` itself is a face of every name that emitted code may use, as `soap.text`; a
package's `_soap/__init__.py` has those that its code uses. What it uses is read off the code: a
name that only a text has brings a module too many, and no name is ever forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from soapwright.python.text.literals import docstring, string

_RUNTIME = Path(__file__).parents[1] / "runtime"
_WIDTH = 88
FOLDER = "_soap"
"""The folder of a package that holds its runtime."""

_FACE_IMPORT = re.compile(r"^from \.([\w.]+) import (\([^)]*\)|.*)$", re.MULTILINE)
# Only what is imported with the module counts: an import inside a function is for who has that.
_IMPORT = re.compile(r"^from (\.+)([\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
_USED = re.compile(rf"\b(?:soap|{FOLDER})\.([A-Za-z]\w*)")
_USED_IMPORT = re.compile(
    rf"^ *from \.+{FOLDER}((?:\.\w+)*) import (\([^)]*\)|.*)$", re.MULTILINE
)


def emit_runtime(code: Iterable[str], header: list[str]) -> dict[str, bytes]:
    """The files of a package's runtime, by their path in it.

    Args:
        code: of the package's modules.
        header: the first lines of a generated module.
    """
    names, modules = _uses(code)
    face = {name: homes()[name] for name in sorted(names)}
    needed = _closure({*modules, *face.values()})
    files = {"__init__.py": _face(face, header), "py.typed": b""}
    for module in sorted(needed):
        path = Path(*module.split("."))
        files[f"{path.as_posix()}.py"] = _content(module)
        files[f"{path.parent.as_posix()}/__init__.py"] = _content(
            f"{path.parts[0]}.__init__"
        )
    return {f"{FOLDER}/{path}": files[path] for path in sorted(files)}


def _uses(code: Iterable[str]) -> tuple[set[str], set[str]]:
    """The names of the face that code uses, and the modules that it imports by themselves."""
    names: set[str] = set()
    modules: set[str] = set()
    for text in code:
        names.update(_USED.findall(text))
        for home, imported in _USED_IMPORT.findall(text):
            if home in ("", "."):
                names.update(_imported(imported))
            else:
                modules.update(_modules(home.removeprefix("."), imported))
    return names & homes().keys(), modules


def _imported(text: str) -> Iterator[str]:
    """The names in what follows `import`."""
    for one in text.strip("()").split(","):
        if name := one.split(" as ")[0].strip():
            yield name


def _modules(home: str, imported: str) -> Iterator[str]:
    """The modules of the runtime that an import names: `home`, or those in it."""
    if _path(home).is_file():
        yield home
        return
    yield from (f"{home}.{name}".removeprefix(".") for name in _imported(imported))


def _path(module: str) -> Path:
    return _RUNTIME.joinpath(*module.split(".")).with_suffix(".py")


@cache
def _content(module: str) -> bytes:
    return _path(module).read_bytes()


@cache
def homes() -> dict[str, str]:
    """The module of each name of the face."""
    text = (_RUNTIME / "__init__.py").read_text(encoding="utf-8")
    return {
        name: module
        for module, imported in _FACE_IMPORT.findall(text)
        for name in _imported(imported)
    }


@cache
def _imports(module: str) -> frozenset[str]:
    """The modules of the runtime that one imports."""
    wing = module.rpartition(".")[0]
    found: set[str] = set()
    for dots, home, imported in _IMPORT.findall(_content(module).decode("utf-8")):
        inside = home if len(dots) > 1 else f"{wing}.{home}".rstrip(".")
        found.update(_modules(inside, imported))
    return frozenset(found)


def _closure(modules: set[str]) -> set[str]:
    """Modules with all that they import."""
    found: set[str] = set()
    pending = list(modules)
    while pending:
        module = pending.pop()
        if module not in found:
            found.add(module)
            pending += _imports(module)
    return found


def _face(names: dict[str, str], header: list[str]) -> bytes:
    """The module that offers the names to the package's own modules."""
    by_module: dict[str, list[str]] = {}
    for name, module in names.items():
        by_module.setdefault(module, []).append(name)
    lines = [*header, *docstring("What the package's code uses of its runtime.", 0), ""]
    lines += ["from __future__ import annotations", ""]
    for module in sorted(by_module):
        given = by_module[module]
        line = f"from .{module} import {', '.join(given)}"
        fits = len(line) <= _WIDTH
        lines += (
            [line]
            if fits
            else [
                f"{line[: -len(', '.join(given))]}(",
                *(f"    {n}," for n in given),
                ")",
            ]
        )
    lines += ["", "__all__ = [", *(f"    {string(name)}," for name in names), "]"]
    return "\n".join([*lines, ""]).encode()
