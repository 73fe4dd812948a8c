"""`make demo`: it tells the story, hides the secrets, and fails where something differs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soapwright_clickatell.demo import calls as demo
from soapwright_clickatell.demo.columns import one_column, side_by_side
from soapwright_clickatell.sandbox.web.xml_lines import xml_lines

ROOT = Path(__file__).parents[2]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_the_story() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "soapwright_clickatell.demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = ended.stdout
    assert "\x1b" not in said and max(map(len, said.splitlines())) <= 80
    assert len(re.findall(r"ID: [0-9a-f]{32} To: 27999?\d+\n", said)) == 2
    # On a busy machine they may be there when they are first asked for.
    assert len(re.findall(r"Status: 004   Received by recipient", said)) >= 2
    assert "Credit: 8.67" in said
    assert "ERR: 105, Invalid destination address" in said
    assert "equal byte for byte: 1,591 bytes" in said
    assert said.count('<password xsi:type="xsd:string">***</password>') == 2
    assert said.count(">Initial test message<") == 2
    assert not re.search(r"OK: [0-9a-f]", said)
    for told in (
        "Accepted to 27831234568",
        "006 User cancelled message delivery",
        "004, charge 0.330000",
        "'Yes, at eight' from 27999112345",
        "Decimal('6.01')",
    ):
        assert f"      {told}\n" in said


def test_it_fails_where_the_request_is_not_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "sample.xml"
    sample = demo.SAMPLE.read_bytes()
    other.write_bytes(sample.replace(b'<user xsi:type="xsd:string">', b"<user>"))
    monkeypatch.setattr(demo, "SAMPLE", other)
    monkeypatch.setenv("COLUMNS", "140")
    assert demo.main() == 1
    said = capsys.readouterr().out
    assert "the request is not the vendor's sample" in said
    marked = [line for line in said.splitlines() if " # " in line]
    assert len(marked) == 1 and "<user>" in marked[0]


def test_it_fails_without_the_sample(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "SAMPLE", Path("no such file"))
    assert demo.main() == 1
    assert "no such file" in capsys.readouterr().out


# --------------------------------------------------------------------------------- display


def test_an_element_a_line() -> None:
    xml = '<?xml version="1.0"?>\n<a x="1"><b>text</b><c/>\n<d><e></e></d></a>'
    assert xml_lines(xml) == [
        '<?xml version="1.0"?>',
        '<a x="1">',
        " <b>text</b>",
        " <c/>",
        " <d>",
        "  <e></e>",
        " </d>",
        "</a>",
    ]


lines = st.lists(
    st.text('ab<>="/: ', max_size=60).map(str.strip).filter(bool), max_size=5
)


@given(lines, st.integers(20, 50))
def test_nothing_but_space_is_lost_when_lines_are_broken(
    document: list[str], width: int
) -> None:
    shown = [ANSI.sub("", line) for line in one_column(document, width)]
    assert all(len(line) <= width for line in shown)
    assert squeezed("".join(line[3:] for line in shown)) == squeezed("".join(document))


@given(lines, lines, st.integers(30, 80))
def test_two_columns_fit_and_hold_both(
    left: list[str], right: list[str], width: int
) -> None:
    shown = [ANSI.sub("", line) for line in side_by_side(left, right, width)]
    column = (width - 3) // 2
    assert all(len(line) <= width for line in shown)
    assert {line[column : column + 3] for line in shown} <= {" | ", " # "}
    assert squeezed("".join(line[:column] for line in shown)) == squeezed("".join(left))
    rest = "".join(line[column + 3 :] for line in shown)
    assert squeezed(rest) == squeezed("".join(right))


def squeezed(text: str) -> str:
    return text.replace(" ", "")
