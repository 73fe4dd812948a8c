"""Envelopes: opened whatever strangers send, written so that strangers can open them."""

from __future__ import annotations

import codecs
import os
import threading
import time

import pytest
from fake_service import NAMESPACES, SHOP, SOAP11, SOAP12, envelope, wire
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.errors.errors import (
    DecodeError,
    EncodeError,
    NotAnEnvelope,
    VersionMismatch,
)
from soapwright.runtime.soap.envelope import Envelope, encoded, open_envelope
from soapwright.runtime.values.strings import text
from soapwright.runtime.xml import parsing
from soapwright.runtime.xml.parsing import Limits, parse

MEGABYTE = 2**20


# -------------------------------------------------------------------------------- opening


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_header_and_body_are_found(version):
    header, body = open_envelope(envelope("<a/>", version, header="<h/>"), version)
    assert header is not None
    assert [c.tag for c in header] == ["h"]
    assert [c.tag for c in body] == ["a"]


def test_no_header_is_none():
    assert open_envelope(envelope("<a/>"), "1.1")[0] is None


def test_what_follows_the_body_is_ignored():
    data = envelope("<a/>").replace(
        b"</e:Body>", b"</e:Body><junk/><e:Body><b/></e:Body>"
    )
    assert [c.tag for c in open_envelope(data, "1.1")[1]] == ["a"]


def test_comments_and_instructions_leave_no_trace():
    data = envelope("<!-- c --><a>on<!-- c -->e<?p i?>!</a><?p i?>")
    _, body = open_envelope(data, "1.1")
    (a,) = body
    assert a.text == "one!"


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", NotAnEnvelope, "not well-formed"),
        (b"  \n", NotAnEnvelope, "not well-formed"),
        (b"OK", NotAnEnvelope, "not well-formed"),
        (b"\x00\x01\x02", NotAnEnvelope, "not well-formed"),
        (b"<html><body><p>Busy<br></body></html>", NotAnEnvelope, "not well-formed"),
        (b"<html><body/></html>", NotAnEnvelope, "'html' is no SOAP 1.1 envelope"),
        (b"<Envelope><Body/></Envelope>", NotAnEnvelope, "'Envelope' is no SOAP"),
        (envelope("<a/>")[:-20], DecodeError, "not well-formed"),
        (envelope("<a>\x00</a>"), DecodeError, "not well-formed"),
        (envelope("<a>&#0;</a>"), DecodeError, "not well-formed"),
        (envelope("<a>&nbsp;</a>"), DecodeError, "undeclared entity"),
        (envelope("<u:a/>"), DecodeError, "undefined namespace"),
        (envelope("<a>X</a>").replace(b"X", b"\xff\xfe"), DecodeError, "encoding"),
        (f'<e:Envelope xmlns:e="{SOAP11}"/>'.encode(), DecodeError, "no Body"),
        (
            f'<e:Envelope xmlns:e="{SOAP11}"><Body/></e:Envelope>'.encode(),
            DecodeError,
            "no Body",
        ),
    ],
)
def test_what_is_no_envelope_is_refused(data, error, said):
    with pytest.raises(error, match=said) as caught:
        open_envelope(data, "1.1")
    assert type(caught.value) is error
    assert caught.value.path == ""


def test_the_other_version_is_named():
    with pytest.raises(VersionMismatch, match="SOAP 1.2, not of SOAP 1.1"):
        open_envelope(envelope("<a/>", "1.2"), "1.1")
    with pytest.raises(VersionMismatch, match="SOAP 1.1, not of SOAP 1.2"):
        open_envelope(envelope("<a/>", "1.1"), "1.2")
    future = envelope("<a/>").replace(SOAP11.encode(), b"urn:soap:9")
    with pytest.raises(VersionMismatch, match="unknown version of SOAP, 'urn:soap:9'"):
        open_envelope(future, "1.1")


def test_endless_names_are_cut_in_messages():
    with pytest.raises(NotAnEnvelope) as caught:
        parse_and_open(f"<{'n' * 5000}/>".encode())
    assert len(str(caught.value)) < 300


def parse_and_open(data: bytes) -> None:
    open_envelope(data, "1.1")


