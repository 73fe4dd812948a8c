"""The demands of policies in words: what a message or a connection must have.

WS-SecurityPolicy 1.1 to 1.3, WS-Addressing 1.0 Metadata, MTOM's policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from soapwright.model.api import Mtom, Operation, Port
from soapwright.model.diagnostics import Location
from soapwright.model.policy import (
    NOTHING,
    Alternative,
    Assertion,
    Policy,
    in_order,
    is_unreadable,
)
from soapwright.model.security import Binding, Parts, SupportingToken, Token
from soapwright.model.security_policies import (
    ENCRYPTED,
    REQUIRED,
    SIGNED,
    TOKENS,
    all_parts_are_named,
    binding_of,
    can_encrypt,
    derives_keys,
    flags_of,
    is_security,
    not_understood,
    part_names,
    saml_confirmation,
    suite,
    supporting,
    tokens_in,
)

_SUBMISSION = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_ADDRESSING = ("UsingAddressing", "Addressing")
_WS_ADDRESSING = "WS-Addressing"
_MTOM = ("OptimizedMimeSerialization", "MTOM")
# Assertions that define how other demands are met, and demand nothing where there are none.
_OPTIONS = ("Wss10", "Wss11", "Trust10", "Trust13", "AlgorithmSuite", "Layout")
_MICROSOFT_HTTP = "http://schemas.microsoft.com/ws/06/2004/policy/http"
_HTTP_HINT = "give the client an http_client that has it"
OF_HTTPS = {
    "RequireClientCertificate": "a certificate of the client's own",
    "HttpBasicAuthentication": "HTTP's basic authentication",
    "HttpDigestAuthentication": "HTTP's digest authentication",
}
"""Demands of an HttpsToken on the HTTP client, by the names of its assertions."""
_KEYS_HINT = "give clients and services keys: security=Keys(…)"
_USERNAME_HINT = "give the client a layer: outgoing=[UsernameToken(user, password{})]"
_SAML_HINT = "give clients security=Keys(…, saml=…), services Keys(…, issuers=[…])"
_HEADER_HINT = "give the request the header"
_WEAK_HINT = "SHA-256 and AES-GCM are used instead, unless Keys(…, accept=[…]) has them"


_ASSERTED = {"SamlToken", "IssuedToken"}
"""The tokens that are SAML assertions."""
_INITIATORS = ("InitiatorToken", "InitiatorSignatureToken")


class Met(Enum):
    """The ways in which demands are met."""

    BY_ITSELF = "by itself"
    """Clients and services do it without being asked."""
    BY_USER = "by the user"
    """By what the user gives: keys, a token, an HTTP client."""
    UNKNOWN = "unknown"
    """Nobody knows: messages are sent without it."""
    REFUSED = "refused"
    """Nothing does: such a message is neither sent nor taken."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand in words, and how it is met."""

    words: str
    how: Met
    at: Location
    hint: str = ""

    @property
    def met(self) -> bool:
        """Whether clients and services meet it by themselves."""
        return self.how is Met.BY_ITSELF


# --------------------------------------------------------------------- of parts of a service


def demands_of(
    policy: Policy,
    address: str | None = None,
    around: Alternative = frozenset(),
    *,
    encrypts: bool = False,
) -> tuple[Demand, ...]:
    """The demands of the alternative that is used: the first that can be met.

    Args:
        policy: of any subject, with an alternative.
        address: of the port, where it is known.
        around: the alternative of the port, of whose message or operation the policy is.
        encrypts: whether a message of the port is encrypted.
    """
    used = used_alternative(policy, around)
    return demands_in(used, address, around, encrypts=encrypts)


def used_alternative(policy: Policy, around: Alternative = frozenset()) -> Alternative:
    """The first alternative that can be met; where none can, that of which most is.

    Args:
        policy: with an alternative.
        around: as of `demands_of`.
    """
    return min(policy, key=partial(_unmet, around=around))


