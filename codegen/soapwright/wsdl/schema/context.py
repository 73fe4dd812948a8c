"""The state of the translation of schemas: references, locations, pending anonymous types."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from soapwright.model.api import (
    UNDECLARED,
    Builtin,
    BuiltinRef,
    NamedRef,
    Occurs,
    QName,
    TypeDef,
    TypeRef,
    Unresolved,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location, SpecError
from soapwright.model.namespaces import XSD, XSI
from soapwright.model.sizes import MAX_FIELDS
from soapwright.wsdl.namespaces import WSDL
from soapwright.wsdl.references import (
    SOAP11_ENCODING,
    SOAP12_ENCODING,
    near_builtin,
    type_reference,
)
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.components import (
    Components,
    TypeComponent,
    declared_name,
)
from soapwright.wsdl.schema.groups import Groups
from soapwright.wsdl.schema.parse import ParsedSchema

ANY_TYPE = BuiltinRef(Builtin.ANY_TYPE)
STRING = BuiltinRef(Builtin.STRING)
# Namespaces that names are in by mistake: no schema declares anything there.
_MISPLACED = frozenset({"", UNDECLARED, WSDL, XSD})
# Prefixes that documents forget to declare, and the namespaces that are usual for them.
_WELL_KNOWN = {
    "xsd": XSD,
    "xs": XSD,
    "soapenc": SOAP11_ENCODING,
    "SOAP-ENC": SOAP11_ENCODING,
    "soap12enc": SOAP12_ENCODING,
    "xsi": XSI,
    "xlink": "http://www.w3.org/1999/xlink",
}


@dataclass(frozen=True, slots=True)
class Owner:
    """The component that contains anonymous types: their ids and names begin with its own."""

    namespace: str
    path: str
    words: tuple[str, ...]

    def child(self, step: str, word: str) -> Owner:
        """The owner of the types in a local component of this one."""
        return Owner(self.namespace, f"{self.path}/{step}", (*self.words, word))

    @property
    def id(self) -> QName:
        """The id of the type that is declared here."""
        return QName(self.namespace, self.path)


@dataclass(frozen=True, slots=True)
class Pending:
    """A type definition that is to be translated."""

    component: TypeComponent
    schema: ParsedSchema
    owner: Owner
    named: bool
    redefines: QName | None = None

    @property
    def own_name(self) -> QName:
        """The name with which the type is declared: that of a redefined one has a suffix here."""
        return declared_name(self.owner.id)


@dataclass(slots=True)
class Context:
    """One translation of all schemas."""

    components: Components
    findings: Findings
    types: dict[QName, TypeDef] = field(default_factory=dict)
    pending: deque[Pending] = field(default_factory=deque)
    groups: Groups = field(default_factory=Groups)
    _unresolved: dict[Unresolved, None] = field(default_factory=dict)
    _anonymous: dict[QName, TypeComponent] = field(default_factory=dict)
    _places: dict[tuple[QName, int], Owner] = field(default_factory=dict)
    _numbers: dict[QName, int] = field(default_factory=dict)
    _attributes: int = 0
    _naming: set[QName] = field(default_factory=set)
    _of_heads: dict[QName, TypeRef] = field(default_factory=dict)

    def anonymous(
        self, component: TypeComponent, schema: ParsedSchema, owner: Owner
    ) -> NamedRef:
        """A reference to an anonymous type, which is translated later.

        Two elements of one name may hold an anonymous type each; the second's id is marked.
        """
        place = self._places.get((owner.id, id(component)), owner)
        number = self._numbers.get(owner.id, 1)
        while self._anonymous.setdefault(place.id, component) is not component:
            number += 1
            place = Owner(
                owner.namespace, f"{owner.path}#{number}", (*owner.words, str(number))
            )
        self._numbers[owner.id] = number
        self._places[owner.id, id(component)] = place
        self.pending.append(Pending(component, schema, place, named=False))
        return NamedRef(place.id)

    def name(self, schema: ParsedSchema, where: xsd.AnnotationBase, text: str) -> QName:
        """Resolve a QName in a schema.

        Without a prefix it is in the default namespace, else in none, which a chameleon
        document reads as its includer's (XML Schema part 1, section 4.2.1).
        """
        prefix, _, local = text.strip().rpartition(":")
        namespace = schema.prefixes(where).get(prefix or None)
        if prefix and namespace is None:
            namespace = self._undeclared(schema, where, text)
        if not prefix and not namespace and schema.chameleon:
            namespace = schema.namespace
        return QName(namespace or "", local)

    def type(
        self,
        schema: ParsedSchema,
        where: xsd.AnnotationBase,
        text: str,
        redefined: Pending | None = None,
    ) -> TypeRef:
        """A reference to the type that a QName names.

        Inside a redefinition its own name refers to the original.
        """
        name = self.name(schema, where, text)
        if redefined and redefined.redefines and name == redefined.own_name:
            return NamedRef(redefined.redefines)
        name = self.found(schema, where, name, "type")
        reference = type_reference(name)
        if isinstance(reference, BuiltinRef) or reference.id in self.components.types:
            return reference
        of_element = self._type_of_element(schema, where, name)
        if of_element is not None:
            return of_element
        meant = near_builtin(reference)
        if meant is None:
            return reference
        message = f"{name} is no type: it is read as xsd:{meant.builtin.value}"
        self.findings.mended(Code.LENIENT_REFERENCE, message, schema.at(where))
        return meant

    def of_element(
        self, schema: ParsedSchema, component: xsd.Element, owner: Owner
    ) -> TypeRef:
        """The type of an element: named, anonymous, or its substitution group's head's (section 3.3.2)."""
        heads: set[QName] = set()
        while (found := self._own_type(schema, component, owner)) is None:
            head = self.head(schema, component)
            declared = self.components.elements.get(head) if head else None
            if declared is None or head is None or head in heads:
                found = ANY_TYPE
                break
            if head in self._of_heads:
                found = self._of_heads[head]
                break
            heads.add(head)
            component, schema = declared.component, declared.schema
            owner = element_owner(head)
        self._of_heads.update(dict.fromkeys(heads, found))
        return found

    def _own_type(
        self, schema: ParsedSchema, component: xsd.Element, owner: Owner
    ) -> TypeRef | None:
        """The type of an element that has one itself; None of one that has its head's."""
        anonymous = component.complex_type or component.simple_type
        if anonymous is not None:
            return self.anonymous(anonymous, schema, owner)
        if component.type:
            return self.type(schema, component, component.type)
        return None if component.substitution_group else ANY_TYPE

    def head(self, schema: ParsedSchema, component: xsd.Element) -> QName | None:
        """The head of the substitution group that an element is in."""
        if not component.substitution_group:
            return None
        name = self.name(schema, component, component.substitution_group)
        return self.found(schema, component, name, "element")

    def _type_of_element(
        self, schema: ParsedSchema, where: xsd.AnnotationBase, name: QName
    ) -> TypeRef | None:
        """The type of the element that is named where a type belongs; None where there is none."""
        names = self.components.names("element")
        meant = name if name in self.components.elements else None
        meant = meant or _meant(schema, name, names)
        if meant is None or meant in self._naming:  # an element that names itself so
            return None
        message = f"{_shown(name)} is no type: the type of element {meant} is taken"
        self.findings.mended(Code.LENIENT_REFERENCE, message, schema.at(where))
        declared = self.components.elements[meant]
        self._naming.add(meant)
        found = self.of_element(
            declared.schema, declared.component, element_owner(meant)
        )
        self._naming.discard(meant)
        return found

    def found(
        self, schema: ParsedSchema, where: xsd.AnnotationBase, name: QName, kind: str
    ) -> QName:
        """The name that is declared, or the one that is meant by one that is not.

        A name that nothing declares is kept; a pass reports it.
        """
        table = self.components.table(kind)
        if name in table or (kind == "type" and type_reference(name) != NamedRef(name)):
            return name
        meant = _meant(schema, name, self.components.names(kind))
        if meant is None and kind == "type" and name.namespace in _MISPLACED:
            builtin = QName(XSD, name.local)
            meant = builtin if type_reference(builtin) != NamedRef(builtin) else None
        if meant is None:
            return name
        message = f"there is no {kind} {_shown(name)}: {meant} is taken"
        self.findings.mended(Code.LENIENT_REFERENCE, message, schema.at(where))
        return meant

    def count_attributes(self, number: int, at: Location) -> None:
        """Take note of a type's attributes: a group has its own in each type that uses it.

        Raises:
            SpecError: there are too many.
        """
        self._attributes += number
        if self._attributes > MAX_FIELDS:
            message = f"the types have more than {MAX_FIELDS:,} attributes"
            self.findings.error(Code.LIMIT, message, at)
            raise SpecError(self.findings)

    def miss(self, owner: Owner, kind: str, name: QName, at: Location) -> None:
        """Note a group that nobody declares; whether anybody needs it, a pass judges."""
        self._unresolved[Unresolved(owner.id, kind, name, at)] = None

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        """The missing groups, for each type that uses them, through other groups too."""
        found: dict[Unresolved, None] = {}
        for missing in self._unresolved:
            for owner in self.groups.users(missing.owner):
                found[replace(missing, owner=owner)] = None
        return tuple(found)

    def _undeclared(
        self, schema: ParsedSchema, where: xsd.AnnotationBase, text: str
    ) -> str:
        prefix = text.strip().rpartition(":")[0]
        meant = {**_WELL_KNOWN, "tns": schema.namespace}.get(prefix)
        message = f"the prefix {prefix!r} of {text.strip()} is not declared"
        done = "its local name is looked for" if meant is None else ""
        done = done or f"read as {meant or 'no namespace'}"
        self.findings.mended(Code.PREFIX, f"{message}: {done}", schema.at(where))
        return UNDECLARED if meant is None else meant


