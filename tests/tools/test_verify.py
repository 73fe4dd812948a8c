"""`soapwright verify`: signed messages, right and wrong, in every form in which they are saved."""

from __future__ import annotations

import gzip
import json
import os
import pty
import random
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from hashlib import sha1, sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import Shell
from lxml import etree
from message_keys import Pair, pair
from saml_issuer import assertion
from test_encrypted_assertions import hide

from soapwright.model.diagnostics import Findings
from soapwright.runtime.http.message import Attachment, Message
from soapwright.runtime.security.algorithms import signature_of
from soapwright.runtime.security.canonical import canonical
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.profile import Algorithms, Profile
from soapwright.tools.verify.report import Report
from soapwright.tools.verify.run import Receiver, verify

AT = datetime.now(timezone.utc).replace(microsecond=0)
CA = pair("authority", ca=True)
CLIENT, STRANGER = pair("client", "rsa", CA), pair("stranger")
CURVE = pair("curve", "ec")
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSU_ID = f"{{{WSS}wssecurity-utility-1.0.xsd}}Id"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
WSA = "{http://www.w3.org/2005/08/addressing}"
OCTETS = b64encode(bytes(range(200))).decode()
PLAIN = (
    f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:xsd="urn:xsd"><soap:Header>'
    '<a:To xmlns:a="http://www.w3.org/2005/08/addressing">urn:shop</a:To></soap:Header>'
    '<soap:Body><t:pay xmlns:t="urn:t"><to>Zoë</to><sum>1.00</sum>'
    f"<note>two\nlines</note><scan>{OCTETS}</scan></t:pay></soap:Body></soap:Envelope>"
)


def signed(
    envelope: str = PLAIN, own: Pair = CLIENT, at: datetime = AT, **profile: Any
) -> bytes:
    keys = Keys(own.key, own.certificate, clock=lambda: at)  # type: ignore[arg-type]  # by its kind
    given: dict[str, Any] = {"expect": (), **profile}
    made = keys.client_with(Profile(**given), "")
    return made.secured(Message(envelope.encode(), "text/xml")).envelope


def explained(envelope: bytes, tmp_path: Path, trust: Pair = CA) -> Report:
    (tmp_path / "trust.pem").write_bytes(trust.pem)
    findings = Findings()
    receiver = Receiver(trust=(tmp_path / "trust.pem",), at=AT)
    found = verify(envelope, "message.xml", receiver, lambda _: None, findings)
    assert found is not None, list(findings)
    return found


@pytest.fixture
def files(shell: Shell, tmp_path: Path) -> Path:
    """A folder with a signed message and keys, where the shell is."""
    (tmp_path / "message.xml").write_bytes(signed())
    (tmp_path / "ca.pem").write_bytes(CA.pem)
    (tmp_path / "client.pem").write_bytes(CLIENT.pem)
    (tmp_path / "stranger.pem").write_bytes(STRANGER.pem)
    (tmp_path / "me.p12").write_bytes(STRANGER.p12(b"s3cret"))
    return tmp_path


NOW = f"{AT:%Y-%m-%dT%H:%M:%SZ}"
ASKED = ("--trust", "ca.pem", "--at", NOW)


# ------------------------------------------------------------------------------ the command


def test_a_message_that_is_accepted(shell: Shell, files: Path) -> None:
    result = shell("verify", "message.xml", *ASKED)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "accepted"
    assert "  signer   CN=client" in lines
    assert any("issued by CN=authority, number" in line for line in lines)
    assert "  trust    trusted: the certificate is of an authority that is" in lines
    for part in ("Body", "Header/Security/Timestamp", "Header/To"):
        assert re.search(rf"right: #\S+ is /Envelope/{part}, line 1", result.out)


def test_a_message_that_is_refused(shell: Shell, files: Path) -> None:
    changed = (files / "message.xml").read_bytes().replace(b">1.00<", b">9.00<")
    (files / "message.xml").write_bytes(changed)
    result = shell("verify", "message.xml", *ASKED)
    assert (result.code, result.err) == (1, "")
    assert (
        result.out.splitlines()[0]
        == "refused: the digest of Body is wrong: it was changed"
    )
    assert "  not signed  Body  /Envelope/Body" in result.out.splitlines()
    assert "covered by no signature that counts\n  /Envelope/Body\n" in result.out


