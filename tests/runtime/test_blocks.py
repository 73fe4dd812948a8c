"""Header blocks in envelopes of every shape: where they go, and that nothing else changes."""

from __future__ import annotations

import pytest
from fake_service import SOAP11, SOAP12
from lxml import etree

from soapwright.runtime.http.message import Message

BLOCK = "<b xmlns='urn:b'>\u20ac</b>"
BODY = "<s:Body><s:Header/></s:Body>"


def enveloped(content: str, namespace: str = SOAP11) -> str:
    return f"<s:Envelope xmlns:s='{namespace}' a='>'>{content}</s:Envelope>"


@pytest.mark.parametrize("namespace", [SOAP11, SOAP12])
@pytest.mark.parametrize(
    "before",
    [
        "",
        "\n <!-- <s:Body> --> <?p <s:Body> ?>",
        "<s:Header></s:Header>",
        "<s:Header a='/'>\n</s:Header>",
        "<s:Header ><!-- <s:Body> --></s:Header>",
        "<s:Header><?p x?></s:Header>",
        "<s:Header>&amp;</s:Header>",
        "<s:Header><![CDATA[<s:Body>]]></s:Header>",
        "<s:Header><a/></s:Header>",
        "<s:Header>" + "<a/>" * 2000 + "</s:Header>",
        "<!--" + "x" * 10_000 + "--><s:Header><a/></s:Header>",
    ],
)
def test_a_block_is_the_headers_first_and_all_else_stays(
    namespace: str, before: str
) -> None:
    envelope = enveloped(before + BODY, namespace)
    written = Message(envelope.encode()).with_block(BLOCK).envelope.decode()
    root = etree.fromstring(written)
    assert [e.tag for e in root.iterchildren(etree.Element)] == [
        f"{{{namespace}}}{name}" for name in ("Header", "Body")
    ]
    header = root.find(f"{{{namespace}}}Header")
    assert (header[0].tag, header[0].text) == ("{urn:b}b", "\u20ac")
    whole = BLOCK if "<s:Header" in before else f"<s:Header>{BLOCK}</s:Header>"
    assert written.replace(whole, "", 1) == envelope


@pytest.mark.parametrize("tag", ["<s:Header/>", "<s:Header a='b' />"])
def test_a_header_of_one_tag_is_opened(tag: str) -> None:
    message = Message(enveloped(tag + BODY).encode()).with_block(BLOCK)
    opened = f"{tag.removesuffix('/>')}>{BLOCK}</s:Header>"
    assert message.envelope.decode() == enveloped(opened + BODY)


def test_the_default_namespace_is_as_good_as_a_prefix() -> None:
    start = f"<Envelope xmlns='{SOAP12}'>"
    message = Message(f"{start}<Body/></Envelope>".encode())
    must = message.must_understand
    written = message.with_block(f"<b{must}/>").with_block("<a/>").envelope
    root = etree.fromstring(written)
    assert [e.tag for e in root] == [f"{{{SOAP12}}}Header", f"{{{SOAP12}}}Body"]
    assert root[0][1].get(f"{{{SOAP12}}}mustUnderstand") == "1"


@pytest.mark.parametrize("namespace", [SOAP11, SOAP12])
def test_what_must_be_understood(namespace: str) -> None:
    message = Message(enveloped(BODY, namespace).encode())
    assert message.must_understand == ' s:mustUnderstand="1"'
    root = etree.fromstring(
        message.with_block(f"<b{message.must_understand}/>").envelope
    )
    assert root[0][0].get(f"{{{namespace}}}mustUnderstand") == "1"


@pytest.mark.parametrize(
    ("encoding", "content_type", "declared"),
    [
        ("utf-8", "text/xml", ""),
        ("utf-8-sig", "text/xml; charset=iso-8859-1", ""),
        ("utf-16", "text/xml", ""),
        ("utf-16", "text/xml; charset=utf-16", "utf-16"),
        ("iso-8859-1", "text/xml", "iso-8859-1"),
        ("iso-8859-1", "text/xml; charset=latin1", "utf-8"),
        ("iso-8859-1", 'text/xml; charset="ISO-8859-1"', ""),
        ("windows-1252", "text/xml; charset=of-our-own", "windows-1252"),
        ("us-ascii", "", "us-ascii"),
    ],
)
def test_in_the_envelopes_own_encoding(
    encoding: str, content_type: str, declared: str
) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    text = "" if encoding == "us-ascii" else "\xe9"
    for header in ("", f"<s:Header>{text}</s:Header>", "<s:Header/>"):
        envelope = declaration + enveloped(f"{header}<s:Body>{text}</s:Body>")
        message = Message(envelope.encode(encoding), content_type).with_block(BLOCK)
        text_of_it = message.envelope.decode(encoding).removeprefix(declaration)
        root = etree.fromstring(text_of_it)
        assert root[0][0].text == "\u20ac"
        assert root[1].text == (text or None)


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (b"", "no element"),
        (b"<html><body/></html>", "none of SOAP"),
        (b"<s:Envelope xmlns:s='urn:x'><s:Body/></s:Envelope>", "none of SOAP"),
        (enveloped("").encode(), "no Body"),
        (enveloped("<x/>" + BODY).encode(), "another element"),
        (enveloped("<s:Header").encode(), "not well-formed"),
        (b"<!DOCTYPE x>" + enveloped(BODY).encode(), "DTD"),
        (b"<?xml version='1.0' encoding='shift_jis'?>" + enveloped(BODY).encode(), ""),
    ],
)
def test_there_is_no_place(envelope: bytes, reason: str) -> None:
    message = Message(envelope)
    for ask in (lambda: message.with_block(BLOCK), lambda: message.must_understand):
        with pytest.raises(ValueError, match=f"no place for a header block.*{reason}"):
            ask()
