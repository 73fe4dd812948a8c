"""`soapwright call`."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

import click
from click.shell_completion import CompletionItem

from soapwright.cli.shared import (
    ALLOW_NETWORK,
    CATALOGS,
    ENDPOINT,
    package_or_wsdl,
    print_findings,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError

FAULT, NO_REPLY, UNREADABLE = 1, 3, 4
_HTTP_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)\Z", re.DOTALL)
_OF_THE_BODY = ("content-type", "content-length", "transfer-encoding")


def _complete_package(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    # loaded when it runs
    from soapwright.tools.calls.completing import packages

    found = [CompletionItem(path) for path in packages(incomplete)]
    return [*found, CompletionItem(incomplete, type="file")]


def _complete_operation(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    # loaded when it runs
    from soapwright.tools.calls.completing import operations

    found = operations(str(context.params.get("package") or ""))
    return [
        CompletionItem(name, help=doc)
        for name, doc in found
        if name.lower().startswith(incomplete.lower())
    ]


def _complete_argument(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    # loaded when it runs
    from soapwright.tools.calls.completing import arguments

    given = context.params
    package, operation = given.get("package"), given.get("operation")
    found = arguments(str(package or ""), str(operation or ""), incomplete)
    return [CompletionItem(one, type="nospace") for one in found]


@click.command("call", short_help="Call an operation, or list them.")
@click.argument("package", shell_complete=_complete_package)
@click.argument("operation", required=False, shell_complete=_complete_operation)
@click.argument("arguments", nargs=-1, shell_complete=_complete_argument)
@click.option("--json", "data", metavar="FILE", help="The request as JSON; - is stdin.")
@ENDPOINT
@click.option("--port", default="", help="The port, where several have the operation.")
@click.option(
    *("--header", "headers"),
    multiple=True,
    metavar="HEADER",
    help="'Name: value' for HTTP, or name.part=value of a declared SOAP header.",
)
@click.option(
    "--security",
    metavar="KIND:USER",
    help="plain, digest (UsernameToken), basic (HTTP) or keys (PKCS#12, signatures); the"
    " password is asked for, or is in SOAPWRIGHT_PASSWORD. none: what a policy demands is left.",
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
@click.option("--dry-run", is_flag=True, help="Show the envelope; send nothing.")
@click.option(
    "--template",
    type=click.Choice(["json", "arguments"]),
    is_flag=False,
    flag_value="json",
    help="Show an example to fill in; send nothing.",
)
@click.option("--minimal", is_flag=True, help="A template of what is required alone.")
@click.option("--xml", is_flag=True, help="Show the reply's envelope, not JSON.")
@click.option("--raw", is_flag=True, help="Show the bytes that go over the wire.")
@click.option("--show-secrets", is_flag=True, help="Mask no passwords and tokens.")
@CATALOGS
@ALLOW_NETWORK
def call_command(package: str, operation: str | None, **options: Any) -> None:
    """Call OPERATION of PACKAGE, a generated package's folder or a WSDL, and print its reply as JSON.

    ARGUMENTS are name=value: order.customer.name=Ann, order.item[0].sku=A1, to=1 to=2;
    name=@FILE takes a file's content, name:=JSON takes JSON, and shape.@type=Circle names a derived
    type. Without OPERATION all operations are listed.

    Ends with 0 for a reply, 1 for a fault, 2 where nothing was sent, 3 where no SOAP reply came, 4
    where the reply violates its schema, 130 where it is interrupted.
    """
    chosen = _Options(**options)
    if chosen.minimal and chosen.template is None:
        raise click.UsageError("--minimal goes with --template")
    if chosen.trust and not (chosen.security or "").startswith("keys:"):
        raise click.UsageError("--trust goes with --security keys:FILE")
    try:
        _Call(package, operation or "", chosen).run()
    except SpecError as error:
        print_findings(error.diagnostics)
        raise SystemExit(2) from None


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of a call, as they are given."""

    arguments: tuple[str, ...]
    data: str | None
    endpoint: str
    port: str
    headers: tuple[str, ...]
    security: str | None
    trust: tuple[Path, ...]
    timeout: float
    dry_run: bool
    template: str | None
    minimal: bool
    xml: bool
    raw: bool
    show_secrets: bool
    catalogs: tuple[Path, ...]
    allow_network: bool