def test_json(shell: Shell, files: Path) -> None:
    result = shell("verify", "message.xml", *ASKED, "--format", "json")
    found = json.loads(result.out)
    assert (found["verdict"], found["accepted"], found["reason"]) == (
        "accepted",
        True,
        "",
    )
    (signature,) = found["signatures"]
    assert signature["signer"]["subject"] == "CN=client"
    assert signature["trusted"] is True
    assert {one["part"] for one in signature["references"]} == {
        *("Body", "Timestamp", "To")
    }
    assert found["timestamp"]["state"] == "right"
    assert "forms" not in found


def test_what_is_demanded(shell: Shell, files: Path) -> None:
    (files / "message.xml").write_bytes(signed(sign=["Timestamp"]))
    demands = ("--demand", "timestamp")
    assert shell("verify", "message.xml", *ASKED, *demands).code == 0
    result = shell("verify", "message.xml", *ASKED, "--demand", "Body,timestamp")
    assert (result.code, result.out.splitlines()[0]) == (
        1,
        "refused: Body is not signed",
    )
    named = "{http://www.w3.org/2005/08/addressing}To"
    result = shell("verify", "message.xml", *ASKED, "--demand", f"timestamp,{named}")
    assert result.out.splitlines()[0] == "refused: To is not signed"
    result = shell("verify", "message.xml", *ASKED, "--demand", "heart")
    assert result.code == 2 and "'heart': body, timestamp" in result.err


def test_time_trust_and_subject(shell: Shell, files: Path) -> None:
    late = f"{AT + timedelta(minutes=11):%Y-%m-%dT%H:%M:%S}+00:00"
    trusted = ("verify", "message.xml", "--trust")
    for arguments, reason in (
        (("ca.pem", "--at", late), "the Timestamp has expired"),
        (("stranger.pem", "--at", NOW), "signed by nobody who is trusted"),
        (
            ("ca.pem", "--at", NOW, "--subject", "CN=x"),
            "the signer's certificate has another subject",
        ),
    ):
        result = shell(*trusted, *arguments)
        assert (result.code, result.out.splitlines()[0]) == (1, f"refused: {reason}")
    result = shell("verify", "message.xml", "--at", NOW)
    assert result.code == 1 and "nobody is trusted" in result.out
    result = shell(*trusted, "ca.pem", "--subject", "nobody")
    assert result.code == 2 and "'nobody' is no subject such as" in result.err
    result = shell(*trusted, "ca.pem", "--at", "soon")
    assert result.code == 2 and "no time such as" in result.err


def test_canonical_forms_are_written(shell: Shell, files: Path) -> None:
    result = shell("verify", "message.xml", *ASKED, "--canonical", "forms")
    assert result.code == 0
    body = next((files / "forms").glob("*-Body.xml")).read_bytes()
    assert canonical(etree.fromstring((files / "message.xml").read_bytes())[-1]) == body
    (files / "taken").write_text("x")
    result = shell("verify", "message.xml", *ASKED, "--canonical", "taken")
    assert result.code == 2 and "[output]" in result.err


def test_weak_algorithms(shell: Shell, files: Path) -> None:
    weak = Algorithms(signature="rsa-sha1", digest="sha1")
    (files / "message.xml").write_bytes(signed(algorithms=weak))
    result = shell("verify", "message.xml", *ASKED)
    assert result.code == 1
    assert (
        "note: rsa-sha1 is weak, and accepted by name: --accept rsa-sha1" in result.out
    )
    accepts = ("--accept", "rsa-sha1,sha1")
    assert shell("verify", "message.xml", *ASKED, *accepts).code == 0
    assert shell("verify", "message.xml", *ASKED, "--accept", "md5").code == 2


@pytest.mark.parametrize("order", ["sign-encrypt", "encrypt-sign"])
def test_an_encrypted_message(shell: Shell, files: Path, order: Any) -> None:
    service = pair("service")
    (files / "service.p12").write_bytes(service.p12(b"s3cret"))
    (files / "password").write_text("s3cret")
    keys = Keys(
        *(CLIENT.key, CLIENT.certificate),  # type: ignore[arg-type]  # by its kind
        recipient=service.pem,
        clock=lambda: AT,
    )
    profile = Profile(expect=(), encrypt=["Body"], expect_encrypted=(), order=order)
    made = keys.client_with(profile, "").secured(Message(PLAIN.encode(), "text/xml"))
    (files / "message.xml").write_bytes(made.envelope)
    given = ("--keys", "service.p12", "--password-file", "password")
    result = shell("verify", "message.xml", *ASKED, *given)
    assert (result.code, result.err) == (0, ""), result.out
    assert result.out.count("digest   right") == 3
    assert "note: 1 part is encrypted; explained is what was decrypted" in result.out
    result = shell("verify", "message.xml", *ASKED)
    assert result.code == 1
    assert "note: 1 part is encrypted, and cannot be read: " in result.out
    if order == "sign-encrypt":
        assert "perhaps: it was signed, then encrypted" in result.out


