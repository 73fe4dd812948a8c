"""Whose signatures are trusted: pinned certificates, and chains to authorities (RFC 5280, section 6).

The certificate in a message is only a claim: it counts once it is found here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from ..errors.errors import SecurityError

CertificateSource: TypeAlias = str | os.PathLike[str] | bytes | x509.Certificate
"""A file of PEM, PEM or DER as bytes, or a certificate of `cryptography`."""
Certificates: TypeAlias = Sequence[CertificateSource]
SubjectRule: TypeAlias = str | Callable[[x509.Certificate], bool]
"""A subject as RFC 4514 writes it, `CN=service,O=Bank,C=CZ`, or a function of the certificate."""

_CHAIN_AT_MOST: Final = 8


class Trust:
    """The certificates that are trusted.

    Args:
        given: an authority's is trusted with all that it issued, any other one by itself.
        subject: the certificates of authorities' must have it too.

    Raises:
        ValueError: one is none, or the subject is no name.
        OSError: a file cannot be read.
    """

    def __init__(self, given: Certificates, subject: SubjectRule | None = None) -> None:
        found = [one for each in given for one in certificates_of(each)]
        self.authorities = [one for one in found if _is_authority(one)]
        self.pinned = [one for one in found if not _is_authority(one)]
        self._subject: x509.Name | Callable[[x509.Certificate], bool] | None
        if isinstance(subject, str):  # read now: a mistake in it is no message's
            self._subject = x509.Name.from_rfc4514_string(subject)
        else:
            self._subject = subject

    def check(
        self,
        certificate: x509.Certificate,
        others: Sequence[x509.Certificate],
        now: datetime,
    ) -> None:
        """Refuse the certificate of a signature that is not trusted.

        Args:
            certificate: the signer's.
            others: those of authorities between it and one that is trusted.
            now: with a zone.

        Raises:
            SecurityError: it is not trusted, not valid now, or not for signatures.
        """
        now = now.astimezone(timezone.utc)
        if (
            not certificate.not_valid_before_utc
            <= now
            <= certificate.not_valid_after_utc
        ):
            raise SecurityError("the signer's certificate is not valid now")
        if not _may_sign(certificate):
            raise SecurityError("the signer's certificate is not for signatures")
        if certificate in self.pinned:
            return
        if not self.authorities or len(others) > _CHAIN_AT_MOST:
            raise SecurityError("signed by nobody who is trusted")
        self._check_chain(certificate, others, now)
        if not self._has_subject(certificate):
            raise SecurityError("the signer's certificate has another subject")

    def _check_chain(
        self,
        certificate: x509.Certificate,
        others: Sequence[x509.Certificate],
        now: datetime,
    ) -> None:
        builder = PolicyBuilder().store(Store(self.authorities)).time(now)
        builder = builder.max_chain_depth(_CHAIN_AT_MOST).extension_policies(
            ca_policy=_OF_AUTHORITIES, ee_policy=ExtensionPolicy.permit_all()
        )
        try:
            builder.build_client_verifier().verify(certificate, list(others))
        except (VerificationError, ValueError) as error:
            raise SecurityError("signed by nobody who is trusted") from error

    def _has_subject(self, certificate: x509.Certificate) -> bool:
        rule = self._subject
        if rule is None:
            return True
        if callable(rule):
            return rule(certificate)
        return certificate.subject == rule


def certificates_of(given: CertificateSource) -> list[x509.Certificate]:
    """The certificates of a file, or of its content.

    Raises:
        ValueError: there is none.
        OSError: the file cannot be read.
    """
    if isinstance(given, x509.Certificate):
        return [given]
    data = given if isinstance(given, bytes) else Path(given).read_bytes()
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        name = "what is given" if isinstance(given, bytes) else os.fspath(given)
        raise ValueError(f"{name} is no certificate in PEM or DER") from error


def der(certificate: x509.Certificate) -> bytes:
    """A certificate in DER."""
    return certificate.public_bytes(Encoding.DER)


def thumbprint(certificate: x509.Certificate) -> bytes:
    """The SHA-1 of a certificate, by which WS-Security 1.1 refers to it (section 7.3)."""
    return certificate.fingerprint(SHA1())


def fingerprint(certificate: x509.Certificate) -> bytes:
    """The SHA-256 of a certificate, by which people compare two."""
    return certificate.fingerprint(SHA256())


def key_identifier(certificate: x509.Certificate) -> bytes | None:
    """A certificate's SubjectKeyIdentifier, None where it has none."""
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectKeyIdentifier
        )
    except (x509.ExtensionNotFound, ValueError):
        return None
    return found.value.digest


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return found.value.ca


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return usage.digital_signature or usage.content_commitment


def _check_authority(
    policy: Policy, certificate: x509.Certificate, found: x509.BasicConstraints
) -> None:
    if not found.ca:
        raise ValueError("the certificate is not an authority's")


def _check_usage(
    policy: Policy, certificate: x509.Certificate, found: x509.KeyUsage | None
) -> None:
    if found is not None and not found.key_cert_sign:
        raise ValueError("the authority's certificate is not for certificates")


_OF_AUTHORITIES: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _check_authority)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _check_usage)
)
