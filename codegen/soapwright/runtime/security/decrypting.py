"""Decrypts the parts of a message: WS-Security 1.1, section 9, with XML Encryption 1.1.

Plaintexts take the places of their ciphertexts in the document, which is then parsed anew: one tree, in which
all elements have the namespaces and the prefixes that they were encrypted with.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError, SecurityError
from ..values.strings import attribute_text
from ..xml.element import Element
from ..xml.parsing import Limits, parse
from .algorithms import Accepted, decoded
from .canonical import canonical
from .certificates import certificate_of
from .ciphers import (
    MASKS,
    OAEP_DIGESTS,
    Transport,
    decrypted,
    undecryptable,
    unwrapped,
)
from .contained import have_same_types
from .correlation import Correlation, SessionKey
from .derived import AT_MOST, TOKENS, base_of, key_in
from .material import Material
from .names import (
    ENCRYPTED_DATA,
    ENCRYPTED_HEADER,
    ENCRYPTED_KEY,
    ENCRYPTION,
    ENCRYPTION11,
    KEY_SHA1,
    REFERENCE,
    WSU_ID,
    ds,
    wsse,
    xenc,
)
from .parts import Ids, Parts, Place, element_at, only, parts_of, place_of

KEYS_AT_MOST: Final = 16
"""As many EncryptedKeys as a message may have, one for each receiver."""
_REFERENCES_AT_MOST: Final = 32
_ROUNDS: Final = 4
_AROUND: Final = "around-the-plaintext"
_CONTENT: Final = f"{ENCRYPTION}Content"
_ELEMENT: Final = f"{ENCRYPTION}Element"
SignedScope: TypeAlias = Callable[[Any], Mapping[str | None, str] | None]
"""Of an lxml element the namespaces around it that a signature covers; `None` where none covers it."""
_MGF: Final = f"{{{ENCRYPTION11}}}MGF"
_CARRIED: Final = xenc("CarriedKeyName")


class SessionKeys:
    """The symmetric keys of a message that comes: that of its EncryptedKey, and that of its request.

    Args:
        material: one's own key, for which the EncryptedKey is.
        accepts: the algorithms that may be used.
        request: what a reply answers; `None` in a service.
        at_most: as many EncryptedKeys as the message may have; all but one are for others.
    """

    def __init__(
        self,
        material: Material,
        accepts: Accepted,
        request: Correlation | None,
        at_most: int = 1,
    ) -> None:
        self._at_most = at_most
        self._material = material
        self._accepts = accepts
        self._request = request
        self.received: SessionKey | None = None
        """The key of its EncryptedKey, once it was asked for."""
        self.are_derived = True
        """Whether all keys that were used are derived ones."""
        self._derived: dict[str, bytes] = {}

    def of_signature(
        self, reference: Any, security: Any, ids: Ids
    ) -> bytes:  # Any: lxml ships no types
        """The key of an HMAC. Of a reply it is that of its request: anybody can encrypt another one.

        Raises:
            SecurityError: it is none.
        """
        found = self.of_reference(reference, security, ids)
        request = self._request
        if request is not None and found.encrypted != _encrypted(request.session):
            raise SecurityError("a reply is signed with another key than its request")
        return found.key

    def of_reference(
        self, reference: Any, security: Any, ids: Ids
    ) -> SessionKey:  # Any: lxml ships no types
        """The key that a SecurityTokenReference is about.

        Raises:
            SecurityError: it is about another thing, or the key is not for this receiver.
        """
        token = _referred(reference, ids)
        if token is None or token.tag not in TOKENS:
            found = self._base(reference, security, ids)
            self.are_derived = False
            return found
        if token.getparent() is not security or len(self._derived) >= AT_MOST:
            raise undecryptable()
        base = self._base(base_of(token), security, ids)
        name = token.get(WSU_ID) or ""
        if name not in self._derived:
            self._derived[name] = key_in(token, base.key)
        return SessionKey(self._derived[name], base.encrypted, base.id)

    def _base(
        self, reference: Any, security: Any, ids: Ids
    ) -> SessionKey:  # Any: lxml ships no types
        """The key that a SecurityTokenReference is about, which is not derived."""
        children = reference[:]
        if len(children) == 1 and children[0].tag == wsse("KeyIdentifier"):
            return self._of_request(children[0])
        found = _referred(reference, ids)
        if found is not None and found.tag == ENCRYPTED_KEY:
            return self._of_element(found, security, ids)
        raise undecryptable()

    def _of_request(self, identifier: Any) -> SessionKey:  # Any: lxml ships no types
        sent = None if self._request is None else self._request.session
        if sent is None or identifier.get("ValueType") != KEY_SHA1:
            raise undecryptable()
        if decoded(identifier.text) != sent.sha1:
            raise undecryptable()
        return sent

    def of_data(
        self, info: Any, listed: Any, security: Any, ids: Ids
    ) -> SessionKey:  # Any: lxml ships no types
        """The key of an EncryptedData.

        Args:
            info: its KeyInfo, `None` where it has none.
            listed: the EncryptedKey that has it in its list, `None` where none has. It is this receiver's, and
                it counts where KeyInfo refers to that of another receiver, which is of the same key.

        Raises:
            SecurityError: it is none, or not for this receiver.
        """
        key = listed
        name = None if info is None else info.findtext(ds("KeyName"))
        if name is not None:
            key = self._named(name, security, ids)
        elif info is not None:
            reference = only(info, REFERENCE)
            found = _referred(reference, ids)
            if listed is None or found is None or found.tag != ENCRYPTED_KEY:
                return self.of_reference(reference, security, ids)
        if key is None:
            raise undecryptable()
        self.are_derived = False
        return self._of_element(key, security, ids)

    def _named(
        self, name: str, security: Any, ids: Ids
    ) -> Any:  # Any: lxml ships no types
        """One's own EncryptedKey, which carries a key of this name."""
        key = self.own(security, ids)
        if not name or key.findtext(_CARRIED) != name:
            raise undecryptable()
        return key

    def own(self, security: Any, ids: Ids) -> Any:  # Any: lxml ships no types
        """The only EncryptedKey of a message that is for this receiver. Of several each says whom it is for
        (XML Encryption 1.1, section 3.5.1); none is tried.

        Raises:
            SecurityError: there is none, more than one, or there are too many.
        """
        keys = security.findall(ENCRYPTED_KEY)
        if len(keys) > self._at_most:
            raise undecryptable()
        alone = len(keys) == 1
        own = [e for e in keys if self._is_own(e, security, ids, alone=alone)]
        if len(own) != 1:
            raise undecryptable()
        return own[0]

    def _is_own(
        self, e: Any, security: Any, ids: Ids, *, alone: bool
    ) -> bool:  # Any: lxml ships no types
        """Whether a key is encrypted for this receiver; the only one needs not say so."""
        mine, info = self._material.certificate, e.find(ds("KeyInfo"))
        if self._material.key is None or mine is None:
            return False
        if info is None:
            return alone
        try:
            reference = only(info, REFERENCE)
            found = certificate_of(reference, security, ids.element, [mine])
        except SecurityError:
            return False
        return found.certificate == mine

    def _of_element(
        self, e: Any, security: Any, ids: Ids
    ) -> SessionKey:  # Any: lxml ships no types
        """The key of an EncryptedKey, which is decrypted once; no second one is tried.

        Raises:
            SecurityError: it is not for this receiver, or its algorithm is not accepted.
        """
        own = self.own(security, ids)
        if e is not own and not _carries_the_same(e, own):
            raise undecryptable()
        value = _cipher_value(own)
        if self.received is None:
            transport = transport_in(only(own, xenc("EncryptionMethod")), self._accepts)
            key = unwrapped(self._material.key, transport, value)
            self.received = SessionKey(key, value, own.get("Id") or "")
        elif self.received.encrypted != value:
            raise undecryptable()
        return self.received


