"""Identifiers: always one, whatever the spec says, and the same ones for ever."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright.python.names.identifiers import (
    class_name,
    constant_name,
    exact_name,
    field_name,
    module_name,
)

MAKERS: list[Callable[[str], str]] = [class_name, field_name, constant_name, exact_name]
# What a hostile spec may say: any character at all, lone surrogates and controls among them.
anything = st.text(st.characters(exclude_categories=()), max_size=20)
latin = st.text("abcXYZ019_-. éß数", max_size=12)


@pytest.mark.parametrize("make", MAKERS)
@given(st.one_of(anything, latin, st.sampled_from(keyword.kwlist + keyword.softkwlist)))
def test_any_text_gives_an_identifier(make: Callable[[str], str], text: str) -> None:
    name = make(text)
    assert name.isidentifier() and name.isascii()
    assert not keyword.iskeyword(name) and name != "self"
    # neither private nor special, so that no class gives it another meaning
    assert not name.startswith("_")


@given(st.lists(anything, max_size=4))
def test_any_words_give_a_class_name(words: list[str]) -> None:
    name = class_name(*words)
    assert name.isidentifier() and name.isascii() and not keyword.iskeyword(name)
    assert name[0].isupper()


@given(anything)
def test_a_module_name_is_private_and_never_special(text: str) -> None:
    name = module_name(class_name(text))
    assert re.fullmatch(r"_[a-z0-9][a-z0-9_]*", name)


@given(st.text("abcXYZ019", min_size=1, max_size=12))
def test_humps_lose_nothing(text: str) -> None:
    assert field_name(text).replace("_", "").removeprefix("n") == (
        text.lower().removeprefix("n")
    )


@given(st.from_regex(r"[a-z][a-z]*(_[a-z]+)*", fullmatch=True))
def test_snake_case_stays(text: str) -> None:
    assert field_name(text) == text + "_" * (keyword.iskeyword(text) or text == "self")


@given(anything)
def test_accents_are_dropped_before_anything_else(text: str) -> None:
    for make in MAKERS:
        assert make(f"caf\N{LATIN SMALL LETTER E WITH ACUTE}{text}") == make(
            f"cafe\N{COMBINING ACUTE ACCENT}{text}"
        )


@pytest.mark.parametrize(
    ("word", "field", "type_", "constant", "exact"),
    [
        # word           field             class            constant          exact
        ("cliMsgId", "cli_msg_id", "CliMsgId", "CLI_MSG_ID", "cliMsgId"),
        ("HTTPServer", "http_server", "HTTPServer", "HTTP_SERVER", "HTTPServer"),
        ("userID", "user_id", "UserID", "USER_ID", "userID"),
        ("tContact", "t_contact", "TContact", "T_CONTACT", "tContact"),
        ("VirtualDisk", "virtual_disk", "VirtualDisk", "VIRTUAL_DISK", "VirtualDisk"),
        ("api_id", "api_id", "ApiId", "API_ID", "api_id"),
        ("line1", "line1", "Line1", "LINE1", "line1"),
        ("IPv4Address", "i_pv4_address", "IPv4Address", "I_PV4_ADDRESS", "IPv4Address"),
        ("MD5Hash", "md5_hash", "MD5Hash", "MD5_HASH", "MD5Hash"),
        ("dark-red", "dark_red", "DarkRed", "DARK_RED", "dark_red"),
        ("a.b:c d", "a_b_c_d", "ABCD", "A_B_C_D", "a_b_c_d"),
        ("_hidden_", "hidden", "Hidden", "HIDDEN", "hidden"),
        ("__init__", "init", "Init", "INIT", "init"),
        ("2fast", "n2_fast", "N2fast", "VALUE_2_FAST", "n2fast"),
        ("007", "n007", "N007", "VALUE_007", "n007"),
        ("from", "from_", "From", "FROM", "from_"),
        ("None", "none", "None_", "NONE", "None_"),
        ("self", "self_", "Self", "SELF", "self_"),
        ("match", "match", "Match", "MATCH", "match"),
        ("na\xefve", "naive", "Naive", "NAIVE", "naive"),
        ("\xc5ngstr\xf6m", "angstrom", "Angstrom", "ANGSTROM", "Angstrom"),
        ("\ufb01sh", "fish", "Fish", "FISH", "fish"),
        ("", "unnamed", "Unnamed", "EMPTY", "unnamed"),
        ("  ", "unnamed", "Unnamed", "EMPTY", "unnamed"),
        ("***", "unnamed", "Unnamed", "UNNAMED", "unnamed"),
    ],
)
def test_names_that_users_import_never_change(
    word: str, field: str, type_: str, constant: str, exact: str
) -> None:
    assert field_name(word) == field
    assert class_name(word) == type_
    assert constant_name(word) == constant
    assert exact_name(word) == exact


def test_a_character_without_ascii_letters_is_its_code_point() -> None:
    for make in MAKERS:
        assert "6570" in make("\N{CJK UNIFIED IDEOGRAPH-6570}")
    assert field_name("\N{GREEK SMALL LETTER ALPHA}") != field_name(
        "\N{GREEK SMALL LETTER BETA}"
    )


def test_words_of_a_type_are_one_name() -> None:
    assert class_name("order", "shipTo", "2") == "OrderShipTo2"
    assert class_name("", "x") == "X"


def test_modules_of_classes() -> None:
    assert module_name("VirtualDisk") == "_virtual_disk"
    assert module_name("None_") == "_none"


def test_the_reserved_words_have_every_keyword_of_this_python() -> None:
    for word in keyword.kwlist:
        assert exact_name(word) == f"{word}_"
