"""Secrets: found whatever they are called, hidden wherever they stand."""

from __future__ import annotations

import time

import pytest
from fake_service import envelope
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from soapwright.runtime.errors.exchange import Exchange
from soapwright.runtime.http.transport import Request, Response
from soapwright.runtime.secrets.redaction import ALWAYS, Secrets
from soapwright.runtime.values.strings import text

SECRET = "hunter2"


excerpt, redact, redact_url = ALWAYS.excerpt, ALWAYS.redact, ALWAYS.redact_url
is_secret, is_secret_path = ALWAYS.has, ALWAYS.has_path


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password",
        "passWord",
        "PASSWD",
        "pwd",
        "secret",
        "token",
        "session_id",
        "sessionId",
        "SessionID",
        "session-id",
        "SESSION_ID",
        "{urn:x}sessionId",
        "wsse:Password",
        "token[3]",
    ],
)
def test_a_secret_is_known_by_its_name(name):
    assert is_secret(name)
    assert is_secret_path(f"sendmsg.{name}") or ":" in name


@pytest.mark.parametrize(
    "name", ["user", "passwords", "api_id", "token_pay", "nonce", "tokens", "", "id"]
)
def test_other_names_are_no_secrets(name):
    assert not is_secret(name)
    assert not is_secret_path(f"token_pay.{name}")


def test_a_secret_holds_what_is_under_it():
    assert is_secret_path("login.token.value[2]")


def test_a_package_adds_names_of_its_own():
    secrets = Secrets.of(["api_key", "pin", "pay/cardNo"])
    assert secrets.has("apiKey") and secrets.has("PIN") and secrets.has("password")
    assert SECRET not in secrets.redact(f"<a><ApiKey>{SECRET}</ApiKey></a>")
    assert SECRET not in secrets.redact(f"<pin>{SECRET}</pin>")
    assert secrets.has_path("payResponse.card_no") and not secrets.has("cardNo")
    # another package's are not touched
    assert not is_secret("apiKey") and not Secrets.of(["pin"]).has("apiKey")
    assert secrets and Secrets.of(["pay/cardNo"]) and not ALWAYS


def test_names_for_one_envelope():
    xml = f"<a><card_no>{SECRET}</card_no></a>"
    assert SECRET in redact(xml)
    assert SECRET not in Secrets.of(["pay/cardNo"]).redact(xml, "pay")


# ------------------------------------------------------------------------------ envelopes


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<a><password>x</password></a>", "<a><password>***</password></a>"),
        (
            '<w:Password Type="digest">x</w:Password>',
            '<w:Password Type="digest">***</w:Password>',
        ),
        ('<user password="x" name="n"/>', '<user password="***" name="n"/>'),
        ("<user token = 'x'/>", '<user token = "***"/>'),
        ("<token><v>x</v>\n</token><b>y</b>", "<token>***</token><b>y</b>"),
        ("<token>x<token>y</token>z</token>w", "<token>***</token>w"),
        ("<pwd></pwd><pwd/><pwd> </pwd>", "<pwd></pwd><pwd/><pwd> </pwd>"),
        (
            '<session_id xsi:nil="true" xsi:type="xsd:string"/>',
            '<session_id xsi:nil="true" xsi:type="xsd:string"/>',
        ),
        ("<Nonce>x</Nonce><nonces>y</nonces>", "<Nonce>***</Nonce><nonces>y</nonces>"),
        ("<!-- x --><a/>", "<!--…--><a/>"),
        ("<pwd><![CDATA[x</pwd>]]></pwd>", "<pwd>***</pwd>"),
        ("<a><![CDATA[<pwd>x</pwd>]]></a>", "<a><![CDATA[<pwd>***</pwd>]]></a>"),
        (
            "<a>&lt;pwd&gt;x&lt;/pwd&gt;</a>",
            "<a>&lt;pwd&gt;***&lt;/pwd&gt;</a>",
        ),
        ("<a>5 &lt; 6 &amp; 7</a>", "<a>5 &lt; 6 &amp; 7</a>"),
        (
            '<c><pwd href="#i1"/></c><m id="i1">x</m><m id="i2">y</m>',
            '<c><pwd href="#i1"/></c><m id="i1">***</m><m id="i2">y</m>',
        ),
        (
            '<m id="i1" t="y">x</m><pwd enc:ref="i1"/>',
            '<m id="i1" t="y">***</m><pwd enc:ref="i1"/>',
        ),
        (
            '<?xml version="1.0" encoding="UTF-8"?><a/>',
            '<?xml version="1.0" encoding="UTF-8"?><a/>',
        ),
        ('{"user": "u", "password": "x"}', '{"user": "u", "password": ***}'),
        ("user=u&password=x&b=c", "user=u&password=***&b=c"),
    ],
)
def test_what_is_shown(source, shown):
    assert redact(source) == shown
    assert redact(source.encode()) == shown


