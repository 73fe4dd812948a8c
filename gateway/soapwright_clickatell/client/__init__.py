"""The gateway as a person likes to program with it.

    with Clickatell("demo", "demo", 1234, endpoint="http://127.0.0.1:8900") as sms:
        sent = sms.send("Hello", "+27 999 123456")
        print(sms.status(sent.id))

Sessions are opened and renewed by themselves. `AsyncClickatell` is the same with `await`.
"""

from __future__ import annotations

from ..messages.options import Options
from ..vendor.replies import GatewayError
from .async_client import AsyncClickatell
from .chunks import Chunk, Recipient, chunks
from .estimates import Estimate
from .fates import NoAnswer, UnexpectedReply
from .file_ledger import FileLedger
from .ledger import Entry, JournalError, Ledger
from .limits import Limiter, RateLimiter
from .postgres import PostgresLedger, PostgresLimiter
from .steps import Recovery
from .sync_client import Clickatell

__all__ = [
    "AsyncClickatell",
    "Chunk",
    "Clickatell",
    "Entry",
    "Estimate",
    "FileLedger",
    "GatewayError",
    "JournalError",
    "Ledger",
    "Limiter",
    "NoAnswer",
    "Options",
    "PostgresLedger",
    "PostgresLimiter",
    "RateLimiter",
    "Recipient",
    "Recovery",
    "UnexpectedReply",
    "chunks",
]
