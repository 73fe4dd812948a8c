"""The command line: arguments in, findings and exit codes out."""

from __future__ import annotations

from pathlib import Path

import click

import codegen
from codegen.config import PackageConfig, read_config
from codegen.diagnostics import Diagnostic, Findings, SpecError
from codegen.options import Options
from codegen.output import write_package
from codegen.pipeline import generate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(codegen.__version__, prog_name="soapwright")
def main() -> None:
    """Typed Python packages from SOAP WSDLs."""


@main.command("generate")
@click.argument("wsdl", required=False, type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(path_type=Path), help="The package's own folder."
)
@click.option("--package", "name", help="The package's import name.")
@click.option("--wire", default="", help="The wire style: standard or nusoap.")
@click.option(
    "--catalog",
    "catalogs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An OASIS XML catalog: where imported documents are found.",
)
@click.option("--no-spec", is_flag=True, help="Leave the WSDL out of the package.")
def generate_command(
    wsdl: Path | None,
    output: Path | None,
    name: str | None,
    wire: str,
    catalogs: tuple[Path, ...],
    no_spec: bool,
) -> None:
    """Write the package for WSDL, or all that pyproject.toml names."""
    try:
        packages = _packages(wsdl, output, name, wire, catalogs, no_spec)
        for package in packages:
            _generate(package)
    except SpecError as error:
        _say(error.diagnostics)
        raise SystemExit(2) from None


def _packages(
    wsdl: Path | None,
    output: Path | None,
    name: str | None,
    wire: str,
    catalogs: tuple[Path, ...],
    no_spec: bool,
) -> list[PackageConfig]:
    if wsdl is None:
        if output or name or wire or catalogs or no_spec:
            raise click.UsageError("the options go with a WSDL")
        return read_config(Path("pyproject.toml"))
    if output is None or name is None:
        raise click.UsageError("a WSDL needs --output and --package")
    if not name.isidentifier():
        raise click.UsageError(f"{name!r} is no name for a package")
    options = Options(name, wire, catalogs, with_spec=not no_spec)
    return [PackageConfig(wsdl, output, options)]


def _generate(config: PackageConfig) -> None:
    package = generate(config.wsdl, config.options)
    _say(package.findings)
    written = write_package(config.output, package.files)
    removed = f", {len(written.removed)} removed" if written.removed else ""
    click.echo(
        f"{config.output}: {len(written.changed)} files written,"
        f" {written.unchanged} unchanged{removed}"
    )


def _say(findings: Findings | tuple[Diagnostic, ...]) -> None:
    for finding in findings:
        click.echo(str(finding), err=True)
