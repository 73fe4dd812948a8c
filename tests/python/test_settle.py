"""Lines that do not fit: set as black sets them, form by form.

Each statement is one that the emission makes, with names of many lengths, at the indents where it
stands. The source around it is as black wants it already; what `settled` makes of the whole must
be what black makes of it.
"""

from __future__ import annotations

import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soapwright.python.text.literals import string
from soapwright.python.text.settle import WIDTH, settled

MODE = black.Mode(target_versions={black.TargetVersion.PY311})


def judged(source: str) -> None:
    assert settled(source) == black.format_str(source, mode=MODE)


# ------------------------------------------------------------------------- names and expressions


def cut(text: str, longest: int = 100) -> st.SearchStrategy[str]:
    """A name of any length up to this, as often short as long."""
    lengths = st.one_of(st.integers(1, 30), st.integers(20, longest))
    return lengths.map(lambda n: (text * 5)[:n].rstrip("_"))


names, functions = cut("name_of_something_long_"), cut("name_of_something_", 60)
classes = cut("VirtualMachineConfiguration", 60)
kinds = st.one_of(
    st.sampled_from(["str", "int", "Decimal", "soap.AnyElement"]),
    cut("VirtualMachineConfiguration").map("t.{}".format),
)
texts = st.text("abc '\\{/:\xe9", max_size=20).flatmap(
    lambda said: st.integers(1, 9).map(lambda n: string(said * n))
)
quoted = names.map(string)
tags = names.map("{{urn:example:orders}}{}".format).map(string)
values = names.map("v.{}".format)


def written(value: str, tag: str) -> str:
    """An f-string that writes an element."""
    return f'f"<{tag}>{{soap.text({value})}}</{tag}>"'


def keywords(found: list[str]) -> str:
    return ", ".join(f"{name}={name}" for name in found)


def count(found: list[str]) -> str:
    return " + ".join(f"(v.{name} is not None)" for name in found)


elements = st.builds(written, values, names)
items = st.builds(written, st.just("item"), names)
atoms = st.one_of(texts, elements, values)
listed = st.lists(atoms, max_size=3).map(", ".join)
calls = st.builds("soap.{}({})".format, functions, listed)
reads = names.map("soap.{}(c)".format)

