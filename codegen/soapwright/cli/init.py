"""`soapwright init`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import Any

import click

from soapwright.cli.shared import (
    ALLOW_NETWORK,
    CATALOGS,
    Progress,
    print_findings,
    print_report,
    write_state,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.project.config import Project, find_entry
from soapwright.project.output import write_files
from soapwright.project.remote import Remote, is_url
from soapwright.tools.check import examine
from soapwright.tools.init.project_file import FILE, Entry, known_packages, with_entry


@click.command("init", short_help="Begin with a WSDL: a package, a test, a call.")
@click.argument("wsdl", required=False)
@click.option(
    "--output", type=click.Path(path_type=Path), help="The package's own folder."
)
@click.option("--package", "name", help="The package's import name.")
@CATALOGS
@click.option("--test/--no-test", default=None, help="Whether a first test is written.")
@click.option("-y", "--yes", is_flag=True, help="Take what is proposed; ask nothing.")
@ALLOW_NETWORK
def init_command(
    wsdl: str | None,
    output: Path | None,
    name: str | None,
    catalogs: tuple[Path, ...],
    test: bool | None,
    yes: bool,
    allow_network: bool,
) -> None:
    """Begin with WSDL, a file or a URL, in the current folder.

    Shows what is in it, adds the package to pyproject.toml, generates it, writes a first test, and
    prints a first call. What no option answers is asked; with --yes the proposals are taken, and
    a WSDL that is a URL is fetched. Ends with 0 where all is written, 2 where nothing is.
    """
    # loaded when it runs
    from soapwright.tools.init.answers import check_wsdl

    asking = _Asking(yes)
    try:
        wsdl = wsdl or asking.text("The WSDL: a file, or a URL", check=check_wsdl)
        allowed = allow_network or _consents(wsdl, asking)
        _begin(_Wanted(wsdl, output, name, catalogs, test), asking, allowed)
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The answers that options give."""

    wsdl: str
    output: Path | None
    name: str | None
    catalogs: tuple[Path, ...]
    test: bool | None


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks questions, or takes what is proposed."""

    takes_all: bool

    def text(
        self, question: str, proposed: str = "", *, check: Callable[[str], None]
    ) -> str:
        """An answer, or the proposal. What `check` refuses is asked again.

        Raises:
            SpecError: `check` refuses the proposal, and nobody is asked.
        """
        if self.takes_all and proposed:
            check(proposed)
            return proposed
        if self.takes_all:
            raise click.UsageError(f"{question}: is missing")

        def checked(answer: str) -> str:
            given = answer.strip()
            if given.startswith("~"):  # which no shell has replaced
                given = str(Path(given).expanduser())
            try:
                check(given)
            except SpecError as error:
                first = error.diagnostics[0]
                hint = f" ({first.hint})" if first.hint else ""
                named = "" if given in first.message else f"{given}: "
                raise click.UsageError(f"{named}{first.message}{hint}") from None
            return given

        answer: str = self._ended(
            lambda: click.prompt(
                question, default=proposed or None, value_proc=checked, err=True
            )
        )
        return answer

    def agreed(self, question: str) -> bool:
        """Whether it is so; yes is proposed."""
        if self.takes_all:
            return True
        return bool(self._ended(lambda: click.confirm(question, True, err=True)))

    def _ended(self, ask: Callable[[], Any]) -> Any:  # Any: as asked for
        """The answer of a question.

        Raises:
            KeyboardInterrupt: it is interrupted.
            ClickException: nobody is there to answer.
        """
        try:
            return ask()
        except click.Abort as error:
            # click makes the same of Ctrl-C and of the input's end
            if isinstance(error.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from None
            click.echo(err=True)
            raise _Unanswered from None


class _Unanswered(click.ClickException):
    """The input ended at a question."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__("nothing was written; --yes answers every question")


