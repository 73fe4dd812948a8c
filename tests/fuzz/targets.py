"""What is fuzzed: functions of bytes that raise nothing, unless something is wrong.

Each knows inputs to begin with, all of them ours: the samples of the cases, and files of `finds/`, which once were wrong.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest.mock import patch

from carriers import CARRIERS, CASES, Carrier
from mutations import Bytes, any_bytes, mutated
from shapes import Shapes

from soapwright.model.diagnostics import SpecError
from soapwright.project.output import write_package
from soapwright.runtime.errors.errors import DecodeError, SoapError, SoapFault
from soapwright.runtime.http.bodies import TooLarge
from soapwright.runtime.http.parts import PartsReader
from soapwright.runtime.http.transport import Response, StreamedResponse
from soapwright.runtime.soap import operation
from soapwright.runtime.streaming import gathering
from soapwright.runtime.validation.validation import ValidationError
from soapwright.tools.serve import mock

RUNTIME: Final = "soapwright.runtime"
FINDS: Final = Path(__file__).with_name("finds")
_CHARSETS: Final = (None, None, "utf-8", "iso-8859-1", "utf-16", "us-ascii")
_SIZES: Final = (1, 2, 3, 7, 64, 1000, 100_000)
_SERVED: Final = ("attachments", "faults-and-headers", "rpc-encoded", "addressing")
_HEAD: Final = b"\r\n\r\n"
_TAG: Final = re.compile(r"AnyElement\(tag='[^']*'")
_AMBIGUOUS: Final = ("fuzzed_choice_extended",)
"""Packages of content models that violate Unique Particle Attribution: what comes out of order may be of either field."""
_DECLARED: Final = re.compile(r"'(soap|xsd|xsi)': '[^']*'(, )?")
_REFERRING: Final = (b"href", b"ref=", b"offset", b"position", b" id=")
"""What only the whole of an encoded reply tells the meaning of."""


@dataclass(frozen=True)
class Target:
    """One function under test.

    `prefix` is how many bytes of an input choose what it is put to; they come before a head, if any, and the body.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Sequence[bytes]
    prefix: int

    def mutated(self, data: bytes, random: Random, mutate_bytes: Bytes) -> bytes:
        """Another input, made of one."""
        chosen, rest = data[: self.prefix], data[self.prefix :]
        if random.random() < 0.1:
            chosen = random.randbytes(self.prefix)
        rests = [seed[self.prefix :] for seed in self.seeds]
        return chosen + mutated(rest, random, rests, mutate_bytes)

    def examples(self, count: int, seed: int) -> Iterator[bytes]:
        """The inputs to begin with, and so many made of them."""
        yield from self.seeds
        random = Random(seed)
        for _ in range(count):
            data = random.choice(self.seeds)
            for _ in range(random.choice((1, 1, 2, 5))):
                data = self.mutated(data, random, any_bytes)
            yield data


def make(name: str, folder: Path) -> Target:
    """The target of a name; what it needs is generated into a folder."""
    target = TARGETS[name](folder)
    found = sorted((FINDS / name).glob("*"))
    seeds = (*target.seeds, *(path.read_bytes() for path in found))
    return Target(name, target.run, seeds, target.prefix)


# ------------------------------------------------------------------------------- packages


def _package(carrier: Carrier, folder: Path) -> Any:  # Any: as generated
    """A case's package, which uses the runtime of this checkout."""
    name = carrier.package
    if name not in sys.modules:
        files = carrier.generate(carrier.folder, name, RUNTIME).files
        write_package(folder / name, files)
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
    return importlib.import_module(name)


@dataclass(frozen=True)
class Message:
    """A sample of a case: an operation's request or response."""

    package: Any  # as generated
    operation: Any  # likewise
    kind: str
    sample: bytes

    def decode(self, data: bytes, charset: str | None = None, **given: Any) -> Any:
        """Its value, or that of other bytes. (`Any`: the operation's own; options of decoding.)"""
        return getattr(self.operation, f"decode_{self.kind}")(data, charset, **given)

    def encode(self, value: Any) -> bytes:  # Any: likewise
        done = getattr(self.operation, f"encode_{self.kind}")(value)
        assert isinstance(done, bytes)
        return done


