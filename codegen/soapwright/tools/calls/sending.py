"""A call of a package's client, as options describe it: where to, with what headers, how protected."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.tools.calls.requests import Made
from soapwright.tools.calls.service import Bound, Service

PASSWORD = "SOAPWRIGHT_PASSWORD"
"""The variable of the environment that has the password of `--security`."""
_KINDS = ("plain", "digest", "basic")


@dataclass(frozen=True, slots=True)
class Settings:
    """How calls are sent. `headers` are HTTP's."""

    endpoint: str = ""
    timeout: float = 30.0
    headers: dict[str, str] = field(default_factory=dict)
    security: Security | None = None


@dataclass(frozen=True, slots=True)
class Security:
    """How a caller is identified: `kind` is one of `plain`, `digest` (WS-Security's UsernameToken)
    and `basic` (HTTP's)."""

    kind: str
    user: str
    password: str = field(repr=False)


class _Captured(Exception):
    """A request that is not sent."""


def read_security(text: str, ask: Callable[[], str | None]) -> Security:
    """The value of `--security`: `KIND:USER` or `KIND:USER:PASSWORD`.

    Args:
        text: the value.
        ask: asks for a password that neither it nor the environment has; None where nobody is there.

    Raises:
        SpecError: it is no such value, or there is no password.
    """
    findings = Findings()
    kind, _, rest = text.partition(":")
    user, colon, password = rest.partition(":")
    if kind not in _KINDS or not user:
        hint = "plain:USER, digest:USER or basic:USER, and :PASSWORD"
        at = Location("--security")
        findings.error(Code.CALL, f"no kind of security {kind!r}", at, hint)
        raise SpecError(findings)
    given = password if colon else os.environ.get(PASSWORD) or ask()
    if given is None:
        hint = f"put it into the environment, as {PASSWORD}"
        findings.error(
            Code.CALL, "the password is missing", Location("--security"), hint
        )
        raise SpecError(findings)
    return Security(kind, user, given)


# Any: the package's own classes
def make_client(
    service: Service,
    bound: Bound,
    settings: Settings,
    transport: Any = None,
    see: Callable[[Any], Any] | None = None,
) -> Any:
    """A client of the operation's port.

    Args:
        service: the package.
        bound: the operation.
        settings: how calls are sent.
        transport: in the place of HTTP.
        see: the last layer of requests.

    Raises:
        SpecError: there is no address to call, or an option is not possible.
    """
    client = getattr(service.package, bound.client)
    outgoing = [*_layers(service, settings), *([see] if see else [])]
    try:
        return client(
            settings.endpoint or None,
            port=bound.port.key,
            timeout=settings.timeout,
            transport=transport,
            outgoing=outgoing,
        )
    except ValueError as error:
        findings = Findings()
        hint = "" if settings.endpoint else "--endpoint URL names the service"
        findings.error(Code.CALL, str(error), Location(bound.port.key), hint)
        raise SpecError(findings) from None


def _layers(service: Service, settings: Settings) -> list[Any]:  # Any: layers
    layers: list[Any] = []
    security, headers = settings.security, dict(settings.headers)
    if security is not None and security.kind == "basic":
        pair = f"{security.user}:{security.password}".encode()
        headers["Authorization"] = f"Basic {b64encode(pair).decode('ascii')}"
    elif security is not None:
        digest = security.kind == "digest"
        token = service.package.UsernameToken
        layers.append(token(security.user, security.password, digest=digest))
    if headers:

        def with_headers(message: Any) -> Any:
            return replace(message, headers={**message.headers, **headers})

        layers.append(with_headers)
    return layers


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as it would be sent: `envelope` is its body, or the root of its parts."""

    url: str
    headers: dict[str, str]
    body: bytes
    envelope: bytes


def prepared(
    service: Service, bound: Bound, made: Made, settings: Settings
) -> Prepared:
    """The request of a call that is not sent, with all that the client adds.

    Raises:
        SpecError: as of `make_client`, or the request cannot be written.
    """

    class Capturing:
        """A transport that keeps the request."""

        sent: Any = None

        def send(self, request: Any) -> Any:
            self.sent = request
            raise _Captured

    seen: list[bytes] = []

    def see(message: Any) -> Any:  # Any: the package's Message
        seen.append(message.envelope)
        return message

    transport = Capturing()
    endpoint = settings.endpoint or bound.port.address or "http://localhost/"
    settings = replace(settings, endpoint=endpoint)
    client = make_client(service, bound, settings, transport, see)
    try:
        with client:
            client.exchange(bound.served, made.value, made.headers)
    except _Captured:
        pass
    except service.package.errors.EncodeError as error:
        findings = Findings()
        findings.error(
            Code.CALL, f"{error.path}: {error.message}", Location(bound.name)
        )
        raise SpecError(findings) from None
    sent = transport.sent
    return Prepared(sent.url, dict(sent.headers), sent.body, seen[0] if seen else b"")
