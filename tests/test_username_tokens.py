"""WS-Security's UsernameToken between clients and services of both versions of SOAP."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import chdir
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import pytest
from lxml import etree

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.runtime.security import username_checks

CASE = Path(__file__).parent / "cases" / "addressing"
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
FAILED = f"{WSSE}FailedAuthentication"
PORTS = ["Desk", "Desk12"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    folder = tmp_path_factory.mktemp("tokens")
    with chdir(CASE):
        package = generate(Path("service.wsdl"), Options("desk_guarded"))
    write_package(folder / "desk_guarded", package.files)
    sys.path.insert(0, str(folder))
    yield import_module("desk_guarded")
    sys.path.remove(str(folder))


def service(desk: Any) -> Any:
    class Desk(desk.server.DeskService):
        def ask(self, *, what: str) -> str:
            return f"{what} {desk.server.current_call().user}"

        def ask_again(self, *, what: str) -> str:
            return what

        def tell(self, *, news: str) -> None: ...

    return Desk()


class Wire:
    """A transport to a service that checks tokens; it keeps what goes both ways."""

    def __init__(self, desk: Any, security: Any = None) -> None:
        self.security = security or desk.UsernameTokens({"ida": "s\xe9cret"}.get)
        served = service(desk)
        self._transport = desk.server.InMemoryTransport(served, security=self.security)
        self.request: Any = None
        self.reply: Any = None

    def send(self, request: Any) -> Any:
        self.request = request
        self.reply = self._transport.send(request)
        return self.reply


def ask(desk: Any, wire: Wire, token: Any, port: str = "Desk") -> str:
    layers = [desk.Addressing(), token] if token else [desk.Addressing()]
    with desk.Client(port=port, transport=wire, outgoing=layers) as client:
        return str(client.ask(what="who?"))


def refused(desk: Any, wire: Wire, token: Any, port: str = "Desk") -> Any:
    with pytest.raises(desk.errors.SoapFault) as caught:
        ask(desk, wire, token, port)
    return caught.value


def codes(fault: Any) -> list[str]:
    return [fault.code_qname, *fault.subcodes]


FORMS: list[dict[str, Any]] = [
    {},
    {"digest": True},
    {"nonce": False},
    {"nonce": False, "created": False},
    {"created": False},
    {"lifetime": None, "must_understand": False},
    {"token_id": "t-1"},
]


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("form", FORMS, ids=repr)
def test_each_form_of_the_client_is_taken(
    desk: Any, port: str, form: dict[str, Any]
) -> None:
    wire = Wire(desk)
    token = desk.UsernameToken("ida", "s\xe9cret", **form)
    assert ask(desk, wire, token, port) == "who? ida"
    (sent,) = etree.fromstring(wire.request.body).iter(f"{WSSE}UsernameToken")
    named = {child.tag.rpartition("}")[2] for child in sent}
    wanted = {"Username", "Password"}
    wanted |= {"Nonce"} if form.get("nonce", True) else set()
    wanted |= {"Created"} if form.get("created", True) else set()
    assert named == wanted
    assert sent.get(f"{WSU}Id") == form.get("token_id")


def test_amadeus_digests_the_digest_of_the_password(desk: Any) -> None:
    checks = desk.UsernameTokens({"ida": "s"}.get, sha1_password=True)
    token = desk.UsernameToken("ida", "s", digest=True, sha1_password=True)
    assert ask(desk, Wire(desk, checks), token) == "who? ida"
    plain = desk.UsernameToken("ida", "s", digest=True)
    assert FAILED in codes(refused(desk, Wire(desk, checks), plain))


def test_a_clock_of_the_other_side(desk: Any) -> None:
    behind = timedelta(hours=3)

    def clock() -> datetime:
        return datetime.now(timezone.utc) - behind

    checks = desk.UsernameTokens({"ida": "s"}.get, clock=clock)
    wire = Wire(desk, checks)
    assert FAILED not in codes(
        refused(desk, wire, desk.UsernameToken("ida", "s", digest=True))
    )  # the Timestamp is of the future: it is said so
    right = desk.UsernameToken("ida", "s", digest=True, clock=clock)
    assert ask(desk, wire, right) == "who? ida"
    local = desk.UsernameToken("ida", "s", clock=datetime.now)
    with pytest.raises(ValueError, match="zone"):
        ask(desk, wire, local)


@pytest.mark.parametrize(
    "form",
    [
        {"digest": True, "nonce": False},
        {"digest": True, "created": False},
        {"sha1_password": True},
    ],
)
def test_a_digest_needs_what_it_is_made_of(desk: Any, form: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        desk.UsernameToken("ida", "s", **form)
    with pytest.raises(ValueError):
        desk.UsernameToken("ida", None, digest=True)


# ----------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize(
    ("user", "password", "form"),
    [
        ("ida", "wrong", {}),
        ("ida", "wrong", {"digest": True}),
        ("nobody", "s\xe9cret", {}),
        ("nobody", "", {"digest": True}),
        ("ida", None, {}),
        ("", "s\xe9cret", {}),
    ],
)
def test_all_that_is_wrong_is_one_fault(
    desk: Any, port: str, user: str, password: str | None, form: dict[str, Any]
) -> None:
    wire = Wire(desk)
    fault = refused(desk, wire, desk.UsernameToken(user, password, **form), port)
    assert FAILED in codes(fault)
    assert fault.reason == "the security token could not be authenticated"
    assert wire.reply.status == (500 if port == "Desk" else 400)
    assert b"RelatesTo" in wire.reply.body
    without = refused(desk, wire, None, port)
    assert (codes(without), without.reason) == (codes(fault), fault.reason)


def test_an_unknown_user_costs_what_a_wrong_password_costs(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same computations are made: a clock would be too rough a measure."""
    made: list[str] = []

    def counted(name: str) -> None:
        original = getattr(username_module, name)

        def call(*given: Any, **named: Any) -> Any:
            made.append(name)
            return original(*given, **named)

        monkeypatch.setattr(username_module, name, call)

    username_module = sys.modules[desk.UsernameTokens.__module__]
    for name in ("_hashed", "password_digest"):
        counted(name)
    for digest in (False, True):
        seen = []
        for user in ("ida", "nobody"):
            made.clear()
            refused(desk, Wire(desk), desk.UsernameToken(user, "x", digest=digest))
            seen.append(list(made))
        assert seen[0] == seen[1] != []


