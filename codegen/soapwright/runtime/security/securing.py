"""Message security of clients and services: secures what goes out, opens and checks what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from ..errors.errors import SecurityError
from ..http.bodies import charset_of
from ..http.message import Attachment, Message
from ..http.multipart import beside, with_included
from ..http.securing import Checked, Received
from ..soap.envelope import NAMES, Version
from ..xml.element import Element
from ..xml.parsing import LIMITS, Limits, parse
from .algorithms import DIGESTS, SIGNATURES, accepted, identity_of
from .assertion_checks import Asserted
from .assertions import ASSERTIONS, ENCRYPTED_ASSERTION, id_of, is_encrypted
from .ciphers import DATA, TRANSPORTS
from .correlation import Correlation
from .demanding import (
    check_assertion,
    check_attachments,
    check_confirmations,
    check_coverage,
    check_encryption,
    check_included,
)
from .material import Material
from .names import BLOCK, TIMESTAMP, USERNAME_TOKEN, ds
from .parts import Parts, parts_of
from .profile import Algorithms, Profile
from .receiving import Coming, Opened, is_protected, opened
from .refusals import refusal
from .required import check_required, check_sent
from .sending import secured
from .timestamps import check_timestamp, latest
from .verifying import Verified

_LATEST: Final = 2.0**40


class _Secured:
    """The common part of both sides."""

    def __init__(self, material: Material, profile: Profile) -> None:
        _check_names(profile.algorithms)
        self._material = material
        self._profile = profile
        self._accepts = accepted(profile.algorithms.accept)

    def _check_signer(self) -> None:
        """Refuse keys that cannot sign where the profile does.

        Raises:
            ValueError: it is so.
        """
        material = self._material
        if self._profile.sign and material.key is None and material.secret is None:
            raise ValueError("the profile signs, and the keys have none that signs")

    def _check_trust(self) -> None:
        """Refuse keys that trust nobody where signatures are demanded.

        Raises:
            ValueError: it is so.
        """
        material, profile = self._material, self._profile
        trusted = [*material.trust.pinned, *material.trust.authorities]
        if profile.saml == "holder-of-key":
            trusted += [*material.issuers.pinned, *material.issuers.authorities]
        if profile.expected and not trusted and material.secret is None:
            raise ValueError("signatures are demanded, and trust=[…] has nobody's")

    def _check_decrypter(self) -> None:
        """Refuse a key that cannot decrypt where encryption is demanded.

        Raises:
            ValueError: it is so.
        """
        if not callable(getattr(self._material.key, "decrypt", None)):
            raise ValueError("encryption is demanded, and the key cannot decrypt")

    def _sent(
        self, message: Message, request: Correlation | None
    ) -> tuple[Message, Correlation]:
        """A message with its Security block."""
        encrypt = self._profile.encrypt
        if encrypt and message.attachments:
            beside_too = any(part.endswith("Attachments") for part in encrypt)
            message = _with_contents(message, beside_too=beside_too)
        for layer in self._profile.tokens:
            message = layer(message)
        check_sent(message, self._profile)
        return secured(message, self._profile, self._material, request)

    def _check(self, parts: Parts, coming: Coming) -> Opened:
        """A message that passed everything that the profile demands.

        Raises:
            SecurityError: it did not.
        """
        profile, material = self._profile, self._material
        request = coming.request
        found = opened(parts, profile, material, self._accepts, coming)
        is_fault = request is not None and _is_fault(found.parts)
        if not is_fault:
            check_required(found.parts, profile.expect_required)
            check_encryption(found, profile)
        check_included(found.parts, profile)
        until = check_timestamp(found.parts, profile, material.now())
        if found.assertion is not None:
            check_assertion(found, profile)
        if profile.expected and (found.signatures or not is_fault):
            self._check_signatures(found, request, until)
        # Asked last, as signatures are: only who is trusted uses it up.
        if found.assertion is not None:
            self._check_once(found.assertion)
        return found

    def _check_signatures(
        self, found: Opened, request: Correlation | None, until: float
    ) -> None:
        """Refuse a message whose signatures do not cover what is demanded, or were received before.

        Args:
            until: as of `check_timestamp`.
        """
        profile, material = self._profile, self._material
        main = self._main(found, request)
        check_coverage(main, profile)
        check_attachments(main, profile, found.attachments)
        if request is not None and profile.confirm:
            check_confirmations(main, request.values)
        if not any(map(main.covers, main.parts.security.findall(TIMESTAMP))):
            until = latest(profile, material.now())
        # Asked last: only who is trusted fills the memory.
        for one in found.signatures:
            if request is not None and request.values:
                self._check_other(one, request)
            seen = sha256(one.identity).hexdigest()
            if not material.replays.add(seen, min(until, _LATEST)):
                raise SecurityError("the message was received before")

    def _check_other(self, one: Verified, request: Correlation) -> None:
        """Refuse a reply whose signature is that of its request, or by one's own certificate.

        Raises:
            SecurityError: it is so.
        """
        if one.identity in [identity_of(one.algorithm, v) for v in request.values]:
            raise SecurityError("the reply is what was sent")
        signer = None if one.signer is None else one.signer.certificate
        own, pinned = self._material.certificate, self._material.trust.pinned
        if signer is not None and signer == own and signer not in pinned:
            raise SecurityError("the message is one of one's own")

    def _check_once(self, assertion: Asserted) -> None:
        """Refuse an assertion that is for one use, and was used."""
        name = f"saml\0{id_of(assertion.element)}"
        until = min(assertion.until.timestamp() + self._profile.skew, _LATEST)
        if assertion.once and not self._material.replays.add(name, until):
            raise SecurityError("the assertion was used before")

    def _main(self, found: Opened, request: Correlation | None) -> Verified:
        """The signature of the message, which another one endorses where that is demanded."""
        signatures = found.signatures
        if self._profile.endorse and request is None:
            if len(signatures) != 2 or signatures[1].signer is None:
                raise SecurityError("the signature is not endorsed")
            security = found.parts.security
            if not signatures[1].covers(security.find(ds("Signature"))):
                raise SecurityError("the signature is not endorsed")
        elif len(signatures) != 1:
            raise SecurityError(
                f"{len(signatures)} signatures, where there must be one"
            )
        if self._profile.symmetric and signatures[0].secret is None:
            raise SecurityError("the message is not signed with its own key")
        return signatures[0]


class SecuredClient(_Secured):
    """The message security of one client.

    Raises:
        ValueError: a key is missing, or the endpoint is not of TLS, where that is demanded.
    """

    def __init__(self, material: Material, profile: Profile, endpoint: str) -> None:
        super().__init__(material, profile)
        if profile.https and not endpoint.lower().startswith("https:"):
            raise ValueError("the policy demands TLS: the endpoint must be https")
        if not profile.symmetric or profile.endorse:
            self._check_signer()
        if not profile.symmetric:
            self._check_trust()
        if (profile.encrypt or profile.symmetric) and material.recipient is None:
            raise ValueError("it is not known for which certificate: recipient=…")
        if profile.expected_encrypted and not profile.symmetric:
            self._check_decrypter()
        if profile.saml and material.saml is None:
            raise ValueError("a SAML assertion is demanded: give Keys(saml=…)")
        if profile.is_confirmed and not profile.sign:
            raise ValueError(f"saml={profile.saml!r} is confirmed by a signature")
        refers = profile.is_confirmed or profile.signs_assertion
        if profile.saml and refers and is_encrypted(material.saml):
            given = "give it as it is, and encrypt=['Assertion']"
            raise ValueError(f"the signature refers to the assertion: {given}")

    def secured(self, message: Message) -> Message:
        """The message with its Security block.

        Raises:
            SecurityError: the keys cannot do it, or it is no envelope.
        """
        message, correlation = self._sent(message, None)
        return replace(message, correlation=correlation)

    def checked(
        self, message: Message, limits: Limits, sent: Message | None = None
    ) -> Checked:
        """A reply that is signed and encrypted as demanded, or a fault that is not signed at all.

        Raises:
            SecurityError: it is neither.
            DecodeError: it is no XML.
        """
        root = parse(message.envelope, charset_of(message.content_type), limits)
        parts = _readable(root, self._profile.actor)
        if parts is None:
            return Checked(root, verified=False)
        if not is_protected(parts) and _is_fault(parts):
            return Checked(root, verified=False)
        if parts.security is None and self._profile.unsigned_replies:
            return Checked(root, verified=False)
        given = None if sent is None else sent.correlation
        request = given if isinstance(given, Correlation) else Correlation()
        coming = Coming(limits, request, message.attachments)
        found = self._check(parts, coming)
        verified = bool(self._profile.expected) and bool(found.signatures)
        return Checked(found.parts.root, verified, found.decrypted)


class SecuredService(_Secured):
    """The message security of one service.

    Raises:
        ValueError: a key is missing.
    """

    def __init__(self, material: Material, profile: Profile) -> None:
        super().__init__(material, profile)
        if not profile.symmetric:
            self._check_signer()
        if not profile.symmetric or profile.endorse:
            self._check_trust()
        if profile.symmetric or profile.expected_encrypted:
            self._check_decrypter()
        if profile.saml and not (
            material.issuers.pinned or material.issuers.authorities
        ):
            raise ValueError("SAML assertions are demanded, and issuers=[…] has nobody")
        if profile.is_confirmed and not profile.expected:
            raise ValueError(f"saml={profile.saml!r} is confirmed by a signature")

    def understands(self, block: str) -> bool:
        """Whether a header block is checked here, by its name in Clark's notation."""
        return block == BLOCK

    def received(
        self,
        blocks: Sequence[Element],
        version: Version,
        limits: Limits = LIMITS,
        attachments: Sequence[Attachment] = (),
    ) -> Received:
        """A request that is signed and encrypted as demanded.

        Args:
            blocks: its header blocks that are for the service.
            version: of SOAP.
            limits: of what it becomes when it is decrypted.
            attachments: those that its envelope does not include.

        Raises:
            SoapFault: it is not; its cause is the `SecurityError`.
        """
        try:
            return self._received(blocks, Coming(limits, None, attachments))
        except SecurityError as error:
            raise refusal(error, version) from error

    def secured(self, message: Message, request: Received | None = None) -> Message:
        """A reply with its Security block.

        Args:
            request: what it answers.

        Raises:
            SecurityError: the keys cannot do it, or it is no envelope.
        """
        known = None if request is None else request.correlation
        correlation = known if isinstance(known, Correlation) else Correlation()
        return self._sent(message, correlation)[0]

    def _received(self, blocks: Sequence[Element], coming: Coming) -> Received:
        if not blocks:
            raise SecurityError("there is no Security block")
        root: Any = blocks[0].getroottree().getroot()
        found = self._check(parts_of(root, self._profile.actor), coming)
        parts = found.parts
        if found.assertion is None and parts.security is not None:
            known = (*ASSERTIONS, ENCRYPTED_ASSERTION)
            if any(e.tag in known for e in parts.security):
                raise SecurityError("nothing checks a SAML assertion here")
        signers = [one.signer.certificate for one in found.signatures if one.signer]
        signer = signers[0] if signers else None
        values = tuple(one.value for one in found.signatures)
        user = "" if signer is None else signer.subject.rfc4514_string()
        user = self._user(parts) or user
        correlation = Correlation(values, found.session, signer)
        if found.assertion is None:
            return Received(parts.root, user, correlation, opened=found.decrypted)
        assertion = found.assertion
        return Received(
            *(parts.root, assertion.subject, correlation, assertion.element),
            found.decrypted,
        )

    def _user(self, parts: Parts) -> str:
        """The user of a UsernameToken, "" where there is none.

        Raises:
            SecurityError: it is not good, or nothing checks it.
        """
        security = parts.security
        tokens = [] if security is None else security.findall(USERNAME_TOKEN)
        if not tokens:
            return ""
        if len(tokens) > 1 or self._material.users is None:
            raise SecurityError("nothing checks a UsernameToken here")
        return self._material.users.check_token(tokens[0])


