"""Every name of a package, made in one place and kept in tables; nothing else invents one.

Types: the words of a type in PascalCase. Where two want one name, the messages of operations
come first (the contract names them), then named types, then elements' anonymous types, each in
the documents' order of namespaces; the later one takes a prefix from its namespace
(`OrdersAddress`), an element's type in the same namespace the suffix `Element`. So a type that
joins a spec never renames those before it.

Fields: snake_case. One whose spelling is that already has the name before all others. Of two that
only the namespace distinguishes the later takes a prefix from its own (`orders_address`), of two
that only case distinguishes it is spelt as in the schema. An attribute beside an element of its
name is `x_attribute`. Text is `value`, wildcards `any_elements` and `any_attributes`, the list of a
repeated group `choices`, of mixed content `content`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from soapwright.model.api import (
    Api,
    AttachedMember,
    ContentMember,
    Derivation,
    ElementMember,
    Enumeration,
    Member,
    OrderedMember,
    QName,
    Struct,
    TypeDef,
    WildcardMember,
)
from soapwright.model.namespaces import XML
from soapwright.python.names.identifiers import (
    class_name,
    constant_name,
    exact_name,
    field_name,
    module_name,
)
from soapwright.python.names.renames import Renames

_NOT_A_PREFIX = re.compile(
    r"^(v?\d+([._-]\d+)*|wsdl|xsd|soap|services?|types?|www|com|org)$", re.I
)


@dataclass(slots=True)
class StructNames:
    """The names of a Struct's own fields, beside their members.

    `taken` are all that it has, its bases' too, and `wires` the local names that those have on the
    wire, attributes with an @, each with its namespaces.
    """

    members: tuple[str, ...]
    attributes: tuple[str, ...]
    text: str = "value"
    any_attributes: str = "any_attributes"
    taken: frozenset[str] = frozenset()
    wires: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Names:
    """The tables, filled once by `make_names`; what the user renames comes before all rules."""

    renames: Renames
    types: dict[QName, str] = field(default_factory=dict)
    modules: dict[QName, str] = field(default_factory=dict)
    structs: dict[QName, StructNames] = field(default_factory=dict)
    enumerations: dict[QName, tuple[str, ...]] = field(default_factory=dict)


def make_names(api: Api, renames: Renames = Renames()) -> Names:
    """All names of the package for this Api."""
    names = Names(renames)
    _name_types(api, names)
    _name_modules(api, names)
    for definition in api.types.values():
        if isinstance(definition, Struct):
            _name_fields(api, names, definition)
        elif isinstance(definition, Enumeration):
            names.enumerations[definition.id] = _member_names(definition)
    return names


# -------------------------------------------------------------------------------------- types


def _name_types(api: Api, names: Names) -> None:
    taken: set[str] = set()
    given = {id: new for id in api.types if (new := names.renames.type(id, api.types))}
    for id, name in given.items():
        taken.add(name.lower())
        names.types[id] = name
    for definition in sorted(api.types.values(), key=_rank):
        if definition.id in given:
            continue
        name = next(n for n in _type_candidates(definition) if n.lower() not in taken)
        taken.add(name.lower())
        names.types[definition.id] = name


def _rank(definition: TypeDef) -> int:
    """Who comes first where two want a name; sorting keeps the documents' order otherwise."""
    if isinstance(definition, Struct) and _is_message(definition):
        return 0
    return 1 if definition.named else 2


def _is_message(struct: Struct) -> bool:
    return (
        not struct.named
        and (struct.content is None or _has_attached(struct))
        and bool(re.search(r"/(Request|Response)(Headers)?(/|$)", struct.id.local))
    )


def _has_attached(struct: Struct) -> bool:
    return any(isinstance(member, AttachedMember) for member in struct.members)


def _type_candidates(definition: TypeDef) -> Iterable[str]:
    name = class_name(*definition.words)
    yield name
    if not definition.named:
        yield f"{name}Element"
    prefix = namespace_prefix(definition.id.namespace)
    yield class_name(prefix, *definition.words)
    yield class_name(prefix, *definition.words, "Type")
    number = 2
    while True:
        yield f"{name}{number}"
        number += 1


def namespace_prefix(namespace: str) -> str:
    """The telling last step of a namespace: `http://example.com/orders/v2/` → `orders`."""
    if namespace == XML:
        return "xml"
    steps = [s for s in re.split(r"[/:#]+", namespace) if s]
    telling = [s for s in steps if not _NOT_A_PREFIX.match(s)]
    chosen = (telling or steps or ["Other"])[-1]
    return re.sub(r"\.(xsd|wsdl|asmx|php|com|org|net)$", "", chosen, flags=re.I)


def _name_modules(api: Api, names: Names) -> None:
    """One private module for each global type, element and message, with the anonymous types in it.

    It is named after its first type. File systems may ignore case, and modules may be
    alike where classes that a user has named are not (`ItemA`, `Item_A`).
    """
    homes: dict[QName, str] = {}
    free = _Numbered()
    for definition in api.types.values():
        home = _home(definition)
        if home not in homes:
            homes[home] = free.free(module_name(names.types[definition.id]))
        names.modules[definition.id] = homes[home]


