"""One request and its reply, as a whole."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Generic, TypeVar

from ..secrets.redaction import ALWAYS, Secrets
from .problems import Problem

Reply = TypeVar("Reply")

_SHOWN = 1000


@dataclass(frozen=True, slots=True, repr=False)
class Exchange(Generic[Reply]):
    """The request and the reply of one call, as sent and as decoded.

    An exchange that failed hangs on the error that it raised, as its `exchange`; its response
    is then `None`. The representation shows the envelopes without their secrets; the two
    fields have them as they were.
    """

    response: Reply
    """The decoded reply; `None` for a one-way operation."""
    headers: Any  # Any: an operation's type does not name the class of its headers
    """The reply's declared header blocks; `None` where the operation declares none."""
    status: int
    """The reply's HTTP status."""
    request_envelope: bytes
    """As it was sent, after the outgoing layers."""
    response_envelope: bytes
    """The reply's body as it came, not as incoming layers left it: empty for most one-way
    operations, and no envelope in some errors. Of several parts it is the root, with what XOP
    moved into the others put back, where the layers left it alone."""
    _: KW_ONLY
    operation: str = ""
    """The operation's name."""
    problems: tuple[Problem, ...] = ()
    """Where the reply violates its schema: of a lenient client, else none."""
    attachments: tuple[Any, ...] = ()  # Any: Attachment, of what imports this
    """The reply's parts beside its root, whether or not the WSDL knows of them."""
    secrets: Secrets = field(default=ALWAYS, repr=False, compare=False)
    """The secrets that the representation hides."""

    def __repr__(self) -> str:
        name = self.operation
        hides = self.secrets.carried_by(self.request_envelope, name)
        excerpt, hide = hides.excerpt, hides.without_values
        request = excerpt(self.request_envelope, _SHOWN, name)
        response = excerpt(self.response_envelope, _SHOWN, name)
        return (
            f"Exchange({self.operation!r}, status={self.status},"
            f" response={hide(repr(self.response))}, headers={hide(repr(self.headers))},"
            f" request_envelope={request!r}, response_envelope={response!r})"
        )
