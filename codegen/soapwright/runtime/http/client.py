"""The base of generated clients: a port, a transport, and the rules of SOAP over HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing, closing
from copy import copy
from functools import partial
from types import TracebackType
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeVar, overload

from ..errors.errors import DecodeError, SoapError, TransportError
from ..errors.exchange import Exchange
from ..soap.messages import References
from ..soap.operation import AnyOperation, Operation, Port
from ..values.values import Unset
from ..xml.element import NOTHING
from ..xml.parsing import Limits
from .aside import aside
from .attaching import Attaching, AttachmentsAs, checked, joined, mtom_of
from .binding import check_request, packed, request_message
from .defaults import header_blocks, with_defaults
from .deadlines import Deadline, in_thread, sleep, usable, within, within_async
from .httpx2_transport import AsyncHttpTransport, HttpTransport
from .message import AsyncLayer, Layer, Message, layers, through, through_async
from .observing import Observation, Observer, observed, observed_async
from .pieces import Pieces
from .replies import Reply
from .retries import Attempts, Retry, Retrying
from .securing import ClientSecurity, MessageSecurity, PortDemands
from .transport import (
    CONNECTIONS,
    DEFAULT_TIMEOUT,
    AsyncHttpClient,
    AsyncStreamingTransport,
    AsyncTransport,
    HttpClient,
    Request,
    Response,
    StreamingTransport,
    Transport,
)

__all__ = ["BaseAsyncClient", "BaseClient", "Exchange", "given", "required"]

H = TypeVar("H")
L = TypeVar("L")
Q = TypeVar("Q")
R = TypeVar("R")
T = TypeVar("T")

_ACCEPTED: Final = 202


def given(value: T | Unset) -> T | None:
    """A reply's only value; `None` where the reply did not have it."""
    return None if isinstance(value, Unset) else value


def required(value: T | None | Unset, path: str) -> T:
    """A reply's only value, where a reply without it makes no sense.

    Raises:
        DecodeError: the reply did not have it, or it is nil.
    """
    if value is None or isinstance(value, Unset):
        raise DecodeError(path, "the reply holds no value")
    return value


