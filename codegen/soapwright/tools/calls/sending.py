"""A call of a package's client, as options describe it: where to, with what headers, how protected."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.tools.calls.requests import Made
from soapwright.tools.calls.service import Bound, Service

PASSWORD = "SOAPWRIGHT_PASSWORD"
"""The variable of the environment that has the password of `--security`."""
_KINDS = ("plain", "digest", "basic", "keys")
_NONE = "none"
_SECURITY = (
    "--security keys:FILE.p12 and --trust CERTIFICATE give keys; --security none does without"
    " what the policy demands"
)
_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/])")
"""The beginning of a path of Windows."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How calls are sent. `headers` are HTTP's."""

    endpoint: str = ""
    timeout: float = 30.0
    headers: dict[str, str] = field(default_factory=dict)
    security: Security | None = None


@dataclass(frozen=True, slots=True)
class Security:
    """How a caller is identified: `kind` is one of `plain`, `digest` (WS-Security's UsernameToken),
    `basic` (HTTP's), `keys` (signatures; `user` is then the PKCS#12 file, `trust` are certificates), and
    `none`, which does without what the WSDL's policy demands."""

    kind: str
    user: str = ""
    password: str = field(default="", repr=False)
    trust: tuple[Path, ...] = ()


class _Captured(Exception):
    """A request that is not sent."""


def read_security(
    text: str, ask: Callable[[], str | None], trust: tuple[Path, ...] = ()
) -> Security:
    """The value of `--security`: `none`, `KIND:USER` or `KIND:USER:PASSWORD`.

    Args:
        text: the value.
        trust: certificates of whom replies are taken from, for `keys`.
        ask: asks for a password that neither it nor the environment has; None where nobody is there.

    Raises:
        SpecError: it is no such value, or there is no password.
    """
    findings = Findings()
    if text == _NONE:
        return Security(_NONE)
    kind, _, rest = text.partition(":")
    drive = _DRIVE.match(rest) if kind == "keys" else None
    user, colon, password = rest[drive.end() if drive else 0 :].partition(":")
    user = f"{drive[0]}{user}" if drive else user
    if kind not in _KINDS or not user:
        hint = (
            "plain:USER, digest:USER, basic:USER or keys:FILE, and :PASSWORD; or none"
        )
        at = Location("--security")
        message = f"no kind of security {kind!r}"
        if kind in _KINDS:
            message = f"{kind!r} is without its {'file' if kind == 'keys' else 'user'}"
        findings.error(Code.CALL, message, at, hint)
        raise SpecError(findings)
    given = password if colon else os.environ.get(PASSWORD) or ask()
    if given is None:
        hint = f"put it into the environment, as {PASSWORD}"
        findings.error(
            Code.CALL, "the password is missing", Location("--security"), hint
        )
        raise SpecError(findings)
    return Security(kind, user, given, trust)


# Any: the package's own classes
def make_client(
    service: Service,
    bound: Bound,
    settings: Settings,
    transport: Any = None,
) -> Any:
    """A client of the operation's port.

    Args:
        service: the package.
        bound: the operation.
        settings: how calls are sent.
        transport: in the place of HTTP.

    Raises:
        SpecError: there is no address to call, or an option is not possible.
    """
    client = getattr(service.package, bound.client)
    _check_envelope(bound, settings.security)
    security = message_security(service.package, settings.security)
    try:
        return client(
            settings.endpoint or None,
            port=bound.port.key,
            timeout=settings.timeout,
            transport=transport,
            outgoing=layers_of(service.package, settings),
            security=security,
        )
    except (OSError, ValueError) as error:
        findings = Findings()
        hint = ""
        if not (settings.endpoint or bound.port.address):
            hint = "--endpoint URL names the service"
        elif "security" in service.package.__all__:
            hint = _SECURITY
        findings.error(Code.CALL, str(error), Location(bound.port.key), hint)
        raise SpecError(findings) from None


def _check_envelope(bound: Bound, security: Security | None) -> None:
    """See that there is an envelope for what identifies the caller.

    Raises:
        SpecError: the port's binding is HTTP's.
    """
    if bound.port.is_http and security is not None:
        if security.kind not in ("basic", _NONE):
            findings = Findings()
            message = f"the port has no envelope, which {security.kind!r} takes"
            hint = "basic:USER is HTTP's; or --port names one of SOAP"
            findings.error(Code.CALL, message, Location(bound.port.key), hint)
            raise SpecError(findings)


# Any: keys of the package's own, False for none, None for what the policy demands
def message_security(package: Any, security: Security | None) -> Any:
    """The message security of a generated package's client.

    Raises:
        SpecError: the package has none, or the keys cannot be read or used.
    """
    try:
        return _keys(package, security)
    except OSError as error:
        message = f"{error.filename}: {error.strerror}"
    except ValueError as error:
        message = str(error)
    findings = Findings()
    findings.error(Code.CALL, message, Location("--security"))
    raise SpecError(findings)


def _keys(package: Any, security: Security | None) -> Any:  # Any: as above
    """The same.

    Raises:
        ValueError: the package has none, or the keys cannot be used.
        OSError: their file cannot be read.
    """
    if security is None or security.kind not in (_NONE, "keys"):
        return None
    if security.kind == _NONE:
        return False
    if "security" not in package.__all__:
        raise ValueError(
            "the package has no message security: generate it with --security"
        )
    return package.security.Keys.from_pkcs12(
        security.user, security.password, trust=security.trust
    )


# Any: a generated package; its layers
def layers_of(package: Any, settings: Settings) -> list[Any]:
    """The layers that identify the caller, and add HTTP headers."""
    layers: list[Any] = []
    security, headers = settings.security, dict(settings.headers)
    if security is not None and security.kind == "basic":
        pair = f"{security.user}:{security.password}".encode()
        headers["Authorization"] = f"Basic {b64encode(pair).decode('ascii')}"
    elif security is not None and security.kind in ("plain", "digest"):
        digest = security.kind == "digest"
        token = package.UsernameToken
        layers.append(token(security.user, security.password, digest=digest))
    if headers:

        def with_headers(message: Any) -> Any:
            return replace(message, headers={**message.headers, **headers})

        layers.append(with_headers)
    return layers


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as it would be sent: `envelope` is its body, or the root of its parts."""

    method: str
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

    transport = Capturing()
    endpoint = settings.endpoint or bound.port.address or "http://localhost/"
    settings = replace(settings, endpoint=endpoint)
    client = make_client(service, bound, settings, transport)
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
    return Prepared(
        *(sent.method, sent.url, dict(sent.headers), sent.body),
        _root(sent.headers, sent.body),
    )


def _root(headers: Mapping[str, str], body: bytes) -> bytes:
    """The envelope of a request: the body, or the first of its parts, where clients put the root."""
    kind = EmailMessage()
    for name, value in headers.items():
        if name.lower() == "content-type":
            kind[name] = value
    boundary = kind.get_boundary()
    if boundary is None:
        return body
    part = body.split(f"--{boundary}".encode(), 2)[1]
    return part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
