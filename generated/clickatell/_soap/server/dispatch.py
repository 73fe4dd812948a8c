"""Which operation an envelope calls: by the content of its Body, by its SOAPAction, or by both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass

from ..errors.errors import DecodeError, SoapFault
from ..http.securing import ServiceSecurity
from ..soap.envelope import shown_name
from ..soap.operation import AnyOperation
from ..values.values import UNSET
from ..xml.element import Element, local_name
from .service import BaseService

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Target:
    """An operation that may be called, and whose it is."""

    service: BaseService
    key: str
    """The operation's key in its port."""
    operation: AnyOperation
    demands_addressing: bool = False
    """Whether its port demands WS-Addressing's headers, which the operation does not declare."""
    declares_addressing: bool = False
    """Whether the operation declares some of WS-Addressing's headers itself."""
    guard: ServiceSecurity | None = None
    """Its message security."""


class Dispatcher:
    """Finds the operations of one version of SOAP.

    Args:
        targets: those that have a request.
    """

    def __init__(self, targets: Iterable[Target]) -> None:
        self._by_element: dict[str, list[Target]] = {}
        self._by_call: dict[str, list[Target]] = {}
        self._by_action: dict[str, list[Target]] = {}
        self._unnamed: list[Target] = []
        self.operations = [target.operation for target in targets]
        self.guards: list[ServiceSecurity | None] = []
        """The message security of the operations, each once."""
        for target in targets:
            if not any(target.guard is known for known in self.guards):
                self.guards.append(target.guard)
            message = target.operation.request_message
            if message is None:
                continue
            if not message.expects:
                self._unnamed.append(target)
            elif message.rpc:
                self._by_call.setdefault(message.expects, []).append(target)
            else:
                for name in (message.expects, *message.also):
                    self._by_element.setdefault(name, []).append(target)
            operation = target.operation
            actions = (operation.soap_action, operation.request_action)
            for action in dict.fromkeys(filter(None, actions)):
                self._by_action.setdefault(action, []).append(target)

    def find(self, header: Element | None, body: Element, action: str) -> Target:
        """The operation that is called.

        The content of the Body decides, as it is what will be read. The action does where
        several operations take that, or where it has no name of its own: an empty Body, or the
        content of a type. Of overloads, the one is called whose parts are there.

        Args:
            header: the envelope's Header.
            body: its Body.
            action: WS-Addressing's, else the SOAPAction, without quotes; "" where there is none.

        Raises:
            SoapFault: none is, and the caller is to blame.
        """
        meant = self._by_action.get(action, []) if action else []
        found = self._in_body(body)
        if not found:
            found = meant or self._without_name(body)
        elif len(found) > 1 and meant:
            found = [target for target in found if target in meant] or found
        if not found:
            raise SoapFault(_unknown(body, action), code="Client")
        return found[0] if len(found) == 1 else _best(found, header, body)

    def _without_name(self, body: Element) -> list[Target]:
        """The only operation that takes an empty Body, or that takes a type's content."""
        empty = not len(body)
        found = [
            target
            for target in self._unnamed
            if (kind := target.operation.request_type) and empty != bool(fields(kind))
        ]
        return found if len(found) == 1 else []

    def _in_body(self, body: Element) -> list[Target]:
        """The operations whose request the Body's first element is; a shared value is none."""
        children = body[:]
        calls = [child for child in children if child.get("id") is None]
        for child in [*children[:1], *calls[:1]]:
            found = self._by_element.get(child.tag)
            found = found or self._by_call.get(local_name(child))
            if found:
                return found
        return []


def _best(found: Sequence[Target], header: Element | None, body: Element) -> Target:
    """Of overloads the one that reads the most parts, and of those the one that has the fewest."""

    def rank(target: Target) -> tuple[int, int]:
        try:
            value, _ = target.operation.request_in(header, body)
        except DecodeError:
            return -1, 0
        if not is_dataclass(value):  # nil, or a substitute
            return 0, 0
        parts = [getattr(value, part.name) for part in fields(value)]
        return sum(p is not None and p is not UNSET for p in parts), -len(parts)

    return max(found, key=rank)


def _unknown(body: Element, action: str) -> str:
    children = body[:]
    what = shown_name(children[0]) if children else "an empty Body"
    with_action = f" and SOAPAction {action[:_SHOWN]!r}" if action else ""
    return f"no operation here takes {what}{with_action}"
