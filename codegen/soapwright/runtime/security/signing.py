"""Signs messages: WS-Security 1.1, sections 6 to 8 and 10, with XML Signature 1.1.

The envelope's own bytes stay: ids and the Security block's content are put between them. Digests are made
of the parsed result, so that they are of what is sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from ..errors.errors import SecurityError
from ..http.bodies import charset_of
from ..http.message import Message
from ..soap.blocks import Place, place_of_blocks
from ..soap.envelope import NAMES
from ..values.strings import attribute_text, text
from ..xml.parsing import LIMITS, parse
from .algorithms import (
    DIGESTS,
    SIGNATURES,
    PrivateKey,
    Signer,
    digest,
    encoded,
    signature_of,
)
from .canonical import canonical
from .material import Material
from .names import (
    ADDRESSING,
    BASE64,
    EXCLUSIVE,
    SECURITY,
    SIGNATURE,
    SKI,
    THUMBPRINT,
    TIMESTAMP,
    UTILITY,
    WSU_ID,
    X509V3,
    wsse,
)
from .places import Block, Part, Places, places_of
from .profile import KeyReference, Profile
from .trust import der, key_identifier, thumbprint

_WSU: Final = f'xmlns:wsu="{UTILITY}"'
_WSSE: Final = f'xmlns:wsse="{SECURITY}"'


def secured(message: Message, profile: Profile, material: Material) -> bytes:
    """The envelope of a message, with a Security block as the profile has it.

    Raises:
        SecurityError: the keys cannot do it, or it is no envelope.
    """
    charset = charset_of(message.content_type)
    places = places_of(message.envelope, charset, profile.actor)
    signing = _Signing(profile, material, message, places)
    return signing.result(charset)


class _Signing:
    """The signing of one message."""

    def __init__(
        self, profile: Profile, material: Material, message: Message, places: Places
    ) -> None:
        self._profile = profile
        self._material = material
        self._message = message
        self._places = places
        self._edits: list[tuple[int, str]] = []
        self._ids: list[str] = []
        self._token_id = ""

    def result(self, charset: str | None) -> bytes:
        profile, block = self._profile, self._places.block
        timestamp = self._timestamp(block)
        key_reference = self._key_reference() if profile.sign else ("", "")
        token, reference = key_reference
        self._sign_parts(block)
        last = profile.layout == "timestamp-last"
        before = token if last else f"{timestamp}{token}"
        after = timestamp if last else ""
        if not profile.sign:
            return self._written(f"{before}{after}", "")
        if not self._ids:
            raise SecurityError("nothing of what is to be signed is in the message")
        unsigned = self._written(before, after)
        signature = self._signature(unsigned, charset, reference)
        return self._written(before, f"{signature}{after}")

    # ------------------------------------------------------------------------- parts

    def _timestamp(self, block: Block | None) -> str:
        """A new Timestamp; "" where none is wanted, or another layer wrote it."""
        if not self._profile.timestamp or _child(block, TIMESTAMP) is not None:
            return ""
        now = self._material.now()
        until = now + timedelta(seconds=self._profile.lifetime)
        name = ""
        if "Timestamp" in self._profile.sign:
            self._ids.append(_new_id("TS"))
            name = f' wsu:Id="{self._ids[-1]}"'
        return (
            f"<wsu:Timestamp {_WSU}{name}>"
            f"<wsu:Created>{_instant(now)}</wsu:Created>"
            f"<wsu:Expires>{_instant(until)}</wsu:Expires></wsu:Timestamp>"
        )

    def _sign_parts(self, block: Block | None) -> None:
        """Give an id to each part that is signed."""
        for part in self._parts(block):
            if not part.id:
                part.id = _new_id("id")
                self._edits.append((part.at, f' {_WSU} wsu:Id="{part.id}"'))
            if part.id not in self._ids:
                self._ids.append(part.id)
        if "BinarySecurityToken" in self._profile.sign and self._token_id:
            self._ids.append(self._token_id)

    def _parts(self, block: Block | None) -> Iterator[Part]:
        places = self._places
        for wanted in self._profile.sign:
            if wanted == "Body" and places.body is not None:
                yield places.body
            elif wanted == "Addressing":
                yield from (p for p in places.header if _is_addressing(p.name))
            elif wanted in ("Timestamp", "UsernameToken", "BinarySecurityToken"):
                name = TIMESTAMP if wanted == "Timestamp" else wsse(wanted)
                children = [] if block is None else block.parts
                yield from (p for p in children if p.name == name)
            elif wanted == "Headers":
                yield from places.header
            elif wanted.endswith("}*"):
                yield from (p for p in places.header if p.name.startswith(wanted[:-1]))
            else:
                yield from (p for p in places.header if p.name == wanted)

    # --------------------------------------------------------------------- the signature

    def _key_reference(self) -> tuple[str, str]:
        """The token that is sent, "" for none, and the content of KeyInfo."""
        material, profile = self._material, self._profile
        if material.key is None and material.secret is not None:
            return "", "<ds:KeyName>secret</ds:KeyName>"
        certificate = material.certificate
        if material.key is None or certificate is None:
            raise SecurityError("the keys have none that signs")
        token = ""
        if profile.reference == "direct":
            self._token_id = _new_id("X509")
            token = (
                f'<wsse:BinarySecurityToken {_WSSE} {_WSU} EncodingType="{BASE64}"'
                f' ValueType="{X509V3}" wsu:Id="{self._token_id}">'
                f"{encoded(der(certificate))}</wsse:BinarySecurityToken>"
            )
        inside = _reference_to(certificate, profile.reference, self._token_id)
        reference = (
            f"<wsse:SecurityTokenReference {_WSSE}>{inside}"
            "</wsse:SecurityTokenReference>"
        )
        return token, reference

    def _signature(self, unsigned: bytes, charset: str | None, reference: str) -> str:
        root = parse(unsigned, charset, LIMITS)
        elements = _by_id(root)
        hashing = self._profile.algorithms.digest
        references = "".join(
            f'<ds:Reference URI="#{attribute_text(name)}"><ds:Transforms>'
            f'<ds:Transform Algorithm="{EXCLUSIVE}"></ds:Transform></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{DIGESTS[hashing][0]}"></ds:DigestMethod>'
            f"<ds:DigestValue>{encoded(digest(hashing, canonical(elements[name])))}"
            "</ds:DigestValue></ds:Reference>"
            for name in self._ids
        )
        key, algorithm = self._key()
        # In its canonical form: its bytes are what is signed.
        info = (
            f'<ds:SignedInfo xmlns:ds="{SIGNATURE}">'
            f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}">'
            f"</ds:CanonicalizationMethod><ds:SignatureMethod"
            f' Algorithm="{SIGNATURES[algorithm][0]}"></ds:SignatureMethod>'
            f"{references}</ds:SignedInfo>"
        )
        value = signature_of(key, algorithm, info.encode("utf-8"))
        return (
            f'<ds:Signature xmlns:ds="{SIGNATURE}" Id="{_new_id("SIG")}">{info}'
            f"<ds:SignatureValue>{encoded(value)}</ds:SignatureValue>"
            f"<ds:KeyInfo>{reference}</ds:KeyInfo></ds:Signature>"
        )

    def _key(self) -> tuple[PrivateKey | Signer | bytes, str]:
        """The key that signs, and its algorithm."""
        material, named = self._material, self._profile.algorithms.signature
        if material.key is not None:
            is_curve = _is_curve(material.certificate)
            return material.key, named or ("ecdsa-sha256" if is_curve else "rsa-sha256")
        assert material.secret is not None
        return material.secret, named or "hmac-sha256"

    # ------------------------------------------------------------------------- writing

    def _written(self, before: str, after: str) -> bytes:
        """The envelope with these children at both ends of its Security block."""
        envelope, places, block = (
            self._message.envelope,
            self._places,
            self._places.block,
        )
        if block is not None:
            if envelope[: block.end].endswith("/>".encode(places.encoding)):
                raise SecurityError("another layer wrote a Security block of nothing")
            inside = [(block.inside, before), (block.end, after)]
            return places.edited(envelope, [*self._edits, *inside])
        envelope = places.edited(envelope, self._edits)
        if not before and not after:
            return envelope
        place = place_of_blocks(envelope, charset_of(self._message.content_type))
        attributes = _attributes(place, self._profile)
        return place.filled(
            envelope,
            f"<wsse:Security {_WSSE}{attributes}>{before}{after}</wsse:Security>",
        )


def _attributes(place: Place, profile: Profile) -> str:
    """Those of a new Security block, as XML after a space."""
    prefix, found = place.prefix or "soap", ""
    if profile.must_understand:
        found += f' {prefix}:mustUnderstand="1"'
    if profile.actor:
        kind = "role" if place.namespace == NAMES["1.2"].namespace else "actor"
        found += f' {prefix}:{kind}="{attribute_text(profile.actor)}"'
    if found and not place.prefix:
        found = f' xmlns:soap="{place.namespace}"{found}'
    return found


def _reference_to(
    certificate: x509.Certificate, style: KeyReference, token_id: str
) -> str:
    """The content of a SecurityTokenReference.

    Raises:
        SecurityError: the certificate has no SubjectKeyIdentifier.
    """
    if style == "direct":
        return f'<wsse:Reference URI="#{token_id}" ValueType="{X509V3}"/>'
    if style == "issuer-serial":
        issuer = text(certificate.issuer.rfc4514_string())
        return (
            f"<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{issuer}"
            f"</ds:X509IssuerName><ds:X509SerialNumber>{certificate.serial_number}"
            "</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"
        )
    if style == "thumbprint":
        kind, value = THUMBPRINT, thumbprint(certificate)
    elif style == "embedded":
        kind, value = X509V3, der(certificate)
    else:
        found = key_identifier(certificate)
        if found is None:
            raise SecurityError("the certificate has no SubjectKeyIdentifier")
        kind, value = SKI, found
    return (
        f'<wsse:KeyIdentifier EncodingType="{BASE64}" ValueType="{kind}">'
        f"{encoded(value)}</wsse:KeyIdentifier>"
    )


def _by_id(root: Any) -> dict[str, Any]:  # Any: lxml ships no types
    """The elements of our own message by their ids.

    Raises:
        SecurityError: an id is there twice.
    """
    found: dict[str, Any] = {}
    for e in root.iter():
        name = e.get(WSU_ID)
        if name is not None and found.setdefault(name, e) is not e:
            raise SecurityError("an id is in the message twice")
    return found


def _child(block: Block | None, name: str) -> Part | None:
    parts = [] if block is None else block.parts
    return next((part for part in parts if part.name == name), None)


def _is_addressing(name: str) -> bool:
    return name[1:].rpartition("}")[0] in ADDRESSING


def _is_curve(certificate: x509.Certificate | None) -> bool:
    if certificate is None:
        return False
    return isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)


def _new_id(prefix: str) -> str:
    return f"{prefix}-{os.urandom(12).hex()}"


def _instant(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"
