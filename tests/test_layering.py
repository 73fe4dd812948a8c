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

SOURCE = ROOT / "codegen"
MODEL = ("soapwright.model",)
STAGES = ("soapwright.wsdl", "soapwright.passes", "soapwright.python")
# Which of the toolkit's modules each part may import, beside itself; the longest name decides.
ALLOWED: dict[str, tuple[str, ...]] = {
    "soapwright": (),
    "soapwright.model": (),
    "soapwright.project": (*MODEL, "soapwright"),
    "soapwright.wsdl": (*MODEL, "soapwright.project.remote"),
    "soapwright.passes": MODEL,
    "soapwright.python": (*MODEL, "soapwright", "soapwright.project.toolkit"),
    "soapwright.python.text": ("soapwright.project.toolkit",),
    "soapwright.python.names": (*MODEL, "soapwright.python.text"),
    "soapwright.python.types": (
        *(*MODEL, "soapwright.python.text", "soapwright.python.names"),
    ),
    "soapwright.python.wire": MODEL,
    "soapwright.python.context": (
        *(*MODEL, "soapwright.python.types", "soapwright.python.wire"),
        "soapwright.python.text.runtime_name",
    ),
    "soapwright.python.codecs": (
        *(*MODEL, "soapwright.python.text", "soapwright.python.names"),
        *("soapwright.python.types", "soapwright.python.context"),
        "soapwright.python.wire",
    ),
    "soapwright.python.modules": (
        *(*MODEL, "soapwright.python.text", "soapwright.python.names"),
        *("soapwright.python.types", "soapwright.python.context"),
        *("soapwright.python.wire", "soapwright.python.codecs"),
    ),
    "soapwright.runtime": (),
    "soapwright.pipeline": (
        *(*MODEL, *STAGES),
        *("soapwright.project.manifest", "soapwright.project.remote"),
    ),
    "soapwright.envelopes": (
        *(*MODEL, *STAGES, "soapwright.pipeline", "soapwright.project"),
    ),
    "soapwright.tools": (
        *(*MODEL, *STAGES, "soapwright", "soapwright.pipeline"),
        *("soapwright.project", "soapwright.envelopes"),
    ),
    "soapwright.tools.verify": (
        *(*MODEL, "soapwright.wsdl.parsing", "soapwright.runtime"),
    ),
    "soapwright.testing": ("soapwright.envelopes", "soapwright.tools"),
    "soapwright.options": ("soapwright.model.options",),
    "soapwright.diagnostics": ("soapwright.model",),
    "soapwright.pytest_plugin": (
        *(*MODEL, "soapwright.testing", "soapwright.envelopes", "soapwright.tools"),
    ),
    "soapwright.cli": (
        *(*MODEL, "soapwright", "soapwright.project", "soapwright.pipeline"),
        *("soapwright.envelopes", "soapwright.tools"),
    ),
    "soapwright.__main__": ("soapwright.cli",),
}
# The same of the gateway's rooms: none may import what is not named here.
ROOMS: dict[str, tuple[str, ...]] = {
    "": ("client",),
    "vendor": (),
    "messages": ("vendor",),
    "callbacks": ("vendor", "services"),
    "client": ("vendor", "messages", "services"),
    "codes": ("vendor",),
    "features": ("vendor",),
    "outgoing": ("messages",),
    "outcomes": ("client",),
    "queue": ("vendor", "messages", "callbacks", "client"),
    "sandbox": (),
    "sandbox.records": ("vendor",),
    "sandbox.state": ("vendor", "sandbox.records"),
    "sandbox.engine": ("vendor", "sandbox.records", "sandbox.state"),
    "sandbox.wire": (
        *("vendor", "services"),
        *("sandbox.records", "sandbox.state", "sandbox.engine"),
    ),
    "sandbox.web": (
        *("vendor", "services"),
        *("sandbox.records", "sandbox.state", "sandbox.engine", "sandbox.wire"),
    ),
    "sandbox.api": (
        *("", "vendor", "sandbox.records", "sandbox.state", "sandbox.engine"),
        *("sandbox.wire", "sandbox.web"),
    ),
    "sandbox.config": ("vendor", "sandbox.records", "sandbox.wire"),
    "sandbox.box": (
        *("sandbox.records", "sandbox.state", "sandbox.engine", "sandbox.web"),
        "sandbox.api",
    ),
    "testing": ("sandbox.records", "sandbox.api"),
    "fixture": ("testing", "sandbox.box", "sandbox.config", "sandbox.records"),
    "pytest_plugin": ("fixture",),
    "cli": (
        *("vendor", "messages", "client", "testing"),
        *("sandbox.records", "sandbox.state", "sandbox.engine"),
        *("sandbox.box", "sandbox.config", "sandbox.api"),
    ),
    "demo": (
        *("vendor", "messages", "callbacks", "client", "services"),
        "sandbox.web",
    ),
    "__main__": ("cli",),
}
# Who imports each third-party package; nobody else does.
OWNERS: dict[str, tuple[str, ...]] = {
    "lxml": (
        *("soapwright.wsdl", "soapwright.runtime"),
        *("soapwright.envelopes", "soapwright.tools"),
    ),
    "xsdata": ("soapwright.wsdl.schema.xsd",),
    "jinja2": ("soapwright.python.text.render", "soapwright.tools.docs.render"),
    "ruff": ("soapwright.python.formatting",),
    "click": ("soapwright.cli",),
    "markdown_it": ("soapwright.tools.docs.markdown",),
    "uvicorn": ("soapwright.tools.serve",),
    "cryptography": ("soapwright.runtime.security",),
    "mcp": ("soapwright.tools.agents.server",),
    "mcp_types": ("soapwright.tools.agents.server",),
    "anyio": ("soapwright.tools.agents.server",),
    "pytest": ("soapwright.pytest_plugin",),
    "httpx2": (
        *("soapwright.project.fetching", "soapwright.runtime.http.httpx2_library"),
    ),
}
GATEWAY_OWNERS: dict[str, tuple[str, ...]] = {
    "lxml": ("callbacks", "client", "sandbox.wire"),
    "phonenumbers": ("vendor",),
    "psycopg": ("client",),
    "procrastinate": ("queue",),
    "httpx2": ("sandbox.web", "demo", "testing"),
    "pytest": ("pytest_plugin",),
    "click": ("cli", "demo"),
    "jinja2": ("sandbox.web",),
    "vobject": ("messages",),
    "PIL": ("messages",),
}
FUNCTION_LINES, MEDIAN_LINES = 60, 15
SUPPRESSION = re.compile(
    r"#\s*((?:type|pyright):\s*ignore(\[[^\]]*\])?|noqa(:\s*\w+)?)"
)


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


