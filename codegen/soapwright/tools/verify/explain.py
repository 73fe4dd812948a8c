"""Explains a message step by step. Each decision is the runtime's verifier's: nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.http.bodies import charset_of
from soapwright.runtime.http.message import Message
from soapwright.runtime.security.algorithms import (
    DIGESTS,
    SIGNATURES,
    Accepted,
    accepted,
    decoded,
    digest,
    encoded,
)
from soapwright.runtime.security.demanding import demanded
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.names import (
    BLOCK,
    ENCRYPTION,
    TIMESTAMP,
    TOKEN,
    UTILITY,
    ds,
)
from soapwright.runtime.security.parts import Parts, only, parts_of
from soapwright.runtime.security.profile import Profile
from soapwright.runtime.security.timestamps import check_timestamp
from soapwright.runtime.security.verifying import Verified, Verifying
from soapwright.runtime.soap.envelope import NAMES
from soapwright.runtime.xml.parsing import LIMITS, parse
from soapwright.tools.verify.causes import causes_of_digest, causes_of_value
from soapwright.tools.verify.certificates import described, referred
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


@dataclass(frozen=True, slots=True)
class Asked:
    """The receiver that a message is verified for."""

    keys: Keys
    profile: Profile
    """The demands; its `sign` is empty."""

    @property
    def accepts(self) -> Accepted:
        """The algorithms that may be used."""
        return accepted(self.profile.algorithms.accept)


def explain(message: Message, source: str, asked: Asked) -> Report:
    """Explain a message.

    Args:
        message: with the values of its other parts in its envelope.
        source: its name, for the report.
        asked: who would receive it.

    Raises:
        DecodeError: its envelope is no XML, or beyond the limits.
    """
    root: Any = parse(message.envelope, charset_of(message.content_type), LIMITS)
    reason = _refusal(message, asked)
    at = f"{asked.keys.material.now():%Y-%m-%dT%H:%M:%SZ}"
    try:
        parts = parts_of(root, asked.profile.actor)
    except SecurityError as error:
        return Report(source, False, reason or str(error), at, "", local(root))
    return _Explaining(message, parts, asked).report(source, reason, at)


def _refusal(message: Message, asked: Asked) -> str:
    """Why the verifier refuses a message, "" where it accepts it."""
    try:
        checked = asked.keys.client_with(asked.profile, "").checked(message, LIMITS)
    except (SecurityError, ValueError) as error:
        return str(error)
    if checked.verified:
        return ""
    return "it is not signed: a client raises such a fault as unverified"


class _Explaining:
    """The explanation of one envelope."""

    def __init__(self, message: Message, parts: Parts, asked: Asked) -> None:
        self._message = message
        self._parts = parts
        self._asked = asked
        self._covered = Verified(parts)
        self._notes: list[str] = []
        self._forms: list[tuple[str, bytes]] = []

    def report(self, source: str, reason: str, at: str) -> Report:
        """The whole; `reason` is the verifier's."""
        parts = self._parts
        signatures = tuple(self._signatures())
        self._note_others()
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
            tuple(self._forms),
        )

    # ------------------------------------------------------------------------ signatures

    def _signatures(self) -> Iterator[Signature]:
        security = self._parts.security
        if security is None:
            return
        try:
            verifying = Verifying(
                self._parts, self._asked.keys.material, self._asked.accepts
            )
        except SecurityError as error:
            self._notes.append(f"no signature was checked: {error}")
            return
        found = security.findall(ds("Signature"))
        if len(found) > _SIGNATURES_AT_MOST:
            self._notes.append(f"only {_SIGNATURES_AT_MOST} signatures are explained")
        for signature in found[:_SIGNATURES_AT_MOST]:
            yield self._signature(verifying, signature)

    def _signature(
        self, verifying: Verifying, signature: Any
    ) -> Signature:  # Any: lxml's elements
        found = Verified(self._parts)
        state, reason = "right", ""
        try:
            _check_value(verifying, signature, found)
        except SecurityError as error:
            state, reason = "refused", str(error)
        trusted, trust = self._trust(verifying, found, state)
        references = self._references(verifying, signature, counts=trusted)
        causes: tuple[str, ...] = ()
        if state != "right":
            known = self._asked.keys.material.trust
            certificates = (*known.pinned, *known.authorities)
            causes = causes_of_value(signature, found, certificates, self._parts)
        signer = None if found.signer is None else described(found.signer.certificate)
        return Signature(
            line=line_of(signature),
            algorithm=found.algorithm or _uri_of(signature),
            state=state,
            reason=reason,
            reference=referred(signature),
            signer=signer,
            trusted=trusted,
            trust=trust,
            references=tuple(references),
            causes=causes,
        )

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
        self, verifying: Verifying, signature: Any, *, counts: bool
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
            explained, covered = self._reference(verifying, reference)
            found.append(explained)
            if covered is not None and counts:
                self._covered.covered.append(covered)
        return found

    def _reference(
        self, verifying: Verifying, reference: Any
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
        self._forms.append((local(e), data))
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
            try:
                elements = list(demanded(self._parts, part, profile))
            except SecurityError:
                elements = []
            if not elements:
                yield Demand(part, "", "missing")
            for e in elements:
                state = "signed" if self._covered.covers(e) else "not signed"
                yield Demand(part, path_of(e), state)

    def _unsigned(self) -> Iterator[str]:
        parts = self._parts
        blocks = [] if parts.header is None else parts.header[:]
        inside = [] if parts.security is None else parts.security[:]
        others = [b for b in blocks if b.tag != BLOCK]
        others += [e for e in inside if e.tag not in (ds("Signature"), TOKEN)]
        for e in [*others[:_OTHERS_AT_MOST], parts.body]:
            if not self._covered.covers(e):
                yield path_of(e)

    def _note_others(self) -> None:
        parts = self._parts
        if parts.security is None:
            self._notes.append("the message has no Security block for this receiver")
        blocks = [] if parts.header is None else parts.header.findall(BLOCK)
        others = sum(block is not parts.security for block in blocks)
        if others:
            self._notes.append(f"{others} Security blocks are for other receivers")
        self._note_weak()
        encrypted = sum(1 for _ in parts.root.iter(f"{{{ENCRYPTION}}}EncryptedData"))
        if encrypted:
            self._notes.append(f"{encrypted} parts are encrypted")

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


def _check_value(
    verifying: Verifying, signature: Any, found: Verified
) -> None:  # Any: lxml's elements
    """The steps of a signature's value, which note in `found` how far they came."""
    info = only(signature, ds("SignedInfo"))
    found.value = decoded(only(signature, ds("SignatureValue")).text)
    found.algorithm = verifying.algorithm(info)
    found.signer = verifying.signer(signature, found.algorithm)
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
