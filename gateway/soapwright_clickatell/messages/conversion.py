"""Cards and calendars as handsets know them: vCard 2.1 and vCalendar 1.0, from what is current.

vobject reads both families in all their versions; what a handset of that age understands is
written here.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

import vobject

_LINE: Final = "\r\n"
_CARD_TEXTS: Final = ("org", "title", "email", "url", "note", "bday")
_KINDS: Final = ("HOME", "WORK", "CELL", "FAX", "VOICE", "PAGER", "PREF", "MSG")
_VCALENDAR_RULE: Final = re.compile(r"(?:D|W|MP|MD|YM|YD)\d+(?: [\w+#-]+)*")
_REPEATS: Final = {"DAILY": "D", "WEEKLY": "W", "MONTHLY": "MD", "YEARLY": "YM"}


def to_vcard(vcard: str) -> str:
    """The first card in a vCard of any version, as vCard 2.1.

    Raises:
        ValueError: it is none.
    """
    with _refusing("VCARD"):
        card = _read(vcard, "VCARD")
        lines = ["BEGIN:VCARD", "VERSION:2.1", *_card_lines(card), "END:VCARD", ""]
        return _LINE.join(lines)


def _card_lines(card: Any) -> Iterator[str]:  # Any: vobject has no types
    full = str(card.fn.value) if hasattr(card, "fn") else ""
    if hasattr(card, "n"):
        name = card.n.value
        names = (name.family, name.given, name.additional, name.prefix, name.suffix)
        yield _property("N", *map(_one, names))
    elif full:
        given, _, family = full.rpartition(" ")
        yield _property("N", family, given)
    else:
        raise ValueError("the card has no name")
    if full:
        yield _property("FN", full)
    for telephone in card.contents.get("tel", []):
        number = str(telephone.value).removeprefix("tel:")
        yield _property(";".join(("TEL", *_kinds(telephone))), number)
    for address in card.contents.get("adr", []):
        value = address.value
        parts = (value.box, value.extended, value.street, value.city)
        rest = (value.region, value.code, value.country)
        yield _property(
            ";".join(("ADR", *_kinds(address))), *map(_one, (*parts, *rest))
        )
    for name in _CARD_TEXTS:
        for line in card.contents.get(name, []):
            value = line.value
            texts = value if isinstance(value, list) else [value]
            yield _property(name.upper(), *map(str, texts))


def _kinds(line: Any) -> Iterator[str]:  # Any: as above
    """The types of a telephone or an address that vCard 2.1 has, which writes them bare."""
    types = [*line.params.get("TYPE", []), *line.singletonparams]
    given = [kind.upper() for several in types for kind in several.split(",")]
    if "PREF" in line.params:
        given.append("PREF")
    return (kind for kind in _KINDS if kind in given)


def to_vcalendar(calendar: str) -> str:
    """The events and tasks of an iCalendar or a vCalendar, as vCalendar 1.0.

    Raises:
        ValueError: it is none, or has neither.
    """
    with _refusing("VCALENDAR"):
        read = _read(calendar, "VCALENDAR")
        entries = [*read.contents.get("vevent", []), *read.contents.get("vtodo", [])]
        if not entries:
            raise ValueError("the calendar has neither an event nor a task")
        lines = ["BEGIN:VCALENDAR", "VERSION:1.0"]
        for entry in entries:
            lines += [f"BEGIN:{entry.name}", *_entry_lines(entry, entries)]
            lines.append(f"END:{entry.name}")
        return _LINE.join([*lines, "END:VCALENDAR", ""])


def _entry_lines(entry: Any, entries: Sequence[Any]) -> Iterator[str]:  # Any: as above
    start = entry.dtstart.value if hasattr(entry, "dtstart") else None
    rules = [str(rule.value) for rule in entry.contents.get("rrule", [])]
    # Mondays at half past midnight are Sundays in UTC, and summer time moves all of them.
    moment = _local if rules else _moment
    for name in ("dtstart", "dtend", "due"):
        if hasattr(entry, name):
            yield f"{name.upper()}:{moment(getattr(entry, name).value)}"
    if hasattr(entry, "duration") and start is not None and not hasattr(entry, "dtend"):
        yield f"DTEND:{moment(start + entry.duration.value)}"
    for name in ("summary", "description", "location"):
        if hasattr(entry, name):
            yield _property(name.upper(), str(getattr(entry, name).value))
    for rule in rules:
        yield f"RRULE:{_repeat(rule)}"
    left_out = list(_left_out(entry, entries)) if rules else []
    if left_out:
        yield f"EXDATE:{';'.join(map(moment, left_out))}"
    for alarm in entry.contents.get("valarm", []):
        trigger = alarm.trigger.value if hasattr(alarm, "trigger") else None
        if isinstance(trigger, timedelta):
            trigger = None if start is None else start + trigger
        if trigger is not None:
            yield f"DALARM:{moment(trigger)}"
    for alarm in entry.contents.get("dalarm", []):  # of a vCalendar
        yield _property("DALARM", str(alarm.value))


def _left_out(entry: Any, entries: Sequence[Any]) -> Iterator[date]:  # Any: as above
    """The times at which a repetition does not take place: those that it excepts, and those of
    which the calendar has another entry, because they were moved."""
    for line in entry.contents.get("exdate", []):
        yield from line.value
    for other in entries:
        if hasattr(other, "recurrence_id") and hasattr(entry, "uid"):
            if hasattr(other, "uid") and other.uid.value == entry.uid.value:
                yield other.recurrence_id.value


def _local(at: date) -> str:
    """A time as it is on the clocks of its zone, unless that is UTC."""
    if isinstance(at, datetime) and at.tzinfo not in (None, vobject.icalendar.utc):
        at = at.replace(tzinfo=None)
    return _moment(at)


def _moment(at: date) -> str:
    """A time in UTC where it has a zone, else as it is; a day is its first moment."""
    if not isinstance(at, datetime):
        return f"{at:%Y%m%d}T000000"
    if at.tzinfo is None:
        return f"{at:%Y%m%dT%H%M%S}"
    return f"{at.astimezone(timezone.utc):%Y%m%dT%H%M%S}Z"


def _repeat(rule: str) -> str:
    """A rule of iCalendar in vCalendar's grammar, as far as both have it; one in that grammar as
    it is.

    Raises:
        ValueError: it has content that vCalendar cannot express.
    """
    if _VCALENDAR_RULE.fullmatch(rule):
        return rule
    split = [part.partition("=") for part in rule.upper().split(";")]
    parts = {name: value for name, _, value in split}
    frequency = _REPEATS.get(parts.pop("FREQ", ""))
    interval, count = parts.pop("INTERVAL", "1"), parts.pop("COUNT", "")
    until, days = parts.pop("UNTIL", ""), parts.pop("BYDAY", "")
    parts.pop("WKST", None)
    if frequency is None or parts or (days and frequency != "W"):
        raise ValueError(f"handsets cannot repeat {rule!r}")
    words = [f"{frequency}{interval}", *days.replace(",", " ").split()]
    return " ".join([*words, until or f"#{count or 0}"])


def _read(text: str, kind: str) -> Any:  # Any: as above
    # Its lines go on after a "=", which a line of another encoding may end with too.
    is_quoted = "QUOTED-PRINTABLE" in text.upper()
    text = text.removeprefix("\ufeff")
    for component in vobject.readComponents(text, allowQP=is_quoted):
        if component.name == kind:
            return component
    raise ValueError(f"there is no {kind}")


@contextmanager
def _refusing(kind: str) -> Generator[None]:
    """Turn vobject's errors, and results that are of no use, into one exception.

    Raises:
        ValueError: vobject failed, or its result is of no use.
    """
    try:
        yield
    except (
        *(vobject.base.VObjectError, ArithmeticError, AttributeError, LookupError),
        *(TypeError, NotImplementedError, RecursionError),
    ) as error:
        raise ValueError(f"no {kind} can be read: {error}") from None


def _one(value: Any) -> str:  # Any: as above; several values of one component
    return " ".join(value) if isinstance(value, list) else str(value)


def _property(name: str, *values: str) -> str:
    """A line: breaks and what is no printable ASCII are quoted-printable, the only way that 2.1
    has."""
    parts = list(values)
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    value = parts[0]
    if len(parts) > 1:
        value = ";".join(v.replace("\\", "\\\\").replace(";", "\\;") for v in parts)
    if value.isascii() and value.isprintable():
        return f"{name}:{value}"
    octets = value.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")
    quoted = "".join(_quoted(octet) for octet in octets)
    return f"{name};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted}"


def _quoted(octet: int) -> str:
    plain = 32 <= octet < 127 and octet != ord("=")
    return chr(octet) if plain else f"={octet:02X}"
