"""Policies of WSDLs: where they are taken from, and what they mean to a port."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from soapwright.model.api import Api
from soapwright.model.demands import demands_of_port
from soapwright.model.diagnostics import Diagnostic, Findings
from soapwright.pipeline import load

WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:s" xmlns:s="urn:s"
    xmlns:d="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:wsp="http://www.w3.org/ns/ws-policy" xmlns:x="urn:x"
    xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"
    xmlns:wsam="http://www.w3.org/2007/05/addressing/metadata"
    xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
{named}
<types><xsd:schema targetNamespace="urn:s"><xsd:element name="a" type="xsd:string"/></xsd:schema></types>
<message name="a"><part name="a" element="s:a"/></message>
<portType name="P"><operation name="o"><input message="s:a"/></operation></portType>
<binding name="B" type="s:P">{attached}<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="o"><soap:operation/><input><soap:body use="literal"/></input></operation></binding>
<service name="S"><port name="P" binding="s:B"><soap:address location="{address}"/></port></service>
</definitions>"""
POLICY = '<wsp:Policy wsu:Id="p">{}</wsp:Policy>'
TOKEN = "<sp:UsernameToken><wsp:Policy>{}</wsp:Policy></sp:UsernameToken>"
TOKENS = "<sp:SupportingTokens><wsp:Policy>{}</wsp:Policy></sp:SupportingTokens>"
SIGNED_TOKENS = TOKENS.replace("sp:Supporting", "sp:SignedSupporting")


def read(
    folder: Path, attached: str, named: str = "", address: str = "https://x/"
) -> tuple[Api, list[Diagnostic]]:
    path, findings = folder / "service.wsdl", Findings()
    text = WSDL.format(named=named, attached=attached, address=address)
    path.write_text(text, encoding="utf-8")
    return load(path, (), findings), [f for f in findings if f.code == "policy"]


def words(api: Api) -> list[str]:
    return [demand.words for demand in demands_of_port(api.ports[0])]


@pytest.mark.parametrize(
    ("attached", "named"),
    [
        (POLICY.format("<x:A/>"), ""),
        ('<wsp:PolicyReference URI="#p"/>', POLICY.format("<x:A/>")),
        (
            '<wsp:PolicyReference URI="urn:n"/>',
            '<wsp:Policy Name="urn:n"><x:A/></wsp:Policy>',
        ),
        (
            '<wsp:PolicyReference URI="#p"/>',
            '<wsp:Policy xml:id="p"><wsp:All><x:A/></wsp:All></wsp:Policy>',
        ),
    ],
)
def test_where_a_policy_is_from(tmp_path: Path, attached: str, named: str) -> None:
    api, (finding,) = read(tmp_path, attached, named)
    assert [one.name for one in api.ports[0].policy[0]] == ["{urn:x}A"]
    assert "{urn:x}A" in finding.message and str(finding).endswith("[policy]")


@pytest.mark.parametrize("name", ["policies.xml", "policies.xml#p"])
def test_a_file_beside_the_wsdl(tmp_path: Path, name: str) -> None:
    namespaces = WSDL.partition("xmlns:wsp")[2].partition(">")[0]
    policy = POLICY.format("<x:A/>").replace(
        "<wsp:Policy", f"<wsp:Policy xmlns:wsp{namespaces}", 1
    )
    (tmp_path / "policies.xml").write_text(policy, encoding="utf-8")
    api, _ = read(tmp_path, f'<wsp:PolicyReference URI="{name}"/>')
    assert [one.name for one in api.ports[0].policy[0]] == ["{urn:x}A"]
    assert [source.path for source in api.sources] == ["service.wsdl", "policies.xml"]
    assert "policies.xml" in api.inputs.read


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:9/p",
        "file:///etc/hostname",
        "/etc/hostname",
        "gone.xml#p",
        "#gone",
    ],
)
def test_nothing_is_fetched(tmp_path: Path, uri: str) -> None:
    api, (finding,) = read(tmp_path, f'<wsp:PolicyReference URI="{uri}"/>')
    assert finding.mended and uri in finding.message
    assert words(api)[0].startswith("what cannot be read")


