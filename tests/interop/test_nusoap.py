"""NuSOAP, the library that the vendor's gateway seems to have been made with.

Given a WSDL whose target namespace is that of the documented sample, it writes that sample; and it
calls the gateway in a box. Debian's package is for PHP 5: constructors that are named after their
classes are renamed here, in a copy, for PHP 8.
"""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from support import PEERS, answers, required

from soapwright_clickatell.sandbox.box import Box

LIBRARY = Path("/usr/share/php/nusoap/nusoap.php")
SPEC = ROOT / "spec" / "clickatell"
SAMPLE = SPEC / "samples" / "01-rpc-sendmsg-request.seed.xml"
TARGET = "http://api.clickatell.com/soap/webservice"
PARTS = (
    "session_id api_id user password to from text concat deliv_ack callback deliv_time"
    " max_credits req_feat queue escalate mo cliMsgId unicode msg_type udh data validity"
).split()
GIVEN: dict[str, Any] = {
    **dict.fromkeys(PARTS),
    **{"api_id": 1234, "user": "demo", "password": "demo", "from": "me"},
    **{"to": ["2799912345", "27999123134"], "text": "Initial test message"},
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    xml = answers("php", "-r", "exit(function_exists('xml_parser_create') ? 0 : 1);")
    required(xml and LIBRARY.is_file(), "NuSOAP (libnusoap-php, php-xml)")
    text = LIBRARY.read_text(encoding="latin-1")
    for name in re.findall(r"^\s*class\s+(\w+)", text, re.M):
        text = re.sub(rf"function\s+{name}\s*\(", "function __construct(", text)
        text = re.sub(rf"parent::{name}\s*\(", "parent::__construct(", text)
    made = tmp_path_factory.mktemp("nusoap") / "nusoap.php"
    made.write_text(text, encoding="latin-1")
    return made


def call(library: Path, wsdl: str, address: str, given: Path) -> Any:
    given.write_text(json.dumps(GIVEN))
    command = ["php", PEERS / "nusoap.php", library, wsdl, address, "sendmsg", given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        return done.stderr
    return json.loads(done.stdout)


@contextmanager
def recording() -> Iterator[tuple[str, list[bytes]]]:
    """A server that keeps what is posted, and answers with an error; its address."""
    seen: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_error(500)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", seen
        server.shutdown()
        thread.join()


def joined(envelope: bytes) -> bytes:
    """An envelope without the white space between its elements, which the page has for readers."""
    return re.sub(rb">\s+<", b"><", envelope).strip()


def test_it_writes_the_documented_sample(tmp_path: Path, library: Path) -> None:
    text = (SPEC / "clickatell.wsdl").read_text(encoding="utf-8")
    wsdl = tmp_path / "service.wsdl"
    wsdl.write_text(text.replace(f'{TARGET}"', 'soap.clickatell.com"'))
    with recording() as (address, seen):
        call(library, str(wsdl), address, tmp_path / "parts.json")
    (envelope,) = seen
    assert joined(envelope) == joined(SAMPLE.read_bytes())


def test_it_calls_the_gateway_in_a_box(tmp_path: Path, library: Path) -> None:
    """By the WSDL's file: in PHP 8 this NuSOAP fails at any import that has a location."""
    wsdl = str(SPEC / "clickatell.wsdl")
    with Box() as box:
        address = f"{box.url}/soap/webservice.php"
        answer = call(library, wsdl, address, tmp_path / "parts.json")
    assert len(answer) == 2
    for one, number in zip(answer, ("2799912345", "27999123134"), strict=True):
        assert re.fullmatch(rf"ID: [0-9a-f]{{32}} To: {number}", one)
