"""Elements and attributes in the wrong namespace: streamed, on the service's side, in wildcards, in great number."""

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


PLACE = (
    '<t:findResponse><t:book><t:shelf>1</t:shelf><t:place xmlns:s="urn:shelves" xmlns:x="urn:x"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" %s><row>2</row></t:place></t:book></t:findResponse>'
)


def place_with(package, attributes: str, **options):
    sent = envelope(PLACE % attributes)
    (book,) = find(package).decode_response(sent, **options).book
    return book.place


@pytest.mark.parametrize(
    ("attributes", "floor", "hall"),
    [
        ('floor="3" s:hall="B"', 3, "B"),
        ('t:floor="3" hall="B"', 3, "B"),
        ('x:floor="3" x:hall="B"', 3, "B"),
        ('floor="3" x:floor="4" s:hall="B" x:hall="C"', 3, "B"),
        ('floor="3" t:floor="4" s:hall="B" hall="C"', 3, "B"),
        ('xml:floor="3" xlink:hall="B" other="1"', None, None),
    ],
)
def test_attributes_are_read_where_their_names_leave_no_doubt(
    package, attributes, floor, hall
):
    place = place_with(package, attributes)
    assert (place.floor, place.hall) == (floor, hall)


@pytest.mark.parametrize(
    ("attributes", "named"),
    [
        ('t:floor="3" x:floor="4"', "floor"),
        ('mark="m" t:mark="n"', "mark"),
    ],
)
def test_attributes_that_may_mean_several_are_refused(package, attributes, named):
    with pytest.raises(package.errors.DecodeError, match="is there, declared is") as e:
        place_with(package, attributes)
    assert named.replace("t}", "{urn:archive}") in str(e.value)
    problems: list[object] = []
    place_with(package, attributes, lenient=True, problems=problems)
    assert problems


def test_attributes_of_others_beside_the_declared_ones_are_read_over(package):
    place = place_with(package, 'mark="m" s:mark="n" x:mark="o"')
    assert place.row == 2


def test_an_attribute_whose_namespace_has_a_brace_is_no_other(package):
    sent = envelope(PLACE % 'xmlns:b="urn:{b}x" b:hall="B"')
    with pytest.raises(package.errors.DecodeError, match="not well-formed"):
        find(package).decode_response(sent)
    (book,) = find(package).iter_response([sent[:-60], sent[-60:]])
    assert book.place.hall is None


def test_a_service_reads_attributes_that_are_misnamed(package):
    server = importlib.import_module(f"{NAME}.server")
    serving = importlib.import_module(f"{NAME}._soap.server.serving")
    seen = []

    class Archive(server.ArchiveService):
        def find(self, **given):
            return []

        def count(self, *, book):
            seen.append(book.place)
            return 1

    transport = serving.InMemoryTransport(Archive())

    def answer(attributes: str):
        place = f"<t:place {attributes}><row>2</row></t:place>"
        body = f"<t:count><book><t:shelf>1</t:shelf>{place}</book></t:count>"
        kind = {"content-type": "text/xml", "soapaction": '"urn:archive#count"'}
        url = "http://127.0.0.1:1/archive"
        return transport.send(package.Request(url, envelope(body), kind))

    assert answer('t:floor="3" hall="B"').status == 200
    assert (seen[0].floor, seen[0].hall) == (3, "B")
    refused = answer('t:mark="m"')
    assert refused.status == 500
    assert b"Client" in refused.body and b"@{urn:archive}mark" in refused.body
    assert len(seen) == 1


def test_attributes_of_soap_1_2_are_read_alike(tmp_path):
    wsdl = tmp_path / "archive.wsdl"
    text = WSDL.read_text(encoding="utf-8")
    wsdl.write_text(text.replace("wsdl/soap/", "wsdl/soap12/"), encoding="utf-8")
    name = "made_misnamed_12"
    write_package(tmp_path / name, generate(wsdl, Options(name=name)).files)
    sys.path.insert(0, str(tmp_path))
    try:
        ports = importlib.import_module(name).PORTS
    finally:
        sys.path.remove(str(tmp_path))
    find = ports["ArchivePort"].operations["find"]
    old, new = "schemas.xmlsoap.org/soap", "www.w3.org/2003/05/soap"
    sent = envelope(PLACE % 't:floor="3" hall="B"').decode()
    sent = sent.replace(f"{old}/envelope/", f"{new}-envelope")
    (book,) = find.decode_response(sent.encode()).book
    assert (book.place.floor, book.place.hall) == (3, "B")
    (item,) = find.iter_response(io.BytesIO(sent.encode()))
    assert item == book


def test_a_required_attribute_is_read_by_another_name_or_missing(tmp_path):
    wsdl = tmp_path / "archive.wsdl"
    text = WSDL.read_text(encoding="utf-8")
    floor = '<xs:attribute name="floor" type="xs:int"'
    assert floor in text
    wsdl.write_text(text.replace(floor, f'{floor} use="required"'), encoding="utf-8")
    name = "made_misnamed_required"
    write_package(tmp_path / name, generate(wsdl, Options(name=name)).files)
    sys.path.insert(0, str(tmp_path))
    try:
        package = importlib.import_module(name)
        assert place_with(package, 't:floor="3"').floor == 3
        with pytest.raises(package.errors.DecodeError, match="@floor: is missing"):
            place_with(package, 'hall="B"')
        problems: list[object] = []
        place = place_with(package, "", lenient=True, problems=problems)
        assert place.floor is None and len(problems) == 1
    finally:
        sys.path.remove(str(tmp_path))


def test_a_known_element_whose_attributes_are_misnamed_stays_xml(package):
    """As one whose children are: in a wildcard nothing is named anew."""
    known = importlib.import_module(f"{NAME}.elements").KNOWN
    soap = importlib.import_module(f"{NAME}._soap")
    from lxml import etree

    for attributes, kind in (
        ('t:floor="3"', package.AnyElement),
        ('floor="3" x:floor="4"', tuple),
    ):
        (found,) = etree.fromstring(envelope(PLACE % attributes))[0]
        kept = soap.read_wildcard(found, known)
        assert isinstance(kept, kind)


def test_items_that_are_misnamed_are_counted_with_the_others(package):
    sent = envelope(
        "<t:findResponse><t:book><t:shelf>1</t:shelf></t:book><t:book><t:shelf>x</t:shelf></t:book>"
        "<book><shelf>y</shelf></book><t:book><t:shelf>z</t:shelf></t:book></t:findResponse>"
    )
    whole, streamed = [], []
    find(package).decode_response(sent, lenient=True, problems=whole)
    assert list(
        find(package).iter_response(io.BytesIO(sent), lenient=True, problems=streamed)
    )
    paths = [f"findResponse.book[{number}].shelf" for number in (1, 2, 3)]
    assert [problem.path for problem in whole] == paths
    assert [problem.path for problem in streamed] == paths
