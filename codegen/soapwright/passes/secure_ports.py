"""Works out the message security of each port from its policies, and reports what they demand.

Finding: `policy`, a warning: a policy demands what nothing does by itself, or at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from soapwright.model.api import Api, Message, Operation, Port
from soapwright.model.codes import Code
from soapwright.model.demands import (
    OF_HTTPS,
    Demand,
    Met,
    alternative_of_port,
    demands_in,
    demands_of,
    encrypts,
    used_alternative,
)
from soapwright.model.diagnostics import Findings
from soapwright.model.policy import (
    NOTHING,
    Alternative,
    Assertion,
    Policy,
    in_order,
    is_unreadable,
)
from soapwright.model.security import (
    PATHS,
    REFERENCES,
    Binding,
    BindingSecurity,
    MessageSecurity,
    OperationSecurity,
    Parts,
    PortSecurity,
    SupportingToken,
    Token,
)
from soapwright.model.security_policies import (
    binding_of,
    can_encrypt,
    derives_keys,
    flags_of,
    is_security,
    layout,
    parts_of,
    saml_confirmation,
    suite,
    supporting,
    tokens_in,
)

_SUPPORTED = {
    "MustSupportRefIssuerSerial": "issuer-serial",
    "MustSupportRefKeyIdentifier": "ski",
    "MustSupportRefThumbprint": "thumbprint",
}
_LAYOUTS = {
    "Strict": "strict",
    "Lax": "lax",
    "LaxTsFirst": "timestamp-first",
    "LaxTimestampFirst": "timestamp-first",
    "LaxTsLast": "timestamp-last",
    "LaxTimestampLast": "timestamp-last",
}
# The tokens whose keys sign and are encrypted for, by whether the initiator sends the message.
_SIGNING = {
    True: ("InitiatorToken", "InitiatorSignatureToken"),
    False: ("RecipientToken", "RecipientSignatureToken"),
}
_ENCRYPTING = {
    True: ("RecipientToken", "RecipientEncryptionToken", "ProtectionToken"),
    False: ("InitiatorToken", "InitiatorEncryptionToken", "ProtectionToken"),
}
_OASIS = "http://docs.oasis-open.org/"
"""The beginning of the namespaces of WS-SecurityPolicy's versions that go with WS-SecureConversation 1.3."""
_ALTERNATIVES_AT_MOST = 256
_UNCONFIRMED = "a SAML assertion that a signature confirms, where none is demanded"
_NO_CONFIRMATION = (
    "a SignatureConfirmation in replies, of which nothing is signed"
    " (RequireSignatureConfirmation)"
)
_TOKEN_OF_REPLY = "a supporting token in replies"
_OF_MESSAGES = (_UNCONFIRMED, _NO_CONFIRMATION, _TOKEN_OF_REPLY)
"""Demands that nothing meets because of the direction of a message, or of what else it demands."""


def secure_ports(api: Api, findings: Findings) -> Api:
    """Report the demands of ports and operations, and give ports their security."""
    if not any(map(_has_policies, api.ports)):
        return api
    ports = []
    for port in api.ports:
        _report(port, findings)
        secured = replace(port, security=security_of(port))
        _report_messages(secured, findings)
        ports.append(secured)
    return replace(api, ports=tuple(ports))


def _has_policies(port: Port) -> bool:
    """Whether a policy of a port, of an operation or of a message says anything."""
    own = (port.service_policy, port.policy)
    return any(policy != NOTHING for policy in own) or any(
        True for operation in port.operations for _ in _policies_of(operation)
    )


def _report(port: Port, findings: Findings) -> None:
    around = alternative_of_port(port)
    for policy in (port.service_policy, port.policy):
        read = _readable(policy)
        found = demands_of(read, port.address, around, encrypts=encrypts(port))
        _note(found, findings)
    for operation in port.operations:
        own = around | used_alternative(operation.policy, around)
        for policy in _policies_of(operation):
            _note(demands_of(_readable(policy), None, own), findings)


def _readable(policy: Policy) -> Policy:
    """A policy without what cannot be read, which the front end reports where it is."""
    return tuple(
        frozenset(one for one in alternative if not is_unreadable(one))
        for alternative in policy
    )


