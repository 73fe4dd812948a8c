"""The message security of ports, made of the alternatives of their policies."""

from __future__ import annotations

from dataclasses import replace

from factories import api, message, operation, part, port, ref, struct

from soapwright.model.api import Api
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.policy import Assertion, Policy
from soapwright.model.security import Binding
from soapwright.passes.secure_ports import secure_ports

SP = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"
AT = Location("service.wsdl", 7)


def assertion(local: str, *inside: Assertion) -> Assertion:
    """An assertion of WS-SecurityPolicy with a nested policy of one alternative."""
    return Assertion(f"{{{SP}}}{local}", nested=frozenset(inside), at=AT)


def keys_of_both(*more: Assertion) -> Assertion:
    token = assertion("X509Token")
    sides = assertion("InitiatorToken", token), assertion("RecipientToken", token)
    return assertion("AsymmetricBinding", *sides, *more)


def with_policy(policy: Policy) -> Api:
    request = message(part("x", ref("T")))
    of_port = port(operation("op", request))
    return api(struct("T", "a"), ports=[replace(of_port, policy=policy)])


def secured(policy: Policy) -> tuple[Api, list[str]]:
    findings = Findings()
    made = secure_ports(with_policy(policy), findings)
    return made, [str(finding) for finding in findings]


def test_a_port_without_a_policy_is_as_it_was() -> None:
    given = api(struct("T", "a"), ports=[port(operation("op", message()))])
    findings = Findings()
    assert secure_ports(given, findings) == given
    assert not list(findings)


def test_what_keys_meet_is_reported_at_its_place() -> None:
    made, (said,) = secured((frozenset({keys_of_both()}),))
    security = made.ports[0].security
    assert security is not None and security.binding is Binding.ASYMMETRIC
    assert not security.unmet
    assert said.startswith("service.wsdl:7: warning: a policy demands messages signed")


def test_what_nothing_meets_is_kept_in_words() -> None:
    made, said = secured((frozenset({assertion("SpnegoBinding")}),))
    security = made.ports[0].security
    assert security is not None and len(security.unmet) == 1
    assert "SpnegoBinding" in security.unmet[0]
    assert len(said) == 1 and "calls are refused" in said[0]


def test_of_two_alternatives_the_one_counts_that_is_met() -> None:
    met, unmet = keys_of_both(), assertion("SpnegoBinding")
    made, said = secured((frozenset({unmet}), frozenset({met})))
    security = made.ports[0].security
    assert security is not None and security.unmet == ()
    assert len(said) == 1 and "SpnegoBinding" not in said[0]


def test_a_timestamp_is_part_of_it() -> None:
    stamped = keys_of_both(assertion("IncludeTimestamp"))
    security = secured((frozenset({stamped}),))[0].ports[0].security
    assert security is not None and security.timestamp
    assert not secured((frozenset({keys_of_both()}),))[0].ports[0].security.timestamp
