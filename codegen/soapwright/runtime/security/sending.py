"""Secures a message that goes out: its tokens, its encryption and its signature, in the order of the profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from cryptography import x509

from ..errors.errors import SecurityError
from ..http.bodies import charset_of
from ..http.message import Attachment, Message
from ..http.multipart import beside
from .assertions import token_of
from .blocks import with_first
from .ciphers import DATA
from .correlation import Correlation, SessionKey
from .derived import DerivedKey, new_derived
from .encrypted_attachments import Sealed, sealed
from .encrypting import Encrypted, key_element, list_of, new_session, with_encrypted
from .material import Material
from .places import places_of
from .profile import Profile
from .references import key_reference, sha1_reference
from .signing import Further, signed

_LAST: Final = ("Signature", "Assertion")
"""The parts that are encrypted after the message is signed, whatever its order."""
_SIGNING_AT_MOST: Final = 24
"""Bytes of a derived key that signs: those of the suite's other keys, 192 bits at most (WS-SecurityPolicy 1.2, section 6.1)."""


def secured(
    message: Message,
    profile: Profile,
    material: Material,
    request: Correlation | None = None,
) -> tuple[Message, Correlation]:
    """A message with its Security block, and what its reply will be about.

    Args:
        request: what it answers; `None` of a request.

    Raises:
        SecurityError: the keys cannot do it, or it is no envelope.
    """
    return _Sending(message, profile, material, request).result()


@dataclass(slots=True)
class _Lists:
    """The ids of what is encrypted, by where its list is in the Security block."""

    front: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


