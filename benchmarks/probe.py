"""The work of a fresh process, and its cost: `python -m benchmarks.probe WORK ARGUMENTS`.

Its clock starts after the interpreter has; it prints one line of JSON: seconds, and MiB of
memory, resident at the end and at most. Inside the functions are the imports that only some of
the work needs, and those that are none of the work's.
"""

from __future__ import annotations

import time

_START = time.perf_counter()

import sys
from collections.abc import Callable
from typing import Any

_MIB = 2**20


def resident() -> float:
    """MiB of memory now; the peak where the system does not report it."""
    # Here and not above: none of the work's.
    import resource
    from pathlib import Path

    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return _peak()
    return pages * resource.getpagesize() / _MIB


def _peak() -> float:
    """MiB of memory at most so far.

    Linux has it in the status of the process, as the other figure counts in what the process
    that started it had. Elsewhere macOS counts in bytes, others in KiB.
    """
    # Here and not above: none of the work's.
    import resource
    from pathlib import Path

    status = Path("/proc/self/status")
    if status.is_file():
        line = next(x for x in status.read_text().split("\n") if x.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / _MIB
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / _MIB


def ours(folder: str, name: str) -> None:
    """Import a package, its client class included, and write a first request."""
    sys.path.insert(0, folder)
    package: Any = __import__(name)
    client, t = package.Client, package.types
    if name == "vim25":
        this = t.ManagedObjectReference(value="SessionManager", type="SessionManager")
        value = t.LoginRequestType(this=this, user_name="demo", password="demo")
        operation = "Login"
    else:
        value = t.Call0(item=t.Type0001(field1=True))
        operation = "Call0"
    port = package.PORTS[client._port_names[0]]
    port.operations[operation].encode_request(value)


def zeep(wsdl: str, name: str) -> None:
    """Import zeep, load the WSDL, and write the same request."""
    import zeep
    from lxml import etree

    client: Any = zeep.Client(wsdl)  # type: ignore[no-untyped-call,unused-ignore]  # zeep is only partly typed
    if name == "vim25":
        this = {"_value_1": "SessionManager", "type": "SessionManager"}
        values = {"_this": this, "userName": "demo", "password": "demo"}
        operation = "Login"
    else:
        values = {"item": {"field1": True}}
        operation = "Call0"
    etree.tostring(client.create_message(client.service, operation, **values))


def generate(wsdl: str, folder: str, name: str) -> None:
    """Generate a package and write it."""
    from pathlib import Path

    from soapwright.model.options import Options
    from soapwright.pipeline import generate
    from soapwright.project.output import write_package

    write_package(Path(folder), generate(Path(wsdl), Options(name)).files)


def parse(reply: str) -> None:
    """lxml alone reads a reply, all of it."""
    from lxml import etree

    with open(reply, "rb") as stream:
        data = stream.read()
    etree.fromstring(data, etree.XMLParser(huge_tree=True))


def _entries(folder: str) -> Any:  # Any: made by the benchmark
    sys.path.insert(0, folder)
    package: Any = __import__("bench_rows")
    return package.PORTS["RowsPort"].operations["listEntries"]


def read(reply: str, folder: str) -> None:
    """We read a reply, all of it."""
    with open(reply, "rb") as stream:
        _entries(folder).decode_response(stream.read())


def iterate(reply: str, folder: str) -> None:
    """We go through a reply's rows, one by one."""
    with open(reply, "rb") as stream:
        for _ in _entries(folder).iter_response(stream):
            pass


PROBES: dict[str, Callable[..., None]] = {
    probe.__name__: probe for probe in (ours, zeep, generate, parse, read, iterate)
}


def main() -> None:
    """Run a probe, and print its cost."""
    PROBES[sys.argv[1]](*sys.argv[2:])
    took = time.perf_counter() - _START
    # Here and not above: none of the work's.
    import json

    print(json.dumps({"seconds": took, "resident": resident(), "peak": _peak()}))


if __name__ == "__main__":
    main()
