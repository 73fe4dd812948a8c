"""Rows of ten typed fields, document/literal: written as a request, read as a reply.

5,000 rows of int, string, decimal, double, boolean, dateTime, date, base64Binary, an enumeration
and an optional string. Every side is given its values as objects of its own classes, made before;
written is from them to bytes, read is from bytes to them. zeep's reading is `process_reply`;
xsdata has one context for all calls, and its event handlers on the standard library's parser,
which are its fastest here; "xsdata, lxml" has those on lxml.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lxml import etree

from .documents import ROWS, package, zeep_client
from .meaning import content, same
from .measure import Found, Goal, Line, Race, Settings, Skipped, Unavailable

_STATUSES = ("new", "paid", "shipped", "cancelled")


def measure(settings: Settings) -> Found:
    """Writing and reading against zeep and xsdata."""
    count = 20 if settings.quick else 5_000
    given = [_values(number) for number in range(count)]
    writers, readers, found = Race(), Race(), list[Line | Skipped]()
    sys.path.insert(0, str(package(ROWS, "bench_rows", settings.scratch)))
    request, reply = _add_ours(writers, readers, given)
    readers.calls("lxml", lambda: etree.fromstring(reply))
    for peer, add in (("zeep", _add_zeep), ("xsdata", _add_xsdata)):
        try:
            add(writers, readers, given, request, reply, settings.scratch)
        except Unavailable as error:
            found.append(Skipped(f"{count:,} rows: {peer}", str(error)))
    for work, race, goals in (
        ("write", writers, {"zeep": Goal(12), "xsdata": Goal(18)}),
        ("read", readers, {"zeep": Goal(7), "xsdata": Goal(10)}),
    ):
        times = race.run(settings.rounds, settings.quick)
        ours = times.pop("soapwright")
        name = f"{work} {count:,} rows of 10 typed fields"
        found += [Line(name, p, ours, t, goals.get(p)) for p, t in times.items()]
    return found


def _values(number: int) -> dict[str, Any]:
    """A row's fields, none of them twice the same."""
    moment = datetime(2024, 1, 1, 12, 30, tzinfo=UTC) + timedelta(minutes=number)
    row = {
        "id": 1_000_000 + number,
        "name": f"customer {number} & sons" if number % 10 == 0 else f"row {number}",
        "amount": Decimal(number * 7 + 5) / 100,
        "rate": number / 8 + 0.1,
        "active": number % 3 == 0,
        "created": moment,
        "due": date(2024, 1, 1) + timedelta(days=number % 365),
        "payload": number.to_bytes(4, "big") * 6,
        "status": _STATUSES[number % 4],
    }
    return row if number % 2 else {**row, "note": f"note {number}"}


def _add_ours(
    writers: Race, readers: Race, given: list[dict[str, Any]]
) -> tuple[bytes, bytes]:
    bench_rows: Any = importlib.import_module("bench_rows")
    operation = bench_rows.PORTS["RowsPort"].operations["putRows"]
    types = bench_rows.types
    rows = [types.Row(**{**v, "status": types.Status(v["status"])}) for v in given]
    request = operation.encode_request(types.PutRows(row=rows))
    reply = operation.encode_response(types.PutRowsResponse(row=rows))
    same(rows, operation.decode_response(reply).row, "soapwright")
    value = types.PutRows(row=rows)
    writers.calls("soapwright", lambda: operation.encode_request(value))
    readers.calls("soapwright", lambda: operation.decode_response(reply))
    return request, reply


