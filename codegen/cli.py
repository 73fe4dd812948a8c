"""The command line: arguments in, findings and exit codes out."""

from __future__ import annotations

from pathlib import Path

import click

import codegen
from codegen.config import PackageConfig, read_config
from codegen.diagnostics import Diagnostic, Findings, Location, Severity, SpecError
from codegen.options import Options, is_package_name
from codegen.output import check_folder, write_package
from codegen.pipeline import Package, generate


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
        made = _generated(_packages(wsdl, output, name, wire, catalogs, no_spec))
        for config, package in made:
            _write(config, package)
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
    if not is_package_name(name):
        raise click.UsageError(f"{name!r} is no name for a package")
    options = Options(name, wire, catalogs, with_spec=not no_spec)
    return [PackageConfig(wsdl, output, options)]


def _generated(configs: list[PackageConfig]) -> list[tuple[PackageConfig, Package]]:
    """Every package, before any is written: where one is broken, none is.

    Raises:
        SpecError: a WSDL is broken, or a folder is not this tool's; it has the findings of all.
    """
    made: list[tuple[PackageConfig, Package]] = []
    found: list[Diagnostic] = []
    for config in configs:
        try:
            check_folder(config.output)
            package = generate(config.wsdl, config.options)
        except SpecError as error:
            found += error.diagnostics
        except RecursionError:
            message = "definitions refer to each other too deeply"
            at = Location(str(config.wsdl))
            found.append(Diagnostic(Severity.ERROR, "limit", message, at))
        else:
            made.append((config, package))
            found += package.findings
    if len(made) < len(configs):
        raise SpecError(found)
    return made


def _write(config: PackageConfig, package: Package) -> None:
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
