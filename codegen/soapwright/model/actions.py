"""Default actions of messages (WS-Addressing 1.0 Metadata, section 4.4.4)."""

from __future__ import annotations

from soapwright.model.api import QName


def action_base(port_type: QName) -> str:
    """The beginning of the default actions of a port type's messages, with the delimiter."""
    namespace = port_type.namespace
    delimiter = ":" if namespace[:4].lower() == "urn:" else "/"
    return f"{namespace.removesuffix(delimiter)}{delimiter}{port_type.local}{delimiter}"


def default_action(base: str, operation: str, suffix: str) -> str:
    """The default action of a message without a name of its own (WSDL 1.1, section 2.4.5).

    Args:
        base: of the port type, from `action_base`.
        operation: its name.
        suffix: `Request` or `Response`, "" where the operation has one message only.
    """
    return f"{base}{operation}{suffix}"


def fault_action(base: str, operation: str, fault: str) -> str:
    """The default action of a declared fault."""
    delimiter = base[-1:]
    return f"{base}{operation}{delimiter}Fault{delimiter}{fault}"
