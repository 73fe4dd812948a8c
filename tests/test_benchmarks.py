"""Each benchmark runs, once and on small inputs. Nothing here looks at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT, Run

from benchmarks import report
from benchmarks.__main__ import BENCHMARKS
from benchmarks.measure import Found, Goal, Line, Settings, Skipped


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_it_runs(name: str, run: Run) -> None:
    """In a process of its own: the peers have warnings. Those not installed are left out."""
    arguments = ("-m", "benchmarks", name, "--quick", "--rounds", "1")
    result = run(*arguments, cwd=ROOT, PYTHONPATH=str(ROOT / "generated"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{name}:\n  "), result.stdout


@pytest.mark.parametrize("kind", ["uvicorn-quick", "waitress"])
def test_a_server_that_is_not_installed_is_left_out(
    kind: str, tmp_path: Path, run: Run
) -> None:
    for name in "uvicorn", "waitress":
        (tmp_path / f"{name}.py").write_text("raise ImportError", encoding="utf-8")
    arguments = ("-m", "benchmarks.served", kind, str(tmp_path))
    result = run(*arguments, cwd=ROOT, PYTHONPATH=str(ROOT / "generated"))
    assert (result.returncode, result.stdout) == (1, "")


def test_a_goal_has_a_sense() -> None:
    faster = Line("write", "zeep", ours=1.0, theirs=12.0, goal=Goal(12))
    assert (faster.ratio, faster.met) == (12.0, True)
    slower = Line("read", "lxml", ours=1.5, theirs=1.0, goal=Goal(1.4, slower=True))
    assert (slower.ratio, slower.met) == (1.5, False)
    assert Line("read", "suds", ours=1.0, theirs=9.0).met is None


def test_results_say_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(report, "TABLE", tmp_path / "RESULTS.md")
    lines: Found = [
        Line("write", "zeep", ours=2e-6, theirs=1e-4, goal=Goal(45)),
        Line(
            "memory", "zeep", ours=30.0, theirs=90.0, goal=Goal(0.5, True), unit="MiB"
        ),
        Skipped("read", "php: not installed"),
    ]
    report.save({"sendmsg": lines}, Settings(3, False, tmp_path))
    record = json.loads((tmp_path / "results" / "sendmsg.json").read_text())
    assert [one.get("met") for one in record["lines"]] == [True, True, None]
    table = (tmp_path / "RESULTS.md").read_text()
    assert "| 2 µs | zeep | 100 µs | 50.0 × faster | ≥ 45 × faster | met |" in table
    assert "| 30 MiB | zeep | 90 MiB | 0.33 × | ≤ 0.5 × | met |" in table
    assert "not measured: php: not installed" in table