def _with_contents(message: Message, *, beside_too: bool) -> Message:
    """A message whose binary values are in its envelope, so that they are encrypted with it.

    Args:
        beside_too: whether its other attachments are encrypted.

    Raises:
        SecurityError: it has others, which would go out in the clear.
    """
    others = beside(message)
    if others and not beside_too:
        raise SecurityError("attachments are not encrypted: the profile encrypts")
    return replace(with_included(message, LIMITS)[0], attachments=others)


def _check_names(algorithms: Algorithms) -> None:
    """Refuse algorithms that are not known.

    Raises:
        ValueError: one is not.
    """
    for name, known in (
        ("signature", SIGNATURES),
        ("digest", DIGESTS),
        ("data", DATA),
        ("transport", TRANSPORTS),
    ):
        given = getattr(algorithms, name)
        if given not in known and (given or name != "signature"):
            raise ValueError(f"{name}={given!r} is no algorithm")


def _readable(root: Element, actor: str) -> Parts | None:
    """The parts of a reply; `None` of what is no envelope, which cannot become a value either.

    Raises:
        SecurityError: its parts are not at their places.
    """
    known = [names.envelope for names in NAMES.values()]
    return parts_of(root, actor) if root.tag in known else None


def _is_fault(parts: Parts) -> bool:
    """Whether a Body has a Fault and nothing else, which is never read as a reply."""
    children: list[Any] = parts.body[:]  # Any: lxml ships no types
    return [e.tag for e in children] == [f"{{{parts.soap}}}Fault"]
