"""The intermediate model: the content of a WSDL, free of XML and of Python.

Read this file first. The front end (`wsdl/`) makes an `Api`, each pass (`passes/`) takes one
and gives one, the back end (`python/`) writes a package from the last. Everything is frozen
and ordered as the documents are, every union is closed (match it, and end in
`assert_never`), and everything from a user's documents has its `Location`.

    Api ── ports ── Port ── operations ── Operation ── input, output ── Message ── parts ── Part
     │                                                                                       │
     ├── elements ── GlobalElement ──────────────────────────────────────────────────────────┤
     └── types ──── TypeDef = Struct | Enumeration | Restricted | ListOf | UnionOf | SoapArray

A type is referred to by `TypeRef`: a builtin of XML Schema, or the id of a `TypeDef`. A named
type's id is its qualified name; an anonymous type's id is its path from the global component
that holds it (`Order/item`), which no XML name can be mistaken for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Self

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Diagnostic, Location
from soapwright.model.policy import NOTHING, Policy
from soapwright.model.security import PortSecurity

# ---------------------------------------------------------------------------------- names


class QName(NamedTuple):
    """An expanded name; the namespace is "" where there is none.

    A tuple, as names are the keys of nearly every table.
    """

    namespace: str
    local: str

    def __str__(self) -> str:
        """Clark's notation, as lxml writes names."""
        return f"{{{self.namespace}}}{self.local}" if self.namespace else self.local


# The namespace of a name whose prefix nobody declares, which no document can name.
UNDECLARED = "\0"

# ------------------------------------------------------------------------------ closed sets


class SoapVersion(Enum):
    """The version of SOAP that a binding speaks."""

    V11 = "1.1"
    V12 = "1.2"


class Style(Enum):
    """Whether a Body holds documents or a call with parts (WSDL 1.1, section 3.3)."""

    DOCUMENT = "document"
    RPC = "rpc"


class Use(Enum):
    """Whether parts follow their schema or SOAP's section 5 encoding (WSDL 1.1, section 3.5)."""

    LITERAL = "literal"
    ENCODED = "encoded"


class Kind(Enum):
    """The parts of a service that can be left out of it."""

    PORT = "port"
    BINDING = "binding"
    OPERATION = "operation"
    HEADER = "header"
    FAULT = "fault"


class Derivation(Enum):
    """How a complex type comes from its base."""

    EXTENSION = "extension"
    RESTRICTION = "restriction"


class Process(Enum):
    """How a wildcard's content is to be validated."""

    STRICT = "strict"
    LAX = "lax"
    SKIP = "skip"


class WhiteSpace(Enum):
    """The whiteSpace facet."""

    PRESERVE = "preserve"
    REPLACE = "replace"
    COLLAPSE = "collapse"


class Mtom(Enum):
    """Why a port's binary values may travel as parts of their own (SOAP MTOM)."""

    EXPECTED = "expected"
    """Its schemas name the media types of binary values (`xmime:expectedContentTypes`)."""
    DEMANDED = "demanded"
    """Its policy demands it (`OptimizedMimeSerialization`)."""


