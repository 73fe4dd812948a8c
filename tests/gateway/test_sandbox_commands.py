"""`clickatell sandbox messages` and so on, against a sandbox that runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from sandboxes import DEMO

from soapwright_clickatell.cli.main import main
from soapwright_clickatell.sandbox.box import Box
from soapwright_clickatell.sandbox.records.messages import Submission

NUMBER = "27831234567"
Run = Callable[..., Result]


@pytest.fixture
def box() -> Iterator[Box]:
    with Box(speed=0) as made:
        yield made


@pytest.fixture
def run(box: Box) -> Run:
    runner = CliRunner(env={"CLICKATELL_SANDBOX": box.url})

    def call(*words: str, exit_code: int = 0) -> Result:
        ended = runner.invoke(main, ["sandbox", *words])
        assert ended.exit_code == exit_code, ended.output
        return ended

    return call


def test_the_commands_do_as_the_api_does(box: Box, run: Run) -> None:
    box.gateway.sendmsg(DEMO, Submission(to=[NUMBER], text="Hello", callbacks=7))
    line = run("wait-for", "--to", NUMBER, "--text", "ell").output
    found = re.fullmatch(rf"([0-9a-f]{{32}}) {NUMBER} 003 Hello\n", line)
    assert found is not None
    assert run("messages", "--status", "4").output == ""
    assert "at speed 0" in run("turn", "--minutes", "1", "--speed", "0").output
    assert "at speed 0" in run("clock").output
    assert run("messages", "--status", "4").output.split()[2] == "004"
    shown = run("show", found[1]).output
    assert "callback = 7" in shown and "004 Received by recipient direct" in shown
    reply = run("reply", found[1], "Thanks").output.strip()
    run("receive", NUMBER, "27999000224", "Hi")
    assert f"{reply} from {NUMBER} to 27999000224 Thanks" in run("incoming").output
    fault = ("fault", "lost", "--operation", "sendmsg", "--accepted", "--calls", "3")
    assert run(*fault).output == "1 lost for the next 3 calls, met 0\n"
    assert run("faults").output == "1 lost for the next 3 calls, met 0\n"
    run("remove-faults", "1")
    run("remove-faults")
    assert run("faults").output == run("callbacks").output == ""
    assert run("accounts").output == "demo 1234 9\n"
    run("credits", "demo", "12.5")
    assert run("accounts").output == "demo 1234 12.5\n"
    assert run("export", "--format", "csv").output.count("\n") == 2
    assert json.loads(run("export").output)["id"] == found[1]
    assert json.loads(run("messages", "--json").output)["text"] == "Hello"
    run("forget", found[1])
    assert run("messages").output == ""
    run("reset")
    assert run("incoming").output == ""


def test_exit_codes(box: Box, run: Run) -> None:
    waited = run("wait-for", "--timeout", "0", "--to", NUMBER, exit_code=1)
    assert f"0 of 1 came in 0 s: to='{NUMBER}'" in waited.output
    assert "no such message" in run("show", "0" * 32, exit_code=1).output
    assert "no such callback" in run("resend", "9", exit_code=1).output
    gone = run("clock", "--url", "http://127.0.0.1:1", exit_code=2)
    assert "http://127.0.0.1:1 does not answer" in gone.output
    run("fault", "fire", exit_code=2)