def test_a_symmetric_binding(shell: Shell, files: Path) -> None:
    service = pair("service")
    (files / "service.p12").write_bytes(service.p12(b"s3cret"))
    (files / "password").write_text("s3cret")
    keys = Keys(recipient=service.pem, clock=lambda: AT)
    profile = Profile(symmetric=True, encrypt=["Body"])
    made = keys.client_with(profile, "").secured(Message(PLAIN.encode(), "text/xml"))
    (files / "message.xml").write_bytes(made.envelope)
    given = ("--keys", "service.p12", "--password-file", "password", "--at", NOW)
    result = shell("verify", "message.xml", *given, "--symmetric")
    assert (result.code, result.err) == (0, ""), result.out
    assert "trusted: the secret is known to both sides" in result.out
    assert shell("verify", "message.xml", *given, *ASKED).code == 1


def test_a_fault_without_a_signature(shell: Shell, files: Path) -> None:
    fault = "<f:Fault xmlns:f='%s'><faultcode>f:Server</faultcode><faultstring>no</faultstring></f:Fault>"
    text = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{fault % SOAP}</e:Body></e:Envelope>'
    (files / "message.xml").write_text(text)
    result = shell("verify", "message.xml", *ASKED)
    assert result.code == 1
    assert "a client raises such a fault as unverified" in result.out.splitlines()[0]


def test_a_password_is_not_shown(shell: Shell, files: Path) -> None:
    security = f"{WSS}wssecurity-secext-1.0.xsd"
    token = f'<w:Security xmlns:w="{security}"><w:UsernameToken><w:Username>ida</w:Username><w:Password>hunter2</w:Password></w:UsernameToken></w:Security>'
    envelope = PLAIN.replace("<soap:Header>", f"<soap:Header>{token}")
    (files / "message.xml").write_bytes(signed(envelope))
    for form in ("text", "json"):
        result = shell("verify", "message.xml", *ASKED, "--format", form)
        assert "UsernameToken" in result.out and "hunter2" not in result.out


# ---------------------------------------------------------------------- how it was saved


def http(envelope: bytes, start: str = "POST / HTTP/1.1", **headers: str) -> bytes:
    named = {"Content-Type": "text/xml; charset=utf-8", **headers}
    head = "".join(f"{n.replace('_', '-')}: {v}\r\n" for n, v in named.items())
    return f"{start}\r\n{head}\r\n".encode() + envelope


def chunked(envelope: bytes) -> bytes:
    pieces = [envelope[i : i + 100] for i in range(0, len(envelope), 100)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces)
    return http(body + b"0\r\n\r\n", "HTTP/1.1 200 OK", Transfer_Encoding="chunked")


def multipart(envelope: bytes, *, heading: bool) -> bytes:
    included = b'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:1@x"/>'
    root = envelope.replace(OCTETS.encode(), included)
    kind = "application/xop+xml; charset=utf-8; type=&quot;text/xml&quot;"
    body = b"\r\n".join(
        [
            *(b"--edge", f"Content-Type: {kind}".replace("&quot;", '"').encode()),
            *(b"Content-ID: <root@x>", b"", root, b"--edge"),
            *(b"Content-Type: image/png", b"Content-ID: <1@x>", b""),
            *(b64decode(OCTETS), b"--edge--", b""),
        ]
    )
    if not heading:
        return body
    related = 'multipart/related; boundary=edge; type="application/xop+xml"'
    return http(body, Content_Type=related)


@pytest.mark.parametrize(
    "saved",
    [
        http,
        chunked,
        lambda e: http(e, "HTTP/1.1 200 OK", Content_Length=str(len(e))) + b"\r\nmore",
        lambda e: http(gzip.compress(e), Content_Encoding="gzip"),
        lambda e: http(e).partition(b"\r\n")[2],
        lambda e: http(e).replace(b"\r\n", b"\n"),
        lambda e: multipart(e, heading=True),
        lambda e: multipart(e, heading=False),
        lambda e: b"\xef\xbb\xbf" + e,
        lambda e: b"\n" + e,
        lambda e: http(e.decode().encode("utf-16"), Content_Type="text/xml"),
    ],
)
def test_each_form_is_read(
    shell: Shell, files: Path, saved: Callable[[bytes], bytes]
) -> None:
    (files / "message.bin").write_bytes(saved(signed()))
    result = shell("verify", "message.bin", *ASKED)
    assert (result.code, result.err) == (0, ""), result.out


