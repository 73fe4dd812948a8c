"""Every command and every example of the manual runs, and says what the page says.

A page is run from top to bottom in a folder of its own, which has `spec` and `generated` of the
project. `...` in what is said stands for anything; `# ends with 1` for a command's exit code.
What stands under `<!-- file: name -->` is saved under that name instead.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import threading
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT
from lxml import etree
from message_keys import pair

from soapwright.runtime.http.message import Message
from soapwright.runtime.security.keys import Keys

DOCS = ROOT / "docs"
PAGES = (
    *("tutorial", "call", "console"),
    *("rpc-encoded", "tls", "transports", "proxies", "timeouts", "retries", "logging"),
    *("testing", "regenerating", "from-zeep", "from-suds", "diff", "infer", "inspect"),
    *(
        "addressing",
        "policies",
        "policy-keys",
        "username-token",
        "security",
        "security-messages",
        "signing",
        "hardware-keys",
        "verify",
        "http-bindings",
        "events",
    ),
    *("attachments", "json", "observing", "mcp", "windows-login"),
    *("generating", "clients", "layers", "conformance", "services", "sites"),
)
GATEWAY, SECURE, PROXY = (
    *("http://127.0.0.1:8900", "https://localhost:8443"),
    "http://127.0.0.1:3128",
)
SIGNED = ("policy-keys", "security-messages", "signing", "hardware-keys", "verify")
ENVELOPE = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>
<a:To xmlns:a="http://www.w3.org/2005/08/addressing">urn:bank</a:To></s:Header>
<s:Body><b:pay xmlns:b="urn:bank"><b:sum>1.00</b:sum></b:pay></s:Body></s:Envelope>"""
BLOCK = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# The reader has done this already.
INSTALLING = ("python -m venv ", ". .venv/", "pip install ")
PRELUDE = """
soapwright() { "$PYTHON" -m soapwright "$@"; }
clickatell() { "$PYTHON" -m gateway "$@"; }
python() { "$PYTHON" "$@"; }
mypy() { "$PYTHON" -m mypy "$@"; }
"""


@dataclass(frozen=True)
class Block:
    """One block of a page: its language, its text, and the file that it is, or ""."""

    kind: str
    text: str
    file: str


def blocks_of(page: str) -> list[Block]:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    found = [Block(m["kind"], m["text"], m["file"] or "") for m in BLOCK.finditer(text)]
    assert text.count("```") == 2 * len(found), f"{page}: a block that is not read"
    return found


