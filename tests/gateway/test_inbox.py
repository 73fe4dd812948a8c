"""The web inbox: its pages over HTTP, and in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from sandboxes import DEMO, PATHS, Sandbox, listening

from soapwright_clickatell.sandbox.records.accounts import Account
from soapwright_clickatell.sandbox.records.callbacks import Destination
from soapwright_clickatell.sandbox.records.faults import Fault
from soapwright_clickatell.sandbox.records.messages import Submission
from soapwright_clickatell.sandbox.records.settings import Outage, Route, Settings
from soapwright_clickatell.services.clickatell import Client
from soapwright_clickatell.vendor.replies import MessageId

NUMBER = "27831234567"
HOSTILE = "<script>alert(1)</script><b>&amp;\"'"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    where = Destination("http://127.0.0.1:1/")
    account = Account(
        *("demo", "demo", 1234), status_callback=where, incoming_callback=where
    )
    with listening(credits=1000, settings=Settings(account=account)) as made:
        yield made


def get(sandbox: Sandbox, path: str = "/inbox", status: int = 200) -> str:
    found, headers, body = sandbox.post(path, b"", None, method="GET")
    assert found == status, body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    return body.decode()


def send(sandbox: Sandbox, text: str = "Hello", **more: Any) -> str:
    submission = Submission(to=[NUMBER], text=text, **more)
    (reply,) = sandbox.gateway.sendmsg(DEMO, submission)
    assert isinstance(reply, MessageId)
    return reply.id


def reply(sandbox: Sandbox, form: dict[str, str], **headers: str) -> tuple[int, str]:
    kind = "application/x-www-form-urlencoded"
    body = urlencode(form).encode()
    status, sent, answer = sandbox.post("/inbox/reply", body, kind, headers)
    return status, sent.get("Location", "") or unescape(answer.decode())


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


# ---------------------------------------------------------------------------------- pages


def test_messages_of_every_kind(sandbox: Sandbox) -> None:
    assert "There are no messages." in get(sandbox)
    send(sandbox, HOSTILE, sender="<i>Shop")
    text = send(sandbox, "a" * 161 + "€", concat=2, callbacks=1)
    omega = send(sandbox, "03A9" * 71, unicode=1, concat=2)
    binary = send(sandbox, "", udh="06050415810000", data="00FF")
    card = send(sandbox, "BEGIN:VCARD\r\nEND:VCARD", type="SMS_NOKIA_VCARD")
    page = get(sandbox)
    assert "<script>" not in page and "<b>" not in page and "<i>" not in page
    assert "&lt;script&gt;" in page and "993 credits" in page
    assert "003 Delivered to gateway" in page
    page = get(sandbox, f"/inbox/messages/{text}")
    assert "2 parts" in page and "a" * 153 + "</pre>" in page
    assert (
        page.count("003 Delivered to gateway") == 3
    )  # one is the callback, not yet told
    assert get(sandbox, f"/inbox/messages/{omega}").count("Ω") == 71
    page = get(sandbox, f"/inbox/messages/{binary}")
    assert "00 ff" in page and "16-bit ports 0x1581 from 0x0000" in page
    assert "BEGIN:VCARD" in get(sandbox, f"/inbox/messages/{card}")


def test_a_message_shows_every_option_and_its_way(sandbox: Sandbox) -> None:
    message = send(
        *(sandbox, "03A9"),
        **{"sender": "Shop", "concat": 3, "receipt": 1, "callbacks": 7, "queue": 1},
        **{"deliver_after": 5, "max_credits": Decimal("2.5"), "escalate": 1},
        **{"client_id": "abc", "unicode": 1, "type": "SMS_FLASH", "validity": 60},
        features=0x10,
    )
    page = get(sandbox, f"/inbox/messages/{message}").replace("</dt><dd>", "=")
    for shown in (
        *("from=Shop", "concat=3", "deliv_ack=1", "callback=7", "queue=1", "unicode=1"),
        *("deliv_time=5", "max_credits=2.5", "escalate=1", "cliMsgId=abc"),
        *("msg_type=SMS_FLASH", "validity=60", "req_feat=16", "Account=demo"),
    ):
        assert f">{shown}<" in page, shown
    plain = send(sandbox)
    page = get(sandbox, f"/inbox/messages/{plain}")
    assert "None was set." in page and "by direct" in page


def test_a_message_shows_that_it_was_rerouted() -> None:
    routes = Route("cheap"), Route("dear", Decimal(2))
    settings = Settings(routes=routes, outages=(Outage("cheap", 0, 86400),))
    with listening(settings=settings) as sandbox:
        message = send(sandbox)
        assert "waits for cheap" in get(sandbox, f"/inbox/messages/{message}")
        sandbox.clock.turn(minutes=31)
        page = get(sandbox, f"/inbox/messages/{message}")
        assert "rerouted from cheap to dear" in page


def all_pages(sandbox: Sandbox, path: str) -> Iterator[str]:
    """A list's pages, the newest first."""
    while path:
        page = get(sandbox, path)
        yield page
        older = re.search(r'href="([^"]+)" rel="next"', page)
        path = older[1] if older else ""