@pytest.mark.parametrize(
    "broken",
    [
        "<password>hun&ter2;</password>",
        "<password>hun<ter2</password>",
        '<a password="hun&ter2;"/>',
        '<a hunter2="1" hunter2="2"/>',
        "<hunter2></b>",
        "<hunter2:a/>",
    ],
)
def test_a_syntax_error_quotes_nothing(broken):
    with pytest.raises(DecodeError) as caught:
        open_envelope(envelope(broken), "1.1")
    error = caught.value
    assert "ter2" not in str(error)
    assert error.__suppress_context__


# ------------------------------------------------------------------------------- charsets


@pytest.mark.parametrize(
    "charset",
    [
        "UTF-8",
        "ISO-8859-1",
        "ISO-8859-15",
        "windows-1252",
        "UTF-16",
        "Shift_JIS",
        "GB18030",
    ],
)
def test_the_declared_charset_is_read(charset):
    said = {"Shift_JIS": "日本", "GB18030": "中文"}.get(charset, "Zoë")
    text_of = envelope(f"<a>{said}</a>").decode()
    data = f'<?xml version="1.0" encoding="{charset}"?>{text_of}'.encode(charset)
    _, body = open_envelope(data, "1.1")
    assert body[0:1][0].text == said


@pytest.mark.parametrize(
    ("written", "declared", "content_type"),
    [
        ("ISO-8859-1", "UTF-8", "iso-8859-1"),
        ("UTF-8", "ISO-8859-1", "UTF-8"),
        ("windows-1252", None, "Windows-1252"),
        ("UTF-8", None, "utf8"),
        ("UTF-16", "UTF-16", "utf-8"),  # the byte order mark beats both
        ("utf-8-sig", "UTF-8", "iso-8859-1"),
        ("UTF-8", "UTF-8", "x-no-such-charset"),  # nobody knows it: as if not given
        ("UTF-8", "UTF-8", "é\0"),
        ("ISO-8859-1", "ISO-8859-1", "x-no-such-charset"),
    ],
)
@pytest.mark.parametrize("filler", [0, 11_000_000])
def test_the_transport_knows_better(written, declared, content_type, filler):
    text_of = envelope(f"<a>Zoë</a><b>{' ' * filler}</b>").decode()
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    data = (declaration + text_of).encode(written)
    _, body = open_envelope(data, "1.1", content_type)
    assert body[0:1][0].text == "Zoë"


def test_a_wrong_charset_is_an_error_not_a_guess():
    data = envelope("<a>Zoë</a>").decode().encode("iso-8859-1")
    with pytest.raises(DecodeError, match="encoding"):
        open_envelope(data, "1.1", "utf-8")


def test_charsets_from_outside_do_not_pile_up():
    for number in range(200):
        open_envelope(envelope("<a/>"), "1.1", f"windows-125{number % 9}")
        open_envelope(envelope("<a/>"), "1.1", f"x-{number}")
    assert len(parsing._mine.own.parsers) <= 16


# --------------------------------------------------------------------- DTDs and entities

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "dtd",
    [
        "<!DOCTYPE e>",
        '<!DOCTYPE e SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE e PUBLIC "-//x" "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE e [<!ENTITY x "y">]>',
        '<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE e [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
        f'<!DOCTYPE e [<!ENTITY l0 "lol">{_LAUGHS}]>',
        '<!DOCTYPE e [<!ATTLIST a b CDATA "default">]>',
    ],
)
@pytest.mark.parametrize("use", ["", "&x;", "&l9;"])
@pytest.mark.parametrize("attribute", [False, True])
@pytest.mark.parametrize("filler", [0, 11_000_000])
def test_a_dtd_is_refused(dtd, use, attribute, filler):
    content = f'<a b="{use}"/>' if attribute else f"<a>{use}</a>"
    data = dtd.encode() + envelope(content + " " * filler)
    began = time.process_time()
    with pytest.raises(DecodeError):
        open_envelope(data, "1.1")
    assert time.process_time() - began < 5


def test_a_dtd_in_utf_16_is_refused():
    data = "<!DOCTYPE e>" + envelope("<a/>").decode()
    with pytest.raises(DecodeError, match="DTD"):
        open_envelope(data.encode("utf-16"), "1.1")


