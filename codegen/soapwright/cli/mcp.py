"""`soapwright mcp`."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import click

from soapwright.cli.shared import ENDPOINT, print_findings
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError

_HELP = "pip install 'soapwright[mcp]' installs it"


@click.command("mcp", short_help="Offer operations to agents (MCP).")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    *("--operation", "operations"),
    multiple=True,
    metavar="PATTERN",
    help="Offer these operations only, as 'get*'.",
)
@click.option(
    "--read-only",
    multiple=True,
    metavar="PATTERN",
    help="These operations only read, and no others; without it their names decide.",
)
@click.option(
    "--writes", is_flag=True, help="Offer those too that may change something."
)
@click.option(
    *("--env", "variables"),
    multiple=True,
    metavar="FIELD=VARIABLE",
    help="A field that the environment has, and no agent sees.",
)
@ENDPOINT
@click.option("--port", default="", help="The port, where several have the operation.")
@click.option(
    "--security",
    metavar="KIND:USER",
    help="plain, digest (UsernameToken), basic (HTTP) or keys (PKCS#12, signatures); the password"
    " is in SOAPWRIGHT_PASSWORD. none: what a policy demands is left.",
)
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A certificate that signed replies are taken from, for --security keys.",
)
@click.option(
    "--timeout", type=click.FloatRange(0.001), default=30.0, show_default=True
)
@click.option("--show-secrets", is_flag=True, help="Show the secrets of replies.")
def mcp_command(
    package: Path,
    operations: tuple[str, ...],
    read_only: tuple[str, ...],
    writes: bool,
    variables: tuple[str, ...],
    endpoint: str,
    port: str,
    security: str | None,
    trust: tuple[Path, ...],
    timeout: float,
    show_secrets: bool,
) -> None:
    """Serve the operations of PACKAGE, a generated package's folder, as tools of the Model Context Protocol.

    It speaks on stdin and stdout, as agents start it. Only operations that read are offered, unless
    --writes is given. What is left out is on stderr.
    """
    try:
        if find_spec("mcp") is None:
            raise _wrong("the package mcp is not installed", "--", _HELP)
        # loaded when it runs, as it needs the extra
        from soapwright.tools.agents.offered import Choice, Package
        from soapwright.tools.agents.server import Connection, serve_stdio
        from soapwright.tools.calls import sending

        protected = None
        if security is not None:
            protected = sending.read_security(security, lambda: None, trust)
        filled = _filled(variables)
        choice = Choice(operations, read_only, writes, port, filled, show_secrets)
        offered = Package(package, choice)
        settings = sending.Settings(endpoint, timeout, security=protected)
        outgoing = tuple(sending.layers_of(offered.module, settings))
        keys = sending.message_security(offered.module, protected)
        connection = Connection(endpoint, timeout, outgoing, security=keys)
        connection.check(offered)
        print_findings(offered.findings)
        serve_stdio(offered, connection)
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None


def _filled(variables: tuple[str, ...]) -> dict[str, str]:
    """The values of fields that the environment has.

    Raises:
        SpecError: one is no `FIELD=VARIABLE`, or the environment does not have it.
    """
    found = {}
    for one in variables:
        field, equals, variable = one.partition("=")
        if not field or not variable or not equals:
            raise _wrong(f"{one!r} is no FIELD=VARIABLE", "--env")
        if variable not in os.environ:
            raise _wrong(f"the environment has no {variable}", "--env")
        found[field] = os.environ[variable]
    return found


def _wrong(message: str, option: str, hint: str = "") -> SpecError:
    findings = Findings()
    findings.error(Code.TOOLS, message, Location(option), hint)
    return SpecError(findings)
