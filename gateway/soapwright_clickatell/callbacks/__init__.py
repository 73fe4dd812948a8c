"""Callbacks as they arrive at our side: statuses of sent messages, and incoming messages.

`parse_callback` reads every form that the vendor documents. `Receiver` is a small web
application for it, in both of Python's dialects: mount `receiver.wsgi` or `receiver.asgi` where
the account's callback URL points.

    receiver = Receiver(on_status=lambda status: print(status.message_id, status.status))

The gateway repeats what was not answered with success, and an answer may be lost: a handler may
get the same callback twice. Compare `message_id` and `status`.
"""

from __future__ import annotations

from .received import (
    Callback,
    CallbackError,
    IncomingCallback,
    StatusCallback,
    parse_callback,
)
from .receiver import MAX_BODY, Assembler, Receiver

__all__ = [
    "MAX_BODY",
    "Assembler",
    "Callback",
    "CallbackError",
    "IncomingCallback",
    "Receiver",
    "StatusCallback",
    "parse_callback",
]