def _report_messages(port: Port, findings: Findings) -> None:
    """Report the demands on messages of operations that each policy by itself does not show to be unmet."""
    operations = {} if port.security is None else port.security.operations
    for operation in port.operations:
        found = operations.get(operation.key)
        unmet = () if found is None else found.unmet
        demands = [
            Demand(words, Met.REFUSED, operation.at)
            for words in _OF_MESSAGES
            if words in unmet
        ]
        _note(tuple(demands), findings)


def _policies_of(operation: Operation) -> Iterator[Policy]:
    """The policies of an operation that say anything, with those of its messages."""
    messages = (operation.input, operation.output, *operation.faults)
    of_messages = (m.policy for m in messages if m is not None)
    yield from (p for p in (operation.policy, *of_messages) if p != NOTHING)


def _note(demands: tuple[Demand, ...], findings: Findings) -> None:
    for demand in demands:
        message = f"a policy demands {demand.words}"
        match demand.how:
            case Met.BY_ITSELF:
                continue
            case Met.BY_USER | Met.UNKNOWN:
                message += ": nothing adds it by itself"
            case Met.REFUSED:
                message += ": nothing here meets it, and calls are refused"
        findings.warning(Code.POLICY, message, demand.at, demand.hint)


# ------------------------------------------------------------------------------- of a port


def security_of(port: Port) -> PortSecurity | None:
    """The message security of a port, None where its policies demand none."""
    if not _has_policies(port):
        return None
    used = alternative_of_port(port)
    found = _Reading(port, used).security()
    if found == PortSecurity():
        return None
    others = [_Reading(port, other).security() for other in _others(port, used)]
    return _with_otherwise(found, [one for one in others if not one.unmet])


def _with_otherwise(
    found: PortSecurity, others: Sequence[PortSecurity]
) -> PortSecurity:
    """The security with the first other one that needs less of the user: no keys, or nothing at all."""
    for other in others:
        if (other.needs_keys, other.needs_user) < (found.needs_keys, found.needs_user):
            return replace(found, otherwise=_with_otherwise(other, others))
    return found


def _others(port: Port, used: Alternative) -> Iterator[Alternative]:
    """The other alternatives of a port that can be met."""
    both = (one | other for one in port.service_policy for other in port.policy)
    for _, alternative in zip(range(_ALTERNATIVES_AT_MOST), both):
        unmet = (Met.UNKNOWN, Met.REFUSED)
        if alternative != used and not any(
            demand.how in unmet for demand in demands_in(alternative)
        ):
            yield alternative


