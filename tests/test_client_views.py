"""Default header blocks, `using` and observers, of the clients of a generated package."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = ROOT / "tests" / "cases" / "faults-and-headers"
OK, FAULT = (
    (CASE / "samples" / f"withdraw.{name}.xml").read_bytes()
    for name in ("response", "fault")
)
BROKEN = OK.replace(b"-0.01", b"much")
SOAP12 = {"content-type": "application/soap+xml; charset=utf-8"}
MONEY: dict[str, Any] = {"amount": Decimal(5), "password": "p", "pin": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the package `bank`, which Python imports from."""
    folder = tmp_path_factory.mktemp("views")
    files = generate(CASE / "service.wsdl", Options("views_bank")).files
    write_package(folder / "views_bank", files)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def bank(folder: Path) -> Any:  # Any: a generated package
    return importlib.import_module("views_bank")


class Recorder:
    """A transport of both kinds that answers all requests alike, and keeps them."""

    def __init__(self, bank: Any, body: bytes = OK, status: int = 200) -> None:
        self.requests: list[Any] = []
        self.reply = bank.Response(status, SOAP12, body)

    def send(self, request: Any) -> Any:
        self.requests.append(request)
        return self.reply

    @property
    def last(self) -> str:
        return str(self.requests[-1].body.decode())


class AsyncRecorder(Recorder):
    async def send(self, request: Any) -> Any:
        return super().send(request)


def session(bank: Any, token: str) -> Any:
    return bank.types.Session(token=token)


# ------------------------------------------------------------------------- header blocks


def test_default_blocks_are_in_each_request(bank: Any) -> None:
    sent = Recorder(bank)
    headers = {"session": session(bank, "one"), "trace": 7}
    client = bank.Client("http://b.invalid/", transport=sent, headers=headers)
    client.withdraw(**MONEY)
    assert ">one<" in sent.last and ">7<" in sent.last
    client.exchange("withdraw", bank.types.Withdraw(**MONEY))
    assert ">one<" in sent.last
    given = bank.types.WithdrawRequestHeaders(trace=8)
    client.exchange("withdraw", bank.types.Withdraw(**MONEY), given)
    assert ">one<" in sent.last and ">8<" in sent.last
    assert given.session is None  # what the caller gave is not changed


def test_an_argument_takes_the_place_of_a_default(bank: Any) -> None:
    sent = Recorder(bank)
    client = bank.Client(
        "http://b.invalid/",
        transport=sent,
        headers=bank.types.WithdrawRequestHeaders(session=session(bank, "one")),
    )
    client.withdraw(**MONEY, session=session(bank, "two"))
    assert ">two<" in sent.last and ">one<" not in sent.last
    client.withdraw(**MONEY)
    assert ">one<" in sent.last


def test_an_asynchronous_client_has_them_too(bank: Any) -> None:
    sent = AsyncRecorder(bank)

    async def call() -> Decimal:
        headers = {"session": session(bank, "one")}
        client = bank.AsyncClient("http://b.invalid/", transport=sent, headers=headers)
        found: Decimal = await client.using(headers={"trace": 7}).withdraw(**MONEY)
        return found

    assert asyncio.run(call()) == Decimal("-0.01")
    assert ">one<" in sent.last and ">7<" in sent.last


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (
            {"sesion": 1},
            "headers: no operation declares 'sesion'; there is session, trace",
        ),
        (
            "session",
            "headers: str given, a mapping of header blocks is wanted",
        ),
    ],
)
def test_headers_that_are_none_are_refused(
    bank: Any, headers: object, message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        bank.Client("http://b.invalid/", transport=Recorder(bank), headers=headers)


def test_a_block_of_a_wrong_class_has_its_path(bank: Any) -> None:
    client = bank.Client(
        "http://b.invalid/", transport=Recorder(bank), headers={"session": "x"}
    )
    with pytest.raises(bank.errors.EncodeError, match=r"Header\.session: str given"):
        client.withdraw(**MONEY)


def test_a_service_without_header_blocks_takes_none() -> None:
    sms: Any = importlib.import_module("clickatell")
    with pytest.raises(ValueError, match="declares 'session'; there is none"):
        sms.Client("http://b.invalid/", headers={"session": 1})


GOOD = """
from views_bank import AsyncClient, Client, ClientHeaders
from views_bank.types import Session

blocks: ClientHeaders = {"session": Session(token="one")}
client = Client("http://b.invalid/", headers=blocks)
view: Client = client.using(timeout=5, headers={"trace": 7})
other: AsyncClient = AsyncClient("http://b.invalid/", headers={"trace": 1}).using(endpoint="http://c.invalid/")
"""


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        (GOOD, ""),
        (GOOD.replace("7}", '"x"}'), 'incompatible type "dict[str, str]"'),
        (
            GOOD.replace('"trace": 1', '"tracing": 1'),
            'incompatible type "dict[str, int]"',
        ),
    ],
)
def test_the_blocks_are_typed(
    folder: Path, type_check: Callable[..., str], code: str, finding: str
) -> None:
    # A name for each: mypy takes a file of the same size and second for the one that it has seen.
    name = f"views_{sha256(code.encode()).hexdigest()[:8]}"
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    found = type_check(folder, name)
    if finding:
        assert finding in found
    else:
        assert found == ""


# --------------------------------------------------------------------------------- using


