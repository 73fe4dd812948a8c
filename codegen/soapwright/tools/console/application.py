"""The console as an ASGI application: one page, its script and style, and what the script asks for.

What the script asks for needs the page's token, which no page of another origin can read; hosts and
origins are checked before (`hosts.py`).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from soapwright.model.diagnostics import SpecError, one_line
from soapwright.project.toolkit import console_files
from soapwright.tools.asgi import body_of, send_reply
from soapwright.tools.calls.service import Service
from soapwright.tools.console.calls import Calls, Json
from soapwright.tools.console.forms import (
    operation_as_json,
    service_as_json,
    type_as_json,
)
from soapwright.tools.console.history import History
from soapwright.tools.console.values import Malformed, without_secrets
from soapwright.tools.http_server import AsgiApp, Event, Receive, Send

_MOST_BODY: Final = 32 * 1024 * 1024
_FILES: Final = {
    "/console.js": "text/javascript; charset=utf-8",
    "/style.css": "text/css; charset=utf-8",
}
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_JSON: Final = "application/json"


class Console:
    """The pages of one package's console.

    Args:
        folder: the package's own folder.
        samples: the folder that test samples are written to.
        history: the calls that were made.

    Raises:
        SpecError: it is no generated package, or was made without its WSDL.
    """

    def __init__(self, folder: Path, samples: Path, history: History) -> None:
        self._calls = Calls(folder, samples)
        self._history = history
        self._token = secrets.token_urlsafe(24)
        self._actions: dict[str, Callable[[Json], Any]] = {
            "/api/service": lambda data: service_as_json(self._service),
            "/api/operation": self._operation,
            "/api/type": lambda data: type_as_json(self._service, str(data.get("id"))),
            "/api/envelope": self._calls.envelope,
            "/api/example": self._calls.example,
            "/api/send": self._send,
            "/api/copy": self._calls.copy,
            "/api/history": lambda data: {"calls": self._history.newest()},
            "/api/forget": self._forget,
        }

    @property
    def _service(self) -> Service:
        return self._calls.service

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        headers = {
            n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]
        }
        if method in ("GET", "HEAD") and path in ("/", *_FILES):
            kind, content = self._file(path)
            await _send(send, 200, kind, content)
        elif path not in self._actions:
            await _send(send, 404, "text/plain", b"There is no such page.\n")
        elif method != "POST":
            await _send(send, 405, "text/plain", b"The page's script asks by POST.\n")
        elif not self._knows(headers.get("x-token", "")):
            await _send(
                send, 403, "text/plain", b"The page is out of date: load it again.\n"
            )
        else:
            try:
                body = await body_of(receive, _MOST_BODY)
            except ConnectionError:
                return  # nobody is there to be answered
            status, answer = await self._answer(path, body)
            await _send(send, status, _JSON, json.dumps(answer).encode())

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())

    def _file(self, path: str) -> tuple[str, bytes]:
        if path in _FILES:
            return _FILES[path], (console_files() / path[1:]).read_bytes()
        page = (console_files() / "page.html").read_text(encoding="utf-8")
        return "text/html; charset=utf-8", page.replace("TOKEN", self._token).encode()

    async def _answer(self, path: str, body: bytes | None) -> tuple[int, Json]:
        if body is None:
            return 413, {"error": "that is too long"}
        try:
            data = json.loads(body or b"{}")
            if not isinstance(data, dict):
                raise Malformed("a request is an object")
            return 200, await asyncio.to_thread(self._actions[path], data)
        except SpecError as error:
            problems = [
                {"reason": one_line(one.message), "hint": one.hint}
                for one in error.diagnostics
            ]
            return 422, {"problems": problems}
        except (Malformed, KeyError, RecursionError) as error:
            return 400, {"error": str(error)}
        except ValueError as error:
            return 400, {"error": f"that cannot be read: {error}"}

    def _operation(self, data: Json) -> Json:
        bound = self._service.find(str(data.get("operation")), str(data.get("port")))
        return operation_as_json(self._service, bound)

    def _send(self, data: Json) -> Json:
        outcome = self._calls.send(data)
        bound = self._service.find(str(data["operation"]), str(data.get("port", "")))
        is_secret = self._service.is_secret_in(bound)
        self._history.add(
            {
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "operation": data["operation"],
                "port": data.get("port", ""),
                "target": data.get("target", "mock"),
                "endpoint": self._service.secrets.redact_url(
                    str(data.get("endpoint", ""))
                ),
                "values": without_secrets(data.get("values", {}), is_secret),
                "headers": without_secrets(data.get("headers", {}), is_secret),
                "kind": outcome["kind"],
                "seconds": outcome["seconds"],
                "status": outcome["status"],
                "request": outcome["request"],
                "reply": outcome["reply"],
            }
        )
        return outcome

    def _forget(self, data: Json) -> Json:
        self._history.clear()
        return {}


async def _send(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = {**_HEADERS, "content-type": kind, "content-length": str(len(body))}
    await send_reply(send, status, headers, body)


def console_app(folder: Path, samples: Path, history: History) -> AsgiApp:
    """The console of a package, as an ASGI application; the arguments are those of `Console`.

    Raises:
        SpecError: as of `Console`.
    """
    return Console(folder, samples, history)
