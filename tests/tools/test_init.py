"""`soapwright init`: from an empty folder to a test that passes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from conftest import SERVICE, Run, Shell
from terminals import CTRL_D, Terminal, at_terminal

KEPT = """# my project
[project]
name = "mine"   # keep this

[[tool.soapwright.package]]
wsdl = "other.wsdl"
output = "other"
name = "other"
"""


def test_from_an_empty_folder_to_a_green_test(shell: Shell, run: Run) -> None:
    begun = time.monotonic()
    done = shell("init", "service.wsdl", "--yes")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("service.wsdl: 1 port, ")
    project = tomllib.loads(Path("pyproject.toml").read_text())
    (package,) = project["tool"]["soapwright"]["package"]
    name = package["name"]
    assert package == {"wsdl": "service.wsdl", "output": name, "name": name}
    assert f"soapwright call {name} " in done.out
    assert f"    import {name}\n" in done.out
    for command in (["-m", "pytest", "-q"], ["-c", "import pytest; pytest.main()"]):
        tested = run(*command, cwd=Path())
        assert "1 passed" in tested.stdout, tested.stdout
    assert shell("check").code == 0
    assert time.monotonic() - begun < 60


def test_a_projects_file_keeps_what_it_has(shell: Shell) -> None:
    Path("other.wsdl").write_text(SERVICE)
    Path("pyproject.toml").write_text(KEPT + "\n[tool.pytest]\nini_options = {}\n")
    done = shell("init", "service.wsdl", "--yes", "--package", "acme.weather")
    assert (done.code, done.err) == (0, "")
    text = Path("pyproject.toml").read_text()
    assert text.startswith(KEPT) and "pythonpath" not in text
    assert Path("acme/weather/__init__.py").exists()
    assert not Path("other").exists()
    assert shell("generate").code == 0


def test_what_no_option_answers_is_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, "service.wsdl", "weather", "", "n")
    done = shell("init")
    assert done.code == 0
    assert "The WSDL: a file, or a URL:" in done.err
    assert "Its folder [weather]:" in done.err
    assert Path("weather/__init__.py").exists() and not Path("tests").exists()


def test_it_ends_where_nobody_answers(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    done = shell("init", "service.wsdl")
    assert done.code == 2 and "--yes answers every question" in done.err
    assert not Path("pyproject.toml").exists()


def answers(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Answer questions, one after the other; then nobody answers."""
    given = iter(lines)

    def answer(prompt: str = "") -> str:
        print(prompt, end="", file=sys.stderr)
        try:
            return next(given)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("click.termui.visible_prompt_func", answer)


# ------------------------------------------------------------------------- at a terminal

INIT = (sys.executable, "-m", "soapwright", "init")
QUESTIONS = (
    ("The WSDL: a file, or a URL:", "service.wsdl"),
    ("The package's import name [weather]:", ""),
    ("Its folder [weather]:", ""),
    ("Write a first test, tests/test_weather.py? [Y/n]:", ""),
)


def answer_before(terminal: Terminal, number: int) -> None:
    """Answer all questions before one, and wait for that."""
    for question, answer in QUESTIONS[:number]:
        terminal.see(question)
        terminal.type(answer)
    terminal.see(QUESTIONS[number][0])


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_a_question_is_left_by_a_key(shell: Shell, number: int) -> None:
    """Ctrl-C ends with one line, and so does the input's end; nothing is written."""
    before = sorted(Path().iterdir())
    with at_terminal(INIT, Path()) as terminal:
        answer_before(terminal, number)
        assert terminal.interrupted() == 130
        last = terminal.shown.partition(QUESTIONS[number][0])[2]
        assert re.fullmatch(r" (\^C)+\nInterrupted\n", last)
    with at_terminal(INIT, Path()) as terminal:
        answer_before(terminal, number)
        terminal.press(CTRL_D)
        assert terminal.ended() == 2
        last = terminal.shown.partition(QUESTIONS[number][0])[2].replace("^D\b\b", "")
        assert last.split("\n")[1:] == [
            "Error: nothing was written; --yes answers every question",
            "",
        ]
    assert sorted(Path().iterdir()) == before