class Builtin(Enum):
    """The builtin types of XML Schema 1.0, part 2, and WS-I's `swaRef`; the value is the local name."""

    ANY_TYPE = "anyType"
    ANY_SIMPLE_TYPE = "anySimpleType"
    STRING = "string"
    NORMALIZED_STRING = "normalizedString"
    TOKEN = "token"
    LANGUAGE = "language"
    NMTOKEN = "NMTOKEN"
    NMTOKENS = "NMTOKENS"
    NAME = "Name"
    NCNAME = "NCName"
    ID = "ID"
    IDREF = "IDREF"
    IDREFS = "IDREFS"
    ENTITY = "ENTITY"
    ENTITIES = "ENTITIES"
    ANY_URI = "anyURI"
    QNAME = "QName"
    NOTATION = "NOTATION"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    FLOAT = "float"
    DOUBLE = "double"
    INTEGER = "integer"
    NON_POSITIVE_INTEGER = "nonPositiveInteger"
    NEGATIVE_INTEGER = "negativeInteger"
    LONG = "long"
    INT = "int"
    SHORT = "short"
    BYTE = "byte"
    NON_NEGATIVE_INTEGER = "nonNegativeInteger"
    UNSIGNED_LONG = "unsignedLong"
    UNSIGNED_INT = "unsignedInt"
    UNSIGNED_SHORT = "unsignedShort"
    UNSIGNED_BYTE = "unsignedByte"
    POSITIVE_INTEGER = "positiveInteger"
    DATE_TIME = "dateTime"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    G_YEAR_MONTH = "gYearMonth"
    G_YEAR = "gYear"
    G_MONTH_DAY = "gMonthDay"
    G_DAY = "gDay"
    G_MONTH = "gMonth"
    HEX_BINARY = "hexBinary"
    BASE64_BINARY = "base64Binary"
    SWA_REF = "swaRef"


# -------------------------------------------------------------------------------- type references


@dataclass(frozen=True, slots=True)
class BuiltinRef:
    """A builtin type.

    `encoding` is the namespace of SOAP's encoding where the document names the type's copy
    there (`SOAP-ENC:string`): the values are the same, their `xsi:type` is not. `alias` is the
    copy's name where it is not the builtin's: `base64`.
    """

    builtin: Builtin
    encoding: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class NamedRef:
    """A type of `Api.types`, by its id."""

    id: QName


TypeRef = BuiltinRef | NamedRef

# --------------------------------------------------------------------------------- content models


@dataclass(frozen=True, slots=True)
class Occurs:
    """How often something may occur; `max` is None where it is unbounded."""

    min: int = 1
    max: int | None = 1

    @property
    def repeated(self) -> bool:
        """Whether more than one may occur."""
        return self.max is None or self.max > 1


class Constant(str):
    """A default or fixed value, as the schema has it.

    `namespaces` are those in scope there by their prefixes, "" for the default one: they say which
    names the text has, where it has names.
    """

    namespaces: Mapping[str, str]

    def __new__(cls, text: str, namespaces: Mapping[str, str]) -> Self:
        made = super().__new__(cls, text)
        made.namespaces = namespaces
        return made

    @property
    def used(self) -> Mapping[str, str]:
        """Those of the namespaces that its names are in."""
        prefixes = [name.rpartition(":")[0] for name in self.split()]
        return {p: self.namespaces[p] for p in prefixes if p in self.namespaces}

    @property
    def undeclared(self) -> str:
        """The first prefix of its names that is not declared, "" where all are."""
        prefixes = [name.rpartition(":")[0] for name in self.split()]
        return next((p for p in prefixes if p and p not in self.namespaces), "")

    def names(self) -> Iterator[QName]:
        """The QNames that it lists; one with a prefix that is not declared is in no namespace."""
        for name in self.split():
            prefix, _, local = name.rpartition(":")
            yield QName(self.namespaces.get(prefix, ""), local)


