"""Example calls and envelopes, made by the package itself of sample values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from soapwright.envelopes.python_calls import PythonCalls
from soapwright.envelopes.samples import Samples
from soapwright.model.api import Api, Message, Operation, Port
from soapwright.python.modules.methods import Method
from soapwright.tools.docs.text import envelope
from soapwright.tools.docs.views import Example

# An operation's methods for one direction, each of its own types.
_Codec = tuple[
    Callable[[bytes], Any], Callable[[bytes], Any], Callable[[Any, Any], bytes]
]


@dataclass(frozen=True, slots=True)
class _Sampled:
    """A sample message: the values of its Body and of its Header, and its envelope."""

    value: Any  # Any: a message's class
    headers: Any  # Any: a class of headers, or None
    envelope: bytes


class Examples:
    """Makes the examples of one service.

    Args:
        package: the generated package, imported.
        name: what its users import it as.
        api: the service's model.
    """

    def __init__(self, package: ModuleType, name: str, api: Api) -> None:
        self._ports = package.PORTS
        self._errors = (package.errors.DecodeError, package.errors.EncodeError)
        self._calls = PythonCalls(package, name)
        self._samples = Samples(api)

    def of(
        self, port: Port, operation: Operation, client: str, method: Method | None
    ) -> Example:
        """An operation's example: what its client's method is given, and what travels."""
        made = self._ports[port.key].operations[operation.key]
        given = self._message(
            port,
            operation.input,
            (made.decode_request, made.decode_request_headers, made.encode_request),
        )
        answered = self._message(
            port,
            operation.output,
            (made.decode_response, made.decode_response_headers, made.encode_response),
        )
        call = ""
        if given and method:
            call = self._calls.lines(
                client, port.key, method, given.value, given.headers
            )
        request = envelope(given.envelope) if given else []
        return Example(call, request, envelope(answered.envelope) if answered else [])

    def _message(
        self, port: Port, message: Message | None, codec: _Codec
    ) -> _Sampled | None:
        """A sample message; none where its schema's patterns leave no sample that reads."""
        if message is None:
            return None
        decode, decode_headers, encode = codec
        try:
            sample = self._samples.envelope(port, message)
            value, headers = decode(sample), decode_headers(sample)
            return _Sampled(value, headers, encode(value, headers))
        except self._errors:
            return None
