"""The pages of operations."""

from __future__ import annotations

from collections.abc import Iterable

from soapwright.model.api import ElementPart, Fault, Message, Operation, Port, QName
from soapwright.model.demands import Demand, demands_of_operation, demands_of_port
from soapwright.python.context import Context
from soapwright.python.modules.client_module import ClientModules
from soapwright.python.modules.methods import Method
from soapwright.python.modules.service_modules import ServiceModules
from soapwright.python.names.identifiers import field_name
from soapwright.python.text.scope import Scope
from soapwright.tools.docs.examples import Examples
from soapwright.tools.docs.rows import Rows
from soapwright.tools.docs.text import paragraphs, summary
from soapwright.tools.docs.views import (
    Bound,
    ClientView,
    FaultView,
    Link,
    Linked,
    OperationPage,
    Row,
)
from soapwright.tools.inspect.describe import plain

_LONGEST_NAME = 120
_SIGNATURE_WIDTH = 80


class Operations:
    """Makes the pages of one service's operations, and the first page's section on clients.

    Args:
        context: the package's tables.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        modules = ClientModules(context, [])
        clients = [c.name for c in modules.module().clients if not c.keyword]
        self._methods = modules.methods
        self._services = ServiceModules(context, [])
        self._groups = list(zip(clients, self._methods.groups.values(), strict=True))
        self.paths: dict[tuple[str, str], str] = {}
        """Where the page of a client's operation is, by the client and the operation's key."""
        self._name_pages()

    def _name_pages(self) -> None:
        taken: set[str] = set()
        for client, ports in self._groups:
            for key in dict.fromkeys(o.key for p in ports for o in p.operations):
                stem = field_name(key) if len(self._groups) == 1 else ""
                stem = (stem or f"{client}.{field_name(key)}")[:_LONGEST_NAME]
                name, number = stem, 2
                while name.lower() in taken:
                    name, number = f"{stem}-{number}", number + 1
                taken.add(name.lower())
                self.paths[client, key] = f"operations/{name}.html"

    def links(self) -> dict[str, str]:
        """Links of the names of messages' classes, which are described with their operations."""
        found: dict[str, str] = {}
        names = self._context.types.names.types
        for client, ports in self._groups:
            for operation in (o for port in ports for o in port.operations):
                path = self.paths[client, operation.key]
                for message, part in (
                    (operation.input, "parameters"),
                    (operation.output, "returns"),
                ):
                    if message is not None and message.struct is not None:
                        found.setdefault(names[message.struct], f"{path}#{part}")
        return found

    def users(self) -> dict[str, Link]:
        """The operation of each message's class, by its name."""
        found: dict[str, Link] = {}
        names = self._context.types.names.types
        for client, ports in self._groups:
            for operation in (o for port in ports for o in port.operations):
                link = self._link(client, operation)
                for message in (operation.input, operation.output):
                    for struct in _structs(message):
                        found.setdefault(names[struct], link)
        return found

    def _link(self, client: str, operation: Operation) -> Link:
        path = self.paths[client, operation.key]
        return Link(field_name(operation.key), path, summary(operation.doc))

    # ------------------------------------------------------------------------------ clients

    def clients(self) -> list[ClientView]:
        """The client classes with their ports and operations."""
        found = []
        for client, ports in self._groups:
            operations: dict[str, Link] = {}
            for operation in (o for port in ports for o in port.operations):
                operations.setdefault(operation.key, self._link(client, operation))
            facts = [(port.key, _port_facts(port)) for port in ports]
            name, doc = ports[0].port_type.local, paragraphs(ports[0].doc)
            links = list(operations.values())
            found.append(ClientView(client, name, doc, facts, links))
        return found

    def faults(self, rows: Rows) -> list[FaultView]:
        """The exceptions of all declared faults, each with the operations that declare it."""
        found: dict[str, FaultView] = {}
        for client, ports in self._groups:
            for operation in (o for port in ports for o in port.operations):
                for fault in operation.faults:
                    made = self._fault(fault, rows)
                    view = found.setdefault(made.name, made)
                    link = self._link(client, operation)
                    if link not in view.raised:
                        view.raised.append(link)
        return list(found.values())

    def _fault(self, fault: Fault, rows: Rows) -> FaultView:
        detail = rows.links(self._services.detail(fault, Scope()))
        name = self._services.exception(fault)
        return FaultView(name, detail, paragraphs(fault.doc), [])

    # -------------------------------------------------------------------------------- pages

    def pages(self, rows: Rows, examples: Examples) -> list[OperationPage]:
        """A page for each operation of each client."""
        found = []
        for client, ports in self._groups:
            methods = {m.operation.key: m for m in self._methods.of(ports)}
            seen: dict[str, list[tuple[Port, Operation]]] = {}
            for port in ports:
                for operation in port.operations:
                    seen.setdefault(operation.key, []).append((port, operation))
            for key, bound in seen.items():
                method = methods.get(key)
                found.append(self._page(client, bound, method, rows, examples))
        return found

    def _page(
        self,
        client: str,
        bound: list[tuple[Port, Operation]],
        method: Method | None,
        rows: Rows,
        examples: Examples,
    ) -> OperationPage:
        port, operation = bound[0]
        name = method.name if method else field_name(operation.key)
        output = operation.output
        result = self._methods.result(operation)
        returns = rows.links(plain(str(result.annotation)))
        reply = rows.of_message(output.struct) if output else []
        parameters = _parameters(method, rows)
        return OperationPage(
            path=self.paths[client, operation.key],
            name=name,
            wire=operation.name,
            client=client,
            about=summary(operation.doc),
            doc=paragraphs(operation.doc),
            signature=_signature(name, parameters, returns),
            parameters=parameters,
            returns=returns,
            returned=reply[0] if result.field is not None else None,
            reply=reply if result.field is None else [],
            reply_headers=rows.of_message(output.headers_struct) if output else [],
            one_way=output is None,
            faults=[self._fault(fault, rows) for fault in operation.faults],
            bound=[Bound(p.key, _facts(p, o)) for p, o in bound],
            console=_console(bound),
            example=examples.of(port, operation, client, method),
        )


