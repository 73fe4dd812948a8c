"""`soapwright infer`."""

from __future__ import annotations

from pathlib import Path

import click

from soapwright.cli.shared import print_findings
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.project.output import write_file


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
    "--action",
    default="",
    help="The SOAPAction; {operation} is replaced by the operation's name.",
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
    from soapwright.tools.infer.draw import Wanted, infer

    findings = Findings()
    try:
        if output.resolve() in (sample.resolve() for sample in samples):
            findings.error(Code.SAMPLE, "would be overwritten", Location(str(output)))
            findings.raise_errors()
        wanted = Wanted(name or output.stem, endpoint, action)
        write_file(output, infer(samples, wanted, findings))
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None
    print_findings(findings)
