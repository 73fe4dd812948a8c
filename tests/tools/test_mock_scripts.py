"""Mocks that behave: rules and functions that decide on replies, and a proxy that keeps samples."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from conftest import ROOT, Run
from test_calls import make

from soapwright.envelopes.packages import import_package
from soapwright.model.diagnostics import SpecError
from soapwright.testing import MockTransport
from soapwright.tools.recording import recorder

SMS = ROOT / "generated" / "clickatell_document_literal"
FAULT = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>
<faultcode>s:Client</faultcode><faultstring>recorded</faultstring></s:Fault></s:Body></s:Envelope>"""
CALL = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<getbalance xmlns="urn:x"><session_id>hush</session_id></getbalance></s:Body></s:Envelope>"""
RULES = """
[[rule]]
operation = "auth"
when = { user = "d*", api_id = 1234 }
values = { return = "OK: 5e55" }

[[rule]]
operation = "getbalance"
sequence = [{ values = { return = "Credit: 9" } }, { values = { return_ = "Credit: 8" } },
    { fault = { code = "Client", reason = "no credit" } }]

[[rule]]
xpath = "//*[local-name()='session_id'] = 'slow'"
delay = 0.3

[[rule]]
operation = "ping"
reply = "ping.xml"
times = 1
"""


@pytest.fixture(scope="module")
def sms() -> ModuleType:
    return import_package(SMS)


@contextmanager
def scripted(sms: ModuleType, path: Path, text: str) -> Iterator[Any]:
    path.write_text(text, encoding="utf-8")
    transport = MockTransport(sms, script=path)
    with sms.Client("http://mock/", transport=transport) as client:
        yield client


def test_rules_decide_by_values_in_sequence_and_by_xpath(
    sms: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "ping.xml").write_bytes(FAULT)
    with scripted(sms, tmp_path / "rules.toml", RULES) as client:
        given = {"password": "x", "api_id": 1234}
        assert client.auth(user="demo", **given) == "OK: 5e55"
        assert client.auth(user="other", **given) == "string"
        balance = {"user": "a", **given}
        assert client.getbalance(**balance) == "Credit: 9"
        assert client.getbalance(**balance) == "Credit: 8"
        for _ in range(2):
            with pytest.raises(sms.errors.SoapFault, match="no credit"):
                client.getbalance(**balance)
        with pytest.raises(sms.errors.SoapFault, match="recorded"):
            client.ping(session_id="x")
        assert client.ping(session_id="x") == "string"
        begun = time.monotonic()
        client.ping(session_id="slow")
        assert time.monotonic() - begun >= 0.3


def test_functions_keep_state_across_calls(sms: ModuleType, tmp_path: Path) -> None:
    script = """
sent = []
def sendmsg(call):
    if not call.request.text:
        raise call.fault("a text is missing")
    sent.append(call.request.text)
    return {"return": [f"ID: {len(sent)}"]}
def ping(call):
    return call.sample() if sent else None
"""
    with scripted(sms, tmp_path / "mock.py", script) as client:
        assert client.sendmsg(to=["1"], text="a") == ["ID: 1"]
        assert client.sendmsg(to=["1"], text="b") == ["ID: 2"]
        with pytest.raises(sms.errors.SoapFault, match="a text is missing"):
            client.sendmsg(to=["1"])
        assert client.ping(session_id="x") == "string"


def test_functions_give_values_of_pythons_types(tmp_path: Path) -> None:
    """Bytes, decimals, parts of the request: whatever a field may hold."""
    script = """
def store(call):
    return {"document": call.request.document}
def link(call):
    return {"letter": call.request.letter}
