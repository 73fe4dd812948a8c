"""Small pieces of emitted Python: f-strings that grow `xml`, indented blocks."""

from __future__ import annotations

from collections.abc import Iterable

from codegen.python.literals import string


def formatted(template: str) -> str:
    """An f-string for text with `{expressions}`; a plain literal or the expression where that is all.

    Expressions hold no single quotes and no backslashes, constant text no braces: the parts of
    wire names and of this toolkit's own calls never do.
    """
    if template.startswith("{") and template.endswith("}") and template.count("{") == 1:
        return template[1:-1]
    if "{" not in template:
        return string(template)
    quote = "'" if '"' in template else '"'
    return f"f{quote}{template}{quote}"


def grow(template: str) -> str:
    """The statement that appends to `xml`."""
    return f"xml += {formatted(template)}"


def block(head: str, body: Iterable[str]) -> list[str]:
    """A compound statement with its indented body."""
    return [head, *(f"    {line}" for line in body)]


def tuple_of(items: list[str]) -> list[str]:
    """A tuple as black sets it: one item stays on the line, several have a line each."""
    if len(items) < 2:
        return [f"({items[0]},)" if items else "()"]
    return ["(", *(f"    {item}," for item in items), ")"]


def call(head: str, arguments: list[str], indent: int) -> list[str]:
    """`head(arguments)` as black sets it: on one line where it fits, else one argument a line."""
    line = f"{head}({', '.join(arguments)})"
    if indent + len(line) <= 88 or not arguments:
        return [line]
    return [f"{head}(", *(f"    {argument}," for argument in arguments), ")"]
