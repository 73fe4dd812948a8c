"""`ports.py`, `elements.py`, `errors.py`: the parts of the service besides its types."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from soapwright.model.actions import action_base, default_action, fault_action
from soapwright.model.api import (
    AttachedMember,
    Builtin,
    BuiltinRef,
    ElementPart,
    Fault,
    GlobalElement,
    HttpBinding,
    HttpContent,
    HttpPart,
    Message,
    NamedRef,
    Operation,
    Port,
    QName,
    SoapVersion,
    Struct,
    TypePart,
    TypeRef,
    Use,
)
from soapwright.model.namespaces import ENCODINGS
from soapwright.model.walk import headers_use, messages_of, reach
from soapwright.python.codecs.declared import Declared
from soapwright.python.codecs.items import RepeatedElement
from soapwright.python.context import Context, encoding_of
from soapwright.python.modules.http_fields import HttpField, http_fields
from soapwright.python.modules.left_out import with_left_out
from soapwright.python.modules.roots import element_of, root_of
from soapwright.python.names.services import (
    RUNTIME_ERRORS,
    declared_faults,
    fault_key,
    fault_names,
    port_functions,
)
from soapwright.python.text.literals import docstring, string
from soapwright.python.text.scope import Scope
from soapwright.python.text.statements import tuple_of
from soapwright.python.text.views import (
    ElementsModule,
    ErrorsModule,
    FaultView,
    OperationView,
    PortsModule,
    PortView,
)
from soapwright.python.types.annotations import Annotation
from soapwright.python.types.declarations import Annotations
from soapwright.python.types.fields import is_any, local_names
from soapwright.python.wire import envelope_start

_NAMED_OPERATIONS = 4
"""So many operations are named in the docstring of a fault that they declare."""
_PAIRS = (HttpContent.QUERY, HttpContent.PATH, HttpContent.FORM)
_MEDIA_TYPES = {
    "xml": "text/xml",
    "text": "text/plain",
    "bytes": "application/octet-stream",
}
"""Of MIME parts whose type the WSDL leaves open."""
_PORTS_DOC = "The ports of the service and their operations: bytes to values and back, without a network."


class ServiceModules:
    """Makes the modules of one service."""

    def __init__(self, context: Context, header: list[str]) -> None:
        self.context = context
        self.header = header
        self.declared = Declared(context)
        self.repeated = RepeatedElement(context)
        self.fault_names = fault_names(context.api)

    # ------------------------------------------------------------------------------- elements

    def elements(self) -> ElementsModule:
        """The global elements that a wildcard may meet, in the documents' order."""
        entries = [
            self._entry(element)
            for element in self.context.api.elements.values()
            if not element.abstract
        ]
        namespaces = [
            f"{string(prefix)}: {string(uri)}"
            for uri, prefix in self.context.prefixes.items()
            if prefix != "xml"
        ]
        face = self.context.runtime.face("soap")
        return ElementsModule(self.header, face, namespaces, entries)

    def _entry(self, element: GlobalElement) -> str:
        """A tag and the names of a reader and a writer: of a type's, or of the runtime's."""
        tag = self.context.tag(element.name)
        reference = element.type
        simple = self.context.types.simple
        nil = " nil" if element.nillable else ""
        if simple.is_simple(reference):
            code = simple.code(reference, Scope())
            text = f"scoped.{code.text}" if code.scoped else code.content
            if simple.is_any(reference):
                text = "soap.write_any_simple"  # with the type that a value names
            return f"{tag} {code.read} {text}{nil}"
        if isinstance(reference, NamedRef):
            name = self.context.types.names.types[reference.id]
            return f"{tag} {name} {name}{nil}"
        return f"{tag} soap.read_any soap.write_any{nil}"

    # --------------------------------------------------------------------------------- errors

    def errors(self) -> ErrorsModule:
        """The exception classes."""
        scope = Scope(self.fault_names.values(), self.context.runtime)
        declared: dict[str, list[tuple[str, Fault]]] = {}
        for operation, fault in declared_faults(self.context.api):
            declared.setdefault(fault_key(fault), []).append((operation, fault))
        faults = []
        for key, each in declared.items():
            first = each[0][1]
            operations = list(dict.fromkeys(operation for operation, _ in each))
            doc = first.doc or _fault_doc(first.name, operations)
            detail = self.detail(first, scope)
            faults.append(FaultView(self.fault_names[key], detail, docstring(doc, 4)))
        names = ", ".join(f"{n} as {n}" for n in RUNTIME_ERRORS)
        runtime = self.context.runtime.module("")
        imports = [*scope.sibling_imports, f"from {runtime} import {names}"]
        exports = sorted([*RUNTIME_ERRORS, *self.fault_names.values()])
        return ErrorsModule(
            self.header, scope.standard_imports, imports, faults, exports
        )

    def exception(self, fault: Fault) -> str:
        """The name of a fault's exception class."""
        return self.fault_names[fault_key(fault)]

    def detail(self, fault: Fault, scope: Scope) -> str:
        """The Python type of what a fault's detail holds."""
        part = fault.part
        annotations = Annotations(self.context.types, scope)
        if not isinstance(part, ElementPart):
            return annotations.value(part.type)
        element = self.context.api.elements[part.element]
        nil = element.nillable or any(one.nillable for one in fault.substitutes)
        nil = nil and not is_any(element.type)
        kept = annotations.kept(element.type, nillable=nil)
        return str(Annotation(annotations.value(element.type), nil, kept=kept))

    # ---------------------------------------------------------------------------------- ports

    def ports(self) -> PortsModule:
        """The module of all ports."""
        functions = port_functions(self.context.api.ports)
        views = [self._port(p, functions[p.key]) for p in self.context.api.ports]
        imports = [self.context.runtime.face("soap")]
        messages = [m for p in self.context.api.ports for m in messages_of(p)]
        roots = [root_of(self.context, message) for message in messages]
        grouped = any(root is not None and root.others for root in roots)
        siblings = ["elements"] if grouped or self.repeated.needs_elements else []
        if any(o.faults for p in self.context.api.ports for o in p.operations):
            siblings = ["elements", "errors"]
        imports += [f"from . import {', '.join(siblings)}"] if siblings else []
        if self.repeated.scope.uses("t"):
            imports.append("from . import types as t")
        imports += ["from ._package import PACKAGE"] if views else []
        lines = (
            line for view in views for o in view.operations for line in o.arguments
        )
        if any("NAMESPACES" in line for line in lines):
            imports.append("from .elements import NAMESPACES")
        doc = with_left_out(_PORTS_DOC, self.context.api)
        return PortsModule(self.header, docstring(doc, 0), imports, views)

    def _port(self, port: Port, function: str) -> PortView:
        style, encoding = self.context.style, encoding_of(port)
        wire = [
            f"version={string(port.soap.value)}",
            f"charset={string(style.charset)}",
            f"prefix={string(style.envelope)}",
            f"start={string(envelope_start(style, port.soap, encoding))}",
        ]
        arguments = [
            f"name={string(port.name)}",
            f"service={string(port.service)}",
            f"address={string(port.address) if port.address is not None else None}",
            f"soap={None if port.is_http else string(port.soap.value)}",
            "package=PACKAGE",
        ]
        if port.mtom is not None:
            arguments.append(f"mtom={string(port.mtom.value)}")
        if port.addressing is not None and not port.is_http:
            use = "required" if port.addressing.required else "optional"
            arguments.append(f"addressing={string(use)}")
        doc = docstring(
            port.doc or f"The port {port.name} of {port.service or 'no service'}.", 4
        )
        operations = [
            OperationView(
                string(o.key), self._kind(o), self._operation(port, o, encoding)
            )
            for o in port.operations
        ]
        declared = self._encoding(port, encoding)
        base = "" if port.is_http else string(action_base(port.port_type))
        return PortView(
            *(string(port.key), function, doc, wire, base, declared),
            *(arguments, operations),
        )

    def _kind(self, operation: Operation) -> str:
        """The runtime's class of an operation."""
        if operation.http is not None:
            return "HttpOperation"
        used: set[Use] = {fault.use for fault in operation.faults}
        for message in filter(None, (operation.input, operation.output)):
            used |= {message.use, *(header.use for header in message.headers)}
        return "EncodedOperation" if Use.ENCODED in used else "Operation"

    def _operation(self, port: Port, operation: Operation, encoding: str) -> list[str]:
        prefixes = self.declared.prefixes(operation)
        own = {}
        call = self._call_namespace(operation)
        if call:
            prefixes.insert(0, call[0])
            own[call[0]] = call[1]
        if encoding and encoding != self.context.encoding:
            own[self.context.style.encoding] = encoding
        pairs = ", ".join(f"{string(p)}: {string(uri)}" for p, uri in own.items())
        namespaces = f"{{**NAMESPACES, {pairs}}}" if pairs else "NAMESPACES"
        if pairs and prefixes == [*own]:
            namespaces = f"{{{pairs}}}"
        declared = string(" ".join(prefixes))
        lines = [
            f"name={string(operation.name)}",
            f"soap_action={string(operation.soap_action)}",
            f"envelope=soap.Envelope(wire, {namespaces}, {declared})",
            "package=PACKAGE",
        ]
        if self._kind(operation) == "EncodedOperation":
            lines.append("encoding=encoding")
        if operation.http is not None:
            address = string(port.address) if port.address is not None else None
            lines += [
                f"http={self._http(operation, operation.http)}",
                f"address={address}",
            ]
        for direction, message in (
            ("request", operation.input),
            ("response", operation.output),
        ):
            if message is None:
                lines.append(f"{direction}=None")
                continue
            lines.append(
                f"{direction}={self._message(port, operation, message, direction)}"
            )
            if message.headers_struct is not None:
                name = self.context.types.names.types[message.headers_struct]
                header = self._headers(message, name, direction)
                lines.append(f"{direction}_headers={header}")
        if operation.faults:
            found = [f for f in operation.faults if self._has_element(f)]
            faults = [self._fault(port, operation, f) for f in found]
            lines.append(f"faults={tuple_of(faults)}")
        if operation.http is None:
            lines += ["action_base=action_base", *_actions(port, operation)]
        return lines

    def _http(self, operation: Operation, http: HttpBinding) -> str:
        """The expression for how an operation travels without SOAP."""
        given = [string(http.verb), string(http.location)]
        given += [string(http.request.value), string(http.response.value)]
        response = operation.output
        several = http.response.is_multipart
        if response is not None and response.wrapper is not None and not several:
            given += [string(part.name) for part in response.parts[:1]]
        api = self.context.api
        fields = http_fields(api, operation) if http.request in _PAIRS else []
        if fields:
            given.append(f"fields={tuple_of(map(_http_field, fields))}")
        if http.media_type:
            given.append(f"media_type={string(http.media_type)}")
        for name, message, content, parts in (
            ("request", operation.input, http.request, http.request_parts),
            ("response", response, http.response, http.response_parts),
        ):
            if message is not None and content.is_multipart:
                made = [string(content.value), *self._http_parts(message, parts)]
                given.append(f"{name}_parts=soap.HttpParts({', '.join(made)})")
        return f"soap.HttpBinding({', '.join(given)})"

    def _http_parts(
        self, message: Message, parts: tuple[HttpPart, ...]
    ) -> Iterator[str]:
        """The expressions for a message's parts that are MIME parts."""
        assert message.struct is not None
        types = self.context.types
        fields = types.fields(types.struct(message.struct))
        for field, part, mime in zip(fields, message.parts, parts, strict=True):
            tag, content = part.name, "xml"
            if isinstance(part, ElementPart):
                tag = str(part.element)
            elif not mime.is_xml and types.simple.is_simple(part.type):
                content = (
                    "bytes" if _is_base64(types.simple.plain(part.type)) else "text"
                )
            media = mime.media_type or _MEDIA_TYPES[content]
            given = (mime.name, field.name, tag, content, media)
            yield f"soap.HttpPart({', '.join(map(string, given))})"

    def _encoding(self, port: Port, named: str) -> str:
        """The expression for the encoding of a port's envelopes; "" where no operation has one."""
        if all(self._kind(one) != "EncodedOperation" for one in port.operations):
            return ""
        encoding = named or self.context.encoding
        given = [string(self.context.style.encoding)]
        if encoding == ENCODINGS[SoapVersion.V12]:
            given.append("soap12=True")
        attributes = self._encoding_style(port, encoding)
        if attributes:
            given.append(f"attributes={string(attributes)}")
        return f"soap.Encoding({', '.join(given)})"

    def _encoding_style(self, port: Port, encoding: str) -> str:
        """The attribute that declares an encoding; "" where the Envelope has it."""
        style = self.context.style
        if style.encoding_style_on_envelope and port.soap is SoapVersion.V11:
            return ""
        return f' {style.envelope}:encodingStyle="{_attribute(encoding)}"'

    def _call_namespace(self, operation: Operation) -> tuple[str, str] | None:
        """A wire style's own prefix for the namespace of a call."""
        prefix = self.context.style.call_prefix
        wrapper = operation.input.wrapper if operation.input is not None else None
        if not prefix or wrapper is None or not wrapper.namespace:
            return None
        return prefix, wrapper.namespace

    def _message(
        self, port: Port, operation: Operation, message: Message, direction: str
    ) -> str:
        assert message.struct is not None
        name = self.context.types.names.types[message.struct]
        given = [string(name)]
        if message.use is Use.ENCODED:
            given.append("encoded=True")
            given += ["by_envelope=True"] if self._depends(message.struct) else []
        if message.wrapper is not None:
            tag, attributes = self._wrapper(port, message, message.wrapper, operation)
            expects = string(operation.name if direction == "request" else "")
            given += [f"tag={string(tag)}", f"attributes={string(attributes)}"]
            given += [f"expects={expects}", "rpc=True"]
        elif (element := element_of(message)) is not None:
            given.append(f"tag={string(self.context.tag(element))}")
            given.append(f"expects={string(str(element))}")
        elif message.parts and isinstance(message.parts[0], ElementPart):
            given.append(f"expects={string(str(message.parts[0].element))}")
        if message.substitutes:
            names = tuple_of(string(str(one.name)) for one in message.substitutes)
            given.append(f"also={names}")
        given += self._root(message)
        given += self._attached(message)
        if direction == "response":
            items = self.repeated.items(message, plain=self._is_plain(message))
            given += [f"items={items}"] if items else []
        return f"soap.MessageFormat({', '.join(given)})"

    def _is_plain(self, message: Message) -> bool:
        """Whether the Body of a message is one literal element, and always that one."""
        return (
            message.use is Use.LITERAL
            and element_of(message) is not None
            and root_of(self.context, message) is None
            and not message.substitutes
            and not message.attached
        )

    def _root(self, message: Message) -> list[str]:
        """The alternatives to the Body's element: nil, and its substitutes."""
        root = root_of(self.context, message)
        if root is None or not (root.nillable or root.others):
            return []
        given = ["nillable=True"] if root.nillable else []
        if root.others:
            codecs = [f"{string(a.tag)}: {_codec(a.name)}" for a in root.others]
            given.append(f"others={{{', '.join(codecs)}}}")
        return [f"root=soap.Root({', '.join(given)})"]

    def _attached(self, message: Message) -> list[str]:
        """The fields that are MIME parts of their own."""
        if not message.attached or message.struct is None:
            return []
        types = self.context.types
        parts = []
        for field in types.fields(types.struct(message.struct)):
            if isinstance(field.what, AttachedMember):
                kinds = tuple_of(map(string, field.what.media_types))
                name = string(field.what.name)
                parts.append(f"({string(field.name)}, {name}, {kinds})")
        return [f"attached=soap.MimeParts({', '.join(parts)})"]

    def _depends(self, struct: QName) -> bool:
        """Whether what the writers of a message write depends on its envelope."""
        facts = self.context.api.facts
        if struct in facts.sharing or self.context.mixed:
            return True
        return any(
            isinstance(definition, Struct)
            and local_names(self.context.types.fields(definition))
            for name in reach(self.context.api, [NamedRef(struct)], facts.subtypes)
            if name != struct
            for definition in [self.context.api.types[name]]
        )

    def _headers(self, message: Message, name: str, direction: str) -> str:
        given = [string(name)]
        if headers_use(message.headers) is Use.ENCODED:
            given.append("encoded=True")
        if any(header.use is Use.ENCODED for header in message.headers):
            given.append("by_envelope=True")  # its blocks declare their encoding
        if direction == "request":  # a service checks mustUnderstand with it
            blocks = [string(str(header.name)) for header in message.headers]
            given.append(f"blocks=({', '.join(dict.fromkeys(blocks))},)")
        return f"soap.MessageFormat({', '.join(given)})"

    def _wrapper(
        self, port: Port, message: Message, wrapper: QName, operation: Operation
    ) -> tuple[str, str]:
        style = self.context.style
        tag, attributes = wrapper.local, ""
        call = self._call_namespace(operation)
        if wrapper.namespace and call and call[1] == wrapper.namespace:
            tag = f"{call[0]}:{wrapper.local}"
            if style.declare_on_call:
                attributes = f' xmlns:{call[0]}="{_attribute(wrapper.namespace)}"'
        elif wrapper.namespace:
            tag = self.context.tag(wrapper)
        if message.use is Use.ENCODED:
            encoding = message.encoding_style.split()[:1] or [encoding_of(port)]
            attributes += self._encoding_style(port, encoding[0])
        return tag, attributes

    def _has_element(self, fault: Fault) -> bool:
        """Whether there is any element for a fault's detail: an abstract one needs substitutes."""
        if not isinstance(fault.part, ElementPart) or fault.substitutes:
            return True
        return not self.context.api.elements[fault.part.element].abstract

    def _fault(self, port: Port, operation: Operation, fault: Fault) -> str:
        name = f"errors.{self.exception(fault)}"
        part = fault.part
        base = action_base(port.port_type)
        named = [f"name={string(fault.name)}"]
        if fault.action != fault_action(base, operation.name, fault.name):
            named = [f"action={string(fault.action)}"]
        if isinstance(part, ElementPart):
            names = [one.name for one in fault.substitutes]
            if not self.context.api.elements[part.element].abstract:
                names.insert(0, part.element)
            codecs = [_codec(one) for one in names]
            given = [name, *codecs[:1]]
            given += [f"others=({', '.join(codecs[1:])},)"] if codecs[1:] else []
        else:
            given = [name, self._part_codec(fault, part)]
        return f"soap.DeclaredFault({', '.join([*given, *named])})"

    def _part_codec(self, fault: Fault, part: TypePart) -> str:
        """A detail that is a part of a type: its element is named as the part, or as the type."""
        reference = part.type
        simple = self.context.types.simple
        kind = self.context.xsi_type(reference) if fault.use is Use.ENCODED else ""
        tag = part.name
        if fault.namespace and fault.namespace in self.context.prefixes:
            tag = f"{self.context.prefixes[fault.namespace]}:{part.name}"
        if simple.is_simple(reference):
            code = simple.code(reference, Scope())
            names = f"{string(code.read)}, {string(code.content)}"
        elif isinstance(reference, NamedRef):
            name = self.context.types.names.types[reference.id]
            encoded = "encoded_" if fault.use is Use.ENCODED else ""
            names = f"{string(encoded + name)}, {string(encoded + name)}"
        else:
            either = "any_encoded" if fault.use is Use.ENCODED else "any"
            names = f"{string(f'soap.read_{either}')}, {string(f'soap.write_{either}')}"
        codec = "EncodedPartCodec" if fault.use is Use.ENCODED else "PartCodec"
        return f"soap.{codec}(elements.KNOWN, {string(tag)}, {string(part.name)}, {names}, {string(kind)})"


