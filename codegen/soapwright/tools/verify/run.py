"""From files and options to a report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal, TypeAlias

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.security.algorithms import accepted
from soapwright.runtime.security.profile import Algorithms, Profile
from soapwright.runtime.security.trust import Trust
from soapwright.tools.verify.asked import Asked
from soapwright.tools.verify.explain import explain
from soapwright.tools.verify.keys import Password, read_keys
from soapwright.tools.verify.message import read_message
from soapwright.tools.verify.report import Report
from soapwright.wsdl.parsing import read

Confirmation: TypeAlias = Literal["", "bearer", "holder-of-key", "sender-vouches"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who would receive a message, as a user describes it."""

    own: Path | None = None
    """One's own key."""
    trust: tuple[Path, ...] = ()
    secret: Path | None = None
    subject: str | None = None
    at: datetime | None = None
    """In UTC; `None` for now."""
    demand: tuple[str, ...] = ("Body", "Timestamp", "Addressing", "Attachments")
    accept: tuple[str, ...] = ()
    actor: str = ""
    symmetric: bool = False
    """Whether the message is signed with the key that it has encrypted for the receiver."""
    saml: Confirmation = ""
    """How the message's assertion must be confirmed; "" where none is demanded."""
    issuers: tuple[Path, ...] = ()
    """Of those whose assertions are trusted."""
    audience: tuple[str, ...] = ()
    """The receiver's names in assertions."""
    skew: float = 300.0
    lifetime: float = 300.0

    def profile(self) -> Profile:
        """The demands on a message."""
        return Profile(
            sign=(),
            expect=self.demand,
            timestamp="Timestamp" in self.demand,
            algorithms=Algorithms(accept=self.accept),
            actor=self.actor,
            symmetric=self.symmetric,
            saml=self.saml,
            skew=self.skew,
            lifetime=self.lifetime,
        )

    def check(self) -> None:
        """Refuse a part, an algorithm or a subject that is none.

        Raises:
            ValueError: with the reason.
        """
        accepted(self.profile().algorithms.accept)
        try:
            Trust((), self.subject)
        except ValueError:
            named = f"{self.subject!r} is no subject such as CN=service,O=Bank,C=CZ"
            raise ValueError(named) from None

    def clock(self) -> datetime:
        """The receiver's time."""
        return self.at or datetime.now(timezone.utc)


def read_file(path: Path, findings: Findings) -> tuple[bytes | None, str]:
    """The content of a file and its name, `-` for stdin; `None`, with a finding, where it cannot be read."""
    if str(path) == "-":
        return sys.stdin.buffer.read(), "stdin"
    return read(path, str(path), findings), str(path)


def first_line(path: Path, findings: Findings) -> str | None:
    """The first line of a file, a password; `None`, with a finding, where it is none."""
    content = read(path, str(path), findings)
    if content is None:
        return None
    try:
        return content.decode("utf-8").partition("\n")[0].rstrip("\r")
    except UnicodeError:
        findings.error(Code.KEYS, "a password is text in UTF-8", Location(str(path)))
        return None


def verify(
    data: bytes, name: str, receiver: Receiver, password: Password, findings: Findings
) -> Report | None:
    """The explanation of a message; `None`, with findings, where something cannot be read.

    Args:
        data: the message, as it was saved.
        name: of its file.
        receiver: who would receive it.
        password: asks for the password of a file.
        findings: of all files.
    """
    keys = read_keys(
        *(receiver.own, receiver.trust, receiver.secret),
        subject=receiver.subject,
        issuers=receiver.issuers,
        audience=receiver.audience,
        password=password,
        clock=receiver.clock,
        findings=findings,
    )
    message = read_message(data, name, findings)
    if keys is None or message is None:
        return None
    try:
        return explain(message, name, Asked(keys, receiver.profile()))
    except DecodeError as error:
        findings.error(Code.MESSAGE, str(error), Location(name))
        return None


def write_forms(report: Report, folder: Path, findings: Findings) -> Iterator[Path]:
    """Write the canonical form of each part that is signed, and give its file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (part, form) in enumerate(report.forms, 1):
            path = folder / f"{number}-{part}.xml"
            path.write_bytes(form)
            yield path
    except OSError as error:
        reason = error.strerror or str(error)
        findings.error(
            Code.OUTPUT, f"cannot be written: {reason}", Location(str(folder))
        )
