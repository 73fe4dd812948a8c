"""How clients and services of a package with attachments write and read messages."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final

from ..http.message import Attachment
from .parts import Written, reading, writing


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
    ) -> AbstractContextManager[None]:
        """Inside, one message is read.

        Args:
            attachments: beside its root.
            stream: whether binary values are read as attachments.
        """
        return reading(attachments, stream)


ATTACHMENTS: Final = Attachments()