def test_a_view_differs_and_the_client_does_not(bank: Any) -> None:
    sent = Recorder(bank)
    headers = {"session": session(bank, "one"), "trace": 7}
    client = bank.Client("http://b.invalid/", transport=sent, headers=headers)
    view = client.using(
        endpoint="http://c.invalid/", headers={"session": None, "trace": 8}, timeout=3
    )
    view.withdraw(**MONEY)
    assert "session" not in sent.last and ">8<" in sent.last
    request = sent.requests[-1]
    assert (request.url, request.timeout) == ("http://c.invalid/", 3)
    assert repr(view) == "Client('http://c.invalid/')"
    client.withdraw(**MONEY)
    assert ">one<" in sent.last and ">7<" in sent.last
    request = sent.requests[-1]
    assert (request.url, request.timeout) == ("http://b.invalid/", None)
    assert view.using().endpoint == view.endpoint


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan"), "5"])
def test_a_timeout_that_is_none_is_refused(bank: Any, timeout: object) -> None:
    client = bank.Client("http://b.invalid/", transport=Recorder(bank))
    with pytest.raises(ValueError, match="timeout="):
        client.using(timeout=timeout)


@pytest.mark.parametrize("endpoint", ["", 5])
def test_an_endpoint_that_is_none_is_refused(bank: Any, endpoint: object) -> None:
    client = bank.Client("http://b.invalid/", transport=Recorder(bank))
    with pytest.raises((TypeError, ValueError), match="endpoint"):
        client.using(endpoint=endpoint)


class Server(ThreadingHTTPServer):
    """Counts connections; waits before it answers on `/slow`, until `go` is set."""

    daemon_threads = True
    connections = 0
    go: threading.Event


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server: Server

        def setup(self) -> None:
            super().setup()
            self.server.connections += 1

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/slow":
                self.server.go.wait(10)
            self.send_response(200)
            self.send_header("Content-Type", SOAP12["content-type"])
            self.send_header("Content-Length", str(len(OK)))
            self.end_headers()
            self.wfile.write(OK)

        def log_message(self, format: str, *_: object) -> None:
            """Nobody reads it."""

    server = Server(("127.0.0.1", 0), Handler)
    server.go = threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.go.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_views_share_the_connections(bank: Any, server: Server) -> None:
    url = f"http://127.0.0.1:{server.server_port}"
    with bank.Client(url) as client:
        client.withdraw(**MONEY)
        with client.using(endpoint=f"{url}/other", timeout=9) as view:
            view.withdraw(**MONEY)
        client.withdraw(**MONEY)  # the view did not close them
        assert server.connections == 1
    with pytest.raises(bank.errors.TransportError, match="closed"):
        view.withdraw(**MONEY)


def test_a_view_has_a_timeout_of_its_own(bank: Any, server: Server) -> None:
    url = f"http://127.0.0.1:{server.server_port}/slow"
    with bank.Client(url, timeout=60) as client:
        with pytest.raises(bank.errors.TransportTimeout):
            client.using(timeout=0.1).withdraw(**MONEY)

    async def call() -> None:
        async with bank.AsyncClient(url, timeout=60) as client:
            await client.using(timeout=0.1).withdraw(**MONEY)

    with pytest.raises(bank.errors.TransportTimeout):
        asyncio.run(call())


def test_a_view_may_be_given_more_time(bank: Any, server: Server) -> None:
    url = f"http://127.0.0.1:{server.server_port}/slow"
    with bank.Client(url, timeout=0.05) as client:
        threading.Timer(0.3, server.go.set).start()
        assert client.using(timeout=60).withdraw(**MONEY) == Decimal("-0.01")


# ----------------------------------------------------------------------------- observers


def watched(seen: list[Any]) -> Callable[[Any], Any]:
    @contextmanager
    def observer(call: Any) -> Iterator[None]:
        assert call.outcome == "ok" and call.status is None
        seen.append(call)
        try:
            yield
        finally:
            seen.append((call.outcome, call.status, call.response_bytes))

    return observer


@pytest.mark.parametrize(
    ("body", "status", "end"),
    [
        (OK, 200, ("ok", 200, len(OK))),
        (FAULT, 500, ("fault", 500, len(FAULT))),
        (b"<html/>", 502, ("transport", 502, 7)),
        (BROKEN, 200, ("error", 200, len(BROKEN))),
    ],
)
def test_an_observer_sees_how_a_call_ends(
    bank: Any, body: bytes, status: int, end: tuple[object, ...]
) -> None:
    seen: list[Any] = []
    sent = Recorder(bank, body, status)
    url = "http://user:word@b.invalid/"
    client = bank.Client(url, transport=sent, observer=watched(seen))
    calls: list[Callable[[], object]] = [lambda: client.withdraw(**MONEY)]
    waiting = bank.AsyncClient(
        url, transport=AsyncRecorder(bank, body, status), observer=watched(seen)
    )
    calls.append(lambda: asyncio.run(waiting.using(timeout=5).withdraw(**MONEY)))
    for call in calls:
        seen.clear()
        if end[0] == "ok":
            assert call() == Decimal("-0.01")
        else:
            with pytest.raises(bank.errors.SoapError) as caught:
                call()
        observed, ended = seen
        assert ended == end
        assert observed.error is (None if end[0] == "ok" else caught.value)
        assert (observed.operation, observed.soap) == ("withdraw", "1.2")
        assert "word" not in observed.url + repr(observed)


def test_a_timeout_is_an_outcome_of_its_own(bank: Any) -> None:
    class Late:
        def send(self, request: Any) -> Any:
            raise bank.errors.TransportTimeout("too late")

    seen: list[Any] = []
    client = bank.Client("http://b.invalid/", transport=Late(), observer=watched(seen))
    with pytest.raises(bank.errors.TransportTimeout):
        client.withdraw(**MONEY)
    assert seen[1] == ("timeout", None, None)


def test_an_observer_that_is_none_is_refused(bank: Any) -> None:
    with pytest.raises(TypeError, match="observer: int given"):
        bank.Client("http://b.invalid/", observer=5)
