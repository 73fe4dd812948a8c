"""Documents that are parsed piece by piece."""

from __future__ import annotations

import pytest

from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.streaming.push_parser import PushParser

ODD = b'<a xmlns="urn:a b"><b xmlns:q="http://x y"><q:c/></b></a>'


def fed(data: bytes, size: int) -> PushParser:
    parser = PushParser()
    for start in range(0, len(data), size):
        parser.feed(data[start : start + size])
    return parser


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_namespaces_that_are_no_uris(size: int) -> None:
    root = fed(ODD, size).close()
    assert [e.tag for e in root.iter()] == [
        "{urn:a b}a",
        "{urn:a b}b",
        "{http://x y}c",
    ]


@pytest.mark.parametrize(
    "data",
    [ODD[:-4], ODD.replace(b"<q:c/>", b"<p:c/>"), ODD.replace(b"</b>", b"</c>")],
)
def test_nothing_else_may_be_wrong_with_them(data: bytes) -> None:
    with pytest.raises(DecodeError):
        fed(data, 10).close()
