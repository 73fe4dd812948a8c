"""`soapwright serve`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from soapwright.cli.passwords import Password
from soapwright.cli.shared import print_findings
from soapwright.model.diagnostics import Findings, SpecError

_FILE = click.Path(path_type=Path)


@click.command("serve", short_help="Mock the service of a package.")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--replies",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of recorded replies, <operation>.xml.",
)
@click.option(
    "--script",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Rules (TOML), or functions (.py), that decide on replies first.",
)
@click.option(
    "--record",
    metavar="URL",
    help="Pass calls on to a service, and keep them as samples.",
)
@click.option(
    "--samples",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("samples"),
    show_default=True,
    help="The folder that --record writes to.",
)
@click.option(
    "--full/--minimal",
    default=True,
    show_default=True,
    help="Whether samples have optional content.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8900,
    show_default=True,
    help="0 takes a free one.",
)
@click.option(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="A further name under which it may be called, such as a container's.",
)
@click.option("--keys", "own", type=_FILE, help="The service's own key: PKCS#12.")
@click.option(
    "--trust",
    multiple=True,
    type=_FILE,
    help="Certificates of callers, or of their authorities, in PEM. May be repeated.",
)
@click.option(
    "--password-file",
    type=_FILE,
    help="The first line is the password of --keys; else SOAPWRIGHT_PASSWORD has it, or it is asked for.",
)
def serve_command(
    package: Path,
    replies: Path | None,
    script: Path | None,
    record: str | None,
    samples: Path,
    full: bool,
    host: str,
    port: int,
    allow_host: tuple[str, ...],
    own: Path | None,
    trust: tuple[Path, ...],
    password_file: Path | None,
) -> None:
    """Answer every call of PACKAGE's service with a valid reply, until stopped.

    PACKAGE is the folder of a generated package. The first line on stdout is the address, and
    then it is ready. Each port is at /<port>; any other path serves them all. What a request hands
    back of an earlier sample, the token of a next page, is left out of its reply.

    With --record, calls are passed on to the service at a URL, and each new request and reply is
    kept, without its secrets, as a sample for `soapwright conform`.

    With --keys requests are verified and replies signed as the policies of the WSDL demand it; without,
    nobody's security is checked.
    """
    if record is not None and (replies is not None or script is not None):
        raise click.UsageError("--record excludes --replies and --script")
    if own is None and (trust or password_file):
        raise click.UsageError("--trust and --password-file go with --keys")
    if record is not None and own is not None:
        raise click.UsageError("--record excludes --keys")
    # loaded when it runs
    from soapwright.tools.recording import recorder

    # loaded when it runs
    from soapwright.tools.serve import MockKeys, mock, serve

    findings = Findings()
    keys = None
    if own is not None:
        keys = MockKeys(own, trust, Password(password_file, findings))
    try:
        if record is not None:
            app = recorder(package, record, samples, partial(click.echo, err=True))
        else:
            app = mock(package, replies, full=full, script=script, keys=keys)
        findings.raise_errors()
        serve(app, host, port, click.echo, allow_host)
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None
