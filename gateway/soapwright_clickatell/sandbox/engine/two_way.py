"""Two-way messages: what handsets send, and who wants no more messages (the two-way guide)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from ...vendor.characters import gsm_pieces, is_gsm, ucs2_pieces
from ..records.accounts import Account
from ..records.callbacks import IncomingMessage
from ..records.messages import MAX_PARTS, is_number
from ..state.store import Incoming, Store, Wish

STOP_WORDS: Final = frozenset({"STOP", "END", "CANCEL", "UNSUBSCRIBE", "QUIT"})
START_WORDS: Final = frozenset({"START", "UNSTOP"})
CONFIRMATION_SECONDS: Final = 6 * 60 * 60
"""How long the customer has to confirm a request to stop, before the gateway acts on it."""
_RENTED: Final = re.compile(r"\+?[0-9]{3,16}")
"""The two-way number, which may be a short one."""
_UNSENDABLE: Final = re.compile(
    r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that XML cannot contain either: no callback could report them."""
_LONGEST_PART: Final = 153


class TwoWay:
    """Incoming messages. Its methods are called within a transaction."""

    def __init__(self, store: Store, chance: random.Random) -> None:
        self._store = store
        self._chance = chance

    def receive(
        self, account: Account, sender: str, recipient: str, text: str, now: float
    ) -> list[str]:
        """Take a message from a handset to an account; the ids of its parts.

        Raises:
            ValueError: a number is none, or the text is nothing that a handset sends.
        """
        if not is_number(sender):
            raise ValueError(f"{sender[:40]!r} is no number of a handset")
        if not _RENTED.fullmatch(recipient):
            raise ValueError(f"{recipient[:40]!r} is no number to reply to")
        pieces = _pieces(text)
        reference = self._chance.getrandbits(8)
        wish = _wish(text)
        ids = []
        for number, piece in enumerate(pieces, 1):
            header = f"050003{reference:02x}{len(pieces):02x}{number:02x}"
            udh = header if len(pieces) > 1 else ""
            id_ = f"{self._chance.getrandbits(128):032x}"
            message = Incoming(
                *(id_, account.user, sender, recipient, piece, now, wish)
            )
            self._store.add_incoming(message)
            self._report(account, message, udh)
            ids.append(id_)
        return ids

    def has_opted_out(self, user: str, number: str, now: float) -> bool:
        """Whether a handset asked a user for no more messages, did not take that back, and got
        no answer within six hours."""
        wish, asked = self._store.last_wish(user, number, now - CONFIRMATION_SECONDS)
        if wish != "stop":
            return False
        until = asked + CONFIRMATION_SECONDS
        return not self._store.sent_to_between(user, number, asked, until)

    def _report(self, account: Account, message: Incoming, udh: str) -> None:
        if account.incoming_callback is None:
            return
        report = IncomingMessage(
            api_id=account.api_id,
            message_id=message.id,
            sender=message.sender,
            to=message.recipient,
            timestamp=message.at,
            text=message.text,
            charset=_charset((message.text,)),
            udh=udh,
        )
        content = json.dumps(asdict(report))
        self._store.add_callback(
            *("incoming", account.user, message.id, content, message.at)
        )


def _wish(text: str) -> Wish:
    """The wish of a handset that a text is, if it is one."""
    word = text.strip().upper()
    if word in STOP_WORDS:
        return "stop"
    return "start" if word in START_WORDS else ""


def _pieces(text: str) -> list[str]:
    """A text as a handset sends it.

    Raises:
        ValueError: no handset does.
    """
    if _UNSENDABLE.search(text):
        raise ValueError("the text has characters that no handset sends")
    if text and len(text) <= MAX_PARTS * _LONGEST_PART:
        pieces = (gsm_pieces if is_gsm(text) else ucs2_pieces)(text)
        if len(pieces) <= MAX_PARTS:
            return pieces
    raise ValueError(f"a message has a text that fits into {MAX_PARTS} parts")


def _charset(texts: Sequence[str]) -> str:
    try:
        "".join(texts).encode("latin-1")
    except UnicodeEncodeError:
        return "UTF-8"
    return "ISO-8859-1"