class _Sending:
    """The securing of one message."""

    def __init__(
        self,
        message: Message,
        profile: Profile,
        material: Material,
        request: Correlation | None,
    ) -> None:
        self._message = message
        self._envelope = message.envelope
        self._charset = charset_of(message.content_type)
        self._beside = beside(message)
        self._included = [a for a in message.attachments if a not in self._beside]
        self._profile = profile
        self._material = material
        self._request = request
        self._recipient: x509.Certificate | None = None
        self._session: SessionKey | None = None
        self._signing: DerivedKey | None = None
        self._encrypting: DerivedKey | None = None
        self._sealed: Sequence[Sealed] = ()
        if profile.encrypt or profile.symmetric:
            self._session = self._new_session()
            if profile.derived_keys:
                self._derive(self._session, profile.derived_keys)

    def _derive(self, session: SessionKey, version: str) -> None:
        """Have a key that signs, and one that encrypts where something is."""
        base, algorithms = self._reference, self._profile.algorithms
        length = DATA[algorithms.data][1]
        signing = min(length, _SIGNING_AT_MOST)
        self._signing = new_derived(session.key, base, signing, version)
        if self._profile.encrypt:
            self._encrypting = new_derived(session.key, base, length, version)

    def _new_session(self) -> SessionKey:
        """The key of the message: of a symmetric binding's reply, that of its request."""
        request, material = self._request, self._material
        if request is not None and self._profile.symmetric:
            if request.session is None:
                raise SecurityError("the request has no key for its reply")
            return replace(request.session, id="")
        self._recipient = material.recipient
        if request is not None and request.signer is not None:
            self._recipient = request.signer
        return new_session(self._profile.algorithms, self._recipient)

    def result(self) -> tuple[Message, Correlation]:
        profile, lists = self._profile, _Lists()
        instead: tuple[tuple[str, str], ...] = ()
        first = profile.order == "encrypt-sign"
        if first:
            parts = [part for part in profile.encrypt if part not in _LAST]
            found = self._encrypt(parts)
            lists.behind, instead = found.ids, found.instead
        values = self._sign(lists.behind, instead)
        rest = [p for p in profile.encrypt if not first or p in _LAST]
        lists.front = self._encrypt(rest).ids
        attachments = self._with_sealed(lists)
        self._put_in_front(lists)
        session = self._session if profile.symmetric else None
        message = replace(
            self._message, envelope=self._envelope, attachments=attachments
        )
        return message, Correlation(values, session)

    # ------------------------------------------------------------------------- steps

    def _encrypt(self, parts: list[str]) -> Encrypted:
        """Encrypt the parts that are there."""
        if not parts or self._session is None:
            return Encrypted(self._envelope)
        places = places_of(self._envelope, self._charset, self._profile.actor)
        found = with_encrypted(
            *(self._envelope, places, parts, self._profile.algorithms.data),
            *self._data_key,
        )
        self._envelope = found.envelope
        return found

    def _with_sealed(self, lists: _Lists) -> tuple[Attachment, ...]:
        """The attachments, encrypted where that is wanted; what they are encrypted with lists them."""
        wanted = [p for p in self._profile.encrypt if p.endswith("Attachments")]
        if not wanted:
            return self._message.attachments
        complete, data = "CompleteAttachments" in wanted, self._profile.algorithms.data
        self._sealed = [
            sealed(one, data, *self._data_key, complete=complete)
            for one in self._beside
        ]
        lists.front += tuple(one.id for one in self._sealed)
        return tuple(one.attachment for one in self._sealed)

    def _sign(
        self, behind: tuple[str, ...], instead: tuple[tuple[str, str], ...]
    ) -> tuple[bytes, ...]:
        """Sign the message; the values of its signatures."""
        profile, session, request = self._profile, self._session, self._request
        further = Further(
            instead=instead, behind=self._behind(behind), included=self._included
        )
        given = self._material.saml
        if profile.saml and request is None and given is not None:
            further = replace(further, assertion=token_of(given))
        if any(part.endswith("Attachments") for part in profile.sign):
            further = replace(further, attachments=self._beside)
        derived = self._signing
        if profile.symmetric and session is not None:
            further = replace(
                further,
                session=session.key if derived is None else derived.key,
                reference=self._reference if derived is None else derived.reference,
                endorses=profile.endorse and request is None,
            )
        if profile.confirm and request is not None:
            further = replace(further, confirmed=request.values)
        found = signed(
            *(self._envelope, self._charset, profile, self._material), further
        )
        self._envelope = found.envelope
        return found.values

    def _behind(self, ids: tuple[str, ...]) -> str:
        """The list of what was encrypted before it was signed, with its key where that is not in front."""
        if not ids or self._key_is_first:
            return list_of(ids)
        return self._key_element(ids)

    def _put_in_front(self, lists: _Lists) -> None:
        """Put the key and the list of what was encrypted last in front: it is undone first."""
        tokens = [one.xml for one in (self._signing, self._encrypting) if one]
        beside = "".join(one.xml for one in self._sealed)
        children = f"{''.join(tokens)}{list_of(lists.front)}{beside}"
        if self._has_key_element and self._key_is_first:
            if self._profile.symmetric:
                children = f"{self._key_element(())}{children}"
            elif lists.front or lists.behind:
                children = f"{self._key_element(lists.front)}{beside}"
        if not children:
            return
        places = places_of(self._envelope, self._charset, self._profile.actor)
        self._envelope = with_first(
            self._envelope, self._charset, places, self._profile, children
        )

    # ------------------------------------------------------------------------- the key

    @property
    def _has_key_element(self) -> bool:
        """Whether the message has the key; a reply of a symmetric binding refers to its request's."""
        return self._session is not None and bool(self._session.id)

    @property
    def _key_is_first(self) -> bool:
        profile = self._profile
        last = any(part in _LAST for part in profile.encrypt)
        return profile.symmetric or profile.order == "sign-encrypt" or last

    @property
    def _data_key(self) -> tuple[bytes, str]:
        """The key that data is encrypted with, and a reference to it."""
        if self._encrypting is not None:
            return self._encrypting.key, self._encrypting.reference
        assert self._session is not None
        return self._session.key, self._reference

    def _key_element(self, ids: tuple[str, ...]) -> str:
        assert self._session is not None and self._recipient is not None
        style = self._profile.encryption_reference
        return key_element(
            self._session, self._recipient, self._profile.algorithms, style, ids
        )

    @property
    def _reference(self) -> str:
        """To the key, a SecurityTokenReference."""
        assert self._session is not None
        if self._session.id:
            return key_reference(self._session.id)
        return sha1_reference(self._session.sha1)