def test_no_file_is_opened_for_a_dtd(tmp_path):
    """libxml2 opens what a DOCTYPE names before anybody can refuse it, if it is let."""
    pipe = tmp_path / "pipe.dtd"
    os.mkfifo(pipe)  # whoever opens it waits for ever
    doctype = f'<!DOCTYPE e SYSTEM "{pipe.as_uri()}">'.encode()
    refused = threading.Event()

    def opening() -> None:
        for data in (envelope("<a/>"), envelope(f"<a>{' ' * 11_000_000}</a>")):
            with pytest.raises(DecodeError, match="DTD"):
                open_envelope(doctype + data, "1.1")
        refused.set()

    threading.Thread(target=opening, daemon=True).start()
    assert refused.wait(10)


def test_what_looks_like_a_dtd_in_a_text_is_text():
    _, body = open_envelope(envelope("<a><![CDATA[<!DOCTYPE e>]]></a>"), "1.1")
    assert body[0:1][0].text == "<!DOCTYPE e>"


# --------------------------------------------------------------------------------- limits


def nested(depth: int) -> bytes:
    """An envelope whose deepest element is so deep, the Envelope counted."""
    return envelope("<a>" * (depth - 2) + "</a>" * (depth - 2))


def test_depth_is_limited_exactly():
    open_envelope(nested(128), "1.1")
    with pytest.raises(DecodeError, match="more than 128 deep"):
        open_envelope(nested(129), "1.1")


@pytest.mark.parametrize("depth", [200, 256, 300, 5000])
def test_deeper_is_refused_too(depth):
    with pytest.raises(DecodeError):
        open_envelope(nested(depth), "1.1")


def test_an_encoding_that_hides_its_tags_is_measured():
    """In UTF-7 a "<" need not be one: counting bytes is not enough."""
    deep = nested(200).decode().replace("<", "+ADw-").replace(">", "+AD4-")
    data = b'<?xml version="1.0" encoding="UTF-7"?>' + deep.encode()
    with pytest.raises(DecodeError, match="more than 128 deep"):
        open_envelope(data, "1.1")


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_many_elements_are_not_deep(charset):
    data = envelope("<a><b/></a>" * 5000).decode().encode(charset)
    open_envelope(data, "1.1")


@pytest.mark.parametrize("depth", [100, 200, 300, 2048])
def test_the_depth_can_be_set(depth):
    limits = Limits(depth=depth)
    open_envelope(nested(depth), "1.1", limits=limits)
    if depth < 2048:
        with pytest.raises(DecodeError, match=f"more than {depth} deep"):
            open_envelope(nested(depth + 1), "1.1", limits=limits)


def test_the_size_is_limited_exactly():
    data = envelope("<a/>")
    limits = Limits(envelope=len(data))
    open_envelope(data, "1.1", limits=limits)
    limits = Limits(envelope=len(data) - 1)
    with pytest.raises(DecodeError, match="bytes in an envelope"):
        open_envelope(data, "1.1", limits=limits)


@pytest.mark.parametrize(
    "content", ["<a>{}</a>", "<a/>{}", '<a b="{}"/>', "<a>x<!-- -->{}</a>"]
)
def test_the_text_is_limited_exactly(content):
    limits = Limits(text=1000, depth=5)
    fine = 1000 - {"<a/>{}": len("\n "), "<a>x<!-- -->{}</a>": len("x")}.get(content, 0)
    open_envelope(envelope(content.format("t" * fine)), "1.1", limits=limits)
    with pytest.raises(DecodeError, match="more than 1,000 characters"):
        open_envelope(envelope(content.format("t" * (fine + 1))), "1.1", limits=limits)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (f"<a><![CDATA[{'<' * 1001}]]></a>", "utf-8"),
        (f"<a>{('t' * 100 + '<!-- -->') * 11}</a>", "utf-8"),
        (f"<a>{('t' * 100 + '<?p ?>') * 11}</a>", "utf-8"),
        (f"<a>{chr(0x3C3C) * 1001}</a>", "utf-16"),
    ],
)
def test_a_long_text_does_not_hide_behind_what_looks_like_tags(content, encoding):
    limits = Limits(text=1000)
    data = envelope(content).decode().encode(encoding)
    with pytest.raises(DecodeError, match="more than 1,000 characters"):
        open_envelope(data, "1.1", limits=limits)


def test_many_short_texts_are_within_the_limit_of_one():
    limits = Limits(text=1000)
    open_envelope(envelope(f"<a>{'<b>text</b>' * 1000}</a>"), "1.1", limits=limits)


