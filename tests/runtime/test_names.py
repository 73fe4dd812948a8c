"""Documents with ever new names: libxml2's dictionaries stay small, and what comes later is read."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.streaming.push_parser import PushParser
from soapwright.runtime.values import dictionary
from soapwright.runtime.values.anyxml import AnyElement
from soapwright.runtime.values.dictionary import names_known, own
from soapwright.runtime.values.names import declaration
from soapwright.runtime.xml.parsing import Limits, parse


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread reads some two thousand names itself: the tests need not read many."""
    monkeypatch.setattr(dictionary, "_BUDGET", 2**17)


def in_thread(work: Callable[[], Any]) -> Any:
    """What happens in a new thread, whose dictionary is empty."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def named(number: int, count: int = 500, *, length: int = 8) -> bytes:
    """A document with names of its own."""
    names = (f"n{number}x{i}".ljust(length, "-") for i in range(count))
    return f"<a>{''.join(f'<{name}/>' for name in names)}</a>".encode()


def grown(read: Callable[[int], object], documents: int) -> int:
    """By how much this thread's dictionary has grown when so many documents were read."""
    before = names_known()
    for number in range(documents):
        read(number)
    return names_known() - before


def quietly(read: Callable[[], object]) -> None:
    with pytest.raises(DecodeError):
        read()


WAYS: dict[str, Callable[[int], object]] = {
    "plain": lambda n: parse(named(n)),
    "small": lambda n: [parse(named(f"{n}x{i}", 10)) for i in range(50)],
    "charset": lambda n: parse(named(n), "utf-8"),
    "broken": lambda n: quietly(lambda: parse(named(n) + b"<")),
    "attributes": lambda n: parse(
        b"<a %b/>" % b" ".join(b'n%dx%d=""' % (n, i) for i in range(500))
    ),
    "prefixes": lambda n: parse(
        b"<a %b/>" % b" ".join(b'xmlns:n%dx%d="u"' % (n, i) for i in range(500))
    ),
    "namespaces": lambda n: parse(
        b"<a>%b</a>" % b"".join(b'<b xmlns="urn:%d:%d"/>' % (n, i) for i in range(500))
    ),
    "odd namespaces": lambda n: parse(named(n).replace(b"<a>", b'<a xmlns="%%%">')),
    "large": lambda n: parse(named(n, 8000)),
    "any": lambda n: AnyElement.from_xml(named(n)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_dictionary_does_not_grow_without_end(way):
    at_most = dictionary._BUDGET // dictionary._NAME
    documents = 4 if way == "large" else 12
    found = in_thread(lambda: grown(WAYS[way], documents))
    assert found <= at_most + 1000
    if way == "large":
        assert found == 0


def test_few_long_names_are_charged_by_their_length():
    def read(number: int) -> object:
        return parse(named(number, 1, length=40_000))

    assert in_thread(lambda: grown(read, 30)) < 10


def test_declarations_of_namespaces():
    def declare(number: int) -> object:
        return [declaration("p", f"urn:{number}:{i}") for i in range(500)]

    at_most = dictionary._BUDGET // dictionary._NAME
    assert in_thread(lambda: grown(declare, 12)) <= at_most + 1000


def test_the_second_thread_ends_too():
    def read() -> list[int]:
        own().left = 0
        sizes = []
        for number in range(20):
            root = parse(named(number))
            sizes.append(own()._apart(names_known))
            assert root[0].tag.startswith(f"n{number}x0")
        return sizes

    sizes = in_thread(read)
    assert max(sizes) - min(sizes) <= dictionary._BUDGET // dictionary._NAME + 1000
    assert any(b < a for a, b in pairwise(sizes))  # one of them was new


def test_a_thread_that_has_read_many_names_reads_on():
    def read() -> None:
        own().left = 0
        for text in (b"<a/>", named(1), b"<a>" + b"x" * 2**17 + b"</a>"):
            assert parse(text).tag == "a"
        with pytest.raises(DecodeError, match="not well-formed"):
            parse(b"<a>")
        with pytest.raises(DecodeError, match="a DTD"):
            parse(b"<!DOCTYPE a><a/>")
        assert parse(b'<a xmlns="%"><b/></a>')[0].tag == "{%}b"

    in_thread(read)


def test_threads_do_not_wait_for_each_other():
    def read() -> list[str]:
        own().left = 0
        return [parse(named(i, 3))[2].tag for i in range(200)]

    with ThreadPoolExecutor(8) as pool:
        wanted = [parse(named(i, 3))[2].tag for i in range(200)]
        for found in [pool.submit(read) for _ in range(8)]:
            assert found.result() == wanted


def test_no_second_thread_outlives_its_first():
    def read() -> threading.Thread:
        own().left = 0
        parse(b"<a/>")
        helper = own()._helper
        assert helper is not None
        return next(iter(helper._threads))  # type: ignore[attr-defined]  # the pool's own

    thread = in_thread(read)
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_has_a_second_thread_of_its_own():
    parse(b"<a>" + b"x" * 2**17 + b"</a>")
    child = os.fork()
    if child == 0:
        done = parse(b"<a>" + b"x" * 2**17 + b"</a>").tag == "a"
        os._exit(0 if done else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_reply_that_is_read_item_by_item():
    def read(number: int) -> object:
        parser = PushParser()
        for at in range(0, len(data := named(number, 5000)), 2**12):
            parser.feed(data[at : at + 2**12])
        return parser.close()

    assert in_thread(lambda: grown(read, 4)) == 0


def test_a_reply_that_is_read_item_by_item_has_a_limit():
    parser = PushParser(limits=Limits(names=1000))
    parser.feed(named(1, 900))
    parser = PushParser(limits=Limits(names=1000))
    with pytest.raises(DecodeError, match="more than 1,000 different names"):
        parser.feed(named(1, 1100))


def test_a_wsdl(tmp_path: Path):
    wsdl = tmp_path / "service.wsdl"
    elements = "".join(f'<e{i} xmlns="urn:documentation"/>' for i in range(1000))
    wsdl.write_text(
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">'
        f"<documentation>{elements}</documentation></definitions>"
    )
    assert grown(lambda _: generate(wsdl, Options(name="p")), 1) < 100
