"""Documented envelopes through packages: the command, the pytest plugin, recorded replies."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import clickatell
import clickatell_document_literal
import pytest
from conftest import ROOT, Run, Shell

from soapwright.envelopes.packages import import_package
from soapwright.testing import AsyncRecordedTransport, NoReply, RecordedTransport

SAMPLES = ROOT / "spec" / "clickatell" / "samples"
DOCUMENTS = ROOT / "generated" / "clickatell_document_literal"
PUSH = ROOT / "generated" / "clickatell"
HEAD = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
FOOT = "</e:Body></e:Envelope>"
BALANCE = (
    f'{HEAD}<getbalanceResponse><return xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:type="xsd:string">Credit: 10.0</return>'
    f"</getbalanceResponse>{FOOT}"
)
FAULT = (
    f"{HEAD}<e:Fault><faultcode>e:Server</faultcode><faultstring>closed</faultstring>"
    f"</e:Fault>{FOOT}"
)


# ------------------------------------------------------------------------------ the command


def test_envelopes_that_match(shell: Shell) -> None:
    paths = sorted(SAMPLES.glob("1[0-4]-*.xml"))
    result = shell("conform", str(DOCUMENTS), *map(str, paths))
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == f"match    {paths[0]}: auth request"
    assert lines[1] == f"match    {paths[1]}: auth response"
    assert lines[-1] == "5 of 5 envelopes match"


def test_an_envelope_that_differs_is_shown_element_by_element(shell: Shell) -> None:
    (path,) = SAMPLES.glob("15-*.xml")
    result = shell("conform", str(DOCUMENTS), str(path))
    assert result.code == 1
    assert result.out.splitlines() == [
        f"differs  {path}: sendmsg request",
        "         /Envelope/Body/sendmsg: order is api_id, user, password, text, to, from,"
        " expected api_id, user, password, from, text, to",
        "0 of 1 envelope matches",
    ]


def test_a_folder_has_other_files_too(shell: Shell, tmp_path: Path) -> None:
    for number in ("10", "21"):
        (path,) = SAMPLES.glob(f"{number}-*.xml")
        shutil.copy(path, tmp_path)
    result = shell("conform", str(DOCUMENTS), ".")
    assert result.code == 0
    assert (
        "warning: no SOAP envelope: the root is callback [sample-skipped]" in result.err
    )
    assert result.out.endswith("1 of 1 envelope matches\n")


def test_faults_come_back(shell: Shell) -> None:
    Path("fault.xml").write_text(FAULT, encoding="utf-8")
    result = shell("conform", str(DOCUMENTS), "fault.xml")
    assert (result.code, result.out.splitlines()[0]) == (
        0,
        "match    fault.xml: auth fault",
    )


BASKET = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:basket"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="urn:basket" name="S">
<types><schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:basket"
  elementFormDefault="qualified"><element name="put"><complexType><sequence>
  <element name="items"><complexType><sequence>
    <element name="item" type="string" minOccurs="0" maxOccurs="unbounded"/>
  </sequence></complexType></element>
  <element name="note" type="string"/>
</sequence></complexType></element></schema></types>
<message name="m"><part name="p" element="t:put"/></message>
<portType name="P"><operation name="put"><input message="t:m"/></operation></portType>
<binding name="B" type="t:P"><soap:binding style="document"
  transport="http://schemas.xmlsoap.org/soap/http"/><operation name="put"><soap:operation
  soapAction=""/><input><soap:body use="literal"/></input></operation></binding>
<service name="S"><port name="P" binding="t:B"><soap:address location="http://h/"/></port></service>
</definitions>"""


def test_white_space_means_nothing_where_only_elements_are(shell: Shell) -> None:
    """An empty list of an indented document; white space in a string comes back."""
    Path("basket.wsdl").write_text(BASKET, encoding="utf-8")
    made = shell(
        *("generate", "basket.wsdl", "--output", "basket", "--package", "basket")
    )
    assert made.code == 0
    put = '<put xmlns="urn:basket"><items>{}</items><note>{}</note></put>'
    for number, spaces in enumerate([("\n  ", "\n "), (" ", " ")]):
        envelope = HEAD + put.format(*spaces) + FOOT
        Path(f"{number}.xml").write_text(envelope, encoding="utf-8")
    result = shell("conform", "basket", "0.xml", "1.xml")
    assert result.out.endswith("2 of 2 envelopes match\n")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<a/>", "no operation has a in its Body"),
        ("", "no operation has nothing in its Body"),
        (
            "<ping><session_id><a/></session_id></ping>",
            "DecodeError: ping.session_id",
        ),
    ],
)
def test_an_envelope_that_is_refused(body: str, told: str, shell: Shell) -> None:
    Path("sample.xml").write_text(HEAD + body + FOOT, encoding="utf-8")
    result = shell("conform", str(PUSH), "sample.xml")
    assert result.code == 1
    assert told in result.out


