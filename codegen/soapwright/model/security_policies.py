"""Assertions of WS-SecurityPolicy as values: the bindings, tokens and parts that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from soapwright.model.policy import Assertion, in_order
from soapwright.model.security import (
    DERIVED_KEYS,
    NAMESPACES,
    PATHS,
    REFERENCES,
    Binding,
    Parts,
    Suite,
    SupportingToken,
    Token,
)
from soapwright.model.suites import suite_of

TOKENS = {
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
"""The tokens by their assertions' names, in words."""

SIGNED = ("SignedParts", "SignedElements")
ENCRYPTED = ("EncryptedParts", "EncryptedElements", "ContentEncryptedElements")
REQUIRED = ("RequiredParts", "RequiredElements")

_HEADERS_BY_PATH = 3

_OF_ALL_BINDINGS = frozenset({"AlgorithmSuite", "Layout", "IncludeTimestamp"})
# "SignBeforeEncrypting" is what holds without an assertion; policies have it all the same.
_OF_KEYS = _OF_ALL_BINDINGS | {
    *("EncryptBeforeSigning", "SignBeforeEncrypting", "EncryptSignature"),
    *("ProtectTokens", "OnlySignEntireHeadersAndBody"),
}
_SIDES = frozenset(
    {"InitiatorToken", "RecipientToken", "ProtectionToken"}
    | {
        f"{side}{use}Token"
        for side in ("Initiator", "Recipient", "")
        for use in ("Signature", "Encryption")
    }
)
_FORMS_OF_SAML = frozenset(
    f"WssSamlV{version}Token{profile}"
    for version in ("10", "11", "20")
    for profile in ("10", "11")
)
# Transforms that need not be used.
_TRANSFORMS = frozenset(
    {"STRTransform10", "Path10", "XPath10", "XPathFilter20", "AbsXPath"}
)
_SUPPORTED_REFERENCES = frozenset(
    f"MustSupportRef{name}"
    for name in (
        *("KeyIdentifier", "IssuerSerial", "ExternalURI", "EmbeddedToken"),
        *("Thumbprint", "EncryptedKey"),
    )
)
_SUPPORTING = frozenset({*TOKENS, *SIGNED, *ENCRYPTED})
_INSIDE: Final[Mapping[str, frozenset[str]]] = {
    "TransportBinding": _OF_ALL_BINDINGS | {"TransportToken"},
    **dict.fromkeys(("AsymmetricBinding", "SymmetricBinding"), _OF_KEYS | _SIDES),
    "IncludeTimestamp": frozenset(),
    "Layout": frozenset(
        {"Strict", "Lax", "LaxTsFirst", "LaxTimestampFirst"}
        | {"LaxTsLast", "LaxTimestampLast"}
    ),
    "X509Token": frozenset(
        {"WssX509V3Token10", "WssX509V3Token11", *PATHS, *REFERENCES}
    ),
    "HttpsToken": frozenset(
        f"{name}Authentication" for name in ("HttpBasic", "HttpDigest")
    )
    | {"RequireClientCertificate"},
    "UsernameToken": frozenset(
        {"HashPassword", "NoPassword", "Created", "Nonce"}
        | {"WssUsernameToken10", "WssUsernameToken11"}
    ),
    "SamlToken": _FORMS_OF_SAML | {"RequireKeyIdentifierReference"},
    "IssuedToken": frozenset({"RequireInternalReference", "RequireExternalReference"}),
    "Wss10": _SUPPORTED_REFERENCES,
    "Wss11": _SUPPORTED_REFERENCES | {"RequireSignatureConfirmation"},
}
"""The assertions that are understood in others, by their names. A suite has one of many names."""


def is_security(one: Assertion) -> bool:
    """Whether an assertion is one of WS-SecurityPolicy's."""
    return one.namespace in NAMESPACES


def binding_of(assertions: Iterable[Assertion]) -> tuple[Binding, Assertion] | None:
    """The binding among assertions, None where there is none; of several that which protects messages."""
    found = [
        (binding, one)
        for one in in_order(filter(is_security, assertions))
        for binding in Binding
        if one.local == binding.value
    ]
    return max(found, key=lambda pair: pair[0] is not Binding.TRANSPORT, default=None)


