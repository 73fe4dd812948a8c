"""The public names of a package that are its runtime's: values, messages, what transports give and take.

They are the same in every package. Their modules belong to the part of the runtime that every
package carries. docs/public.md lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RUNTIME_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "addressing.addressing": ("Addressing",),
    "errors.exchange": ("Exchange",),
    "http.message": ("Attachment", "Message", "Outgoing"),
    "http.transport": (
        "AsyncHttpTransport",
        "AsyncTransport",
        "HttpTransport",
        "Request",
        "Response",
        "Transport",
    ),
    "secrets.redaction": ("redact",),
    "security.username_token": ("UsernameToken",),
    "soap.operation": ("Operation", "Port"),
    "values.anysimple": ("Typed", "TypedList"),
    "values.anyxml": ("AnyElement",),
    "values.dates": ("XmlDate", "XmlDateTime", "XmlTime"),
    "values.names": ("QName",),
    "values.numbers": ("XmlDecimal", "XmlInt"),
    "values.values": (
        *("UNSET", "Unset", "Duration"),
        *("GDay", "GMonth", "GMonthDay", "GYear", "GYearMonth"),
    ),
    "xml.parsing": ("Limits", "limits", "set_limits"),
}
"""By module of the runtime."""


def runtime_names() -> list[tuple[str, str]]:
    """Each name with its module as the package's own modules import it."""
    return [
        (name, f"._soap.{module}")
        for module, names in RUNTIME_NAMES.items()
        for name in names
    ]
