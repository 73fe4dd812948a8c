"""Policies of TLS: the endpoint, the HTTP client, Timestamps and UsernameTokens, without any key; and alternatives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from lxml import etree
from message_keys import pair
from policy_wsdl import (
    asymmetric,
    nested,
    parts,
    symmetric,
    transport,
    username,
    wsdl,
    x509,
)

from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{WSS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{WSS}wssecurity-utility-1.0.xsd}}"
CLIENT, SERVICE = pair("client"), pair("service")
STAMPED = transport("IncludeTimestamp")
EITHER = "<wsp:ExactlyOne><wsp:All>{}</wsp:All><wsp:All>{}</wsp:All></wsp:ExactlyOne>"
_NUMBERS = count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("transport")
    sys.path.insert(0, str(made))
    yield made
    sys.path.remove(str(made))


def package(folder: Path, text: str, **options: Any) -> tuple[Any, str]:
    """A package, which is generated (Any), and the findings."""
    name = f"till_{next(_NUMBERS)}"
    (folder / f"{name}.wsdl").write_text(text)
    with chdir(folder):
        made = generate(Path(f"{name}.wsdl"), Options(name, **options))
    write_package(folder / name, made.files)
    return import_module(name), "".join(f"{one}\n" for one in made.findings)


def service(bank: Any) -> Any:
    class Bank(bank.server.BankService):
        def transfer(self, *, transfer: Decimal, ticket: str | None = None) -> str:
            return f"{transfer} {bank.server.current_call().user}"

    return Bank()


class Wire:
    def __init__(self, bank: Any, security: Any = None) -> None:
        self._to = bank.server.InMemoryTransport(service(bank), security=security)
        self.request = b""
        self.change = lambda envelope: envelope

    def send(self, request: Any) -> Any:
        self.request = request.body
        reply = self._to.send(request)
        return replace(reply, body=self.change(reply.body))


def call(bank: Any, wire: Any, **given: Any) -> str:
    with bank.Client(transport=wire, **given) as client:
        return str(client.transfer(transfer=Decimal(1), ticket="t"))


def stamp(envelope: bytes) -> Any:
    return etree.fromstring(envelope).find(f".//{WSSE}Security/{WSU}Timestamp")


# ------------------------------------------------------------------------------- channels


def test_the_endpoint_is_of_tls(folder: Path) -> None:
    bank, said = package(folder, wsdl(transport()))
    assert not said and "security" not in bank.__all__
    assert call(bank, Wire(bank)) == "1 None"
    for endpoint in ("http://bank.example/", "http://127.0.0.1:1/", "HTTP://x/"):
        for kind in (bank.Client, bank.AsyncClient):
            with pytest.raises(ValueError, match="TLS: the endpoint must be https"):
                kind(endpoint)
            kind(endpoint, security=False)
    bank, said = package(folder, wsdl(transport(), address="http://bank.example/"))
    assert "its address is http://bank.example/" in said
    with pytest.raises(ValueError, match="https"):
        bank.Client()
    bank.Client("https://bank.example/")


@pytest.mark.parametrize(
    "demanded",
    ["RequireClientCertificate", "HttpBasicAuthentication", "HttpDigestAuthentication"],
)
def test_the_http_client_has_what_is_demanded(folder: Path, demanded: str) -> None:
    token = nested("HttpsToken", f"<sp:{demanded}/>")
    bank, said = package(folder, wsdl(transport(token=token)))
    assert f"({demanded})" in said and "http_client" in said
    with pytest.raises(ValueError, match="give an http_client"):
        bank.Client()
    assert call(bank, Wire(bank)) == "1 None"


def test_a_timestamp_both_ways(folder: Path) -> None:
    bank, said = package(folder, wsdl(STAMPED))
    assert not said
    wire = Wire(bank)
    assert call(bank, wire) == "1 "
    assert stamp(wire.request) is not None
    wire.change = without_security
    with pytest.raises(bank.errors.SecurityError, match="Timestamp"):
        call(bank, wire)
    with pytest.raises(bank.errors.SoapFault, match="could not be verified"):
        call(bank, Wire(bank), security=False)
    assert not any(
        name.startswith("cryptography") for name in own_modules(folder, bank)
    )


def own_modules(folder: Path, bank: Any) -> list[str]:
    """The imports of the package's own files."""
    files = (folder / bank.__name__).rglob("*.py")
    lines = [line for file in files for line in file.read_text().splitlines()]
    return [line.split()[1] for line in lines if line.startswith(("from ", "import "))]


