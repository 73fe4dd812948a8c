"""Signs messages: WS-Security 1.1, sections 6 to 8 and 10, with XML Signature 1.1.

The envelope's own bytes stay: ids and the Security block's content are put between them. Digests are made
of the parsed result, so that they are of what is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from ..errors.errors import SecurityError
from ..values.strings import attribute_text
from ..xml.element import Element
from ..xml.parsing import LIMITS, parse
from ..http.message import Attachment
from ..http.multipart import include
from .algorithms import (
    DIGESTS,
    SIGNATURES,
    PrivateKey,
    Signer,
    digest,
    encoded,
    signature_of,
)
from .assertions import Token, assertion_in
from .attached import COMPLETE, CONTENT, digest_of, uri_of
from .blocks import with_children
from .canonical import canonical, with_default
from .contained import prefixes_of_values
from .material import Material
from .names import (
    ADDRESSING,
    ENCRYPTED_DATA,
    EXCLUSIVE,
    SECURITY11,
    SIGNATURE,
    STR_TRANSFORM,
    TIMESTAMP,
    USERNAME_TOKEN,
    WSU_ID,
    ds,
    wsse,
)
from .places import Block, Part, places_of
from .profile import Profile
from .references import (
    WSSE,
    WSU,
    as_token,
    certificate_reference,
    new_id,
    path_of,
    token_of,
)

_WITH_PLAIN_ID = (ENCRYPTED_DATA, ds("Signature"))


@dataclass(frozen=True, slots=True)
class Signed:
    """A message with its Security block."""

    envelope: bytes
    values: tuple[bytes, ...] = ()
    """Those of its signatures."""


@dataclass(frozen=True, slots=True)
class Further:
    """Those things around a signature that are not the profile's and not the keys'."""

    session: bytes | None = None
    """The key of a symmetric binding."""
    reference: str = ""
    """To it."""
    endorses: bool = False
    """Whether the certificate's key signs the signature."""
    instead: Sequence[tuple[str, str]] = ()
    """The names of elements that are encrypted, and the ids of what is in their places."""
    confirmed: Sequence[bytes] | None = None
    """The values of the request's signatures; `None` where they are not confirmed."""
    behind: str = ""
    """Elements behind the signature, as XML."""
    attachments: Sequence[Attachment] = ()
    """Those that are signed."""
    assertion: Token | None = None
    """The SAML assertion that is sent."""
    included: Sequence[Attachment] = ()
    """Those that the envelope includes: it is signed with their contents in it."""


def signed(
    envelope: bytes,
    charset: str | None,
    profile: Profile,
    material: Material,
    further: Further,
) -> Signed:
    """An envelope with a Security block, signed as the profile has it.

    Raises:
        SecurityError: the keys cannot do it, or it is no envelope.
    """
    return _Signing(envelope, charset, profile, material, further).result()


