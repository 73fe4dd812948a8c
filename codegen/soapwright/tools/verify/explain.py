"""Explains a message step by step. Each decision is the runtime's verifier's: nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from soapwright.runtime.errors.errors import SecurityError, SoapFault
from soapwright.runtime.http.bodies import charset_of
from soapwright.runtime.http.message import Message
from soapwright.runtime.security.algorithms import (
    DIGESTS,
    SIGNATURES,
    decoded,
    digest,
    encoded,
)
from soapwright.runtime.security.demanding import demanded
from soapwright.runtime.security.names import (
    BLOCK,
    INCLUSIVE,
    TIMESTAMP,
    TOKEN,
    UTILITY,
    ds,
)
from soapwright.runtime.security.parts import (
    Parts,
    Place,
    only,
    parts_of,
    place_of,
)
from soapwright.runtime.security.session_keys import SessionKeys
from soapwright.runtime.security.timestamps import check_timestamp
from soapwright.runtime.security.verifying import Verified, Verifying
from soapwright.runtime.soap.envelope import NAMES, Version
from soapwright.runtime.xml.parsing import LIMITS, parse
from soapwright.tools.verify.asked import Asked
from soapwright.tools.verify.causes import causes_of_digest, causes_of_value
from soapwright.tools.verify.certificates import described, referred
from soapwright.tools.verify.opening import Opening, opening
from soapwright.tools.verify.places import line_of, local, path_of, short
from soapwright.tools.verify.report import (
    Demand,
    Reference,
    Report,
    Signature,
    Timestamp,
)

_SIGNATURES_AT_MOST: Final = 16
_OTHERS_AT_MOST: Final = 100
_METHODS: Final = (ds("SignatureMethod"), ds("DigestMethod"))
_FORMS: Final = (ds("CanonicalizationMethod"), ds("Transform"))


def explain(message: Message, source: str, asked: Asked) -> Report:
    """Explain a message.

    Args:
        message: with the values of its other parts in its envelope.
        source: its name, for the report.
        asked: who would receive it.

    Raises:
        DecodeError: its envelope is no XML, or beyond the limits.
    """
    root = _tree(message)
    reason = _refusal(message, asked)
    at = f"{asked.keys.material.now():%Y-%m-%dT%H:%M:%SZ}"
    try:
        parts = parts_of(root, asked.profile.actor)
    except SecurityError as error:
        return Report(source, False, reason or str(error), at, "", local(root))
    return _Explaining(message, parts, asked).report(source, reason, at)


def _tree(message: Message) -> Any:  # Any: lxml's elements
    return parse(message.envelope, charset_of(message.content_type), LIMITS)


def _refusal(message: Message, asked: Asked) -> str:
    """The verifier's reason to refuse a message, "" where it accepts it."""
    try:
        if asked.is_service:
            return _refusal_of_request(message, asked)
        checked = asked.keys.client_with(asked.profile, "").checked(message, LIMITS)
    except (SecurityError, ValueError) as error:
        return str(error)
    if checked.verified or not asked.profile.expected:
        return ""
    return "it is not signed: a client raises such a fault as unverified"


def _refusal_of_request(message: Message, asked: Asked) -> str:
    """As of a service, which reads a message that has its own symmetric key, or an assertion."""
    root = _tree(message)
    versions: list[Version] = [v for v, n in NAMES.items() if n.envelope == root.tag]
    version: Version = versions[0] if versions else "1.1"
    service = asked.keys.service_with(asked.profile)
    try:
        blocks = list(root.iterfind(f"*/{BLOCK}"))
        service.received(blocks, version, LIMITS, message.attachments)
    except SoapFault as fault:
        return str(fault.__cause__)
    return ""


@dataclass(slots=True)
class _Signed:
    """A signature explained, and what it covers where it counts."""

    signature: Signature
    covered: set[Place] = field(default_factory=set)
    forms: dict[str, bytes] = field(default_factory=dict)


def _rightness(signed: _Signed) -> tuple[bool, int]:
    right = [one.state == "right" for one in signed.signature.references]
    return signed.signature.state == "right", sum(right)


def _signatures_of(parts: Parts) -> list[Any]:  # Any: lxml's elements
    return (
        [] if parts.security is None else list(parts.security.findall(ds("Signature")))
    )


