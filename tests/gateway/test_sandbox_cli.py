"""`clickatell sandbox` as a program: what it prints, how it stops, what its options do."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from soapwright_clickatell.services.clickatell import Client

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "soapwright_clickatell", "sandbox"]
PATH = "/soap/webservice.php"


@contextmanager
def running(
    *options: str, file_size: int = 0
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The sandbox on a free port: its base address, and its process.

    Args:
        options: beside the port.
        file_size: bytes that a file of its may have at most; 0 for no limit.
    """
    limit = f"ulimit -f {file_size // 512}; " if file_size else ""
    with subprocess.Popen(
        ["sh", "-c", f'{limit}exec "$@"', "sh", *COMMAND, "--port", "0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        killer = threading.Timer(60, process.kill)
        killer.start()
        try:
            yield process.stdout.readline().rstrip("\n"), process
        finally:
            killer.cancel()
            process.kill()


def send(client: Client, *to: str, client_id: str | None = None) -> list[str]:
    return client.sendmsg(
        api_id=1234, user="demo", password="demo", to=list(to), text="Hello",
        cli_msg_id=client_id,
    )  # fmt: skip


def balance(client: Client) -> str:
    return client.getbalance(api_id=1234, user="demo", password="demo")


def status(client: Client, reply: str) -> str:
    (found,) = client.querymsg(
        api_id=1234, user="demo", password="demo", apimsgid=reply.split()[1]
    )
    return found.split()[-1]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_line_is_the_address_and_a_signal_ends_it(number: int) -> None:
    with running() as (address, process):
        assert address.startswith("http://127.0.0.1:")
        with Client(endpoint=address + PATH) as client:
            assert balance(client) == "Credit: 10.0"
            started = time.monotonic()
            process.send_signal(number)  # while a connection is open
            output, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert time.monotonic() - started < 5
        assert output == ""
        assert "getbalance: 1 × Credit" in errors and "Traceback" not in errors


def test_credits() -> None:
    with running("--credits", "0.5") as (address, _):
        with Client(endpoint=address + PATH) as client:
            assert balance(client) == "Credit: 0.5"
            assert send(client, "27831234567") == ["ERR: 301, No credit left"]
            assert send(client, "27999112345")[0].startswith("ID: ")
            assert balance(client) == "Credit: 0.17"


def test_speed_turns_the_clock() -> None:
    def statuses(speed: str, seconds: float) -> list[str]:
        with running("--speed", speed) as (address, _):
            with Client(endpoint=address + PATH) as client:
                (reply,) = send(client, "27831234567")
                first = status(client, reply)
                time.sleep(seconds)
                return [first, status(client, reply)]

    assert statuses("0", 0.3) == ["003", "003"]
    assert statuses("100", 0.3)[1] == "004"


def test_a_seed_repeats_the_ids() -> None:
    def ids(seed: str) -> list[str]:
        with running("--seed", seed) as (address, _):
            with Client(endpoint=address + PATH) as client:
                return send(client, "27831234567", "27831234568")

    assert ids("1") == ids("1") != ids("2")


def test_state_outlives_the_process(tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "state"), "--seed", "1", "--speed", "1000")
    with running(*options) as (address, process):
        with Client(endpoint=address + PATH) as client:
            session = client.auth(api_id=1234, user="demo", password="demo")[4:]
            replies = send(client, "27831234567", "27999112345", client_id="abc")
            process.kill()
            process.wait()
    with running(*options, "--credits", "99") as (address, process):
        with Client(endpoint=address + PATH) as client:
            assert balance(client) == "Credit: 8.67"
            # A second of ours is a quarter of an hour of the gateway's: the session may be old.
            assert client.ping(session_id=session)[:8] in ("OK:", "ERR: 003")
            assert {status(client, reply) for reply in replies} <= {"003", "004"}
            again = send(client, "27831234567", client_id="abc")
            assert not set(again) & set(replies)
            found = client.querymsg(
                api_id=1234, user="demo", password="demo", climsgid="abc"
            )
            assert [reply.split()[1] for reply in found] == [
                reply.split()[1] for reply in replies + again
            ]
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--credits", "many"),
        ("--credits", "-1"),
        ("--credits", "nan"),
        ("--speed", "nan"),
        ("--speed", "-1"),
        ("--port", "65536"),
        ("--host", "no.such.host.invalid"),
    ],
)
def test_options_that_cannot_be_used(options: tuple[str, str]) -> None:
    ended = run(*options, *(() if "--port" in options else ("--port", "0")))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Error: " in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("option", "file", "code"),
    [
        ("--state", "/no such folder/state", "state"),
        ("--state", "pyproject.toml/state", "state"),
        ("--state", "pyproject.toml", "state"),
        ("--state", ":memory:", "state"),
        ("--config", "/no such file", "settings"),
        ("--config", "README.md", "settings"),
    ],
)
def test_files_that_cannot_be_used(option: str, file: str, code: str) -> None:
    ended = run(option, file, "--port", "0")
    assert (ended.returncode, ended.stdout) == (2, "")
    told = rf"{re.escape(file)}:[0-9]+: error: .+ \[{code}\]\n"
    assert re.fullmatch(told, ended.stderr), ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes")