class _Client(Generic[H]):
    """The base of both kinds of client: all but the waiting. H is the type of default header blocks."""

    _ports: ClassVar[Mapping[str, Port]]
    _port_names: ClassVar[Sequence[str]]
    """The keys of the client's own ports; the first is the default."""
    _demanded: ClassVar[Mapping[str, Sequence[Layer]]] = {}
    """The outgoing layers that ports demand, by their keys."""
    _profiles: ClassVar[Mapping[str, PortDemands]] = {}
    """The message security that ports' policies demand, by their keys."""
    _attaching: ClassVar[Attaching | None] = None
    """The codec of attachments; `None` where nothing is binary."""

    _blocks: ClassVar[frozenset[str]] = frozenset()
    """The names of the header blocks that requests may have."""

    _outgoing: tuple[Any, ...]  # Any: layers of either kind of client

    endpoint: str
    """The URL that requests go to."""

    def __init__(
        self,
        endpoint: str | None,
        port: str | None,
        limits: Limits | None,
        lenient: bool,
        references: References,
        mtom: bool | int | None,
        attachments: AttachmentsAs,
    ) -> None:
        key = self._port_names[0] if port is None else port
        if key not in self._port_names:
            known = ", ".join(map(repr, self._port_names))
            raise ValueError(f"port={key!r}: {type(self).__name__} has {known}")
        self._key = key
        self._port = self._ports[key]
        address = endpoint or self._port.address
        if not address:
            raise ValueError(f"the WSDL has no address for {key!r}: give an endpoint")
        self.endpoint = _url(address)
        self._package = self._port.package
        self._own_limits = limits
        if references not in ("shared", "cycles"):
            raise ValueError(f"references={references!r}: 'shared' or 'cycles' wanted")
        self._references: References = references
        self._lenient = lenient
        self._headers: dict[str, object] = {}
        self._observer: Observer | None = None
        self._timeout: float | None = None
        self._streams = checked(self._attaching, attachments, mtom)
        self._mtom = mtom_of(mtom, self._port.mtom)

    def _secure(
        self,
        security: MessageSecurity | Literal[False] | None,
        given: Sequence[L],
        plain: bool,
    ) -> tuple[Layer | L, ...]:
        """Have the message security that is given, or that the port's policy demands.

        Args:
            security: as the client takes it.
            given: the outgoing layers of the user's.
            plain: whether HTTP is not the user's own.

        Returns:
            All outgoing layers.
        """
        self._secured_by = security, given, plain
        self._security: ClientSecurity | None = None
        profile = None if security is False else self._profiles.get(self._key)
        demands = None
        if profile is not None:
            demands = profile.of_client(self.endpoint, given, plain=plain)
        if security:
            self._security = security.for_client(demands, self.endpoint)
        elif demands is not None:
            self._security = demands.without_keys()
        return (*self._demands(given), *given)

    def _guard(self, deadline: float | None, retries: Retry | None) -> None:
        """Have a deadline and retries, where they are wanted."""
        self._deadline = usable(deadline)
        self._retrying: Retrying | None = None
        if retries is not None:
            names = {one.name for one in self._port.operations.values()}
            self._retrying = Retrying(retries, names)

    def _with(
        self,
        headers: H | None,
        observer: Observer | None,
        transport: object,
        http_client: object,
    ) -> bool:
        """Have default header blocks and an observer, where they are wanted.

        Returns:
            Whether HTTP is not the user's own.

        Raises:
            TypeError: one is of a wrong type.
            ValueError: no operation declares a header block, or HTTP is given twice.
        """
        if transport is not None and http_client is not None:
            raise ValueError("transport and http_client exclude each other")
        if headers is not None:
            self._headers = header_blocks(headers, self._blocks, {})
        if observer is not None and not callable(observer):
            kind = type(observer).__name__
            raise TypeError(f"observer: {kind} given, a callable is wanted")
        self._observer = observer
        return transport is None and http_client is None

    def _view(
        self, timeout: float | None, endpoint: str | None, headers: H | None
    ) -> Self:
        """A copy that uses the same connections."""
        view = copy(self)
        if timeout is not None:
            view._timeout = usable(timeout, "timeout")
        if endpoint is not None:
            view.endpoint = _url(endpoint)
            view._outgoing = view._secure(*view._secured_by)
        if headers is not None:
            view._headers = header_blocks(headers, self._blocks, self._headers)
        return view

    def _unobserved(self, operation: AnyOperation) -> tuple[Self, Observation]:
        """The same client without its observer, for one call, and what that observes."""
        plain = copy(self)
        plain._observer = None
        return plain, Observation(self._port, operation, self.endpoint)

    def _attempts(self, operation: AnyOperation) -> Attempts | None:
        """The attempts at a call, where there may be several."""
        retrying = self._retrying
        return None if retrying is None else retrying.call(operation.name)

    def _wait_after(
        self,
        error: TransportError,
        operation: AnyOperation,
        message: Message,
        attempts: Attempts | None,
        deadline: Deadline | None,
    ) -> float:
        """The seconds to wait until a call is sent again.

        Raises:
            TransportError: the error, as it is not.
        """
        if attempts is None:
            raise error
        made = attempts.made
        left = None if deadline is None else deadline.left
        again = not any(part.is_spent for part in message.attachments)
        wait = attempts.wait_after(error, left, again=again)
        if wait is None:
            raise error
        # Here and not above: as for requests.
        from .logs import log_retry

        log_retry(operation, made, wait, error)
        return wait

    def __repr__(self) -> str:
        url = self._package.secrets.redact_url(self.endpoint)
        return f"{type(self).__name__}({url!r})"

    @property
    def _limits(self) -> Limits:
        """Those that hold for replies."""
        return self._own_limits or self._package.limits

    def _demands(self, outgoing: Sequence[object]) -> list[Layer]:
        """The layers that the port demands, but of a kind that is among those that are given."""
        demanded = self._demanded.get(self._key, ())
        return [
            layer
            for layer in demanded
            if not any(type(layer) in type(given).__mro__ for given in outgoing)
        ]

    def _operation(self, operation: AnyOperation | str) -> AnyOperation:
        if isinstance(operation, Operation):
            return operation
        found = self._port.operations.get(operation)
        if found is None:
            raise ValueError(f"{self._port.name} has no operation {operation!r}")
        return found

    def _message(
        self, operation: AnyOperation, value: object, headers: object
    ) -> Message:
        """A request, for the outgoing layers."""
        if self._headers:
            headers = with_defaults(operation, headers, self._headers)
        encode, references = operation.encode_request, self._references
        if self._attaching is None:
            envelope = encode(value, headers, references=references)
            return request_message(operation, envelope, self.endpoint)
        with self._attaching.writing(self._mtom.least) as written:
            envelope = encode(value, headers, references=references)
        message = request_message(operation, envelope, self.endpoint)
        return joined(message, written, self._mtom)

    def _takes_apart(self, operation: AnyOperation) -> bool:
        """Whether a reply in several parts is taken apart as it comes in."""
        return self._streams

    def _request(
        self,
        operation: AnyOperation,
        message: Message,
        deadline: Deadline | None,
        *,
        streams: bool,
    ) -> Request:
        """A request, as it is sent; its body is all in memory unless the transport `streams`."""
        check_request(message)
        headers, body = packed(message)
        pieces: Pieces | None = None
        if isinstance(body, Pieces):
            pieces = body if streams else None
            body = b"" if streams else body.joined()
        if pieces is not None and (size := pieces.size) is not None:
            headers["Content-Length"] = str(size)
        secrets = self._package.secrets
        # Here and not above: it takes long to load, and no client needs it before its first call.
        from .logs import log_request

        log_request(operation, message)
        return Request(
            *(message.url, body, headers, secrets, self._limits, deadline, pieces),
            timeout=self._timeout,
        )

    def _reply(self, operation: AnyOperation, sent: Message, reply: Response) -> Reply:
        """A reply, as it came."""
        # Here and not above: as for requests.
        from .logs import log_reply

        log_reply(operation, sent, reply)
        return Reply(
            *(operation, sent, reply, self._limits, self._lenient),
            *(self._attaching, self._streams, self._security),
        )

    def _secured(self, message: Message) -> Message:
        """A request after the outgoing layers, signed where that is wanted."""
        return message if self._security is None else self._security.secured(message)

    def _response(
        self, operation: AnyOperation, exchange: Exchange[Any]
    ) -> Any:  # Any: the operation's response
        """The response of a reply, for a method that returns all or a part of it.

        Raises:
            DecodeError: all of it is what does not read.
            TransportError: the reply is sent to another address.
        """
        if exchange.response is None and exchange.problems:
            problem = exchange.problems[0]
            raise DecodeError(problem.path, problem.reason)
        if exchange.response is None and exchange.status == _ACCEPTED:
            if not operation.one_way:
                reason = f"{operation.name} is answered elsewhere: call it by exchange"
                raise TransportError(reason, status=exchange.status)
        return exchange.response

    def _required(self, value: T | None | Unset, path: str) -> T:
        """A reply's only value, where a reply without it makes no sense; leniently it is None.

        Raises:
            DecodeError: as `required`.
        """
        if self._lenient and (value is None or isinstance(value, Unset)):
            return NOTHING
        return required(value, path)


