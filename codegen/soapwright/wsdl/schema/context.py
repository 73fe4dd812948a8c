"""What the translation of schemas shares: references, locations, the anonymous types still to do."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from xsdata.models.mixins import ElementBase

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
from soapwright.model.diagnostics import Findings, Location
from soapwright.wsdl.references import (
    SOAP11_ENCODING,
    SOAP12_ENCODING,
    XSD,
    near_builtin,
    type_reference,
)
from soapwright.wsdl.schema.components import Components, TypeComponent
from soapwright.wsdl.schema.groups import Groups
from soapwright.wsdl.schema.parse import ParsedSchema

ANY_TYPE = BuiltinRef(Builtin.ANY_TYPE)
STRING = BuiltinRef(Builtin.STRING)
# Prefixes that documents forget to declare, and what everybody means by them.
_WELL_KNOWN = {
    "xsd": XSD,
    "xs": XSD,
    "soapenc": SOAP11_ENCODING,
    "SOAP-ENC": SOAP11_ENCODING,
    "soap12enc": SOAP12_ENCODING,
}


@dataclass(frozen=True, slots=True)
class Owner:
    """The component that anonymous types stand in: what their ids and names are made of."""

    namespace: str
    path: str
    words: tuple[str, ...]

    def child(self, step: str, word: str) -> Owner:
        """The owner of what stands in a local component of this one."""
        return Owner(self.namespace, f"{self.path}/{step}", (*self.words, word))

    @property
    def id(self) -> QName:
        """The id of the type that stands here."""
        return QName(self.namespace, self.path)


@dataclass(frozen=True, slots=True)
class Pending:
    """A type definition that is to be translated."""

    component: TypeComponent
    schema: ParsedSchema
    owner: Owner
    named: bool
    redefines: QName | None = None


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

    def anonymous(
        self, component: TypeComponent, schema: ParsedSchema, owner: Owner
    ) -> NamedRef:
        """A reference to an anonymous type, which is translated later.

        Two elements of one name may hold an anonymous type each; the second's id is marked.
        """
        number = 1
        place = owner
        while self._anonymous.setdefault(place.id, component) is not component:
            number += 1
            place = Owner(
                owner.namespace, f"{owner.path}#{number}", (*owner.words, str(number))
            )
        self.pending.append(Pending(component, schema, place, named=False))
        return NamedRef(place.id)

    def name(self, schema: ParsedSchema, where: ElementBase, text: str) -> QName:
        """The name that a QName in a schema stands for.

        Without a prefix it is in the default namespace, else in none, which a chameleon
        document reads as its includer's (XML Schema part 1, section 4.2.1).
        """
        prefix, _, local = text.strip().rpartition(":")
        namespace = where.ns_map.get(prefix or None)  # type: ignore[arg-type]  # xsdata keeps the default namespace under None
        if prefix and namespace is None:
            namespace = self._undeclared(schema, where, prefix)
        if not prefix and not namespace and schema.chameleon:
            namespace = schema.namespace
        return QName(namespace or "", local)

    def type(
        self,
        schema: ParsedSchema,
        where: ElementBase,
        text: str,
        redefined: Pending | None = None,
    ) -> TypeRef:
        """A reference to the type that a QName names.

        Inside a redefinition its own name means what it redefines.
        """
        name = self.name(schema, where, text)
        if redefined and redefined.redefines and name == redefined.owner.id:
            return NamedRef(redefined.redefines)
        reference = type_reference(self.found(schema, where, name, "type"))
        meant = near_builtin(reference)
        if meant is None:
            return reference
        message = f"{name} is no type: it is read as xsd:{meant.builtin.value}"
        self.findings.warning(Code.LENIENT_REFERENCE, message, schema.at(where))
        return meant

    def found(
        self, schema: ParsedSchema, where: ElementBase, name: QName, kind: str
    ) -> QName:
        """The name that is declared, where a schema was forgotten to say its namespace.

        What nobody declares keeps its name; a pass judges that.
        """
        if type_reference(name) != NamedRef(name):
            return name
        table = self.components.table(kind)
        if name in table:
            return name
        other = QName("" if name.namespace else schema.namespace, name.local)
        if other == name or other not in table:
            return name
        message = f"there is no {kind} {name}: {other} is taken"
        self.findings.warning(Code.LENIENT_REFERENCE, message, schema.at(where))
        return other

    def miss(self, owner: Owner, kind: str, name: QName, at: Location) -> None:
        """Note a group that nobody declares; whether anybody needs it, a pass judges."""
        self._unresolved[Unresolved(owner.id, kind, name, at)] = None

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        """What is missing, for each type that takes it in, through groups too."""
        found: dict[Unresolved, None] = {}
        for missing in self._unresolved:
            for owner in self.groups.users(missing.owner):
                found[replace(missing, owner=owner)] = None
        return tuple(found)

    def _undeclared(self, schema: ParsedSchema, where: ElementBase, prefix: str) -> str:
        meant = {**_WELL_KNOWN, "tns": schema.namespace}.get(prefix)
        message = f"the prefix {prefix!r} is not declared"
        if meant is None:
            self.findings.error(Code.PREFIX, message, schema.at(where))
        else:
            taken = meant or "no namespace"
            self.findings.warning(
                Code.PREFIX, f"{message}: read as {taken}", schema.at(where)
            )
        return UNDECLARED if meant is None else meant


def occurs(schema: ParsedSchema, component: ElementBase) -> Occurs:
    """A particle's occurrence, from the node: xsdata lifts a maximum below the minimum."""
    node = schema.node(component)
    high = node.get("maxOccurs", "1").strip()
    maximum = None if high == "unbounded" else int(high)
    minimum = int(node.get("minOccurs", "1"))
    return Occurs(minimum if maximum is None else min(minimum, maximum), maximum)


def element_owner(name: QName) -> Owner:
    """The owner of a global element's anonymous type; types have names of their own."""
    return Owner(name.namespace, f"/{name.local}", (name.local,))
