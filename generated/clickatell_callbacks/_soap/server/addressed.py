"""WS-Addressing in a service: requests that have its headers, and their replies (1.0 SOAP Binding).

Requests are taken with the headers and, unless their port demands them, without.
"""

from __future__ import annotations

from dataclasses import replace
from collections.abc import Callable
from typing import Final

from ..addressing.headers import (
    VERSIONS,
    AddressingHeaders,
    EndpointReference,
    VersionNames,
    parameter_blocks,
    written,
)
from ..errors.errors import SoapFault
from ..http.bodies import charset_of
from ..http.transport import Response
from ..soap.blocks import block_text, place_of_blocks
from ..soap.envelope import Version
from ..values.anyxml import AnyElement
from .answering import Refusal

_SOAP_FAULT: Final = "http://www.w3.org/2005/08/addressing/soap/fault"


def check_addressing(
    headers: AddressingHeaders | None,
    version: Version,
    soap_action: str,
    *,
    demanded: bool,
    answered: bool,
    accepts: Callable[[str], bool],
) -> None:
    """Refuse a request that cannot be answered as its headers want it.

    Args:
        headers: the request's.
        version: of SOAP.
        soap_action: the SOAPAction; "" where there is none.
        demanded: whether the port demands the headers.
        answered: whether the operation has a response.
        accepts: whether a reply may go to an address.

    Raises:
        Refusal: with one of the faults of section 6.4.
    """
    if headers is None:
        if demanded:
            names = VERSIONS["2005/08"]
            raise _refused(names, version, "MessageAddressingHeaderRequired", "Action")
        return
    names = headers.names
    for name in headers.repeated:
        raise _invalid(names, version, "InvalidCardinality", name)
    if not headers.action:
        raise _refused(names, version, "MessageAddressingHeaderRequired", "Action")
    if soap_action and soap_action != headers.action:
        raise _invalid(names, version, "ActionMismatch", "Action")
    endpoints = {"ReplyTo": headers.reply_to, "FaultTo": headers.fault_to}
    for name, endpoint in endpoints.items() if answered else ():
        if _is_elsewhere(headers, endpoint) and not accepts(_address(endpoint)):
            raise _invalid(names, version, "OnlyAnonymousAddressSupported", name)


def _invalid(
    names: VersionNames, version: Version, subcode: str, header: str
) -> Refusal:
    return _refused(names, version, "InvalidAddressingHeader", header, subcode)


def _refused(
    names: VersionNames, version: Version, code: str, header: str, subcode: str = ""
) -> Refusal:
    """A fault about a header, which its detail names; SOAP 1.1 has the detail in a block."""
    namespace = names.namespace
    codes = [f"{{{namespace}}}{name}" for name in (code, subcode) if name]
    reason = f"{subcode or code}: {header}"
    problem = AnyElement(
        f"{{{namespace}}}ProblemHeaderQName",
        content=[f"wsa:{header}"],
        namespaces={"wsa": namespace},
    )
    if version == "1.2":
        fault = SoapFault(reason, code="Sender", subcodes=codes, detail=problem)
        refusal = Refusal(fault, version=version)
    else:
        block = AnyElement(f"{{{namespace}}}FaultDetail", content=[problem])
        fault = SoapFault(reason, code=codes[0])
        refusal = Refusal(fault, version=version, blocks=block.to_xml())
    refusal.fault_action = f"{namespace}/fault"
    return refusal


# ------------------------------------------------------------------------------- replies


def reply_blocks(
    headers: AddressingHeaders, action: str, endpoint: EndpointReference | None
) -> str:
    """The header blocks of a reply.

    Args:
        headers: the request's.
        action: the reply's.
        endpoint: where it goes; `None` for the connection.

    Raises:
        EncodeError: XML cannot carry one.
    """
    blocks = [("Action", block_text("Action", action))]
    if _is_elsewhere(headers, endpoint):
        blocks.insert(0, ("To", block_text("To", _address(endpoint))))
    if headers.message_id and "MessageID" not in headers.repeated:
        blocks.append(("RelatesTo", block_text("RelatesTo", headers.message_id)))
    xml = written(headers.names, blocks)
    return xml + (parameter_blocks(headers.names, endpoint) if endpoint else "")


def fault_action_of(headers: AddressingHeaders, declared: str) -> str:
    """The action of a fault: its declared one, else the one of SOAP's faults (section 6)."""
    if declared:
        return declared
    current = headers.names == VERSIONS["2005/08"]
    return _SOAP_FAULT if current else f"{headers.names.namespace}/fault"


def addressed(
    reply: Response,
    headers: AddressingHeaders,
    action: str,
    endpoint: EndpointReference | None,
) -> Response:
    """A reply with its header blocks.

    Raises:
        EncodeError: XML cannot carry one.
    """
    charset = charset_of(reply.headers.get("content-type", ""))
    place = place_of_blocks(reply.body, charset)
    envelope = place.filled(reply.body, reply_blocks(headers, action, endpoint))
    return replace(reply, body=envelope)


def endpoint_of(headers: AddressingHeaders, *, fault: bool) -> EndpointReference | None:
    """Where the reply to a request goes; `None` for its connection (Core, section 3.4)."""
    return (headers.fault_to if fault else None) or headers.reply_to


def address_elsewhere(
    headers: AddressingHeaders, endpoint: EndpointReference | None
) -> str:
    """The address of an endpoint that is not the request's connection, else ""."""
    return _address(endpoint) if _is_elsewhere(headers, endpoint) else ""


def _is_elsewhere(
    headers: AddressingHeaders, endpoint: EndpointReference | None
) -> bool:
    return not (headers.is_anonymous(endpoint) or headers.is_none(endpoint))


def _address(endpoint: EndpointReference | None) -> str:
    return endpoint.address if endpoint is not None else ""