def _carries_the_same(e: Any, own: Any) -> bool:  # Any: lxml ships no types
    """Whether a key for another receiver is declared to be the same as one's own."""
    name = e.findtext(_CARRIED)
    return bool(name) and bool(name == own.findtext(_CARRIED))


def _referred(reference: Any, ids: Ids) -> Any:  # Any: lxml ships no types
    """The element that a SecurityTokenReference is to by its id, `None` where it is by another form."""
    children = reference[:]
    if len(children) != 1 or children[0].tag != wsse("Reference"):
        return None
    return ids.target(children[0].get("URI"))


def _encrypted(session: SessionKey | None) -> bytes | None:
    return None if session is None else session.encrypted


def transport_in(
    method: Any, accepts: Accepted
) -> Transport:  # Any: lxml ships no types
    """The algorithm of an EncryptedKey's EncryptionMethod.

    Raises:
        SecurityError: it is not accepted.
    """
    name = accepts.transports.get(method.get("Algorithm") or "")
    known = (ds("DigestMethod"), _MGF, xenc("OAEPparams"), xenc("KeySize"))
    digest, mask = method.find(known[0]), method.find(known[1])
    # Section 5.5.2: the mask of rsa-oaep-mgf1p is always that of SHA-1.
    odd = mask is not None and name != "rsa-oaep"
    if name is None or odd or any(child.tag not in known for child in method):
        raise SecurityError("the algorithm of an encrypted key is not accepted")
    label = method.findtext(known[2])
    found = Transport(
        name,
        "sha1" if digest is None else OAEP_DIGESTS.get(digest.get("Algorithm"), ""),
        "sha1" if mask is None else MASKS.get(mask.get("Algorithm"), ""),
        b"" if label is None else decoded(label),
    )
    if not (found.digest and found.mask):
        raise SecurityError("the algorithm of an encrypted key is not accepted")
    return found


