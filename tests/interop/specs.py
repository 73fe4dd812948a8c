"""The services that live peers call, and that they serve: one encoded, one literal, and the cases.

Each operation `echo_…` gives back what it is given; each case is one call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NAMESPACE = "urn:interop"
TEXTS = {
    "string": "a <b> & c",
    "normalizedString": "a b",
    "token": "a b",
    "language": "en-GB",
    "NMTOKEN": "a-b",
    "Name": "a.b",
    "NCName": "a",
    "anyURI": "http://example.com/a?b=c&d",
    "boolean": "true",
    "decimal": "-1.25",
    "float": "1.5",
    "double": "-2.5",
    "integer": "12345678901234567890",
    "nonPositiveInteger": "-1",
    "negativeInteger": "-2",
    "long": "9007199254740993",
    "int": "-3",
    "short": "-4",
    "byte": "-5",
    "nonNegativeInteger": "6",
    "unsignedLong": "7",
    "unsignedInt": "4294967295",
    "unsignedShort": "8",
    "unsignedByte": "9",
    "positiveInteger": "10",
    "dateTime": "2026-01-31T12:30:00Z",
    "date": "2026-01-31",
    "time": "12:30:00",
    "duration": "P1DT2H",
    "gYearMonth": "2026-01",
    "gYear": "2026",
    "gMonthDay": "--01-31",
    "gDay": "---31",
    "gMonth": "--01",
    "hexBinary": "00FF",
    "base64Binary": "AP8=",
    "QName": "local",
}
"""Every builtin type that an element can be of for its own sake, and a text of it."""

INTEGERS = [
    n for n, text in TEXTS.items() if text.lstrip("-").isdigit() and n != "gYear"
]
PARSED = dict.fromkeys(INTEGERS, "int") | {
    "boolean": "bool",
    "decimal": "decimal",
    "float": "float",
    "double": "float",
    "dateTime": "datetime",
    "date": "date",
    "time": "time",
    "duration": "duration",
    "gYearMonth": "g_year_month",
    "gYear": "g_year",
    "gMonthDay": "g_month_day",
    "gDay": "g_day",
    "gMonth": "g_month",
    "hexBinary": "hex",
    "base64Binary": "bytes",
}
"""The parsers of the runtime for those that are no strings."""

_TYPES = """
      <xsd:complexType name="Point">
        <xsd:sequence>
          <xsd:element name="x" type="xsd:int"/><xsd:element name="y" type="xsd:int"/>
        </xsd:sequence>
      </xsd:complexType>
      <xsd:complexType name="Point3D">
        <xsd:complexContent>
          <xsd:extension base="tns:Point">
            <xsd:sequence><xsd:element name="z" type="xsd:int"/></xsd:sequence>
          </xsd:extension>
        </xsd:complexContent>
      </xsd:complexType>
      <xsd:complexType name="Person">
        <xsd:sequence>
          <xsd:element name="name" type="xsd:string"/>
          <xsd:element name="nick" type="xsd:string" nillable="true"/>
          <xsd:element name="home" type="tns:Point"/>
        </xsd:sequence>
      </xsd:complexType>
      <xsd:complexType name="Pair">
        <xsd:sequence>
          <xsd:element name="left" type="tns:Person"/>
          <xsd:element name="right" type="tns:Person"/>
        </xsd:sequence>
      </xsd:complexType>
      <xsd:complexType name="Problem">
        <xsd:sequence>
          <xsd:element name="code" type="xsd:string"/>
          <xsd:element name="number" type="xsd:int"/>
        </xsd:sequence>
      </xsd:complexType>
      <xsd:element name="Trace" type="xsd:string"/>
      <xsd:element name="Problem" type="tns:Problem"/>"""

_ARRAYS = "".join(
    f"""
      <xsd:complexType name="{name}">
        <xsd:complexContent>
          <xsd:restriction base="enc:Array">
            <xsd:attribute ref="enc:arrayType" wsdl:arrayType="{item}[]"/>
          </xsd:restriction>
        </xsd:complexContent>
      </xsd:complexType>"""
    for name, item in (("Strings", "xsd:string"), ("Points", "tns:Point"))
)
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions name="Interop" targetNamespace="{NAMESPACE}"
    xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
    xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="{NAMESPACE}">
  <types>
    <xsd:schema targetNamespace="{NAMESPACE}"%s>"""
