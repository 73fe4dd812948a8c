"""Clickatell's SMS gateway: its rules that no WSDL has, and the gateway in a box.

    from soapwright_clickatell import Clickatell

The package vendors its generated packages, as any program does that ships what soapwright made
for it: `services` has them. In a checkout that is a link to `generated/`; a wheel has the
packages themselves.

`client` sends, `outgoing` has the kinds of messages, `outcomes` the results of calls,
`features` and `codes` the vendor's numbers, `callbacks` receives callbacks, `queue` has the tasks
of a queue's workers. These stay; the other
modules may change.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import (
        AsyncClickatell,
        Clickatell,
        GatewayError,
        JournalError,
        NoAnswer,
        Options,
        Recipient,
    )

__all__ = [
    "AsyncClickatell",
    "Clickatell",
    "GatewayError",
    "JournalError",
    "NoAnswer",
    "Options",
    "Recipient",
]
__version__ = "0.2.0"


def __getattr__(name: str) -> Any:  # Any: whatever the name is of
    # Loaded when it is used: pytest imports this package in each run, for its plugin.
    if name in __all__:
        return getattr(import_module(".client", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