def _unchecked(signature: Any, reason: str) -> Signature:  # Any: lxml's elements
    """A signature of which nothing was verified."""
    return Signature(
        line=line_of(signature),
        algorithm=_uri_of(signature),
        state="refused",
        reason=reason,
        reference=referred(signature),
        signer=None,
        trusted=False,
        trust="nobody is known who made it",
        references=(),
        causes=(),
    )


class _Explaining:
    """The explanation of one envelope."""

    def __init__(self, message: Message, parts: Parts, asked: Asked) -> None:
        self._message = message
        self._parts = parts
        self._opening = Opening(parts, message.attachments)
        self._asked = asked
        self._covered: set[Place] = set()
        """The places that a signature covers, whose value is right and whose signer is trusted."""
        self._notes: list[str] = []
        self._forms: dict[str, bytes] = {}

    def report(self, source: str, reason: str, at: str) -> Report:
        """The whole; `reason` is the verifier's."""
        raw, message = self._parts, self._message
        attachments = message.attachments
        self._opening = opening(raw, lambda: _tree(message), attachments, self._asked)
        self._parts = self._opening.parts
        self._note_encrypted()
        signatures = tuple(self._signatures(raw))
        parts = self._parts
        self._note_others()
        self._note_weak()
        version = next(v for v, n in NAMES.items() if n.namespace == parts.soap)
        body = parts.body[:1]
        return Report(
            *(source, not reason, reason, at, version),
            local(body[0]) if body else "",
            signatures,
            self._timestamp(),
            tuple(self._demands()),
            tuple(self._unsigned()),
            tuple(self._notes),
            *(self._opening.encrypted, self._opening.keys, self._opening.assertion),
            tuple(self._forms.items()),
        )

    def _note_encrypted(self) -> None:
        """Note how many parts are encrypted, and whether the rest is of the plaintexts."""
        encrypted = self._opening.encrypted
        if not encrypted:
            return
        count = len(encrypted)
        what = f"{count} part{'s are' if count > 1 else ' is'} encrypted"
        reasons = [one.reason for one in encrypted if one.reason]
        if reasons:
            self._notes.append(f"{what}, and cannot be read: {reasons[0]}")
        else:
            self._notes.append(f"{what}; explained is what was decrypted")

    # ------------------------------------------------------------------------ signatures

    def _signatures(self, raw: Parts) -> Iterator[Signature]:
        """Each signature, of the tree that it is of: before or after decryption."""
        trees = [raw] if self._parts is raw else [self._parts, raw]
        count = max(len(_signatures_of(parts)) for parts in trees)
        if count > _SIGNATURES_AT_MOST:
            self._notes.append(f"only {_SIGNATURES_AT_MOST} signatures are explained")
        for number in range(min(count, _SIGNATURES_AT_MOST)):
            found = [self._signature(parts, number) for parts in trees]
            best = max((one for one in found if one is not None), key=_rightness)
            self._covered |= best.covered
            self._forms |= best.forms
            yield best.signature

    def _signature(self, parts: Parts, number: int) -> _Signed | None:
        """A signature of one tree; `None` where it has no such."""
        signatures = _signatures_of(parts)
        if number >= len(signatures):
            return None
        signature, material = signatures[number], self._asked.keys.material
        found, keys = Verified(parts), None
        try:
            if self._asked.profile.symmetric:
                keys = SessionKeys(material, self._asked.accepts, None)
            verifying = self._verifying(parts, keys)
        except SecurityError as error:
            note = f"no signature was checked: {error}"
            self._notes += [] if note in self._notes else [note]
            return _Signed(_unchecked(signature, str(error)))
        state, reason = "right", ""
        try:
            _check_value(verifying, signature, found)
        except SecurityError as error:
            state, reason = "refused", str(error)
        trusted, trust = self._trust(verifying, found, state)
        signed = _Signed(_unchecked(signature, reason))
        references = self._references(verifying, signature, signed, counts=trusted)
        causes: tuple[str, ...] = ()
        if state != "right":
            known = material.trust
            certificates = (*known.pinned, *known.authorities)
            causes = causes_of_value(signature, found, certificates, parts)
        signer = None if found.signer is None else described(found.signer.certificate)
        signed.signature = replace(
            signed.signature,
            algorithm=found.algorithm or signed.signature.algorithm,
            state=state,
            signer=signer,
            trusted=trusted,
            trust=trust,
            references=tuple(references),
            causes=causes,
        )
        return signed

    def _verifying(self, parts: Parts, keys: SessionKeys | None) -> Verifying:
        """The verifier of one tree: what came, or what was decrypted.

        Raises:
            SecurityError: as of `Verifying`.
        """
        opened = parts is self._opening.parts
        attachments = (self._opening if opened else self._message).attachments
        assertion = self._opening.asserted if opened else None
        material, accepts = self._asked.keys.material, self._asked.accepts
        return Verifying(parts, material, accepts, keys, attachments, assertion)

    def _trust(
        self, verifying: Verifying, found: Verified, state: str
    ) -> tuple[bool, str]:
        """Whether what a signature covers counts, and why."""
        if found.signer is None:
            if state == "right":
                return True, "trusted: the secret is known to both sides"
            return False, "nobody is known who made it"
        try:
            verifying.check_trust(found)
        except SecurityError as error:
            cause = "" if error.__cause__ is None else f" ({error.__cause__})"
            return False, f"not trusted: {error}{cause}{self._trusted_ones()}"
        asserted = self._opening.asserted
        if asserted is not None and asserted.holder == found.signer.certificate:
            return state == "right", "trusted: the assertion has its certificate"
        pinned = found.signer.certificate in self._asked.keys.material.trust.pinned
        how = "pinned" if pinned else "of an authority that is"
        if state != "right":
            return False, f"the certificate is trusted ({how}), the value is not right"
        return True, f"trusted: the certificate is {how}"

    def _trusted_ones(self) -> str:
        trust = self._asked.keys.material.trust
        names = [
            one.subject.rfc4514_string() for one in (*trust.pinned, *trust.authorities)
        ]
        return f"; trusted are {'; '.join(names)}" if names else "; nobody is trusted"

    # ------------------------------------------------------------------------ references

    def _references(
        self, verifying: Verifying, signature: Any, signed: _Signed, *, counts: bool
    ) -> list[Reference]:  # Any: lxml's elements
        info = signature.find(ds("SignedInfo"))
        found: list[Reference] = []
        if info is None:
            return found
        try:
            references = verifying.references(info)
        except SecurityError as error:
            self._notes.append(f"the references were not checked: {error}")
            return found
        for reference in references:
            if (reference.get("URI") or "").lower().startswith("cid:"):
                found.append(_of_attachment(verifying, reference))
                continue
            explained, covered = self._reference(verifying, reference, signed)
            found.append(explained)
            if covered is not None and counts:
                signed.covered.add(place_of(covered))
        return found

    def _reference(
        self, verifying: Verifying, reference: Any, signed: _Signed
    ) -> tuple[Reference, Any]:  # Any: lxml's elements
        """A reference explained, and the element that it covers, `None` where it does not."""
        covered, refused = None, ""
        try:
            covered = verifying.covered(reference)
        except SecurityError as error:
            refused = str(error)
        declared = short(reference.findtext(ds("DigestValue")))
        try:
            e, data = verifying.digested(reference)
            name = verifying.hashing(reference)
        except SecurityError:
            target = _target(verifying, reference)
            explained = Reference(
                *(reference.get("URI") or "", "refused", refused, *_place(target)),
                *(_digest_uri(reference), declared, "", 0, ()),
            )
            return explained, None
        signed.forms[local(e)] = data
        computed = encoded(digest(name, data))
        same = computed == declared
        state = "right" if covered is not None else "refused" if same else "wrong"
        causes: tuple[str, ...] = ()
        if state == "wrong":
            causes = causes_of_digest(e, reference, data, self._message, self._parts)
        explained = Reference(
            *(reference.get("URI") or "", state, refused, *_place(e)),
            *(name, declared, computed, len(data), causes),
        )
        return explained, covered

    # ----------------------------------------------------------------------- the message

    def _timestamp(self) -> Timestamp:
        security, profile = self._parts.security, self._asked.profile
        stamps = [] if security is None else security.findall(TIMESTAMP)
        if not stamps:
            needed = "it is demanded" if profile.timestamp else "none is demanded"
            return Timestamp("", "", "missing", f"there is none, and {needed}")
        created, expires = (
            short(stamps[0].findtext(f"{{{UTILITY}}}{name}"))
            for name in ("Created", "Expires")
        )
        try:
            check_timestamp(self._parts, profile, self._asked.keys.material.now())
        except SecurityError as error:
            return Timestamp(created, expires, "refused", str(error))
        return Timestamp(created, expires, "right", "")

    def _demands(self) -> Iterator[Demand]:
        profile = self._asked.profile
        if self._parts.security is None:
            yield from (Demand(part, "", "not signed") for part in profile.expected)
            return
        for part in profile.expected:
            if part in ("Attachments", "CompleteAttachments"):
                continue  # the verifier's reason names those that are not signed
            try:
                elements = list(demanded(self._parts, part, profile))
            except SecurityError:
                elements = []
            if not elements:
                yield Demand(part, "", "missing")
            for e in elements:
                signed = place_of(e) in self._covered
                state = "signed" if signed else "not signed"
                yield Demand(part, path_of(e), state)

    def _unsigned(self) -> Iterator[str]:
        parts = self._parts
        blocks = [] if parts.header is None else parts.header[:]
        inside = [] if parts.security is None else parts.security[:]
        others = [b for b in blocks if b.tag != BLOCK]
        others += [e for e in inside if e.tag not in (ds("Signature"), TOKEN)]
        for e in [*others[:_OTHERS_AT_MOST], parts.body]:
            if place_of(e) not in self._covered:
                yield path_of(e)

    def _note_others(self) -> None:
        parts = self._parts
        if parts.security is None:
            self._notes.append("the message has no Security block for this receiver")
        blocks = [] if parts.header is None else parts.header.findall(BLOCK)
        others = sum(block is not parts.security for block in blocks)
        if others:
            self._notes.append(f"{others} Security blocks are for other receivers")

    def _note_weak(self) -> None:
        """Name the algorithms that would be accepted by name."""
        security, accepts = self._parts.security, self._asked.accepts
        used = () if security is None else security.iter(*_METHODS)
        uris = {short(e.get("Algorithm")) for e in used}
        known = {
            uri: name for name, (uri, *_) in (*SIGNATURES.items(), *DIGESTS.items())
        }
        taken = accepts.signatures.keys() | accepts.digests.keys()
        for uri in sorted(uris - taken):
            if uri in known:
                name = known[uri]
                self._notes.append(
                    f"{name} is weak, and accepted by name: --accept {name}"
                )
        forms = () if security is None else security.iter(*_FORMS)
        is_inclusive = any(e.get("Algorithm") == INCLUSIVE for e in forms)
        if is_inclusive and not accepts.inclusive:
            self._notes.append(
                "inclusive canonicalisation is accepted by name: --accept c14n"
            )


