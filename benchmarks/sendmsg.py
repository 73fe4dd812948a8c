"""The documented `sendmsg`: its request written, its two-id reply read.

Every side has its client made and warmed up before. Written is from Python values to bytes:
ours makes the request's dataclass and encodes it; zeep and suds are given the same values as
they want them, zeep with `xsi:nil` for absent parts, as its checks require. zeep builds an lxml
tree, serialized by `etree.tostring`. Read is from bytes to the list of strings, zeep by its binding's
`process_reply`, suds by its request context's, lxml by `fromstring` alone, into no values.
The peers' requests have the same content, but for the types of the parts (zeep writes none).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import clickatell
from lxml import etree

from .documents import (
    CLICKATELL,
    DOCUMENTED,
    RECEIPTS,
    REPLY,
    suds_client,
    zeep_client,
)
from .meaning import content, same
from .measure import Found, Goal, Line, Race, Settings, Skipped, Unavailable

WRITE = "write the documented sendmsg request"
READ = "read its two-id reply"
VALUES: dict[str, Any] = {
    "api_id": 1234,
    "user": "demo",
    "password": "demo",
    "to": ["2799912345", "27999123134"],
    "from": "me",
    "text": "Initial test message",
}
OPERATION = clickatell.PORTS["PushServerWSPort"].operations["sendmsg"]
_REQUEST: Any = OPERATION.request_type


def write() -> bytes:
    """Ours, from values to bytes, the dataclass included."""
    request = _REQUEST(
        api_id=1234,
        user="demo",
        password="demo",
        to=["2799912345", "27999123134"],
        from_="me",
        text="Initial test message",
    )
    return OPERATION.encode_request(request)


def read() -> object:
    """Ours, from bytes to values."""
    return OPERATION.decode_response(REPLY)


def measure(settings: Settings) -> Found:
    """Writing against zeep and suds; reading against them and against lxml alone."""
    same(content(DOCUMENTED.read_bytes()), content(write()), "soapwright")
    writers, readers, found = Race(), Race(), list[Line | Skipped]()
    writers.calls("soapwright", write)
    readers.calls("soapwright", read)
    readers.calls("lxml", lambda: etree.fromstring(REPLY))
    for add in (_add_zeep, _add_suds):
        try:
            add(writers, readers)
        except Unavailable as error:
            found.append(Skipped(f"{WRITE}; {READ}", str(error)))
    goals = {"zeep": Goal(45)}
    times = writers.run(settings.rounds, settings.quick)
    ours = times.pop("soapwright")
    found += [Line(WRITE, p, ours, t, goals.get(p)) for p, t in times.items()]
    goals = {"zeep": Goal(12), "lxml": Goal(1.4, slower=True)}
    times = readers.run(settings.rounds, settings.quick)
    ours = times.pop("soapwright")
    return found + [Line(READ, p, ours, t, goals.get(p)) for p, t in times.items()]


def _add_zeep(writers: Race, readers: Race) -> None:
    client = zeep_client(CLICKATELL)
    # Here and not above: zeep may not be installed.
    from zeep import xsd

    array = client.get_type("{http://api.clickatell.com/soap/webservice}ArrayOfString")
    unset = {f: xsd.Nil for f in parts() if f not in VALUES}

    def zeep_write() -> bytes:
        values = {**unset, **VALUES, "to": array(VALUES["to"])}
        envelope = client.create_message(client.service, "sendmsg", **values)
        written: bytes = etree.tostring(envelope)
        return written

    binding = client.service._binding
    operation = binding.get("sendmsg")
    reply = SimpleNamespace(
        status_code=200,
        headers={"Content-Type": "text/xml"},
        content=REPLY,
        encoding="ISO-8859-1",
    )

    def zeep_read() -> object:
        return binding.process_reply(client, operation, reply)

    same(content(write()), content(zeep_write()), "zeep")
    same(RECEIPTS, list(zeep_read()), "zeep")  # type: ignore[call-overload]  # a list it is
    writers.calls("zeep", zeep_write)
    readers.calls("zeep", zeep_read)


def _add_suds(writers: Race, readers: Race) -> None:
    client = suds_client(CLICKATELL)
    kind = "{http://api.clickatell.com/soap/webservice}ArrayOfString"

    def call() -> Any:
        to = client.factory.create(kind)
        to.item = VALUES["to"]
        return client.service.sendmsg(**{**VALUES, "to": to})

    context = call()
    given = [part for part in _body(content(write())) if part[1] is not None]
    same(given, _body(content(context.envelope)), "suds")
    same(RECEIPTS, list(context.process_reply(REPLY)), "suds")
    writers.calls("suds", lambda: call().envelope)
    readers.calls("suds", lambda: context.process_reply(REPLY))


def parts() -> list[str]:
    """The parts of the request, by their names on the wire."""
    return [name for name, _ in _body(content(DOCUMENTED.read_bytes()))]


def _body(named: Any) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = named[0][1]
    return found
