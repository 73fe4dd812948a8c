"""The docstrings of a class and of its fields, read from the source of its module."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import NamedTuple


class Descriptions(NamedTuple):
    """The docstrings of one class."""

    own: str
    fields: dict[str, str]


NOTHING = Descriptions("", {})


def descriptions(cls: type) -> Descriptions:
    """The docstrings of a class; none where its source is not there."""
    return _of_module(cls.__module__).get(cls.__name__, NOTHING)


def field_doc(cls: type, name: str) -> str:
    """The docstring of a field, which a base may have; "" where there is none."""
    found = (descriptions(one).fields.get(name) for one in cls.__mro__)
    return next((doc for doc in found if doc), "")


@cache
def _of_module(name: str) -> dict[str, Descriptions]:
    try:
        source = inspect.getsource(sys.modules[name])
    except (OSError, TypeError):  # there is none, or the module is built in
        return {}
    return {
        node.name: Descriptions(
            _unwrapped(ast.get_docstring(node) or ""), _fields(node)
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    }


def _fields(node: ast.ClassDef) -> dict[str, str]:
    """The strings that follow a field's definition."""
    found = {}
    for before, after in zip(node.body, node.body[1:], strict=False):
        if not isinstance(before, ast.AnnAssign) or not isinstance(after, ast.Expr):
            continue
        target, text = before.target, after.value
        if isinstance(target, ast.Name) and isinstance(text, ast.Constant):
            found[target.id] = _unwrapped(inspect.cleandoc(str(text.value)))
    return found


def _unwrapped(text: str) -> str:
    """A text with its paragraphs, and without the ends of its lines."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
