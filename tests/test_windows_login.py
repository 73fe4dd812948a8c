"""The class of docs/windows-login.md, against a server that asks for NTLM as Windows does."""

from __future__ import annotations

import asyncio
import base64
import importlib
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import clickatell as sms
import httpx2
import pytest
import spnego
from test_manual import blocks_of

PING = sms.PORTS["PushServerWSPort"].operations["ping"]
BODY = PING.encode_response(sms.types.PingResponse(return_="OK"))


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The class `WindowsLogin` of the page."""
    folder = tmp_path_factory.mktemp("login")
    (block,) = [b for b in blocks_of("windows-login") if b.file == "windows_login.py"]
    (folder / block.file).write_text(block.text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield importlib.import_module("windows_login").WindowsLogin
    sys.path.remove(str(folder))


@pytest.fixture(params=["NTLM", "Negotiate"])
def server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a service that knows the user ACME\\ann."""
    users = tmp_path / "users"
    users.write_text("ACME:ann:secret\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    scheme = request.param

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        context: Any = None

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            given = self.headers.get("Authorization", "")
            if not given.startswith(scheme):
                self.context = None
                self.refuse(scheme)
                return
            if self.context is None:
                self.context = spnego.server(protocol=scheme.lower(), service="http")
            try:
                token = self.context.step(base64.b64decode(given.split(" ")[1]))
            except spnego.exceptions.SpnegoError:
                self.refuse(scheme)
                return
            if not self.context.complete:
                self.refuse(f"{scheme} {base64.b64encode(token).decode()}")
                return
            self.answer(200, BODY)

        def refuse(self, challenge: str) -> None:
            self.answer(401, b"no", challenge)

        def answer(self, status: int, body: bytes, challenge: str = "") -> None:
            self.send_response(status)
            if challenge:
                self.send_header("WWW-Authenticate", challenge)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


LIMITS = httpx2.Limits(max_connections=1)


def test_a_user_is_logged_in(login: Any, server: str) -> None:
    with httpx2.Client(auth=login("ACME\\ann", "secret"), limits=LIMITS) as http:
        client = sms.Client(server, http_client=http)
        assert client.ping(session_id="x") == "OK"
        assert client.ping(session_id="x") == "OK"


def test_an_asynchronous_client_logs_in_too(login: Any, server: str) -> None:
    async def call() -> str:
        auth = login("ACME\\ann", "secret")
        async with httpx2.AsyncClient(auth=auth, limits=LIMITS) as http:
            return await sms.AsyncClient(server, http_client=http).ping(session_id="x")

    assert asyncio.run(call()) == "OK"


def test_a_wrong_password_is_a_transport_error(login: Any, server: str) -> None:
    with httpx2.Client(auth=login("ACME\\ann", "wrong"), limits=LIMITS) as http:
        client = sms.Client(server, http_client=http)
        with pytest.raises(sms.errors.TransportError) as caught:
            client.ping(session_id="x")
        assert caught.value.status == 401
