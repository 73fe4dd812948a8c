"""Messages of several parts received piece by piece, their large parts in temporary files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..errors.errors import TransportError
from ..http.bodies import TooLarge, is_multipart
from ..http.message import Attachment
from ..http.parts import CODING, Parts, PartsReader
from ..http.transport import Response
from ..xml.parsing import Limits

_IN_MEMORY: Final = 2**20
"""Bytes of a part that are kept in memory."""
_SHOWN: Final = 2**12


class Received:
    """A body as it comes in.

    Args:
        headers: HTTP's, by names in lower case.
        limits: an envelope's for the root, and for a body of one part; the attachments' for the others.
        streamed: whether several parts are taken apart; else it is one body, whatever its type.

    Raises:
        TransportError: it is to have several parts, and names no boundary.
    """

    def __init__(
        self, headers: Mapping[str, str], limits: Limits, *, streamed: bool = True
    ) -> None:
        kind = headers.get("content-type", "")
        self._limits = limits
        self._whole = bytearray()
        self._reader: PartsReader | None = None
        if streamed and is_multipart(kind):
            at_most = limits.envelope + limits.attachment
            self._reader = PartsReader(kind, at_most, _IN_MEMORY, limits)

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            TransportError: there are too many parts.
            TooLarge: it is beyond the limits.
        """
        if self._reader is not None:
            self._reader.feed(piece)
            return
        self._whole += piece
        if len(self._whole) > self._limits.envelope:
            raise TooLarge

    def parts(self) -> Parts:
        """The root and the other parts; of one part alone the root is the body, without a type.

        Raises:
            TransportError: the body is none of several parts.
            TooLarge: it is beyond the limits.
        """
        if self._reader is None:
            return Parts(Attachment(bytes(self._whole), ""), ())
        found = self._reader.close()
        root, others = found
        if CODING in root.headers:
            raise TransportError("a part that is no base64")
        if (root.size or 0) > self._limits.envelope:
            raise TooLarge
        if sum(part.size or 0 for part in others) > self._limits.attachment:
            raise TooLarge
        return found

    @property
    def begun(self) -> bytes:
        """The first octets, for an error."""
        return bytes(self._whole[:_SHOWN])


class ReceivedReply:
    """A reply that comes in piece by piece.

    Args:
        status: HTTP's.
        headers: HTTP's, by names in lower case.
        limits: how much it may hold.
        streamed: whether its parts are taken apart.

    Raises:
        TransportError: it is to have several parts, and names no boundary.
    """

    def __init__(
        self, status: int, headers: Mapping[str, str], limits: Limits, streamed: bool
    ) -> None:
        self._status = status
        self._headers = headers
        self._limits = limits
        self._body = Received(headers, limits, streamed=streamed)

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            TransportError: there are too many parts, or too much in them.
        """
        try:
            self._body.add(piece)
        except TooLarge:
            raise self._too_large() from None

    def response(self) -> Response:
        """The reply, once all of it came in.

        Raises:
            TransportError: it is none of several parts, or there is too much in them.
        """
        try:
            root, others = self._body.parts()
        except TooLarge:
            raise self._too_large() from None
        headers = dict(self._headers)
        if root.content_type:
            headers["content-type"] = root.content_type
        return Response(self._status, headers, root.content, others)

    def _too_large(self) -> TransportError:
        limits = self._limits
        said = f"the reply has more than {limits.envelope:,} bytes"
        said += f", or {limits.attachment:,} in its attachments"
        return TransportError(
            said, status=self._status, headers=self._headers, body=self._body.begun
        )
