"""Policies drive message security: keys are all that a client or a service is given."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from lxml import etree
from message_keys import Pair, pair

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.testing import MockTransport

CASES = Path(__file__).parent / "cases"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{WSS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{WSS}wssecurity-utility-1.0.xsd}}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
PORTS = ["Bank", "Bank12"]
CLIENT, SERVICE, STRANGER = pair("client"), pair("service"), pair("stranger")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of packages that Python imports from."""
    made = tmp_path_factory.mktemp("policies")
    sys.path.insert(0, str(made))
    yield made
    sys.path.remove(str(made))


def package(folder: Path, wsdl: Path, name: str) -> Any:
    """A generated package: Any."""
    with chdir(wsdl.parent):
        made = generate(Path(wsdl.name), Options(name))
    write_package(folder / name, made.files)
    return import_module(name)


@pytest.fixture(scope="module")
def bank(folder: Path) -> Any:
    return package(folder, CASES / "policy-signed" / "service.wsdl", "bank_signed")


def keys(bank: Any, own: Pair, *trust: Pair, **further: Any) -> Any:
    pems = [one.pem for one in trust]
    return bank.security.Keys(own.key, own.certificate, trust=pems, **further)


def service(bank: Any) -> Any:
    class Bank(bank.server.BankService):
        def transfer(self, *, transfer: Decimal) -> str:
            if transfer < 0:
                raise bank.errors.SoapFault("no", code="Client")
            return f"{transfer} {bank.server.current_call().user}"

        def ping(self, *, ping: str) -> str:
            return f"{ping} {bank.server.current_call().user}"

    return Bank()


class Wire:
    """A transport to a service, by whom requests and replies are changed on the way."""

    def __init__(
        self, bank: Any, security: Any, there: Any = None, back: Any = None
    ) -> None:
        self._to = bank.server.InMemoryTransport(service(bank), security=security)
        self._there, self._back = there, back
        self.request: Any = None
        self.reply: Any = None

    def send(self, request: Any) -> Any:
        changed = request.body if self._there is None else self._there(request.body)
        self.request = replace(request, body=changed)
        reply = self._to.send(self.request)
        changed = reply.body if self._back is None else self._back(reply.body)
        self.reply = replace(reply, body=changed)
        return self.reply


def both(bank: Any, **changes: Any) -> tuple[Wire, Any]:
    wire = Wire(bank, keys(bank, SERVICE, CLIENT), **changes)
    return wire, keys(bank, CLIENT, SERVICE)


# -------------------------------------------------------------------------- keys alone


@pytest.mark.parametrize("port", PORTS)
def test_keys_are_all_that_is_given(bank: Any, port: str) -> None:
    wire, mine = both(bank)
    with bank.Client(port=port, transport=wire, security=mine) as client:
        assert client.transfer(transfer=Decimal("1.5")) == "1.5 CN=client"
        assert signed(wire.request.body) == signed(wire.reply.body)
        assert {"Body", "Timestamp", "Action", "MessageID"} <= signed(wire.request.body)
        assert block(wire.request.body).find(f"{WSSE}BinarySecurityToken") is not None
        assert block(wire.reply.body).find(f"{WSSE}BinarySecurityToken") is None
        assert client.ping(ping="x") == "x CN=client"
        assert signed(wire.request.body) == signed(wire.reply.body) == {"Timestamp"}


def test_an_asynchronous_client(bank: Any) -> None:
    async def run(port: str) -> Any:
        served = keys(bank, SERVICE, CLIENT)
        wire = bank.server.AsyncInMemoryTransport(service(bank), security=served)
        mine = keys(bank, CLIENT, SERVICE)
        async with bank.AsyncClient(port=port, transport=wire, security=mine) as client:
            return await client.transfer(transfer=Decimal(1)), await client.ping(
                ping="x"
            )

    for port in PORTS:
        assert asyncio.run(run(port)) == ("1 CN=client", "x CN=client")