def test_a_bomb_is_not_unfolded(tmp_path: Path) -> None:
    inner = "".join(f'<x:a{n} wsp:Optional="true"/>' for n in range(12))
    bomb = "".join(
        f"<x:b{n}><wsp:Policy>{inner}</wsp:Policy></x:b{n}>" for n in range(12)
    )
    started = time.monotonic()
    _, (finding,) = read(tmp_path, POLICY.format(bomb))
    assert "more than 64 alternatives" in finding.message
    assert time.monotonic() - started < 2


def test_the_alternative_counts_of_which_most_is_met(tmp_path: Path) -> None:
    either = "<wsp:ExactlyOne><x:A/><wsam:Addressing/></wsp:ExactlyOne>"
    api, findings = read(tmp_path, POLICY.format(either))
    assert (words(api), findings) == (["WS-Addressing"], [])
    using = api.ports[0].addressing
    assert using is not None and not using.required


def test_what_may_be_ignored_is(tmp_path: Path) -> None:
    policy = POLICY.format('<x:A wsp:Ignorable="true"/>')
    api, findings = read(tmp_path, policy)
    assert (words(api), findings) == ([], [])


@pytest.mark.parametrize(
    ("assertion", "demanded", "hint"),
    [
        (
            TOKENS.format(TOKEN.format("")),
            "a UsernameToken",
            "password)",
        ),
        (
            SIGNED_TOKENS.format(TOKEN.format("")),
            "a UsernameToken (SignedSupportingTokens)",
            "password)",
        ),
        (
            TOKENS.format(TOKEN.format("<sp:HashPassword/>")),
            "a digest of the password",
            "digest=True",
        ),
        (
            TOKENS.format(TOKEN.format("<sp:NoPassword/>")),
            "without a password",
            "UsernameToken(",
        ),
        (TOKENS.format("<sp:X509Token/>"), "X509Token", ""),
        (TOKENS.format("<sp:IssuedToken/>"), "IssuedToken", ""),
        (
            "<sp:SymmetricBinding><wsp:Policy/></sp:SymmetricBinding>",
            "SymmetricBinding",
            "",
        ),
        (
            "<sp:SymmetricBinding><wsp:Policy><sp:ProtectionToken><wsp:Policy><sp:X509Token><wsp:Policy>"
            "<sp:RequireDerivedKeys/></wsp:Policy></sp:X509Token></wsp:Policy></sp:ProtectionToken></wsp:Policy>"
            "</sp:SymmetricBinding>",
            "keys derived from a shared one (SymmetricBinding)",
            "security=Keys(…)",
        ),
        ("<sp:SignedParts/>", "the Body and all header blocks", ""),
        (
            '<sp:EncryptedParts><sp:Header Name="H"/></sp:EncryptedParts>',
            "the header H",
            "",
        ),
        (
            "<wsam:Addressing><wsp:Policy><wsam:NonAnonymousResponses/></wsp:Policy></wsam:Addressing>",
            "NonAnonymousResponses",
            "reply_to",
        ),
    ],
)
def test_demands_in_words(
    tmp_path: Path, assertion: str, demanded: str, hint: str
) -> None:
    _, (finding,) = read(tmp_path, POLICY.format(assertion))
    assert demanded in finding.message and hint in finding.hint


X509 = "<sp:X509Token><wsp:Policy>{}</wsp:Policy></sp:X509Token>"
ASYMMETRIC = (
    "<sp:AsymmetricBinding><wsp:Policy>"
    "<sp:InitiatorToken><wsp:Policy>{token}</wsp:Policy></sp:InitiatorToken>"
    "<sp:RecipientToken><wsp:Policy><sp:X509Token/></wsp:Policy></sp:RecipientToken>"
    "<sp:AlgorithmSuite><wsp:Policy><sp:Basic128GCM/>{suite}</wsp:Policy></sp:AlgorithmSuite>{more}"
    "</wsp:Policy></sp:AsymmetricBinding>"
)


def asymmetric(token: str = "", suite: str = "", more: str = "") -> str:
    return ASYMMETRIC.format(token=X509.format(token), suite=suite, more=more)


