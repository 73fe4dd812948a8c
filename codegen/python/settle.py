"""Emitted lines that do not fit, set as black sets them, without formatting the rest of the file.

The emission writes what black would write as long as lines fit; those that do not go through
`splitting.py`. black formats each logical line for itself, so that this is what black makes of
the whole, which tests hold it to.
"""

from __future__ import annotations

import re

from codegen.python.splitting import split
from codegen.python.token_lines import WIDTH
from codegen.python.tokens import width

# A text of several lines begins a line or ends one, and ends where it begins one.
_QUOTED = re.compile(r'''"""|[\w.]+="""$''')
_DOCSTRING = re.compile(r'''"""(?:[^"\\]|\\.|"(?!""))+"""''')


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
    return split(code, len(line) - len(code))