def _unmet(alternative: Alternative, around: Alternative) -> int:
    found = demands_in(alternative, None, around)
    return sum(one.how in (Met.UNKNOWN, Met.REFUSED) for one in found)


def demands_in(
    alternative: Alternative,
    address: str | None = None,
    around: Alternative = frozenset(),
    *,
    encrypts: bool = False,
) -> tuple[Demand, ...]:
    """The demands of one alternative, as `demands_of`."""
    return tuple(_Demands(alternative, around, address, encrypts).all())


def encrypts(port: Port) -> bool:
    """Whether a policy of a port, or of its messages, demands that something is encrypted."""
    policies = [port.service_policy, port.policy]
    for operation in port.operations:
        messages = (operation.input, operation.output)
        policies += [operation.policy, *(m.policy for m in messages if m is not None)]
    return any(
        "Encrypt" in one.local and is_security(one)
        for policy in policies
        for alternative in policy
        for one in alternative
    )


def demands_of_port(port: Port) -> tuple[Demand, ...]:
    """The demands of a port and of its service, each once; those of messages are not among them."""
    around, ciphers = alternative_of_port(port), encrypts(port)
    found = [
        demand
        for policy in (port.service_policy, port.policy)
        for demand in demands_of(policy, port.address, around, encrypts=ciphers)
    ]
    declared = port.addressing
    if declared is not None and declared.required:
        found.insert(0, Demand(_WS_ADDRESSING, Met.BY_ITSELF, declared.at))
    return _once(found)


def alternatives_of_port(port: Port) -> tuple[tuple[str, ...], ...]:
    """The demands of each alternative of a port's policy in words; empty where there is but one."""
    if len(port.policy) < 2:
        return ()
    return tuple(
        tuple(demand.words for demand in _once(demands_in(one, port.address)))
        for one in port.policy
    )


def alternative_of_port(port: Port) -> Alternative:
    """The assertions that hold for all messages of a port: its own and its service's."""
    of_service = used_alternative(port.service_policy)
    return of_service | used_alternative(port.policy, of_service)


def demands_of_operation(operation: Operation, port: Port) -> tuple[Demand, ...]:
    """The demands of an operation, and of its messages where they are not those of its port."""
    messages = [m.policy for m in (operation.input, operation.output) if m is not None]
    policies = [p for p in (operation.policy, *messages) if p != NOTHING]
    if not policies:
        return ()
    around = alternative_of_port(port)
    around |= used_alternative(operation.policy, around)
    return _once(
        demand for policy in policies for demand in demands_of(policy, None, around)
    )


def _once(demands: Iterable[Demand]) -> tuple[Demand, ...]:
    """The first demand of each wording."""
    found: dict[str, Demand] = {}
    for demand in demands:
        found.setdefault(demand.words, demand)
    return tuple(found.values())


def addressing_of(policy: Policy) -> tuple[bool, str, Location] | None:
    """Whether a policy demands WS-Addressing in each alternative, of which version, and where;
    None where no alternative has it."""
    found = [
        next((one for one in in_order(alternative) if _is_addressing(one)), None)
        for alternative in policy
    ]
    first = next((one for one in found if one is not None), None)
    if first is None:
        return None
    version = "2004/08" if first.namespace.startswith(_SUBMISSION) else "2005/08"
    return all(found), version, first.at


def mtom_of(policy: Policy) -> Mtom | None:
    """Whether a policy demands MTOM, in each alternative, or allows it, in some."""
    found = [any(one.local in _MTOM for one in alternative) for alternative in policy]
    if not any(found):
        return None
    return Mtom.DEMANDED if all(found) else Mtom.EXPECTED


def _is_addressing(one: Assertion) -> bool:
    return one.local in _ADDRESSING and "addressing" in one.namespace


# ----------------------------------------------------------------------- of one alternative


