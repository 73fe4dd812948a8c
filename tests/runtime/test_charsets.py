"""Charsets of headers that cannot be right, and what comes before the XML declaration."""

from __future__ import annotations

import pytest
from fake_service import Order, envelope, operation
from raw_server import always, http, raw_server
from test_client import BOTH, Call

from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.streaming.push_parser import PushParser
from soapwright.runtime.xml.parsing import parse

TEXT = "Grüße, Zoë"


def document(encoding: str, declared: str, before: str = "") -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{before}{declaration}<a><b>{TEXT}</b></a>".encode(encoding)


# The encoding of an envelope, the one that it declares, and the header's charset.
CONTRADICTIONS = [
    # what the header's charset cannot decode
    ("utf-8", "utf-8", "us-ascii"),
    ("utf-8", "", "us-ascii"),
    ("latin-1", "ISO-8859-1", "utf-8"),
    ("latin-1", "iso-8859-1", "us-ascii"),
    ("cp1252", "windows-1252", "UTF8"),
    ("iso-8859-15", "iso-8859-15", "utf-8"),
    ("utf-8", "utf-8", "shift_jis"),
    # what it decodes, as it decodes anything
    ("utf-8", "UTF-8", "ISO-8859-1"),
    ("utf-8", "utf-8", "latin1"),
    ("utf-8", "utf-8", "windows-1252"),
    ("utf-8", "utf8", "koi8-r"),
    ("utf-8", "utf-8", "gb18030"),
    # what does not begin as XML in it
    ("utf-8", "utf-8", "utf-16"),
    ("utf-8", "", "utf-16le"),
    ("utf-8", "utf-8", "utf-32"),
    ("utf-16-le", "utf-16", "utf-8"),
    # what nobody knows
    ("utf-8", "utf-8", "no-charset"),
    # a header that is right, whatever is declared
    ("latin-1", "", "iso-8859-1"),
    ("latin-1", "", "latin-1"),
    ("latin-1", "", "latin_1"),
    ("latin-1", "utf-8", "iso-8859-1"),
    ("utf-8", "iso-8859-1", "utf-8"),
    ("utf-8", "us-ascii", "utf-8"),
    ("utf-16", "utf-16", "utf-8"),
    ("utf-16-le", "utf-16", "utf-16"),
]


@pytest.mark.parametrize(("encoding", "declared", "header"), CONTRADICTIONS)
def test_a_charset_that_cannot_be_right_gives_way(encoding, declared, header):
    assert parse(document(encoding, declared), header)[0].text == TEXT


def test_without_a_declaration_a_latin_charset_is_taken_at_its_word():
    assert parse(document("utf-8", ""), "iso-8859-1")[0].text == "GrÃ¼Ã\x9fe, ZoÃ«"


def test_what_no_charset_can_be_right_for_is_an_error():
    for declared in ("", "utf-8", "us-ascii", "utf-7", "utf-16"):
        with pytest.raises(DecodeError, match="not well-formed"):
            parse(document("latin-1", declared), "utf-8")


def test_a_dtd_is_refused_whichever_charset_is_right():
    with_dtd = document("latin-1", "iso-8859-1").replace(b"<a>", b"<!DOCTYPE a><a>")
    with pytest.raises(DecodeError, match="DTD"):
        parse(with_dtd, "utf-8")
    with pytest.raises(DecodeError, match="DTD"):
        parse(with_dtd, "utf-8", without_dtd=True)


@pytest.mark.parametrize("charset", [None, "utf-8", "us-ascii"])
@pytest.mark.parametrize(
    "before", ["\n", "\r\n\r\n", " \t\n" * 50, "\ufeff\n", "\n\ufeff", "\ufeff\ufeff"]
)
@pytest.mark.parametrize("declared", ["", "utf-8"])
def test_white_space_before_the_declaration(charset, before, declared):
    data = document("utf-8", declared, before)
    assert parse(data, charset)[0].text == TEXT
    for size in (1, 7, 10_000):
        parser = PushParser(charset)
        for at in range(0, len(data), size):
            parser.feed(data[at : at + size])
        assert parser.close()[0].text == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["\ufeff\n", "\n\ufeff \n", "\ufeff\ufeff"])
def test_white_space_in_utf_16(encoding, before):
    data = document(encoding, "utf-16", before)
    assert parse(data)[0].text == TEXT
    assert parse(data, "utf-16")[0].text == TEXT


def test_white_space_alone_is_no_document():
    for data in (b" " * 100_000, b"\xef\xbb\xbf", b"\n<"):
        with pytest.raises(DecodeError):
            parse(data)
        parser = PushParser()
        with pytest.raises(DecodeError):
            for at in range(0, len(data), 1000):
                parser.feed(data[at : at + 1000])
            parser.close()