class _Reading:
    """The security of a port by one alternative of its policy."""

    def __init__(self, port: Port, alternative: Alternative) -> None:
        self._port = port
        self._alternative = alternative
        found = binding_of(alternative)
        self._binding = None if found is None else found[0]
        self._assertion = None if found is None else found[1]
        self._flags = frozenset() if found is None else flags_of(found[1])
        self._supporting = tuple(supporting(alternative))
        self._supported = frozenset(
            inner.local
            for one in alternative
            if is_security(one) and one.local in ("Wss10", "Wss11")
            for inner in one.inside
        )

    def security(self) -> PortSecurity:
        demands = demands_in(self._alternative)
        refused = [d.words for d in demands if d.how is Met.REFUSED]
        operations = {one.key: self._operation(one) for one in self._port.operations}
        if not any(one != OperationSecurity() for one in operations.values()):
            operations = {}
        own = [_Reading(self._port, one) for one in self._own_bindings()]
        return PortSecurity(
            binding=self._properties(),
            https=any(reading._needs_tls() for reading in (self, *own)),
            of_http=tuple(words for one in (self, *own) for words in one._of_http()),
            username=self._username(),
            operations=operations,
            unmet=tuple(dict.fromkeys(refused)),
        )

    def _own_bindings(self) -> Iterator[Alternative]:
        """The assertions of each message that has a binding of its own or of its operation, with the port's."""
        for operation in self._port.operations:
            for message in (operation.input, operation.output):
                around = self._around(operation, message)
                if binding_of(around - self._alternative) is not None:
                    yield around

    def _properties(self) -> BindingSecurity:
        """The properties of the binding."""
        if self._assertion is None:
            return BindingSecurity()
        return BindingSecurity(
            kind=self._binding,
            suite=suite(self._assertion)[1],
            layout=_LAYOUTS.get(layout(self._assertion), ""),
            timestamp="IncludeTimestamp" in self._flags,
            encrypt_first="EncryptBeforeSigning" in self._flags,
            endorse=self._binding is Binding.SYMMETRIC and self._endorsing is not None,
            derived_keys=self._derived_keys(self._assertion),
            confirm_signature="RequireSignatureConfirmation" in self._supported,
        )

    def _derived_keys(self, binding: Assertion) -> str:
        """The version of WS-SecureConversation by which the keys of a symmetric binding are derived."""
        if not derives_keys(binding):
            return ""
        return "1.3" if binding.namespace.startswith(_OASIS) else "2005"

    def _needs_tls(self) -> bool:
        """Whether TLS is demanded, or alone can protect a token as it is demanded."""
        if self._binding is None:
            return any(t.is_signed or t.is_encrypted for t in self._usernames())
        return any(
            is_security(one) and one.local == Binding.TRANSPORT.value
            for one in self._alternative
        )

    def _usernames(self) -> list[SupportingToken]:
        """The UsernameTokens that a request of any operation must have."""
        tokens = [*self._supporting]
        for operation in self._port.operations:
            around = self._around(operation, operation.input)
            tokens += supporting(around - self._alternative)
        return [one for one in tokens if one.token.kind == "UsernameToken"]

    def _of_http(self) -> Iterator[str]:
        """Demands on the HTTP client, in words."""
        for one in in_order(self._alternative):
            if is_security(one) and one.local == Binding.TRANSPORT.value:
                for token in tokens_in(one, "TransportToken"):
                    options = token.options
                    yield from (w for name, w in OF_HTTPS.items() if name in options)

    def _tokens(self, *names: str) -> tuple[Token, ...]:
        return () if self._assertion is None else tokens_in(self._assertion, *names)

    def _username(self) -> frozenset[str] | None:
        """The options of the UsernameToken that a request must have, None where it needs none."""
        found = [one.token.options for one in self._usernames()]
        return frozenset[str]().union(*found) if found else None

    # ------------------------------------------------------------------------ operations

    def _operation(self, operation: Operation) -> OperationSecurity:
        refused = [
            demand.words
            for policy in _policies_of(operation)
            for demand in demands_of(policy, None, self._around(operation, None))
            if demand.how is Met.REFUSED
        ]
        request = self._of(operation, operation.input, by_initiator=True)
        reply = self._of(operation, operation.output, by_initiator=False)
        if request.saml not in ("", "bearer") and not request.sign:
            refused.append(_UNCONFIRMED)
            request = replace(request, saml="")
        if request.sign and operation.output is not None and not reply.sign:
            if (reply.binding or self._properties()).confirm_signature:
                refused.append(_NO_CONFIRMATION)
        if any(True for _ in self._tokens_of_replies(operation)):
            refused.append(_TOKEN_OF_REPLY)
        return OperationSecurity(request, reply, tuple(dict.fromkeys(refused)))

    def _tokens_of_replies(self, operation: Operation) -> Iterator[SupportingToken]:
        """The tokens that policies of an operation's replies demand: nothing sends or checks them there."""
        around = self._around(operation, None)
        for message in (operation.output, *operation.faults):
            if message is not None:
                tokens = supporting(used_alternative(message.policy, around))
                yield from (one for one in tokens if one.token.kind != "HttpsToken")

    def _of(
        self, operation: Operation, message: Message | None, *, by_initiator: bool
    ) -> MessageSecurity:
        """The security of a message, by its own binding where it has one."""
        around = self._around(operation, message)
        if message is None or binding_of(around - self._alternative) is None:
            return self._message(operation, message, by_initiator=by_initiator)
        reading = _Reading(self._port, around)
        found = reading._message(operation, message, by_initiator=by_initiator)
        return replace(found, binding=reading._properties())

    def _around(self, operation: Operation, message: Message | None) -> Alternative:
        """The assertions of the port, an operation, and one of its messages."""
        own = used_alternative(operation.policy, self._alternative)
        around = self._alternative | own
        if message is None:
            return around
        return around | used_alternative(message.policy, around)

    def _message(
        self, operation: Operation, message: Message | None, *, by_initiator: bool
    ) -> MessageSecurity:
        if message is None:
            return MessageSecurity()
        around = self._around(operation, message)
        parts = parts_of(in_order(around))
        tokens = list(supporting(around)) if by_initiator else []
        confirmed = [saml_confirmation(one, self._binding) for one in tokens]
        saml = next(filter(None, confirmed), "")
        if self._binding is Binding.TRANSPORT or self._binding is None:
            return replace(self._over_transport(parts, tokens), saml=saml)
        if by_initiator and any(t.has_key for t in self._tokens(*_SIGNING[True])):
            saml = "holder-of-key"
        sign = dict.fromkeys(parts.sign)
        encrypt = dict.fromkeys(filter(can_encrypt, parts.encrypt))
        if "EncryptBeforeSigning" in self._flags:
            encrypt.pop("Attachments", None)  # which is refused
        if "IncludeTimestamp" in self._flags:
            sign["Timestamp"] = None
        usernames = [t for t in tokens if t.token.kind == "UsernameToken"]
        if any(t.is_signed for t in usernames):
            sign["UsernameToken"] = None
        if any(t.is_encrypted for t in usernames):
            encrypt["UsernameToken"] = None
        asserted = [t for t in tokens if saml_confirmation(t, self._binding)]
        if saml == "bearer" and any(t.is_signed for t in asserted):
            sign["Assertion"] = None
        if any(t.is_encrypted for t in asserted):
            encrypt["Assertion"] = None
        reference = self._reference_of(_SIGNING, by_initiator=by_initiator)
        if sign and "ProtectTokens" in self._flags and reference in ("direct", "path"):
            sign["BinarySecurityToken"] = None
        if sign and "EncryptSignature" in self._flags:
            encrypt["Signature"] = None
        return MessageSecurity(
            *(tuple(sign), tuple(encrypt), parts.require),
            reference,
            self._reference_of(_ENCRYPTING, by_initiator=by_initiator),
            saml,
        )

    def _over_transport(
        self, parts: Parts, tokens: list[SupportingToken]
    ) -> MessageSecurity:
        """The security of a message that TLS protects: an endorsing token signs the Timestamp (section 8.3)."""
        for one in tokens:
            asserted = saml_confirmation(one, Binding.TRANSPORT)
            if one.is_endorsing and (asserted or one.token.kind == "X509Token"):
                sign = tuple(dict.fromkeys(("Timestamp", *one.parts.sign)))
                reference = self._reference(one.token, by_initiator=True)
                return MessageSecurity(sign, (), parts.require, reference)
        return MessageSecurity(require=parts.require)

    def _reference_of(
        self, names: Mapping[bool, Sequence[str]], *, by_initiator: bool
    ) -> str:
        """How a key is referred to in a message: that of the token of the first of these names that there is."""
        endorsing = self._endorsing
        tokens = self._tokens(*names[by_initiator])
        if names is _SIGNING and endorsing is not None:
            tokens = (endorsing,)
        if not tokens:
            return "direct"
        found = self._reference(tokens[0], by_initiator=by_initiator)
        return "direct" if found == "path" and names is _ENCRYPTING else found

    @property
    def _endorsing(self) -> Token | None:
        """The token whose key signs the signature of a symmetric binding, None where none does."""
        if self._binding is not Binding.SYMMETRIC:
            return None
        found = [t.token for t in self._supporting if t.is_endorsing]
        return found[0] if found else None

    def _reference(self, token: Token, *, by_initiator: bool) -> str:
        """How a signature refers to its certificate: as the token says, else by the token where
        it is sent, else in a way that the policy says is supported."""
        for option, reference in REFERENCES.items():
            if option in token.options:
                return reference
        if token.is_sent(by_initiator=by_initiator):
            return "path" if PATHS & token.options else "direct"
        for option, reference in _SUPPORTED.items():
            if option in self._supported:
                return reference
        return "issuer-serial"