def block(envelope: bytes) -> Any:
    return etree.fromstring(envelope).find(f".//{WSSE}Security")


def signed(envelope: bytes) -> set[str]:
    """The local names of the elements that a signature covers, without what only requests have."""
    root = etree.fromstring(envelope)
    ids = {e.get("URI")[1:] for e in root.iter(f"{DS}Reference")}
    names = {etree.QName(e).localname for e in root.iter() if e.get(f"{WSU}Id") in ids}
    assert "RelatesTo" in names or "To" in names or names == {"Timestamp"}
    return (names | ({"MessageID"} if "RelatesTo" in names else set())) - {
        *("To", "ReplyTo", "RelatesTo")
    }


# ----------------------------------------------------------------- never less than demanded


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_a_client_without_keys_is_refused(bank: Any, port: str, kind: str) -> None:
    with pytest.raises(ValueError, match="security: give security=Keys"):
        getattr(bank, kind)(port=port)
    with pytest.raises(ValueError, match="trust"):
        mine = bank.security.Keys(CLIENT.key, CLIENT.certificate)
        getattr(bank, kind)(port=port, security=mine)
    with pytest.raises(ValueError, match="none that signs"):
        mine = bank.security.Keys(trust=[SERVICE.pem])
        getattr(bank, kind)(port=port, security=mine)
    getattr(bank, kind)(port=port, security=False)


def test_a_service_without_keys_is_refused(bank: Any) -> None:
    for make in (bank.server.asgi, bank.server.wsgi, bank.server.InMemoryTransport):
        with pytest.raises(ValueError, match="security: give security=Keys"):
            make(service(bank))
        with pytest.raises(ValueError, match="security=Keys"):
            make(service(bank), security=bank.UsernameTokens(lambda user: "x"))
    Wire(bank, False)


@pytest.mark.parametrize("port", PORTS)
def test_a_request_that_is_not_signed_is_refused(bank: Any, port: str) -> None:
    wire, _ = both(bank)
    with bank.Client(port=port, transport=wire, security=False) as client:
        refused(bank, lambda: client.transfer(transfer=Decimal(1)))
        refused(bank, lambda: client.ping(ping="x"))
    wire = Wire(bank, keys(bank, SERVICE, CLIENT))
    mine = keys(bank, STRANGER, SERVICE)
    with bank.Client(port=port, transport=wire, security=mine) as client:
        refused(bank, lambda: client.transfer(transfer=Decimal(1)))


def refused(bank: Any, call: Any) -> None:
    with pytest.raises(bank.errors.SoapFault) as caught:
        call()
    assert caught.value.reason == "the message's security could not be verified"


@pytest.mark.parametrize("port", PORTS)
def test_less_than_the_operation_demands_is_refused(bank: Any, port: str) -> None:
    """The Timestamp alone is signed, which another operation demands."""
    profile = bank.security.Profile(sign=["Timestamp"], expect=[])
    wire, mine = both(bank)
    with bank.Client(
        port=port, transport=wire, security=profile.with_keys(mine)
    ) as client:
        assert client.ping(ping="x") == "x CN=client"
        refused(bank, lambda: client.transfer(transfer=Decimal(1)))


@pytest.mark.parametrize("port", PORTS)
def test_a_reply_that_is_not_signed_is_no_value(bank: Any, port: str) -> None:
    wire = Wire(bank, False, there=without_security)
    with bank.Client(
        port=port, transport=wire, security=keys(bank, CLIENT, SERVICE)
    ) as client:
        for call in (
            lambda: client.transfer(transfer=Decimal(1)),
            lambda: client.ping(ping="x"),
        ):
            with pytest.raises(bank.errors.SecurityError):
                call()
        with pytest.raises(bank.errors.SoapFault, match="no") as caught:
            client.transfer(transfer=Decimal(-1))
        assert caught.value.verified is False


def without_security(envelope: bytes) -> bytes:
    root = etree.fromstring(envelope)
    found = root.find(f".//{WSSE}Security")
    found.getparent().remove(found)
    return etree.tostring(root)


