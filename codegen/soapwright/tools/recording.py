"""`soapwright serve --record`: calls passed on to a service, and kept as samples."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from lxml import etree

from soapwright.envelopes.packages import import_package
from soapwright.envelopes.reading import parse_envelope
from soapwright.envelopes.recorded import RecordedTransport
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.project.output import make_folder, write_files
from soapwright.project.remote import is_url
from soapwright.tools.asgi import STATUSES, body_of, send_reply
from soapwright.tools.http_server import AsgiApp, Event, Receive, Send

_MOST_BODY: Final = 64 * 1024 * 1024
_MOST_SAMPLES: Final = 1000
"""So many samples of one kind are kept at most."""
_MOST_BYTES: Final = 1024 * 1024 * 1024
"""So many bytes are kept by one run at most: a service may reply with anything."""
_TIMEOUT: Final = 120.0
_PLAIN: Final = {"content-type": "text/plain; charset=utf-8"}
# Of one connection, or made anew by whoever sends (RFC 9110, section 7.6.1).
_DROPPED: Final = frozenset(
    "connection host content-length transfer-encoding accept-encoding content-encoding"
    " keep-alive te trailer upgrade proxy-connection expect date server".split()
)


class Samples:
    """The samples of one folder, `<operation>.<request|response|fault>[.N].xml`.

    Args:
        package: the generated package (`Any`: what it exports is known at run time).
        folder: where they are kept.
    """

    def __init__(self, package: Any, folder: Path) -> None:
        self._package = package
        self._folder = folder
        self._names = RecordedTransport(package, {})
        self._lock = threading.Lock()
        self._written = 0
        """The bytes that were written so far."""

    def keep_call(self, request: Any, reply: Any) -> None:
        """Keep a request and its reply, the package's own (`Any`).

        Raises:
            ValueError: one cannot be kept, or the request is none of an operation.
            SpecError: they cannot be written.
        """
        operation = self._names.names(request)[0]
        if not any(operation in p.operations for p in self._package.PORTS.values()):
            raise ValueError(f"there is no operation {operation[:80]!r}")
        self.keep(operation, "request", request.body)
        if reply.body:
            kind = "fault" if reply.status >= 400 else "response"
            self.keep(operation, kind, reply.body)

    def keep(self, operation: str, kind: str, content: bytes) -> Path | None:
        """Keep a message without its secrets; None where it is there already.

        Raises:
            ValueError: it is no envelope that `conform` reads, as a body of several parts and a web page
                are none; or as much as may be is kept.
            SpecError: it cannot be written.
        """
        root = parse_envelope(content, f"{operation}: the {kind}")
        if etree.QName(root).localname != "Envelope":
            raise ValueError(f"{operation}: the {kind} is no envelope alone")
        text = self._package.redact(content, operation)
        written = text.encode("utf-8") if "***" in text else content
        stem = "".join(c if c.isalnum() or c in "-_." else "_" for c in operation)
        with self._lock:
            for number in range(1, _MOST_SAMPLES + 1):
                variant = "" if number == 1 else f".{number}"
                path = self._folder / f"{stem}.{kind}{variant}.xml"
                # `Path.exists` raises for a name that is too long, which writing then reports
                if not os.path.exists(path):
                    self._write(path, written)
                    return path
                same_size = path.stat().st_size == len(written)
                if same_size and path.read_bytes() == written:
                    return None
        raise ValueError(
            f"{operation}: {_MOST_SAMPLES:,} samples are kept, of a {kind}"
        )

    def _write(self, path: Path, content: bytes) -> None:
        if self._written + len(content) > _MOST_BYTES:
            raise ValueError(f"{path.name}: samples of {_MOST_BYTES:,} bytes are kept")
        write_files({path: content})
        self._written += len(content)


def recorder(
    folder: Path, url: str, samples: Path, report: Callable[[str], None]
) -> AsgiApp:
    """An ASGI application that passes calls on to a URL, and keeps them as samples.

    Args:
        folder: the package's own folder.
        url: the service's address.
        samples: the folder of the samples, which is made.
        report: is given what cannot be kept; the reply is passed on all the same.

    Raises:
        SpecError: it is no package, or no URL, or the folder cannot be made.
    """
    package: Any = import_package(folder)  # Any: what it exports is known at run time
    findings = Findings()
    if not is_url(url):
        findings.error(Code.ADDRESS, "no http:// or https:// URL", Location(url))
    findings.raise_errors()
    make_folder(samples)
    transport = package.HttpTransport(_TIMEOUT)
    kept = Samples(package, samples)

    def passed_on(headers: dict[str, str], body: bytes) -> Any:
        request = package.Request(url, body, headers)
        reply = transport.send(request)
        try:
            kept.keep_call(request, reply)
        except ValueError as error:
            report(f"a call is not kept, or not all of it: {error}")
        except OSError as error:
            report(f"a call is not kept, or not all of it: {error.strerror}")
        except SpecError as error:
            report(str(error))
        return reply

    return _proxy(passed_on, package.errors.TransportError)


def _proxy(
    passed_on: Callable[[dict[str, str], bytes], Any], no_reply: type[Exception]
) -> AsgiApp:
    """An ASGI application that replies what another service does.

    Args:
        passed_on: gives its reply to a request's headers and body, of the package's own (`Any`).
        no_reply: the error that is raised where there is none.
    """

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            body = await body_of(receive, _MOST_BODY)
        except ConnectionError:
            return  # half a request is not passed on
        given = [
            (n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]
        ]
        headers = {name: value for name, value in given if name not in _DROPPED}
        if scope["method"] != "POST" or body is None:
            reason = b"calls are POST, of 64 MB at most\n"
            await send_reply(send, 405 if body is not None else 413, {}, reason)
            return
        try:
            reply = await asyncio.to_thread(passed_on, headers, body)
        except no_reply as error:
            await send_reply(send, 502, _PLAIN, f"{error}\n".encode())
            return
        if reply.status not in STATUSES:
            odd = f"the service replied with the status {reply.status}, which HTTP does not have\n"
            await send_reply(send, 502, _PLAIN, odd.encode())
            return
        back = {n.lower(): v for n, v in reply.headers.items()}
        kept_headers = {n: v for n, v in back.items() if n not in _DROPPED}
        await send_reply(send, reply.status, kept_headers, reply.body)

    return app
