"""WS-Addressing against independent data: the actions of WSDLs, and W3C's requests to a service."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from lxml import etree
from vectors import expected, vectors

from soapwright.envelopes.packages import import_package, runtime_module
from soapwright.model.api import Message, Operation, Port
from soapwright.model.demands import addressing_of
from soapwright.model.diagnostics import Findings
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.wsdl.read import read_api

WSA = "{http://www.w3.org/2005/08/addressing}"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"
WSDLS = vectors("wsa", "service.wsdl", without="request.xml")
REQUESTS = vectors("wsa", "request.xml")
KINDS = {"1.1": "text/xml", "1.2": "application/soap+xml"}


def port_of(ports: tuple[Port, ...], name: str) -> Port:
    service, _, port = name.rpartition("}")[2].partition("/")
    return next(p for p in ports if (p.service, p.name) == (service, port))


def actions(operation: Operation) -> dict[str, Any]:
    def of(message: Message | None) -> str | None:
        return message.action if message is not None else None

    found: dict[str, Any] = {"input": of(operation.input)}
    found["output"] = of(operation.output)
    found["faults"] = {fault.name: fault.action for fault in operation.faults}
    return {key: value for key, value in found.items() if value}


@pytest.mark.parametrize("case", WSDLS)
def test_actions_of_a_wsdl(case: Path) -> None:
    api = read_api(case / "service.wsdl", (), Findings())
    for name, port in expected(case)["ports"].items():
        found = port_of(api.ports, name)
        using = port["using_addressing"]
        required = found.addressing.required if found.addressing else None
        if (
            addressing_of(found.policy) is None
        ):  # else it is demanded whatever the element says
            assert required == (using["required"] if using else None)
        by_name = {o.name: actions(o) for o in found.operations}
        for operation, given in port["operations"].items():
            want = {k: v for k, v in given.items() if not k.endswith("_from") and v}
            assert by_name[operation] == want


@cache
def package(wsdl: bytes) -> Any:  # Any: the package is generated
    folder = Path(mkdtemp())
    source = folder / "service.wsdl"
    source.write_bytes(wsdl)
    write_package(folder / "p", generate(source, Options("p")).files)
    return import_package(folder / "p")


def answered(case: Path, sent: list[Any]) -> Any:  # Any: the package's own classes
    """The response to a case's request of a service that sends replies to other addresses too."""
    made = package((case / "service.wsdl").read_bytes())
    wanted, soap = expected(case), runtime_module(made, "server.service")

    class Service(made.server.WsaTestPortTypeService):
        def notify(self, *, notify: str) -> None:
            return None

        def echo(self, *, echo_in: str) -> str:
            if echo_in == "fault-test":
                raise made.errors.SoapFault("as it was asked", code="Client")
            return echo_in

    class Hooks(soap.Hooks):
        def accepts_reply_to(self, address: str) -> bool:
            return True

        def send_reply(self, reply: Any) -> None:
            sent.append(reply)

    action = wanted["http_soap_action"]
    headers = {"content-type": KINDS[wanted["soap"]]}
    if "empty" not in action:
        headers["soapaction"] = f'"{action}"'
    transport = made.server.InMemoryTransport(Service(), hooks=Hooks())
    request = (case / "request.xml").read_bytes()
    return transport.send(made.Request("http://127.0.0.1:9/cr", request, headers))


def blocks(envelope: bytes) -> dict[str, etree._Element]:
    root = etree.fromstring(envelope)
    return {str(block.tag): block for block in root[0]} if len(root) > 1 else {}


@pytest.mark.parametrize("case", REQUESTS)
def test_a_request_to_a_service(case: Path) -> None:
    wanted, sent = expected(case), []
    reply = answered(case, sent)
    elsewhere = "elsewhere" in wanted["name"] and "FaultTo" not in wanted["name"]
    if elsewhere:
        assert (reply.status, reply.body) == (202, b"")
        assert [m.url for m in sent] == ["http://127.0.0.1:9/other"]
        found = blocks(sent[0].envelope)
        assert found[f"{WSA}RelatesTo"].text == wanted["RelatesTo"]
        return
    if wanted["reply"].startswith("none"):
        assert (reply.status, reply.body, sent) == (202, b"", [])
        return
    check_reply(reply, wanted)


def check_reply(reply: Any, wanted: dict[str, Any]) -> None:
    root, found = etree.fromstring(reply.body), blocks(reply.body)
    content = root[-1][0]
    if "or" in wanted and etree.QName(content).localname == "echoOut":
        return  # the INDEX allows an answer as well
    actions = wanted["action"].split(" or ")
    action = found[f"{WSA}Action"].text
    assert action in actions or "the fault's own" in actions and action
    related = found.get(f"{WSA}RelatesTo")
    if wanted["RelatesTo"].startswith("urn:"):
        assert related is not None and related.text == wanted["RelatesTo"]
    else:
        assert related is None
    to = found.get(f"{WSA}To")
    assert to is None or to.text == ANONYMOUS
    for parameter in wanted.get("reference_parameters", ()):
        block = found[parameter["name"]]
        assert block.text == parameter["value"]
        mark = block.get(f"{WSA}IsReferenceParameter")
        assert mark == parameter["IsReferenceParameter"]
    is_fault = etree.QName(content).localname == "Fault"
    assert is_fault is (wanted["reply"] == "fault")
    for key in ("faultcode", "subcode", "subsubcode"):
        if key in wanted and (wanted["soap"], key) != ("1.1", "subsubcode"):
            assert wanted[key] in codes(content)


def codes(fault: etree._Element) -> list[str]:
    """The codes of a fault, SOAP's own without their namespace."""
    found = []
    for node in fault.iter(
        "faultcode", "{http://www.w3.org/2003/05/soap-envelope}Value"
    ):
        prefix, _, local = (node.text or "").rpartition(":")
        namespace = node.nsmap.get(prefix or None, "")
        found.append(local if "soap" in namespace else f"{{{namespace}}}{local}")
    return found
