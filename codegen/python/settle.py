"""Emitted lines that do not fit, set as black sets them, without formatting the rest of the file.

The emission writes what black would write as long as lines fit. Of those that do not, the
usual forms (a long string, a call, a definition, an annotated field) are set here by black's
rules; any other goes through black by itself, put where it stands: black formats each logical
line for itself. (A large package formatted whole takes longer than all the rest of its
generation.) A test holds both to what black makes of the whole.
"""

from __future__ import annotations

import re
from functools import lru_cache

WIDTH = 88
_ATOM = re.compile(
    r"""(?P<head>(?:[\w.]+ \+?= |return ))(?P<atom>f?"[^"]*"|f?'[^']*')$"""
)
_KEYWORD_ATOM = re.compile(r"""[\w]+=(?P<atom>f?"[^"]*"|f?'[^']*'|[\w.]+),$""")
_KEYWORD_TUPLE = re.compile(r"(?P<name>\w+)=\((?P<items>.*),\),$")
_CLASS = re.compile(r"(?P<head>class \w+)\((?P<base>[\w.]+(?:\[\"[\w.]+\"\])?)\):$")
_STRING_LINE = re.compile(r"""f?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'),?$""")
# A text of several lines begins a line or ends one, and ends where it begins one.
_QUOTED = re.compile(r'''"""|[\w.]+="""$''')
_DOCSTRING = re.compile(r'''"""(?:[^"\\]|\\.|"(?!""))+"""''')
_IMPORT = re.compile(r"(?P<head>from [\w.]+ import )(?P<name>\w+ as \w+)$")
_CALL = re.compile(
    r"(?P<head>(?:[\w.]+(?:: [\w.]+)? \+?= (?:await )?|[\w.]+=|return |raise |def )?[\w.]+)"
    r"\((?P<arguments>.*)\)(?P<tail>(?: -> [\w.]+)?:?,?)$"
)
_FIELD = re.compile(
    r"(?P<name>\w+): (?P<kind>[\w.]+(?: \| [\w.]+)*)(?: = (?P<value>[\w.]+))?$"
)
_LIST_FIELD = re.compile(
    r"(?P<name>\w+): list\[(?P<item>[\w.]+)\](?P<value>(?: = .*)?)$"
)
_COMPARISON = re.compile(
    r"""(?P<word>if|elif) (?P<left>[\w.]+) (?P<right>(?:==|is not) (?:"[^"]*"|[\w.]+)):$"""
)
_NAME = re.compile(r"""(?:\w+=)?(?:f?"[^"]*"|f?'[^']*')|[\w.]+(?:(?:: |=)[\w.]+)?""")
_JOIN = re.compile(
    r'xml \+= "".join\(\[(?P<item>.*) for item in (?P<items>[\w.]+(?:\([\w.]+\))?)\]\)$'
)


def settled(text: str) -> str:
    """The text in black's style, where its lines that fit are already."""
    if max(map(len, text.split("\n"))) <= WIDTH:
        return text
    lines: list[str] = []
    quoted = False
    for line in text.split("\n"):
        code = line.lstrip(" ")
        if quoted:
            quoted = not code.startswith('"""')
            lines.append(line)
        elif _QUOTED.match(code):
            quoted = not _DOCSTRING.fullmatch(code)
            lines.append(line)
        else:
            lines += [line] if len(line) <= WIDTH else _line(line)
    return "\n".join(lines)


def _line(line: str) -> list[str]:
    code = line.lstrip(" ")
    indent = len(line) - len(code)
    if code.endswith(("(", "[", "{")):
        return [line]  # a name too long by itself
    if code.startswith("#") or _KEYWORD_ATOM.match(code) or _STRING_LINE.match(code):
        return [line]
    if code.startswith(")"):
        made = _result(code, indent)
    else:
        made = _usual(code, indent) or _formatted(code, indent)
    return [" " * indent + one if one else one for one in made]


# ------------------------------------------------------------------------- the usual forms


