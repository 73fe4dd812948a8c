"""`soapwright serve`: a mock of a service, which answers every call with a valid reply.

Findings: `package` for a folder that holds no package, or one without its WSDL, its ports or its
service classes;
`reply` for a recorded reply that is none; `address` for one where nothing can listen.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
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
from soapwright.python.names.identifiers import field_name
from soapwright.tools.handed_back import HandedBack
from soapwright.tools.hosts import guarded
from soapwright.tools.http_server import AsgiApp, Event, Receive, Send, Server
from soapwright.tools.scripting import Script

_BACKLOG: Final = 2048
_OCTETS: Final = b"soap"
"""The content of a sample's attachments."""
_SECURITY: Final = (
    "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}Security"
)

# The kinds of the files that may be an operation's recorded reply, the first that is there.
_REPLIES: Final = ("", "response", "fault")


class Replies:
    """The replies of a mock: recorded ones, or samples, each made when it is first wanted.

    Args:
        package: the generated package.
        folder: where it is.
        recorded: a folder of `<operation>.xml`, envelopes, faults too; or what `--record` kept.
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
        for port in api.ports:
            for operation in port.operations:
                served = package.PORTS[port.key].operations[operation.key]
                files.setdefault(operation.key, []).append(served)
                if operation.output is not None:
                    self._messages[served] = port, operation.output
        if recorded is not None:
            self._record(recorded, files)

    def _record(self, folder: Path, operations: dict[str, list[Any]]) -> None:
        findings = Findings()
        found: dict[str, list[tuple[int, int, Path]]] = {}
        for path in sorted(folder.glob("*.xml")):
            operation, kind = _named(path.stem, operations)
            if not operation:
                known = ", ".join(operations)
                message = f"there is no operation {path.stem!r}"
                at = Location(str(path))
                findings.error(Code.REPLY, message, at, f"there are: {known}")
            elif kind in _REPLIES:
                rank = _REPLIES.index(kind), len(path.name), path
                found.setdefault(operation, []).append(rank)
        for operation, several in found.items():
            *_, path = min(several)
            if error := self._keep(operations[operation], path.read_bytes()):
                at = Location(str(path))
                findings.error(Code.REPLY, f"this is no reply: {error}", at)
        findings.raise_errors()
        if not found:
            message = "there is no reply, <operation>.xml"
            findings.error(Code.REPLY, message, Location(str(folder)))
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
        is_first = not (again.texts or again.ends)
        if is_first and operation in self._sampled:
            return self._sampled[operation]
        port, message = self._messages[operation]
        envelope = self._samples.envelope(port, message, again.texts, ends=again.ends)
        self._handed_back.given(envelope)
        with self._attached(message):
            sample = self._read(operation, envelope)
        if is_first:
            self._sampled[operation] = sample
        return sample

    def scripted(self, path: Path) -> Script:
        """The script of a file, for these operations.

        Raises:
            SpecError: it is wrong.
        """
        names: dict[str, list[Any]] = {}
        for port in self._package.PORTS.values():
            for key, operation in port.operations.items():
                for name in dict.fromkeys((key, operation.name, field_name(key))):
                    names.setdefault(name, []).append(operation)
        return Script(path, self._package, names, self._sample)

    def _sample(self, operation: Any) -> Any:
        """A sample of an operation's response."""
        port, message = self._messages[operation]
        with self._attached(message):
            return self._read(operation, self._samples.envelope(port, message))[0]

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


@dataclass(frozen=True, slots=True)
class MockKeys:
    """The keys of a mock: a PKCS#12 file, certificates that are trusted, and who gives the file's password."""

    own: Path
    trust: tuple[Path, ...]
    password: Callable[[str], str | None]


def mock(
    folder: Path,
    recorded: Path | None = None,
    *,
    full: bool = True,
    script: Path | None = None,
    keys: MockKeys | None = None,
) -> Any:
    """A mock of a generated package's service, as an ASGI application (`Any`: the package's own).

    Each port has a path, its key in `PORTS`; at any other path are all of them.

    Args:
        folder: the package's own folder.
        recorded: a folder of recorded replies, `<operation>.xml`; operations without one get a
            sample.
        full: whether samples have optional content.
        script: a file that decides on replies first (`scripting.py`).
        keys: those by which requests are verified, and replies signed, as policies demand it.

    Raises:
        SpecError: the package cannot be served, a recorded reply does not read, the script is
            wrong, or a key cannot be used.
    """
    package = import_package(folder)
    services, hooks = _mocked(package, folder, recorded, full=full, script=script)
    application = runtime_module(package, "server.application").Application
    serving = runtime_module(package, "server.serving")
    paths = {key: f"/{quote(key)}" for key in package.PORTS}
    security = False if keys is None else _security(package, folder, keys)
    try:
        mocked = application(services, paths=paths, hooks=hooks, security=security)
    except ValueError as error:
        _refuse(folder, f"its policies cannot be followed: {error}")
    made = serving.asgi_application(mocked)
    return made if script is None else _with_failures(made)


