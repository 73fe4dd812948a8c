"""The public names of a package that are its runtime's: values, messages, what transports give and take.

They are the same in every package. Their modules belong to the part of the runtime that every
package carries. docs/public.md lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from soapwright.python.text.runtime_name import RuntimeName

RUNTIME_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "addressing.addressing": ("Addressing", "headers_of"),
    "addressing.headers": ("AddressingHeaders", "EndpointReference"),
    "errors.exchange": ("Exchange",),
    "errors.problems": ("Problem",),
    "http.httpx2_transport": ("AsyncHttpTransport", "HttpTransport"),
    "http.message": ("Attachment", "Message", "Outgoing"),
    "http.observing": ("Observation", "Observer"),
    "http.retries": ("Retry",),
    "http.reqwest_transport": ("AsyncReqwestTransport", "ReqwestTransport"),
    "http.transport": (
        "AsyncStreamedResponse",
        "AsyncTransport",
        "Request",
        "Response",
        "StreamedResponse",
        "Transport",
    ),
    "json.convert": ("from_dict", "from_json", "to_dict", "to_json"),
    "json.schema": ("json_schema",),
    "security.username_token": ("UsernameToken",),
    "soap.operation": ("Operation", "Port"),
    "values.anysimple": ("Typed", "TypedList"),
    "values.anyxml": ("AnyElement",),
    "values.dates": ("XmlDate", "XmlDateTime", "XmlTime"),
    "values.names": ("QName",),
    "values.numbers": ("XmlDecimal", "XmlFloat", "XmlInt"),
    "values.values": (
        *("UNSET", "Nil", "Unset", "Duration"),
        *("GDay", "GMonth", "GMonthDay", "GYear", "GYearMonth"),
    ),
    "xml.parsing": ("Limits",),
}
"""By module of the runtime."""

OF_SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "security.username_checks": ("NonceStore", "UsernameTokens"),
}
"""Those of packages that have service classes."""


OWN_NAMES: Final = ("limits", "redact", "set_limits")
"""Those of `_package.py`: they depend on the package."""


def public_names(runtime: RuntimeName, *, server: bool) -> list[tuple[str, str]]:
    """Each name with its module as the package's own modules import it.

    Args:
        runtime: where the package's runtime is.
        server: whether it has service classes.
    """
    homes = {**RUNTIME_NAMES, **(OF_SERVICES if server else {})}
    names = [
        (name, runtime.module(module))
        for module, given in homes.items()
        for name in given
    ]
    return names + [(name, "._package") for name in OWN_NAMES]
