"""A gateway without a network, for the client layer's tests: it counts what it accepts, and what is
to go wrong goes wrong there."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from soapwright_clickatell.services.clickatell.errors import TransportError

Fault = Callable[[str, bool], object]
"""Called with a method before it is carried out (False) and after (True); may raise."""


def lost(*_: object) -> None:
    raise TransportError("the connection broke")


class FakeGateway:
    """Stands where the generated client stands."""

    endpoint = "http://fake/"

    def __init__(self, fault: Fault = lambda method, after: None) -> None:
        self.fault = fault
        self.accepted: Counter[str] = Counter()
        self.texts: dict[str, str] = {}
        self.calls: list[str] = []
        self.sizes: list[int] = []
        self.most_at_once = 0
        self._by_client_id: dict[str, list[str]] = {}
        self._batches: dict[str, str] = {}
        self._sessions: set[str] = set()
        self._made = 0
        self._at_once = 0
        self._lock = threading.RLock()

    def end_sessions(self) -> None:
        self._sessions.clear()

    def end_batches(self) -> None:
        self._batches.clear()

    def _id(self) -> str:
        self._made += 1
        return f"{self._made:032x}"

    def call(self, method: str, given: dict[str, Any]) -> str | list[str]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self.calls.append(method)
        try:
            self.fault(method, False)
            with self._lock:
                reply = self._answer(method, given)
            self.fault(method, True)
            return reply
        finally:
            with self._lock:
                self._at_once -= 1

    def _answer(self, method: str, given: dict[str, Any]) -> str | list[str]:
        if method == "auth":
            session = self._id()
            self._sessions.add(session)
            return f"OK: {session}"
        if given.pop("session_id") not in self._sessions:
            return ["ERR: 003, Session ID expired"]
        answer: str | list[str] = getattr(self, f"_{method}")(**given)
        return answer

    def _accept(self, to: Sequence[str], text: str) -> list[str]:
        self.sizes.append(len(to))
        ids = [self._id() for _ in to]
        self.accepted.update(to)
        self.texts.update((number, text) for number in to)
        return ids

    def _sendmsg(
        self, to: list[str], text: str, cli_msg_id: str, unicode: int = 0, **_: object
    ) -> list[str]:
        text = bytes.fromhex(text).decode("utf-16-be") if unicode else text
        ids = self._accept(to, text)
        self._by_client_id.setdefault(cli_msg_id, []).extend(ids)
        return _named(ids, to)

    def _querymsg(self, climsgid: str) -> list[str]:
        ids = self._by_client_id.get(climsgid)
        if ids is None:
            return ["ERR: 104, Unknown client message ID"]
        return [f"ID: {one} Status: 003" for one in ids]

    def _startbatch(self, template: str, **_: object) -> list[str]:
        batch = self._id()
        self._batches[batch] = template
        return [f"ID: {batch}"]

    def _senditem(self, batch_id: str, to: list[str], **fields: str) -> list[str]:
        if batch_id not in self._batches:
            return ["ERR: 201, Invalid batch ID"]
        text = self._batches[batch_id]
        for name, value in fields.items():
            text = text.replace(f"#{name}#", value)
        return _named(self._accept(to, text), to)

    def _endbatch(self, batch_id: str) -> list[str]:
        return ["OK"]

    def _getbalance(self) -> str:
        return "Credit: 10.0"

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda **given: self.call(method, given)


class AsyncFakeGateway(FakeGateway):
    """The same for the asynchronous client."""

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)

        async def call(**given: Any) -> Any:
            return self.call(method, given)

        return call


def _named(ids: Sequence[str], to: Sequence[str]) -> list[str]:
    if len(to) == 1:
        return [f"ID: {ids[0]}"]
    return [f"ID: {one} To: {number}" for one, number in zip(ids, to, strict=True)]
