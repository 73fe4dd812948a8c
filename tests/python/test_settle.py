"""Lines that do not fit: set as black sets them, form by form.

Each statement is one that the emission makes, with names of any length, at the indents where it
stands. The source around it is as black wants it already; what `settled` makes of the whole must
be what black makes of it.
"""

from __future__ import annotations

import black
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codegen.python.literals import string
from codegen.python.settle import WIDTH, settled

MODE = black.Mode(target_versions={black.TargetVersion.PY311})

# ------------------------------------------------------------------------- names and expressions

lengths = st.one_of(st.integers(1, 30), st.integers(20, 100))
names = lengths.map(lambda n: ("name_of_something_long_" * 5)[:n].rstrip("_") or "n")
classes = lengths.map(lambda n: "VirtualMachineConfigurationInfo" * 4)[:0] if False else lengths.map(
    lambda n: ("VirtualMachineConfigurationInfo" * 4)[:n]
)  # fmt: skip
kinds = st.one_of(
    st.sampled_from(["str", "int", "Decimal", "soap.AnyElement"]),
    classes.map("t.{}".format),
)
texts = st.text("abc \"'\\{/:", max_size=20).flatmap(
    lambda said: st.integers(1, 9).map(lambda n: string(said * n))
)
tags = names.map("{{urn:example:orders}}{}".format).map(string)
values = names.map("v.{}".format)


def written(value: str, tag: str) -> str:
    """An f-string that writes an element."""
    return f'f"<{tag}>{{soap.text({value})}}</{tag}>"'


elements = st.builds(written, values, names)
atoms = st.one_of(texts, elements, values)
calls = st.builds(
    "soap.{}({})".format, names, st.lists(atoms, max_size=3).map(", ".join)
)
reads = st.builds("{}(c)".format, names.map("soap.{}".format))

# -------------------------------------------------------------------------------- the usual forms

