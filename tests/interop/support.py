"""What the tests with live peers share: our packages, our services on sockets, and the results.

A peer that is not installed skips its tests; with INTEROP_REQUIRED=1 it fails them. With
INTEROP_RESULTS=FILE the results are written there, for the tables of peers.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import specs
import uvicorn

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

PEERS = Path(__file__).parent / "peers"


@contextmanager
def generated(folder: Path) -> Iterator[dict[str, Any]]:
    """The generated packages, and where their WSDLs are: `encoded`, `latin`, `literal`."""
    sys.path.insert(0, str(folder))
    made = {}
    for name in [n for n in sys.modules if n.startswith("interop_")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    for name, text, wire in (
        ("encoded", specs.encoded(), ""),
        ("latin", specs.encoded(), "nusoap"),
        ("literal", specs.literal(), ""),
    ):
        wsdl = folder / f"{name}.wsdl"
        wsdl.write_text(text, encoding="utf-8")
        package = generate(wsdl, Options(f"interop_{name}", wire=wire))
        write_package(folder / f"interop_{name}", package.files)
        made[name] = importlib.import_module(f"interop_{name}"), wsdl
    yield made
    sys.path.remove(str(folder))


def required(installed: bool, what: str) -> None:
    """Skip where a peer is not installed, fail where it has to be."""
    if not installed:
        (pytest.fail if os.environ.get("INTEROP_REQUIRED") else pytest.skip)(
            f"{what} is not installed"
        )


def answers(*command: str) -> bool:
    """Whether a program is there, and content."""
    try:
        return not subprocess.run(command, capture_output=True, timeout=30).returncode
    except OSError:
        return False


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """An ASGI application on a socket, its base address."""
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False)
    )
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as taken:
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def echo(package: ModuleType, seen: list[tuple[str, Any]]) -> Any:
    """A service that gives back what it is given, and remembers it."""
    base = package.server.InteropService
    t, errors = package.types, package.errors
    headers = next(n for n in dir(t) if n.endswith("EchoStringResponseHeaders"))

    def method(key: str) -> Callable[..., Any]:
        def answer(self: Any, **given: Any) -> Any:
            value = given.get("value")
            seen.append((key, value))
            if key == "fail":
                detail = t.Problem(code=value, number=7)
                raise errors.Problem("it failed", detail=detail)
            if key == "pair":
                home = t.Point(x=1, y=-2)
                ann = t.Person(name="Ann", nick=None, home=home)
                return t.Pair(left=ann, right=ann)
            if key == "notify":
                return None
            if given.get("trace"):
                found = getattr(t, headers)(trace=given["trace"])
                return package.server.WithHeaders(value, found)
            return value

        return answer

    methods = {name: method(key) for key, name in base._methods.items()}
    return type("Echo", (base,), methods)()


def record(
    peer: str, results: dict[str, bool], *, service: str = "", soap: str = "1.1"
) -> None:
    """Remember what came of a peer's cases: of several runs of one case, the worst. Those of
    SOAP 1.2, and in ISO-8859-1, count as cases of that besides."""
    if not (path := os.environ.get("INTEROP_RESULTS")):
        return
    also = "soap12" if soap == "1.2" else "latin" if service == "latin" else ""
    if also:
        results = results | {f"{also} {name}": ok for name, ok in results.items()}
    file = Path(path)
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known = found.setdefault(peer, {})
    for name, ok in results.items():
        known[name] = known.get(name, True) and ok
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def native(value: Any, package: Any) -> Any:
    """A case's value as our packages have it."""
    if isinstance(value, list):
        return [native(item, package) for item in value]
    if isinstance(value, dict) and "struct" in value:
        fields = {k: native(v, package) for k, v in value["fields"].items()}
        return getattr(package.types, value["struct"])(**fields)
    if isinstance(value, dict):
        values = f"{package.__name__}._soap.values"
        kind, text = value["type"], value["text"]
        if kind == "QName":
            return importlib.import_module(f"{values}.names").QName("", text)
        lexical = importlib.import_module(f"{values}.lexical")
        return getattr(lexical, f"parse_{specs.PARSED.get(kind, 'string')}")(text)
    return value
