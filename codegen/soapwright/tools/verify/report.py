"""The explanation of a message as values, as text for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Final

_RIGHT: Final = "right"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, as people compare it."""

    subject: str
    issuer: str
    number: str
    """The serial number, decimal."""
    valid_from: str
    valid_to: str
    key: str
    """`RSA of 2048 bits`, `EC secp256r1`."""
    sha1: str
    """WS-Security's thumbprint, in hexadecimal."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Reference:
    """One part that a signature is of."""

    uri: str
    state: str
    """`right` where the digest is, `wrong`, or `refused` where it was not compared."""
    reason: str
    part: str
    """The local name of the element, "" where there is none."""
    path: str
    line: int
    digest: str
    """The algorithm's name."""
    declared: str
    """The digest in the message, in base64."""
    computed: str
    """That of the canonical form, in base64; "" where it was not computed."""
    octets: int
    """Of the canonical form."""
    causes: tuple[str, ...]
    """Of a wrong digest: those that are proven begin with `proven: `, others with `perhaps: `."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of the Security block."""

    line: int
    algorithm: str
    """Its name; its URI where it is not accepted."""
    state: str
    """Of its value: `right`, `wrong`, or `refused` where it was not checked."""
    reason: str
    reference: str
    """How the certificate is referred to."""
    signer: Certificate | None
    trusted: bool
    trust: str
    """Why the signer is trusted or not."""
    references: tuple[Reference, ...]
    causes: tuple[str, ...]
    """Of a wrong value, as of a reference."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A part that came encrypted."""

    line: int
    path: str
    """Of its EncryptedData."""
    what: str
    """The part, in words."""
    algorithm: str
    """Its name; its URI where it is not known."""
    state: str
    """`decrypted` or `not decrypted`."""
    reason: str


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A key that parts are encrypted with, which is encrypted itself."""

    line: int
    algorithm: str
    """Its name; its URI where it is not known."""
    reference: str
    """How the certificate that it is for is referred to."""
    own: bool
    """Whether it is for the receiver."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """The SAML assertion of the Security block."""

    line: int
    version: str
    id: str
    """"" where it cannot be read."""
    encrypted: bool
    state: str
    """`right`, `refused`, or `unchecked` where none is demanded."""
    reason: str
    issuer: str
    signer: Certificate | None
    """The certificate in its signature, a claim."""
    subject: str
    confirmation: tuple[str, ...]
    """How it may be confirmed: `bearer`, `holder-of-key`, `sender-vouches`."""
    valid_from: str
    valid_to: str
    audience: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timestamp:
    """The time in the Security block."""

    created: str
    expires: str
    state: str
    """`right`, `refused`, or `missing`."""
    reason: str


@dataclass(frozen=True, slots=True)
class Demand:
    """An element that must be signed."""

    part: str
    """As it was demanded."""
    path: str
    """"" where the message has none."""
    state: str
    """`signed`, `not signed`, or `missing`."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that there is to say about one message."""

    source: str
    accepted: bool
    reason: str
    """The verifier's, "" where it accepts."""
    at: str
    """The time that the message was verified at."""
    soap: str
    body: str
    """The local name of the Body's first element."""
    signatures: tuple[Signature, ...] = ()
    timestamp: Timestamp | None = None
    demands: tuple[Demand, ...] = ()
    unsigned: tuple[str, ...] = ()
    """Paths of header blocks, of children of the Security block and of the Body that nothing covers."""
    notes: tuple[str, ...] = ()
    encrypted: tuple[Encrypted, ...] = ()
    keys: tuple[EncryptionKey, ...] = ()
    assertion: Assertion | None = None
    forms: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """The local name of each part that a Reference is to, with its canonical form; not in JSON."""


