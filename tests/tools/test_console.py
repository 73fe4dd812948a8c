"""`soapwright console`: its requests and what they are protected by, and the page in a real browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Shell
from test_calls import make

from soapwright.envelopes.given import Given
from soapwright.envelopes.packages import import_package
from soapwright.model.diagnostics import SpecError
from soapwright.tools.console.calls import Calls
from soapwright.tools.console.forms import operation_as_json, service_as_json
from soapwright.tools.console.history import History
from soapwright.tools.console.values import Malformed, read_values, values_as_json

SMS = ROOT / "generated" / "clickatell_document_literal"


@contextmanager
def console(folder: Path, home: Path) -> Iterator[str]:
    command = [
        sys.executable,
        "-m",
        "soapwright",
        "console",
        str(folder),
        "--port",
        "0",
    ]
    command += ["--samples", str(home / "samples"), "--history", str(home / "h.jsonl")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def ask(
    base: str, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, str]:
    connection = HTTPConnection(base.removeprefix("http://"))
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, given)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text


def test_only_its_own_page_may_ask(tmp_path: Path) -> None:
    """Neither another host's name, nor another origin, nor a request without the page's token."""
    with console(SMS, tmp_path) as base:
        status, page = ask(base, "GET", "/")
        assert status == 200
        token = re.search(r'name="token" content="([\w-]{20,})"', page)
        assert token is not None
        own = {"x_token": token[1]}
        assert ask(base, "POST", "/api/service", "{}", **own)[0] == 200
        assert ask(base, "POST", "/api/service", "{}")[0] == 403
        assert ask(base, "POST", "/api/service", "{}", x_token="x")[0] == 403
        assert ask(base, "GET", "/api/service", **own)[0] == 405
        assert (
            ask(base, "POST", "/api/service", "{}", origin="http://a.b", **own)[0]
            == 403
        )
        assert ask(base, "GET", "/", host="evil.example")[0] == 421
        assert ask(base, "GET", "/../pyproject.toml")[0] == 404
        assert ask(base, "POST", "/api/envelope", "[]", **own)[0] == 400
        assert ask(base, "POST", "/api/envelope", "{", **own)[0] == 400
        nested = '{"values":' * 5000 + "1" + "}" * 5000
        assert ask(base, "POST", "/api/envelope", nested, **own)[0] in (400, 422)
        status, said = ask(base, "POST", "/api/send", '{"operation": "sendmsq"}', **own)
        assert status == 422 and "did you mean sendmsg" in said


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    return Calls(SMS, tmp_path / "samples")


def text(**values: str) -> dict[str, Any]:
    return {"parts": [[name, {"text": value}] for name, value in values.items()]}


def test_an_envelope_grows_with_the_form(calls: Calls) -> None:
    made = calls.envelope({"operation": "ping", "values": {}})
    assert made["problems"] == [
        {"path": "ping.session_id", "reason": "its value does not read", "hint": ""}
    ]
    assert "<t0:ping/>" in made["envelope"] or ":ping/>" in made["envelope"]
    made = calls.envelope({"operation": "ping", "values": text(session_id="hush")})
    assert made["problems"] == [] and "hush" not in made["envelope"]
    made = calls.envelope({"operation": "sendmsg", "values": text(to="1", concat="x")})
    assert made["problems"][0]["reason"] == "'x' is no xsd:integer"


def test_a_call_goes_to_the_mock_or_to_a_service(calls: Calls) -> None:
    data = {"operation": "sendmsg", "values": text(to="1", text="a")}
    answer = calls.send(data)
    assert (answer["kind"], answer["status"]) == ("reply", 200)
    assert answer["tree"] == {"return_": ["string"]} and answer["seconds"] > 0
    assert "<return>string</return>" in answer["reply"]
    gone = {**data, "target": "endpoint", "endpoint": "http://127.0.0.1:1/"}
    answer = calls.send(gone)
    assert answer["kind"] == "error" and "Connection refused" in answer["error"]
    with pytest.raises(Malformed, match="an http:// or https:// URL"):
        calls.send({**data, "target": "endpoint", "endpoint": "file:///etc/passwd"})


def test_a_call_is_copied_as_code_that_runs(calls: Calls, tmp_path: Path) -> None:
    data = {"operation": "sendmsg", "values": text(to="1", text="it's")}
    python = calls.copy({**data, "as": "python"})["text"]
    assert 'client.sendmsg(text="it\'s", to=["1"])' in python
    curl = calls.copy({**data, "as": "curl"})["text"]
    assert (
        curl.startswith("curl http://api.clickatell.com/soap/") and "SOAPAction" in curl
    )
    checked = subprocess.run(["bash", "-n"], input=curl, text=True, capture_output=True)
    assert checked.returncode == 0, checked.stderr
    kept = calls.copy({**data, "as": "sample"})["path"]
    assert kept == (tmp_path / "samples/sendmsg.request.xml").as_posix()
    assert calls.copy({**data, "as": "sample"})["path"] == ""  # it is there already


@pytest.mark.parametrize("case", ["derived-types", "substitution-group", "rpc-graphs"])
def test_a_form_describes_its_types(case: str, tmp_path: Path) -> None:
    """Each type that is named is described, and all of it is JSON."""
    service = make(case, tmp_path / "made")
    for port in service_as_json(service)["ports"]:
        for operation in port["operations"]:
            bound = service.find(operation["key"], port["key"])
            made = json.loads(json.dumps(operation_as_json(service, bound)))
            named = set(
                re.findall(r'"kind": "struct", "id": "(.*?)"', json.dumps(made))
            )
            assert named <= set(made["types"])


def test_values_come_and_go() -> None:
    data = {"parts": [["a", {"text": "1"}], ["b", {"parts": [["c", {"nil": True}]]}]]}
    given = read_values(data)
    assert given.parts[0] == ("a", Given("1"))
    assert values_as_json(given) == data
    for wrong in ([], {"parts": [1]}, {"file": "%"}):
        with pytest.raises(Malformed):
            read_values(wrong)


def test_history_is_kept_on_disk_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "console" / "h.jsonl"
    history = History(path, print)
    for number in range(205):
        history.add({"number": number})
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text(path.read_text() + "damaged\n")
    newest = History(path, print).newest()
    assert len(newest) == 200 and newest[0] == {"number": 204}
    history.clear()
    assert History(path, print).newest() == []


def test_a_history_that_cannot_be_written_costs_no_reply(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reported: list[str] = []
    history = History(tmp_path / "file" / "h.jsonl", reported.append)
    history.add({"number": 1})
    assert history.newest() == [{"number": 1}]
    assert "h.jsonl: a call is not kept: " in reported[0]
    with pytest.raises(SpecError, match="cannot write"):
        history.clear()


@pytest.mark.parametrize("content", [b"# Notes\n", b"\xff\xfe", b'["a"]\n'])
def test_another_file_is_no_history(shell: Shell, content: bytes) -> None:
    Path("notes").write_bytes(content)
    done = shell("console", str(SMS), "--port", "0", "--history", "notes")
    assert done.code == 2
    assert done.err == (
        "notes:1: error: is no history of calls [output]\n"
        "hint: --history names another file\n"
    )
    assert Path("notes").read_bytes() == content


# ------------------------------------------------------------------------------ in a browser


def wait(until: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, "the page does not get there"
        time.sleep(0.1)
    return found


def find(browser: Any, selector: str) -> Any:
    return wait(lambda: browser.find_elements("css selector", selector))[0]


def test_a_call_by_the_keyboard_alone(tmp_path: Path, browser: Any) -> None:
    """Search, fill in, watch the envelope, send, read the reply; and the call is kept."""
    keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
    with console(SMS, tmp_path) as base:
        browser.get(base)
        find(browser, "#operations button")
        browser.find_element("tag name", "body").send_keys("/")
        assert browser.switch_to.active_element.get_attribute("id") == "search"
        browser.switch_to.active_element.send_keys("ping", keys.ENTER)
        problems = wait(lambda: browser.find_element("id", "problems").text)
        assert "ping.session_id: its value does not read" in problems
        field = find(browser, "#form input")
        label = browser.find_element(
            "css selector", f"label[for={field.get_attribute('id')}]"
        )
        assert label.text.startswith("session_id")
        assert field.get_attribute("type") == "password"
        field.send_keys("hush")
        wait(lambda: "***" in browser.find_element("id", "envelope").text)
        assert browser.find_element("id", "problems").text == ""
        field.send_keys(keys.CONTROL, keys.ENTER)
        outcome = wait(lambda: browser.find_element("id", "outcome").text)
        assert outcome.startswith("Reply · HTTP 200 · ")
        assert "<return>string</return>" in browser.find_element("id", "received").text
        assert "return_: string" in browser.find_element("id", "tree").text
        unlabelled = (
            "return [...document.querySelectorAll('input, select, textarea')].filter("
            "(one) => !one.labels.length && !one.getAttribute('aria-label')).length"
        )
        assert browser.execute_script(unlabelled) == 0
        problems = [
            one for one in browser.get_log("browser") if one["level"] == "SEVERE"
        ]
        assert problems == []
    (entry,) = map(json.loads, (tmp_path / "h.jsonl").read_text().splitlines())
    assert entry["operation"] == "ping" and "hush" not in json.dumps(entry)


def first_port(folder: Path) -> str:
    """The key of a package's first port."""
    return next(iter(import_package(folder).PORTS))


def test_forms_have_choices_rows_and_derived_types(
    tmp_path: Path, browser: Any
) -> None:
    """On a phone, and in the dark: nothing is wider than the screen."""
    phone = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    make("derived-types", tmp_path / "made")
    with console(tmp_path / "made", tmp_path) as base:
        port = first_port(tmp_path / "made")
        browser.get(f"{base}/#{port}/admit")  # as the reference's pages lead there
        kind = find(browser, "#form select[aria-label^='Type of']")
        options = [one.text for one in kind.find_elements("tag name", "option")]
        assert {"Bird", "Kangaroo"} <= set(options)
        kind.send_keys("Bird")
        wait(lambda: 'xsi:type="' in browser.find_element("id", "envelope").text)
        browser.find_element("id", "example").click()
        wait(lambda: not browser.find_element("id", "problems").text)
        browser.find_element("id", "send").click()
        wait(lambda: browser.find_element("id", "outcome").text)
        assert (
            browser.execute_script("return document.documentElement.scrollWidth") == 390
        )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
