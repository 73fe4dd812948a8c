"""The keys of message security: one's own, and whom one trusts."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import ClassVar, Final, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from ..http.message import Layer
from ..http.securing import (
    ClientSecurity,
    PortDemands,
    ServiceDemands,
    ServiceSecurity,
)
from .algorithms import BY_NAME, PrivateKey, Signer
from .assertions import Given
from .by_operation import ServiceByOperation
from .ciphers import NEVER
from .material import Material, UserCheck
from .port_profile import ClientDemands
from .profile import Algorithms, Profile
from .replays import NonceStore, Nonces
from .securing import SecuredClient, SecuredService
from .trust import (
    Certificates,
    CertificateSource,
    SubjectRule,
    Trust,
    certificates_of,
)

__all__ = ["Keys", "Signer"]

_DEFAULT: Final = Profile()


def _now() -> datetime:
    return datetime.now(timezone.utc)


class KeysOptions(TypedDict, total=False):
    """The arguments of `Keys` besides one's own key and its certificates: they are described there."""

    trust: Certificates
    subject: SubjectRule | None
    recipient: CertificateSource | None
    saml: Given | None
    issuers: Certificates
    audience: Sequence[str]
    clock: Callable[[], datetime]
    replays: NonceStore | None
    tokens: Sequence[Layer]
    users: UserCheck | None
    accept: Sequence[str]