def test_a_token_is_good_once(desk: Any) -> None:
    wire = Wire(desk)
    ask(desk, wire, desk.UsernameToken("ida", "s\xe9cret", digest=True))
    again = wire._transport.send(wire.request)
    assert b"FailedAuthentication" in again.body


def test_another_text_of_the_same_nonce_is_not_new(desk: Any) -> None:
    """Base64 allows white space, and any of the bits that no octet has."""
    wire = Wire(desk)
    ask(desk, wire, desk.UsernameToken("ida", "s\xe9cret", digest=True))
    sent = wire.request
    found = re.search(rb"(<wsse:Nonce[^>]*>)([^<]+)(?=<)", sent.body)
    assert found is not None
    start, nonce = found[1], found[2]
    assert nonce.endswith(b"==")
    letters = ascii_uppercase + ascii_lowercase + digits + "+/"
    last = letters[letters.index(chr(nonce[-3])) + 1].encode()
    for other in (nonce[:4] + b" " + nonce[4:], nonce[:-3] + last + b"=="):
        body = sent.body.replace(found[0], start + other)
        again = wire.send(desk.Request(sent.url, body, sent.headers))
        assert b"FailedAuthentication" in again.body


def test_a_wrong_password_does_not_use_up_a_nonce(desk: Any) -> None:
    wire = Wire(desk)
    ask(desk, wire, desk.UsernameToken("ida", "s\xe9cret"))
    good = wire.request
    wire = Wire(desk)
    body = good.body.replace("s\xe9cret".encode(), b"wrong")
    wire.send(desk.Request(good.url, body, good.headers))
    assert b"FailedAuthentication" in wire.reply.body
    assert b"FailedAuthentication" not in wire.send(good).body