class _Demands:
    """The demands of one alternative, in words."""

    def __init__(
        self,
        alternative: Alternative,
        around: Alternative,
        address: str | None,
        encrypts: bool,
    ) -> None:
        self._assertions = in_order(alternative)
        self._around = alternative | around
        self._address = address
        self._encrypts = encrypts
        found = binding_of(self._around)
        self._binding = None if found is None else found[0]
        self._by_transport = self._binding is Binding.TRANSPORT
        flags = frozenset[str]() if found is None else flags_of(found[1])
        self._encrypts_first = "EncryptBeforeSigning" in flags

    def all(self) -> Iterator[Demand]:
        for one in self._assertions:
            if is_unreadable(one):
                words = f"what cannot be read: {one.text}"
                yield Demand(words, Met.REFUSED, one.at)
            elif _is_addressing(one):
                yield from _addressing(one)
            elif one.local in _MTOM:
                yield Demand("MTOM", Met.BY_ITSELF, one.at)
            elif is_security(one):
                yield from self._security(one)
            elif one.namespace == _MICROSOFT_HTTP:
                words = f"HTTP's authentication ({one.local})"
                yield Demand(words, Met.BY_USER, one.at, _HTTP_HINT)
            elif not one.is_ignorable:
                words = f"the assertion {one.name}, which is not known"
                yield Demand(words, Met.UNKNOWN, one.at)

    def _security(self, one: Assertion) -> Iterator[Demand]:
        for nested in not_understood(one):
            words = f"what the assertion {nested.local} says"
            yield Demand(words, Met.REFUSED, nested.at)
        kinds: Mapping[str, Callable[[Assertion], Iterable[Demand]]] = {
            "TransportBinding": self._transport,
            "AsymmetricBinding": self._asymmetric,
            "SymmetricBinding": self._symmetric,
            **dict.fromkeys((*SIGNED, *ENCRYPTED, *REQUIRED), self._parts),
        }
        if one.local in kinds:
            yield from kinds[one.local](one)
        elif one.local.endswith("SupportingTokens") or one.local in TOKENS:
            yield from self._supporting(one)
        elif one.local not in _OPTIONS and not one.is_ignorable:
            words = f"what the assertion {one.local} says"
            yield Demand(words, Met.REFUSED, one.at)

    # ------------------------------------------------------------------------- bindings

    def _transport(self, one: Assertion) -> Iterator[Demand]:
        address = self._address
        secure = address is None or address.lower().startswith("https:")
        hint = (
            ""
            if secure
            else f"its address is {address}: give the client another endpoint"
        )
        how = Met.BY_ITSELF if secure else Met.BY_USER
        yield Demand("TLS (TransportBinding)", how, one.at, hint)
        for token in tokens_in(one, "TransportToken"):
            if token.kind != "HttpsToken":
                words = f"a channel by {TOKENS.get(token.kind, token.kind)}"
                yield Demand(words, Met.REFUSED, token.at)
            for name, words in OF_HTTPS.items():
                if name in token.options:
                    words = f"{words} ({name})"
                    yield Demand(words, Met.BY_USER, token.at, _HTTP_HINT)
        yield from self._common(one)

    def _asymmetric(self, one: Assertion) -> Iterator[Demand]:
        sides = (
            tokens_in(one, *_INITIATORS),
            tokens_in(one, "RecipientToken", "RecipientSignatureToken"),
        )
        of_encryption = (
            tokens_in(one, "InitiatorEncryptionToken"),
            tokens_in(one, "RecipientEncryptionToken"),
        )
        tokens = [token for side in (*sides, *of_encryption) for token in side]
        words = "messages signed by keys of both sides (AsymmetricBinding)"
        asserted = sides[0] if any(token.has_key for token in sides[0]) else ()
        known = all(len(side) == 1 for side in sides)
        known = known and all(len(side) < 2 for side in of_encryption)
        yield _binding(one, words, tokens, known=known, asserted=asserted)
        yield from self._algorithms(one)
        yield from self._common(one)
        initiator = sides[0][:1]
        direct = all(t.is_referred_to_directly(by_initiator=True) for t in initiator)
        if "ProtectTokens" in flags_of(one) and not direct:
            words = "a signed token that is not sent (ProtectTokens)"
            yield Demand(words, Met.REFUSED, one.at)

    def _symmetric(self, one: Assertion) -> Iterator[Demand]:
        tokens = tokens_in(one, "ProtectionToken", "SignatureToken", "EncryptionToken")
        keys = "keys derived from a shared one" if derives_keys(one) else "a shared key"
        words = f"messages protected by {keys} (SymmetricBinding)"
        known = bool(tokens_in(one, "ProtectionToken")) and len(tokens) == 1
        yield _binding(one, words, tokens, known=known)
        yield from self._algorithms(one)
        yield from self._common(one)
        if "ProtectTokens" in flags_of(one):
            words = "a signed encrypted key (ProtectTokens)"
            yield Demand(words, Met.REFUSED, one.at)

    def _algorithms(self, binding: Assertion) -> Iterator[Demand]:
        name, found = suite(binding)
        symmetric = binding.local == Binding.SYMMETRIC.value
        encrypted = symmetric or self._encrypts
        if name and found is None:
            words = f"the algorithm suite {name}, which is not known"
            yield Demand(words, Met.REFUSED, binding.at)
        elif found is not None and (weak := found.weak(encrypts=encrypted)):
            names = ", ".join(weak)
            if symmetric:
                names = names.replace("rsa-sha1", "hmac-sha1")
            words = f"weak algorithms ({name}: {names})"
            yield Demand(words, Met.BY_USER, binding.at, _WEAK_HINT)

    def _common(self, binding: Assertion) -> Iterator[Demand]:
        for nested in binding.inside:
            if nested.local == "IncludeTimestamp":
                words = "a Timestamp (IncludeTimestamp)"
                yield Demand(words, Met.BY_ITSELF, nested.at)
            elif nested.local.endswith("SupportingTokens"):
                yield from self._supporting(nested)

    # --------------------------------------------------------------------------- tokens

    def _supporting(self, one: Assertion) -> Iterator[Demand]:
        for token in supporting((one,)):
            yield self._token(token)
        for nested in one.inside:
            if nested.local in (*SIGNED, *ENCRYPTED):
                yield from self._parts(nested, by_token=True)

    def _token(self, one: SupportingToken) -> Demand:
        token = one.token
        words, hint = TOKENS.get(token.kind, f"a {token.kind}"), ""
        how = Met.REFUSED
        if token.kind == "UsernameToken":
            given = ""
            if "HashPassword" in token.options:
                words, given = f"{words} with a digest of the password", ", digest=True"
            elif "NoPassword" in token.options:
                words = f"{words} without a password"
            if not one.is_endorsing:
                how, hint = Met.BY_USER, _USERNAME_HINT.format(given)
        elif token.kind == "HttpsToken":
            how = Met.BY_ITSELF
        elif token.kind == "X509Token" and self._endorses(one):
            how, hint = Met.BY_USER, _KEYS_HINT
        elif saml_confirmation(one, self._binding):
            if not one.is_endorsing or self._endorses(one):
                how, hint = Met.BY_USER, _SAML_HINT
        if one.kind != "SupportingTokens":
            words = f"{words} ({one.kind})"
        if token.kind != "UsernameToken" and self._is_further(one):
            words, how, hint = f"{words} besides another one", Met.REFUSED, ""
        return Demand(words, how, token.at, hint)

    def _is_further(self, one: SupportingToken) -> bool:
        """Whether there is one like it before: of each kind a message has one, and one that endorses."""
        found = binding_of(self._around)
        if found is not None and one.token.kind in _ASSERTED:
            initiators = tokens_in(found[1], *_INITIATORS)
            if any(token.has_key for token in initiators):
                return True
        return one != next(t for t in supporting(self._around) if _alike(t, one))

    def _endorses(self, one: SupportingToken) -> bool:
        """Whether the key of a token can sign as a policy demands it: the Timestamp of a message over
        TLS, or the signature of a symmetric binding."""
        if self._by_transport:
            return one.is_endorsing and any(
                inner.local == "IncludeTimestamp"
                for assertion in self._around
                if assertion.local == Binding.TRANSPORT.value
                for inner in assertion.inside
            )
        plain = one.kind == "EndorsingSupportingTokens" and one.parts == Parts()
        return plain and self._binding is Binding.SYMMETRIC

    # ---------------------------------------------------------------------------- parts

    def _parts(self, one: Assertion, *, by_token: bool = False) -> Iterator[Demand]:
        """The demand of parts; `by_token` tells whether the key of a supporting token protects them."""
        names = [_part(parameter) for parameter in one.parameters]
        what = ", ".join(names) or "the Body and all header blocks"
        if one.local in REQUIRED:
            how, kind, hint = Met.BY_USER, "required", _HEADER_HINT
        elif one.local in SIGNED:
            how, kind, hint = self._protected(one), "signed", ""
        else:
            how, kind, hint = self._protected(one), "encrypted", ""
        of_token = by_token and not self._by_transport
        if of_token or not all_parts_are_named(one):
            how, hint = Met.REFUSED, ""
        yield Demand(f"{kind} parts: {what} ({one.local})", how, one.at, hint)

    def _protected(self, one: Assertion) -> Met:
        """How parts are signed or encrypted: by TLS whatever is sent, by keys what is named."""
        if self._by_transport:
            return Met.BY_ITSELF
        names = set(part_names(one))
        unknown = one.local in ENCRYPTED and not all(map(can_encrypt, names))
        # What is signed of an attachment is its plaintext.
        if one.local in ENCRYPTED and "Attachments" in names and self._encrypts_first:
            unknown = True
        return Met.REFUSED if unknown or self._binding is None else Met.BY_ITSELF


