"""Profiles of message security as options of a package: the keys that a table may have, and their values.

Their meaning is the runtime's `Profile`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final, TypeAlias

ProfileOption: TypeAlias = tuple[str, object]
"""A key, and a text, a number, a boolean, or a tuple: of texts, or of a table's options."""

PARTS: Final = (
    *("Body", "Timestamp", "Addressing", "UsernameToken", "BinarySecurityToken"),
    *("Headers", "Attachments", "CompleteAttachments", "Assertion"),
)
ATTACHMENTS: Final = ("Attachments", "CompleteAttachments")
ENCRYPTED_PARTS: Final = (
    *("Body", "Signature", "UsernameToken", "Assertion"),
    *ATTACHMENTS,
)
_REFERENCES: Final = ("direct", "issuer-serial", "ski", "thumbprint", "embedded")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "order": ("sign-encrypt", "encrypt-sign"),
    "reference": (*_REFERENCES, "path"),
    "encryption_reference": _REFERENCES,
    "layout": ("strict", "lax", "timestamp-first", "timestamp-last"),
}
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign": PARTS,
    "expect": PARTS,
    "encrypt": ENCRYPTED_PARTS,
    "expect_encrypted": ENCRYPTED_PARTS,
}
FLAGS: Final = (
    *("symmetric", "endorse", "confirm", "timestamp", "must_understand"),
    *("unsigned_replies", "https"),
)
NUMBERS: Final = ("lifetime", "skew")
ALGORITHMS: Final = ("signature", "digest", "data", "transport")
_ALL: Final = (*LISTS, *CHOICES, *FLAGS, *NUMBERS, "actor", "algorithms")


def profile_of(table: Mapping[str, object]) -> tuple[ProfileOption, ...]:
    """A table without refusals as options."""
    return tuple((key, _frozen(value)) for key, value in table.items())


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return tuple((key, _frozen(one)) for key, one in value.items())
    return tuple(value) if isinstance(value, list) else value


def refusals(table: Mapping[str, object]) -> Iterator[str]:
    """The mistakes in a table."""
    for key, value in table.items():
        if key not in _ALL:
            near = get_close_matches(key, _ALL, 1)
            hint = f": did you mean {near[0]!r}?" if near else ""
            yield f"unknown key {key!r} of a profile{hint}"
        elif key in LISTS:
            yield from _of_parts(key, value)
        elif key in CHOICES and value not in CHOICES[key]:
            yield f"{key!r} is none of {', '.join(CHOICES[key])}"
        elif key in FLAGS and not isinstance(value, bool):
            yield f"{key!r} is no boolean"
        elif key in NUMBERS and not _is_number(value, least=key == "skew"):
            yield f"{key!r} is no positive number of seconds"
        elif key == "actor" and not isinstance(value, str):
            yield f"{key!r} is no string"
        elif key == "algorithms":
            yield from _of_algorithms(value)
    if table.get("endorse") is True and table.get("symmetric") is not True:
        yield "'endorse' is with 'symmetric'"
    encrypted = table.get("encrypt")
    if isinstance(encrypted, list) and table.get("order") == "encrypt-sign":
        if any(part in encrypted for part in ATTACHMENTS):
            yield "attachments are encrypted with 'order' of 'sign-encrypt'"


def _is_number(value: object, *, least: bool) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return value > 0 or least and value == 0


def _of_parts(key: str, value: object) -> Iterator[str]:
    if not _is_texts(value):
        yield f"{key!r} is no list of strings"
        return
    for part in value if isinstance(value, list) else ():
        namespace, brace, name = part.partition("}")
        is_name = bool(brace) and namespace[:1] == "{" and bool(name)
        if part not in LISTS[key] and not is_name:
            known = ", ".join(LISTS[key])
            yield f"{part!r} in {key!r} is no part: {known}, {{namespace}}name"


def _of_algorithms(value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "'algorithms' is no table"
        return
    for key, one in value.items():
        if key == "accept":
            if not _is_texts(one):
                yield "'accept' is no list of strings"
        elif key not in ALGORITHMS:
            yield f"unknown key {key!r} of algorithms: {', '.join(ALGORITHMS)}, accept"
        elif not isinstance(one, str):
            yield f"{key!r} is no string"


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