def _consents(wsdl: str, asking: _Asking) -> bool:
    """Whether a URL may be fetched now; it need not be where it is locked."""
    if not is_url(wsdl):
        return False
    return asking.agreed(f"Fetch {wsdl}, and what it imports?")


def _begin(wanted: _Wanted, asking: _Asking, allowed: bool) -> None:
    # loaded when it runs
    from soapwright.pipeline import load
    from soapwright.tools.init.names import proposed_name
    from soapwright.tools.init.summary import summary

    remote = Remote(Path(), allowed=allowed)
    with remote.alone(), Progress() as progress:
        progress(f"reading {wanted.wsdl}")
        found = find_entry(wanted.wsdl, remote, Location(wanted.wsdl))
        api = load(found, wanted.catalogs, Findings(), remote)
        progress.clear()
        print_report("\n".join(summary(api, wanted.wsdl)))
        entry = _entry(wanted, asking, proposed_name(api))
        test = Path("tests", f"test_{entry.name.replace('.', '_')}.py")
        tested = wanted.test
        if tested is None:
            tested = asking.agreed(f"Write a first test, {test.as_posix()}?")
        if tested:
            _check_place(test.parent)
        _generate(entry, remote, progress, tested=tested)
        _show_first_call(entry, test if tested else None, progress)


def _check_place(folder: Path) -> None:
    """See that a folder can be had, before anything is written.

    Raises:
        SpecError: something else is there.
    """
    findings = Findings()
    if folder.exists() and not folder.is_dir():
        hint = "--no-test writes no first test"
        findings.error(Code.OUTPUT, "is no folder", Location(str(folder)), hint)
    findings.raise_errors()


def _entry(wanted: _Wanted, asking: _Asking, proposed: str) -> Entry:
    """The package that is wanted.

    Raises:
        SpecError: its name cannot be one, or the project has it.
    """
    # loaded when it runs
    from soapwright.tools.init.answers import check_name, check_output
    from soapwright.tools.init.names import proposed_output

    name, output = wanted.name, wanted.output
    named = partial(check_name, known_packages(), wanted.wsdl)
    if name is None:
        name = asking.text("The package's import name", proposed, check=named)
    named(name)
    placed = partial(check_output, name)
    if output is None:
        shown = proposed_output(name).as_posix()
        output = Path(asking.text("Its folder", shown, check=placed))
    placed(str(output))
    return Entry(wanted.wsdl, output, name, wanted.catalogs)


def _generate(
    entry: Entry, remote: Remote, progress: Progress, *, tested: bool
) -> None:
    """Generate the package, and write it with what was fetched and the project's file.

    Raises:
        SpecError: nothing is written.
    """
    file = with_entry(entry, tested=tested)
    project = file.project
    if project.runtime is None:
        project = Project(project.packages[-1:])
    states = examine(project, remote, progress, full=False)
    if states.broken:
        raise SpecError(states.broken)
    write_files(remote.files())
    for state in states.sound:
        write_state(state, progress)
    write_files({FILE: file.text.encode("utf-8")})
    print_report(f"{FILE}: {'written' if file.before is None else 'one package added'}")


def _show_first_call(entry: Entry, test: Path | None, progress: Progress) -> None:
    """Write a first test, and print it as a command and as a call in Python."""
    # loaded when it runs
    from soapwright.tools.init.first_test import first_call

    progress("making a first call")
    first = first_call(entry.output)
    progress.clear()
    if first is None:
        print_report(
            "No operation can be called by a sample: see `soapwright inspect`."
        )
        return
    if test is not None:
        if test.exists():
            print_report(f"{test.as_posix()}: is there already, and stays")
        else:
            write_files({test: first.test.encode("utf-8")})
            print_report(f"{test.as_posix()}: written")
    print_report("")
    if test is not None:
        print_report(f"Test it, with a mock:  python -m pytest {test.as_posix()}")
    print_report(f"Call the service:      {first.command(entry.output)}")
    print_report("Or in Python:\n")
    print_report(indent(first.code, "    ").removesuffix("\n"))
