"""Our clients call foreign servers."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import specs
from support import PEERS, answers, generated, native, record, required

PHP = ["php", "-r", "exit(class_exists('SoapServer') ? 0 : 1);"]
LITE = ["perl", "-MSOAP::Transport::HTTP", "-MHTTP::Daemon", "-e", "1"]
RUNS = [
    ("PHP SoapServer", "encoded", ""),
    ("PHP SoapServer", "latin", ""),
    ("PHP SoapServer", "literal", ""),
    ("PHP SoapServer", "literal", "12"),
    ("SOAP::Lite server", "encoded", ""),
    ("SOAP::Lite server", "latin", ""),
]
LIMITS: dict[str | tuple[str, str], dict[str, str]] = {
    "PHP SoapServer": {"type integer": "larger ones than its own become floats"},
    "SOAP::Lite server": {
        f"type {name}": "it neither writes nor reads the type"
        for name in ("normalizedString", "token", "NMTOKEN", "Name", "NCName")
    }
    | {"type QName": "its replies declare a default namespace around the name"},
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with generated(tmp_path_factory.mktemp("interop")) as made:
        yield made


@contextmanager
def running(
    peer: str, wsdl: Path, literal: bool, suffix: str, seen: Path
) -> Iterator[str]:
    """A foreign server; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if peer.startswith("PHP"):
        command = ["php", "-S", f"127.0.0.1:{port}", str(PEERS / "server.php")]
    else:
        command = ["perl", str(PEERS / "server.pl"), str(port), str(seen)]
    environment = {
        "INTEROP_WSDL": str(wsdl),
        "INTEROP_SOAP": "1.2" if suffix else "1.1",
        "INTEROP_STYLE": "literal" if literal else "encoded",
        "INTEROP_SEEN": str(seen),
    }
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize(("peer", "service", "suffix"), RUNS)
def test_our_client_calls_a_foreign_server(
    packages: Any, tmp_path: Path, peer: str, service: str, suffix: str, kind: str
) -> None:
    required(answers(*(PHP if peer.startswith("PHP") else LITE)), peer)
    package, wsdl = packages[service]
    literal = service == "literal"
    seen = tmp_path / "seen"
    results: dict[str, str] = {}
    with running(peer, wsdl, literal, suffix, seen) as url:
        port = f"Interop{suffix}"
        call = caller(package, url, port, kind)
        for case in specs.cases("literal" if literal else "encoded"):
            try:
                results[case.name] = perform(case, package, port, call, seen)
            except Exception as error:
                results[case.name] = f"{type(error).__name__}: {error}"[:500]
    limits = LIMITS.get(peer, {}) | LIMITS.get((peer, service), {})
    right = {name: not said for name, said in results.items()}
    soap = "1.2" if suffix else "1.1"
    record(f"{peer} (ours: {kind})", right, service=service, soap=soap)
    wrong = {name: said for name, said in results.items() if said}
    assert "\n".join(f"{n}: {s}" for n, s in wrong.items() if n not in limits) == ""
    assert sorted(limits.keys() - wrong.keys()) == []


def caller(package: Any, url: str, port: str, kind: str) -> Callable[..., Any]:
    """Calls an operation by its name, and has the whole exchange."""

    def exchange(key: str, request: Any, headers: Any) -> Any:
        with package.Client(url, port=port) as client:
            return client.exchange(key, request, headers)

    async def exchange_async(key: str, request: Any, headers: Any) -> Any:
        async with package.AsyncClient(url, port=port) as client:
            return await client.exchange(key, request, headers)

    if kind == "Client":
        return exchange
    return lambda *given: asyncio.run(exchange_async(*given))


def perform(
    case: specs.Case, package: Any, port: str, call: Callable[..., Any], seen: Path
) -> str:
    """What is wrong with what came back, "" for nothing."""
    operation = package.PORTS[port].operations[case.operation]
    value = native(case.value, package)
    request = operation.request_type(
        **({} if case.operation == "pair" else {"value": value})
    )
    headers = None
    if case.header:
        names = [
            n for n in dir(package.types) if n.endswith("EchoStringRequestHeaders")
        ]
        headers = getattr(package.types, names[0])(trace=case.header)
    if case.operation == "fail":
        with pytest.raises(package.errors.Problem) as caught:
            call(case.operation, request, headers)
        problem = package.types.Problem(code="no", number=7)
        return "" if caught.value.detail == problem else repr(caught.value.detail)
    exchange = call(case.operation, request, headers)
    if case.operation == "notify":
        return "" if seen.read_text() == case.value else "it did not arrive"
    got = exchange.response.value
    if case.operation == "pair":
        ann = native(specs.PERSON, package)
        return "" if got == package.types.Pair(left=ann, right=ann) else repr(got)
    if case.header and exchange.headers.trace != case.header:
        return repr(exchange.headers)
    same = got == value or (not got and value == [])
    return "" if same else f"{got!r} for {value!r}"