def modules(source: Path, folder: str) -> dict[str, Module]:
    found = {}
    for path in sorted((source / folder).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found[name] = Module(name, path)
    return found


def is_within(name: str, part: str) -> bool:
    """Whether a module is a package, or in it. The toolkit's root stands for itself alone."""
    return name == part or (part != "soapwright" and name.startswith(f"{part}."))


MODULES = modules(SOURCE, "soapwright") | modules(
    ROOT / "gateway", "soapwright_clickatell"
)
TOOLKIT = {n: m for n, m in MODULES.items() if n.split(".")[0] == "soapwright"}
GATEWAY = {n: m for n, m in MODULES.items() if n.split(".")[0] != "soapwright"}
RUNTIME = {n: m for n, m in TOOLKIT.items() if is_within(n, "soapwright.runtime")}


# ------------------------------------------------------------------------ who imports whom


def test_imports_run_one_way() -> None:
    wrong = []
    for name, module in TOOLKIT.items():
        part = max((p for p in ALLOWED if is_within(name, p)), key=len)
        wrong += [
            f"{name}:{node.lineno}: {target}"
            for target, node in module.imports()
            if target.split(".")[0] in ("soapwright", "soapwright_clickatell")
            and not any(is_within(target, one) for one in (part, *ALLOWED[part]))
        ]
    assert wrong == []


def room(name: str) -> str:
    """The gateway's room that a module is in: the longest that is named."""
    inner = name.removeprefix("soapwright_clickatell").removeprefix(".")
    within = (r for r in ROOMS if r in ("", inner) or inner.startswith(f"{r}."))
    return max(within, key=len)


def test_the_gateways_rooms_are_built_on_each_other() -> None:
    wrong = []
    for name, module in GATEWAY.items():
        own = room(name)
        for target, node in module.imports():
            inner = target.removeprefix("soapwright_clickatell.")
            vendored = inner.split(".")[0] == "services"
            if (
                inner == target
                or (other := "services" if vendored else room(target)) == own
            ):
                continue
            if other not in ROOMS[own]:
                wrong.append(f"{name}:{node.lineno}: {target}")
    assert wrong == []


def test_the_gateway_does_without_the_toolkit() -> None:
    """It has its own dependencies, and packages as any user has them: vendored, relative."""
    known = {"soapwright_clickatell"} | sys.stdlib_module_names
    wrong = [
        f"{name}:{node.lineno}: {target}"
        for name, module in GATEWAY.items()
        for target, node in module.imports()
        if (top := target.split(".")[0]) not in known
        and room(name) not in GATEWAY_OWNERS.get(top, ())
    ]
    assert wrong == []


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
    own = {"soapwright"} | sys.stdlib_module_names
    wrong = [
        f"{name}:{node.lineno}: {target}"
        for name, module in TOOLKIT.items()
        for target, node in module.imports()
        if (top := target.split(".")[0]) not in own
        and not any(is_within(name, owner) for owner in OWNERS.get(top, ()))
    ]
    assert wrong == []


def test_xsdata_is_used_through_its_public_surface() -> None:
    """Its documented modules; with others a release of it would be a gamble."""
    used = {
        target
        for target, _ in TOOLKIT["soapwright.wsdl.schema.xsd"].imports()
        if target.split(".")[0] == "xsdata"
    }
    assert used == {
        "xsdata.codegen.parsers.schema",
        "xsdata.exceptions",
        "xsdata.formats.dataclass.parsers.config",
        "xsdata.models.enums",
        "xsdata.models.xsd",
    }


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
    """Those inside a function have their reason in a comment above the first of them."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, module in MODULES.items()
        for function in module.functions
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and not module.lines[node.lineno - 2].lstrip().startswith(("#", "from "))
    ]
    assert wrong == []
    # what pytest imports in each run, for a plugin in it, loads its names when they are used;
    # the decorator of types is the standard library's to type checkers
    others = {"soapwright_clickatell", "soapwright.runtime.codec.classes"}
    for name in MODULES.keys() - others:
        assert "TYPE_CHECKING" not in names_in(MODULES[name].tree), name


def names_in(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


# ------------------------------------------------------------------- the runtime's wings


# Which of the runtime's wings each may import. The first ten are every package's, the
# others are carried by those that need them.
WINGS: dict[str, tuple[str, ...]] = {
    "secrets": (),
    "values": ("secrets",),
    "errors": ("secrets", "values"),
    "xml": ("secrets", "values", "errors"),
    "codec": ("secrets", "values", "errors", "xml"),
    "soap": ("secrets", "values", "errors", "xml", "codec"),
    "http": ("secrets", "values", "errors", "xml", "soap"),
    "security": ("values", "errors", "xml", "soap", "http"),
    "addressing": ("values", "errors", "xml", "soap", "http"),
    "validation": ("values", "errors", "codec"),
    "json": ("secrets", "values", "errors", "xml", "codec", "http", "validation"),
    "streaming": ("secrets", "values", "errors", "xml", "soap"),
    "wildcards": ("values", "errors", "xml", "codec"),
    "encoding": (
        *("secrets", "values", "errors", "xml", "codec", "soap"),
        *("streaming", "wildcards"),
    ),
    "attachments": ("values", "errors", "xml", "codec", "http", "encoding"),
    "server": ("values", "errors", "xml", "soap", "http", "addressing"),
}


def test_the_runtimes_wings_are_used_one_way() -> None:
    wrong, used = [], set()
    for name, module in RUNTIME.items():
        if name == "soapwright.runtime":  # the face of them all
            continue
        wing = name.split(".")[2]
        for target, node in module.imports():
            if target in RUNTIME and (other := target.split(".")[2]) != wing:
                used.add((wing, other))
                if other not in WINGS[wing]:
                    wrong.append(f"{name}:{node.lineno}: {target}")
    assert wrong == []
    assert used == {(wing, other) for wing in WINGS for other in WINGS[wing]}
    for number, wing in enumerate(WINGS):
        assert set(WINGS[wing]) <= set(list(WINGS)[:number])


# ------------------------------------------------------------------------------- how big


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


# ------------------------------------------------------------------------------ the model


def test_the_model_is_frozen() -> None:
    wrong = [
        node.name
        for node in ast.walk(MODULES["soapwright.model.api"].tree)
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


def test_docstrings_name_their_subject() -> None:
    """By a noun or a verb, never "What it is": attributes' too, which follow an assignment."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, module in MODULES.items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and re.match(r"\s*What\b", str(node.value.value))
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


def test_facts_are_worked_out_once() -> None:
    """Subtypes and cycles are looked up in `Api.facts`, but by who runs before they are known."""
    before = {"soapwright.passes.choose", "soapwright.passes.check_kinds"}
    makers = {"soapwright.passes.facts", *before}
    for name, module in MODULES.items():
        called = {
            node.func.id
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if called & {"subtypes_of", "strongly_connected"}:
            assert name in makers, name
