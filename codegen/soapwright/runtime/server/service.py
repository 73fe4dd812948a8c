"""The base of generated service classes, and one call of it, without any I/O.

The server's counterpart of `client`: an envelope came in, and a method is to be called.
"""

from __future__ import annotations

import asyncio
from abc import ABC
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from inspect import isawaitable, iscoroutinefunction
from typing import Any, ClassVar, Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from ..addressing.headers import AddressingHeaders
from ..http.attaching import Attaching
from ..http.message import Attachment, Message
from ..http.securing import (
    MessageSecurity,
    PortDemands,
    Received,
    ServiceDemands,
    ServiceSecurity,
)
from ..http.transport import Response
from ..soap.envelope import Version
from ..soap.operation import AnyOperation, Port
from ..xml.element import Element
from ..xml.parsing import Limits
from .specification import Specification

__all__ = [
    "Answer",
    "AnswerWithHeaders",
    "BaseService",
    "Call",
    "Hooks",
    "HttpRequest",
    "Security",
    "WithHeaders",
    "current_call",
    "quick",
]

T = TypeVar("T")
H = TypeVar("H")
M = TypeVar("M", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP request to a service."""

    method: str
    query: str = field(default="", repr=False)
    """The part of the URL after the "?", as it was sent."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By names in lower case."""
    body: bytes = field(default=b"", repr=False)
    path: str = "/"
    origin: str = ""
    """Scheme, host and port that were called: `https://example.com`."""
    parts: tuple[Attachment, ...] = field(default=(), repr=False)
    """The parts of a body that was received piece by piece, the root first; `body` is empty then."""

    @property
    def url(self) -> str:
        """The URL of the request, without its query."""
        return self.origin + self.path

    def with_body(self, body: bytes) -> HttpRequest:
        """The same with the body that came with it."""
        return HttpRequest(
            self.method, self.query, self.headers, body, self.path, self.origin
        )


@dataclass(frozen=True, slots=True)
class WithHeaders(Generic[T, H]):
    """The result of a method that answers with declared headers too."""

    value: T
    """The result without them."""
    headers: H


# What methods give: at once from a `def`, awaited from an `async def`.
Answer: TypeAlias = T | Awaitable[T]
AnswerWithHeaders: TypeAlias = T | WithHeaders[T, H] | Awaitable[T | WithHeaders[T, H]]


class BaseService(ABC):
    """The base of the service classes of this package: one for each port type.

    A method is given all parameters by name. It is a `def` or an `async def`: of the former,
    several may run at once, in threads, unless they are `quick`. What it raises becomes a fault: a `SoapFault` as it is,
    anything else `Server` (SOAP 1.2: `Receiver`), with nothing of its message.
    """

    _ports: ClassVar[Mapping[str, Port]]
    _port_names: ClassVar[Sequence[str]]
    """The keys of the service's own ports."""
    _methods: ClassVar[Mapping[str, str]]
    """The methods by their operations' keys in a port."""
    _headers: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """The parameters of declared headers where a parameter of the request has the name."""
    _whole: ClassVar[Mapping[str, str]] = {}
    """The parameters that are given the whole request, of operations whose fields cannot express it all."""
    _attaching: ClassVar[Attaching | None] = None
    """The writer and reader of attachments; `None` where nothing is binary."""
    _plain: ClassVar[type[Plain] | None] = None
    """The calls of HTTP bindings; `None` where all come in envelopes."""
    _profiles: ClassVar[Mapping[str, PortDemands]] = {}
    """The message security that ports' policies demand, by their keys."""
    _specification: ClassVar[Specification | None] = None
    """The WSDL; `None` where the package was made without."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what came, and what is to be done about it."""

    request: HttpRequest
    """The HTTP request: its headers may identify the caller."""
    envelope: Element
    """The request's envelope, an lxml element."""
    service: BaseService
    key: str
    """The operation's key in the port."""
    operation: AnyOperation
    value: Any  # Any: of the operation's request type
    headers: Any  # Any: of the class of the operation's declared headers
    addressing: AddressingHeaders | None = None
    """WS-Addressing's headers of the request; `None` where it has none, or the operation declares
    them itself."""
    user: str | None = None
    """The user whose token `security` checked."""
    secured: Received | None = None
    """The request as its message security was checked; `None` where there is none."""
    guard: ServiceSecurity | None = None
    """The message security of the operation, which secures the reply."""

    @property
    def method(self) -> Callable[..., object]:
        """The service's method."""
        found: Callable[..., object] = getattr(
            self.service, self.service._methods[self.key]
        )
        return found

    def invoke(self) -> object:
        """The method's result: of an `async def` an awaitable."""
        whole = self.service._whole.get(self.key)
        if whole is not None:
            given = {whole: self.value}
        else:
            value = self.value
            given = {name: getattr(value, name) for name in names_of(type(value))}
        if self.headers is not None:
            renamed = self.service._headers.get(self.key, {})
            for name in names_of(type(self.headers)):
                given[renamed.get(name, name)] = getattr(self.headers, name)
        return self.method(**given)

    def response(self, result: object) -> tuple[object, object]:
        """The response and its headers, made of what the method gave: the only value of the
        response, or the response.

        Raises:
            TypeError: it gave something although the response has no field.
        """
        headers: object = None
        if isinstance(result, WithHeaders):
            headers = result.headers
            result = result.value
        kind = self.operation.response_type
        if kind is None:
            return None, headers
        names = names_of(kind)
        if len(names) > 1 or isinstance(result, kind):
            return result, headers
        message = self.operation.response_message
        root = message.root if message is not None else None
        if root is not None and root.takes(result) and (names or result is not None):
            return result, headers
        if names:
            return kind(**{names[0]: result}), headers
        if result is not None:
            raise TypeError(f"{self.operation.name} has no result to give")
        return kind(), headers


class Plain(Protocol):
    """The interface of the calls of HTTP bindings, which come without an envelope.

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
    ) -> None: ...

    def called(
        self,
        request: HttpRequest,
        received: Callable[[HttpRequest, bool], Message],
        limits: Limits,
    ) -> Call | Response | None:
        """The call that a request is, or the reply to a wrong one; `None` where it is none of an HTTP
        binding.

        Args:
            request: any.
            received: its body as a message, after the layers; with `True` the whole of it as the envelope,
                however many parts it has, or the parts alone where they came piece by piece.
            limits: of what it holds.
        """
        ...

    def has(self, call: Call) -> bool:
        """Whether a call came without an envelope."""
        ...

    def reply(self, call: Call, value: object) -> Response:
        """The reply to a call.

        Raises:
            EncodeError: the value cannot be written.
        """
        ...

    def failed(self, call: Call, error: Exception) -> Response:
        """The reply to a call that failed; what nobody foresaw is logged."""
        ...


_fields: Final[dict[type[Any], tuple[str, ...]]] = {}
"""The fields of the classes of messages, as asked for: looking them up takes longer than a call should."""


def names_of(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a message's class."""
    found = _fields.get(kind)
    if found is None:
        found = _fields[kind] = tuple(field.name for field in fields(kind))
    return found


_QUICK: Final = "_soap_is_quick"
"""The attribute of methods that are declared `quick`."""
_current: ContextVar[Call] = ContextVar("current call")


def current_call() -> Call:
    """The call that is being answered: its HTTP request, and its whole envelope. A service's
    methods may ask for it, and the outgoing layers that its reply passes.

    Raises:
        LookupError: none is.
    """
    return _current.get()


@contextmanager
def answering(call: Call | None) -> Generator[None]:
    """Let `current_call` give this call; `None`, a request that is no call, lets it give none."""
    token = None if call is None else _current.set(call)
    try:
        yield
    finally:
        if token is not None:
            _current.reset(token)


def quick(method: M) -> M:
    """Declare that a `def` waits for nothing and computes little: on ASGI it runs in the event loop, and
    not in a thread. While it runs, no other request is answered.
    """
    setattr(method, _QUICK, True)
    return method


async def run(call: Call) -> object:
    """The result of a call's method, awaited; a `def` that is not `quick` runs in a thread.

    Raises:
        RuntimeError: the method was not cancelled, but what it waited for was.
    """
    token = _current.set(call)
    try:
        method = call.method
        if getattr(method, _QUICK, False) or iscoroutinefunction(method):
            result = call.invoke()
        else:
            result = await asyncio.to_thread(_invoked, call)
        return await result if isawaitable(result) else result
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise RuntimeError("what the method waited for was cancelled") from error
    finally:
        _current.reset(token)


def _invoked(call: Call) -> object:
    """The method's result, in a thread.

    Raises:
        RuntimeError: the method raised a StopIteration, which no future takes: it would never be done.
    """
    try:
        return call.invoke()
    except StopIteration as error:
        raise RuntimeError("the method raised StopIteration") from error


def run_in(call: Call, wait: Callable[[Awaitable[object]], object]) -> object:
    """The result of a call's method; `wait` runs what is asynchronous."""
    token = _current.set(call)
    try:
        result = call.invoke()
        return wait(result) if isawaitable(result) else result
    finally:
        _current.reset(token)


class Security(Protocol):
    """Checks the message security of requests to a service: `UsernameTokens`, or one of your own."""

    def understands(self, block: str) -> bool:
        """Whether a header block is checked, by its name in Clark's notation."""
        ...

    def check(self, blocks: Sequence[Element], version: Version) -> str:
        """The user who sent a request.

        Args:
            blocks: its header blocks, lxml elements, that are for the service.
            version: of SOAP.

        Raises:
            SoapFault: the request is refused.
        """
        ...


class Guards:
    """The message security of services.

    Args:
        given: keys or a profile, or a check of who calls; `False` for none, whatever policies demand.
        services: those.

    Raises:
        ValueError: a port's policy demands more than is given.
    """

    def __init__(
        self,
        given: Security | MessageSecurity | Literal[False] | None,
        services: Sequence[BaseService],
    ) -> None:
        self.check: Security | None = None
        """The check of who calls ports without message security."""
        if given and not isinstance(given, MessageSecurity):
            self.check = given
        self._ports: dict[str, ServiceDemands] = {}
        known: list[tuple[PortDemands | None, ServiceDemands | None]] = []
        for service in () if given is False else services:
            for key in service._port_names:
                profile = service._profiles.get(key)
                made = [demands for demanded, demands in known if demanded == profile]
                demands = made[0] if made else _demands(given, profile)
                known.append((profile, demands))
                if demands is not None:
                    self._ports[key] = demands

    @property
    def are_any(self) -> bool:
        """Whether a request is checked."""
        return bool(self._ports) or self.check is not None

    def of(self, port: str, operation: str) -> ServiceSecurity | None:
        """That of an operation, by its port's key and its name; `None` where it has none."""
        demands = self._ports.get(port)
        return None if demands is None else demands.of(operation)


def _demands(
    given: Security | MessageSecurity | Literal[False] | None,
    profile: PortDemands | None,
) -> ServiceDemands | None:
    """The message security of a port."""
    if isinstance(given, MessageSecurity):
        return given.for_service(profile)
    return None if profile is None else profile.service_without_keys(given or None)


class Hooks:
    """Hooks for what callers need besides SOAP: derive from it, and override.

    `request` and `envelope` may raise a `SoapFault`, which is then the answer.
    """

    def request(self, request: HttpRequest) -> HttpRequest:
        """An HTTP request, before anything is made of it."""
        return request

    def envelope(self, envelope: Element, request: HttpRequest) -> Element:
        """A request's envelope, an lxml element, before its operation is sought."""
        return envelope

    def understands(self, header: str) -> bool:
        """Whether a header block that must be understood is, though no operation declares it.

        Args:
            header: its name in Clark's notation.
        """
        return False

    def accepts_reply_to(self, address: str) -> bool:
        """Whether a reply may be sent to an address that a request names in WS-Addressing's
        ReplyTo or FaultTo; otherwise such a request is refused. The address is the caller's: an
        answer that is always `True` lets callers send requests from this machine.
        """
        return False

    def send_reply(self, reply: Message) -> None:
        """Send a reply to another address, its `url`, after the layers. Where it runs long, the
        request's connection waits as long for its 202.

        Raises:
            NotImplementedError: addresses are accepted, and this method is not overridden.
        """
        raise NotImplementedError("Hooks.send_reply")

    def reply(self, envelope: bytes, call: Call | None) -> bytes:
        """A reply's envelope, or a fault's, before it is sent.

        Args:
            envelope: as it would be sent.
            call: what it answers; `None` where the request was no call.
        """
        return envelope
