"""The documented `sendmsg` against C and C++: PHP's SoapClient and gSOAP, each in its own process.

A call is the request written and the two-id reply read, without a network. PHP's client has its
WSDL loaded, and `__doRequest` gives the reply. gSOAP's code is made by `wsdl2h -s` (plain C
strings) and `soapcpp2` from the same WSDL, compiled with -O2, and works on memory by its `fsend`
and `frecv`. It has no nil for a number, and writes 0.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from .documents import CLICKATELL, RECEIPTS, REPLY
from .meaning import content, same
from .measure import Found, Goal, Line, Race, Settings, Skipped, Unavailable
from .sendmsg import read, write

WORK = "write the documented request and read its reply"
_HERE = Path(__file__).parent / "native"
_MADE = ("soapC.cpp", "-lgsoap++")
_IMPORTS = Path("/usr/share/gsoap/import")


def measure(settings: Settings) -> Found:
    """Both together, against PHP and gSOAP."""
    race, found = Race(), list[Line | Skipped]()
    race.calls("soapwright", _both)
    started: list[_Process] = []
    try:
        for name, start in (("PHP SoapClient", _php), ("gSOAP", _gsoap)):
            try:
                process = start(settings.scratch)
            except Unavailable as error:
                found.append(Skipped(f"{WORK}: {name}", str(error)))
                continue
            started.append(process)
            process.check(name)
            race.candidates[name] = process.batch
        times = race.run(settings.rounds, settings.quick)
    finally:
        for process in started:
            process.close()
    ours = times.pop("soapwright")
    return found + [Line(WORK, p, ours, t, Goal(1)) for p, t in times.items()]


def _both() -> None:
    write()
    read()


class _Process:
    """A program that prints what it wrote and read, and then times a given number of calls."""

    def __init__(self, *command: str | Path) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def check(self, name: str) -> None:
        """See that it writes the documented request and reads the reply's ids."""
        wanted: Any = content(write())
        request: Any = content(self._line().encode())
        zeros = [(part, None if text == "0" else text) for part, text in request[0][1]]
        same(wanted[0][1], zeros, name)
        same(RECEIPTS, self._line().rstrip("\t").split("\t"), name)

    def batch(self, count: int) -> float:
        """The seconds that a number of calls take, by its own clock."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        return int(self._line()) / 1e9

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()


def _reply(scratch: Path) -> Path:
    path = scratch / "reply.xml"
    path.write_bytes(REPLY)
    return path


def _needs(*commands: str) -> None:
    missing = [command for command in commands if shutil.which(command) is None]
    if missing:
        raise Unavailable(f"{', '.join(missing)}: not installed")


def _php(scratch: Path) -> _Process:
    _needs("php")
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True)
    if "soap" not in modules.stdout.split():
        raise Unavailable("php has no soap extension")
    return _Process("php", _HERE / "sendmsg.php", CLICKATELL, _reply(scratch))


def _gsoap(scratch: Path) -> _Process:
    _needs("wsdl2h", "soapcpp2", "g++")
    folder = scratch / "gsoap"
    folder.mkdir(exist_ok=True)
    commands: list[list[str | Path]] = [
        ["wsdl2h", "-s", "-P", "-o", "sendmsg.h", CLICKATELL],
        ["soapcpp2", "-CL", "-x", "-w", f"-I{_IMPORTS}", "sendmsg.h"],
        [*("g++", "-O2", "-I.", "-o", "sendmsg"), _HERE / "sendmsg.cpp", *_MADE],
    ]
    for command in commands:
        result = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise Unavailable(f"{command[0]}: {result.stderr.strip()[-200:]}")
    return _Process(folder / "sendmsg", _reply(scratch))
