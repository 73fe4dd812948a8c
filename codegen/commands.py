"""The commands that are about specs by themselves; `cli.py` puts them beside its own.

What a command needs is imported when it runs: `soapwright --help` is not to load the toolkit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

import click

from codegen.config import find_entry
from codegen.diagnostics import Diagnostic, Findings, Location, SpecError
from codegen.manifest import SITE_MANIFEST
from codegen.model import Api
from codegen.options import Options
from codegen.output import carry_out, check_folder, make_plan, write_file
from codegen.remote import Remote

CATALOGS = click.option(
    "--catalog",
    "catalogs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An OASIS XML catalog: where imported documents are found.",
)
ALLOW_NETWORK = click.option(
    "--allow-network",
    is_flag=True,
    help="Fetch what has a URL, anew, instead of reading what is locked.",
)


class Progress:
    """Says on a terminal what is being done, on one line that goes again; elsewhere nothing."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, doing: str) -> None:
        if self._shows:
            click.echo(f"\r\x1b[K{doing[:78]} …", nl=False, err=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shows:
            click.echo("\r\x1b[K", nl=False, err=True)


@click.command("diff", short_help="What a change of a WSDL breaks.")
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
@CATALOGS
@ALLOW_NETWORK
def diff_command(
    old: str, new: str, form: str, catalogs: tuple[Path, ...], allow_network: bool
) -> None:
    """What changed from the WSDL OLD to NEW, and what that breaks.

    Each may be the folder of a generated package instead: then it is about what that package
    chose of its WSDL, and in its names.

    Ends with 0 where nothing breaks, 1 where something does, 2 where a WSDL cannot be read.
    """
    # loaded when it runs
    from codegen.tools.diff.report import FORMATS, is_breaking

    # loaded when it runs
    from codegen.tools.diff.services import compare

    # loaded when it runs
    from codegen.tools.packages import package_options

    found = [package_options(Path(n)) if Path(n).is_dir() else None for n in (old, new)]
    options = [one or next(filter(None, found), Options("package")) for one in found]
    before, after = loaded([old, new], catalogs, allow_network, options)
    changes = compare(before[0], after[0], (options[0], options[1]))
    click.echo(FORMATS[form](changes, (old, new)), nl=False)
    raise SystemExit(1 if is_breaking(changes) else 0)


@click.command("inspect", short_help="What is in a WSDL, as it will be in Python.")
@click.argument("wsdl")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@CATALOGS
@ALLOW_NETWORK
def inspect_command(
    wsdl: str, form: str, catalogs: tuple[Path, ...], allow_network: bool
) -> None:
    """What is in WSDL, as it will be in Python; what is remarkable about it is a warning each."""
    # loaded when it runs
    from codegen.tools.inspect.describe import describe

    # loaded when it runs
    from codegen.tools.inspect.profile import examine

    # loaded when it runs
    from codegen.tools.inspect.report import as_json, as_text

    ((api, findings),) = loaded([wsdl], catalogs, allow_network)
    remarks = Findings()
    examine(api, remarks)
    say(remarks)
    description = describe(api)
    if form == "json":
        click.echo(as_json(description, [*findings, *remarks]), nl=False)
    else:
        click.echo(as_text(description), nl=False)


@click.command("infer", short_help="Draw a WSDL from documented envelopes.")
@click.argument("samples", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The WSDL to write.",
)
@click.option("--name", help="The service's name; else the output's.")
@click.option("--endpoint", default="http://localhost/", help="The service's address.")
@click.option(
    "--action", default="", help="The SOAPAction; {operation} stands for the operation."
)
def infer_command(
    samples: tuple[Path, ...],
    output: Path,
    name: str | None,
    endpoint: str,
    action: str,
) -> None:
    """Draw a WSDL from documented envelopes, requests and replies, where a vendor gives none.

    SAMPLES are files, or folders of them, in any order.
    """
    # loaded when it runs
    from codegen.tools.infer.draw import Wanted, infer

    findings = Findings()
    try:
        if output.resolve() in (sample.resolve() for sample in samples):
            findings.error("sample", "would be overwritten", Location(str(output)))
            findings.raise_errors()
        wanted = Wanted(name or output.stem, endpoint, action)
        write_file(output, infer(samples, wanted, findings))
    except SpecError as error:
        say(error.diagnostics)
        raise SystemExit(2) from None
    say(findings)


@click.command("conform", short_help="Documented envelopes through a package and back.")
@click.argument("package", type=click.Path(path_type=Path))
@click.argument("samples", nargs=-1, required=True, type=click.Path(path_type=Path))
def conform_command(package: Path, samples: tuple[Path, ...]) -> None:
    """Put documented envelopes, files or folders of them, through PACKAGE and back.

    PACKAGE is the folder of a generated package.

    Ends with 0 where all match, 1 where some differ, 2 where a file is no envelope.
    """
    # loaded when it runs
    from codegen.tools.conform import conform, find_samples

    # loaded when it runs
    from codegen.tools.packages import import_package, package_api

    findings = Findings()
    try:
        found = find_samples(samples, findings)
        findings.raise_errors()
        outcomes = conform(import_package(package), package_api(package), found)
    except SpecError as error:
        say(dict.fromkeys([*findings, *error.diagnostics]))
        raise SystemExit(2) from None
    say(findings)
    for outcome in outcomes:
        for line in outcome.lines():
            click.echo(line)
    matching = sum(outcome.matches for outcome in outcomes)
    many = "envelope matches" if len(outcomes) == 1 else "envelopes match"
    click.echo(f"{matching} of {len(outcomes)} {many}")
    raise SystemExit(int(matching < len(outcomes)))


def loaded(
    wsdls: list[str],
    catalogs: tuple[Path, ...],
    allow_network: bool,
    options: Sequence[Options | None] = (),
) -> list[tuple[Api, Findings]]:
    """The models of WSDLs, files or URLs, each with its findings, which are printed.

    With `options` for each, only what they choose; then a WSDL may be a package's folder too.
    Where one is broken the run ends with 2.
    """
    # loaded when it runs
    from codegen.pipeline import load

    # loaded when it runs
    from codegen.tools.packages import package_entry

    remote = Remote(Path(), allowed=allow_network)
    apis: list[tuple[Api, Findings]] = []
    found: list[Diagnostic] = []
    for wsdl, chosen in zip_longest(wsdls, options):
        findings = Findings()
        try:
            if chosen is not None and Path(wsdl).is_dir():
                entry = package_entry(Path(wsdl))
            else:
                entry = find_entry(wsdl, remote, Location(wsdl))
            api = load(entry, catalogs, findings, remote, chosen, partly=True)
            apis.append((api, findings))
            found += findings
        except SpecError as error:
            found += error.diagnostics
    say(dict.fromkeys(found))
    if len(apis) < len(wsdls):
        raise SystemExit(2)
    return apis


def say(findings: Iterable[Diagnostic]) -> None:
    """Print findings, a line each."""
    for finding in findings:
        click.echo(str(finding), err=True)


@click.command("serve", short_help="Mock the service of a package.")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--replies",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of recorded replies, <operation>.xml.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8900,
    show_default=True,
    help="0 takes a free one.",
)
def serve_command(package: Path, replies: Path | None, host: str, port: int) -> None:
    """Answer every call of PACKAGE's service with a valid reply, until stopped.

    PACKAGE is the folder of a generated package. The first line on stdout is the address, and
    then it is ready. Each port is at /<port>; any other path serves them all.
    """
    # loaded when it runs
    from codegen.tools.serve import mock, serve

    try:
        serve(mock(package, replies), host, port, click.echo)
    except SpecError as error:
        say(error.diagnostics)
        raise SystemExit(2) from None


@click.command("docs", short_help="Write the reference of a package.")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The site's own folder.",
)
def docs_command(package: Path, output: Path) -> None:
    """Write a reference of PACKAGE: a static site that needs no server.

    PACKAGE is the folder of a generated package.
    """
    # loaded when it runs
    from codegen.tools.docs.site import make_site

    try:
        check_folder(output, SITE_MANIFEST)
        with Progress() as progress:
            files = make_site(package, progress)
            plan = make_plan(output, files, SITE_MANIFEST)
            carry_out(plan, progress)
    except SpecError as error:
        say(error.diagnostics)
        raise SystemExit(2) from None
    written = len(plan.added) + len(plan.changed)
    removed = f", {len(plan.removed)} removed" if plan.removed else ""
    click.echo(
        f"{output}: {written} files written, {plan.unchanged} unchanged{removed}"
    )
