"""What a generated client inherits: a port, a transport, and the rules of SOAP over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Final, Self, TypeVar, overload

from ..errors.errors import (
    DecodeError,
    NotAnEnvelope,
    SoapError,
    SoapFault,
    TransportError,
)
from ..errors.exchange import Exchange
from ..secrets.redaction import redact, redact_url, secrets_of
from ..soap.operation import AnyOperation, Operation, Port
from ..values.values import Unset
from .bodies import charset_of, with_root
from .outgoing import Hook, Outgoing
from .transport import (
    DEFAULT_TIMEOUT,
    AsyncHttpClient,
    AsyncHttpTransport,
    AsyncTransport,
    HttpClient,
    HttpTransport,
    Request,
    Response,
    Transport,
)

__all__ = ["BaseAsyncClient", "BaseClient", "Exchange", "given", "required"]

Q = TypeVar("Q")
R = TypeVar("R")
T = TypeVar("T")

_LOGGED_AT_MOST: Final = 2**20

# The package's own name: this is its module _soap.http.client.
_log = logging.getLogger(__name__.rsplit(".", 3)[0])


def given(value: T | Unset) -> T | None:
    """A reply's only value; `None` where the reply did not have it."""
    return None if isinstance(value, Unset) else value


def required(value: T | None | Unset, path: str) -> T:
    """A reply's only value, where a reply without it makes no sense.

    Raises:
        DecodeError: the reply did not have it, or said that it is nil.
    """
    if value is None or isinstance(value, Unset):
        raise DecodeError(path, "the reply holds no value")
    return value


class _Client:
    """What both kinds of client share: all but the waiting."""

    _ports: ClassVar[Mapping[str, Port]]
    _port_names: ClassVar[Sequence[str]]
    """The keys of the client's own ports; the first is the default."""

    endpoint: str
    """The URL that requests go to."""

    def __init__(
        self, endpoint: str | None, port: str | None, outgoing: Sequence[Hook]
    ) -> None:
        key = self._port_names[0] if port is None else port
        if key not in self._port_names:
            known = ", ".join(map(repr, self._port_names))
            raise ValueError(f"port={key!r}: {type(self).__name__} has {known}")
        self._port = self._ports[key]
        address = endpoint or self._port.address
        if not address:
            raise ValueError(f"the WSDL has no address for {key!r}: give an endpoint")
        if not isinstance(address, str):
            raise TypeError(f"endpoint: {type(address).__name__} given, str wanted")
        self.endpoint = address
        self._outgoing = tuple(outgoing)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({redact_url(self.endpoint)!r})"

    def _operation(self, operation: AnyOperation | str) -> AnyOperation:
        if isinstance(operation, Operation):
            return operation
        found = self._port.operations.get(operation)
        if found is None:
            raise ValueError(f"{self._port.name} has no operation {operation!r}")
        return found

    def _request(
        self, operation: AnyOperation, value: object, headers: object
    ) -> Request:
        envelope = operation.encode_request(value, headers)
        message = Outgoing(envelope, operation, self.endpoint)
        for hook in self._outgoing:
            message = _hooked(hook, message)
        request = Request(message.url, message.envelope, _http_headers(operation))
        if _log.isEnabledFor(logging.DEBUG):
            url, sent = redact_url(request.url), _logged(request.body, operation)
            _log.debug("%s: POST %s\n%s", operation.name, url, sent)
        return request

    def _exchange(
        self, operation: AnyOperation, request: Request, reply: Response
    ) -> Exchange[Any]:  # Any: the operation's response
        """What a reply means. Whatever comes of an exchange passes here.

        Raises:
            SoapError: the reply is a fault, or no reply; the exchange hangs on it.
        """
        if _log.isEnabledFor(logging.DEBUG):
            said = _logged(reply.body, operation)
            _log.debug("%s: HTTP %d\n%s", operation.name, reply.status, said)
        name = operation.name
        try:
            reply = with_root(reply)
            response, headers = _read(operation, reply)
        except SoapError as error:
            both = request.body, reply.body
            error.exchange = Exchange(None, None, reply.status, *both, operation=name)
            raise
        both = request.body, reply.body
        return Exchange(response, headers, reply.status, *both, operation=name)


