"""A WSDL of two ports, of SOAP 1.1 and 1.2, with policies; and WS-SecurityPolicy's assertions for it."""

from __future__ import annotations

SP = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"
_PORTS = (("Bank", "soap"), ("Bank12", "soap12"))


def wsdl(
    policy: str,
    request: str = "",
    reply: str = "",
    *,
    operation: str = "",
    namespace: str = SP,
    address: str = "https://bank.example/",
) -> str:
    """The WSDL.

    Args:
        policy: assertions of the bindings.
        request: those of requests.
        reply: those of replies.
        operation: those of operations.
        namespace: of WS-SecurityPolicy's version.
        address: of both ports.
    """

    def attached(assertions: str) -> str:
        return f"<wsp:Policy>{assertions}</wsp:Policy>" if assertions else ""

    bindings = "".join(
        f"""<binding name="{name}" type="tns:Bank">{attached(policy)}
        <{soap}:binding transport="http://schemas.xmlsoap.org/soap/http"/>
        <operation name="transfer">{attached(operation)}<{soap}:operation soapAction="urn:bank#transfer"/>
          <input>{attached(request)}<{soap}:body use="literal"/>
            <{soap}:header message="tns:ticket" part="ticket" use="literal"/></input>
          <output>{attached(reply)}<{soap}:body use="literal"/></output></operation></binding>"""
        for name, soap in _PORTS
    )
    ports = "".join(
        f'<port name="{name}" binding="tns:{name}"><{soap}:address location="{address}"/></port>'
        for name, soap in _PORTS
    )
    return f"""<definitions name="Bank" targetNamespace="urn:bank" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="urn:bank" xmlns:wsp="http://www.w3.org/ns/ws-policy"
    xmlns:sp="{namespace}" xmlns:wsam="http://www.w3.org/2007/05/addressing/metadata"
    xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="urn:x">
  <types><xs:schema targetNamespace="urn:bank" elementFormDefault="qualified">
    <xs:element name="transfer" type="xs:decimal"/><xs:element name="transferred" type="xs:string"/>
    <xs:element name="Ticket" type="xs:string"/>
  </xs:schema></types>
  <message name="transfer"><part name="amount" element="tns:transfer"/></message>
  <message name="transferred"><part name="receipt" element="tns:transferred"/></message>
  <message name="ticket"><part name="ticket" element="tns:Ticket"/></message>
  <portType name="Bank">
    <operation name="transfer"><input message="tns:transfer"/><output message="tns:transferred"/></operation>
  </portType>
  {bindings}<service name="Bank">{ports}</service>
</definitions>"""


def nested(name: str, *inside: str, attributes: str = "") -> str:
    """An assertion with a nested policy."""
    return (
        f"<sp:{name}{attributes}><wsp:Policy>{''.join(inside)}</wsp:Policy></sp:{name}>"
    )


def x509(include: str = "", *options: str, namespace: str = SP) -> str:
    """An X509Token."""
    given = f' sp:IncludeToken="{namespace}/IncludeToken/{include}"' if include else ""
    inside = "".join(f"<sp:{option}/>" for option in ("WssX509V3Token10", *options))
    return nested("X509Token", inside, attributes=given)


def asymmetric(
    *flags: str,
    initiator: str = x509("AlwaysToRecipient"),
    recipient: str = x509("Never"),
    suite: str = "Basic256Sha256",
    layout: str = "Strict",
) -> str:
    """An AsymmetricBinding."""
    return nested(
        "AsymmetricBinding",
        nested("InitiatorToken", initiator),
        nested("RecipientToken", recipient),
        nested("AlgorithmSuite", f"<sp:{suite}/>"),
        nested("Layout", f"<sp:{layout}/>"),
        *(f"<sp:{flag}/>" for flag in flags),
    )


def symmetric(
    *flags: str,
    protection: str = x509("Never", "RequireThumbprintReference"),
    suite: str = "Basic256Sha256",
) -> str:
    """A SymmetricBinding."""
    return nested(
        "SymmetricBinding",
        nested("ProtectionToken", protection),
        nested("AlgorithmSuite", f"<sp:{suite}/>"),
        *(f"<sp:{flag}/>" for flag in flags),
    )


def transport(*flags: str, token: str = "<sp:HttpsToken/>") -> str:
    """A TransportBinding."""
    return nested(
        "TransportBinding",
        nested("TransportToken", token),
        *(f"<sp:{flag}/>" for flag in flags),
    )


def parts(name: str, *inside: str) -> str:
    """An assertion of parts: "Body", or a header's name, of `urn:bank`."""
    found = "".join(
        (
            "<sp:Body/>"
            if one == "Body"
            else f'<sp:Header Name="{one}" Namespace="urn:bank"/>'
        )
        for one in inside
    )
    return f"<sp:{name}>{found}</sp:{name}>"


def username(*options: str, kind: str = "SupportingTokens") -> str:
    """A UsernameToken among supporting tokens."""
    inside = "".join(f"<sp:{option}/>" for option in options)
    return nested(kind, nested("UsernameToken", inside))
