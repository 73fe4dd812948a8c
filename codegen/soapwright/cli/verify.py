"""`soapwright verify`."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from soapwright.cli.passwords import Password
from soapwright.cli.shared import print_findings
from soapwright.model.diagnostics import Findings

_WORDS = {
    word.lower(): word
    for word in (
        *("Body", "Timestamp", "Addressing", "UsernameToken"),
        *("BinarySecurityToken", "Headers", "Attachments", "CompleteAttachments"),
        "Assertion",
    )
}
_PART = re.compile(r"\{[^}]*\}[^,{}]+|[^,{}]+")
_FILE = click.Path(path_type=Path)


def _parts(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """Parts of a message, separated by commas."""
    if value.strip().lower() == "none":
        return ()
    parts = []
    for found in _PART.findall(value):
        part = found.strip()
        if part[:1] != "{" and part.lower() not in _WORDS:
            known = ", ".join(_WORDS)
            raise click.BadParameter(
                f"{part!r}: {known} and {{namespace}}name are known"
            )
        parts.append(_WORDS.get(part.lower(), part))
    if not parts:
        raise click.BadParameter("a part is wanted")
    return tuple(parts)


def _time(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """A time of ISO 8601; without a zone it is of UTC."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
        zoned = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
        return zoned.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        message = f"{value!r} is no time such as 2026-11-30T02:01:00Z"
        raise click.BadParameter(message) from None


def _words(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """Words, separated by commas."""
    return tuple(word.strip() for word in value.split(",") if word.strip())


@click.command(
    "verify", short_help="What is signed in a message, and why it is refused."
)
@click.argument("envelope", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--keys", "own", type=_FILE, help="One's own key: PKCS#12, or PEM.")
@click.option(
    "--password-file",
    type=_FILE,
    help="The first line is the password of --keys; else SOAPWRIGHT_PASSWORD has it, or it is asked for.",
)
@click.option(
    "--trust",
    multiple=True,
    type=_FILE,
    help="Certificates in PEM: the peer's, or those of authorities. May be repeated.",
)
@click.option(
    "--subject", help="The subject that an authority's certificate must have."
)
@click.option("--secret", type=_FILE, help="The secret of HMACs.")
@click.option(
    "--at",
    callback=_time,
    metavar="TIME",
    help="The receiver's clock; without it, now.",
)
@click.option(
    "--demand",
    callback=_parts,
    metavar="PARTS",
    default="body,timestamp,addressing,attachments",
    show_default=True,
    help="What must be signed: also usernametoken, binarysecuritytoken, {namespace}name, or none.",
)
@click.option(
    "--accept",
    callback=_words,
    default="",
    metavar="NAMES",
    help="Weak algorithms to accept: sha1, rsa-sha1, hmac-sha1, rsa-1024, aes256-cbc …",
)
@click.option(
    "--symmetric",
    is_flag=True,
    help="The message is signed with its EncryptedKey, which is for --keys.",
)
@click.option(
    "--saml",
    type=click.Choice(["bearer", "holder-of-key", "sender-vouches"]),
    callback=lambda _, __, value: value or "",
    help="The message has a SAML assertion, which is confirmed so.",
)
@click.option(
    "--issuer",
    "issuers",
    multiple=True,
    type=_FILE,
    help="Certificates of those whose assertions are trusted. May be repeated.",
)
@click.option(
    "--audience",
    multiple=True,
    metavar="URI",
    help="The receiver's name in assertions. May be repeated.",
)
@click.option("--actor", default="", help="The actor or role of the receiver.")
@click.option(
    "--skew",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    help="Seconds that the sender's clock may differ.",
)
@click.option(
    "--lifetime",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    help="Seconds that a message may be old.",
)
@click.option(
    "--canonical",
    type=_FILE,
    help="A folder for the canonical form of each part that is signed.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def verify_command(
    envelope: Path,
    password_file: Path | None,
    canonical: Path | None,
    form: str,
    **receiver: Any,  # Any: the fields of a Receiver, as the options above have them
) -> None:
    """Explain the signatures of ENVELOPE: what is signed by whom, what is not, and why it is refused.

    ENVELOPE is a file with an envelope, or with an HTTP or MIME message as it was sent; - reads stdin.

    Ends with 0 where a receiver with these keys accepts it, 1 where it refuses it, 2 where a file
    cannot be read.
    """
    if find_spec("cryptography") is None:
        raise click.UsageError("this needs pip install 'soapwright[security]'")
    # loaded when it runs
    from soapwright.tools.verify.report import as_json, as_text
    from soapwright.tools.verify.run import Receiver, read_file, verify, write_forms

    asked = Receiver(**receiver)
    try:
        asked.check()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    findings = Findings()
    data, name = read_file(envelope, findings)
    report = None
    if data is not None:
        ask = Password(password_file, findings)
        report = verify(data, name, asked, ask, findings)
    if report is not None and canonical is not None:
        for path in write_forms(report, canonical, findings):
            click.echo(f"written: {path}", err=True)
    print_findings(findings)
    if report is None or findings.errors:
        raise SystemExit(2)
    click.echo(as_json(report) if form == "json" else as_text(report), nl=False)
    raise SystemExit(int(not report.accepted))