def test_lists_are_in_pages_and_leave_nothing_out(sandbox: Sandbox) -> None:
    """Also where everything came at the same time, as what is sent by one call does."""
    gateway, numbers = sandbox.gateway, [f"2783{n:07d}" for n in range(250)]
    gateway.sendmsg(DEMO, Submission(to=numbers, text="Hi", callbacks=1))
    batches = [
        gateway.startbatch(DEMO, Submission(text=f"t{n}.")).id for n in range(101)
    ]
    gateway.quicksend(DEMO, batches[0], numbers)
    for number in range(201):
        gateway.receive(NUMBER, "27999000224", f"in{number}.")
    for path, count, shown in (
        ("/inbox", 500, r'href="/inbox/messages/(\w+)"'),
        (f"/inbox/batches/{batches[0]}", 250, r'href="/inbox/messages/(\w+)"'),
        ("/inbox/batches", 101, r"(t\d+\.)"),
        ("/inbox/incoming", 201, r"(in\d+\.)"),
        ("/inbox/callbacks", 451, r'data-name="(Made)"'),
    ):
        pages = [re.findall(shown, page) for page in all_pages(sandbox, path)]
        assert [len(page) for page in pages[:-1]] == [100] * ((count - 1) // 100)
        assert sum(map(len, pages)) == count
        if shown != r'data-name="(Made)"':
            assert len({one for page in pages for one in page}) == count


@pytest.mark.parametrize("before", ["x", "-1", "1e9", "'--", "0" * 32, "9" * 30])
@pytest.mark.parametrize("section", ["", "/incoming", "/batches", "/callbacks"])
def test_pages_before_what_is_not_there(
    sandbox: Sandbox, section: str, before: str
) -> None:
    get(sandbox, f"/inbox{section}?before={before}")


def test_what_is_long_is_cut(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    batch = gateway.startbatch(DEMO, Submission(text="x" * 900_000)).id
    long = send(sandbox, "y" * 35 * 153, concat=35)
    sandbox.post(PATHS[0], b"<oops>" + b"z" * 900_000)
    for path in ("/inbox", "/inbox/batches", f"/inbox/batches/{batch}"):
        assert len(get(sandbox, path)) < 10_000
    assert get(sandbox, f"/inbox/messages/{long}").count("y") > 35 * 153
    assert "more characters)" in get(sandbox, "/inbox/calls/1")
    assert len(get(sandbox, "/inbox/calls/1")) < 150_000


def test_batches(sandbox: Sandbox) -> None:
    assert "There are no batches." in get(sandbox, "/inbox/batches")
    gateway = sandbox.gateway
    batch = gateway.startbatch(DEMO, Submission(text="Hi #field1#")).id
    gateway.senditem(DEMO, batch, [NUMBER], {"field1": HOSTILE})
    assert "Hi #field1#" in get(sandbox, "/inbox/batches")
    page = get(sandbox, f"/inbox/batches/{batch}")
    assert "Hi &lt;script&gt;" in page and "<script>" not in page


def test_envelopes_beside_each_other_without_secrets(sandbox: Sandbox) -> None:
    assert "Nobody has called" in get(sandbox, "/inbox/calls")
    with Client(endpoint=sandbox.url + PATHS[0]) as client:
        opened = client.auth(api_id=1234, user="demo", password="demo")
        client.sendmsg(session_id=opened[4:], to=[NUMBER], text=HOSTILE)
    sandbox.post(PATHS[1], b"<no envelope <password>demo</password>")
    page = get(sandbox, "/inbox/calls")
    assert page.index("fault, Client") < page.index("sendmsg") < page.index("auth<")
    pages = [get(sandbox, f"/inbox/calls/{number}") for number in (1, 2, 3)]
    for shown in pages:
        assert opened[4:] not in shown
        assert not re.search(r"<password[^>]*>demo", unescape(shown))
    assert "OK: ***" in pages[0] and "<script>" not in pages[1]


@pytest.mark.parametrize(
    "piece",
    [
        *("<", "<a>", "</a>", "<a ", "<?", "<!--", "<![CDATA[", "<a b='", "&lt;"),
        *("password=", "<password>", '<a password="', "OK: ", "x<a/>"),
    ],
)
def test_envelopes_that_are_hard_to_show(sandbox: Sandbox, piece: str) -> None:
    """What is no envelope, and long: its page is made in no time, and without much memory."""
    sandbox.post(PATHS[0], (piece * (2**18 // len(piece))).encode())
    begun = time.process_time()
    page = get(sandbox, "/inbox/calls/1")
    assert time.process_time() - begun < 15  # it was minutes, and gigabytes
    assert len(page) < 5_000_000


@pytest.mark.parametrize(
    "path",
    [
        "/inbox/nothing",
        "/inbox/messages/0",
        "/inbox/messages/../style.css",
        "/inbox/batches/0",
        "/inbox/calls/99",
        "/inbox/calls/abc",
    ],
)
def test_pages_that_are_not_there(sandbox: Sandbox, path: str) -> None:
    get(sandbox, path, 404)


def test_the_style_sheet_and_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    message = send(sandbox)
    for path in ("/inbox", f"/inbox/messages/{message}", "/inbox/style.css"):
        assert "http://" not in get(sandbox, path) and "//" not in get(sandbox, path)


# ---------------------------------------------------------------------------------- replies


def test_a_reply_needs_a_form_of_ours(sandbox: Sandbox) -> None:
    page = get(sandbox, f"/inbox/messages/{send(sandbox)}")
    form = {"from": NUMBER, "to": "27999000224", "text": "Hi", "token": token_of(page)}
    assert reply(sandbox, {**form, "token": "x"})[0] == 403
    assert reply(sandbox, {**form, "token": ""})[0] == 403
    assert reply(sandbox, form, Origin="http://evil.example")[0] == 403
    assert reply(sandbox, form, Origin="null")[0] == 403
    assert sandbox.post("/inbox/reply", b"", None, method="GET")[0] == 405
    assert sandbox.post("/inbox", b"", "text/plain")[0] == 405
    status, said = reply(sandbox, {**form, "text": ""})
    assert status == 400 and "It was not sent" in said
    assert "No handset has sent" in get(sandbox, "/inbox/incoming")
    assert reply(sandbox, form, Origin=sandbox.url) == (303, "/inbox/incoming")
    assert reply(sandbox, {**form, "text": "stop"}) == (303, "/inbox/incoming")
    page = get(sandbox, "/inbox/incoming")
    assert NUMBER in page and "asks to stop" in page
    sandbox.courier.deliver()
    page = get(sandbox, "/inbox/callbacks")
    assert "ConnectError" in page and page.count(f"from {NUMBER}") == 2


# ----------------------------------------------------------------------------------- faults


def test_faults_are_made_and_removed(sandbox: Sandbox) -> None:
    page = get(sandbox, "/inbox/faults")
    assert "no fault is made" in page
    form = {"token": token_of(page), "kind": "lost", "accepted": "true", "calls": "3"}
    kind = "application/x-www-form-urlencoded"

    def post(path: str, **more: str) -> int:
        body = urlencode({**form, **more}).encode()
        return sandbox.post(f"/inbox/faults{path}", body, kind)[0]

    assert post("", token="x") == 403
    for bad in (
        *({"kind": "fire"}, {"code": "998"}, {"status": "200"}, {"seconds": "nan"}),
        *({"calls": "-1"}, {"share": "2"}, {"calls": "x"}, {"seconds": "601"}),
    ):
        assert post("", **bad) == 400, bad
    assert post("") == 303
    page = get(sandbox, "/inbox/faults")
    assert "answer lost after acceptance" in page
    (number,) = re.findall(r'name="number" value="(\d+)"', page)
    assert post("/remove", number="x") == post("/remove", number=number) == 303
    assert sandbox.faults.listed() == []
    assert sandbox.post("/inbox/faults/remove", b"", None, method="GET")[0] == 405


def test_messages_are_searched_for(sandbox: Sandbox) -> None:
    for number in range(101):
        send(sandbox, f"code {number}")
    send(sandbox, "471100 <is> yours")

    def found(query: str) -> str:
        status, _, body = sandbox.post(f"/inbox?{query}", b"", None, method="GET")
        assert status == 200
        return body.decode()

    assert "471100 &lt;is&gt; yours" in found("q=%3Cis%3E")
    assert "yours" in found("q=471100")  # six digits, and nobody's number
    assert "yours" in found(f"q=%2B{NUMBER}")
    assert "There are no messages" in found("q=nothing+of+the+kind")
    page = found("q=code")
    assert 'value="code"' in page and "code 100" in page and "code 0" not in page
    older = re.search(r'href="/inbox(\?before=[0-9a-f]+&amp;q=code)"', page)
    assert older is not None
    assert "code 0<" in found(older[1][1:].replace("&amp;", "&"))
    assert 'value="&lt;b&gt;"' in found("q=%3Cb%3E")


def test_all_messages_are_forgotten(sandbox: Sandbox) -> None:
    send(sandbox, "Hello")
    page = sandbox.post("/inbox", b"", None, method="GET")[2].decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    assert sandbox.post("/inbox/forget", b"token=x", None)[0] == 403
    assert "Hello" in page
    assert sandbox.post("/inbox/forget", f"token={token[1]}".encode(), None)[0] == 303
    page = sandbox.post("/inbox", b"", None, method="GET")[2].decode()
    assert "There are no messages" in page


# --------------------------------------------------------------------------- a real browser


def arrive(browser: Any, path: str) -> None:
    """Wait until the browser shows a page: a click may return before it leaves the old one."""
    until = time.monotonic() + 20
    while urlsplit(browser.current_url).path != path:
        assert time.monotonic() < until, browser.current_url
        time.sleep(0.02)


def test_a_reader_replies_as_the_handset_would(sandbox: Sandbox, browser: Any) -> None:
    send(sandbox, HOSTILE, sender="27999000224")
    sandbox.clock.turn(seconds=10)
    browser.get(f"{sandbox.url}/inbox")
    assert browser.title == "Messages – gateway in a box"
    style = "return getComputedStyle(document.querySelector('table')).borderCollapse"
    assert browser.execute_script(style) == "collapse"  # the style sheet is let in
    cell = browser.find_element("css selector", "td.text")
    assert cell.text == HOSTILE
    browser.find_element("link text", NUMBER).click()
    assert browser.find_element("css selector", ".status").text.startswith("004")
    assert browser.find_element("name", "to").get_attribute("value") == "27999000224"
    browser.find_element("name", "text").send_keys("Thank you, ünïcode €")
    browser.find_element("css selector", "button").click()
    arrive(browser, "/inbox/incoming")
    assert (
        "Thank you, ünïcode €" in browser.find_element("css selector", "td.text").text
    )
    browser.find_element("link text", "Callbacks").click()
    assert "Thank you" in browser.find_element("css selector", "td.text").text
    assert browser.get_log("browser") == []


def shown(browser: Any, text: str) -> None:
    """Wait until a page shows a text, without loading it again."""
    # Asked in one go: between finding the element and its text another page may come.
    ask = "return document.querySelector('main')?.innerText ?? ''"
    until = time.monotonic() + 20
    while text not in browser.execute_script(ask):
        assert time.monotonic() < until, browser.page_source
        time.sleep(0.05)


def test_pages_are_kept_up_to_date(sandbox: Sandbox, browser: Any) -> None:
    browser.get(f"{sandbox.url}/inbox")
    shown(browser, "There are no messages.")
    browser.execute_script("window.first = true")
    message = send(sandbox, HOSTILE)
    shown(browser, HOSTILE)
    assert "999 credits" in browser.find_element("id", "credits").text
    assert browser.execute_script("return window.first")  # it is the same page
    browser.get(f"{sandbox.url}/inbox/messages/{message}")
    browser.find_element("name", "text").send_keys("half of a rep")
    sandbox.clock.turn(seconds=10)
    sandbox.gateway.advance()
    shown(browser, "004 Received by recipient")
    text = browser.find_element("name", "text")
    assert text.get_attribute("value") == "half of a rep"  # forms are left alone
    assert browser.get_log("browser") == []


def test_a_conversation_begins(sandbox: Sandbox, browser: Any) -> None:
    browser.get(f"{sandbox.url}/inbox/incoming")
    browser.find_element("name", "from").send_keys(NUMBER)
    browser.find_element("name", "text").send_keys("Anybody there?")
    browser.find_element("css selector", "form button").click()
    shown(browser, "Anybody there?\n")
    with sandbox.gateway.store.transaction():
        (incoming,) = sandbox.gateway.store.newest_incoming(9)
    assert (incoming.sender, incoming.recipient) == (NUMBER, "27999000224")


@pytest.mark.parametrize("dark", [False, True])
def test_pages_fit_into_a_phone_and_can_be_read(
    sandbox: Sandbox, browser: Any, dark: bool
) -> None:
    sandbox.gateway.startbatch(DEMO, Submission(text="#field1#" * 9))
    message = send(sandbox, "W" * 160, sender="27999000224", callbacks=7)
    sandbox.gateway.receive(NUMBER, "27999000224", "W" * 200)
    sandbox.post(PATHS[0], b"<oops " + b"W" * 300)
    sandbox.courier.deliver()
    sandbox.faults.add(Fault(kind="lost", operation="routecoverage", calls=3))
    emulate = browser.execute_cdp_cmd
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    emulate("Emulation.setDeviceMetricsOverride", phone)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    emulate("Emulation.setEmulatedMedia", {"features": [scheme]})
    for path in (
        *("", "/incoming", "/batches", "/callbacks", "/calls", "/calls/1"),
        *(f"/messages/{message}", "/faults"),
    ):
        browser.get(f"{sandbox.url}/inbox{path}")
        assert browser.execute_script(WIDTH) <= 390, path
        assert browser.execute_script(CONTRAST) >= 4.5, path
        assert len(browser.find_elements("tag name", "h1")) == 1
    assert browser.get_log("browser") == []


WIDTH = "return document.documentElement.scrollWidth"
# The least contrast of a text with what is behind it (WCAG 2.2, success criterion 1.4.3).
CONTRAST = """
const rgba = text => {
  const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
  return [r, g, b, a];
};
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
const behind = element => {
  if (!element) return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  return over(rgba(getComputedStyle(element).backgroundColor), behind(element.parentElement));
};
const light = colour => {
  const [r, g, b] = colour.map(c => c / 255).map(
    c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
};
let least = 21;
for (const element of document.querySelectorAll("body *")) {
  if (![...element.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
  const below = behind(element);
  const text = over(rgba(getComputedStyle(element).color), below);
  const [dim, bright] = [light(below), light(text)].sort((a, b) => a - b);
  least = Math.min(least, bright / dim);
}
return least;
"""


def test_envelopes_stand_beside_each_other_in_a_browser(
    sandbox: Sandbox, browser: Any
) -> None:
    with Client(endpoint=sandbox.url + PATHS[0]) as client:
        client.auth(api_id=1234, user="demo", password="demo")
    browser.get(f"{sandbox.url}/inbox/calls")
    browser.find_element("link text", "auth").click()
    left = browser.find_element("id", "request")
    right = browser.find_element("id", "reply")
    assert left.rect["y"] == right.rect["y"] and left.rect["x"] < right.rect["x"]
    assert "***" in left.text and "OK: ***" in right.text
    assert browser.get_log("browser") == []
