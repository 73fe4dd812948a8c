"""`soapwright serve`: a mock of a service, which answers every call with a valid reply.

Findings: `package` for a folder that holds no package, or one without its WSDL, its ports or its
service classes;
`reply` for a recorded reply that is none; `address` for one where nothing can listen.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn
from urllib.parse import quote

from soapwright.envelopes.packages import (
    import_package,
    package_api,
    runtime_module,
)
from soapwright.envelopes.sample_values import SAMPLE_PART
from soapwright.envelopes.samples import Samples
from soapwright.model.api import Message, Port
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.tools.handed_back import HandedBack
from soapwright.tools.hosts import guarded
from soapwright.tools.http_server import Server

_BACKLOG: Final = 2048
_OCTETS: Final = b"soap"
"""The content of a sample's attachments."""
_SECURITY: Final = (
    "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}Security"
)


class Replies:
    """The replies of a mock: recorded ones, or samples, each made when it is first wanted.

    Args:
        package: the generated package.
        folder: where it is.
        recorded: a folder of `<operation>.xml`, envelopes, faults too.
        full: whether samples have optional content.

    Raises:
        SpecError: the package has no WSDL, or a recorded reply does not read.
    """

    def __init__(
        self, package: ModuleType, folder: Path, recorded: Path | None, *, full: bool
    ) -> None:
        self._package = package
        self._errors = package.errors
        api = package_api(folder)
        self._samples = Samples(api, full=full)
        self._messages: dict[Any, tuple[Port, Message]] = {}
        self._known: dict[Any, Any] = {}  # Any: operations, and what they answer
        self._sampled: dict[Any, Any] = {}  # Any: the same, of samples
        self._handed_back = HandedBack()
        files: dict[str, list[Any]] = {}
        for port in (port for port in api.ports if not port.is_http):
            for operation in port.operations:
                served = package.PORTS[port.key].operations[operation.key]
                files.setdefault(operation.key, []).append(served)
                if operation.output is not None:
                    self._messages[served] = port, operation.output
        if recorded is not None:
            self._record(recorded, files)

    def _record(self, folder: Path, operations: dict[str, list[Any]]) -> None:
        findings = Findings()
        for path in sorted(folder.glob("*.xml")):
            at = Location(str(path))
            if path.stem not in operations:
                known = ", ".join(operations)
                message = f"there is no operation {path.stem!r}"
                findings.error(Code.REPLY, message, at, f"there are: {known}")
            elif error := self._keep(operations[path.stem], path.read_bytes()):
                findings.error(Code.REPLY, f"this is no reply: {error}", at)
        findings.raise_errors()

    def _keep(self, operations: list[Any], envelope: bytes) -> Exception | None:
        """Remember a recorded reply of the operations of one name: of those that read it, and of
        those whose port speaks another version of SOAP, but means the same by it.

        Returns:
            What is wrong with it, where none of them reads it.
        """
        read: dict[Any, Any] = {}  # Any: as of `_known`
        wrong: dict[Any, Exception] = {}
        for operation in operations:
            try:
                read[operation] = self._read(operation, envelope)
            except self._errors.DecodeError as error:
                wrong[operation] = error
        by_type = {one.response_type: reply for one, reply in read.items()}
        for operation, why in wrong.items():
            other_version = isinstance(why, self._errors.VersionMismatch)
            if other_version and operation.response_type in by_type:
                read[operation] = by_type[operation.response_type]
        self._known |= read
        return None if read else next(iter(wrong.values()))

    def _read(self, operation: Any, envelope: bytes) -> Any:  # Any: as its fields
        """A response with its headers, or a fault."""
        try:
            return operation.read_response(envelope)
        except self._errors.SoapFault as fault:
            return fault

    # Any: the package's own classes, an lxml element
    def answer(self, operation: Any, request: Any) -> Any:
        """An operation's response and its headers.

        Args:
            operation: the operation.
            request: the request's envelope.

        Raises:
            SoapFault: of the package, where that is what was recorded.
        """
        known = self._known.get(operation)
        if isinstance(known, Exception):
            raise known
        if known is not None:
            return known
        if operation.one_way:
            return None, None
        again = self._handed_back.of(operation, request)
        if not again and operation in self._sampled:
            return self._sampled[operation]
        port, message = self._messages[operation]
        envelope = self._samples.envelope(port, message, again)
        self._handed_back.given(envelope)
        with self._attached(message):
            sample = self._read(operation, envelope)
        if not again:
            self._sampled[operation] = sample
        return sample

    def _attached(self, message: Message) -> AbstractContextManager[object]:
        """The context in which a sample is read, with sample parts beside it."""
        client = getattr(self._package, "Client", None)
        attaching = getattr(client, "_attaching", None)
        if attaching is None:
            return nullcontext()
        ids = [SAMPLE_PART]
        ids += [f"{quote(one.name)}={SAMPLE_PART}" for one in message.attached]
        attachment = self._package.Attachment
        parts = [attachment(_OCTETS, content_id=name) for name in ids]
        reading: AbstractContextManager[object] = attaching.reading(parts, False)
        return reading


