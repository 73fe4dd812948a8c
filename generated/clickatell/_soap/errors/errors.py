"""The exceptions of a package.

SoapError
├── EncodeError               a value that the wire cannot carry
├── DecodeError               an envelope that violates its schema
│   ├── NotAnEnvelope         … by being something else altogether
│   └── VersionMismatch       … by being one of another version of SOAP
├── SecurityError             a message is not signed or encrypted as demanded
├── TransportError            no SOAP reply came back, but something else or nothing
│   └── TransportTimeout      … in time
└── SoapFault                 the peer answered with a fault
    └── DeclaredSoapFault     … with a detail that the WSDL declares

All can be pickled. None shows an envelope, a fault's detail or a secret's value in its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Self, TypeVar

from ..secrets.redaction import ALWAYS, Secrets
from ..values.anyxml import AnyElement
from .exchange import Exchange

Detail = TypeVar("Detail")

_KEPT = 4096
_ABOUT_HEADERS = ("VersionMismatch", "MustUnderstand")
_SHOWN = 200


class SoapError(Exception):
    """The base of all errors of this package."""

    exchange: Exchange[None] | None = None
    """Both envelopes and the HTTP status, where a client's call failed after it had a reply."""
    secrets: Secrets = ALWAYS
    """The secrets that its text hides: set by the package that raises it."""
    sent: bool | None = None
    """`False` where nothing can have reached the service, so that the call may be repeated
    whatever it does; `None` where it did, or that is unknown."""

    @property
    def _hides(self) -> Secrets:
        """The secrets that its text hides, with those that the request carried."""
        exchange = self.exchange
        if exchange is None:
            return self.secrets
        sent = exchange.request_envelope
        return self.secrets.carried_by(sent, exchange.operation)

    def __repr__(self) -> str:
        hide = self._hides.without_values
        shown = [repr(hide(a) if isinstance(a, str) else a) for a in self.args]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args), self.__dict__


def _restored(cls: type[SoapError], args: tuple[object, ...]) -> SoapError:
    """An error whose constructor has not run: pickle puts its attributes back."""
    return cls.__new__(cls, *args)


# ------------------------------------------------------------------------------- codecs


