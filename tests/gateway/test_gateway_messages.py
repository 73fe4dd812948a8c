"""Messages choose their parts by themselves, and the gateway reads them as they were meant."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright_clickatell.outgoing import (
    Binary,
    Flash,
    Message,
    OperatorLogo,
    Ringtone,
    Text,
    Unicode,
    VCalendar,
    VCard,
)
from soapwright_clickatell.sandbox.records.content import Content
from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.vendor.characters import gsm_pieces, travels_as_gsm
from soapwright_clickatell.vendor.octets import ports_header
from soapwright_clickatell.vendor.replies import GatewayError
from soapwright_clickatell.vendor.ringtones import encode_rtttl


def parts(message: Message) -> dict[str, Any]:
    return {k: v for k, v in asdict(message.encode()).items() if v is not None}  # type: ignore[call-overload]  # it is a dataclass


def received(message: Message) -> Content:
    """What the gateway makes of it."""
    given = parts(message)
    kind = given.pop("msg_type", "")
    submission = Submission(type=kind, **given)
    submission.check()
    return submission.content()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Text("Hello [€]"), {"text": "Hello [€]"}),
        (Text("a" * 161), {"text": "a" * 161, "concat": 2}),
        (Text("ΩΨΘ"), {"text": "ΩΨΘ"}),
        (Text("ωψθ"), {"text": "03C903C803B8", "unicode": 1}),
        (Text("ω" * 71), {"text": "03C9" * 71, "unicode": 1, "concat": 2}),
        (Text("😀"), {"text": "D83DDE00", "unicode": 1}),
        (Flash("Now!"), {"text": "Now!", "msg_type": "SMS_FLASH"}),
        (Flash("ω"), {"text": "03C9", "unicode": 1, "msg_type": "SMS_FLASH"}),
        (Unicode("ΩΨΘ"), {"text": "03A903A80398", "unicode": 1}),
        (
            Binary(b"\x01\x02", bytes.fromhex("06050415810000")),
            {"udh": "06050415810000", "data": "0102"},
        ),
        (
            Binary(b"x" * 134, ports_header(0x1581)),
            {"udh": "06050415810000", "data": "78" * 134, "concat": 2},
        ),
        (
            Ringtone("Test:d=4,o=5,b=100:c"),
            {"text": "Test:d=4,o=5,b=100:c", "msg_type": "SMS_NOKIA_RTTL"},
        ),
        (Ringtone(b"\x02J"), {"data": "024A", "msg_type": "SMS_NOKIA_RINGTONE"}),
        (OperatorLogo(b"0"), {"data": "30", "msg_type": "SMS_NOKIA_OLOGO"}),
        (OperatorLogo(), {"data": "00", "msg_type": "SMS_NOKIA_CLEAN"}),
    ],
)
def test_parts(message: Message, expected: dict[str, Any]) -> None:
    assert parts(message) == expected
    assert received(message).parts == message.sms


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=500))
def test_any_text_arrives_as_it_was(text: str) -> None:
    for message in (Text(text), Unicode(text)):
        content = received(message)
        assert content.text == text and content.parts == message.sms
    if travels_as_gsm(text):
        pieces = gsm_pieces(text)
        assert "".join(pieces) == text and len(pieces) == Text(text).sms


@pytest.mark.parametrize(
    "message",
    [
        Text(""),
        Text("a" * (35 * 153 + 1)),
        Unicode("\ud83d"),
        Binary(b"", bytes.fromhex("06050415810000")),
        Binary(b"x", b""),
        Binary(b"x", b"\x05\x00\x03\x01\x02"),
        Binary(bytes(35 * 128 + 1), ports_header(0x1581)),
        VCard(""),
        Ringtone(""),
        Ringtone("no tune"),
    ],
)
def test_what_cannot_be_sent(message: Message) -> None:
    with pytest.raises(ValueError, match="empty|SMS|surrogates|byte|element|RTTTL"):
        message.encode()


# --------------------------------------------------------------------------------- ringtones


def test_a_tune_in_nokias_binary_form() -> None:
    bits = (
        "00000010" "0100101" "0"  # two commands: a ringing tone,
        "0011101" "001" "0001" "01010100"  # a basic song named T,
        "00000001" "000" "00" "0000" "00000110"  # of one pattern with six commands:
        "100" "01100" "010" "01"  # tempo 100, octave 5,
        "001" "0001" "010" "00"  # a quarter c,
        "001" "0010" "011" "01"  # a dotted eighth c sharp,
        "010" "10" "001" "1100" "101" "00"  # octave 6, a thirty-second b
    )  # fmt: skip
    bits += "0" * (-len(bits) % 8) + "00000000"
    expected = int(bits, 2).to_bytes(len(bits) // 8, "big")
    assert encode_rtttl("T:d=4,o=5,b=100:c,8c#.,32b6") == expected
    # What the vendor documents as a ringtone begins alike.
    assert expected[:3].hex()[:5] == "024a3"


def test_variants_of_rtttl() -> None:
    plain = encode_rtttl("T:d=4,o=5,b=100:c5.,h")
    assert encode_rtttl(" T : D=4, o=5 ,b=101: 4C.5 , b,") == plain
    assert encode_rtttl("T::p") == encode_rtttl("T:d=4,o=6,b=63:p")


@pytest.mark.parametrize(
    "tune",
    [
        "",
        "T",
        "T:d=4",
        "T:x=4:c",
        "T::x",
        "T::3c",
        "T::c8",
        "T::e#",
        "T::" + "c," * 255,
    ],
)
def test_what_is_no_rtttl(tune: str) -> None:
    with pytest.raises(ValueError, match="RTTTL|octaves|fit"):
        encode_rtttl(tune)
    with pytest.raises(GatewayError):
        Submission(type="SMS_NOKIA_RTTL", text=tune).content()


# -------------------------------------------------------------------------------- conversion

VCARD_4 = """BEGIN:VCARD
VERSION:4.0
FN:Jané Doe
N:Doe;Jané;;Dr.;
TEL;TYPE=cell;PREF=1:+27831234567
TEL;VALUE=uri;TYPE="voice,work":tel:+27211234567
EMAIL:jane@example.com
ORG:Example;Sales
ADR;TYPE=home:;;1 Long Street;Cape Town;;8001;South Africa
NOTE:one\\ntwo
END:VCARD
"""
ICALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20260102T090000Z
DURATION:PT1H30M
SUMMARY:Meet\\, greet
LOCATION:Büro
RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:x
TRIGGER:-PT15M
END:VALARM
END:VEVENT
BEGIN:VTODO
UID:2
DTSTAMP:20260101T000000Z
DUE;VALUE=DATE:20260105
SUMMARY:Pay
END:VTODO
END:VCALENDAR
"""