@dataclass(slots=True)
class Decrypted:
    """A message of which parts were decrypted."""

    root: Element
    elements: list[Place]
    """The places of elements that were decrypted as a whole."""
    contents: list[Place]
    """The places of elements whose content was decrypted."""


class Decrypting:
    """The decryption of what a ReferenceList names.

    Args:
        keys: of the message.
        accepts: the algorithms that may be used.
        limits: of the message, as of one that came as it is after decryption.
        actor: of the Security block.
        signed_scope: gives the namespaces around a ciphertext that a verified signature covers with it;
            `None` where none covers it.
    """

    def __init__(
        self,
        keys: SessionKeys,
        accepts: Accepted,
        limits: Limits,
        actor: str,
        signed_scope: SignedScope,
    ) -> None:
        self._actor = actor
        self._keys = keys
        self._accepts = accepts
        self._limits = limits
        self._signed_scope = signed_scope

    def result(
        self, parts: Parts, references: Any, key: Any
    ) -> Decrypted:  # Any: lxml ships no types
        """The message with the plaintexts. The tree before is not usable any more.

        Args:
            parts: of it.
            references: the ReferenceList.
            key: the EncryptedKey that it is in, `None` where it is in none.

        Raises:
            SecurityError: something cannot be decrypted.
        """
        uris = [e.get("URI") for e in references]
        if not 0 < len(uris) <= _REFERENCES_AT_MOST or len(set(uris)) < len(uris):
            raise undecryptable()
        if any(e.tag != xenc("DataReference") for e in references):
            raise undecryptable()
        key_place = None if key is None else place_of(key)
        done = Decrypted(parts.root, [], [])
        for _ in range(_ROUNDS):  # a plaintext may have another ciphertext in it
            parts, ids = parts_of(done.root, self._actor), Ids(done.root)
            key = None if key_place is None else element_at(done.root, key_place)
            found = [(uri, ids.target(uri)) for uri in uris]
            self._round(parts, ids, [e for _, e in found if e is not None], key, done)
            uris = [uri for uri, e in found if e is None]
            if not uris:
                return done
        raise undecryptable()

    def _round(
        self, parts: Parts, ids: Ids, found: Sequence[Any], key: Any, done: Decrypted
    ) -> None:  # Any: lxml ships no types
        """Decrypt these elements, and have the message with their plaintexts."""
        if not found:
            raise undecryptable()
        pieces = [self._plaintext(e, parts, ids, key, done) for e in found]
        marks: list[tuple[bytes, bytes]] = []
        for target, plain in pieces:
            mark = os.urandom(16).hex()
            put = etree.ProcessingInstruction("x", mark)
            put.tail = target.tail
            target.getparent().replace(target, put)
            marks.append((f"<?x {mark}?>".encode(), plain))
        data: bytes = etree.tostring(parts.root, encoding="utf-8")
        for written, plain in marks:
            data = data.replace(written, plain, 1)
        done.root = _parsed(data, self._limits)

    def _plaintext(
        self, e: Any, parts: Parts, ids: Ids, key: Any, done: Decrypted
    ) -> tuple[Any, bytes]:  # Any: lxml ships no types
        """The element that a plaintext takes the place of, and the plaintext."""
        if e.tag != ENCRYPTED_DATA:
            raise undecryptable()
        target = _target(e, parts)
        kind, parent = e.get("Type"), target.getparent()
        if kind == _CONTENT and target is e and len(parent) == 1:
            done.contents.append(place_of(parent))
        elif kind == _ELEMENT:
            done.elements.append(place_of(target))
        else:
            raise undecryptable()
        scope = self._signed_scope(e)
        name = self._algorithm(e, is_signed=scope is not None)
        info = e.find(ds("KeyInfo"))
        session = self._keys.of_data(info, key, parts.security, ids)
        plain = decrypted(name, session.key, _cipher_value(e))
        root = _fragment(plain, parent.nsmap, self._limits)
        if kind == _ELEMENT:
            _check_element(root)
        if scope is not None:
            alone = _fragment(plain, scope, self._limits)
            if canonical(alone) != canonical(root) or not have_same_types(root, alone):
                raise undecryptable()
        return target, plain

    def _algorithm(self, e: Any, *, is_signed: bool) -> str:  # Any: lxml ships no types
        method = only(e, xenc("EncryptionMethod"))
        name = self._accepts.data.get(method.get("Algorithm") or "")
        if name is None or any(child.tag != xenc("KeySize") for child in method):
            raise SecurityError("the algorithm of encrypted data is not accepted")
        # Else it would be an oracle of the padding: GCM fails as a whole, CBC does not.
        if name.endswith("-cbc") and not is_signed:
            raise SecurityError("CBC is accepted where the ciphertext is signed")
        return name