def _messages(folder: Path) -> list[Message]:
    """Every sample of a request or a response."""
    found = []
    for carrier in CARRIERS:
        for path in sorted((carrier.folder / "samples").glob("*.xml")):
            called, kind = path.name.split(".")[:2]
            operation, _, port = called.partition("@")
            ports = _package(carrier, folder).PORTS
            key = port or next(
                (k for k in ports if operation in ports[k].operations), ""
            )
            if kind in ("request", "response", "fault") and key in ports:
                side = "response" if kind == "fault" else kind
                bound = ports[key].operations[operation]
                package = _package(carrier, folder)
                found.append(Message(package, bound, side, path.read_bytes()))
    return found


def _seeds(messages: Sequence[Message], more: bytes = b"\0") -> list[bytes]:
    return [bytes([n % 256]) + more + m.sample for n, m in enumerate(messages)]


# --------------------------------------------------------------------------------- targets


def decoder(folder: Path) -> Target:
    """Envelopes are decoded, or refused by the documented errors; what was decoded can be used, and comes back."""
    messages = _messages(folder)

    def run(data: bytes) -> None:
        if len(data) < 2:
            return
        message = messages[data[0] % len(messages)]
        charset = _CHARSETS[data[1] % 8 % len(_CHARSETS)]
        lenient = data[1] & 0x80 != 0
        try:
            value = message.decode(data[2:], charset, lenient=lenient, problems=[])
        except SoapError as error:
            str(error), repr(error), getattr(error, "detail", None)
            return
        repr(value)
        with suppress(ValidationError):
            message.package.validate(value)
        if lenient:
            return
        try:
            envelope = message.encode(value)
        except message.package.errors.EncodeError:
            return
        again = message.decode(envelope)
        same = again == value or _untagged(again) == _untagged(value)
        if message.package.__name__ in _AMBIGUOUS:
            same = same or message.encode(again) == envelope
        assert same, (envelope, again, value)

    return Target("decoder", run, _seeds(messages), 2)


def _untagged(value: object) -> str:
    """A value's text. XML that has another name where it came from, an element beside an encoded call say, takes that
    of its place where it is written. A prefix in its texts that was not declared may be one that the envelope declares.
    """
    return _TAG.sub("AnyElement(", _DECLARED.sub("", repr(value)))


def front_end(folder: Path) -> Target:
    """WSDLs become a package of the templates' syntax, or findings."""
    shapes = Shapes()
    for carrier in CARRIERS:
        files = carrier.generate(carrier.folder, "trusted", RUNTIME).files
        shapes.learn(files)
    alone = [c for c in CARRIERS if set(c.documents) == {c.entry}]
    spec = folder / "spec"
    spec.mkdir(exist_ok=True)

    def run(data: bytes) -> None:
        (spec / "service.wsdl").write_bytes(data)
        try:
            files = Carrier(spec).generate(spec, "fuzzed", RUNTIME).files
        except SpecError as error:
            assert any(": error: " in str(d) for d in error.diagnostics)
            return
        strange = shapes.strange(files)
        assert not strange, strange

    return Target("front_end", run, [c.documents[c.entry] for c in alone], 0)


