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
from ..http.message import Attachment
from ..values.strings import attribute_text
from ..xml.element import Element
from ..xml.parsing import Limits, parse
from .algorithms import Accepted
from .canonical import canonical
from .ciphers import decrypted, undecryptable
from .contained import have_same_types
from .encrypted_attachments import (
    TYPES,
    is_complete,
    octets_of,
    referred_to,
    unsealed,
)
from .names import (
    ENCRYPTED_DATA,
    ENCRYPTED_HEADER,
    ENCRYPTED_KEY,
    ENCRYPTION,
    SAML20,
    ds,
    xenc,
)
from .parts import Ids, Parts, Place, element_at, only, parts_of, place_of
from .session_keys import SessionKeys, cipher_value

_REFERENCES_AT_MOST: Final = 32
_ROUNDS: Final = 4
_AROUND: Final = "around-the-plaintext"
_CONTENT: Final = f"{ENCRYPTION}Content"
_ELEMENT: Final = f"{ENCRYPTION}Element"
SignedScope: TypeAlias = Callable[[Any], Mapping[str | None, str] | None]
"""Of an lxml element the namespaces around it that a signature covers; `None` where none covers it."""


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
        attachments: of the message.
    """

    def __init__(
        self,
        keys: SessionKeys,
        accepts: Accepted,
        limits: Limits,
        actor: str,
        signed_scope: SignedScope,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        self.attachments = tuple(attachments)
        """Those of the message; once they are decrypted, as they were."""
        self.opened: dict[str, bool] = {}
        """The Content-IDs of those that were decrypted, and whether with their MIME headers."""
        self._held = 0
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
        beside = [e for e in found if e.get("Type") in TYPES]
        for e in beside:
            self._open(e, parts, ids, key)
        inside = [e for e in found if e not in beside]
        pieces = [self._plaintext(e, parts, ids, key, done) for e in inside]
        if pieces:
            done.root = self._with(parts.root, pieces)

    def _open(
        self, e: Any, parts: Parts, ids: Ids, key: Any
    ) -> None:  # Any: lxml ships no types
        """Decrypt the attachment that an EncryptedData refers to, once."""
        if e.tag != ENCRYPTED_DATA or e.getparent() is not parts.security:
            raise undecryptable()
        found = referred_to(e, self.attachments)
        if found.content_id in self.opened:
            raise undecryptable()
        # A signature of this element is not one of the octets elsewhere.
        name = self._algorithm(e, is_signed=False)
        session = self._keys.of_data(e.find(ds("KeyInfo")), key, parts.security, ids)
        octets = octets_of(found, self._limits.envelope - self._held)
        self._held += len(octets)
        made = unsealed(e, found, decrypted(name, session.key, octets))
        self.attachments = tuple(
            made if one is found else one for one in self.attachments
        )
        self.opened[found.content_id] = is_complete(e)

    def _with(
        self, root: Any, pieces: Sequence[tuple[Any, bytes]]
    ) -> Element:  # Any: lxml ships no types
        """A tree in which plaintexts are in the places of elements."""
        marks: list[tuple[bytes, bytes]] = []
        for target, plain in pieces:
            mark = os.urandom(16).hex()
            put = etree.ProcessingInstruction("x", mark)
            put.tail = target.tail
            target.getparent().replace(target, put)
            marks.append((f"<?x {mark}?>".encode(), plain))
        data: bytes = etree.tostring(root, encoding="utf-8")
        for written, plain in marks:
            data = data.replace(written, plain, 1)
        return _parsed(data, self._limits)

    def with_assertion(
        self, parts: Parts, e: Any
    ) -> Element:  # Any: lxml ships no types
        """The message with the SAML assertion in the place of an EncryptedAssertion (SAML 2.0 Core, section 2.3.4).
        The tree before is not usable any more.

        Args:
            parts: of the message.
            e: the EncryptedAssertion, a child of its Security block.

        Raises:
            SecurityError: it cannot be decrypted, or is something else.
        """
        data = only(e, ENCRYPTED_DATA)
        inside = data.findall(f"{ds('KeyInfo')}/{ENCRYPTED_KEY}")
        if data.get("Type", _ELEMENT) != _ELEMENT:
            raise undecryptable()
        # Who issued it signed the plaintext: nothing is known of the ciphertext.
        name = self._algorithm(data, is_signed=False)
        keys = (*inside, *e.findall(ENCRYPTED_KEY))
        key = self._keys.of_assertion(keys, parts.security, Ids(parts.root))
        plain = decrypted(name, key, cipher_value(data))
        root = _fragment(plain, parts.security.nsmap, self._limits)
        _check_element(root)
        if root[0].tag != f"{{{SAML20}}}Assertion":
            raise undecryptable()
        return self._with(parts.root, [(e, plain)])

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
        plain = decrypted(name, session.key, cipher_value(e))
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
