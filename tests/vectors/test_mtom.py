"""MTOM and SOAP with Attachments against independent data: messages of several parts, good and bad."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from vectors import expected, vectors

from soapwright.runtime.attachments.binary import binary_value
from soapwright.runtime.attachments.parts import part_name, reading
from soapwright.runtime.errors.errors import DecodeError, TransportError
from soapwright.runtime.http.binding import readable, received
from soapwright.runtime.http.bodies import charset_of
from soapwright.runtime.http.message import Message
from soapwright.runtime.http.parts import PartsReader
from soapwright.runtime.xml.parsing import LIMITS, parse
from soapwright.runtime.values.lexical import parse_bytes

CASES = vectors("mtom", "body.bin")
GOOD = [
    c
    for c in CASES
    if not c.values[0].parts or expected(c.values[0])["verdict"] == "reads"
]
BAD = [
    c
    for c in CASES
    if not c.values[0].parts or expected(c.values[0])["verdict"] != "reads"
]


def message_of(case: Path) -> Message:
    kind = expected(case)["content_type"]
    body = (case / "body.bin").read_bytes()
    return received(body, {"content-type": kind}, url="http://there/")


def fingerprint(content: bytes) -> tuple[int, str]:
    return len(content), hashlib.sha256(content).hexdigest()


def said(one: dict[str, Any]) -> tuple[int, str]:
    return one["length"], one["sha256"]


def element_at(root: Any, path: str) -> Any:
    """The element of a path of local names: Any, as lxml's."""
    _, *steps = path.split("/")
    for step in steps:
        root = next(child for child in root if etree.QName(child).localname == step)
    return root


@pytest.mark.parametrize("case", GOOD)
def test_parts(case: Path) -> None:
    wanted = expected(case)
    message = message_of(case)
    found = [(a.content_id, fingerprint(a.content)) for a in message.attachments]
    assert found == [(part["content_id"], said(part)) for part in wanted["parts"]]


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize("case", GOOD)
def test_parts_in_pieces_and_in_files(case: Path, size: int) -> None:
    wanted = expected(case)
    body = (case / "body.bin").read_bytes()
    reader = PartsReader(wanted["content_type"], len(body), in_memory=100)
    for at in range(0, len(body), size):
        reader.feed(body[at : at + size])
    root, others = reader.close()
    assert root.content == message_of(case).envelope
    found = [(a.content_id, fingerprint(a.content)) for a in others]
    assert found == [(part["content_id"], said(part)) for part in wanted["parts"]]
    assert [a.size for a in others] == [part["length"] for part in wanted["parts"]]


@pytest.mark.parametrize("case", GOOD)
def test_values(case: Path) -> None:
    """Each value is the part, put back into the envelope or read from beside it."""
    wanted = expected(case)
    message = message_of(case)
    whole = readable(message, LIMITS)
    back = parse(whole.envelope, charset_of(whole.content_type))
    root = parse(message.envelope, charset_of(message.content_type))
    for include in wanted["includes"]:
        text = element_at(back, include["at"]).text
        assert fingerprint(parse_bytes(text or "")) == said(include)
        with reading(message.attachments, stream=False):
            value = binary_value(element_at(root, include["at"]))
        assert fingerprint(value) == said(include)
    if href := wanted.get("axis_href"):
        (element,) = [e for e in root.iter() if e.get("href") == href]  # type: ignore[attr-defined]  # lxml's
        with reading(message.attachments, stream=False):
            assert fingerprint(binary_value(element)) == said(wanted["parts"][0])
    if name := wanted.get("mime_part"):
        assert part_name(message.attachments[0].content_id) == name


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(case: Path) -> None:
    with pytest.raises((TransportError, DecodeError)):
        message = readable(message_of(case), LIMITS)
        root = parse(message.envelope, charset_of(message.content_type))
        with reading(message.attachments, stream=False):
            for include in root.iter("{http://www.w3.org/2004/08/xop/include}Include"):  # type: ignore[attr-defined]  # lxml's
                binary_value(include.getparent())
