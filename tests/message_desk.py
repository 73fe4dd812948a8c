"""A package with message security, a service of it, and a wire on which messages are changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import chdir, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from message_keys import Pair, pair

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

CASE = Path(__file__).parent / "cases" / "addressing"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{WSS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{WSS}wssecurity-utility-1.0.xsd}}"
WSA = "{http://www.w3.org/2005/08/addressing}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
PORTS = ["Desk", "Desk12"]
CA = pair("authority", ca=True)
CLIENT, SERVICE = pair("client", "rsa", CA), pair("service", "rsa", CA)
STRANGER = pair("client")


@contextmanager
def desk_in(folder: Path, name: str, case: Path = CASE) -> Generator[Any]:
    """The package, which is generated: Any."""
    with chdir(case):
        package = generate(Path("service.wsdl"), Options(name, security=True))
    write_package(folder / name, package.files)
    sys.path.insert(0, str(folder))
    yield import_module(name)
    sys.path.remove(str(folder))


def keys(desk: Any, own: Pair, *trust: Pair, **further: Any) -> Any:
    """A side's keys; `Any`: the package is generated."""
    security = import_module(f"{desk.__name__}.security")
    pems = [one.pem for one in trust]
    return security.Keys(own.key, own.certificate, trust=pems, **further)


def profile(desk: Any, **given: Any) -> Any:
    return import_module(f"{desk.__name__}.security").Profile(**given)


def service(desk: Any) -> Any:
    class Desk(desk.server.DeskService):
        def ask(self, *, what: str) -> str:
            if what == "fail":
                raise desk.errors.SoapFault("no", code="Client")
            return f"{what} {desk.server.current_call().user}"

        def ask_again(self, *, what: str) -> str:
            return what

        def tell(self, *, news: str) -> None: ...

    return Desk()


Change = Callable[[bytes], bytes]


def same(envelope: bytes) -> bytes:
    return envelope


class Wire:
    """A transport to a service of ours, by whom requests and replies are changed on the way."""

    def __init__(
        self, desk: Any, security: Any, there: Change = same, back: Change = same
    ) -> None:
        served = service(desk)
        self._transport = desk.server.InMemoryTransport(served, security=security)
        self._there, self._back = there, back
        self.request: Any = None
        self.reply: Any = None

    def send(self, request: Any) -> Any:
        self.request = replace(request, body=self._there(request.body))
        reply = self._transport.send(self.request)
        self.reply = replace(reply, body=self._back(reply.body))
        return self.reply


def ask(
    desk: Any, wire: Wire, security: Any, port: str = "Desk", what: str = "who?"
) -> str:
    with desk.Client(
        port=port, transport=wire, outgoing=[desk.Addressing()], security=security
    ) as client:
        return str(client.ask(what=what))


def both(desk: Any, there: Change = same, back: Change = same) -> tuple[Wire, Any]:
    """A wire to a service, and the keys of a client."""
    wire = Wire(desk, keys(desk, SERVICE, CA), there, back)
    return wire, keys(desk, CLIENT, SERVICE)
