"""The command line as users and their scripts see it: exit codes, streams, and what is on disk."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BROKEN, DANGLING, ROOT, SERVICE, Run, Shell
from terminals import at_terminal

import soapwright

GENERATE = ("generate", "service.wsdl", "--output", "made", "--package", "made")


def files() -> dict[str, bytes]:
    """All files of the current folder."""
    return {p.as_posix(): p.read_bytes() for p in Path().rglob("*") if p.is_file()}


def table(**keys: object) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join(["[[tool.soapwright.package]]", *lines, ""])


# ------------------------------------------------------------------------- one package


def test_it_writes_a_package_and_says_so(shell: Shell) -> None:
    done = shell(*GENERATE)
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"made: \d+ files written, 0 unchanged\n", done.out)
    assert (
        Path("made/__init__.py").exists() and Path("made/_spec/service.wsdl").exists()
    )


def test_a_second_run_touches_nothing(shell: Shell) -> None:
    shell(*GENERATE)
    before = {p: p.stat().st_mtime_ns for p in Path("made").rglob("*")}
    done = shell(*GENERATE)
    assert re.fullmatch(r"made: 0 files written, \d+ unchanged\n", done.out)
    assert {p: p.stat().st_mtime_ns for p in Path("made").rglob("*")} == before


def test_what_is_no_longer_made_is_removed_and_nothing_else(shell: Shell) -> None:
    shell(*GENERATE)
    Path("made/notes.txt").write_text("mine")
    Path("made/types/mine.py").write_text("mine = 1\n")
    Path("service.wsdl").write_text(
        SERVICE.replace(
            'name="report" type="tns:Report"', 'name="report" type="xsd:int"'
        )
        .replace('<xsd:complexType name="Wind">', '<xsd:complexType name="Breeze">')
        .replace('type="tns:Wind"', 'type="tns:Breeze"')
    )
    done = shell(*GENERATE)
    assert (done.code, done.err) == (0, "")
    assert re.search(r", 1 removed\n$", done.out)
    assert not Path("made/types/_wind.py").exists()
    assert Path("made/types/_breeze.py").exists()
    assert Path("made/notes.txt").exists() and Path("made/types/mine.py").exists()


def test_the_spec_may_be_left_out(shell: Shell) -> None:
    shell(*GENERATE)
    done = shell(*GENERATE, "--no-spec")
    assert done.code == 0 and done.out.endswith("1 removed\n")
    assert not Path("made/_spec").exists()
    manifest = json.loads(Path("made/manifest.json").read_text())
    assert manifest["options"]["spec"] is False
    assert not [path for path in manifest["files"] if path.startswith("_spec")]


def test_the_server_may_be_left_out(shell: Shell) -> None:
    shell(*GENERATE)
    done = shell(*GENERATE, "--no-server")
    assert done.code == 0 and " removed\n" in done.out
    assert not Path("made/server.py").exists()
    assert not Path("made/_soap/server").exists()
    manifest = json.loads(Path("made/manifest.json").read_text())
    assert manifest["options"]["server"] is False
    assert not [path for path in manifest["files"] if "server" in path]


def test_a_file_that_was_changed_by_hand_is_put_right(shell: Shell) -> None:
    shell(*GENERATE)
    good = files()
    Path("made/client.py").write_text("oops")
    Path("made/errors.py").unlink()
    assert shell(*GENERATE).out.startswith("made: 2 files written")
    assert files() == good


def test_files_are_readable_by_all(shell: Shell) -> None:
    shell(*GENERATE)
    modes = {stat.S_IMODE(p.stat().st_mode) for p in Path("made").rglob("*.py")}
    assert modes == {0o644}


def test_the_package_does_not_depend_on_where_it_is_made(shell: Shell) -> None:
    shell(*GENERATE)
    Path("elsewhere/deep").mkdir(parents=True)
    shutil.copy("service.wsdl", "elsewhere/deep/service.wsdl")
    entry = str(Path("elsewhere/deep/service.wsdl").absolute())
    shell("generate", entry, "--output", "elsewhere/made", "--package", "made")
    made = {p.name: p.read_bytes() for p in Path("made").glob("*.*")}
    assert made == {p.name: p.read_bytes() for p in Path("elsewhere/made").glob("*.*")}


# ------------------------------------------------------------------------- what is refused


def test_a_broken_wsdl_writes_nothing(shell: Shell) -> None:
    before = files()
    done = shell("generate", "broken.wsdl", "--output", "made", "--package", "made")
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(r"broken\.wsdl:\d+: error: .* \[xml\]\n", done.err)
    assert files() == before and not Path("made").exists()


def test_a_wsdl_that_broke_leaves_its_package_alone(shell: Shell) -> None:
    shell(*GENERATE)
    Path("service.wsdl").write_text(DANGLING)
    before = files()
    done = shell(*GENERATE, "--strict")
    assert done.code == 2 and "[reference]" in done.err
    assert files() == before


def test_warnings_go_to_stderr_and_stop_nothing(shell: Shell) -> None:
    Path("service.wsdl").write_text(SERVICE.replace("wsdl/soap/", "wsdl/http/"))
    done = shell(*GENERATE)
    assert done.code == 0
    assert done.out.startswith("made: ")
    assert re.fullmatch(r"(service\.wsdl:\d+: warning: .* \[[\w-]+\]\n)+", done.err)


@pytest.mark.parametrize("content", [{}, {"files": []}, [], "no json"])
def test_a_folder_of_somebody_elses_is_not_written_to(
    shell: Shell, content: object
) -> None:
    Path("made").mkdir()
    Path("made/precious.txt").write_text("mine")
    if content == {"files": []}:
        Path("made/package.json").write_text("{}")
    elif content:
        Path("made/manifest.json").write_text(
            content if isinstance(content, str) else json.dumps(content)
        )
    before = files()
    done = shell(*GENERATE)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "made:1: error: holds files that soapwright did not write"
    )
    hint = done.err.splitlines()[1]
    assert hint.startswith("hint: ")
    assert ("after a merge" in hint) == Path("made/manifest.json").exists()
    assert files() == before


def test_a_manifest_cannot_remove_what_is_elsewhere(shell: Shell) -> None:
    shell(*GENERATE)
    Path("precious.txt").write_text("mine")
    manifest = json.loads(Path("made/manifest.json").read_text())
    absolute = str(Path("precious.txt").absolute())
    manifest["files"] |= {
        "../precious.txt": "",
        absolute: "",
        "types/../../precious.txt": "",
    }
    Path("made/manifest.json").write_text(json.dumps(manifest))
    assert shell(*GENERATE).code == 0
    assert Path("precious.txt").exists()


def test_a_file_in_the_place_of_the_folder(shell: Shell) -> None:
    Path("made").write_text("mine")
    done = shell(*GENERATE)
    assert (done.code, done.err) == (2, "made:1: error: is no folder [output]\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("generate", "service.wsdl"), "a WSDL needs --output and --package"),
        (("generate", "service.wsdl", "--output", "made"), "a WSDL needs"),
        (("generate", "--output", "made"), "the options go with a WSDL"),
        ((*GENERATE[:-1], "not-a-name"), "'not-a-name' is no name for a package"),
        ((*GENERATE[:-1], "class"), "'class' has a word that Python reserves"),
        ((*GENERATE[:-1], "a..b"), "'a..b' is no name for a package"),
        ((*GENERATE[:-1], "a.class"), "'a.class' has a word that Python reserves"),
        ((*GENERATE, "--wire", "telegraph"), "no wire style 'telegraph' [wire]"),
        ((*GENERATE, "--catalog", "gone.xml"), "gone.xml:1: error:"),
        ((*GENERATE, "--turbo"), "No such option"),
        (("generate", "gone.wsdl", *GENERATE[2:]), "gone.wsdl:1: error:"),
        (("forge",), "No such command"),
    ],
)
def test_wrong_arguments(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    before = files()
    done = shell(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert files() == before


def test_a_package_inside_another(shell: Shell, run: Run) -> None:
    """Its name is dotted, its imports are relative, and its logger has that name."""
    folder = ("--output", "outer/inner", "--package", "outer.inner")
    assert shell("generate", "service.wsdl", *folder).code == 0
    manifest = json.loads(Path("outer/inner/manifest.json").read_text())
    assert manifest["options"]["name"] == "outer.inner"
    say = "from outer.inner import PORTS, Client; from outer.inner._package import PACKAGE"
    done = run("-c", f"{say}; print(PACKAGE.name)", cwd=Path.cwd())
    assert (done.stdout, done.stderr) == ("outer.inner\n", "")


def test_help_and_version(shell: Shell) -> None:
    assert shell("--version").out == f"soapwright, version {soapwright.__version__}\n"
    assert "generate" in shell("--help").out
    assert "--no-spec" in shell("generate", "-h").out


# ------------------------------------------------------------------- all of a project's


def test_a_projects_packages(shell: Shell) -> None:
    Path("pyproject.toml").write_text(
        table(wsdl="service.wsdl", output="a", name="a", spec=False)
        + table(
            wsdl="service.wsdl", output="b", name="b", wire="nusoap", secret=["city"]
        )
    )
    done = shell("generate")
    assert (done.code, done.err) == (0, "")
    assert [line.partition(":")[0] for line in done.out.splitlines()] == ["a", "b"]
    assert not Path("a/_spec").exists()
    manifest = json.loads(Path("b/manifest.json").read_text())
    assert manifest["options"]["wire"] == "nusoap"
    assert manifest["options"]["secret"] == ["city"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            None,
            "pyproject.toml:1: error: cannot be read: No such file or directory [config]",
        ),
        ("", "pyproject.toml:1: error: has no [[tool.soapwright.package]] [config]"),
        ("[tool\n", "pyproject.toml:1: error: is no TOML: "),
        (
            table(wsdl="service.wsdl", output="a", name="a")
            + "\n"
            + table(wsdl="service.wsdl", output="b", naem="b"),
            "pyproject.toml:9: error: unknown key 'naem' [config]\nhint: did you mean 'name'?",
        ),
        (
            "\n\n" + table(wsdl="service.wsdl"),
            "pyproject.toml:3: error: the package has no 'output' [config]\n"
            "pyproject.toml:3: error: the package has no 'name' [config]\n",
        ),
        (
            table(wsdl="service.wsdl", output="a", name="a", catalog="c.xml"),
            "pyproject.toml:5: error: 'catalog' is no list of strings [config]",
        ),
    ],
)
def test_a_wrong_configuration(shell: Shell, text: str | None, said: str) -> None:
    if text is not None:
        Path("pyproject.toml").write_text(text)
    before = files()
    done = shell("generate")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert files() == before


@pytest.mark.parametrize(
    "text",
    [
        table(wsdl="service.wsdl", output="a", name="not a name"),
        table(wsdl="service.wsdl", output="a", name="a", secret=[1]),
        "[tool.soapwright]\npackage = 7\n",
        "tool = 7\n",
        "[tool]\nsoapwright = []\n",
    ],
)
def test_a_configuration_of_wrong_kinds(shell: Shell, text: str) -> None:
    Path("pyproject.toml").write_text(text)
    done = shell("generate")
    assert done.code == 2
    assert re.match(r"pyproject\.toml:\d+: error: .* \[config\]", done.err)
    assert not Path("a").exists()


def test_where_one_package_is_broken_none_is_written(shell: Shell) -> None:
    Path("pyproject.toml").write_text(
        table(wsdl="service.wsdl", output="a", name="a")
        + table(wsdl="broken.wsdl", output="b", name="b")
        + table(wsdl="dangling.wsdl", output="c", name="c")
    )
    before = files()
    done = shell("generate")
    assert done.code == 2
    assert "broken.wsdl:" in done.err and "dangling.wsdl:" in done.err
    assert files() == before


# ----------------------------------------------------------------------- as a program


def test_it_is_a_program_that_never_shows_a_traceback(tmp_path: Path, run: Run) -> None:
    (tmp_path / "broken.wsdl").write_text(BROKEN, encoding="utf-8")
    for arguments in (["broken.wsdl", "--output", "made", "--package", "made"], []):
        done = run(
            "-m",
            "soapwright",
            "generate",
            *arguments,
            cwd=tmp_path,
            PYTHONPATH=str(ROOT),
        )
        assert done.returncode == 2
        assert ": error: " in done.stderr and "Traceback" not in done.stderr
        assert done.stdout == ""


# ------------------------------------------------------------------------------- mistakes


MISTAKES = {
    "an empty folder": (("generate",), "hint: `soapwright init URL-or-FILE` begins"),
    "no name": (
        ("generate", "service.wsdl", "--output", "made"),
        "`soapwright init service.wsdl` proposes both",
    ),
    "a reserved name": (
        ("generate", "service.wsdl", "--output", "made", "--package", "class"),
        "'class' has a word that Python reserves; class_ may be taken",
    ),
    "no name of Python's": (
        ("generate", "service.wsdl", "--output", "made", "--package", "my-shop"),
        "'my-shop' is no name for a package; my_shop may be taken",
    ),
    "a URL": (
        ("inspect", "https://shop.example/?wsdl"),
        "hint: --allow-network fetches",
    ),
    "a file's name": (("inspect", "servise.wsdl"), "hint: did you mean service.wsdl?"),
    "an operation": (
        ("generate", "service.wsdl", "--output", "x", "--package", "x")
        + ("--include", "temprature"),
        "hint: there is temperature",
    ),
    "no package": (("serve", "."), "hint: `soapwright generate` makes one"),
    "a WSDL for a package": (
        ("serve", "service.wsdl"),
        "hint: `soapwright generate serv",
    ),
}


def test_a_folder_in_the_place_of_a_wsdl_is_looked_into(shell: Shell) -> None:
    Path("wsdls").mkdir()
    shutil.copy("service.wsdl", "wsdls/service.wsdl")
    done = shell("inspect", "wsdls")
    assert done.code == 2 and "hint: there is wsdls/service.wsdl\n" in done.err


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_the_command_that_helps(shell: Shell, mistake: str) -> None:
    arguments, said = MISTAKES[mistake]
    done = shell(*arguments)
    assert done.code == 2 and said in done.err


# ------------------------------------------------------------- interrupted, and a full disk


def test_what_is_interrupted_ends_with_130(tmp_path: Path) -> None:
    """1 is a fault's code in `call`, and other answers' in other commands."""
    package = str(ROOT / "generated" / "clickatell")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "soapwright", "call", package, "ping"),
                *("session_id=x", "--endpoint", url),
            ],
            stderr=subprocess.PIPE,
            text=True,
            # Who runs the tests in the background has it ignored, and so would the command.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        silent.settimeout(120)
        connection, _ = silent.accept()
        with connection, process:
            assert connection.recv(1)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (130, "\nInterrupted\n")


_CONSOLE_SCRIPT = """
import sys
from importlib.metadata import entry_points
(script,) = entry_points(group="console_scripts", name=sys.argv[1])
script.load()()
"""


@pytest.mark.parametrize("name", ["soapwright", "clickatell"])
def test_an_interrupted_import_leaves_no_traceback(name: str, tmp_path: Path) -> None:
    slow = "import time\nprint('begun', flush=True)\ntime.sleep(60)\n"
    (tmp_path / "click.py").write_text(slow)
    command = (sys.executable, "-c", _CONSOLE_SCRIPT, name)
    with at_terminal(command, tmp_path, PYTHONPATH=str(tmp_path)) as terminal:
        terminal.see("begun\r\n")
        assert terminal.interrupted() == 130
        assert terminal.shown == "begun\n^C\nInterrupted\n"


def test_a_disk_that_is_full_is_a_message(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    package = str(ROOT / "generated" / "clickatell")
    command = [sys.executable, "-m", "soapwright", "call", package]
    for options in ([], ["ping", "session_id=x", "--dry-run", "--raw"]):
        with full.open("w") as disk:
            done = subprocess.run(
                [*command, *options], stdout=disk, stderr=subprocess.PIPE, text=True
            )
        assert done.returncode == 2
        assert done.stderr == "the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("command", [("inspect",), ("init", "--yes"), ("call",)])
def test_a_url_of_another_kind_is_no_missing_file(
    shell: Shell, command: tuple[str, ...]
) -> None:
    done = shell(*command, "ftp://127.0.0.1/service.wsdl")
    assert done.code == 2
    assert "only http:// and https:// are fetched [network]" in done.err
