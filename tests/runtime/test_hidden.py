"""Secrets that a request carries: in no logger at any level, and masked wherever a reply repeats them."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable

import httpx2
import pytest
from fake_service import envelope
from raw_server import GOOD, always, http, raw_server
from test_client import AsyncClient, Client

from soapwright.runtime.errors.errors import (
    DecodeError,
    SoapError,
    SoapFault,
    TransportError,
)
from soapwright.runtime.secrets.redaction import ALWAYS, Secrets

SECRET = "hunter2&<7"
ESCAPED = "hunter2&amp;&lt;7"


def sync_call(url: str, **given: object) -> None:
    with Client(url, **given) as client:
        client.order(item="tea", password=SECRET)


def async_call(url: str, **given: object) -> None:
    async def run() -> None:
        async with AsyncClient(url, **given) as client:
            await client.exchange(
                "order",
                Client._ports["Shop"].operations["order"].request_type(password=SECRET),
            )

    asyncio.run(run())


BOTH = pytest.mark.parametrize("call", [sync_call, async_call])
Call = Callable[..., None]


@BOTH
def test_no_logger_shows_any(call: Call, caplog: pytest.LogCaptureFixture):
    reply = http(
        GOOD,
        "200 OK",
        "text/xml",
        "Set-Cookie: session=cookie-secret; Path=/",
        "X-Token: header-secret",
        "X-Echo: url-secret",
        "X-Seen: hunter2&<7",
        "Location: http://127.0.0.1/?token=location-secret",
    )
    with raw_server(always(reply)) as server, caplog.at_level(logging.DEBUG, logger=""):
        for logger in (
            "httpx2",
            "httpcore2",
            "httpcore2.http11",
            "httpcore2.connection",
        ):
            caplog.set_level(logging.DEBUG, logger=logger)
        url = (
            server.url.replace("//", "//me:url-secret@")
            + "shop?token=query-secret&a=shown"
        )
        call(url)
        assert b"token=query-secret&a=shown" in server.seen[0]
        assert b"Basic bWU6dXJsLXNlY3JldA==" in server.seen[0]
    names = {record.name for record in caplog.records}
    assert {"httpx2", "httpcore2.http11", "shop"} <= names
    for secret in (
        "url-secret",
        "query-secret",
        "cookie-secret",
        "header-secret",
        "location-secret",
        "hunter2",
    ):
        assert secret not in caplog.text, secret
    assert "a=shown" in caplog.text
    assert "Set-Cookie" in caplog.text


def test_records_of_others_are_left_alone(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, logger="httpx2")
    with raw_server(always(http())) as server:
        with Client(server.url):
            with httpx2.Client() as theirs:
                theirs.post(f"{server.url}?token=theirs", content=b"")
    assert "token=theirs" in caplog.text


@BOTH
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (
            http(
                envelope(
                    f"<e:Fault><faultcode>e:X</faultcode><faultstring>no {ESCAPED} here</faultstring></e:Fault>"
                )
            ),
            SoapFault,
        ),
        (
            http(
                envelope(
                    f"<e:Fault><faultcode>e:X</faultcode><faultstring>no</faultstring><detail><d>{ESCAPED}</d></detail></e:Fault>"
                )
            ),
            SoapFault,
        ),
        (
            http(f"<p>{ESCAPED} is wrong</p>".encode(), "403 No", "text/html"),
            TransportError,
        ),
        (http(f"{SECRET} is wrong".encode(), "403 No", "text/plain"), TransportError),
        (http(b"hunter2%26%3C7 is wrong", "403 No", "text/plain"), TransportError),
        (http(b"", "302 Away", "text/plain", f"Location: /{SECRET}"), TransportError),
        (http(b"<a/>", "200 OK", f"text/{SECRET}"), TransportError),
        (
            http(
                envelope(
                    f"<s:orderResponse><number>{ESCAPED}</number></s:orderResponse>"
                )
            ),
            DecodeError,
        ),
    ],
    ids=["reason", "detail", "page", "text", "url", "redirect", "type", "value"],
)
def test_what_a_reply_repeats_is_masked(
    call: Call, reply: bytes, kind: type[SoapError], caplog
):
    caplog.set_level(logging.DEBUG, logger="shop")
    with raw_server(always(reply)) as server, pytest.raises(kind) as caught:
        call(server.url)
    error = caught.value
    again = pickle.loads(pickle.dumps(error))
    shown = [
        str(error),
        repr(error),
        repr(error.exchange),
        str(again),
        repr(again),
        caplog.text,
    ]
    if isinstance(error, SoapFault):
        shown.append(repr(error.raw_detail))
    for text in shown:
        assert "hunter2" not in text
    assert error.exchange is not None
    assert (
        SECRET.encode() not in b""
        and ESCAPED.encode() in error.exchange.request_envelope
    )


def test_a_url_s_secrets_are_masked_in_a_reply():
    reply = http(b"not for url-secret, nor query secret", "403 No", "text/plain")
    with raw_server(always(reply)) as server:
        url = server.url.replace("//", "//me:url%2Dsecret@") + "?token=query+secret"
        with Client(url) as client, pytest.raises(TransportError) as caught:
            client.order()
    assert "not for ***, nor ***" in str(caught.value)


def test_an_authorization_is_masked_in_a_reply():
    reply = http(b"no such token: abc.def", "401 No", "text/plain")
    with raw_server(always(reply)) as server:
        layer = [lambda m: m.with_header("Authorization", "Bearer abc.def")]
        with Client(server.url, outgoing=layer) as client:
            with pytest.raises(TransportError) as caught:
                client.order()
    assert "abc.def" not in str(caught.value)


def test_problems_hide_what_the_request_carried():
    reply = http(
        envelope(f"<s:orderResponse><number>{ESCAPED}</number></s:orderResponse>")
    )
    with (
        raw_server(always(reply)) as server,
        Client(server.url, lenient=True) as client,
    ):
        request = client._port.operations["order"].request_type(password=SECRET)
        try:
            exchange = client.exchange("order", request)
        except DecodeError as error:
            exchange = error.exchange
    assert "hunter2" not in repr(exchange)
    assert "hunter2" not in str(exchange.problems)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://me:p@ss@host/", "http://***@host/"),
        ("http://me:p/ss@host/x", "http://***@host/x"),
        ("http://me:p#s?s@host/x", "http://***@host/x"),
        ("http://host:8080/users/@me", "http://host:8080/users/@me"),
        ("http://host/users/@me", "http://host/users/@me"),
        ("http://host:80?mail=a@b", "http://host:80?mail=a@b"),
        ("http://[::1]:80/?token=x&a=b", "http://[::1]:80/?token=***&a=b"),
    ],
)
def test_passwords_that_no_url_may_have(url: str, shown: str):
    assert ALWAYS.redact_url(url) == shown


def test_short_values_are_hidden_as_words():
    carried = Secrets().carrying(["7", "abc", "longer"])
    assert (
        carried.without_values("7 of 70, abc abcd, prolonger")
        == "*** of 70, *** abcd, pro***"
    )
    assert repr(carried) == repr(Secrets())
    assert Secrets().carried_by(b"<a><password/><token>  </token></a>") == Secrets()


def test_all_forms_of_a_secret_are_found():
    text = """<a><password>one&amp;1</password><token><![CDATA[two<2]]></token><b secret='three"3'/>
      <c>password=four4</c><d>&lt;pwd&gt;five5&lt;/pwd&gt;</d><session_id><x>six6</x><y>seven7</y></session_id>
      <passwd href="#s"/><e id="s">eight8</e></a>"""
    found = Secrets().carried_by(text.encode()).values
    assert found == {
        "one&1",
        "two<2",
        'three"3',
        "four4",
        "five5",
        "six6",
        "seven7",
        "eight8",
    }