simple = {
    "an assignment": st.builds("{} = {}".format, names, atoms),
    "a growing string": elements.map("xml += {}".format),
    "a returned string": st.one_of(texts, elements).map("return {}".format),
    "a returned call": calls.map("return {}".format),
    "an assigned call": st.builds("{} = {}".format, names, calls),
    "a growing call": calls.map("xml += {}".format),
    "a call": calls,
    "a raised call": st.builds("raise soap.{}(v, {})".format, names, names.map(string)),
    "a nested call": st.builds(
        "{}.append(({}, {}))".format, names, names.map(string), reads
    ),
    "a registration": st.builds(
        'soap.register({}, "ns:{}", {})'.format, classes, names, names
    ),
    "a call by keywords": st.builds(
        "return {}({})".format,
        classes,
        st.lists(names, min_size=1, max_size=6).map(
            lambda found: ", ".join(f"{n}={n}" for n in found)
        ),
    ),
    "a join": st.builds(
        'xml += "".join([{} for item in {}])'.format,
        st.one_of(
            st.builds(written, st.just("item"), names),
            st.builds("t.write_{}(item, {})".format, classes, names.map(string)),
        ),
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
heads = {
    "a comparison": st.builds("if {} == {}:".format, names, tags),
    "an identity": st.builds("if {} is not soap.UNSET:".format, values),
    "two conditions": st.builds("if tag == {} and {} is None:".format, tags, names),
    "a loop": st.builds("for {} in {}:".format, names, values),
    "counted branches": st.lists(names, min_size=2, max_size=4).map(
        lambda found: "if {} > 1:".format(" + ".join(f"(v.{n} is not None)" for n in found))
    ),
    "a call as a condition": st.builds("if soap.allows(tag, ({},)):".format, texts),
}  # fmt: skip
fields = {
    "a required field": st.builds("{}: {}".format, names, kinds),
    "an optional field": st.builds("{}: {} | None = None".format, names, kinds),
    "an unset field": st.builds("{}: {} | None | soap.Unset = soap.UNSET".format, names, kinds),
    "a list field": st.builds("{}: list[{}]".format, names, kinds),
    "an optional list": st.builds("{}: list[{}] = field(default_factory=list)".format, names, kinds),
    "a list of what may be nil": st.builds("{}: list[{} | None] = field(default_factory=list)".format, names, kinds),
    "a secret field": st.builds("{}: {} | None = field(default=None, repr=False)".format, names, kinds),
    "a list of pairs": st.builds(
        '{}: list[tuple[Literal["{}"], {}] | tuple[Literal["b"], {}]]'.format,
        names, names, kinds, kinds,
    ),
    "a pair": st.builds('{}: tuple[Literal["{}"], {}] | None = None'.format, names, names, kinds),
    "a value of an enumeration": st.builds("{} = {}".format, names.map(str.upper), texts),
}  # fmt: skip
definitions = {
    "a writer": st.builds(
        'def write_{}(v: {}, tag: str, attributes: str = "") -> str:'.format,
        names,
        classes,
    ),
    "a reader": st.builds("def read_{}(e: soap.Element) -> {}:".format, names, classes),
    "a parser": st.builds("def parse_{}(text: str) -> {}:".format, names, classes),
    "a function without parameters": st.builds("def _{}() -> soap.Port:".format, names),
}
arguments = {
    "a name": texts.map("name={},".format),
    "an argument": st.builds("{}={},".format, names, calls),
    "a string": texts.map("{},".format),
    "an entry": st.builds("{}: {},".format, texts, texts),
}


def test_the_names_are_short_and_long() -> None:
    for strategy in (names, classes, texts):
        assert isinstance(strategy, st.SearchStrategy)


# ------------------------------------------------------------------------------ where they stand


def function(statements: list[str], indent: int) -> str:
    """A function with statements, inside as many blocks as the indent asks for."""
    lines = ["def f(v, tag):"]
    lines += [f"{' ' * depth}if tag:" for depth in range(4, indent, 4)]
    lines += [" " * indent + statement for statement in statements]
    return "\n".join([*lines, ""])


def blocks(heads_: list[str], indent: int) -> str:
    """A function with an if, an elif for each further head, and a loop's body."""
    statements = [line for head in heads_ for line in (head, "    pass")]
    chained = [
        line.replace("if ", "elif ", 1) if i and line.startswith("if ") else line
        for i, line in enumerate(statements)
    ]
    return function(chained, indent)


def judged(source: str) -> None:
    assert settled(source) == black.format_str(source, mode=MODE)


indents = st.sampled_from([4, 8, 12])
few = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("form", simple)
def test_statements(form: str) -> None:
    @few
    @given(st.lists(simple[form], min_size=1, max_size=6), indents)
    def test(statements: list[str], indent: int) -> None:
        judged(function(statements, indent))

    test()


@pytest.mark.parametrize("form", heads)
def test_heads_of_blocks(form: str) -> None:
    @few
    @given(st.lists(heads[form], min_size=1, max_size=4), indents)
    def test(found: list[str], indent: int) -> None:
        judged(blocks(found, indent))

    test()


@pytest.mark.parametrize("form", fields)
def test_fields_of_a_class(form: str) -> None:
    @few
    @given(st.lists(fields[form], min_size=1, max_size=6))
    def test(found: list[str]) -> None:
        lines = [f"    {field}" for field in found]
        judged("\n".join(["class A:", '    """Doc."""', "", *lines, ""]))

    test()


@pytest.mark.parametrize("form", definitions)
def test_definitions(form: str) -> None:
    @few
    @given(st.lists(definitions[form], min_size=1, max_size=4))
    def test(found: list[str]) -> None:
        judged("\n\n\n".join(f"{head}\n    return x" for head in found) + "\n")

    test()


@pytest.mark.parametrize("form", arguments)
def test_lines_between_brackets(form: str) -> None:
    opening, closing = ("{", "}") if form == "an entry" else ("soap.Operation(", ")")

    @few
    @given(st.lists(arguments[form], min_size=1, max_size=5, unique=True), indents)
    def test(found: list[str], indent: int) -> None:
        lines = [f"x = {opening}", *(f"    {line}" for line in found), closing]
        judged(function(lines, indent))

    test()


@few
@given(st.lists(st.builds("from .{} import {} as {}".format, names, classes, classes), min_size=1, max_size=5))  # fmt: skip
def test_imports(found: list[str]) -> None:
    lines = [line.rsplit(" as ", 1)[0] for line in found]
    judged("".join(f"{line} as {line.split()[-1]}\n" for line in lines))


everything = st.one_of(*simple.values())


@settings(max_examples=60, deadline=None)
@given(st.lists(everything, min_size=1, max_size=12), indents)
def test_a_whole_function(statements: list[str], indent: int) -> None:
    judged(function(statements, indent))


# --------------------------------------------------------------------------------- what is left


def test_what_fits_is_not_touched() -> None:
    source = "x = { 'not' : 'as black has it' }\n"
    assert settled(source) is source


def test_docstrings_and_comments_stay() -> None:
    long = "word " * 30
    source = (
        f'def f():\n    """First.\n\n    {long}\n    """\n    # {long}\n    return 1\n'
    )
    assert settled(source) == source
    source = f'def f():\n    """One {long}"""\n    return 1\n'
    assert settled(source) == source


@given(st.text('ab"\\', max_size=30))
def test_a_docstrings_quotes_do_not_hide_what_follows(said: str) -> None:
    quoted = said.replace("\\", "\\\\").replace('"', '\\"')
    long = f"value = soap.text({'x' * 60}, {'y' * 40})"
    source = f'def f():\n    """{quoted}."""\n    {long}\n'
    assert max(map(len, settled(source).split("\n"))) <= WIDTH


def test_a_form_that_is_not_usual_goes_through_black() -> None:
    source = f"def f():\n    return [{', '.join(['value'] * 20)}]\n"
    assert settled(source) == black.format_str(source, mode=MODE) != source
