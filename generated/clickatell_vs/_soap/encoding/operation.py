"""Operations whose messages, or some of them, are written by SOAP's encoding."""

from __future__ import annotations

from typing import TypeVar

from ..soap.operation import Operation
from .references import forget

Request = TypeVar("Request")
Response = TypeVar("Response")


class EncodedOperation(Operation[Request, Response]):
    """An operation that knows what the references of an envelope lead to, while it reads that."""

    __slots__ = ()

    def _finish(self) -> None:
        forget()
