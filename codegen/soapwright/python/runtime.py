"""The part of the runtime that a package needs: the modules that its code names, and those that they import.

`soapwright.runtime` itself is a face of every name that emitted code may use, as `soap.text`; a
package's `_soap/__init__.py`, or that of the runtime that packages share, has those that their code uses. What it uses is read off the code: a
name that only a text has brings a module too many, and no name is ever forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from soapwright.python.text.literals import docstring, string
from soapwright.python.text.runtime_name import FOLDER, RuntimeName

_RUNTIME = Path(__file__).parents[1] / "runtime"

_FACE_IMPORT = re.compile(r"^from \.([\w.]+) import (\([^)]*\)|.*)$", re.MULTILINE)
# What a function imports counts too: it is loaded late, but it must be there.
_IMPORT = re.compile(r"^ *from (\.+)([\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
# What both begin to differ in is looked for behind: a pattern that begins with a text is quick.
_USED = re.compile(rf"soap\.(?:(?<=\bsoap\.)|(?<=\b{FOLDER}\.))([A-Za-z]\w*)")


def runtime_uses(code: Iterable[bytes], runtime: RuntimeName) -> tuple[str, ...]:
    """The parts of the runtime that code uses: names of the face, and modules (`http.client`), sorted.

    Args:
        code: of a package's modules.
        runtime: where that package's runtime is.
    """
    home = re.escape(runtime.shared) if runtime.shared else rf"\.+{FOLDER}"
    imports = re.compile(
        rf"^ *from {home}((?:\.\w+)*) import (\([^)]*\)|.*)$", re.MULTILINE
    )
    used: set[str] = set()
    for module in code:
        text = module.decode("utf-8")
        used.update(_USED.findall(text))
        for inside, imported in imports.findall(text):
            if inside:
                used.update(_modules(inside.removeprefix("."), imported))
            else:
                used.update(_imported(imported))
    # A text of the WSDL's may look like an import, and so may a type's name.
    return tuple(sorted(used & (homes().keys() | _all_modules())))


def runtime_files(uses: Iterable[str]) -> dict[str, bytes]:
    """The files of a runtime but its face, by their path in it.

    Args:
        uses: what is used of it, as `runtime_uses` gives it, of one package or of several.
    """
    files = {"py.typed": b""}
    for module in _closure({homes().get(name, name) for name in uses}):
        wing, _, _ = module.partition(".")
        files[f"{wing}/__init__.py"] = _content(f"{wing}.__init__")
        files[f"{module.replace('.', '/')}.py"] = _content(module)
    return {path: files[path] for path in sorted(files)}


def runtime_face(uses: Iterable[str], header: list[str]) -> bytes:
    """The module that offers its names, a runtime's `__init__.py`; `header` are its first lines."""
    names = sorted(homes().keys() & set(uses))
    by_module: dict[str, list[str]] = {}
    for name in names:
        by_module.setdefault(homes()[name], []).append(name)
    lines = [
        *header,
        *docstring("The names of this runtime that the generated code uses.", 0),
        "",
    ]
    lines += ["from __future__ import annotations", ""]
    for module in sorted(by_module):
        lines.append(f"from .{module} import {', '.join(by_module[module])}")
    lines += ["", "__all__ = [", *(f"    {string(name)}," for name in names), "]"]
    return "\n".join([*lines, ""]).encode("utf-8")


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


@cache
def _all_modules() -> frozenset[str]:
    return frozenset(
        ".".join(path.relative_to(_RUNTIME).with_suffix("").parts)
        for path in _RUNTIME.glob("*/*.py")
    )


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