# Of anything that the emission makes expressions of, in any order.
expressions = st.recursive(
    st.one_of(atoms, names, st.just("-1")),
    lambda inner: st.one_of(
        st.builds("soap.{}({}, {})".format, functions, inner, inner),
        st.builds("soap.{}({})".format, functions, inner),
        st.builds("soap.{}({}, value={})".format, functions, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("[{}]".format, inner),
        st.builds("[{} for item in {}]".format, inner, names),
        st.builds("soap.{}(None if v is None else {})".format, functions, inner),
        st.builds('"".join([{} for item in {}])'.format, inner, values),
    ),
    max_leaves=6,
)
hints = st.recursive(
    kinds,
    lambda inner: st.one_of(
        inner.map("list[{}]".format),
        st.builds("{} | {} | None".format, inner, inner),
        st.builds('tuple[Literal["{}"], {}]'.format, functions, inner),
    ),
    max_leaves=4,
)
conditions = st.one_of(
    st.builds("{} == {}".format, expressions, expressions),
    st.builds("{} is not None".format, expressions),
    st.builds("not {}".format, expressions),
    st.builds("{} in {}".format, expressions, names),
    st.builds("{} == {} and {} is None or {}".format, names, texts, names, values),
)

# -------------------------------------------------------------------------------- the usual forms

STATEMENTS = {
    "an assignment": st.builds("{} = {}".format, names, atoms),
    "a growing string": elements.map("xml += {}".format),
    "a returned string": st.one_of(texts, elements).map("return {}".format),
    "a returned call": calls.map("return {}".format),
    "an assigned call": st.builds("{} = {}".format, names, calls),
    "a growing call": calls.map("xml += {}".format),
    "a call": calls,
    "a raised call": st.builds("raise soap.{}(v, {})".format, functions, quoted),
    "a nested call": st.builds("{}.append(({}, {}))".format, names, quoted, reads),
    "an appended call": st.builds("{}.append({})".format, names, calls),
    "a long method": st.builds("v.{}.{}({})".format, names, names, listed),
    "a call of conditional values": st.builds(
        "soap.{}({}, None if soap.is_nil(c) else {})".format, functions, names, reads
    ),
    "facets": st.builds(
        "{} = soap.Facets({}, patterns=({}, {}), at_most={})".format,
        names,
        classes,
        texts,
        texts,
        st.integers(-99, 99),
    ),
    "any expression": st.builds("{} = {}".format, names, expressions),
    "any returned expression": expressions.map("return {}".format),
    "an annotated expression": st.builds(
        "{}: {} = {}".format, names, hints, expressions
    ),
    "a registration": st.builds(
        'soap.register({}, "ns:{}", {})'.format, classes, names, names
    ),
    "a call by keywords": st.builds(
        "return {}({})".format,
        classes,
        st.lists(names, min_size=1, max_size=6).map(keywords),
    ),
    "a join of strings": st.builds(
        'xml += "".join([{} for item in {}])'.format, items, values
    ),
    "a join of calls": st.builds(
        'xml += "".join([t.write_{}(item, {}) for item in {}])'.format,
        classes,
        quoted,
        values,
    ),
    "a conditional value": st.builds(
        "{} = None if soap.is_nil(c) else {}".format, names, reads
    ),
    "an annotated local": st.builds(
        "{}: {} | None | soap.Missing = soap.MISSING".format, names, kinds
    ),
    "an annotated list": st.builds("{}: list[{}] = []".format, names, kinds),
}
HEADS = {
    "a comparison": st.builds("if {} == {}:".format, names, tags),
    "an identity": values.map("if {} is not soap.UNSET:".format),
    "two conditions": st.builds("if tag == {} and {} is None:".format, tags, names),
    "a loop": st.builds("for {} in {}:".format, names, values),
    "counted branches": st.lists(names, min_size=2, max_size=4)
    .map(count)
    .map("if {} > 1:".format),
    "any condition": conditions.map("if {}:".format),
    "any loop": st.builds("for {} in {}:".format, names, expressions),
    "a call as a condition": texts.map("if soap.allows(tag, ({},)):".format),
}
FIELDS = {
    "a required field": st.builds("{}: {}".format, names, kinds),
    "an optional field": st.builds("{}: {} | None = None".format, names, kinds),
    "an unset field": st.builds(
        "{}: {} | None | soap.Unset = soap.UNSET".format, names, kinds
    ),
    "a list": st.builds("{}: list[{}]".format, names, kinds),
    "an optional list": st.builds(
        "{}: list[{}] = field(default_factory=list)".format, names, kinds
    ),
    "a list of what may be nil": st.builds(
        "{}: list[{} | None] = field(default_factory=list)".format, names, kinds
    ),
    "a secret": st.builds(
        "{}: {} | None = field(default=None, repr=False)".format, names, kinds
    ),
    "a pair": st.builds(
        '{}: tuple[Literal["{}"], {}] | None = None'.format, names, names, kinds
    ),
    "a list of pairs": st.builds(
        '{}: list[tuple[Literal["{}"], {}] | tuple[Literal["b"], {}]]'.format,
        names,
        names,
        kinds,
        kinds,
    ),
    "a value of an enumeration": st.builds("{} = {}".format, names.map(str.upper), texts),
}  # fmt: skip
DEFINITIONS = {
    "a writer": st.builds(
        'def write_{}(v: {}, tag: str, attributes: str = "") -> str:'.format,
        names,
        classes,
    ),
    "a reader": st.builds("def read_{}(e: soap.Element) -> {}:".format, names, classes),
    "a parser": st.builds("def parse_{}(text: str) -> {}:".format, names, classes),
    "one without parameters": names.map("def _{}() -> soap.Port:".format),
    "any": st.builds(
        "def {}(v: {}, tag: {} = None) -> {}:".format, names, hints, hints, hints
    ),
    "any without parameters": st.builds("def {}() -> {}:".format, names, hints),
}
ENTRIES = {
    "a string by keyword": texts.map("name={},".format),
    "a call by keyword": st.builds("{}={},".format, names, calls),
    "a string": texts.map("{},".format),
    "any by keyword": st.builds("{}={},".format, names, expressions),
    "any": expressions.map("{},".format),
    "an entry of a dict": st.builds("{}: {},".format, texts, texts),
}

# ------------------------------------------------------------------------------ where they stand

indents = st.sampled_from([4, 8, 12])
few = settings(max_examples=20, deadline=None)


def function(statements: list[str], indent: int) -> str:
    """A function with statements, inside as many blocks as the indent asks for."""
    lines = ["def f(v, tag):"]
    lines += [f"{' ' * depth}if tag:" for depth in range(4, indent, 4)]
    lines += [" " * indent + statement for statement in statements]
    return "\n".join([*lines, ""])


def blocks(heads: list[str], indent: int) -> str:
    """A function with a block for each head; an `if` goes on as `elif`."""
    chained = [f"el{head}" if head.startswith("if ") else head for head in heads[1:]]
    lines = [line for head in [heads[0], *chained] for line in (head, "    pass")]
    return function(lines, indent)


@pytest.mark.parametrize("form", STATEMENTS)
def test_statements(form: str) -> None:
    @few
    @given(st.lists(STATEMENTS[form], min_size=1, max_size=8), indents)
    def each(statements: list[str], indent: int) -> None:
        judged(function(statements, indent))

    each()


@pytest.mark.parametrize("form", HEADS)
def test_heads_of_blocks(form: str) -> None:
    @few
    @given(st.lists(HEADS[form], min_size=1, max_size=5), indents)
    def each(heads: list[str], indent: int) -> None:
        judged(blocks(heads, indent))

    each()


@pytest.mark.parametrize("form", FIELDS)
def test_fields_of_a_class(form: str) -> None:
    @few
    @given(st.lists(FIELDS[form], min_size=1, max_size=8))
    def each(fields: list[str]) -> None:
        lines = [f"    {field}" for field in fields]
        judged("\n".join(["class A:", '    """Doc."""', "", *lines, ""]))

    each()


@pytest.mark.parametrize("form", DEFINITIONS)
def test_definitions(form: str) -> None:
    @few
    @given(st.lists(DEFINITIONS[form], min_size=1, max_size=5))
    def each(heads: list[str]) -> None:
        judged("\n\n\n".join(f"{head}\n    return x" for head in heads) + "\n")

    each()


@few
@given(hints, st.sampled_from(["", "    "]))
def test_results_of_definitions_with_a_line_for_each_parameter(
    result: str, space: str
) -> None:
    head = "class A:\n" if space else ""
    lines = [
        "def f(",
        "    self,",
        "    *,",
        "    a: str,",
        f") -> {result}:",
        "    pass",
    ]
    judged(head + "".join(f"{space}{line}\n" for line in lines))


@few
@given(st.lists(st.tuples(names, hints), min_size=1, max_size=4))
def test_parameters_with_a_line_each(found: list[tuple[str, str]]) -> None:
    said = [f"        {name}: {kind} | None,\n" for name, kind in found]
    begin = "class A:\n    def f(\n        self,\n        *,\n"
    judged(f"{begin}{''.join(said)}    ) -> str:\n        pass\n")


@pytest.mark.parametrize("form", ENTRIES)
def test_lines_between_brackets(form: str) -> None:
    opening, closing = ("{", "}") if "dict" in form else ("soap.Operation(", ")")

    @few
    @given(st.lists(ENTRIES[form], min_size=1, max_size=6, unique=True), indents)
    def each(entries: list[str], indent: int) -> None:
        lines = [f"x = {opening}", *(f"    {entry}" for entry in entries), closing]
        judged(function(lines, indent))

    each()


@few
@given(st.lists(st.tuples(names, classes), min_size=1, max_size=6))
def test_imports(found: list[tuple[str, str]]) -> None:
    judged("".join(f"from .{m} import {name} as {name}\n" for m, name in found))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(*STATEMENTS.values()), min_size=1, max_size=12), indents)
