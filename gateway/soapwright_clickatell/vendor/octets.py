"""8-bit messages: user data headers (3GPP TS 23.040, section 9.2.3.24) and how many SMS they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

OCTETS: Final = 140
"""The most bytes of one SMS, header included."""

# What holds the parts together: an element of the header, or a header of its own.
_CONCATENATION: Final = bytes((0x00, 0x03))
_ELEMENT: Final = 5

PORTS: Final = {
    "SMS_NOKIA_RINGTONE": 0x1581,
    "SMS_NOKIA_RTTL": 0x1581,
    "SMS_NOKIA_OLOGO": 0x1582,
    "SMS_NOKIA_CLEAN": 0x1582,
    "SMS_NOKIA_GLOGO": 0x1583,
    "SMS_NOKIA_PICTURE": 0x158A,
    "SMS_NOKIA_VCARD": 0x23F4,
    "SMS_NOKIA_VCAL": 0x23F5,
}
"""Where a handset expects each of the vendor's message types (Nokia Smart Messaging)."""

_ELEMENTS: Final = {
    0x00: "concatenation",
    0x04: "8-bit ports",
    0x05: "16-bit ports",
    0x08: "concatenation, 16-bit",
    0x0A: "EMS text formatting",
    0x0B: "EMS predefined sound",
    0x0C: "EMS sound",
    0x0D: "EMS predefined animation",
    0x0E: "EMS large animation",
    0x0F: "EMS small animation",
    0x10: "EMS large picture",
    0x11: "EMS small picture",
    0x12: "EMS variable picture",
    0x13: "EMS user prompt",
    0x14: "EMS extended object",
}


def header_elements(udh: bytes) -> list[tuple[int, bytes]]:
    """The elements of a user data header: identifier and content.

    Raises:
        ValueError: its lengths do not add up, or no content is left room for.
    """
    if not udh or udh[0] != len(udh) - 1 or len(udh) > OCTETS:
        raise ValueError("the first byte is not the length of the rest")
    found, at = [], 1
    while at < len(udh):
        end = at + 2 + udh[at + 1] if at + 1 < len(udh) else len(udh) + 1
        if end > len(udh):
            raise ValueError("an element reaches beyond the end")
        found.append((udh[at], udh[at + 2 : end]))
        at = end
    return found


def header_names(udh: bytes) -> list[str]:
    """Describe the elements of a valid header."""
    return [_named(identifier, value) for identifier, value in header_elements(udh)]


def _named(identifier: int, value: bytes) -> str:
    name = _ELEMENTS.get(identifier, f"element 0x{identifier:02X}")
    if identifier == 0x05 and len(value) == 4:
        return f"{name} 0x{value[:2].hex().upper()} from 0x{value[2:].hex().upper()}"
    if identifier == 0x00 and len(value) == 3:
        return f"{name} {value[2]} of {value[1]}"
    return name


def ports_header(destination: int, source: int = 0) -> bytes:
    """A header that addresses a port of the handset, as in the documented `06050415810000`."""
    ports = destination.to_bytes(2, "big") + source.to_bytes(2, "big")
    return bytes((0x06, 0x05, 0x04)) + ports


def octet_parts(udh: bytes, data: bytes) -> int:
    """The number of SMS that 8-bit content takes with its header, which each part repeats.

    A header that numbers its part already belongs to a part that the caller made: content that
    does not fit counts as if it were split again, which `concat` should not allow.
    """
    return max(1, len(octet_pieces(udh, data)))


def octet_pieces(udh: bytes, data: bytes) -> Sequence[bytes]:
    """The data in the pieces that go into each SMS."""
    if len(udh) + len(data) <= OCTETS:
        return [data]
    header = len(udh) + _ELEMENT if udh else 1 + _ELEMENT
    room = OCTETS - header
    if room <= 0:
        raise ValueError("the header leaves no room for its parts")
    return [data[at : at + room] for at in range(0, len(data), room)]