_STRUCTS = {"point": "Point", "person": "Person"}


def encoded() -> str:
    """The WSDL of the rpc/encoded service."""
    kinds = {f"echo_{name}": f"xsd:{name}" for name in TEXTS}
    kinds |= {f"echo_{name}": f"tns:{kind}" for name, kind in _STRUCTS.items()}
    kinds |= {"echo_strings": "tns:Strings", "echo_points": "tns:Points"}
    messages = "".join(
        f'\n  <message name="{name}"><part name="value" type="{kind}"/></message>'
        for name, kind in kinds.items()
    )
    messages += """
  <message name="pairRequest"/>
  <message name="pairResponse"><part name="value" type="tns:Pair"/></message>"""
    pairs = {name: (name, name) for name in kinds}
    pairs["pair"] = "pairRequest", "pairResponse"
    head = _HEAD % "" + (
        '\n      <xsd:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>'
    )
    body = f'use="encoded" namespace="{NAMESPACE}" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
    return (
        f"{head}{_TYPES}{_ARRAYS}\n    </xsd:schema>\n  </types>{messages}"
        + _common(pairs, "rpc", body, ("1.1",))
    )


def literal() -> str:
    """The WSDL of the document/literal service, for both versions of SOAP."""
    one = 'name="value" type="{}"'
    many = 'name="value" type="{}" minOccurs="0" maxOccurs="unbounded"'
    kinds = {f"echo_{name}": one.format(f"xsd:{name}") for name in TEXTS}
    kinds |= {f"echo_{n}": one.format(f"tns:{kind}") for n, kind in _STRUCTS.items()}
    kinds["echo_nillable"] = one.format("xsd:string") + ' nillable="true"'
    kinds["echo_strings"] = many.format("xsd:string")
    kinds["echo_points"] = many.format("tns:Point")
    elements = messages = ""
    for name, kind in kinds.items():
        for element in (name, f"{name}Response"):
            elements += _element(element, kind)
            messages += f"""
  <message name="{element}"><part name="body" element="tns:{element}"/></message>"""
    for name in ("notify", "fail"):
        elements += _element(name, one.format("xsd:string"))
    pairs = {name: (name, f"{name}Response") for name in kinds}
    head = _HEAD % ' elementFormDefault="qualified"'
    return (
        f"{head}{_TYPES}{elements}\n    </xsd:schema>\n  </types>{messages}"
        + _common(pairs, "document", 'use="literal"', ("1.1", "1.2"))
    )


def _element(name: str, value: str) -> str:
    return f"""
      <xsd:element name="{name}"><xsd:complexType><xsd:sequence>
        <xsd:element {value}/>
      </xsd:sequence></xsd:complexType></xsd:element>"""


def _common(
    pairs: dict[str, tuple[str, str]], style: str, body: str, versions: tuple[str, ...]
) -> str:
    """Messages of headers and faults, the port type, a binding and a port for each version."""
    part = 'element="tns:notify"' if style == "document" else 'type="xsd:string"'
    failing = 'element="tns:fail"' if style == "document" else 'type="xsd:string"'
    xml = f"""
  <message name="headers"><part name="Trace" element="tns:Trace"/></message>
  <message name="problem"><part name="Problem" element="tns:Problem"/></message>
  <message name="notify"><part name="value" {part}/></message>
  <message name="fail"><part name="value" {failing}/></message>
  <message name="failResponse"/>
  <portType name="Interop">"""
    for name, (given, got) in pairs.items():
        xml += f"""
    <operation name="{name}">
      <input message="tns:{given}"/><output message="tns:{got}"/>
    </operation>"""
    xml += """
    <operation name="notify"><input message="tns:notify"/></operation>
    <operation name="fail">
      <input message="tns:fail"/><output message="tns:failResponse"/>
      <fault name="problem" message="tns:problem"/>
    </operation>
  </portType>"""
    return xml + "".join(_binding(pairs, style, body, v) for v in versions) + _END


