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
from .algorithms import (
    Accepted,
    check_hmac,
    check_signature,
    decoded,
    digest,
    encoded,
)
from .canonical import canonical
from .certificates import Found, certificate_of
from .material import Material
from .names import (
    ENCRYPTION,
    ENCRYPTION11,
    EXCLUSIVE,
    REFERENCE,
    SECURITY,
    SIGNATURE,
    STR_TRANSFORM,
    WSU_ID,
    X509V3,
    ds,
    wsse,
)
from .parts import Parts, only
from .trust import der

_REFERENCES_AT_MOST: Final = 32
_INCLUSIVE: Final = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
_PARAMETERS: Final = wsse("TransformationParameters")
_PLAIN_IDS: Final = ("Id", "ID", "AssertionID")
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
# Their schemas declare Id as an identifier; elsewhere it is an attribute like others.
_WITH_PLAIN_ID: Final = (SIGNATURE, ENCRYPTION, ENCRYPTION11)
_SAML: Final = "urn:oasis:names:tc:SAML:"


@dataclass(slots=True)
class Verified:
    """The elements that a signature covers, and who made it."""

    parts: Parts
    covered: list[Any] = field(default_factory=list)  # Any: lxml ships no types
    """Elements of the tree that was given, themselves."""
    signer: Found | None = None
    """The certificate, `None` of an HMAC."""
    algorithm: str = ""
    value: bytes = b""
    """The signature's, by which a replayed message is known."""

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

    Raises:
        SecurityError: an id is in the message twice.
    """

    def __init__(self, parts: Parts, material: Material, accepts: Accepted) -> None:
        self._parts = parts
        self._material = material
        self._accepts = accepts
        self._ids = _ids(parts.root)
        trust = material.trust
        own = [] if material.certificate is None else [material.certificate]
        self._known = (*trust.pinned, *trust.authorities, *own, *material.chain)

    def result(self) -> Verified:
        """The elements that the message's only signature covers.

        Raises:
            SecurityError: as each step does.
        """
        signature = self.signature()
        info = only(signature, ds("SignedInfo"))
        found = Verified(self._parts)
        found.value = decoded(only(signature, ds("SignatureValue")).text)
        found.algorithm = self.algorithm(info)
        found.signer = self.signer(signature, found.algorithm)
        self.check_value(info, found)
        self.check_trust(found)
        for reference in self.references(info):
            found.covered.append(self.covered(reference))
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
        key_info = only(signature, ds("KeyInfo"))
        if algorithm.startswith("hmac"):
            if self._material.secret is None:
                raise SecurityError("an HMAC is not accepted without a secret")
            return None
        return certificate_of(
            only(key_info, REFERENCE), self._parts.security, self._element, self._known
        )

    def check_value(self, info: Any, found: Verified) -> None:  # Any: lxml
        """Refuse a signature that the key did not make of this SignedInfo.

        Raises:
            SecurityError: it is wrong, or its canonicalisation is not accepted.
        """
        canonicalization = only(info, ds("CanonicalizationMethod"))
        if canonicalization.get("Algorithm") != EXCLUSIVE:
            raise SecurityError("the canonicalisation of SignedInfo is not accepted")
        data = canonical(info, _prefixes(canonicalization))
        if found.signer is None:
            secret = self._material.secret
            if secret is None:
                raise SecurityError("an HMAC is not accepted without a secret")
            check_hmac(secret, found.algorithm, found.value, data)
            return
        key = found.signer.certificate.public_key()
        check_signature(key, found.algorithm, found.value, data, self._accepts.rsa_bits)

    def check_trust(self, found: Verified) -> None:
        """Refuse a signer whom nobody trusts; a secret is trusted.

        Raises:
            SecurityError: as `Trust.check`.
        """
        if found.signer is not None:
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
            SecurityError: it is not, or the element is where nobody looks for it.
        """
        name = self.hashing(reference)
        covered, data = self.digested(reference)
        wanted = decoded(only(reference, ds("DigestValue")).text)
        if not hmac.compare_digest(digest(name, data), wanted):
            local = str(covered.tag).rpartition("}")[2]
            raise SecurityError(f"the digest of {local} is wrong: it was changed")
        self._check_place(covered)
        return covered

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
        uri = reference.get("URI") or ""
        target = self._element(uri[1:]) if uri.startswith("#") else None
        if target is None:
            raise SecurityError("a Reference is to nothing in the message")
        return target

    def digested(self, reference: Any) -> tuple[Any, bytes]:  # Any: lxml ships no types
        """The element that a Reference covers, and the bytes that its digest is of.

        Raises:
            SecurityError: it is to nothing, or a transform is not accepted.
        """
        target = self.target(reference)
        transform = only(only(reference, ds("Transforms")), ds("Transform"))
        algorithm = transform.get("Algorithm")
        if algorithm == EXCLUSIVE:
            return target, canonical(target, _prefixes(transform))
        if algorithm == STR_TRANSFORM and target.tag == REFERENCE:
            return self._token_of(target, transform)
        raise SecurityError("a transform is not accepted")

    def _token_of(
        self, reference: Any, transform: Any
    ) -> tuple[Any, bytes]:  # Any: lxml ships no types
        """The token that a SecurityTokenReference means (WSS 1.1.1, section 8.3)."""
        method = only(only(transform, _PARAMETERS), ds("CanonicalizationMethod"))
        if method.get("Algorithm") != EXCLUSIVE:
            raise SecurityError("a transform is not accepted")
        found = certificate_of(
            reference, self._parts.security, self._element, self._known
        )
        if found.token is None:
            return reference, _as_token(reference, found)
        return found.token, _with_default(canonical(found.token, _prefixes(method)))

    def _check_place(self, e: Any) -> None:  # Any: lxml ships no types
        """Refuse an element that was signed and is at a place where nobody looks for it."""
        parts, parent = self._parts, e.getparent()
        if e is parts.body or parent is parts.header and parent is not None:
            return
        while parent is not None:
            if parent is parts.security or parent is parts.body:
                if parent is parts.body or e.getparent() is parts.security:
                    return
                if e.tag == REFERENCE:
                    return
            parent = parent.getparent()
        raise SecurityError("what was signed is at another place")

    def _element(self, name: str) -> Any:  # Any: lxml ships no types
        """The only element of an id, `None` where there is none."""
        found = self._ids.get(name, [])
        if len(found) > 1:
            raise SecurityError(f"the id {name[:60]!r} is in the message twice")
        return found[0] if found and _is_identified(found[0], name) else None