def test_standard_input(
    shell: Shell, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stdin:
        buffer = BytesIO(signed())

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert shell("verify", "-", *ASKED).code == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "there is nothing in it"),
        (b"hello", "it is no XML, and has no headers of HTTP or MIME"),
        (b"<a><b></a>", "mismatch"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DTD"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n", "its headers have no end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<a/>", "4 of 99 bytes"),
        (http(b"<a/>", Content_Encoding="br"), "Content-Encoding is not known"),
        (http(b"<a/>", Content_Encoding="gzip"), "incorrect header"),
        (http(b"5\r\n<a/>", Transfer_Encoding="chunked"), "its chunks have no end"),
        (http(b"x", Content_Type="multipart/related; boundary=b"), "multipart"),
        (b"--edge\r\n\r\n<a/>", "multipart"),
    ],
)
def test_what_is_no_message(
    shell: Shell, files: Path, content: bytes, reason: str
) -> None:
    (files / "message.xml").write_bytes(content)
    result = shell("verify", "message.xml", *ASKED)
    assert (result.code, result.out) == (2, "")
    assert re.match(r"message.xml:1: error: .* \[message\]\n", result.err), result.err
    assert reason in result.err


def test_what_is_no_envelope_is_refused(shell: Shell, files: Path) -> None:
    (files / "message.xml").write_text("<a/>")
    result = shell("verify", "message.xml", *ASKED)
    assert result.code == 1


