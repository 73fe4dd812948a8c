"""Observing a client's calls: for traces, metrics and logs of one's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from ..errors.errors import SoapError, SoapFault, TransportError, TransportTimeout
from ..errors.exchange import Exchange
from ..soap.operation import AnyOperation, Port


class Observation:
    """One call: what it is, known when it begins, and how it ended, known after.

    It holds neither secrets nor content: no envelope, no header, no value.
    """

    __slots__ = (
        *("action", "error", "operation", "port", "request_bytes", "response_bytes"),
        *("service", "soap", "status", "url"),
    )

    def __init__(self, port: Port, operation: AnyOperation, endpoint: str) -> None:
        self.operation: str = operation.name
        """The WSDL's name of the operation."""
        self.service: str = port.service
        """The WSDL's service; "" where the port is of none."""
        self.port: str = port.name
        """The port's name."""
        self.url: str = operation.package.secrets.redact_url(endpoint)
        """The URL that the call goes to, without secrets."""
        self.action: str = operation.soap_action
        """The SOAPAction."""
        self.soap: str = port.soap or ""
        """SOAP's version; "" of an HTTP binding."""
        self.status: int | None = None
        """The reply's HTTP status; None where no reply came."""
        self.request_bytes: int | None = None
        """The length of the request's envelope; None where no reply came."""
        self.response_bytes: int | None = None
        """The length of the reply's envelope; None where none came."""
        self.error: BaseException | None = None
        """The exception that the call raises; None where it raises none."""

    def __repr__(self) -> str:
        return f"Observation({self.operation!r}, {self.url!r}, {self.outcome!r})"

    @property
    def outcome(self) -> str:
        """`ok`, `fault`, `timeout`, `transport`, or `error` for all other exceptions."""
        match self.error:
            case None:
                return "ok"
            case SoapFault():
                return "fault"
            case TransportTimeout():
                return "timeout"
            case TransportError():
                return "transport"
            case _:
                return "error"

    def _ended(self, exchange: Exchange[Any] | None) -> None:
        if exchange is not None:
            self.status = exchange.status
            self.request_bytes = len(exchange.request_envelope)
            self.response_bytes = len(exchange.response_envelope)

    def _failed(self, error: BaseException) -> None:
        self.error = error
        if isinstance(error, SoapError):
            self._ended(error.exchange)
        if isinstance(error, TransportError):
            self.status = error.status


Observer: TypeAlias = Callable[[Observation], AbstractContextManager[object]]
"""A call runs within the context that it gives: a generator function under `contextlib.contextmanager`."""


def observed(
    observer: Observer, call: Observation, make: Callable[[], Exchange[Any]]
) -> Exchange[Any]:  # Any: the operation's response
    """A call within its observer's context.

    Args:
        observer: the user's.
        call: what it observes.
        make: makes the call.
    """
    with observer(call):
        try:
            exchange = make()
        except BaseException as error:
            call._failed(error)
            raise
        call._ended(exchange)
    return exchange


async def observed_async(
    observer: Observer, call: Observation, make: Callable[[], Awaitable[Exchange[Any]]]
) -> Exchange[Any]:  # Any: the operation's response
    """As `observed`, of an asynchronous client."""
    with observer(call):
        try:
            exchange = await make()
        except BaseException as error:
            call._failed(error)
            raise
        call._ended(exchange)
    return exchange
