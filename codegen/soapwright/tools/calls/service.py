"""A generated package with the model that it was made from: its operations by their names, and samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from soapwright.envelopes.filling import Filling
from soapwright.envelopes.packages import import_package, package_api, package_options
from soapwright.envelopes.sample_values import SAMPLE_PART
from soapwright.envelopes.samples import Samples
from soapwright.model.api import Message, Operation, Port
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.pipeline import choose_style
from soapwright.python.context import Context
from soapwright.python.emit import make_context
from soapwright.python.modules.client_module import ClientModules
from soapwright.python.modules.methods import Method


@dataclass(frozen=True, slots=True)
class Bound:
    """An operation of a port: in the model, in the package, and as a method of a client."""

    port: Port
    operation: Operation
    served: Any
    """The package's own `Operation`."""
    client: str
    method: Method | None

    @property
    def name(self) -> str:
        """Its name in Python; the WSDL's, where no client has it."""
        return self.method.name if self.method is not None else self.operation.key


class Service:
    """A generated package, imported, and its model.

    Args:
        folder: the package's own folder.

    Raises:
        SpecError: it is no generated package, or was made without its WSDL.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sampling = Lock()
        self.options = package_options(folder)
        self.api = package_api(folder)
        # Any: what a package exports is known at run time
        self.package: Any = import_package(folder)

    @property
    def name(self) -> str:
        """The package's import name."""
        return self.options.name

    @cached_property
    def context(self) -> Context:
        """The tables of the package's names and types."""
        style = choose_style(self.api, self.options.wire, Location(str(self.folder)))
        return make_context(self.api, style, self.options)

    @property
    def filling(self) -> Filling:
        """Makes one of the package's messages of values by name: a thread has its own."""
        return Filling(self.context)

    @cached_property
    def bound(self) -> tuple[Bound, ...]:
        """Every operation of every port, in the WSDL's order; those of SOAP first."""
        modules = ClientModules(self.context, [])
        clients = [c.name for c in modules.module().clients if not c.keyword]
        groups = zip(clients, modules.methods.groups.values(), strict=True)
        found: list[Bound] = []
        for client, ports in groups:
            methods = {one.operation.key: one for one in modules.methods.of(ports)}
            for port in ports:
                served = self.package.PORTS[port.key].operations
                found += [
                    Bound(port, one, served[one.key], client, methods.get(one.key))
                    for one in port.operations
                ]
        return tuple(found)

    @property
    def secrets(self) -> Any:  # Any: the package's own `Secrets`
        """The names of the package's secrets."""
        return self.package._package.PACKAGE.secrets

    def is_secret_in(self, bound: Bound) -> Callable[[str], bool]:
        """Whether a field's value is to be hidden, in the messages of an operation."""
        secrets, operation = self.secrets, bound.operation.name
        return lambda name: bool(secrets.has_path(f"{operation}.{name}"))

    def as_json(self, value: Any) -> Any:  # Any: of the package's classes; JSON
        """A value as JSON has it; None where the package has no JSON."""
        to_dict = getattr(self.package, "to_dict", None)
        return None if to_dict is None else to_dict(value)

    def find(self, name: str, port: str = "") -> Bound:
        """An operation by its name, the WSDL's or Python's, upper or lower case.

        Args:
            name: of the operation.
            port: the port's key in `PORTS`; "" for the first that has the operation.

        Raises:
            SpecError: there is none; the hint has the nearest name.
        """
        ports = list(dict.fromkeys(one.port.key for one in self.bound))
        chosen = [one for one in self.bound if port in ("", one.port.key)]
        if not chosen and ports:
            raise self._unknown("port", port, ports)
        for same in (str, _folded):
            for one in chosen:
                names = (one.operation.key, one.operation.name, one.name)
                if same(name) in map(same, names):
                    return one
        raise self._unknown("operation", name, [one.name for one in chosen])

    def _unknown(self, kind: str, name: str, known: list[str]) -> SpecError:
        findings = Findings()
        message = f"there is no {kind} {name!r}"
        at = Location(str(self.folder))
        findings.error(Code.CALL, message, at, did_you_mean(name, known))
        return SpecError(findings)

    @cached_property
    def _samples(self) -> Mapping[bool, Samples]:
        return {full: Samples(self.api, full=full) for full in (True, False)}

    def sample(
        self, bound: Bound, *, full: bool
    ) -> tuple[Any, Any] | None:  # Any: the package's classes
        """A sample request of an operation and its headers; None where no sample reads.

        Args:
            bound: the operation.
            full: whether it has optional content.
        """
        if bound.operation.input is None:
            return None
        envelope = self.sample_envelope(bound.port, bound.operation.input, full=full)
        errors = self.package.errors
        attached = bound.operation.input.attached
        parts = {f"{quote(one.name)}={SAMPLE_PART}": b"soap" for one in attached}
        try:
            with self.reading({SAMPLE_PART: b"soap", **parts}):
                request = bound.served.decode_request(envelope)
                return request, bound.served.decode_request_headers(envelope)
        except errors.DecodeError:
            return None

    def reading(self, parts: Mapping[str, bytes]) -> AbstractContextManager[object]:
        """The context in which an envelope is read, with parts beside it by their Content-IDs."""
        client = getattr(self.package, "Client", None)
        attaching = getattr(client, "_attaching", None)
        if attaching is None:
            return nullcontext()
        attachment = self.package.Attachment
        made = [attachment(one, content_id=name) for name, one in parts.items()]
        reading: AbstractContextManager[object] = attaching.reading(made, False)
        return reading

    def sample_envelope(self, port: Port, message: Message, *, full: bool) -> bytes:
        """A sample of a message, as XML."""
        with self._sampling:
            return self._samples[full].envelope(port, message)


def did_you_mean(name: str, known: list[str]) -> str:
    """A hint: the nearest of known names, else all of them, as far as a line takes them."""
    folded = {_folded(one): one for one in reversed(known)}
    near = get_close_matches(_folded(name), folded, 3, 0.6)
    if near:
        return f"did you mean {' or '.join(folded[one] for one in near)}?"
    return f"there are: {', '.join(_shortened(list(dict.fromkeys(known))))}"


def _shortened(names: list[str], most: int = 20) -> Iterator[str]:
    yield from names[:most]
    if len(names) > most:
        yield f"and {len(names) - most} more"


def _folded(name: str) -> str:
    return name.replace("_", "").lower()