def _usual(code: str, indent: int) -> tuple[str, ...] | None:
    """The lines of a form that black's rule is known for, None where it is another."""
    if found := _ATOM.match(code):
        return _in_parentheses(found["head"], found["atom"], "", indent) or (code,)
    if found := _IMPORT.match(code):
        return (f"{found['head']}(", f"    {found['name']},", ")")
    if found := _COMPARISON.match(code):
        return _comparison(found["word"], found["left"], found["right"], indent)
    if found := _FIELD.match(code):
        return _field(found["name"], found["kind"], found["value"] or "", indent)
    if found := _LIST_FIELD.match(code):
        return _list_field(found["name"], found["item"], found["value"], indent)
    if found := _JOIN.match(code):
        return _join(found["item"], found["items"], indent)
    if found := _CLASS.match(code):
        return _in_parentheses(found["head"], found["base"], ":", indent)
    if found := _KEYWORD_TUPLE.match(code):
        return _tuple(found["name"], found["items"], indent)
    found = _CALL.match(code)
    return _call(code, found, indent) if found else None


def _tuple(name: str, items: str, indent: int) -> tuple[str, ...] | None:
    """A keyword's tuple: one item a line, each broken by itself."""
    lines: list[str] = []
    for item in _split(items) or ():
        code = f"{item},"
        if _fits(code, indent + 4):
            lines.append(code)
            continue
        found = _CALL.match(code)
        made = _call(code, found, indent + 4) if found else None
        if made is None:
            return None
        lines += made
    return (f"{name}=(", *(f"    {line}" for line in lines), "),") if lines else None


def _fits(line: str, indent: int) -> bool:
    return indent + len(line) <= WIDTH


def _in_parentheses(
    head: str, inner: str, tail: str, indent: int
) -> tuple[str, ...] | None:
    if not _fits(inner, indent + 4):
        return None
    return (f"{head}(", f"    {inner}", f"){tail}")


def _comparison(word: str, left: str, right: str, indent: int) -> tuple[str, ...]:
    if _fits(f"{left} {right}", indent + 4):
        return (f"{word} (", f"    {left} {right}", "):")
    return (f"{word} (", f"    {left}", f"    {right}", "):")


def _field(name: str, kind: str, value: str, indent: int) -> tuple[str, ...] | None:
    head = f"{name}: {kind} = "
    if value and _fits(f"{head}(", indent):
        return _in_parentheses(head, value, "", indent)
    tail = f" = {value}" if value else ""
    if " | " in kind:
        return _in_parentheses(f"{name}: ", kind, tail, indent)
    return (f"{name}: (", f"    {kind}", f"){tail}")


def _list_field(
    name: str, item: str, value: str, indent: int
) -> tuple[str, ...] | None:
    head = f"{name}: list[{item}] = "
    value = value.removeprefix(" = ")
    if value.startswith("field(") and _fits(f"{head}field(", indent):
        return (f"{head}field(", f"    {value[6:-1]}", ")")
    if value and _fits(f"{head}(", indent):
        return _in_parentheses(head, value, "", indent)
    if not _fits(f"{name}: list[", indent):
        return None
    end = f"] = {value}" if value else "]"
    return (f"{name}: list[", f"    {item}", end)


def _join(item: str, items: str, indent: int) -> tuple[str, ...] | None:
    comprehension = f"[{item} for item in {items}]"
    if _fits(comprehension, indent + 4):
        return ('xml += "".join(', f"    {comprehension}", ")")
    if items.endswith(")") and not _fits(f"for item in {items}", indent + 8):
        return None
    lines: tuple[str, ...] = (item,)
    if not _fits(item, indent + 8) and not _NAME.fullmatch(item):
        found = _CALL.match(item)
        exploded = _call(item, found, indent + 8) if found else None
        if exploded is None:
            return None
        lines = exploded
    inner = [f"        {line}" for line in (*lines, f"for item in {items}")]
    return ('xml += "".join(', "    [", *inner, "    ]", ")")


