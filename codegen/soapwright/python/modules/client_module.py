"""`client.py`: for each portType a client and an asynchronous one, a method for each operation."""

from __future__ import annotations

from soapwright.model.api import Message, Operation, Port, QName
from soapwright.python.context import Context
from soapwright.python.modules.headers_module import HeadersModules, blocks_name
from soapwright.python.modules.methods import (
    Method,
    Methods,
    Parameter,
    Result,
    with_self,
)
from soapwright.python.modules.policies_module import has_policies
from soapwright.python.modules.roots import Root, root_of
from soapwright.python.names.services import client_stems, is_beside
from soapwright.python.text.literals import docstring, string
from soapwright.python.text.statements import tuple_of
from soapwright.python.text.views import ClientModule, ClientView, MethodView
from soapwright.python.types.annotations import NOTHING, Declaration
from soapwright.python.types.fields import Field

_CURRENT = string("2005/08")
_OVER_HTTP = {"BaseClient": "HttpClient", "BaseAsyncClient": "HttpAsyncClient"}
_BASES = {
    "http.client": ("BaseAsyncClient", "BaseClient"),
    "http.plain_client": ("HttpAsyncClient", "HttpClient"),
}


class ClientModules:
    """Makes the client module of one service."""

    def __init__(self, context: Context, header: list[str]) -> None:
        self.context = context
        self.header = header
        self.methods = Methods(context)
        self.scope = self.methods.scope
        named = self.names()
        self.headers = HeadersModules(
            context,
            header,
            {f"{named[name]}Client": p for name, p in self.methods.groups.items()},
        )
        """The module of the clients' default header blocks."""

    def module(self) -> ClientModule:
        """All clients; `Client` is the first SOAP port's."""
        groups = self.methods.groups
        methods = {name: self.methods.of(ports) for name, ports in groups.items()}
        bases: set[str] = set()
        clients: list[ClientView] = []
        assignments: dict[str, str] = {}
        stems = self.names()
        blocks = self.headers.fields
        for number, (name, ports) in enumerate(groups.items()):
            stem = stems[name]
            for base, prefix, keyword in (
                ("BaseClient", "", ""),
                ("BaseAsyncClient", "Async", "async "),
            ):
                cls = f"{prefix}{stem}Client"
                if any(port.is_http for port in ports):
                    base = _OVER_HTTP[base]
                bases.add(base)
                own = f"{stem}Client"
                kind = blocks_name(own) if own in blocks else ""
                clients.append(
                    self._client(cls, base, keyword, kind, ports, methods[name])
                )
                if stem and number == 0:
                    assignments[f"{prefix}Client"] = cls
        imports = self.scope.sibling_imports
        if clients and self.context.attaches:
            home = self.context.runtime.module("attachments.attaching")
            imports.append(f"from {home} import ATTACHMENTS")
        for module, names in _BASES.items():
            if used := ", ".join(name for name in names if name in bases):
                home = self.context.runtime.module(module)
                imports.append(f"from {home} import {used}")
        if blocks:
            kinds = ", ".join(map(blocks_name, blocks))
            imports.append(f"from .headers import {kinds}")
        secured = bool(clients) and has_policies(self.context.api.ports)
        imports += ["from .policies import PROFILES"] if secured else []
        imports += ["from .ports import PORTS"] if clients else []
        return ClientModule(
            self.header,
            self.scope.standard_imports,
            imports,
            clients,
            [f"{name} = {cls}" for name, cls in assignments.items()],
            sorted([*(client.name for client in clients), *assignments]),
            self.scope.alias("overload"),
            self.context.attaches,
            secured,
        )

    def names(self) -> dict[QName, str]:
        """The prefix of `Client` in each port type's class name; "" where it is the only one that is called by SOAP."""
        groups = self.methods.groups
        soap = [
            name for name, ports in groups.items() if not all(map(is_beside, ports))
        ]
        return client_stems(soap, [name for name in groups if name not in soap])

    # -------------------------------------------------------------------------------- methods

    def _client(
        self,
        name: str,
        base: str,
        keyword: str,
        blocks: str,
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
        demanded = self._demanded(ports)
        base = f"{base}[{blocks or None}]"
        return ClientView(
            *(name, base, keyword, docstring(doc, 4), keys, demanded, blocks, views)
        )

    def _demanded(self, ports: list[Port]) -> list[str]:
        """The outgoing layers that ports demand, as entries of a dict."""
        layers = []
        for port in ports:
            if port.is_http or port.addressing is None:
                continue
            if port.addressing.required:
                made = self.scope.soap("Addressing")
                version = string(port.addressing.version)
                given = "" if version == _CURRENT else f"version={version}"
                layers.append(f"{string(port.key)}: ({made}({given}),)")
        return layers

    def _method(self, method: Method, wait: str) -> MethodView:
        operation = method.operation
        assert operation.input is not None
        parameters = _keywords(method.parameters)
        forms: list[list[str]] = []
        if method.root is not None:
            parameters, forms = self._whole(method, method.root)
        body = self._request(operation.input, method, wait)
        returns, result = self._result(operation, self._local("response", method))
        doc = method.doc("Call", self._object(method))
        return MethodView(
            name=method.name,
            parameters=with_self(parameters),
            returns=returns,
            doc=doc,
            body=[*body, *result],
            overloads=[with_self(form) for form in forms],
        )

    def _object(self, method: Method) -> str:
        """The parameter that takes the whole request, "" where there is none."""
        return "" if method.root is None else self._local("request", method)

    def _whole(self, method: Method, root: Root) -> tuple[list[str], list[list[str]]]:
        """The parameters of a method that takes its request whole too, and those of its two forms."""
        kind, name = root.annotation(self.context, self.scope), self._object(method)
        whole = [f"{name}: {kind}", "/", *_keywords(method.headers)]
        if root.struct.abstract:
            return whole, []
        self.scope.name("overload")
        anything, unset = self.scope.name("Any"), self.scope.soap("UNSET")
        either = [f"{name}: {kind} | {self.scope.soap('Unset')} = {unset}", "/"]
        fields = [f"{p.name}: {anything} = {unset}" for p in method.request]
        headers = [_parameter(p.name, p.declaration) for p in method.headers]
        if fields or headers:
            either.append("*")
        forms = [whole, ["/", *_keywords(method.parameters)]]
        return [*either, *fields, *headers], forms

    def _given(self, parameters: list[Parameter]) -> dict[str, str]:
        """The fields, and the expressions for their values."""
        given = {}
        for parameter in parameters:
            value = name = parameter.name
            if factory := parameter.declaration.factory:
                empty = "{}" if factory == "dict" else "[]"
                value = f"{empty} if {name} is None else {name}"
            given[parameter.field.name] = value
        return given

    def _made(self, kind: str, parameters: list[Parameter]) -> str:
        """The expression for an object made of parameters."""
        given = self._given(parameters)
        return f"{kind}({', '.join(f'{n}={value}' for n, value in given.items())})"

    def _request(self, message: Message, method: Method, wait: str) -> list[str]:
        assert message.struct is not None
        names = self.context.types.names.types
        kind = self.scope.type(names[message.struct])
        request = self._local("request", method)
        lines = [f"{request} = {self._made(kind, method.request)}"]
        if method.root is not None and method.root.struct.abstract:
            lines = []
        elif method.root is not None:
            whole, request = request, self._local("value", method)
            fields = [
                f"{string(name)}: {value}"
                for name, value in self._given(method.request).items()
            ]
            made = self.scope.soap("request_of")
            lines = [f"{request} = {made}({whole}, {kind}, {{{', '.join(fields)}}})"]
        headers = ""
        if method.headers and message.headers_struct is not None:
            kind = self.scope.type(names[message.headers_struct])
            local = self._local("headers", method)
            lines.append(f"{local} = {self._made(kind, method.headers)}")
            headers = f", {local}"
        key = string(method.operation.key)
        sent = f"{wait}self._call({key}, {request}{headers})"
        output = method.operation.output
        if self.methods.result(method.operation).annotation == NOTHING:
            return [*lines, sent]
        assert output is not None and output.struct is not None
        reply = self.scope.type(names[output.struct])
        if (root := root_of(self.context, output)) is not None:
            reply = root.annotation(self.context, self.scope)
        return [*lines, f"{self._local('response', method)}: {reply} = {sent}"]

    def _local(self, name: str, method: Method) -> str:
        """A local variable's name, where a parameter has it one with an underscore."""
        taken = {p.name for p in method.parameters}
        while name in taken:
            name += "_"
        return name

    def _result(self, operation: Operation, local: str) -> tuple[str, list[str]]:
        """The method's return type, and the statement that returns it."""
        result = self.methods.result(operation)
        returned = str(result.annotation)
        if result.annotation == NOTHING:
            return returned, []
        value = local
        if result.field is not None:
            value = self._only(operation, result, result.field, local)
        if result.nillable:
            value = f"{value} if {self._there(operation, local)} else None"
        return returned, [f"return {value}"]

    def _only(
        self, operation: Operation, result: Result, field: Field, local: str
    ) -> str:
        """The value of a reply's only field."""
        value = f"{local}.{field.name}"
        if result.required:
            where = string(f"{operation.name}.{field.name.rstrip('_')}")
            return f"self._required({value}, {where})"
        return f"{self.scope.soap('given')}({value})" if result.unset else value

    def _there(self, operation: Operation, local: str) -> str:
        """The condition that a reply is not nil."""
        output = operation.output
        assert output is not None and output.struct is not None
        is_a = self.scope.name("isinstance")
        kind = self.scope.type(self.context.types.names.types[output.struct])
        if output.substitutes:
            kind = f"({kind}, {self.scope.name('tuple')})"
        return f"{is_a}({local}, {kind})"


def _keywords(parameters: list[Parameter]) -> list[str]:
    """Parameters that are given by their names alone."""
    made = [_parameter(p.name, p.declaration) for p in parameters]
    return ["*", *made] if made else []


def _parameter(name: str, declaration: Declaration) -> str:
    as_parameter = declaration.parameter
    default = f" = {as_parameter.default}" if as_parameter.default else ""
    return f"{name}: {as_parameter.annotation}{default}"
