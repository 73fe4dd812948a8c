"""Python literals and docstrings of a spec's text. The text is hostile: nothing else may quote it."""

from __future__ import annotations

import re
import textwrap

_WIDTH = 88
_PLAIN = re.compile(r"[ -\[\]-~]*+")  # all of ASCII that stands for itself
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string(text: str) -> str:
    """A str literal, as black leaves it: double quotes unless the text has more of those."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    if _PLAIN.fullmatch(text) and quote not in text:
        return f"{quote}{text}{quote}"
    return quote + "".join(_character(c, quote) for c in text) + quote


def _character(c: str, quote: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    if c == quote:
        return "\\" + c
    if c.isprintable():
        return c
    code = ord(c)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def docstring(text: str, indent: int) -> list[str]:
    """The lines of a docstring, wrapped to black's width, without the indent of the first."""
    lines = [_quotable(line) for line in _wrapped(text, _WIDTH - indent)]
    if len(lines) == 1 and indent + len(lines[0]) + 7 > _WIDTH:
        lines = [_quotable(line) for line in _wrapped(text, _WIDTH - indent - 4)]
    if len(lines) == 1:
        end = " " if lines[0].endswith('"') else ""
        return [f'"""{lines[0]}{end}"""']
    return [f'"""{lines[0]}', *lines[1:], '"""']


def comment(text: str, indent: int) -> list[str]:
    """Comment lines."""
    return [f"# {line}".rstrip() for line in _wrapped(text, _WIDTH - indent - 2)]


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for number, line in enumerate(_clean(text).split("\n")):
        quotes = " " * 3 if number == 0 else ""
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
    kept = "".join(
        (
            c
            if c == "\n" or c.isprintable()
            else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}"
        )
        for c in text
    )
    return "\n".join(line.strip() for line in kept.strip().split("\n"))


def _quotable(line: str) -> str:
    """A line that cannot end the docstring, nor begin an escape."""
    line = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "\\" + line if line.startswith('"') else line