def flags_of(binding: Assertion) -> frozenset[str]:
    """The names of the assertions in a binding."""
    return frozenset(one.local for one in binding.inside)


def only_inside(one: Assertion, name: str) -> Assertion | None:
    """The only assertion in that of a name in another: `Layout` gives `Lax`."""
    found = [inner for inner in one.inside if inner.local == name]
    inside = found[0].inside if found else ()
    return inside[0] if inside else None


def suite(binding: Assertion) -> tuple[str, Suite | None]:
    """The algorithm suite of a binding: its name, "" where none is named, and its algorithms."""
    given = [one for one in binding.inside if one.local == "AlgorithmSuite"]
    names = [n.local for one in given for n in one.inside if n.local not in _TRANSFORMS]
    name = " and ".join(names)
    return name, suite_of(name)


def layout(binding: Assertion) -> str:
    """The layout of a binding, "" where none is named."""
    found = only_inside(binding, "Layout")
    return "" if found is None else found.local


def not_understood(one: Assertion) -> Iterator[Assertion]:
    """The assertions within one that nothing here knows of: whatever they demand is not done."""
    yield from _not_understood(one, derives=False)


def _not_understood(one: Assertion, *, derives: bool) -> Iterator[Assertion]:
    """The same; `derives` tells whether keys may be derived from the token that it is or holds."""
    holds_tokens = one.local == "TransportToken" or one.local in _SIDES
    if not (holds_tokens or _holds_supporting(one) or one.local in _INSIDE):
        return
    of_binding = one.local in {binding.value for binding in Binding}
    for inner in one.inside:
        known = inner.local in _INSIDE.get(one.local, _SUPPORTING)
        if derives and one.local in TOKENS:
            known = known or inner.local in DERIVED_KEYS
        if holds_tokens or known or (of_binding and _holds_supporting(inner)):
            of_symmetric = one.local == Binding.SYMMETRIC.value
            # The certificate's own key endorses: there is none to derive another one from.
            endorses = "Endorsing" in one.local and inner.local == "X509Token"
            yield from _not_understood(
                inner, derives=of_symmetric or endorses or (holds_tokens and derives)
            )
        elif not inner.is_ignorable:
            yield inner


def _holds_supporting(one: Assertion) -> bool:
    return one.local.endswith("SupportingTokens")


# --------------------------------------------------------------------------------- tokens


def token(one: Assertion) -> Token:
    """A token assertion as a value; without an IncludeToken it is always sent (section 5.1.1)."""
    include = one.attribute("IncludeToken").rpartition("/")[2] or "Always"
    options = {inner.local for inner in one.inside}
    if one.attribute("RequireClientCertificate") in ("true", "1"):
        options.add("RequireClientCertificate")
    return Token(one.local, include, frozenset(options), one.at, _issued_key(one))


def _issued_key(one: Assertion) -> str:
    """The last step of the type of key of an issued SAML assertion, "" where it is no such."""
    if one.local != "IssuedToken":
        return ""
    kind, key = (_text_in(one.parameters, name) for name in ("TokenType", "KeyType"))
    return key.rpartition("/")[2] if "saml" in kind.lower() else ""


def _text_in(parameters: Iterable[Assertion], name: str) -> str:
    """The text of the first parameter of a name, however deep it is."""
    for one in parameters:
        found = one.text if one.local == name else _text_in(one.parameters, name)
        if found:
            return found
    return ""


def saml_confirmation(one: SupportingToken, binding: Binding | None) -> str:
    """How the SAML assertion of a supporting token is confirmed, by the runtime's names; "" where it cannot be."""
    if one.is_endorsing and binding is Binding.TRANSPORT:
        return "holder-of-key" if one.token.has_key else ""
    if one.is_endorsing or one.parts != Parts():
        return ""
    if binding is Binding.TRANSPORT:
        return "bearer" if one.token.is_bearer else ""
    if binding is not Binding.ASYMMETRIC:
        return ""
    if one.is_signed and one.token.kind == "SamlToken":
        return "sender-vouches"
    return "bearer" if one.token.is_bearer else ""


