"""Literals and docstrings: whatever a spec says, it says it as text."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from randomness import examples

from soapwright.python.text.literals import comment, docstring, string

# Any character at all, and those that mean something to Python more often.
anything = st.text(st.characters(exclude_categories=()), max_size=60)
tricky = st.text("\"'\\\n\r\t {}#x\N{EM SPACE}\N{LINE SEPARATOR}", max_size=40)
# Words of all lengths, as documentation has them; some are longer than a line.
word = st.one_of(
    st.from_regex(r"[a-z,.()]{1,12}", fullmatch=True),
    st.sampled_from(['"', '""', '"""', "\\", '\\"', "'''", "\\N{x}", "\\", "}", "{0}"]),
    st.integers(1, 120).map("w".__mul__),
)
prose = st.lists(st.lists(word, max_size=30).map(" ".join), max_size=4).map("\n".join)
text = st.one_of(anything, tricky, prose)
indents = st.sampled_from([0, 4, 8, 12])

# The categories of Unicode that nobody sees as what they are; the unassigned is not among them.
ODD = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"}


# ------------------------------------------------------------------------------------- strings


@given(text)
def test_a_string_is_its_text(said: str) -> None:
    literal = string(said)
    assert ast.literal_eval(literal) == said
    assert len(literal.splitlines()) == 1


@given(text)
def test_a_string_holds_nothing_that_an_editor_would_not_show(said: str) -> None:
    kinds = {unicodedata.category(c) for c in string(said) if c != " "}
    assert not kinds & ODD


@pytest.mark.parametrize(
    ("said", "literal"),
    [
        ("", '""'),
        ("it's", '"it\'s"'),
        ('say "x"', "'say \"x\"'"),
        ("\"'", '"\\"\'"'),
        ("a\\b", '"a\\\\b"'),
        ("1\n2\r3\t", '"1\\n2\\r3\\t"'),
        ("\0\x7f\x85", '"\\x00\\x7f\\x85"'),
        ("\ud800", '"\\ud800"'),
        ("\N{RIGHT-TO-LEFT OVERRIDE}", '"\\u202e"'),
        ("\U000e0001", '"\\U000e0001"'),
        ("\xe9\N{CJK UNIFIED IDEOGRAPH-6570}", '"\xe9\N{CJK UNIFIED IDEOGRAPH-6570}"'),
        ("{x}", '"{x}"'),
    ],
)
def test_how_a_string_is_written(said: str, literal: str) -> None:
    assert string(said) == literal


# ---------------------------------------------------------------------------------- docstrings


def function_with(doc: list[str], indent: int) -> str:
    """A source with a function, or a module, whose docstring stands at an indent."""
    lines = []
    for depth in range(0, indent, 4):
        lines.append(f"{' ' * depth}def f():")
    pad = " " * indent
    lines += [f"{pad}{line}".rstrip() if line else "" for line in doc]
    if indent:
        lines.append(f"{pad}return None")
    return "\n".join(lines) + "\n"


def innermost(source: str, indent: int) -> ast.Module | ast.FunctionDef:
    node: ast.Module | ast.FunctionDef = ast.parse(source)
    for _ in range(0, indent, 4):
        inner, *_rest = node.body
        assert isinstance(inner, ast.FunctionDef)
        node = inner
    return node


def words_of(said: str) -> list[str]:
    """The words of a text; what cannot be shown is one character that says so."""
    shown = "".join(
        c if c.isspace() or unicodedata.category(c) not in ODD else "\ufffd"
        for c in said
    )
    return shown.split()


@examples(300)
@given(text, indents)
def test_a_docstring_says_every_word_and_nothing_else(said: str, indent: int) -> None:
    source = function_with(docstring(said, indent), indent)
    node = innermost(source, indent)
    assert len(node.body) == (1 if indent == 0 else 2)
    doc = ast.get_docstring(node)
    assert doc is not None and doc.split() == words_of(said)


@given(prose, indents)
def test_a_docstring_keeps_to_the_width_where_its_words_do(
    said: str, indent: int
) -> None:
    if max(map(len, said.split()), default=0) > 40 or '"' in said or "\\" in said:
        return
    for line in function_with(docstring(said, indent), indent).split("\n"):
        assert len(line) <= 88


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("One line.", ['"""One line."""']),
        ("", ['""""""']),
        ("First.\n\nSecond.", ['"""First.', "", "Second.", '"""']),
        ("  Around  \n\n", ['"""Around"""']),
        ('ends in "quotes"', ['"""ends in "quotes" """']),
        ('"quoted"', ['"""\\"quoted" """']),
        ('a """ b', ['"""a \\"\\"\\" b"""']),
        ("C:\\new", ['"""C:\\\\new"""']),
        ("a\N{LINE SEPARATOR}b\0", ['"""a b\ufffd"""']),
    ],
)
def test_how_a_docstring_is_written(said: str, lines: list[str]) -> None:
    assert docstring(said, 4) == lines


def test_a_long_docstring_is_wrapped_and_closed_on_a_line_of_its_own() -> None:
    lines = docstring("word " * 30, 4)
    assert len(lines) == 3 and lines[-1] == '"""'


# ------------------------------------------------------------------------------------ comments


@given(text, indents)
def test_a_comment_is_nothing_but_comment(said: str, indent: int) -> None:
    lines = comment(said, indent)
    assert all(re.fullmatch(r"#( .*\S)?", line) for line in lines)
    source = "\n".join(lines) + "\n"
    assert ast.parse(source).body == []
    assert len(source.splitlines()) == len(lines)
    assert " ".join(line[1:] for line in lines).split() == words_of(said)


@pytest.mark.parametrize(
    "said", ["coding=ascii.wsdl", "a coding: rot13", "en" + "coding=" * 9]
)
def test_a_comment_does_not_say_what_a_module_is_encoded_in(said: str) -> None:
    """PEP 263: `coding=` in a comment on the first lines is for Python to obey."""
    source = "\n".join([*comment(said, 0), "x = 1"]).encode()
    assert tokenize.detect_encoding(io.BytesIO(source).readline)[0] == "utf-8"


@pytest.mark.parametrize(
    "order",
    ["mypy: ignore-errors", "pyright: basic", "RUFF: noqa", "fmt: off", "type: ignore"],
)
def test_a_comment_is_no_order_to_a_tool(order: str) -> None:
    """What a spec says comes to the beginning of a line, where the text is long."""
    lines = comment(f"{'a' * 80} {order} and more", 4)
    assert not any(line.startswith(f"# {order.partition(' ')[0]}") for line in lines)
    assert any(line.startswith("# " + order.replace(":", " :")) for line in lines)


@pytest.mark.parametrize("c", ["\U0001fae8", "\U00031350", "\U0001fadf", "\u0378"])
def test_newer_characters_are_the_same_on_every_python(c: str) -> None:
    """What a Python's Unicode does not know yet is no reason to write it in another way."""
    assert string(c) == f'"{c}"'
    assert docstring(c, 0) == [f'"""{c}"""']


def test_every_format_and_separator_is_escaped() -> None:
    """Formats can turn the direction of a line, so that it reads as what it is not."""
    shown = [
        hex(code)
        for code in range(0x21, 0x110000)
        if unicodedata.category(chr(code)) in ODD
        and string(chr(code)) == f'"{chr(code)}"'
    ]
    assert shown == []