@dataclass(frozen=True, slots=True)
class Substitute:
    """A global element that may substitute another, its substitution group's head."""

    name: QName
    type: TypeRef
    nillable: bool
    default: Constant | None = None
    fixed: Constant | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """An element particle; `name` is its name on the wire, form and references resolved.

    `substitutes` are its substitution group's concrete members; an `abstract` one is always replaced by one of these.
    """

    name: QName
    type: TypeRef
    occurs: Occurs
    at: Location
    nillable: bool = False
    default: Constant | None = None
    fixed: Constant | None = None
    abstract: bool = False
    reference: bool = False
    substitutes: tuple[Substitute, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`xsd:any`: `namespaces` are URIs, "" for no namespace; or `##any`, or `##other` and the one excluded."""

    namespaces: tuple[str, ...]
    process: Process
    occurs: Occurs
    at: Location


@dataclass(frozen=True, slots=True)
class Sequence:
    """Particles in their order; groups are expanded to these."""

    items: tuple[Particle, ...]
    occurs: Occurs


@dataclass(frozen=True, slots=True)
class Choice:
    """One particle of several."""

    branches: tuple[Particle, ...]
    occurs: Occurs


@dataclass(frozen=True, slots=True)
class All:
    """Elements in any order."""

    items: tuple[Particle, ...]
    occurs: Occurs


Particle = Element | Wildcard | Sequence | Choice | All


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute use; prohibited ones are left out of the model."""

    name: QName
    type: TypeRef
    required: bool
    at: Location
    default: Constant | None = None
    fixed: Constant | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class AnyAttribute:
    """`xsd:anyAttribute`; `namespaces` as in `Wildcard`."""

    namespaces: tuple[str, ...]
    process: Process


# ------------------------------------------- members: a content model laid out as fields (passes/lay_out.py)


@dataclass(frozen=True, slots=True)
class ElementMember:
    """One field for one element: a list where `repeated`, absent allowed where `optional`.

    `use` is how it travels where that is not as the rest does: a header among others.
    """

    element: Element
    repeated: bool
    optional: bool
    use: Use | None = None


@dataclass(frozen=True, slots=True)
class WildcardMember:
    """One field for a wildcard's elements."""

    wildcard: Wildcard
    repeated: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class OrderedMember:
    """One list that keeps the order: of a repeated group's elements, or of mixed content.

    `alternatives` are its possible items, in the schema's order, one for each name.
    """

    alternatives: tuple[Element | Wildcard, ...]
    mixed: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class ContentMember:
    """A document-style part of a type: the type's content is in the Body itself (WSDL 1.1, section 3.5)."""

    name: str
    type: TypeRef
    at: Location
    doc: str = ""


@dataclass(frozen=True, slots=True)
class AttachedMember:
    """A part of a message that travels beside the envelope, in a MIME part of its own (WSDL 1.1, section 5).

    `media_types` are those that the binding allows it, in their order.
    """

    name: str
    media_types: tuple[str, ...]
    at: Location
    doc: str = ""


Member = ElementMember | WildcardMember | OrderedMember | ContentMember | AttachedMember


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """Of these branches (each the indexes of its members) at most one is made, unless `overlapping`.

    One must be made where `required`, if `within` is empty or one of its members is there.
    """

    branches: tuple[tuple[int, ...], ...]
    required: bool
    within: tuple[int, ...]
    overlapping: bool


@dataclass(frozen=True, slots=True)
class TogetherRule:
    """Where one of `members` is there, all of `needed` must be."""

    members: tuple[int, ...]
    needed: tuple[int, ...]


Rule = ChoiceRule | TogetherRule

# --------------------------------------------------------------------------------- type definitions


@dataclass(frozen=True, slots=True)
class Facets:
    """The constraining facets of one step of derivation, as they are written.

    `patterns` are alternatives of each other; those of different steps must all match. `names`
    are the values of an enumeration of QNames, which are distinguished by namespace and local name.
    """

    patterns: tuple[str, ...] = ()
    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_inclusive: str | None = None
    max_inclusive: str | None = None
    min_exclusive: str | None = None
    max_exclusive: str | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    white_space: WhiteSpace | None = None
    names: tuple[QName, ...] = ()


@dataclass(frozen=True, slots=True)
class Struct:
    """A complex type, or a message's parts.

    `words` are the parts of a name for it. `base` is the id of the Struct that it derives
    from. `text` is the type of simple content. `content` is its own particle: of an extension
    the added part, of a restriction all of it, narrowed. `members` and `rules` are `content`
    laid out as fields, without the base's; `narrowed` is all of a restriction's content laid
    out, and `prohibited` are the attributes that it takes away.
    """

    id: QName
    words: tuple[str, ...]
    named: bool
    at: Location
    content: Particle | None = None
    attributes: tuple[Attribute, ...] = ()
    any_attribute: AnyAttribute | None = None
    text: TypeRef | None = None
    base: QName | None = None
    derivation: Derivation | None = None
    abstract: bool = False
    mixed: bool = False
    doc: str = ""
    members: tuple[Member, ...] = ()
    rules: tuple[Rule, ...] = ()
    narrowed: tuple[Member, ...] = ()
    prohibited: tuple[QName, ...] = ()


@dataclass(frozen=True, slots=True)
class EnumerationValue:
    """One value of an enumeration, in its lexical form."""

    text: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A simple type restricted to some values; `base` is the type whose values they are."""

    id: QName
    words: tuple[str, ...]
    named: bool
    at: Location
    base: TypeRef
    values: tuple[EnumerationValue, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Restricted:
    """A simple type restricted by facets: its values are its base's."""

    id: QName
    words: tuple[str, ...]
    named: bool
    at: Location
    base: TypeRef
    facets: Facets
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A simple type of values that white space separates."""

    id: QName
    words: tuple[str, ...]
    named: bool
    at: Location
    item: TypeRef
    doc: str = ""


@dataclass(frozen=True, slots=True)
class UnionOf:
    """A simple type whose values are those of the first member that reads them."""

    id: QName
    words: tuple[str, ...]
    named: bool
    at: Location
    members: tuple[TypeRef, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class SoapArray:
    """An array of SOAP's encoding (SOAP 1.1, section 5.4.2).

    `ranks` has the dimensions of each level, the outermost first: (2,) of `T[,]`, (1, 2) of
    `T[,][]`. `item_name` is the name of an item's element. The values of a `derived` one
    are written with its own name, as JAX-RPC's collections do, and not the encoding's `Array`.
    """

    id: QName
    words: tuple[str, ...]
    named: bool
    at: Location
    item: TypeRef
    ranks: tuple[int, ...] = (1,)
    item_name: str = "item"
    item_nillable: bool = False
    doc: str = ""
    derived: bool = False


TypeDef = Struct | Enumeration | Restricted | ListOf | UnionOf | SoapArray


@dataclass(frozen=True, slots=True)
class GlobalElement:
    """An element declaration at the top of a schema; `head` is its substitution group's."""

    name: QName
    type: TypeRef
    at: Location
    nillable: bool = False
    abstract: bool = False
    default: Constant | None = None
    fixed: Constant | None = None
    head: QName | None = None
    doc: str = ""


# ---------------------------------------------------------------------------------------- services


@dataclass(frozen=True, slots=True)
class ElementPart:
    """A message part that is an element of the schema."""

    name: str
    element: QName
    at: Location
    doc: str = ""


@dataclass(frozen=True, slots=True)
class TypePart:
    """A message part that is of a type."""

    name: str
    type: TypeRef
    at: Location
    doc: str = ""


Part = ElementPart | TypePart


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """A part that travels in the envelope's Header; `namespace` is that of a typed one."""

    part: Part
    use: Use
    namespace: str
    at: Location

    @property
    def name(self) -> QName:
        """The name of the header block."""
        match self.part:
            case ElementPart(element=name):
                return name
            case TypePart(name=name_of_part):
                return QName(self.namespace, name_of_part)


@dataclass(frozen=True, slots=True)
class Message:
    """One direction of an operation as its binding puts it on the wire.

    `wrapper` is the element that contains an rpc call's parts, None in document style. `parts` are
    in the Body, `attached` are beside the envelope.
    `struct` is the id of the Struct whose values the message carries, and `headers_struct` that
    of its headers. `element` is the Body's only element where the Struct has its content, and
    `substitutes` are the elements that may replace the only one. passes/make_messages.py sets
    all four. `action` is WS-Addressing's, `policy` the effective one.
    """

    use: Use
    wrapper: QName | None
    parts: tuple[Part, ...]
    at: Location
    encoding_style: str = ""
    headers: tuple[HeaderPart, ...] = ()
    attached: tuple[AttachedMember, ...] = ()
    doc: str = ""
    struct: QName | None = None
    headers_struct: QName | None = None
    substitutes: tuple[Substitute, ...] = ()
    element: QName | None = None
    action: str = ""
    policy: Policy = NOTHING


@dataclass(frozen=True, slots=True)
class Fault:
    """A declared fault and the part in its detail. `bound` is False where only the portType has it.

    `substitutes` are the elements that may replace the part's, set by passes/make_messages.py.
    `action` is WS-Addressing's, `policy` the effective one.
    """

    name: str
    part: Part
    use: Use
    namespace: str
    bound: bool
    at: Location
    doc: str = ""
    substitutes: tuple[Substitute, ...] = ()
    action: str = ""
    policy: Policy = NOTHING


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of a service that is broken, so that the package does without it, and why.

    `at` is the location of the mistake, `hint` a way to correct it. `service` is the service of a port.
    """

    kind: Kind
    name: str
    code: Code
    reason: str
    at: Location
    hint: str = ""
    service: str = ""

    def __str__(self) -> str:
        """The kind and the name of the part."""
        return f"{self.kind.value} {self.name or 'without a name'}"


class HttpContent(Enum):
    """The form of a message in an HTTP binding (WSDL 1.1, sections 4.5 to 4.7, and 5)."""

    QUERY = "query"
    PATH = "path"
    FORM = "form"
    XML = "xml"
    TEXT = "text"
    BYTES = "bytes"
    FORM_DATA = "form-data"
    RELATED = "related"
    NOTHING = "nothing"

    @property
    def is_multipart(self) -> bool:
        """Whether each part of the message is a MIME part of its own."""
        return self in (HttpContent.FORM_DATA, HttpContent.RELATED)


@dataclass(frozen=True, slots=True)
class HttpPart:
    """A part of a message that is a MIME part, and its media type; "" where the WSDL names no single one."""

    name: str
    media_type: str = ""
    is_xml: bool = False


@dataclass(frozen=True, slots=True)
class HttpBinding:
    """How an operation travels without SOAP: the HTTP method, the path, and the messages' forms.

    `media_type` is that of a response that is a text or bytes, "" where the WSDL names no single one.
    `request_parts` and `response_parts` are those of messages in several MIME parts, in message order.
    """

    verb: str
    location: str
    request: HttpContent
    response: HttpContent
    media_type: str = ""
    request_parts: tuple[HttpPart, ...] = ()
    response_parts: tuple[HttpPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a binding. `key` is its name, with `_2`, `_3` … for overloads in binding order.

    `output` is None for a one-way operation, `input` where the WSDL declares none. `left_out`
    are its headers and faults that are broken, `findings` those in its declaration. `policy` is the
    effective one of the operation, without those of its messages. `http` is None where it travels in
    envelopes. Where `output_first`, the service sends the output by itself (notification,
    solicit-response; WSDL 1.1, section 2.4).
    """

    name: str
    key: str
    style: Style
    soap_action: str
    input: Message | None
    output: Message | None
    faults: tuple[Fault, ...]
    at: Location
    doc: str = ""
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    policy: Policy = NOTHING
    http: HttpBinding | None = None
    output_first: bool = False


@dataclass(frozen=True, slots=True)
class Addressing:
    """The use of WS-Addressing that a port declares; `version` is that of its headers.

    Where it is not `required`, its services take messages with and without the headers.
    """

    required: bool
    version: str
    at: Location


@dataclass(frozen=True, slots=True)
class Port:
    """A SOAP binding at an address; a binding that no port uses has no `service` ("") and no address.

    Where it `is_http`, it is an HTTP binding: its values are written as XML, as in SOAP 1.1's Bodies.
    Where it `is_consumer`, it is the other side of a port: it takes what that sends by itself.

    `key` is its key in the package's `PORTS`, `wire` the wire style that it asks for, or "". `mtom`
    is why binary values may travel as parts, None where nothing declares that they may.
    `left_out` are its operations that are broken, `findings` those in its binding. `addressing` is
    None where nothing is declared. `policy` is the effective one of the endpoint, `service_policy`
    that of the service; passes/secure_ports.py makes `security` of both.
    """

    name: str
    key: str
    service: str
    port_type: QName
    address: str | None
    soap: SoapVersion
    operations: tuple[Operation, ...]
    at: Location
    wire: str = ""
    mtom: Mtom | None = None
    doc: str = ""
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    addressing: Addressing | None = None
    policy: Policy = NOTHING
    service_policy: Policy = NOTHING
    security: PortSecurity | None = None
    is_http: bool = False
    is_consumer: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A document of the WSDL: its name relative to the entry file, and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Inputs:
    """The documents that were read or not found; paths are relative to the entry's folder.

    `read` has the SHA-256 of each of the user's documents and catalogs, the entry's first.
    """

    read: dict[str, str]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A model group or an attribute group that a definition takes in and nobody declares.

    `owner` is the id of the definition, `kind` the missing component's name in XML Schema.
    """

    owner: QName
    kind: str
    name: QName
    at: Location


@dataclass(frozen=True, slots=True)
class Unread:
    """Documents of `namespaces` that could not be read, and with them those that they import.

    Those may be of any namespace that is not among the `known` ones, which were read; None
    where nothing is missing but the namespaces themselves.
    """

    namespaces: frozenset[str] = frozenset()
    known: frozenset[str] | None = None

    def may_declare(self, name: QName) -> bool:
        """Whether a document that may declare a name could not be read, and has an error already."""
        if name.namespace == UNDECLARED or name.namespace in self.namespaces:
            return True
        return self.known is not None and name.namespace not in self.known


@dataclass(frozen=True, slots=True)
class Roles:
    """The Structs of the messages of operations.

    `contents` are written into a Body or a Header without an element of their own; of a Header
    are `headers`, and `single` are the encoded messages of one part.
    """

    requests: frozenset[QName] = frozenset()
    replies: frozenset[QName] = frozenset()
    contents: frozenset[QName] = frozenset()
    headers: frozenset[QName] = frozenset()
    single: frozenset[QName] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts derived from all definitions together, computed once, when they are final.

    `subtypes` has for each Struct those that derive from it directly, in document order.
    `leads_to` has for each type those that it refers to and those that derive from it;
    `components` are the strongly connected components of that graph, each after all that it
    leads to, and `recursive` the types of its cycles, and those that lead to anyType: they can
    hold themselves. `shared` are the types of which one value may be in two places of an encoded
    message, `sharing` the messages (their Structs) in which something may be.
    """

    subtypes: Mapping[QName, tuple[QName, ...]] = field(default_factory=dict)
    leads_to: Mapping[QName, tuple[QName, ...]] = field(default_factory=dict)
    components: tuple[tuple[QName, ...], ...] = ()
    recursive: frozenset[QName] = frozenset()
    roles: Roles = Roles()
    shared: frozenset[QName] = frozenset()
    sharing: frozenset[QName] = frozenset()


@dataclass(frozen=True, slots=True)
class Api:
    """The model of a service.

    `types` and `elements` are keyed by id and name, in document order; those of the `bundled`
    ones that nothing reaches are dropped (passes/drop_unused.py). `prefixes` are those that the
    documents themselves use, for names that people recognise. `encoded` and `literal` are the
    ids of the types that messages of each use may carry; these and `facts` are the last pass's
    (passes/facts.py). `unresolved` and `unread` are for the checks: missing groups of content
    models, and documents that could not be read. `left_out` are ports and bindings that are broken; ports and
    operations have their own.
    """

    name: str
    ports: tuple[Port, ...]
    types: dict[QName, TypeDef]
    elements: dict[QName, GlobalElement]
    prefixes: dict[str, str]
    sources: tuple[Source, ...]
    doc: str = ""
    inputs: Inputs = Inputs({}, ())
    bundled: frozenset[QName] = frozenset()
    unresolved: tuple[Unresolved, ...] = ()
    unread: Unread = Unread()
    left_out: tuple[LeftOut, ...] = ()
    encoded: frozenset[QName] = frozenset()
    literal: frozenset[QName] = frozenset()
    facts: Facts = Facts()
