"""The house in order: who imports whom, who owns which dependency, and how big things get."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

import pytest
from conftest import ROOT

MODEL = ("codegen.diagnostics", "codegen.model", "codegen.options", "codegen.walk")
STAGES = ("codegen.wsdl", "codegen.passes", "codegen.python")
# Which of the toolkit's modules each part may import, beside itself; the longest name decides.
ALLOWED: dict[str, tuple[str, ...]] = {
    "codegen": (),
    "codegen.diagnostics": (),
    "codegen.options": ("codegen.diagnostics",),
    "codegen.fetching": (),
    "codegen.remote": ("codegen.fetching", "codegen.toolkit"),
    "codegen.toml_lines": (),
    "codegen.toolkit": ("codegen",),
    "codegen.manifest": (*MODEL, "codegen.toolkit"),
    "codegen.model": ("codegen.diagnostics",),
    "codegen.walk": ("codegen.diagnostics", "codegen.model"),
    "codegen.wsdl": (*MODEL, "codegen.remote"),
    "codegen.passes": MODEL,
    "codegen.python": (*MODEL, "codegen", "codegen.toolkit"),
    "codegen.runtime": (),
    "codegen.pipeline": (*MODEL, *STAGES, "codegen.manifest", "codegen.remote"),
    "codegen.output": (*MODEL, "codegen.manifest", "codegen.toolkit"),
    "codegen.config": (*MODEL, "codegen.remote", "codegen.toml_lines"),
    "codegen.tools": (
        *(*MODEL, *STAGES, "codegen", "codegen.pipeline", "codegen.config"),
        *("codegen.manifest", "codegen.output", "codegen.remote", "codegen.toolkit"),
    ),
    "codegen.testing": ("codegen.tools",),
    "codegen.pytest_plugin": (*MODEL, "codegen.testing", "codegen.tools"),
    "codegen.cli": (
        *MODEL,
        "codegen.commands",
        *("codegen", "codegen.config", "codegen.output"),
        *("codegen.pipeline", "codegen.remote", "codegen.tools"),
    ),
    "codegen.commands": (
        *MODEL,
        *("codegen.config", "codegen.manifest", "codegen.output", "codegen.pipeline"),
        *("codegen.remote", "codegen.tools"),
    ),
    "codegen.__main__": ("codegen.cli",),
}
# Who imports each third-party package; nobody else does.
OWNERS: dict[str, tuple[str, ...]] = {
    "lxml": ("codegen.wsdl", "codegen.runtime", "codegen.tools"),
    "xsdata": ("codegen.wsdl.schema",),
    "jinja2": ("codegen.python.render", "codegen.tools.docs.render"),
    "click": ("codegen.cli", "codegen.commands"),
    "uvicorn": ("codegen.tools.serve",),
    "pytest": ("codegen.pytest_plugin",),
    "httpx2": ("codegen.fetching", "codegen.runtime.transport"),
}
# The model is one document to be read from top to bottom.
# the model is a document; the runtime's face is a list of names
LONG_MODULES = {"codegen.model": 680, "codegen.runtime": 450}
MODULE_LINES, FUNCTION_LINES, MEDIAN_LINES = 400, 60, 15
SUPPRESSION = re.compile(r"#\s*(type:\s*ignore(\[[^\]]*\])?|noqa(:\s*\w+)?)")


@dataclass(frozen=True)
class Module:
    """A module of the project: its name, and where it is."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def imports(self) -> Iterator[tuple[str, ast.stmt]]:
        """Every module that is imported anywhere in this one, and its statement."""
        package = (
            self.name if self.path.stem == "__init__" else self.name.rpartition(".")[0]
        )
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parts = package.split(".")
                    above = parts[: len(parts) - node.level + 1]
                    base = ".".join([*above, base]).rstrip(".")
                for alias in node.names:
                    whole = f"{base}.{alias.name}"
                    yield (whole if whole in MODULES else base), node


def modules(folder: str) -> dict[str, Module]:
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found[name] = Module(name, path)
    return found


def is_within(name: str, part: str) -> bool:
    """Whether a module is a package, or in it. The toolkit's root stands for itself alone."""
    return name == part or (part != "codegen" and name.startswith(f"{part}."))


MODULES = modules("codegen") | modules("gateway")
TOOLKIT = {n: m for n, m in MODULES.items() if n.split(".")[0] == "codegen"}
RUNTIME = {n: m for n, m in TOOLKIT.items() if is_within(n, "codegen.runtime")}


# ------------------------------------------------------------------------ who imports whom


def test_imports_run_one_way() -> None:
    wrong = []
    for name, module in TOOLKIT.items():
        part = max((p for p in ALLOWED if is_within(name, p)), key=len)
        wrong += [
            f"{name}:{node.lineno}: {target}"
            for target, node in module.imports()
            if target.split(".")[0] in ("codegen", "gateway")
            and not any(is_within(target, one) for one in (part, *ALLOWED[part]))
        ]
    assert wrong == []