def _of_attachment(
    verifying: Verifying, reference: Any
) -> Reference:  # Any: lxml's elements
    """A reference to an attachment explained."""
    state, refused = "right", ""
    try:
        verifying.attachment(reference)
    except SecurityError as error:
        state, refused = "refused", str(error)
    declared = short(reference.findtext(ds("DigestValue")))
    return Reference(
        *(short(reference.get("URI")), state, refused, "", "attachment", 0),
        *(_digest_uri(reference), declared, "", 0, ()),
    )


def _check_value(
    verifying: Verifying, signature: Any, found: Verified
) -> None:  # Any: lxml's elements
    """The steps of a signature's value, which note in `found` how far they came."""
    info = only(signature, ds("SignedInfo"))
    found.value = decoded(only(signature, ds("SignatureValue")).text)
    found.algorithm = verifying.algorithm(info)
    found.signer = verifying.signer(signature, found.algorithm)
    if found.signer is None:
        found.secret = verifying.secret(signature)
    verifying.check_value(info, found)


def _uri_of(signature: Any) -> str:  # Any: lxml's elements
    method = signature.find(f"{ds('SignedInfo')}/{ds('SignatureMethod')}")
    return "" if method is None else short(method.get("Algorithm"))


def _digest_uri(reference: Any) -> str:  # Any: lxml's elements
    method = reference.find(ds("DigestMethod"))
    return "" if method is None else short(method.get("Algorithm"))


def _target(verifying: Verifying, reference: Any) -> Any:  # Any: lxml's elements
    """The element that a Reference names, `None` where there is none."""
    try:
        return verifying.target(reference)
    except SecurityError:
        return None


def _place(e: Any) -> tuple[str, str, int]:  # Any: lxml's elements
    """The local name, the path and the line of an element; of `None`, nothing."""
    return ("", "", 0) if e is None else (local(e), path_of(e), line_of(e))
