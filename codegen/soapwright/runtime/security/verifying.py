"""Verifies the signature of a message: which elements of this very tree it covers, and who made it.

Whoever decodes the tree asks by identity whether an element is covered, never by its name or id. Elements
that matter are found by their places: children of the Envelope, of its Header, of the Security block.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..errors.errors import SecurityError
from ..http.message import Attachment
from .algorithms import (
    Accepted,
    check_hmac,
    check_signature,
    decoded,
    digest,
    identity_of,
)
from .attached import COMPLETE, CONTENT, attachment_of, digest_of
from .assertion_checks import Asserted
from .assertions import ASSERTIONS, referred
from .canonical import (
    canonical,
    inclusive,
    prefix_list,
    prefixes_around,
    with_default,
)
from .certificates import Found, certificate_in, certificate_of
from .contained import check_contained
from .material import Material
from .names import (
    ENCRYPTED_HEADER,
    EXCLUSIVE,
    INCLUSIVE,
    REFERENCE,
    SECURITY,
    STR_TRANSFORM,
    ds,
    wsse,
)
from .parts import INFO_AT_MOST, Ids, Parts, check_size, only
from .references import as_token
from .session_keys import SessionKeys

_REFERENCES_AT_MOST: Final = 32
_PARAMETERS: Final = wsse("TransformationParameters")


@dataclass(slots=True)
class Verified:
    """The elements that a signature covers, and who made it."""

    parts: Parts
    covered: list[Any] = field(default_factory=list)  # Any: lxml ships no types
    """Elements of the tree that was given, themselves."""
    prefixes: list[Sequence[str]] = field(default_factory=list)
    """The PrefixLists of the canonicalisations of what it covers."""
    attachments: dict[str, bool] = field(default_factory=dict)
    """The Content-IDs of attachments that it covers, and whether with their MIME headers."""
    signer: Found | None = None
    """The certificate, `None` of an HMAC."""
    reference: Any = None
    """The SecurityTokenReference to the signer's certificate; `None` of an HMAC."""
    secret: bytes | None = field(default=None, repr=False)
    """The key of an HMAC."""
    algorithm: str = ""
    value: bytes = b""
    """The signature's."""

    @property
    def identity(self) -> bytes:
        """The octets by which a replayed message is known."""
        return identity_of(self.algorithm, self.value)

    def covers(self, e: Any) -> bool:  # Any: lxml ships no types
        """Whether an element is covered, this one and no other."""
        return any(e is one for one in self.covered)


def verified(parts: Parts, material: Material, accepts: Accepted) -> Verified:
    """The elements that the message's only signature covers.

    Raises:
        SecurityError: there is none, it is wrong, or nobody who is trusted made it.
    """
    return Verifying(parts, material, accepts).result()


