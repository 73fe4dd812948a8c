"""The formatter: what it depends on, and what its versions change and do not change."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from conftest import SERVICE, Shell

from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.toolkit import digest
from soapwright.python import formatting
from soapwright.python.formatting import format_modules

TABLE = """[[tool.soapwright.package]]
wsdl = "service.wsdl"
output = "made"
name = "made"
"""
UNFORMATTED = {"a.py": b"x = [1,\n2]\n", "types/_b.py": b"y  =  'b'\n"}
FORMATTED = {"a.py": b"x = [1, 2]\n", "types/_b.py": b'y = "b"\n'}


@pytest.fixture
def made(shell: Shell) -> Path:
    """A package in step, in a project's folder."""
    Path("pyproject.toml").write_text(TABLE)
    assert shell("generate").code == 0
    return Path("made")


@pytest.fixture
def other_ruff(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the package is made, a ruff that breaks lines elsewhere, as another version might."""
    options = ["60" if one == "88" else one for one in formatting._OPTIONS]
    monkeypatch.setattr(formatting, "_OPTIONS", tuple(options))


def rename(old: str, new: str) -> None:
    path = Path("service.wsdl")
    path.write_text(path.read_text().replace(old, new))


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.as_posix(): path.read_bytes() for path in files}


def convert(made: Path) -> None:
    """What git makes of a checkout with `core.autocrlf`."""
    for path in made.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


# ----------------------------------------------------------------- what a format depends on


def test_no_configuration_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the current folder, nor around the temporary one, nor in the environment."""
    around = tmp_path / ".git" / "build"
    around.mkdir(parents=True)
    for folder in (tmp_path, around):
        (folder / "ruff.toml").write_text('line-length = 8\nexclude = ["*"]\n')
        (folder / ".gitignore").write_text("*\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(formatting, "_memory", lambda size: str(around))
    monkeypatch.setenv("RUFF_CONFIG", str(tmp_path / "ruff.toml"))
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "nonsense")
    assert format_modules(UNFORMATTED, "made") == FORMATTED
    assert sorted(p.name for p in around.iterdir()) == [".gitignore", "ruff.toml"]


def test_files_are_formatted_on_a_disk_where_memory_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terabyte is more than any has; where it is not Linux there is no such memory at all."""
    assert formatting._memory(1 << 40) is None
    monkeypatch.setattr(formatting, "_memory", lambda size: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert format_modules(UNFORMATTED, "made") == FORMATTED
    assert list(tmp_path.iterdir()) == []


def test_what_ruff_refuses_is_not_written(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from soapwright import pipeline  # the module, of which one name is replaced

    monkeypatch.setattr(pipeline, "check_compiles", lambda modules, package: None)
    monkeypatch.setattr("soapwright.python.emit.render", lambda *_: b"def f(,): ...\n")
    done = shell("generate", "service.wsdl", "--output", "made", "--package", "made")
    assert (done.code, done.out) == (2, "")
    assert re.match(r"made:1: error: ruff refuses what was emitted: .*", done.err)
    assert "[internal]" in done.err and "Traceback" not in done.err
    assert not Path("made").exists()


def test_a_ruff_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "find_ruff_bin", lambda: "/nowhere/ruff")
    with pytest.raises(SpecError, match=r"^made:1: error: ruff cannot .*\[formatter\]"):
        format_modules(UNFORMATTED, "made")


# ------------------------------------------------------------------------- two digests


def test_a_manifest_has_the_digests_before_and_after(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    emitted, files = manifest["emitted"], manifest["files"]
    assert emitted.keys() == files.keys()
    for path, expected in files.items():
        assert digest((made / path).read_bytes()) == expected
    formatted = {path for path in files if files[path] != emitted[path]}
    assert "ports.py" in formatted
    raw = {path for path in formatted if path.startswith(("_soap/", "_spec/"))}
    assert raw <= {"_soap/__init__.py"}  # the rest is the toolkit's own


def test_the_emission_does_not_depend_on_the_formatter(
    made: Path, other_ruff: None
) -> None:
    package = generate(Path("service.wsdl"), Options("made"))
    emitted = [
        json.loads(content)["emitted"]
        for content in (
            package.files["manifest.json"],
            (made / "manifest.json").read_bytes(),
        )
    ]
    assert emitted[0] == emitted[1]
    assert package.files["client.py"] != (made / "client.py").read_bytes()


# ------------------------------------------------------------------- another ruff's format


@pytest.mark.parametrize("ends", [False, True])
def test_another_ruff_makes_nothing_stale(
    shell: Shell, made: Path, other_ruff: None, ends: bool
) -> None:
    if ends:
        convert(made)
    before = tree(made)
    for command in (["check"], ["check", "--full"], ["generate"]):
        done = shell(*command)
        assert (done.code, done.err) == (0, "")
        assert done.out == "" or "made: 0 files written" in done.out
    done = shell("generate", "--full")
    assert (done.code, done.err) == (0, "") and "made: 0 files written" in done.out
    assert tree(made) == before


def test_only_what_the_spec_changed_gets_its_format(
    shell: Shell, made: Path, other_ruff: None
) -> None:
    before = tree(made)
    rename("Wind", "Breeze")
    assert shell("check").code == 1
    done = shell("generate")
    assert (done.code, done.err) == (0, "")
    after = tree(made)
    same = {path for path in after if before.get(path) == after[path]}
    assert {"made/errors.py", "made/__init__.py", "made/types/_nothing.py"} <= same
    assert {"made/types/_breeze.py", "made/types/_report.py"} <= after.keys() - same
    for command in (["check"], ["check", "--full"]):
        assert (shell(*command).code, tree(made)) == (0, after)


def test_an_edit_is_still_named(shell: Shell, made: Path, other_ruff: None) -> None:
    path = made / "client.py"
    path.write_bytes(path.read_bytes() + b"mine = 1\n")
    for command in ("check", "generate"):
        done = shell(command)
        assert "made/client.py:" in done.err and done.err.count("[edited]") == 1
        assert "mine = 1" in done.out or "made: 2 files written" in done.out
    assert b"mine" not in path.read_bytes()
    assert (shell("check").code, shell("check", "--full").code) == (0, 0)


def test_what_was_only_formatted_by_hand_is_an_edit(shell: Shell, made: Path) -> None:
    path = made / "errors.py"
    path.write_bytes(path.read_bytes().replace(b'"', b"'"))
    done = shell("check")
    assert (done.code, done.err.count("[edited]")) == (1, 1)


def test_what_means_something_else_is_no_format(
    shell: Shell, made: Path, other_ruff: None
) -> None:
    """Even where the manifest has its digest, as after a merge that went wrong."""
    path = made / "errors.py"
    path.write_bytes(path.read_bytes().replace(b"SoapError", b"SoapErrors"))
    manifest = json.loads((made / "manifest.json").read_text())
    manifest["files"]["errors.py"] = digest(path.read_bytes())
    (made / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    assert shell("check", "--full").code == 1
    assert shell("generate", "--full").code == 0
    assert b"SoapErrors" not in path.read_bytes()


def test_a_manifest_without_digests_of_the_emission(shell: Shell, made: Path) -> None:
    """As earlier versions wrote it: everything is compared with what is written now."""
    manifest = json.loads((made / "manifest.json").read_text())
    del manifest["emitted"]
    (made / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    assert shell("check", "--full").code == 1
    done = shell("generate", "--full")
    assert (done.err, done.out.split(",")[0]) == ("", "made: 1 files written")
    assert shell("check", "--full").code == 0


def test_the_current_folder_does_not_matter(tmp_path: Path) -> None:
    wsdl = tmp_path / "service.wsdl"
    wsdl.write_text(SERVICE)
    made = []
    for folder in (tmp_path, tmp_path.parent):
        os.chdir(folder)
        made.append(generate(wsdl, Options("made")).files)
    assert made[0] == made[1]
