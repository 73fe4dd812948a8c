"""Attachments with live peers: gSOAP's MTOM, zeep's, node-soap's, Python's own MIME."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support import PEERS, answers, listening, required
from test_clients import GSOAP

from soapwright.envelopes.packages import import_package
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = PEERS.parents[1] / "cases" / "attachments"
SCHEMAS = PEERS.parents[2] / "codegen" / "soapwright" / "wsdl" / "standard"
IMPORTS = "/usr/share/gsoap/import"
OCTETS = bytes(i * 7 % 256 for i in range(100_000))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("archive") / "interop_archive"
    package = generate(CASE / "service.wsdl", Options("interop_archive"))
    write_package(folder, package.files)
    yield import_package(folder)


def for_all(folder: Path) -> Path:
    """The WSDL, with the places of the schemas that it imports by their namespaces."""
    text = (CASE / "service.wsdl").read_text(encoding="utf-8")
    for namespace, name in (
        ("http://ws-i.org/profiles/basic/1.1/xsd", "swaref.xsd"),
        ("http://www.w3.org/2005/05/xmlmime", "xmlmime.xsd"),
    ):
        shutil.copy(SCHEMAS / name, folder)
        said = f'<xs:import namespace="{namespace}"'
        text = text.replace(f"{said}/>", f'{said} schemaLocation="{name}"/>')
    (folder / "service.wsdl").write_text(text, encoding="utf-8")
    return folder / "service.wsdl"


def service(archive: Any, seen: list[Any]) -> Any:
    class Archive(archive.server.ArchiveService):
        def store(self, *, document: Any) -> Any:
            seen.append(document)
            return document

        def file(self, **given: Any) -> Any:
            raise NotImplementedError

        link = scan = file

    return Archive()


@pytest.mark.parametrize("attachments", ["bytes", "stream"])
def test_gsoap_sends_and_takes_mtom(
    archive: Any, tmp_path: Path, attachments: str
) -> None:
    required(answers("sh", "-c", GSOAP), "gSOAP")
    for_all(tmp_path)  # it knows no schema by its namespace
    made = ["soapC.cpp", "soapClient.cpp", "-lgsoap++"]
    for command in (
        ["wsdl2h", "-s", "-o", "client.h", "service.wsdl"],
        ["soapcpp2", "-1", "-CL", "-x", "-w", f"-I{IMPORTS}", "client.h"],
        ["g++", "-w", "-O0", "-I.", "-o", "client", str(PEERS / "mtom.cpp"), *made],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    seen: list[Any] = []
    app = archive.server.asgi(service(archive, seen), attachments=attachments)
    with listening(app) as base:
        done = subprocess.run(
            [tmp_path / "client", f"{base}/"],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (done.stdout, done.stderr) == ("the same, a part\n", "")
    content = archive.Attachment.of(seen[0].content)
    assert content.content == OCTETS
    if attachments == "stream":
        assert content.content_type == "image/png"


@pytest.mark.parametrize("port", ["Archive11", "Archive12"])
def test_zeep_takes_mtom(archive: Any, tmp_path: Path, port: str) -> None:
    required(find_spec("zeep") is not None, "zeep")
    # only where it is installed
    import zeep

    app = archive.server.asgi(service(archive, []), mtom=True)
    with listening(app) as base:
        client = zeep.Client(str(for_all(tmp_path)), port_name=port)
        bound = client.create_service(f"{{urn:archive}}{port}", f"{base}/")
        document = bound.store(document={"title": "mill", "content": OCTETS})
    assert (document.title, document.content) == ("mill", OCTETS)


@pytest.mark.parametrize("mtom", [None, True])
def test_node_soap_sends_and_takes_mtom(
    archive: Any, tmp_path: Path, mtom: bool | None
) -> None:
    required(answers("node", "-e", "require('soap')"), "node-soap")
    seen: list[Any] = []
    app = archive.server.asgi(service(archive, seen), mtom=mtom)
    with listening(app) as base:
        done = subprocess.run(
            *[
                [
                    "node",
                    str(PEERS / "soap.js"),
                    str(for_all(tmp_path)),
                    f"{base}/",
                    "1000",
                ]
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (done.stdout, done.stderr) == ("plain the same\nmtom the same\n", "")
    assert [one.content for one in seen] == [OCTETS[:1000]] * 2


@pytest.mark.parametrize("port", ["Archive11", "Archive12"])
def test_pythons_email_reads_our_messages(archive: Any, port: str) -> None:
    read: list[Mime] = []

    class Transport(archive.server.InMemoryTransport):  # type: ignore[misc]  # a generated package
        def send(self, request: Any) -> Any:
            reply = super().send(request)
            for headers, body in (
                (request.headers, request.body),
                (reply.headers, reply.body),
            ):
                kind = {k.lower(): v for k, v in headers.items()}["content-type"]
                head = f"Content-Type: {kind}\r\n\r\n".encode()
                read.append(message_from_bytes(head + body))
            return reply

    transport = Transport(service(archive, []))
    with archive.Client(port=port, transport=transport, mtom=True) as client:
        client.store(document=archive.types.Document(title="mill", content=OCTETS))
    for message in read:
        root, part = message.get_payload()
        assert message.get_param("type") == "application/xop+xml"
        assert message.get_param("start") == root["Content-ID"]
        assert message.get_param("start-info") == root.get_param("type")
        assert part.get_payload(decode=True) == OCTETS
