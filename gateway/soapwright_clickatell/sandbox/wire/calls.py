"""The operations: from the parts of a request, in any of the dialects, to calls of the gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_UP, Decimal
from typing import Any, Final

from ...vendor.codes import ErrorCode
from ...vendor.push import MmsNotification, ServiceIndication
from ...vendor.replies import GatewayError, Reply
from ..engine.gateway import Gateway
from ..records.accounts import Credentials
from ..records.messages import Submission
from .shapes import folded

_MOST_FIELDS: Final = 10
_INT: Final = 2**31
_MOST_CREDITS: Final = Decimal(1_000_000_000)
_MILLIONTH: Final = Decimal("0.000001")


class Values:
    """The values of a request's parts, by name in any spelling; what is unset is falsy.

    Args:
        request: of any operation of any of the packages.
        address: the IP address that it came from.
    """

    def __init__(
        self, request: Any, address: str = ""
    ) -> None:  # Any: one class for each operation
        names = request.__dataclass_fields__
        self._values = {folded(name): getattr(request, name) for name in names}
        self._address = address

    def text(self, name: str) -> str:
        """A string."""
        return str(self._values.get(folded(name)) or "")

    def number(self, name: str) -> int:
        """An integer of `xsd:int`.

        Raises:
            GatewayError: 101, for what is none: one dialect has a number as a string.
        """
        try:
            number = int(self._values.get(folded(name)) or 0)
        except ValueError:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS) from None
        if not -_INT <= number < _INT:
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        return number

    def amount(self, name: str) -> Decimal:
        """A number of credits, rounded up to what is kept of them.

        Raises:
            GatewayError: 101, for what is no number.
        """
        amount = Decimal(str(self._values.get(folded(name)) or 0))
        if not amount.is_finite():
            raise GatewayError(ErrorCode.INVALID_PARAMETERS)
        # More than anybody has is as good as any higher bound.
        bounded = max(-_MOST_CREDITS, min(amount, _MOST_CREDITS))
        return bounded.quantize(_MILLIONTH, ROUND_UP)

    def texts(self, name: str) -> list[str]:
        """Several strings."""
        return [text or "" for text in self._values.get(folded(name)) or ()]

    def fields(self) -> dict[str, str]:
        """The values that `senditem` puts into the template."""
        names = [f"field{number}" for number in range(1, _MOST_FIELDS + 1)]
        return {name: self.text(name) for name in names}

    def credentials(self) -> Credentials:
        """Who calls."""
        return Credentials(
            session_id=self.text("session_id"),
            api_id=self.number("api_id"),
            user=self.text("user"),
            password=self.text("password"),
            address=self._address,
        )

    def submission(
        self,
        text: str = "text",
        push: ServiceIndication | MmsNotification | None = None,
    ) -> Submission:
        """The request to send; `text` is the name of the part that has the text."""
        return Submission(
            to=self.texts("to"),
            sender=self.text("from"),
            text=self.text(text),
            concat=self.number("concat"),
            deliver_after=self.number("deliv_time"),
            max_credits=self.amount("max_credits"),
            client_id=self.text("climsgid"),
            unicode=self.number("unicode"),
            type=self.text("msg_type"),
            udh=self.text("udh"),
            data=self.text("data"),
            receipt=self.number("deliv_ack"),
            # The first dialect calls it callback, the others msg_callback.
            callbacks=self.number("callback") or self.number("msg_callback"),
            features=self.number("req_feat"),
            queue=self.number("queue"),
            escalate=self.number("escalate"),
            two_way=self.number("mo"),
            validity=self.number("validity"),
            push=push,
        )


def _si_push(gateway: Gateway, values: Values) -> Sequence[Reply]:
    push = ServiceIndication(
        id=values.text("si_id"),
        url=values.text("si_url"),
        text=values.text("si_text"),
        created=values.text("si_created"),
        expires=values.text("si_expires"),
        action=values.text("si_action"),
    )
    return gateway.sendmsg(
        values.credentials(), values.submission(push=push), "si_push"
    )


def _ind_push(gateway: Gateway, values: Values) -> Sequence[Reply]:
    push = MmsNotification(
        subject=values.text("mms_subject"),
        message_class=values.text("mms_class"),
        expire=values.text("mms_expire"),
        sender=values.text("mms_from"),
        url=values.text("mms_url"),
    )
    return gateway.sendmsg(
        values.credentials(), values.submission(push=push), "ind_push"
    )


def _senditem(gateway: Gateway, values: Values) -> Sequence[Reply]:
    return gateway.senditem(
        values.credentials(),
        values.text("batch_id"),
        values.texts("to"),
        values.fields(),
    )


OPERATIONS: Final[Mapping[str, Callable[[Gateway, Values], Sequence[Reply]]]] = {
    "auth": lambda g, v: [g.auth(v.credentials())],
    "ping": lambda g, v: [
        g.ping(v.text("session_id"), v.credentials().address),
    ],
    "sendmsg": lambda g, v: g.sendmsg(v.credentials(), v.submission()),
    "querymsg": lambda g, v: g.querymsg(
        v.credentials(), v.text("apimsgid"), v.text("climsgid")
    ),
    "delmsg": lambda g, v: g.delmsg(
        v.credentials(), v.text("apimsgid"), v.text("climsgid")
    ),
    "getbalance": lambda g, v: [g.getbalance(v.credentials())],
    "routecoverage": lambda g, v: [g.routecoverage(v.credentials(), v.text("msisdn"))],
    "si_push": _si_push,
    "ind_push": _ind_push,
    "token_pay": lambda g, v: [g.token_pay(v.credentials(), v.text("token"))],
    "startbatch": lambda g, v: [
        g.startbatch(v.credentials(), v.submission("template"))
    ],
    "senditem": _senditem,
    "quicksend": lambda g, v: g.quicksend(
        v.credentials(), v.text("batch_id"), v.texts("to")
    ),
    "endbatch": lambda g, v: [g.endbatch(v.credentials(), v.text("batch_id"))],
    "getmsgcharge": lambda g, v: [g.getmsgcharge(v.credentials(), v.text("apimsgid"))],
}
"""By their names in lower case: the dialects differ in `routeCoverage`."""
