"""The sandbox over real HTTP: by the generated clients, by what old clients sent, by vandals."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree
from sandboxes import ENVELOPE, PATHS, Sandbox, envelope, listening

from soapwright_clickatell.sandbox.web import server
from soapwright_clickatell.sandbox.web.http import MAX_BODY
from soapwright_clickatell.services import (
    clickatell,
    clickatell_document_literal,
    clickatell_vs,
)
from soapwright_clickatell.vendor.replies import MessageId, Ok, Refusal, parse

PACKAGES: dict[str, ModuleType] = dict(
    zip(
        PATHS,
        (clickatell, clickatell_vs, clickatell_vs, clickatell_document_literal),
        strict=True,
    )
)
RPC, LITERAL = PATHS[0], PATHS[3]
SAMPLES = Path(__file__).parents[2] / "spec/clickatell/samples"
DEMO = {"api_id": 1234, "user": "demo", "password": "demo"}
TRIPLE = "<api_id>1234</api_id><user>demo</user><password>demo</password>"
NUMBER = "27831234567"
TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening() as made:
        yield made


def texts(reply: object) -> list[str]:
    """A reply as a list: a dialect may return one string, or several."""
    assert isinstance(reply, str | list)
    return [reply] if isinstance(reply, str) else reply


def returned(body: bytes) -> list[str]:
    """The strings in a reply."""
    root = etree.fromstring(body)
    assert not root.findall(f".//{{{ENVELOPE}}}Fault"), body
    (wrapper,) = root[-1]
    return [e.text or "" for e in wrapper.iter() if not len(e) and e is not wrapper]


def fault(answer: tuple[int, Any, bytes]) -> tuple[str, str]:
    """The code and the reason of a fault."""
    status, headers, body = answer
    assert status == 500
    assert headers["Content-Type"].startswith("text/xml; charset=")
    found = etree.fromstring(body).find(f".//{{{ENVELOPE}}}Fault")
    assert found is not None, body
    code, reason = found.findtext("faultcode"), found.findtext("faultstring")
    return (code or "").partition(":")[2], reason or ""


# ------------------------------------------------------------------- the generated clients


@pytest.mark.parametrize("path", PATHS)
def test_the_clients_of_all_four_services(sandbox: Sandbox, path: str) -> None:
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        opened = parse(client.auth(**DEMO))
        assert isinstance(opened, Ok) and opened.value
        session = {"session_id": opened.value}
        assert client.ping(**session) == "OK:"
        sent, bad = client.sendmsg(**session, to=[NUMBER, "12"], text="Hello")
        assert bad == "ERR: 105, Invalid destination address To: 12"
        accepted = parse(sent)
        assert isinstance(accepted, MessageId) and accepted.to == NUMBER
        status = client.querymsg(**session, apimsgid=accepted.id)
        assert texts(status) == [f"ID: {accepted.id} Status: 003"]
        sandbox.clock.turn(seconds=10)
        status = client.querymsg(**session, apimsgid=accepted.id)
        assert texts(status) == [f"ID: {accepted.id} Status: 004"]
        assert client.getbalance(**DEMO) == "Credit: 9.0"


@pytest.mark.parametrize("path", PATHS)
def test_the_asynchronous_clients(sandbox: Sandbox, path: str) -> None:
    async def story() -> list[str]:
        async with PACKAGES[path].AsyncClient(endpoint=sandbox.url + path) as client:
            replies = await asyncio.gather(
                *[client.sendmsg(**DEMO, to=[NUMBER], text="Hi") for _ in range(5)]
            )
            return [await client.getbalance(**DEMO), *sum(replies, [])]

    balance, *sent = asyncio.run(story())
    assert balance == "Credit: 5.0"
    assert len({parse(reply) for reply in sent}) == 5


@pytest.mark.parametrize("path", PATHS)
def test_errors_are_replies(sandbox: Sandbox, path: str) -> None:
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        session = {"session_id": client.auth(**DEMO)[4:]}

        def number(reply: object) -> int | None:
            (refusal,) = map(parse, texts(reply))
            assert isinstance(refusal, Refusal)
            return refusal.code

        wrong = {**DEMO, "password": "wrong"}
        assert number(client.auth(**wrong)) == 1
        assert number(client.ping(session_id=TOKEN)) == 1
        assert number(client.ping(session_id="")) == 5
        assert number(client.getbalance()) == 5
        assert number(client.sendmsg(**DEMO, to=["12"], text="x")) == 105
        assert number(client.sendmsg(**DEMO, to=[NUMBER], text="")) == 107
        assert number(client.sendmsg(**DEMO, to=[NUMBER], text="a" * 161)) == 113
        assert number(client.querymsg(**DEMO, apimsgid=TOKEN)) == 103
        assert number(client.querymsg(**DEMO)) == 109
        many = client.sendmsg(**DEMO, to=[NUMBER] * 11, text="x")
        assert isinstance(parse(many[9]), MessageId)
        assert parse(many[10]) == Refusal(301, "No credit left", NUMBER)
        sandbox.clock.turn(minutes=16)
        assert number(client.getbalance(**session)) == 3


@pytest.mark.parametrize("path", PATHS)
def test_every_option_arrives(sandbox: Sandbox, path: str) -> None:
    options = {
        **{"from_": "Shop", "concat": 3, "deliv_ack": 1, "deliv_time": 30},
        **{"max_credits": 3, "req_feat": 0x4010, "queue": 1, "escalate": 1, "mo": 1},
        **{"validity": 60, "msg_type": "SMS_FLASH", "unicode": 1},
        "callback" if path == RPC else "msg_callback": 3,
        "climsgid" if path == LITERAL else "cli_msg_id": "abc123",
    }
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        (sent,) = client.sendmsg(**DEMO, to=[NUMBER], text="03A9" * 71, **options)
        batch = parse(
            texts(
                client.startbatch(
                    **{**DEMO, **options, "unicode": 0}, template="#field1#"
                )
            )[0]
        )
        (item,) = client.senditem(
            **DEMO, batch_id=batch.id, to=[NUMBER], field1="x" * 161
        )
    store = sandbox.gateway.store
    for reply, text in ((sent, "Ω" * 71), (item, "x" * 161)):
        message = store.message("demo", parse(reply).id)
        assert message is not None and message.text == text
        assert (message.sender, message.client_id) == ("Shop", "abc123")
        assert (message.queue, message.escalate, message.callbacks) == (1, True, 3)
        assert message.features & 0x4010 == 0x4010 and message.max_credits == 3
        assert message.released - message.accepted == 30 * 60
        assert message.expires - message.released == 60 * 60
        assert message.parts == 2 and "flash" in message.content.kind


@pytest.mark.parametrize("path", PATHS)
def test_a_message_is_delayed_stopped_and_paid_back(
    sandbox: Sandbox, path: str
) -> None:
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        (sent,) = client.sendmsg(**DEMO, to=[NUMBER], text="Hi", deliv_time=10)
        message = {"apimsgid": parse(sent).id}
        who = {**DEMO, "api_id": "1234" if path != LITERAL else 1234}
        assert texts(client.querymsg(**DEMO, **message))[0].endswith("Status: 011")
        assert texts(client.delmsg(**who, **message)) == [f"{sent} Status: 006"]
        (charge,) = texts(client.getmsgcharge(**DEMO, **message))
        assert charge == f"apiMsgId: {message['apimsgid']} charge: 0 status: 006"
        assert client.getbalance(**DEMO) == "Credit: 10.0"


@pytest.mark.parametrize("path", PATHS)
def test_batches(sandbox: Sandbox, path: str) -> None:
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        (begun,) = texts(client.startbatch(**DEMO, template="Hi #field1# #field4#"))
        batch = {"batch_id": parse(begun).id}
        (item,) = client.senditem(
            **DEMO, **batch, to=[NUMBER], field1="Joe", field4="!"
        )
        message = sandbox.gateway.store.message("demo", parse(item).id)
        assert message is not None and message.text == "Hi Joe !"
        replies = client.quicksend(**DEMO, **batch, to=[NUMBER, "12"])
        assert parse(replies[0]).to == NUMBER
        assert replies[1] == "ERR: 105, Invalid destination address To: 12"
        assert texts(client.endbatch(**DEMO, **batch)) == ["OK"]
        (ended,) = client.quicksend(**DEMO, **batch, to=[NUMBER])
        assert ended == "ERR: 201, Invalid batch ID"


@pytest.mark.parametrize("path", PATHS)
def test_coverage_and_vouchers(sandbox: Sandbox, path: str) -> None:
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        cover = client.routecoverage if path == LITERAL else client.route_coverage
        assert cover(**DEMO, msisdn=NUMBER) == (
            "OK: This prefix is currently supported. Messages sent to this prefix will"
            " be routed. Charge: 1"
        )
        assert cover(**DEMO, msisdn="0") == (
            "ERR: This prefix is not currently supported. Messages sent to this prefix"
            " will fail. Please contact support for assistance."
        )
        voucher = {"token": "1111222233334444"}
        assert texts(client.token_pay(**DEMO, **voucher)) == ["OK: 605"]
        assert texts(client.token_pay(**DEMO, **voucher)) == ["ERR: 607, Expired Token"]
        assert client.getbalance(**DEMO) == "Credit: 20.0"


@pytest.mark.parametrize("path", PATHS)
def test_pushes_and_binary_messages(sandbox: Sandbox, path: str) -> None:
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        indication = {"si_id": "1", "si_url": "http://example.com", "si_text": "News"}
        notification = {
            **{"mms_subject": "Photo", "mms_class": "80", "mms_expire": "3000"},
            **{"mms_from": "me", "mms_url": "http://example.com/a.mms"},
        }
        to = {**DEMO, "to": [NUMBER]}
        for reply in (
            client.si_push(**to, **indication),
            client.ind_push(**to, **notification),
        ):
            assert parse(reply[0]).to == NUMBER
        binary = client.sendmsg(**to, udh="06050415810000", data="00")
        card = client.sendmsg(**to, msg_type="SMS_NOKIA_CLEAN", text="00")
        assert all(isinstance(parse(r), MessageId) for r in (*binary, *card))
        (refused,) = client.si_push(**to, **{**indication, "si_text": ""})
        assert refused == "ERR: 101, Invalid or missing parameters"
        assert client.getbalance(**DEMO) == "Credit: 6.0"


@pytest.mark.parametrize("path", PATHS)
def test_every_character_arrives(sandbox: Sandbox, path: str) -> None:
    text = "Grüße € 😀 <&> Ω\n"
    with PACKAGES[path].Client(endpoint=sandbox.url + path) as client:
        (sent,) = client.sendmsg(**DEMO, to=[NUMBER], text=text)
    accepted = parse(sent)
    assert isinstance(accepted, MessageId)
    message = sandbox.gateway._store.message("demo", accepted.id)
    assert message is not None and message.text == text


@pytest.mark.parametrize("path", PATHS)
def test_concurrent_calls_spend_no_credit_twice(path: str) -> None:
    with listening(credits=30) as sandbox:
        endpoint = sandbox.url + path
        replies: list[str] = []

        def send() -> None:
            with PACKAGES[path].Client(endpoint=endpoint) as client:
                for _ in range(6):
                    replies.extend(client.sendmsg(**DEMO, to=[NUMBER], text="x"))

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        accepted = [r for r in map(parse, replies) if isinstance(r, MessageId)]
        assert len(accepted) == len(set(accepted)) == 30
        assert len(replies) == 48
        with PACKAGES[path].Client(endpoint=endpoint) as client:
            assert client.getbalance(**DEMO) == "Credit: 0.0"


# ------------------------------------------------------------------- what old clients sent


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "namespace",
    ["soap.clickatell.com", "http://api.clickatell.com/soap/webservice", "", "urn:x&y"],
)
@pytest.mark.parametrize("action", [None, '""', '"urn:anything"'])
def test_any_namespace_and_any_soapaction(
    sandbox: Sandbox, path: str, namespace: str, action: str | None
) -> None:
    uri = namespace.replace("&", "&amp;")
    call = f'<getbalance xmlns="{uri}">{TRIPLE}</getbalance>'
    headers = {} if action is None else {"SOAPAction": action}
    status, _, body = sandbox.post(path, envelope(call), headers=headers)
    assert (status, returned(body)) == (200, ["Credit: 10.0"])


@pytest.mark.parametrize("path", PATHS[:3])
@pytest.mark.parametrize(
    "namespace", ["http://api.clickatell.com/soap/webservice", "urn:x&y"]
)
def test_rpc_replies_are_in_the_namespace_of_the_call(
    sandbox: Sandbox, path: str, namespace: str
) -> None:
    root = etree.fromstring(envelope(""))
    call = etree.SubElement(root[0], f"{{{namespace}}}ping")
    etree.SubElement(call, "session_id").text = "x"
    _, _, body = sandbox.post(path, etree.tostring(root))
    assert etree.fromstring(body)[0][0].tag == f"{{{namespace}}}pingResponse"


@pytest.mark.parametrize(
    ("path", "namespace"),
    [
        (RPC, "soap.clickatell.com"),
        (PATHS[1], "http://api.clickatell.com/soap/webservice"),
        (LITERAL, "http://api.clickatell.com/soap/document_literal/webservice"),
    ],
)
def test_other_replies_are_in_the_namespace_of_the_wsdl(
    sandbox: Sandbox, path: str, namespace: str
) -> None:
    call = "<ping><session_id>x</session_id></ping>"
    _, _, body = sandbox.post(path, envelope(call))
    assert etree.fromstring(body)[0][0].tag == f"{{{namespace}}}pingResponse"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("spelling", ["{}", "x:{}"])
def test_parts_in_any_case_order_and_namespace(
    sandbox: Sandbox, path: str, spelling: str
) -> None:
    item = "<item>{}</item>" if path != LITERAL else "{}"

    def part(name: str, value: object) -> str:
        tag = spelling.format(name)
        return f"<{tag}>{value}</{tag}>"

    def call(name: str, *parts: str) -> list[str]:
        content = "".join(parts)
        body = envelope(f'<m:{name} xmlns:m="a" xmlns:x="b">{content}</m:{name}>')
        status, _, answer = sandbox.post(path, body)
        assert status == 200
        return returned(answer)

    password, user = part("Password", "demo"), part("USER", "demo")
    who = [password, part("something_else", "1"), user, part("Api_ID", " 1234 ")]
    (sent,) = call(
        "SendMsg", part("Text", "Hi"), part("CLIMSGID", "abc1"),
        part("TO", item.format(NUMBER)), *who,
    )  # fmt: skip
    accepted = parse(sent)
    assert isinstance(accepted, MessageId)
    status = [f"ID: {accepted.id} Status: 003"]
    assert call("querymsg", *who, part("apiMsgId", accepted.id)) == status
    assert call("querymsg", *who, part("cliMsgId", "abc1")) == status


UNSET = [
    "{}",
    '<{} xsi:nil="true"/>',
    '<{} xsi:nil="1">  </{}>',
    "<{}/>",
    "<{}></{}>",
    "<{}>0</{}>",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("unset", UNSET)
def test_nil_empty_and_zero_are_unset(sandbox: Sandbox, path: str, unset: str) -> None:
    numbers = (
        "concat deliv_ack callback msg_callback deliv_time max_credits req_feat queue"
        " escalate mo unicode validity"
    ).split()
    strings = "session_id from cliMsgId msg_type udh data".split()
    if unset == "<{}>0</{}>":
        strings = []
    nothing = ""
    if unset != "{}":
        nothing = "".join(unset.replace("{}", name) for name in [*numbers, *strings])
    to = f"<item>{NUMBER}</item>" if path != LITERAL else NUMBER
    call = f"<sendmsg>{nothing}{TRIPLE}<to>{to}</to><text>Hi</text></sendmsg>"
    _, _, body = sandbox.post(path, envelope(call))
    (reply,) = returned(body)
    assert isinstance(parse(reply), MessageId), reply


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("missing", ["", '<{} xsi:nil="true"/>', "<{}/>"])
def test_what_is_missing_is_told_in_every_dialect(
    sandbox: Sandbox, path: str, missing: str
) -> None:
    def number(name: str, parts: str, *left_out: str) -> int | None:
        parts += "".join(missing.replace("{}", part) for part in left_out)
        answer = sandbox.post(path, envelope(f"<{name}>{parts}</{name}>"))
        (refusal,) = map(parse, returned(answer[2]))
        assert isinstance(refusal, Refusal)
        return refusal.code

    assert number("auth", "", "api_id", "user", "password") == 1
    assert number("auth", "<user>demo</user>", "api_id", "password") == 1
    assert number("ping", "", "session_id") == 5
    assert number("sendmsg", f"{TRIPLE}<text>Hi</text>", "to") == 101
    to = f"<to><item>{NUMBER}</item></to>" if path != LITERAL else f"<to>{NUMBER}</to>"
    assert number("sendmsg", f"{TRIPLE}{to}", "text") == 107


@pytest.mark.parametrize("path", PATHS)
def test_values_that_are_none_of_their_type(sandbox: Sandbox, path: str) -> None:
    call = "<getbalance><api_id>many</api_id></getbalance>"
    _, _, body = sandbox.post(path, envelope(call))
    assert returned(body) == ["ERR: 101, Invalid or missing parameters"]


@pytest.mark.parametrize(
    "to",
    [
        f"<to>{NUMBER}</to>",
        f"<to><item>{NUMBER}</item></to>",
        f"<to><whatever>{NUMBER}</whatever></to>",
        '<to href="#a"/>',
    ],
)
def test_arrays_in_many_forms(sandbox: Sandbox, to: str) -> None:
    call = f"<sendmsg>{TRIPLE}{to}<text>Hi</text></sendmsg>"
    shared = f'<multiRef id="a"><item>{NUMBER}</item></multiRef>'
    for body in (call + shared, shared + call):
        reply = returned(sandbox.post(RPC, envelope(body))[2])
        assert isinstance(parse(reply[0]), MessageId) and len(reply) == 1


@pytest.mark.parametrize(
    ("path", "sample", "kinds"),
    [
        (RPC, "01-rpc-sendmsg-request.seed.xml", [MessageId, MessageId]),
        (RPC, "02-rpc-sendmsg-request.soapui-style.xml", [MessageId]),
        (PATHS[1], "02-rpc-sendmsg-request.soapui-style.xml", [MessageId]),
        (PATHS[2], "02-rpc-sendmsg-request.soapui-style.xml", [MessageId]),
        (
            RPC,
            "03-rpc-sendmsg-request.minimal-soap.clickatell.com-ns.xml",
            [MessageId, MessageId],
        ),
        (LITERAL, "10-doclit-auth-request.xml", [Ok]),
        (LITERAL, "12-doclit-ping-request.xml", [1]),
        (LITERAL, "14-doclit-sendmsg-request-two-recipients.xml", [MessageId] * 2),
        (LITERAL, "15-doclit-sendmsg-request-with-from.xml", [MessageId]),
        (LITERAL, "16-doclit-querymsg-request.xml", [103]),
    ],
)
def test_the_documented_envelopes(
    sandbox: Sandbox, path: str, sample: str, kinds: list[object]
) -> None:
    body = (SAMPLES / sample).read_bytes()
    status, _, answer = sandbox.post(path, body, "text/xml")
    assert status == 200
    replies = list(map(parse, returned(answer)))
    assert kinds == [
        reply.code if isinstance(reply, Refusal) else type(reply) for reply in replies
    ]


def test_charsets(sandbox: Sandbox) -> None:
    def text_of(body: bytes, content_type: str) -> str:
        answer = sandbox.post(RPC, body, content_type)
        (accepted,) = map(parse, returned(answer[2]))
        assert isinstance(accepted, MessageId)
        message = sandbox.gateway._store.message("demo", accepted.id)
        assert message is not None
        return message.text

    call = f"<sendmsg>{TRIPLE}<to>{NUMBER}</to><text>Grüße</text></sendmsg>"
    xml = envelope(call).decode()
    declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{xml}'
    assert text_of(xml.encode(), "text/xml") == "Grüße"
    assert text_of(declared.encode("latin-1"), "text/xml") == "Grüße"
    assert text_of(declared.encode("latin-1"), "text/xml; charset=x-none") == "Grüße"
    assert text_of(declared.encode(), 'text/xml; charset="utf-8"') == "Grüße"
    assert text_of(xml.encode("latin-1"), "TEXT/XML;Charset=ISO-8859-1") == "Grüße"
    assert text_of(xml.encode("utf-16"), "application/xml") == "Grüße"


# --------------------------------------------------------------------------------- vandals


@pytest.mark.parametrize("path", PATHS)
def test_unknown_operations_are_faults(sandbox: Sandbox, path: str) -> None:
    code, reason = fault(sandbox.post(path, envelope("<stopmsg/>")))
    assert code == "Client"
    assert reason == "Operation 'stopmsg' is not defined in the WSDL for this service"
    _, reason = fault(sandbox.post(path, envelope(f"<{'x' * 10_000}/>")))
    assert len(reason) < 300


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi"))
    + "]>"
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Hello",
        b"<",
        b"\xff\xfe\x00",
        b"<html><body>Hello</body></html>",
        envelope("<ping/>")[:-3],
        envelope("<ping><session_id>\x01</session_id></ping>"),
        envelope(""),
        b"<!DOCTYPE a>" + envelope("<ping/>"),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + envelope("<ping/>"),
        b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + envelope("<ping><session_id>&a;</session_id></ping>"),
        LAUGHS.encode() + envelope("<ping><session_id>&i;</session_id></ping>"),
        LAUGHS.encode() + envelope('<ping x="&i;"/>'),
        envelope("<a>" * 5000 + "</a>" * 5000),
        envelope("<ping/>").replace(b"e:Body", b"e:Head"),
        envelope("<ping/>").replace(b"e:Envelope", b"e:Letter"),
    ],
)
def test_what_is_no_call_is_a_fault(sandbox: Sandbox, path: str, body: bytes) -> None:
    code, reason = fault(sandbox.post(path, body))
    assert code == "Client"
    assert reason.startswith("error in msg parsing: ")
    assert "root:" not in reason and "Traceback" not in reason


def test_another_version_of_soap_is_a_version_mismatch(sandbox: Sandbox) -> None:
    body = envelope("<ping/>").replace(
        ENVELOPE.encode(), b"http://www.w3.org/2003/05/soap-envelope"
    )
    for kind in ("text/xml", "application/soap+xml; charset=utf-8"):
        code, _ = fault(sandbox.post(RPC, body, kind))
        assert code == "VersionMismatch"


def test_what_goes_wrong_inside_stays_there(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(sandbox.gateway, "getbalance", broken)
    answer = sandbox.post(RPC, envelope(f"<getbalance>{TRIPLE}</getbalance>"))
    assert fault(answer) == ("Server", "Internal error")
    assert "the secret reason" in caplog.text


def test_statuses(sandbox: Sandbox) -> None:
    call = envelope("<ping/>")
    assert sandbox.post("/", b"", None, method="GET")[0] == 200
    assert sandbox.post("/nowhere", call)[0] == 404
    assert sandbox.post("/", call)[0] == 405
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/html"):
        assert sandbox.post(RPC, call, kind)[0] == 415
    zipped = sandbox.post(RPC, call, headers={"Content-Encoding": "br"})
    assert zipped[0] == 415
    assert sandbox.post(RPC, call, None)[0] == 200
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
        status, headers, _ = sandbox.post(RPC, b"", method=method)
        assert status == 405 and "POST" in headers["Allow"]
    assert sandbox.post(RPC, b"", method="BREW")[0] == 405
    assert sandbox.post(RPC, b"x" * (MAX_BODY + 1))[0] == 413
    assert sandbox.post(RPC, b" " * 20 * MAX_BODY)[0] == 413


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ("Content-Length: 10000000000", b"", 413),
        ("Content-Length: -1", b"", 400),
        ("Content-Length: 1e3", b"", 400),
        ("Content-Length: 4\r\nContent-Length: 5", b"Hello", 400),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n", 400),
        ("Transfer-Encoding: gzip", b"", 501),
        ("Transfer-Encoding: chunked", b"zz\r\n", 400),
        ("Transfer-Encoding: chunked", b"fffffff\r\n", 413),
        ("Transfer-Encoding: chunked", b"3\r\nabcdef", 400),
        ("Transfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n", 500),
        ("X: y", b"", 411),
        ("Content-Length: 0\r\nExpect: 100-continue", b"", 100),
    ],
)
def test_requests_by_hand(
    sandbox: Sandbox, headers: str, body: bytes, status: int
) -> None:
    raw = f"POST {RPC} HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n".encode() + body
    with connected(sandbox) as connection:
        connection.sendall(raw)
        assert connection.recv(100).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize("path", PATHS)
def test_envelopes_in_gzip(sandbox: Sandbox, path: str) -> None:
    many = f"<to>{NUMBER}</to>" * 25
    if path != LITERAL:
        many = f"<to>{f'<item>{NUMBER}</item>' * 25}</to>"
    call = envelope(f"<sendmsg>{TRIPLE}{many}<text>Hi</text></sendmsg>")
    ask = {"Content-Encoding": "gzip", "Accept-Encoding": "br;q=1, gzip"}
    status, headers, body = sandbox.post(path, gzip.compress(call), headers=ask)
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert len(returned(gzip.decompress(body))) == 25
    for asked in ("gzip;q=0", "identity", ""):
        _, headers, body = sandbox.post(path, call, headers={"Accept-Encoding": asked})
        assert "Content-Encoding" not in headers and body.startswith(b"<?xml")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no gzip", 400),
        (b"", 400),
        (gzip.compress(envelope("<ping/>"))[:-9], 400),
        (gzip.compress(envelope("<ping/>")) + b"x", 400),
        (gzip.compress(b" " * (MAX_BODY + 1)), 413),
    ],
)
def test_what_is_no_gzip(sandbox: Sandbox, body: bytes, status: int) -> None:
    headers = {"Content-Encoding": "gzip"}
    assert sandbox.post(RPC, body, headers=headers)[0] == status


def test_chunks_make_up_a_body_and_the_connection_lives_on(sandbox: Sandbox) -> None:
    whole = envelope(f"<getbalance>{TRIPLE}</getbalance>")
    head = f"POST {RPC} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
    cut = [whole[i : i + 50] for i in range(0, len(whole), 50)]
    chunks = b"".join(b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in cut)
    chunked = f"{head}Transfer-Encoding: Chunked\r\n\r\n".encode() + chunks
    plain = f"{head}Content-Length: {len(whole)}\r\nConnection: close\r\n\r\n".encode()
    with connected(sandbox) as connection:
        connection.sendall(chunked + b"0\r\nTrailer: x\r\n\r\n" + plain + whole)
        with connection.makefile("rb") as replies:
            received = replies.read()
    assert received.count(b"Credit: 10.0") == 2


def test_a_body_that_breaks_off_harms_nobody(sandbox: Sandbox) -> None:
    for part in (b"", b"PO", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"):
        with connected(sandbox) as connection:
            connection.sendall(part)
    assert sandbox.post("/", b"", None, method="GET")[0] == 200


def connected(sandbox: Sandbox) -> socket.socket:
    host, _, port = urlsplit(sandbox.url).netloc.partition(":")
    return socket.create_connection((host, int(port)), timeout=10)


# ---------------------------------------------------------------------------------- others


@pytest.mark.parametrize(
    ("begun", "more", "status"),
    [
        (b"POST / HTTP/1.1\r\n", b"X: y\r\n" * 40, b""),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n",
            b"x" * 200,
            b"HTTP/1.1 408 ",
        ),
    ],
    ids=["headers", "body"],
)
def test_a_request_has_its_time(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    begun: bytes,
    more: bytes,
    status: bytes,
) -> None:
    """Whoever sends a byte now and then is let go of."""
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.5)
    with connected(sandbox) as connection:
        connection.sendall(begun)
        began = time.monotonic()
        with suppress(OSError):
            for at in range(len(more)):
                connection.sendall(more[at : at + 1])
                time.sleep(0.05)
                if time.monotonic() - began > 1.2:
                    break
        with suppress(ConnectionError):
            said = connection.recv(2**16)
            assert said.startswith(status) if status else said == b""


def test_very_many_chunks_take_no_longer_than_their_bytes(sandbox: Sandbox) -> None:
    with connected(sandbox) as connection:
        connection.settimeout(60)
        connection.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        began = time.process_time()
        connection.sendall(b"1\r\nx\r\n" * 300_000 + b"0\r\n\r\n")
        assert connection.recv(2**16).startswith(b"HTTP/1.1 ")
        assert time.process_time() - began < 10


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["wsdl", "WSDL"])
def test_the_wsdl_has_our_address(sandbox: Sandbox, path: str, query: str) -> None:
    status, headers, body = sandbox.post(f"{path}?{query}", b"", None, method="GET")
    assert (status, headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    (address,) = etree.fromstring(body).iter(
        "{http://schemas.xmlsoap.org/wsdl/soap/}address"
    )
    assert address.get("location") == sandbox.url + path
    _, _, other = sandbox.post(
        f"{path}?wsdl", b"", None, {"Host": "sms.test:8080"}, method="GET"
    )
    assert f'"http://sms.test:8080{path}"'.encode() in other
    for host in ("evil.example", '"><x/>', "", "127.0.0.1.evil.example", "localhost.x"):
        refused = sandbox.post(f"{path}?wsdl", b"", None, {"Host": host}, "GET")
        assert refused[0] == 421, host


@pytest.mark.parametrize("path", PATHS[:3])
def test_the_schemas_that_a_wsdl_imports_are_here(sandbox: Sandbox, path: str) -> None:
    """Tools download what is imported without a location, or fail where they cannot."""
    _, _, wsdl = sandbox.post(f"{path}?wsdl", b"", None, method="GET")
    imports = etree.fromstring(wsdl).iter("{http://www.w3.org/2001/XMLSchema}import")
    found = {i.get("namespace"): i.get("schemaLocation") or "" for i in imports}
    assert len(found) == 2
    for namespace, location in found.items():
        assert location.startswith(sandbox.url)
        place = location.removeprefix(sandbox.url)
        status, headers, body = sandbox.post(place, b"", None, method="GET")
        assert (status, headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
        assert etree.fromstring(body).get("targetNamespace") == namespace
        assert sandbox.post(place, b"", None)[0] == 405
    assert sandbox.post("/soap/schemas/x.xsd", b"", None, method="GET")[0] == 404


@pytest.mark.parametrize("path", PATHS)
def test_zeep_loads_the_wsdl_without_a_network(sandbox: Sandbox, path: str) -> None:
    zeep = pytest.importorskip("zeep", reason="zeep is not installed")
    client = zeep.Client(f"{sandbox.url}{path}?wsdl")
    assert client.service.getbalance(**DEMO, session_id="") == "Credit: 10.0"


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://["},
        ),
        {"Origin": "http://127.0.0.1:1"},
        *({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}),
    ],
    ids=str,
)
def test_pages_of_other_sites_call_nothing(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    call = envelope(f"<getbalance>{TRIPLE}</getbalance>")
    for kind in ("text/xml", None):
        assert sandbox.post(RPC, call, kind, headers)[0] == 403
    assert sandbox.post(RPC, call, "text/xml", {"Origin": sandbox.url})[0] == 200
    assert sandbox.post(RPC, call, "text/xml", {"Sec-Fetch-Site": "none"})[0] == 200


def test_connections_are_bounded(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is beyond their number is refused, and the others are closed when they can be."""
    monkeypatch.setattr(server, "_PATIENCE", 0.2)
    address = urlsplit(sandbox.url)
    before = threading.active_count()
    opened = [
        socket.create_connection((address.hostname, address.port), timeout=10)
        for _ in range(server.MAX_CONNECTIONS)
    ]
    try:
        with socket.create_connection((address.hostname, address.port), 10) as refused:
            assert refused.recv(100).startswith(b"HTTP/1.1 503 ")
        assert threading.active_count() - before <= server.MAX_CONNECTIONS
        opened[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with opened[0].makefile("rb") as reply:
            assert b"Connection: close\r\n" in reply.read()
    finally:
        for one in opened:
            one.close()
    assert sandbox.post("/", b"", None, method="GET")[0] == 200


def test_head_has_no_body(sandbox: Sandbox) -> None:
    status, headers, body = sandbox.post("/", b"", None, method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 100


def test_the_front_page_names_the_services(sandbox: Sandbox) -> None:
    _, _, body = sandbox.post("/", b"", None, method="GET")
    for path in PATHS:
        assert (sandbox.url + path).encode() in body


def test_logs_hold_no_secret(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "soapwright_clickatell.sandbox")
    with clickatell.Client(endpoint=sandbox.url + RPC) as client:
        session_id = client.auth(api_id=1234, user="demo", password="demo")[4:]
        client.ping(session_id=session_id)
        client.auth(api_id=1234, user="demo", password="hunter2")
        client.sendmsg(session_id=session_id, to=["12", NUMBER], text="private")
    assert re.findall(r"auth: 1 × Ok|auth: 1 × ERR 001", caplog.text) == [
        "auth: 1 × Ok",
        "auth: 1 × ERR 001",
    ]
    assert "sendmsg: 1 × ERR 105, 1 × MessageId" in caplog.text
    for secret in (session_id, "hunter2", "private", NUMBER):
        assert secret not in caplog.text
