"""The message security of a port as a value: what is signed and encrypted, by which algorithms, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol, TypeAlias

from ..http.message import Layer
from ..http.securing import ClientSecurity, ServiceDemands, ServiceSecurity
from .by_operation import ServiceByOperation

__all__ = ["Algorithms", "KeyReference", "Layout", "Order", "Profile"]

KeyReference: TypeAlias = Literal[
    "direct", "issuer-serial", "ski", "thumbprint", "embedded", "path"
]
"""How a signature refers to its certificate (X.509 Token Profile 1.1, sections 3.1 and 3.2): by a
BinarySecurityToken in the message, by its issuer's name and its number, by the identifier of its key, by
the SHA-1 of all of it, by all of it, or by a BinarySecurityToken that has those of its authorities too."""
Layout: TypeAlias = Literal["strict", "lax", "timestamp-first", "timestamp-last"]
"""The order in the Security block (WS-SecurityPolicy 1.3, section 6.7)."""

Order: TypeAlias = Literal["sign-encrypt", "encrypt-sign"]
"""Whether the plaintext is signed, or the ciphertext (WS-SecurityPolicy 1.3, section 6.3)."""

_CONFIRMATIONS: Final = ("", "bearer", "holder-of-key", "sender-vouches")
_ORDERS: Final = ("sign-encrypt", "encrypt-sign")
_REFERENCES: Final = ("direct", "issuer-serial", "ski", "thumbprint", "embedded")
_LAYOUTS: Final = ("strict", "lax", "timestamp-first", "timestamp-last")
_WORDS: Final = (
    *("Body", "Timestamp", "Addressing", "UsernameToken"),
    *("BinarySecurityToken", "Headers", "Attachments", "CompleteAttachments"),
    "Assertion",
)
_ATTACHMENTS: Final = ("Attachments", "CompleteAttachments")
_ENCRYPTED_WORDS: Final = (
    *("Body", "Signature", "UsernameToken", "Assertion"),
    *_ATTACHMENTS,
)


class Engine(Protocol):
    """The keys that a profile is used with."""

    def client_with(self, profile: Profile, endpoint: str) -> ClientSecurity:
        """The message security of a client."""
        ...

    def service_with(self, profile: Profile) -> ServiceSecurity:
        """The message security of a service."""
        ...


@dataclass(frozen=True, slots=True)
class Algorithms:
    """The algorithms of what is sent, and those that are accepted besides the default ones.

    Args:
        signature: "rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384",
            "hmac-sha256", "hmac-sha384", "hmac-sha512", or by name "rsa-sha1" or "hmac-sha1"; "" for SHA-256 with the kind of the key.
        digest: "sha256", "sha384", "sha512", or by name "sha1".
        accept: weak ones that what comes may use: "rsa-sha1", "hmac-sha1", "sha1", "rsa-1024" (RSA keys
            of 1,024 bits and more instead of 2,048), "aes192-gcm", "aes128-cbc", "aes192-cbc",
            "aes256-cbc" (of CBC only what the sender's signature covers as ciphertext), "rsa-1_5"; and "c14n",
            Canonical XML 1.0 beside the exclusive form.
        data: of encryption, "aes128-gcm", "aes192-gcm", "aes256-gcm", or the same with CBC,
            "aes256-cbc".
        transport: of the key that data is encrypted with: "rsa-oaep-mgf1p" (SHA-1), "rsa-oaep"
            (SHA-256), or "rsa-1_5".
    """

    signature: str = ""
    digest: str = "sha256"
    accept: Sequence[str] = ()
    data: str = "aes256-gcm"
    transport: str = "rsa-oaep-mgf1p"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The message security of what is sent, and what is demanded of what comes.

    A part that is signed is "Body", "Timestamp", "Addressing" (all header blocks of WS-Addressing), "Headers"
    (all header blocks that are for the receiver), "UsernameToken", "BinarySecurityToken", "Attachments" (the
    contents of those that the envelope does not include), "CompleteAttachments" (with their MIME headers), "Assertion" (of
    SAML; one that the sender vouches for always is), or a header block by its name in Clark's notation, `{urn:shop}Order`, or all of a namespace, `{urn:shop}*`. Body and
    Timestamp must be there, the others are signed where they are.
    A part that is encrypted is "Body" (its content), "Signature" (with SignatureConfirmations),
    "UsernameToken", "Assertion" (of SAML), "Attachments", "CompleteAttachments", or a header block, named likewise; they
    are encrypted where they are. Attachments are encrypted after they are signed, in memory; so is an assertion.

    Args:
        sign: the parts that are signed; none for messages that are not signed.
        expect: the parts that must be signed in what comes; `None` for the same as `sign`.
        require: header blocks, and "UsernameToken", without which nothing is sent.
        expect_required: those that must be in what comes.
        encrypt: the parts that are encrypted. A client does it for the certificate `recipient` of its
            keys, or the only one that it trusts, a service for that which signed the request.
        expect_encrypted: the parts that must be encrypted in what comes; `None` for the same as `encrypt`.
        order: whether what is signed is encrypted, or the reverse.
        symmetric: whether messages are signed by an HMAC of a key that the client encrypts for the
            service (WS-SecurityPolicy 1.3, section 7.4), instead of by certificates. The keys of a
            client then need no key of their own.
        derived_keys: with `symmetric`, whether messages are signed and encrypted by keys that are
            derived from it, and which version of WS-SecureConversation says so: "1.3", "2005"; "" for none.
        endorse: with `symmetric`, whether the client's key signs the signature.
        confirm: whether a reply confirms the request's signatures (WS-Security 1.1, section 8.5), and
            must.
        saml: how the SAML assertion of a request is confirmed: "bearer", "holder-of-key" (its key signs the
            message), "sender-vouches" (the message's signature is of it too); "" for none.
        encryption_reference: how an encrypted key refers to the recipient's certificate.
        tokens: layers that add further tokens, as `UsernameToken`.
        reference: how the signature refers to the certificate.
        algorithms: see there.
        layout: the order in the Security block.
        timestamp: whether a Timestamp is sent, and demanded.
        lifetime: seconds between Created and Expires of what is sent, and at most of what comes.
        skew: seconds that the peer's clock may differ.
        actor: of the Security block, "" for the ultimate receiver.
        must_understand: whether the peer must refuse what it cannot check.
        unsigned_replies: whether replies without a Security block are accepted.
        https: whether the endpoint must be one of TLS.
        keys: those that it is used with.

    Raises:
        ValueError: a part, reference or layout is unknown, or a time is not positive.
    """

    sign: Sequence[str] = ("Body", "Timestamp", "Addressing", "Attachments")
    expect: Sequence[str] | None = None
    require: Sequence[str] = ()
    expect_required: Sequence[str] = ()
    encrypt: Sequence[str] = ()
    expect_encrypted: Sequence[str] | None = None
    order: Order = "sign-encrypt"
    symmetric: bool = False
    derived_keys: Literal["", "1.3", "2005"] = ""
    endorse: bool = False
    confirm: bool = False
    saml: Literal["", "bearer", "holder-of-key", "sender-vouches"] = ""
    encryption_reference: KeyReference = "issuer-serial"
    tokens: Sequence[Layer] = ()
    reference: KeyReference = "direct"
    algorithms: Algorithms = Algorithms()
    layout: Layout = "strict"
    timestamp: bool = True
    lifetime: float = 300.0
    skew: float = 300.0
    actor: str = ""
    must_understand: bool = True
    unsigned_replies: bool = False
    https: bool = False
    keys: Engine | None = None

    def __post_init__(self) -> None:
        required = (*self.require, *self.expect_required)
        for part in (*self.sign, *self.expected, *required):
            _check_part(part, _WORDS)
        for part in (*self.encrypt, *self.expected_encrypted):
            _check_part(part, _ENCRYPTED_WORDS)
        for name, known in (
            ("reference", (*_REFERENCES, "path")),
            ("encryption_reference", _REFERENCES),
        ):
            if getattr(self, name) not in known:
                given = getattr(self, name)
                raise ValueError(f"{name}={given!r}: {known} are known")
        if self.layout not in _LAYOUTS:
            raise ValueError(f"layout={self.layout!r}: {_LAYOUTS} are known")
        if self.order not in _ORDERS:
            raise ValueError(f"order={self.order!r}: {_ORDERS} are known")
        if self.order != "sign-encrypt" and set(_ATTACHMENTS) & set(self.encrypt):
            raise ValueError("attachments are encrypted with order='sign-encrypt'")
        if self.saml not in _CONFIRMATIONS:
            raise ValueError(f"saml={self.saml!r}: {_CONFIRMATIONS} are known")
        if self.is_confirmed and not (self.sign or self.expected):
            raise ValueError(f"saml={self.saml!r} is confirmed by a signature")
        if (self.endorse or self.derived_keys) and not self.symmetric:
            raise ValueError("endorse and derived_keys are with symmetric=True")
        if self.derived_keys not in ("", "1.3", "2005"):
            raise ValueError(f"derived_keys={self.derived_keys!r}: '1.3' or '2005'")
        if self.lifetime <= 0 or self.skew < 0:
            raise ValueError("lifetime and skew are seconds, and positive")

    @property
    def is_confirmed(self) -> bool:
        """Whether a signature confirms the assertion."""
        return self.saml in ("holder-of-key", "sender-vouches")

    @property
    def signs_assertion(self) -> bool:
        """Whether the message's signature covers the assertion."""
        return self.saml == "sender-vouches" or "Assertion" in self.sign

    @property
    def expected(self) -> tuple[str, ...]:
        """The parts that must be signed in what comes."""
        return tuple(self.sign if self.expect is None else self.expect)

    @property
    def expected_encrypted(self) -> tuple[str, ...]:
        """The parts that must be encrypted in what comes."""
        given = self.expect_encrypted
        return tuple(self.encrypt if given is None else given)

    def for_client(self, demanded: object, endpoint: str) -> ClientSecurity:
        """The message security of a client; the profile that the user gives is the one that holds.

        Raises:
            TypeError: it has no keys.
        """
        return self._engine().client_with(self, endpoint)

    def for_service(self, demanded: object) -> ServiceDemands:
        """The message security of a service, as of a client.

        Raises:
            TypeError: it has no keys.
        """
        return ServiceByOperation(self._engine().service_with(self), {})

    def with_keys(self, keys: Engine) -> Profile:
        """The same with these keys."""
        return replace(self, keys=keys)

    def _engine(self) -> Engine:
        if self.keys is None:
            raise TypeError("the profile has no keys: give it keys=Keys(…)")
        return self.keys


def _check_part(part: str, words: Sequence[str]) -> None:
    """Refuse a part that is neither one of these nor the name of a header block.

    Raises:
        ValueError: it is so.
    """
    namespace, brace, local = part.partition("}")
    named = bool(brace) and namespace[:1] == "{" and bool(local)
    if part not in words and not named:
        raise ValueError(f"{part!r} is no part of a message")