@pytest.mark.parametrize(
    ("envelope", "told"),
    [
        (
            HEAD.replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope")
            + "<auth/>" + FOOT,
            "it is of SOAP 1.2, and the package has no port of that",
        ),
        (
            f'{HEAD}<ping xmlns="urn:old"/>{FOOT}',
            "no operation has {urn:old}ping in its Body; there is ",
        ),
    ],
)  # fmt: skip
def test_what_comes_near_is_told(envelope: str, told: str, shell: Shell) -> None:
    Path("sample.xml").write_text(envelope, encoding="utf-8")
    result = shell("conform", str(DOCUMENTS), "sample.xml")
    assert result.code == 1
    assert told in result.out


def test_header_blocks_that_nobody_declares_are_passed_over(shell: Shell) -> None:
    """A vendor's page may show a token of WS-Security, which no WSDL declares."""
    (path,) = SAMPLES.glob("12-*.xml")
    text = path.read_text(encoding="utf-8")
    prefix, _, _ = text[: text.index(":Body")].rpartition("<")[2].partition(":")
    header = f'<{prefix}:Header><t:Token xmlns:t="urn:t">a</t:Token></{prefix}:Header>'
    body = f"<{prefix}:Body"
    assert f"{prefix}:Header" not in text
    Path("sample.xml").write_text(text.replace(body, header + body, 1), "utf-8")
    result = shell("conform", str(DOCUMENTS), "sample.xml")
    assert result.code == 0
    assert "Header: passed over, as it is not declared: {urn:t}Token" in result.out


def test_a_folder_without_envelopes_is_an_error(shell: Shell) -> None:
    Path("empty").mkdir()
    result = shell("conform", str(DOCUMENTS), "empty")
    assert (result.code, result.out) == (2, "")
    assert result.err == "empty:1: error: no SOAP envelope is in this folder [sample]\n"


@pytest.mark.parametrize(
    ("package", "sample", "finding"),
    [
        (PUSH, "<a/>", "sample.xml:1: error: no SOAP envelope: the root is a [sample]"),
        (PUSH, "<a", "sample.xml:1: error:"),
        (
            ROOT / "docs",
            BALANCE,
            "error: this is no generated package's folder [package]",
        ),
    ],
)
def test_what_cannot_be_judged_is_a_finding(
    package: Path, sample: str, finding: str, shell: Shell
) -> None:
    Path("sample.xml").write_text(sample, encoding="utf-8")
    result = shell("conform", str(package), "sample.xml")
    assert (result.code, result.out) == (2, "")
    assert finding in result.err


def test_a_package_without_its_spec_is_a_finding(shell: Shell) -> None:
    made = shell(
        *("generate", "service.wsdl", "--output", "bare", "--package", "bare"),
        "--no-spec",
    )
    assert made.code == 0
    Path("sample.xml").write_text(FAULT, encoding="utf-8")
    result = shell("conform", "bare", "sample.xml")
    assert result.code == 2
    assert "the package was made without its WSDL [package]" in result.err


# --------------------------------------------------------------------------- the pytest plugin

Tested = Callable[..., subprocess.CompletedProcess[str]]
PROJECT = f"""
[tool.pytest.ini_options]
testpaths = ["documented"]
soapwright = ["{DOCUMENTS.as_posix()} documented"]
"""


@pytest.fixture
def tested(tmp_path: Path, run: Run) -> Tested:
    """Runs pytest in a project whose pyproject.toml has the plugin's three lines."""
    (tmp_path / "documented").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")

    def run_pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
        plugins = ("-p", "soapwright.pytest_plugin", "-p", "no:cacheprovider")
        return run(
            *("-m", "pytest", "-q", *plugins, *arguments),
            cwd=tmp_path,
            PYTHONPATH=str(ROOT),
            PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        )

    return run_pytest


def test_each_documented_envelope_is_a_test(tested: Tested, tmp_path: Path) -> None:
    for number in ("10", "11", "15", "21"):
        (path,) = SAMPLES.glob(f"{number}-*.xml")
        shutil.copy(path, tmp_path / "documented")
    result = tested()
    assert result.returncode == 1
    assert "1 failed, 2 passed" in result.stdout
    assert (
        "the envelope (sendmsg request) does not come back as it was:\n  /Envelope"
        in result.stdout
    )
    assert (
        "/Envelope/Body/sendmsg: order is api_id, user, password, text" in result.stdout
    )
    assert "Traceback" not in result.stdout


def test_a_broken_envelope_is_an_error(tested: Tested, tmp_path: Path) -> None:
    (tmp_path / "documented" / "a.xml").write_text("<a", encoding="utf-8")
    result = tested()
    assert "a.xml:1: error:" in result.stdout
    assert result.returncode == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "a package's folder and one of envelopes are wanted"),
        (" 'documented", "a package's folder and one of envelopes are wanted"),
        (" documentde", "there is no documentde"),
    ],
)
def test_a_line_that_is_wrong_is_said(
    line: str, said: str, tested: Tested, tmp_path: Path
) -> None:
    """Also where no envelope is collected: what is misspelt must not pass."""
    path = tmp_path / "pyproject.toml"
    path.write_text(PROJECT.replace(' documented"', f'{line}"'), encoding="utf-8")
    result = tested()
    assert result.returncode == 4
    assert said in result.stdout + result.stderr