def as_json(report: Report) -> str:
    """The report for machines."""
    verdict = "accepted" if report.accepted else "refused"
    content = {"verdict": verdict, **asdict(report)}
    del content["forms"]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_text(report: Report) -> str:
    """The report for people: the verdict on the first line, then each step."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield "accepted" if report.accepted else f"refused: {report.reason}"
    yield ""
    kind = f"SOAP {report.soap}, " if report.soap else ""
    yield _row("message", f"{kind}{report.body or 'nothing'} in its Body")
    yield _row("verified", f"at {report.at}")
    if report.encrypted:
        yield ""
        yield from _encrypted(report)
    if report.assertion is not None:
        yield ""
        yield from _assertion(report.assertion)
    for signature in report.signatures:
        yield ""
        yield from _signature(signature)
    if report.timestamp is not None:
        yield ""
        yield from _timestamp(report.timestamp)
    if report.demands:
        yield ""
        yield "demanded"
        yield from (
            f"  {d.state:<11} {d.part}" + (f"  {d.path}" if d.path else "")
            for d in report.demands
        )
    if report.unsigned:
        yield ""
        yield "covered by no signature that counts"
        yield from (f"  {path}" for path in report.unsigned)
    if report.notes:
        yield ""
        yield from (f"note: {note}" for note in report.notes)


def _encrypted(report: Report) -> Iterator[str]:
    for one in report.encrypted:
        by = f"line {one.line}, by {one.algorithm}"
        yield _row("encrypted", f"{one.state}: {one.what}, {by}")
        if one.reason:
            yield _row("", one.reason)
    for key in report.keys:
        whose = "for the receiver" if key.own else "not for the receiver"
        yield _row("  key", f"{whose}: line {key.line}, by {key.algorithm}")
        yield _row("", key.reference)


def _assertion(one: Assertion) -> Iterator[str]:
    came = ", encrypted" if one.encrypted else ""
    kind = f"SAML {one.version}{came}, line {one.line}"
    yield _row("assertion", f"{one.state}: {kind}")
    if one.reason:
        yield _row("", one.reason)
    if not one.id:
        return
    yield _row("  issuer", one.issuer)
    if one.signer is not None:
        yield _row("", f"signed as {one.signer.subject}, SHA-256 {one.signer.sha256}")
    confirmed = f", confirmed by {' or '.join(one.confirmation) or 'nothing'}"
    yield _row("  subject", f"{one.subject}{confirmed}")
    until = f"{one.valid_from or 'any time'} to {one.valid_to or 'any time'}"
    audience = f", for {', '.join(one.audience)}" if one.audience else ""
    yield _row("  valid", f"{until}{audience}")


def _signature(signature: Signature) -> Iterator[str]:
    state = f"the value is {signature.state}"
    if signature.state != _RIGHT:
        state += f": {signature.reason}"
    yield _row("signature", f"line {signature.line}, {signature.algorithm}: {state}")
    yield from _causes(signature.causes)
    yield _row("  key", signature.reference)
    if (signer := signature.signer) is not None:
        yield _row("  signer", signer.subject)
        yield _row("", f"issued by {signer.issuer}, number {signer.number}")
        yield _row("", f"{signer.key}, from {signer.valid_from} to {signer.valid_to}")
        yield _row("", f"SHA-1 {signer.sha1}")
        yield _row("", f"SHA-256 {signer.sha256}")
    yield _row("  trust", signature.trust)
    for reference in signature.references:
        yield from _reference(reference)


def _reference(reference: Reference) -> Iterator[str]:
    place = reference.path or "nothing"
    if reference.line:
        place += f", line {reference.line}"
    yield _row(
        "  digest",
        f"{reference.state}: {reference.uri} is {place}, by {reference.digest}",
    )
    if reference.state == _RIGHT:
        return
    yield _row("", reference.reason)
    if reference.computed:
        yield _row("", f"in the message    {reference.declared}")
        octets = f"{reference.octets:,} bytes"
        yield _row("", f"of what is there  {reference.computed} ({octets})")
    yield from _causes(reference.causes)


def _causes(causes: tuple[str, ...]) -> Iterator[str]:
    yield from (_row("", cause) for cause in causes)


def _timestamp(timestamp: Timestamp) -> Iterator[str]:
    if timestamp.state == "missing":
        yield _row("timestamp", timestamp.reason)
        return
    until = timestamp.expires or "nothing"
    yield _row("timestamp", f"{timestamp.state}: {timestamp.created} to {until}")
    if timestamp.reason:
        yield _row("", timestamp.reason)


def _row(title: str, text: str) -> str:
    return f"{title:<11}{text}".rstrip()
