"""The gateway's replies: plain text, errors included, in a grammar of a few lines.

    OK: {value}            ID: {id}           ID: {id} To: {number}
    ID: {id} Status: 003   Credit: 10.0       apiMsgId: {id} charge: 0.33 status: 004
    ERR: 105, {text}       ERR: 105, {text} To: {number}

`str(reply)` writes the form that the SOAP specification's time had; `parse` also reads the
others that are documented: `Credits:`, `ID: … Charge: … Status: …`, any case of the keys, any
order of charge and status, no space after a colon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from typing import Final, TypeAlias

from .codes import ErrorCode, MessageStatus

_OK: Final = re.compile(r"OK(?::\s*(?P<value>.*))?", re.IGNORECASE | re.DOTALL)
_CREDIT: Final = re.compile(r"Credits?:\s*(?P<amount>\d+(?:\.\d*)?)", re.IGNORECASE)
_ERROR: Final = re.compile(
    r"ERR:\s*(?:(?P<code>\d{1,9})(?:,\s*|\Z))?(?P<text>.*?)(?:\s+To:\s*(?P<to>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_ABOUT_A_MESSAGE: Final = re.compile(
    r"(?:ID|apiMsgId):\s*(?P<id>\S+)(?P<rest>(?:\s+(?:To|Status|Charge):\s*\S+)*)",
    re.IGNORECASE,
)
_KEY_AND_VALUE: Final = re.compile(r"(To|Status|Charge):\s*(\S+)", re.IGNORECASE)
_UNTIL: Final = re.compile(r"until (\d{9,10})\b", re.IGNORECASE)
_STATUS: Final = re.compile(r"\d{1,9}")
_AMOUNT: Final = re.compile(r"\d+(?:\.\d*)?")


@dataclass(frozen=True, slots=True)
class Ok:
    """It is done. `None` writes the bare `OK` of `endbatch`, "" the `OK:` of `ping`."""

    value: str | None = field(default="", repr=False)  # a session's id is a secret

    def __str__(self) -> str:
        if self.value is None:
            return "OK"
        return f"OK: {self.value}" if self.value else "OK:"


@dataclass(frozen=True, slots=True)
class MessageId:
    """A message was accepted. `to` is there where a call had several recipients."""

    id: str
    to: str | None = None

    def __str__(self) -> str:
        return f"ID: {self.id}" if self.to is None else f"ID: {self.id} To: {self.to}"


@dataclass(frozen=True, slots=True)
class Status:
    """The status of a message; `status` is a `MessageStatus` where it is a known one."""

    id: str
    status: int

    def __str__(self) -> str:
        return f"ID: {self.id} Status: {int(self.status):03d}"


@dataclass(frozen=True, slots=True)
class Charge:
    """The charge of a message in credits, and its status."""

    id: str
    charge: Decimal
    status: int

    def __str__(self) -> str:
        return (
            f"apiMsgId: {self.id} charge: {_plain(self.charge)}"
            f" status: {int(self.status):03d}"
        )


@dataclass(frozen=True, slots=True)
class Credit:
    """The account's balance in credits."""

    amount: Decimal

    def __str__(self) -> str:
        amount = _plain(self.amount)
        return f"Credit: {amount if '.' in amount else amount + '.0'}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error. `code` is an `ErrorCode` where it is a known one; `None` where the reply has no
    number, which only the coverage of a prefix does."""

    code: int | None
    text: str
    to: str | None = None

    @classmethod
    def of(cls, code: ErrorCode, to: str | None = None) -> Refusal:
        """A known error in its usual words."""
        return cls(code, code.text, to)

    @property
    def is_passing(self) -> bool:
        """Whether the reason may pass: see `ErrorCode.is_passing`."""
        return isinstance(self.code, ErrorCode) and self.code.is_passing

    @property
    def until(self) -> datetime | None:
        """When the reason ends, where the gateway names that, as it does for 130."""
        found = _UNTIL.search(self.text)
        return datetime.fromtimestamp(int(found[1]), timezone.utc) if found else None

    def __str__(self) -> str:
        number = "" if self.code is None else f"{int(self.code):03d}, "
        to = "" if self.to is None else f" To: {self.to}"
        return f"ERR: {number}{self.text}{to}"


Reply: TypeAlias = Ok | MessageId | Status | Charge | Credit | Refusal


class GatewayError(Exception):
    """A refusal as an exception."""

    def __init__(self, refusal: Refusal | ErrorCode) -> None:
        super().__init__(refusal)
        if isinstance(refusal, ErrorCode):
            refusal = Refusal.of(refusal)
        self.refusal = refusal

    @property
    def code(self) -> int | None:
        """The error's number."""
        return self.refusal.code

    @property
    def is_retryable(self) -> bool:
        """Whether the reason may pass: no credit, an internal error, a limit, the account."""
        return self.refusal.is_passing

    def __str__(self) -> str:
        return str(self.refusal)


def parse(reply: str) -> Reply:
    """One of the strings that the gateway answers with.

    Raises:
        ValueError: it is none.
    """
    reply = reply.strip()
    if match := _ERROR.fullmatch(reply):
        code = None if match["code"] is None else _error_code(match["code"])
        return Refusal(code, match["text"], match["to"])
    if match := _CREDIT.fullmatch(reply):
        return Credit(Decimal(match["amount"]))
    if match := _ABOUT_A_MESSAGE.fullmatch(reply):
        return _about_a_message(match["id"], match["rest"])
    if match := _OK.fullmatch(reply):
        return Ok(match["value"])
    raise ValueError(f"no reply of the gateway's: {reply[:80]!r}")


def _about_a_message(id_: str, rest: str) -> MessageId | Status | Charge:
    fields = {key.lower(): value for key, value in _KEY_AND_VALUE.findall(rest)}
    status = fields.get("status")
    if status is None:
        if "charge" in fields:
            raise ValueError("a charge without a status")
        return MessageId(id_, fields.get("to"))
    if not _STATUS.fullmatch(status):
        raise ValueError(f"no status: {status[:80]!r}")
    charge = fields.get("charge")
    if charge is None:
        return Status(id_, _message_status(status))
    if not _AMOUNT.fullmatch(charge):
        raise ValueError(f"no charge: {charge[:80]!r}")
    return Charge(id_, Decimal(charge), _message_status(status))


def _error_code(digits: str) -> int:
    return ErrorCode.known(int(digits)) or int(digits)


def _message_status(digits: str) -> int:
    return MessageStatus.known(int(digits)) or int(digits)


def _plain(amount: Decimal) -> str:
    """An amount without an exponent and without zeros at its end."""
    written = f"{amount:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
