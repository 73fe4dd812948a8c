"""Operations without SOAP: WSDL's HTTP binding (WSDL 1.1, section 4) with MIME contents (section 5).

Values are written and read as XML, as for SOAP; a query or a form has the texts of its elements.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError, TransportError
from ..errors.problems import Problem
from ..soap.operation import Operation
from ..values.names import XSI
from ..xml.element import Element, hide, local_name
from ..xml.lenience import lenient as lenience
from ..xml.parsing import Limits, parse
from .bodies import charset_of
from .message import Attachment, Message
from .transport import Request, Response

__all__ = ["HttpBinding", "HttpField", "HttpOperation"]

Q = TypeVar("Q")
R = TypeVar("R")

Content: TypeAlias = Literal[
    "query", "path", "form", "xml", "text", "bytes", "form-data", "related", "nothing"
]
"""The form of a message: a query (`http:urlEncoded`), a part of the path (`http:urlReplacement`),
a form, the element itself, the text of its only part, its bytes, or a MIME part for each of its parts."""

_PLACE: Final = re.compile(r"\(([^()]+)\)")
NIL: Final = f"{{{XSI}}}nil"
_TRUE: Final = ("true", "1")
FORM_TYPE: Final = "application/x-www-form-urlencoded"


class HttpField(NamedTuple):
    """An element of a request that has a text, and its name in a query or a form."""

    name: str
    path: tuple[str, ...]
    """Names in Clark's notation, from the message's element down to it."""
    nillable: bool = False

    @property
    def is_array(self) -> bool:
        """Whether it has its array's name."""
        return self.path[-1].rpartition("}")[2] != self.name


class Parts(Protocol):
    """The interface of what writes and reads messages in several MIME parts."""

    @property
    def media_type(self) -> str:
        """The type of the whole."""
        ...

    def written(self, call: Element, value: object) -> tuple[str, bytes]:
        """The Content-Type and the body of a message."""
        ...

    def split(
        self, body: bytes, content_type: str, limits: Limits
    ) -> Sequence[Attachment]:
        """The MIME parts of a body."""
        ...

    def known(self, parts: Sequence[Attachment]) -> int:
        """How many of some MIME parts are of this message."""
        ...

    def read(
        self,
        call: Any,  # Any: lxml's elements
        parts: Sequence[Attachment],
        limits: Limits,
    ) -> None:
        """Add the elements of MIME parts to a call."""
        ...


@dataclass(frozen=True, slots=True)
class HttpBinding:
    """How an operation travels without SOAP."""

    verb: str
    location: str
    """The path after the port's address; of a "path" request with the names of parts in it."""
    request: Content
    response: Content
    part: str = ""
    """The only part of a response that is no XML, or of a type."""
    fields: tuple[HttpField, ...] = ()
    """The values of a request that is a query, a form or a part of the path, in their order."""
    media_type: str = ""
    """Of a response, where the WSDL names a single one."""
    request_parts: Parts | None = None
    response_parts: Parts | None = None