def _call(code: str, found: re.Match[str], indent: int) -> tuple[str, ...] | None:
    """A call or a definition: its arguments on a line of their own, else one a line."""
    head, tail = found["head"], found["tail"]
    arguments = _split(found["arguments"])
    if not arguments:
        return None
    target, assigned, _ = head.partition(" = ")
    if not assigned and not (_fits(f"{head}(", indent) and _fits(f"){tail}", indent)):
        return None
    if assigned and not _fits(f"{head}(", indent):
        if ": " in target or " await " in head:
            return None
        value = code[len(target) + 3 :]
        if len(arguments) > 1 or not _fits(f"{target} = (", indent):
            return None
        return _in_parentheses(f"{target} = ", value, "", indent)
    together = ", ".join(arguments)
    if head.startswith("def ") and len(arguments) == 1:
        return (f"{head}(", f"    {together},", f"){tail}")
    if _fits(together, indent + 4):
        return (f"{head}(", f"    {together}", f"){tail}")
    if len(arguments) == 1:
        inner = _CALL.match(together)
        lines = _call(together, inner, indent + 4) if inner else None
        return (f"{head}(", *(f"    {x}" for x in lines), f"){tail}") if lines else None
    if not all(_fits(f"{a},", indent + 4) or _NAME.fullmatch(a) for a in arguments):
        return None
    return (f"{head}(", *(f"    {argument}," for argument in arguments), f"){tail}")


def _split(arguments: str) -> list[str] | None:
    """Arguments at their commas; None where an escape or a trailing comma makes that doubtful."""
    if "\\" in arguments or ",)" in arguments or ",]" in arguments:
        return None
    depth, quoted, start = 0, "", 0
    found: list[str] = []
    for index, c in enumerate(arguments):
        if quoted:
            quoted = "" if c == quoted else quoted
        elif c in "\"'":
            quoted = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif c == "," and depth == 0:
            found.append(arguments[start:index].strip())
            start = index + 1
    if quoted or depth:
        return None
    last = arguments[start:].strip()
    return [*found, last] if last else found


# ------------------------------------------------------------------------- black, by the line


def _black(source: str) -> list[str] | None:
    """The lines that black makes of a source; None where it is not Python."""
    # Few packages have a line that needs it, and it takes longer to import than they to emit.
    from codegen.python.blackened import blackened

    return blackened(source)


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
    lines = _black(source)
    if lines is None:
        raise ValueError(f"not a line of Python: {code}")
    lines = lines[depth + (2 if before else 0) : len(lines) - (1 if after else 0)]
    return tuple(one[indent:] for one in lines)


def _result(code: str, indent: int) -> tuple[str, ...]:
    """The end of a definition whose parameters have a line each: `) -> result:`."""
    depth = indent // 4
    nested = "".join(f"{'    ' * level}if x:\n" for level in range(depth))
    space = "    " * depth
    source = f"{nested}{space}def f(\n{space}    x,\n{space}{code}\n{space}    pass\n"
    lines = _black(source)
    if lines is None:
        raise ValueError(f"not the end of a definition: {code}")
    first = lines.index(f"{space}    x,") + 1
    return tuple(one[indent:] for one in lines[first:-1])


_PARAMETER = re.compile(r"\w+: ")
_BRACKETS = (("_(", ")"), ("_ = {", "}"), ("def _(", "): ..."))


def _element(code: str, indent: int) -> tuple[str, ...]:
    """A line between brackets: an argument, an entry of a dict, or a parameter."""
    depth = indent // 4 - 1
    nested = "".join(f"{'    ' * level}if x:\n" for level in range(depth))
    space = "    " * depth
    # what is emitted has no dict of names: that is a parameter and its annotation
    for opening, closing in _BRACKETS[2:] if _PARAMETER.match(code) else _BRACKETS:
        source = f"{nested}{space}{opening}\n{space}    {code}\n{space}{closing}\n"
        if (lines := _black(source)) is None:
            continue
        first = lines.index(f"{space}{opening}") + 1
        return tuple(one[indent:] for one in lines[first:-1])
    raise ValueError(f"not a line between brackets: {code}")
