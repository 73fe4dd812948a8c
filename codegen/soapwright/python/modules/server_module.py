"""`server.py`: for each portType a service class, to be derived from, and what serves it."""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import Port, QName
from soapwright.python.context import Context
from soapwright.python.modules.methods import Method, Methods, with_self
from soapwright.python.modules.policies_module import has_policies
from soapwright.python.names.services import service_names
from soapwright.python.text.literals import docstring, string
from soapwright.python.text.statements import tuple_of
from soapwright.python.text.views import HandlerView, ServerModule, ServiceView

_SERVING = ("AsyncInMemoryTransport", "InMemoryTransport", "asgi", "wsgi")
_OFFERED = ("Hooks", "HttpRequest", "WithHeaders", "current_call", "quick")
_BASE = "BaseService"
_ANSWERS = ("Answer", "AnswerWithHeaders")


class ServerModules:
    """Makes the server module of one service.

    Args:
        context: of the package.
        header: the comment on top of its modules.
        entry: the WSDL's path in `_spec/`, "" where the package is made without it.
    """

    def __init__(self, context: Context, header: list[str], entry: str) -> None:
        self.context = context
        self.header = header
        self.entry = entry
        self.methods = Methods(context, called=False)
        self.scope = self.methods.scope
        self._groups: dict[QName, list[Port]] = dict(self.methods.groups)

    def module(self) -> ServerModule:
        """All service classes."""
        services = [
            self._service(name, self._groups[port_type])
            for port_type, name in self.names().items()
        ]
        entry = string(self.entry) if services and self.entry else ""
        return ServerModule(
            header=self.header,
            standard_imports=self._standard_imports(services),
            imports=self._imports(services, entry),
            abstract=self.scope.alias("abstractmethod"),
            exports=sorted([*_SERVING, *_OFFERED, *(s.name for s in services)]),
            entry=entry,
            attaches=self.context.attaches,
            plain=self._is_plain,
            has_policies=bool(services) and has_policies(self.context.api.ports),
            services=services,
        )

    @property
    def _is_plain(self) -> bool:
        """Whether operations come without an envelope, too."""
        return any(port.is_http for ports in self._groups.values() for port in ports)

    def names(self) -> dict[QName, str]:
        """The service class of each port type."""
        taken = {
            _BASE,
            "Specification",
            "PORTS",
            "PROFILES",
            "ATTACHMENTS",
            "PlainCalls",
            *_ANSWERS,
            *_SERVING,
            *_OFFERED,
        }
        return service_names(self._groups, taken)

    def _standard_imports(self, services: list[ServiceView]) -> list[str]:
        if not any(service.handlers for service in services):
            return []
        return self.scope.standard_imports

    def _imports(self, services: list[ServiceView], entry: str) -> list[str]:
        module = self.methods.context.runtime.module
        lines = self.scope.sibling_imports
        if services and self.context.attaches:
            lines.append(f"from {module('attachments.attaching')} import ATTACHMENTS")
        used = {answer for service in services for answer in service.answers}
        base = [_BASE] if services else []
        offered = ", ".join(sorted([*_OFFERED, *base, *used]))
        if self._is_plain:
            lines.append(f"from {module('server.plain')} import PlainCalls")
        lines.append(f"from {module('server.service')} import {offered}")
        serving = ", ".join(_SERVING)
        lines.append(f"from {module('server.serving')} import {serving}")
        if entry:
            specification = module("server.specification")
            lines.append(f"from {specification} import Specification")
        if services and has_policies(self.context.api.ports):
            lines.append("from .policies import PROFILES")
        if services:
            lines.append("from .ports import PORTS")
        return lines

    def _service(self, name: str, ports: list[Port]) -> ServiceView:
        port = ports[0]
        service = f" of {port.service}" if port.service else ""
        doc = f"Answers the operations{service} ({port.port_type.local})."
        if port.doc:
            doc += f"\n\n{port.doc}"
        methods = self.methods.of(ports)
        if methods:
            self.scope.name("abstractmethod")
        return ServiceView(
            name=name,
            doc=docstring(doc, 4),
            ports=tuple_of(string(p.key) for p in ports),
            methods=[f"{string(m.operation.key)}: {string(m.name)}" for m in methods],
            headers=[line for m in methods if (line := _renamed(m))],
            whole=[
                f"{string(m.operation.key)}: {string(_whole(m))}"
                for m in methods
                if m.root is not None
            ],
            answers={_answer(method) for method in methods},
            handlers=[self._handler(method) for method in methods],
        )

    def _handler(self, method: Method) -> HandlerView:
        whole = []
        if method.root is not None:
            kind = method.root.annotation(self.context, self.scope)
            whole = [f"{_whole(method)}: {kind}"]
            method = replace(method, request=[])
        given = [f"{p.name}: {p.declaration.annotation}" for p in method.parameters]
        parameters = [*whole, *given]
        if parameters:
            parameters.insert(0, "*")
        answers = [str(self.methods.result(method.operation).annotation)]
        output = method.operation.output
        if output is not None and output.headers_struct is not None:
            names = self.context.types.names.types
            answers.append(self.scope.type(names[output.headers_struct]))
        returns = f"{_answer(method)}[{', '.join(answers)}]"
        made = with_self(parameters)
        return HandlerView(method.name, made, returns, method.doc("Answer"))


def _whole(method: Method) -> str:
    """The parameter that is given the whole request."""
    name, taken = "request", {p.name for p in method.headers}
    while name in taken:
        name += "_"
    return name


def _answer(method: Method) -> str:
    """The runtime's type of a service method's return value."""
    output = method.operation.output
    with_headers = output is not None and output.headers_struct is not None
    return "AnswerWithHeaders" if with_headers else "Answer"


def _renamed(method: Method) -> str:
    """The entry of an operation whose headers are not parameters by their own names."""
    changed = [
        f"{string(p.field.name)}: {string(p.name)}"
        for p in method.headers
        if p.field.name != p.name
    ]
    if not changed:
        return ""
    return f"{string(method.operation.key)}: {{{', '.join(changed)}}}"