class _Signing:
    """The signing of one message."""

    def __init__(
        self,
        envelope: bytes,
        charset: str | None,
        profile: Profile,
        material: Material,
        further: Further,
    ) -> None:
        self._envelope = envelope
        self._charset = charset
        self._profile = profile
        self._material = material
        self._further = further
        self._places = places_of(envelope, charset, profile.actor)
        self._edits: list[tuple[int, str]] = []
        self._ids: list[str] = []
        self._token_id = ""
        self._vouching = ""
        self._protecting = ""

    def result(self) -> Signed:
        profile, further = self._profile, self._further
        block = self._places.block
        timestamp = self._timestamp(block)
        confirmations = self._confirmations() if profile.sign else ""
        token, reference = self._token() if profile.sign else ("", "")
        self._sign_parts(block)
        last = profile.layout == "timestamp-last"
        before = f"{'' if last else timestamp}{token}{self._assertion()}{confirmations}"
        after = f"{further.behind}{timestamp if last else ''}"
        if not profile.sign:
            return Signed(self._written(before, after))
        if not self._ids and not further.attachments:
            raise SecurityError("nothing of what is to be signed is in the message")
        unsigned = self._written(before, after)
        signature, value = self._main_signature(unsigned, reference)
        values = [value]
        if further.endorses:
            endorsed = self._written(before, f"{signature.xml}{after}")
            more, value = self._endorsing(endorsed, signature.id, reference)
            signature = _Written(signature.id, f"{signature.xml}{more.xml}")
            values.append(value)
        return Signed(self._written(before, f"{signature.xml}{after}"), tuple(values))

    # ------------------------------------------------------------------------- parts

    def _timestamp(self, block: Block | None) -> str:
        """A new Timestamp; "" where none is wanted, or another layer wrote it."""
        if not self._profile.timestamp or _child(block, TIMESTAMP) is not None:
            return ""
        now = self._material.now()
        until = now + timedelta(seconds=self._profile.lifetime)
        name = ""
        if "Timestamp" in self._profile.sign:
            self._ids.append(new_id("TS"))
            name = f' wsu:Id="{self._ids[-1]}"'
        return (
            f"<wsu:Timestamp {WSU}{name}>"
            f"<wsu:Created>{_instant(now)}</wsu:Created>"
            f"<wsu:Expires>{_instant(until)}</wsu:Expires></wsu:Timestamp>"
        )

    def _assertion(self) -> str:
        """The SAML assertion, and the reference by which it is signed where it is."""
        assertion = self._further.assertion
        if assertion is None:
            return ""
        if not self._profile.signs_assertion:
            return assertion.xml
        self._vouching = new_id("STR")
        return f"{assertion.xml}{assertion.reference(self._vouching)}"

    def _vouched(self, root: Element, hashing: str) -> str:
        """The Reference to the assertion: what is digested is the token that a reference is to (section 8.3)."""
        security: Any = _by_id(root)[self._vouching].getparent()
        token = with_default(canonical(assertion_in(security)))
        return _token_reference(self._vouching, hashing, token)

    def _protected(self, hashing: str) -> str:
        """The Reference to the certificate, which the message does not have as a token."""
        assert self._material.certificate is not None
        token = as_token(self._material.certificate)
        return _token_reference(self._protecting, hashing, token)

    def _confirmations(self) -> str:
        """Those of the request's signatures (WSS 1.1, section 8.5)."""
        values = self._further.confirmed
        if values is None:
            return ""
        found = ""
        for value in values or [b""]:
            self._ids.append(new_id("SC"))
            given = f' Value="{encoded(value)}"' if value else ""
            found += (
                f'<wsse11:SignatureConfirmation xmlns:wsse11="{SECURITY11}" {WSU}'
                f' wsu:Id="{self._ids[-1]}"{given}/>'
            )
        return found

    def _sign_parts(self, block: Block | None) -> None:
        """Give an id to each part that is signed."""
        for part in self._parts(block):
            if not part.id:
                part.id = new_id("id")
                self._edits.append((part.at, f' {WSU} wsu:Id="{part.id}"'))
            if part.id not in self._ids:
                self._ids.append(part.id)
        for name, identifier in self._further.instead:
            if any(_is_named(name, wanted) for wanted in self._profile.sign):
                self._ids.append(identifier)
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

    def _token(self) -> tuple[str, str]:
        """The token that is sent, "" for none, and the reference to the certificate, the content of
        KeyInfo."""
        material, profile, further = self._material, self._profile, self._further
        if further.session is not None and not further.endorses:
            return "", ""
        if further.assertion is not None and profile.saml == "holder-of-key":
            return "", further.assertion.reference()
        if material.key is None and material.secret is not None:
            return "", "<ds:KeyName>secret</ds:KeyName>"
        certificate = material.certificate
        if material.key is None or certificate is None:
            raise SecurityError("the keys have none that signs")
        token = ""
        if profile.reference == "direct":
            self._token_id = new_id("X509")
            token = token_of(certificate, self._token_id)
        elif profile.reference == "path":
            self._token_id = new_id("X509")
            token = path_of(certificate, material.chain, self._token_id)
        elif "BinarySecurityToken" in profile.sign:
            self._protecting = new_id("STR")
        return token, certificate_reference(
            certificate, profile.reference, self._token_id, self._protecting
        )

    def _main_signature(
        self, unsigned: bytes, reference: str
    ) -> tuple[_Written, bytes]:
        """The signature of the message."""
        further = self._further
        if further.session is not None:
            named = self._profile.algorithms.signature
            algorithm = named if named.startswith("hmac") else "hmac-sha256"
            return self._signature(
                unsigned, self._ids, further.session, algorithm, further.reference
            )
        return self._signature(unsigned, self._ids, *self._key(), reference)

    def _endorsing(
        self, endorsed: bytes, name: str, reference: str
    ) -> tuple[_Written, bytes]:
        """The signature of the signature."""
        return self._signature(endorsed, [name], *self._key(), reference)

    def _signature(
        self,
        unsigned: bytes,
        ids: Sequence[str],
        key: PrivateKey | Signer | bytes,
        algorithm: str,
        reference: str,
    ) -> tuple[_Written, bytes]:
        root = parse(unsigned, self._charset, LIMITS)
        include(root, self._further.included)
        elements = _by_id(root)
        hashing = self._profile.algorithms.digest
        references = "".join(
            _reference_to(name, elements[name], hashing) for name in ids
        )
        if ids is self._ids:
            references += self._attachments(hashing)
            references += self._vouched(root, hashing) if self._vouching else ""
            references += self._protected(hashing) if self._protecting else ""
        # In its canonical form: its bytes are what is signed.
        info = (
            f'<ds:SignedInfo xmlns:ds="{SIGNATURE}">'
            f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}">'
            f"</ds:CanonicalizationMethod><ds:SignatureMethod"
            f' Algorithm="{SIGNATURES[algorithm][0]}"></ds:SignatureMethod>'
            f"{references}</ds:SignedInfo>"
        )
        value = signature_of(key, algorithm, info.encode("utf-8"))
        written = _Written(
            name := new_id("SIG"),
            f'<ds:Signature xmlns:ds="{SIGNATURE}" Id="{name}">{info}'
            f"<ds:SignatureValue>{encoded(value)}</ds:SignatureValue>"
            f"<ds:KeyInfo>{reference}</ds:KeyInfo></ds:Signature>",
        )
        return written, value

    def _attachments(self, hashing: str) -> str:
        """The references to attachments."""
        complete = "CompleteAttachments" in self._profile.sign
        transform = COMPLETE if complete else CONTENT
        try:
            return "".join(
                _reference(
                    *(uri_of(one), transform, hashing),
                    digest_of(one, hashing, complete=complete),
                )
                for one in self._further.attachments
            )
        except (OSError, ValueError) as error:
            raise SecurityError("an attachment cannot be read") from error

    def _key(self) -> tuple[PrivateKey | Signer | bytes, str]:
        """The key that signs, and its algorithm."""
        material, named = self._material, self._profile.algorithms.signature
        named = "" if self._further.endorses and named.startswith("hmac") else named
        if material.key is not None:
            is_curve = _is_curve(material.certificate)
            return material.key, named or ("ecdsa-sha256" if is_curve else "rsa-sha256")
        assert material.secret is not None
        return material.secret, named or "hmac-sha256"

    def _written(self, before: str, after: str) -> bytes:
        return with_children(
            *(self._envelope, self._charset, self._places, self._profile),
            *(before, after, self._edits),
        )


