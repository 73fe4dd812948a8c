"""The demands of policies in words: what a message or a connection must have.

WS-SecurityPolicy 1.1 to 1.3, WS-Addressing 1.0 Metadata, MTOM's policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from soapwright.model.api import Mtom, Operation, Port
from soapwright.model.diagnostics import Location
from soapwright.model.policy import Alternative, Assertion, Policy, in_order

_SECURITY = (
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy/",
    "http://schemas.microsoft.com/ws/2005/07/securitypolicy",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200512",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702",
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200802",
)
_SUBMISSION = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_ADDRESSING = ("UsingAddressing", "Addressing")
_WS_ADDRESSING = "WS-Addressing"
_MTOM = ("OptimizedMimeSerialization", "MTOM")
_PARTS = {
    "SignedParts": "signed",
    "SignedElements": "signed",
    "EncryptedParts": "encrypted",
    "EncryptedElements": "encrypted",
    "ContentEncryptedElements": "encrypted",
    "RequiredParts": "required",
    "RequiredElements": "required",
}
# Assertions that define how other demands are met, and demand nothing where there are none.
_OPTIONS = ("Wss10", "Wss11", "Trust10", "Trust13", "AlgorithmSuite", "Layout")
_TOKENS = {
    "UsernameToken": "a UsernameToken",
    "X509Token": "an X.509 certificate (X509Token)",
    "SamlToken": "a SAML assertion (SamlToken)",
    "IssuedToken": "a token of a security token service (IssuedToken)",
    "KerberosToken": "a Kerberos ticket (KerberosToken)",
    "SpnegoContextToken": "a token that SPNEGO negotiates (SpnegoContextToken)",
    "SecureConversationToken": "a secure conversation (SecureConversationToken)",
    "SecurityContextToken": "a security context (SecurityContextToken)",
    "KeyValueToken": "a bare key (KeyValueToken)",
    "RelToken": "a REL licence (RelToken)",
    "HttpsToken": "TLS (HttpsToken)",
}
_MICROSOFT_HTTP = "http://schemas.microsoft.com/ws/06/2004/policy/http"
_HTTP_HINT = "give the client an http_client that has it"
_OF_HTTPS = {
    "RequireClientCertificate": "a certificate of the client's own",
    "HttpBasicAuthentication": "HTTP's basic authentication",
    "HttpDigestAuthentication": "HTTP's digest authentication",
}
_USERNAME_HINT = "give the client a layer: outgoing=[UsernameToken(user, password{})]"
_NO_MESSAGE_SECURITY = (
    "messages are neither signed nor encrypted by themselves: a layer has to do it"
)


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand in words. `met` is True where clients and services meet it by themselves."""

    words: str
    met: bool
    at: Location
    hint: str = ""


def demands_of(policy: Policy, address: str | None = None) -> tuple[Demand, ...]:
    """The demands of the alternative of which most are met, of equal ones the first.

    Args:
        policy: of any subject.
        address: of the port, where it is known.
    """
    if not policy:
        return (
            Demand("what nobody can meet: it has no alternative", False, Location("")),
        )
    found = [tuple(_demands(alternative, address)) for alternative in policy]
    return min(found, key=lambda demands: sum(not demand.met for demand in demands))


def demands_of_port(port: Port) -> tuple[Demand, ...]:
    """The demands of a port and of its service, each once; those of messages are not among them."""
    found = [
        *demands_of(port.service_policy, port.address),
        *demands_of(port.policy, port.address),
    ]
    declared = port.addressing
    if declared is not None and declared.required:
        found.insert(0, Demand(_WS_ADDRESSING, True, declared.at))
    return _once(found)


def demands_of_operation(operation: Operation) -> tuple[Demand, ...]:
    """The demands of an operation, and of its messages where they are not those of its port."""
    messages = [m.policy for m in (operation.input, operation.output) if m is not None]
    policies = (operation.policy, *messages)
    return _once(demand for policy in policies for demand in demands_of(policy))


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


def _demands(alternative: Alternative, address: str | None) -> Iterator[Demand]:
    assertions = in_order(alternative)
    tokens = [token for one in assertions for token in _tokens(one)]
    with_timestamp = any(token.local == "UsernameToken" for token in tokens)
    for one in assertions:
        if _is_addressing(one):
            yield from _addressing(one)
        elif one.local in _MTOM:
            yield Demand("MTOM", True, one.at)
        elif one.namespace in _SECURITY:
            yield from _security(one, address, with_timestamp)
        elif one.namespace == _MICROSOFT_HTTP:
            words = f"HTTP's authentication ({one.local})"
            yield Demand(words, False, one.at, _HTTP_HINT)
        elif not one.is_ignorable:
            yield Demand(f"the assertion {one.name}, which is not known", False, one.at)