def without_security(envelope: bytes) -> bytes:
    root = etree.fromstring(envelope)
    found = root.find(f".//{WSSE}Security")
    found.getparent().remove(found)
    return etree.tostring(root)


# --------------------------------------------------------------------------------- tokens


def test_a_username_token(folder: Path) -> None:
    demanded = username("HashPassword", kind="SignedSupportingTokens")
    bank, said = package(folder, wsdl(STAMPED + demanded))
    assert "digest=True" in said
    with pytest.raises(ValueError, match="give outgoing=.UsernameToken"):
        bank.Client()
    with pytest.raises(ValueError, match="UsernameTokens"):
        Wire(bank)
    with pytest.raises(ValueError, match="digest"):
        bank.Client(outgoing=[bank.UsernameToken("ida", "secret")])
    wire = Wire(bank, bank.UsernameTokens(lambda user: "secret", require_digest=True))
    token = bank.UsernameToken("ida", "secret", digest=True)
    assert call(bank, wire, outgoing=[token]) == "1 ida"
    bare = bank.UsernameToken("ida", "secret", digest=True, lifetime=None)
    assert call(bank, wire, outgoing=[bare]) == "1 ida"
    assert stamp(wire.request) is not None
    wrong = bank.UsernameToken("ida", "other", digest=True)
    with pytest.raises(bank.errors.SoapFault):
        call(bank, wire, outgoing=[wrong])


def test_a_token_without_any_binding(folder: Path) -> None:
    bank, _ = package(folder, wsdl(username()))
    wire = Wire(bank, bank.UsernameTokens(lambda user: "secret"))
    token = bank.UsernameToken("ida", "secret", lifetime=None)
    assert call(bank, wire, outgoing=[token]) == "1 ida"
    assert stamp(wire.request) is None
    with pytest.raises(ValueError, match="UsernameToken"):
        call(bank, wire)


def test_a_header_that_is_required(folder: Path) -> None:
    required = parts("RequiredParts", "Ticket")
    bank, _ = package(folder, wsdl(transport(), required))
    wire = Wire(bank)
    assert call(bank, wire) == "1 "
    with bank.Client(transport=wire) as client:
        with pytest.raises(bank.errors.SecurityError, match="Ticket"):
            client.transfer(transfer=Decimal(1))
    with bank.Client(transport=wire, security=False) as client:
        with pytest.raises(bank.errors.SoapFault, match="could not be verified"):
            client.transfer(transfer=Decimal(1))


# ---------------------------------------------------------------------------- what is unmet


USERNAME = "<sp:UsernameToken/>"