def _home(definition: TypeDef) -> QName:
    """The global component that contains a type: its id's first step."""
    if isinstance(definition, Struct) and _is_message(definition):
        return definition.id
    local = definition.id.local
    root = local.find("/", 1)
    return QName(definition.id.namespace, local if root < 0 else local[:root])


# ------------------------------------------------------------------------------------- fields


def _name_fields(api: Api, names: Names, struct: Struct) -> None:
    if struct.id in names.structs:
        return
    fields = _FieldNames()
    base = api.types.get(struct.base) if struct.base is not None else None
    if isinstance(base, Struct):
        _name_fields(api, names, base)
        fields.taken |= names.structs[base.id].taken
        fields.wires |= {w: {*s} for w, s in names.structs[base.id].wires.items()}
    renames = names.renames
    members = fields.names(
        [wire_name(m) for m in struct.members],
        [_given(m, renames) for m in struct.members],
    )
    text = fields.free("value") if has_own_text(struct) else "value"
    attributes = fields.names(
        [a.name for a in struct.attributes],
        [renames.field(a.name) for a in struct.attributes],
        "_attribute",
    )
    wildcard = _wildcard_name(api, names, struct, fields)
    taken = frozenset(fields.taken)
    wires = {word: frozenset(spaces) for word, spaces in fields.wires.items()}
    names.structs[struct.id] = StructNames(
        members, attributes, text, wildcard, taken, wires
    )


def _wildcard_name(api: Api, names: Names, struct: Struct, fields: _FieldNames) -> str:
    """One field holds the wildcard attributes of a type and of its bases."""
    base = api.types.get(struct.base) if struct.base is not None else None
    while isinstance(base, Struct):
        if base.any_attribute is not None:
            return names.structs[base.id].any_attributes
        base = api.types.get(base.base) if base.base is not None else None
    if struct.any_attribute is None:
        return "any_attributes"
    return fields.free("any_attributes")


def has_own_text(struct: Struct) -> bool:
    """Whether a Struct brings simple content that no base has."""
    return struct.text is not None and struct.derivation is not Derivation.RESTRICTION


def wire_name(member: Member) -> QName:
    """The name of a member on the wire; where it has none there, that of its field."""
    match member:
        case ElementMember(element=element):
            return element.name
        case ContentMember(name=name) | AttachedMember(name=name):
            return QName("", name)
        case WildcardMember():
            return QName("", "any_elements")
        case OrderedMember(mixed=mixed):
            return QName("", "content" if mixed else "choices")


def _given(member: Member, renames: Renames) -> str | None:
    match member:
        case ElementMember(element=element):
            return renames.field(element.name)
        case ContentMember(name=name) | AttachedMember(name=name):
            return renames.field(QName("", name))
        case WildcardMember() | OrderedMember():
            return None


@dataclass(slots=True)
class _FieldNames:
    """The names of one class's fields as they are given, those of its bases first."""

    taken: set[str] = field(default_factory=set)
    wires: dict[str, set[str]] = field(default_factory=dict)
    """The namespaces of each local name."""

    def names(
        self, wanted: list[QName], given: list[str | None], suffix: str = ""
    ) -> tuple[str, ...]:
        """Names for these wire names, in order.

        A name that the user gives is kept as one is whose spelling is that of a field already.
        """
        pairs = [(w, new or w.local) for w, new in zip(wanted, given, strict=True)]
        plain = {word for _, word in pairs if field_name(word) == word}
        kept = {name for name in plain if not name.endswith("_")}
        kept.update(filter(None, given))
        return tuple(
            self._name(w, word, new or field_name(word), kept, suffix)
            for (w, word), new in zip(pairs, given, strict=True)
        )

    def _name(
        self, wire: QName, word: str, name: str, kept: set[str], suffix: str
    ) -> str:
        """A name for what the wire calls so and is spelt `word`; at best it is `name`.

        `kept` are for those that are spelt like that.
        """
        spaces = self.wires.setdefault(
            f"@{wire.local}" if suffix else wire.local, set()
        )
        elsewhere = bool(spaces - {wire.namespace})
        spaces.add(wire.namespace)
        if name not in self.taken and (name not in kept or name == word):
            return self.free(name)
        if elsewhere and wire.namespace:
            name = field_name(f"{namespace_prefix(wire.namespace)}_{name}")
        elif suffix:
            name = f"{name.rstrip('_')}{suffix}"
        else:
            name = exact_name(word)
        return self.free(name, kept, word)

    def free(self, name: str, kept: Set[str] = frozenset(), word: str = "") -> str:
        """The name, or that with a number, which from here on is taken.

        Those `kept` are for others, but for `word`.
        """
        free, number = name, 2
        while free in self.taken or free in kept and free != word:
            free = f"{name}_{number}"
            number += 1
        self.taken.add(free)
        return free


class _Numbered:
    """Names that are given once: those that are taken get a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def free(self, name: str) -> str:
        """The name, or that with the first free number, which from here on is taken."""
        free, number = name, self._next.get(name, 2)
        while free in self._taken:
            free = f"{name}_{number}"
            number += 1
        self._next[name] = number
        self._taken.add(free)
        return free


def _member_names(enumeration: Enumeration) -> tuple[str, ...]:
    names = _Numbered()
    return tuple(names.free(constant_name(value.text)) for value in enumeration.values)
