"""gSOAP: `python gsoap.py run.json`. A client made of the service's own WSDL is compiled, and calls."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "gsoap.cpp"
IMPORTS = "/usr/share/gsoap/import"


def literal(text: str) -> str:
    """A text in C++."""
    safe = {byte for byte in range(32, 127) if chr(byte) not in '"\\?'}
    return "".join(chr(b) if b in safe else f"\\{b:03o}" for b in text.encode())


def texts(cases: list[dict[str, Any]]) -> str:
    """A call for each case that is a text in the end."""
    lines = []
    for case in cases:
        value = case["value"]
        if isinstance(value, dict) and "type" in value:
            value = value["text"]
        elif not case["name"].startswith("characters"):
            continue
        call = f"soap_call_ns1__{case['operation'].replace('_', '_USCORE')}"
        lines.append(f'text("{case["name"]}", "{literal(value)}", {call});\n')
    return "".join(lines)


def main(path: str) -> None:
    run = json.loads(Path(path).read_text(encoding="utf-8"))
    folder = Path(path).parent
    (folder / "texts.inc").write_text(texts(run["cases"]), encoding="ascii")
    generated = ["soapC.cpp", "soapClient.cpp", "-lgsoap++"]
    for command in (
        ["wsdl2h", "-s", "-o", "client.h", run["wsdl"]],
        ["soapcpp2", "-1", "-CL", "-x", "-w", f"-I{IMPORTS}", "client.h"],
        ["g++", "-w", "-O0", "-I.", "-o", "client", str(SOURCE), *generated],
    ):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{command[0]}: {done.stderr[-2000:]}")
    subprocess.run([folder / "client", run["location"]], check=True, timeout=60)


main(*sys.argv[1:])
