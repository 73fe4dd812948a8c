"""Where clients and services meet the attachments of packages that have any; the wing `attachments` does the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final, Literal, NamedTuple, Protocol, TypeAlias

from ..xml.parsing import Limits
from .bodies import XOP_TYPE, media_type
from .message import Attachment, Message
from .parts import Parts
from .transport import Response

AttachmentsAs: TypeAlias = Literal["bytes", "stream"]
"""How binary values of what came in are read: as bytes, or as attachments, which are streamed."""


class Written(Protocol):
    """The parts of a message that is being written."""

    @property
    def parts(self) -> Sequence[Attachment]: ...

    @property
    def included(self) -> bool:
        """Whether any is included by the envelope."""
        ...


class ReceivedReply(Protocol):
    """A reply that comes in piece by piece."""

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            TransportError: there are too many parts, or too much in them.
        """
        ...

    def response(self) -> Response:
        """The reply, once all of it came in.

        Raises:
            TransportError: it is none of several parts, or there is too much in them.
        """
        ...


class Received(Protocol):
    """A body that comes in piece by piece."""

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            TransportError: there are too many parts.
            TooLarge: it is beyond the limits.
        """
        ...

    def parts(self) -> Parts:
        """The root and the other parts; of a body of one part that as it is.

        Raises:
            TransportError: the body is none of several parts.
            TooLarge: it is beyond the limits.
        """
        ...


class Read(Protocol):
    """The parts of a message that is being read."""

    def has_read(self, part: Attachment) -> bool:
        """Whether a value, or anything else, was read from a part."""
        ...


class Attaching(Protocol):
    """The interface of what writes and reads messages with attachments."""

    def writing(self, mtom: int | None) -> AbstractContextManager[Written]:
        """Inside, this thread writes one message; binary values of so many bytes are parts."""
        ...

    def reading(
        self, attachments: Sequence[Attachment], stream: bool
    ) -> AbstractContextManager[Read]:
        """Inside, this thread reads one message, and binary values as attachments or as bytes."""
        ...

    def receiving(self, headers: Mapping[str, str], limits: Limits) -> Received:
        """A request that is to come in, of several parts."""
        ...

    def reply(
        self,
        status: int,
        headers: Mapping[str, str],
        limits: Limits,
        *,
        streamed: bool,
    ) -> ReceivedReply:
        """A reply that is to come in; if `streamed`, several parts are taken apart."""
        ...


class Mtom(NamedTuple):
    """When messages go out as MTOM (SOAP Message Transmission Optimization Mechanism, section 3)."""

    least: int | None = None
    """Bytes from which on a binary value is a part of its own; `None` for never."""
    always: bool = False
    """Whether a message without such a part is packed as MTOM too."""


NO_MTOM: Final = Mtom()


def mtom_of(given: bool | int | None, why: str = "") -> Mtom:
    """When the messages of a client or a service are MTOM.

    Args:
        given: by the user: always, never, or from so many bytes of a value on; `None` where the
            port decides.
        why: the port's own reason, `expected` or `demanded`; "" where it has none.

    Raises:
        ValueError: it is none of these.
    """
    if given is None:
        return Mtom(0, why == "demanded") if why else NO_MTOM
    if isinstance(given, bool):
        return Mtom(0, True) if given else NO_MTOM
    if not isinstance(given, int) or given < 0:
        raise ValueError(f"mtom={given!r}: True, False or a number of bytes is wanted")
    return Mtom(given)


def checked(
    attaching: Attaching | None, attachments: str, mtom: bool | int | None
) -> bool:
    """Whether binary values are read as attachments.

    Args:
        attaching: of the package; `None` where nothing in it is binary.
        attachments: "bytes" or "stream".
        mtom: as `mtom_of` takes it.

    Raises:
        ValueError: it is neither, or the package has nothing that it is about.
    """
    if attachments not in ("bytes", "stream"):
        raise ValueError(f"attachments={attachments!r}: 'bytes' or 'stream' wanted")
    stream = attachments == "stream"
    if attaching is None and (stream or mtom):
        asked = "attachments" if stream else "mtom"
        raise ValueError(f"{asked}: nothing in this package is binary")
    return stream


def joined(message: Message, written: Written, mtom: Mtom) -> Message:
    """A message with the parts that its codec made, as MTOM where it is to be."""
    parts = tuple(written.parts)
    if parts:
        message = replace(message, attachments=(*message.attachments, *parts))
    return as_mtom(message) if mtom.always or written.included else message


def as_mtom(message: Message) -> Message:
    """A message whose envelope is the root of an MTOM message.

    Its own type becomes a parameter (RFC 3902; MTOM, section 3.2): start-info has it too.
    """
    kind, _, parameters = message.content_type.partition(";")
    if media_type(kind) == XOP_TYPE:
        return message
    content_type = f'{XOP_TYPE}; type="{kind.strip()}"'
    return replace(message, content_type=f"{content_type};{parameters}".rstrip(";"))


def is_mtom(content_type: str) -> bool:
    """Whether an HTTP Content-Type is that of an MTOM message."""
    low = content_type.lower()
    return low.lstrip().startswith("multipart/") and XOP_TYPE in low
