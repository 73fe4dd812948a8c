"""Operations as Python methods: names, parameters, results. Client and server share them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from soapwright.model.api import NamedRef, Operation, Port, QName, Struct
from soapwright.python.context import Context
from soapwright.python.modules.roots import Root, root_of
from soapwright.python.names.services import (
    fault_key,
    fault_names,
    is_beside,
    method_names,
    wanted_method,
)
from soapwright.python.text.literals import docstring
from soapwright.python.text.scope import Scope
from soapwright.python.types.annotations import NOTHING, Annotation, Declaration
from soapwright.python.types.declarations import Declarations, as_given
from soapwright.python.types.fields import Field

_SHADOWABLE = frozenset(
    "str int float bool bytes list dict tuple Decimal date datetime time Any Literal soap t"
    " Sequence abstractmethod overload isinstance".split()
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, and the field of the request or of its headers that it is."""

    name: str
    field: Field
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class Method:
    """An operation as a method: its name, and its parameters."""

    name: str
    operation: Operation
    request: list[Parameter]
    headers: list[Parameter]
    errors: dict[str, str]
    """The exceptions of its declared faults, each with its description."""
    root: Root | None = None
    """The request's element where it may be more than its fields express."""

    @property
    def parameters(self) -> list[Parameter]:
        """All of them, in order."""
        return [*self.request, *self.headers]

    def doc(self, verb: str, whole: str = "") -> list[str]:
        """The docstring's lines, for a method of a class; `verb` begins it where the WSDL
        documents nothing, `whole` the parameter that takes the request in the place of its fields.
        """
        arguments = [(whole, "the whole request, without its fields.")] if whole else []
        arguments += [
            (parameter.name, parameter.declaration.doc)
            for parameter in self.parameters
            if parameter.declaration.doc
        ]
        text = self.operation.doc or f"{verb} {self.operation.name}."
        return docstring(text, 8, arguments, self.errors.items())


@dataclass(frozen=True, slots=True)
class Result:
    """A method's result: `None` for a response of no field, the field's value for exactly one,
    else the response.

    `field` is the only one. A reply whose type has derived ones, or whose element has
    substitutes, is returned whole; `nillable` is one that may be nil. The field's value is
    `required` where a reply without it is broken; one that is `unset` is returned as None.
    """

    annotation: Annotation
    field: Field | None = None
    required: bool = False
    unset: bool = False
    nillable: bool = False


class Methods:
    """The methods of one module's classes.

    Args:
        context: of the package.
        called: whether the module's users call them; they are given attachments for binary values
            then, and else give them.
    """

    def __init__(self, context: Context, *, called: bool = True) -> None:
        self.context = context
        self.called = called
        self.scope = Scope(self._shadowed(), context.runtime)
        self._fault_names = fault_names(context.api)
        self.groups: dict[QName, list[Port]] = {}
        """The ports of each port type, in order."""
        # those of SOAP come first: Client is theirs
        for port in sorted(context.api.ports, key=is_beside):
            self.groups.setdefault(port.port_type, []).append(port)

    def _shadowed(self) -> set[str]:
        """Names that a method or a parameter hides from annotations and bodies."""
        hidden: set[str] = set()
        renames = self.context.types.names.renames
        for port in self.context.api.ports:
            for operation in port.operations:
                hidden.add(wanted_method(operation.key, renames))
                message = operation.input
                if message is not None:
                    for struct in (message.struct, message.headers_struct):
                        hidden |= self._names(struct)
        return hidden & _SHADOWABLE

    def of(self, ports: list[Port]) -> list[Method]:
        """The operations of a portType: of its first port, and what only later ones have."""
        names = method_names(ports, self.context.types.names.renames)
        found: dict[str, Method] = {}
        for port in ports:
            for operation in port.operations:
                given = operation.input
                if operation.key in found or given is None:
                    continue
                found[operation.key] = Method(
                    names[operation.key],
                    operation,
                    self._parameters(given.struct, set()),
                    self._parameters(given.headers_struct, self._names(given.struct)),
                    self._errors(operation),
                    root_of(self.context, given),
                )
        return list(found.values())

    def _errors(self, operation: Operation) -> dict[str, str]:
        """The exceptions of an operation's faults, each with its description."""
        return {
            f"errors.{self._fault_names[fault_key(fault)]}": fault.doc
            or f"the fault `{fault.name}`."
            for fault in operation.faults
        }

    def header_blocks(self, ports: list[Port]) -> list[Parameter]:
        """The header blocks of all requests of a portType, once for each operation."""
        return [
            parameter
            for port in ports
            for operation in port.operations
            if operation.input is not None
            for parameter in self._parameters(operation.input.headers_struct, set())
        ]

    def fields(self, struct: QName | None) -> list[Field]:
        """The fields of a message's type."""
        if struct is None:
            return []
        return self.context.types.fields(self.context.types.struct(struct))

    def _names(self, struct: QName | None) -> set[str]:
        return {f.name for f in self.fields(struct)}

    def _parameters(self, identity: QName | None, taken: set[str]) -> list[Parameter]:
        if identity is None:
            return []
        struct = self.context.types.struct(identity)
        found = []
        for field in self.fields(identity):
            name = field.name
            while name in taken:
                name += "_header"
            declaration = self._declared(struct, field, given=self.called)
            found.append(Parameter(name, field, declaration))
        return found

    def result(self, operation: Operation) -> Result:
        """The result of the operation's method."""
        output = operation.output
        if output is None or output.struct is None:
            return Result(NOTHING)
        root = root_of(self.context, output)
        if root is not None and root.is_open:
            plain = replace(root, element=replace(root.element, nillable=False))
            kind = plain.annotation(self.context, self.scope)
            return Result(Annotation(kind, root.nillable), nillable=root.nillable)
        result = self._unwrapped(output.struct)
        if root is None or result.annotation == NOTHING:
            return result
        annotation = replace(result.annotation, nil=True)
        return replace(result, annotation=annotation, nillable=True)

    def _unwrapped(self, identity: QName) -> Result:
        """The result of a reply that is of exactly this type."""
        fields = self.fields(identity)
        if not fields:
            return Result(NOTHING)
        if len(fields) > 1:
            name = self.context.types.names.types[identity]
            return Result(Annotation(self.scope.type(name)))
        struct = self.context.types.struct(identity)
        (field,) = fields
        kind = self._declared(struct, field, given=not self.called).annotation
        if not kind.unset:
            return Result(kind, field)
        if self._always_there(field):
            return Result(Annotation(kind.base), field, required=True)
        return Result(replace(kind, unset=""), field, unset=True)

    def _declared(self, struct: Struct, field: Field, *, given: bool) -> Declaration:
        """A field's declaration, as its value is given or as it is read."""
        types = self.context.types
        if given:
            return as_given(types, self.scope, struct, field)
        return Declarations(types, self.scope, struct).declare(field)

    def _always_there(self, field: Field) -> bool:
        """Whether a reply without this value is broken: simple values and arrays; an object may be nil."""
        element = getattr(field.what, "element", None)
        if element is None or not self.context.api.encoded or field.what.optional:  # type: ignore[union-attr]  # an element's member
            return False
        reference = element.type
        if not isinstance(reference, NamedRef):
            return self.context.types.simple.is_simple(reference)
        return not isinstance(self.context.api.types[reference.id], Struct)


def with_self(parameters: list[str]) -> str:
    """The text of a method's parameters; by its last comma, each is on a line of its own."""
    return ", ".join(["self", *parameters, ""]).rstrip() if parameters else "self"