def _ids(root: Any) -> dict[str, list[Any]]:  # Any: lxml ships no types
    """The elements by their ids.

    An id of WS-Security's, of a signature or of an assertion may be there once only. Others, `Id` of
    what the message is about, count as ids where a signature refers to one: then too only once.
    """
    found: dict[str, list[Any]] = {}
    for e in root.iter():
        for name in (WSU_ID, *_PLAIN_IDS, _XML_ID):
            value = e.get(name)
            if value is None:
                continue
            known = found.setdefault(value, [])
            if not any(one is e for one in known):
                known.append(e)
    for value, elements in found.items():
        if len(elements) > 1 and any(_is_identified(e, value) for e in elements):
            raise SecurityError(f"the id {value[:60]!r} is in the message twice")
    return found


def _is_identified(e: Any, value: str) -> bool:  # Any: lxml ships no types
    """Whether this is an element's identifier by its schema."""
    if e.get(WSU_ID) == value:
        return True
    namespace = str(e.tag)[1:].rpartition("}")[0]
    if namespace in _WITH_PLAIN_ID:
        return bool(e.get("Id") == value)
    is_saml = namespace.startswith(_SAML)
    return bool(is_saml and value in (e.get("ID"), e.get("AssertionID")))


def _prefixes(method: Any) -> Sequence[str]:  # Any: lxml ships no types
    """The PrefixList of a canonicalisation.

    Raises:
        SecurityError: it has another parameter.
    """
    lists = method.findall(_INCLUSIVE)
    if len(method) != len(lists) or len(lists) > 1:
        raise SecurityError("a parameter of a canonicalisation is not known")
    return (lists[0].get("PrefixList") or "").split() if lists else ()


def _as_token(reference: Any, found: Found) -> bytes:  # Any: lxml ships no types
    """The token that the certificate would be, in its canonical form."""
    prefixes = [p for p, uri in reference.nsmap.items() if uri == SECURITY and p]
    prefix = prefixes[0] if prefixes else "wsse"
    return (
        f'<{prefix}:BinarySecurityToken xmlns="" xmlns:{prefix}="{SECURITY}"'
        f' ValueType="{X509V3}">{encoded(der(found.certificate))}'
        f"</{prefix}:BinarySecurityToken>"
    ).encode()


def _with_default(data: bytes) -> bytes:
    """A token's canonical form with the default namespace's declaration, which the transform demands."""
    start, space, rest = data.partition(b" ")
    tag = data[: data.index(b">")]
    return data if b" xmlns=" in tag else b"".join((start, b' xmlns=""', space, rest))
