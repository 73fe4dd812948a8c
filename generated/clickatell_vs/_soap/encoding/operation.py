"""Operations whose messages, or some of them, are written by SOAP's encoding."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from ..errors.errors import SoapFault
from ..soap.envelope import Envelope
from ..soap.messages import MessageFormat, MessageCodec, References, Side
from ..soap.operation import Operation
from ..xml.element import Element
from .references import forget
from .sharing import Encoding, Writing, answering, written

Request = TypeVar("Request")
Response = TypeVar("Response")


class EncodedOperation(Operation[Request, Response]):
    """An operation that holds the targets of an envelope's references while it reads that.

    Args:
        encoding: that of its envelopes.
        given: as of `Operation`.
    """

    __slots__ = ("encoding",)

    def __init__(self, *, encoding: Encoding, **given: Any) -> None:
        self.encoding = encoding
        super().__init__(**given)

    def _side(
        self, body: MessageFormat | None, header: MessageFormat | None
    ) -> Side | None:
        either = [m for m in (body, header) if m is not None and m.by_envelope]
        if not either:
            return super()._side(body, header)
        assert body is not None
        name, package = self._name_of(body), self.package
        headers = None if header is None else _Codec(package, header, "Header")
        codec = _Codec(package, body, name)
        return _Side(self.envelope, codec, headers, self.encoding)

    def encode_fault(
        self, fault: SoapFault, *, references: References = "shared"
    ) -> bytes:
        with Writing(self.envelope, self.encoding, references):
            return super().encode_fault(fault)

    def answering(self, request: Element) -> AbstractContextManager[None]:
        return answering(request)

    def _finish(self) -> None:
        forget()


class _Codec(MessageCodec):
    """A message in which something may be shared; in a Header it is written inside."""

    __slots__ = ()

    def _writer(self, types: object) -> Callable[..., str]:
        return written(super()._writer(types), embedded=self.name == "Header")


class _Side(Side):
    """One direction of an operation that has such messages."""

    __slots__ = ("_encoding",)

    def __init__(
        self,
        envelope: Envelope,
        codec: MessageCodec,
        headers: MessageCodec | None,
        encoding: Encoding,
    ) -> None:
        super().__init__(envelope, codec, headers)
        self._encoding = encoding

    def encode(
        self, value: object, headers: object, references: References = "shared"
    ) -> bytes:
        with Writing(self._envelope, self._encoding, references):
            return super().encode(value, headers)
