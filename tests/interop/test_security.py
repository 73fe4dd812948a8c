"""Signed and encrypted messages with live peers: WSS4J, xmlsec1, signxml, zeep with xmlsec; both ways."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from support import PEERS, answers, listening, record, required

# Helpers of the tests beside this folder: keys, and a service with message security.
sys.path.append(str(PEERS.parents[1]))

from message_desk import (  # noqa: E402  # after the folder is in the path
    CA,
    CLIENT,
    PORTS,
    SERVICE,
    WSU,
    Wire,
    ask,
    desk_in,
    keys,
    profile,
    service,
)

JARS = Path(os.environ.get("WSS4J_JARS", "/usr/share/java"))
CLASSPATH = [
    str(JARS / f"{name}.jar")
    for name in ("wss4j", "xmlsec", "commons-logging", "slf4j-api", "slf4j-nop")
]
REFERENCES = {
    "direct": "BST",
    "issuer-serial": "ISSUER",
    "ski": "SKI",
    "thumbprint": "THUMBPRINT",
    "embedded": "X509",
}
INCLUSIVE = b"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
PARTS = {"Body", "Timestamp", "To", "Action", "MessageID"}
ENCRYPTIONS: list[dict[str, Any]] = [
    {},
    {"encrypt": ["Body"], "order": "sign-encrypt"},
    {"encrypt": ["Body"], "order": "encrypt-sign"},
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    with desk_in(tmp_path_factory.mktemp("secured"), "interop_secured") as package:
        yield package


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of both sides."""
    made = tmp_path_factory.mktemp("keys")
    for name, content in (
        ("client.p12", CLIENT.p12(b"secret")),
        ("service.p12", SERVICE.p12(b"secret")),
        ("authority.pem", CA.pem),
        ("client.pem", CLIENT.pem),
        ("client.key", CLIENT.key_pem),
        ("service.pem", SERVICE.pem),
    ):
        (made / name).write_bytes(content)
    return made


Java = Callable[..., list[str]]