class _Call:
    """One run of the command."""

    def __init__(self, package: str, operation: str, options: _Options) -> None:
        # loaded when it runs
        from soapwright.tools.calls.shown import painted, plain

        self._operation = operation
        self._options = options
        self._paint = painted if _has_colour(sys.stdout) else plain
        self._paint_error = painted if _has_colour(sys.stderr) else plain
        self._service = self._load(package)

    def _load(self, package: str) -> Any:
        # loaded when it runs
        from soapwright.tools.calls.service import Service

        catalogs, allow_network = self._options.catalogs, self._options.allow_network
        return Service(package_or_wsdl(package, catalogs, allow_network))

    def run(self) -> None:
        """List the operations, show an example, or call.

        Raises:
            SpecError: nothing is sent.
        """
        # loaded when it runs
        from soapwright.tools.calls.requests import from_data, request_of
        from soapwright.tools.calls.sending import prepared

        if not self._operation:
            self._list()
            return
        bound = self._service.find(self._operation, self._options.port)
        if self._options.template is not None:
            self._show_template(bound)
            return
        given, blocks, http = self._given()
        if self._options.data is not None:
            data = _read_json(self._options.data)
            made = from_data(self._service, bound, data, blocks)
        else:
            made = request_of(self._service, bound, given, blocks)
        settings = self._settings(http)
        if self._options.dry_run:
            sent = prepared(self._service, bound, made, settings)
            if bound.port.is_http and not self._options.raw:
                url = self._without_secrets(sent.url, bound)
                click.echo(f"{sent.method} {url}")
                self._write(sent.body, bound)
            elif self._options.raw:
                self._write(sent.body, bound)
            else:
                self._show_xml(sent.envelope, bound)
            return
        self._send(bound, made, settings)

    def _list(self) -> None:
        ports: dict[str, list[Any]] = {}
        for bound in self._service.bound:
            ports.setdefault(bound.port.key, []).append(bound)
        for key, several in ports.items():
            address = several[0].port.address or ""
            click.echo(f"{key}  {address}".rstrip())
            for bound in several:
                doc = " ".join(bound.operation.doc.split())
                short = shorten(doc, 61, placeholder=" …")
                click.echo(f"  {bound.name}  {short}".rstrip())

    def _show_template(self, bound: Any) -> None:
        # loaded when it runs
        from soapwright.tools.calls.requests import arguments_of
        from soapwright.tools.calls.shown import json_text

        sample = self._service.sample(bound, full=not self._options.minimal)
        if sample is None:
            findings = Findings()
            message = "no example of its request can be made"
            findings.error(Code.CALL, message, Location(bound.name))
            raise SpecError(findings)
        data = self._service.as_json(sample[0])
        if self._options.template == "json" and data is not None:
            click.echo(json_text(data, self._paint))
        else:
            click.echo("\n".join(arguments_of(sample[0])))

    def _given(self) -> tuple[Any, Any, dict[str, str]]:
        """The values of the request and of its header blocks, and HTTP's headers."""
        # loaded when it runs
        from soapwright.envelopes.given import Misgiven, read_arguments

        if self._options.data is not None and self._options.arguments:
            raise click.UsageError("--json and name=value exclude each other")
        http: dict[str, str] = {}
        blocks = []
        for header in self._options.headers:
            if found := _HTTP_HEADER.match(header):
                if found[1].lower() in _OF_THE_BODY:
                    raise click.UsageError(
                        f"{found[1]} is the request's own: no --header"
                    )
                http[found[1]] = found[2]
            else:
                blocks.append(header)
        try:
            given = read_arguments(list(self._options.arguments))
            return given, read_arguments(blocks), http
        except Misgiven as error:
            findings = Findings()
            findings.error(Code.CALL, str(error), Location(self._operation))
            raise SpecError(findings) from None

    def _settings(self, http: dict[str, str]) -> Any:
        # loaded when it runs
        from soapwright.tools.calls.sending import Settings, read_security

        security = None
        if self._options.security is not None:
            security = read_security(
                self._options.security, _ask_password, self._options.trust
            )
        return Settings(self._options.endpoint, self._options.timeout, http, security)

    # ------------------------------------------------------------------------ the reply

    def _send(self, bound: Any, made: Any, settings: Any) -> None:
        # loaded when it runs
        from soapwright.tools.calls.sending import make_client

        errors = self._service.package.errors
        try:
            with make_client(self._service, bound, settings) as client:
                exchange = client.exchange(bound.served, made.value, made.headers)
        except errors.SoapFault as fault:
            self._show_fault(fault, bound)
            raise SystemExit(FAULT) from None
        except errors.TransportError as error:
            click.echo(
                f"{bound.name}: {self._paint_error('error', 'wrong')}: {error}",
                err=True,
            )
            raise SystemExit(NO_REPLY) from None
        except errors.EncodeError as error:
            findings = Findings()
            findings.error(
                Code.CALL, f"{error.path}: {error.message}", Location(bound.name)
            )
            raise SpecError(findings) from None
        except errors.SoapError as error:
            click.echo(
                f"{bound.name}: {self._paint_error('error', 'wrong')}: {error}",
                err=True,
            )
            reply = getattr(getattr(error, "exchange", None), "response_envelope", b"")
            if reply and (self._options.raw or self._options.xml):
                self._show_reply(reply, bound)
            raise SystemExit(UNREADABLE) from None
        self._show(exchange, bound)

    def _show(self, exchange: Any, bound: Any) -> None:
        # loaded when it runs
        from soapwright.tools.calls.shown import json_text

        if self._options.raw or self._options.xml:
            self._show_reply(exchange.response_envelope, bound)
            return
        if exchange.response is None:
            click.echo(f"{bound.name}: accepted, HTTP {exchange.status}", err=True)
            return
        data = self._service.as_json(exchange.response)
        if data is None:
            self._show_reply(exchange.response_envelope, bound)
            return
        click.echo(json_text(self._hidden(data, bound), self._paint))

    def _show_reply(self, envelope: bytes, bound: Any) -> None:
        if self._options.raw:
            self._write(envelope, bound)
        else:
            self._show_xml(envelope, bound)

    def _show_fault(self, fault: Any, bound: Any) -> None:
        # loaded when it runs
        from soapwright.tools.calls.shown import detail_of, fault_lines

        reply = (
            getattr(fault.exchange, "response_envelope", b"") if fault.exchange else b""
        )
        if reply and (self._options.raw or self._options.xml):
            self._show_reply(reply, bound)
        detail = self._without_secrets(detail_of(reply), bound)
        for line in fault_lines(fault, detail, self._paint_error):
            click.echo(line, err=True)

    def _show_xml(self, envelope: bytes, bound: Any) -> None:
        # loaded when it runs
        from soapwright.tools.calls.shown import xml_in_colour, xml_text

        text = self._without_secrets(xml_text(envelope), bound)
        click.echo(xml_in_colour(text, self._paint))

    def _write(self, content: bytes, bound: Any) -> None:
        """Write bytes as they are, but for secrets."""
        if not self._options.show_secrets:
            shown = self._service.secrets.redact(content, bound.operation.name)
            content = shown.encode() if "***" in shown else content
        click.echo(content, nl=False)

    def _without_secrets(self, text: str, bound: Any) -> str:
        if self._options.show_secrets:
            return text
        redacted: str = self._service.secrets.redact(text, bound.operation.name)
        return redacted

    def _hidden(self, data: object, bound: Any) -> object:
        # loaded when it runs
        from soapwright.tools.calls.shown import masked

        if self._options.show_secrets:
            return data
        return masked(data, self._service.is_secret_in(bound))


def _read_json(name: str) -> object:
    """The JSON of a file, or of stdin.

    Raises:
        SpecError: it cannot be read, or is no JSON.
    """
    findings = Findings()
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
        return json.loads(text)
    except OSError as error:
        hint = "JSON itself is given by --json -" if name[:1] in "{[" else ""
        message = f"cannot be read: {error.strerror}"
        findings.error(Code.CALL, message, Location(name), hint)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        findings.error(Code.CALL, f"is no JSON: {error}", Location(name, line))
    raise SpecError(findings)


def _ask_password() -> str | None:
    """A password that is typed; None where nobody is there."""
    if not sys.stdin.isatty():
        return None
    password: str = click.prompt("Password", hide_input=True, err=True)
    return password


def _has_colour(
    stream: Any,
) -> bool:  # Any: a text stream, or what a test has in its place
    """Whether a stream is a terminal that shows colours, and nobody objects (https://no-color.org)."""
    if stream is None:  # it is closed
        return False
    is_terminal: Callable[[], bool] = stream.isatty
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and is_terminal()
