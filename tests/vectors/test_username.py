"""UsernameTokens against independent data: digests, and what a service takes."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from vectors import expected, vectors

from soapwright.runtime.errors.errors import SoapFault
from soapwright.runtime.security.tokens import SECURITY, password_digest
from soapwright.runtime.security.username_checks import UsernameTokens


@pytest.mark.parametrize("case", vectors("username", without="token.xml"))
def test_digests(case: Path) -> None:
    wanted = expected(case)
    found = password_digest(
        b64decode(wanted["nonce_base64"]),
        wanted["created"],
        wanted["password"],
        sha1_password="SHA-1(password)" in wanted["algorithm"],
    )
    assert found == wanted["digest"]


def block(token: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True)
    root = etree.fromstring(b"<h>%b</h>" % token, parser)
    security = etree.Element(f"{{{SECURITY}}}Security")
    security.extend(root[:])
    return security


@pytest.mark.parametrize("case", vectors("username", "token.xml"))
def test_tokens(case: Path) -> None:
    wanted = expected(case)
    checks = UsernameTokens(
        {wanted["user"]: wanted["password"]}.get,
        require_digest="HashPassword" in wanted["verdict"],
        clock=lambda: datetime.fromisoformat(wanted["at"]),
    )
    verdict = wanted["verdict"]
    if verdict == "accept or refuse":
        return
    token = (case / "token.xml").read_bytes()
    for outcome in verdict.split(", then "):
        if outcome == "accept":
            assert checks.check([block(token)], "1.1") == wanted["user"]
            continue
        with pytest.raises(SoapFault) as caught:
            checks.check([block(token)], "1.1")
        assert wanted["password"] not in str(caught.value)
