"""The first call of a client as code: a test that passes, against a mock of the service."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from soapwright.envelopes.python_calls import PythonCalls
from soapwright.python.text.literals import string
from soapwright.tools.calls.service import Bound, Service
from soapwright.tools.serve import MockTransport

_QUIET = ("get", "list", "find", "search", "check", "query", "echo", "ping", "version")


@dataclass(frozen=True, slots=True)
class FirstCall:
    """The first call of a package: `test` is a module for pytest, `code` the call alone."""

    operation: str
    test: str
    code: str

    def command(self, package: Path) -> str:
        """The same call at the shell, its arguments to be filled in."""
        return f"soapwright call {package.as_posix()} {self.operation} --template"


def first_call(folder: Path) -> FirstCall | None:
    """The first call that a mock answers: of an operation that reads, where names show one.

    None where no operation can be called, or no sample of a request reads.

    Args:
        folder: of the generated package.
    """
    service = Service(folder)
    called = [one for one in service.bound if one.method and one.port.soap]
    called = [one for one in called if not (one.port.is_http or one.port.is_consumer)]
    called.sort(key=lambda one: not one.name.startswith(_QUIET))
    for bound in called:
        sample = service.sample(bound, full=False)
        if sample is not None:
            made = _made(service, bound, *sample)
            if made is not None:
                return made
    return None


def _made(
    service: Service, bound: Bound, request: Any, headers: Any
) -> FirstCall | None:  # Any: the package's classes
    """The call of an operation; None where the mock does not answer it."""
    assert bound.method is not None, "it was chosen for its method"
    errors = service.package.errors
    client = getattr(service.package, bound.client)
    transport = MockTransport(service.package)
    demands = bound.port.security is not None
    options: dict[str, Any] = {"security": False} if demands else {}
    try:
        with client(
            "http://mock/", port=bound.port.key, transport=transport, **options
        ) as made:
            exchange = made.exchange(bound.served, request, headers)
    except (errors.SoapError, ValueError):
        return None
    calls = PythonCalls(service.package, service.name)
    call = calls.call(bound.method, request, headers, 8)
    above = "\n".join(calls.imports())
    port = bound.port.key
    code = calls.lines(bound.client, port, bound.method, request, headers)
    taken = calls.taken(bound.client, bound.method)
    check = f"    assert {_check(exchange.response)}\n" if taken else ""
    test = _TEST.format(
        doc=f'"""Calls of {service.name}, answered by a mock: no network is used."""',
        above=f"{above}\n" if above else "",
        name=service.name,
        method=bound.name,
        client=bound.client,
        call=f"{taken}{call}",
        check=check,
        port="".join(f", {one}" for one in calls.chosen(bound.client, port)),
        security=", security=False" if demands else "",
    )
    return FirstCall(bound.name, test, code)


_TEST = """{doc}

{above}import {name}
from soapwright.testing import MockTransport


def test_{method}() -> None:
    mock = MockTransport({name})
    with {name}.{client}("http://mock/", transport=mock{port}{security}) as client:
        {call}
{check}"""


def _check(response: Any) -> str:  # Any: the package's class, or None
    """A check of the reply of a method: of the reply's only value, or of its first plain one."""
    found = fields(response) if is_dataclass(response) else ()
    if not found:
        return "reply is not None"
    if len(found) == 1:
        value = getattr(response, found[0].name)
        return f"reply{_equals(value)}" if _is_plain(value) else "reply is not None"
    for one in found:
        value = getattr(response, one.name)
        if _is_plain(value):
            return f"reply.{one.name}{_equals(value)}"
    return "reply is not None"


def _is_plain(value: object) -> bool:
    return type(value) in (bool, int, float, str)


def _equals(value: object) -> str:
    if isinstance(value, bool):
        return f" is {value}"
    return f" == {string(value)}" if isinstance(value, str) else f" == {value!r}"
