"""Changes in what messages must have besides their content: policies, WS-Addressing."""

from __future__ import annotations

from soapwright.model.api import Operation, Port
from soapwright.model.demands import demands_of
from soapwright.model.policy import Policy, PolicyLimit, intersection
from soapwright.tools.diff.changes import Changes, Sides
from soapwright.tools.diff.comparing import Places
from soapwright.tools.diff.rules import Effect

_BOTH = Sides(True, True)


class Demands:
    """Compares the policies and the addressing of ports and operations."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def ports(self, old: Port, new: Port) -> None:
        """Compare two ports, without their operations."""
        places = (old.at, new.at)
        before, after = (
            port.addressing is not None and port.addressing.required
            for port in (old, new)
        )
        if after and not before:
            message = "WS-Addressing is demanded now"
            self._add("addressing", new.key, message, places)
        elif before and not after:
            message = "WS-Addressing is demanded no more"
            self._add("no-addressing", new.key, message, places)
        self._policies(old.service_policy, new.service_policy, new.key, places)
        self._policies(old.policy, new.policy, new.key, places)

    def operations(self, old: Operation, new: Operation, *, addressed: bool) -> None:
        """Compare two operations; `addressed` is whether their port uses WS-Addressing."""
        places = (old.at, new.at)
        self._policies(old.policy, new.policy, new.key, places)
        for way, was, now in (
            ("request", old.input, new.input),
            ("response", old.output, new.output),
        ):
            if was is None or now is None:
                continue
            subject = f"{new.key}.{way}"
            self._policies(was.policy, now.policy, subject, places)
            if addressed and way == "request" and was.action != now.action:
                message = (
                    f"WS-Addressing's action is {now.action!r}, was {was.action!r}"
                )
                self._add("wsa-action", subject, message, places)

    def _policies(self, old: Policy, new: Policy, subject: str, places: Places) -> None:
        if set(old) == set(new):
            return
        kind = "policy-met" if _still_meets(old, new) else "policy"
        message = f"demands {_words(new)}, demanded {_words(old)}"
        self._add(kind, subject, message, places)

    def _add(self, kind: str, subject: str, message: str, places: Places) -> None:
        self._changes.add(kind, subject, message, places, _BOTH, Effect.COMPATIBLE)


def _still_meets(old: Policy, new: Policy) -> bool:
    """Whether a client that meets any of the old alternatives meets one of the new ones: what
    both sides can meet has nothing that it does not do already."""
    try:
        return all(
            any(
                all(one in alternative or one.is_ignorable for one in joined)
                for joined in intersection((alternative,), new, lax=True)
            )
            for alternative in old
        )
    except PolicyLimit:
        return False


def _words(policy: Policy) -> str:
    return "; ".join(demand.words for demand in demands_of(policy)) or "nothing"