def _alike(one: SupportingToken, other: SupportingToken) -> bool:
    """Whether a message has only one of two tokens."""
    kinds = {one.token.kind, other.token.kind}
    endorse = one.is_endorsing and other.is_endorsing
    return len(kinds) == 1 or kinds <= _ASSERTED or endorse


def _binding(
    one: Assertion,
    words: str,
    tokens: Sequence[Token],
    *,
    known: bool,
    asserted: Sequence[Token] = (),
) -> Demand:
    """The demand of a binding by keys; `known` is whether it has the tokens that it needs, `asserted` are
    those of which a SAML assertion has the key."""
    names = dict.fromkeys(TOKENS.get(t.kind, t.kind) for t in tokens)
    words += f": {', '.join(names)}" if names else ""
    others = [token for token in tokens if token not in asserted]
    if known and all(token.kind == "X509Token" for token in others):
        hint = _SAML_HINT if asserted else _KEYS_HINT
        return Demand(words, Met.BY_USER, one.at, hint)
    return Demand(words, Met.REFUSED, one.at)


def _addressing(one: Assertion) -> Iterator[Demand]:
    yield Demand(_WS_ADDRESSING, Met.BY_ITSELF, one.at)
    for nested in one.inside:
        if nested.local == "NonAnonymousResponses":
            hint = "give the client a layer: outgoing=[Addressing(reply_to=…)]"
            words = "replies to another address (NonAnonymousResponses)"
            yield Demand(words, Met.BY_USER, nested.at, hint)


def _part(parameter: Assertion) -> str:
    if parameter.local == "Header":
        name = parameter.attribute("Name")
        return f"the header {name}" if name else "headers of a namespace"
    return f"an XPath {parameter.text}" if parameter.text else f"the {parameter.local}"
