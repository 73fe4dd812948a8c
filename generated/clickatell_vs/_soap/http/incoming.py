"""The bodies of replies as they come in: within their limits, and without content codings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..errors.errors import TransportError
from .bodies import LONG, TooLarge, UnknownCoding, Unpacking, unpacked
from .transport import Request, Response

_CODING: Final = "content-encoding"
_SHOWN: Final = 2**16
"""Bytes of a body that is refused which its error has."""


@dataclass(slots=True)
class Head:
    """A reply without its body."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""


class Body:
    """A reply's body, all of it."""

    __slots__ = ("_deadline", "_limits", "_received")

    def __init__(self, request: Request) -> None:
        self._limits = request.limits
        self._deadline = request.deadline
        self._received = bytearray()

    def add(self, chunk: bytes | bytearray | memoryview, head: Head) -> None:
        """Take the next piece.

        Raises:
            TransportError: there is too much of it, or no time left.
        """
        self._received += chunk
        if len(self._received) > self._limits.envelope:
            raise self._refused(head, f"has more than {self._limits.envelope:,} bytes")
        if self._deadline is not None and not self._deadline.left:
            raise self._deadline.error()

    def is_long(self, head: Head) -> bool:
        """Whether it may take long to unpack."""
        return (
            _CODING in head.headers and len(self._received) * self._limits.ratio > LONG
        )

    def response(self, head: Head) -> Response:
        """The reply, once all of it came in.

        Raises:
            TransportError: it cannot be unpacked within the limits.
        """
        body = bytes(self._received)
        del self._received[_SHOWN:]
        coding = head.headers.get(_CODING, "")
        if coding and body:
            try:
                body = unpacked(body, coding, self._limits.envelope, self._limits)
            except TooLarge:
                why = f"has more than {self._limits.envelope:,} bytes"
                raise self._refused(head, why) from None
            except (UnknownCoding, ValueError) as error:
                raise self._refused(head, _unpackable(error)) from None
        return Response(head.status, head.headers, body)

    def _refused(self, head: Head, why: str) -> TransportError:
        return _refused(head, why, bytes(self._received[:_SHOWN]))


class StreamedBody:
    """A reply's body as it is unpacked, while it comes in.

    Raises:
        TransportError: it is packed in a way that is not known here.
    """

    def __init__(self, request: Request, head: Head) -> None:
        self._head = head
        self._begun = b""
        coding = head.headers.get(_CODING, "")
        try:
            self._unpacking = Unpacking(coding, request.limits)
        except (UnknownCoding, ValueError) as error:
            raise _refused(head, _unpackable(error), b"") from None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Unpack the next piece.

        Raises:
            TransportError: it is broken, or beyond the limits.
        """
        self._begun = self._begun or chunk
        try:
            yield from self._unpacking.feed(chunk)
        except ValueError as error:
            raise _refused(self._head, _unpackable(error), self._begun) from None

    def end(self) -> None:
        """See that it is complete.

        Raises:
            TransportError: it is not.
        """
        try:
            self._unpacking.end()
        except ValueError as error:
            raise _refused(self._head, _unpackable(error), self._begun) from None


def _unpackable(error: Exception) -> str:
    """The reason why a body cannot be unpacked."""
    if isinstance(error, UnknownCoding):
        return "is packed in a way that is not known here"
    return f"is not packed as its Content-Encoding declares ({error})"


def _refused(head: Head, why: str, body: bytes) -> TransportError:
    return TransportError(
        f"the reply {why}", status=head.status, headers=head.headers, body=body
    )
