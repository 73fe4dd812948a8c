"""The usual causes of a digest or a signature that is wrong, proven where another form gives the right one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from lxml import etree

from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.http.bodies import charset_of
from soapwright.runtime.http.message import Message
from soapwright.runtime.security.algorithms import (
    DIGESTS,
    SIGNATURES,
    check_signature,
    decoded,
    digest,
)
from soapwright.runtime.security.canonical import canonical
from soapwright.runtime.security.certificates import Found
from soapwright.runtime.security.names import EXCLUSIVE, TOKEN, ds
from soapwright.runtime.security.parts import Parts
from soapwright.runtime.security.trust import certificates_of
from soapwright.runtime.security.verifying import Verified
from soapwright.runtime.xml.parsing import LIMITS
from soapwright.tools.verify.places import path_of, short
from soapwright.tools.verify.variants import variants

_PROVEN: Final = "proven: "
_PERHAPS: Final = "perhaps: "
_LENGTHS: Final = {20: "SHA-1", 32: "SHA-256", 48: "SHA-384", 64: "SHA-512"}
_ELEMENTS_AT_MOST: Final = 300
_LARGE: Final = 2**20
_HEX: Final = re.compile(rb"[0-9A-Fa-f]{40,128}")


def causes_of_digest(
    e: Any, reference: Any, data: bytes, message: Message, parts: Parts
) -> tuple[str, ...]:  # Any: lxml's elements
    """Why the digest of an element is not the one in the message.

    Args:
        e: the element that is covered.
        reference: the Reference to it.
        data: the canonical form that the digest was made of.
        message: the whole, as it came.
        parts: of it.
    """
    try:
        wanted = decoded(reference.findtext(ds("DigestValue")))
    except SecurityError:
        return (f"{_PROVEN}the DigestValue is no base64",)
    name = _hashing(reference)
    if name and (found := _of_value(wanted, name, data)):
        return (f"{_PROVEN}{found}",)
    if name and len(message.envelope) <= _LARGE:
        original = _original(e, message)
        for text, form in variants(e, _prefixes(reference), original):
            if digest(name, form) == wanted:
                return (f"{_PROVEN}{text}",)
        for other in _elements(parts):
            if other is not e and digest(name, _form(other)) == wanted:
                return (f"{_PROVEN}it is the digest of {path_of(other)}",)
    return tuple(f"{_PERHAPS}{text}" for text in _likely(data))


def causes_of_value(
    signature: Any,
    found: Verified,
    certificates: Sequence[Any],
    parts: Parts,
) -> tuple[str, ...]:  # Any: lxml's elements, and those of cryptography
    """Why the value of a signature is not its key's.

    Args:
        signature: with its SignedInfo.
        found: the steps of its verification so far.
        certificates: those that are known.
        parts: of the message.
    """
    info = signature.find(ds("SignedInfo"))
    signer = found.signer
    if info is None or signer is None or not found.value:
        return ()
    plain = _form(info, _prefixes(info))
    if _verifies(signer.certificate, found.algorithm, found.value, plain):
        return ()
    for certificate in (*certificates, *_tokens(parts)):
        if _verifies(certificate, found.algorithm, found.value, plain):
            subject = short(certificate.subject.rfc4514_string())
            text = f"the key of {subject} made it, and the message refers to another"
            return (f"{_PROVEN}{text}",)
    for algorithm in SIGNATURES:
        if _verifies(signer.certificate, algorithm, found.value, plain):
            return (f"{_PROVEN}it was made by {algorithm}",)
    for text, form in variants(info, _prefixes(info), None):
        if _verifies(signer.certificate, found.algorithm, found.value, form):
            return (f"{_PROVEN}of SignedInfo: {text}",)
    return tuple(f"{_PERHAPS}{text}" for text in _likely_of_value(found, signer))


# -------------------------------------------------------------------------------- digests


def _of_value(wanted: bytes, name: str, data: bytes) -> str:
    """A cause that is in the value, not in the element."""
    for other in DIGESTS:
        if other != name and digest(other, data) == wanted:
            return f"the digest was made by {other}, and is declared as {name}"
    if _HEX.fullmatch(wanted) and bytes.fromhex(wanted.decode()) == digest(name, data):
        return "the digest was written in hexadecimal before base64"
    length = len(digest(name, b""))
    if len(wanted) != length:
        kind = _LENGTHS.get(len(wanted))
        seems = f", as of {kind}" if kind else ""
        return f"the digest has {len(wanted)} bytes{seems}; {name} has {length}"
    return ""


def _likely(data: bytes) -> Iterator[str]:
    text = data.decode("utf-8", "replace")
    if "EncryptedData" in text:
        yield "it was signed, then encrypted: give --keys to have it decrypted"
        return
    if re.search(r">\s+<", text):
        yield "it was indented, or its indentation changed, after it was signed"
    elif text.count("<") > 4:
        yield "white space between its elements was removed after it was signed"
    if not text.isascii():
        yield "characters beyond ASCII were changed by a wrong encoding"
    yield "its content was changed: compare the canonical forms of both sides"


def _original(e: Any, message: Message) -> Any:  # Any: lxml's elements
    """The element with its comments, `None` where the envelope has none."""
    if b"<!--" not in message.envelope:
        return None
    way = []
    while (parent := e.getparent()) is not None:
        way.append([one for one in parent if isinstance(one.tag, str)].index(e))
        e = parent
    parser = etree.XMLParser(
        encoding=charset_of(message.content_type),
        resolve_entities=False,
        no_network=True,
        remove_pis=True,
        huge_tree=len(message.envelope) > LIMITS.harmless,
    )
    found: Any = etree.fromstring(message.envelope, parser)
    for number in reversed(way):
        found = [one for one in found if isinstance(one.tag, str)][number]
    return found


def _elements(parts: Parts) -> Iterator[Any]:  # Any: lxml's elements
    for number, e in enumerate(parts.root.iter()):
        if number >= _ELEMENTS_AT_MOST:
            return
        yield e


def _form(e: Any, prefixes: Sequence[str] = ()) -> bytes:  # Any: lxml's elements
    """The canonical form of an element, b"" of one that has none."""
    try:
        return canonical(e, prefixes)
    except SecurityError:
        return b""


# ----------------------------------------------------------------------------- signatures


def _verifies(certificate: Any, algorithm: str, value: bytes, data: bytes) -> bool:
    """Whether a certificate's key made a value of this data, however short the key is."""
    try:  # Any: cryptography has one owner
        check_signature(certificate.public_key(), algorithm, value, data, 0)
    except SecurityError:
        return False
    return True


