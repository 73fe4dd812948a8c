"""How clients and services of a package with attachments write and read messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

from ..http.message import Attachment
from ..xml.parsing import Limits
from .parts import Came, Written, reading, writing
from .receiving import Received, ReceivedReply


class Attachments:
    """The attachments of messages: `writing` and `reading` are contexts for the codecs."""

    def writing(self, mtom: int | None) -> AbstractContextManager[Written]:
        """Inside, one message is written.

        Args:
            mtom: bytes from which on a binary value is a part of its own; `None` for never.
        """
        return writing(mtom)

    def reading(
        self, attachments: Sequence[Attachment], stream: bool
    ) -> AbstractContextManager[Came]:
        """Inside, one message is read.

        Args:
            attachments: beside its root.
            stream: whether binary values are read as attachments.
        """
        return reading(attachments, stream)

    def receiving(self, headers: Mapping[str, str], limits: Limits) -> Received:
        """A request that is to come in piece by piece, as `reply`."""
        return Received(headers, limits)

    def reply(
        self,
        status: int,
        headers: Mapping[str, str],
        limits: Limits,
        *,
        streamed: bool,
    ) -> ReceivedReply:
        """A reply that is to come in piece by piece.

        Args:
            status: HTTP's.
            headers: HTTP's, by names in lower case.
            limits: how much it may hold.
            streamed: whether its parts are taken apart.

        Raises:
            TransportError: it is to have several parts, and names no boundary.
        """
        return ReceivedReply(status, headers, limits, streamed)


ATTACHMENTS: Final = Attachments()
