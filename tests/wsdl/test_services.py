"""Services, ports, operations and messages as the model has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from conftest import Write

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    ElementPart,
    Kind,
    Message,
    NamedRef,
    Operation,
    Part,
    QName,
    SoapVersion,
    Style,
    TypePart,
    Use,
)
from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import XSD
from soapwright.passes.leave_out import report_left_out
from soapwright.wsdl.documents import Documents, load
from soapwright.wsdl.references import SOAP11_ENCODING
from soapwright.wsdl.schema.translate import translate_schemas
from soapwright.wsdl.services import Services, read_services

Reader = Callable[..., tuple[Services, list[str]]]

HEAD = (
    '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" xmlns:s="urn:s"'
    f' xmlns:xsd="{XSD}" xmlns:enc="{SOAP11_ENCODING}" xmlns:wire="urn:soapwright:wire"'
    ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
    ' xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"'
    ' xmlns:http="http://schemas.xmlsoap.org/wsdl/http/"'
    ' xmlns:mime="http://schemas.xmlsoap.org/wsdl/mime/" targetNamespace="urn:t"'
)
SCHEMA = (
    '<types><xsd:schema targetNamespace="urn:s"><xsd:element name="a" type="xsd:int"/>'
    '<xsd:element name="b" type="xsd:int"/><xsd:complexType name="C"/></xsd:schema></types>'
)
MESSAGES = (
    '<message name="In"><part name="x" type="xsd:int"/><part name="y" type="xsd:string"/></message>'
    '<message name="Out"><part name="z" type="xsd:int"/></message>'
    '<message name="Other"><part name="x" type="xsd:int"/></message>'
)
PORT_TYPE = (
    '<portType name="P"><operation name="op"><input message="t:In"/><output message="t:Out"/>'
    "</operation></portType>"
)
BODY = '<soap:body use="literal" namespace="urn:b"/>'
SERVICE = '<service name="S"><port name="Port" binding="t:B"/></service>'


@pytest.fixture
def read(write: Write) -> Reader:
    """Reads the services of WSDLs, by the names of their files; the first is the entry."""

    def read_files(**files: str) -> tuple[Services, list[str]]:
        folder = write({f"{name}.wsdl": text for name, text in files.items()})
        findings = Findings()
        entry = Path(f"{next(iter(files))}.wsdl")
        documents = load(entry, [], findings, base=folder)
        services = services_of(documents, findings)
        found = Api("", services.ports, {}, {}, {}, (), left_out=services.left_out)
        report_left_out(found, findings)
        return services, [str(d) for d in findings]

    return read_files


def services_of(documents: Documents, findings: Findings) -> Services:
    located = documents.location
    schemas = translate_schemas(documents.schemas, located, Findings())
    declared: dict[str, Iterable[QName]]
    declared = {"type": schemas.types, "element": schemas.elements}
    return read_services(documents, declared, findings)


def whole(*parts: str, attributes: str = "") -> str:
    """A WSDL, each part on a line of its own from line 2."""
    return "\n".join((f"{HEAD}{attributes}>", *parts, "</definitions>"))


def binding(
    operations: str, style: str = 'style="rpc"', name: str = "B", soap: str = "soap"
) -> str:
    return f'<binding name="{name}" type="t:P"><{soap}:binding {style}/>{operations}</binding>'


def operation(
    given: str = BODY, made: str = BODY, name: str = "op", more: str = ""
) -> str:
    return (
        f'<operation name="{name}">{more}<input>{given}</input>'
        f"<output>{made}</output></operation>"
    )


def one(services: Services) -> Operation:
    """The only operation of the only port, but for its other side."""
    (port,) = (port for port in services.ports if not port.is_consumer)
    (found,) = port.operations
    return found


def given(services: Services) -> Message:
    message = one(services).input
    assert message is not None
    return message


def shown(parts: tuple[Part, ...]) -> list[str]:
    return [
        (
            f"{p.name}:{p.element}"
            if isinstance(p, ElementPart)
            else f"{p.name}={_type(p)}"
        )
        for p in parts
    ]


def _type(part: TypePart) -> str:
    match part.type:
        case BuiltinRef(builtin=builtin, encoding=encoding):
            return f"enc:{builtin.value}" if encoding else builtin.value
        case NamedRef(id=name):
            return str(name)


# ------------------------------------------------------------------------------ ports and bindings


def test_a_port(read: Reader) -> None:
    services, found = read(
        a=whole(
            MESSAGES,
            PORT_TYPE,
            binding(operation(more='<soap:operation soapAction=" urn:act "/>')),
            '<service name="S">\n<port name="Port" binding="t:B">'
            '<soap:address location=" http://x/y "/></port></service>',
        )
    )
    assert found == []
    (port,) = services.ports
    assert (port.name, port.key, port.service) == ("Port", "Port", "S")
    assert port.port_type == QName("urn:t", "P")
    assert (port.address, port.soap, port.wire) == ("http://x/y", SoapVersion.V11, "")
    assert str(port.at) == "a.wsdl:6"
    (found_operation,) = port.operations
    assert (found_operation.name, found_operation.key) == ("op", "op")
    assert found_operation.soap_action == "urn:act"
    assert str(found_operation.at) == "a.wsdl:4"
    assert services.name == "S"


def test_keys_of_ports_tell_services_apart(read: Reader) -> None:
    ports = '<port name="X" binding="t:B"/><port name="Y" binding="t:B"/>'
    services, _ = read(
        a=whole(
            MESSAGES,
            PORT_TYPE,
            binding(operation()),
            binding(operation(), name="X"),
            f'<service name="S">{ports}</service><service name="T">{ports}</service>',
            f'<service name="T">{ports}</service>',
        )
    )
    keys = ["X", "Y", "T.X", "T.Y", "T.X_2", "T.Y_2", ".X"]
    assert [port.key for port in services.ports] == keys
    assert [port.name for port in services.ports] == ["X", "Y"] * 3 + ["X"]


def test_a_binding_without_a_port(read: Reader) -> None:
    services, found = read(
        a=whole(
            MESSAGES,
            PORT_TYPE,
            binding(operation(), name="Alone"),
            binding(""),
            SERVICE,
        )
    )
    assert found == []
    alone = services.ports[1]
    assert (alone.name, alone.key, alone.service, alone.address) == (
        "Alone",
        "Alone",
        "",
        None,
    )
    assert len(alone.operations) == 1


def test_both_versions_of_soap(read: Reader) -> None:
    twelve = '<soap12:body use="literal" namespace="urn:12"/>'
    services, found = read(
        a=whole(
            MESSAGES,
            PORT_TYPE,
            binding(operation()),
            binding(
                operation(
                    BODY + twelve,
                    twelve,
                    more='<soap12:operation soapAction="urn:12"/>',
                ),
                name="C",
                soap="soap12",
            ),
            '<service name="S"><port name="P" binding="t:B"/><port name="Q" binding="t:C">'
            '<soap12:address location="http://x/12"/></port></service>',
        )
    )
    assert found == []
    eleven_port, twelve_port = services.ports
    assert (eleven_port.soap, twelve_port.soap) == (SoapVersion.V11, SoapVersion.V12)
    assert twelve_port.address == "http://x/12"
    message = twelve_port.operations[0].input
    assert message is not None and message.wrapper == QName("urn:12", "op")
    assert twelve_port.operations[0].soap_action == "urn:12"


def test_other_bindings_are_left_out(read: Reader) -> None:
    other = '<binding name="H" type="t:P"><x:binding xmlns:x="urn:x"/></binding>'
    ports = '<port name="P" binding="t:H"/><port name="Q" binding="t:H"/>'
    services, found = read(a=whole(other, f'<service name="S">{ports}</service>'))
    assert services.ports == ()
    assert found == [
        "a.wsdl:2: warning: binding H is neither SOAP's nor HTTP's: it is left out [binding-skipped]"
    ]


def test_a_port_of_soap_has_its_name_before_one_of_http(read: Reader) -> None:
    http = (
        '<binding name="H" type="t:P"><http:binding verb="GET"/><operation name="op">'
        '<http:operation location="/"/></operation></binding>'
    )
    soap = binding('<operation name="op"/>')
    port = '<service name="{0}"><port name="P" binding="t:{1}"/></service>'
    declared = '<portType name="P"><operation name="op"/></portType>'
    services, _ = read(
        a=whole(declared, soap, http, port.format("A", "H"), port.format("B", "B"))
    )
    assert [(p.key, p.is_http) for p in services.ports] == [("A.P", True), ("P", False)]


def test_an_http_binding_without_operations_is_no_port(read: Reader) -> None:
    other = '<binding name="H" type="t:P"><http:binding verb="GET"/></binding>'
    services, found = read(
        a=whole(other, '<service name="S"><port name="P" binding="t:H"/></service>')
    )
    assert (services.ports, found) == ((), [])


def test_the_address_may_be_an_endpoint_reference(read: Reader) -> None:
    reference = (
        '<w:EndpointReference xmlns:w="http://www.w3.org/2005/08/addressing"><w:Address>'
        " http://x/ </w:Address></w:EndpointReference>"
    )
    services, _ = read(
        a=whole(
            MESSAGES,
            PORT_TYPE,
            binding(operation()),
            f'<service name="S"><port name="P" binding="t:B">{reference}</port></service>',
        )
    )
    assert services.ports[0].address == "http://x/"


def test_the_wire_style_that_a_binding_asks_for(read: Reader) -> None:
    style = 'style="rpc" wire:style="nusoap"'
    services, _ = read(
        a=whole(MESSAGES, PORT_TYPE, binding(operation(), style), SERVICE)
    )
    assert services.ports[0].wire == "nusoap"


def test_definitions_of_several_documents_are_one(read: Reader) -> None:
    imports = '<import namespace="urn:u" location="b.wsdl"/>'
    services, found = read(
        a=whole(
            imports,
            '<service name="S"><port xmlns:u="urn:u" name="P" binding="u:B"/></service>',
        ),
        b=whole(
            '<import namespace="urn:t" location="c.wsdl"/>',
            binding(operation()),
            '<service name="T"><port xmlns:u="urn:u" name="Q" binding="u:B"/></service>',
        ).replace('targetNamespace="urn:t"', 'targetNamespace="urn:u"'),
        c=whole('<import namespace="urn:u" location="b.wsdl"/>', MESSAGES, PORT_TYPE),
    )
    assert found == []
    assert [(p.service, p.name, p.port_type) for p in services.ports] == [
        ("S", "P", QName("urn:t", "P")),
        ("T", "Q", QName("urn:t", "P")),
    ]
    assert str(services.ports[0].operations[0].at) == "b.wsdl:3"


def test_definitions_without_a_namespace(read: Reader) -> None:
    text = whole(MESSAGES, PORT_TYPE, binding(operation()), SERVICE)
    text = text.replace(' targetNamespace="urn:t"', "").replace('"t:', '"')
    text = text.replace(' xmlns="http://schemas.xmlsoap.org/wsdl/"', ' xmlns:w="urn:w"')
    for tag in (
        "definitions",
        "message",
        "part",
        "portType",
        "operation",
        "input",
        "output",
    ):
        text = text.replace(f"<{tag}", f"<w:{tag}").replace(f"</{tag}", f"</w:{tag}")
    for tag in ("binding", "service", "port "):
        text = text.replace(f"<{tag}", f"<w:{tag}").replace(f"</{tag}", f"</w:{tag}")
    text = text.replace("urn:w", "http://schemas.xmlsoap.org/wsdl/")
    services, found = read(a=text)
    assert found == []
    assert services.ports[0].port_type == QName("", "P")
    assert shown(given(services).parts) == ["x=int", "y=string"]


# -------------------------------------------------------------------------------------- operations


def test_overloads_are_told_apart_by_the_names_of_their_messages(read: Reader) -> None:
    port_type = (
        '<portType name="P">'
        '<operation name="op"><input name="one" message="t:In"/></operation>'
        '<operation name="op"><input name="two" message="t:Out"/></operation>'
        '<operation name="op"><input name="three" message="t:In"/><output message="t:Out"/></operation>'
        "</portType>"
    )
    bound = "".join(
        f'<operation name="op"><input name="{name}">{BODY}</input>{more}</operation>'
        for name, more in (("three", "<output/>"), ("two", ""), ("one", ""))
    )
    services, found = read(a=whole(MESSAGES, port_type, binding(bound), SERVICE))
    assert found == []
    operations = services.ports[0].operations
    assert [o.key for o in operations] == ["op", "op_2", "op_3"]
    assert [o.name for o in operations] == ["op"] * 3
    assert [shown(o.input.parts) if o.input else None for o in operations] == [
        ["x=int", "y=string"],
        ["z=int"],
        ["x=int", "y=string"],
    ]
    assert [o.output is None for o in operations] == [False, True, True]


def test_overloads_without_names_are_taken_in_their_order(read: Reader) -> None:
    port_type = (
        '<portType name="P"><operation name="op"><input message="t:In"/></operation>'
        '<operation name="op_2"><input message="t:In"/></operation>'
        '<operation name="op"><input message="t:Out"/></operation></portType>'
    )
    bound = "".join(
        f'<operation name="{name}"><input>{BODY}</input></operation>'
        for name in ("op", "op_2", "op")
    )
    services, _ = read(a=whole(MESSAGES, port_type, binding(bound), SERVICE))
    operations = services.ports[0].operations
    assert [o.key for o in operations] == ["op", "op_2", "op_3"]
    assert operations[2].input is not None and shown(operations[2].input.parts) == [
        "z=int"
    ]


DEFAULTS = [
    # the port type's messages in their order, the names by which the binding calls them
    ('<input message="t:In"/>', '<input name="op"/>'),
    (
        '<input message="t:In"/><output message="t:Out"/>',
        '<input name="opRequest"/><output name="opResponse"/>',
    ),
    (
        '<output message="t:Out"/><input message="t:In"/>',
        '<output name="opSolicit"/><input name="opResponse"/>',
    ),
]


@pytest.mark.parametrize("declared, called", DEFAULTS)
def test_names_that_messages_have_by_default(
    declared: str, called: str, read: Reader
) -> None:
    other = declared.replace("t:In", "t:Out").replace("<input", '<input name="in"')
    port_type = (
        f'<portType name="P"><operation name="op">{other}</operation>'
        f'<operation name="op">{declared}</operation></portType>'
    )
    bound = f'<operation name="op">{called}</operation>'
    services, found = read(a=whole(MESSAGES, port_type, binding(bound), SERVICE))
    assert found == [] and shown(given(services).parts) == ["x=int", "y=string"]


def test_one_way_and_notification(read: Reader) -> None:
    port_type = (
        '<portType name="P"><operation name="go"><input message="t:In"/></operation>'
        '<operation name="come"><output message="t:Out"/></operation></portType>'
    )
    bound = (
        f'<operation name="go"><input>{BODY}</input></operation>'
        f'<operation name="come"><output>{BODY}</output></operation>'
    )
    services, found = read(a=whole(MESSAGES, port_type, binding(bound), SERVICE))
    assert found == []
    go, come = services.ports[0].operations
    assert go.output is None and go.input is not None
    assert come.input is None and come.output is not None
    assert come.output.wrapper == QName("urn:b", "comeResponse")


@pytest.mark.parametrize(
    "on_binding, on_operation, style",
    [
        ("", "", Style.DOCUMENT),
        ('style="rpc"', "", Style.RPC),
        ('style="rpc"', 'style="document"', Style.DOCUMENT),
        ("", 'style="rpc"', Style.RPC),
        ('style="RPC"', "", Style.RPC),
    ],
)
def test_styles(on_binding: str, on_operation: str, style: Style, read: Reader) -> None:
    bound = binding(operation(more=f"<soap:operation {on_operation}/>"), on_binding)
    services, found = read(a=whole(MESSAGES, PORT_TYPE, bound, SERVICE))
    assert found == [] and one(services).style is style
    assert (given(services).wrapper is None) == (style is Style.DOCUMENT)


# ---------------------------------------------------------------------------------------- messages

BODIES = [
    # soap:body, parts
    ("<soap:body/>", ["x=int", "y=string"]),
    ('<soap:body parts="y x"/>', ["x=int", "y=string"]),
    ('<soap:body parts=" y "/>', ["y=string"]),
    ('<soap:body parts=""/>', []),
    ("", ["x=int", "y=string"]),
    ('<soap:body/><soap:header message="t:In" part="x" use="literal"/>', ["y=string"]),
    (
        '<soap:body parts="x y"/><soap:header message="t:In" part="x"/>',
        ["x=int", "y=string"],
    ),
    ('<soap:body/><soap:header message="t:Other" part="x"/>', ["x=int", "y=string"]),
    (
        "<mime:multipartRelated><mime:part><soap:body parts='x'/></mime:part>"
        "<mime:part><mime:content part='y' type='image/gif'/></mime:part></mime:multipartRelated>",
        ["x=int"],
    ),
]


@pytest.mark.parametrize("body, parts", BODIES)
@pytest.mark.parametrize("style", ["rpc", "document"])
def test_parts_in_the_body(
    body: str, parts: list[str], style: str, read: Reader
) -> None:
    bound = binding(operation(body), f'style="{style}"')
    services, found = read(a=whole(MESSAGES, PORT_TYPE, bound, SERVICE))
    assert found == [] and shown(given(services).parts) == parts


@pytest.mark.parametrize(
    "body, use, style, wrapper",
    [
        ("", Use.LITERAL, "", QName("", "op")),
        ("<soap:body/>", Use.LITERAL, "", QName("", "op")),
        ('<soap:body namespace=""/>', Use.LITERAL, "", QName("", "op")),
        (
            '<soap:body use="literal" namespace="urn:b"/>',
            Use.LITERAL,
            "",
            QName("urn:b", "op"),
        ),
        (
            f'<soap:body use="encoded" encodingStyle="{SOAP11_ENCODING} urn:more"/>',
            Use.ENCODED,
            SOAP11_ENCODING,
            QName("", "op"),
        ),
    ],
)
def test_how_a_call_is_written(
    body: str, use: Use, style: str, wrapper: QName, read: Reader
) -> None:
    services, _ = read(a=whole(MESSAGES, PORT_TYPE, binding(operation(body)), SERVICE))
    message = given(services)
    assert (message.use, message.encoding_style, message.wrapper) == (
        use,
        style,
        wrapper,
    )
    made = one(services).output
    assert made is not None and made.wrapper == QName("urn:b", "opResponse")


def test_kinds_of_parts(read: Reader) -> None:
    messages = (
        '<message name="In"><part name="p" element="s:a"/><part name="q" type="s:C"/>'
        '<part name="r" type="enc:string"/><part name="t" type="enc:Array"/>\n'
        '<part element="s:b"/></message><message name="Out"/>'
    )
    services, found = read(
        a=whole(SCHEMA, messages, PORT_TYPE, binding(operation()), SERVICE)
    )
    assert found == []
    message = given(services)
    assert shown(message.parts) == [
        "p:{urn:s}a",
        "q={urn:s}C",
        "r=enc:string",
        f"t={{{SOAP11_ENCODING}}}Array",
        "b:{urn:s}b",
    ]
    assert [str(p.at) for p in message.parts] == ["a.wsdl:3"] * 4 + ["a.wsdl:4"]
    made = one(services).output
    assert made is not None and made.parts == ()


# ------------------------------------------------------------------------------- headers and faults

HEADERS = (
    '<message name="H"><part name="h" element="s:a"/><part name="i" element="s:b"/>'
    '<part name="j" type="xsd:int"/></message>'
)


def test_headers(read: Reader) -> None:
    body = (
        '<soap:body parts="x"/><soap:header message="t:H" part="h" use="literal"/>\n'
        '<soap:header message="t:H" part="j" use="encoded" namespace="urn:h"/>'
        '<soap:header message="t:In" part="y"/><soap:header message="t:H" part="h"/>'
    )
    services, found = read(
        a=whole(SCHEMA, MESSAGES, HEADERS, PORT_TYPE, binding(operation(body)), SERVICE)
    )
    assert found == []
    headers = given(services).headers
    assert shown(tuple(h.part for h in headers)) == ["h:{urn:s}a", "j=int", "y=string"]
    assert [h.use for h in headers] == [Use.LITERAL, Use.ENCODED, Use.LITERAL]
    assert [h.namespace for h in headers] == ["", "urn:h", ""]
    assert str(headers[1].at) == "a.wsdl:7"
    made = one(services).output
    assert made is not None and made.headers == ()


def test_header_faults_come_in_the_replys_headers(read: Reader) -> None:
    fault = '<soap:headerfault message="t:H" part="{}" use="literal"/>'
    asked = f'<soap:body/><soap:header message="t:H" part="h">{fault.format("i")}</soap:header>'
    answered = f'<soap:body/><soap:header message="t:H" part="j">{fault.format("h")}</soap:header>'
    services, found = read(
        a=whole(
            SCHEMA,
            MESSAGES,
            HEADERS,
            PORT_TYPE,
            binding(operation(asked, answered)),
            SERVICE,
        )
    )
    assert found == []
    assert [h.part.name for h in given(services).headers] == ["h"]
    made = one(services).output
    assert made is not None and [h.part.name for h in made.headers] == ["j", "i", "h"]


def test_faults(read: Reader) -> None:
    messages = (
        '<message name="In"/><message name="Out"/>'
        '<message name="F"><documentation>Why.</documentation><part name="f" element="s:a"/></message>'
        '<message name="G"><part name="g" type="s:C"/></message>'
    )
    port_type = (
        '<portType name="P"><operation name="op"><input message="t:In"/>'
        '<fault name="one" message="t:F"/><fault name="two" message="t:G"/>\n'
        '<fault name="three" message="t:F"/><fault message="t:G"/></operation></portType>'
    )
    bound = (
        '<operation name="op"><input/><fault name="two"><soap:fault name="two" use="encoded"'
        ' namespace="urn:f"/></fault><fault name="one"><soap:body use="literal"/></fault></operation>'
    )
    services, found = read(
        a=whole(SCHEMA, messages, port_type, binding(bound), SERVICE)
    )
    assert found == []
    faults = one(services).faults
    assert [f.name for f in faults] == ["one", "two", "three", "G"]
    assert shown(tuple(f.part for f in faults))[:2] == ["f:{urn:s}a", "g={urn:s}C"]
    assert [f.bound for f in faults] == [True, True, False, False]
    assert [f.use for f in faults] == [
        Use.LITERAL,
        Use.ENCODED,
        Use.LITERAL,
        Use.LITERAL,
    ]
    assert [f.namespace for f in faults] == ["", "urn:f", "", ""]
    assert [f.doc for f in faults] == ["Why.", "", "Why.", ""]
    assert [str(f.at) for f in faults] == ["a.wsdl:4"] * 2 + ["a.wsdl:5"] * 2


# ----------------------------------------------------------------------------- documentation, names


def test_documentation_anywhere(read: Reader) -> None:
    doc = "<documentation>{}</documentation>"
    services, _ = read(
        a=whole(
            doc.format("All\n  of it.\n\n  <p>In two <b>parts</b>.</p>"),
            f'<message name="In">{doc.format("Message.")}<part name="x" type="xsd:int">'
            f'{doc.format("Part.")}</part></message><message name="Out"/>',
            f'<portType name="P">{doc.format("Type.")}<operation name="op">'
            f'<xsd:documentation>{"Operation."}</xsd:documentation>'
            f'<input message="t:In"/><output message="t:Out">{doc.format("Output.")}</output>'
            "</operation></portType>",
            binding(operation()).replace(
                "<soap:binding", doc.format("Binding.") + "<soap:binding"
            ),
            f'<service name="S">{doc.format("Service.")}<port name="P" binding="t:B">'
            f'{doc.format("Port.")}</port></service>',
            binding(operation(), name="Alone"),
        )
    )
    assert services.doc == "All of it.\n\nIn two parts."
    assert [port.doc for port in services.ports] == ["Port.", "Type."]
    found = services.ports[0].operations[0]
    assert found.doc == "Operation."
    assert found.input is not None and found.input.doc == "Message."
    assert found.input.parts[0].doc == "Part."
    assert found.output is not None and found.output.doc == "Output."


@pytest.mark.parametrize(
    "attributes, service, name",
    [
        (' name="D"', SERVICE, "D"),
        ("", SERVICE, "S"),
        ("", "", "stock"),
    ],
)
def test_the_name_of_it_all(
    attributes: str, service: str, name: str, read: Reader
) -> None:
    text = whole(
        MESSAGES, PORT_TYPE, binding(operation()), service, attributes=attributes
    )
    services, _ = read(stock=text)
    assert services.name == name


def test_prefixes_are_those_of_the_documents(read: Reader) -> None:
    schema = (
        '<types><xsd:schema targetNamespace="urn:q" xmlns:q="urn:q" xmlns:t="urn:taken"'
        ' xmlns:other="urn:t" xmlns:xsi="urn:no" xmlns:é="urn:no"/></types>'
    )
    services, _ = read(a=whole(schema, MESSAGES, PORT_TYPE, binding(operation())))
    assert services.prefixes == {
        "urn:t": "t",
        "urn:s": "s",
        "urn:soapwright:wire": "wire",
        "urn:q": "q",
    }


# ----------------------------------------------------------------------------------- what is found

FINDINGS = {
    "a port's binding that is not there": (
        (MESSAGES, '<service name="S"><port name="P" binding="t:No"/></service>'),
        [
            "a.wsdl:3: warning: port P is left out: there is no binding t:No [port-skipped]"
        ],
    ),
    "a binding's port type that is not there": (
        (MESSAGES, binding(operation()), SERVICE),
        [
            "a.wsdl:3: warning: port Port is left out: there is no portType {urn:t}P"
            " [reference]"
        ],
    ),
    "a message that is not there": (
        (PORT_TYPE, binding(operation()), SERVICE),
        [
            "a.wsdl:2: warning: operation op is left out: there is no message {urn:t}In"
            " [reference]",
        ],
    ),
    "a message that is not named": (
        (
            MESSAGES,
            PORT_TYPE.replace('message="t:In"', ""),
            binding(operation()),
            SERVICE,
        ),
        [
            "a.wsdl:3: warning: operation op is left out: no message is named [reference]"
        ],
    ),
    "a message that no port needs": (
        (
            MESSAGES,
            '<portType name="Q"><operation name="o"><input message="t:No"/></operation></portType>',
        ),
        [],
    ),
    "an operation that the port type has not": (
        (
            MESSAGES,
            PORT_TYPE,
            binding(operation() + operation() + operation(name="no")),
            SERVICE,
        ),
        [
            "a.wsdl:4: warning: operation op is bound already at a.wsdl:4: that one counts"
            " [duplicate]",
            "a.wsdl:4: warning: operation no is left out: portType P has no operation of"
            " this name [reference]",
        ],
    ),
    "a type that XML Schema has not": (
        (
            MESSAGES.replace("xsd:string", "xsd:text"),
            PORT_TYPE,
            binding(operation()),
            SERVICE,
        ),
        [],  # a pass judges what is not declared
    ),
    "a prefix that is not declared": (
        (
            MESSAGES.replace("xsd:string", "no:text"),
            PORT_TYPE,
            binding(operation()),
            SERVICE,
        ),
        [
            "a.wsdl:2: warning: operation op is left out: the prefix 'no' of no:text is"
            " not declared [prefix]"
        ],
    ),
    "a part without a name": (
        (MESSAGES.replace('name="y"', ""), PORT_TYPE, binding(operation()), SERVICE),
        [
            "a.wsdl:2: warning: operation op is left out: a part has no name, and an"
            " element has it [name]"
        ],
    ),
    "a part that no XML can have": (
        (
            MESSAGES.replace('name="y"', 'name="1 y"'),
            PORT_TYPE,
            binding(operation()),
            SERVICE,
        ),
        [
            "a.wsdl:2: warning: operation op is left out: '1 y' is no name, and an"
            " element has it [name]"
        ],
    ),
    "a call that no XML can have": (
        (
            MESSAGES,
            PORT_TYPE.replace('name="op"', 'name="1 op"'),
            binding(operation(name="1 op"), 'style="rpc"'),
            SERVICE,
        ),
        [
            "a.wsdl:3: warning: '1 op' is no name [name]",
            "a.wsdl:4: warning: '1 op' is no name [name]",
            "a.wsdl:4: warning: operation 1 op is left out: '1 op' is no name, and an"
            " element of a call has it [name]",
        ],
    ),
    "an operation that is not on the wire": (
        (
            MESSAGES,
            PORT_TYPE.replace('name="op"', 'name="1 op"'),
            binding(operation(name="1 op"), 'style="document"'),
            SERVICE,
        ),
        [
            "a.wsdl:3: warning: '1 op' is no name [name]",
            "a.wsdl:4: warning: '1 op' is no name [name]",
        ],
    ),
    "two parts of one name": (
        (
            MESSAGES.replace('name="y"', 'name="x"'),
            PORT_TYPE,
            binding(operation()),
            SERVICE,
        ),
        ["a.wsdl:2: warning: message In has two parts x: the first counts [duplicate]"],
    ),
    "two messages of one name": (
        (MESSAGES, '<message name="In"/>', PORT_TYPE, binding(operation()), SERVICE),
        [
            "a.wsdl:3: warning: message {urn:t}In is declared already at a.wsdl:2: the"
            " first one counts; this one has no part x, part y [duplicate]"
        ],
    ),
    "the same message twice": (
        (MESSAGES, '<message name="In"/>', PORT_TYPE, binding(operation()), SERVICE)
        + ('<message name="In"/>',),
        [
            f"a.wsdl:{line}: warning: message {{urn:t}}In is declared already at a.wsdl:2:"
            " the first one counts; this one has no part x, part y [duplicate]"
            for line in (3, 7)
        ],
    ),
    "names with the wrong prefix, or none": (
        (
            SCHEMA,
            MESSAGES.replace('type="xsd:string"', 'type="string"').replace(
                'type="xsd:int"', 'element="no:a"', 1
            ),
            PORT_TYPE.replace("t:In", "In"),
            binding(operation()),
            SERVICE.replace("t:B", "xsd:B"),
        ),
        [
            "a.wsdl:6: warning: there is no binding xsd:B: {urn:t}B is taken"
            " [lenient-reference]",
            "a.wsdl:4: warning: there is no message In: {urn:t}In is taken"
            " [lenient-reference]",
            "a.wsdl:3: warning: there is no element no:a: {urn:s}a is taken"
            " [lenient-reference]",
            "a.wsdl:3: warning: there is no type string:"
            f" {{{XSD}}}string is taken [lenient-reference]",
        ],
    ),
    "a part with neither element nor type": (
        (
            MESSAGES.replace('type="xsd:string"', ""),
            PORT_TYPE,
            binding(operation()),
            SERVICE,
        ),
        [
            "a.wsdl:2: warning: part y has neither element nor type: it is read as"
            " xsd:anyType [part-untyped]"
        ],
    ),
    "parts that the message has not": (
        (
            MESSAGES,
            PORT_TYPE,
            binding(
                operation(
                    '<soap:body parts="x no"/><soap:header message="t:In" part="no"/>'
                )
            ),
            SERVICE,
        ),
        [
            "a.wsdl:4: warning: message In has no part no: it is left out [unknown-part]",
            "a.wsdl:4: warning: header no is left out: message In has no part no"
            " [unknown-part]",
        ],
    ),
    "headers of messages that are not there": (
        (
            MESSAGES,
            PORT_TYPE,
            binding(
                operation(
                    '<soap:body/><soap:header message="t:No" part="h"/><soap:header/>'
                )
            ),
            SERVICE,
        ),
        [
            "a.wsdl:4: warning: header h is left out: there is no message t:No"
            " [unknown-header]",
            "a.wsdl:4: warning: header without a name is left out: it names no message [unknown-header]",
        ],
    ),
    "faults of no part and of two": (
        (
            MESSAGES + '<message name="No"/>',
            PORT_TYPE.replace(
                "</operation>",
                '<fault name="f" message="t:In"/><fault name="g" message="t:No"/></operation>',
            ),
            binding(operation()),
            SERVICE,
        ),
        [
            "a.wsdl:2: warning: fault f should have one part: the first of its parts is taken"
            " [fault-parts]",
            "a.wsdl:2: warning: fault g should have one part: it has no detail [fault-parts]",
        ],
    ),
    "a fault that only the binding knows": (
        (
            MESSAGES,
            PORT_TYPE,
            binding(operation(more='<fault name="f"><soap:fault name="f"/></fault>')),
            SERVICE,
        ),
        [
            "a.wsdl:4: warning: portType's operation op declares no fault f [unbound-fault]",
        ],
    ),
    "a style that is none": (
        (MESSAGES, PORT_TYPE, binding(operation(), 'style="message"'), SERVICE),
        [
            "a.wsdl:4: warning: style message is neither document nor rpc: read as document"
            " [style]"
        ],
    ),
}


@pytest.mark.parametrize("parts, expected", FINDINGS.values(), ids=FINDINGS.keys())
def test_findings(parts: tuple[str, ...], expected: list[str], read: Reader) -> None:
    _, found = read(a=whole(*parts))
    assert found == expected


def test_a_broken_operation_leaves_the_others(read: Reader) -> None:
    port_type = (
        '<portType name="P"><operation name="bad"><input message="t:No"/></operation>'
        '<operation name="good"><input message="t:In"/></operation></portType>'
    )
    bound = "".join(
        f'<operation name="{name}"><input>{BODY}</input></operation>'
        for name in ("bad", "good")
    )
    services, found = read(a=whole(MESSAGES, port_type, binding(bound), SERVICE))
    assert [line[-11:] for line in found] == ["[reference]"]
    (good,) = services.ports[0].operations
    (bad,) = services.ports[0].left_out
    assert (bad.kind, bad.name) == (Kind.OPERATION, "bad")
    assert good.input is not None and good.input.parts[0] == TypePart(
        "x", BuiltinRef(Builtin.INT), good.input.parts[0].at
    )


# ------------------------------------------------------------------------------------------ real WSDLs


@pytest.mark.slow
def test_every_real_wsdls_services_are_read(corpus: list[Path]) -> None:
    """Without an exception; those that find an error are few, and each has a reason."""
    broken = []
    for entry in corpus:
        findings = Findings()
        services = services_of(load(entry, [], findings), findings)
        keys = [port.key for port in services.ports]
        assert len(set(keys)) == len(keys)
        if findings.errors:
            broken.append(str(findings.errors[0]))
    assert broken == []
