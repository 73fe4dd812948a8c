"""How many SMS a text takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.characters import GSM_EXTENSION, gsm_parts, ucs2_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("é" * 160, 1),
        # 76 pairs and half a place are left in a part of 153: no pair is torn apart.
        ("€" * 153, 3),
        ("a" + "€" * 76 + "a" + "€" * 76, 2),
    ],
)
def test_gsm(text: str, parts: int) -> None:
    assert gsm_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ω" * 70, 1),
        ("Ω" * 71, 2),
        ("Ω" * 134, 2),
        ("Ω" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),
    ],
)
def test_ucs2(text: str, parts: int) -> None:
    assert ucs2_parts(text) == parts


def test_the_documented_extension_table() -> None:
    assert GSM_EXTENSION == set("\f^{}\\[~]|€")


@given(st.text("ab€[", max_size=700))
def test_parts_are_never_fewer_than_their_places_need(text: str) -> None:
    places = len(text) + sum(text.count(c) for c in "€[")
    parts = gsm_parts(text)
    least = 1 if places <= 160 else -(-places // 153)
    assert least <= parts <= least + 1


@given(st.text("ab€[", max_size=400), st.sampled_from("a€"))
def test_a_longer_text_never_takes_fewer(text: str, more: str) -> None:
    assert gsm_parts(text) <= gsm_parts(text + more) <= gsm_parts(text) + 1
