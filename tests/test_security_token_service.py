"""A WS-Trust client that is generated from our own WSDL, a security token service by the same, and a service that
demands the assertions which that one issues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from message_desk import CA, CLIENT, SERVICE, Wire, ask, desk_in, keys, profile
from message_keys import pair
from saml_issuer import assertion

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

WSDL = Path(__file__).parents[1] / "spec" / "ws-trust" / "ws-trust.wsdl"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
WSU = (
    "http://docs.oasis-open.org/wss/2004/01/"
    "oasis-200401-wss-wssecurity-utility-1.0.xsd"
)
ISSUER = pair("issuer")
PLACE = re.compile(rb"<place[^>]*/>")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("trust")
    package = generate(WSDL, Options("sts"))
    write_package(folder / "sts", package.files)
    with desk_in(folder, "desk_trusting") as found:
        yield found


class Issuer:
    """A security token service, and how often it was asked."""

    def __init__(self, minutes: int = 5, lifetime: int = 60) -> None:
        self.sts: Any = import_module("sts")
        self.asked = 0
        self._minutes = minutes
        self._lifetime = lifetime
        outer = self

        class Service(self.sts.server.SecurityTokenServiceService):
            def issue(self, **request: Any) -> Any:
                assert request["request_type"] == f"{TRUST}/Issue"
                return outer.answer()

        def with_assertion(message: Any) -> Any:
            """As it was signed: a value of XML is written with other prefixes."""
            token = assertion(ISSUER, minutes=self._minutes).encode()
            return replace(message, envelope=PLACE.sub(token, message.envelope))

        self._transport = self.sts.server.InMemoryTransport(
            Service(), outgoing=[with_assertion]
        )

    def answer(self) -> Any:
        self.asked += 1
        any_element = self.sts.AnyElement
        end = datetime.now(timezone.utc) + timedelta(minutes=self._lifetime)
        parts = [
            any_element(f"{{{TRUST}}}TokenType", content=["urn:saml"]),
            any_element(
                f"{{{TRUST}}}RequestedSecurityToken",
                content=[any_element("place")],
            ),
            any_element(
                f"{{{TRUST}}}Lifetime",
                content=[
                    any_element(
                        f"{{{WSU}}}Expires", content=[f"{end:%Y-%m-%dT%H:%M:%SZ}"]
                    )
                ],
            ),
        ]
        return [self.sts.types.RequestSecurityTokenResponse(any_elements=parts)]

    def ask(self, port: str = "Soap12") -> bytes:
        request = self.sts.types.RequestSecurityToken(
            token_type="urn:oasis:names:tc:SAML:2.0:assertion",
            request_type=f"{TRUST}/Issue",
            key_type=f"{TRUST}/Bearer",
        )
        with self.sts.Client(port=port, transport=self._transport) as client:
            exchange = client.exchange("Issue", request)
        return bytes(exchange.response_envelope)


@pytest.mark.parametrize("port", ["Soap11", "Soap12"])
def test_a_token_is_issued_once_and_used_until_it_expires(desk: Any, port: str) -> None:
    security = import_module(f"{desk.__name__}.security")
    issuer = Issuer()
    now = [datetime.now(timezone.utc)]
    tokens = security.IssuedTokens(lambda: issuer.ask(port), clock=lambda: now[0])
    common = profile(desk, saml="bearer")
    theirs = keys(desk, SERVICE, CA, issuers=[ISSUER.pem], audience="urn:desk")
    wire = Wire(desk, common.with_keys(theirs))
    mine = common.with_keys(keys(desk, CLIENT, SERVICE, saml=tokens))
    assert ask(desk, wire, mine) == "who? ida"
    assert ask(desk, wire, mine) == "who? ida"
    assert issuer.asked == 1
    now[0] += timedelta(minutes=4, seconds=1)
    tokens()
    assert issuer.asked == 2
    assert repr(tokens) == "IssuedTokens(…)"


def test_the_shorter_of_both_times_counts(desk: Any) -> None:
    security = import_module(f"{desk.__name__}.security")
    issuer = Issuer(minutes=60, lifetime=1)
    tokens = security.IssuedTokens(issuer.ask, early=61)
    tokens()
    tokens()
    assert issuer.asked == 2


@pytest.mark.parametrize(
    "envelope",
    [
        b"<a/>",
        b"no XML",
        f'<r xmlns="{TRUST}"><RequestedSecurityToken><x/></RequestedSecurityToken></r>',
    ],
)
def test_what_is_no_token(desk: Any, envelope: bytes | str) -> None:
    security = import_module(f"{desk.__name__}.security")
    given = envelope.encode() if isinstance(envelope, str) else envelope
    with pytest.raises(desk.errors.SecurityError):
        security.IssuedTokens(lambda: given)()