def _url(endpoint: str) -> str:
    """An endpoint of the caller's.

    Raises:
        TypeError: it is no `str`.
        ValueError: it is empty.
    """
    if not endpoint:
        raise ValueError("endpoint: a URL is wanted")
    if not isinstance(endpoint, str):
        raise TypeError(f"endpoint: {type(endpoint).__name__} given, str wanted")
    return endpoint


def _checked(sent: Message, reply: Message) -> Message:
    """A reply that passed the checks of its request."""
    for check in sent.checks:
        check(reply)
    return reply


# ------------------------------------------------------------------------------- clients


class BaseClient(_Client[H]):
    """A client. It may be shared by threads; as a context manager it closes itself."""

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        port: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
        outgoing: Sequence[Layer] = (),
        incoming: Sequence[Layer] = (),
        limits: Limits | None = None,
        lenient: bool = False,
        references: References = "shared",
        connections: int = CONNECTIONS,
        deadline: float | None = None,
        retries: Retry | None = None,
        mtom: bool | int | None = None,
        attachments: AttachmentsAs = "bytes",
        security: MessageSecurity | Literal[False] | None = None,
        headers: H | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Make a client.

        Args:
            endpoint: the service's URL, instead of the one in the WSDL.
            port: another port of the same port type, by its key in `PORTS`.
            timeout: seconds without progress in connecting, sending or receiving; never `None`.
            transport: carries the requests instead of httpx2; it is not closed here.
            http_client: an `httpx2.Client` with its own timeouts and connections; it is not closed.
            outgoing: layers that each request passes, in this order, such as `UsernameToken`.
            incoming: layers that each reply passes before it is read, in this order.
            limits: those of replies, where they are not the package's.
            lenient: a value of a reply that does not read or is missing is `None`, whatever its
                annotation, instead of a `DecodeError`; `Exchange.problems` has each such place.
            references: what encoded requests write by reference: all that is shared, or only "cycles".
            connections: how many there may be at once; further calls wait for one to be free.
            deadline: seconds that a call may take as a whole, its retries and decoding included.
            retries: the rules by which calls are repeated, a `Retry`; without it none is.
            mtom: whether requests are MTOM messages; from how many bytes on; `None`: as the WSDL has it.
            attachments: "stream" for binary values of replies as `Attachment`s, received into files.
            security: keys or a profile of message security; `False` for none, whatever is demanded.
            headers: header blocks by name, where a call is not given its own.
            observer: gives the context that each call runs in; see `Observation`.

        Raises:
            ValueError: an argument is out of its range, or fits neither the port nor the others.
            TypeError: an argument is of a wrong type.
        """
        super().__init__(endpoint, port, limits, lenient, references, mtom, attachments)
        self._guard(deadline, retries)
        plain = self._with(headers, observer, transport, http_client)
        self._outgoing = self._secure(security, layers(outgoing, "outgoing"), plain)
        self._incoming = layers(incoming, "incoming")
        self._own: HttpTransport | None = None
        if transport is None:
            transport = self._own = HttpTransport(
                timeout, http_client, connections=connections
            )
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

    def using(
        self,
        *,
        timeout: float | None = None,
        endpoint: str | None = None,
        headers: H | None = None,
    ) -> Self:
        """A client that differs in some ways, on the same connections: this one closes them.

        Args:
            timeout: seconds without progress, instead of the transport's own.
            endpoint: another URL.
            headers: header blocks by name, besides those of this client or in their place; `None`
                as a value takes one away.

        Raises:
            ValueError: an argument is out of its range.
            TypeError: an argument is of a wrong type.
        """
        view = self._view(timeout, endpoint, headers)
        view._own = None
        return view

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
    ) -> Exchange[Any]: ...  # Any: the operation of a name is known at run time

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
            SecurityError: the reply is not signed as demanded.
            TransportError: no SOAP reply came.
            SoapFault: the service answered with one.
            DecodeError: the reply violates its schema.
        """
        called = self._operation(operation)
        if self._observer is not None:
            plain, call = self._unobserved(called)
            make = partial(plain.exchange, called, request, headers)
            return observed(self._observer, call, make)
        deadline = None if self._deadline is None else Deadline(self._deadline)
        message = self._message(called, request, headers)
        if deadline is not None:
            return within(deadline, lambda: self._repeated(called, message, deadline))
        if self._retrying is not None:
            return self._repeated(called, message, None)
        return self._once(called, message, None)

    def _repeated(
        self, called: AnyOperation, message: Message, deadline: Deadline | None
    ) -> Exchange[Any]:  # Any: the operation's response
        """An exchange, after as many attempts as the retries allow."""
        attempts = self._attempts(called)
        while True:
            try:
                return self._once(called, message, deadline)
            except TransportError as error:
                wait = self._wait_after(error, called, message, attempts, deadline)
            time.sleep(wait)

    def _once(
        self, called: AnyOperation, message: Message, deadline: Deadline | None
    ) -> Exchange[Any]:  # Any: the operation's response
        """An exchange, after one attempt."""
        sent = self._secured(through(self._outgoing, message))
        reply = self._reply(called, sent, self._carried(called, sent, deadline))
        try:
            if self._incoming or reply.has_parts or sent.checks or self._security:
                return reply.exchange(
                    _checked(sent, through(self._incoming, reply.message()))
                )
            return reply.exchange()
        except SoapError as error:
            reply.failed(error)
            raise

    def _carried(
        self, operation: AnyOperation, sent: Message, deadline: Deadline | None
    ) -> Response:
        """The reply to a request."""
        attaching, transport = self._attaching, self._transport
        streams = attaching is not None and hasattr(transport, "stream")
        apart = self._takes_apart(operation)
        request = self._request(operation, sent, deadline, streams=streams)
        if attaching is None or not (streams and (apart or request.pieces)):
            return transport.send(request)
        streaming: StreamingTransport = transport  # type: ignore[assignment]  # it has `stream`
        with closing(streaming.stream(request)) as reply:
            body = attaching.reply(
                reply.status, reply.headers, request.limits, streamed=apart
            )
            for chunk in reply.chunks:
                body.add(chunk)
            return body.response()

    def _call(
        self, operation: AnyOperation | str, request: object, headers: object = None
    ) -> Any:  # Any: the generated methods know what it is
        called = self._operation(operation)
        return self._response(called, self.exchange(called, request, headers))


