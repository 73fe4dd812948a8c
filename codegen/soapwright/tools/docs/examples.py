"""Example calls and envelopes, made by the package itself of sample values."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from types import ModuleType
from typing import Any

from soapwright.envelopes.samples import Samples
from soapwright.model.api import Api, Message, Operation, Port
from soapwright.python.modules.methods import Method
from soapwright.python.text.literals import string
from soapwright.tools.docs.text import envelope
from soapwright.tools.docs.views import Example

_WIDTH = 80


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
        self._unset = package.UNSET
        self._name = name
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
        call = self._call(client, method, given) if given and method else ""
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

    # -------------------------------------------------------------------- values as Python

    def _call(self, client: str, method: Method, given: _Sampled) -> str:
        names = {one.field.name: one.name for one in method.request}
        if _is_whole(method, given.value, names):
            arguments = [self._said(given.value, 8)]
        else:
            arguments = self._arguments(given.value, 4, names)
        if given.headers is not None:
            names = {one.field.name: one.name for one in method.headers}
            arguments += self._arguments(given.headers, 4, names)
        call = _joined(f"client.{method.name}(", arguments, 4)
        return (
            f"import {self._name}\n\n"
            f"with {self._name}.{client}() as client:\n"
            f"    reply = {call}\n"
        )

    def _arguments(
        self, value: Any, indent: int, names: Mapping[str, str] | None = None
    ) -> list[str]:  # Any: a dataclass
        """The arguments of a class, or by other `names` of a method, without defaults."""
        found = []
        for one in fields(value):
            given = getattr(value, one.name)
            default = one.default
            if one.default_factory is not MISSING:
                default = one.default_factory()
            if given is self._unset or (default is not MISSING and given == default):
                continue
            name = one.name if names is None else names[one.name]
            found.append(f"{name}={self._said(given, indent + 4)}")
        return found

    def _said(self, value: Any, indent: int) -> str:  # Any: whatever a field holds
        types = f"{self._name}.types"
        match value:
            case Enum():
                if not value.name or keyword.iskeyword(value.name):
                    return repr(value.value)
                return f"{types}.{type(value).__name__}.{value.name}"
            case str():
                return string(str(value))
            case list():
                items = [self._said(item, indent + 4) for item in value]
                return _joined("[", items, indent, "]")
            case tuple():
                items = [self._said(item, indent + 4) for item in value]
                return _joined("(", items, indent, ")")
            case _ if is_dataclass(value) and ".types." in type(value).__module__:
                start = f"{types}.{type(value).__name__}("
                return _joined(start, self._arguments(value, indent), indent)
            case _:
                return repr(value)


def _is_whole(method: Method, value: Any, names: Mapping[str, str]) -> bool:
    """Whether a method takes a request (of any class) as one argument, not by its fields."""
    if method.root is None:
        return False
    if method.root.struct.abstract or not is_dataclass(value):
        return True
    return any(one.name not in names for one in fields(value))


def _joined(start: str, items: list[str], indent: int, end: str = ")") -> str:
    """Items between brackets: on one line where they fit, else each on its own."""
    line = f"{start}{', '.join(items)}{end}"
    if indent + len(line) <= _WIDTH and "\n" not in line:
        return line
    space = " " * (indent + 4)
    lines = "".join(f"{space}{item},\n" for item in items)
    return f"{start}\n{lines}{' ' * indent}{end}"
