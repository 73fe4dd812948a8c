"""One type for all elements of one name in a content model, as names distinguish fields.

XML Schema forbids that they differ (part 1, section 3.8.6, Element Declarations Consistent), and
still services are published whose branches declare `amount` with two types, or repeat an anonymous
type word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    Element,
    NamedRef,
    QName,
    SoapArray,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
)
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import elements_of
from soapwright.passes.rewrite import map_elements

_ANY_TYPE = BuiltinRef(Builtin.ANY_TYPE)
# Fields in which two equal anonymous types may differ.
_PLACES = frozenset({"id", "words", "at", "doc"})


def unite_types(api: Api, findings: Findings) -> Api:
    """Give elements of one name in a content model the first one's type, where the others are like it.

    Simple types that differ become their union, any others anyType: nothing that an element
    holds may be lost for the sake of another of its name.
    """
    types: dict[QName, TypeDef] = dict(api.types)
    for definition in api.types.values():
        if not isinstance(definition, Struct):
            continue
        united = {
            name: _united(definition, name, elements, types)
            for name, elements in _by_name(definition).items()
            if len({element.type for element in elements}) > 1
        }
        if united:
            types[definition.id] = replace(
                definition, content=map_elements(definition.content, _retyped(united))
            )
    return replace(api, types=types)


def _by_name(struct: Struct) -> Mapping[QName, list[Element]]:
    found: dict[QName, list[Element]] = {}
    for element in elements_of(struct.content):
        found.setdefault(element.name, []).append(element)
    return found


def _retyped(united: Mapping[QName, TypeRef]) -> Callable[[Element], Element]:
    """A function that gives an element the type of its name."""
    return lambda element: replace(element, type=united.get(element.name, element.type))


def _united(
    struct: Struct,
    name: QName,
    elements: Iterable[Element],
    types: dict[QName, TypeDef],
) -> TypeRef:
    kinds: list[TypeRef] = []
    for element in elements:
        if not any(_alike(kind, element.type, types) for kind in kinds):
            kinds.append(element.type)
    if len(kinds) == 1:
        return kinds[0]
    if not all(_is_simple(kind, types) for kind in kinds):
        return _ANY_TYPE
    identity = QName(struct.id.namespace, f"{struct.id.local}/|{name}")
    words = (*struct.words, name.local)
    types[identity] = UnionOf(identity, words, False, struct.at, tuple(kinds))
    return NamedRef(identity)


def _is_simple(reference: TypeRef, types: Mapping[QName, TypeDef]) -> bool:
    if isinstance(reference, BuiltinRef):
        return reference != _ANY_TYPE
    return not isinstance(types[reference.id], (Struct, SoapArray))


def _alike(one: object, two: object, types: Mapping[QName, TypeDef]) -> bool:
    """Whether two parts of the model are equal; anonymous types are compared by their content."""
    if one == two:
        return True
    if type(one) is not type(two):
        return False
    if isinstance(one, NamedRef) and isinstance(two, NamedRef):
        left, right = types[one.id], types[two.id]
        return not (left.named or right.named) and _alike(left, right, types)
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and all(
            _alike(left, right, types) for left, right in zip(one, two, strict=True)
        )
    if not is_dataclass(one) or isinstance(one, QName):
        return False
    return all(
        _alike(getattr(one, field.name), getattr(two, field.name), types)
        for field in fields(one)
        if field.name not in _PLACES
    )
