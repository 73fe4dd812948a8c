"""What is emitted is compiled before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Shell

from soapwright.model.diagnostics import SpecError
from soapwright.python import emit
from soapwright.python.compiling import check_compiles


def test_what_compiles_passes() -> None:
    check_compiles({"a.py": b"x = 1\n", "b.pyi": b"x: int\n"}, "made")


def test_warnings_stop_nothing_and_say_nothing() -> None:
    check_compiles({"a.py": b"x = '\\d'\ny = x is 'd'\n"}, "made")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def f(\n    ,\n):\n    pass\n", 2),
        ("def f(x, x):\n    pass\n", 1),
        ("x = 1\nreturn x\n", 2),
        ("f(a=1, a=2)\n", 1),
        ("x = '\0'\n", 1),
        ("# coding=nothing\n", 1),
        ("-" * 100_000 + "1\n", 1),
    ],
)
def test_what_does_not_compile_is_an_error(text: str, line: int) -> None:
    with pytest.raises(SpecError) as caught:
        check_compiles({"sound.py": b"x = 1\n", "types/_a.py": text.encode()}, "made")
    (found,) = caught.value.diagnostics
    said = f"made/types/_a.py:{line}: error: the emitted module does not compile: "
    assert str(found).startswith(said) and "[internal]\nhint: " in str(found)


def test_a_wsdl_that_is_named_as_an_encoding(shell: Shell) -> None:
    """Its name is in the first line of each module, where Python looks for an encoding."""
    Path("service.wsdl").rename("coding=rot13.wsdl")
    arguments = (
        "generate",
        "coding=rot13.wsdl",
        "--output",
        "made",
        "--package",
        "made",
    )
    assert shell(*arguments).code == 0
    compile(Path("made/client.py").read_bytes(), "client.py", "exec")


def test_nothing_is_written_then(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("generate", "service.wsdl", "--output", "made", "--package", "made")
    monkeypatch.setattr(
        emit, "render", lambda template, view: b"def f(\n    ,\n): ...\n"
    )
    done = shell(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "made/client.py:2: error: the emitted module does not compile: " in done.err
    assert "Traceback" not in done.err
    assert not Path("made").exists()
