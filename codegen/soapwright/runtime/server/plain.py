"""Services of HTTP bindings: calls without an envelope (WSDL 1.1, sections 4 and 5).

They are answered as `HttpOperation` sends them: a query, a form or parts of the path become the
elements of a request, a reply is the element itself, a text or bytes. What goes wrong is a text.
"""

from __future__ import annotations

import logging
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError, SoapFault
from ..http.bodies import charset_of, media_type
from ..http.message import Attachment, Message
from ..http.plain import FORM_TYPE, NIL, HttpField, HttpOperation, content_of, xml_of
from ..http.transport import Response
from ..soap.faults import blames_the_sender
from ..soap.operation import AnyOperation, Port
from ..xml.parsing import Limits, parse
from .answering import MEDIA_TYPES, Refusal
from .service import BaseService, Call, HttpRequest, Plain

__all__ = ["PlainCalls"]

_PLACE: Final = re.compile(r"\(([^()]+)\)")
_MOST_PAIRS: Final = 10_000
_TEXT: Final = {"content-type": "text/plain; charset=utf-8"}
_Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """An operation of an HTTP binding at a path."""

    service: BaseService
    key: str
    """The operation's key in its port."""
    operation: HttpOperation[Any, Any]  # Any: its messages
    bases: tuple[str, ...]
    """The paths under which its port may be."""

    def values(self, path: str) -> _Pairs | None:
        """The values of the parts that a path has; `None` where it is another's."""
        location = self.operation.http.location.partition("?")[0]
        literals = ["/" + _PLACE.sub("\0", location).lstrip("/")]
        literals = literals[0].split("\0")
        names = _PLACE.findall(location)
        for base in self.bases:
            if path.startswith(base):
                found = _between(path[len(base) :] or "/", literals)
                if found is not None:
                    return [*zip(names, map(unquote, found), strict=True)]
        return None

    def fixed(self) -> _Pairs:
        """The pairs of the query that the location itself has."""
        query = self.operation.http.location.partition("?")[2]
        return parse_qsl(query, keep_blank_values=True)


def _between(path: str, literals: Sequence[str]) -> list[str] | None:
    """The rest of a path between some texts, each taken as early as possible; `None` where one is missing."""
    first, *others = literals
    if not path.startswith(first):
        return None
    if not others:
        return [] if path == first else None
    *middle, last = others
    at, found = len(first), []
    for literal in middle:
        end = path.find(literal, at)
        if end < 0:
            return None
        found.append(path[at:end])
        at = end + len(literal)
    if len(path) - at < len(last) or not path.endswith(last):
        return None
    return [*found, path[at : len(path) - len(last)]]


