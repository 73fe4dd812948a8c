"""Going through the model: what refers to what."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from soapwright.model.api import (
    All,
    Api,
    AttachedMember,
    Builtin,
    BuiltinRef,
    Choice,
    ContentMember,
    Element,
    ElementMember,
    ElementPart,
    Enumeration,
    HeaderPart,
    LeftOut,
    ListOf,
    Member,
    Message,
    NamedRef,
    OrderedMember,
    Part,
    Particle,
    Port,
    QName,
    Restricted,
    Sequence,
    SoapArray,
    Struct,
    TypeDef,
    TypePart,
    TypeRef,
    UnionOf,
    Use,
    Wildcard,
    WildcardMember,
)
from soapwright.model.diagnostics import Location

_BINARY = (Builtin.BASE64_BINARY, Builtin.SWA_REF)


def elements_of(particle: Particle | None) -> Iterator[Element]:
    """The element particles of a content model, in order."""
    match particle:
        case None | Wildcard():
            return
        case Element():
            yield particle
        case Sequence(items=items) | All(items=items) | Choice(branches=items):
            for item in items:
                yield from elements_of(item)
        case _:
            assert_never(particle)


def wildcards_of(particle: Particle | None) -> Iterator[Wildcard]:
    """The wildcards of a content model, in order."""
    match particle:
        case None | Element():
            return
        case Wildcard():
            yield particle
        case Sequence(items=items) | All(items=items) | Choice(branches=items):
            for item in items:
                yield from wildcards_of(item)
        case _:
            assert_never(particle)


def has_all(particle: Particle | None) -> bool:
    """Whether several elements of a content model may come in any order."""
    match particle:
        case None | Element() | Wildcard():
            return False
        case All(items=items):
            return len(items) > 1
        case Sequence(items=items) | Choice(branches=items):
            return any(map(has_all, items))
        case _:
            assert_never(particle)


def takes(wildcard: Wildcard, tag: str) -> bool:
    """Whether a wildcard takes an element of a name in Clark's notation (XML Schema part 1, section 3.10.1)."""
    namespace = tag[1:].partition("}")[0] if tag[0] == "{" else ""
    if wildcard.namespaces[0] == "##any":
        return True
    if wildcard.namespaces[0] == "##other":
        return namespace not in ("", wildcard.namespaces[1])
    return namespace in wildcard.namespaces


def may_meet(one: Wildcard, other: Wildcard) -> bool:
    """Whether two wildcards may take an element of one namespace."""
    for left, right in ((one, other), (other, one)):
        if left.namespaces[0] == "##any":
            return True
        if left.namespaces[0] == "##other":
            if right.namespaces[0] == "##other":
                return True
            return any(n and n != left.namespaces[1] for n in right.namespaces)
    return bool(set(one.namespaces) & set(other.namespaces))


def member_elements(struct: Struct) -> Iterator[Element]:
    """The elements of a laid-out Struct's own members."""
    for member in struct.members:
        match member:
            case ElementMember(element=element):
                yield element
            case OrderedMember(alternatives=alternatives):
                yield from (a for a in alternatives if isinstance(a, Element))
            case WildcardMember() | ContentMember() | AttachedMember():
                continue
            case _:
                assert_never(member)


def names_of(member: Member) -> set[QName]:
    """The names of the elements that a member holds, substitutes too."""
    match member:
        case ElementMember(element=element):
            elements = [element]
        case OrderedMember(alternatives=alternatives):
            elements = [one for one in alternatives if isinstance(one, Element)]
        case WildcardMember() | ContentMember() | AttachedMember():
            elements = []
        case _:
            assert_never(member)
    return {n for e in elements for n in (e.name, *(s.name for s in e.substitutes))}


def references_of(definition: TypeDef) -> Iterator[tuple[TypeRef, Location]]:
    """The types that a definition refers to, its base among them, each with its place."""
    match definition:
        case Struct():
            yield from _struct_references(definition)
        case Enumeration(base=base, at=at) | Restricted(base=base, at=at):
            yield base, at
        case ListOf(item=item, at=at) | SoapArray(item=item, at=at):
            yield item, at
        case UnionOf(members=members, at=at):
            yield from ((member, at) for member in members)
        case _:
            assert_never(definition)