def _actions(port: Port, operation: Operation) -> list[str]:
    """The actions of an operation that its runtime does not make of its name."""
    base, lines = action_base(port.port_type), []
    request, response = operation.input, operation.output
    suffix = "Request" if response is not None else ""
    default = operation.soap_action or default_action(base, operation.name, suffix)
    if request is not None and request.action != default:
        lines.append(f"request_action={string(request.action)}")
    default = default_action(base, operation.name, "Response")
    if response is not None and response.action != default:
        lines.append(f"response_action={string(response.action)}")
    return lines


def _is_base64(reference: TypeRef) -> bool:
    return reference == BuiltinRef(Builtin.BASE64_BINARY)


def _http_field(field: HttpField) -> str:
    given = [string(field.name), tuple_of(map(string, field.path))]
    given += ["True"] if field.nillable else []
    return f"soap.HttpField({', '.join(given)})"


def _codec(name: QName) -> str:
    """The expression for a global element's codec."""
    return f"elements.KNOWN.codec({string(str(name))})"


def _attribute(text: str) -> str:
    """A namespace as the value of an attribute, which quotes."""
    return escape(text, {'"': "&quot;"})


def _fault_doc(name: str, operations: list[str]) -> str:
    """The docstring of a fault that has no documentation: who declares it."""
    named = [f"`{operation}`" for operation in operations[:_NAMED_OPERATIONS]]
    if len(operations) > len(named):
        named.append(f"{len(operations) - len(named)} more")
    *others, last = named
    whose = f"{', '.join(others)} and {last}" if others else last
    return f"The fault `{name}` of {whose}."