@dataclass(frozen=True, slots=True)
class _Written:
    """A signature as XML, and its id."""

    id: str
    xml: str


def _reference_to(name: str, e: Any, hashing: str) -> str:  # Any: lxml ships no types
    """A Reference to an element, with the prefixes of its values in the PrefixList."""
    prefixes, included = prefixes_of_values(e), ""
    if prefixes:
        included = (
            f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}"'
            f' PrefixList="{" ".join(prefixes)}"></ec:InclusiveNamespaces>'
        )
    value = digest(hashing, canonical(e, prefixes))
    return _reference(f"#{name}", EXCLUSIVE, hashing, value, included)


def _reference(
    uri: str, transform: str, hashing: str, value: bytes, parameters: str = ""
) -> str:
    """A Reference, in its canonical form."""
    return (
        f'<ds:Reference URI="{attribute_text(uri)}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{transform}">{parameters}</ds:Transform>'
        "</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{DIGESTS[hashing][0]}"></ds:DigestMethod>'
        f"<ds:DigestValue>{encoded(value)}</ds:DigestValue></ds:Reference>"
    )


def _token_reference(name: str, hashing: str, token: bytes) -> str:
    """A Reference to the token that a SecurityTokenReference is to (WSS 1.1, section 8.3).

    Args:
        name: the id of the SecurityTokenReference.
        token: in its canonical form.
    """
    parameters = (
        f"<wsse:TransformationParameters {WSSE}><ds:CanonicalizationMethod"
        f' Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
        "</wsse:TransformationParameters>"
    )
    value = digest(hashing, token)
    return _reference(f"#{name}", STR_TRANSFORM, hashing, value, parameters)


def _is_named(name: str, wanted: str) -> bool:
    """Whether an element is of a part that is signed."""
    if wanted == "Addressing":
        return _is_addressing(name)
    if wanted == "UsernameToken":
        return name == USERNAME_TOKEN
    return name == wanted or wanted.endswith("}*") and name.startswith(wanted[:-1])


def _by_id(root: Any) -> dict[str, Any]:  # Any: lxml ships no types
    """The elements of our own message by their ids.

    Raises:
        SecurityError: an id is there twice.
    """
    found: dict[str, Any] = {}
    for e in root.iter():
        name = e.get(WSU_ID)
        if name is None and e.tag in _WITH_PLAIN_ID:
            name = e.get("Id")
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


def _instant(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"