def _likely_of_value(found: Verified, signer: Found) -> Iterator[str]:
    key: Any = signer.certificate.public_key()  # Any: cryptography has one owner
    octets = (key.key_size + 7) // 8
    is_curve = hasattr(key, "curve")
    if is_curve and len(found.value) != 2 * octets and found.value[:1] == b"\x30":
        yield "the value is in ASN.1; XML Signature has r and s, each of the curve's length"
    elif len(found.value) != octets * (2 if is_curve else 1):
        yield f"the value has {len(found.value)} bytes, and is of another key"
    else:
        yield "another key made it, or SignedInfo was changed after it was signed"


def _tokens(parts: Parts) -> Iterator[Any]:  # Any: certificates of cryptography
    """The certificates of the message's tokens."""
    for token in parts.security.findall(TOKEN)[:8]:
        try:
            yield from certificates_of(decoded(token.text))
        except (SecurityError, ValueError):
            continue


def _hashing(reference: Any) -> str:  # Any: lxml's elements
    method = reference.find(ds("DigestMethod"))
    uri = "" if method is None else method.get("Algorithm")
    return next((name for name, found in DIGESTS.items() if found[0] == uri), "")


def _prefixes(parent: Any) -> tuple[str, ...]:  # Any: lxml's elements
    """The PrefixList of a Reference's transform, or of a SignedInfo's canonicalisation."""
    inside = parent.find(ds("CanonicalizationMethod"))
    source = parent if inside is None else inside
    found = next(source.iter(f"{{{EXCLUSIVE}}}InclusiveNamespaces"), None)
    return () if found is None else tuple((found.get("PrefixList") or "").split())