def test_a_vcard_of_any_version_becomes_2_1() -> None:
    assert VCard.of(VCARD_4).text.split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:2.1",
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Doe;Jan=C3=A9;;Dr.",
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jan=C3=A9 Doe",
        "TEL;CELL;PREF:+27831234567",
        "TEL;WORK;VOICE:+27211234567",
        "ADR;HOME:;;1 Long Street;Cape Town;;8001;South Africa",
        "ORG:Example;Sales",
        "EMAIL:jane@example.com",
        "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo",
        "END:VCARD",
        "",
    ]
    assert received(VCard.of(VCARD_4)).kind == "SMS_NOKIA_VCARD"


def test_a_card_without_a_name_in_parts() -> None:
    card = VCard.of("BEGIN:VCARD\nVERSION:4.0\nFN:Jane van Doe\nEND:VCARD\n")
    assert "\r\nN:Doe;Jane van\r\n" in card.text


def test_an_icalendar_becomes_a_vcalendar() -> None:
    made = VCalendar.of(ICALENDAR)
    assert made.text.split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:1.0",
        "BEGIN:VEVENT",
        "DTSTART:20260102T090000Z",
        "DTEND:20260102T103000Z",
        "SUMMARY:Meet, greet",
        "LOCATION;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:B=C3=BCro",
        "RRULE:W1 MO WE #3",
        "DALARM:20260102T084500Z",
        "END:VEVENT",
        "BEGIN:VTODO",
        "DUE:20260105T000000",
        "SUMMARY:Pay",
        "END:VTODO",
        "END:VCALENDAR",
        "",
    ]
    assert received(made).kind == "SMS_NOKIA_VCAL"