class _Errors(logging.Handler):
    """What services log as their own errors."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def server(folder: Path) -> Target:
    """Requests are answered, and no service reports an error of its own."""
    served = [c for c in CARRIERS if c.name in _SERVED]
    apps = [mock(folder / _package(c, folder).__name__) for c in served]
    errors = _Errors()
    logging.getLogger().addHandler(errors)

    def run(data: bytes) -> None:
        if len(data) < 2:
            return
        app, size = apps[data[0] % len(apps)], _SIZES[data[1] % len(_SIZES)]
        head, _, body = data[2:].partition(_HEAD)
        errors.records.clear()
        sent = asyncio.run(_asked(app, _scope(head), body, max(size, 16)))
        starts = [event for event in sent if event["type"] == "http.response.start"]
        assert len(starts) == 1 and 200 <= starts[0]["status"] < 600, sent
        for record in errors.records:
            raise AssertionError(record.getMessage()) from (
                record.exc_info or [0, None]
            )[1]

    seeds = []
    for number, carrier in enumerate(served):
        for path in sorted((carrier.folder / "samples").glob("*.request*.xml")):
            version = (
                b"soap+xml" if b"2003/05/soap-envelope" in path.read_bytes() else b"xml"
            )
            kind = b"application/soap+xml" if version == b"soap+xml" else b"text/xml"
            head = b"POST / HTTP/1.1\r\nContent-Type: " + kind + b"; charset=utf-8"
            seeds.append(bytes([number, 5]) + head + _HEAD + path.read_bytes())
    packed = _MULTIPART.replace(
        b"ENVELOPE", _sample("attachments", "store@Archive11.request")
    )
    seeds.append(bytes([0, 3]) + b"POST /Archive11 HTTP/1.1\r\n" + packed)
    seeds.append(bytes([0, 3]) + b"GET /?wsdl HTTP/1.1\r\nAccept: */*" + _HEAD)
    return Target("server", run, seeds, 2)


def _scope(head: bytes) -> dict[str, Any]:  # Any: as of ASGI
    first, *lines = head.split(b"\r\n")
    method, _, rest = first.decode("latin-1").partition(" ")
    path, _, query = rest.partition(" ")[0].partition("?")
    named = [line.partition(b":") for line in lines]
    return {
        "type": "http",
        "scheme": "http",
        "method": method,
        "path": path or "/",
        "query_string": query.encode("latin-1"),
        "headers": [(name.strip().lower(), value.strip()) for name, _, value in named],
        "server": ("127.0.0.1", 80),
    }


async def _asked(app: Any, scope: Any, body: bytes, size: int) -> list[Any]:
    """An application's events in answer to a request. (`Any`: ASGI's.)"""
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    left, sent = iter(pieces), []
    count = len(pieces)

    async def receive() -> Any:
        nonlocal count
        count -= 1
        return {"type": "http.request", "body": next(left, b""), "more_body": count > 0}

    async def send(event: Any) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return sent


_MULTIPART: Final = (
    b'Content-Type: multipart/related; boundary=b; type="application/xop+xml"; start="<r>"'
    b'\r\n\r\n--b\r\nContent-Type: application/xop+xml; type="text/xml"\r\nContent-ID: <r>'
    b"\r\n\r\nENVELOPE\r\n--b\r\nContent-ID: <a>\r\nContent-Transfer-Encoding: binary"
    b"\r\n\r\noctets\r\n--b\r\nContent-ID: <c>\r\nContent-Transfer-Encoding: base64"
    b"\r\n\r\nb2N0ZXRz\r\n--b--\r\n"
)


def _sample(case: str, name: str) -> bytes:
    return (CASES / case / "samples" / f"{name}.xml").read_bytes()


def multipart(folder: Path) -> Target:
    """Bodies of several parts are split alike in one piece and in many; clients read replies, or raise their errors."""
    package = _package(next(c for c in CARRIERS if c.name == "attachments"), folder)
    reply = b""

    class Transport:
        """Brings the bytes at hand as a reply."""

        def send(self, request: Any) -> Response:
            return Response(*_reply(reply))

        def stream(self, request: Any) -> StreamedResponse:
            status, headers, body = _reply(reply)
            pieces = (body[at : at + 7] for at in range(0, len(body), 7))
            return StreamedResponse(status, headers, iter(pieces))

    document = package.types.Document(title="t", content=b"c")
    clients = [
        package.Client(
            "http://x/", transport=Transport(), attachments=how, lenient=easy
        )
        for how in ("bytes", "stream")
        for easy in (False, True)
    ]

    def run(data: bytes) -> None:
        nonlocal reply
        if len(data) < 2:
            return
        reply = data[2:]
        _, headers, body = _reply(reply)
        kind = headers.get("content-type", "")
        whole = _parts_of(kind, [body], True)
        size = _SIZES[data[1] % len(_SIZES)]
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        assert whole == _parts_of(kind, [body], False)
        assert whole == _parts_of(kind, pieces, False), size
        client = clients[data[0] % len(clients)]
        with suppress(SoapError):
            repr(client.store(document=document))

    content = b"<content><xop:Include xmlns:xop='http://www.w3.org/2004/08/xop/include' href='cid:a'/></content>"
    envelope = (
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        b'<storeResponse xmlns="urn:archive"><document><title>t</title>'
        + content
        + b"</document></storeResponse></e:Body></e:Envelope>"
    )
    seeds = [
        bytes([n, 2]) + b"Status: 200\r\n" + _MULTIPART.replace(b"ENVELOPE", envelope)
        for n in range(4)
    ]
    seeds.append(
        b"\0\0Status: 502\r\nContent-Type: multipart/related" + _HEAD + b"<html/>"
    )
    plain = (
        b"\0\0Status: 200\r\nContent-Type: text/xml; charset=utf-8" + _HEAD + envelope
    )
    return Target("multipart", run, [*seeds, plain], 2)


def _reply(data: bytes) -> tuple[int, dict[str, str], bytes]:
    """A status, headers and a body."""
    head, _, body = data.partition(_HEAD)
    lines = [line.partition(b":") for line in head.split(b"\r\n")]
    headers = {
        name.strip().lower().decode("latin-1"): value.strip().decode("latin-1")
        for name, _, value in lines
    }
    status = headers.get("status", "")
    known = status.isascii() and status.isdigit() and 100 <= int(status[:4]) < 600
    return int(status[:4]) if known else 200, headers, body


def _parts_of(kind: str, pieces: Sequence[bytes], at_once: bool) -> Any:
    """The parts of a body, or the error that refuses it. (`Any`: either.)"""
    try:
        reader = PartsReader(kind, 2**20)
        for piece in pieces:
            (reader.take if at_once else reader.feed)(piece)
        parts = reader.close()
    except (SoapError, TooLarge) as error:
        return type(error), str(error)
    return [
        (p.content, p.content_type, p.content_id, dict(p.headers))
        for p in (parts.root, *parts.others)
    ]


def beginnings(folder: Path) -> Target:
    """An envelope means the same where its beginning is known as where it is not."""
    messages = _messages(folder)

    def outcome(message: Message, data: bytes, charset: str | None) -> Any:
        try:
            return repr(message.decode(data, charset))
        except SoapError as error:
            return type(error), str(error), getattr(error, "path", None)

    def run(data: bytes) -> None:
        if len(data) < 2:
            return
        message = messages[data[0] % len(messages)]
        charset = _CHARSETS[data[1] % 8 % len(_CHARSETS)]
        side = getattr(message.operation, f"_{message.kind}")
        side.beginning = None
        alone = outcome(message, data[2:], charset)
        for before in (message.sample, data[2:], None):
            if before is None:
                before = message.sample.replace(b"UTF-8", b"ISO-8859-1")
            outcome(message, before, _CHARSETS[data[1] // 8 % len(_CHARSETS)])
            after = outcome(message, data[2:], charset)
            assert after == alone, (before[:300], alone, after)

    return Target("beginnings", run, _seeds(messages), 2)


def streamed(folder: Path) -> Target:
    """A reply has the same items, or is refused likewise, item by item as whole."""
    chosen = []
    for message in _messages(folder):
        with suppress(SoapError, TypeError):
            if message.kind == "response":
                items = list(message.operation.iter_response([message.sample]))
                if items and (path := _path_to(items, message.decode(message.sample))):
                    chosen.append((message, path))
    assert len(chosen) > 3

    def run(data: bytes) -> None:
        if len(data) < 2:
            return
        message, path = chosen[data[0] % len(chosen)]
        charset = _CHARSETS[data[1] % 8 % len(_CHARSETS)]
        size = _SIZES[data[1] // 8 % len(_SIZES)]
        envelope = data[2:]
        pieces = [envelope[at : at + size] for at in range(0, len(envelope), size)]
        whole: Any
        try:
            whole = message.decode(envelope, charset)
            for name in path:
                whole = getattr(whole, name, None)  # of what is absent there is none
        except SoapError as error:
            whole = error
        try:
            items: Any = list(message.operation.iter_response(pieces, charset))
        except SoapError as error:
            items = error
        refers = any(word in envelope.replace(b"\0", b"") for word in _REFERRING)
        if not (refers and message.operation._reply.encoded):
            _compare(whole, items)

    return Target("streamed", run, _seeds([m for m, _ in chosen]), 2)


def gathered(folder: Path) -> Target:
    """A reply means the same where its items are read while it is parsed as where its whole tree is read."""
    chosen = [
        message
        for message in _messages(folder)
        if message.kind == "response" and _gathers(message.operation)
    ]
    assert len(chosen) > 3

    def outcome(message: Message, data: bytes, charset: str | None, least: int) -> Any:
        with patch.object(operation, "LARGE", least):
            try:
                value = message.decode(data, charset)
            except SoapError as error:
                return type(error), str(error), getattr(error, "path", None)
        try:
            return repr(value), message.encode(value)
        except message.package.errors.EncodeError as error:
            return repr(value), str(error)

    def run(data: bytes) -> None:
        if len(data) < 2:
            return
        message = chosen[data[0] % len(chosen)]
        charset = _CHARSETS[data[1] % 8 % len(_CHARSETS)]
        size = _SIZES[data[1] // 8 % len(_SIZES)]
        message.operation._response.beginning = None
        whole = outcome(message, data[2:], charset, sys.maxsize)
        with patch.object(gathering, "_PIECE", size):
            taken = outcome(message, data[2:], charset, 0)
        assert taken == whole, (whole, taken)

    return Target("gathered", run, _seeds(chosen, b"\x18"), 2)


def _gathers(bound: Any) -> bool:  # Any: as generated
    """Whether the items of a reply are read while it is parsed, where it is large."""
    reply = bound._reply
    return reply is not None and bool(getattr(reply.items, "fields", ()))


def _compare(whole: Any, items: Any) -> None:
    """Hold what came item by item to what came at once: the items, or the error.

    What is no item is checked as XML only, where a reply is read item by item: there may be an error less.
    """
    if isinstance(whole, SoapFault):
        assert type(items) is type(whole), (whole, items)
    elif isinstance(whole, DecodeError):
        if "war ns uri" in str(whole):
            return  # an attribute that lxml cannot find, and no item looks for
        if "well-formed" in str(whole) or "DTD" in str(whole) or not whole.path:
            assert isinstance(items, DecodeError), (whole, items)
        assert isinstance(items, (list, DecodeError)), (whole, items)
    else:
        assert isinstance(items, list), (whole, items)
        whole = whole or []
        same = items == whole or repr(items) == repr(whole)
        # of an element on the way that comes more often than it may, the whole has one
        assert same or items[: len(whole)] == whole or items[-len(whole) :] == whole


def _path_to(items: Any, value: Any, path: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The fields that lead to a list of the same items. (`Any`: the package's own.)"""
    if value == items or repr(value) == repr(items):
        return path
    if is_dataclass(value):
        for field in fields(value):
            if found := _path_to(
                items, getattr(value, field.name), (*path, field.name)
            ):
                return found
    return ()


TARGETS: Final[dict[str, Callable[[Path], Target]]] = {
    "decoder": decoder,
    "front_end": front_end,
    "server": server,
    "multipart": multipart,
    "beginnings": beginnings,
    "streamed": streamed,
    "gathered": gathered,
}