class BaseAsyncClient(_Client[H]):
    """An asynchronous client. As a context manager it closes itself."""

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        port: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: AsyncTransport | None = None,
        http_client: AsyncHttpClient | None = None,
        outgoing: Sequence[AsyncLayer] = (),
        incoming: Sequence[AsyncLayer] = (),
        limits: Limits | None = None,
        lenient: bool = False,
        references: References = "shared",
        connections: int = CONNECTIONS,
        deadline: float | None = None,
        retries: Retry | None = None,
        mtom: bool | int | None = None,
        attachments: AttachmentsAs = "bytes",
        security: MessageSecurity | Literal[False] | None = None,
        headers: H | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Make a client.

        Args:
            endpoint: the service's URL, instead of the one in the WSDL.
            port: another port of the same port type, by its key in `PORTS`.
            timeout: seconds without progress in connecting, sending or receiving; never `None`.
            transport: carries the requests instead of httpx2; it is not closed here.
            http_client: as `Client` takes it, an `httpx2.AsyncClient`.
            outgoing: layers as `Client` takes them; they may be asynchronous.
            incoming: layers as `Client` takes them; they may be asynchronous.
            limits: as `Client` takes them.
            lenient: as `Client` takes it.
            references: as `Client` takes it.
            connections: as `Client` takes it.
            deadline: as `Client` takes it.
            retries: as `Client` takes it.
            mtom: as `Client` takes it.
            attachments: as `Client` takes it.
            security: as `Client` takes it.
            headers: as `Client` takes them.
            observer: as `Client` takes it; its context is entered in the event loop.

        Raises:
            ValueError: an argument is out of its range, or fits neither the port nor the others.
            TypeError: an argument is of a wrong type.
        """
        super().__init__(endpoint, port, limits, lenient, references, mtom, attachments)
        self._guard(deadline, retries)
        plain = self._with(headers, observer, transport, http_client)
        given = layers(outgoing, "outgoing", may_wait=True)
        self._outgoing = self._secure(security, given, plain)
        self._incoming = layers(incoming, "incoming", may_wait=True)
        self._own: AsyncHttpTransport | None = None
        if transport is None:
            transport = self._own = AsyncHttpTransport(
                timeout, http_client, connections=connections
            )
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

    def using(
        self,
        *,
        timeout: float | None = None,
        endpoint: str | None = None,
        headers: H | None = None,
    ) -> Self:
        """A client that differs in some ways, on the same connections: this one closes them.

        Args:
            timeout: seconds without progress, instead of the transport's own.
            endpoint: another URL.
            headers: header blocks by name, besides those of this client or in their place; `None`
                as a value takes one away.

        Raises:
            ValueError: an argument is out of its range.
            TypeError: an argument is of a wrong type.
        """
        view = self._view(timeout, endpoint, headers)
        view._own = None
        return view

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
    ) -> Exchange[Any]: ...  # Any: the operation of a name is known at run time

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
            SecurityError: the reply is not signed as demanded.
            TransportError: no SOAP reply came.
            SoapFault: the service answered with one.
            DecodeError: the reply violates its schema.
        """
        called = self._operation(operation)
        if self._observer is not None:
            plain, observation = self._unobserved(called)
            make = partial(plain.exchange, called, request, headers)
            return await observed_async(self._observer, observation, make)
        deadline = None if self._deadline is None else Deadline(self._deadline)
        message = self._message(called, request, headers)
        if deadline is not None:
            call = partial(self._repeated, called, message, deadline)
            return await within_async(deadline, call)
        if self._retrying is not None:
            return await self._repeated(called, message, None)
        return await self._once(called, message, None)

    async def _repeated(
        self, called: AnyOperation, message: Message, deadline: Deadline | None
    ) -> Exchange[Any]:  # Any: the operation's response
        """An exchange, after as many attempts as the retries allow."""
        attempts = self._attempts(called)
        while True:
            try:
                return await self._once(called, message, deadline)
            except TransportError as error:
                wait = self._wait_after(error, called, message, attempts, deadline)
            await sleep(wait)

    async def _once(
        self, called: AnyOperation, message: Message, deadline: Deadline | None
    ) -> Exchange[Any]:  # Any: the operation's response
        """An exchange, after one attempt. A deadline could not interrupt decoding in the loop, nor a key
        that is elsewhere, to which message security may talk."""
        sent = await through_async(self._outgoing, message)
        secures = self._security is not None
        if secures:
            sent = await aside(self._secured, sent)
        came = await self._carried(called, sent, deadline)
        reply = self._reply(called, sent, came)
        try:
            long, came_in = reply.is_long, None
            if self._incoming or reply.has_parts or sent.checks or secures:
                came_in = await aside(reply.message) if long else reply.message()
                came_in = await through_async(self._incoming, came_in)
                came_in = _checked(sent, came_in)
            if deadline is not None:
                return await in_thread(partial(reply.exchange, came_in))
            if long or secures:
                return await aside(reply.exchange, came_in)
            return reply.exchange(came_in)
        except SoapError as error:
            reply.failed(error)
            raise

    async def _carried(
        self, operation: AnyOperation, sent: Message, deadline: Deadline | None
    ) -> Response:
        """The reply to a request."""
        attaching, transport = self._attaching, self._transport
        streams = attaching is not None and hasattr(transport, "stream")
        apart = self._takes_apart(operation)
        request = self._request(operation, sent, deadline, streams=streams)
        if attaching is None or not (streams and (apart or request.pieces)):
            return await transport.send(request)
        streaming: AsyncStreamingTransport = transport  # type: ignore[assignment]  # it has `stream`
        async with aclosing(await streaming.stream(request)) as reply:
            body = attaching.reply(
                reply.status, reply.headers, request.limits, streamed=apart
            )
            async for chunk in reply.chunks:
                body.add(chunk)
            return body.response()

    async def _call(
        self, operation: AnyOperation | str, request: object, headers: object = None
    ) -> Any:  # Any: the generated methods know what it is
        called = self._operation(operation)
        exchange = await self.exchange(called, request, headers)
        return self._response(called, exchange)