# ---------------------------------------------------------------------------- what is called


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    """The address of a gateway in a box."""
    command = [sys.executable, "-m", "soapwright_clickatell", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        yield process.stdout.readline().strip()
        process.terminate()


@contextmanager
def passing_on(gateway: str, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that passes calls on to the gateway: behind TLS, or as a proxy does."""
    passed: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            passed.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            url = self.path if "://" in self.path else gateway + self.path
            headers = {n: self.headers[n] for n in ("Content-Type", "SOAPAction")}
            request = urllib.request.Request(url, body, headers)
            with urllib.request.urlopen(request) as reply:
                content = reply.read()
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()
    assert passed, "nobody came this way"


def make_certificates(folder: Path) -> ssl.SSLContext:
    """An authority's, the server's and the client's; the server asks for the client's."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make certificates with")

    def make(*arguments: str) -> None:
        subprocess.run(
            [openssl, *arguments], cwd=folder, check=True, capture_output=True
        )

    key = ("-newkey", "rsa:2048", "-nodes")
    valid = ("-days", "2")
    make(
        *("req", "-x509", *key, *valid, "-subj", "/CN=Authority"),
        *("-keyout", "authority.key", "-out", "authority.pem"),
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for name in ("server", "client"):
        made = ("-keyout", f"{name}.key", "-out", f"{name}.csr")
        make("req", *key, "-subj", "/CN=localhost", *made)
        signed = ("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial")
        files = ("-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "names")
        make("x509", "-req", *files, *signed, *valid)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "authority.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def make_messages(folder: Path) -> None:
    """Keys of both sides, and messages that the client has signed."""
    authority = pair("service CA", ca=True)
    client, service = (pair(name, "rsa", authority) for name in ("client", "service"))
    for name, content in (
        ("me.p12", client.p12(b"secret")),
        ("service.p12", service.p12(b"secret")),
        *(("me.key", client.key_pem), ("me.pem", client.pem)),
        *(("service.pem", service.pem), ("service-ca.pem", authority.pem)),
    ):
        (folder / name).write_bytes(content)
    keys = Keys.from_pkcs12(folder / "me.p12", "secret", trust=[service.pem])
    signed = keys.for_client(None, "").secured(Message(ENVELOPE, "text/xml")).envelope
    (folder / "signed.xml").write_bytes(signed)
    indented = etree.fromstring(signed)
    etree.indent(indented)
    (folder / "indented.xml").write_bytes(etree.tostring(indented))


def make_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place for SoftHSM's tokens."""
    if shutil.which("softhsm2-util") is None or find_spec("pkcs11") is None:
        pytest.skip("there is no SoftHSM, or no python-pkcs11")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))


# --------------------------------------------------------------------------------- the pages


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_so(
    page: str, gateway: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("spec", "generated"):
        (tmp_path / name).symlink_to(ROOT / name)
    addresses = {GATEWAY: gateway}
    if page == "tls":
        with passing_on(gateway, make_certificates(tmp_path)) as port:
            Reader(tmp_path, addresses | {SECURE: f"https://localhost:{port}"}).read(
                page
            )
    elif page in SIGNED:
        if page == "hardware-keys":
            make_token(tmp_path, monkeypatch)
        make_messages(tmp_path)
        Reader(tmp_path, addresses).read(page)
    elif page == "proxies":
        with passing_on(gateway) as port:
            Reader(tmp_path, addresses | {PROXY: f"http://127.0.0.1:{port}"}).read(page)
    else:
        Reader(tmp_path, addresses).read(page)


class Reader:
    """Does what a page says, in a folder."""

    def __init__(self, folder: Path, addresses: dict[str, str]) -> None:
        self.folder = folder
        self.addresses = addresses
        path = [str(folder), str(ROOT / "generated"), str(ROOT)]
        proxies = {"http_proxy", "https_proxy", "all_proxy"}
        kept = {n: v for n, v in os.environ.items() if n.lower() not in proxies}
        self.environment = kept | {
            "PYTHON": sys.executable,
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONIOENCODING": "utf-8",
            "MYPYPATH": str(folder),
        }

    def read(self, page: str) -> None:
        blocks = blocks_of(page)
        assert blocks
        for number, block in enumerate(blocks):
            text = self.here(block.text)
            if block.kind == "toml":
                tomllib.loads(text)
            if block.file:
                (self.folder / block.file).write_text(text, encoding="utf-8")
            elif block.kind == "console":
                self.type_in(text)
            elif block.kind == "python":
                after = blocks[number + 1] if number + 1 < len(blocks) else None
                said = after.text if after is not None and after.kind == "text" else ""
                self.run(text, self.here(said))
            else:
                assert block.kind in ("text", "toml", "yaml"), block.kind

    def here(self, text: str) -> str:
        """A page's text, with the addresses of what is there now."""
        for said, real in self.addresses.items():
            text = text.replace(said, real)
        return text

    def run(self, example: str, expected: str) -> None:
        ended = subprocess.run(
            [sys.executable, "-c", example],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr
        agree(example, expected, ended.stdout)

    def type_in(self, session: str) -> None:
        for typed in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, _, expected = typed.partition("\n")
            if command.startswith(INSTALLING):
                continue
            if command == "clickatell sandbox":  # it runs
                assert expected.strip() in self.addresses.values()
                continue
            if command.startswith("curl ") and shutil.which("curl") is None:
                pytest.skip("there is no curl")
            if command.endswith(" &"):
                self.begin(command.removesuffix(" &"), expected)
            else:
                self.command(command, expected)

    def command(self, command: str, expected: str) -> None:
        code = re.search(r"# ends with (\d)$", command)
        ended = subprocess.run(
            ["bash", "-c", PRELUDE + command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
        )
        assert ended.returncode == (int(code[1]) if code else 0), ended.stdout
        agree(command, expected, ended.stdout)

    def begin(self, command: str, expected: str) -> None:
        """A server: its first line is what is looked at."""
        program, *arguments = shlex.split(command)
        assert program == "soapwright"
        process = subprocess.Popen(
            [sys.executable, "-m", "soapwright", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert process.stdout is not None
        with process, process.stdout:
            line = process.stdout.readline()
            process.terminate()
        agree(command, expected, line)


def agree(what: str, expected: str, said: str) -> None:
    """`...` stands for anything, of any length."""
    pattern = ".*".join(map(re.escape, expected.strip().split("...")))
    assert re.fullmatch(pattern, said.strip(), re.DOTALL), f"{what}\n{said}"


def test_the_manual_has_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([\w-]+)\.md\)", index))
    # the pages of docs/gateway are run by tests/gateway/test_gateway_docs.py
    assert linked == {path.stem for path in DOCS.glob("*.md")} - {"README"}
    assert set(PAGES) < linked
    shown = {one for one in linked if "```" in (DOCS / f"{one}.md").read_text("utf-8")}
    # tests/test_gallery.py runs the gallery, where the WSDLs are
    assert shown == {*PAGES, "gallery"}
    assert "(docs/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
