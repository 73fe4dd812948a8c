"""Message security of clients and services: signs what goes out, verifies what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from ..errors.errors import SecurityError
from ..http.bodies import XOP_TYPE, charset_of, media_type
from ..http.message import Message
from ..http.securing import Checked, Received
from ..soap.envelope import NAMES, Version
from ..xml.element import Element
from ..xml.parsing import LIMITS, Limits, parse
from .algorithms import DIGESTS, SIGNATURES, accepted
from .demanding import check_coverage
from .material import Material
from .names import BLOCK, USERNAME_TOKEN, ds
from .parts import Parts, parts_of
from .profile import Profile
from .refusals import refusal
from .required import check_required, check_sent
from .signing import secured
from .timestamps import check_timestamp
from .verifying import Verified, verified

_LATEST: Final = 2.0**40


class _Secured:
    """The common part of both sides."""

    def __init__(self, material: Material, profile: Profile) -> None:
        algorithms = profile.algorithms
        if algorithms.signature and algorithms.signature not in SIGNATURES:
            raise ValueError(f"signature={algorithms.signature!r} is no algorithm")
        if algorithms.digest not in DIGESTS:
            raise ValueError(f"digest={algorithms.digest!r} is no algorithm")
        if profile.sign and material.key is None and material.secret is None:
            raise ValueError("the profile signs, and the keys have none that signs")
        trust = material.trust
        if profile.expected and not (
            trust.pinned or trust.authorities or material.secret
        ):
            raise ValueError("signatures are demanded, and trust=[…] has nobody's")
        self._material = material
        self._profile = profile
        self._accepts = accepted(algorithms.accept)

    def secured(self, message: Message, request: Received | None = None) -> Message:
        """The message with its Security block.

        Args:
            message: a request, or a reply.
            request: what a reply answers.

        Raises:
            SecurityError: the keys cannot do it, or it is no envelope.
        """
        if message.attachments or media_type(message.content_type) == XOP_TYPE:
            raise SecurityError("a message with attachments cannot be signed")
        for layer in self._profile.tokens:
            message = layer(message)
        check_sent(message, self._profile)
        return replace(
            message, envelope=secured(message, self._profile, self._material)
        )

    def _check(self, parts: Parts) -> Verified:
        """A message that passed everything that the profile demands.

        Raises:
            SecurityError: it did not.
        """
        profile, material = self._profile, self._material
        check_required(parts, profile.expect_required)
        if not profile.expected:
            check_timestamp(parts, profile, material.now())
            return Verified(parts)
        found = verified(parts, material, self._accepts)
        check_coverage(found, profile)
        until = check_timestamp(parts, profile, material.now())
        # Asked last: only who is trusted fills the memory.
        seen = sha256(found.value).hexdigest()
        if not material.replays.add(seen, min(until, _LATEST)):
            raise SecurityError("the message was received before")
        return found


class SecuredClient(_Secured):
    """The message security of one client.

    Raises:
        ValueError: a key is missing, or the endpoint is not of TLS, where that is demanded.
    """

    def __init__(self, material: Material, profile: Profile, endpoint: str) -> None:
        super().__init__(material, profile)
        if profile.https and not endpoint.lower().startswith("https:"):
            raise ValueError("the policy demands TLS: the endpoint must be https")

    def checked(
        self, message: Message, limits: Limits, sent: Message | None = None
    ) -> Checked:
        """A reply that is signed as demanded, or a fault that is not signed at all.

        Raises:
            SecurityError: it is neither.
            DecodeError: it is no XML.
        """
        root = parse(message.envelope, charset_of(message.content_type), limits)
        parts = _readable(root, self._profile.actor)
        if parts is None:
            return Checked(root, verified=False)
        signed = parts.security is not None and parts.security.findall(ds("Signature"))
        if not signed and _is_fault(parts):
            return Checked(root, verified=False)
        if parts.security is None and self._profile.unsigned_replies:
            return Checked(root, verified=False)
        self._check(parts)
        return Checked(root, verified=bool(self._profile.expected))


class SecuredService(_Secured):
    """The message security of one service."""

    def understands(self, block: str) -> bool:
        """Whether a header block is checked here, by its name in Clark's notation."""
        return block == BLOCK

    def received(
        self, blocks: Sequence[Element], version: Version, limits: Limits = LIMITS
    ) -> Received:
        """A request that is signed as demanded, with the subject of the certificate.

        Args:
            blocks: its header blocks that are for the service.
            version: of SOAP.
            limits: of its envelope.

        Raises:
            SoapFault: it is not; its cause is the `SecurityError`.
        """
        try:
            return self._received(blocks)
        except SecurityError as error:
            raise refusal(error, version) from error

    def _received(self, blocks: Sequence[Element]) -> Received:
        if not blocks:
            raise SecurityError("there is no Security block")
        root = blocks[0].getroottree().getroot()
        found = self._check(parts_of(root, self._profile.actor))
        signer = found.signer
        user = "" if signer is None else signer.certificate.subject.rfc4514_string()
        return Received(root, self._user(found.parts) or user)

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
