"""`check`, and what `generate` leaves alone: packages in step, stale, edited, and broken off half way."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BROKEN, ROOT, SERVICE, Run, Shell

import soapwright
from soapwright import pipeline
from soapwright.project import output

TABLE = """
[[tool.soapwright.package]]
wsdl = "service.wsdl"
output = "made"
name = "made"
"""
SCHEMA = '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">{}</schema>'
IMPORT = '<xsd:import namespace="urn:x" schemaLocation="{}"/>'


@pytest.fixture
def made(shell: Shell) -> Path:
    """A package in step, in a project's folder."""
    Path("pyproject.toml").write_text(TABLE)
    assert shell("generate").code == 0
    return Path("made")


def importing(location: str) -> str:
    """The service, with a schema that it imports."""
    return re.sub(r"(<xsd:schema[^>]*>)", rf"\1{IMPORT.format(location)}", SERVICE, 1)


def rename(old: str, new: str) -> None:
    path = Path("service.wsdl")
    path.write_text(path.read_text().replace(old, new))


# ------------------------------------------------------------------------- in step


def test_a_package_in_step_is_not_generated_to_see_it(
    shell: Shell, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(pipeline, "generate", lambda *a, **k: asked.append(a))
    done = shell("check")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert re.fullmatch(
        r"made: 0 files written, \d+ unchanged\n", shell("generate").out
    )
    assert asked == []


@pytest.mark.parametrize("command", ["check", "generate"])
def test_full_generates_whatever_the_manifest_says(
    shell: Shell, made: Path, command: str
) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    errors = (made / "errors.py").read_bytes()
    (made / "errors.py").write_bytes(b"")
    manifest["files"]["errors.py"] = output.digest(b"")
    (made / "manifest.json").write_bytes(
        json.dumps(manifest, indent=2).encode() + b"\n"
    )
    assert shell("check").code == 0
    assert shell(command, "--full").code == (1 if command == "check" else 0)
    assert ((made / "errors.py").read_bytes() == errors) == (command == "generate")


def test_nothing_heavy_is_loaded_where_nothing_changed(
    shell: Shell, made: Path, run: Run
) -> None:
    code = (
        "import sys\n"
        "from soapwright.cli.main import main\n"
        "try: main()\n"
        "finally: print(sorted({'jinja2', 'lxml', 'ruff', 'xsdata'} & sys.modules.keys()))"
    )
    for arguments in (["check"], ["generate"], ["--help"]):
        done = run("-c", code, *arguments, cwd=Path(), PYTHONPATH=str(ROOT))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[-1] == "[]"


# ------------------------------------------------------------------------- stale


def test_a_changed_wsdl_is_shown_as_a_difference(shell: Shell, made: Path) -> None:
    rename("Wind", "Breeze")
    done = shell("check")
    assert done.code == 1
    assert re.match(
        r"made:1: warning: not what service\.wsdl gives: \d+ changed, 1 new, 1 no longer made \[stale\]\n"
        r"hint: .*\n\Z",
        done.err,
    )
    assert "--- a/made/types/_wind.py\n+++ /dev/null\n" in done.out
    assert "--- /dev/null\n+++ b/made/types/_breeze.py\n@@ -0,0 +1," in done.out
    assert re.search(r"^-.*_wind.*\n\+.*_breeze", done.out, re.M)
    assert shell("generate").code == 0
    assert shell("check").code == 0


def test_a_difference_puts_a_package_in_step(shell: Shell, made: Path) -> None:
    rename("Wind", "Breeze")
    difference = shell("check").out
    shell("generate")
    wanted = {p: p.read_bytes() for p in made.rglob("*.py*")}
    rename("Breeze", "Wind")
    shell("generate")
    for path, content in patched(difference).items():
        assert wanted.get(path) == content, path


def patched(difference: str) -> dict[Path, bytes | None]:
    """What a unified diff makes of the Python files here."""
    made: dict[Path, bytes | None] = {}
    for part in re.split(r"^(?=--- )", difference, flags=re.M)[1:]:
        head, *hunks = re.split(r"^@@ -(\d+)(?:,(\d+))? \+.* @@\n", part, flags=re.M)
        before, after = re.findall(r"^(?:---|\+\+\+) (?:[ab]/)?(.*)$", head, re.M)
        if not (before + after).count(".py"):
            continue
        old = [] if before == "/dev/null" else Path(before).read_text().splitlines(True)
        new, done = [], 0
        for start, count, body in zip(hunks[::3], hunks[1::3], hunks[2::3]):
            first = max(int(start) - 1, 0)
            new += old[done:first]
            kept = body.splitlines(True)
            new += [line[1:] for line in kept if line[0] in " +"]
            done = first + int(count or 1)
        text = "".join(new + old[done:])
        path = Path(before if after == "/dev/null" else after)
        made[path] = None if after == "/dev/null" else text.encode()
    return made


@pytest.mark.parametrize(
    "change",
    [
        ('name = "made"', 'name = "other"'),
        ('name = "made"', 'name = "made"\nsecret = ["city"]'),
        ('name = "made"', 'name = "made"\nspec = false'),
        ('name = "made"', 'name = "made"\nwire = "nusoap"'),
        ("service.wsdl", "same.wsdl"),
    ],
)
def test_changed_options_are_seen(
    shell: Shell, made: Path, change: tuple[str, str]
) -> None:
    Path("same.wsdl").write_text(SERVICE)
    Path("pyproject.toml").write_text(TABLE.replace(*change))
    assert shell("check").code == 1
    assert shell("generate").code == 0
    assert shell("check").code == 0


def test_another_toolkit_is_seen(
    shell: Shell, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soapwright, "__version__", "99.0")
    done = shell("check")
    assert done.code == 1
    assert '+    "version": "99.0",\n' in done.out


def test_a_changed_import_is_seen(shell: Shell, made: Path) -> None:
    Path("service.wsdl").write_text(importing("sub/x.xsd"))
    Path("sub").mkdir()
    Path("sub/x.xsd").write_text(SCHEMA.format(""))
    shell("generate")
    assert shell("check").code == 0
    Path("sub/x.xsd").write_text(
        SCHEMA.format('<simpleType name="S"><restriction base="string"/></simpleType>')
    )
    assert shell("check").code == 1
    Path("sub/x.xsd").unlink()
    assert shell("check").code in (1, 2)


@pytest.mark.parametrize("name", ["sub/x.xsd", "sub/X.XSD"])
def test_an_import_that_was_missed_and_came_is_seen(
    shell: Shell, made: Path, name: str
) -> None:
    Path("service.wsdl").write_text(importing("sub/x.xsd"))
    assert "[import-missing]" in shell("generate").err
    assert (shell("check").code, shell("check").err) == (0, "")
    Path("sub").mkdir()
    Path(name).write_text(SCHEMA.format(""))
    assert shell("check").code == 1
    shell("generate")
    assert shell("check").code == 0


def test_a_changed_catalog_is_seen(shell: Shell, made: Path) -> None:
    entry = '<uri name="urn:x" uri="{}"/>'
    catalog = (
        '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">{}</catalog>'
    )
    Path("catalog.xml").write_text(catalog.format(entry.format("x.xsd")))
    Path("x.xsd").write_text(SCHEMA.format(""))
    Path("service.wsdl").write_text(importing("http://127.0.0.1:9/x.xsd"))
    Path("pyproject.toml").write_text(TABLE + 'catalog = ["catalog.xml"]\n')
    assert (shell("generate").err, shell("check").code) == ("", 0)
    Path("catalog.xml").write_text(catalog.format(""))
    assert shell("check").code == 1


# ------------------------------------------------------------------- edited, gone, broken


def test_an_edit_by_hand_is_named(shell: Shell, made: Path) -> None:
    lines = (made / "errors.py").read_text().splitlines(True)
    (made / "errors.py").write_text("".join([*lines[:3], "mine = 1\n", *lines[3:]]))
    said = r"made/errors\.py:4: warning: edited by hand{} \[edited\]\nhint: "
    done = shell("check")
    assert done.code == 1
    assert re.search(said.format(""), done.err)
    assert "\n-mine = 1\n" in done.out
    done = shell("generate")
    assert done.code == 0
    assert re.search(said.format(": made anew"), done.err)
    assert re.match(r"made: 1 files written, ", done.out)
    assert (made / "errors.py").read_text() == "".join(lines)


def test_an_edited_file_that_is_no_longer_made_is_named(
    shell: Shell, made: Path
) -> None:
    (made / "types" / "_wind.py").write_text("mine = 1\n")
    rename("Wind", "Breeze")
    assert "made/types/_wind.py:1: warning: edited by hand" in shell("generate").err


def test_what_changed_with_the_wsdl_is_no_edit(shell: Shell, made: Path) -> None:
    rename("Wind", "Breeze")
    assert "[edited]" not in shell("check").err
    assert shell("generate").err == ""


def test_a_file_that_is_gone_is_named(shell: Shell, made: Path) -> None:
    (made / "py.typed").unlink()
    done = shell("check")
    assert done.code == 1
    assert "made/py.typed:1: warning: was generated, and is gone [missing]" in done.err
    assert done.out == "--- /dev/null\n+++ b/made/py.typed\n"
    shell("generate")
    assert shell("check").code == 0


def test_files_of_ones_own_are_nobodys_business(shell: Shell, made: Path) -> None:
    (made / "notes.txt").write_text("mine")
    for arguments in (["check"], ["check", "--full"]):
        assert shell(*arguments).code == 0


def test_a_package_that_was_never_made_is_stale(shell: Shell) -> None:
    Path("pyproject.toml").write_text(TABLE)
    done = shell("check")
    assert done.code == 1
    assert re.search(r"gives: \d+ new ", done.err) and "[stale]\n" in done.err
    assert not Path("made").exists()


def test_what_is_no_text_is_not_shown(shell: Shell, made: Path) -> None:
    (made / "errors.py").write_bytes(b"\xff\0")
    done = shell("check")
    name = "made/errors.py"
    assert f"Binary files a/{name} and b/{name} differ\n" in done.out


def test_where_one_is_broken_the_others_are_still_compared(
    shell: Shell, made: Path
) -> None:
    (made / "errors.py").unlink()
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine")
    Path("pyproject.toml").write_text(
        TABLE.replace('"service.wsdl"', '"broken.wsdl"').replace("made", "other")
        + TABLE
        + TABLE.replace("made", "mine")
    )
    Path("broken.wsdl").write_text(BROKEN)
    done = shell("check")
    assert done.code == 2
    assert re.search(r"^broken\.wsdl:\d+: error: ", done.err, re.M)
    assert re.search(r"^mine:1: error: holds files .* \[output\]", done.err, re.M)
    assert "+++ b/made/errors.py\n" in done.out


def test_a_project_without_packages_is_broken(shell: Shell) -> None:
    assert shell("check").code == 2


# ------------------------------------------------------------------- broken off half way


class Stop(BaseException):
    """What ends a run in the middle."""


def stop_after(count: int) -> Callable[[str, Path], None]:
    """An `os.replace` that works some times, and then never again."""
    done = 0
    replace = os.replace

    def limited(source: str, target: Path) -> None:
        nonlocal done
        done += 1
        if done > count:
            raise Stop
        replace(source, target)

    return limited


def keep_temporary(unlink: Callable[..., None]) -> Callable[..., None]:
    """An `os.unlink` of a run that is killed: it cleans nothing up beside the files."""

    def limited(path: str | Path, **where: int) -> None:
        if ".soapwright-" not in str(path):
            unlink(path, **where)

    return limited


@pytest.mark.parametrize("count", [0, 1, 2, 30])
@pytest.mark.parametrize("fresh", [True, False])
def test_the_next_run_makes_good_what_was_broken_off(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, count: int, fresh: bool
) -> None:
    made = Path("made")
    Path("pyproject.toml").write_text(TABLE)
    if not fresh:
        shell("generate")
    rename("Wind", "Breeze")
    with monkeypatch.context() as patch, pytest.raises(Stop):
        patch.setattr(os, "replace", stop_after(count if fresh else min(count, 4)))
        patch.setattr(os, "unlink", keep_temporary(os.unlink))
        shell("generate")
    assert shell("check").code == 1
    rename("Breeze", "Gale")
    done = shell("generate")
    assert (done.code, done.err) == (0, "")
    assert not [p for p in made.rglob("*") if "breeze" in p.name]
    assert not [p for p in made.rglob(".soapwright-*")]
    assert shell("check", "--full").code == 0


# ------------------------------------------------------------------- as a hook


def test_the_hook_is_a_command_that_there_is(shell: Shell, made: Path) -> None:
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entry = re.findall(r"^  entry: soapwright (.*)$", hook, re.M)
    assert [shell(*one.split()).code for one in entry] == [0]
