"""The SOAP bindings of a WSDL, at their ports or alone, as the model's ports.

WSDL 1.1, sections 2.4 to 2.7 and 3; findings beside those of `components.py` and `messages.py`:

| finding | |
|---|---|
| `binding-skipped` | warning: a binding that is not SOAP's |
| `port-skipped` | warning: a port whose binding is missing, where there are others; else an error |
| `name` | error: something without a name, or with one that is none; a warning where it can do without |
| `duplicate` | error: two services, two ports of one, or two like operations of a name |
| `reference` | error: a binding's operation that its port type has not |
| `style` | warning: a style that is neither `document` nor `rpc`, read as `document` |
| `transport` | warning: a SOAP binding that does not travel by HTTP |
| `unbound-fault` | warning: a binding's fault that the port type does not declare |
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field, replace

from lxml import etree

from soapwright.model.api import Operation, Port, QName, SoapVersion, Style
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.wsdl.components import Components, doc_of, wsdl_name
from soapwright.wsdl.documents import Documents
from soapwright.wsdl.messages import EXTENSIONS, Bound, MessageReader
from soapwright.wsdl.named import check_names
from soapwright.wsdl.namespaces import (
    WIRE,
    WSDL,
    WSDL_HTTP,
    WSDL_SOAP11,
    WSDL_SOAP12,
    XML,
    XSI,
)
from soapwright.wsdl.references import NC_NAME, SOAP_ENCODINGS, XSD

_ADDRESSING = ("{http://www.w3.org/2005/08/addressing}Address",)
_OTHER_TRANSPORT = re.compile(r"jms|smtp|mail|tcp|pipe|msmq|xmpp|ftp", re.IGNORECASE)
_PLAIN_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# What envelopes declare by themselves, and the prefixes that they have for it.
_OWN_NAMESPACES = frozenset(
    {
        XSD,
        XSI,
        XML,
        WSDL,
        WSDL_SOAP11,
        WSDL_SOAP12,
        WSDL_HTTP,
        "http://schemas.xmlsoap.org/wsdl/mime/",
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
        *SOAP_ENCODINGS,
    }
)
_OWN_PREFIXES = re.compile(r"xs[di]?|xml.*|soap.*|env|enc|wsdl.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Services:
    """What the definitions offer; `prefixes` maps namespaces to the prefixes that they have there."""

    name: str
    doc: str
    ports: tuple[Port, ...]
    prefixes: dict[str, str]


def read_services(documents: Documents, findings: Findings) -> Services:
    """Every SOAP binding, as a port of a service or, where no port uses it, by itself."""
    components = Components(documents, findings)
    check_names(documents, findings)
    ports = _Ports(components, MessageReader(components)).read()
    entry = documents.definitions[0]
    services = [
        node
        for document in documents.definitions
        for node in document.root.iterchildren(wsdl_name("service"))
    ]
    names = [entry.root.get("name", ""), *(s.get("name", "") for s in services)]
    stem = re.split(r"[\\/]", entry.path)[-1].partition(".")[0]
    return Services(
        name=next((n.strip() for n in names if n.strip()), stem),
        doc=doc_of(entry.root, *services),
        ports=ports,
        prefixes=_prefixes(documents),
    )


@dataclass(slots=True)
class _Ports:
    """Reads ports and bindings; a binding is read once however many ports use it."""

    components: Components
    messages: MessageReader
    _bindings: dict[etree._Element, Port | None] = field(default_factory=dict)
    _astray: list[etree._Element] = field(default_factory=list)

    def read(self) -> tuple[Port, ...]:
        """The ports in document order, then the bindings that none of them uses."""
        found = [
            port
            for document in self.components.documents.definitions
            for service in document.root.iterchildren(wsdl_name("service"))
            for node in service.iterchildren(wsdl_name("port"))
            if (port := self._port(service, node)) is not None
        ]
        unused = [
            b
            for b in self.components.all("binding").values()
            if b not in self._bindings
        ]
        found += [port for node in unused if (port := self._binding(node)) is not None]
        for node in self._astray:
            self._skip(node, found)
        return _keyed(found)

    def _skip(self, node: etree._Element, others: list[Port]) -> None:
        """A port whose binding is missing: an error where the package would have none left."""
        name = node.get("binding", "").strip()
        what = f"there is no binding {name}" if name else "names no binding"
        at = self.components.at(node)
        if others:
            message = f"{what}: the port is left out"
            self.components.findings.warning(Code.PORT_SKIPPED, message, at)
        else:
            self.components.findings.error(Code.PORT_SKIPPED, what, at)

    def _port(self, service: etree._Element, node: etree._Element) -> Port | None:
        binding = self.components.look_up("binding", node, "binding")
        if binding is None and not self.components.may_be_unread(node, "binding"):
            self._astray.append(node)
        port = self._binding(binding) if binding is not None else None
        if port is None:
            return None
        return replace(
            port,
            name=node.get("name", "").strip() or port.name,
            service=service.get("name", "").strip(),
            address=_address(node),
            at=self.components.at(node),
            doc=doc_of(node) or port.doc or doc_of(service),
        )

    def _binding(self, node: etree._Element) -> Port | None:
        """A binding as a port without an address; None where it is not SOAP's."""
        if node not in self._bindings:
            self._bindings[node] = self._read_binding(node)
        return self._bindings[node]

    def _read_binding(self, node: etree._Element) -> Port | None:
        name, at = node.get("name", "").strip(), self.components.at(node)
        for version, namespace in EXTENSIONS.items():
            extension = node.find(f"{{{namespace}}}binding")
            if extension is not None:
                break
        else:
            message = f"binding {name} is not SOAP's: it is left out"
            self.components.findings.warning(Code.BINDING_SKIPPED, message, at)
            return None
        self._check_transport(name, extension)
        port_type = self.components.find("portType", node, "type")
        if port_type is None:
            return None
        return Port(
            name=name,
            key="",
            service="",
            port_type=self._name(port_type),
            address=None,
            soap=version,
            operations=self._operations(node, port_type, extension, version),
            at=at,
            wire=extension.get(f"{{{WIRE}}}style", "").strip(),
            doc=doc_of(node, port_type),
        )

    def _check_transport(self, name: str, extension: etree._Element) -> None:
        """Envelopes are the same on any transport; the clients know HTTP (section 3.3)."""
        transport = extension.get("transport", "").strip()
        if _OTHER_TRANSPORT.search(transport):
            message = f"binding {name} travels by {transport}: clients need a transport of your own"
            at = self.components.at(extension)
            self.components.findings.warning(Code.TRANSPORT, message, at)

    def _operations(
        self,
        binding: etree._Element,
        port_type: etree._Element,
        extension: etree._Element,
        version: SoapVersion,
    ) -> tuple[Operation, ...]:
        found: dict[str, Operation] = {}
        free: dict[str, list[etree._Element]] = {}
        for node in port_type.iterchildren(wsdl_name("operation")):
            free.setdefault(node.get("name", "").strip(), []).append(node)
        for node in binding.iterchildren(wsdl_name("operation")):
            name = node.get("name", "").strip()
            abstract = _take(node, free.get(name, []))
            if abstract is None:
                owner = port_type.get("name", "")
                message = f"portType {owner} has no operation {name} for this one"
                at = self.components.at(node)
                self.components.findings.error(Code.REFERENCE, message, at)
                continue
            soap = node.find(f"{{{EXTENSIONS[version]}}}operation")
            style = self._style(extension, soap)
            if style is Style.RPC and name and not NC_NAME.fullmatch(name):
                message = f"{name!r} is no name, and an element of a call has it"
                self.components.findings.error(
                    Code.NAME, message, self.components.at(node)
                )
            bound = Bound(node, abstract, version, style)
            key = _free(name, found)
            found[key] = self._operation(bound, soap, key)
        return tuple(found.values())

    def _operation(
        self, bound: Bound, soap: etree._Element | None, key: str
    ) -> Operation:
        given, made = self.messages.messages(bound)
        self._check_faults(bound)
        return Operation(
            name=bound.name,
            key=key,
            style=bound.style,
            soap_action=soap.get("soapAction", "").strip() if soap is not None else "",
            input=given,
            output=made,
            faults=self.messages.faults(bound),
            at=self.components.at(bound.concrete),
            doc=doc_of(bound.abstract, bound.concrete),
        )

    def _style(
        self, binding: etree._Element, operation: etree._Element | None
    ) -> Style:
        """The operation's style, else the binding's, else `document` (sections 3.3 and 3.4)."""
        for node in (operation, binding):
            text = node.get("style", "").strip() if node is not None else ""
            if text and node is not None:
                try:
                    return Style(text.lower())
                except ValueError:
                    message = (
                        f"style {text} is neither document nor rpc: read as document"
                    )
                    at = self.components.at(node)
                    self.components.findings.warning(Code.STYLE, message, at)
        return Style.DOCUMENT

    def _check_faults(self, bound: Bound) -> None:
        declared = {
            f.get("name") for f in bound.abstract.iterchildren(wsdl_name("fault"))
        }
        for node in bound.concrete.iterchildren(wsdl_name("fault")):
            if node.get("name") not in declared:
                message = f"portType's operation {bound.name} declares no fault {node.get('name')}"
                self.components.findings.warning(
                    Code.UNBOUND_FAULT, message, self.components.at(node)
                )

    def _name(self, port_type: etree._Element) -> QName:
        root = port_type.getroottree().getroot()
        return QName(root.get("targetNamespace", ""), port_type.get("name", "").strip())