def test_the_text_is_limited_in_small_envelopes_too():
    limits = Limits(text=100)
    open_envelope(envelope(f"<a>{'t' * 100}</a>"), "1.1", limits=limits)
    with pytest.raises(DecodeError, match="more than 100 characters"):
        open_envelope(envelope(f"<a>{'t' * 101}</a>"), "1.1", limits=limits)


def test_a_large_text_is_read_and_a_huge_one_refused():
    _, body = open_envelope(envelope(f"<a>{'x' * (12 * MEGABYTE)}</a>"), "1.1")
    assert len(body[0:1][0].text) == 12 * MEGABYTE
    with pytest.raises(DecodeError, match="characters in a text"):
        open_envelope(envelope(f"<a>{'x' * (64 * MEGABYTE + 1)}</a>"), "1.1")


@pytest.mark.parametrize("wrong", [{"depth": 0}, {"depth": 2049}, {"text": -1}])
def test_limits_make_sense(wrong):
    with pytest.raises(ValueError, match="limits are positive"):
        Limits(**wrong)


def test_each_thread_has_its_own_parser():
    seen: list[list[str]] = []

    def work() -> None:
        for _ in range(200):
            _, body = open_envelope(envelope("<a/><b/>"), "1.1", "utf-8")
            seen.append([c.tag for c in body])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [["a", "b"]] * 800


@given(st.binary(max_size=200))
def test_bytes_are_an_envelope_or_a_decode_error(junk):
    for data in (junk, envelope("<a>X</a>").replace(b"X", junk)):
        try:
            open_envelope(data, "1.1")
        except DecodeError:
            pass


@given(st.data())
def test_a_damaged_envelope_is_a_decode_error_or_still_one(data):
    whole = bytearray(envelope("<a b='c'>text</a>", header="<h/>"))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        open_envelope(bytes(whole), "1.1")
    except DecodeError:
        pass


# -------------------------------------------------------------------------------- writing


def test_an_envelope_is_written_as_the_wire_says():
    made = Envelope(wire("1.1"), NAMESPACES, "xsi tns").wrap("<a/>")
    assert (
        made
        == (
            f'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{SOAP11}"'
            f' xmlns:xsi="{NAMESPACES["xsi"]}" xmlns:tns="{SHOP}">'
            "<S:Body><a/></S:Body></S:Envelope>"
        ).encode()
    )


def test_the_header_stands_before_the_body():
    made = Envelope(wire("1.2"), {}).wrap("<a/>", "<h/>")
    root = etree.fromstring(made)
    assert [c.tag for c in root] == [f"{{{SOAP12}}}Header", f"{{{SOAP12}}}Body"]


def test_a_namespace_is_escaped():
    made = Envelope(wire(), {"p": 'urn:a"b&c'}, "p").wrap("<p:a/>")
    assert b'xmlns:p="urn:a&quot;b&amp;c"' in made


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
@pytest.mark.parametrize("charset", ["ISO-8859-1", "US-ASCII", "UTF-8", "UTF-16"])
def test_any_text_arrives_in_any_charset(charset, said):
    if any(c in said for c in "\ufffe\uffff"):
        return
    made = Envelope(wire("1.1", charset), {}).wrap(f"<a>{text(said)}</a>")
    _, body = open_envelope(made, "1.1")
    assert (body[0:1][0].text or "") == said


def test_a_name_that_the_charset_lacks_is_an_error():
    assert encoded("<größe>€</größe>", "iso-8859-1") == "<größe>&#8364;</größe>".encode(
        "iso-8859-1"
    )
    with pytest.raises(EncodeError, match="cannot carry the name"):
        encoded("<цена>1</цена>", "iso-8859-1")
    with pytest.raises(EncodeError, match="cannot carry the name"):
        encoded('<a цена="1"/>', "iso-8859-1")
    assert b"&#1094;" in encoded('<a b="ц"/>', "iso-8859-1")


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8"])
def test_a_lone_surrogate_never_leaves(charset):
    with pytest.raises(EncodeError, match="U\\+D800"):
        encoded("<a>\ud800</a>", charset)


def test_byte_order_marks_are_those_of_codecs():
    known = {codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE}
    assert set(parsing.BYTE_ORDER_MARKS) == known


def test_a_document_is_parsed_without_an_envelope_too():
    assert parse(b"<a/>").tag == "a"