def unmet(folder: Path, policy: str) -> tuple[str, ...]:
    api, _ = read(folder, POLICY.format(policy))
    security = api.ports[0].security
    return () if security is None else security.unmet


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        (asymmetric("<sp:WssX509Pkcs7Token10/>"), "WssX509Pkcs7Token10"),
        (asymmetric("<sp:RequireDerivedKeys/>"), "RequireDerivedKeys"),
        (asymmetric("<sp:WssX509Pkcs7Token11/>"), "WssX509Pkcs7Token11"),
        (asymmetric(suite="<sp:InclusiveC14N/>"), "InclusiveC14N"),
        (asymmetric(suite="<sp:Basic256/>"), "Basic256 and Basic128GCM"),
        (asymmetric(more="<sp:SignedParts><sp:Body/></sp:SignedParts>"), "SignedParts"),
        (asymmetric(more="<x:A/>"), "A"),
        (
            asymmetric(
                more="<sp:RecipientEncryptionToken><wsp:Policy><sp:KerberosToken/></wsp:Policy></sp:RecipientEncryptionToken>"
            ),
            "KerberosToken",
        ),
        (
            asymmetric(more="<sp:EncryptBeforeSigning/>")
            + "<sp:EncryptedParts><sp:Attachments/></sp:EncryptedParts>",
            "the Attachments",
        ),
        (
            "<sp:Wss11><wsp:Policy><sp:RequireEncryptedTimes/></wsp:Policy></sp:Wss11>",
            "RequireEncryptedTimes",
        ),
        (
            SIGNED_TOKENS.format(TOKEN.format("<sp:RequireDerivedKeys/>")),
            "RequireDerivedKeys",
        ),
        (
            SIGNED_TOKENS.format(TOKENS.format(TOKEN.format(""))),
            "SupportingTokens",
        ),
        (
            "<sp:TransportBinding><wsp:Policy><sp:Layout><wsp:Policy><sp:Reversed/></wsp:Policy></sp:Layout>"
            "</wsp:Policy></sp:TransportBinding>",
            "Reversed",
        ),
    ],
)
def test_a_nested_assertion_that_is_not_known_is_met_by_nothing(
    tmp_path: Path, policy: str, named: str
) -> None:
    found = unmet(tmp_path, policy)
    assert len(found) == 1 and named in found[0]


@pytest.mark.parametrize(
    "policy",
    [
        asymmetric(
            "<sp:WssX509V3Token10/><sp:RequireThumbprintReference/>",
            "<sp:STRTransform10/><sp:XPath10/>",
            "<sp:IncludeTimestamp/><sp:SignBeforeEncrypting/><sp:OnlySignEntireHeadersAndBody/>"
            "<sp:Layout><wsp:Policy><sp:LaxTsFirst/></wsp:Policy></sp:Layout>",
        ),
        asymmetric('<x:A wsp:Ignorable="true"/>'),
        asymmetric(more=SIGNED_TOKENS.format(TOKEN.format("<sp:WssUsernameToken11/>"))),
        "<sp:Wss11><wsp:Policy><sp:MustSupportRefThumbprint/><sp:MustSupportRefEncryptedKey/></wsp:Policy></sp:Wss11>",
        asymmetric()
        + "<sp:EncryptedParts><sp:Body/><sp:Attachments/></sp:EncryptedParts>",
        "<sp:Trust13><wsp:Policy><sp:RequireClientEntropy/></wsp:Policy></sp:Trust13>",
        "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy>"
        "<sp:HttpsToken><wsp:Policy><sp:RequireClientCertificate/></wsp:Policy></sp:HttpsToken>"
        "</wsp:Policy></sp:TransportToken></wsp:Policy></sp:TransportBinding>",
    ],
)
def test_nested_assertions_that_are_known(tmp_path: Path, policy: str) -> None:
    assert unmet(tmp_path, policy) == ()