def _add_zeep(
    writers: Race,
    readers: Race,
    given: list[dict[str, Any]],
    request: bytes,
    reply: bytes,
    scratch: Path,
) -> None:
    client = zeep_client(ROWS)
    kind = client.get_type("{urn:rows}Row")
    rows = [kind(**values) for values in given]

    def write() -> bytes:
        envelope = client.create_message(client.service, "putRows", row=rows)
        written: bytes = etree.tostring(envelope)
        return written

    binding = client.service._binding
    operation = binding.get("putRows")
    headers = {"Content-Type": "text/xml"}
    answer = SimpleNamespace(
        status_code=200, headers=headers, content=reply, encoding="utf-8"
    )

    def read() -> Any:
        return binding.process_reply(client, operation, answer)

    same(_plain(content(request)), _plain(content(write())), "zeep")
    wanted = [{"note": None, **values} for values in given]
    names = list(wanted[0])
    same(wanted, [{n: getattr(row, n) for n in names} for row in read()], "zeep")
    writers.calls("zeep", write)
    readers.calls("zeep", read)


def _add_xsdata(
    writers: Race,
    readers: Race,
    given: list[dict[str, Any]],
    request: bytes,
    reply: bytes,
    scratch: Path,
) -> None:
    folder = scratch / "xsdata"
    folder.mkdir(exist_ok=True)
    xsdata_generate(ROWS, "xsdata_rows", folder)
    sys.path.insert(0, str(folder))
    made: Any = importlib.import_module("xsdata_rows.rows")
    parsers: Any = importlib.import_module("xsdata.formats.dataclass.parsers")
    handlers: Any = importlib.import_module("xsdata.formats.dataclass.parsers.handlers")
    serializers: Any = importlib.import_module("xsdata.formats.dataclass.serializers")
    written_by: Any = importlib.import_module(
        "xsdata.formats.dataclass.serializers.writers"
    )
    context: Any = importlib.import_module(
        "xsdata.formats.dataclass.context"
    ).XmlContext()
    datatype: Any = importlib.import_module("xsdata.models.datatype")
    rows = [_xsdata_row(made, datatype, values) for values in given]
    body = made.RowsPutRowsInput.Body(put_rows=made.PutRows(row=rows))
    envelope = made.RowsPutRowsInput(body=body)
    for name, writer, handler in (
        ("xsdata", written_by.XmlEventWriter, handlers.XmlEventHandler),
        ("xsdata, lxml", written_by.LxmlEventWriter, handlers.LxmlEventHandler),
    ):
        serializer = serializers.XmlSerializer(context=context, writer=writer)
        parser = parsers.XmlParser(context=context, handler=handler)

        def write(serializer: Any = serializer) -> bytes:
            text: str = serializer.render(envelope)
            return text.encode()

        def read(parser: Any = parser) -> Any:
            return parser.from_bytes(reply, made.RowsPutRowsOutput)

        same(_plain(content(request)), _plain(content(write())), name)
        same(rows, read().body.put_rows_response.row, name)
        writers.calls(name, write)
        readers.calls(name, read)


def _xsdata_row(made: Any, datatype: Any, values: dict[str, Any]) -> Any:
    return made.Row(
        **{
            **values,
            "status": made.Status(values["status"]),
            "created": datatype.XmlDateTime.from_datetime(values["created"]),
            "due": datatype.XmlDate.from_date(values["due"]),
        }
    )


def xsdata_generate(wsdl: Path, name: str, folder: Path) -> None:
    """Have xsdata generate a package as its own command does, in a folder.

    Raises:
        Unavailable: its command line is not installed, or fails.
    """
    beside = str(Path(sys.executable).parent)
    result = subprocess.run(
        [sys.executable, "-m", "xsdata", "generate", str(wsdl), "--package", name],
        cwd=folder,
        env={**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Unavailable(f"xsdata: {result.stderr.strip()[-200:]}")


def _plain(request: Any) -> list[object]:
    """A request's rows, with dates and numbers as values: their texts may differ."""
    read: dict[str, Any] = {
        "amount": Decimal,
        "rate": float,
        "created": datetime.fromisoformat,
        "payload": lambda text: "".join(text.split()),
    }
    return [
        [(name, read.get(name, str)(text)) for name, text in row]
        for _, row in request[0][1]
    ]
