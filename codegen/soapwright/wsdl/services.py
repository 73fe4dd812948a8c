"""The SOAP bindings of a WSDL, at their ports or alone, as the model's ports.

WSDL 1.1, sections 2.4 to 2.7 and 3; findings beside those of `components.py` and `messages.py`:

| finding | |
|---|---|
| `binding-skipped` | warning: a binding that is neither SOAP's nor HTTP's; left out: an operation of several MIME parts |
| `port-skipped` | left out: a port whose binding is missing |
| `name` | left out: something without a name, or with one that is none; mended where it can do without |
| `duplicate` | mended: two services, two ports of one, or two like operations of a name |
| `reference` | left out: a binding without its port type, an operation that its port type has not |
| `style` | mended: a style that is neither `document` nor `rpc`, read as `document` |
| `transport` | warning: a SOAP binding that does not travel by HTTP |
| `unbound-fault` | mended: a binding's fault that the port type does not declare |

Findings in an operation or a port are kept with it: they are reported where that is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from soapwright.model.actions import action_base
from soapwright.model.api import (
    GlobalElement,
    Kind,
    LeftOut,
    Operation,
    Port,
    QName,
    SoapVersion,
    Style,
)
from soapwright.model.codes import Code
from soapwright.model.demands import mtom_of
from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import ENVELOPES, XML, XSD, XSI
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.addressing import used_addressing, using_addressing
from soapwright.wsdl.components import Components, Unusable, doc_of, wsdl_name
from soapwright.wsdl.consumers import consumer_of
from soapwright.wsdl.documents import Documents
from soapwright.wsdl.http_bindings import http_operation, http_verb
from soapwright.wsdl.matching import (
    bound_once,
    declared_operations,
    output_first,
    take,
)
from soapwright.wsdl.messages import EXTENSIONS, Bound, MessageReader
from soapwright.wsdl.named import check_names
from soapwright.wsdl.namespaces import (
    WIRE,
    WSDL,
    WSDL_HTTP,
    WSDL_MIME,
    WSDL_SOAP11,
    WSDL_SOAP12,
)
from soapwright.wsdl.policy.attachments import Policies
from soapwright.wsdl.policy.required import note_required
from soapwright.wsdl.references import SOAP_ENCODINGS

# The messages of an operation, in a port type as in a binding.
_MESSAGES = tuple(map(wsdl_name, ("input", "output", "fault")))
_ADDRESSING = ("{http://www.w3.org/2005/08/addressing}Address",)
_OTHER_TRANSPORT = re.compile(r"jms|smtp|mail|tcp|pipe|msmq|xmpp|ftp", re.IGNORECASE)
_PLAIN_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# The namespaces that every envelope declares, and their prefixes there.
_OWN_NAMESPACES = frozenset(
    {
        XSD,
        XSI,
        XML,
        WSDL,
        WSDL_SOAP11,
        WSDL_SOAP12,
        WSDL_HTTP,
        WSDL_MIME,
        *ENVELOPES.values(),
        *SOAP_ENCODINGS,
    }
)
_OWN_PREFIXES = re.compile(r"xs[di]?|xml.*|soap.*|env|enc|wsdl.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Services:
    """The services and ports of the definitions; `prefixes` maps namespaces to prefixes there.

    `left_out` are the ports and bindings that are broken; `assumed` are elements that Bodies hold
    and nothing declares.
    """

    name: str
    doc: str
    ports: tuple[Port, ...]
    left_out: tuple[LeftOut, ...]
    prefixes: dict[str, str]
    assumed: dict[QName, GlobalElement]


def read_services(
    documents: Documents, declared: Mapping[str, Iterable[QName]], findings: Findings
) -> Services:
    """Every SOAP binding, as a port of a service or, where no port uses it, by itself.

    `declared` are the names that the schemas declare, of an `element` and of a `type`.
    """
    components = Components(documents, declared, findings)
    check_names(documents, findings)
    policies = Policies(documents, findings)
    reader = _Ports(components, policies)
    ports = reader.read()
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
        left_out=tuple(reader.left_out),
        prefixes=_prefixes(documents),
        assumed=components.assumed,
    )


@dataclass(slots=True)
class _Ports:
    """Reads ports and bindings; a binding is read once however many ports use it.

    `left_out` collects the ports and bindings that are broken.
    """

    components: Components
    policies: Policies
    left_out: list[LeftOut] = field(default_factory=list)
    _bindings: dict[etree._Element, Port | Unusable | None] = field(
        default_factory=dict
    )

    def read(self) -> tuple[Port, ...]:
        """The ports in document order, then the bindings that none of them uses, then the ports of
        those who take what these send by themselves."""
        found = [
            self._port(service, node)
            for document in self.components.documents.definitions
            for service in document.root.iterchildren(wsdl_name("service"))
            for node in service.iterchildren(wsdl_name("port"))
        ]
        bindings = self.components.all("binding").values()
        unused = [b for b in bindings if b not in self._bindings]
        found += [self._unused(node) for node in unused]
        ports = [port for port in found if port is not None]
        consumers = [c for c in map(consumer_of, ports) if c is not None]
        return _keyed([*ports, *consumers])

    def _unused(self, node: etree._Element) -> Port | None:
        try:
            port = self._binding(node)
        except Unusable as broken:
            name = node.get("name", "").strip()
            self.left_out.append(broken.left_out(Kind.BINDING, name))
            return None
        return None if port is None else self._with_policies(port, node, None)

    def _port(self, service: etree._Element, node: etree._Element) -> Port | None:
        name = node.get("name", "").strip()
        of_service = service.get("name", "").strip()
        try:
            port = self._binding(self._binding_of(node))
        except Unusable as broken:
            self.left_out.append(broken.left_out(Kind.PORT, name, of_service))
            return None
        if port is None:
            return None
        declared = using_addressing(node, self.components) or port.addressing
        bound = replace(
            port,
            name=name or port.name,
            service=of_service,
            address=_address(node),
            at=self.components.at(node),
            doc=doc_of(node) or port.doc or doc_of(service),
            addressing=declared,
        )
        return self._with_policies(bound, node, service)

    def _with_policies(
        self, port: Port, node: etree._Element, service: etree._Element | None
    ) -> Port:
        """A port with its policies, and with the findings in them.

        Args:
            port: as its binding has it.
            node: of the port, or of a binding that no port uses.
            service: of the port.
        """
        binding = node if service is None else self._binding_of(node)
        port_type = self.components.find("portType", binding, "type")
        with self.components.findings.apart() as found:
            own = None if service is None else node
            policy = self.policies.effective(own, binding, port_type)
            of_service = self.policies.effective(service)
            root = binding.getroottree().getroot()
            for element in dict.fromkeys((root, service, node, binding, port_type)):
                if element is not None:
                    note_required(element, self.components)
        return replace(
            port,
            policy=policy,
            service_policy=of_service,
            addressing=used_addressing(policy, port.addressing),
            mtom=mtom_of(policy) or port.mtom,
            findings=(*port.findings, *found),
        )

    def _binding_of(self, node: etree._Element) -> etree._Element:
        binding = self.components.look_up("binding", node, "binding")
        if binding is None:
            name = node.get("binding", "").strip()
            reason = f"there is no binding {name}" if name else "it names no binding"
            raise Unusable(Code.PORT_SKIPPED, reason, self.components.at(node))
        return binding

    def _binding(self, node: etree._Element) -> Port | None:
        """A binding as a port without an address; None where it is not SOAP's.

        Raises:
            Unusable: its port type is missing.
        """
        if node not in self._bindings:
            with self.components.findings.apart() as found:
                self._bindings[node] = self._read_binding(node)
            port = self._bindings[node]
            if isinstance(port, Port):
                self._bindings[node] = replace(port, findings=tuple(found))
            else:
                self.components.findings.add(found)
        port = self._bindings[node]
        if isinstance(port, Unusable):
            raise port
        return port

    def _read_binding(self, node: etree._Element) -> Port | Unusable | None:
        name, at = node.get("name", "").strip(), self.components.at(node)
        for version, namespace in EXTENSIONS.items():
            extension = node.find(f"{{{namespace}}}binding")
            if extension is not None:
                break
        else:
            return self._read_http_binding(node)
        self._check_transport(name, extension)
        try:
            port_type = self.components.find("portType", node, "type")
        except Unusable as broken:
            return broken
        operations, left_out = self._operations(node, port_type, extension, version)
        return Port(
            name=name,
            key="",
            service="",
            port_type=self._name(port_type),
            address=None,
            soap=version,
            operations=operations,
            at=at,
            wire=extension.get(f"{{{WIRE}}}style", "").strip(),
            doc=doc_of(node, port_type),
            left_out=left_out,
            addressing=using_addressing(node, self.components),
        )

    def _read_http_binding(self, node: etree._Element) -> Port | Unusable | None:
        """An HTTP binding; its values are written as in SOAP 1.1's Bodies.

        One without operations, as .NET writes them, is no port.
        """
        name, at = node.get("name", "").strip(), self.components.at(node)
        verb = http_verb(node)
        if verb is None:
            message = f"binding {name} is neither SOAP's nor HTTP's: it is left out"
            self.components.findings.warning(Code.BINDING_SKIPPED, message, at)
            return None
        if node.find(wsdl_name("operation")) is None:
            return None
        try:
            port_type = self.components.find("portType", node, "type")
        except Unusable as broken:
            return broken
        operations: dict[str, Operation] = {}
        left_out: list[LeftOut] = []
        free = declared_operations(port_type)
        for one in bound_once(node, free, WSDL_HTTP, self.components):
            key = _free(one.get("name", "").strip(), operations)
            try:
                abstract = self._abstract(one, port_type, free)
                bound = Bound(
                    *(one, abstract, SoapVersion.V11, Style.DOCUMENT), is_http=True
                )
                given = (bound, verb, key, self.components, self.policies)
                operations[key] = http_operation(*given)
            except Unusable as broken:
                operation = one.get("name", "").strip()
                left_out.append(broken.left_out(Kind.OPERATION, operation))
        return Port(
            name=name,
            key="",
            service="",
            port_type=self._name(port_type),
            address=None,
            soap=SoapVersion.V11,
            operations=tuple(operations.values()),
            at=at,
            doc=doc_of(node, port_type),
            left_out=tuple(left_out),
            is_http=True,
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
    ) -> tuple[tuple[Operation, ...], tuple[LeftOut, ...]]:
        """A binding's operations, and those of them that are broken."""
        found: dict[str, Operation] = {}
        left_out: list[LeftOut] = []
        free = declared_operations(port_type)
        for node in bound_once(binding, free, EXTENSIONS[version], self.components):
            name = node.get("name", "").strip()
            soap = node.find(f"{{{EXTENSIONS[version]}}}operation")
            key = _free(name, found)
            try:
                abstract = self._abstract(node, port_type, free)
                bound = Bound(
                    *(node, abstract, version, self._style(extension, soap)),
                    _soap_action(soap),
                    action_base(self._name(port_type)),
                )
                found[key] = self._operation(bound, key)
            except Unusable as broken:
                left_out.append(broken.left_out(Kind.OPERATION, name))
        return tuple(found.values()), tuple(left_out)

    def _abstract(
        self,
        node: etree._Element,
        port_type: etree._Element,
        free: dict[str, list[etree._Element]],
    ) -> etree._Element:
        """The port type's operation for a binding's."""
        name, at = node.get("name", "").strip(), self.components.at(node)
        if not name:
            raise Unusable(Code.NAME, "it has no name", at)
        abstract = take(node, free.get(name, []))
        if abstract is None:
            owner = port_type.get("name", "")
            reason = f"portType {owner} has no operation of this name"
            raise Unusable(Code.REFERENCE, reason, at)
        return abstract

    def _operation(self, bound: Bound, key: str) -> Operation:
        """An operation, with the findings in it.

        Raises:
            Unusable: it cannot do without something that is broken.
        """
        at = self.components.at(bound.concrete)
        if bound.style is Style.RPC and not NC_NAME.fullmatch(bound.name):
            reason = f"{bound.name!r} is no name, and an element of a call has it"
            raise Unusable(Code.NAME, reason, at)
        reader = MessageReader(self.components, self.policies, bound)
        with self.components.findings.apart() as found:
            given, made = reader.messages()
            self._check_faults(bound)
            faults = reader.faults()
            policy = self.policies.effective(bound.concrete, bound.abstract)
            for node in (bound.concrete, bound.abstract):
                for inside in (node, *node.iterchildren(*_MESSAGES)):
                    note_required(inside, self.components)
        return Operation(
            name=bound.name,
            key=key,
            style=bound.style,
            soap_action=bound.soap_action,
            input=given,
            output=made,
            faults=faults,
            at=at,
            doc=doc_of(bound.abstract, bound.concrete),
            left_out=tuple(reader.left_out),
            findings=tuple(found),
            policy=policy,
            output_first=output_first(bound.abstract),
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
                    self.components.findings.mended(Code.STYLE, message, at)
        return Style.DOCUMENT

    def _check_faults(self, bound: Bound) -> None:
        declared = {
            f.get("name") for f in bound.abstract.iterchildren(wsdl_name("fault"))
        }
        for node in bound.concrete.iterchildren(wsdl_name("fault")):
            if node.get("name") not in declared:
                message = f"portType's operation {bound.name} declares no fault {node.get('name')}"
                self.components.findings.mended(
                    Code.UNBOUND_FAULT, message, self.components.at(node)
                )

    def _name(self, port_type: etree._Element) -> QName:
        root = port_type.getroottree().getroot()
        return QName(root.get("targetNamespace", ""), port_type.get("name", "").strip())


def _soap_action(operation: etree._Element | None) -> str:
    return "" if operation is None else operation.get("soapAction", "").strip()


def _address(port: etree._Element) -> str | None:
    """Where a port is: its address of SOAP, of either version, or of HTTP, else its endpoint reference."""
    for namespace in (WSDL_SOAP11, WSDL_SOAP12, WSDL_HTTP):
        node = port.find(f"{{{namespace}}}address")
        if node is not None and node.get("location") is not None:
            return node.get("location", "").strip()
    reference = next(port.iter(*_ADDRESSING), None)
    return (reference.text or "").strip() if reference is not None else None


def _keyed(ports: list[Port]) -> tuple[Port, ...]:
    """Ports with their keys: the first of a name has it bare, others with their service's name.

    Those that are called by SOAP are named first.
    """
    keys: dict[str, Port] = {}
    for port in sorted(ports, key=lambda port: port.is_http or port.is_consumer):
        key = port.name if port.name not in keys else f"{port.service}.{port.name}"
        keys[_free(key, keys)] = port
    names = {id(port): key for key, port in keys.items()}
    return tuple(replace(port, key=names[id(port)]) for port in ports)


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
    taken: set[str] = set()
    for root in roots:
        for prefix, uri in root.nsmap.items():
            if not prefix or uri in found or prefix in taken:
                continue
            if _is_telling(prefix, uri):
                found[uri] = prefix
                taken.add(prefix)
    return found


def _is_telling(prefix: str, uri: str) -> bool:
    """Whether a prefix may be used in envelopes and names: it is none of their own."""
    own = uri in _OWN_NAMESPACES or _OWN_PREFIXES.fullmatch(prefix) is not None
    return not own and _PLAIN_PREFIX.fullmatch(prefix) is not None