@pytest.mark.parametrize(
    ("policy", "request_policy", "named"),
    [
        (symmetric(protection="<sp:KerberosToken/>"), "", "KerberosToken"),
        (
            symmetric(protection=x509("Never", "RequireImpliedDerivedKeys")),
            *("", "RequireImpliedDerivedKeys"),
        ),
        (
            asymmetric(initiator=x509("Never", "RequireDerivedKeys")),
            *("", "RequireDerivedKeys"),
        ),
        (
            symmetric(protection=x509("Never", "RequireDerivedKeys")).replace(
                "SymmetricBinding", "AsymmetricBinding"
            ),
            *("", "RequireDerivedKeys"),
        ),
        (asymmetric(initiator="<sp:IssuedToken/>"), "", "IssuedToken"),
        (nested("EndorsingSupportingTokens", "<sp:SamlToken/>"), "", "SamlToken"),
        (
            transport("IncludeTimestamp")
            + nested("EndorsingSupportingTokens", x509("AlwaysToRecipient"))
            + nested("EndorsingSupportingTokens", "<sp:SamlToken/>"),
            *("", "besides another one"),
        ),
        (
            transport()
            + nested("SignedSupportingTokens", "<sp:SamlToken/>")
            + nested("EndorsingSupportingTokens", "<sp:SamlToken/>"),
            *("", "besides another one"),
        ),
        (
            asymmetric("IncludeTimestamp", initiator="<sp:SamlToken/>")
            + nested("SupportingTokens", "<sp:SamlToken/>"),
            *("", "besides another one"),
        ),
        (asymmetric(initiator="<sp:SamlToken/>"), "", "SamlToken"),
        (asymmetric(suite="Rot13"), "", "the algorithm suite Rot13"),
        (asymmetric() + "<sp:Unheard/>", "", "Unheard"),
        (nested("SupportingTokens", "<sp:RelToken/>"), "", "RelToken"),
        (transport(token="<sp:IssuedToken/>"), "", "IssuedToken"),
        (asymmetric() + username(kind="EndorsingSupportingTokens"), "", "Endorsing"),
        ("", parts("SignedParts", "Body"), "the Body (SignedParts)"),
        ("", parts("EncryptedParts", "Body"), "the Body (EncryptedParts)"),
        (
            asymmetric(),
            "<sp:SignedElements><sp:XPath>//x:y</sp:XPath></sp:SignedElements>",
            "an XPath //x:y",
        ),
        (
            asymmetric(),
            "<sp:EncryptedElements><sp:XPath>/env:Envelope/x:y</sp:XPath></sp:EncryptedElements>",
            "EncryptedElements",
        ),
        (asymmetric(), "<sp:Unheard/>", "Unheard"),
        (
            asymmetric("IncludeTimestamp"),
            nested("SupportingTokens", *(USERNAME, parts("SignedParts", "Ticket"))),
            "signed parts: the header Ticket",
        ),
        (
            asymmetric("IncludeTimestamp").replace(
                "<sp:IncludeTimestamp/>",
                nested(
                    "SupportingTokens", *(USERNAME, parts("EncryptedParts", "Body"))
                ),
            ),
            *("", "encrypted parts: the Body"),
        ),
        (
            transport(),
            nested("SupportingTokens", *(USERNAME, parts("RequiredParts", "Ticket"))),
            "RequiredParts",
        ),
        (
            transport("IncludeTimestamp")
            + nested("EndorsingSupportingTokens", x509("AlwaysToRecipient"))
            + nested("Wss11", "<sp:RequireSignatureConfirmation/>"),
            *("", "a SignatureConfirmation in replies"),
        ),
    ],
)
def test_what_nothing_meets_is_named_and_refused(
    folder: Path, policy: str, request_policy: str, named: str
) -> None:
    bank, said = package(folder, wsdl(policy, request_policy), security=True)
    assert named in said and "calls are refused [policy]" in said
    mine = bank.security.Keys(CLIENT.key, CLIENT.certificate, trust=[SERVICE.pem])

    class Never:
        def send(self, request: Any) -> Any:
            raise AssertionError("something was sent")

    token = bank.UsernameToken("ida", "secret")
    with pytest.raises((ValueError, bank.errors.SecurityError), match="nothing here"):
        call(bank, Never(), security=mine, outgoing=[token])
    theirs = bank.security.Keys(SERVICE.key, SERVICE.certificate, trust=[CLIENT.pem])
    try:
        wire = Wire(bank, theirs)
    except ValueError as error:
        assert "nothing here" in str(error)
    else:
        with pytest.raises(bank.errors.SoapFault, match="could not be verified"):
            call(bank, wire, security=False)


@pytest.mark.parametrize(
    "reply_policy",
    [
        username(),
        nested("EndorsingSupportingTokens", x509("AlwaysToRecipient")),
        asymmetric() + nested("SignedSupportingTokens", "<sp:SamlToken/>"),
    ],
)
def test_a_token_that_replies_must_have_is_met_by_nothing(
    folder: Path, reply_policy: str
) -> None:
    bank, said = package(folder, wsdl(transport("IncludeTimestamp"), "", reply_policy))
    assert "a supporting token in replies: nothing here meets it" in said
    assert list(bank.policies.PROFILES["Bank"].unmet_in) == ["transfer"]


def test_tls_is_no_token_that_replies_lack(folder: Path) -> None:
    reply = nested("SupportingTokens", "<sp:HttpsToken/>")
    _, said = package(folder, wsdl(transport(), "", reply))
    assert "in replies" not in said


# ---------------------------------------------------------------------------- alternatives


def test_the_first_alternative_that_can_be_met(folder: Path) -> None:
    cannot = symmetric(protection="<sp:KerberosToken/>")
    bank, said = package(
        folder, wsdl(EITHER.format(cannot, asymmetric("IncludeTimestamp")))
    )
    assert "Kerberos" not in said
    assert bank.policies.PROFILES["Bank"].request.sign == ("Timestamp",)


def test_keys_take_the_first_and_who_has_none_another(folder: Path) -> None:
    bank, _ = package(
        folder, wsdl(EITHER.format(asymmetric("IncludeTimestamp"), transport()))
    )
    mine = bank.security.Keys(CLIENT.key, CLIENT.certificate, trust=[SERVICE.pem])
    theirs = bank.security.Keys(SERVICE.key, SERVICE.certificate, trust=[CLIENT.pem])
    assert call(bank, Wire(bank, theirs), security=mine) == "1 CN=client"
    assert call(bank, Wire(bank)) == "1 None"
    with pytest.raises(ValueError, match="security=Keys"):
        bank.Client("http://bank.example/")


