"""XML signatures of independent data: canonical forms, digests, values, and all that WS-Security does not take.

The messages are no envelopes: their elements have plain `Id`s, and stand anywhere. So the verifier's steps are
asked one by one, with ids and places as the data have them; everything else is as it is for envelopes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from lxml import etree
from vectors import expected, vectors

from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.security.algorithms import BY_NAME, accepted
from soapwright.runtime.security.certificates import Found
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.parts import Parts
from soapwright.runtime.security.trust import certificates_of
from soapwright.runtime.security.verifying import Verified, Verifying

DS = "{http://www.w3.org/2000/09/xmldsig#}"
# The signature is right, as its data say. But the prefix in an xsi:type was bound to another namespace, which
# exclusive canonicalisation does not cover: of an envelope we refuse that, as it may mean another type.
ANOTHER_TYPE = ("204",)
NOW = datetime(2026, 11, 30, 2, 1, tzinfo=timezone.utc)


class Anywhere(Verifying):
    """A verifier that finds elements by plain ids, and has the signer's certificate given."""

    def __init__(
        self,
        signature: Any,
        keys: Keys,
        certificate: Path | None,
        by_name: Sequence[str] = (),
    ) -> None:
        root = signature.getroottree().getroot()
        parts = Parts("", root, None, root, signature.getparent(), "")
        super().__init__(parts, keys.material, accepted(by_name))
        self._signature = signature
        self._certificate = certificate

    def signature(self) -> Any:
        return self._signature

    def signer(self, signature: Any, algorithm: str) -> Found | None:
        if algorithm.startswith("hmac"):
            return None
        if self._certificate is None:
            raise SecurityError("there is no certificate")
        return Found(certificates_of(self._certificate)[0])

    def secret(self, signature: Any) -> bytes:
        assert self._material.secret is not None
        return self._material.secret

    def target(self, reference: Any) -> Any:
        name = (reference.get("URI") or "")[1:]
        root = self._signature.getroottree().getroot()
        found = [e for e in root.iter() if name and e.get("Id") == name]
        if len(found) != 1:
            raise SecurityError("a Reference is to nothing in the message")
        return found[0]

    def _check_place(self, e: Any) -> None:
        """Nobody looks for it: it is no envelope."""

    def check_trust(self, found: Verified) -> None:
        """The data have trust of their own."""

    def refusals(self) -> list[str]:
        """The steps that refuse it whatever its key is: algorithms, canonicalisation, references, transforms."""
        info = self._signature.find(f"{DS}SignedInfo")
        steps: list[Any] = [
            lambda: self.algorithm(info),
            lambda: self._canonical(info),
            lambda: self.references(info),
        ]
        for reference in info.findall(f"{DS}Reference"):
            steps += [
                lambda r=reference: self.hashing(r),
                lambda r=reference: self.digested(r),
            ]
        found = []
        for step in steps:
            try:
                step()
            except SecurityError as error:
                found.append(str(error))
        return found

    def _canonical(self, info: Any) -> None:
        """The check of SignedInfo's canonicalisation, which is before that of the value."""
        try:
            self.check_value(info, Verified(self._parts, algorithm="hmac-sha256"))
        except SecurityError as error:
            if "canonicalisation" in str(error):
                raise


def signature_of(case: Path) -> Any:
    """The outermost signature; comments and instructions stay, as the data are signed with these."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.parse(case / "message.xml", parser).getroot()
    return root if root.tag == f"{DS}Signature" else next(root.iter(f"{DS}Signature"))


def anywhere(case: Path, wanted: Any, by_name: Sequence[str] = ()) -> Anywhere:
    files = {one["role"]: case / one["file"] for one in wanted["key"]}
    certificates = [path for role, path in files.items() if "certificate" in role]
    secret = next((p.read_bytes() for r, p in files.items() if "hmac" in r), b"x")
    keys = Keys(secret=secret, clock=lambda: NOW)
    certificate = next(iter(certificates), None)
    return Anywhere(signature_of(case), keys, certificate, by_name)


@pytest.mark.parametrize("case", vectors("dsig", "message.xml"))
def test_signatures(case: Path) -> None:
    wanted = expected(case)
    verifying = anywhere(case, wanted)
    refused = verifying.refusals()
    if wanted["wss_default_verdict"] == "refuse":
        assert refused, wanted["why"] + wanted["not_of_wss"]
        return
    assert refused == []
    check(case, verifying)


def weak(case: Path) -> bool:
    """Whether only an algorithm that is accepted by name is in the way of a signature."""
    wanted = expected(case)
    return wanted["algorithms"] == "by-name" and not wanted["not_of_wss"]


@pytest.mark.parametrize("case", vectors("dsig", "message.xml", where=weak))
def test_signatures_by_name(case: Path) -> None:
    verifying = anywhere(case, expected(case), sorted(BY_NAME))
    assert verifying.refusals() == []
    check(case, verifying)


def inclusive(case: Path) -> bool:
    """Whether only inclusive canonicalisation, or a weak algorithm, is in the way of a signature whose key it carries."""
    wanted = expected(case)
    forms = ("REC-xml-c14n-20010315", "no transform")
    others = [n for n in wanted["not_of_wss"] if not any(f in n for f in forms)]
    usable = wanted["algorithms"] != "never" and not others and wanted["not_of_wss"]
    refused = "option" in wanted.get("reason", "")  # what its verifier was told
    return usable and not refused and (case / "key-of-message.pem").exists()


@pytest.mark.parametrize("case", vectors("dsig", "message.xml", where=inclusive))
def test_inclusive_canonicalisation(case: Path, monkeypatch: Any) -> None:
    verifying = anywhere(case, expected(case), sorted(BY_NAME))
    key: Any = load_pem_public_key((case / "key-of-message.pem").read_bytes())
    signer = SimpleNamespace(public_key=lambda: key)
    monkeypatch.setattr(verifying, "signer", lambda *_: SimpleNamespace(certificate=signer, others=()))  # fmt: skip
    assert verifying.refusals() == []
    check(case, verifying)


def check(case: Path, verifying: Anywhere) -> None:
    """Demand the truth about a signature of which nothing is refused."""
    wanted = expected(case)
    if case.name in ANOTHER_TYPE:
        with pytest.raises(SecurityError, match="named by a prefix that is not signed"):
            verifying.result()
        return
    if wanted["signature"] == "valid":
        assert len(verifying.result().covered) == len(wanted["references"])
        return
    with pytest.raises(SecurityError, match="wrong"):
        verifying.result()