def _target(e: Any, parts: Parts) -> Any:  # Any: lxml ships no types
    """The element that a plaintext takes the place of: the EncryptedData, or the EncryptedHeader around it.

    Raises:
        SecurityError: it is at a place where nothing is encrypted.
    """
    parent = e.getparent()
    if parent is None:
        raise undecryptable()
    if parent.tag == ENCRYPTED_HEADER and parent.getparent() is parts.header:
        if len(parent) != 1 or e.get("Type") != _ELEMENT:
            raise undecryptable()
        return parent
    if parent is parts.header or parent is parts.security:
        return e
    while parent is not None and parent.tag != ENCRYPTED_DATA:
        if parent is parts.body:
            return e
        parent = parent.getparent()
    raise undecryptable()


def _fragment(
    plain: bytes, scope: Mapping[str | None, str], limits: Limits
) -> Any:  # Any: lxml ships no types
    """An element around a plaintext, which is well-formed by itself in these namespaces.

    Raises:
        SecurityError: it is not.
    """
    declared = "".join(
        f' xmlns{":" + prefix if prefix else ""}="{attribute_text(uri)}"'
        for prefix, uri in scope.items()
    )
    if _AROUND in scope:
        raise undecryptable()
    start = f'<{_AROUND}:x xmlns:{_AROUND}="urn:{_AROUND}"{declared}>'
    end = f"</{_AROUND}:x>"
    return _parsed(b"".join((start.encode(), plain, end.encode())), limits)


def _check_element(root: Any) -> None:  # Any: lxml ships no types
    """Refuse a plaintext that is to be one element, and is not."""
    texts = [root.text or "", *(e.tail or "" for e in root)]
    if len(root) != 1 or "".join(texts).strip():
        raise undecryptable()


def _parsed(data: bytes, limits: Limits) -> Element:
    try:
        return parse(data, None, limits)
    except DecodeError:
        raise undecryptable() from None


def _cipher_value(e: Any) -> bytes:  # Any: lxml ships no types
    """The octets of a CipherValue; nothing is fetched."""
    data = only(e, xenc("CipherData"))
    value = only(data, xenc("CipherValue"))
    if len(data) != 1 or len(value):
        raise undecryptable()
    return decoded(value.text)