class _PlacedError(SoapError):
    """An error at a spot in a value or in an envelope."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        """The spot, `sendmsg.to[3]`, or "" where the whole is meant."""
        self.message = message
        """The reason, without the path."""

    def __str__(self) -> str:
        message = self._hides.without_values(self.message)
        return f"{self.path}: {message}" if self.path else message


class EncodeError(_PlacedError):
    """A value that the wire cannot carry, or that its type does not allow."""

    sent: bool | None = False


class DecodeError(_PlacedError):
    """An envelope that violates its schema, or is no well-formed XML."""


class NotAnEnvelope(DecodeError):
    """Something else than a SOAP envelope was to be decoded: a web page, for example, or nothing."""


class VersionMismatch(DecodeError):
    """An envelope of another version of SOAP than the one that is used here."""


# ----------------------------------------------------------------------------- security


class SecurityError(SoapError):
    """A message that is not signed or encrypted as demanded, or one that the keys cannot secure.

    Its text is for the log of who received the message; the peer is not informed of it.
    """


# ---------------------------------------------------------------------------- transport


class TransportError(SoapError):
    """No SOAP reply came back: no connection, or something else than an envelope.

    `status` is the HTTP status, `None` where no reply came at all; the names in `headers` are
    in lower case; `body` has the first 4,096 bytes of what came instead of an envelope. `sent` is
    `False` where the request never went out: no connection was free or could be made (DNS, TLS, a
    proxy that refuses), or the client was closed.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        sent: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.permanent = False
        """Whether the same call on the same client will fail alike: it is closed, or its endpoint
        is no URL that could be called."""
        self.of_reply(status, headers or {}, body)

    def of_reply(
        self, status: int | None, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Set what came instead of a SOAP reply."""
        self.status = status
        self.headers: dict[str, str] = dict(headers)
        self.body: bytes = body[:_KEPT]

    def __str__(self) -> str:
        hides = self._hides
        message = hides.without_values(str(self.args[0]))
        if self.status is None:
            return message
        kind = hides.without_values(self.headers.get("content-type", ""))
        came = hides.excerpt(self.body, _SHOWN) or "an empty body"
        return f"{message}: HTTP {self.status} {f'({kind}) ' if kind else ''}{came}"


class TransportTimeout(TransportError):
    """The peer took too long to answer, or to be reached."""


# ------------------------------------------------------------------------------- faults


class SoapFault(SoapError):
    """A SOAP fault: the peer's answer that it did not do what was asked.

    A service raises one to answer with it. `code` may then be one of either version of SOAP
    (`Client` is `Sender`, `Server` is `Receiver`; each is written as its version has it), or a
    name of one's own in Clark's notation, `{urn:shop}OutOfStock`.
    """

    code_qname: str
    """The fault code in Clark's notation; bare where it is in no namespace, or is no QName."""
    subcodes: tuple[str, ...]
    """SOAP 1.2's subcodes in Clark's notation, the outermost first."""
    reason: str
    """The explanation: of several languages' the first."""
    reasons: dict[str, str]
    """The explanation by language, where the peer gave the languages."""
    language: str | None
    """The language of `reason`, as in xml:lang."""
    actor: str | None
    """Who failed: SOAP 1.1's faultactor, SOAP 1.2's Role."""
    node: str | None
    """The URI of the SOAP 1.2 node that failed."""
    raw_detail: AnyElement | None
    """The whole detail element as it was received; `None` for an empty one of SOAP 1.1."""
    verified: bool | None
    """Whether it was signed as demanded; `False` where that was demanded and it was not signed, so that
    anybody may have made it; `None` where no message security is used."""
    about_body: bool
    """Whether what was wrong is the Body: SOAP 1.1 then wants a detail, be it empty (section 4.4). A
    fault that was received without one is written without."""

    def __init__(
        self,
        reason: str = "",
        *,
        code: str = "Server",
        subcodes: Sequence[str] = (),
        actor: str | None = None,
        node: str | None = None,
        language: str | None = None,
        reasons: Mapping[str, str] | None = None,
        detail: AnyElement | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code_qname = code
        self.subcodes = tuple(subcodes)
        self.actor = actor
        self.node = node
        self.language = language
        self.reasons = dict(reasons or {})
        self.raw_detail = detail
        self.verified = None
        self.about_body = code.rpartition("}")[2] not in _ABOUT_HEADERS

    @property
    def code(self) -> str:
        """The fault code without its namespace: `Client`, `Server.Database`, `Sender`."""
        return self.code_qname.rpartition("}")[2]

    @property
    def detail(self) -> object:
        """The typed detail of a declared fault; otherwise what `raw_detail` is."""
        return self.raw_detail

    @property
    def role(self) -> str | None:
        """SOAP 1.2's name for `actor`."""
        return self.actor

    def __str__(self) -> str:
        text = ": ".join(filter(None, (self.code, self._hides.redact(self.reason))))
        return text or "SOAP fault"

    def __repr__(self) -> str:
        reason = self._hides.redact(self.reason)
        return f"{type(self).__name__}({reason!r}, code={self.code!r})"


class DeclaredSoapFault(SoapFault, Generic[Detail]):
    """The base of the exceptions of declared faults: each has a class, and a typed `detail`."""

    element: str
    """The member of a substitution group in the place of the declared element, by its name in Clark's
    notation; "" leaves it to the detail's class."""

    def __init__(
        self,
        reason: str = "",
        *,
        detail: Detail,
        code: str = "Server",
        subcodes: Sequence[str] = (),
        actor: str | None = None,
        node: str | None = None,
        language: str | None = None,
        reasons: Mapping[str, str] | None = None,
        raw_detail: AnyElement | None = None,
        element: str = "",
    ) -> None:
        super().__init__(
            reason,
            code=code,
            subcodes=subcodes,
            actor=actor,
            node=node,
            language=language,
            reasons=reasons,
            detail=raw_detail,
        )
        self._detail = detail
        self.element = element
        # Any: the form in which the detail's element was read, as of objects (codec/form.py)
        self.__form__: Any = None

    @property
    def detail(self) -> Detail:
        """The value of the detail's element."""
        return self._detail

    @classmethod
    def of(cls, fault: SoapFault, detail: Detail) -> Self:
        """This fault, made of one whose detail has been read."""
        made = cls(
            fault.reason,
            detail=detail,
            code=fault.code_qname,
            subcodes=fault.subcodes,
            actor=fault.actor,
            node=fault.node,
            language=fault.language,
            reasons=fault.reasons,
            raw_detail=fault.raw_detail,
        )
        made.secrets = fault.secrets
        made.verified = fault.verified
        return made