def test_an_answer_that_is_wrong_is_asked_for_again(shell: Shell, run: Run) -> None:
    Path("theirs").mkdir()
    Path("theirs", "weather").mkdir()
    Path("theirs", "weather", "mine.py").touch()
    wrong = {
        0: (
            ("", "The WSDL"),
            (" ", "Error: a file or a URL is wanted"),
            ("servise.wsdl", "there is no such file (did you mean service.wsdl?)"),
            ("api.example/soap?wsdl", "(a URL begins with its scheme: http://api.ex"),
            (".", ".: this is a folder, not a file (there is broken.wsdl, "),
        ),
        1: (
            ("class", "(class_ may be taken)"),
            ("json", "(json_client may be taken)"),
        ),
        2: (
            ("service.wsdl", "(service.wsdl/weather may be taken)"),
            ("theirs/weather", "theirs/weather: holds files that soapwright did not"),
        ),
        3: (("perhaps", "Error: invalid input"),),
    }
    with at_terminal(INIT, Path(), columns=40) as terminal:
        for number, (question, answer) in enumerate(QUESTIONS):
            terminal.see(question)
            for given, reported in wrong[number]:
                terminal.type(given)
                terminal.see(reported)
            terminal.type(answer)
        assert terminal.ended() == 0
    assert "1 passed" in run("-m", "pytest", "-q", cwd=Path()).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "elsewhere"), "elsewhere/weather may be taken"),
        (("--package", "a.weather", "--output", "weather"), "weather/a/weather may"),
        (("--package", "class"), "class_ may be taken"),
        (("--package", "json"), "'json' hides a module of that name"),
        (("--package", "my-weather"), "my_weather may be taken"),
    ],
)
def test_a_name_that_cannot_be_one_gets_another(
    shell: Shell, arguments: tuple[str, ...], said: str
) -> None:
    done = shell("init", "service.wsdl", "--yes", *arguments)
    assert done.code == 2 and said in done.err
    assert not Path("pyproject.toml").exists()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_line_ends_are_those_that_the_file_has(shell: Shell, line_end: str) -> None:
    before = KEPT.replace("\n", line_end).encode()
    Path("other.wsdl").write_text(SERVICE)
    Path("pyproject.toml").write_bytes(before)
    assert shell("init", "service.wsdl", "--yes").code == 0
    after = Path("pyproject.toml").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(line_end.encode())
    assert shell("generate").code == 0


def test_a_package_that_is_there_is_not_added_again(shell: Shell) -> None:
    assert shell("init", "service.wsdl", "--yes").code == 0
    before = Path("pyproject.toml").read_text()
    done = shell("init", "service.wsdl", "--yes")
    assert done.code == 2
    assert "has a package 'weather' already [config]" in done.err
    assert "`soapwright generate` makes it anew" in done.err
    assert Path("pyproject.toml").read_text() == before


def test_a_file_that_takes_no_table_is_left_alone(shell: Shell) -> None:
    inline = "[tool]\nsoapwright = {package = []}\n"
    Path("pyproject.toml").write_text(inline)
    done = shell("init", "service.wsdl", "--yes")
    assert done.code == 2 and "hint: add it yourself: [[tool." in done.err
    assert Path("pyproject.toml").read_text() == inline
    assert not Path("weather").exists()


def test_a_broken_wsdl_writes_nothing(shell: Shell) -> None:
    done = shell("init", "broken.wsdl", "--yes")
    assert done.code == 2 and "[xml]" in done.err
    assert not Path("pyproject.toml").exists()


@contextmanager
def served(content: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *_: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/weather?wsdl"
    finally:
        server.shutdown()
        server.server_close()


def test_a_url_is_fetched_with_consent_and_locked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(SERVICE.encode()) as url:
        answers(monkeypatch, "n")
        done = shell("init", url)
        assert done.code == 2 and f"Fetch {url}, and what it imports?" in done.err
        assert "is not in soapwright.lock [network]" in done.err
        assert not Path("soapwright.lock").exists()
        answers(monkeypatch, "y", "", "", "")
        assert shell("init", url).code == 0
    package = tomllib.loads(Path("pyproject.toml").read_text())
    assert package["tool"]["soapwright"]["package"][0]["wsdl"] == url
    assert Path("soapwright.lock").exists()
    assert shell("check").code == 0  # of what is locked: nobody is there any more


def test_nothing_is_written_where_the_test_has_no_place(shell: Shell) -> None:
    Path("tests").write_text("mine")
    done = shell("init", "service.wsdl", "--yes")
    assert done.code == 2
    assert "tests:1: error: is no folder [output]\nhint: --no-test" in done.err
    assert not Path("pyproject.toml").exists()
    assert shell("init", "service.wsdl", "--yes", "--no-test").code == 0


@pytest.mark.parametrize("which", ["stdout", "stderr"])
def test_all_is_written_where_nobody_reads_what_is_printed(
    shell: Shell, which: str
) -> None:
    """As with `| head -1`."""
    typed = 'name="station" type="xsd:int"'
    for name in ("one", "two"):  # with a warning each
        source = SERVICE.replace(typed, f'{typed} default="{name}"')
        Path(f"{name}.wsdl").write_text(source)

    def unread(*arguments: str) -> int:
        theirs, ours = os.pipe()
        os.close(theirs)
        out, err = (ours, None) if which == "stdout" else (subprocess.DEVNULL, ours)
        command = [sys.executable, "-m", "soapwright", *arguments]
        try:
            return subprocess.run(command, stdout=out, stderr=err).returncode
        finally:
            os.close(ours)

    assert unread("init", "one.wsdl", "--yes", "--package", "one") == 0
    assert Path("tests/test_one.py").exists()
    assert unread("init", "two.wsdl", "--yes", "--package", "two") == 0
    assert shell("check").code == 0
    for name in ("one", "two"):
        shutil.rmtree(name)
    assert unread("generate") == 0
    assert shell("check").code == 0