class Keys:
    """The keys of a client or a service; with them alone, the WSDL's policy says what is done.

    Args:
        key: the private key that signs and decrypts: of `cryptography`, or any object with
            `sign(data, algorithm)`, and with `decrypt(data, algorithm)` where messages are encrypted.
        certificate: its certificate; a file of PEM, or as `cryptography` has it.
        chain: those of the authorities between it and one that the peer trusts.
        trust: certificates of the peer's, or of authorities that issue them: files of PEM, or as bytes.
        subject: the peer's certificate must have this subject, where an authority's is trusted:
            `CN=service,O=Bank,C=CZ`, or a function of the certificate.
        recipient: the service's certificate, for which a client encrypts; without it, the only one in
            `trust` that is no authority's.
        secret: of HMACs, which both sides know.
        saml: the SAML assertion that is sent, byte for byte, or a function that gives one.
        issuers: of a service: certificates of those whose assertions are trusted, as `trust` has them.
        audience: of a service: its names in assertions, as an audience or a recipient.
        clock: gives the time, with a zone.
        replays: remembers what was received, for a service of several processes.
        tokens: layers that add what the policy demands besides, `UsernameToken(…)`, in its form.
        users: checks the UsernameTokens of requests to a service, `UsernameTokens(…)`.
        accept: weak algorithms that are used and accepted where the policy demands them: "sha1",
            "rsa-sha1", and those that `Algorithms` takes.

    Raises:
        ValueError: a key has no certificate or another one's, or a certificate is none.
        TypeError: the key cannot sign.
        OSError: a file cannot be read.
    """

    default: ClassVar[Profile] = _DEFAULT
    """The profile where no policy demands one."""

    def __init__(
        self,
        key: PrivateKey | Signer | None = None,
        certificate: CertificateSource | None = None,
        *,
        chain: Sequence[x509.Certificate] = (),
        trust: Certificates = (),
        subject: SubjectRule | None = None,
        recipient: CertificateSource | None = None,
        secret: bytes | None = None,
        saml: Given | None = None,
        issuers: Certificates = (),
        audience: Sequence[str] = (),
        clock: Callable[[], datetime] = _now,
        replays: NonceStore | None = None,
        tokens: Sequence[Layer] = (),
        users: UserCheck | None = None,
        accept: Sequence[str] = (),
    ) -> None:
        found = None
        if certificate is not None:
            found, *further = certificates_of(certificate)
            chain = (*further, *chain)
        _check_pair(key, found)
        trusted = Trust(trust, subject)
        if recipient is not None:
            theirs: x509.Certificate | None = certificates_of(recipient)[0]
        else:
            theirs = trusted.pinned[0] if len(trusted.pinned) == 1 else None
        self._material = Material(
            key=key,
            certificate=found,
            chain=tuple(chain),
            trust=trusted,
            recipient=theirs,
            secret=secret,
            saml=saml,
            issuers=Trust(issuers),
            audience=(audience,) if isinstance(audience, str) else tuple(audience),
            clock=clock,
            replays=replays or Nonces(clock),
            users=users,
        )
        self._tokens = tuple(tokens)
        self._accept = tuple(accept)

    @classmethod
    def from_pkcs12(
        cls,
        file: str | os.PathLike[str] | bytes,
        password: str | bytes | None = None,
        **others: Unpack[KeysOptions],
    ) -> Keys:
        """The key and the certificates of a PKCS#12 file, `.p12` or `.pfx`.

        Args:
            file: its path, or its content.
            password: of the file.
            others: as `Keys` takes them.

        Raises:
            ValueError: it is none, the password is wrong, or it has no key.
            OSError: the file cannot be read.
        """
        data = file if isinstance(file, bytes) else Path(file).read_bytes()
        try:
            found = pkcs12.load_pkcs12(data, _octets(password))
        except ValueError as error:
            name = "" if isinstance(file, bytes) else f"{os.fspath(file)}: "
            raise ValueError(f"{name}{error}") from error
        if found.cert is None or found.key is None:
            raise ValueError("the PKCS#12 file has no private key with a certificate")
        return cls(
            _usable(found.key),
            found.cert.certificate,
            chain=[one.certificate for one in found.additional_certs],
            **others,
        )

    @classmethod
    def from_pem(
        cls,
        key: str | os.PathLike[str] | bytes,
        certificate: str | os.PathLike[str] | bytes,
        password: str | bytes | None = None,
        **others: Unpack[KeysOptions],
    ) -> Keys:
        """A key and its certificate in PEM, which may be one file.

        Args:
            key: the path of a file, or its content.
            certificate: the same; those of its authorities may follow it.
            password: of the key.
            others: as `Keys` takes them.

        Raises:
            ValueError: either is none, or the password is wrong.
            TypeError: a password is given, or is not, where the key is not, or is, encrypted.
            OSError: a file cannot be read.
        """
        data = key if isinstance(key, bytes) else Path(key).read_bytes()
        loaded = serialization.load_pem_private_key(data, _octets(password))
        return cls(
            _usable(loaded),
            certificate,
            **others,
        )

    def __repr__(self) -> str:
        certificate = self.certificate
        subject = "" if certificate is None else certificate.subject.rfc4514_string()
        return f"Keys({subject!r})"

    @property
    def certificate(self) -> x509.Certificate | None:
        """One's own, `None` where there is none."""
        return self._material.certificate

    @property
    def material(self) -> Material:
        """The keys as those that sign and verify take them."""
        return self._material

    def for_client(self, demanded: object, endpoint: str) -> ClientSecurity:
        """The message security of a client, as the policy demands it.

        Raises:
            ValueError: the endpoint is not as demanded, or a key is missing.
        """
        if isinstance(demanded, ClientDemands):
            return demanded.with_keys(self, self._tokens, self._allowed)
        return self.client_with(self._own, endpoint)

    def for_service(self, demanded: PortDemands | None) -> ServiceDemands:
        """The message security of a service, as its port's policy demands it.

        Raises:
            ValueError: a key is missing, or nothing meets what is demanded.
        """
        if demanded is None:
            return ServiceByOperation(self.service_with(self._own), {})
        return demanded.service(lambda one: self.service_with(self._allowed(one)))

    def client_with(self, profile: Profile, endpoint: str) -> ClientSecurity:
        """The same by a profile.

        Raises:
            ValueError: as `for_client`.
        """
        return SecuredClient(self._material, profile, endpoint)

    def service_with(self, profile: Profile) -> ServiceSecurity:
        """The same by a profile.

        Raises:
            ValueError: as `for_service`.
        """
        return SecuredService(self._material, profile)

    @property
    def _own(self) -> Profile:
        """The profile where no policy demands one."""
        named = self.default.algorithms
        accept = replace(named, accept=(*named.accept, *self._accept))
        return replace(self.default, tokens=self._tokens, algorithms=accept)

    def _allowed(self, profile: Profile) -> Profile:
        """A profile whose weak algorithms are replaced, unless they are allowed by name."""
        named, strong = profile.algorithms, Algorithms()
        is_curve = isinstance(self._material.key, ec.EllipticCurvePrivateKey)
        signature = "" if is_curve else self._strong(named.signature, "")
        data = strong.data
        if named.data.startswith("aes128"):
            data = "aes128-gcm"
        algorithms = Algorithms(
            signature=signature,
            digest=self._strong(named.digest, strong.digest),
            accept=self._accept,
            data=self._strong(named.data, data),
            transport=self._strong(named.transport, strong.transport),
        )
        return replace(profile, algorithms=algorithms)

    def _strong(self, name: str, instead: str) -> str:
        """An algorithm, or another where it is weak and not allowed by name."""
        known = name not in BY_NAME and name not in NEVER
        return name if known or name in self._accept else instead


def _check_pair(
    key: PrivateKey | Signer | None, certificate: x509.Certificate | None
) -> None:
    if key is None:
        return
    if not callable(getattr(key, "sign", None)):
        raise TypeError("a key has a method sign(data, algorithm)")
    if certificate is None:
        raise ValueError("a key needs its certificate")
    if isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        if key.public_key() != certificate.public_key():
            raise ValueError("the certificate is another key's")


def _usable(key: object) -> PrivateKey:
    """A key that signs.

    Raises:
        ValueError: it is of another kind.
    """
    if isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        return key
    raise ValueError("the key is neither RSA nor of an elliptic curve")


def _octets(password: str | bytes | None) -> bytes | None:
    return password.encode("utf-8") if isinstance(password, str) else password
