"""The parts of the message that a thread writes or reads just now.

Writers and readers of binary values ask here; outside of a message, where only an envelope is
written or read, there are none.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote, unquote

from ..errors.errors import DecodeError
from ..http.message import Attachment
from ..http.parts import CODING
from ..values.lexical import unreadable

_SAFE: Final = "@.!$*+:=~"
_SCHEME: Final = "cid:"


class Written:
    """The parts of a message that is being written.

    Args:
        mtom: bytes from which on a binary value is a part of its own; `None` for never.
    """

    def __init__(self, mtom: int | None) -> None:
        self.parts: list[Attachment] = []
        self.included = False
        """Whether any is in the place of a value in the envelope."""
        self.mtom = mtom
        self._unique = os.urandom(12).hex()
        self._known: dict[int, tuple[object, str]] = {}
        self._ids: set[str] = set()

    def takes(self, value: bytes | Attachment) -> bool:
        """Whether a binary value becomes a part: those of unknown size are large.

        Raises:
            ValueError: a file cannot be read.
        """
        if self.mtom is None:
            return False
        try:
            size = value.size if isinstance(value, Attachment) else len(value)
        except OSError as error:
            raise unreadable(error) from error
        return size is None or size >= self.mtom

    def add(
        self, value: bytes | Attachment, name: str = "", media_type: str = ""
    ) -> str:
        """Make a value a part; one and the same attachment is one part.

        Args:
            value: bytes, or an attachment.
            name: of the message's part that it is, for its Content-ID (WS-I Attachments
                Profile 1.0, section 3.8).
            media_type: of bytes.

        Returns:
            Its URL, as text that needs no escapes.

        Raises:
            TypeError: it is something else.
            ValueError: another part has its Content-ID.
        """
        if id(value) in self._known and not name:
            return self._known[id(value)][1]
        part = self._part(value, name, media_type)
        if part.content_id in self._ids:
            raise ValueError("two attachments have the same content_id")
        self._ids.add(part.content_id)
        self.parts.append(part)
        url = _SCHEME + quote(part.content_id, safe=_SAFE)
        if isinstance(value, Attachment):
            self._known[id(value)] = value, url
        return url

    def _part(
        self, value: bytes | Attachment, name: str, media_type: str
    ) -> Attachment:
        number = len(self.parts) + 1
        made = f"{number}.{self._unique}@soapwright"
        if name:
            made = f"{quote(name, safe='')}={made}"
        if isinstance(value, Attachment):
            return value if value.content_id else value.named(made)
        if not isinstance(value, (bytes, bytearray)):
            given = type(value).__name__
            raise TypeError(f"{given} given, bytes or Attachment wanted")
        return Attachment(bytes(value), media_type or "application/octet-stream", made)


class Came:
    """The parts of a message that is being read.

    Args:
        attachments: beside the root.
        stream: whether binary values are read as attachments.
    """

    def __init__(self, attachments: Sequence[Attachment], stream: bool) -> None:
        self.stream = stream
        self._attachments = attachments
        self._by_id: dict[str, Attachment] = {}
        for part in reversed(attachments):
            if part.content_id:
                self._by_id[part.content_id] = part
        self._referred: set[int] = set()

    def part(self, url: str) -> Attachment | None:
        """The part that a URL names; `None` where there is none."""
        scheme, _, name = url.strip().partition(":")
        if scheme.lower() != "cid":
            return None
        part = self._by_id.get(unquote(name)) or self._by_id.get(name)
        if part is not None:
            self._referred.add(id(part))
        return part

    def value(self, part: Attachment) -> bytes | Attachment:
        """A part as a value.

        Raises:
            DecodeError: its transfer encoding could not be taken off.
        """
        if CODING in part.headers:
            raise DecodeError("", "a part that is not encoded as its header says")
        return part if self.stream else part.content

    def has_read(self, part: Attachment) -> bool:
        """Whether anything was read from a part."""
        return id(part) in self._referred

    def named(self, names: Sequence[str]) -> Iterator[Attachment | None]:
        """The parts that a binding names: by their Content-IDs, the others in their order.

        Args:
            names: of the message's parts, in their order.
        """
        by_name = {part_name(p.content_id): p for p in reversed(self._attachments)}
        found = [by_name.get(name) if name else None for name in names]
        taken = {id(part) for part in found if part is not None} | self._referred
        rest = (part for part in self._attachments if id(part) not in taken)
        return (next(rest, None) if part is None else part for part in found)


def part_name(content_id: str) -> str:
    """The name of a message's part in a Content-ID, `<name=unique@host>`; "" where it has none."""
    name, equals, _ = content_id.partition("=")
    return unquote(name) if equals else ""


class _Local(threading.local):
    written: Written | None = None
    came: Came | None = None


local: Final = _Local()
"""The parts that this thread writes, and those that it reads."""


@contextmanager
def writing(mtom: int | None) -> Generator[Written]:
    """Inside, what this thread writes is one message; its parts are in what is given."""
    before, made = local.written, Written(mtom)
    local.written = made
    try:
        yield made
    finally:
        local.written = before


@contextmanager
def reading(attachments: Sequence[Attachment], stream: bool) -> Generator[Came]:
    """Inside, what this thread reads is one message with these parts."""
    before, came = local.came, Came(attachments, stream)
    local.came = came
    try:
        yield came
    finally:
        local.came = before