def test_an_envelope_known_by_its_beginning_may_be_in_another_charset():
    declared = b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    order = operation(rpc=True)
    sound = declared + envelope("<s:orderResponse><number>7</number></s:orderResponse>")
    other = sound.replace(b"<number>", "<x>é</x><number>".encode("latin-1"))
    for data in (sound, sound, other, sound, other):
        assert order.decode_response(data, "utf-8").number == 7


@pytest.mark.parametrize(
    "charset",
    [
        *("utf-\0008", "hex", "base64", "zlib", "bz2", "rot13", "uu", "quopri", "idna"),
        *("punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", ""),
        *("mbcs", "x" * 10_000, "\ud800", "é", "utf-8-sig", "utf_16", "../../etc"),
    ],
)
def test_a_charset_that_is_none(charset):
    sound = document("utf-8", "utf-8")
    broken = sound[:-5] + b"\\x" + sound[-5:-1]
    assert parse(sound, charset)[0].text == TEXT
    for size in (3, 1000):
        assert pieces_text(sound, charset, size) == TEXT
        with pytest.raises(DecodeError):
            pieces_text(broken, charset, size)
    with pytest.raises(DecodeError):
        parse(broken, charset)


@BOTH
def test_a_reply_of_either_kind(call: Call):
    good = envelope("<s:orderResponse><x>é</x><number>7</number></s:orderResponse>")
    declared = b'\n<?xml version="1.0" encoding="UTF-8"?>' + good
    for kind in (
        "text/xml; charset=iso-8859-1",
        "text/xml; charset=us-ascii",
        "text/xml",
    ):
        with raw_server(always(http(declared, "200 OK", kind))) as server:
            assert call(server.url) == 7


def test_a_request_of_either_kind():
    order = operation()
    sent = b'\n<?xml version="1.0" encoding="UTF-8"?>' + envelope(
        "<s:order><item>Zoë</item></s:order>"
    )
    for charset in ("us-ascii", "iso-8859-1", "utf-16", None):
        assert order.decode_request(sent, charset) == Order(item="Zoë")


# ------------------------------------------------------------------------- piece by piece


def pieces_text(data: bytes, charset: str | None, size: int) -> str:
    """The text of a document that comes in pieces."""
    parser = PushParser(charset)
    for at in range(0, len(data), size):
        parser.feed(data[at : at + size])
    text: str = parser.close()[0].text
    return text


PAD = "x" * 100


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64, 100_000])
@pytest.mark.parametrize("padding", ["", PAD])
@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        *CONTRADICTIONS,
        ("utf-16", "utf-16", None),
        ("utf-16", "", None),
        ("utf-8-sig", "utf-8", "iso-8859-1"),
        ("utf-8-sig", "", None),
        ("latin-1", "iso-8859-1", None),
        ("utf-8", "iso-8859-1", "koi8-r"),
    ],
)
def test_pieces_are_read_as_the_whole(encoding, declared, header, padding, size):
    data = document(encoding, declared).replace(
        "<b>".encode(encoding).removeprefix(b"\xff\xfe").removeprefix(b"\xef\xbb\xbf"),
        f"<b>{padding}".encode(encoding)
        .removeprefix(b"\xff\xfe")
        .removeprefix(b"\xef\xbb\xbf"),
    )
    assert pieces_text(data, header, size) == parse(data, header)[0].text


@pytest.mark.parametrize("size", [1, 2, 3, 100_000])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["\ufeff", "\ufeff\n", "\n\ufeff \n", " \n" * 40])
def test_white_space_in_pieces_of_utf_16(encoding, before, size):
    data = document(encoding, "utf-16", before)
    assert pieces_text(data, None, size) == TEXT
    assert pieces_text(data, "utf-8", size) == TEXT


def test_the_first_character_that_is_not_ascii_decides():
    """Of two charsets that may be right; in a piece that has both kinds, all of it does, as in the whole."""
    later = document("latin-1", "utf-8").replace(b"<b>", "<b>é".encode() + b"x" * 500)
    assert pieces_text(later, "iso-8859-1", 10_000).startswith("Ã©xxx")
    with pytest.raises(DecodeError, match="not well-formed"):
        pieces_text(later, "iso-8859-1", 50)


@pytest.mark.parametrize("size", [1, 50, 100_000])
def test_pieces_in_no_charset_are_an_error(size):
    for data, header in (
        (document("latin-1", "utf-8"), "utf-8"),
        (document("latin-1", "us-ascii"), "utf-8"),
    ):
        with pytest.raises(DecodeError, match="not well-formed"):
            pieces_text(data, header, size)
