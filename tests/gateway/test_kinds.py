"""Messages beside texts: announcements, logos, pictures; and what a sending costs."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sandboxes import Sandbox, listening

import soapwright_clickatell
from soapwright_clickatell import Clickatell, GatewayError
from soapwright_clickatell.cli.main import main
from soapwright_clickatell.client import AsyncClickatell
from soapwright_clickatell.client.dialects import DIALECTS, Service
from soapwright_clickatell.outgoing import (
    Flash,
    GroupLogo,
    Message,
    MmsNotification,
    OperatorLogo,
    PictureMessage,
    ServiceIndication,
    Text,
)
from soapwright_clickatell.vendor.numbers import as_digits

ACCOUNT = "demo", "demo", 1234
NUMBER = "27831234567"
_APART = "mix_stderr" in inspect.signature(CliRunner).parameters
RUNNER = CliRunner(**({"mix_stderr": False} if _APART else {}))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening(credits=1000) as made:
        yield made


@pytest.fixture
def run(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        environment = {
            "CLICKATELL_USER": "demo",
            "CLICKATELL_PASSWORD": "demo",
            "CLICKATELL_API_ID": "1234",
            "CLICKATELL_ENDPOINT": sandbox.url,
        }
        result = RUNNER.invoke(main, arguments, input=stdin, env=environment)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def newest(sandbox: Sandbox) -> tuple[str, str, int]:
    """Kind, text and parts of the newest message."""
    store = sandbox.gateway.store
    with store.transaction():
        (message,) = store.newest_messages("demo", 1)
    content = message.content
    return content.kind, content.text, content.parts


def image(folder: Path) -> Path:
    """A black square on a transparent ground."""
    pillow = pytest.importorskip("PIL.Image")
    made = pillow.new("RGBA", (28, 28), (0, 0, 0, 0))
    made.paste((0, 0, 0, 255), (7, 7, 21, 21))
    file = folder / "square.png"
    made.save(file)
    return file


def test_what_the_package_has_at_hand() -> None:
    assert set(soapwright_clickatell.__all__) >= {"Clickatell", "GatewayError"}


@pytest.mark.parametrize("service", list(DIALECTS))
@pytest.mark.parametrize(
    "message",
    [
        ServiceIndication("http://example.org/news", "News"),
        ServiceIndication(
            "https://www.example.org/" + "x" * 200,
            "News",
            "id1",
            datetime(2026, 1, 1, 19, 30, 41),
            datetime(2026, 1, 2, 19, 30, 41, tzinfo=timezone(timedelta(hours=2))),
            "signal-high",
        ),
        MmsNotification("http://example.org/1.mms", "Holiday", "+27831234567"),
    ],
)
def test_announcements_on_each_service(
    sandbox: Sandbox, message: Message, service: Service
) -> None:
    with Clickatell(*ACCOUNT, endpoint=sandbox.url, service=service) as sms:
        sent = sms.send(message, NUMBER, client_id="push")
        fates = sms.send_many(message, [NUMBER, NUMBER])
        assert sms.charge(sent.id).charge == message.sms
        assert sms.send(message, NUMBER, client_id="push", resume=True) == sent
    kind, text, parts = newest(sandbox)
    assert len(fates) == 2 and parts == message.sms
    assert "example.org" in text and kind


def test_times_of_indications_are_in_utc() -> None:
    zone = timezone(timedelta(hours=2))
    at = datetime(2026, 1, 1, 1, 0, 0, tzinfo=zone)
    parts = ServiceIndication(
        "http://a", "b", created=at, expires=datetime(2, 1, 1)
    ).encode()
    assert parts.si_created == "2025-12-31T23:00:00Z"
    assert parts.si_expires == "0002-01-01T00:00:00Z"
    assert parts.si_id == ServiceIndication("http://a", "b").encode().si_id != ""


@pytest.mark.parametrize(
    "wrong",
    [
        ServiceIndication("", "x"),
        ServiceIndication("http://a", ""),
        ServiceIndication("http://a", "b", action="loud"),  # type: ignore[arg-type]  # that it is wrong
        MmsNotification("", "x", "y"),
        MmsNotification("http://a", "x", "y", expires=-1),
        MmsNotification("http://a", "x" * 9000, "y"),
    ],
)
def test_announcements_that_cannot_be_sent(wrong: Message) -> None:
    with pytest.raises(ValueError):
        wrong.encode()


def test_pictures_of_image_files(sandbox: Sandbox, tmp_path: Path) -> None:
    square = image(tmp_path)
    logo = OperatorLogo.of(square, "655", "01").logo
    assert logo[:7] == bytes.fromhex("56F510") + bytes((0, 72, 14, 1))
    assert len(logo) == 7 + 72 * 14 // 8
    rows = [logo[7 + 9 * row : 16 + 9 * row] for row in range(14)]
    assert rows[0] == bytes(9) and rows[7] != bytes(9)
    group = GroupLogo.of(square)
    assert group.logo == logo[3:]
    picture = PictureMessage.of(square, "Hello")
    assert picture.content.startswith(b"0\x00\x00\x05Hello\x02\x01\x00\x00\x48\x1c\x01")
    assert len(picture.content) == 1 + 3 + 5 + 3 + 4 + 252
    with Clickatell(*ACCOUNT, endpoint=sandbox.url) as sms:
        for message, kind in (
            (group, "SMS_NOKIA_GLOGO"),
            (picture, "SMS_NOKIA_PICTURE"),
            (OperatorLogo(logo), "SMS_NOKIA_OLOGO"),
        ):
            sms.send(message, NUMBER)
            assert newest(sandbox)[0] == kind and newest(sandbox)[2] == message.sms
    for mcc, mnc in (("65", "01"), ("655", "1"), ("655", "001"), ("65x", "01")):
        with pytest.raises(ValueError, match="MCC"):
            OperatorLogo.of(square, mcc, mnc)
    with pytest.raises(ValueError, match="latin-1"):
        PictureMessage.of(square, "ω")
    nothing = tmp_path / "nothing.png"
    nothing.write_bytes(b"x")
    for file in (nothing, tmp_path / "absent.png"):
        with pytest.raises(ValueError, match="no image"):
            GroupLogo.of(file)


def test_typographic_characters_are_folded() -> None:
    text = "“It’s 5 – 6 o’clock…” «yes»\u00a0• ok"
    assert Text(text).folded() == Text('"It\'s 5 - 6 o\'clock..." "yes" * ok')
    assert Flash("Ł’").folded() == Flash("Ł'")
    assert Text("’" * 80).sms == 2 and Text("’" * 80).folded().sms == 1


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+27 999 123456", "27999123456"),
        ("0027-999-123456", "27999123456"),
        ("+44 (0)20 7946 0958", "442079460958"),
        ("(+27) 999.123.456", "27999123456"),
        ("27\u00a0999\u2011123456", "27999123456"),
        ("0831234567", "0831234567"),
        ("12", "12"),
        ("Joe", "Joe"),
        ("+", "+"),
        ("", ""),
        ("27999123456x", "27999123456x"),
    ],
)
def test_numbers_as_people_write_them(written: str, digits: str) -> None:
    assert as_digits(written) == digits


def test_an_estimate(sandbox: Sandbox) -> None:
    to = {"+27 83 123 4567": ["Joe"], "27999123456": ["’" * 80], "0": ["x"]}
    with Clickatell(*ACCOUNT, endpoint=sandbox.url) as sms:
        found = sms.estimate("Hi #field1#", to)
        assert (found.recipients, found.sms, found.unrouted) == (3, 4, 1)
        assert found.credits == Decimal("1.66") and found.folded is not None
        assert (found.folded.sms, found.folded.credits) == (3, Decimal("1.33"))
        assert sms.estimate("Hi", [NUMBER] * 700).credits == 700
        assert sms.balance() == 1000
        with pytest.raises(ValueError, match="200 at most"):
            sms.estimate("Hi", [f"{n:05d}" for n in range(10_000, 10_201)])
    assert found.folded.folded is None

    async def story() -> None:
        async with AsyncClickatell(*ACCOUNT, endpoint=sandbox.url) as waiting:
            assert await waiting.estimate("Hi #field1#", to) == found

    asyncio.run(story())


# ------------------------------------------------------------------------------ the shell


def test_kinds_at_the_shell(
    run: Callable[..., Result], sandbox: Sandbox, tmp_path: Path
) -> None:
    square = str(image(tmp_path))
    for options, kind in (
        (("--link", "http://a/b", "-t", "News"), "News http://a/b"),
        (
            ("--mms", "http://a/b", "--subject", "S", "--sender-name", "N"),
            "S http://a/b",
        ),
        (("--group-logo", square), "SMS_NOKIA_GLOGO"),
        (("--picture", square, "-t", "Hi"), "SMS_NOKIA_PICTURE"),
        (("--logo", square, "--network", "655-01"), "SMS_NOKIA_OLOGO"),
        (("-t", "It’s", "--fold"), "It's"),
    ):
        result = run("send", NUMBER, *options)
        assert result.exit_code == 0, result.output
        assert kind in newest(sandbox)[:2]
    for options, said in (
        (("--mms", "http://a/b"), "--subject"),
        (("--subject", "x", "-t", "Hi"), "are for --mms"),
        (("--logo", square), "--network"),
        (("--network", "655-01", "-t", "x"), "--network is for"),
        (("--link", "http://a/b"), "has a URL, a text"),
        (("--link", "http://a/b", "-t", "x", "--fold"), "are for --text"),
    ):
        result = run("send", NUMBER, *options)
        assert result.exit_code == 2 and said in result.stderr


def test_nothing_is_sent_by_a_dry_run(
    run: Callable[..., Result], sandbox: Sandbox
) -> None:
    shown = run("send", NUMBER, "0", "-t", "’" * 80, "--dry-run")
    assert shown.stdout.splitlines() == [
        "2 recipients, 4 SMS, 2 credits at least",
        "nothing is routed to 1 of them",
        "with --fold 2 recipients, 2 SMS, 1 credits at least",
    ]
    Path("numbers.csv").write_text(f"{NUMBER}\n{NUMBER}\n27831234568\n")
    found = run("batch", "numbers.csv", "-t", "Hi", "--dry-run", "--json")
    assert json.loads(found.stdout) == {
        **{"recipients": 3, "sms": 3, "credits": 3.0, "unrouted": 0},
        "duplicates": 1,
    }
    assert sandbox.gateway.store.newest_messages("demo", 10) == []


def test_columns_and_duplicates(run: Callable[..., Result], sandbox: Sandbox) -> None:
    Path("people.csv").write_text(
        "First name,Mobile,City\nJoe,+27 83 123 4567,Cape Town\nAnn,27831234568,Rome\n"
        "Joe,0027831234567,Cape Town\n"
    )
    command = ("batch", "people.csv", "-t", "Hi #First name# of #City#!")
    result = run(*command, "--header", "--to", "Mobile", "--unique", "--merge", "here")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "2 accepted, 0 refused, 0 unknown, 1 duplicates left out\n"
    with sandbox.gateway.store.transaction():
        sent = sandbox.gateway.store.newest_messages("demo", 10)
    assert sorted((one.recipient, one.content.text) for one in sent) == [
        (NUMBER, "Hi Joe of Cape Town!"),
        ("27831234568", "Hi Ann of Rome!"),
    ]
    assert "1 duplicates\n" in run(*command, "--header", "--to", "Mobile").stderr
    for more, said in (
        (("--header", "--to", "Phone"), "no column 'Phone'"),
        (("--to", "Mobile"), "takes --header"),
    ):
        result = run(*command, *more)
        assert result.exit_code == 2 and said in result.stderr
    for text, name in (("Hi #first name#", "first name"), ("To #Mobile#", "Mobile")):
        result = run("batch", "people.csv", "-t", text, "--header", "--to", "Mobile")
        assert result.exit_code == 2 and result.stdout == ""
        said = f"there is no column {name!r} for the text: there are First name, City"
        assert said in result.stderr
    sent = ("#1 of #City#, #field1# and C#", "Hi #first name#")
    for text, more in zip(sent, (("--header", "--to", "Mobile"), ()), strict=True):
        assert run("batch", "people.csv", "-t", text, *more, "--dry-run").exit_code == 0
    Path("short.csv").write_text("a,b\n1\n")
    result = run("batch", "short.csv", "-t", "Hi", "--header", "--to", "b")
    assert result.exit_code == 2 and "short.csv:2: there is no number" in result.stderr


def test_json_of_every_command(run: Callable[..., Result]) -> None:
    def lines(*command: str) -> list[dict[str, object]]:
        return [
            json.loads(line) for line in run(*command, "--json").stdout.splitlines()
        ]

    first, bad = lines("send", NUMBER, "12", "-t", "Hi")
    assert first["fate"] == "accepted" and first["to"] == NUMBER
    assert (bad["fate"], bad["code"], bad["is_retryable"]) == ("refused", 105, False)
    sent = str(first["id"])
    assert lines("status", sent) == [
        {"id": sent, "status": 3, "text": "Delivered to gateway"}
    ]
    assert lines("stop", sent)[0]["status"] == 3
    assert lines("charge", sent) == [{"id": sent, "charge": 1.0, "status": 3}]
    assert lines("balance") == [{"credits": 999.0}]
    assert lines("coverage", NUMBER, "0") == [
        {"to": NUMBER, "routed": True, "charge": 1.0},
        {"to": "0", "routed": False, "charge": None},
    ]
    assert lines("redeem", "1111222233334444") == [{"credits": 1009.0}]
    assert lines("redeem", "1")[0]["code"] == 606
    assert lines("status", "0" * 32)[0]["code"] == 103
    whole = run("send", NUMBER, "-t", "Hi", "--from", "much too long", "--json")
    assert whole.exit_code == 1 and json.loads(whole.stdout)["code"] == 106
    Path("numbers.csv").write_text(NUMBER)
    *_, total = lines("batch", "numbers.csv", "-t", "Hi", "--service", "rpc_encoded")
    assert total["accepted"] == 1


def test_a_run_that_ended_says_how_to_go_on(run: Callable[..., Result]) -> None:
    Path("numbers.csv").write_text("".join(f"2783{n:07d}\n" for n in range(1100)))
    command = (
        "batch",
        "numbers.csv",
        "-t",
        "Hi",
        "--journal",
        "j",
        "--concurrency",
        "1",
    )
    result = run(*command)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "1,000 accepted, 100 refused, 0 unknown, 100 to be sent again:"
        " the same command with the same --journal goes on"
    )
    assert run("redeem", "1111222233334444").exit_code == 0
    result = run(*command)
    assert result.stderr.splitlines()[-1].startswith("1,010 accepted, 90 refused")
    result = run("batch", "numbers.csv", "-t", "Hi", "--job", "x")
    assert result.exit_code == 2 and "PostgreSQL" in result.stderr


def test_a_refusal_is_an_error_always(sandbox: Sandbox) -> None:
    with Clickatell(*ACCOUNT, endpoint=sandbox.url) as sms:
        with pytest.raises(GatewayError) as caught:
            sms.send("Hello", "12")
        assert caught.value.code == 105 and not caught.value.is_retryable
