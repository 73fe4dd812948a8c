"""The state that all emission shares: tables, wire style, prefixes of the package's namespaces."""

from __future__ import annotations

from dataclasses import dataclass

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    Enumeration,
    ListOf,
    NamedRef,
    Port,
    QName,
    Restricted,
    SoapArray,
    SoapVersion,
    Struct,
    TypeRef,
    UnionOf,
    Use,
)
from soapwright.model.namespaces import ENCODINGS, XML, XSD, XSI
from soapwright.model.walk import member_elements, messages_of, references_of
from soapwright.model.xml_names import NC_NAME
from soapwright.python.text.runtime_name import VENDORED, RuntimeName
from soapwright.python.types.classes import Types
from soapwright.python.wire import WireStyle


@dataclass(frozen=True, slots=True)
class Context:
    """One package's emission. `prefixes` has a prefix for every namespace that may be written."""

    api: Api
    types: Types
    style: WireStyle
    encoding: str
    prefixes: dict[str, str]
    runtime: RuntimeName = VENDORED
    mixed: bool = False
    """Whether ports differ in the encoding: each writes its own arrays."""
    attaches: bool = False
    """Whether values may travel beside the envelope."""

    def tag(self, name: QName) -> str:
        """An element's name as it is written, its prefix declared by the envelope."""
        return self.prefixed(name)

    def prefixed(self, name: QName) -> str:
        """A qualified name with the package's prefix for its namespace."""
        # The name becomes text of f-strings: anything but a name must be refused.
        if not NC_NAME.fullmatch(name.local):
            raise ValueError(f"{name.local!r} is no name")
        if not name.namespace:
            return name.local
        return f"{self.prefixes[name.namespace]}:{name.local}"

    def function(self, verb: str, name: str, use: Use) -> str:
        """The name of a type's function: `read_VirtualDisk`, `write_encoded_Point`."""
        return f"{verb}_encoded_{name}" if use is Use.ENCODED else f"{verb}_{name}"

    @property
    def is_soap12(self) -> bool:
        """Whether the encoding is SOAP 1.2's; of a mixed package the first port's."""
        return self.encoding == ENCODINGS[SoapVersion.V12]

    def item_type(self, reference: TypeRef) -> str:
        """The type of an array's items in `arrayType`: of arrays that of their items, `xsd:int[]`.

        SOAP 1.2 has no such names: there it is the array's own, if it has one.
        """
        brackets = ""
        passed: set[QName] = set()
        while isinstance(reference, NamedRef) and reference.id not in passed:
            definition = self.api.types[reference.id]
            if not isinstance(definition, SoapArray):
                break
            if self.is_soap12 and not self.mixed and definition.named:
                return self.prefixed(definition.id)
            passed.add(reference.id)
            ranks = [f"[{',' * (rank - 1)}]" for rank in reversed(definition.ranks)]
            brackets = "".join(ranks) + brackets
            reference = definition.item
        return (self.xsi_type(reference) or f"{self.prefixes[XSD]}:anyType") + brackets

    def xsi_type(self, reference: TypeRef) -> str:
        """The `xsi:type` of a value of this type; "" where its type has no name."""
        if isinstance(reference, BuiltinRef):
            if reference.builtin is Builtin.ANY_TYPE:
                return ""
            space = reference.encoding or XSD
            local = reference.alias or reference.builtin.value
            return f"{self.prefixes[space]}:{local}"
        definition = self.api.types[reference.id]
        match definition:
            case SoapArray():
                return f"{self.style.encoding}:Array"
            case _ if definition.named:
                return self.prefixed(definition.id)
            case Restricted(base=base) | Enumeration(base=base):
                return self.xsi_type(base)
            case Struct() | ListOf() | UnionOf():
                return ""


def encoding_of(port: Port) -> str:
    """The encoding that a port's binding names, else that of its version of SOAP; "" of a literal port."""
    encoded = [m for m in messages_of(port) if m.use is Use.ENCODED]
    for message in encoded:
        for named in message.encoding_style.split():
            if named in ENCODINGS.values():
                return named
    return ENCODINGS[port.soap] if encoded else ""


def first_encoding(api: Api) -> str:
    """The encoding of the first port that has one; else SOAP 1.1's."""
    found = filter(None, map(encoding_of, api.ports))
    return next(found, ENCODINGS[SoapVersion.V11])


def is_mixed(api: Api) -> bool:
    """Whether ports differ in the encoding."""
    return len({encoding_of(port) for port in api.ports} - {""}) > 1


def make_prefixes(api: Api, style: WireStyle) -> tuple[str, dict[str, str]]:
    """The encoding's namespace, and a prefix for every namespace of the package.

    They are those that the documents declare, where no other namespace has them; the rest are
    `ns1`, `ns2` … in the documents' order.
    """
    encoding = first_encoding(api)
    prefixes = {
        XML: "xml",
        XSD: "xsd",
        XSI: "xsi",
        encoding: style.encoding,
    }
    reserved = {*prefixes.values(), style.envelope, style.call_prefix, "soap", "xmlns"}
    number = 0
    for namespace in namespaces_of(api):
        if namespace in prefixes or not namespace:
            continue
        prefix = api.prefixes.get(namespace, "")
        if not prefix or prefix in reserved or prefix.lower().startswith("xml"):
            number += 1
            while (prefix := f"ns{number}") in reserved:
                number += 1
        reserved.add(prefix)
        prefixes[namespace] = prefix
    return encoding, prefixes


def namespaces_of(api: Api) -> list[str]:
    """Every namespace that an envelope of this service may name, in the documents' order."""
    found: dict[str, None] = {}
    for port in api.ports:
        for message in messages_of(port):
            if message.wrapper is not None:
                found[message.wrapper.namespace] = None
            found.update((header.namespace, None) for header in message.headers)
        for operation in port.operations:
            found.update((fault.namespace, None) for fault in operation.faults)
    found.update((name.namespace, None) for name in (*api.types, *api.elements))
    for definition in api.types.values():
        for reference, _ in references_of(definition):
            if isinstance(reference, BuiltinRef):
                found[reference.encoding] = None
        if isinstance(definition, Struct):
            found.update((a.name.namespace, None) for a in definition.attributes)
            for element in member_elements(definition):
                found[element.name.namespace] = None
                found.update((s.name.namespace, None) for s in element.substitutes)
    return list(found)
