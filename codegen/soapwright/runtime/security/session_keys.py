"""The symmetric keys of a message that comes: WS-Security 1.1, sections 7.7 and 9, with XML Encryption 1.1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cryptography import x509

from ..errors.errors import SecurityError
from .algorithms import Accepted, decoded
from .certificates import certificate_of
from .ciphers import MASKS, OAEP_DIGESTS, Transport, undecryptable, unwrapped
from .correlation import Correlation, SessionKey
from .derived import AT_MOST, TOKENS, base_of, key_in
from .material import Material
from .names import (
    ENCRYPTED_KEY,
    ENCRYPTION11,
    KEY_SHA1,
    REFERENCE,
    WSU_ID,
    ds,
    wsse,
    xenc,
)
from .parts import Ids, only
from .trust import der, key_identifier

KEYS_AT_MOST: Final = 16
"""As many EncryptedKeys as a message may have, one for each receiver."""
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
        return self._own_of(keys, security, ids)

    def of_assertion(
        self, keys: Sequence[Any], security: Any, ids: Ids
    ) -> bytes:  # Any: lxml ships no types
        """The key of an encrypted assertion, that of the only one of these EncryptedKeys that is for this receiver.

        Raises:
            SecurityError: as of `own`, or its algorithm is not accepted.
        """
        if len(keys) > KEYS_AT_MOST:
            raise undecryptable()
        own = self._own_of(keys, security, ids)
        transport = transport_in(only(own, xenc("EncryptionMethod")), self._accepts)
        return unwrapped(self._material.key, transport, cipher_value(own))

    def _own_of(
        self, keys: Sequence[Any], security: Any, ids: Ids
    ) -> Any:  # Any: lxml ships no types
        """The only one of these EncryptedKeys that is for this receiver."""
        alone = len(keys) == 1
        own = [e for e in keys if self.is_own(e, security, ids, alone=alone)]
        if len(own) != 1:
            raise undecryptable()
        return own[0]

    def is_own(
        self, e: Any, security: Any, ids: Ids, *, alone: bool
    ) -> bool:  # Any: lxml ships no types
        """Whether a key is encrypted for this receiver; the only one needs not say so."""
        mine, info = self._material.certificate, e.find(ds("KeyInfo"))
        if self._material.key is None or mine is None:
            return False
        if info is None:
            return alone
        try:
            data = info.find(ds("X509Data"))
            if data is not None:  # so in encrypted assertions
                return _is_about(data, mine, security, ids)
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
        value = cipher_value(own)
        if self.received is None:
            transport = transport_in(only(own, xenc("EncryptionMethod")), self._accepts)
            key = unwrapped(self._material.key, transport, value)
            self.received = SessionKey(key, value, own.get("Id") or "")
        elif self.received.encrypted != value:
            raise undecryptable()
        return self.received


def _is_about(
    data: Any, mine: x509.Certificate, security: Any, ids: Ids
) -> bool:  # Any: lxml ships no types
    """Whether an X509Data is about a certificate (XML Signature 1.1, section 4.5.4)."""
    whole, identifier = data.find(ds("X509Certificate")), data.find(ds("X509SKI"))
    if whole is not None:
        return decoded(whole.text) == der(mine)
    if identifier is not None:
        return decoded(identifier.text) == key_identifier(mine)
    found = certificate_of(data.getparent(), security, ids.element, [mine])
    return found.certificate == mine


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


def cipher_value(e: Any) -> bytes:  # Any: lxml ships no types
    """The octets of a CipherValue; nothing is fetched.

    Raises:
        SecurityError: there is none.
    """
    data = only(e, xenc("CipherData"))
    value = only(data, xenc("CipherValue"))
    if len(data) != 1 or len(value):
        raise undecryptable()
    return decoded(value.text)
