"""The web inbox: its pages over HTTP, and in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from clickatell import Client
from sandboxes import DEMO, PATHS, Sandbox, listening

from gateway.replies import MessageId
from gateway.sandbox.accounts import Account
from gateway.sandbox.callbacks import Destination
from gateway.sandbox.messages import Submission
from gateway.sandbox.settings import Settings

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
    assert "status 3" in page  # the callback that waits to be told
    assert get(sandbox, f"/inbox/messages/{omega}").count("Ω") == 71
    page = get(sandbox, f"/inbox/messages/{binary}")
    assert "00 ff" in page and "16-bit ports 0x1581 from 0x0000" in page
    assert "BEGIN:VCARD" in get(sandbox, f"/inbox/messages/{card}")


def test_old_messages_are_on_other_pages(sandbox: Sandbox) -> None:
    for number in range(101):
        sandbox.clock.turn(seconds=1)
        send(sandbox, f"no. {number}.")
    page = get(sandbox)
    assert "no. 100." in page and "no. 1." in page and "no. 0." not in page
    older = re.search(r'href="(/inbox\?before=[^"]+)"', page)
    assert older is not None
    page = get(sandbox, older[1])
    assert "no. 0." in page and "no. 1." not in page


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


def test_a_page_whose_time_makes_no_sense(sandbox: Sandbox) -> None:
    assert "There are no messages" in get(sandbox, "/inbox?before=x")


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
    assert "ConnectError" in page and page.count("incoming") >= 2


# --------------------------------------------------------------------------- a real browser

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


@pytest.fixture
def browser() -> Iterator[Any]:  # Any: selenium is not always there
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("there is no Chromium with its chromedriver here")
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium here")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"),
        *("--window-size=1180,640", "--disable-gpu", "--hide-scrollbars"),
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.implicitly_wait(10)
        yield driver
    finally:
        driver.quit()


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
    assert urlsplit(browser.current_url).path == "/inbox/incoming"
    assert (
        "Thank you, ünïcode €" in browser.find_element("css selector", "td.text").text
    )
    browser.find_element("link text", "Callbacks").click()
    assert "Thank you" in browser.find_element("css selector", "td.text").text
    assert browser.get_log("browser") == []


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
