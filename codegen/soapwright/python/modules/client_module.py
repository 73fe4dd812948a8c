"""`client.py`: for each portType a client and an asynchronous one, a method for each operation."""

from __future__ import annotations

from soapwright.model.api import Message, Operation, Port, QName
from soapwright.python.context import Context
from soapwright.python.modules.methods import Method, Methods, Parameter
from soapwright.python.names.services import client_stems
from soapwright.python.text.literals import docstring, string
from soapwright.python.text.statements import tuple_of
from soapwright.python.text.views import ClientModule, ClientView, MethodView
from soapwright.python.types.annotations import NOTHING, Declaration


class ClientModules:
    """Makes the client module of one service."""

    def __init__(self, context: Context, header: list[str]) -> None:
        self.context = context
        self.header = header
        self.methods = Methods(context)
        self.scope = self.methods.scope

    def module(self) -> ClientModule:
        """All clients; `Client` is the first SOAP port's."""
        groups = self.methods.groups
        methods = {name: self.methods.of(ports) for name, ports in groups.items()}
        clients: list[ClientView] = []
        assignments: dict[str, str] = {}
        stems = self.names()
        for number, (name, ports) in enumerate(groups.items()):
            stem = stems[name]
            for base, prefix, keyword in (
                ("BaseClient", "", ""),
                ("BaseAsyncClient", "Async", "async "),
            ):
                said = f"{prefix}{stem}Client"
                clients.append(self._client(said, base, keyword, ports, methods[name]))
                if stem and number == 0:
                    assignments[f"{prefix}Client"] = said
        imports = self.scope.sibling_imports
        if clients:
            bases = "BaseAsyncClient, BaseClient"
            imports += [
                f"from {self.context.runtime.module('http.client')} import {bases}",
                "from .ports import PORTS",
            ]
        return ClientModule(
            self.header,
            self.scope.standard_imports,
            imports,
            clients,
            [f"{name} = {said}" for name, said in assignments.items()],
            sorted([*(client.name for client in clients), *assignments]),
        )

    def names(self) -> dict[QName, str]:
        """What each port type's client is called before `Client`; the only one is not called more."""
        return client_stems(self.methods.groups)

    # -------------------------------------------------------------------------------- methods

    def _client(
        self,
        name: str,
        base: str,
        keyword: str,
        ports: list[Port],
        methods: list[Method],
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

    def _method(self, method: Method, wait: str) -> MethodView:
        operation = method.operation
        assert operation.input is not None
        parameters = [_parameter(p.name, p.declaration) for p in method.parameters]
        if parameters:
            parameters.insert(0, "*")
        body = self._request(operation.input, method, wait)
        returns, result = self._result(operation, self._local("response", method))
        return MethodView(
            method.name, parameters, returns, method.doc("Call"), [*body, *result]
        )

    def _given(self, parameters: list[Parameter]) -> list[str]:
        given = []
        for parameter in parameters:
            value = name = parameter.name
            if factory := parameter.declaration.factory:
                empty = "{}" if factory == "dict" else "[]"
                value = f"{empty} if {name} is None else {name}"
            given.append(f"{parameter.field.name}={value}")
        return given

    def _request(self, message: Message, method: Method, wait: str) -> list[str]:
        assert message.struct is not None
        names = self.context.types.names.types
        kind = self.scope.type(names[message.struct])
        request = self._local("request", method)
        lines = [f"{request} = {kind}({', '.join(self._given(method.request))})"]
        headers = ""
        if method.headers and message.headers_struct is not None:
            kind = self.scope.type(names[message.headers_struct])
            local = self._local("headers", method)
            lines.append(f"{local} = {kind}({', '.join(self._given(method.headers))})")
            headers = f", {local}"
        key = string(method.operation.key)
        sent = f"{wait}self._call({key}, {request}{headers})"
        output = method.operation.output
        if output is None or output.struct is None:
            return [*lines, sent]
        if not self.methods.fields(output.struct):
            return [*lines, sent]
        reply = self.scope.type(names[output.struct])
        return [*lines, f"{self._local('response', method)}: {reply} = {sent}"]

    def _local(self, name: str, method: Method) -> str:
        """A local variable's name, where a parameter has it one with an underscore."""
        taken = {p.name for p in method.parameters}
        while name in taken:
            name += "_"
        return name

    def _result(self, operation: Operation, local: str) -> tuple[str, list[str]]:
        """What the method gives, and the statement that gives it."""
        result = self.methods.result(operation)
        returned = str(result.annotation)
        if result.annotation == NOTHING:
            return returned, []
        if result.field is None:
            return returned, [f"return {local}"]
        value = f"{local}.{result.field.name}"
        if result.required:
            where = string(f"{operation.name}.{result.field.name.rstrip('_')}")
            value = f"self._required({value}, {where})"
        elif result.unset:
            value = f"{self.scope.soap('given')}({value})"
        return returned, [f"return {value}"]


def _parameter(name: str, declaration: Declaration) -> str:
    as_parameter = declaration.parameter
    default = f" = {as_parameter.default}" if as_parameter.default else ""
    return f"{name}: {as_parameter.annotation}{default}"