"""
    make("attachments", tmp_path / "made")
    archive = import_package(tmp_path / "made")
    with scripted(archive, tmp_path / "mock.py", script) as client:
        given = archive.types.Document(title="a", content=b"\0\xff")
        assert client.store(document=given) == given
        assert bytes(client.link(letter=b"\0\xff")) == b"\0\xff"


WRONG = {
    "no file": (None, "cannot be read: No such file or directory"),
    "no TOML": ("[[rule", "is no TOML"),
    "no rule": ("", "has no [[rule]]"),
    "a key": ("[[rule]]\nwhan = {}\n", "rules.toml:2: error: a rule has no key 'whan'"),
    "an operation": (
        '[[rule]]\noperation = "sendmsq"\n',
        "rules.toml:2: error: there is no operation 'sendmsq' [script]\nhint: there are: auth",
    ),
    "an XPath": ('[[rule]]\nxpath = "//["\n', "'//[' is no XPath"),
    "a value": (
        '[[rule]]\noperation = "auth"\nvalues = { ret = 1 }\n',
        "auth: no value 'ret'; there are: return_",
    ),
    "a value's type": (
        '[[rule]]\noperation = "auth"\nvalues = { return = 5 }\n',
        "rules.toml:3: error: auth: ",
    ),
    "a file": (
        '[[rule]]\noperation = "auth"\nreply = "x.xml"\n',
        "x.xml: No such file",
    ),
    "deep nesting": ("x = " + "[" * 100_000, "is no TOML: it nests too deeply"),
    "a long integer": ("x = " + "9" * 5000, "is no TOML: Exceeds the limit"),
    "no array": ("[rule]\nhttp = 503\n", "a rule is a table of an array: [[rule]]"),
    "no rules": ("rule = 5\n", "a rule is a table of an array: [[rule]]"),
    "a status": (
        "[[rule]]\nhttp = 999\n",
        "rules.toml:2: error: auth: http = 999 is no",
    ),
    "an infinite status": ("[[rule]]\nhttp = inf\n", "http = inf is no status"),
    "a status that is true": ("[[rule]]\nhttp = true\n", "http = True is no status"),
    "a body that is none": (
        '[[rule]]\nhttp = 204\nbody = "x"\n',
        "a reply with the status 204 has no body",
    ),
    "a body alone": ('[[rule]]\nbody = "x"\n', "2: error: 'body' goes with 'http'"),
    "a delay that is true": ("[[rule]]\ndelay = true\n", "'delay' is no number"),
    "times that are true": (
        "[[rule]]\ntimes = true\nhttp = 503\n",
        "'times' is no number of times",
    ),
    "a key in a sequence": (
        "[[rule]]\nsequence = [{ htpp = 503 }]\n",
        "an outcome has no key 'htpp'",
    ),
    "an outcome beside a sequence": (
        "[[rule]]\nvalues = {}\nsequence = [{ http = 503 }]\n",
        "2: error: 'values' beside 'sequence' is lost",
    ),
    "a prefix": (
        '[[rule]]\nxpath = "//x:y"\nhttp = 503\n',
        "'//x:y' is no XPath: Undefined namespace prefix",
    ),
    "a control character": (
        '[[rule]]\nxpath = "\\u0001"\nhttp = 503\n',
        "is no XPath: All strings must be XML compatible",
    ),
    "two outcomes": (
        '[[rule]]\noperation = "auth"\nhttp = 503\nvalues = {}\n',
        "values and http exclude each other",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_in_rules_has_its_line(
    case: str, sms: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, said = WRONG[case]
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("rules.toml").write_text(text)
    with pytest.raises(SpecError) as wrong:
        MockTransport(sms, script=Path("rules.toml"))
    assert said in str(wrong.value)


def test_a_mistake_in_functions_has_its_line(sms: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "mock.py"
    for text, said in (
        ("x = 1\n1 / 0\n", "mock.py:2: error: cannot be run: ZeroDivisionError"),
        ("def sendmsq(call): ...\n", "has no function for an operation [script]"),
    ):
        path.write_text(text)
        with pytest.raises(SpecError) as wrong:
            MockTransport(sms, script=path)
        assert said in str(wrong.value)


@contextmanager
def served(*options: str | Path, errors: IO[str] | None = None) -> Iterator[str]:
    command = [sys.executable, "-m", "soapwright", "serve", str(SMS), "--port", "0"]
    process = subprocess.Popen(
        [*command, *map(str, options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def test_what_passes_a_recorder_is_a_sample(
    sms: ModuleType, tmp_path: Path, run: Run
) -> None:
    """Of another mock, whose script fails, too; each message is kept once, without its secrets."""
    script, samples = tmp_path / "rules.toml", tmp_path / "samples"
    script.write_text(
        '[[rule]]\noperation = "getbalance"\nfault = { reason = "no" }\n'
        '[[rule]]\noperation = "delmsg"\nhttp = 503\nbody = "busy"\n'
    )
    with served("--script", script) as service:
        with served("--record", service, "--samples", samples) as base:
            with sms.Client(base) as client:
                for _ in range(2):
                    client.sendmsg(session_id="hush", to=["1"], text="a")
                client.sendmsg(session_id="hush", to=["1"], text="b")
                with pytest.raises(sms.errors.SoapFault, match="no"):
                    client.getbalance(session_id="x")
        with sms.Client(service) as client:
            with pytest.raises(sms.errors.TransportError, match="HTTP 503.*busy"):
                client.delmsg(session_id="x", apimsgid="1")
    kept = {path.name: path.read_text() for path in samples.iterdir()}
    assert sorted(kept) == [
        "getbalance.fault.xml",
        "getbalance.request.xml",
        "sendmsg.request.2.xml",
        "sendmsg.request.xml",
        "sendmsg.response.xml",
    ]
    assert "hush" not in "".join(kept.values())
    done = run("-m", "soapwright", "conform", SMS, samples, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    recorded = (samples / "sendmsg.response.xml").read_text()
    (samples / "sendmsg.response.xml").write_text(recorded.replace("string", "ID: 7"))
    (samples / "sendmsg.response.2.xml").write_text(recorded)
    with served("--replies", samples) as base, sms.Client(base) as client:
        assert client.sendmsg(session_id="x", to=["1"], text="a") == ["ID: 7"]
        with pytest.raises(sms.errors.SoapFault, match="no"):
            client.getbalance(session_id="x")


def test_what_cannot_be_recorded_is_passed_on_and_reported(
    sms: ModuleType, tmp_path: Path, run: Run
) -> None:
    record = ("-m", "soapwright", "serve", SMS, "--record", "http://127.0.0.1:1/")
    (tmp_path / "file").touch()
    done = run(*record, "--samples", tmp_path / "file" / "x", cwd=ROOT)
    assert done.returncode == 2 and "cannot be made: Not a directory" in done.stderr
    samples, said = tmp_path / "samples", tmp_path / "said"
    kind = {"Content-Type": "text/xml; charset=utf-8"}
    parts = Request("http://m/", b"--x\r\n\r\n<a/>\r\n--x--", kind, method="POST")
    with served() as service, said.open("w") as errors:
        options = ("--record", service, "--samples", samples)
        with served(*options, errors=errors) as base, sms.Client(base) as client:
            samples.rmdir()
            samples.touch()
            assert client.sendmsg(session_id="x", to=["1"], text="a") == ["string"]
            parts.full_url = base
            with pytest.raises(HTTPError, match="500") as refused:
                urlopen(parts)
            refused.value.close()
    first, second = said.read_text().splitlines()
    assert "sendmsg.request.xml:1: error: cannot write: Not a directory" in first
    assert second.startswith("a call is not kept, or not all of it: ")


@contextmanager
def recording(
    package: ModuleType, status: int, reply: bytes, samples: Path
) -> Iterator[tuple[Any, list[bytes], list[str]]]:
    """A recorder before a server that gives one reply, what that was asked, and what was reported."""
    asked: list[bytes] = []

    class Upstream(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:
            """It is silent."""

    reports: list[str] = []
    folder = Path(package.__file__ or "").parent
    with HTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            yield recorder(folder, url, samples, reports.append), asked, reports
        finally:
            server.shutdown()


def through(app: Any, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """The events that an ASGI application sends to a POST."""
    coming, sent = iter(events), []

    async def receive() -> dict[str, Any]:
        return next(coming)

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    headers = [(b"content-type", b"text/xml; charset=utf-8")]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    asyncio.run(app(scope, receive, send))
    return sent


def body(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def test_half_a_request_is_not_passed_on(sms: ModuleType, tmp_path: Path) -> None:
    """Also where the half is an envelope by itself: the service would do what nobody asked for."""
    with recording(sms, 200, FAULT, tmp_path / "s") as (app, asked, _):
        sent = through(app, body(CALL, more=True), {"type": "http.disconnect"})
        assert (sent, asked) == ([], [])
        assert through(app, body(CALL))[0]["status"] == 200
        assert len(asked) == 1


@pytest.mark.parametrize(
    ("reply", "called", "report", "kept"),
    [
        (
            b"<html><body>log in</body></html>",
            CALL,
            "the fault is no envelope alone",
            ["getbalance.request.xml"],
        ),
        (
            b'<!DOCTYPE a [<!ENTITY e "x">]>' + FAULT,
            CALL,
            "the fault has a document type declaration",
            ["getbalance.request.xml"],
        ),
        (
            FAULT,
            CALL.replace(b"getbalance", b"n" * 5000),
            "there is no operation 'nnn",
            [],
        ),
    ],
)
def test_what_no_test_could_read_is_no_sample(
    reply: bytes,
    called: bytes,
    report: str,
    kept: list[str],
    sms: ModuleType,
    tmp_path: Path,
) -> None:
    """The reply is passed on all the same."""
    with recording(sms, 502, reply, tmp_path) as (app, asked, reports):
        start, rest = through(app, body(called))
    assert (start["status"], rest["body"], asked) == (502, reply, [called])
    assert report in "".join(reports)
    assert sorted(path.name for path in tmp_path.iterdir()) == kept


def test_a_status_that_http_does_not_have(sms: ModuleType, tmp_path: Path) -> None:
    with recording(sms, 999, FAULT, tmp_path) as (app, _, _):
        start, rest = through(app, body(CALL))
    assert start["status"] == 502 and b"the status 999" in rest["body"]


def test_samples_are_bounded(
    sms: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is left out is reported."""
    monkeypatch.setattr("soapwright.tools.recording._MOST_SAMPLES", 2)
    monkeypatch.setattr("soapwright.tools.recording._MOST_BYTES", 1000)
    with recording(sms, 500, FAULT, tmp_path) as (app, asked, reports):
        for number in range(4):
            through(app, body(CALL.replace(b"hush", b"hush%d" % number)))
            through(app, body(CALL + b" " * number))
        assert "2 samples are kept, of a request" in "".join(reports)
        through(app, body(CALL.replace(b"getbalance", b"ping") + b" " * 1000))
        assert "samples of 1,000 bytes are kept" in reports[-1]
    assert len(asked) == 9


def test_a_folder_without_a_reply_is_no_folder_of_replies(
    tmp_path: Path, run: Run
) -> None:
    serve = ("-m", "soapwright", "serve", SMS, "--replies", tmp_path)
    done = run(*serve, cwd=ROOT)
    said = f"{tmp_path}:1: error: there is no reply, <operation>.xml [reply]\n"
    assert (done.returncode, done.stderr) == (2, said)