def test_a_folder_of_two_packages(tested: Tested, tmp_path: Path) -> None:
    """Spaces in names, a link to the project, several processes."""
    project = tmp_path / "the project"
    (project / "vendored").mkdir(parents=True)
    (tmp_path / "documented").rename(project / "documented pages")
    for name in ("one", "two"):
        shutil.copytree(DOCUMENTS, project / "vendored" / name)
    shutil.copy(next(SAMPLES.glob("10-*.xml")), project / "documented pages" / "a.xml")
    lines = [f"vendored/{name} 'documented pages'" for name in ("one", "two")]
    (tmp_path / "linked").symlink_to(project)
    (project / "pyproject.toml").write_text(
        f"[tool.pytest.ini_options]\nsoapwright = {json.dumps(lines)}\n"
    )
    result = tested("-vv", "-p", "xdist", "-n", "2", "--rootdir", "linked", "linked")
    assert result.returncode == 0, result.stdout + result.stderr
    for name in ("one", "two"):
        assert f"a.xml::conforms[vendored/{name}]" in result.stdout


def test_the_fixture_for_recorded_replies(tested: Tested, tmp_path: Path) -> None:
    (tmp_path / "documented" / "test_balance.py").write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(PUSH.parent)!r})\n"
        "import clickatell\n"
        "def test_balance(recorded_replies):\n"
        f"    transport = recorded_replies(clickatell, {{'getbalance': {BALANCE!r}}})\n"
        "    client = clickatell.Client('http://localhost/', transport=transport)\n"
        "    assert client.getbalance(user='demo') == 'Credit: 10.0'\n",
        encoding="utf-8",
    )
    result = tested()
    assert "1 passed" in result.stdout, result.stdout + result.stderr


# ----------------------------------------------------------------------------- recorded replies


def test_replies_come_one_after_the_other(tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    other.write_text(BALANCE.replace("10.0", "9.0"), encoding="utf-8")
    transport = RecordedTransport(clickatell, {"getbalance": [BALANCE, other]})
    with clickatell.Client("http://localhost/", transport=transport) as client:
        credits = [client.getbalance(user="demo") for _ in range(3)]
    assert credits == ["Credit: 10.0", "Credit: 9.0", "Credit: 9.0"]
    assert len(transport.sent) == 3
    assert b"demo" in transport.sent[0].body


def test_a_recorded_fault_is_raised() -> None:
    transport = RecordedTransport(clickatell, {"getbalance": FAULT})
    client = clickatell.Client("http://localhost/", transport=transport)
    with pytest.raises(clickatell.SoapFault, match="closed"):
        client.getbalance(user="demo")


def test_a_folder_of_replies() -> None:
    folder = ROOT / "spec" / "clickatell" / "samples"
    transport = RecordedTransport(clickatell, folder)
    client = clickatell.Client("http://localhost/", transport=transport)
    with pytest.raises(NoReply, match="no reply is recorded for getbalance"):
        client.getbalance(user="demo")


@pytest.mark.parametrize("name", ["temperature", "city"])
def test_an_operation_whose_element_has_another_name(name: str, shell: Shell) -> None:
    """It goes by its own name, as by its element's; another takes that too."""
    made = shell("generate", "service.wsdl", "--output", "made", "--package", "made")
    assert made.code == 0
    package = import_package(Path("made"))
    reply = ROOT / "tests" / "cases" / "bare" / "samples" / "temperature.response.xml"
    transport = RecordedTransport(package, {name: reply, "note": "<no-envelope/>"})
    client = package.Client("http://localhost/", transport=transport)
    assert isinstance(client.temperature(city="Paris"), float)


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(NotADirectoryError, match="a folder of recorded replies"):
        RecordedTransport(clickatell, "nowhere")


def test_documents_are_told_by_their_element() -> None:
    (path,) = SAMPLES.glob("13-*.xml")
    transport = RecordedTransport(clickatell_document_literal, {"ping": path})
    client = clickatell_document_literal.Client(
        "http://localhost/", transport=transport
    )
    assert client.ping(session_id="1") is not None


async def waited(transport: AsyncRecordedTransport) -> str:
    async with clickatell.AsyncClient(
        "http://localhost/", transport=transport
    ) as client:
        return await client.getbalance(user="demo")


def test_the_asynchronous_client_has_them_too() -> None:
    transport = AsyncRecordedTransport(clickatell, {"getbalance": BALANCE})
    assert asyncio.run(waited(transport)) == "Credit: 10.0"
    assert len(transport.sent) == 1
