"""`soapwright console`: its requests and what they are protected by, and the page in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SERVICE, Shell
from test_calls import make

from soapwright.envelopes.given import Given
from soapwright.envelopes.packages import import_package
from soapwright.envelopes.python_calls import PythonCalls
from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.calls.service import Service
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


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
def test_a_call_with_files_is_copied_as_curl_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts are bytes, which no quotes of a shell carry."""
    make("attachments", tmp_path / "made")
    archive = Calls(tmp_path / "made", tmp_path / "samples")
    content = {"file": b64encode(bytes(range(256))).decode()}
    values = {"parts": [["letter", content], ["copy", content]]}
    command = [sys.executable, "-m", "soapwright", "serve", str(tmp_path / "made")]
    script = tmp_path / "mock.py"
    script.write_text(
        "def link(call):\n"
        "    assert bytes(call.request.letter) == bytes(range(256))\n"
        "    return {'letter': call.request.letter}\n"
    )
    command += ["--script", str(script), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        data = {"operation": "link", "values": values, "as": "curl"}
        data |= {"target": "endpoint", "endpoint": address}
        curl = archive.copy(data)["text"]
        sent = subprocess.run(["bash"], input=curl.encode(), capture_output=True)
        process.terminate()
    assert b"linkResponse" in sent.stdout and bytes(range(256)) in sent.stdout


def test_copies_as_python_are_typed(tmp_path: Path, type_check: Any) -> None:
    """Of an operation without a result, too."""
    for case, operation in (("derived-types", "admit"), ("attachments", "store")):
        folder = tmp_path / case
        make(case, folder / "made")
        made = Calls(folder / "made", tmp_path / "samples")
        values = made.example({"operation": operation, "full": True})["values"]
        data = {"operation": operation, "values": values}
        assert made.envelope(data)["problems"] == []
        code = made.copy({**data, "as": "python"})["text"]
        assert ("reply = " in code) is (operation == "store")
        (folder / "call.py").write_text(code)
        assert type_check(folder, "call") == ""


def test_a_copy_as_python_calls_the_port_that_was_chosen(tmp_path: Path) -> None:
    make("addressing", tmp_path / "made")
    calls = Calls(tmp_path / "made", tmp_path / "samples")
    data = {"operation": "ask", "as": "python", "values": text(what="x")}
    gone = {"target": "endpoint", "endpoint": "http://a.example/"}
    for given, settings in (
        ({}, ""),
        ({"port": "Desk"}, ""),
        ({"port": "Desk12"}, 'port="Desk12"'),
        ({"port": "Desk12", **gone}, '"http://a.example/", port="Desk12"'),
    ):
        code = calls.copy({**data, **given})["text"]
        assert f".Client({settings}) as client:" in code


def test_a_copy_as_python_has_infinite_numbers(tmp_path: Path) -> None:
    source = SERVICE.replace('"city" type="xsd:string"', '"city" type="xsd:double"')
    (tmp_path / "service.wsdl").write_text(source)
    files = generate(tmp_path / "service.wsdl", Options("made")).files
    write_package(tmp_path / "made", files)
    calls = Calls(tmp_path / "made", tmp_path / "samples")
    for given, written in (("-INF", 'float("-inf")'), ("NaN", 'float("nan")')):
        data = {"operation": "temperature", "values": text(city=given)}
        code = calls.copy({**data, "as": "python"})["text"]
        assert f"client.temperature(city={written})" in code


@pytest.mark.parametrize(
    ("case", "sample", "classes"),
    [
        ("any-simple", "set.request", {"Typed", "QName"}),
        ("nil-attributes", "report.request.fields", {"Nil"}),
        ("wildcards", "store.request", {"AnyElement"}),
    ],
)
def test_a_copy_as_python_sends_what_the_form_holds(
    case: str, sample: str, classes: set[str], tmp_path: Path
) -> None:
    """Also values whose classes are the runtime's, wherever they are."""
    make(case, tmp_path / "copied")
    service = Service(tmp_path / "copied")
    bound = service.find(sample.partition(".")[0])
    envelope = (ROOT / f"tests/cases/{case}/samples/{sample}.xml").read_bytes()
    value = bound.served.decode_request(envelope)
    headers = bound.served.decode_request_headers(envelope)
    calls = PythonCalls(service.package, "copied")
    assert bound.method is not None
    call = calls.call(bound.method, value, headers)
    assert {name for name in classes if f"copied.{name}(" in call} == classes

    sent: list[bytes] = []

    class Sent(Exception):
        pass

    class Keeping:
        def send(self, request: Any) -> Any:
            sent.append(request.body)
            raise Sent

    client = getattr(service.package, bound.client)
    made = client("http://a.example/", transport=Keeping(), port=bound.port.key)
    imports = "\n".join(calls.imports())
    scope: dict[str, Any] = {"copied": service.package, "client": made}
    with pytest.raises(Sent):
        exec(f"{imports}\n{call}", scope)
    assert bound.served.decode_request(sent[0]) == value
    assert bound.served.decode_request_headers(sent[0]) == headers


@pytest.mark.parametrize(
    ("package", "operation"),
    [("clickatell", "sendmsg"), ("clickatell_document_literal", "sendmsg")],
)
def test_a_kept_sample_conforms(
    package: str, operation: str, shell: Shell, tmp_path: Path
) -> None:
    """Of SOAP's encoding too, whose envelopes declare types."""
    folder = ROOT / "generated" / package
    made = Calls(folder, tmp_path / "samples")
    values = made.example({"operation": operation, "full": True})["values"]
    data = {"operation": operation, "values": values, "as": "sample"}
    assert made.copy(data)["path"]
    done = shell("conform", str(folder), str(tmp_path / "samples"))
    assert (done.code, done.out.splitlines()[-1]) == (0, "1 of 1 envelope matches")


@pytest.mark.parametrize("operation", ["store", "link", "file"])
def test_a_kept_sample_of_parts_conforms(
    operation: str, shell: Shell, tmp_path: Path
) -> None:
    make("attachments", tmp_path / "made")
    made = Calls(tmp_path / "made", tmp_path / "samples")
    values = made.example({"operation": operation, "full": True})["values"]
    assert made.copy({"operation": operation, "values": values, "as": "sample"})["path"]
    assert shell("conform", str(tmp_path / "made"), str(tmp_path / "samples")).code == 0


REFERENCES = """
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" name="Refs" targetNamespace="urn:refs"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:refs"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <types>
    <xsd:schema targetNamespace="urn:refs" elementFormDefault="qualified">
      <xsd:complexType name="Reference">
        <xsd:simpleContent>
          <xsd:extension base="xsd:string">
            <xsd:attribute name="type" type="xsd:string" use="required"/>
            <xsd:attribute name="nil" type="xsd:string"/>
          </xsd:extension>
        </xsd:simpleContent>
      </xsd:complexType>
      <xsd:complexType name="Node">
        <xsd:sequence>
          <xsd:element name="here" type="t:Reference"/>
          <xsd:choice>
            <xsd:element name="inner" type="t:Node"/>
            <xsd:element name="end" type="xsd:int"/>
          </xsd:choice>
        </xsd:sequence>
      </xsd:complexType>
      <xsd:element name="walk" type="t:Node"/>
      <xsd:element name="walked" type="t:Node"/>
    </xsd:schema>
  </types>
  <message name="walk"><part name="walk" element="t:walk"/></message>
  <message name="walked"><part name="walked" element="t:walked"/></message>
  <portType name="Refs">
    <operation name="walk"><input message="t:walk"/><output message="t:walked"/></operation>
  </portType>
  <binding name="Refs" type="t:Refs">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="walk">
      <soap:operation soapAction=""/>
      <input><soap:body use="literal"/></input>
      <output><soap:body use="literal"/></output>
    </operation>
  </binding>
  <service name="Refs">
    <port name="Refs" binding="t:Refs"><soap:address location="http://refs.example/"/></port>
  </service>
</definitions>
"""


@pytest.fixture
def references(tmp_path: Path) -> Path:
    """A package whose types have attributes named `type` and `nil`, and one in itself."""
    wsdl, output = tmp_path / "refs.wsdl", tmp_path / "refs"
    wsdl.write_text(REFERENCES.strip())
    command = [sys.executable, "-m", "soapwright", "generate", str(wsdl)]
    command += ["--output", str(output), "--package", "refs"]
    subprocess.run(command, check=True, capture_output=True)
    return output


def test_an_attribute_is_no_type_of_an_element(
    references: Path, tmp_path: Path
) -> None:
    """`@type` names a derived type, `@nil` makes nil: attributes of these names go by Python's."""
    made = Calls(references, tmp_path / "samples")
    types = made.service and operation_as_json(
        made.service, made.service.find("walk", "")
    )
    attributes = types["types"]["{urn:refs}Reference"]["attributes"]
    assert [one["key"] for one in attributes] == ["type", "nil"]
    reference = {
        "text": "a",
        "parts": [["type", {"text": "b"}], ["nil", {"text": "c"}]],
    }
    values = {"parts": [["here", reference], ["end", {"text": "1"}]]}
    shown = made.envelope({"operation": "walk", "values": values})
    assert shown["problems"] == []
    assert 'here type="b" nil="c">a<' in shown["envelope"]


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


def test_consoles_of_one_package_keep_each_others_calls(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    one, other = History(path, print), History(path, print)
    one.add({"number": 1})
    other.add({"number": 2})
    one.add({"number": 3})
    for history in (one, other, History(path, print)):
        assert [entry["number"] for entry in history.newest()] == [3, 2, 1]

    def add(letter: str) -> None:
        history = History(path, print)
        for number in range(10):
            history.add({"number": f"{letter}{number}"})

    one.clear()
    assert other.newest() == []
    threads = [threading.Thread(target=add, args=(letter,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {entry["number"] for entry in one.newest()}
    assert kept == {f"{letter}{number}" for letter in "ab" for number in range(10)}


def test_a_file_that_became_another_is_left_alone(tmp_path: Path) -> None:
    path, reported = tmp_path / "h.jsonl", list[str]()
    history = History(path, reported.append)
    path.write_text("# Notes\n")
    history.add({"number": 1})
    assert reported == [f"{path}: is no history of calls: a call is not kept"]
    with pytest.raises(SpecError, match="is no history of calls"):
        history.clear()
    assert path.read_text() == "# Notes\n"


def test_a_history_of_many_bytes_keeps_the_newest_and_reports_it(
    tmp_path: Path,
) -> None:
    path, reported = tmp_path / "h.jsonl", list[str]()
    history = History(path, reported.append)
    for number in range(5):
        history.add({"number": number, "reply": "x" * 4_000_000})
    assert reported == [f"{path}: the oldest calls are left out: 16 MiB are kept"]
    assert [one["number"] for one in history.newest()] == [4, 3, 2, 1]
    newest = History(path, reported.append).newest()
    assert [one["number"] for one in newest] == [4, 3, 2, 1]
    with path.open("a") as file:
        file.write(json.dumps({"number": 5, "reply": "x" * 4_000_000}) + "\n")
    newest = History(path, reported.append).newest()
    assert [one["number"] for one in newest] == [5, 4, 3, 2]
    assert len(reported) == 2


def test_a_big_file_of_another_kind_is_no_history(shell: Shell) -> None:
    content = b"a line of somebody's notes\n" * 700_000
    Path("notes").write_bytes(content)
    done = shell("console", str(SMS), "--port", "0", "--history", "notes")
    assert done.code == 2 and "notes:1: error: is no history of calls" in done.err
    assert Path("notes").read_bytes() == content


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


# The ratio of contrast (WCAG 2.2, 1.4.3 and 1.4.11) of each text and of the edges of each control, where it is
# too low.
CONTRAST = """
const linear = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
const parsed = (text) => { const found = text.match(/[\\d.]+/g).map(Number); return found.length < 4 ? [...found, 1] : found; };
const over = (front, back, alpha) => back.map((v, i) => v * (1 - alpha) + front[i] * alpha);
const above = (one) => (one ? [...above(one.parentElement), one] : []);
const behind = (one) => above(one).reduce((back, each) => {
  const colour = parsed(getComputedStyle(each).backgroundColor);
  return over(colour, back, colour[3]);
}, [255, 255, 255]);
const opacity = (one) => above(one).reduce((whole, each) => whole * Number(getComputedStyle(each).opacity), 1);
const low = [];
for (const one of document.querySelectorAll("body *")) {
  if (!one.checkVisibility()) continue;
  const style = getComputedStyle(one);
  if ([...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) {
    const back = behind(one);
    const text = parsed(style.color);
    const found = ratio(over(text, back, text[3] * opacity(one)), back);
    if (found < 4.5) low.push([one.tagName, one.textContent.slice(0, 20), found]);
  }
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName) && !/radio|checkbox|file/.test(one.type)) {
    const found = ratio(parsed(style.borderTopColor), behind(one.parentElement));
    if (found < 3) low.push([one.tagName, one.id, found]);
  }
}
return low;
"""
NAMELESS = {"button", "textbox", "searchbox", "combobox", "checkbox", "radio", "link"}


def called(browser: Any, base: str, operation: str) -> None:
    """Choose an operation, fill in an example and send it to the mock."""
    browser.get(base)
    search = find(browser, "#search")
    find(browser, "#operations button")
    if not search.is_displayed():
        browser.find_element("id", "toggle").click()
    search.send_keys(operation, "\ue007")
    wait(lambda: browser.find_element("id", "envelope").text)
    browser.find_element("id", "example").click()
    time.sleep(1)
    wait(lambda: not browser.find_element("id", "problems").text)
    browser.find_element("id", "send").click()
    wait(lambda: browser.find_element("id", "outcome").text.startswith("Reply"))


def complaints(browser: Any) -> list[Any]:
    return [one for one in browser.get_log("browser") if one["level"] == "SEVERE"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_be_read_and_has_a_name(
    tmp_path: Path, browser: Any, scheme: str
) -> None:
    """By the formulas of WCAG 2.2, and by the tree that screen readers have."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    with console(SMS, tmp_path) as base:
        called(browser, base, "sendmsg")
        assert browser.execute_script(CONTRAST) == []
        browser.execute_cdp_cmd("Accessibility.enable", {})
        nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        seen = [
            (node["role"]["value"], node.get("name", {}).get("value", ""), node)
            for node in nodes
            if not node["ignored"]
        ]
        nameless = [role for role, name, _ in seen if role in NAMELESS and not name]
        assert nameless == []
        names = {(role, name) for role, name, _ in seen}
        assert {
            ("button", "Remove to 1"),
            ("group", "to 1"),
            ("textbox", "to"),
        } <= names
        (heading,) = (
            one for role, name, one in seen if (role, name) == ("heading", "Reply")
        )
        assert heading["description"]["value"].startswith("Reply · HTTP 200 · ")
        focused = browser.switch_to.active_element
        assert focused.get_attribute("id") == "reply-title"


@pytest.mark.parametrize("width", [360, 590])
def test_nothing_is_wider_than_a_phone_or_a_page_at_200_percent(
    tmp_path: Path, browser: Any, width: int
) -> None:
    """A window of 1180 pixels at 200 % has 590."""
    phone = {"width": width, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    small = (
        "return [...document.querySelectorAll('button, summary, select, textarea')].filter((one) =>"
        " one.checkVisibility() && one.getBoundingClientRect().height < 24).length"
    )
    with console(SMS, tmp_path) as base:
        called(browser, base, "sendmsg")
        shown = "return document.documentElement.scrollWidth"
        assert browser.execute_script(shown) <= width
        assert browser.execute_script(small) == 0  # WCAG 2.2, 2.5.8
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_an_example_has_files_and_is_sent(tmp_path: Path, browser: Any) -> None:
    make("attachments", tmp_path / "made")
    with console(tmp_path / "made", tmp_path) as base:
        called(browser, base, "store")
        assert ":content>YW4gZXhhbXBsZQ==<" in find(browser, "#envelope").text
        assert complaints(browser) == []


def test_a_type_in_itself_ends_where_nobody_opens_it(
    references: Path, tmp_path: Path, browser: Any
) -> None:
    """The first of a choice is its own type, and required; the attribute `type` names no type."""
    with console(references, tmp_path) as base:
        called(browser, base, "walk")
        browser.find_element("id", "empty").click()
        open_ = find(browser, "#form .closed button")
        assert open_.text == "+ inner"
        open_.click()
        assert (
            browser.execute_script("return document.activeElement.tagName") == "INPUT"
        )
        assert complaints(browser) == []