@pytest.mark.parametrize("port", PORTS)
def test_what_was_changed_is_refused(bank: Any, port: str) -> None:
    def change(envelope: bytes) -> bytes:
        return envelope.replace(b"1.5", b"9.5")

    wire, mine = both(bank, there=change)
    with bank.Client(port=port, transport=wire, security=mine) as client:
        refused(bank, lambda: client.transfer(transfer=Decimal("1.5")))
    wire, mine = both(bank, back=change)
    with bank.Client(port=port, transport=wire, security=mine) as client:
        with pytest.raises(bank.errors.SecurityError, match="digest"):
            client.transfer(transfer=Decimal("1.5"))


@pytest.mark.parametrize("port", PORTS)
def test_the_operation_that_is_verified_is_the_one_that_is_called(
    bank: Any, port: str
) -> None:
    """A request that claims by its action to be an operation that demands less."""

    def claim(envelope: bytes) -> bytes:
        return envelope.replace(b"urn:bank#transfer", b"urn:bank#ping")

    wire = Wire(bank, keys(bank, SERVICE, CLIENT), there=claim)
    profile = bank.security.Profile(sign=["Timestamp"], expect=[])
    mine = profile.with_keys(keys(bank, CLIENT, SERVICE))
    with bank.Client(port=port, transport=wire, security=mine) as client:
        with pytest.raises(bank.errors.SoapFault):
            client.transfer(transfer=Decimal(1))


# ---------------------------------------------------------------------------------- mocks


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """The address of a mock."""
    command = [sys.executable, "-m", "soapwright", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline().strip()
        assert line, process.stderr.read()
        yield line
    finally:
        process.terminate()
        process.communicate()


def test_a_mock_verifies_and_signs(bank: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "service.p12").write_bytes(SERVICE.p12(b"secret"))
    (tmp_path / "client.pem").write_bytes(CLIENT.pem)
    (tmp_path / "password").write_text("secret\n")
    options = [
        *("--keys", str(tmp_path / "service.p12"), "--trust"),
        *(str(tmp_path / "client.pem"), "--password-file", str(tmp_path / "password")),
    ]
    with served(folder / bank.__name__, *options) as base:
        for port in PORTS:
            mine = keys(bank, CLIENT, SERVICE)
            with bank.Client(f"{base}/{port}", port=port, security=mine) as client:
                assert isinstance(client.transfer(transfer=Decimal(1)), str)
                assert isinstance(client.ping(ping="x"), str)
            theirs = keys(bank, STRANGER, SERVICE)
            with bank.Client(f"{base}/{port}", port=port, security=theirs) as client:
                refused(bank, lambda: client.transfer(transfer=Decimal(1)))
            with bank.Client(f"{base}/{port}", port=port, security=False) as client:
                refused(bank, lambda: client.ping(ping="x"))


def test_a_mock_without_keys_checks_nothing(bank: Any, folder: Path) -> None:
    transport = MockTransport(bank)
    with bank.Client(transport=transport, security=False) as client:
        assert isinstance(client.ping(ping="x"), str)
    mine, theirs = keys(bank, CLIENT, SERVICE), keys(bank, SERVICE, CLIENT)
    with bank.Client(transport=transport, security=mine) as client:
        with pytest.raises(bank.errors.SecurityError):
            client.ping(ping="x")
    secured = MockTransport(bank, security=theirs)
    with bank.Client(transport=secured, security=mine) as client:
        assert isinstance(client.ping(ping="x"), str)


def test_a_mock_with_keys_that_cannot_be_used(
    bank: Any, folder: Path, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "none.p12").write_bytes(b"none")
    path = str(folder / bank.__name__)
    serve = ["-m", "soapwright", "serve", path]
    done = run(*serve, "--keys", str(tmp_path / "none.p12"), cwd=tmp_path)
    assert done.returncode == 2 and "no key can be used" in done.stderr
    assert run(*serve, "--trust", "x.pem", cwd=tmp_path).returncode == 2
