"""How many SMS a text takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright_clickatell.vendor.characters import (
    GSM_EXTENSION,
    gsm_parts,
    gsm_pieces,
    ucs2_parts,
    ucs2_pieces,
)
from soapwright_clickatell.vendor.octets import (
    header_elements,
    octet_parts,
    octet_pieces,
    ports_header,
)


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


def septets(text: str) -> int:
    return sum(2 if character in "\f^{}\\[~]|€" else 1 for character in text)


def units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


@given(st.text("abé€[Ω", max_size=700))
def test_pieces_in_the_gsm_alphabet(text: str) -> None:
    pieces = gsm_pieces(text)
    assert "".join(pieces) == text and len(pieces) == gsm_parts(text)
    assert (len(pieces) == 1) == (septets(text) <= 160)
    if len(pieces) > 1:
        assert all(152 <= septets(piece) <= 153 for piece in pieces[:-1])
        assert 0 < septets(pieces[-1]) <= 153


@given(st.text("aω😀", max_size=300))
def test_pieces_in_ucs2(text: str) -> None:
    pieces = ucs2_pieces(text)
    assert "".join(pieces) == text and len(pieces) == ucs2_parts(text)
    assert (len(pieces) == 1) == (units(text) <= 70)
    if len(pieces) > 1:
        assert all(66 <= units(piece) <= 67 for piece in pieces[:-1])
        assert 0 < units(pieces[-1]) <= 67


@given(st.binary(max_size=1000), st.sampled_from([b"", ports_header(0x23F4)]))
def test_pieces_of_octets(data: bytes, udh: bytes) -> None:
    pieces = octet_pieces(udh, data)
    assert b"".join(pieces) == data and len(pieces) == octet_parts(udh, data)
    assert (len(pieces) == 1) == (len(udh) + len(data) <= 140)
    if len(pieces) > 1:  # what holds them together: an element, and a header's length
        header = (len(udh) or 1) + 5
        assert all(header + len(piece) <= 140 for piece in pieces)
        assert header + len(pieces[0]) == 140


def test_a_header_for_ports() -> None:
    assert ports_header(0x1581).hex() == "06050415810000"  # as documented
    assert header_elements(ports_header(0x23F5, 7)) == [(5, bytes.fromhex("23f50007"))]
