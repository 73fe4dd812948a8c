"""Small services whose packages the runtime's tests use: WSDLs made of a schema and parts."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from soapwright.model.options import Options
from soapwright.project.output import write_package
from soapwright.pipeline import generate
from soapwright.python.runtime import homes

ENC11 = "http://schemas.xmlsoap.org/soap/encoding/"
ENC12 = "http://www.w3.org/2003/05/soap-encoding"
XSD = "http://www.w3.org/2001/XMLSchema"
SOAP = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
APACHE = "http://xml.apache.org/xml-soap"
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A service with one operation, `echo`, and the types of a schema beside this file."""

    name: str
    parts: tuple[tuple[str, str], ...]
    reply: tuple[tuple[str, str], ...]
    style: str = "rpc"
    use: str = "encoded"
    soap: str = "1.1"
    secret: tuple[str, ...] = ()

    def wsdl(self) -> str:
        encoding = ENC11 if self.soap == "1.1" else ENC12
        schema = (FOLDER / f"{self.name.removesuffix('12')}.xsd").read_text()
        binding = "soap" if self.soap == "1.1" else "soap12"
        body = f'<soap:body use="{self.use}"'
        if self.style == "rpc":
            body += ' namespace="urn:s"'
        if self.use == "encoded":
            body += f' encodingStyle="{encoding}"'
        kind = "type" if self.style == "rpc" else "element"
        messages = "".join(
            f'<message name="{name}">{parts_of(parts, kind)}</message>'
            for name, parts in (("In", self.parts), ("Out", self.reply))
        )
        return f"""<definitions name="S" targetNamespace="urn:s" xmlns="http://schemas.xmlsoap.org/wsdl/"
          xmlns:soap="http://schemas.xmlsoap.org/wsdl/{binding}/" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
          xmlns:xsd="{XSD}" xmlns:soapenc="{encoding}" xmlns:apache="{APACHE}" xmlns:tns="urn:s">
          <types>{schema.replace('ENCODING', encoding)}</types>{messages}
          <portType name="P"><operation name="echo"><input message="tns:In"/><output message="tns:Out"/></operation></portType>
          <binding name="B" type="tns:P"><soap:binding style="{self.style}" transport="http://schemas.xmlsoap.org/soap/http"/>
            <operation name="echo"><soap:operation soapAction=""/><input>{body}/></input><output>{body}/></output></operation></binding>
          <service name="S"><port name="Port" binding="tns:B"><soap:address location="http://s.example/"/></port></service>
        </definitions>"""


def parts_of(parts: Iterable[tuple[str, str]], kind: str) -> str:
    return "".join(f'<part name="{name}" {kind}="{type_}"/>' for name, type_ in parts)


class Runtime:
    """What a package's runtime has, whether the package's own code uses it or not."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(f"{self._name}.{homes()[name]}"), name)


@dataclass(frozen=True)
class Service:
    """A case's package and its one operation, with which envelopes can be put briefly."""

    case: Case
    package: ModuleType

    @property
    def operation(self) -> Any:
        return self.package.PORTS["Port"].operations["echo"]

    @property
    def types(self) -> Any:
        return self.package.types

    @property
    def soap(self) -> Any:
        return Runtime(f"{self.package.__name__}._soap")

    def envelope(self, body: str, declared: str = "") -> bytes:
        namespace = SOAP[self.case.soap]
        encoding = ENC11 if self.case.soap == "1.1" else ENC12
        return (
            f'<S:Envelope xmlns:S="{namespace}" xmlns:xsi="{XSD}-instance" xmlns:xsd="{XSD}"'
            f' xmlns:tns="urn:s" xmlns:enc="{encoding}" xmlns:apache="{APACHE}"{declared}>'
            f"<S:Body>{body}</S:Body></S:Envelope>"
        ).encode()

    def read(self, parts: str, more: str = "") -> Any:
        """A request of these parts, and of what stands beside the call."""
        qualified = ' xmlns="urn:s"' if self.case.use == "literal" else ""
        tag = "echo" if qualified else "tns:echo"
        call = f"<{tag}{qualified}>{parts}</{tag}>"
        return self.operation.decode_request(self.envelope(call + more))

    def given(self, value: Any) -> dict[str, Any]:
        """What a request has, by field."""
        absent = (None, [], self.soap.UNSET)
        held = {f.name: getattr(value, f.name) for f in fields(value)}
        return {
            name: v
            for name, v in held.items()
            if not any(v is a or v == a for a in absent)
        }

    def again(self, value: Any) -> Any:
        """A request, written and read."""
        return self.operation.decode_request(self.operation.encode_request(value))

    def refusal(self, **parts: Any) -> str:
        """Why a request of these parts is not written: the error's path and message."""
        request = self.operation.request_type(**parts)
        try:
            written = self.operation.encode_request(request)
        except self.package.errors.EncodeError as error:
            return f"{error.path}: {error.message}"
        return f"written: {written!r}"

    def unread(self, parts: str, more: str = "") -> str:
        """Why a request of these parts does not read."""
        try:
            return f"read: {self.read(parts, more)}"
        except self.package.errors.DecodeError as error:
            return f"{error.path}: {error.message}"


_ENCODED = (
    *(("s", "xsd:string"), ("i", "xsd:int"), ("v", "tns:Vehicle"), ("q", "xsd:QName")),
    *(("ints", "tns:Ints"), ("grid", "tns:Grid"), ("nested", "tns:Nested")),
    *(("deep", "tns:Deep"), ("vehicles", "tns:Vehicles"), ("anys", "tns:Anys")),
    *(("lists", "tns:ListsOfInts"), ("color", "tns:Color"), ("colors", "tns:Colors")),
    *(("tree", "tns:Tree"), ("open", "tns:Open"), ("any", "xsd:anyType")),
)
_ENCODED11 = (
    *_ENCODED,
    *(("untyped", "soapenc:Array"), ("number", "soapenc:int")),
    *(("binary", "soapenc:base64Binary"), ("map", "apache:Map")),
)
ENCODED = Case("encoded", _ENCODED11, (("return", "xsd:string"), ("out", "xsd:int")))
ENCODED12 = Case("encoded12", _ENCODED, (("return", "xsd:string"),), soap="1.2")
LITERAL = Case(
    "literal",
    (("request", "tns:echo"),),
    (("reply", "tns:wild"),),
    style="document",
    use="literal",
)


@contextmanager
def services(folder: Path, *cases: Case) -> Iterator[list[Service]]:
    """The cases' packages, generated into a folder and imported from it."""
    sys.path.insert(0, str(folder))
    try:
        found = []
        for case in cases:
            name = f"behaviour_{case.name}"
            wsdl = folder / f"{name}.wsdl"
            wsdl.write_text(case.wsdl())
            write_package(
                folder / name, generate(wsdl, Options(name, secret=case.secret)).files
            )
            importlib.invalidate_caches()
            found.append(Service(case, importlib.import_module(name)))
        yield found
    finally:
        sys.path.remove(str(folder))