def test_a_full_memory_refuses(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[desk.NonceStore.__module__]
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    now = [datetime.now(timezone.utc)]
    checks = desk.UsernameTokens({"ida": "s"}.get, clock=lambda: now[0])
    wire = Wire(desk, checks)
    token = desk.UsernameToken("ida", "s", digest=True, clock=lambda: now[0])
    for _ in range(2):
        ask(desk, wire, token)
    assert FAILED in codes(refused(desk, wire, token))
    now[0] += timedelta(seconds=601)
    assert ask(desk, wire, token) == "who? ida"


@pytest.mark.parametrize(
    ("minutes", "good"), [(-6, False), (-4, True), (4, True), (6, False)]
)
def test_a_token_must_be_recent(desk: Any, minutes: int, good: bool) -> None:
    when = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    token = desk.UsernameToken("ida", "s\xe9cret", lifetime=None, clock=lambda: when)
    if good:
        assert ask(desk, Wire(desk), token) == "who? ida"
    else:
        assert FAILED in codes(refused(desk, Wire(desk), token))


def test_a_digest_is_demanded(desk: Any) -> None:
    wire = Wire(desk, desk.UsernameTokens({"ida": "s"}.get, require_digest=True))
    assert FAILED in codes(refused(desk, wire, desk.UsernameToken("ida", "s")))
    assert ask(desk, wire, desk.UsernameToken("ida", "s", digest=True))


def test_passwords_that_are_stored_as_hashes(desk: Any) -> None:
    def verify(user: str, password: str) -> bool:
        return (user, password) == ("ida", "s")

    wire = Wire(desk, desk.UsernameTokens(verify=verify))
    assert ask(desk, wire, desk.UsernameToken("ida", "s"))
    for user, password, digest in (("ida", "x", False), ("ida", "s", True)):
        token = desk.UsernameToken(user, password, digest=digest)
        assert FAILED in codes(refused(desk, wire, token))
    for given in ({}, {"password_of": {}.get, "verify": verify}):
        with pytest.raises(ValueError):
            desk.UsernameTokens(**given)


# ----------------------------------------------------------------- what else may be there


def changed(desk: Any, old: bytes, new: bytes) -> Any:
    """The reply to a good request in which something was replaced."""
    wire = Wire(desk)
    keep: list[Any] = []

    class Kept:
        def send(self, request: Any) -> Any:
            keep.append(request)
            return wire.send(request)

    with desk.Client(
        transport=Kept(),
        outgoing=[desk.Addressing(), desk.UsernameToken("ida", "s\xe9cret")],
    ) as client:
        client.ask(what="who?")
    request = keep[0]
    assert old in request.body
    body = request.body.replace(old, new, 1)
    return Wire(desk).send(desk.Request(request.url, body, request.headers))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            b"</wsse:UsernameToken>",
            b"</wsse:UsernameToken><wsse:UsernameToken/>",
            "InvalidSecurity",
        ),
        (
            b"<wsse:Nonce",
            b"<wsse:Username>x</wsse:Username><wsse:Nonce",
            "InvalidSecurity",
        ),
        (
            b"<wsse:UsernameToken>",
            b"<x/><wsse:UsernameToken>",
            "UnsupportedSecurityToken",
        ),
        (b"#PasswordText", b"#Other", "FailedAuthentication"),
        (b"<wsse:Username>", b"<wsse:Username><b/>", "InvalidSecurity"),
        (
            b"<wsu:Expires>",
            b"<wsu:Expires>1999-01-01T00:00:00Z</wsu:Expires><wsu:Other>",
            "",
        ),
    ],
)
def test_a_security_block_that_is_odd(
    desk: Any, old: bytes, new: bytes, code: str
) -> None:
    reply = changed(desk, old, new)
    assert code.encode() in reply.body and reply.status == 500


def test_a_message_that_has_expired(desk: Any) -> None:
    when = datetime.now(timezone.utc) - timedelta(minutes=4)
    token = desk.UsernameToken("ida", "s\xe9cret", lifetime=-120, clock=lambda: when)
    assert f"{WSU}MessageExpired" in codes(refused(desk, Wire(desk), token))


def test_a_service_that_checks_nothing_does_not_understand_the_block(desk: Any) -> None:
    transport = desk.server.InMemoryTransport(service(desk))
    token = desk.UsernameToken("ida", "s")
    with desk.Client(
        transport=transport, outgoing=[desk.Addressing(), token]
    ) as client:
        with pytest.raises(desk.errors.SoapFault, match="not understood"):
            client.ask(what="who?")


def test_on_an_event_loop_too(desk: Any) -> None:
    checks = desk.UsernameTokens({"ida": "s"}.get)
    transport = desk.server.AsyncInMemoryTransport(service(desk), security=checks)

    async def call() -> str:
        token = desk.UsernameToken("ida", "s", digest=True)
        async with desk.AsyncClient(transport=transport, outgoing=[token]) as client:
            return str(await client.ask(what="who?"))

    assert asyncio.run(call()) == "who? ida"


def test_nothing_shows_a_password(desk: Any) -> None:
    checks = desk.UsernameTokens({"ida": "hunter2"}.get)
    assert "hunter2" not in repr(checks) + repr(desk.UsernameToken("ida", "hunter2"))
    assert username_checks.__all__ == ["NonceStore", "UsernameTokens"]
