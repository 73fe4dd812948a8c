"""Checks a SAML assertion of a request: who issued it, when and for whom it is good, and whose key confirms it.

SAML 2.0 Core, sections 2.4, 2.5 and 5.4; SAML 1.1 Core, sections 2.3, 2.4 and 5.4. The signature that counts is the
assertion's own child, of this very element and of nothing else.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from cryptography import x509

from ..errors.errors import SecurityError
from .algorithms import Accepted, check_signature, decoded, digest
from .assertions import id_of
from .canonical import canonical, prefix_list
from .certificates import certificate_from
from .material import Material
from .names import ENVELOPED, EXCLUSIVE, SAML11, SAML20, ds
from .parts import INFO_AT_MOST, Ids, check_size, only
from .profile import Profile

_METHODS: Final = {
    f"urn:oasis:names:tc:SAML:{version}:cm:{name}": name
    for version in ("1.0", "2.0")
    for name in ("bearer", "holder-of-key", "sender-vouches")
}
_CERTIFICATES_AT_MOST: Final = 8
_ELEMENTS_AT_MOST: Final = 10_000
_STATEMENTS: Final = (
    "AuthenticationStatement",
    "AttributeStatement",
    "AuthorizationDecisionStatement",
)


@dataclass(frozen=True, slots=True)
class Asserted:
    """An assertion that a trusted issuer made, and that is good for this service now."""

    element: Any  # Any: lxml ships no types
    subject: str
    """The name of its subject."""
    holder: x509.Certificate | None
    """The certificate whose key must have signed the message; `None` where any may."""
    until: datetime
    """The end of its time."""
    once: bool
    """Whether it may be used once only."""


def asserted(
    assertion: Any,  # Any: lxml ships no types
    profile: Profile,
    material: Material,
    accepts: Accepted,
    ids: Ids,
) -> Asserted:
    """The meaning of an assertion, once all that can be checked without its message is right.

    Args:
        assertion: the element.
        profile: has the confirmation that is demanded, and the skew.
        material: whom one trusts as an issuer, and the names of the service.
        accepts: the algorithms that may be used.
        ids: of the tree that it is in.

    Raises:
        SecurityError: something is not.
    """
    return _Checking(assertion, profile, material, accepts, ids).result()


class _Checking:
    """The check of one assertion."""

    def __init__(
        self,
        assertion: Any,  # Any: lxml ships no types
        profile: Profile,
        material: Material,
        accepts: Accepted,
        ids: Ids,
    ) -> None:
        self._assertion = assertion
        self._saml = SAML20 if assertion.tag == f"{{{SAML20}}}Assertion" else SAML11
        self._profile = profile
        self._material = material
        self._accepts = accepts
        self._ids = ids
        self._skew = timedelta(seconds=profile.skew)
        self._now = material.now()
        self._until: datetime | None = None

    def result(self) -> Asserted:
        self._check_signature()
        once = self._check_conditions()
        subjects = self._subjects()
        names = {self._name(subject) for subject in subjects}
        holders = [self._confirmed(subject) for subject in subjects]
        if len(names) != 1 or any(holder != holders[0] for holder in holders):
            raise SecurityError("the assertion has several subjects")
        if self._until is None:
            raise SecurityError("the assertion has no end of its time")
        return Asserted(self._assertion, names.pop(), holders[0], self._until, once)

    # ---------------------------------------------------------------------- the issuer

    def _check_signature(self) -> None:
        """Refuse an assertion that no trusted issuer signed as a whole."""
        check_size(self._assertion, _ELEMENTS_AT_MOST)
        signature = only(self._assertion, ds("Signature"))
        info = only(signature, ds("SignedInfo"))
        check_size(info, INFO_AT_MOST)
        method = only(info, ds("SignatureMethod"))
        algorithm = self._accepts.signatures.get(method.get("Algorithm") or "", "hmac")
        if algorithm.startswith("hmac") or len(method):
            raise SecurityError("the algorithm of the assertion's signature is refused")
        canonicalization = only(info, ds("CanonicalizationMethod"))
        if canonicalization.get("Algorithm") != EXCLUSIVE or len(info) != 3:
            raise SecurityError("the assertion's SignedInfo is not accepted")
        self._check_reference(only(info, ds("Reference")), signature)
        value = decoded(only(signature, ds("SignatureValue")).text)
        data = canonical(info, prefix_list(canonicalization))
        issuer, others = self._issuer(signature)
        key = issuer.public_key()
        check_signature(key, algorithm, value, data, self._accepts.rsa_bits)
        self._material.issuers.check(issuer, others, self._now)

    def _check_reference(
        self, reference: Any, signature: Any
    ) -> None:  # Any: lxml ships no types
        """Refuse a Reference to another element than the assertion, or a wrong digest."""
        assertion, name = self._assertion, id_of(self._assertion)
        if (
            reference.get("URI") != f"#{name}"
            or self._ids.element(name) is not assertion
        ):
            raise SecurityError("the assertion's signature is of something else")
        transforms = only(reference, ds("Transforms")).findall(ds("Transform"))
        algorithms = [one.get("Algorithm") for one in transforms]
        if algorithms != [ENVELOPED, EXCLUSIVE] or len(transforms[0]):
            raise SecurityError("a transform of the assertion's signature is refused")
        method = only(reference, ds("DigestMethod")).get("Algorithm") or ""
        hashing = self._accepts.digests.get(method)
        if hashing is None:
            raise SecurityError("the digest of the assertion is not accepted")
        prefixes = prefix_list(transforms[1])
        data = canonical(assertion, prefixes, without=signature)
        wanted = decoded(only(reference, ds("DigestValue")).text)
        if not hmac.compare_digest(digest(hashing, data), wanted):
            raise SecurityError("the assertion was changed")

    def _issuer(
        self, signature: Any
    ) -> tuple[x509.Certificate, Sequence[x509.Certificate]]:
        """The certificate of the issuer's signature, a claim, and those that came with it."""
        found = signature.findall(
            f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
        )
        if len(found) > _CERTIFICATES_AT_MOST:
            raise SecurityError(f"an assertion with {len(found)} certificates")
        if found:
            issuer, *others = [certificate_from(decoded(one.text)) for one in found]
            return issuer, others
        pinned = self._material.issuers.pinned
        if len(pinned) != 1:
            raise SecurityError("the assertion's signature has no certificate")
        return pinned[0], ()

    # -------------------------------------------------------------------- the conditions

    def _check_conditions(self) -> bool:
        """Refuse an assertion that is not good now, or for this service; whether it is good once only."""
        conditions = self._assertion.findall(self._named("Conditions"))
        if len(conditions) > 1:
            raise SecurityError("the assertion has several Conditions")
        once = False
        for condition in conditions:
            self._check_time(condition)
            for child in condition:
                local = child.tag.rpartition("}")[2]
                if local in ("AudienceRestriction", "AudienceRestrictionCondition"):
                    self._check_audience(child)
                elif local in ("OneTimeUse", "DoNotCacheCondition"):
                    once = True
                elif local != "ProxyRestriction" or self._saml != SAML20:
                    raise SecurityError("a condition of the assertion is not known")
        return once

    def _check_time(self, e: Any) -> None:  # Any: lxml ships no types
        start, end = e.get("NotBefore"), e.get("NotOnOrAfter")
        if start is not None and _instant(start) > self._now + self._skew:
            raise SecurityError("the assertion's time has not come")
        if end is not None:
            until = _instant(end)
            if until <= self._now - self._skew:
                raise SecurityError("the assertion's time is over")
            self._until = until if self._until is None else min(until, self._until)

    def _check_audience(self, restriction: Any) -> None:  # Any: lxml ships no types
        named = {_text(e) for e in restriction.findall(self._named("Audience"))}
        if not named & set(self._material.audience):
            raise SecurityError("the assertion is for another audience")

    # ----------------------------------------------------------------------- the subject

    def _subjects(self) -> list[Any]:  # Any: lxml ships no types
        """The Subject; in SAML 1.1 that of each statement."""
        if self._saml == SAML20:
            return [only(self._assertion, self._named("Subject"))]
        names = [self._named(one) for one in _STATEMENTS]
        found = [e for e in self._assertion if e.tag in names]
        if not found:
            raise SecurityError("the assertion has no statement")
        return [only(e, self._named("Subject")) for e in found]

    def _name(self, subject: Any) -> str:  # Any: lxml ships no types
        name = "NameID" if self._saml == SAML20 else "NameIdentifier"
        return _text(only(subject, self._named(name)))

    def _confirmed(self, subject: Any) -> x509.Certificate | None:
        """The certificate of a confirmation by the method that is demanded, `None` where it has none."""
        for e in subject.findall(self._named("SubjectConfirmation")):
            data = e.find(self._named("SubjectConfirmationData"))
            if self._method(e) != self._profile.saml:
                continue
            if data is not None and self._saml == SAML20:
                self._check_time(data)
                to = data.get("Recipient")
                if to is not None and to not in self._material.audience:
                    raise SecurityError("the assertion is for another recipient")
            if self._profile.saml != "holder-of-key":
                return None
            return _holder(e if self._saml == SAML11 or data is None else data)
        raise SecurityError("the assertion is not confirmed as is demanded")

    def _method(self, e: Any) -> str:  # Any: lxml ships no types
        if self._saml == SAML20:
            return _METHODS.get(e.get("Method") or "", "")
        methods = e.findall(self._named("ConfirmationMethod"))
        given = [_METHODS.get(_text(one), "") for one in methods]
        return self._profile.saml if self._profile.saml in given else ""

    def _named(self, local: str) -> str:
        return f"{{{self._saml}}}{local}"


def _holder(e: Any) -> x509.Certificate:  # Any: lxml ships no types
    """The certificate of a holder-of-key confirmation."""
    data = only(only(e, ds("KeyInfo")), ds("X509Data"))
    return certificate_from(decoded(only(data, ds("X509Certificate")).text))


def _text(e: Any) -> str:  # Any: lxml ships no types
    """All of an element's text: a comment in it was never part of a name."""
    if len(e):
        raise SecurityError("a text of the assertion is none")
    return (e.text or "").strip()


def _instant(value: str) -> datetime:
    try:
        when = datetime.fromisoformat(value.strip())
        utc = when if when.tzinfo is not None else when.replace(tzinfo=timezone.utc)
        return utc.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise SecurityError("a time of the assertion is none") from None
