"""The surface of a package that code uses: the Python names and annotations of one Api."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from soapwright.model.api import (
    Api,
    AttachedMember,
    Attribute,
    ContentMember,
    ElementMember,
    Fault,
    Operation,
    OrderedMember,
    Port,
    QName,
    Struct,
    WildcardMember,
)
from soapwright.model.options import Options
from soapwright.python.emit import make_context
from soapwright.python.modules.client_module import ClientModules
from soapwright.python.modules.server_module import ServerModules
from soapwright.python.modules.service_modules import ServiceModules
from soapwright.python.modules.type_modules import TypeModules
from soapwright.python.text.scope import Scope
from soapwright.python.types.annotations import NOTHING
from soapwright.python.types.declarations import Declarations
from soapwright.python.types.fields import AnyAttributes, Field, Text, What
from soapwright.python.wire import STANDARD
from soapwright.tools.diff.rules import Effect


@dataclass(frozen=True, slots=True)
class Declared:
    """A field of a class: its name, its annotation, and whether a constructor must be given it."""

    name: str
    annotation: str
    required: bool


class Surface:
    """The names of one package, as its users write them."""

    def __init__(self, api: Api, options: Options) -> None:
        context = make_context(api, STANDARD, options)
        self._types = context.types
        self._fields: dict[QName, dict[str, Declared]] = {}
        self._clients = ClientModules(context, [])
        self._servers = ServerModules(context, [], "").names()
        self._services = ServiceModules(context, [])
        self._modules = TypeModules(context, [])
        self._stems = self._clients.names()
        methods = self._clients.methods
        self._methods = {
            (port_type, method.operation.key): method.name
            for port_type, ports in methods.groups.items()
            for method in methods.of(ports)
        }

    def classes(self, port: Port) -> tuple[str, str]:
        """A port's client class and service class."""
        stem = self._stems[port.port_type]
        return f"{stem}Client", self._servers[port.port_type]

    def method(self, port: Port, operation: Operation) -> str:
        """The client's method for an operation; "" where it has none."""
        return self._methods.get((port.port_type, operation.key), "")

    def returns(self, operation: Operation) -> str:
        """The annotation of that method's result: nothing, one value, or the reply."""
        result = self._clients.methods.result(operation)
        if result.annotation == NOTHING:
            return "nothing"
        return "one value" if result.field is not None else "the reply"

    def exception(self, fault: Fault) -> str:
        """The exception that a declared fault is."""
        return self._services.exception(fault)

    def has_exception(self, name: str) -> bool:
        """Whether the package has such an exception."""
        return name in self._services.fault_names.values()

    def type(self, identity: QName) -> str:
        """The class that a type is, "" where it is none."""
        if not self._modules.has_class(self._types.api.types[identity]):
            return ""
        return self._types.names.types[identity]

    def members(self, identity: QName) -> tuple[str, ...]:
        """The members of an enumeration, in the order of its values."""
        return self._types.names.enumerations[identity]

    def field(self, struct: Struct, key: str) -> Declared:
        """A field by its key in `fields`."""
        if struct.id not in self._fields:
            declarations = Declarations(self._types, Scope(), struct)
            table: dict[str, Declared] = {}
            for one_key, one in self.fields(struct).items():
                declared = declarations.declare(one)
                table[one_key] = Declared(
                    declared.name,
                    str(declared.annotation),
                    not (declared.default or declared.factory),
                )
            self._fields[struct.id] = table
        return self._fields[struct.id][key]

    def fields(self, struct: Struct) -> dict[str, Field]:
        """All fields of a type, inherited ones first, by what they are called in the schema."""
        table: dict[str, Field] = {}
        for one in self._types.fields(struct):
            key = wanted = _key(one.what)
            number = 2
            while key in table:
                key = f"{wanted}#{number}"
                number += 1
            table[key] = one
        return table


def _key(what: What) -> str:
    match what:
        case Attribute(name=name):
            return f"@{name.local}"
        case ElementMember(element=element):
            return element.name.local
        case ContentMember(name=local) | AttachedMember(name=local):
            return local
        case WildcardMember():
            return "any element"
        case OrderedMember():
            return "choices"
        case AnyAttributes():
            return "any attribute"
        case Text():
            return "text"
        case _:
            assert_never(what)


def retyped(old: Declared, new: Declared) -> tuple[Effect, Effect]:
    """The effect of another annotation on code that gives such values, and on code that takes them."""
    if old.name != new.name:
        return Effect.BREAKING, Effect.BREAKING
    before, after = set(old.annotation.split(" | ")), set(new.annotation.split(" | "))
    given = Effect.COMPATIBLE if before <= after else Effect.BREAKING
    if new.required and not old.required:
        given = Effect.BREAKING
    taken = Effect.COMPATIBLE if after <= before else Effect.BREAKING
    return given, taken
