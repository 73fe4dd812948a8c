"""Emitted lines that do not fit, set as black sets them, without formatting the rest of the file.

The emission writes what black would write as long as lines fit; those that do not go through
`splitting.py`. black formats each logical line for itself, so that this is what black makes of
the whole, which tests hold it to.
"""

from __future__ import annotations

import re

from soapwright.python.text.splitting import split
from soapwright.python.text.token_lines import WIDTH
from soapwright.python.text.tokens import width

# A text of several lines begins a line or ends one, and ends where it begins one.
_QUOTED = re.compile(r'''"""|[\w.]+="""$''')
_DOCSTRING = re.compile(r'''"""(?:[^"\\]|\\.|"(?!""))+"""''')

# The forms that four long lines of five have: a text, one that `xml` grows by or that is added to
# it, joined items, and a definition or a call whose arguments are names and plain texts.
_STRING = r"""f?(?:"[^"\\]*"|'[^'\\]*')"""
_TEXT = re.compile(_STRING)
_GROWN = re.compile(rf"xml \+= (?P<text>{_STRING})")
_ADDED = re.compile(rf"(?P<head>add)\((?P<inside>{_STRING})\)(?P<tail>)")
_JOINED = re.compile(r'(?P<head>xml \+= "".join)\((?P<inside>\[.*\])\)(?P<tail>)')
_FLAT = re.compile(
    r"(?P<head>def \w+|soap\.register)"
    r"""\((?P<inside>[\w.:= ,]*(?:"[^"\\]*"[\w.:= ,]*)*)\)(?P<tail>(?: -> [\w.]+:)?)"""
)


def settled(text: str) -> str:
    """The text in black's style, where its lines that fit are already."""
    surely = WIDTH if text.isascii() else WIDTH // 2
    if max(map(len, text.split("\n"))) <= surely:
        return text
    lines: list[str] = []
    quoted = False
    for line in text.split("\n"):
        if quoted or '"""' in line and _QUOTED.match(line.lstrip(" ")):
            quoted = _is_quoted_after(line.lstrip(" "), quoted)
            lines.append(line)
        elif len(line) <= surely or width(line) <= WIDTH:
            lines.append(line)
        else:
            lines += _set(line)
    return "\n".join(lines)


def _is_quoted_after(code: str, quoted: bool) -> bool:
    """Whether a text of several lines goes on after this line of it."""
    if quoted:
        return not code.startswith('"""')
    return not _DOCSTRING.fullmatch(code)


def _set(line: str) -> list[str]:
    code = line.lstrip(" ")
    if code.startswith("#") or code.endswith(("(", "[", "{")):
        return [line]  # what ends so is broken already
    indent = len(line) - len(code)
    return _usual(code, indent) or split(code, indent)


def _usual(code: str, indent: int) -> list[str] | None:
    """The lines of the forms that most long lines have, told without their tokens.

    None where it is another form, or one whose pieces do not fit either.
    """
    if not code.isascii():
        return None
    space = " " * indent
    if _TEXT.fullmatch(code):
        return [space + code]  # a text cannot be broken
    if found := _GROWN.fullmatch(code):
        inner = f"{space}    {found['text']}"
        if len(inner) > WIDTH:
            return [space + code]
        return [f"{space}xml += (", inner, f"{space})"]
    found = _ADDED.fullmatch(code) or _FLAT.fullmatch(code) or _JOINED.fullmatch(code)
    if found is None:
        return None
    inside, tail = found["inside"], found["tail"]
    if not inside:
        return None
    if found["head"].startswith("def ") and ", " not in inside:
        inside += ","
    lines = [f"{space}{found['head']}(", f"{space}    {inside}", f"{space}){tail}"]
    text = inside.endswith(('"', "'")) and found.re is _ADDED
    return lines if text or max(map(len, lines)) <= WIDTH else None