def test_a_whole_function(statements: list[str], indent: int) -> None:
    judged(function(statements, indent))


# --------------------------------------------------------------------------------- what is left


def test_what_fits_is_not_touched() -> None:
    source = "x = { 'not' : 'as black has it' }\n"
    assert settled(source) is source


def test_docstrings_and_comments_stay() -> None:
    long = "word " * 30 + "end"
    for source in (
        f'def f():\n    """First.\n\n    {long}\n    """\n    # {long}\n    return 1\n',
        f'def f():\n    """One {long}"""\n    return 1\n',
    ):
        assert settled(source) == source


def test_a_docstrings_quotes_do_not_hide_what_follows() -> None:
    long = f"value = soap.text({'x' * 60}, {'y' * 40})"
    for said in ("plain", r"\"\"\"", r"\\", r"\\\"", r"\\\"\"\""):
        source = f'def f():\n    """{said} text."""\n    {long}\n'
        assert max(map(len, settled(source).split("\n"))) <= WIDTH


def test_what_is_no_python_of_the_emissions_stays() -> None:
    for line in (f"x = {'y' * 90} ?? (z)", f"x = ({'y' * 90}", f'x = "{"y" * 90}'):
        assert settled(line) == line


LONG = f"y = soap.text({'x' * 60}, {'y' * 40})\n"
RARE = {
    "three quotes in a string hide what follows": f'x = \'"""\'\n{LONG}',
    "so do quotes after backslashes": r"""x = '\\"\\"\\"'""" + f"\n{LONG}",
    "a returned call of too long a name": f"def f():\n    return soap.{'x' * 72}(value)\n",
    "a growing call of too long a name": f"def f():\n    xml += soap.{'x' * 72}(value)\n",
    "characters of two columns": 'x = soap.text(v, "' + "\u6f22" * 36 + '")\n',
    "a result of too long a name": f"def f(text: str) -> {'X' * 84}:\n    return x\n",
}


@pytest.mark.parametrize("source", RARE.values(), ids=RARE)
def test_rare_lines(source: str) -> None:
    judged(source)
