"""Ringtones: RTTTL as people write it, and Nokia's binary form as it goes over the air.

The binary form is the ringing tone language of Nokia Smart Messaging (specification 3.0, section
3.8): commands of a few bits each, filled up to whole bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_NOTES: Final = ("p", "c", "c#", "d", "d#", "e", "f", "f#", "g", "g#", "a", "a#", "b")
_DURATIONS: Final = (1, 2, 4, 8, 16, 32)
_TEMPOS: Final = (
    *(25, 28, 31, 35, 40, 45, 50, 56, 63, 70, 80, 90, 100, 112, 125, 140, 160, 180),
    *(200, 225, 250, 285, 320, 355, 400, 450, 500, 565, 635, 715, 800, 900),
)
_LOWEST, _HIGHEST = 4, 7
_LONGEST_TITLE: Final = 15
_MOST_COMMANDS: Final = 255
_NOTE: Final = re.compile(
    r"(?P<duration>\d{1,2})?(?P<note>[a-hp]#?)(?P<early>\.)?(?P<octave>\d)?(?P<late>\.)?"
)
_SETTING: Final = re.compile(r"([dob])=(\d{1,3})")

# Two commands: this is a ringing tone, and this is its sound.
_COMMANDS: Final = f"{2:08b}" + "0100101" + "0"
_SOUND, _BASIC_SONG = "0011101", "001"
_ONE_PATTERN: Final = f"{1:08b}" + "000" + "00" + "0000"  # its header, name, no loop
_END: Final = "00000000"


@dataclass(frozen=True, slots=True)
class _Settings:
    """Defaults for notes that do not set them."""

    duration: int = 4
    octave: int = 6
    tempo: int = 63


def encode_rtttl(tune: str) -> bytes:
    """A tune in RTTTL in Nokia's binary form.

    Raises:
        ValueError: it is no RTTTL, or too long.
    """
    title, colon, rest = tune.partition(":")
    control, second, notes = rest.partition(":")
    if not (colon and second):
        raise ValueError("RTTTL has three sections between colons")
    letters = title.strip()[:_LONGEST_TITLE].encode("latin-1", "replace")
    commands = list(_commands(_settings(control), notes))
    if len(commands) > _MOST_COMMANDS:
        raise ValueError(f"the tune has {len(commands)} commands, {_MOST_COMMANDS} fit")
    bits = "".join(
        (
            *(_COMMANDS, _SOUND, _BASIC_SONG, f"{len(letters):04b}"),
            *(f"{letter:08b}" for letter in letters),
            *(_ONE_PATTERN, f"{len(commands):08b}", *commands),
        )
    )
    bits += "0" * (-len(bits) % 8) + _END
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _settings(control: str) -> _Settings:
    given = {}
    for setting in filter(None, (one.strip().lower() for one in control.split(","))):
        found = _SETTING.fullmatch(setting)
        if found is None:
            raise ValueError(f"{setting!r} is no setting of RTTTL")
        given[found[1]] = int(found[2])
    default = _Settings()
    return _Settings(
        given.get("d", default.duration),
        given.get("o", default.octave),
        given.get("b", default.tempo),
    )


def _commands(settings: _Settings, notes: str) -> Iterator[str]:
    """The bits of each command."""
    nearest = min(_TEMPOS, key=lambda tempo: abs(tempo - settings.tempo))
    yield "100" + f"{_TEMPOS.index(nearest):05b}"
    scale = 0
    for written in filter(None, (note.strip().lower() for note in notes.split(","))):
        found = _NOTE.fullmatch(written)
        if found is None:
            raise ValueError(f"{written!r} is no note of RTTTL")
        name = found["note"].replace("h", "b")  # as it is called in some countries
        duration = int(found["duration"] or settings.duration)
        octave = int(found["octave"] or settings.octave)
        if name not in _NOTES or duration not in _DURATIONS:
            raise ValueError(f"{written!r} is no note of RTTTL")
        if not _LOWEST <= octave <= _HIGHEST:
            raise ValueError(f"{written!r} is not in octaves {_LOWEST} to {_HIGHEST}")
        if octave != scale and name != "p":
            scale = octave
            yield "010" + f"{scale - _LOWEST:02b}"
        dotted = bool(found["early"] or found["late"])
        yield "".join(
            (
                *("001", f"{_NOTES.index(name):04b}"),
                *(f"{_DURATIONS.index(duration):03b}", f"{dotted:02b}"),
            )
        )
