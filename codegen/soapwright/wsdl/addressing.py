"""WS-Addressing in a WSDL: the actions of messages, and the ports that use it.

WS-Addressing 1.0 Metadata, sections 3.1 and 4.4, and the drafts and older versions of it.
"""

from __future__ import annotations

from lxml import etree

from soapwright.model.actions import default_action, fault_action
from soapwright.model.api import Addressing
from soapwright.model.demands import addressing_of
from soapwright.model.policy import Policy
from soapwright.wsdl.components import Components, wsdl_name
from soapwright.wsdl.matching import output_first
from soapwright.wsdl.namespaces import ADDRESSING, WSDL

_SUBMISSION = "http://schemas.xmlsoap.org/ws/2004/08/addressing"


def action_of(
    message: etree._Element, base: str, operation: str, suffix: str, soap_action: str
) -> str:
    """The action of an input or an output: declared, else the SOAPAction, else made of names.

    Args:
        message: the element in the port type.
        base: of the port type's default actions.
        operation: its name.
        suffix: of the default name of the message.
        soap_action: "" for the message that is sent second, which has none.
    """
    declared = _declared(message) or soap_action
    if declared:
        return declared
    name = message.get("name", "").strip()
    if name:
        return base + name
    return default_action(base, operation, suffix)


def action_of_fault(fault: etree._Element, base: str, operation: str, name: str) -> str:
    """The action of a declared fault."""
    return _declared(fault) or fault_action(base, operation, name)


def _declared(node: etree._Element) -> str:
    """The value of an Action attribute; an empty one is none."""
    found = (node.get(f"{{{namespace}}}Action", "").strip() for namespace in ADDRESSING)
    return next(filter(None, found), "")


def using_addressing(node: etree._Element, components: Components) -> Addressing | None:
    """The use of WS-Addressing that a binding or a port declares by an extension element."""
    for namespace in ADDRESSING:
        found = node.find(f"{{{namespace}}}UsingAddressing")
        if found is not None:
            required = found.get(f"{{{WSDL}}}required", "").strip() in ("true", "1")
            version = "2004/08" if namespace.startswith(_SUBMISSION) else "2005/08"
            return Addressing(required, version, components.at(found))
    return None


def used_addressing(policy: Policy, declared: Addressing | None) -> Addressing | None:
    """The use of WS-Addressing that a port's policy demands or allows, else the declared one."""
    found = addressing_of(policy)
    if found is None or (declared is not None and declared.required):
        return declared
    return Addressing(*found)


def suffixes(operation: etree._Element) -> tuple[str, str]:
    """The endings of the default names of the input and the output, after the operation's name.

    The first of the two messages is the one that comes first in the port type.
    """
    kinds = (wsdl_name("input"), wsdl_name("output"))
    if len(list(operation.iterchildren(*kinds))) < 2:
        return "", ""
    return (
        ("Response", "Solicit") if output_first(operation) else ("Request", "Response")
    )
