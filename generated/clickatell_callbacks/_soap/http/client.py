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
from ..secrets.redaction import Secrets
from ..soap.operation import AnyOperation, Operation, Port
from ..values.values import Unset
from ..xml.parsing import Limits
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
        self,
        endpoint: str | None,
        port: str | None,
        outgoing: Sequence[Hook],
        limits: Limits | None,
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
        self._package = self._port.package
        self._limits = limits or self._package.limits

    def __repr__(self) -> str:
        url = self._package.secrets.redact_url(self.endpoint)
        return f"{type(self).__name__}({url!r})"

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
        secrets, log = self._package.secrets, self._package.log
        headers_sent = _http_headers(operation)
        request = Request(message.url, message.envelope, headers_sent, secrets)
        if log.isEnabledFor(logging.DEBUG):
            url = secrets.redact_url(request.url)
            sent = _logged(request.body, operation, secrets)
            log.debug("%s: POST %s\n%s", operation.name, url, sent)
        return request

    def _exchange(
        self, operation: AnyOperation, request: Request, reply: Response
    ) -> Exchange[Any]:  # Any: the operation's response
        """What a reply means. Whatever comes of an exchange passes here.

        Raises:
            SoapError: the reply is a fault, or no reply; the exchange hangs on it.
        """
        secrets, log = self._package.secrets, self._package.log
        if log.isEnabledFor(logging.DEBUG):
            said = _logged(reply.body, operation, secrets)
            log.debug("%s: HTTP %d\n%s", operation.name, reply.status, said)
        name = operation.name
        try:
            reply = with_root(reply, self._limits)
            response, headers = _read(operation, reply, self._limits)
        except SoapError as error:
            error.secrets = secrets
            error.exchange = Exchange(
                *(None, None, reply.status, request.body, reply.body),
                operation=name,
                secrets=secrets,
            )
            raise
        return Exchange(
            *(response, headers, reply.status, request.body, reply.body),
            operation=name,
            secrets=secrets,
        )


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
    operation: AnyOperation, reply: Response, limits: Limits
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
        charset = charset_of(reply.headers)
        found = operation.read_response(reply.body, charset, limits)
    except SoapFault:
        raise
    except DecodeError as error:
        if success and not isinstance(error, NotAnEnvelope):
            raise
        raise _no_reply(reply, operation) from error
    if not success:
        raise _no_reply(reply, operation)
    return found


def _no_reply(reply: Response, operation: AnyOperation) -> TransportError:
    message = "no SOAP reply"
    if 300 <= reply.status < 400 and "location" in reply.headers:
        secrets = operation.package.secrets
        to = secrets.redact_url(reply.headers["location"])
        message += f", but a redirect to {to}, which is not followed"
    return TransportError(
        message, status=reply.status, headers=reply.headers, body=reply.body
    )


def _logged(envelope: bytes, operation: AnyOperation, secrets: Secrets) -> str:
    if len(envelope) > _LOGGED_AT_MOST:
        return f"({len(envelope):,} bytes)"
    return secrets.redact(envelope, operation.name)


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
        limits: Limits | None = None,
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
            limits: how much a reply may hold; what is beyond is a `DecodeError`.

        Raises:
            ValueError: there is no such port, no endpoint, no finite timeout, or both a
                `transport` and an `http_client`.
            TypeError: the endpoint is no string, or `http_client` cannot be used as one.
        """
        super().__init__(endpoint, port, outgoing, limits)
        self._own: HttpTransport | None = None
        if transport is None:
            transport = self._own = HttpTransport(timeout, http_client, self._limits)
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
        limits: Limits | None = None,
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
            limits: how much a reply may hold; what is beyond is a `DecodeError`.

        Raises:
            ValueError: there is no such port, no endpoint, no finite timeout, or both a
                `transport` and an `http_client`.
            TypeError: the endpoint is no string, or `http_client` cannot be used as one.
        """
        super().__init__(endpoint, port, outgoing, limits)
        self._own: AsyncHttpTransport | None = None
        if transport is None:
            transport = self._own = AsyncHttpTransport(
                timeout, http_client, self._limits
            )
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