def tokens_in(binding: Assertion, *names: str) -> tuple[Token, ...]:
    """The tokens of a binding that the first of these assertions in it has, such as `InitiatorToken`."""
    for name in names:
        for one in binding.inside:
            if one.local == name:
                return tuple(map(token, one.inside))
    return ()


def derives_keys(binding: Assertion) -> bool:
    """Whether a symmetric binding's keys are derived from the protection token's."""
    tokens = tokens_in(binding, "ProtectionToken")
    is_symmetric = binding.local == Binding.SYMMETRIC.value
    return is_symmetric and any(DERIVED_KEYS & one.options for one in tokens)


def supporting(assertions: Iterable[Assertion]) -> Iterator[SupportingToken]:
    """The supporting tokens among assertions, and in their bindings (section 8)."""
    for one in in_order(assertions):
        if not is_security(one):
            continue
        if one.local.endswith("SupportingTokens"):
            parts = parts_of(one.inside)
            for inner in one.inside:
                if inner.local in TOKENS:
                    yield SupportingToken(one.local, token(inner), parts)
        elif one.local in TOKENS:
            yield SupportingToken("SupportingTokens", token(one))
        elif one.local in {binding.value for binding in Binding}:
            yield from supporting(one.inside)


# ---------------------------------------------------------------------------------- parts


def parts_of(assertions: Iterable[Assertion]) -> Parts:
    """The parts that assertions name, each once; XPath expressions that name no part are left out."""
    found: dict[str, dict[str, None]] = {"sign": {}, "encrypt": {}, "require": {}}
    for one in in_order(assertions):
        if not is_security(one):
            continue
        for kind, names in (
            ("sign", SIGNED),
            ("encrypt", ENCRYPTED),
            ("require", REQUIRED),
        ):
            if one.local in names:
                found[kind].update(dict.fromkeys(part_names(one)))
    return Parts(*(tuple(names) for names in found.values()))


def part_names(one: Assertion) -> Iterator[str]:
    """The parts that an assertion of parts or elements names (section 4)."""
    if not one.parameters and one.local.endswith("Parts"):
        yield "Body"
        if one.local == "SignedParts":
            yield "Headers"
    for parameter in one.parameters:
        if (name := part_name(parameter)) is not None:
            # Which MIME headers are signed a transform says; of encryption it is the contents.
            whole = name == "CompleteAttachments"
            yield "Attachments" if whole and one.local in ENCRYPTED else name


def part_name(parameter: Assertion) -> str | None:
    """The part that a parameter of an assertion names; None where it is an XPath of no part."""
    if parameter.local == "Body":
        return "Body"
    if parameter.local == "Attachments":
        content = any(
            p.local == "ContentSignatureTransform" for p in parameter.parameters
        )
        return "Attachments" if content else "CompleteAttachments"
    if parameter.local == "Header":
        name = parameter.attribute("Name") or "*"
        return f"{{{parameter.attribute('Namespace')}}}{name}"
    return _part_at(parameter) if parameter.local.startswith("XPath") else None


def _part_at(parameter: Assertion) -> str | None:
    """The part at a path of plain steps from the Envelope: the Body, a header block, the Timestamp."""
    prefixes = dict(parameter.prefixes)
    names = []
    rest = parameter.text
    while (step := re.match(r"/(?:(\w[\w.-]*):)?(\w[\w.-]*)", rest)) is not None:
        names.append((prefixes.get(step[1] or ""), step[2]))
        rest = rest[step.end() :]
    path = [name for _, name in names]
    if rest or any(space is None for space, _ in names) or path[:1] != ["Envelope"]:
        return None
    if path[1:] == ["Body"]:
        return "Body"
    if path[1:] == ["Header", "Security", "Timestamp"]:
        return "Timestamp"
    if path[1:2] == ["Header"] and len(path) == _HEADERS_BY_PATH:
        return f"{{{names[2][0]}}}{path[2]}"
    return None


def can_encrypt(part: str) -> bool:
    """Whether the runtime encrypts a part: the Body, header blocks, and attachments."""
    return part in ("Body", "Attachments") or part.startswith("{")


def all_parts_are_named(one: Assertion) -> bool:
    """Whether each parameter of an assertion of parts or elements names a part."""
    return all(part_name(parameter) is not None for parameter in one.parameters)