def test_a_state_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with running("--state", str(state)) as (address, _):
        with Client(endpoint=address + PATH) as client:
            assert balance(client) == "Credit: 10.0"
        files = list(tmp_path.iterdir())
        assert len(files) == 3  # SQLite's own beside it
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    state.chmod(0o644)  # one of an earlier version
    with running("--state", str(state)):
        assert state.stat().st_mode & 0o777 == 0o600


def test_a_name_may_be_allowed() -> None:
    with running("--allow-host", "sms.test") as (address, _):
        port = address.rpartition(":")[2]
        for name, status in (("sms.test", 200), ("other.test", 421)):
            request = Request(address, headers={"Host": f"{name}:{port}"})
            try:
                with urlopen(request, timeout=10) as reply:
                    assert reply.status == status
            except HTTPError as error:
                with error:
                    assert error.code == status


def test_a_second_gateway_on_a_state_is_refused(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    with running("--state", state) as (address, process):
        ended = run("--port", "0", "--state", state)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr == f"{state}:1: error: another gateway runs on it [state]\n"
        with Client(endpoint=address + PATH) as client:
            assert balance(client) == "Credit: 10.0"
        looked = sqlite3.connect(state)  # who only looks is no gateway
        assert looked.execute("SELECT count(*) FROM message").fetchone() == (0,)
        looked.close()
        process.kill()
        process.wait()
    with running("--state", state) as (address, _):  # it died, and its lock with it
        assert address.startswith("http://")


def test_a_full_disk_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    """The process may write files of 200 kB; then it answers 901, and goes on answering."""
    state = str(tmp_path / "state")
    options = ("--state", state, "--credits", "100000", "--speed", "0")
    replies: list[str] = []
    with running(*options, file_size=200_000) as (address, process):
        with Client(endpoint=address + PATH) as client:
            for _ in range(40):
                replies += send(client, *["27831234567"] * 50)
                if replies[-1].startswith("ERR"):
                    break
            assert replies[-1] == "ERR: 901, Internal error"
            assert balance(client) in (
                "ERR: 901, Internal error",
                *credits_after(replies),
            )
        process.terminate()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(20) == 0
    assert f"{state}:1: error: " in said and "[state]" in said
    assert said.count("Traceback") < 10
    with running(*options) as (address, _):
        with Client(endpoint=address + PATH) as client:
            assert balance(client) in credits_after(replies)
            accepted = [reply for reply in replies if reply.startswith("ID: ")]
            assert accepted and {status(client, reply) for reply in accepted} <= {"003"}


def credits_after(replies: list[str]) -> list[str]:
    accepted = sum(reply.startswith("ID: ") for reply in replies)
    return [f"Credit: {100_000 - accepted}.0"]


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_address_of_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with running("--host", "::1") as (address, _):
        assert address.startswith("http://[::1]:")
        with Client(endpoint=address + PATH) as client:
            assert balance(client) == "Credit: 10.0"


def test_help_says_what_the_options_do() -> None:
    said = run("--help").stdout
    for option in ("--host", "--port", "--credits", "--state", "--speed", "--seed"):
        assert option in said
