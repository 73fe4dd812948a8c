"""Statements as values: how they are printed, and what the text of a template is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright.python.text.fstrings import Expression, Template, literal, text_of
from soapwright.python.text.statements import (
    Block,
    Grow,
    Line,
    Statement,
    Writer,
    block,
    branched,
    grow,
    printed,
    tuple_of,
)

V = Expression("v")
QUOTED = Expression('str("v")')
JOINED = Expression('"".join([f"<{x}>" for x in "ab"])', alone=True)
END: Template = ("</", Expression("tag"), ">")


def run(writer: Writer) -> str:
    """What a writer gives for the value `v` and the tag `t`."""
    body = "".join(f"    {line}\n" for line in writer.lines())
    space: dict[str, Any] = {}
    exec(f"def write(v, tag):\n{body}", space)  # Any: what is defined is known then
    return str(space["write"]("v", "t"))


# --------------------------------------------------------------------------------- templates


@given(st.lists(st.one_of(st.text("ab\"'{}\\\n<>/\xe9"), st.just(V), st.just(QUOTED))))
def test_a_template_gives_its_texts_and_the_values_of_its_expressions(
    pieces: list[str | Expression],
) -> None:
    code = literal(tuple(pieces))
    said = "".join("v" if isinstance(piece, Expression) else piece for piece in pieces)
    assert eval(code, {"v": "v"}) == said and len(code.splitlines()) == 1


def test_one_expression_is_its_own_text() -> None:
    assert (text_of((V,)), literal((V,)), text_of(("a", V))) == (
        "v",
        'f"{v}"',
        'f"a{v}"',
    )
    assert (text_of(("a",)), text_of(())) == ('"a"', '""')


# -------------------------------------------------------------------------------- statements


def test_bodies_are_indented_and_branches_chained() -> None:
    inner = block("if b:", [grow("<b/>")])
    body = branched([("x", [inner]), ("y", [Line("pass")]), ("", [Line("stop()")])])
    assert printed(body) == [
        *("if x:", "    if b:", '        xml += "<b/>"'),
        *("elif y:", "    pass"),
        *("else:", "    stop()"),
    ]
    assert printed(branched([("", [Line("stop()")])])) == ["stop()"]


# ----------------------------------------------------------------------------------- writers


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ([], ['return (f"<{tag}>" f"</{tag}>")']),
        ([grow("a"), grow(V)], ['return (f"<{tag}>" "a" f"{v}" f"</{tag}>")']),
        (
            [grow("a"), block("if v:", [grow("b")]), grow("c"), grow("d")],
            [
                *('xml = (f"<{tag}>" "a")', "if v:", '    xml += "b"'),
                *('xml += ("c" "d")', 'return f"{xml}</{tag}>"'),
            ],
        ),
        (
            [grow(JOINED), grow("a")],
            [
                'xml = f"<{tag}>"',
                'xml += "".join([f"<{x}>" for x in "ab"])',
                *('xml += "a"', 'return f"{xml}</{tag}>"'),
            ],
        ),
    ],
)
def test_what_grows_without_anything_between_is_one_statement(
    body: list[Statement], lines: list[str]
) -> None:
    writer = Writer((), ("<", Expression("tag"), ">"), tuple(body), END)
    assert writer.lines() == lines


def test_what_has_no_end_begins_with_what_comes_first() -> None:
    body = (grow("a"), block("if v:", [grow("b")]))
    assert Writer((), ("",), body, ()).lines()[0] == 'xml = "a"'


growing = st.recursive(
    st.sampled_from([grow("a"), grow("<b>", V, "</b>"), grow(QUOTED), grow(JOINED)]),
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(
        lambda b: block("if v:", b)
    ),
    max_leaves=20,
)


def said_by(statements: tuple[Statement, ...]) -> str:
    """What statements append, of which every condition holds."""
    values = {V: "v", QUOTED: "v", JOINED: "<a><b>"}
    said = ""
    for one in statements:
        match one:
            case Block(body=body):
                said += said_by(body)
            case Grow(templates=templates):
                pieces = [piece for template in templates for piece in template]
                said += "".join(
                    values.get(p, "") if isinstance(p, Expression) else p
                    for p in pieces
                )
    return said


@given(st.lists(growing, max_size=12), st.booleans(), st.booleans())
def test_a_string_and_a_list_give_the_same(
    body: list[Statement], ends: bool, replaced: bool
) -> None:
    """However often `xml` grows, and where something replaces it."""
    more = [Line("xml = str(xml)", replaces=True)] if replaced else []
    end = END if ends else ()
    writer = Writer((Line("v = str(v)"),), ("<",), (*body, *more), end)
    assert run(writer) == f"<{said_by(tuple(body))}{'</t>' if ends else ''}"


def test_a_tuple_of_one_ends_in_a_comma() -> None:
    assert [tuple_of("ab"[:n]) for n in range(3)] == ["()", "(a,)", "(a, b)"]
