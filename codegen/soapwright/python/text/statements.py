"""Small pieces of emitted Python: f-strings that grow `xml`, indented blocks."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterable

from soapwright.python.text.literals import string

_WIDTH = 88
_GROWN = re.compile(r"xml (?P<grows>\+?)= (?P<text>.+)")
_CALL = re.compile(r"[\w.]+\([\w.,: \"-]*\)")
_RETURN = 'return f"{xml}</{tag}>"'
_MANY = 8
_GROWS = re.compile(r"(?P<indent> *)xml (?:(?P<first>)|\+)= ")
_COLLECTED = {
    _RETURN: ['add(f"</{tag}>")', 'return "".join(xml)'],
    "return xml": ['return "".join(xml)'],
}


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


def joined(lines: list[str]) -> list[str]:
    """A writer's lines, indented by four, where each run that grows `xml` is one statement.

    One long f-string is built in one step; each `+=` copies what there is.
    """
    found: list[str] = []
    run: list[str] = []
    head = ""
    for line in [*lines, ""]:
        grown = _GROWN.fullmatch(line)
        template = _template(grown["text"]) if grown else None
        if grown is not None and template is not None and (grown["grows"] or not run):
            head = head if run else f"xml {grown['grows']}= "
            run.append(template)
            continue
        if line == _RETURN and head == "xml = ":
            found += _joined("return ", [*run, "</{tag}>"])
        else:
            found += _joined(head, run)
            found += [line] if line else []
        run, head = [], ""
    return found


def collected(lines: list[str]) -> list[str]:
    """A writer's lines; where `xml` would grow many times, it is a list that is joined at the end.

    That is quicker from about eight times on, and slower below.
    """
    grows = [_GROWS.match(line) for line in lines]
    scoped = any("(xml, " in line for line in lines)
    if scoped or len([one for one in grows if one]) <= _MANY:
        return lines
    found: list[str] = []
    for line, grown in zip(lines, grows, strict=True):
        if grown is None:
            found += _COLLECTED.get(line, [line])
            continue
        if grown["first"] is not None:
            found += ["xml: list[str] = []", "add = xml.append"]
        text = line[grown.end() :]
        # of a statement of several lines the parentheses are there
        call = "add(" if text == "(" else f"add({text})"
        found.append(f"{grown['indent']}{call}")
    return found


def _template(text: str) -> str | None:
    """The template that `formatted` made a text of; None where it is another expression."""
    if text.startswith(("f'", 'f"')):
        return text[2:-1]
    if text.startswith(("'", '"')) and not text.startswith('"".'):
        return str(literal_eval(text))
    return f"{{{text}}}" if _CALL.fullmatch(text) and "(xml" not in text else None


def _joined(head: str, run: list[str]) -> list[str]:
    """One statement: in one line where it fits, else a string for each template."""
    if not run:
        return []
    line = f"{head}{formatted(''.join(run))}"
    if len(run) == 1 or 4 + len(line) <= _WIDTH:
        return [line]
    return [f"{head}(", *(f"    {_literal(one)}" for one in run), ")"]


def _literal(template: str) -> str:
    """As `formatted`, where a bare expression would not do."""
    text = formatted(template)
    if text.endswith(("'", '"')):
        return text
    quote = "'" if '"' in template else '"'
    return f"f{quote}{template}{quote}"


def block(head: str, body: Iterable[str]) -> list[str]:
    """A compound statement with its indented body."""
    return [head, *(f"    {line}" for line in body)]


def tuple_of(items: list[str]) -> list[str]:
    """A tuple: one item stays on the line, several have a line each."""
    if len(items) < 2:
        return [f"({items[0]},)" if items else "()"]
    return ["(", *(f"    {item}," for item in items), ")"]


def call(head: str, arguments: list[str], indent: int) -> list[str]:
    """`head(arguments)`: on one line where it fits, else one argument a line."""
    line = f"{head}({', '.join(arguments)})"
    if indent + len(line) <= _WIDTH or not arguments:
        return [line]
    return [f"{head}(", *(f"    {argument}," for argument in arguments), ")"]
