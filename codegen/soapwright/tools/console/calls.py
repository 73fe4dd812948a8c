"""The calls of the console: envelopes of forms, replies of services or of the mock, and copies as code."""

from __future__ import annotations

import shlex
import time
from base64 import encodebytes
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from soapwright.envelopes.given import Given, read_arguments
from soapwright.envelopes.python_calls import PythonCalls
from soapwright.model.diagnostics import SpecError
from soapwright.tools.calls.requests import arguments_of, drawn, request_of
from soapwright.tools.calls.sending import Security, Settings, make_client, prepared
from soapwright.tools.calls.service import Bound, Service
from soapwright.tools.calls.shown import detail_of, masked, xml_text
from soapwright.tools.console.values import Malformed, read_values, values_as_json
from soapwright.tools.recording import Samples
from soapwright.tools.serve import MockTransport

Json = dict[str, Any]  # Any: JSON
_MOST_TIMEOUT: Final = 600.0
_MOCK: Final = "http://mock/"
_EXAMPLE: Final = b"an example"
"""The content of files, in an example."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call as the page asks for it."""

    bound: Bound
    values: Given
    headers: Given
    settings: Settings
    on_mock: bool

    @classmethod
    def of(cls, service: Service, data: Json) -> Wanted:
        """The call that a request of the page describes.

        Raises:
            Malformed: it is not as the page makes it.
            SpecError: there is no such operation.
        """
        bound = service.find(str(data.get("operation", "")), str(data.get("port", "")))
        on_mock = data.get("target") != "endpoint"
        endpoint = _MOCK if on_mock else str(data.get("endpoint") or "")
        if not on_mock and not endpoint.startswith(("http://", "https://")):
            raise Malformed("the endpoint is an http:// or https:// URL")
        timeout = data.get("timeout", 30)
        if not isinstance(timeout, int | float) or not 0 < timeout <= _MOST_TIMEOUT:
            raise Malformed("the timeout is a number of seconds")
        security = None
        if isinstance(given := data.get("security"), dict) and given.get("user"):
            kind, user = str(given.get("kind", "plain")), str(given["user"])
            security = Security(kind, user, str(given.get("password", "")))
        settings = Settings(endpoint, float(timeout), {}, security)
        values = read_values(data.get("values", {}))
        headers = read_values(data.get("headers", {}))
        return cls(bound, values, headers, settings, on_mock)