# --------------------------------------------------------------- SOAP over HTTP, both versions


def _hooked(hook: Hook, message: Outgoing) -> Outgoing:
    given = hook(message)
    if not isinstance(given, Outgoing):
        raise TypeError(f"{hook!r} gave {type(given).__name__}, Outgoing is wanted")
    return given


def _http_headers(operation: AnyOperation) -> dict[str, str]:
    """SOAP 1.1, section 6.1; SOAP 1.2 part 2, section 7.5, and its media type, RFC 3902."""
    wire = operation.envelope.wire
    action = operation.soap_action.replace("\\", "\\\\").replace('"', '\\"')
    if wire.version == "1.1":
        kind = f"text/xml; charset={wire.charset}"
        return {"Content-Type": kind, "SOAPAction": f'"{action}"'}
    kind = f"application/soap+xml; charset={wire.charset}"
    return {"Content-Type": f'{kind}; action="{action}"' if action else kind}


def _read(
    operation: AnyOperation, reply: Response
) -> tuple[Any, Any]:  # Any: the operation's response, and its headers
    """The response and its headers.

    A fault is one whatever the status; a response is one only where the status says so.

    Raises:
        SoapFault: the envelope holds one.
        DecodeError: a successful reply's envelope breaks its schema's promise.
        TransportError: the reply is something else.
    """
    success = 200 <= reply.status < 300
    if operation.one_way and success:
        if reply.status in (202, 204) or not reply.body.strip():
            return None, None
    try:
        found = operation.read_response(reply.body, charset_of(reply.headers))
    except SoapFault:
        raise
    except DecodeError as error:
        if success and not isinstance(error, NotAnEnvelope):
            raise
        raise _no_reply(reply) from error
    if not success:
        raise _no_reply(reply)
    return found


def _no_reply(reply: Response) -> TransportError:
    message = "no SOAP reply"
    if 300 <= reply.status < 400 and "location" in reply.headers:
        to = redact_url(reply.headers["location"])
        message += f", but a redirect to {to}, which is not followed"
    return TransportError(
        message, status=reply.status, headers=reply.headers, body=reply.body
    )


def _logged(envelope: bytes, operation: AnyOperation) -> str:
    if len(envelope) > _LOGGED_AT_MOST:
        return f"({len(envelope):,} bytes)"
    return redact(envelope, secrets_of(operation.name))


# ------------------------------------------------------------------------------- clients


