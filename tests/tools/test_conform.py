"""Documented envelopes through packages: the command, the pytest plugin, recorded replies."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import clickatell
import clickatell_document_literal
import pytest
from conftest import ROOT, Run, Shell

from codegen.testing import AsyncRecordedTransport, NoReply, RecordedTransport

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
        plugins = ("-p", "codegen.pytest_plugin", "-p", "no:cacheprovider")
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
    assert "the envelope does not come back as it was:" in result.stdout
    assert (
        "/Envelope/Body/sendmsg: order is api_id, user, password, text" in result.stdout
    )
    assert "Traceback" not in result.stdout


def test_a_broken_envelope_is_an_error(tested: Tested, tmp_path: Path) -> None:
    (tmp_path / "documented" / "a.xml").write_text("<a", encoding="utf-8")
    result = tested()
    assert "a.xml:1: error:" in result.stdout
    assert result.returncode == 2


def test_a_line_that_is_wrong_is_said(tested: Tested, tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(PROJECT.replace(' documented"', '"'), encoding="utf-8")
    shutil.copy(next(SAMPLES.glob("10-*.xml")), tmp_path / "documented")
    result = tested()
    assert "a package's folder and one of envelopes are wanted" in (
        result.stdout + result.stderr
    )


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