@pytest.fixture(scope="module")
def wss4j(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Java:
    """Runs WSS4J; its lines."""
    there = all(map(os.path.exists, CLASSPATH)) and answers("javac", "-version")
    required(there, "WSS4J")
    classes = tmp_path_factory.mktemp("classes")
    path = os.pathsep.join([*CLASSPATH, str(classes)])
    source = str(PEERS / "Wss4j.java")
    command = ["javac", "-nowarn", "-cp", path, "-d", str(classes), source]
    subprocess.run(command, check=True, capture_output=True)

    def run(*arguments: str | Path) -> list[str]:
        silent = "org.apache.commons.logging.impl.NoOpLog"
        done = subprocess.run(
            [
                *("java", f"-Dorg.apache.commons.logging.Log={silent}"),
                "-Dorg.apache.xml.security.ignoreLineBreaks=true",
                *("-cp", path, "Wss4j", *map(str, arguments)),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def captured(desk: Any, port: str, **given: Any) -> Wire:
    """A call on a wire, which has its messages."""
    # by their numbers and identifiers certificates are found among what is trusted
    theirs = profile(desk, **given).with_keys(keys(desk, SERVICE, CLIENT))
    wire = Wire(desk, theirs)
    own = keys(desk, CLIENT, SERVICE)
    assert ask(desk, wire, profile(desk, **given).with_keys(own), port) == (
        "who? CN=client"
    )
    return wire


def messages(desk: Any, folder: Path, prefix: str) -> list[Path]:
    """Requests of ours in files: each reference to a certificate, each order, both versions of SOAP."""
    made = []
    for port in PORTS:
        for reference in (*REFERENCES, "path"):
            for number, encryption in enumerate(ENCRYPTIONS):
                if number and reference not in ("direct", "ski"):
                    continue
                wire = captured(desk, port, reference=reference, **encryption)
                name = f"{prefix}-{port}-{reference}-{number}.xml"
                (folder / name).write_bytes(wire.request.body)
                made.append(folder / name)
    return made


# ---------------------------------------------------------------------------------- WSS4J


def test_wss4j_reads_our_messages(desk: Any, folder: Path, wss4j: Java) -> None:
    files = messages(desk, folder, "ours")
    known = "authority.pem,client.pem"  # by numbers it finds what it has
    said = wss4j("verify", known, "service.p12", *files)
    results = {}
    for file, line in zip(files, said, strict=True):
        verdict, _, rest = line.partition(" ")
        parts = set(rest.partition(" ")[0].split(","))
        good = verdict == "accepted" and parts >= PARTS and "who?" in rest
        encrypted = not file.stem.endswith("-0")
        results[f"{file.stem}: {line}"] = good and ("encrypted" in parts) == encrypted
    record("WSS4J", {"signed ours": all(results.values())})
    assert [name for name, good in results.items() if not good] == []


def test_wss4j_refuses_a_changed_message(desk: Any, folder: Path, wss4j: Java) -> None:
    body = captured(desk, "Desk").request.body.replace(b"who?", b"why?")
    (folder / "changed.xml").write_bytes(body)
    (line,) = wss4j("verify", "authority.pem", "service.p12", "changed.xml")
    assert line.startswith("refused")


@pytest.mark.parametrize("encrypts", [False, True])
def test_we_read_wss4js_messages(
    desk: Any, folder: Path, wss4j: Java, encrypts: bool
) -> None:
    given: dict[str, Any] = {"encrypt": ["Body"]} if encrypts else {}
    plain: list[str] = []
    arguments: list[str] = []
    for port in PORTS:
        wire = Wire(desk, None)
        with pytest.raises(desk.errors.SoapError):
            # a service without security does not understand it: the request is what is wanted
            ask(desk, wire, keys(desk, CLIENT, SERVICE), port)
        root = etree.fromstring(wire.request.body)
        root[0].remove(next(e for e in root[0] if e.tag.endswith("}Security")))
        (folder / f"plain-{port}.xml").write_bytes(etree.tostring(root))
        for style in REFERENCES.values():
            out = f"theirs-{port}-{style}-{int(encrypts)}.xml"
            arguments += [style, f"plain-{port}.xml", out]
            plain.append(out)
    recipient = "service.pem" if encrypts else "-"
    wss4j("secure", "client.p12", recipient, *arguments)
    # issuer, SKI and thumbprint are found among what is trusted
    theirs = profile(desk, **given).with_keys(keys(desk, SERVICE, CLIENT))
    transport = desk.server.InMemoryTransport(service(desk), security=theirs)
    wrong = []
    for name in plain:
        port = "Desk12" if "Desk12" in name else "Desk"
        request = captured_request(desk, port)
        reply = transport.send(replace(request, body=(folder / name).read_bytes()))
        if reply.status != 200:
            wrong.append(f"{name}: {reply.body[-300:]!r}")
    record("WSS4J", {"signed theirs": not wrong})
    assert wrong == []


def captured_request(desk: Any, port: str) -> Any:
    """A request of a port, for its URL and headers."""
    wire = Wire(desk, keys(desk, SERVICE, CA))
    ask(desk, wire, keys(desk, CLIENT, SERVICE), port)
    return wire.request


# ------------------------------------------------------------------------------- xmlsec1


def xmlsec1(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    soap = ("http://schemas.xmlsoap.org/soap/envelope/", WSU[1:-1])
    soap += ("http://www.w3.org/2003/05/soap-envelope",)
    addressing = "http://www.w3.org/2005/08/addressing"
    names = [f"{namespace}:Body" for namespace in soap] + [f"{WSU[1:-1]}:Timestamp"]
    names += [f"{addressing}:{n}" for n in ("To", "Action", "MessageID", "ReplyTo")]
    ids = [word for name in names for word in ("--id-attr:Id", name)]
    verb, *rest = map(str, arguments)
    return subprocess.run(["xmlsec1", verb, *ids, *rest], capture_output=True)


def test_xmlsec1_verifies_our_signatures(desk: Any, folder: Path) -> None:
    required(answers("xmlsec1", "--version"), "xmlsec1")
    for port in PORTS:
        wire = captured(desk, port)
        (folder / "signed.xml").write_bytes(wire.request.body)
        done = xmlsec1("--verify", "--pubkey-cert-pem", folder / "client.pem", folder / "signed.xml")  # fmt: skip
        assert done.returncode == 0, done.stderr
        changed = wire.request.body.replace(b"who?", b"why?")
        (folder / "signed.xml").write_bytes(changed)
        done = xmlsec1("--verify", "--pubkey-cert-pem", folder / "client.pem", folder / "signed.xml")  # fmt: skip
        assert done.returncode != 0
    record("xmlsec1", {"signed ours": True})


@pytest.mark.parametrize("by_name", [(), ("c14n",)])
def test_we_verify_what_xmlsec1_signs(
    desk: Any, folder: Path, by_name: tuple[str, ...]
) -> None:
    """Our own message as its template: digests and value are made anew; with inclusive canonicalisation too."""
    required(answers("xmlsec1", "--version"), "xmlsec1")
    for port in PORTS:
        request = captured_request(desk, port)
        blank = re.sub(rb"(<ds:(?:Digest|Signature)Value>)[^<]*", rb"\1", request.body)
        if by_name:
            blank = re.sub(rb'"[^"]*xml-exc-c14n#">', b'"%b">' % INCLUSIVE, blank)
        (folder / "blank.xml").write_bytes(blank.replace(b"who?", b"it?"))
        done = xmlsec1(
            *("--sign", "--privkey-pem", folder / "client.key"),
            *("--output", folder / "made.xml", folder / "blank.xml"),
        )
        assert done.returncode == 0, done.stderr
        theirs = keys(desk, SERVICE, CA, accept=by_name)
        transport = desk.server.InMemoryTransport(service(desk), security=theirs)
        body = (folder / "made.xml").read_bytes()
        reply = transport.send(replace(request, body=body))
        assert reply.status == 200 and b"it? CN=client" in reply.body
    record("xmlsec1", {"signed theirs": True})


# ------------------------------------------------------------------------ signxml and zeep


def test_signxml_verifies_our_signatures(desk: Any) -> None:
    required(find_spec("signxml") is not None, "signxml")
    from signxml import SignatureConfiguration, XMLVerifier

    for port in PORTS:
        body = captured(desk, port).request.body
        count = body.count(b"<ds:Reference ")
        asked = SignatureConfiguration(require_x509=False, expect_references=count)
        given = {
            "x509_cert": CLIENT.certificate,
            "expect_config": asked,
            "validate_schema": False,
            "id_attribute": "Id",
        }
        found = XMLVerifier().verify(etree.fromstring(body), **given)
        names = {etree.QName(one.signed_xml).localname for one in found}
        assert names >= PARTS
        with pytest.raises(Exception, match="[Dd]igest"):
            changed = etree.fromstring(body.replace(b"who?", b"why?"))
            XMLVerifier().verify(changed, **given)
    record("signxml", {"signed ours": True})


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("port", PORTS)
def test_zeep_calls_our_service(
    desk: Any, folder: Path, port: str, binary: bool
) -> None:
    required(find_spec("xmlsec") is not None, "zeep with xmlsec")
    import xmlsec
    import zeep
    from zeep.wsse import signature as signing

    base: Any = signing.BinarySignature if binary else signing.Signature

    class Signature(base):  # type: ignore[misc]  # zeep is not typed
        """Signs as zeep does; replies are verified with the service's certificate."""

        def verify(self, envelope: Any) -> Any:
            key = signing._make_verify_key(SERVICE.pem)
            signing._verify_envelope_with_key(envelope, key)
            return envelope

    given = profile(desk, sign=["Body"], timestamp=False)
    security = given.with_keys(keys(desk, SERVICE, CA))
    app = desk.server.asgi(service(desk), security=security)
    with listening(app) as base_url:
        wsse = Signature(
            str(folder / "client.key"),
            str(folder / "client.pem"),
            signature_method=xmlsec.Transform.RSA_SHA256,
            digest_method=xmlsec.Transform.SHA256,
        )
        wsdl = Path(desk.__file__).parent / "_spec" / "service.wsdl"
        client = zeep.Client(str(wsdl), wsse=wsse)
        found = client.wsdl.services["Desk"].ports[port].binding.name
        proxy = client.create_service(found, f"{base_url}/{port}")
        assert proxy.ask(what="who?") == "who? CN=client"
    record("zeep", {"signed theirs": True})
