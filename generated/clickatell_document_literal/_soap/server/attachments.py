"""The attachments of a service's requests and replies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from ..http.attaching import (
    AttachmentsAs,
    Mtom,
    Received,
    as_mtom,
    checked,
    is_mtom,
    joined,
    mtom_of,
)
from ..http.binding import readable_apart
from ..http.bodies import XOP_TYPE, is_multipart, media_type
from ..http.message import Message
from ..http.transport import Response
from ..soap.operation import AnyOperation
from ..xml.parsing import Limits
from .answering import content_type
from .service import BaseService, HttpRequest


class ServiceAttachments:
    """How the services of an application read and write attachments.

    Args:
        services: of one package.
        attachments: "stream" for binary values of requests as attachments, else "bytes".
        mtom: whether replies are MTOM messages; `None` where those to MTOM messages are.

    Raises:
        ValueError: an argument cannot be used, or nothing in the package is binary.
    """

    def __init__(
        self,
        services: Sequence[BaseService],
        attachments: AttachmentsAs,
        mtom: bool | int | None,
    ) -> None:
        found = (s._attaching for s in services if s._attaching is not None)
        self._attaching = next(found, None)
        self.streams = checked(self._attaching, attachments, mtom)
        self._given = None if mtom is None else mtom_of(mtom)

    def _mtom(self, request: HttpRequest) -> Mtom:
        """When the reply to a request is an MTOM message."""
        if self._given is not None:
            return self._given
        return mtom_of(is_mtom(request.headers.get("content-type", "")))

    def response(
        self,
        operation: AnyOperation,
        value: object,
        headers: object,
        request: HttpRequest,
    ) -> Response:
        """A response, encoded.

        Raises:
            EncodeError: as of `Operation.encode_response`.
            TypeError: likewise.
        """
        kind = content_type(operation.envelope.wire)
        if self._attaching is None:
            return Response(200, kind, operation.encode_response(value, headers))
        mtom = self._mtom(request)
        with self._attaching.writing(mtom.least) as written:
            envelope = operation.encode_response(value, headers)
        message = joined(Message(envelope, kind["content-type"]), written, mtom)
        kind = {"content-type": message.content_type}
        return Response(200, kind, envelope, message.attachments)

    def readable(self, message: Message, limits: Limits, most: int) -> Message:
        """A request with the values that XOP moved into other parts back in its envelope, but for those
        that are too long to be texts: readers of binary values find these.

        Args:
            message: the request.
            limits: of texts.
            most: bytes that it may become.

        Raises:
            TransportError: as of `readable_apart`.
            DecodeError: likewise.
            TooLarge: likewise.
        """
        if self.streams or not (message.attachments or message.is_multipart):
            return message
        left = None if self._attaching is None else limits.text // 4 * 3
        return readable_apart(message, replace(limits, envelope=most), left)[0]

    def reading(self, message: Message) -> AbstractContextManager[object]:
        """The context in which a request is decoded."""
        if self._attaching is None:
            return nullcontext()
        return self._attaching.reading(message.attachments, self.streams)

    def receiving(
        self, request: HttpRequest, limits: Limits, max_body: int
    ) -> Received | None:
        """The receiver of a request of several parts; `None` for others, and where binary values are read
        as bytes."""
        headers = request.headers
        if self._attaching is None or not self.streams:
            return None
        coded = headers.get("content-encoding", "identity").lower() != "identity"
        if coded or not is_multipart(headers.get("content-type", "")):
            return None
        envelope = min(limits.envelope, max_body)
        return self._attaching.receiving(headers, replace(limits, envelope=envelope))

    def is_packed(self, reply: Response, request: HttpRequest) -> bool:
        """Whether a reply goes out as several parts."""
        if reply.attachments or self._always(request):
            return True
        return media_type(reply.headers.get("content-type", "")) == XOP_TYPE

    def packed(
        self, message: Message, reply: Response, request: HttpRequest
    ) -> Message:
        """A reply's message with its parts. A caller that sends MTOM reads nothing else, faults
        included."""
        message = replace(message, attachments=reply.attachments)
        return as_mtom(message) if self._always(request) else message

    def _always(self, request: HttpRequest) -> bool:
        return self._attaching is not None and self._mtom(request).always
