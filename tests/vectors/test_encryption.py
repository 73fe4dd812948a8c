"""Encrypted XML of independent data: the algorithms of XML Encryption, and which of them are accepted."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from test_signatures import PARTS, receiver
from vectors import expected, vectors

from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.http.message import Message
from soapwright.runtime.security.algorithms import accepted
from soapwright.runtime.security.ciphers import CIPHERS_BY_NAME, decrypted, unwrapped
from soapwright.runtime.security.session_keys import transport_in
from soapwright.runtime.xml.parsing import LIMITS

XENC = "{http://www.w3.org/2001/04/xmlenc#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def session_key(case: Path, data: Any, accepts: Any) -> bytes:
    """The key of an EncryptedData: one that both know, or one that is encrypted."""
    wrapped = data.find(f".//{XENC}EncryptedKey")
    if wrapped is None:
        wrapped = data.getroottree().find(f".//{XENC}EncryptedKey")
    if wrapped is None:
        return known_key(case, data)
    transport = transport_in(wrapped.find(f"{XENC}EncryptionMethod"), accepts)
    [given] = [one for one in expected(case)["key"] if one["role"] == "private key"]
    key = load_pem_private_key((case / given["file"]).read_bytes(), None)
    value = wrapped.findtext(f"{XENC}CipherData/{XENC}CipherValue")
    return unwrapped(key, transport, b64decode(value))


def known_key(case: Path, data: Any) -> bytes:
    [given] = expected(case)["key"]
    content = (case / given["file"]).read_bytes()
    if not given["file"].endswith(".json"):
        return content
    name = data.findtext(f".//{DS}KeyName").strip()
    return b64decode(json.loads(content)[name]["base64"])


def plaintext(case: Path, by_name: frozenset[str]) -> bytes:
    accepts = accepted(sorted(by_name))
    root: Any = etree.parse(case / "message.xml").getroot()
    data = (
        root
        if root.tag == f"{XENC}EncryptedData"
        else root.find(f".//{XENC}EncryptedData")
    )
    uri = data.find(f"{XENC}EncryptionMethod").get("Algorithm")
    if uri not in accepts.data:
        raise SecurityError("not accepted")
    key = session_key(case, data, accepts)
    value = data.findtext(f"{XENC}CipherData/{XENC}CipherValue")
    return decrypted(accepts.data[uri], key, b64decode(value))


@pytest.mark.parametrize("case", vectors("xenc", "message.xml"))
def test_encrypted_xml(case: Path) -> None:
    wanted = expected(case)
    if wanted["default_verdict"] == "refuse":
        with pytest.raises(SecurityError):
            plaintext(case, frozenset())
    else:
        assert is_in(plaintext(case, frozenset()), case)
    if wanted["result"] == "decrypts" and wanted["algorithms"] == "by-name":
        if b"CipherReference" in (case / "message.xml").read_bytes():
            pytest.skip("a ciphertext that is elsewhere is not fetched")
        assert is_in(plaintext(case, CIPHERS_BY_NAME), case)
    elif wanted["algorithms"] == "never" and "rsa-1_5" not in str(wanted["why"]):
        with pytest.raises(SecurityError):
            plaintext(case, CIPHERS_BY_NAME)


def is_in(plain: bytes, case: Path) -> bool:
    """Whether a plaintext is in the document after decryption, or is all of it."""
    whole = (case / "plain.data").read_bytes().strip()
    if without_returns(plain.strip()) in without_returns(whole):
        return True
    return canonical(plain) == canonical(whole)


def without_returns(data: bytes) -> bytes:
    return data.replace(b"\r", b"").replace(b"&#13;", b"")


def canonical(document: bytes) -> bytes:
    found: bytes = etree.tostring(etree.fromstring(document), method="c14n")
    return found


@pytest.mark.parametrize("case", vectors("xenc", "vectors.json"))
def test_tables_of_nist(case: Path) -> None:
    for one in json.loads((case / "vectors.json").read_text()):
        name = one["name"].rpartition("-96-")[0]
        given = [bytes.fromhex(one[part]) for part in ("iv", "ciphertext", "tag")]
        key = bytes.fromhex(one["key"])
        if one.get("plain") is None:
            with pytest.raises(SecurityError):
                decrypted(name, key, b"".join(given))
        else:
            assert decrypted(name, key, b"".join(given)).hex() == one["plain"]


def is_decrypted(case: Path) -> bool:
    """Whether an envelope is encrypted, and accepted."""
    wanted = expected(case)
    return bool(wanted.get("encrypted")) and wanted["default_verdict"] == "accept"


@pytest.mark.parametrize(
    "case", vectors("envelopes", "message.xml", where=is_decrypted)
)
def test_each_encrypted_envelope_fails_alike_with_another_key(case: Path) -> None:
    """Whatever is wrong with a ciphertext, the error is the same."""
    wanted = expected(case)
    content = (case / "message.xml").read_bytes()
    found = set()
    for at in places_of_values(content):
        changed = (
            content[:at]
            + (b"A" if content[at : at + 1] != b"A" else b"B")
            + content[at + 1 :]
        )
        with pytest.raises(SecurityError) as caught:
            receiver(wanted, PARTS).checked(Message(changed, "text/xml"), LIMITS)
        found.add(str(caught.value))
    assert found == {"the message cannot be decrypted"}


def places_of_values(content: bytes) -> list[int]:
    """One byte in each CipherValue."""
    found, mark = [], b"CipherValue>"
    at = content.find(mark)
    while at >= 0:
        if content[at - 1 : at] != b"/" and content[at - 6 : at - 5] != b"/":
            found.append(at + len(mark) + 40)
        at = content.find(mark, at + 1)
    return found