class HttpOperation(Operation[Q, R]):
    """An operation of an HTTP binding. Its envelopes are never sent.

    Args:
        http: how it travels.
        address: of its port.
        given: what `Operation` takes.
    """

    __slots__ = ("address", "http")

    def __init__(
        self, *, http: HttpBinding, address: str | None, **given: Any
    ) -> None:  # Any: as of Operation
        super().__init__(**given)
        self.http = http
        self.address = address

    def encode_http(self, value: Q, endpoint: str | None = None) -> Request:
        """The request for a value.

        Args:
            value: of the request's class.
            endpoint: the port's address, where it is not the WSDL's.

        Raises:
            EncodeError: it cannot be written, or is not of the request's class.
            ValueError: there is no address.
        """
        address = endpoint or self.address
        if not address:
            raise ValueError(f"the WSDL has no address for {self.name}: give one")
        message = self.http_message(value, address)
        package = self.package
        return http_request(message, self.http.verb, package.limits)

    def http_message(self, value: Q, address: str) -> Message:
        """The request for a value, as layers see it: its `envelope` is the body."""
        content = content_of(parse(self.encode_request(value)))
        names = {field.path: field.name for field in self.http.fields}
        pairs = list(_pairs(content, names)) if content is not None else []
        path, body, kind = self.http.location, b"", ""
        match self.http.request:
            case "path":
                path, pairs = _replaced(path, pairs)
            case "form":
                body, kind, pairs = urlencode(pairs).encode("ascii"), FORM_TYPE, []
            case "xml":
                pairs = []
                body = b"" if content is None else xml_of(content)
                kind = "text/xml; charset=utf-8"
            case "form-data" | "related":
                parts = self.http.request_parts
                assert parts is not None and content is not None, "it is a call"
                pairs = []
                kind, body = parts.written(content, value)
            case _:
                pass
        url = _joined(address, path, urlencode(pairs))
        return Message(body, kind, {}, (), self, url)

    def decode_http(self, reply: Response, *, limits: Limits | None = None) -> R:
        """The value of a reply.

        Raises:
            TransportError: it is no success.
            DecodeError: it breaks its schema's promise.
        """
        if not 200 <= reply.status < 300:
            raise TransportError(
                f"{self.name} failed",
                status=reply.status,
                headers=reply.headers,
                body=reply.body,
            )
        kind = reply.headers.get("content-type", "")
        found: R = self.read_http(reply.body, kind, limits or self.package.limits)
        return found

    def read_http(
        self,
        body: bytes,
        content_type: str,
        limits: Limits,
        problems: list[Problem] | None = None,
    ) -> Any:  # Any: R, or None where there is no response
        """The value of a successful reply's body; with `problems`, read leniently.

        Raises:
            DecodeError: it breaks its schema's promise.
        """
        side = self._response
        if side is None:
            return None
        try:
            # Any: lxml ships no types. Both are there for the paths of errors.
            root: Any = etree.SubElement(etree.Element("Envelope"), "Body")
            if (content := self._root(body, content_type, limits)) is not None:
                root.append(content)
            with lenience(problems, self.package.secrets):
                return side.decode(None, root, root[:], len(body))[0]
        except DecodeError as error:
            hide(error, self.package.secrets)
            raise

    def _root(self, body: bytes, content_type: str, limits: Limits) -> Any:
        """A reply's body as the element that its message is; None for none. `Any`: lxml's."""
        http, charset = self.http, charset_of(content_type)
        if http.response == "nothing":
            return None
        if http.response_parts is not None:
            parts = http.response_parts.split(body, content_type, limits)
            whole: Any = etree.Element(self.name)
            http.response_parts.read(whole, parts, limits)
            return whole
        if http.response == "xml":
            content: Any = parse(body, charset, limits)
            if not http.part:
                return content
            content.tag = http.part
        else:
            content = etree.Element(http.part)
            content.text = _text(body, charset, http.response)
        call = etree.Element(self.name)
        call.append(content)
        return call


def http_request(message: Message, verb: str, limits: Limits) -> Request:
    """A message of an HTTP binding, as it is sent."""
    assert message.operation is not None
    headers = dict(message.headers.items())
    if message.content_type:
        headers["Content-Type"] = message.content_type
    secrets = message.operation.package.secrets
    body = message.envelope
    return Request(message.url, body, headers, secrets, limits, method=verb)


def content_of(envelope: Element) -> Any:  # Any: lxml's elements
    """The element in a Body, None where there is none."""
    return next(iter(envelope[-1][:]), None)


def _pairs(
    content: Element, names: Mapping[tuple[str, ...], str]
) -> Iterator[tuple[str, str]]:
    """The names and texts of the elements that hold no others, in their order; an element that is
    none of the `names` has its own."""
    waiting: list[tuple[Element, tuple[str, ...]]]
    waiting = [(child, (child.tag,)) for child in reversed(content[:])]
    while waiting:
        element, path = waiting.pop()
        if items := element[:]:
            waiting += [(item, (*path, item.tag)) for item in reversed(items)]
        elif (element.get(NIL) or "") not in _TRUE:
            yield names.get(path) or local_name(element), element.text or ""


def xml_of(content: Any) -> bytes:  # Any: lxml's elements
    """An element as a document."""
    data: bytes = etree.tostring(content, encoding="utf-8", xml_declaration=True)
    return data


def _replaced(
    location: str, pairs: list[tuple[str, str]]
) -> tuple[str, list[tuple[str, str]]]:
    """A location with the values of its parts, and the pairs that it has no place for (section
    4.7)."""
    values = dict(pairs)
    used = {name for name in _PLACE.findall(location) if name in values}

    def value(found: re.Match[str]) -> str:
        return quote(values.get(found[1], ""), safe="")

    return _PLACE.sub(value, location), [p for p in pairs if p[0] not in used]


def _joined(address: str, path: str, query: str) -> str:
    """An address with a path behind it, and a query."""
    address, _, own = address.partition("?")
    path = path.lstrip("/")
    url = f"{address.rstrip('/')}/{path}" if path else address
    query = "&".join(filter(None, (own, query)))
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _text(body: bytes, charset: str | None, content: Content) -> str:
    if content == "bytes":
        return b64encode(body).decode("ascii")
    try:
        return body.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise DecodeError("", f"the reply is no text: {error}") from None