class PlainCalls(Plain):
    """The calls of services without an envelope.

    Args:
        ports: by their keys, each with its service.
        paths: the path of each port, where it has one of its own.
        address: where callers find the services.
    """

    def __init__(
        self,
        ports: Mapping[str, tuple[BaseService, Port]],
        paths: Mapping[str, str],
        address: str | None,
    ) -> None:
        self._places = [
            Place(service, key, operation, _bases(port, paths.get(name), address))
            for name, (service, port) in ports.items()
            for key, operation in port.operations.items()
            if isinstance(operation, HttpOperation)
        ]

    def _found(self, request: HttpRequest) -> list[Place]:
        """The operations that a request may call: those that name most of it; none where it calls none
        of an HTTP binding."""
        pairs = parse_qsl(request.query, keep_blank_values=True)
        found = [
            place
            for place in self._places
            if place.operation.http.verb == request.method
            and _takes(place.operation, request)
            and place.values(request.path) is not None
            and all(pair in pairs for pair in place.fixed())
        ]
        most = max(map(_precision, found), default=None)
        found = [place for place in found if _precision(place) == most]
        return [p for p in found if p.operation.http.request_parts] or found

    def called(
        self,
        request: HttpRequest,
        received: Callable[[HttpRequest, bool], Message],
        limits: Limits,
    ) -> Call | Response | None:
        """As of `Plain`."""
        found = self._found(request)
        if not found:
            return None
        try:
            several = found[0].operation.http.request_parts is not None
            return self._call(found, request, received(request, several), limits)
        except Exception as error:
            return _failed(found[0].operation, error)

    def _call(
        self,
        found: Sequence[Place],
        request: HttpRequest,
        message: Message,
        limits: Limits,
    ) -> Call:
        """The call that a request is: of several operations at one place, of the one that has its
        element, or most of its values.

        Raises:
            DecodeError: it breaks its schema's promise.
        """
        # Any: lxml ships no types. Both are there for the paths of errors.
        envelope: Any = etree.Element("Envelope")
        body: Any = etree.SubElement(envelope, "Body")
        place = found[0]
        if place.operation.http.request == "xml":
            charset = charset_of(message.content_type)
            body.append(parse(message.envelope, charset, limits))
            place = next((p for p in found if _expects(p.operation, body[0])), place)
        elif place.operation.http.request_parts is not None:
            place = _by_parts(found, message, body, limits)
        elif place.operation.http.request != "nothing":
            place, pairs = _by_values(found, request, message)
            body.append(_built(place.operation, pairs))
        operation = place.operation
        value, headers = operation.request_in(None, body, len(message.envelope))
        given = (request, envelope, place.service, place.key, operation, value, headers)
        return Call(*given)

    def has(self, call: Call) -> bool:
        """As of `Plain`."""
        return isinstance(call.operation, HttpOperation)

    def reply(self, call: Call, value: object) -> Response:
        """As of `Plain`."""
        operation = call.operation
        assert isinstance(operation, HttpOperation)
        if operation.one_way:
            return Response(202, {}, b"")
        http = operation.http
        content = content_of(parse(operation.encode_response(value)))
        if http.response == "nothing" or content is None:
            return Response(204, {}, b"")
        if http.response_parts is not None:
            kind, whole = http.response_parts.written(content, value)
            return Response(200, {"content-type": kind}, whole)
        if http.part:
            content = next(iter(content[:]), content)
        if http.response == "xml":
            kind = http.media_type or "text/xml; charset=utf-8"
            return Response(200, {"content-type": kind}, xml_of(content))
        text = content.text or ""
        if http.response == "bytes":
            kind = http.media_type or "application/octet-stream"
            return Response(200, {"content-type": kind}, b64decode(text))
        headers = dict(_TEXT)
        if http.media_type:
            headers = {"content-type": f"{http.media_type}; charset=utf-8"}
        return Response(200, headers, text.encode("utf-8"))

    def failed(self, call: Call, error: Exception) -> Response:
        """As of `Plain`."""
        return _failed(call.operation, error)


def _failed(operation: AnyOperation, error: Exception) -> Response:
    """The reply to a call that failed; what nobody foresaw is logged."""
    status, reason, headers = 500, "internal error", dict(_TEXT)
    match error:
        case DecodeError():
            status, reason = 400, str(error)
        case Refusal():
            status, reason = error.status or 400, error.fault.reason
            headers |= error.headers
        case SoapFault():
            status = 400 if blames_the_sender(error) else 500
            reason = error.reason
        case _:
            log = logging.getLogger(operation.package.name)
            log.exception("%s failed", operation.name, exc_info=error)
    return Response(status, headers, reason.encode("utf-8"))


def _bases(port: Port, path: str | None, address: str | None) -> tuple[str, ...]:
    """The paths under which a port may be, the longest first."""
    addresses = filter(None, (path, port.address, address))
    found = {urlsplit(one).path.rstrip("/") for one in addresses}
    return tuple(sorted({*found, ""}, key=len, reverse=True))


def _takes(operation: HttpOperation[Any, Any], request: HttpRequest) -> bool:
    """Whether a request has a body of the form that an operation takes."""
    kind = media_type(request.headers.get("content-type", ""))
    match operation.http.request:
        case "form":
            return kind == FORM_TYPE
        case "xml":
            soap = kind == MEDIA_TYPES["1.2"] or "soapaction" in request.headers
            return not soap and kind != FORM_TYPE
        case "form-data" | "related":
            parts = operation.http.request_parts
            return parts is not None and kind == parts.media_type
        case _:
            return (
                not kind or request.method == "GET" or kind not in MEDIA_TYPES.values()
            )