def mock(folder: Path, recorded: Path | None = None, *, full: bool = True) -> Any:
    """A mock of a generated package's service, as an ASGI application (`Any`: the package's own).

    Each port has a path, its key in `PORTS`; at any other path are all of them.

    Args:
        folder: the package's own folder.
        recorded: a folder of recorded replies, `<operation>.xml`; operations without one get a
            sample.
        full: whether samples have optional content.

    Raises:
        SpecError: the package cannot be served, or a recorded reply does not read.
    """
    package = import_package(folder)
    services, hooks = _mocked(package, folder, recorded, full=full)
    application = runtime_module(package, "server.application").Application
    serving = runtime_module(package, "server.serving")
    paths = {key: f"/{quote(key)}" for key, port in package.PORTS.items() if port.soap}
    return serving.asgi_application(application(services, paths=paths, hooks=hooks))


class MockTransport:
    """A transport for `Client` that answers each call with a valid sample, as `soapwright serve` does.

    Args:
        package: the generated package; it needs its WSDL (`_spec/`) and its service classes.
        replies: a folder of recorded replies, `<operation>.xml`; operations without one get a
            sample.
        full: whether samples have optional content.

    Raises:
        SpecError: the package cannot be served, or a recorded reply does not read.
    """

    def __init__(
        self, package: ModuleType, replies: Path | None = None, *, full: bool = True
    ) -> None:
        folder = Path(str(package.__file__)).parent
        services, hooks = _mocked(package, folder, replies, full=full)
        serving = runtime_module(package, "server.serving")
        self._inner = serving.InMemoryTransport(*services, hooks=hooks)

    def send(self, request: Any) -> Any:  # Any: of the package's own runtime
        """The reply to a request, as of `Transport.send`."""
        return self._inner.send(request)


def _mocked(
    package: ModuleType, folder: Path, recorded: Path | None, *, full: bool
) -> tuple[list[Any], Any]:  # Any: the package's own classes
    """A service of each class that a package has, and the hooks of a mock.

    Raises:
        SpecError: as of `mock`.
    """
    if not package.PORTS:
        _refuse(folder, "the service has no port")
    if "server" not in package.__all__:
        hint = "generate it without `server = false` or --no-server"
        _refuse(folder, "the package was made without its service classes", hint)
    service = runtime_module(package, "server.service")
    replies = Replies(package, folder, recorded, full=full)

    def method(self: Any, **given: Any) -> Any:  # Any: a method of any service class
        call = service.current_call()
        response, headers = replies.answer(call.operation, call.envelope)
        if headers is None:
            return response
        return service.WithHeaders(response, headers)

    class Hooks(service.Hooks):  # type: ignore[misc,name-defined]  # the package's own
        """Takes all that this toolkit's clients send: nobody's password is checked here."""

        def understands(self, header: str) -> bool:
            return header == _SECURITY

    services = []
    for name in package.server.__all__:
        one = getattr(package.server, name)
        if isinstance(one, type) and issubclass(one, service.BaseService):
            service_class: Any = one  # Any: as generated
            methods = dict.fromkeys(service_class._methods.values(), method)
            services.append(type(name, (one,), methods)())
    return services, Hooks()


def _refuse(folder: Path, message: str, hint: str = "") -> NoReturn:
    findings = Findings()
    findings.error(Code.PACKAGE, message, Location(str(folder)), hint)
    raise SpecError(findings)


def serve(
    app: Any,
    host: str,
    port: int,
    ready: Callable[[str], None],
    names: Collection[str] = (),
) -> None:
    """Serve an ASGI application until this process is stopped: on uvicorn, where that is installed.

    Args:
        app: the application.
        host: a name or an address, of either kind of IP.
        port: 0 takes a free one.
        ready: is called with the base address as soon as calls may come.
        names: under which it may be called, besides the host, `localhost` and IP addresses.

    Raises:
        SpecError: nothing can listen there.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        findings = Findings()
        at = Location(f"{host}:{port}")
        findings.error(Code.ADDRESS, f"nothing can listen here: {error.strerror}", at)
        findings.raise_errors()
        return
    shown = f"[{host}]" if ":" in host else host
    run = _on_uvicorn if find_spec("uvicorn") else _on_our_own
    with listening:
        ready(f"http://{shown}:{listening.getsockname()[1]}")
        try:
            run(guarded(app, [host, *names]), listening)
        except KeyboardInterrupt:
            return


def _on_uvicorn(app: Any, listening: socket.socket) -> None:
    # the extra `serve`: it need not be there
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def _on_our_own(app: Any, listening: socket.socket) -> None:
    with Server(listening, app) as server:
        server.serve_forever()