def _take(
    concrete: etree._Element, free: list[etree._Element]
) -> etree._Element | None:
    """The port type's operation for a binding's, taken from those of its name (section 2.5).

    Overloads are told apart by the names of their messages; by their order where that does not
    tell.
    """
    for index, node in enumerate(free):
        if all(_same_message(concrete, node, way) for way in ("input", "output")):
            return free.pop(index)
    return free.pop(0) if free else None


def _same_message(concrete: etree._Element, abstract: etree._Element, way: str) -> bool:
    bound, declared = concrete.find(wsdl_name(way)), abstract.find(wsdl_name(way))
    if bound is None or declared is None:
        return (bound is None) == (declared is None)
    told = bound.get("name", "").strip()
    return not told or told == (
        declared.get("name", "").strip() or _default(abstract, way)
    )


def _default(abstract: etree._Element, way: str) -> str:
    """The name of a message that has none (section 2.4.5)."""
    name = abstract.get("name", "").strip()
    ways = [
        c.tag for c in abstract.iterchildren(wsdl_name("input"), wsdl_name("output"))
    ]
    if len(ways) == 1:
        return name
    solicit = ways[0] == wsdl_name("output")
    first = "Solicit" if solicit else "Request"
    return name + (first if wsdl_name(way) == ways[0] else "Response")


