"""The parts of a message that must be signed (WSS 1.1.1, section 8) and encrypted (section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..errors.errors import SecurityError
from ..http.message import Attachment
from ..http.multipart import INCLUDE
from .algorithms import decoded
from .assertions import ASSERTIONS
from .names import (
    ADDRESSING,
    CONFIRMATION,
    TIMESTAMP,
    USERNAME_TOKEN,
    ds,
)
from .parts import Parts, only
from .profile import Profile
from .receiving import Opened
from .verifying import Verified

_OF_SECURITY: Final = (
    *("Timestamp", "UsernameToken", "BinarySecurityToken"),
    *("Signature", "Assertion"),
)


def check_coverage(found: Verified, profile: Profile) -> None:
    """Refuse a message of which a demanded part is not signed.

    Raises:
        SecurityError: one is not, or Body or Timestamp is missing.
    """
    for part in profile.expected:
        for e in demanded(found.parts, part, profile):
            if not found.covers(e):
                local = str(e.tag).rpartition("}")[2]
                raise SecurityError(f"{local} is not signed")
    if "BinarySecurityToken" in profile.expected and found.signer is not None:
        token = found.signer.token
        if not found.covers(found.reference if token is None else token):
            raise SecurityError("the signer's token is not signed")


def check_attachments(
    found: Verified, profile: Profile, attachments: Sequence[Attachment]
) -> None:
    """Refuse a message with an attachment that is not signed, where that is demanded.

    Raises:
        SecurityError: one is not.
    """
    complete = "CompleteAttachments" in profile.expected
    if complete or "Attachments" in profile.expected:
        for one in attachments:
            known = found.attachments.get(one.content_id)
            if known is None or complete and not known:
                raise SecurityError("an attachment is not signed")


def check_assertion(found: Opened, profile: Profile) -> None:
    """Refuse a message whose signatures do not confirm its assertion as is demanded.

    Raises:
        SecurityError: nobody confirms it.
    """
    assertion, signatures = found.assertion, found.signatures
    assert assertion is not None
    if profile.saml == "holder-of-key":
        signers = [one.signer.certificate for one in signatures if one.signer]
        good = assertion.holder is not None and assertion.holder in signers
    elif profile.saml == "sender-vouches":
        good = any(one.covers(assertion.element) for one in signatures if one.signer)
    else:
        good = True
    if not good:
        raise SecurityError("the message's signature does not confirm the assertion")


def check_included(parts: Parts, profile: Profile) -> None:
    """Refuse a message of which a part that must be signed or encrypted includes what is neither, by XOP.

    Raises:
        SecurityError: one does.
    """
    for part in dict.fromkeys((*profile.expected, *profile.expected_encrypted)):
        if part in _OF_SECURITY:  # they have no binary values
            continue
        for e in demanded(parts, part, profile):
            if next(e.iter(INCLUDE), None) is not None:
                local = str(e.tag).rpartition("}")[2]
                raise SecurityError(
                    f"{local} includes a part that is not signed with it"
                )


def demanded(
    parts: Parts, part: str, profile: Profile
) -> Iterator[Any]:  # Any: lxml ships no types
    """The elements of a part that must be signed, at their places.

    Raises:
        SecurityError: the Timestamp is not there, or twice.
    """
    blocks = [] if parts.header is None else parts.header[:]
    if part == "Body":
        yield parts.body
    elif part == "Timestamp":
        if profile.timestamp:
            yield only(parts.security, TIMESTAMP)
    elif part == "Addressing":
        yield from (b for b in blocks if _namespace(b) in ADDRESSING)
    elif part == "UsernameToken":
        yield from parts.security.findall(USERNAME_TOKEN)
    elif part == "Assertion":
        yield from (e for e in parts.security if e.tag in ASSERTIONS)
    elif part == "Headers":
        yield from (b for b in blocks if b is not parts.security and parts.is_ours(b))
    elif part.endswith("}*"):
        yield from (b for b in blocks if _namespace(b) == part[1:-2])
    else:
        yield from (b for b in blocks if b.tag == part)


def check_encryption(found: Opened, profile: Profile) -> None:
    """Refuse a message of which a demanded part is not encrypted.

    Raises:
        SecurityError: one is not.
    """
    parts = found.parts
    for part in profile.expected_encrypted:
        if part == "Body":
            body = parts.body
            has_content = len(body) or (body.text or "").strip()
            good = not has_content or any(one is body for one in found.contents)
        elif part.endswith("Attachments"):
            whole = part == "CompleteAttachments"
            opened = [
                name for name, is_whole in found.opened.items() if is_whole >= whole
            ]
            good = all(one.content_id in opened for one in found.attachments)
        else:
            wanted = _encrypted_elements(parts, part)
            good = all(any(one is e for one in found.encrypted) for e in wanted)
        if not good:
            raise SecurityError(f"{part.rpartition('}')[2]} is not encrypted")


def _encrypted_elements(
    parts: Parts, part: str
) -> Iterator[Any]:  # Any: lxml ships no types
    """The elements of a part that must be encrypted."""
    inside = [] if parts.security is None else parts.security[:]
    blocks = [] if parts.header is None else parts.header[:]
    if part == "Signature":
        names = (ds("Signature"), CONFIRMATION)
        yield from (e for e in inside if e.tag in names)
    elif part == "UsernameToken":
        yield from (e for e in inside if e.tag == USERNAME_TOKEN)
    elif part == "Assertion":
        yield from (e for e in inside if e.tag in ASSERTIONS)
    elif part.endswith("}*"):
        yield from (b for b in blocks if _namespace(b) == part[1:-2])
    else:
        yield from (b for b in blocks if b.tag == part)


def check_confirmations(found: Verified, values: Sequence[bytes]) -> None:
    """Refuse a reply that does not confirm the request's signatures, those and no others (WSS 1.1, section 8.5).

    Args:
        values: of the signatures.

    Raises:
        SecurityError: it does not, or the confirmation is not signed.
    """
    confirmations = found.parts.security.findall(CONFIRMATION)
    given = [decoded(one.get("Value")) for one in confirmations]
    if sorted(given) != sorted(values or [b""]):
        raise SecurityError("the reply does not confirm the request's signature")
    if not all(found.covers(one) for one in confirmations):
        raise SecurityError("SignatureConfirmation is not signed")


def _namespace(e: Any) -> str:  # Any: lxml ships no types
    return str(e.tag)[1:].rpartition("}")[0]