class BaseClient(_Client):
    """A client. It may be shared by threads; as a context manager it closes itself."""

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        port: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
        outgoing: Sequence[Hook] = (),
    ) -> None:
        """Make a client.

        Args:
            endpoint: the service's URL, instead of the one in the WSDL.
            port: another port of the same port type, by its key in `PORTS`.
            timeout: seconds without any progress until `TransportTimeout`: in connecting, in
                sending, in waiting for more of the reply. It cannot be `None`.
            transport: carries the requests instead of httpx2; it is not closed here.
            http_client: an `httpx2.Client` of one's own; its timeouts hold, and it is not closed.
            outgoing: what is done to each request's envelope, in turn: `UsernameToken`,
                `Addressing`, or any function that takes an `Outgoing` and gives one.

        Raises:
            ValueError: there is no such port, no endpoint, no finite timeout, or both a
                `transport` and an `http_client`.
            TypeError: the endpoint is no string, or `http_client` cannot be used as one.
        """
        super().__init__(endpoint, port, outgoing)
        self._own: HttpTransport | None = None
        if transport is None:
            transport = self._own = HttpTransport(timeout, http_client)
        elif http_client is not None:
            raise ValueError("transport and http_client exclude each other")
        self._transport = transport

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, but not a transport or an HTTP client of the caller's."""
        if self._own is not None:
            self._own.close()

    @overload
    def exchange(
        self, operation: Operation[Q, R], request: Q, headers: object = None
    ) -> Exchange[R]: ...

    @overload
    def exchange(
        self, operation: str, request: object, headers: object = None
    ) -> Exchange[Any]: ...  # Any: what a name stands for is known at run time

    def exchange(
        self,
        operation: AnyOperation | str,
        request: object,
        headers: object = None,
    ) -> Exchange[Any]:
        """Call an operation, and have the whole exchange.

        Args:
            operation: one of the port's, or its key there.
            request: of the operation's `request_type`.
            headers: of the class of its declared headers.

        Raises:
            EncodeError: the wire cannot carry the request.
            TransportError: no SOAP reply came.
            SoapFault: the other side said no.
            DecodeError: the reply breaks its schema's promise.
        """
        called = self._operation(operation)
        sent = self._request(called, request, headers)
        return self._exchange(called, sent, self._transport.send(sent))

    def _call(
        self, operation: AnyOperation | str, request: object, headers: object = None
    ) -> Any:  # Any: the generated methods know what it is
        return self.exchange(self._operation(operation), request, headers).response


class BaseAsyncClient(_Client):
    """An asynchronous client. As a context manager it closes itself."""

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        port: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: AsyncTransport | None = None,
        http_client: AsyncHttpClient | None = None,
        outgoing: Sequence[Hook] = (),
    ) -> None:
        """Make a client.

        Args:
            endpoint: the service's URL, instead of the one in the WSDL.
            port: another port of the same port type, by its key in `PORTS`.
            timeout: seconds without any progress until `TransportTimeout`: in connecting, in
                sending, in waiting for more of the reply. It cannot be `None`.
            transport: carries the requests instead of httpx2; it is not closed here.
            http_client: an `httpx2.AsyncClient` of one's own; its timeouts hold, and it is not
                closed.
            outgoing: what is done to each request's envelope, as `Client` takes it.

        Raises:
            ValueError: there is no such port, no endpoint, no finite timeout, or both a
                `transport` and an `http_client`.
            TypeError: the endpoint is no string, or `http_client` cannot be used as one.
        """
        super().__init__(endpoint, port, outgoing)
        self._own: AsyncHttpTransport | None = None
        if transport is None:
            transport = self._own = AsyncHttpTransport(timeout, http_client)
        elif http_client is not None:
            raise ValueError("transport and http_client exclude each other")
        self._transport = transport

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, but not a transport or an HTTP client of the caller's."""
        if self._own is not None:
            await self._own.aclose()

    @overload
    async def exchange(
        self, operation: Operation[Q, R], request: Q, headers: object = None
    ) -> Exchange[R]: ...

    @overload
    async def exchange(
        self, operation: str, request: object, headers: object = None
    ) -> Exchange[Any]: ...  # Any: what a name stands for is known at run time

    async def exchange(
        self,
        operation: AnyOperation | str,
        request: object,
        headers: object = None,
    ) -> Exchange[Any]:
        """Call an operation, and have the whole exchange.

        Args:
            operation: one of the port's, or its key there.
            request: of the operation's `request_type`.
            headers: of the class of its declared headers.

        Raises:
            EncodeError: the wire cannot carry the request.
            TransportError: no SOAP reply came.
            SoapFault: the other side said no.
            DecodeError: the reply breaks its schema's promise.
        """
        called = self._operation(operation)
        sent = self._request(called, request, headers)
        return self._exchange(called, sent, await self._transport.send(sent))

    async def _call(
        self, operation: AnyOperation | str, request: object, headers: object = None
    ) -> Any:  # Any: the generated methods know what it is
        return (
            await self.exchange(self._operation(operation), request, headers)
        ).response