def _security(package: ModuleType, folder: Path, keys: MockKeys) -> Any:
    """The message security of a mock (`Any`: the package's own): that of its ports' policies.

    Raises:
        SpecError: the package has none, or a key cannot be used.
    """
    if "security" not in package.__all__:
        hint = "no policy of its WSDL demands signatures: generate it with --security"
        _refuse(folder, "the package has no message security", hint)
    service_of = runtime_module(package, "security.by_operation").ServiceByOperation
    try:
        password = keys.password(str(keys.own))
        found = package.security.Keys.from_pkcs12(
            keys.own, password, trust=keys.trust, users=_Anybody()
        )
    except (OSError, ValueError) as error:
        findings = Findings()
        message = f"no key can be used: {error}"
        findings.error(Code.KEYS, message, Location(str(keys.own)))
        raise SpecError(findings) from None
    if "policies" not in package.__all__:
        return found

    class ByPolicy:
        """The keys, for ports whose policy demands them."""

        def for_client(self, demanded: Any, endpoint: str) -> Any:
            return found.for_client(demanded, endpoint)

        def for_service(self, demanded: Any) -> Any:
            if demanded is None:
                return service_of(None, {})
            return found.for_service(demanded)

    return ByPolicy()


class _Anybody:
    """Takes every UsernameToken: nobody's password is checked by a mock."""

    def check_token(self, token: Any) -> str:
        """The name in a token, an lxml element."""
        names = [e.text or "" for e in token[:] if e.tag.endswith("}Username")]
        return "".join(names[:1])


class MockTransport:
    """A transport for `Client` that answers each call with a valid sample, as `soapwright serve` does.

    Args:
        package: the generated package; it needs its WSDL (`_spec/`) and its service classes.
        replies: a folder of recorded replies, `<operation>.xml`; operations without one get a
            sample.
        full: whether samples have optional content.
        script: a file that decides on replies first, as `serve --script` takes it; failures of HTTP
            (`http`) are for `serve` alone.
        security: as `asgi` takes it; without it nobody's security is checked.

    Raises:
        SpecError: the package cannot be served, a recorded reply does not read, or the script is
            wrong.
    """

    def __init__(
        self,
        package: ModuleType,
        replies: Path | None = None,
        *,
        full: bool = True,
        script: Path | None = None,
        security: Any = False,  # Any: of the package's own runtime
    ) -> None:
        folder = Path(str(package.__file__)).parent
        services, hooks = _mocked(package, folder, replies, full=full, script=script)
        serving = runtime_module(package, "server.serving")
        self._inner = serving.InMemoryTransport(
            *services, hooks=hooks, security=security
        )

    def send(self, request: Any) -> Any:  # Any: of the package's own runtime
        """The reply to a request, as of `Transport.send`."""
        return self._inner.send(request)


_failure: ContextVar[list[tuple[int, bytes]] | None] = ContextVar(
    "failure of HTTP", default=None
)


def _with_failures(app: AsgiApp) -> AsgiApp:
    """An application that answers with a status and a body of a script, where its script says so."""

    async def failing(scope: Event, receive: Receive, send: Send) -> None:
        holder: list[tuple[int, bytes]] = []
        token = _failure.set(holder)

        async def send_other(event: Event) -> None:
            if not holder:
                await send(event)
            elif event["type"] == "http.response.start":
                status, body = holder[0]
                headers = [(b"content-type", b"text/plain; charset=utf-8")]
                start = {"type": event["type"], "status": status, "headers": headers}
                await send(start)
                await send({"type": "http.response.body", "body": body})

        try:
            await app(scope, receive, send_other)
        finally:
            _failure.reset(token)

    return failing


def _mocked(
    package: ModuleType,
    folder: Path,
    recorded: Path | None,
    *,
    full: bool,
    script: Path | None = None,
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

    scripted = None if script is None else replies.scripted(script)

    # Any: a method of any service class
    async def method(self: Any, *given: Any, **named: Any) -> Any:
        call = service.current_call()
        outcome = None if scripted is None else scripted.answer(call)
        if outcome is not None:
            if outcome.delay:
                await asyncio.sleep(outcome.delay)
            if outcome.fault is not None:
                raise outcome.fault
            if outcome.http is not None and (holder := _failure.get()) is not None:
                holder.append(outcome.http)
        if outcome is not None and outcome.response is not None:
            response, headers = outcome.response, outcome.headers
        else:
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


def _named(stem: str, operations: Iterable[str]) -> tuple[str, str]:
    """The operation and the kind of a file, `<operation>[.<request|response|fault>[.N]]`; "" for none."""
    if stem in operations:
        return stem, ""
    for operation in operations:
        kind = stem.removeprefix(f"{operation}.").partition(".")[0]
        if stem.startswith(f"{operation}.") and kind in ("request", *_REPLIES[1:]):
            return operation, kind
    return "", ""


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
        # Of a reply that is written in two parts, the second would wait for the first's acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
