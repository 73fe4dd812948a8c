"""`client.py`: for each portType a client and an asynchronous one, a method for each operation."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.model import Message, NamedRef, Operation, Port, QName, Struct
from codegen.python.context import Context
from codegen.python.fields import Declaration, Declarations, Field
from codegen.python.identifiers import class_name, field_name
from codegen.python.literals import docstring, string
from codegen.python.scope import Scope
from codegen.python.statements import call, tuple_of
from codegen.python.views import ClientModule, ClientView, MethodView

# What a client has besides its operations: a method of such a name takes an underscore.
_OWN_NAMES = frozenset({"exchange", "close", "aclose", "endpoint"})
_SHADOWABLE = frozenset(
    "str int float bool bytes list dict tuple Decimal date datetime time Any Literal soap t".split()
)


@dataclass(frozen=True, slots=True)
class _Method:
    """An operation on its way to a method: its name, and what its parameters are made of."""

    name: str
    operation: Operation
    request: list[tuple[str, Field, Declaration]]
    headers: list[tuple[str, Field, Declaration]]


class ClientModules:
    """Makes the client module of one service."""

    def __init__(self, context: Context, header: list[str]) -> None:
        self.context = context
        self.header = header
        self.scope = Scope()

    def module(self) -> ClientModule:
        """All clients; `Client` is the first SOAP port's."""
        groups: dict[QName, list[Port]] = {}
        for port in self.context.api.ports:
            groups.setdefault(port.port_type, []).append(port)
        self.scope = Scope(self._shadowed())
        methods = {name: self._methods(ports) for name, ports in groups.items()}
        clients: list[ClientView] = []
        assignments: list[str] = []
        taken = {"Client", "AsyncClient", "BaseClient", "BaseAsyncClient"}
        for number, (name, ports) in enumerate(groups.items()):
            stem = "" if len(groups) == 1 else self._stem(name, taken)
            for base, prefix, keyword in (
                ("BaseClient", "", ""),
                ("BaseAsyncClient", "Async", "async "),
            ):
                said = f"{prefix}{stem}Client"
                clients.append(self._client(said, base, keyword, ports, methods[name]))
                if stem and number == 0:
                    assignments.append(f"{prefix}Client = {said}")
        exports = [c.name for c in clients] + [a.partition(" ")[0] for a in assignments]
        soap = self.scope.name("soap")
        imports = [*self.scope.standard_imports]
        imports += [""] if imports else []
        imports.append(
            f"from . import _soap as {soap}"
            if soap != "_soap"
            else "from . import _soap"
        )
        types = self.scope.name("t")
        imports += [f"from . import types as {types}"] if methods else []
        imports += [
            "from ._soap.client import BaseAsyncClient, BaseClient",
            "from .ports import PORTS",
        ]
        if assignments:
            assignments = ["", "", *assignments]
        return ClientModule(
            self.header,
            imports,
            self.scope.aliases,
            clients,
            assignments,
            sorted(exports),
        )

    def _stem(self, name: QName, taken: set[str]) -> str:
        stem = class_name(name.local)
        while taken & {f"{stem}Client", f"Async{stem}Client"}:
            stem += "Port"
        taken |= {f"{stem}Client", f"Async{stem}Client"}
        return stem

    def _shadowed(self) -> set[str]:
        """Names that a method or a parameter hides from annotations and bodies."""
        api, names = self.context.api, self.context.types.names
        hidden: set[str] = set()
        for port in api.ports:
            for operation in port.operations:
                hidden.add(field_name(operation.key))
                for message in (operation.input,):
                    if message is None:
                        continue
                    for struct in (message.struct, message.headers_struct):
                        if struct is not None:
                            fields = self.context.types.fields(
                                self.context.types.struct(struct)
                            )
                            hidden |= {f.name for f in fields}
        del names
        return hidden & _SHADOWABLE

    # -------------------------------------------------------------------------------- methods

    def _methods(self, ports: list[Port]) -> list[_Method]:
        """The operations of a portType: of its first port, and what only later ones have."""
        found: dict[str, _Method] = {}
        taken = set(_OWN_NAMES)
        for port in ports:
            for operation in port.operations:
                if operation.key in found or operation.input is None:
                    continue
                name = field_name(operation.key)
                while name in taken:
                    name += "_"
                taken.add(name)
                found[operation.key] = _Method(
                    name,
                    operation,
                    self._parameters(operation.input.struct, set()),
                    self._parameters(
                        operation.input.headers_struct,
                        self._names(operation.input.struct),
                    ),
                )
        return list(found.values())

    def _names(self, struct: QName | None) -> set[str]:
        if struct is None:
            return set()
        fields = self.context.types.fields(self.context.types.struct(struct))
        return {f.name for f in fields}

    def _parameters(
        self, identity: QName | None, taken: set[str]
    ) -> list[tuple[str, Field, Declaration]]:
        if identity is None:
            return []
        struct = self.context.types.struct(identity)
        declarations = Declarations(self.context.types, self.scope, struct)
        found = []
        for field in self.context.types.fields(struct):
            name = field.name
            while name in taken:
                name += "_header"
            found.append((name, field, declarations.declare(field)))
        return found

    def _client(
        self,
        name: str,
        base: str,
        keyword: str,
        ports: list[Port],
        methods: list[_Method],
    ) -> ClientView:
        port = ports[0]
        service = f" of {port.service}" if port.service else ""
        asynchronous = ", asynchronously" if keyword else ""
        doc = f"Calls the operations{service} ({port.port_type.local}){asynchronous}."
        if port.doc:
            doc += f"\n\n{port.doc}"
        views = [
            self._method(method, "await " if keyword else "") for method in methods
        ]
        keys = tuple_of([string(p.key) for p in ports])
        return ClientView(name, base, keyword, docstring(doc, 4), keys, views)

    def _method(self, method: _Method, wait: str) -> MethodView:
        operation = method.operation
        assert operation.input is not None
        parameters = [
            self._parameter(n, d) for n, _, d in [*method.request, *method.headers]
        ]
        if parameters:
            parameters.insert(0, "*")
        body = self._request(operation.input, method, wait)
        returns, result = self._result(operation, self._local("response", method))
        return MethodView(
            method.name, parameters, returns, self._doc(method), [*body, *result]
        )

    def _parameter(self, name: str, declaration: Declaration) -> str:
        if declaration.factory:
            return f"{name}: {declaration.annotation} | None = None"
        default = f" = {declaration.default}" if declaration.default else ""
        return f"{name}: {declaration.annotation}{default}"

    def _given(self, parameters: list[tuple[str, Field, Declaration]]) -> list[str]:
        given = []
        for name, field, declaration in parameters:
            value = name
            if declaration.factory:
                empty = "{}" if declaration.factory == "dict" else "[]"
                value = f"{empty} if {name} is None else {name}"
            given.append(f"{field.name}={value}")
        return given

    def _request(self, message: Message, method: _Method, wait: str) -> list[str]:
        assert message.struct is not None
        names = self.context.types.names.types
        kind = self.scope.type(names[message.struct])
        request = self._local("request", method)
        lines = call(f"{request} = {kind}", self._given(method.request), indent=8)
        headers = ""
        if method.headers and message.headers_struct is not None:
            kind = self.scope.type(names[message.headers_struct])
            local = self._local("headers", method)
            lines += call(f"{local} = {kind}", self._given(method.headers), indent=8)
            headers = f", {local}"
        key = string(method.operation.key)
        sent = f"{wait}self._call({key}, {request}{headers})"
        output = method.operation.output
        if output is None or output.struct is None or not self._fields(output.struct):
            return [*lines, sent]
        reply = self.scope.type(names[output.struct])
        return [*lines, f"{self._local('response', method)}: {reply} = {sent}"]

    def _local(self, name: str, method: _Method) -> str:
        """A local variable's name, where a parameter has it one with an underscore."""
        taken = {n for n, _, _ in [*method.request, *method.headers]}
        while name in taken:
            name += "_"
        return name

    def _fields(self, struct: QName) -> list[Field]:
        return self.context.types.fields(self.context.types.struct(struct))

    def _result(self, operation: Operation, local: str) -> tuple[str, list[str]]:
        """What the method gives: nothing, the reply's one value, or the reply."""
        output = operation.output
        if output is None or output.struct is None:
            return "None", []
        fields = self._fields(output.struct)
        if not fields:
            return "None", []
        if len(fields) > 1:
            return self.scope.type(self.context.types.names.types[output.struct]), [
                f"return {local}"
            ]
        declarations = Declarations(
            self.context.types, self.scope, self.context.types.struct(output.struct)
        )
        declaration = declarations.declare(fields[0])
        value = f"{local}.{fields[0].name}"
        unset = f" | {self.scope.soap('Unset')}"
        kind = declaration.annotation
        if not kind.endswith(unset):
            return kind, [f"return {value}"]
        kind = kind.removesuffix(unset)
        if self._always_there(fields[0]):
            required = self.scope.soap("required")
            where = string(f"{operation.name}.{fields[0].name.rstrip('_')}")
            return kind.removesuffix(" | None"), [
                f"return {required}({value}, {where})"
            ]
        return kind, [f"return {self.scope.soap('given')}({value})"]

    def _always_there(self, field: Field) -> bool:
        """Whether a reply without this value is broken: simple values and arrays; an object may be nil."""
        element = getattr(field.what, "element", None)
        if element is None or not self.context.api.encoded or field.what.optional:  # type: ignore[union-attr]  # an element's member
            return False
        reference = element.type
        if not isinstance(reference, NamedRef):
            return self.context.types.simple.is_simple(reference)
        return not isinstance(self.context.api.types[reference.id], Struct)

    def _doc(self, method: _Method) -> list[str]:
        operation = method.operation
        text = operation.doc or f"Call {operation.name}."
        documented = [
            (name, declaration.doc)
            for name, _, declaration in [*method.request, *method.headers]
            if declaration.doc
        ]
        if documented:
            text += "\n\nArgs:"
        lines = docstring(text, 8)
        if not documented:
            return lines
        closing = lines.pop() if lines[-1] == '"""' else ""
        for name, doc in documented:
            lines += _argument(name, doc)
        return [*lines, closing or '"""']


def _argument(name: str, doc: str) -> list[str]:
    """One parameter of a Google-style docstring, its further lines indented."""
    wrapped = docstring(f"{name}: {doc}", 16)
    first = wrapped[0].removeprefix('"""').removesuffix('"""').rstrip()
    rest = [line for line in wrapped[1:] if line != '"""']
    return [f"    {first}", *(f"        {line}".rstrip() for line in rest)]
