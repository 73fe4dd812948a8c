"""The message security that the policies of a port demand, as values (WS-SecurityPolicy 1.1 to 1.3).

A part of a message is named as the runtime's profiles name it: `Body`, `Headers` (all header blocks),
`Timestamp`, `UsernameToken`, `BinarySecurityToken`, a header block in Clark's notation `{urn:shop}Order`,
or all blocks of a namespace, `{urn:shop}*`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from soapwright.model.diagnostics import Location

NAMESPACES = (
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy/",
    "http://schemas.microsoft.com/ws/2005/07/securitypolicy",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200512",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200802",
)
"""Those of WS-SecurityPolicy's assertions."""


DERIVED_KEYS = frozenset({"RequireDerivedKeys", "RequireExplicitDerivedKeys"})
"""The options of a protection token by which keys are derived from it, with a token for each (section 5.4.3)."""

PATHS = frozenset({"WssX509PkiPathV1Token10", "WssX509PkiPathV1Token11"})
"""The forms of an X.509 token that has the certificates of its authorities too."""

REFERENCES = {
    "RequireIssuerSerialReference": "issuer-serial",
    "RequireKeyIdentifierReference": "ski",
    "RequireThumbprintReference": "thumbprint",
}
"""The runtime's names for the references that X.509 tokens may demand (section 5.4.3)."""

WEAK = frozenset(
    {"rsa-sha1", "sha1", "rsa-1_5", "aes192-gcm"}
    | {"aes128-cbc", "aes192-cbc", "aes256-cbc", "tripledes-cbc"}
)
"""The algorithms that the runtime uses by name only."""


class Binding(Enum):
    """The protection of messages (section 7); the value is the assertion's name."""

    TRANSPORT = "TransportBinding"
    ASYMMETRIC = "AsymmetricBinding"
    SYMMETRIC = "SymmetricBinding"


@dataclass(frozen=True, slots=True)
class Suite:
    """The algorithms of an algorithm suite (section 6.1), by the runtime's names."""

    name: str
    signature: str
    digest: str
    data: str
    key_transport: str

    def weak(self, *, encrypts: bool) -> tuple[str, ...]:
        """The algorithms that the runtime uses by name only.

        Args:
            encrypts: whether something is encrypted.
        """
        names = [self.signature, self.digest]
        names += [self.data, self.key_transport] if encrypts else []
        return tuple(name for name in names if name in WEAK)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that a policy names (section 5): `kind` is the assertion's name, `options` are the names of the
    assertions in it, `include` is the last step of its `IncludeToken`. `key` is the last step of the type of key that
    an issued SAML assertion is to have, "" of anything else."""

    kind: str
    include: str
    options: frozenset[str]
    at: Location = field(compare=False)
    key: str = ""

    @property
    def is_bearer(self) -> bool:
        """Whether it is a SAML assertion that nothing needs to confirm."""
        return self.kind == "SamlToken" or self.key == "Bearer"

    @property
    def has_key(self) -> bool:
        """Whether it is a SAML assertion that the key of a certificate may confirm."""
        return self.kind == "SamlToken" or self.key == "PublicKey"

    def is_sent(self, *, by_initiator: bool) -> bool:
        """Whether the token itself is in the messages of one side (section 5.1.1)."""
        other = "AlwaysToInitiator" if by_initiator else "AlwaysToRecipient"
        once = self.include == "Once" and not by_initiator
        return self.include not in ("Never", other) and not once

    def is_referred_to_directly(self, *, by_initiator: bool) -> bool:
        """Whether a signature refers to the token that is sent with it."""
        other = any(option in REFERENCES for option in self.options)
        return self.is_sent(by_initiator=by_initiator) and not other


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one message that are signed, encrypted, and must be there (section 4)."""

    sign: tuple[str, ...] = ()
    encrypt: tuple[str, ...] = ()
    require: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportingToken:
    """A further token of requests (section 8); `kind` is the name of the assertion that it is in."""

    kind: str
    token: Token
    parts: Parts = Parts()

    @property
    def is_signed(self) -> bool:
        """Whether the message's signature covers it."""
        return self.kind.startswith("Signed")

    @property
    def is_endorsing(self) -> bool:
        """Whether its key signs, too."""
        return "Endorsing" in self.kind

    @property
    def is_encrypted(self) -> bool:
        """Whether it is encrypted."""
        return "Encrypted" in self.kind


@dataclass(frozen=True, slots=True)
class BindingSecurity:
    """The properties of a binding (section 6).

    `encrypt_first` tells whether the ciphertext is signed, `endorse` whether the client's key signs the signature of a
    symmetric binding. `derived_keys` is the version of WS-SecureConversation by which its keys are derived, as the
    runtime names it; "" where the message's own key signs and encrypts.
    """

    kind: Binding | None = None
    suite: Suite | None = None
    layout: str = ""
    timestamp: bool = False
    encrypt_first: bool = False
    endorse: bool = False
    derived_keys: str = ""
    confirm_signature: bool = False


@dataclass(frozen=True, slots=True)
class MessageSecurity:
    """The security of the messages of one direction."""

    sign: tuple[str, ...] = ()
    encrypt: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    reference: str = "direct"
    """How the signature refers to its certificate, by the runtime's names."""
    encryption_reference: str = "issuer-serial"
    """The same of an encrypted key, and the certificate that it is encrypted for."""
    saml: str = ""
    """How its SAML assertion is confirmed, by the runtime's names; "" where it has none."""
    binding: BindingSecurity | None = None
    """The binding of its own or its operation's policy; None where its port's holds."""


@dataclass(frozen=True, slots=True)
class OperationSecurity:
    """The security of the messages of an operation; `unmet` are demands that nothing can meet, in words."""

    request: MessageSecurity = MessageSecurity()
    reply: MessageSecurity = MessageSecurity()
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PortSecurity:
    """The security of a port, as its policies demand it (section 6).

    `operations` are by their keys. `https` tells whether the endpoint must be one of TLS, and
    `of_http` what the HTTP client must bring besides, in words. `username` has the options of a
    UsernameToken that requests must have, None where they need not. `otherwise` is the security of who
    has no keys, or no token: that of another alternative. `unmet` are the demands of the port as a
    whole that nothing can meet, in words.
    """

    binding: BindingSecurity = BindingSecurity()
    https: bool = False
    of_http: tuple[str, ...] = ()
    username: frozenset[str] | None = None
    operations: Mapping[str, OperationSecurity] = field(default_factory=dict)
    unmet: tuple[str, ...] = ()
    otherwise: PortSecurity | None = None

    @property
    def needs_keys(self) -> bool:
        """Whether a message is signed or encrypted, or has a SAML assertion."""
        messages = [m for o in self.operations.values() for m in (o.request, o.reply)]
        return any(m.sign or m.encrypt or m.saml for m in messages)

    @property
    def needs_user(self) -> bool:
        """Whether the user must give a client something: keys, a token, an HTTP client."""
        return self.needs_keys or self.username is not None or bool(self.of_http)