_END = """
</definitions>
"""


def _binding(
    pairs: dict[str, tuple[str, str]], style: str, body: str, version: str
) -> str:
    soap, suffix = ("soap", "") if version == "1.1" else ("soap12", "12")
    header = f'<{soap}:header message="tns:headers" part="Trace" use="literal"/>'

    def operation(name: str, got: bool, extra: str = "", head: str = "") -> str:
        output = f"<output>{head}<{soap}:body {body}/></output>" if got else ""
        return f"""
    <operation name="{name}">
      <{soap}:operation soapAction="{NAMESPACE}#{name}"/>
      <input>{head}<{soap}:body {body}/></input>{output}{extra}
    </operation>"""

    fault = (
        f'<fault name="problem"><{soap}:fault name="problem" use="literal"/></fault>'
    )
    operations = "".join(
        operation(name, True, head=header if name == "echo_string" else "")
        for name in pairs
    )
    return f"""
  <binding name="Interop{suffix}" type="tns:Interop">
    <{soap}:binding style="{style}" transport="http://schemas.xmlsoap.org/soap/http"/>{operations}
{operation("notify", False)}{operation("fail", True, fault)}
  </binding>
  <service name="Interop{suffix}">
    <port name="Interop{suffix}" binding="tns:Interop{suffix}">
      <{soap}:address location="http://127.0.0.1:1/"/>
    </port>
  </service>"""


# ----------------------------------------------------------------------------------- cases


@dataclass(frozen=True)
class Case:
    """One call: what is sent, as JSON has it.

    A value that JSON does not have is `{"type": …, "text": …}`; an object `{"struct": …,
    "fields": {…}}`.
    """

    name: str
    operation: str
    value: Any
    header: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """The case for a peer."""
        return {
            "name": self.name,
            "operation": self.operation,
            "value": self.value,
            "header": self.header,
        }


def typed(name: str) -> dict[str, str]:
    return {"type": name, "text": TEXTS[name]}


def struct(kind: str, /, **fields: Any) -> dict[str, Any]:
    return {"struct": kind, "fields": fields}


POINT = struct("Point", x=1, y=-2)
PERSON = struct("Person", name="Ann", nick=None, home=POINT)


def cases(style: str, charset: str = "UTF-8") -> list[Case]:
    """The cases of one of the services; `charset` is what its envelopes are written in."""
    made = [Case(f"type {n}", f"echo_{n}", typed(n)) for n in TEXTS]
    nil = "echo_string" if style == "encoded" else "echo_nillable"
    made += [
        Case("struct", "echo_point", POINT),
        Case("struct in a struct", "echo_person", PERSON),
        Case("inheritance", "echo_point", struct("Point3D", x=1, y=2, z=3)),
        Case("nil", nil, None),
        Case("array of strings", "echo_strings", ["a", "b c"]),
        Case("array of one", "echo_strings", ["a"]),
        Case("array of none", "echo_strings", []),
        Case("array of structs", "echo_points", [POINT, struct("Point", x=3, y=4)]),
        Case("characters latin", "echo_string", "Gr\xfc\xdfe \xa9 & <b>"),
        Case("characters any", "echo_string", "\u20ac \u4f60\u597d \U0001f600"),
        Case("header", "echo_string", "h", header="trace me"),
        Case("fault", "fail", "no"),
        Case("one-way", "notify", "psst"),
    ]
    if style == "encoded":
        made.append(Case("multi-reference", "pair", None))
    return made


GROUPS = {
    "type": "every builtin type",
    "struct": "structs",
    "inheritance": "inheritance",
    "nil": "nil",
    "array": "arrays",
    "characters": "characters",
    "header": "headers",
    "fault": "declared faults",
    "one-way": "one-way",
    "multi-reference": "multi-reference",
    "soap12": "SOAP 1.2",
    "latin": "ISO-8859-1",
    "clickatell": "Clickatell's four",
    "mock": "mocks",
    "corpus": "mocks of real services",
    "signed": "signed messages",
}
"""The columns of the table, by the first word of a case's name."""