def test_the_gateway_uses_packages_as_any_user_does() -> None:
    wrong = [
        f"{name}:{node.lineno}: {target}"
        for name, module in MODULES.items()
        for target, node in module.imports()
        if (name.startswith("gateway") and is_toolkit(target))
        or (
            name.startswith("codegen") and target.split(".")[0].startswith("clickatell")
        )
    ]
    assert wrong == []


def is_toolkit(target: str) -> bool:
    return target.split(".")[0] == "codegen" and target != "codegen.testing"


def test_the_runtime_imports_itself_relatively() -> None:
    wrong = [
        f"{name}:{node.lineno}: {target}"
        for name, module in RUNTIME.items()
        for target, node in module.imports()
        if target in TOOLKIT and not getattr(node, "level", 0)
    ]
    assert wrong == []


def test_no_import_goes_round_in_a_circle() -> None:
    graph = {
        name: {t for t, _ in module.imports() if t in MODULES and t != name}
        for name, module in MODULES.items()
    }
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            for target in sorted(graph[name]):
                walk(target, (*way, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_each_dependency_has_its_owners() -> None:
    own = {"codegen", "gateway"} | sys.stdlib_module_names
    wrong = [
        f"{name}:{node.lineno}: {target}"
        for name, module in TOOLKIT.items()
        for target, node in module.imports()
        if (top := target.split(".")[0]) not in own
        and not any(is_within(name, owner) for owner in OWNERS.get(top, ()))
    ]
    assert wrong == []


def test_each_owner_still_needs_its_dependency() -> None:
    for dependency, owners in OWNERS.items():
        for owner in owners:
            assert any(
                target.split(".")[0] == dependency
                for name, module in TOOLKIT.items()
                if is_within(name, owner)
                for target, _ in module.imports()
            ), f"{owner} does without {dependency}"


def test_imports_stand_at_the_top() -> None:
    """One inside a function has its reason in a comment above it."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, module in MODULES.items()
        for function in module.functions
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and not module.lines[node.lineno - 2].lstrip().startswith("#")
    ]
    assert wrong == []
    for name, module in MODULES.items():
        assert "TYPE_CHECKING" not in names_in(module.tree), name


def names_in(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


# ------------------------------------------------------------------------------- how big


def test_modules_are_small() -> None:
    lengths = {name: len(module.lines) for name, module in MODULES.items()}
    limits = {name: LONG_MODULES.get(name, MODULE_LINES) for name in MODULES}
    assert {name: n for name, n in lengths.items() if n > limits[name]} == {}


def test_functions_are_small() -> None:
    lengths = {
        f"{name}:{function.lineno}": length(function)
        for name, module in MODULES.items()
        for function in module.functions
    }
    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES} == {}
    assert median(lengths.values()) <= MEDIAN_LINES
    assert sum(n > 40 for n in lengths.values()) <= 0.03 * len(lengths)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_long_modules_are_still_long() -> None:
    for name in LONG_MODULES:
        assert len(MODULES[name].lines) > MODULE_LINES, f"{name} needs no exception"


# ------------------------------------------------------------------------------ the model


def test_the_model_is_frozen() -> None:
    wrong = [
        node.name
        for node in ast.walk(MODULES["codegen.model"].tree)
        if isinstance(node, ast.ClassDef)
        and node.decorator_list
        and "frozen=True, slots=True" not in ast.unparse(node.decorator_list[0])
    ]
    assert wrong == []


def test_nothing_is_changed_behind_the_models_back() -> None:
    wrong = [
        name
        for name, module in TOOLKIT.items()
        if name not in RUNTIME and "object.__setattr__" in module.text
    ]
    assert wrong == []


def test_a_suppression_has_its_reason() -> None:
    """`type: ignore[...]  # why`, on the line itself."""
    wrong = [
        f"{name}:{number}"
        for name, module in MODULES.items()
        for number, line in enumerate(module.lines, 1)
        if (found := SUPPRESSION.search(line)) and "#" not in line[found.end() :]
    ]
    assert wrong == []


# --------------------------------------------------------------------------- the templates

TEMPLATES = sorted((ROOT / "templates" / "python").glob("*.jinja"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_decide_nothing(path: Path) -> None:
    """They lay out what views hold: no assignments, no macros, no calls, no tests of types."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    assert re.findall(r"{%-?\s*(set|macro|call|import|include|extends)\b", text) == []
    marked = re.findall(r"{{(.*?)}}|{%(.*?)%}", text)
    code = "\n".join(one for pair in marked for one in pair)
    assert set(re.findall(r"\|\s*(\w+)", code)) <= {"join", "indent"}
    assert re.findall(r"\bis\s+(?:not\s+)?\w+", code) == []


SITE_TEMPLATES = sorted((ROOT / "templates" / "docs").glob("*.jinja"))


@pytest.mark.parametrize("path", SITE_TEMPLATES, ids=lambda path: path.name)
def test_the_references_templates_escape_everything(path: Path) -> None:
    """They hold no script, and no text is marked as safe."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"{%-?\s*(set|autoescape|include)\b", text) == []
    assert set(re.findall(r"\|\s*(\w+)", text)) <= {"length"}
    assert re.findall(r"<script(?! src=)|\bon\w+=|javascript:", text) == []
