"""A package's operations as tools, as an agent's client of the official SDK sees them."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Shell
from jsonschema import Draft202012Validator
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from message_keys import pair

from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.agents.offered import Choice, Package
from soapwright.tools.agents.reading import only_reads
from soapwright.tools.agents.server import Connection, make_server
from soapwright.tools.calls.sending import Security, message_security

CASES = ROOT / "tests" / "cases"
BANK = CASES / "faults-and-headers"
SOAP12 = {"content-type": "application/soap+xml; charset=utf-8"}
ARGUMENTS = {"amount": "5"}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agents") / "bank"
    options = Options("bank", secret=("pin",))
    write_package(folder, generate(BANK / "service.wsdl", options).files)
    return folder


class Replies:
    """A transport that answers with a sample, and keeps the requests."""

    def __init__(self, package: Package, sample: str, status: int = 200) -> None:
        body = (BANK / "samples" / f"withdraw.{sample}.xml").read_bytes()
        self.reply = package.module.Response(status, SOAP12, body)
        self.sent = ""

    async def send(self, request: Any) -> Any:
        self.sent = request.body.decode()
        return self.reply


FILLED = {"password": "word", "pin": "42", "headers.session.token": "tok"}


def offered(bank: Path, **choice: Any) -> Package:
    return Package(bank, Choice(writes=True, **{"filled": FILLED, **choice}))


def call(
    package: Package, transport: Any, arguments: dict[str, Any], name: str = "withdraw"
) -> Any:  # Any: the SDK's result
    async def talk() -> Any:
        connection = Connection("http://b.invalid/", transport=transport)
        async with Client(make_server(package, connection)) as client:
            return await client.call_tool(name, arguments)

    return asyncio.run(talk())


# ------------------------------------------------------------------------ what is offered


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("getBalance", True),
        ("GetBalance", True),
        ("list_orders", True),
        ("FindHTTPLog", True),
        ("getAndDelete", False),
        ("get", True),
        ("getter", False),
        ("checkVat", False),
        ("sendmsg", False),
        ("retrieveAndLock", False),
        ("Search2", True),
        ("", False),
    ],
)
def test_names_that_only_read(name: str, reads: bool) -> None:
    assert only_reads(name, ()) is reads


def test_only_what_reads_is_offered_by_default() -> None:
    folder = ROOT / "generated" / "clickatell"
    package = Package(folder, Choice())
    assert list(package.tools) == ["ping"]
    assert "may change something: auth, sendmsg" in str(list(package.findings)[0])
    package = Package(folder, Choice(("get*", "query*"), ("getb*", "querymsg")))
    assert list(package.tools) == ["querymsg", "getbalance"]
    assert all(tool.reads for tool in package.tools.values())
    package = Package(folder, Choice(("sendmsg", "ping"), writes=True))
    assert {name: t.reads for name, t in package.tools.items()} == {
        "ping": True,
        "sendmsg": False,
    }


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(("nothing",)), "no operation is 'nothing'"),
        (Choice(read_only=("nothing",)), "no operation is 'nothing'"),
        (Choice(port="Other"), "there is no port 'Other'"),
        (Choice(("sendmsg",)), "no operation is offered"),
        (Choice(filled={"pasword": "x"}), "is offered has 'pasword'"),
    ],
)
def test_a_choice_of_what_is_not_there(choice: Choice, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        Package(ROOT / "generated" / "clickatell", choice)


def test_a_secret_that_nobody_gives_leaves_an_operation_out(bank: Path) -> None:
    with pytest.raises(SpecError, match="it needs the secret 'password'"):
        offered(bank, filled={"pin": "1"})


def test_tools_as_a_client_lists_them(bank: Path) -> None:
    async def talk() -> Any:
        server = make_server(offered(bank), Connection("http://b.invalid/"))
        async with Client(server) as client:
            return (await client.list_tools()).tools

    (tool,) = asyncio.run(talk())
    assert tool.name == "withdraw" and not tool.annotations.read_only_hint
    schema = tool.input_schema
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object" and schema["required"] == ["amount"]
    assert set(schema["properties"]) == {"amount", "headers"}
    assert "password" not in json.dumps(schema) and "token" not in json.dumps(schema)
    Draft202012Validator.check_schema(tool.output_schema)


# ---------------------------------------------------------------------------------- calls


def test_a_call_gives_json_and_sends_the_secrets(bank: Path) -> None:
    package = offered(bank)
    transport = Replies(package, "response")
    result = call(package, transport, {**ARGUMENTS, "headers": {"trace": 7}})
    assert not result.is_error
    assert result.structured_content == {"balance": "-0.01"}
    assert json.loads(result.content[0].text) == {"balance": "-0.01"}
    for value in (">5<", ">word<", ">42<", ">tok<", ">7<"):
        assert value in transport.sent


def test_a_fault_is_an_error_of_the_tool(bank: Path) -> None:
    package = offered(bank)
    result = call(package, Replies(package, "fault", 500), ARGUMENTS)
    assert result.is_error
    assert [one.text for one in result.content] == [
        "the service refused: Sender: no money",
        '{"missing": "5.00"}',
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Withdraw.amount: is required"),
        ({"amount": "much"}, "Withdraw.amount: 'much' is no xsd:decimal"),
        ({"amount": "5", "amont": 1}, "Withdraw.amont: is no field of Withdraw"),
        ({"amount": "5", "headers": {"trace": "x"}}, "trace: 'x' is no xsd:integer"),
        ({"amount": "5", "headers": "x"}, "a string given, an object wanted"),
        ({"amount": "5", "password": "mine"}, "password is no argument: the env"),
        (
            {"amount": "5", "headers": {"session": {"token": "mine"}}},
            "headers.session.token is no argument: the environment has it",
        ),
        ({"amount": 10**5000}, "the arguments are wrong: Exceeds the limit"),
    ],
)
def test_wrong_arguments_are_explained(
    bank: Path, arguments: dict[str, Any], message: str
) -> None:
    package = offered(bank)
    transport = Replies(package, "response")
    result = call(package, transport, arguments)
    assert result.is_error and message in result.content[0].text
    assert transport.sent == ""


def test_what_does_not_come_back_is_an_error_of_the_tool(bank: Path) -> None:
    class Down:
        async def send(self, request: Any) -> Any:
            raise package.module.errors.TransportError("no connection", sent=False)

    package = offered(bank)
    result = call(package, Down(), ARGUMENTS)
    assert result.is_error and "TransportError: no connection" in result.content[0].text
    result = call(package, Down(), ARGUMENTS, name="deposit")
    assert result.is_error and "there is no tool 'deposit'" in result.content[0].text


# --------------------------------------------------------------------------------- stdio


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The address of a mock of Clickatell's service."""
    command = (sys.executable, "-m", "soapwright", "serve", "generated/clickatell")
    process = subprocess.Popen(
        [*command, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout:
        yield process.stdout.readline().strip()
        process.terminate()


def test_an_agent_starts_the_command(mock: str) -> None:
    async def talk() -> tuple[Any, Any, Any]:
        arguments = ["-m", "soapwright", "mcp", str(ROOT / "generated" / "clickatell")]
        arguments += ["--endpoint", mock, "--operation", "a*", "--operation", "get*"]
        arguments += ["--read-only", "*", "--env", "password=SMS_PASSWORD"]
        server = StdioServerParameters(
            command=sys.executable, args=arguments, env={"SMS_PASSWORD": "secret"}
        )
        async with Client(stdio_client(server)) as client:
            tools = await client.list_tools()
            balance = await client.call_tool("getbalance", {})
            return tools, balance, await client.call_tool("auth", {"user": "demo"})

    tools, balance, auth = asyncio.run(talk())
    assert [tool.name for tool in tools.tools] == ["auth", "getbalance", "getmsgcharge"]
    assert "password" not in tools.tools[0].input_schema["properties"]
    assert not balance.is_error and set(balance.structured_content) == {"return_"}
    assert auth.structured_content == {"return_": "***"}  # a session id is a secret


@pytest.mark.parametrize("own", ["client", "stranger"])
def test_calls_are_signed_where_a_policy_demands_it(tmp_path: Path, own: str) -> None:
    (tmp_path / "own.p12").write_bytes(pair(own).p12(b"secret"))
    (tmp_path / "service.pem").write_bytes(pair("service").pem)
    made = generate(CASES / "policy-signed" / "service.wsdl", Options("made"))
    write_package(tmp_path / "made", made.files)
    package = Package(tmp_path / "made", Choice(writes=True))
    module = package.module

    class Bank(module.server.BankService):  # type: ignore[misc]  # known at run time
        def transfer(self, *, transfer: Decimal) -> str:
            raise NotImplementedError

        def ping(self, *, ping: str) -> str:
            return f"{ping} {module.server.current_call().user}"

    service, client = pair("service"), pair("client")
    theirs = module.security.Keys(service.key, service.certificate, trust=[client.pem])
    there = module.server.InMemoryTransport(Bank(), security=theirs)

    class Wire:
        async def send(self, request: Any) -> Any:
            return there.send(request)

    given = Security("keys", str(tmp_path / "own.p12"), "secret", (tmp_path / "service.pem",))  # fmt: skip
    mine = message_security(module, given)

    async def talk() -> Any:
        connection = Connection("http://b.invalid/", transport=Wire(), security=mine)
        async with Client(make_server(package, connection)) as agent:
            return await agent.call_tool("ping", {"ping": "x"})

    done = asyncio.run(talk())
    if own == "client":
        assert done.structured_content == {"pong": "x CN=client"}
    else:
        assert done.is_error and "could not be verified" in done.content[0].text


def test_the_command_refuses_what_it_cannot_do(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = str(ROOT / "generated" / "clickatell")
    monkeypatch.delenv("SMS_PASSWORD", raising=False)
    for arguments, message in (
        (("--env", "password"), "'password' is no FIELD=VARIABLE"),
        (("--env", "password=SMS_PASSWORD"), "the environment has no SMS_PASSWORD"),
        (("--operation", "nothing"), "no operation is 'nothing' [tools]"),
        (("--security", "odd:user"), "no kind of security 'odd'"),
        (("--security", "plain"), "'plain' is without its user [call]"),
        (("--security", "keys:"), "'keys' is without its file [call]"),
        (("--security", "keys:mine.p12:x"), "the package has no message security"),
    ):
        ended = shell("mcp", package, *arguments)
        assert ended.code == 2 and message in ended.err and ended.out == ""


def test_a_port_that_cannot_be_called_so_is_refused_at_once(
    shell: Shell, tmp_path: Path
) -> None:
    """A policy demands keys, and a user with a password is none; a WSDL has no address."""
    made = generate(CASES / "policy-signed" / "service.wsdl", Options("made"))
    write_package(tmp_path / "made", made.files)
    token = ("--writes", "--security", "plain:me:x")
    ended = shell("mcp", str(tmp_path / "made"), *token)
    assert ended.code == 2 and ended.out == ""
    assert "demands" in ended.err and "[tools]\nhint: --endpoint, --sec" in ended.err
    wsdl = Path("service.wsdl").read_text()
    Path("service.wsdl").write_text(re.sub("<soap:address[^>]*>", "", wsdl))
    shell("generate", "service.wsdl", "--output", "weather", "--package", "weather")
    ended = shell("mcp", "weather", "--writes")
    assert ended.code == 2 and "the WSDL has no address for 'WeatherPort'" in ended.err


def test_without_the_extra_the_command_names_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing: Callable[[str], None] = lambda name: None
    monkeypatch.setattr("soapwright.cli.mcp.find_spec", missing)
    ended = shell("mcp", str(ROOT / "generated" / "clickatell"))
    assert ended.code == 2 and "soapwright[mcp]" in ended.err
