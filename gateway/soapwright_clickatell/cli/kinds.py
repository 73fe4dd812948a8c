"""The kinds of messages that `clickatell send` sends, by its options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..messages.outgoing import (
    Binary,
    Flash,
    GroupLogo,
    Message,
    OperatorLogo,
    PictureMessage,
    Ringtone,
    Text,
    Unicode,
    VCalendar,
    VCard,
)
from ..messages.push import MmsNotification, ServiceIndication

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_BITMAPS = (".otb", ".bin")
_KINDS = (
    click.option("--text", "-t", help="What it says; - reads it from stdin."),
    click.option("--flash", is_flag=True, help="Show the text at once."),
    click.option(
        "--unicode", is_flag=True, help="In Unicode even where it need not be."
    ),
    click.option(
        "--fold", is_flag=True, help="Typographic quotes and dashes as plain ones."
    ),
    click.option("--vcard", type=_FILE, help="A vCard of any version."),
    click.option("--calendar", type=_FILE, help="An iCalendar or a vCalendar."),
    click.option("--ringtone", help="A ringtone in RTTTL."),
    click.option(
        "--logo",
        type=_FILE,
        help="An operator logo: its bytes (.otb), or an image, for --network.",
    ),
    click.option(
        "--network", metavar="MCC-MNC", help="Whose logo it is, such as 655-01."
    ),
    click.option("--group-logo", type=_FILE, help="A logo for a group of callers."),
    click.option("--picture", type=_FILE, help="A picture message, with --text."),
    click.option("--link", metavar="URL", help="A WAP push of it, with --text."),
    click.option("--mms", metavar="URL", help="Announce the multimedia message there."),
    click.option("--subject", help="The subject of --mms."),
    click.option("--sender-name", help="The sender that --mms shows."),
    click.option("--binary", metavar="HEX", help="Bytes, behind the header of --udh."),
    click.option("--udh", metavar="HEX", help="A user data header, for --binary."),
)


def kinds(command: Callable[..., Any]) -> Callable[..., Any]:  # Any: as click's
    """The options that say what is sent."""
    for option in reversed(_KINDS):
        command = option(command)
    return command


def message_of(
    text: str | None,
    flash: bool,
    unicode: bool,
    fold: bool,
    picture: Path | None,
    link: str | None,
    mms: str | None,
    subject: str | None,
    sender_name: str | None,
    **others: Any,  # Any: the options of `_files`
) -> Message:
    """The message that the options describe.

    Raises:
        ValueError: they describe none, or several.
    """
    if text == "-":
        text = sys.stdin.read().removesuffix("\n")
    made = _files(**others)
    if mms is not None:
        if subject is None or sender_name is None:
            raise ValueError("--mms goes with --subject and --sender-name")
        made.append(MmsNotification(mms, subject, sender_name))
    elif subject is not None or sender_name is not None:
        raise ValueError("--subject and --sender-name are for --mms")
    if link is not None:
        made.append(ServiceIndication(link, text or ""))
    elif picture is not None:
        made.append(_picture(picture, text or ""))
    elif text is not None:
        made.append(text_of(text, flash, unicode, fold))
    if (flash or unicode or fold) and not isinstance(
        made[-1] if made else None, Text | Flash | Unicode
    ):
        raise ValueError("--flash, --unicode and --fold are for --text")
    if len(made) != 1:
        raise ValueError("one of --text, --vcard, --calendar and so on is wanted")
    return made[0]


def _files(
    vcard: Path | None,
    calendar: Path | None,
    ringtone: str | None,
    logo: Path | None,
    network: str | None,
    group_logo: Path | None,
    binary: str | None,
    udh: str | None,
) -> list[Message]:
    made: list[Message] = []
    if vcard is not None:
        made.append(VCard.of(_read(vcard)))
    if calendar is not None:
        made.append(VCalendar.of(_read(calendar)))
    if ringtone is not None:
        made.append(Ringtone(ringtone))
    if logo is not None:
        made.append(_logo(logo, network))
    elif network is not None:
        raise ValueError("--network is for --logo")
    if group_logo is not None:
        is_made = group_logo.suffix in _BITMAPS
        data = group_logo.read_bytes() if is_made else b""
        made.append(GroupLogo(data) if is_made else GroupLogo.of(group_logo))
    if (binary is None) != (udh is None):
        raise ValueError("--binary and --udh go together")
    if binary is not None and udh is not None:
        made.append(Binary(_octets("--binary", binary), _octets("--udh", udh)))
    return made


def _logo(file: Path, network: str | None) -> Message:
    if network is None:
        if file.suffix not in _BITMAPS:
            raise ValueError("an image as a --logo is for a --network")
        return OperatorLogo(file.read_bytes())
    mcc, _, mnc = network.partition("-")
    return OperatorLogo.of(file, mcc, mnc)


def _picture(file: Path, text: str) -> Message:
    if file.suffix in _BITMAPS:
        if text:
            raise ValueError(
                f"--text is for an image; {file} is a picture message already"
            )
        return PictureMessage(file.read_bytes())
    return PictureMessage.of(file, text)


def text_of(text: str, flash: bool, unicode: bool, fold: bool) -> Message:
    """A message of a text.

    Raises:
        ValueError: `flash` and `unicode` exclude each other.
    """
    if flash and unicode:
        raise ValueError("--flash takes Unicode where it needs to: leave out --unicode")
    plain = Text(text).folded().text if fold else text
    if flash:
        return Flash(plain)
    return Unicode(plain) if unicode else Text(plain)


def _octets(option: str, digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"{option}: {digits[:40]!r} is no hex") from None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: no UTF-8: {error}") from None