def _address(port: etree._Element) -> str | None:
    """Where a port is: its SOAP address, of either version, else its endpoint reference."""
    for namespace in (WSDL_SOAP11, WSDL_SOAP12):
        node = port.find(f"{{{namespace}}}address")
        if node is not None and node.get("location") is not None:
            return node.get("location", "").strip()
    reference = next(port.iter(*_ADDRESSING), None)
    return (reference.text or "").strip() if reference is not None else None


def _keyed(ports: list[Port]) -> tuple[Port, ...]:
    """Ports with their keys: the first of a name has it bare, others with their service's name."""
    keyed: dict[str, Port] = {}
    for port in ports:
        key = port.name if port.name not in keyed else f"{port.service}.{port.name}"
        key = _free(key, keyed)
        keyed[key] = replace(port, key=key)
    return tuple(keyed.values())


def _free(key: str, taken: Container[str]) -> str:
    """The key; where it is taken, the first that is not of `key_2`, `key_3` and so on."""
    free, number = key, 1
    while free in taken:
        number += 1
        free = f"{key}_{number}"
    return free


def _prefixes(documents: Documents) -> dict[str, str]:
    """The prefixes that the documents' roots declare, the first for each namespace."""
    found: dict[str, str] = {}
    roots = [d.root for d in documents.definitions]
    roots += [s.root for s in documents.schemas if not s.standard]
    roots += [s.root for s in documents.schemas if s.standard]
    for root in roots:
        for prefix, uri in root.nsmap.items():
            if prefix and _is_telling(prefix, uri) and prefix not in found.values():
                found.setdefault(uri, prefix)
    return found


def _is_telling(prefix: str, uri: str) -> bool:
    """Whether a prefix may stand in envelopes and names: none that they have already."""
    own = uri in _OWN_NAMESPACES or _OWN_PREFIXES.fullmatch(prefix) is not None
    return not own and _PLAIN_PREFIX.fullmatch(prefix) is not None
