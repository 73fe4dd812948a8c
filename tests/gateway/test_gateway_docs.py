"""The pages of docs/gateway are true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyright_strict import pyright_strict
from sandboxes import listening

from soapwright_clickatell.callbacks import Receiver
from soapwright_clickatell.sandbox.config.settings_file import read_settings

PAGES = Path(__file__).parents[2] / "docs/gateway"


def examples(page: str, language: str = "python") -> list[str]:
    """The examples of a page."""
    text = (PAGES / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def test_the_settings_are_read(tmp_path: Path) -> None:
    (shown,) = examples("reference.md", "toml")
    file = tmp_path / "gateway.toml"
    file.write_text(shown)
    settings = read_settings(file)
    assert settings.account.two_way == ("27999000224",)
    assert settings.routes[0].features == 0x400F
    assert len(settings.numbers) == len(settings.outages) == len(settings.vouchers) == 1


def test_the_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (sending,), (receiving,) = examples("send.md"), examples("receive.md")
    many, chunked = examples("bulk.md")
    monkeypatch.chdir(tmp_path)
    with listening(credits=20) as sandbox:
        for example in (sending, chunked.replace("resume=True", "resume=False"), many):
            here = example.replace("http://127.0.0.1:8900", sandbox.url)
            exec(compile(here, "example", "exec"), {"__name__": "example"})
    said = capsys.readouterr().out.splitlines()
    assert re.match(r"\w{32} \[Status\(id='\w{32}', status=.*\)\]", said[0])
    assert re.match(r"27999123456 \w{32}", said[1])
    assert said[2].startswith("12 Refused(")
    assert said[3] == "19.34"  # a test number costs a third
    assert said[4].startswith("some are still to be sent")
    assert Path("sending.journal").exists()
    names: dict[str, object] = {}
    exec(compile(receiving, "receive.md", "exec"), names)
    assert isinstance(names["receiver"], Receiver) and callable(names["application"])


def test_the_fixtures_example_passes(tmp_path: Path) -> None:
    example, override = examples("test.md")
    (tmp_path / "test_sms.py").write_text(example)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/gateway.toml").write_text("")
    (tmp_path / "conftest.py").write_text(override)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout
    assert "2 passed" in ended.stdout


@pytest.mark.slow
def test_the_examples_are_typed(tmp_path: Path) -> None:
    """mypy and pyright, as strict as they are; `sms_app` is what one page calls its own first example."""
    names = []
    for page in sorted(PAGES.glob("*.md")):
        for number, example in enumerate(examples(page.name)):
            name = f"{page.stem}_{number}"
            name = "sms_app" if name == "scale_0" else f"example_{name}"
            (tmp_path / f"{name}.py").write_text(example, encoding="utf-8")
            names.append(f"{name}.py")
    root = PAGES.parents[1]
    ended = subprocess.run(
        [*(sys.executable, "-m", "mypy", "--strict", "--no-error-summary"), *names],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": f"{root / 'gateway'}:{root / 'generated'}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ended.stdout, ended.returncode) == ("", 0), ended.stderr
    assert pyright_strict(tmp_path, root / "gateway", root / "generated") == ""
