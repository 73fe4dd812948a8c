"""Findings about a user's input, with their location, in compiler form.

A finding is a value, not an exception: a stage collects all of its findings, and
raises one `SpecError` with them where it cannot go on.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from soapwright.model.codes import Code


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file that the user gave: its path as the user would name it, and the line."""

    path: str
    line: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Severity(Enum):
    """An error ends the run with nothing written; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: `path:line: severity: message [code]`, with a `hint:` line where there is one.

    `mended` marks a fault of the document that the rest does without: the message has what was
    done about it. It is an error where the run is strict.
    """

    severity: Severity
    code: Code
    message: str
    at: Location
    hint: str = ""
    mended: bool = False

    def __str__(self) -> str:
        line = (
            f"{self.at}: {self.severity.value}: {one_line(self.message)} [{self.code}]"
        )
        return f"{line}\nhint: {one_line(self.hint)}" if self.hint else line


class SpecError(Exception):
    """The input cannot be worked with; `diagnostics` has every reason that was found."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in self.diagnostics))


@dataclass(slots=True)
class Findings:
    """Collects the findings of a run in the order in which they are made, each once.

    A `strict` run makes errors of what is mended.
    """

    strict: bool = False
    _found: dict[Diagnostic, None] = field(default_factory=dict)

    def error(self, code: Code, message: str, at: Location, hint: str = "") -> None:
        """Record input that cannot be used."""
        self._found[Diagnostic(Severity.ERROR, code, message, at, hint)] = None

    def warning(self, code: Code, message: str, at: Location, hint: str = "") -> None:
        """Note something that the user should know and that stops nothing."""
        self._found[Diagnostic(Severity.WARNING, code, message, at, hint)] = None

    def mended(self, code: Code, message: str, at: Location, hint: str = "") -> None:
        """Note that the input is broken at a place, and what was done: the rest is not affected."""
        severity = Severity.ERROR if self.strict else Severity.WARNING
        self._found[Diagnostic(severity, code, message, at, hint, mended=True)] = None

    def add(self, found: Iterable[Diagnostic]) -> None:
        """Take over findings that were kept apart."""
        self._found.update(dict.fromkeys(found))

    @contextmanager
    def apart(self) -> Generator[list[Diagnostic]]:
        """Keep what is found in the block out of the run's findings: the list has it afterwards."""
        outer, self._found = self._found, {}
        found: list[Diagnostic] = []
        try:
            yield found
        finally:
            found += self._found
            self._found = outer

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that end the run."""
        return tuple(d for d in self._found if d.severity is Severity.ERROR)

    def raise_errors(self) -> None:
        """End the stage where it found an error; all findings so far go along.

        Raises:
            SpecError: at least one finding is an error.
        """
        if self.errors:
            raise SpecError(self)


def one_line(text: str) -> str:
    """A spec's text where it is shown: no line breaks or control characters reach the terminal."""
    return "".join(
        c if c.isprintable() else " " if c in "\t\r\n" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )
