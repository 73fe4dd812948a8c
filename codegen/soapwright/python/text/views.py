"""The views that the templates lay out: finished text, nothing left to decide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunctionView:
    """A function: its signature's parts and its body's lines; `before` is a statement of the module."""

    name: str
    parameters: str
    returns: str
    body: list[str]
    decorator: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a dataclass: `name: annotation = default`, and its docstring's lines."""

    declaration: str
    doc: list[str]


@dataclass(frozen=True, slots=True)
class TypeView:
    """One type: its class where it has one, its functions.

    `bases` have their parentheses; `registrations` are the statements that make the class known
    to the runtime.
    """

    decorator: str
    class_name: str
    bases: str
    doc: list[str]
    fields: list[FieldView]
    functions: list[FunctionView]
    registrations: list[str]


@dataclass(frozen=True, slots=True)
class TypeModule:
    """One module of `types/`: a global type or element, and the anonymous types in it."""

    header: list[str]
    standard_imports: list[str]
    imports: list[str]
    types: list[TypeView]


@dataclass(frozen=True, slots=True)
class TypesIndex:
    """`types/__init__.py` and its stub: which module has which names."""

    header: list[str]
    codec: str
    doc: list[str]
    namespaces: str
    entries: list[str]
    exports: list[str]


@dataclass(frozen=True, slots=True)
class ElementsModule:
    """`elements.py`: the package's namespaces by prefix, the global elements by name."""

    header: list[str]
    face: str
    namespaces: list[str]
    entries: list[str]


@dataclass(frozen=True, slots=True)
class FaultView:
    """One exception class of `errors.py`."""

    name: str
    detail: str
    doc: list[str]


@dataclass(frozen=True, slots=True)
class ErrorsModule:
    """`errors.py`: the runtime's exceptions and those of declared faults."""

    header: list[str]
    standard_imports: list[str]
    imports: list[str]
    faults: list[FaultView]
    exports: list[str]


@dataclass(frozen=True, slots=True)
class OperationView:
    """One entry of a port's operations: the lines of `soap.Operation(…)`, or of another kind."""

    key: str
    kind: str
    arguments: list[str]


@dataclass(frozen=True, slots=True)
class PortView:
    """One port: the name of its operations' constant and what `soap.Port(…)` is given."""

    key: str
    function: str
    doc: list[str]
    wire: list[str]
    action_base: str
    encoding: str
    arguments: list[str]
    operations: list[OperationView]


@dataclass(frozen=True, slots=True)
class PortsModule:
    """`ports.py`."""

    header: list[str]
    doc: list[str]
    imports: list[str]
    ports: list[PortView]


@dataclass(frozen=True, slots=True)
class TypedOperations:
    """The type of a port's operations: of each its key and its class with its type arguments."""

    name: str
    entries: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TypedPort:
    """The class of a port whose operations are typed, `key` in `PORTS`."""

    key: str
    name: str
    doc: list[str]
    operations: str


@dataclass(frozen=True, slots=True)
class PortsStub:
    """`ports.pyi`."""

    header: list[str]
    imports: list[str]
    operations: list[TypedOperations]
    ports: list[TypedPort]


@dataclass(frozen=True, slots=True)
class MethodView:
    """A client's method; `parameters` are whole, with `self`, `body` ends in what it returns.

    `overloads` are the parameters of each of its forms, where it has several.
    """

    name: str
    parameters: str
    returns: str
    doc: list[str]
    body: list[str]
    overloads: list[str]


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client class of one portType; `ports` is a tuple of its ports' keys, the default first.

    `keyword` precedes each `def`: "async " in the asynchronous one. `demanded` are the
    layers that ports demand, as entries of a dict; `blocks` is the name of the class of default
    header blocks, "" where no operation declares any.
    """

    name: str
    base: str
    keyword: str
    doc: list[str]
    ports: str
    demanded: list[str]
    blocks: str
    methods: list[MethodView]


@dataclass(frozen=True, slots=True)
class BlocksView:
    """The class of the default header blocks of one client, a typed dictionary; `fields` are its keys."""

    name: str
    client: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class HeadersModule:
    """`headers.py`; `base` is its name for typing's `TypedDict`."""

    header: list[str]
    standard_imports: list[str]
    imports: list[str]
    base: str
    blocks: list[BlocksView]


@dataclass(frozen=True, slots=True)
class ClientModule:
    """`client.py`; `assignments` name the first portType's pair where there are several.

    `overload` is its name for typing's. `attaches` is whether values may travel beside the envelope,
    `has_policies` whether the policies of ports demand message security.
    """

    header: list[str]
    standard_imports: list[str]
    imports: list[str]
    clients: list[ClientView]
    assignments: list[str]
    exports: list[str]
    overload: str
    attaches: bool
    has_policies: bool


@dataclass(frozen=True, slots=True)
class FacetsModule:
    """`facets.py`: assignments of simple types, and the entries of a dictionary of checks.

    `runtime` are the names that it imports to be used; `names` is the module of QName where
    types have some, else "". `contents` are the entries of a dictionary of content models, `particles` the
    names of the module `content` that these use.
    """

    header: list[str]
    validation: str
    runtime: list[str]
    types: list[str]
    checks: list[str]
    names: str
    contents: list[str]
    content: str
    particles: list[str]


@dataclass(frozen=True, slots=True)
class HandlerView:
    """An abstract method of a service; `parameters` are whole, with `self`."""

    name: str
    parameters: str
    returns: str
    doc: list[str]


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service class of one portType; `ports` is a tuple of its ports' keys.

    `methods` are the entries of a dict from operations to methods, `headers` of one from
    operations to their headers' parameters, where those are not named as the headers, `whole` of
    one from operations to the parameter that is given the whole request. `answers`
    are the runtime's names that the methods' annotations need.
    """

    name: str
    doc: list[str]
    ports: str
    methods: list[str]
    headers: list[str]
    whole: list[str]
    answers: set[str]
    handlers: list[HandlerView]


@dataclass(frozen=True, slots=True)
class ServerModule:
    """`server.py`; `entry` is the WSDL's path in `_spec/`, quoted, "" where there is none.

    `abstract` is what the module calls `abc.abstractmethod`. `attaches` and `has_policies` as in `ClientModule`.
    `plain` is whether there are HTTP bindings.
    """

    header: list[str]
    standard_imports: list[str]
    imports: list[str]
    abstract: str
    exports: list[str]
    entry: str
    attaches: bool
    plain: bool
    has_policies: bool
    services: list[ServiceView]


@dataclass(frozen=True, slots=True)
class PackageModule:
    """The package's `__init__.py`: its names, and the modules that have the lazy ones."""

    header: list[str]
    doc: list[str]
    imports: list[str]
    lazy: list[tuple[str, str]]
    exports: list[str]


@dataclass(frozen=True, slots=True)
class SecurityModule:
    """`security.py`: the public names of message security, and the user's profile, "" where there is none."""

    header: list[str]
    imports: list[str]
    exports: list[str]
    profile: str = ""


@dataclass(frozen=True, slots=True)
class PortProfileView:
    """The message security of a port: its key, quoted, comments in words, and the expression for it."""

    key: str
    words: list[str]
    profile: str


@dataclass(frozen=True, slots=True)
class PoliciesModule:
    """`policies.py`: the message security that the policies of ports demand."""

    header: list[str]
    imports: list[str]
    ports: list[PortProfileView]


@dataclass(frozen=True, slots=True)
class OwnModule:
    """`_package.py`: what is the package's own in its runtime.

    `secrets` is a tuple of the names that the user adds to those whose values never show, "" for none.
    """

    header: list[str]
    face: str
    secrets: str
