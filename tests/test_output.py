"""What stands in a package's folder besides what is generated, and what a checkout makes of it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Shell

from soapwright.project.toolkit import is_of

TABLE = """[[tool.soapwright.package]]
wsdl = "service.wsdl"
output = "made"
name = "made"
"""


@pytest.fixture
def made(shell: Shell) -> Path:
    """A package in step, in a project's folder."""
    Path("pyproject.toml").write_text(TABLE)
    assert shell("generate").code == 0
    return Path("made")


def rename(old: str, new: str) -> None:
    path = Path("service.wsdl")
    path.write_text(path.read_text().replace(old, new))


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


# ----------------------------------------------------------------------- what is in the way


def link_types(made: Path) -> None:
    (made / "types").rename("elsewhere")
    (made / "types").symlink_to(Path("elsewhere").resolve())


def put_folder(made: Path) -> None:
    (made / "types" / "_breeze.py").mkdir()


def put_file(made: Path) -> None:
    for path in (made / "types").iterdir():
        path.unlink()
    (made / "types").rmdir()
    (made / "types").write_text("mine")


def put_own(made: Path) -> None:
    (made / "types" / "_breeze.py").write_text("# mine\n")


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (
            link_types,
            "made/types:1: error: is a symbolic link: what it leads to is not",
        ),
        (put_folder, "made/types/_breeze.py:1: error: is in the way of a file"),
        (put_file, "made/types:1: error: is in the way of a folder of this name"),
        (
            put_own,
            "made/types/_breeze.py:1: error: would be overwritten, and soapwright did not"
            " write it [output]\nhint: give it another name, or move it out of the folder",
        ),
    ],
)
def test_what_is_in_the_way_is_found_before_anything_is_written(
    shell: Shell, made: Path, put: Callable[[Path], None], said: str
) -> None:
    put(made)
    rename("Wind", "Breeze")
    before = tree(Path())
    for command in ("generate", "check"):
        done = shell(command)
        assert done.code == 2
        assert said in done.err and "[output]" in done.err
        assert tree(Path()) == before


def test_a_link_in_a_files_place_is_not_followed(shell: Shell, made: Path) -> None:
    Path("precious").write_text("mine")
    (made / "errors.py").unlink()
    (made / "errors.py").symlink_to(Path("precious").resolve())
    assert shell("generate").code == 0
    assert not (made / "errors.py").is_symlink()
    assert Path("precious").read_text() == "mine"


def test_the_folder_itself_may_be_a_link(shell: Shell, made: Path) -> None:
    made.rename("elsewhere")
    made.symlink_to(Path("elsewhere").resolve())
    rename("Wind", "Breeze")
    assert (shell("generate").code, shell("check").code) == (0, 0)
    assert Path("elsewhere/types/_breeze.py").is_file()


def test_what_is_removed_through_no_link(shell: Shell, made: Path) -> None:
    """A manifest may be anybody's: what it names through a link is not removed."""
    Path("outside").mkdir()
    Path("outside/precious").write_text("mine")
    (made / "sub").symlink_to(Path("outside").resolve())
    manifest = made / "manifest.json"
    text = manifest.read_text().replace('"files": {', '"files": {"sub/precious": "0",')
    manifest.write_text(text)
    done = shell("generate")
    assert done.code == 2 and "made/sub:1: error: is a symbolic link" in done.err
    assert Path("outside/precious").read_text() == "mine"


def test_what_cannot_be_written_is_named(
    shell: Shell, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own name, and not by that of the file that is written beside it."""

    def refuse(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(source))

    rename("Wind", "Breeze")
    monkeypatch.setattr(os, "replace", refuse)
    done = shell("generate")
    assert done.code == 2
    said = "made:1: error: cannot write: No space left on device: made/manifest.json"
    assert f"{said} [output]\n" in done.err
    assert not list(made.rglob(".soapwright-*"))


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("x" * 300, "cannot be used as a folder: File name too long"),
        ("service.wsdl/made", "is no folder"),
    ],
)
def test_what_can_be_no_folder(shell: Shell, output: str, said: str) -> None:
    Path("pyproject.toml").write_text(TABLE.replace('"made"', f'"{output}"', 1))
    for command in ("check", "generate"):
        done = shell(command)
        assert done.code == 2
        assert done.err == f"{output}:1: error: {said} [output]\n"


# ----------------------------------------------------------------------- converted line ends


def convert(made: Path) -> None:
    """What git makes of a checkout with `core.autocrlf`."""
    for path in [*made.rglob("*"), Path("service.wsdl"), Path("pyproject.toml")]:
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def test_a_checkout_with_other_line_ends_is_in_step(shell: Shell, made: Path) -> None:
    convert(made)
    for command in ("check", "generate"):
        done = shell(command)
        assert (done.code, done.err) == (0, "")
    assert b"\r\n" in (made / "errors.py").read_bytes()


def test_only_what_changed_is_written_there(shell: Shell, made: Path) -> None:
    convert(made)
    rename("Wind", "Breeze")
    done = shell("generate")
    assert done.err == ""
    assert "written, " in done.out and int(done.out.split()[1]) < 12
    assert b"\r\n" in (made / "errors.py").read_bytes()
    assert shell("check").code == 0


def test_an_edit_is_seen_there_too(shell: Shell, made: Path) -> None:
    convert(made)
    path = made / "errors.py"
    path.write_bytes(path.read_bytes() + b"mine = 1\r\n")
    done = shell("check")
    assert done.code == 1
    assert done.err.count("[edited]") == 1
    assert "\n-mine = 1\n" in done.out and "+++ b/made/py.typed" not in done.out
    assert done.out.count("\n-") < 10


@pytest.mark.parametrize(
    ("content", "is_it"),
    [(b"a\nb\n", True), (b"a\r\nb\r\n", True), (b"a\r\nb\n", True), (b"ab", False)],
)
def test_digests_of_either_line_ends(content: bytes, is_it: bool) -> None:
    plain = hashlib.sha256(b"a\nb\n").hexdigest()
    windows = hashlib.sha256(b"a\r\nb\r\n").hexdigest()
    assert is_of(content, plain) is is_it
    assert is_of(b"a\nb\n", windows)


# ------------------------------------------------------------------------------- version 0.1

# What the runtime was in 0.1: modules beside each other, of which some have a wing's name now.
FLAT = ("__init__", "anything", "application", "arrays", "client", "errors", "server")
FLAT += ("streaming", "validation", "values", "wildcards")


def test_nothing_of_version_0_1_is_left(shell: Shell, made: Path) -> None:
    good = tree(made)
    shutil.rmtree(made)
    manifest = json.loads(good["made/manifest.json"])
    kept = {"types/_gone.py": "# Generated by soapwright: an old type.\n"}
    kept |= {f"_soap/{name}.py": f'"""The module {name}."""\n' for name in FLAT}
    kept |= {"_soap/py.typed": "", "server.py": "# Generated by soapwright: old.\n"}
    for path, text in kept.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text, encoding="utf-8")
    manifest["generator"] = {"name": "soapwright", "version": "0.1.0", "sha256": "0"}
    del manifest["options"]["server"]
    manifest["files"] = {
        path: hashlib.sha256(text.encode()).hexdigest() for path, text in kept.items()
    }
    (made / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = shell("generate")
    assert (done.code, done.err) == (0, "")
    assert tree(made) == good