def _addressing(one: Assertion) -> Iterator[Demand]:
    yield Demand(_WS_ADDRESSING, True, one.at)
    for nested in one.inside:
        if nested.local == "NonAnonymousResponses":
            hint = "give the client a layer: outgoing=[Addressing(reply_to=…)]"
            words = "replies to another address (NonAnonymousResponses)"
            yield Demand(words, False, nested.at, hint)


# ------------------------------------------------------------------------ WS-SecurityPolicy


def _security(
    one: Assertion, address: str | None, with_timestamp: bool
) -> Iterator[Demand]:
    if one.local == "TransportBinding":
        yield from _transport(one, address)
        yield from _timestamp(one, with_timestamp)
    elif one.local in ("AsymmetricBinding", "SymmetricBinding"):
        yield from _binding(one)
        yield from _timestamp(one, with_timestamp)
    elif one.local.endswith("SupportingTokens") or one.local in _TOKENS:
        for token in _tokens(one):
            yield _token(token, one)
        yield from _nested_parts(one)
    elif one.local in _PARTS:
        yield _parts(one)
    elif one.local not in _OPTIONS and not one.is_ignorable:
        yield Demand(f"what the assertion {one.local} says", False, one.at)


def _transport(one: Assertion, address: str | None) -> Iterator[Demand]:
    secure = address is None or address.lower().startswith("https:")
    hint = (
        "" if secure else f"its address is {address}: give the client another endpoint"
    )
    yield Demand("TLS (TransportBinding)", secure, one.at, hint)
    for token in _tokens(one):
        yield from _https(token)


def _https(token: Assertion) -> Iterator[Demand]:
    """The demands of an HttpsToken, an attribute in version 1.1 and assertions in later ones."""
    asked = {nested.local: nested.at for nested in token.inside}
    if token.attribute("RequireClientCertificate") in ("true", "1"):
        asked["RequireClientCertificate"] = token.at
    for name, words in _OF_HTTPS.items():
        if name in asked:
            yield Demand(f"{words} ({name})", False, asked[name], _HTTP_HINT)


def _timestamp(one: Assertion, with_token: bool) -> Iterator[Demand]:
    for nested in one.inside:
        if nested.local == "IncludeTimestamp":
            hint = "" if with_token else "a layer has to add it; UsernameToken does"
            yield Demand("a Timestamp (IncludeTimestamp)", with_token, nested.at, hint)


def _binding(one: Assertion) -> Iterator[Demand]:
    names = [t.local for t in _tokens(one)]
    kinds = ", ".join(dict.fromkeys(_TOKENS.get(name, name) for name in names))
    keys = "keys of both sides" if one.local == "AsymmetricBinding" else "a shared key"
    words = f"messages signed by {keys} ({one.local})" + (f": {kinds}" if kinds else "")
    yield Demand(words, False, one.at, _NO_MESSAGE_SECURITY)


def _token(token: Assertion, one: Assertion) -> Demand:
    words = _TOKENS.get(token.local, f"a {token.local}")
    hint = _NO_MESSAGE_SECURITY
    if token.local == "UsernameToken":
        inside = {nested.local for nested in token.inside}
        words, given = "a UsernameToken", ""
        if "HashPassword" in inside:
            words, given = f"{words} with a digest of the password", ", digest=True"
        elif "NoPassword" in inside:
            words = f"{words} without a password"
        hint = _USERNAME_HINT.format(given)
    if one is not token and one.local != "SupportingTokens":
        words = f"{words} ({one.local})"
    met = token.local == "HttpsToken"
    return Demand(words, met, token.at, hint)


def _parts(one: Assertion) -> Demand:
    names = [_part(parameter) for parameter in one.parameters]
    what = ", ".join(names) or "the Body and all header blocks"
    words = f"{_PARTS[one.local]} parts: {what} ({one.local})"
    required = _PARTS[one.local] == "required"
    hint = "a layer has to add what is missing" if required else _NO_MESSAGE_SECURITY
    return Demand(words, False, one.at, hint)


def _part(parameter: Assertion) -> str:
    if parameter.local == "Header":
        name = parameter.attribute("Name")
        return f"the header {name}" if name else "headers of a namespace"
    return f"an XPath {parameter.text}" if parameter.text else f"the {parameter.local}"


def _nested_parts(one: Assertion) -> Iterator[Demand]:
    for nested in one.inside:
        if nested.local in _PARTS:
            yield _parts(nested)


def _tokens(one: Assertion) -> tuple[Assertion, ...]:
    """The tokens that an assertion of WS-SecurityPolicy names, itself included."""
    if one.namespace not in _SECURITY:
        return ()
    if one.local in _TOKENS:
        return (one,)
    return tuple(token for token in _all_inside(one) if token.local in _TOKENS)


def _all_inside(one: Assertion) -> Iterable[Assertion]:
    """All assertions in the nested policies of one, but not those inside its tokens."""
    for nested in one.inside:
        yield nested
        if nested.local not in _TOKENS:
            yield from _all_inside(nested)