def _meant(
    schema: ParsedSchema, name: QName, names: Mapping[str, Sequence[QName]]
) -> QName | None:
    """The declared name that an undeclared one means, where that is beyond doubt.

    One without a prefix may have fallen into the WSDL's namespace, XML Schema's or none, one with
    a prefix that is not declared is in no namespace: these mean the schema's own, else the only
    one of their local name. Others may be of a schema without a namespace.
    """
    same = names.get(name.local, ())
    own = QName(schema.namespace, name.local)
    if name.namespace in _MISPLACED:
        if own in same:
            return own
        return same[0] if len(same) == 1 else None
    plain = QName("", name.local)
    return plain if plain in same else None


def _shown(name: QName) -> str:
    return name.local if name.namespace == UNDECLARED else str(name)


def occurs(schema: ParsedSchema, component: xsd.AnnotationBase) -> Occurs:
    """A particle's occurrence, from the node: xsdata lifts a maximum below the minimum."""
    node = schema.node(component)
    high = node.get("maxOccurs", "1").strip()
    maximum = None if high == "unbounded" else int(high)
    minimum = int(node.get("minOccurs", "1"))
    return Occurs(minimum if maximum is None else min(minimum, maximum), maximum)


def element_owner(name: QName) -> Owner:
    """The owner of a global element's anonymous type; types have names of their own."""
    return Owner(name.namespace, f"/{name.local}", (name.local,))
