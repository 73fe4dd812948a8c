"""Signed messages of independent data: envelopes of other programs, and attacks."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from vectors import expected, vectors

from soapwright.runtime.errors.errors import SecurityError, SoapFault
from soapwright.runtime.http.message import Message
from soapwright.runtime.security.algorithms import BY_NAME
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.profile import Algorithms, Profile
from soapwright.runtime.security.username_checks import UsernameTokens
from soapwright.runtime.xml.parsing import LIMITS, parse

FOLDER = Path(os.environ.get("SOAPWRIGHT_VECTORS", ""))
PARTS = ["Body", "Timestamp", "Addressing"]
WSA = "{http://www.w3.org/2005/08/addressing}"
WORDS = ("Body", "Timestamp", "UsernameToken", "BinarySecurityToken")
BY_DESIGN = {
    **dict.fromkeys(["51", "52", "66", "69", "75", "81", "85", "87"], "CBC"),
    "72": "in the message twice",
    "73": "one Body",  # it is encrypted itself, which WS-Security 1.1, section 9, forbids
}
"""Envelopes that are refused whatever is accepted by name, and the reason."""


def receiver(
    wanted: Any, demanded: list[str], accept: frozenset[str] = frozenset()
) -> Any:
    """A service where a message has its own symmetric key or a user, else a client."""
    named = [wanted[name] for name in ("trust", "signer") if name in wanted]
    if "cxf" in wanted.get("decrypt_with", ""):
        named.append("keys/cxf/myalias.pem")
    trust = [FOLDER / name.partition(" ")[0] for name in named]
    at = datetime.fromisoformat(wanted.get("at", "2026-11-30T02:01:00Z"))
    given: dict[str, Any] = {"trust": trust, "clock": lambda: at}
    if "user" in wanted:
        known = {wanted["user"]: wanted["password"]}.get
        given["users"] = UsernameTokens(known, clock=lambda: at)
    own = Keys(**given)
    if "decrypt_with" in wanted:
        own = Keys.from_pkcs12(FOLDER / wanted["decrypt_with"], "secret", **given)
    made = wanted.get("made_with", "")
    symmetric = "--symmetric" in made or "hmac" in str(wanted.get("covered_places"))
    profile = Profile(
        sign=(),
        expect=demanded,
        timestamp="Timestamp" in demanded,
        actor=made.partition("--actor ")[2].partition(" ")[0],
        symmetric=symmetric,
        algorithms=Algorithms(accept=sorted(accept)),
    )
    if symmetric or "user" in wanted:
        return own.service_with(profile)
    return own.client_with(profile, "")


def opened(receiver: Any, envelope: bytes) -> Any:
    if hasattr(receiver, "received"):
        return receiver.received(parse(envelope)[0][:], "1.1")
    return receiver.checked(Message(envelope, "text/xml"), LIMITS)


def verdict(receiver: Any, envelope: bytes) -> str:
    try:
        done = opened(receiver, envelope)
    except (SecurityError, SoapFault):
        return "refuse"
    return "accept" if getattr(done, "verified", True) else "not verified"


@pytest.mark.parametrize("case", vectors("attacks"))
def test_attacks(case: Path) -> None:
    wanted = expected(case)
    one = receiver(wanted, PARTS)
    found = [verdict(one, (case / name).read_bytes()) for name in wanted["messages"]]
    assert ", then ".join(found) == wanted["verdict"]


@pytest.mark.parametrize("case", vectors("envelopes", "message.xml"))
def test_envelopes(case: Path) -> None:
    wanted = expected(case)
    parts = PARTS if "STRTransform" not in wanted.get("made_with", "") else PARTS[:2]
    if "user" in wanted and not wanted["covered"]:
        parts = []  # it is demanded by the user's name
    found = verdict(receiver(wanted, parts), (case / "message.xml").read_bytes())
    assert found == wanted["default_verdict"].partition(" where")[0]


@pytest.mark.parametrize("case", vectors("envelopes", "message.xml"))
def test_envelopes_with_every_algorithm(case: Path) -> None:
    """What is accepted by name is verified and decrypted; only what the envelope covers is demanded."""
    wanted = expected(case)
    covered = wanted.get("covered")
    if covered is None:
        signed = str(wanted.get("covered_places"))
        covered = ["Body"] if "/Envelope/Body" in signed else []
    parts = [name if name in WORDS else f"{WSA}{name}" for name in covered]
    envelope = (case / "message.xml").read_bytes()
    one = receiver(wanted, parts, BY_NAME)
    if reason := BY_DESIGN.get(case.name):
        with pytest.raises((SecurityError, SoapFault)) as caught:
            opened(one, envelope)
        assert reason in str(caught.value.__cause__ or caught.value)
    elif "no Security header" not in str(wanted.get("why")):
        found = verdict(one, envelope)
        assert found.replace("not verified", "accept") == wanted["verdict"]
