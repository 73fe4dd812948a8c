"""For tests: a sandbox as Python sees it, by its JSON API. The pytest fixture `sms_sandbox` gives one that was started."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from .sandbox.api.requests import MessageSearch
from .sandbox.api.shapes import key_of, made_of
from .sandbox.api.views import (
    AccountList,
    AccountView,
    CallbackList,
    CallbackView,
    ClockView,
    FaultList,
    FaultView,
    IncomingList,
    IncomingView,
    MessageList,
    MessageView,
    Received,
)
from .sandbox.records.accounts import DEMO
from .sandbox.records.faults import FaultKind

__all__ = [
    "AccountView",
    "CallbackView",
    "ClockView",
    "FaultView",
    "IncomingView",
    "MadeFault",
    "MessageView",
    "NoSandbox",
    "NotSent",
    "SandboxError",
    "SmsSandbox",
]

_TIMEOUT: Final = 30.0
_SHOWN: Final = 5


class SandboxError(Exception):
    """The sandbox refused a request."""


class NoSandbox(SandboxError):
    """No sandbox answers."""


class NotSent(AssertionError):
    """The messages that were waited for have not come."""


class MadeFault:
    """A fault that was made. As a context manager it is removed at the end."""

    def __init__(self, sandbox: SmsSandbox, view: FaultView) -> None:
        self._sandbox = sandbox
        self.view = view

    def remove(self) -> None:
        """Remove it, if it is not over by itself."""
        if any(one.number == self.view.number for one in self._sandbox.faults()):
            self._sandbox.remove_fault(self.view.number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()


class SmsSandbox:
    """A sandbox that runs, here or elsewhere. Threads may share it.

    Searches take `account`, `to`, `from_`, `text` (a part of it), `status`, `client_id`, `batch_id`
    and `kind`; messages are found that agree with all that is given.

    Args:
        url: its base address.
        user: of the account that `credentials` has.
        password: the same.
        api_id: the same.
    """

    def __init__(
        self,
        url: str,
        *,
        user: str = DEMO.user,
        password: str = DEMO.password,
        api_id: int = DEMO.api_id,
    ) -> None:
        self.url = url.rstrip("/")
        self.credentials: Mapping[str, Any] = {  # Any: str and int, for `**credentials`
            **{"user": user, "password": password, "api_id": api_id}
        }
        """The arguments of `Clickatell` that say whose account it is."""
        self._http = httpx2.Client(base_url=self.url, timeout=_TIMEOUT, trust_env=False)

    @property
    def endpoint(self) -> str:
        """The address of the service that `Clickatell` calls."""
        return f"{self.url}/soap/webservice.php"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --------------------------------------------------------------------------- messages

    def messages(
        self, *, before: str = "", limit: int = 1000, **search: Any
    ) -> list[MessageView]:  # Any: a search
        """Messages, the newest first.

        Args:
            before: the id of a message, for those that are older.
            limit: how many at most, up to 1,000.
            search: see the class.

        Raises:
            SandboxError: the search is none.
        """
        query = {**_query(search), "limit": limit}
        if before:
            query["before"] = before
        found: MessageList = self._get("/api/messages", MessageList, query)
        return found.messages

    def message(self, id: str) -> MessageView:
        """A message by its id.

        Raises:
            SandboxError: there is none.
        """
        found: MessageView = self._get(f"/api/messages/{id}", MessageView)
        return found

    def wait_for(self, *, timeout: float = 5.0, **search: Any) -> MessageView:
        """The newest message that is found, when there is one.

        Args:
            timeout: seconds of the world's time.
            search: see the class.

        Raises:
            NotSent: none came.
            SandboxError: the search is none.
        """
        return self.wait_for_all(1, timeout=timeout, **search)[0]

    def wait_for_all(
        self, count: int, *, timeout: float = 5.0, **search: Any
    ) -> list[MessageView]:  # Any: a search
        """All messages that are found, the newest first, when there are enough.

        Args:
            count: how many.
            timeout: seconds of the world's time.
            search: see the class.

        Raises:
            NotSent: fewer came.
            SandboxError: the search is none.
        """
        query = {**_query(search), "count": count, "timeout": timeout, "limit": 1000}
        path = "/api/messages/wait-for"
        reply = self._send("GET", path, query, timeout=timeout + _TIMEOUT)
        if reply.status_code == 408:
            raise NotSent(self._missing(reply, search))
        found: MessageList = _read(reply, MessageList)
        return found.messages

    def _missing(self, reply: httpx2.Response, search: Mapping[str, Any]) -> str:
        """Why what was waited for is not there, for who reads the test's report."""
        wanted = ", ".join(f"{k}={v!r}" for k, v in search.items()) or "anything"
        lines = [f"{reply.json()['error']}: {wanted}"]
        clock = self.clock()
        if not clock.speed:
            lines.append("the clock stands: turn() lets the gateway's time go on")
        there = self.messages(limit=_SHOWN)
        lines.append("the newest messages:" if there else "there are no messages")
        lines += [
            f"  to {m.to}: {m.text[:60]!r}, {m.status:03d} {m.status_text}"
            for m in there
        ]
        return "\n".join(lines)

    def forget(self, id: str = "") -> None:
        """Delete a message, or all."""
        self._do("DELETE", f"/api/messages/{id}" if id else "/api/messages")

    def export(self, format: str = "ndjson") -> Iterator[str]:
        """All messages, the oldest first, as lines of `ndjson` or `csv`."""
        with self._http.stream(
            "GET", "/api/export", params={"format": format}
        ) as reply:
            if reply.status_code != 200:
                reply.read()
                raise SandboxError(_reason(reply))
            yield from reply.iter_lines()

    # --------------------------------------------------------------------------- handsets

    def receive(
        self, from_: str, to: str, text: str, *, account: str = ""
    ) -> list[str]:
        """Let a handset write; the ids of the parts of its message.

        Args:
            from_: the handset's number.
            to: the number that it writes to.
            text: the message.
            account: the user whose number that is; by default of who rents it.

        Raises:
            SandboxError: it is no such message.
        """
        body = {"from": from_, "to": to, "text": text, "account": account}
        found: Received = self._post("/api/incoming", Received, body)
        return found.ids

    def reply(self, message: MessageView | str, text: str) -> list[str]:
        """Let the handset answer a message; the ids of the parts of its own.

        Args:
            message: a message, or its id.
            text: the answer.

        Raises:
            SandboxError: there is no such message.
        """
        id = message if isinstance(message, str) else message.id
        body = {"text": text}
        found: Received = self._post(f"/api/messages/{id}/reply", Received, body)
        return found.ids

    def incoming(self, *, account: str = "", limit: int = 1000) -> list[IncomingView]:
        """Messages of handsets, the newest first."""
        query = {"limit": limit, "account": account}
        found: IncomingList = self._get("/api/incoming", IncomingList, query)
        return found.incoming

    # ------------------------------------------------------------------------------- time

    def clock(self) -> ClockView:
        """The gateway's time."""
        found: ClockView = self._get("/api/clock", ClockView)
        return found

    def turn(
        self,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
        speed: float | None = None,
    ) -> ClockView:
        """Turn the gateway's clock forward. What is due then has happened when this returns; the callbacks
        that are due were sent.

        Args:
            seconds: by how many seconds, in all with the others.
            minutes: the same.
            hours: the same.
            days: the same.
            speed: how many times as fast as the world's it goes from now on; 0 stops it.

        Raises:
            SandboxError: it would go back.
        """
        body = {"seconds": seconds, "minutes": minutes, "hours": hours, "days": days}
        given = {**body, "speed": speed}
        found: ClockView = self._post("/api/clock", ClockView, given)
        return found

    # ----------------------------------------------------------------------------- faults

    def fault(
        self,
        kind: FaultKind,
        *,
        operation: str = "",
        accepted: bool = False,
        seconds: float = 1.0,
        status: int = 503,
        code: int = 901,
        calls: int = 0,
        share: float = 1.0,
    ) -> MadeFault:
        """Make answers slow, lost or replaced.

        Args:
            kind: `latency`, `lost`, `reset`, `http` or `error`.
            operation: of which operation; all by default.
            accepted: whether calls are carried out before (`lost`, `reset`, `http`).
            seconds: of latency.
            status: of `http`.
            code: of `error`.
            calls: how many calls it meets; 0 for all until it is removed.
            share: how many of the calls it meets, from 0 to 1, by chance.

        Raises:
            SandboxError: it is no such fault.
        """
        body = {
            **{"kind": kind, "operation": operation.lower(), "accepted": accepted},
            **{"seconds": seconds, "status": status, "code": code},
            **{"calls": calls, "share": share},
        }
        return MadeFault(self, self._post("/api/faults", FaultView, body))

    def faults(self) -> list[FaultView]:
        """The faults that are made."""
        found: FaultList = self._get("/api/faults", FaultList)
        return found.faults

    def remove_fault(self, number: int) -> None:
        """Remove a fault.

        Raises:
            SandboxError: there is none.
        """
        self._do("DELETE", f"/api/faults/{number}")

    def remove_faults(self) -> None:
        """Remove all faults."""
        self._do("DELETE", "/api/faults")

    # -------------------------------------------------------------------------- callbacks

    def callbacks(self, *, message: str = "", limit: int = 1000) -> list[CallbackView]:
        """Callbacks, the newest first; only those about a message, where it is given."""
        query = {"limit": limit, "message": message}
        found: CallbackList = self._get("/api/callbacks", CallbackList, query)
        return found.callbacks

    def resend(self, number: int) -> CallbackView:
        """Have a callback sent again.

        Raises:
            SandboxError: there is none.
        """
        path = f"/api/callbacks/{number}/resend"
        found: CallbackView = self._post(path, CallbackView, None)
        return found

    # --------------------------------------------------------------------------- accounts

    def accounts(self) -> list[AccountView]:
        """The accounts, with their credits."""
        found: AccountList = self._get("/api/accounts", AccountList)
        return found.accounts

    def set_credits(self, credits: float, user: str = "") -> None:
        """Set the credits of an account: of `credentials` by default.

        Raises:
            SandboxError: there is no such account.
        """
        name = user or self.credentials["user"]
        self._do("PUT", f"/api/accounts/{name}", {"credits": credits})

    def reset(self) -> None:
        """Forget messages, callbacks, sessions and faults; accounts have again what new ones have.
        The time is kept."""
        self._do("POST", "/api/reset")

    # ------------------------------------------------------------------------------- HTTP

    def _get(self, path: str, kind: Any, query: Mapping[str, Any] | None = None) -> Any:
        return _read(self._send("GET", path, query), kind)

    def _post(self, path: str, kind: Any, body: Mapping[str, Any] | None) -> Any:
        return _read(self._send("POST", path, body=body), kind)

    def _do(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> None:
        reply = self._send(method, path, body=body)
        if reply.status_code >= 300:
            raise SandboxError(_reason(reply))

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout: float = _TIMEOUT,
    ) -> httpx2.Response:
        try:
            return self._http.request(
                method, path, params=dict(query or {}), json=body, timeout=timeout
            )
        except httpx2.HTTPError as error:
            raise NoSandbox(f"{self.url} does not answer: {error}") from None


def _query(search: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(MessageSearch)}
    for name in search:
        if name not in names:
            known = ", ".join(sorted(names - {"before", "limit"}))
            raise SandboxError(f"{name} is nothing to search by; known are {known}")
    return {key_of(name): value for name, value in search.items()}


def _read(reply: httpx2.Response, kind: Any) -> Any:
    if reply.status_code >= 300:
        raise SandboxError(_reason(reply))
    return made_of(kind, reply.json())


def _reason(reply: httpx2.Response) -> str:
    try:
        return str(reply.json()["error"])
    except (json.JSONDecodeError, TypeError, KeyError):
        return f"HTTP {reply.status_code}: {reply.text[:200]}"
