"""The pytest fixture `sms_sandbox`, as users' tests have it; and a project's that sets it up."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from soapwright_clickatell.client import Clickatell
from soapwright_clickatell.outcomes import Accepted
from soapwright_clickatell.outgoing import Text
from soapwright_clickatell.sandbox.box import Box
from soapwright_clickatell.testing import NotSent, SandboxError, SmsSandbox

NUMBER = "27831234567"


def send(sandbox: SmsSandbox, text: str = "Hello", to: str = NUMBER) -> str:
    with Clickatell(**sandbox.credentials, endpoint=sandbox.endpoint) as sms:
        sent = sms.send(Text(text), to)
    assert isinstance(sent, Accepted)
    return sent.id


def test_a_message_is_waited_for(sms_sandbox: SmsSandbox) -> None:
    thread = threading.Timer(0.3, send, (sms_sandbox, "Your code is 1234"))
    thread.start()
    message = sms_sandbox.wait_for(to=NUMBER, text="code is")
    thread.join()
    assert message.text == "Your code is 1234"
    assert (message.status, message.final, message.charge) == (3, False, 1.0)
    assert sms_sandbox.message(message.id) == message
    assert sms_sandbox.messages() == [message]


def test_each_test_has_it_as_new(sms_sandbox: SmsSandbox) -> None:
    assert sms_sandbox.messages() == sms_sandbox.incoming() == []
    assert [one.credits for one in sms_sandbox.accounts()] == [1000.0]


def test_time_goes_on_when_it_is_turned(sms_sandbox: SmsSandbox) -> None:
    message = send(sms_sandbox)
    with pytest.raises(
        NotSent, match="0 of 1 came in 0.1 s: status=4\nthe clock stands"
    ):
        sms_sandbox.wait_for(status=4, timeout=0.1)
    before = sms_sandbox.clock()
    after = sms_sandbox.turn(seconds=1, minutes=1, hours=1, days=1)
    assert after.now - before.now == pytest.approx(24 * 3600 + 3661)
    found = sms_sandbox.wait_for(status=4)
    assert [step.status for step in found.steps] == [3, 4]
    assert found.id == message
    assert sms_sandbox.turn(speed=1000).speed == 1000
    assert sms_sandbox.turn(speed=0).speed == 0
    with pytest.raises(SandboxError, match="days: at least 0 is wanted"):
        sms_sandbox.turn(days=-1)


def test_a_handset_replies_and_writes(sms_sandbox: SmsSandbox) -> None:
    message = sms_sandbox.message(send(sms_sandbox))
    sms_sandbox.reply(message, "Thanks")
    sms_sandbox.receive(NUMBER, "27999000224", "STOP")
    stop, thanks = sms_sandbox.incoming()
    assert (thanks.from_, thanks.text, stop.wish) == (NUMBER, "Thanks", "stop")
    with pytest.raises(SandboxError, match="there is no such message"):
        sms_sandbox.reply("0" * 32, "Thanks")
    with pytest.raises(SandboxError, match="from: .* is wanted"):
        sms_sandbox.receive("x", "27999000224", "Hi")


def test_faults(sms_sandbox: SmsSandbox) -> None:
    """A message whose answer is lost is sent once all the same."""
    with sms_sandbox.fault("lost", operation="sendmsg", accepted=True, calls=1):
        message = send(sms_sandbox)
    assert [one.id for one in sms_sandbox.messages()] == [message]
    assert sms_sandbox.faults() == []
    with sms_sandbox.fault("latency", seconds=0.3):
        begun = time.monotonic()
        send(sms_sandbox)
        assert time.monotonic() - begun >= 0.3
        assert [one.kind for one in sms_sandbox.faults()] == ["latency"]
    assert sms_sandbox.faults() == []
    with pytest.raises(SandboxError, match="kind: one of latency, lost"):
        sms_sandbox.fault("fire")  # type: ignore[arg-type]  # it is refused


def test_searches(sms_sandbox: SmsSandbox) -> None:
    for number in range(3):
        send(sms_sandbox, f"Text {number}", f"2783123456{number}")
    newest = sms_sandbox.wait_for_all(3)
    assert [one.text for one in newest] == ["Text 2", "Text 1", "Text 0"]
    assert sms_sandbox.messages(limit=1, before=newest[1].id) == newest[2:]
    assert sms_sandbox.messages(to="+27831234560") == newest[2:]
    client_id = newest[0].options["cliMsgId"]
    assert sms_sandbox.messages(client_id=client_id) == newest[:1]
    assert sms_sandbox.messages(kind="flash") == []
    with pytest.raises(SandboxError, match="colour is nothing to search by; known are"):
        sms_sandbox.messages(colour="red")
    sms_sandbox.forget(newest[0].id)
    assert sms_sandbox.messages() == newest[1:]
    assert len(list(sms_sandbox.export("csv"))) == 3
    sms_sandbox.forget()
    assert list(sms_sandbox.export()) == []
    with pytest.raises(SandboxError, match=r"format: \^\(ndjson\|csv\)\$ is wanted"):
        list(sms_sandbox.export("xml"))


def test_credits(sms_sandbox: SmsSandbox) -> None:
    sms_sandbox.set_credits(2.5)
    with Clickatell(**sms_sandbox.credentials, endpoint=sms_sandbox.endpoint) as sms:
        assert sms.balance() == Decimal("2.5")
    with pytest.raises(SandboxError, match="there is no such account"):
        sms_sandbox.set_credits(1, "nobody")


def test_a_sandbox_that_is_gone() -> None:
    with Box() as box:
        sandbox = SmsSandbox(box.url)
        sandbox.reset()
    with sandbox, pytest.raises(SandboxError, match="does not answer|HTTP 503"):
        sandbox.messages()


# ------------------------------------------------------------------------ a project's tests

TESTS = """
import http.server
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from soapwright_clickatell.client import Clickatell, Options
from soapwright_clickatell.features import Callbacks
from soapwright_clickatell.outgoing import Text

seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(parse_qs(urlsplit(self.path).query))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def sms_sandbox_config(tmp_path_factory):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    file = tmp_path_factory.mktemp("sms") / "gateway.toml"
    file.write_text(
        '[account]\\nuser = "me"\\npassword = "x"\\napi_id = 7\\n[account.status_callback]\\n'
        f'url = "http://127.0.0.1:{server.server_port}/"\\n'
    )
    yield file
    server.shutdown()
    thread.join()
    server.server_close()


def test_callbacks_have_come_when_the_clock_was_turned(sms_sandbox):
    assert sms_sandbox.credentials["user"] == "me"
    with Clickatell(**sms_sandbox.credentials, endpoint=sms_sandbox.endpoint) as sms:
        sms.send(Text("Hello"), "27831234567", Options(callbacks=Callbacks.FINAL))
    sms_sandbox.turn(minutes=1)
    assert [one["status"] for one in seen] == [["004"]]
    (callback,) = sms_sandbox.callbacks()
    assert (callback.status, callback.outcome, callback.due) == (4, "HTTP 200", None)
    assert "apiMsgId=" + callback.message in callback.payload.url
    sms_sandbox.resend(callback.number)
    sms_sandbox.turn()
    assert len(seen) == 2
"""


def run(folder: Path, *options: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_project_sets_it_up(tmp_path: Path) -> None:
    (tmp_path / "test_sms.py").write_text(TESTS)
    assert "1 passed" in run(tmp_path, "-W", "error")


def test_a_project_uses_one_that_runs_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "test_sms.py").write_text(
        "def test(sms_sandbox):\n    assert sms_sandbox.accounts()[0].credits == 77\n"
    )
    with Box(credits=Decimal(77)) as box:
        assert "1 passed" in run(tmp_path, f"--sms-sandbox={box.url}")


def test_the_plugin_loads_nothing_before_it_is_used() -> None:
    code = (
        "import sys, soapwright_clickatell.pytest_plugin;"
        "assert not {'lxml', 'httpx2', 'sqlite3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
