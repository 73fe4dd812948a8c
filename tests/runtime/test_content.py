"""Content models of `validate`: a row of elements is allowed if, and only if, the model as a regular expression matches it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from soapwright.runtime.validation.content import (
    Content,
    Held,
    InOrder,
    Named,
    OneOf,
    Particle,
    Wild,
)
from soapwright.runtime.values.anyxml import AnyElement
from soapwright.runtime.values.values import UNSET


@dataclass
class Thing:
    a: Any = None
    choices: list[Any] = field(default_factory=list)


def held(model: Particle) -> Content:
    tags = {"x": "{urn:t}x", "y": "{urn:t}y"}
    fields = (Held("a", "{urn:t}a", nil=True), Held("choices", tags, each=True))
    return Content(fields, model, text=True)


def wrong(model: Particle, *names: str, a: object = UNSET) -> list[tuple[str, str]]:
    choices = [name if name == "text" else (name, 1) for name in names]
    return [*held(model).wrong(Thing(a=a, choices=choices), "Thing")]


A, X, Y = (Named((f"{{urn:t}}{name}",)) for name in "axy")


def test_the_first_element_that_is_not_allowed_is_named() -> None:
    pairs = InOrder((X, Y), high=2)
    assert wrong(pairs, "x", "y") == []
    assert wrong(pairs, "x", "text", "y", "x", "y", "text") == []
    assert wrong(pairs, "x", "x") == [
        ("Thing.choices[1]", "x is not allowed here: y is expected")
    ]
    assert wrong(pairs, "x", "y", "x", "y", "x") == [
        ("Thing.choices[4]", "x is not allowed here")
    ]
    assert wrong(pairs, "x", "y", "x") == [
        ("Thing", "ends too early: y is expected"),
    ]


def test_what_is_nil_is_there_and_what_is_unset_is_not() -> None:
    model = InOrder((A, OneOf((X, Y), low=0, high=None)))
    assert wrong(model, "x", a=1) == []
    assert wrong(model, "x", a=None) == []
    assert wrong(model, "x") == [
        ("Thing.choices[0]", "x is not allowed here: a is expected")
    ]


def test_a_wildcard_takes_xml_and_known_elements_by_their_names() -> None:
    content = held(InOrder((X, Wild(("##other", "urn:t"), high=2))))
    xml, known = AnyElement("{urn:o}e"), ("{urn:o}known", 1)
    assert not [*content.wrong(Thing(UNSET, [("x", 1), xml, known]), "T")]
    assert [*content.wrong(Thing(UNSET, [("x", 1), xml, xml, known]), "T")] == [
        ("T.choices[3]", "known is not allowed here")
    ]
    assert [*content.wrong(Thing(UNSET, [("x", 1), ("x", 1)]), "T")] == [
        ("T.choices[1]", "x is not allowed here: any other is expected")
    ]


def test_models_that_take_too_long_are_refused_and_sound_ones_are_not() -> None:
    many = ["x", "y"] * 2_000
    model: Particle = OneOf((InOrder((X, Y)), InOrder((Y, X))), low=0, high=None)
    assert wrong(model, *many) == []
    for _ in range(40):
        model = InOrder((model, model), low=0, high=None)
    assert wrong(model, *many) == [("Thing", "has too many elements to be checked")]


# ----------------------------------------------------------------- against regular expressions

_OCCURS = st.sampled_from(
    [(1, 1), (0, 1), (0, None), (1, None), (2, 3), (0, 2), (3, 3)]
)


def _models() -> st.SearchStrategy[tuple[Particle, str]]:
    def one(name: str, times: tuple[int, int | None]) -> tuple[Particle, str]:
        return Named((name,), low=times[0], high=times[1]), name + _times(times)

    def group(
        inner: list[tuple[Particle, str]], times: tuple[int, int | None], chosen: bool
    ) -> tuple[Particle, str]:
        parts = tuple(particle for particle, _ in inner)
        low, high = times
        text = ("|" if chosen else "").join(pattern for _, pattern in inner)
        made = (
            OneOf(parts, low=low, high=high)
            if chosen
            else InOrder(parts, low=low, high=high)
        )
        return made, f"(?:{text}){_times(times)}"

    leaves = st.builds(one, st.sampled_from("abc"), _OCCURS)
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            group, st.lists(inner, min_size=1, max_size=3), _OCCURS, st.booleans()
        ),
        max_leaves=6,
    )


def _times(occurs: tuple[int, int | None]) -> str:
    low, high = occurs
    return f"{{{low},{'' if high is None else high}}}"


@given(_models(), st.text("abc", max_size=8))
def test_a_model_takes_the_rows_that_its_regular_expression_matches(
    model: tuple[Particle, str], row: str
) -> None:
    particle, pattern = model
    content = Content((Held("choices", {}, each=True),), particle)
    thing = Thing(choices=[(name, 1) for name in row])
    matched = re.fullmatch(pattern, row) is not None
    assert ([*content.wrong(thing, "T")] == []) == matched