class Verifying:
    """The verification of one message: as a whole by `result`, and its steps, for those who explain it.

    Args:
        parts: of the message.
        material: whose signatures are trusted, and the time.
        accepts: the algorithms that may be used.
        keys: those of a symmetric binding; without them HMACs are of a secret that both sides know.
        attachments: of the message.
        assertion: a SAML assertion that was verified, which signatures may refer to.

    Raises:
        SecurityError: an id is in the message twice.
    """

    def __init__(
        self,
        parts: Parts,
        material: Material,
        accepts: Accepted,
        keys: SessionKeys | None = None,
        attachments: Sequence[Attachment] = (),
        assertion: Asserted | None = None,
    ) -> None:
        self._assertion = assertion
        self._keys = keys
        self._attachments = attachments
        self._parts = parts
        self._material = material
        self._accepts = accepts
        self._ids = Ids(parts.root)
        trust = material.trust
        own = [] if material.certificate is None else [material.certificate]
        self._known = (*trust.pinned, *trust.authorities, *own, *material.chain)

    def result(self, signature: Any = None) -> Verified:  # Any: lxml ships no types
        """The elements that a signature covers.

        Args:
            signature: one of several; `None` for the only one.

        Raises:
            SecurityError: as each step does.
        """
        if signature is None:
            signature = self.signature()
        info = only(signature, ds("SignedInfo"))
        found = Verified(self._parts)
        found.value = decoded(only(signature, ds("SignatureValue")).text)
        found.algorithm = self.algorithm(info)
        found.signer = self.signer(signature, found.algorithm)
        if found.signer is None:
            found.secret = self.secret(signature)
        else:
            # the only one, as `signer` has seen
            found.reference = signature.find(f"{ds('KeyInfo')}/{REFERENCE}")
        self.check_value(info, found)
        self.check_trust(found)
        for reference in self.references(info):
            if (reference.get("URI") or "").lower().startswith("cid:"):
                attachment, complete = self.attachment(reference)
                found.attachments[attachment.content_id] = complete
            else:
                covered = self.covered(reference)
                found.covered.append(covered)
                found.prefixes.append(_prefixes_in(reference, covered))
        return found

    # -------------------------------------------------------------------- the signature

    def signature(self) -> Any:  # Any: lxml ships no types
        """The only signature in the Security block.

        Raises:
            SecurityError: there is none, or more than one.
        """
        security = self._parts.security
        if security is None:
            raise SecurityError("there is no Security block")
        return only(security, ds("Signature"))

    def algorithm(self, info: Any) -> str:  # Any: lxml ships no types
        """The name of the algorithm of a SignedInfo.

        Raises:
            SecurityError: it is not accepted.
        """
        method = only(info, ds("SignatureMethod"))
        algorithm = self._accepts.signatures.get(method.get("Algorithm") or "")
        if algorithm is None or len(method):
            raise SecurityError("the signature's algorithm is not accepted")
        return algorithm

    def signer(
        self, signature: Any, algorithm: str
    ) -> Found | None:  # Any: lxml ships no types
        """The certificate that a signature refers to, `None` of an HMAC. It is a claim until its trust is checked.

        Raises:
            SecurityError: there is none, or an HMAC is not accepted.
        """
        if algorithm.startswith("hmac"):
            return None
        info, known = only(signature, ds("KeyInfo")), self._assertion
        if known is not None and info.find(REFERENCE) is not None:
            if referred(only(info, REFERENCE), [known.element]) is not None:
                if known.holder is None:
                    raise SecurityError("the assertion has no key that signs")
                return Found(known.holder, (), known.element)
        return certificate_in(
            info, self._parts.security, self._ids.element, self._known
        )

    def secret(self, signature: Any) -> bytes:  # Any: lxml ships no types
        """The key of a signature that is an HMAC.

        Raises:
            SecurityError: an HMAC is not accepted, or not with this key.
        """
        if self._keys is not None:
            reference = only(only(signature, ds("KeyInfo")), REFERENCE)
            return self._keys.of_signature(reference, self._parts.security, self._ids)
        if self._material.secret is None:
            raise SecurityError("an HMAC is not accepted without a secret")
        return self._material.secret

    def check_value(self, info: Any, found: Verified) -> None:  # Any: lxml
        """Refuse a signature that the key did not make of this SignedInfo.

        Raises:
            SecurityError: it is wrong or too large, or its canonicalisation is not accepted.
        """
        check_size(info, INFO_AT_MOST)
        data = self._form(info, only(info, ds("CanonicalizationMethod")))
        if data is None:
            raise SecurityError("the canonicalisation of SignedInfo is not accepted")
        if found.signer is None:
            if found.secret is None:
                raise SecurityError("an HMAC is not accepted without a secret")
            check_hmac(found.secret, found.algorithm, found.value, data)
            return
        key = found.signer.certificate.public_key()
        check_signature(key, found.algorithm, found.value, data, self._accepts.rsa_bits)

    def check_trust(self, found: Verified) -> None:
        """Refuse a signer whom nobody trusts; a secret is trusted, and whom a trusted assertion names.

        Raises:
            SecurityError: as `Trust.check`.
        """
        holder = None if self._assertion is None else self._assertion.holder
        if found.signer is not None and found.signer.certificate != holder:
            others = (*found.signer.others, *self._material.chain)
            now = self._material.now()
            self._material.trust.check(found.signer.certificate, others, now)

    # ------------------------------------------------------------------------ references

    def references(self, info: Any) -> Sequence[Any]:  # Any: lxml ships no types
        """The References of a SignedInfo.

        Raises:
            SecurityError: there is none, there are many, or SignedInfo has another child.
        """
        references: list[Any] = info.findall(ds("Reference"))
        if not 0 < len(references) <= _REFERENCES_AT_MOST:
            raise SecurityError(f"a signature with {len(references)} references")
        if len(info) != len(references) + 2:
            raise SecurityError("SignedInfo has an unknown child")
        return references

    def covered(self, reference: Any) -> Any:  # Any: lxml ships no types
        """The element that a Reference covers, once its digest is right.

        Raises:
            SecurityError: it is not, the element is where nobody looks for it, or its meaning is not covered.
        """
        name = self.hashing(reference)
        covered, data = self.digested(reference)
        wanted = decoded(only(reference, ds("DigestValue")).text)
        if not hmac.compare_digest(digest(name, data), wanted):
            local = str(covered.tag).rpartition("}")[2]
            raise SecurityError(f"the digest of {local} is wrong: it was changed")
        self._check_place(covered)
        check_contained(covered, data)
        return covered

    def attachment(
        self, reference: Any
    ) -> tuple[Attachment, bool]:  # Any: lxml ships no types
        """The attachment that a Reference covers, once its digest is right, and whether with its headers.

        Raises:
            SecurityError: it is not, or there is none.
        """
        found = attachment_of(reference.get("URI"), self._attachments)
        if found is None:
            raise SecurityError("a Reference is to no attachment of the message")
        transform = only(only(reference, ds("Transforms")), ds("Transform"))
        algorithm = transform.get("Algorithm")
        if algorithm not in (CONTENT, COMPLETE) or len(transform):
            raise SecurityError("a transform is not accepted")
        complete = algorithm == COMPLETE
        value = self._digest_of(found, self.hashing(reference), complete=complete)
        wanted = decoded(only(reference, ds("DigestValue")).text)
        if not hmac.compare_digest(value, wanted):
            raise SecurityError("the digest of an attachment is wrong: it was changed")
        return found, complete

    def _digest_of(self, found: Attachment, name: str, *, complete: bool) -> bytes:
        try:
            return digest_of(found, name, complete=complete)
        except (OSError, ValueError) as error:
            raise SecurityError("an attachment cannot be read") from error

    def hashing(self, reference: Any) -> str:  # Any: lxml ships no types
        """The name of a Reference's digest.

        Raises:
            SecurityError: it is not accepted.
        """
        algorithm = only(reference, ds("DigestMethod")).get("Algorithm") or ""
        name = self._accepts.digests.get(algorithm)
        if name is None:
            raise SecurityError("a digest's algorithm is not accepted")
        return name

    def target(self, reference: Any) -> Any:  # Any: lxml ships no types
        """The element that a Reference names by its id.

        Raises:
            SecurityError: there is none, or several have it.
        """
        target = self._ids.target(reference.get("URI"))
        if target is None:
            raise SecurityError("a Reference is to nothing in the message")
        return target

    def digested(self, reference: Any) -> tuple[Any, bytes]:  # Any: lxml ships no types
        """The element that a Reference covers, and the bytes that its digest is of.

        Raises:
            SecurityError: it is to nothing, or a transform is not accepted.
        """
        target = self.target(reference)
        if self._accepts.inclusive and reference.find(ds("Transforms")) is None:
            return target, inclusive(target)  # XML Signature 1.1, section 4.4.3.2
        transform = only(only(reference, ds("Transforms")), ds("Transform"))
        data = self._form(target, transform)
        if data is not None:
            return target, data
        if transform.get("Algorithm") == STR_TRANSFORM and target.tag == REFERENCE:
            return self._token_of(target, transform)
        raise SecurityError("a transform is not accepted")

    def _form(self, e: Any, method: Any) -> bytes | None:  # Any: lxml ships no types
        """The canonical form of an element by a method; `None` where that is not accepted."""
        algorithm = method.get("Algorithm")
        if algorithm == EXCLUSIVE:
            return canonical(e, prefix_list(method))
        if algorithm == INCLUSIVE and self._accepts.inclusive and not len(method):
            return inclusive(e)
        return None

    def _token_of(
        self, reference: Any, transform: Any
    ) -> tuple[Any, bytes]:  # Any: lxml ships no types
        """The token that a SecurityTokenReference means (WSS 1.1.1, section 8.3)."""
        method = only(only(transform, _PARAMETERS), ds("CanonicalizationMethod"))
        if method.get("Algorithm") != EXCLUSIVE:
            raise SecurityError("a transform is not accepted")
        security = self._parts.security
        assertions = [e for e in security if e.tag in ASSERTIONS]
        assertion = referred(reference, assertions)
        if assertion is not None:
            data = canonical(assertion, prefix_list(method))
            return assertion, with_default(data)
        found = certificate_of(reference, security, self._ids.element, self._known)
        if found.token is None:
            prefixes = [p for p, u in reference.nsmap.items() if u == SECURITY and p]
            prefix = str(prefixes[0]) if prefixes else "wsse"
            return reference, as_token(found.certificate, prefix)
        return found.token, with_default(canonical(found.token, prefix_list(method)))

    def _check_place(self, e: Any) -> None:  # Any: lxml ships no types
        """Refuse an element that was signed and is at a place where nobody looks for it."""
        parts, parent = self._parts, e.getparent()
        if e is parts.body or parent is parts.header and parent is not None:
            return
        if parent is not None and parent.tag == ENCRYPTED_HEADER:
            parent = parent.getparent()
            if parent is parts.header:
                return
        while parent is not None:
            if parent is parts.security or parent is parts.body:
                if parent is parts.body or e.getparent() is parts.security:
                    return
                if e.tag == REFERENCE:
                    return
            parent = parent.getparent()
        raise SecurityError("what was signed is at another place")


def _prefixes_in(
    reference: Any, covered: Any
) -> Sequence[str]:  # Any: lxml ships no types
    """The prefixes around what a verified Reference covers that it covers too; none of a token's."""
    transform = reference.find(f"{ds('Transforms')}/{ds('Transform')}")
    if transform is None or transform.get("Algorithm") == INCLUSIVE:
        return prefixes_around(covered)
    is_exclusive = transform.get("Algorithm") == EXCLUSIVE
    return prefix_list(transform) if is_exclusive else ()
