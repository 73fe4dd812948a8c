"""A pytest plugin: documented envelopes are tests, and clients are tested without a network.

A project that vendors a package tests it with three lines of its `pyproject.toml`:

    [tool.pytest.ini_options]
    testpaths = ["tests", "documented"]
    soapwright = ["vendored/clickatell documented"]

Each line of `soapwright` is a package's folder and a folder of envelopes, in quotes where there
are spaces in them; each envelope becomes a test, which reads it, writes it again and compares.
Where several packages have one folder, it is a test of each. The toolkit is imported when there is
such a test: pytest loads the plugin in every run.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting, in the file that pytest is configured in."""
    description = (
        "lines of PACKAGE SAMPLES: a generated package's folder, and one of envelopes"
    )
    parser.addini("soapwright", description, type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Check the setting: without tests, a folder that does not exist would pass.

    Raises:
        UsageError: a line is no pair of folders.
    """
    _settings(config)


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """XML files of a folder that the setting names are tests."""
    if file_path.suffix.lower() != ".xml":
        return None
    path = file_path.resolve()
    packages = {
        named: package
        for named, package, samples in _settings(parent.config)
        if samples in (path, *path.parents)
    }
    if not packages:
        return None
    made = EnvelopeFile.from_parent(parent, path=file_path)
    made.packages = packages
    return made


def _settings(config: pytest.Config) -> list[tuple[str, Path, Path]]:
    """Each line's package, as it is named there and where it is, and its folder of envelopes."""
    lines: list[str] = config.getini("soapwright")
    home = config.inipath.parent if config.inipath is not None else config.rootpath
    found = []
    for line in lines:
        words = _words(line)
        if len(words) != 2:
            message = f"soapwright = {line!r}: a package's folder and one of envelopes are wanted"
            raise pytest.UsageError(message)
        package, samples = (home.joinpath(word).resolve() for word in words)
        for folder, name in zip((package, samples), words, strict=True):
            if not folder.exists():
                raise pytest.UsageError(f"soapwright = {line!r}: there is no {name}")
        found.append((words[0], package, samples))
    return found


def _words(line: str) -> list[str]:
    """Split a line at white space outside quotes; a backslash is literal, as in Windows' paths."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return list(lexer)
    except ValueError:  # a quote without its partner
        return []


class EnvelopeFile(pytest.File):
    """A file with an envelope; one that holds something else has no test."""

    packages: dict[str, Path]

    def collect(self) -> Iterable[pytest.Item]:
        """The test of each package, if the file is an envelope.

        Raises:
            CollectError: the file, or the package, cannot be read.
        """
        # every run of pytest loads this module
        from soapwright.model.diagnostics import Findings

        # every run of pytest loads this module
        from soapwright.tools.conform import read_sample

        findings = Findings()
        sample = read_sample(self.path, findings, named=False)
        if findings.errors:
            raise self.CollectError("\n".join(map(str, findings)))
        if sample is not None:
            for named, package in self.packages.items():
                several = f"[{named}]" if len(self.packages) > 1 else ""
                made = EnvelopeItem.from_parent(self, name=f"conforms{several}")
                made.package = package
                yield made


class EnvelopeItem(pytest.Item):
    """One envelope's test."""

    package: Path

    def runtest(self) -> None:
        """Fail where the envelope does not come back as it was.

        Raises:
            Differs: it does not.
        """
        # every run of pytest loads this module
        from soapwright.model.diagnostics import Findings, SpecError

        # every run of pytest loads this module
        from soapwright.tools.conform import check_sample, read_sample

        sample = read_sample(self.path, Findings())
        assert sample is not None, "it was read when tests were collected"
        try:
            package, api = _loaded(self.package)
        except SpecError as error:
            pytest.fail(str(error), pytrace=False)
        outcome = check_sample(package, api, sample)
        if not outcome.matches:
            raise Differs(outcome.what, list(outcome.reasons()))

    def repr_failure(  # type: ignore[override]  # pytest's own may give a code representation
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str:
        """The differences, a line each, like an assertion's."""
        if not isinstance(excinfo.value, Differs):
            return str(super().repr_failure(excinfo))
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The location of the test, for reports."""
        return self.path, 0, f"{self.path.name} conforms"


class Differs(AssertionError):
    """An envelope that does not come back as it was."""

    def __init__(self, what: str, reasons: list[str]) -> None:
        of = f" ({what})" if what else ""
        head = f"the envelope{of} does not come back as it was:"
        super().__init__("\n".join([head, *(f"  {reason}" for reason in reasons)]))


@cache
def _loaded(folder: Path) -> tuple[Any, Any]:
    """A package and the model of its WSDL; a run has few of them."""
    # every run of pytest loads this module
    from soapwright.envelopes.packages import import_package, package_api

    return import_package(folder), package_api(folder)


@pytest.fixture
def recorded_replies() -> Callable[..., Any]:
    """Makes transports that answer from recorded replies: `Client(transport=recorded_replies(…))`.

    Its arguments are those of `soapwright.testing.RecordedTransport`.
    """
    # every run of pytest loads this module
    from soapwright.testing import RecordedTransport

    return RecordedTransport
