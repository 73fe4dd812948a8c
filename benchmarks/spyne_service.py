"""spyne's service of the operation in `inputs/messages.wsdl`."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from .measure import Unavailable

WsgiApp: TypeAlias = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]


def receipts(to: Iterable[str]) -> list[str]:
    """The work of every side's method: an id for each recipient."""
    return [f"ID: 2e838df2ee3ea418272ae05aaf84ce5d To: {number}" for number in to]


def spyne_application() -> WsgiApp:
    """The service as spyne's WSGI application, which checks no more than it must to read a request.

    Raises:
        Unavailable: spyne is not installed, or not on this Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own imports, on newer Pythons
            spyne: Any = importlib.import_module("spyne")
            soap: Any = importlib.import_module("spyne.protocol.soap")
            wsgi: Any = importlib.import_module("spyne.server.wsgi")
    except ImportError as error:
        raise Unavailable(f"spyne: {error}") from error
    once, several = {"min_occurs": 1}, {"max_occurs": "unbounded"}

    def sendmsg(
        context: Any,  # Any: spyne has no types
        api_id: int,
        user: str,
        password: str,
        to: list[str],
        sender: str | None,
        text: str | None,
    ) -> list[str]:
        return receipts(to)

    declared = spyne.rpc(
        *(spyne.Integer32(**once), spyne.Unicode(**once), spyne.Unicode(**once)),
        *(spyne.Unicode(**once, **several), spyne.Unicode, spyne.Unicode),
        _returns=spyne.Unicode(**several),
    )
    service = type("Messages", (spyne.ServiceBase,), {"sendmsg": declared(sendmsg)})
    application = spyne.Application(
        [service],
        "urn:messages",
        in_protocol=soap.Soap11(),
        out_protocol=soap.Soap11(),
    )
    found: WsgiApp = wsgi.WsgiApplication(application)
    return found
