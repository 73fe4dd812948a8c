"""Callbacks as they arrive at our side, in every form that the vendor documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from lxml import etree

from ..services.clickatell_callbacks import PORTS
from ..services.clickatell_callbacks import types as t
from ..services.clickatell_callbacks.errors import SoapError
from ..vendor.codes import MessageStatus

_OPERATIONS: Final = PORTS["ClickatellCallbacksPort"].operations
_LATIN_1: Final = "iso-8859-1"
_CHARGE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{0,12})?")
_INCOMING_ZONE: Final = timezone(timedelta(hours=2))


class CallbackError(ValueError):
    """The request is no callback."""


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """The status of a message."""

    message_id: str
    client_id: str
    """The id that its sender gave it, "" if none."""
    to: str
    sender: str
    status: int
    """A `MessageStatus` where it is a known one."""
    charge: Decimal
    """In credits."""
    timestamp: datetime
    api_id: int | None = None
    """The API connection's number; the XML form leaves it out."""


@dataclass(frozen=True, slots=True)
class IncomingCallback:
    """A message that a handset sent, or a part of a long one."""

    message_id: str
    sender: str
    """The handset's number."""
    to: str
    """The rented number that it was sent to."""
    text: str
    timestamp: datetime
    udh: bytes = b""
    api_id: int | None = None

    @property
    def part(self) -> tuple[int, int, int] | None:
        """Of a part of a long message its reference, its number from 1, and how many there
        are."""
        header = self.udh
        if len(header) == 6 and header[1:3] == b"\x00\x03":
            reference, count, number = header[3:]
            if 1 <= number <= count:
                return reference, number, count
        return None


Callback: TypeAlias = StatusCallback | IncomingCallback


def parse_callback(parameters: str | bytes) -> Callback:
    """A callback from the query of a GET, or the form that was posted.

    Raises:
        CallbackError: it is none.
    """
    if isinstance(parameters, bytes):
        parameters = parameters.decode("ascii", "replace")
    try:
        pairs = parse_qsl(
            parameters, keep_blank_values=True, encoding=_LATIN_1, max_num_fields=100
        )
    except ValueError as error:
        raise CallbackError(str(error)) from None
    given = {name.lower(): value for name, value in pairs}
    if "data" in given:
        return _from_document(given["data"].strip().encode(_LATIN_1, "replace"))
    return _from_fields(_decoded(given))


def _decoded(given: Mapping[str, str]) -> Mapping[str, str]:
    """Parameters in the character set that they name themselves."""
    charset = given.get("charset") or _LATIN_1
    if charset.lower() == _LATIN_1:
        return given
    text = given.get("text", "").encode(_LATIN_1, "replace")
    try:
        return {**given, "text": text.decode(charset)}
    except (
        LookupError,
        ValueError,
    ) as error:  # some codecs raise no UnicodeDecodeError
        raise CallbackError(f"text: {error}") from None


def _from_document(data: bytes) -> Callback:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise CallbackError(f"data: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise CallbackError("data: a DTD is refused")
    name = etree.QName(root).localname
    if name == "Envelope":
        return _from_envelope(root, data)
    if name not in ("callback", "clickmo"):
        raise CallbackError(f"data: <{name[:40]}> is no callback")
    elements = [child for child in root if isinstance(child.tag, str)]
    return _from_fields({child.tag.lower(): child.text or "" for child in elements})


def _from_envelope(root: etree._Element, data: bytes) -> Callback:
    bodies = [part for part in root if str(part.tag).endswith("}Body")]
    calls = [child for body in bodies for child in body if isinstance(child.tag, str)]
    name = etree.QName(calls[0]).localname if calls else ""
    operation = _OPERATIONS.get(name)
    if operation is None:
        raise CallbackError(f"data: there is no callback {name[:40]!r}")
    try:
        request = operation.decode_request(data)
    except SoapError as error:
        raise CallbackError(f"data: {error}") from None
    assert isinstance(request, (t.MtCallbackRequest, t.MoCallbackRequest))
    values = {n: getattr(request, n) for n in request.__dataclass_fields__}
    return _from_fields(
        {n.rstrip("_"): str(v) if v is not None and v else "" for n, v in values.items()}
    )  # fmt: skip


def _from_fields(given: Mapping[str, str]) -> Callback:
    """A callback by the names of its fields, in lower case."""
    if "momsgid" in given:
        return IncomingCallback(
            message_id=given["momsgid"],
            sender=_wanted(given, "from"),
            to=_wanted(given, "to"),
            text=given.get("text", ""),
            timestamp=_local_time(_wanted(given, "timestamp")),
            udh=_octets(given.get("udh", "")),
            api_id=_number(given, "api_id"),
        )
    status = _number(given, "status")
    if status is None:
        raise CallbackError("there is neither a status nor an incoming message")
    try:
        charge = _charge(given.get("charge") or "0")
        seconds = int(_wanted(given, "timestamp"))
        timestamp = datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError) as error:
        raise CallbackError(f"charge or timestamp: {error}") from None
    return StatusCallback(
        message_id=_wanted(given, "apimsgid"),
        client_id=given.get("climsgid", ""),
        to=_wanted(given, "to"),
        sender=given.get("from", ""),
        status=MessageStatus.known(status) or status,
        charge=charge,
        timestamp=timestamp,
        api_id=_number(given, "api_id"),
    )


def _charge(written: str) -> Decimal:
    """A number of credits; `Decimal` alone also takes NaN, infinities and a million digits."""
    if not _CHARGE.fullmatch(written.strip()):
        raise ValueError(f"{written[:40]!r} is no number of credits")
    return Decimal(written.strip())


def _wanted(given: Mapping[str, str], name: str) -> str:
    value = given.get(name, "")
    if not value:
        raise CallbackError(f"{name} is missing")
    return value


def _number(given: Mapping[str, str], name: str) -> int | None:
    digits = given.get(name, "").strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise CallbackError(f"{name}: {digits[:40]!r} is no number")
    return int(digits)


def _octets(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise CallbackError(f"udh: {digits[:40]!r} is no hex") from None


def _local_time(written: str) -> datetime:
    """The vendor's local time, GMT+2."""
    try:
        read = datetime.strptime(written, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise CallbackError(f"timestamp: {written[:40]!r} is no time") from None
    return read.replace(tzinfo=_INCOMING_ZONE)