def _structs(message: Message | None) -> list[QName]:
    if message is None:
        return []
    return [s for s in (message.struct, message.headers_struct) if s is not None]


def _parameters(method: Method | None, rows: Rows) -> list[Row]:
    """A method's parameters, those for headers last."""
    message = method.operation.input if method is not None else None
    if method is None or message is None:
        return []
    body = rows.of_parameters(method.request, message.struct)
    return body + rows.of_parameters(method.headers, message.headers_struct, "header")


def _signature(name: str, parameters: list[Row], returns: Linked) -> list[Linked]:
    """The lines of a method's head, as its class has them, without `self`."""
    given: list[Linked] = []
    for row in parameters:
        default = [(f" = {row.default}", "")] if row.default else []
        given.append([(f"{row.name}: ", ""), *row.annotation, *default])
    end: Linked = [(") -> ", ""), *returns]
    line: Linked = [(f"{name}(", "")]
    if given:
        line.append(("*, ", ""))
    for number, one in enumerate(given):
        line += [(", ", "")] * bool(number) + one
    line += end
    if sum(len(text) for text, _ in line) <= _SIGNATURE_WIDTH:
        return [line]
    rest: list[Linked] = [[("    ", ""), *one, (",", "")] for one in given]
    return [[(f"{name}(", "")], [("    *,", "")], *rest, end]


def _console(bound: list[tuple[Port, Operation]]) -> str:
    """The place of an operation in the console, which calls ports of SOAP alone."""
    for port, operation in bound:
        if not (port.is_http or port.is_consumer) and operation.input is not None:
            return f"{port.key}/{operation.key}"
    return ""


def _port_facts(port: Port) -> list[tuple[str, str]]:
    facts = [("service", port.service), ("address", port.address or "")]
    if not port.is_http:
        facts.append(("SOAP", port.soap.value))
        styles = dict.fromkeys(_style(o) for o in port.operations)
        facts.append(("style", ", ".join(styles)))
    facts.append(("demands", _words(demands_of_port(port))))
    return [fact for fact in facts if fact[1]]


def _style(operation: Operation) -> str:
    message = operation.input or operation.output
    use = f"/{message.use.value}" if message is not None else ""
    return f"{operation.style.value}{use}"


def _facts(port: Port, operation: Operation) -> list[tuple[str, str]]:
    """How an operation travels at a port."""
    http = operation.http
    if http is not None:
        facts = [("HTTP", f"{http.verb} {http.location}")]
        facts += [("request", http.request.value), ("reply", http.response.value)]
        return [*facts, ("address", port.address or "none")]
    facts = [
        ("SOAP", port.soap.value),
        ("style", _style(operation)),
        ("SOAPAction", operation.soap_action or "none"),
    ]
    for term, message in (("request", operation.input), ("reply", operation.output)):
        if message is not None and (body := _body(message)):
            facts.append((f"{term} element", body))
    if operation.output is None:
        facts.append(("reply", "none: one way"))
    facts.append(("address", port.address or "none"))
    if port.addressing is not None and operation.input is not None:
        facts.append(("action", operation.input.action))
    if demands := _words(demands_of_operation(operation, port)):
        facts.append(("demands", demands))
    return facts


def _words(demands: Iterable[Demand]) -> str:
    return "; ".join(demand.words for demand in demands)


def _body(message: Message) -> str:
    """The name of the element in the Body, in Clark's notation."""
    if message.wrapper is not None:
        return str(message.wrapper)
    names = [p.element for p in message.parts if isinstance(p, ElementPart)]
    return ", ".join(map(str, names))
