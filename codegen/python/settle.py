"""Emitted lines that do not fit, set as black sets them, without formatting the rest of the file.

The emission writes what black would write as long as lines fit. Of those that do not, a
statement of one long string is settled here by black's rule (in parentheses where that makes
it fit, else left alone); any other goes through black by itself, put where it stands: black
formats each logical line for itself. (A large package formatted whole takes longer than all
the rest of its generation.)
"""

from __future__ import annotations

import re
from functools import lru_cache

import black
from black.parsing import InvalidInput
from black.mode import TargetVersion

WIDTH = 88
_MODE = black.Mode(target_versions={TargetVersion.PY311})
_ATOM = re.compile(
    r"""(?P<head>(?:[\w.]+ \+?= |return ))(?P<atom>f?"[^"]*"|f?'[^']*')$"""
)
_KEYWORD_ATOM = re.compile(r"""[\w]+=(?P<atom>f?"[^"]*"|f?'[^']*'),$""")
_STRING_LINE = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'),?$""")


def settled(text: str) -> str:
    """The text in black's style, where its lines that fit are already."""
    if max(map(len, text.split("\n"))) <= WIDTH:
        return text
    lines: list[str] = []
    quoted = False
    for line in text.split("\n"):
        quotes = line.replace('\\"', "").count('"""')
        if len(line) <= WIDTH or quoted or quotes:
            lines.append(line)
        else:
            lines += _line(line)
        quoted ^= quotes % 2 == 1
    return "\n".join(lines)


def _line(line: str) -> list[str]:
    code = line.lstrip(" ")
    indent = len(line) - len(code)
    if code.endswith(("(", "[", "{")):  # a name too long by itself
        return [line]
    if code.startswith("#") or _KEYWORD_ATOM.match(code) or _STRING_LINE.match(code):
        return [line]
    atom = _ATOM.match(code)
    if atom:
        return _assigned(line, indent, atom["head"], atom["atom"])
    return [" " * indent + one if one else one for one in _formatted(code, indent)]


def _assigned(line: str, indent: int, head: str, atom: str) -> list[str]:
    if indent + 4 + len(atom) > WIDTH:
        return [line]
    space = " " * indent
    return [f"{space}{head}(", f"{space}    {atom}", f"{space})"]


@lru_cache(maxsize=4096)
def _formatted(code: str, indent: int) -> tuple[str, ...]:
    """A logical line through black, as if it stood at this indent; its lines without the indent."""
    if code.endswith(","):
        return _element(code, indent)
    depth = indent // 4
    nested = [f"{'    ' * level}if x:" for level in range(depth)]
    before, after = "", ""
    if code.startswith(("elif ", "else:")):
        before = f"{'    ' * depth}if x:\n{'    ' * depth}    pass\n"
    if code.endswith(":"):
        after = f"{'    ' * depth}    pass\n"
    source = "\n".join([*nested, ""]) + f"{before}{'    ' * depth}{code}\n{after}"
    lines = black.format_str(source, mode=_MODE).rstrip("\n").split("\n")
    lines = lines[depth + (2 if before else 0) : len(lines) - (1 if after else 0)]
    return tuple(one[indent:] for one in lines)


_BRACKETS = (("_(", ")"), ("_ = {", "}"), ("def _(", "): ..."))


def _element(code: str, indent: int) -> tuple[str, ...]:
    """A line between brackets: an argument, an entry of a dict, or a parameter."""
    depth = indent // 4 - 1
    nested = "".join(f"{'    ' * level}if x:\n" for level in range(depth))
    space = "    " * depth
    for opening, closing in _BRACKETS:
        source = f"{nested}{space}{opening}\n{space}    {code}\n{space}{closing}\n"
        try:
            lines = black.format_str(source, mode=_MODE).rstrip("\n").split("\n")
        except InvalidInput:
            continue
        return tuple(one[indent:] for one in lines[depth + 1 : -1])
    raise ValueError(f"not a line between brackets: {code}")
