"""A tiny service as a generator would write it: types with their writers and readers, operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from soapwright.runtime.codec.package import Package
from soapwright.runtime.errors.errors import DeclaredSoapFault, DecodeError
from soapwright.runtime.soap.envelope import Envelope, Version, Wire
from soapwright.runtime.soap.faults import DeclaredFault
from soapwright.runtime.soap.operation import MessageFormat, Operation, Port
from soapwright.runtime.values.strings import text
from soapwright.runtime.xml.element import Element, is_nil, local_name, path_of

SHOP = "urn:shop"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
NAMESPACES = {"tns": SHOP, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}


@dataclass(slots=True, kw_only=True)
class Order:
    item: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(slots=True, kw_only=True)
class RushOrder(Order):
    """A derived type: its writer says so."""


@dataclass(slots=True, kw_only=True)
class Receipt:
    number: int


@dataclass(slots=True, kw_only=True)
class Headers:
    trace: str | None = None


@dataclass(slots=True, kw_only=True)
class Nothing:
    pass


@dataclass(slots=True, kw_only=True)
class OutOfStockDetail:
    item: str


class OutOfStock(DeclaredSoapFault["OutOfStockDetail"]):
    """The declared fault."""


class Elsewhere(DeclaredSoapFault[str]):
    """A fault that another operation declares."""


def write_Order(v: Order, tag: str, attributes: str = "") -> str:
    kind = ' xsi:type="tns:RushOrder"' if isinstance(v, RushOrder) else ""
    xml = ""
    if v.item is not None:
        xml += f"<item>{text(v.item)}</item>"
    if v.password is not None:
        xml += f"<password>{text(v.password)}</password>"
    return f"<{tag}{attributes}{kind}>{xml}</{tag.partition(' ')[0]}>"


def read_Order(e: Element) -> Order:
    v = Order()
    for c in e[:]:
        if local_name(c) == "item":
            v.item = None if is_nil(c) else c.text or ""
        elif local_name(c) == "password":
            v.password = c.text or ""
    return v


def write_Receipt(v: Receipt, tag: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}><number>{int.__repr__(v.number)}</number></{tag}>"


def read_Receipt(e: Element) -> Receipt:
    for c in e[:]:
        if local_name(c) == "number":
            if not (c.text or "").isdigit():
                raise DecodeError(path_of(c), f"{c.text!r} is no xsd:int")
            return Receipt(number=int(c.text or ""))
    raise DecodeError(f"{path_of(e)}.number", "is missing")


def write_Headers(v: Headers) -> str:
    if v.trace is None:
        return ""
    return f'<t:Trace xmlns:t="{SHOP}">{text(v.trace)}</t:Trace>'


def read_Headers(e: Element) -> Headers:
    found = [c.text or "" for c in e[:] if c.tag == f"{{{SHOP}}}Trace"]
    return Headers(trace=found[0] if found else None)


def write_Nothing(v: Nothing) -> str:
    return ""


def read_Nothing(e: Element) -> Nothing:
    return Nothing()


TYPES = SimpleNamespace(
    Order=Order,
    write_Order=write_Order,
    read_Order=read_Order,
    write_encoded_Order=write_Order,
    read_encoded_Order=read_Order,
    Receipt=Receipt,
    write_Receipt=write_Receipt,
    read_Receipt=read_Receipt,
    write_encoded_Receipt=write_Receipt,
    read_encoded_Receipt=read_Receipt,
    Headers=Headers,
    write_Headers=write_Headers,
    read_Headers=read_Headers,
    Nothing=Nothing,
    write_Nothing=write_Nothing,
    read_Nothing=read_Nothing,
)


class OutOfStockCodec:
    def likeness(self, element: Element) -> int:
        return int(element.tag == f"{{{SHOP}}}OutOfStock")

    def read(self, element: Element) -> OutOfStockDetail:
        if not element.text:
            raise DecodeError("OutOfStock", "is empty")
        return OutOfStockDetail(item=element.text)

    def write(self, value: OutOfStockDetail) -> str:
        return f'<tns:OutOfStock xmlns:tns="{SHOP}">{text(value.item)}</tns:OutOfStock>'


def wire(version: Version = "1.1", charset: str = "UTF-8") -> Wire:
    namespace = SOAP11 if version == "1.1" else SOAP12
    start = (
        f'<?xml version="1.0" encoding="{charset}"?><S:Envelope xmlns:S="{namespace}"'
    )
    return Wire(version=version, charset=charset, prefix="S", start=start)


def operation(
    version: Version = "1.1",
    *,
    charset: str = "UTF-8",
    types: object = TYPES,
    name: str = "order",
    action: str = "urn:shop#order",
    rpc: bool = False,
    encoded: bool = False,
    one_way: bool = False,
    headers: bool = False,
    faults: Sequence[DeclaredFault] | None = None,
) -> Operation[Order, Receipt]:
    """`order`, in the flavour that a test wants."""
    header = MessageFormat("Headers") if headers else None
    expects = ("order", "") if rpc else (f"{{{SHOP}}}order", f"{{{SHOP}}}orderResponse")
    return Operation(
        name=name,
        soap_action=action,
        envelope=Envelope(wire(version, charset), NAMESPACES, "xsi tns"),
        package=Package("shop", types),
        request=MessageFormat(
            "Order", tag="tns:order", expects=expects[0], rpc=rpc, encoded=encoded
        ),
        response=(
            None
            if one_way
            else MessageFormat(
                "Receipt",
                tag="tns:orderResponse",
                expects=expects[1],
                rpc=rpc,
                encoded=encoded,
            )
        ),
        request_headers=header,
        response_headers=None if one_way else header,
        faults=(
            (DeclaredFault(OutOfStock, OutOfStockCodec()),)
            if faults is None
            else faults
        ),
    )


def envelope(body: str, version: Version = "1.1", header: str | None = None) -> bytes:
    """An envelope as another stack would write it: other prefixes, white space."""
    namespace = SOAP11 if version == "1.1" else SOAP12
    head = "" if header is None else f"<e:Header>{header}</e:Header>\n"
    return (
        f'<e:Envelope xmlns:e="{namespace}" xmlns:s="{SHOP}">\n'
        f" {head}<e:Body>\n  {body}\n </e:Body>\n</e:Envelope>\n"
    ).encode()


RECEIPT = "<s:orderResponse><number>7</number></s:orderResponse>"


def port(
    key: str, address: str | None, *operations: Operation[Any, Any]
) -> dict[str, Port]:
    version = operations[0].envelope.wire.version
    known = {o.name: o for o in operations}
    package = operations[0].package
    return {key: Port(key, "Shop", address, version, known, package)}