def _precision(place: Place) -> tuple[int, int]:
    """How much of a request an operation names itself."""
    location = place.operation.http.location.partition("?")[0]
    return len(_PLACE.sub("", location)), len(place.fixed())


def _expects(operation: HttpOperation[Any, Any], element: Any) -> bool:  # Any: lxml's
    """Whether an element is that of an operation's request."""
    message = operation.request_message
    assert message is not None
    return element.tag in (message.expects, *message.also)


def _by_values(
    found: Sequence[Place], request: HttpRequest, message: Message
) -> tuple[Place, _Pairs]:
    """The operation that has most of a request's values, and fewest besides, and the values.

    Raises:
        DecodeError: they cannot be read.
    """
    given = _pairs_of(request.query)
    if found[0].operation.http.request == "form":
        try:
            given += _pairs_of(message.envelope.decode("ascii"))
        except UnicodeDecodeError:
            raise DecodeError("", "a form has ASCII characters alone") from None

    def fitness(place: Place) -> tuple[int, int]:
        names = {field.name for field in place.operation.http.fields}
        known = names & {name for name, _ in given}
        return len(known), -len(names)

    place = max(found, key=fitness)
    return place, [*(place.values(request.path) or ()), *given]


def _by_parts(
    found: Sequence[Place],
    message: Message,
    body: Any,  # Any: lxml's
    limits: Limits,
) -> Place:
    """The operation that has most of a request's MIME parts, whose element is added to a Body.

    Raises:
        DecodeError: they cannot be read.
    """
    first = found[0].operation.http.request_parts
    assert first is not None
    parts: Sequence[Attachment] = message.attachments
    if not parts:
        parts = first.split(message.envelope, message.content_type, limits)

    def fitness(place: Place) -> int:
        taken = place.operation.http.request_parts
        return 0 if taken is None else taken.known(parts)

    place = max(found, key=fitness)
    reader, expected = (
        place.operation.http.request_parts,
        place.operation.request_message,
    )
    assert reader is not None and expected is not None
    content: Any = etree.SubElement(body, expected.expects)
    reader.read(content, parts, limits)
    return place


def _pairs_of(text: str) -> _Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PAIRS)
    except ValueError:
        raise DecodeError("", f"there are more than {_MOST_PAIRS:,} values") from None


def _built(operation: HttpOperation[Any, Any], pairs: _Pairs) -> Any:  # Any: lxml's
    """The element of a request whose values are these.

    Raises:
        DecodeError: a value has a character that XML does not allow.
    """
    message = operation.request_message
    assert message is not None
    content: Any = etree.Element(message.expects)
    values: dict[str, list[str]] = {}
    for name, text in pairs:
        values.setdefault(name, []).append(text)
    sharing = Counter(field.name for field in operation.http.fields)
    for field in operation.http.fields:
        given = values.get(field.name, [])
        if sharing[field.name] > 1:  # each of them has one
            given, values[field.name] = given[:1], given[1:]
        try:
            _put(content, field, given)
        except ValueError:
            reason = "has a character that XML does not allow"
            raise DecodeError(field.name, reason) from None
    return content


def _put(content: Any, field: HttpField, texts: list[str]) -> None:  # Any: lxml's
    """Add the elements of a value, and those around them."""
    if not texts and not field.nillable:
        return
    around = content
    *outer, own = field.path
    for tag in outer:
        around = _inside(around, tag)
    if field.is_array and texts == [""]:  # one without items
        return
    for text in texts:
        etree.SubElement(around, own).text = text
    if not texts:
        etree.SubElement(around, own).set(NIL, "true")


def _inside(around: Any, tag: str) -> Any:  # Any: lxml's
    """The last element in another, made where it has not this name."""
    if len(around) and around[-1].tag == tag:
        return around[-1]
    return etree.SubElement(around, tag)
