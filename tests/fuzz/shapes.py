"""The shapes of emitted Python: which syntax, names and comments the templates can give.

They are learned from packages of WSDLs without hostile texts. What a spec brings may change constants and names in
emitted code, but neither add a kind of syntax, nor a builtin, nor an import, nor a comment.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_ORDER = re.compile(
    r"#\s*(type|mypy|pyright|basedpyright|pyre|ruff|flake8|noqa|pylint|fmt|black|yapf|isort|nosec|pragma):"
    r"|.*coding[:=]",
    re.IGNORECASE,
)
"""Comments that tools obey, or Python."""
_EXACT = ("Expr", "FormattedValue", "JoinedStr")
"""Expressions in these are known by them: elsewhere one kind may be another's part."""


@dataclass
class Shapes:
    """The shapes of all modules that were learned."""

    known: set[tuple[str, ...]] = field(default_factory=set)

    def learn(self, files: Mapping[str, bytes]) -> None:
        """Take the shapes of a package's files as those that the templates give."""
        for path, content in modules(files):
            self.known |= {shape for shape, _ in shapes(content, path)}

    def strange(self, files: Mapping[str, bytes]) -> list[str]:
        """What is in a package's files, and no template gives; each with its place."""
        return [
            f"{path}:{line}: {' '.join(shape)}"
            for path, content in modules(files)
            for shape, line in shapes(content, path)
            if shape not in self.known
        ]


def modules(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """A package's own Python files: those of the runtime are copies."""
    for path, content in files.items():
        if path.endswith((".py", ".pyi")) and not path.startswith("_soap/"):
            yield path, content


def shapes(content: bytes, path: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """All shapes of a module, each with its line.

    Raises:
        SyntaxError: it is no Python.
    """
    yield ("encoding", tokenize.detect_encoding(io.BytesIO(content).readline)[0]), 1
    tree = ast.parse(content, path)
    bound = {name for node in ast.walk(tree) for name in _bound(node)}
    for node in ast.walk(tree):
        yield from _of_node(node, bound)
    for token in tokenize.tokenize(io.BytesIO(content).readline):
        if token.type == tokenize.COMMENT:
            yield ("comment", _of_comment(token, path)), token.start[0]


def _of_comment(token: tokenize.TokenInfo, path: str) -> str:
    """A comment; the demands of policies, which are words of a spec, are alike unless a tool obeys them."""
    alone = token.line.strip() == token.string.strip()
    if path == "policies.py" and alone and not _ORDER.match(token.string):
        return "words"
    return token.string


def _of_node(node: ast.AST, bound: set[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    line = getattr(node, "lineno", 0)
    kind = type(node).__name__
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                at = getattr(child, "lineno", line)
                exact = isinstance(child, ast.stmt) or kind in _EXACT
                where = (kind, name) if exact else ()
                yield ("node", *where, type(child).__name__), at
    match node:
        case ast.Import(names=names):
            yield from ((("import", one.name), line) for one in names)
        case ast.ImportFrom(module=module, level=0):
            yield ("import", str(module)), line
        case ast.Name(id=name) if name not in bound:
            yield ("name", name), line
        case ast.Call(func=func):
            yield ("call", *_callee(func, bound)), line
        case ast.Attribute(attr=name) if name.startswith("__"):
            yield ("attribute", name), line


def _callee(func: ast.expr, bound: set[str]) -> tuple[str, ...]:
    """What is called: a builtin by its name, anything else by the kinds of its parts."""
    match func:
        case ast.Name(id=name):
            return ("bound",) if name in bound else (name,)
        case ast.Attribute(value=value):
            return ("attribute", *_callee(value, bound))
        case _:
            return (type(func).__name__,)


def _bound(node: ast.AST) -> Iterator[str]:
    """Names that a node binds, in whatever scope, but for builtins that a package may hide."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for one in names:
                yield (one.asname or one.name).partition(".")[0]
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