@pytest.mark.parametrize(
    "source",
    [
        f"<password>{SECRET}",
        f"<password>{SECRET}</passwor",
        f"<password>{SECRET}</user><user>",
        f"<password>{SECRET}</x>{SECRET}</password>",
        f"<password>a<{SECRET} b></password>",
        f'<password x="a<b">{SECRET}</password>',
        f"<password x='>{SECRET}</password>",
        f'<user password="{SECRET}',
        f"<user password={SECRET}>",
        f"<password {SECRET}",
        f'<a b="><password>{SECRET}</password>',
        f'<?xml version="1.0"><password>{SECRET}</password>',
        f"<?pi <password>{SECRET}</password>",
        f"<!-- <password>{SECRET}</password>",
        f"<![CDATA[<password>{SECRET}</password>",
        f"<a>&lt;password&gt;{SECRET}",
        f"<a>&#60;password&#62;{SECRET}&#60;/password&#62;</a>",
        f"<a>&amp;lt;password&amp;gt;{SECRET}&amp;lt;/password&amp;gt;</a>",
        f"<a><![CDATA[<b>&lt;password>{SECRET}&lt;/password></b>]]></a>",
        f"<br>Warning: login(user=u, password='{SECRET}') failed",
        f"PASSWORD: {SECRET}",
        f"https://x.org/?token={SECRET}",
    ],
)
def test_what_is_broken_shows_no_secret(source):
    assert SECRET not in redact(source)
    assert SECRET not in excerpt(source.encode(), 500)


def test_xml_in_xml_in_xml_is_given_up_not_shown():
    source = f"<password>{SECRET}</password>"
    for _ in range(6):
        source = f"<a>{text(source)}</a>"
        assert SECRET not in redact(source)


@pytest.mark.parametrize(
    "charset",
    ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_the_charset_does_not_matter(charset):
    source = f"<a><x>Zoë</x><password>{SECRET}</password></a>"
    shown = redact(source.encode(charset))
    assert SECRET not in shown
    assert "<x>Zoë</x>" in shown


_NAMES = st.sampled_from(["a", "s:b", "user", "Password", "w:token", "session_id"])
_TEXTS = st.text("xyz <&>\n", max_size=4)


def _element(name: str, content: str) -> str:
    return f'<{name} k="v">{content}</{name}>'


_XML = st.recursive(
    _TEXTS.map(text),
    lambda inner: st.builds(_element, _NAMES, st.lists(inner, max_size=3).map("".join)),
    max_leaves=8,
)


@given(_XML)
def test_what_is_no_secret_stays_as_it_was(content):
    """Against lxml: the masked text is that of the tree without the secrets' content."""
    source = f'<r xmlns:s="urn:s" xmlns:w="urn:w">{content}</r>'
    tree = etree.fromstring(source)
    for e in list(tree.iter()):
        if is_secret(e.tag) and (len(e) or (e.text or "").strip()):
            for child in list(e):
                e.remove(child)
            e.text = "***"
    assert etree.tostring(etree.fromstring(redact(source))) == etree.tostring(tree)


@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "/",
                "password",
                '"',
                "'",
                "=",
                " ",
                "x",
                "&lt;",
                "<!--",
                "]]>",
                "<![CDATA[",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_junk_is_masked_without_an_error(junk):
    redact(junk)
    assert SECRET not in redact(f"<password>{SECRET}{junk.replace('</', '')}")


@pytest.mark.parametrize(
    "hostile",
    [
        "<a " * 100_000,
        '<a b="' * 100_000,
        "a" * 1_000_000,
        "a=" * 200_000,
        "<password>" * 50_000,
        "<!--" * 100_000,
        "&lt;" * 100_000,
        "<a>" * 100_000 + "</a>" * 100_000,
        "//" * 200_000,
    ],
)
def test_no_text_takes_long(hostile):
    began = time.process_time()
    redact(hostile)
    redact_url(hostile)
    assert time.process_time() - began < 5


# ----------------------------------------------------------------- what else shows envelopes


def test_an_excerpt_is_one_short_line():
    data = b"<html>\n\t<p>Bad \x1b[31m gateway</p>" + b"x" * 5000
    shown = excerpt(data, 100)
    assert shown.startswith("<html> <p>Bad \ufffd[31m gateway</p>")
    assert len(shown) == 101
    assert excerpt(b"<a/>", 100) == "<a/>"
    assert excerpt(b"x" * (2**20 + 1), 100) == "(1,048,577 bytes)"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@x.org/a@b", "https://***@x.org/a@b"),
        ("https://x.org/a?user=u&pwd=x#f", "https://x.org/a?user=u&pwd=***#f"),
        ("http://127.0.0.1:8900/soap", "http://127.0.0.1:8900/soap"),
        ("http://x/?api_key=k&api_id=1", "http://x/?api_key=***&api_id=1"),
        ("http://x/?a=1;access_token=k", "http://x/?a=1;access_token=***"),
        ("http://x/?p%61ssword=k&SIG=s", "http://x/?p%61ssword=***&SIG=***"),
        ("http://x/?monkey=k&keys=2", "http://x/?monkey=k&keys=2"),
        (
            'POST http://x/?key=k "HTTP/1.1 200"',
            'POST http://x/?key=*** "HTTP/1.1 200"',
        ),
    ],
)
def test_urls_without_their_secrets(url, shown):
    assert redact_url(url).partition("#")[0] == shown.partition("#")[0]


def test_representations_hide_secrets():
    sent = envelope(f"<s:login><password>{SECRET}</password></s:login>")
    request = Request(f"https://me:{SECRET}@x.org", sent, {"Authorization": SECRET})
    reply = Response(200, {"set-cookie": SECRET}, sent)
    exchange = Exchange(None, None, 200, sent, sent)
    for value in (request, reply, exchange):
        assert SECRET not in repr(value)
    assert "***" in repr(exchange)
    assert SECRET.encode() in exchange.request_envelope


def test_what_a_url_carried_is_hidden_wherever_it_is_repeated():
    secrets = ALWAYS.carried_in("http://x/?client_secret=s3cr%40t&user=ida")
    assert secrets.redact("<a>s3cr@t of ida, s3cr%40t</a>") == "<a>*** of ida, ***</a>"
