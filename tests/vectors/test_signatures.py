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
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.profile import Profile
from soapwright.runtime.xml.parsing import LIMITS, parse

FOLDER = Path(os.environ.get("SOAPWRIGHT_VECTORS", ""))
PARTS = ["Body", "Timestamp", "Addressing"]
NOT_YET = ("--user",)


def receiver(wanted: Any, demanded: list[str]) -> Any:
    named = [wanted[name] for name in ("trust", "signer") if name in wanted]
    trust = [FOLDER / name.partition(" ")[0] for name in named]
    at = datetime.fromisoformat(wanted.get("at", "2026-11-30T02:01:00Z"))
    own = Keys(trust=trust, clock=lambda: at)
    if "decrypt_with" in wanted:
        file = FOLDER / wanted["decrypt_with"]
        own = Keys.from_pkcs12(file, "secret", trust=trust, clock=lambda: at)
    symmetric = "--symmetric" in wanted.get("made_with", "")
    given = Profile(
        sign=(), expect=demanded, actor=wanted.get("actor", ""), symmetric=symmetric
    )
    return own.service_with(given) if symmetric else own.client_with(given, "")


def verdict(receiver: Any, envelope: bytes) -> str:
    try:
        if hasattr(receiver, "received"):
            blocks = parse(envelope)[0][:]
            receiver.received(blocks, "1.1")
            return "accept"
        checked = receiver.checked(Message(envelope, "text/xml"), LIMITS)
    except (SecurityError, SoapFault):
        return "refuse"
    return "accept" if checked.verified else "not verified"


@pytest.mark.parametrize("case", vectors("attacks"))
def test_attacks(case: Path) -> None:
    wanted = expected(case)
    one = receiver(wanted, PARTS)
    found = [verdict(one, (case / name).read_bytes()) for name in wanted["messages"]]
    assert ", then ".join(found) == wanted["verdict"]


@pytest.mark.parametrize("case", vectors("envelopes", "message.xml"))
def test_envelopes(case: Path) -> None:
    wanted = expected(case)
    made = wanted.get("made_with", "")
    if "default_verdict" not in wanted or any(name in made for name in NOT_YET):
        pytest.skip("tokens of users are no signatures of X.509")
    if "--actor" in made:
        wanted["actor"] = made.split("--actor ")[1].split()[0]
    parts = PARTS if "STRTransform" not in made else ["Body", "Timestamp"]
    found = verdict(receiver(wanted, parts), (case / "message.xml").read_bytes())
    assert found == wanted["default_verdict"].partition(" where")[0]
