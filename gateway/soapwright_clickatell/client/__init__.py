"""The gateway as a person likes to program with it.

    with Clickatell("demo", "demo", 1234, endpoint="http://127.0.0.1:8900/soap/webservice.php") as sms:
        (sent,) = sms.send(Text("Hello"), "27999123456")
        print(sms.status(sent.id))

Sessions are opened and renewed by themselves. `AsyncClickatell` is the same with `await`.
"""

from __future__ import annotations

from ..messages.options import Options
from ..vendor.replies import GatewayError
from .async_client import AsyncClickatell
from .bulk import Recipient
from .calls import Recovery
from .fates import NoAnswer, UnexpectedReply
from .journal import JournalError
from .sync_client import Clickatell

__all__ = [
    "AsyncClickatell",
    "Clickatell",
    "GatewayError",
    "JournalError",
    "NoAnswer",
    "Options",
    "Recipient",
    "Recovery",
    "UnexpectedReply",
]