@pytest.mark.parametrize(
    "text", ["", "x", "BEGIN:VCARD", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n"]
)
def test_what_is_no_card_and_no_calendar(text: str) -> None:
    for convert in (VCard.of, VCalendar.of):
        with pytest.raises(ValueError, match="VCARD|VCALENDAR|calendar|name"):
            convert(text)


def test_a_repetition_that_handsets_do_not_have() -> None:
    with pytest.raises(ValueError, match="cannot repeat"):
        VCalendar.of(ICALENDAR.replace("BYDAY=MO,WE", "BYSETPOS=-1"))


# ------------------------------------------------------------------- as they come in real files

OLD_CARD = (
    "\ufeffBEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Doe\\;x;Jan=C3=A9\r\n"
    "TEL;HOME;VOICE:+2783\r\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:a=E9=\r\nb=0D=0Ac;d\r\n"
    "PHOTO;ENCODING=BASE64;JPEG:\r\n /9j/4AAQ\r\n\r\nEND:VCARD\r\n"
)
CARD_3 = """BEGIN:VCARD
VERSION:3.0
N:Doe;Jane
FN:Jane\x01 Doe
item1.TEL;type=CELL;type=pref:+1 23;ext=4
item1.X-ABLabel:_$!<Home>!$_
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
NOTE:fol
 ded; C:\\\\temp
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:Other
FN:Other
END:VCARD
"""
ZONED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VTIMEZONE
TZID:Here
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTART;TZID=Here:20260105T003000
DTEND;TZID=Here:20260105T013000
RRULE:FREQ=WEEKLY;BYDAY=MO,WE
EXDATE;TZID=Here:20260107T003000
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:x
TRIGGER:-PT15M
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Here:20260112T003000
DTSTART;TZID=Here:20260713T003000
SUMMARY:moved
END:VEVENT
END:VCALENDAR
"""
OLD_CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nDTSTART:20260105T003000Z\r\n"
    "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:a=C3=A9\r\nRRULE:W1 MO #3\r\n"
    "DALARM:20260105T001500Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_cards_as_they_come() -> None:
    quoted = "CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE"
    assert VCard.of(OLD_CARD).text.split("\r\n")[2:-2] == [
        f"N;{quoted}:Doe\\;x;Jan=C3=A9",
        "TEL;HOME;VOICE:+2783",
        f"NOTE;{quoted}:a=C3=A9b=0D=0Ac;d",
    ]
    assert VCard.of(CARD_3).text.split("\r\n")[2:-2] == [
        "N:Doe;Jane",
        f"FN;{quoted}:Jane=01 Doe",
        "TEL;CELL;PREF:+1 23;ext=4",
        "NOTE:folded; C:\\temp",
    ]


def test_what_repeats_keeps_to_the_clocks_of_its_zone() -> None:
    """In UTC these Mondays are Sundays; what was moved or excepted does not take place twice."""
    assert VCalendar.of(ZONED).text.split("\r\n")[2:-2] == [
        "BEGIN:VEVENT",
        "DTSTART:20260105T003000",
        "DTEND:20260105T013000",
        "RRULE:W1 MO WE #0",
        "EXDATE:20260107T003000;20260112T003000",
        "DALARM:20260105T001500",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "DTSTART:20260712T223000Z",
        "SUMMARY:moved",
        "END:VEVENT",
    ]


def test_a_vcalendar_keeps_what_it_says() -> None:
    assert VCalendar.of(OLD_CALENDAR).text.split("\r\n")[3:-3] == [
        "DTSTART:20260105T003000Z",
        "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:a=C3=A9",
        "RRULE:W1 MO #3",
        "DALARM:20260105T001500Z",
    ]


@given(st.data())
def test_broken_files_are_value_errors(data: st.DataObject) -> None:
    """Cards and calendars with some lines swapped, doubled, cut and spoilt."""
    source = data.draw(st.sampled_from([VCARD_4, CARD_3, OLD_CARD, ICALENDAR, ZONED]))
    lines = source.splitlines()
    places = st.integers(0, len(lines) - 1)
    for _ in range(data.draw(st.integers(1, 4))):
        at, other = data.draw(places), data.draw(places)
        cut = data.draw(st.integers(0, 30))
        junk = data.draw(st.sampled_from(["", ";X=Y", "\x00", "=", "99999999T9", ":", "\u2028"]))  # fmt: skip
        lines[at] = lines[other][:cut] + junk + lines[at][cut:]
    convert = VCard.of if "VCARD" in source else VCalendar.of
    try:
        made = convert("\n".join(lines))
    except ValueError:
        return
    text = made.text.removesuffix("\r\n")
    assert text.isascii() and all(line.isprintable() for line in text.split("\r\n"))


@pytest.mark.parametrize(
    ("calendar", "wrong"),
    [
        (ICALENDAR.replace("20260102T090000Z", "99990102T090000Z"), None),
        (ICALENDAR.replace("-PT15M", "-P9999999D"), "VCALENDAR"),
        (ICALENDAR.replace("DTSTART:", "DTSTART;VALUE=DURATION:"), "VCALENDAR"),
        (OLD_CALENDAR.replace("CHARSET=UTF-8", "CHARSET=nonsense"), "VCALENDAR"),
    ],
)
def test_what_vobject_cannot_read(calendar: str, wrong: str | None) -> None:
    if wrong is None:
        assert "9999" in VCalendar.of(calendar).text
        return
    with pytest.raises(ValueError, match=wrong):
        VCalendar.of(calendar)