def test_an_optional_token_may_be_left_out(folder: Path) -> None:
    token = username().replace(
        "<sp:SupportingTokens>", '<sp:SupportingTokens wsp:Optional="true">'
    )
    bank, _ = package(folder, wsdl(transport() + token))
    assert call(bank, Wire(bank)) == "1 None"
    wire = Wire(bank, bank.UsernameTokens(lambda user: "secret"))
    token = bank.UsernameToken("ida", "secret", lifetime=None)
    assert call(bank, wire, outgoing=[token]) == "1 ida"


@pytest.mark.parametrize("which", ["2", "TransportBinding", "HttpsToken"])
@pytest.mark.parametrize("pattern", ["Bank", "Bank*", "*"])
def test_an_alternative_is_chosen(folder: Path, which: str, pattern: str) -> None:
    text = wsdl(EITHER.format(asymmetric("IncludeTimestamp"), STAMPED))
    bank, _ = package(folder, text, alternatives=((pattern, which),))
    profiles = bank.policies.PROFILES
    assert profiles["Bank"].https and not profiles["Bank"].needs_keys
    assert profiles["Bank12"].needs_keys is (pattern == "Bank")


@pytest.mark.parametrize(
    ("pattern", "which"), [("Bank", "3"), ("Bank", "0"), ("Bank", "X"), ("Z", "1")]
)
def test_a_choice_of_nothing_is_refused(folder: Path, pattern: str, which: str) -> None:
    text = wsdl(EITHER.format(asymmetric("IncludeTimestamp"), STAMPED))
    with pytest.raises(SpecError) as caught:
        package(folder, text, alternatives=((pattern, which),))
    (finding,) = caught.value.diagnostics
    assert repr(which) in finding.message and "1 (messages signed" in finding.hint


def test_tls_protects_a_token_that_no_binding_protects(folder: Path) -> None:
    bank, _ = package(folder, wsdl(username(kind="SignedSupportingTokens")))
    token = bank.UsernameToken("ida", "secret", lifetime=None)
    wire = Wire(bank, bank.UsernameTokens(lambda user: "secret"))
    assert call(bank, wire, outgoing=[token]) == "1 ida"
    with pytest.raises(ValueError, match="https"):
        bank.Client("http://bank.example/", outgoing=[token])


def test_each_gives_what_he_has(folder: Path) -> None:
    keyed, named = asymmetric("IncludeTimestamp"), transport() + username()
    three = "".join(f"<wsp:All>{one}</wsp:All>" for one in (keyed, named, transport()))
    bank, _ = package(folder, wsdl(f"<wsp:ExactlyOne>{three}</wsp:ExactlyOne>"))
    mine = bank.security.Keys(CLIENT.key, CLIENT.certificate, trust=[SERVICE.pem])
    theirs = bank.security.Keys(SERVICE.key, SERVICE.certificate, trust=[CLIENT.pem])
    assert call(bank, Wire(bank, theirs), security=mine) == "1 CN=client"
    wire = Wire(bank, bank.UsernameTokens(lambda user: "secret"))
    token = bank.UsernameToken("ida", "secret", lifetime=None)
    assert call(bank, wire, outgoing=[token]) == "1 ida"
    assert call(bank, Wire(bank)) == "1 None"


def test_the_alternative_is_an_option_of_both_ways(tmp_path: Path, run: Run) -> None:
    text = wsdl(EITHER.format(asymmetric("IncludeTimestamp"), STAMPED))
    (tmp_path / "bank.wsdl").write_text(text)
    command = ["-m", "soapwright", "generate", "bank.wsdl", "--output", "one"]
    chosen = ["--package", "one", "--alternative", "Bank*=TransportBinding"]
    assert run(*command, *chosen, cwd=tmp_path).returncode == 0
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.soapwright.package]]\nwsdl = "bank.wsdl"\noutput = "two"\nname = "two"\n'
        'alternative = {"Bank*" = "2"}\n'
    )
    assert run("-m", "soapwright", "generate", cwd=tmp_path).returncode == 0
    one, two = (tmp_path / name / "policies.py" for name in ("one", "two"))
    assert one.read_text() == two.read_text() and "https=True" in one.read_text()
    assert run("-m", "soapwright", "check", cwd=tmp_path).returncode == 0
    shown = run("-m", "soapwright", "inspect", "bank.wsdl", cwd=tmp_path).stdout
    assert "alternative 1: messages signed" in shown
    assert "alternative 2: TLS (TransportBinding); a Timestamp" in shown
