"""Python literals and docstrings of a spec's text. The text is hostile: nothing else may quote it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

_WIDTH = 88
_PLAIN = re.compile(r"[ -\[\]-~]*+")  # all of ASCII that needs no escape
# Controls, separators, formats (that may turn the direction of a line), surrogates, private use.
# It is fixed here: what Python calls printable changes with its Unicode, and a package may not.
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ud800-\uf8ff\ufeff\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0001\U000e0020-\U000e007f\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
)
_ENCODING = re.compile("(coding)(?=[:=])")
# Comments that type checkers, linters and formatters obey, for a whole file some of them.
_DIRECTIVE = re.compile(
    r"\b(type|mypy|pyright|basedpyright|pyre|ruff|flake8|noqa|pylint|fmt|black|yapf|isort|nosec|pragma)(?=:)",
    re.IGNORECASE,
)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string(text: str) -> str:
    """A str literal: double quotes unless the text has more of those."""
    quote = '"'
    if quote in text and text.count(quote) > text.count("'"):
        quote = "'"
    return f"{quote}{characters(text, quote)}{quote}"


def characters(text: str, quote: str) -> str:
    """The text between the quotes of a literal."""
    if _PLAIN.fullmatch(text) and quote not in text:
        return text
    return "".join(_character(c, quote) for c in text)


def _character(c: str, quote: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    if c == quote:
        return "\\" + c
    if not _UNPRINTABLE.match(c):
        return c
    code = ord(c)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def docstring(
    text: str,
    indent: int,
    arguments: Iterable[tuple[str, str]] = (),
    errors: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """The lines of a docstring, wrapped, without the indent of the first.

    Args:
        text: its content.
        indent: its column.
        arguments: the names of parameters, each with its description.
        errors: those of exceptions, likewise.
    """
    lines = _wrapped(text, _WIDTH - indent)
    if len(lines) == 1 and indent + len(_quotable(lines[0])) + 7 > _WIDTH:
        lines = _wrapped(text, _WIDTH - indent - 4)
    for title, entries in (("Args:", arguments), ("Raises:", errors)):
        described = [
            line for name, doc in entries for line in _entry(name, doc, indent)
        ]
        if described:
            lines += ["", title, *described]
    quotable = [_quotable(line) for line in lines]
    if len(quotable) == 1:
        end = " " if quotable[0].endswith('"') else ""
        return [f'"""{quotable[0]}{end}"""']
    return [f'"""{quotable[0]}', *quotable[1:], '"""']


def _entry(name: str, doc: str, indent: int) -> list[str]:
    """A parameter or an exception as Google's style has it, its further lines indented."""
    first, *rest = _wrapped(f"{name}: {doc}", _WIDTH - indent - 8)
    return [f"    {first}", *(f"        {line}".rstrip() for line in rest)]


def comment(text: str, indent: int) -> list[str]:
    """Comment lines; none of them declares a module's encoding (PEP 263), or is an order to a tool."""
    harmless = _DIRECTIVE.sub(r"\1 ", _ENCODING.sub(r"\1 ", text))
    return [f"# {line}".rstrip() for line in _wrapped(harmless, _WIDTH - indent - 2)]


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for number, line in enumerate(_clean(text).split("\n")):
        quotes = " " * 3 if number == 0 else ""
        if len(quotes) + len(line) <= width:
            lines.append(line)
            continue
        wrapped = textwrap.wrap(
            line,
            width,
            initial_indent=quotes,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines += [wrapped[0][len(quotes) :], *wrapped[1:]] if wrapped else [""]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def _clean(text: str) -> str:
    kept = _UNPRINTABLE.sub(_printable, text)
    return "\n".join(line.strip() for line in kept.strip().split("\n"))


def _printable(found: re.Match[str]) -> str:
    if found[0] == "\n":
        return "\n"
    return " " if found[0].isspace() else "\N{REPLACEMENT CHARACTER}"


def _quotable(line: str) -> str:
    """A line that cannot end the docstring, nor begin an escape."""
    line = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "\\" + line if line.startswith('"') else line
