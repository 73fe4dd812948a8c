"""Opens a message that comes: decrypts and verifies it from the top of its Security block down.

Who sends puts new things in front, so that whatever was done last is undone first (WSS 1.1, section 5). What a
signature covered stays covered when it is decrypted: in the same place of the same document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ..errors.errors import SecurityError
from ..http.message import Attachment
from ..xml.parsing import LIMITS, Limits, parse
from .algorithms import Accepted
from .assertion_checks import Asserted, asserted
from .assertions import ENCRYPTED_ASSERTION, assertion_in
from .canonical import canonical
from .correlation import Correlation, SessionKey
from .decrypting import Decrypted, Decrypting
from .material import Material
from .names import ENCRYPTED_HEADER, ENCRYPTED_KEY, REFERENCE_LIST, ds
from .parts import Ids, Parts, Place, element_at, parts_of, place_of
from .profile import Profile
from .session_keys import KEYS_AT_MOST, SessionKeys
from .verifying import Verified, Verifying


@dataclass(frozen=True, slots=True)
class Coming:
    """The circumstances of a message that comes."""

    limits: Limits = LIMITS
    """How much it may hold."""
    request: Correlation | None = None
    """The message that a reply answers; `None` in a service."""
    attachments: Sequence[Attachment] = ()
    """Those that its envelope does not include."""


@dataclass(slots=True)
class Opened:
    """A message that was decrypted, and its signatures."""

    parts: Parts
    """Of the tree that is decoded."""
    signatures: list[Verified] = field(default_factory=list)
    """In their order; what they cover is in that tree."""
    encrypted: list[Any] = field(default_factory=list)  # Any: lxml ships no types
    """Elements of it that were encrypted as a whole."""
    contents: list[Any] = field(default_factory=list)
    """Elements of it whose content was encrypted."""
    session: SessionKey | None = None
    """The key of its EncryptedKey."""
    assertion: Asserted | None = None
    """The SAML assertion, where one is demanded."""
    attachments: Sequence[Attachment] = ()
    """Those that its envelope does not include."""
    opened: Mapping[str, bool] = field(default_factory=dict)
    """The Content-IDs of those that were encrypted, and whether with their MIME headers."""

    @property
    def decrypted(self) -> dict[str, Attachment]:
        """The attachments that were encrypted, as they were, by their Content-IDs."""
        opened = self.opened
        return {o.content_id: o for o in self.attachments if o.content_id in opened}


def is_protected(parts: Parts) -> bool:
    """Whether a message has a signature, or something that is encrypted."""
    security = parts.security
    known = (ds("Signature"), ENCRYPTED_KEY, REFERENCE_LIST)
    return security is not None and any(e.tag in known for e in security)


def opened(
    parts: Parts,
    profile: Profile,
    material: Material,
    accepts: Accepted,
    coming: Coming,
) -> Opened:
    """A message, decrypted and verified; nothing says yet that this is enough.

    Args:
        parts: of the tree, which is changed where something is encrypted in it.

    Raises:
        SecurityError: something cannot be decrypted, or a signature is wrong or not trusted.
    """
    return _Opening(parts, profile, material, accepts, coming).result()


class _Opening:
    """The opening of one message."""

    def __init__(
        self,
        parts: Parts,
        profile: Profile,
        material: Material,
        accepts: Accepted,
        coming: Coming,
    ) -> None:
        self._coming = coming
        self._profile = profile
        self._material = material
        self._accepts = accepts
        # A key that signs is shared by two: of several receivers each could sign for the sender.
        at_most = 1 if profile.symmetric else KEYS_AT_MOST
        self._keys = SessionKeys(material, accepts, coming.request, at_most)
        self._found = Opened(parts)
        self._decrypting = Decrypting(
            *(self._keys, accepts, coming.limits, profile.actor),
            *(self._signed_scope, coming.attachments),
        )
        self._elements: list[Place] = []
        self._contents: list[Place] = []

    def result(self) -> Opened:
        found, number = self._found, 0
        security, child = found.parts.security, self._child(0)
        while child is not None:
            if child.tag == ENCRYPTED_KEY:
                for references in child.findall(REFERENCE_LIST)[:1]:
                    if not self._is_of_others(child):
                        self._decrypt(references, child)
            elif child.tag == REFERENCE_LIST:
                self._decrypt(child, None)
            elif child.tag == ds("Signature") and self._profile.expected:
                self._assert()  # it may be encrypted: then this is another tree
                signature = child
                if found.parts.security is not security:
                    signature = self._child(number)
                self._verify(signature)
            number += 1
            if found.parts.security is security:
                child = child.getnext()  # its number would be counted from the first on
            else:
                security, child = found.parts.security, self._child(number)
        self._assert()
        root = found.parts.root
        found.encrypted = [element_at(root, place) for place in self._elements]
        found.contents = [element_at(root, place) for place in self._contents]
        found.session = self._keys.received
        found.attachments = self._decrypting.attachments
        found.opened = self._decrypting.opened
        if self._profile.derived_keys and not self._keys.are_derived:
            raise SecurityError("the message's keys are not derived ones")
        return found

    def _is_of_others(self, key: Any) -> bool:  # Any: lxml ships no types
        """Whether an EncryptedKey is for another receiver, beside one's own."""
        security = self._found.parts.security
        if len(security.findall(ENCRYPTED_KEY)) == 1:
            return False
        return self._keys.own(security, Ids(self._found.parts.root)) is not key

    def _verify(self, signature: Any) -> None:  # Any: lxml ships no types
        found = self._found
        if len(found.signatures) > int(self._profile.endorse):
            raise SecurityError("there are more signatures than are expected")
        keys = self._keys if self._profile.symmetric else None
        verifying = Verifying(
            *(found.parts, self._material, self._accepts, keys),
            *(self._decrypting.attachments, found.assertion),
        )
        found.signatures.append(verifying.result(signature))

    def _child(self, number: int) -> Any:  # Any: an element, and None
        """The child of that number of the Security block, as it is now."""
        security = self._found.parts.security
        return None if security is None else next(islice(security, number, None), None)

    def _assert(self) -> None:
        """Check the SAML assertion of a request, where one is demanded: before any signature is verified."""
        found, profile = self._found, self._profile
        if not profile.saml or self._coming.request is not None or found.assertion:
            return
        if found.parts.security is None:
            raise SecurityError("there is no Security block")
        element = assertion_in(found.parts.security)
        if element.tag == ENCRYPTED_ASSERTION:
            root = self._decrypting.with_assertion(found.parts, element)
            found.parts = parts_of(root, profile.actor)
            element = assertion_in(found.parts.security)
            self._elements.append(place_of(element))
        ids = Ids(found.parts.root)
        found.assertion = asserted(element, profile, self._material, self._accepts, ids)

    def _decrypt(self, references: Any, key: Any) -> None:  # Any: lxml ships no types
        found = self._found
        covered = [
            [(_lasting(e, found.parts), p) for e, p in zip(one.covered, one.prefixes)]
            for one in found.signatures
        ]
        assertion = found.assertion
        place = () if assertion is None else place_of(assertion.element)
        before = set(self._decrypting.opened)
        done = self._decrypting.result(found.parts, references, key)
        opened = self._decrypting.opened.keys() - before
        if any(not opened.isdisjoint(one.attachments) for one in found.signatures):
            raise SecurityError("an attachment was signed as ciphertext: see the order")
        if assertion is not None:
            element = element_at(done.root, place)
            found.assertion = replace(assertion, element=element)
        found.parts = parts_of(done.root, self._profile.actor)
        for one, places in zip(found.signatures, covered, strict=True):
            one.parts = found.parts
            kept = [(place, p) for place, p in places if place is not None]
            one.covered = [element_at(done.root, place) for place, _ in kept]
            one.prefixes = [prefixes for _, prefixes in kept]
        self._note(done)

    def _note(self, done: Decrypted) -> None:
        self._elements += done.elements
        self._contents += done.contents

    def _signed_scope(
        self, e: Any
    ) -> Mapping[str | None, str] | None:  # Any: lxml ships no types
        """The namespaces around an element that a signature covers with it; `None` where none covers it."""
        around = [e, *e.iterancestors()]
        for one in self._found.signatures:
            for each, prefixes in zip(one.covered, one.prefixes, strict=True):
                if any(each is other for other in around):
                    return _scope(e, each, prefixes)
        return None


def _scope(
    e: Any, covered: Any, prefixes: Sequence[str]
) -> Mapping[str | None, str]:  # Any: lxml ships no types
    """The namespaces that the canonical form of an element has around another one in it."""
    place = place_of(e)[len(place_of(covered)) :]
    if not place:
        return {}
    alone: Any = parse(canonical(covered, prefixes))
    found: Mapping[str | None, str] = element_at(alone, place[:-1]).nsmap
    return found


def _lasting(e: Any, parts: Parts) -> Place | None:  # Any: lxml ships no types
    """The place of an element after decryption; `None` of one that nobody asks about.

    What is encrypted as a whole is replaced by one element; the content of the Body does not change the
    places of others.
    """
    parent = e.getparent()
    if parent is not None and parent.tag == ENCRYPTED_HEADER:
        e, parent = parent, parent.getparent()
    if (
        e is parts.body
        or parent is not None
        and parent in (parts.header, parts.security)
    ):
        return place_of(e)
    return None