def _struct_references(struct: Struct) -> Iterator[tuple[TypeRef, Location]]:
    if struct.base is not None:
        yield NamedRef(struct.base), struct.at
    if struct.text is not None:
        yield struct.text, struct.at
    for attribute in struct.attributes:
        yield attribute.type, attribute.at
    for member in struct.members:
        if isinstance(member, ContentMember):
            yield member.type, member.at
    laid_out = struct.members and not struct.narrowed
    elements = member_elements(struct) if laid_out else elements_of(struct.content)
    for element in elements:
        yield element.type, element.at
        yield from ((member.type, element.at) for member in element.substitutes)


def left_out_of(api: Api) -> Iterator[tuple[str, LeftOut]]:
    """All that is left out of a service, each with what it belongs to: "" of a port itself."""
    for one in api.left_out:
        yield "", one
    for port in api.ports:
        yield from ((f"port {port.key}", one) for one in port.left_out)
        for operation in port.operations:
            owner = f"operation {operation.key} of port {port.key}"
            yield from ((owner, one) for one in operation.left_out)


def messages_of(port: Port) -> Iterator[Message]:
    """The messages of a port's operations."""
    for operation in port.operations:
        yield from (m for m in (operation.input, operation.output) if m is not None)


def parts_of(api: Api) -> Iterator[Part]:
    """Every part that travels: in bodies, headers and faults."""
    for port in api.ports:
        for message in messages_of(port):
            yield from message.parts
            yield from (header.part for header in message.headers)
        for operation in port.operations:
            yield from (fault.part for fault in operation.faults)


def part_types(api: Api, parts: Iterable[Part]) -> Iterator[TypeRef]:
    """The types that parts carry; a part's element that no schema declares has none."""
    for part in parts:
        match part:
            case TypePart(type=type_):
                yield type_
            case ElementPart(element=name):
                if name in api.elements:
                    yield api.elements[name].type
            case _:
                assert_never(part)


def holds_names(types: Mapping[QName, TypeDef], reference: TypeRef) -> bool:
    """Whether all values of a simple type are QNames or lists of them, or the text of a complex type is."""
    seen: set[QName] = set()
    waiting = [reference]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BuiltinRef):
            if one.builtin not in (Builtin.QNAME, Builtin.NOTATION):
                return False
            continue
        definition = types.get(one.id)
        if one.id in seen or definition is None:
            return False
        seen.add(one.id)
        match definition:
            case Restricted(base=base):
                waiting.append(base)
            case ListOf(item=item):
                waiting.append(item)
            case UnionOf(members=members) if members:
                waiting += members
            case Struct(text=text) if text is not None:
                waiting.append(text)
            case Struct(base=base) if base is not None:
                waiting.append(NamedRef(base))
            case _:
                return False
    return True


def has_attachments(api: Api) -> bool:
    """Whether any value may travel beside the envelope: a binary one, or an attached part."""
    if any(port.mtom for port in api.ports):
        return True
    messages = (message for port in api.ports for message in messages_of(port))
    if any(message.attached for message in messages):
        return True
    used = [*part_types(api, parts_of(api))]
    used += [element.type for element in api.elements.values()]
    for definition in api.types.values():
        used += [reference for reference, _ in references_of(definition)]
    return any(isinstance(r, BuiltinRef) and r.builtin in _BINARY for r in used)


def subtypes_of(api: Api) -> dict[QName, tuple[QName, ...]]:
    """For each Struct those that derive from it directly, in document order.

    Once the passes have run, `Api.facts` has them.
    """
    table: dict[QName, list[QName]] = defaultdict(list)
    for definition in api.types.values():
        if isinstance(definition, Struct) and definition.base is not None:
            table[definition.base].append(definition.id)
    return {base: tuple(names) for base, names in table.items()}


def reach(
    api: Api,
    roots: Iterable[TypeRef],
    subtypes: Mapping[QName, tuple[QName, ...]] | None = None,
) -> set[QName]:
    """The ids of all types that the roots lead to; to subtypes too where they are given."""
    seen: set[QName] = set()
    waiting = deque(roots)
    while waiting:
        reference = waiting.popleft()
        if isinstance(reference, BuiltinRef) or reference.id in seen:
            continue
        definition = api.types.get(reference.id)
        if definition is None:
            continue
        seen.add(reference.id)
        waiting.extend(target for target, _ in references_of(definition))
        if subtypes is not None:
            waiting.extend(NamedRef(name) for name in subtypes.get(reference.id, ()))
    return seen


def headers_use(headers: tuple[HeaderPart, ...]) -> Use:
    """The use of a message's headers; of those without one of their own in their Struct."""
    encoded = headers and all(header.use is Use.ENCODED for header in headers)
    return Use.ENCODED if encoded else Use.LITERAL