class Calls:
    """Makes the calls of one package's console.

    Args:
        folder: the package's own folder.
        samples: the folder that test samples are written to.

    Raises:
        SpecError: it is no generated package, or was made without its WSDL.
    """

    def __init__(self, folder: Path, samples: Path) -> None:
        self.service = Service(folder)
        self._samples = Samples(self.service.package, samples)
        self._mock: Any = None  # Any: made when it is first called

    def envelope(self, data: Json) -> Json:
        """The envelope of a form as it is, and what is still wrong with it."""
        wanted = Wanted.of(self.service, data)
        filled, findings = drawn(
            self.service, wanted.bound, wanted.values, wanted.headers
        )
        problems = [_problem(one.message, one.hint) for one in findings.errors]
        if not problems:
            try:
                self._made(wanted)
            except SpecError as error:
                problems = [_problem(one.message, "") for one in error.diagnostics]
        text = self._shown(filled.envelope, wanted.bound)
        return {"envelope": text, "problems": problems}

    def example(self, data: Json) -> Json:
        """A sample request, as values of the form."""
        bound = self._bound(data)
        sample = self.service.sample(bound, full=data.get("full") is True)
        if sample is None:
            return {"values": {}}
        given = read_arguments(arguments_of(sample[0]), {"FILE": _EXAMPLE})
        return {"values": values_as_json(given)}

    def send(self, data: Json) -> Json:
        """Send a call; the outcome with the envelopes and the time that it took.

        Raises:
            Malformed: as of `Wanted.of`.
            SpecError: the request is not complete.
        """
        wanted = Wanted.of(self.service, data)
        made = self._made(wanted)
        errors = self.service.package.errors
        transport = self._mocked() if wanted.on_mock else None
        client = make_client(self.service, wanted.bound, wanted.settings, transport)
        begun = time.monotonic()
        outcome: Json
        exchange: Any = None
        try:
            with client:
                exchange = client.exchange(
                    wanted.bound.served, made.value, made.headers
                )
            outcome = {"kind": "reply", "tree": self._tree(exchange, wanted.bound)}
        except errors.SoapFault as fault:
            exchange = fault.exchange
            outcome = {"kind": "fault", "fault": self._fault(fault, wanted.bound)}
        except errors.SoapError as error:
            exchange = getattr(error, "exchange", None)
            outcome = {"kind": "error", "error": str(error)}
        seconds = time.monotonic() - begun
        return {
            **outcome,
            "seconds": seconds,
            **self._envelopes(exchange, wanted.bound),
        }

    def _envelopes(self, exchange: Any, bound: Bound) -> Json:  # Any: an Exchange
        if exchange is None:
            return {"status": None, "request": "", "reply": ""}
        return {
            "status": exchange.status,
            "request": self._shown(exchange.request_envelope, bound),
            "reply": self._shown(exchange.response_envelope, bound),
        }

    def _tree(self, exchange: Any, bound: Bound) -> Any:  # Any: an Exchange; JSON
        if exchange.response is None:
            return None
        data = self.service.as_json(exchange.response)
        return masked(data, self.service.is_secret_in(bound))

    def _fault(self, fault: Any, bound: Bound) -> Json:  # Any: a SoapFault
        exchange = fault.exchange
        envelope = exchange.response_envelope if exchange is not None else b""
        return {
            "name": type(fault).__name__,
            "reason": fault.reason or "",
            "codes": [str(one) for one in (fault.code, *fault.subcodes) if one],
            "actor": fault.actor or "",
            "detail": self.service.secrets.redact(
                detail_of(envelope), bound.operation.name
            ),
        }

    def copy(self, data: Json) -> Json:
        """A call as code: `python`, or `curl`; as a test sample it is written to a file.

        Raises:
            Malformed: as of `Wanted.of`.
            SpecError: the request is not complete.
        """
        wanted = Wanted.of(self.service, data)
        made = self._made(wanted)
        if data.get("as") == "sample":
            return self._kept(wanted, made)
        if data.get("as") == "python":
            return {"text": self._python(wanted, made)}
        return {"text": self._curl(wanted, made)}

    def _python(self, wanted: Wanted, made: Any) -> str:
        bound = wanted.bound
        assert bound.method is not None, "an operation with a request has a method"
        calls = PythonCalls(self.service.package, self.service.name)
        endpoint = "" if wanted.on_mock else wanted.settings.endpoint
        if endpoint == bound.port.address:
            endpoint = ""
        return calls.lines(
            bound.client,
            bound.port.key,
            bound.method,
            made.value,
            made.headers,
            endpoint,
        )

    def _curl(self, wanted: Wanted, made: Any) -> str:
        bound = wanted.bound
        endpoint = bound.port.address or "http://localhost/"
        settings = Settings(endpoint if wanted.on_mock else wanted.settings.endpoint)
        sent = prepared(self.service, bound, made, settings)
        packed = "multipart/" in sent.headers.get("Content-Type", "")
        before = "base64 -d <<'BODY' | " if packed else ""
        lines = [f"{before}curl {shlex.quote(sent.url)}"]
        for name, value in sent.headers.items():
            if name.lower() not in ("content-length", "accept-encoding"):
                lines.append(f"  --header {shlex.quote(f'{name}: {value}')}")
        if packed:  # its parts may be no text, and its lines have ends of their own
            body = self._hidden(sent.body.decode("latin-1"), bound).encode("latin-1")
            lines.append("  --data-binary @-")
            return " \\\n".join(lines) + f"\n{encodebytes(body).decode()}BODY\n"
        lines.append(f"  --data-binary {shlex.quote(self._shown(sent.body, bound))}")
        return " \\\n".join(lines) + "\n"

    def _kept(self, wanted: Wanted, made: Any) -> Json:
        name = wanted.bound.operation.name
        bound = wanted.bound
        try:
            envelope = bound.served.encode_request(made.value, made.headers)
        except self.service.package.errors.EncodeError:
            envelope = made.envelope  # of parts, which an envelope alone does not have
        path = self._samples.keep(name, "request", envelope)
        return {"path": "" if path is None else path.as_posix()}

    def _made(self, wanted: Wanted) -> Any:
        return request_of(self.service, wanted.bound, wanted.values, wanted.headers)

    def _mocked(self) -> Any:
        if self._mock is None:
            self._mock = MockTransport(self.service.package)
        return self._mock

    def _bound(self, data: Json) -> Bound:
        return self.service.find(
            str(data.get("operation", "")), str(data.get("port", ""))
        )

    def _shown(self, envelope: bytes, bound: Bound) -> str:
        return self._hidden(xml_text(envelope), bound)

    def _hidden(self, text: str, bound: Bound) -> str:
        """A text without secrets."""
        return str(self.service.secrets.redact(text, bound.operation.name))


def _problem(message: str, hint: str) -> Json:
    path, _, reason = message.partition(": ")
    return {"path": path if reason else "", "reason": reason or message, "hint": hint}
