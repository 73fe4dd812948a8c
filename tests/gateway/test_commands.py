"""`clickatell send`, `batch`, `status` and so on, against the sandbox."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sandboxes import Sandbox, listening

from soapwright_clickatell.cli.main import main

NUMBER = "27831234567"
# Since click 8.2 it keeps stderr apart by itself, and cannot be asked to.
_APART = "mix_stderr" in inspect.signature(CliRunner).parameters
RUNNER = CliRunner(**({"mix_stderr": False} if _APART else {}))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with listening() as made:
        yield made


@pytest.fixture
def run(sandbox: Sandbox) -> Callable[..., Result]:
    environment = {
        "CLICKATELL_USER": "demo",
        "CLICKATELL_PASSWORD": "demo",
        "CLICKATELL_API_ID": "1234",
        "CLICKATELL_ENDPOINT": f"{sandbox.url}/soap/webservice.php",
    }

    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        result = RUNNER.invoke(main, arguments, input=stdin, env=environment)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def newest(sandbox: Sandbox) -> tuple[str, str]:
    """Kind and text of the newest message."""
    store = sandbox.gateway.store
    with store.transaction():
        (message,) = store.newest_messages("demo", 1)
    return message.content.kind, message.content.text


def test_a_message_from_beginning_to_end(
    sandbox: Sandbox, run: Callable[..., Result]
) -> None:
    sent = run("send", NUMBER, "27999112345", "--text", "Hello", "--id", "mine")
    first, second = (line.split() for line in sent.output.splitlines())
    assert (first[0], second[0], sent.exit_code) == (NUMBER, "27999112345", 0)
    sandbox.clock.turn(seconds=10)
    assert run("status", first[1]).output == f"{first[1]} 004 Received by recipient\n"
    assert len(run("status", "--own", "mine").output.splitlines()) == 2
    assert run("charge", second[1]).output == f"{second[1]} 0.33 004\n"
    assert run("balance").output == "8.67\n"
    assert run("stop", first[1]).exit_code == 1
    assert run("redeem", "1111222233334444").output == "18.67\n"


def test_stopping(run: Callable[..., Result]) -> None:
    run("send", NUMBER, "-t", "Later", "--delay", "10", "--id", "later")
    stopped = run("stop", "--own", "later")
    assert stopped.exit_code == 0
    assert stopped.output.endswith(" 006 User cancelled message delivery\n")


@pytest.mark.parametrize(
    ("options", "stdin", "kind", "text"),
    [
        (("--text", "-"), "Hi", "text", "Hi"),
        (("--text", "Hi", "--flash"), None, "flash", "Hi"),
        (("--text", "Hi", "--unicode"), None, "unicode", "Hi"),
        (("--text", "ω"), None, "unicode", "ω"),
        (("--ringtone", "T:d=4:c"), None, "SMS_NOKIA_RTTL", "T:d=4:c"),
        (("--binary", "00FF", "--udh", "06050415810000"), None, "binary", ""),
        (("--vcard", "card.vcf"), None, "SMS_NOKIA_VCARD", None),
        (("--calendar", "day.ics"), None, "SMS_NOKIA_VCAL", None),
        (("--logo", "logo.otb"), None, "SMS_NOKIA_OLOGO", ""),
    ],
)
def test_kinds(
    sandbox: Sandbox,
    run: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    stdin: str | None,
    kind: str,
    text: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("card.vcf").write_text("BEGIN:VCARD\nVERSION:3.0\nFN:A B\nN:B;A\nEND:VCARD\n")
    Path("day.ics").write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\nEND:VCALENDAR\n"
    )
    Path("logo.otb").write_bytes(b"0\x00")
    result = run("send", NUMBER, *options, stdin=stdin)
    assert result.exit_code == 0, result.output
    found, said = newest(sandbox)
    assert found == kind and (text is None or said == text)


def test_a_file_of_numbers(
    sandbox: Sandbox, run: Callable[..., Result], tmp_path: Path
) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_text(f'{NUMBER}, Joe\n\n27831234568, "Ann, who"\n')
    journal = str(tmp_path / "journal")
    command = ("batch", str(numbers), "--text", "Hi #field1#", "--journal", journal)
    command += ("--concurrency", "1")
    result = run(*command)
    assert result.exit_code == 0 and len(result.stdout.splitlines()) == 2
    assert newest(sandbox)[1] == "Hi Ann, who"
    assert run(*command).stdout == result.stdout
    assert run("balance").output == "8.0\n"


def test_what_is_refused(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("send", NUMBER, "12", "--text", "Hi")
    assert result.exit_code == 1
    assert "12 ERR: 105, Invalid destination address To: 12" in result.stderr
    covered = run("coverage", NUMBER, "0")
    assert covered.exit_code == 1
    assert covered.output == f"{NUMBER} routed, 1 credits a part\n0 not routed\n"
    unknown = run("status", "0" * 32)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "ERR: 103, Unknown API message ID" in unknown.stderr
    assert run("redeem", "1").exit_code == 1
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    for wrong, said in (
        (("send", NUMBER), "one of --text"),
        (("send", NUMBER, "--text", ""), "empty"),
        (("send", NUMBER, "--text", "x", "--ringtone", "T::c"), "one of --text"),
        (("send", NUMBER, "--text", "x", "--flash", "--unicode"), "--unicode"),
        (("send", NUMBER, "--ringtone", "T::c", "--flash"), "--flash"),
        (("send", NUMBER, "--binary", "xy", "--udh", "00"), "--binary: 'xy' is no hex"),
        (("send", NUMBER, "--binary", "00"), "go together"),
        (("send", NUMBER, "--text", "Hi", "--udh", "00"), "go together"),
        (("send", NUMBER, "--text", "Hi", "--max-credits", "nan"), "nan is not from"),
        (("send", NUMBER, "--text", "Hi", "--from", "x\x02"), "is not allowed in XML"),
        (("batch", str(empty), "--text", "Hi"), "there are no numbers"),
    ):
        result = run(*wrong)
        assert result.exit_code == 2 and said in result.stderr


def test_one_refusal_does_not_keep_the_others_from_being_told(
    run: Callable[..., Result],
) -> None:
    sent = run("send", NUMBER, "-t", "Later", "--delay", "10").output.split()[1]
    for command in ("status", "charge", "stop"):
        result = run(command, "0" * 32, sent)
        assert result.exit_code == 1 and result.stdout.startswith(sent)
        assert result.stderr == f"{'0' * 32} ERR: 103, Unknown API message ID\n"


def test_all_options_of_sending(sandbox: Sandbox, run: Callable[..., Result]) -> None:
    options = ("--from", "Shop", "--delay", "30", "--validity", "60", "--callbacks")
    more = ("6", "--priority", "1", "--escalate", "--max-credits", "1.5")
    rest = ("--features", "16", "--receipt", "--two-way")
    assert run("send", NUMBER, "-t", "Hi", *options, *more, *rest).exit_code == 0
    with sandbox.gateway.store.transaction():
        (message,) = sandbox.gateway.store.newest_messages("demo", 1)
    assert (message.sender, message.queue, message.callbacks) == ("Shop", 1, 6)
    assert message.escalate and message.max_credits == Decimal("1.5")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"27831234567,Joe\n27831234568,\xff\n", "numbers.csv:2: 'utf-8' codec"),
        (b'27831234567,Joe\n"27831234568\n', "numbers.csv:2: unexpected end of data"),
        (b"27831234567,Joe\n27831234568\n", "numbers.csv:2: 27831234568: the text has"),
        (b"27831234567,Joe\n,Ann\n", "numbers.csv:2: '' is no number"),
        (b"27831234567," + b"x" * 200_000, "numbers.csv:1: field larger"),
        (b"\xff\xfe\x00", "numbers.csv:1: "),
    ],
)
def test_a_file_that_is_wrong_anywhere_is_sent_to_nobody(
    run: Callable[..., Result], tmp_path: Path, content: bytes, said: str
) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_bytes(content)
    result = run("batch", str(numbers), "--text", "Hi #field1#")
    assert result.exit_code == 2 and said in result.stderr
    assert run("balance").output == "10.0\n"


def test_numbers_from_stdin_and_from_a_spreadsheet(
    sandbox: Sandbox, run: Callable[..., Result], tmp_path: Path
) -> None:
    result = run("batch", "-", "--text", "Hi", stdin=f"{NUMBER}\n27831234568\n12\n")
    assert result.exit_code == 1 and len(result.stdout.splitlines()) == 2
    assert result.stderr.splitlines() == [
        "12 ERR: 105, Invalid destination address To: 12",
        "2 accepted, 1 refused, 0 unknown",
    ]
    marked = tmp_path / "numbers.csv"
    marked.write_text(f"{NUMBER},Łukasz\r\n", encoding="utf-8-sig")
    assert run("batch", str(marked), "-t", "Hi #field1#", "--flash").exit_code == 0
    assert newest(sandbox) == ("unicode flash", "Hi Łukasz")


def test_a_journal_that_is_the_file_of_numbers(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_text(NUMBER)
    result = run("batch", str(numbers), "-t", "Hi", "--journal", str(numbers))
    assert result.exit_code == 2 and f"{numbers}: no journal" in result.stderr
    assert numbers.read_text() == NUMBER


@pytest.mark.parametrize(
    "command", [("balance",), ("send", NUMBER, "-t", "Hi"), ("status", "0" * 32)]
)
def test_a_gateway_that_is_not_there(
    run: Callable[..., Result], command: tuple[str, ...]
) -> None:
    result = run(*command, "--endpoint", "http://127.0.0.1:1/")
    assert result.exit_code == 1 and "Error: POST http://127.0.0.1:1/" in result.stderr


def test_credentials_that_are_missing_or_wrong(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("balance", "--password", "hunter2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: ERR: 001, Authentication failed\n"
    monkeypatch.delenv("CLICKATELL_USER", raising=False)
    missing = RUNNER.invoke(main, ["balance", "--password", "hunter2"])
    assert missing.exit_code == 2 and "--user" in missing.stderr
    assert "hunter2" not in missing.output