def test_one_token_of_a_kind_is_sent(tmp_path: Path) -> None:
    saml = "<sp:SamlToken><wsp:Policy>{}</wsp:Policy></sp:SamlToken>"
    over_tls = "<sp:TransportBinding><wsp:Policy/></sp:TransportBinding>"
    first = TOKENS.format(saml.format("<sp:WssSamlV20Token11/>"))
    other = SIGNED_TOKENS.format(saml.format("<sp:WssSamlV11Token11/>"))
    assert unmet(tmp_path, over_tls + first) == ()
    found = unmet(tmp_path, over_tls + first + other)
    assert len(found) == 1 and "besides another one" in found[0]


def test_tls_is_met_by_the_address(tmp_path: Path) -> None:
    policy = POLICY.format("<sp:TransportBinding><wsp:Policy/></sp:TransportBinding>")
    assert read(tmp_path, policy)[1] == []
    _, (finding,) = read(tmp_path, policy, address="http://x/")
    assert "TLS" in finding.message and "http://x/" in finding.hint


def test_options_of_security_demand_nothing(tmp_path: Path) -> None:
    policy = POLICY.format("<sp:Wss11/><sp:Trust13/>")
    assert read(tmp_path, policy)[1] == []


def test_no_alternative_is_a_demand(tmp_path: Path) -> None:
    api, (finding,) = read(tmp_path, POLICY.format("<wsp:ExactlyOne/>"))
    assert "no alternative" in finding.message
    assert words(api) == ["what cannot be read: it has no alternative"]


@pytest.mark.parametrize(
    "attached",
    [
        '<wsp:PolicyReference URI="#gone"/>',
        '<wsp:PolicyReference URI="https://x/policy.xml"/>',
        POLICY.format('<wsp:PolicyReference URI="#p"/>'),
        POLICY.format("".join(f'<x:a{n} wsp:Optional="true"/>' for n in range(7))),
        POLICY.format("<wsp:ExactlyOne/>"),
        POLICY.format(TOKENS.format(TOKEN.format("<wsp:ExactlyOne/>"))),
    ],
)
@pytest.mark.parametrize("place", ["binding", "operation", "input", "portType", "URIs"])
def test_a_policy_that_cannot_be_read_is_met_by_nothing(
    tmp_path: Path, attached: str, place: str
) -> None:
    text = WSDL.format(
        named='<wsp:Policy wsu:Id="loop"><wsp:PolicyReference URI="#loop"/></wsp:Policy>',
        attached=attached if place == "binding" else "",
        address="https://x/",
    )
    if place == "operation":
        text = text.replace("<soap:operation/>", f"{attached}<soap:operation/>")
    elif place == "input":
        text = text.replace("<input><soap:", f"<input>{attached}<soap:")
    elif place == "portType":
        text = text.replace('<portType name="P">', f'<portType name="P">{attached}')
    elif place == "URIs":
        text = text.replace('type="s:P"', 'type="s:P" wsp:PolicyURIs="#loop"')
    path, findings = tmp_path / "service.wsdl", Findings()
    path.write_text(text, encoding="utf-8")
    port = load(path, (), findings).ports[0]
    security = port.security
    assert security is not None
    of_operation = security.operations.get(port.operations[0].key)
    unmet = security.unmet or (of_operation.unmet if of_operation else ())
    assert len(unmet) == 1 and unmet[0].startswith("what cannot be read: ")
    said = [str(one) for one in findings if one.code == "policy"]
    assert len(said) == 1 and "cannot be read, and calls are refused" in said[0]


def test_an_extension_that_is_required(tmp_path: Path) -> None:
    api, (finding,) = read(
        tmp_path, '<x:E d:required="true"/><x:F d:required="false"/>'
    )
    assert "{urn:x}E is required" in finding.message
    assert read(tmp_path, '<wsp:UsingPolicy d:required="true"/>')[1] == []


def test_strict_makes_an_error_of_a_broken_policy(tmp_path: Path) -> None:
    path = tmp_path / "service.wsdl"
    text = WSDL.format(
        named="", attached='<wsp:PolicyReference URI="#x"/>', address="x"
    )
    path.write_text(text, encoding="utf-8")
    findings = Findings(strict=True)
    with pytest.raises(Exception, match="no policy #x"):
        load(path, (), findings)
