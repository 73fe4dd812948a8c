"""Clients without a network: transports that answer from recorded replies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from lxml import etree

from soapwright.envelopes.packages import runtime_module
from soapwright.envelopes.reading import parse_envelope
from soapwright.model.api import SoapVersion
from soapwright.model.namespaces import ENVELOPES


class NoReply(LookupError):
    """A request that no reply was recorded for."""


class RecordedTransport:
    """A transport that answers each operation with what was recorded for it.

    Args:
        package: the generated package whose client it is for.
        replies: a folder with `<operation>.xml` files; or for each operation the envelope, its
            file, or a list of them, which are given one after the other, the last one again
            and again. An operation is named as `PORTS` and the WSDL name it, or by its request's
            element.
        status: of replies that are no faults; faults are 500.

    `sent` has the requests, in their order.
    """

    def __init__(
        self,
        package: ModuleType,
        replies: Path | str | Mapping[str, object],
        status: int = 200,
    ) -> None:
        transport = runtime_module(package, "http.transport")
        self._response = transport.Response
        self._package = package
        self._status = status
        self._replies = _recorded(replies)
        # Any: a request is of the package's own runtime
        self.sent: list[Any] = []

    def send(self, request: Any) -> Any:
        """The next reply recorded for the operation that a request calls.

        Raises:
            NoReply: there is none.
        """
        self.sent.append(request)
        names = self.names(request)
        waiting = next((self._replies[n] for n in names if n in self._replies), None)
        if not waiting:
            known = ", ".join(self._replies) or "nothing"
            raise NoReply(f"no reply is recorded for {names[0]}; there is: {known}")
        body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        is_fault = _called(body).endswith("}Fault")
        headers = {"content-type": _content_type(body)}
        return self._response(500 if is_fault else self._status, headers, body)

    def names(self, request: Any) -> list[str]:
        """The possible names of the operation that a request calls: its keys, names and element."""
        tag = _called(request.body)
        local = tag.rpartition("}")[2]
        headers = {name.lower(): value for name, value in request.headers.items()}
        action = headers.get("soapaction", "").strip('"')
        found = []
        for port in self._package.PORTS.values():
            for key, operation in port.operations.items():
                message = operation.request_message
                by_action = bool(action) and action == operation.soap_action
                called = tag if message is None or not message.rpc else local
                if message is not None and called == (message.expects or called):
                    found.append(
                        (by_action, bool(message.expects), key, operation.name)
                    )
        # of several that take such a Body, the action decides
        found.sort(reverse=True)
        best = [one[2:] for one in found if one[:2] == found[0][:2] and any(one[:2])]
        names = dict.fromkeys(name for pair in sorted(best) for name in pair)
        return [*names, local, local.removesuffix("Request")]


class AsyncRecordedTransport:
    """The same for `AsyncClient`; it is given what a `RecordedTransport` is."""

    def __init__(
        self,
        package: ModuleType,
        replies: Path | str | Mapping[str, object],
        status: int = 200,
    ) -> None:
        self._transport = RecordedTransport(package, replies, status)

    @property
    def sent(self) -> list[Any]:
        """The requests, in their order."""
        return self._transport.sent

    async def send(self, request: Any) -> Any:
        """As `RecordedTransport.send`."""
        return self._transport.send(request)


def _recorded(replies: Path | str | Mapping[str, object]) -> dict[str, list[bytes]]:
    if isinstance(replies, (Path, str)):
        if not Path(replies).is_dir():
            raise NotADirectoryError(
                f"{replies}: a folder of recorded replies is wanted"
            )
        files = sorted(Path(replies).glob("*.xml"))
        return {path.stem: [path.read_bytes()] for path in files}
    return {
        name: [_envelope(o) for o in (one if isinstance(one, list) else [one])]
        for name, one in replies.items()
    }


def _envelope(reply: object) -> bytes:
    match reply:
        case Path():
            return reply.read_bytes()
        case str():
            return reply.encode("utf-8")
        case bytes():
            return reply
        case _:
            raise TypeError(
                f"{type(reply).__name__} given, an envelope or a Path wanted"
            )


def _root(envelope: bytes) -> etree._Element:
    return parse_envelope(envelope, "the envelope")


def _called(envelope: bytes) -> str:
    """The name of the element in a Body, "" where there is none."""
    for child in _root(envelope):
        if etree.QName(child).localname == "Body" and len(child):
            return etree.QName(child[0]).text
    return ""


def _content_type(envelope: bytes) -> str:
    if etree.QName(_root(envelope)).namespace == ENVELOPES[SoapVersion.V11]:
        return "text/xml"
    return "application/soap+xml"