def test_files_that_cannot_be_used(shell: Shell, files: Path) -> None:
    for arguments, said in (
        (("none.xml", *ASKED), "none.xml:1: error: there is no such file [read]"),
        (
            ("message.xml", "--trust", "none.pem"),
            "none.pem:1: error: there is no such file [read]",
        ),
        (
            ("message.xml", "--trust", "message.xml"),
            "message.xml:1: error: there is no certificate in it [keys]",
        ),
        (
            ("message.xml", *ASKED, "--keys", "ca.pem"),
            "ca.pem:1: error: no key can be read, or its password is missing [keys]",
        ),
    ):
        result = shell("verify", *arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.splitlines()[0] == said


def test_mutated_messages_are_no_tracebacks(tmp_path: Path) -> None:
    """Whatever comes: a report, or findings. None of a changed message is accepted that means another."""
    chosen = random.Random(7)
    envelopes = [signed(), multipart(signed(), heading=True), chunked(signed())]
    (tmp_path / "trust.pem").write_bytes(CA.pem)
    receiver = Receiver(trust=(tmp_path / "trust.pem",), at=AT)
    for number in range(150):
        octets = bytearray(envelopes[number % 3])
        for _ in range(chosen.choice([1, 1, 2, 40])):
            octets[chosen.randrange(len(octets))] = chosen.randrange(256)
        if chosen.random() < 0.2:
            del octets[chosen.randrange(len(octets)) :]
        findings = Findings()
        found = verify(bytes(octets), "m", receiver, lambda _: None, findings)
        assert (found is None) == bool(findings.errors)


# ------------------------------------------------------------------------------- passwords


def test_passwords_of_the_environment_and_of_files(
    shell: Shell, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("verify", "message.xml", *ASKED, "--keys", "me.p12")
    result = shell(*asked)
    assert result.code == 2
    assert "me.p12:1: error: no key can be read, or its password is missing" in (
        result.err
    )
    (files / "password").write_text("s3cret\n")
    assert shell(*asked, "--password-file", "password").code == 0
    monkeypatch.setenv("SOAPWRIGHT_PASSWORD", "s3cret")
    assert shell(*asked).code == 0
    monkeypatch.setenv("SOAPWRIGHT_PASSWORD", "wrong-one")
    result = shell(*asked)
    assert result.code == 2 and "wrong-one" not in result.err + result.out
    assert "no key with its certificate can be read with this password" in result.err
    (files / "password").write_bytes(b"\xff\n")
    result = shell(*asked, "--password-file", "password")
    assert result.code == 2 and "a password is text in UTF-8 [keys]" in result.err


@pytest.mark.parametrize(("typed", "code"), [(b"s3cret\n", 0), (b"x\n", 2), (b"\4", 2)])
def test_a_password_is_asked_for_at_a_terminal(
    files: Path, typed: bytes, code: int
) -> None:
    command = [sys.executable, "-m", "soapwright", "verify", "message.xml", *ASKED]
    own, terminal = pty.openpty()
    process = subprocess.Popen(
        [*command, "--keys", "me.p12"],
        cwd=files,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    said = b""
    while b"Password of me.p12: " not in said:
        said += os.read(own, 1024)
    os.write(own, typed)
    while True:
        try:
            more = os.read(own, 4096)
        except OSError:  # Linux ends a terminal so
            break
        if not more:
            break
        said += more
    os.close(own)
    assert process.wait(60) == code, said
    assert b"s3cret" not in said and b"Traceback" not in said


def test_without_cryptography(
    shell: Shell, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soapwright.cli.verify.find_spec", lambda _: None)
    result = shell("verify", "message.xml")
    assert result.code == 2 and "soapwright[security]" in result.err


def test_help(shell: Shell) -> None:
    result = shell("verify", "--help")
    assert result.code == 0
    for option in ("--keys", "--trust", "--at", "--demand", "--format", "ENVELOPE"):
        assert option in result.out


# ---------------------------------------------------------------------------------- causes


Change = Callable[[Any], object]


def changed(change: Change, envelope: bytes) -> bytes:
    root = etree.fromstring(envelope)
    change(root)
    return etree.tostring(root, encoding="utf-8")


def declare(root: Any, value: bytes) -> None:
    """Another digest of the Body."""
    body = root[-1]
    for reference in root.iter(f"{DS}Reference"):
        if reference.get("URI") == f"#{body.get(WSU_ID)}":
            reference.find(f"{DS}DigestValue").text = b64encode(value).decode()


def stripped(root: Any) -> None:
    for e in root[-1].iter():
        if len(e):
            e.text = None
        if e is not root[-1]:
            e.tail = None


def inclusive(root: Any, comments: bool = False) -> bytes:
    form: bytes = etree.tostring(root[-1], method="c14n", with_comments=comments)
    return sha256(form).digest()


def wrapped(root: Any) -> None:
    e = root.find(".//scan")
    e.text = "\n".join(re.findall(".{1,76}", e.text))


def commented(root: Any) -> None:
    root[-1][0].insert(0, etree.Comment("by hand"))
    form = etree.tostring(root[-1], method="c14n", exclusive=True, with_comments=True)
    declare(root, sha256(form).digest())


def mistaken(root: Any) -> None:
    e = root.find(".//to")
    e.text = e.text.encode().decode("latin-1")


def by_text(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda envelope: envelope.decode().replace(old, new).encode()


def by_tree(change: Change) -> Callable[[bytes], bytes]:
    return lambda envelope: changed(change, envelope)


INDENTED = etree.tostring(etree.fromstring(PLAIN), pretty_print=True).decode()
CAUSES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("it was indented after it was signed", by_tree(etree.indent)),
    (
        "it was canonicalised inclusively, and declares the exclusive",
        by_tree(lambda root: declare(root, inclusive(root))),
    ),
    ("it was signed with its comments, which are not canonical", by_tree(commented)),
    (
        f"the prefix of {SOAP} was soap, and is soapenv",
        lambda e: e.replace(b"soap:", b"soapenv:").replace(b":soap=", b":soapenv="),
    ),
    (
        "the prefix of urn:t was none, and is t",
        by_tree(
            lambda root: declare(
                root,
                sha256(
                    canonical(root[-1])
                    .replace(b"t:pay", b"pay")
                    .replace(b"xmlns:t=", b"xmlns=")
                ).digest(),
            )
        ),
    ),
    (
        "its encoding was mistaken on the way (UTF-8 read as latin-1)",
        by_tree(mistaken),
    ),
    ("line breaks in base64 were added", by_tree(wrapped)),
    (
        "its attribute when was added after it was signed",
        by_tree(lambda root: root[-1].set("when", "now")),
    ),
    (
        "its lines ended with CR and LF when it was signed",
        by_tree(
            lambda root: declare(
                root,
                sha256(canonical(root[-1]).replace(b"\n", b"&#xD;\n")).digest(),
            )
        ),
    ),
    (
        "the digest was made by sha1, and is declared as sha256",
        by_tree(lambda root: declare(root, sha1(canonical(root[-1])).digest())),
    ),
    (
        "the digest was written in hexadecimal before base64",
        by_tree(
            lambda root: declare(root, sha256(canonical(root[-1])).hexdigest().encode())
        ),
    ),
    (
        "the digest has 16 bytes; sha256 has 32",
        by_tree(lambda root: declare(root, b"x" * 16)),
    ),
    (
        "it is the digest of /Envelope/Header/To",
        by_tree(
            lambda root: declare(
                root, sha256(canonical(root[0].find(f"{WSA}To"))).digest()
            )
        ),
    ),
    (
        "only the content was digested, without the element",
        by_tree(
            lambda root: declare(
                root,
                sha256(
                    canonical(root[-1]).partition(b">")[2].rpartition(b"<")[0]
                ).digest(),
            )
        ),
    ),
]


@pytest.mark.parametrize(("cause", "change"), CAUSES, ids=[c for c, _ in CAUSES])
def test_causes_of_a_wrong_digest(
    tmp_path: Path, cause: str, change: Callable[[bytes], bytes]
) -> None:
    report = explained(change(signed()), tmp_path)
    assert not report.accepted
    (wrong,) = [
        one
        for one in report.signatures[0].references
        if one.part == "Body" and one.state != "right"
    ]
    assert wrong.state == "wrong"
    assert wrong.causes == (f"proven: {cause}",)


def test_an_indentation_that_was_removed(tmp_path: Path) -> None:
    report = explained(changed(stripped, signed(INDENTED)), tmp_path)
    (body,) = [r for r in report.signatures[0].references if r.part == "Body"]
    text = "its indentation was removed after it was signed"
    assert body.causes == (f"proven: {text}",)


def test_a_change_of_content_has_likely_causes_only(tmp_path: Path) -> None:
    report = explained(signed().replace(b">1.00<", b">9.00<"), tmp_path)
    (body,) = [r for r in report.signatures[0].references if r.state == "wrong"]
    assert all(cause.startswith("perhaps: ") for cause in body.causes)
    assert body.computed != body.declared
    assert b64decode(body.computed) == sha256(dict(report.forms)["Body"]).digest()


def test_a_value_of_another_key(tmp_path: Path) -> None:
    other = signed(own=STRANGER)

    def swap(root: Any) -> None:
        token = next(
            root.iter(f"{{{WSS}wssecurity-secext-1.0.xsd}}BinarySecurityToken")
        )
        der = b64decode("".join(CLIENT.pem.decode().splitlines()[1:-1]))
        token.text = b64encode(der).decode()

    report = explained(changed(swap, other), tmp_path, STRANGER)
    (signature,) = report.signatures
    assert signature.state == "refused"
    (cause,) = signature.causes
    assert cause.startswith("perhaps: ") or "CN=stranger" in cause


def test_a_value_in_asn1(tmp_path: Path) -> None:
    def to_asn1(root: Any) -> None:
        info = next(root.iter(f"{DS}SignedInfo"))
        key: Any = CURVE.key
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        value = key.sign(canonical(info), ec.ECDSA(hashes.SHA256()))
        root.find(f".//{DS}SignatureValue").text = b64encode(value).decode()

    report = explained(changed(to_asn1, signed(own=CURVE)), tmp_path, CURVE)
    assert "is in ASN.1" in report.signatures[0].causes[0]


def test_a_value_by_another_hash(tmp_path: Path) -> None:
    def again(root: Any) -> None:
        data = canonical(next(root.iter(f"{DS}SignedInfo")))
        value = signature_of(CLIENT.key, "rsa-sha512", data)
        root.find(f".//{DS}SignatureValue").text = b64encode(value).decode()

    report = explained(changed(again, signed()), tmp_path)
    assert report.signatures[0].causes == ("proven: it was made by rsa-sha512",)


def test_a_signed_info_that_was_indented(tmp_path: Path) -> None:
    report = explained(
        changed(lambda root: etree.indent(root.find(f".//{DS}Signature")), signed()),
        tmp_path,
    )
    (cause,) = report.signatures[0].causes
    assert cause == "proven: of SignedInfo: it was indented after it was signed"


def test_a_part_that_was_moved(tmp_path: Path) -> None:
    def move(root: Any) -> None:
        body = root[-1]
        made = etree.SubElement(root, body.tag)
        made.text = "evil"
        etree.SubElement(root[0], "{urn:x}wrapper").append(body)

    report = explained(changed(move, signed()), tmp_path)
    assert report.reason == "what was signed is at another place"
    (moved,) = [r for r in report.signatures[0].references if r.state == "refused"]
    assert moved.path == "/Envelope/Header/wrapper/Body"
    assert "/Envelope/Body" in report.unsigned


@pytest.mark.parametrize(
    "reference", ["direct", "issuer-serial", "ski", "thumbprint", "embedded"]
)
def test_how_a_certificate_is_referred_to(tmp_path: Path, reference: Any) -> None:
    report = explained(signed(reference=reference), tmp_path, CLIENT)
    assert report.accepted, report.reason
    words = {"direct": "a token", "issuer-serial": "issuer", "ski": "SubjectKey"}
    words |= {"thumbprint": "thumbprint", "embedded": "the certificate itself"}
    assert words[reference] in report.signatures[0].reference
    report = explained(signed(reference=reference), tmp_path, STRANGER)
    assert not report.accepted


@pytest.mark.parametrize("count", [1, 501])
def test_what_has_no_canonical_form(tmp_path: Path, count: int) -> None:
    """A namespace is a relative URI, or there are too many: the causes say nothing then."""
    declared = "".join(f' xmlns:n{number}="n{number}"' for number in range(count))
    start = b"<soap:Envelope"
    envelope = signed().replace(start, start + declared.encode(), 1)
    root = etree.fromstring(envelope.replace(b"<soap:Body", b"<soap:Body n0:a=''", 1))
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    for method in (f"{DS}CanonicalizationMethod", f"{DS}Transform"):
        for e in root.iter(method):
            e[:] = []
            listed = etree.SubElement(e, f"{{{exclusive}}}InclusiveNamespaces")
            listed.set("PrefixList", "#default")
    report = explained(etree.tostring(root), tmp_path)
    assert not report.accepted
    assert report.signatures[0].state == "refused"


def test_an_id_that_is_there_twice_is_named(tmp_path: Path) -> None:
    def twice(root: Any) -> None:
        etree.SubElement(root[0], "{urn:x}other").set(WSU_ID, root[-1].get(WSU_ID))

    report = explained(changed(twice, signed()), tmp_path)
    assert re.fullmatch(r"the id 'id-\w+' is in the message twice", report.reason)
    assert report.notes == (f"no signature was checked: {report.reason}",)


# ------------------------------------------------------- encrypted attachments and assertions


SERVICE, ISSUER = pair("service"), pair("issuer")
OWN = ("--keys", "service.p12", "--password-file", "password")
LETTER = Attachment(b"a letter", "text/plain", "1@x", {"Content-Description": "no"})


def saved(message: Message) -> bytes:
    """A message of several parts, as it goes over HTTP."""
    pieces = [b"--edge\r\nContent-Type: text/xml\r\nContent-ID: <root@x>\r\n\r\n"]
    pieces += [message.envelope, b"\r\n"]
    for one in message.attachments:
        named = {"Content-ID": f"<{one.content_id}>", "Content-Type": one.content_type}
        named |= {k: v for k, v in one.headers.items() if k not in named}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        pieces += [b"--edge\r\n", head.encode(), b"\r\n", one.content, b"\r\n"]
    related = 'multipart/related; boundary=edge; type="text/xml"; start="<root@x>"'
    return http(b"".join([*pieces, b"--edge--\r\n"]), Content_Type=related)


@pytest.fixture
def receiver(files: Path) -> Path:
    """The folder, with the keys of a service too."""
    (files / "service.p12").write_bytes(SERVICE.p12(b"s3cret"))
    (files / "password").write_text("s3cret")
    (files / "issuer.pem").write_bytes(ISSUER.pem)
    return files


def sent(plain: Message, token: str | None = None, **profile: Any) -> Message:
    keys = Keys(
        *(CLIENT.key, CLIENT.certificate),  # type: ignore[arg-type]  # by its kind
        recipient=SERVICE.pem,
        saml=token,
        clock=lambda: AT,
    )
    given = Profile(expect=(), expect_encrypted=(), **profile)
    return keys.client_with(given, "").secured(plain)


@pytest.mark.parametrize("part", ["Attachments", "CompleteAttachments"])
def test_encrypted_attachments(shell: Shell, receiver: Path, part: str) -> None:
    plain = Message(PLAIN.encode(), "text/xml", attachments=(LETTER,))
    parts = ["Body", "Timestamp", "Addressing", part]
    made = sent(plain, sign=parts, encrypt=["Body", part])
    (receiver / "message.mime").write_bytes(saved(made))
    result = shell("verify", "message.mime", *ASKED, *OWN)
    assert (result.code, result.err) == (0, ""), result.out
    whole = ", with its headers" if part.startswith("Complete") else ""
    said = f"encrypted  decrypted: attachment cid:1@x{whole}, line 1, by aes256-gcm"
    assert said in result.out.splitlines()
    assert "encrypted  decrypted: the content of /Envelope/Body, line" in result.out
    assert "  key      for the receiver: line 1, by rsa-oaep-mgf1p" in result.out
    assert "right: cid:1@x is attachment" in result.out
    result = shell("verify", "message.mime", *ASKED, "--format", "json")
    found = json.loads(result.out)
    assert [one["state"] for one in found["encrypted"]] == ["not decrypted"] * 2
    assert [key["own"] for key in found["keys"]] == [False]
    altered = saved(made).replace(made.attachments[0].content, b"x" * 40)
    (receiver / "message.mime").write_bytes(altered)
    result = shell("verify", "message.mime", *ASKED, *OWN)
    assert result.code == 1
    assert "not decrypted: attachment cid:1@x" in result.out


SAML = ("--issuer", "issuer.pem", "--audience", "urn:desk")


@pytest.mark.parametrize("method", ["holder-of-key", "sender-vouches"])
@pytest.mark.parametrize("encrypts", [False, True])
def test_assertions(shell: Shell, receiver: Path, method: str, encrypts: bool) -> None:
    token = assertion(
        ISSUER, method=method, holder=CLIENT if method == "holder-of-key" else None
    )
    plain = Message(PLAIN.encode(), "text/xml")
    made: Any = etree.fromstring(sent(plain, token, saml=method).envelope)
    if encrypts:
        hide(made.find(f".//{{{WSS}wssecurity-secext-1.0.xsd}}Security"), SERVICE)
    (receiver / "message.xml").write_bytes(etree.tostring(made))
    result = shell("verify", "message.xml", *ASKED, *OWN, "--saml", method, *SAML)
    assert (result.code, result.err) == (0, ""), result.out
    came = ", encrypted" if encrypts else ""
    assert f"assertion  right: SAML 2.0{came}, line 1" in result.out
    assert f"  subject  ida, confirmed by {method}" in result.out
    assert ("encrypted  decrypted: the SAML assertion" in result.out) is encrypts
    if method == "holder-of-key":
        assert "trusted: the assertion has its certificate" in result.out
    else:
        assert "is /Envelope/Header/Security/Assertion" in result.out
    other = "bearer" if method == "holder-of-key" else "holder-of-key"
    result = shell("verify", "message.xml", *ASKED, *OWN, "--saml", other, *SAML)
    assert result.code == 1
    assert "assertion  refused: SAML 2.0" in result.out
    assert "the assertion is not confirmed as is demanded" in result.out
    result = shell("verify", "message.xml", *ASKED, *OWN, "--format", "json")
    found = json.loads(result.out)["assertion"]
    assert (found["state"], found["subject"]) == ("unchecked", "ida")
    assert found["audience"] == ["urn:desk"]


def test_an_assertion_for_another_receiver(shell: Shell, receiver: Path) -> None:
    plain = Message(PLAIN.encode(), "text/xml")
    made: Any = etree.fromstring(sent(plain, assertion(ISSUER), saml="bearer").envelope)
    hide(made.find(f".//{{{WSS}wssecurity-secext-1.0.xsd}}Security"), STRANGER)
    (receiver / "message.xml").write_bytes(etree.tostring(made))
    result = shell("verify", "message.xml", *ASKED, *OWN, "--saml", "bearer", *SAML)
    assert result.code == 1
    assert "encrypted  not decrypted: the SAML assertion" in result.out
    assert "  key      not for the receiver: line 1, by rsa-oaep-mgf1p" in result.out
    assert "assertion  refused: SAML 2.0, encrypted" in result.out


def test_an_assertion_alone(shell: Shell, receiver: Path) -> None:
    plain = Message(PLAIN.encode(), "text/xml")
    made = sent(plain, assertion(ISSUER), saml="bearer", sign=(), timestamp=False)
    (receiver / "message.xml").write_bytes(made.envelope)
    given = ("--saml", "bearer", *SAML, "--at", NOW, "--demand", "none")
    result = shell("verify", "message.xml", *given)
    assert (result.code, result.err) == (0, ""), result.out
