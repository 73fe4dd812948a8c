"""`soapwright generate`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from soapwright.cli.shared import (
    ALLOW_NETWORK,
    CATALOGS,
    Progress,
    print_findings,
    write_state,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.options import Options, is_package_name, refusal_of_new_name
from soapwright.project.config import Project, package_of, read_config
from soapwright.project.output import write_files
from soapwright.project.remote import Remote
from soapwright.tools.check import examine

_CHOICES = {
    "secret": "A field whose values never show.",
    "service": "Only this service (a pattern).",
    "port": "Only this port (a pattern).",
    "include": "Only this operation (a pattern).",
    "exclude": "All but this operation (a pattern).",
    "rename": "NAME=PYTHON: what Python calls a name of the WSDL.",
    "alternative": "PORT=WHICH: the alternative of a port's policy, by its number or an assertion in it.",
}


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `[[tool.soapwright.package]]` has too, each for several values."""
    for name, text in reversed(_CHOICES.items()):
        command = click.option(f"--{name}", name, multiple=True, help=text)(command)
    return command


@click.command("generate", short_help="Write a package, or all of pyproject.toml.")
@click.argument("wsdl", required=False)
@click.option(
    "--output", type=click.Path(path_type=Path), help="The package's own folder."
)
@click.option("--package", "name", help="The package's import name.")
@click.option("--wire", default="", help="The wire style: standard, nusoap or gsoap.")
@CATALOGS
@click.option("--no-spec", is_flag=True, help="Leave the WSDL out of the package.")
@click.option("--no-server", is_flag=True, help="Leave the service classes out.")
@_choosing
@click.option("--strict", is_flag=True, help="Refuse a WSDL that is broken anywhere.")
@click.option("--security", is_flag=True, help="Sign and verify messages.")
@click.option("--full", is_flag=True, help="Generate where nothing has changed, too.")
@ALLOW_NETWORK
def generate_command(
    wsdl: str | None,
    output: Path | None,
    name: str | None,
    wire: str,
    catalogs: tuple[Path, ...],
    no_spec: bool,
    no_server: bool,
    strict: bool,
    security: bool,
    full: bool,
    allow_network: bool,
    **chosen: tuple[str, ...],
) -> None:
    """Write the package for WSDL, or all that pyproject.toml names.

    WSDL is a file, or a URL with --allow-network; it needs --output and --package. Options that
    take a catalog, a secret, a pattern or a new name may be given several times. Ends with 0
    where all is written, 2 where a WSDL cannot be read, or with --strict is broken anywhere: then
    nothing is.
    """
    try:
        flags = _Flags(no_spec, no_server, strict, security)
        configs = _packages(wsdl, output, name, wire, catalogs, flags, chosen)
        remote = Remote(Path(), allowed=allow_network)
        with remote.alone(), Progress() as progress:
            states = examine(configs, remote, progress, full=full)
            if states.broken:  # where one is broken, none is written
                found = [d for state in states.sound for d in state.findings]
                raise SpecError([*found, *states.broken])
            write_files(remote.files())
            for state in states.sound:
                write_state(state, progress)
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None


class _Flags(NamedTuple):
    """The options of a package that take no value."""

    no_spec: bool
    no_server: bool
    strict: bool
    security: bool


def _packages(
    wsdl: str | None,
    output: Path | None,
    name: str | None,
    wire: str,
    catalogs: tuple[Path, ...],
    flags: _Flags,
    chosen: dict[str, tuple[str, ...]],
) -> Project:
    if wsdl is None:
        if output or name or wire or catalogs or any((*flags, *chosen.values())):
            raise click.UsageError("the options go with a WSDL")
        return read_config(Path("pyproject.toml"))
    if output is None or name is None:
        hint = f"`soapwright init {wsdl}` proposes both"
        raise click.UsageError(f"a WSDL needs --output and --package; {hint}")
    if not is_package_name(name):
        # loaded when it is needed
        from soapwright.tools.init.names import refusal_of

        message, hint = refusal_of(name) or ("", "")
        raise click.UsageError(f"{message}; {hint}" if hint else message)
    options = Options(
        name,
        wire,
        catalogs,
        with_spec=not flags.no_spec,
        with_server=not flags.no_server,
        secret=chosen["secret"],
        services=chosen["service"],
        ports=chosen["port"],
        include=chosen["include"],
        exclude=chosen["exclude"],
        rename=_renames(chosen["rename"], wsdl),
        strict=flags.strict,
        security=flags.security,
        alternatives=_alternatives(chosen["alternative"]),
    )
    return Project((package_of(wsdl, output, options),))


def _alternatives(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The patterns of ports with the alternatives of their policies."""
    found = []
    for text in texts:
        port, _, which = text.rpartition("=")
        if not port or not which:
            raise click.UsageError(f"--alternative {text}: PORT=WHICH")
        found.append((port, which))
    return tuple(found)


def _renames(texts: tuple[str, ...], wsdl: str) -> tuple[tuple[str, str], ...]:
    """The names of the WSDL with their new ones.

    Raises:
        SpecError: a new name cannot be one; every such name is found.
    """
    findings = Findings()
    renames = []
    for text in texts:
        old, equals, new = text.rpartition("=")
        if not old or not equals:
            raise click.UsageError(f"--rename {text}: NAME=PYTHON")
        if (refusal := refusal_of_new_name(new)) is not None:
            message, hint = refusal
            findings.error(
                Code.CONFIG, f"--rename {text}: {message}", Location(wsdl), hint
            )
        renames.append((old, new))
    findings.raise_errors()
    return tuple(renames)
