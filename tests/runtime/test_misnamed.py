"""Elements in the wrong namespace: streamed, on the service's side, in wildcards, in great number."""

from __future__ import annotations

import importlib
import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

WSDL = Path(__file__).parents[1] / "cases" / "wrong-namespaces" / "service.wsdl"
ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="urn:archive">'
    "<s:Body>%s</s:Body></s:Envelope>"
)
NAME = "made_misnamed"


def envelope(body: str) -> bytes:
    return (ENVELOPE % body).encode()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("misnamed")
    write_package(folder / NAME, generate(WSDL, Options(name=NAME)).files)
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))


def find(package):
    return package.PORTS["ArchivePort"].operations["find"]


@pytest.mark.parametrize("tag", ["book", "t:book", 'x:book xmlns:x="urn:archive:2"'])
def test_items_are_streamed(package, tag):
    end = tag.split()[0]
    book = f"<{tag}><shelf>%d</shelf></{end}>"
    sent = envelope(
        f"<t:findResponse>{book % 1}<t:book><t:shelf>2</t:shelf></t:book>{book % 3}</t:findResponse>"
    )
    items = list(find(package).iter_response(io.BytesIO(sent)))
    assert [item.shelf for item in items] == [1, 2, 3]
    assert find(package).decode_response(sent).book == items


def test_a_service_gets_its_arguments_or_the_caller_a_fault(package):
    server = importlib.import_module(f"{NAME}.server")
    seen = []

    class Archive(server.ArchiveService):
        def find(self, **given):
            seen.append(given)
            return []

        def count(self, *, book):
            seen.append(book)
            return 1

    serving = importlib.import_module(f"{NAME}._soap.server.serving")
    transport = serving.InMemoryTransport(Archive())

    def answer(inner: str):
        kind = {"content-type": "text/xml", "soapaction": '"urn:archive#find"'}
        url = "http://127.0.0.1:1/archive"
        return transport.send(package.Request(url, envelope(inner), kind))

    assert answer("<t:find><author>Abel</author></t:find>").status == 200
    assert seen[0]["author"] == "Abel"
    refused = answer("<t:find><note>x</note></t:find>")
    assert refused.status == 500
    assert b"Client" in refused.body
    assert b"find.note" in refused.body
    assert len(seen) == 1


def test_what_a_wildcard_keeps_stays_as_it_is(package):
    """A known element that does not read in its own names is XML, with these."""
    odd = '<k:find xmlns:k="urn:archive"><author>Abel</author></k:find>'
    known = importlib.import_module(f"{NAME}.elements").KNOWN
    soap = importlib.import_module(f"{NAME}._soap")
    from lxml import etree

    kept = soap.read_wildcard(etree.fromstring(odd), known)
    assert isinstance(kept, package.AnyElement)
    assert "<author>Abel</author>" in kept.to_xml()


@pytest.mark.parametrize(
    "inner",
    [
        "<title>a</title>" * 30_000,
        "<t:title>a</t:title>" + '<x:title xmlns:x="urn:x">b</x:title>' * 30_000,
        "<nothing>a</nothing>" * 30_000,
    ],
)
def test_many_take_no_time(package, inner):
    sent = envelope(
        f"<t:findResponse><t:book><t:shelf>1</t:shelf>{inner}</t:book></t:findResponse>"
    )
    begun = time.perf_counter()
    assert find(package).decode_response(sent).book[0].shelf == 1
    assert time.perf_counter() - begun < 5
