"""`python -m benchmarks`, or `make bench`: measure, print, and write the results."""

from __future__ import annotations

import argparse
import importlib
import tempfile
from pathlib import Path

from .measure import Found, Line, Settings, Skipped
from .report import save, shown

BENCHMARKS = (
    "sendmsg",
    "native",
    "rows",
    "cold",
    "generating",
    "calls",
    "serving",
    "large",
    "outlive",
    "workers",
    "sandbox",
    "security",
)


def main() -> None:
    """Run the chosen benchmarks, all if none is."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "chosen", nargs="*", metavar="BENCHMARK", help=", ".join(BENCHMARKS)
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--quick", action="store_true", help="small inputs; saves nothing"
    )
    parser.add_argument(
        "--long", action="store_true", help="inputs that take minutes, too"
    )
    parser.add_argument("--vim25", type=Path, help="the folder of vim25's WSDL")
    arguments = parser.parse_args()
    if unknown := set(arguments.chosen) - set(BENCHMARKS):
        parser.error(f"no benchmark {sorted(unknown)[0]!r}: {', '.join(BENCHMARKS)}")
    vim25 = arguments.vim25
    if vim25 is not None and not (vim25 / "vimService.wsdl").is_file():
        vim25 = None
    found: dict[str, Found] = {}
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(
            arguments.rounds,
            arguments.quick,
            Path(scratch),
            vim25 and vim25.resolve(),
            arguments.long,
        )
        for name in arguments.chosen or BENCHMARKS:
            print(f"{name}:", flush=True)
            found[name] = measure(name, settings)
            for line in found[name]:
                print(f"  {row(line)}", flush=True)
    if not arguments.quick:
        save(found, settings)


def measure(name: str, settings: Settings) -> Found:
    """One benchmark's lines."""
    found: Found = importlib.import_module(f"benchmarks.{name}").measure(settings)
    return found


def row(line: Line | Skipped) -> str:
    """A line for the terminal."""
    if isinstance(line, Skipped):
        return f"{line.work}: not measured: {line.reason}"
    ours, theirs = shown(line.ours, line.unit), shown(line.theirs, line.unit)
    verdict = {True: ", met", False: ", NOT MET", None: ""}[line.met]
    goal = "" if line.goal is None else f" (target {line.goal}{verdict})"
    return f"{line.work}: {ours}; {line.peer} {theirs}; ratio {line.ratio:.2f}{goal}"


if __name__ == "__main__":
    main()
