"""One type for all elements of one name in a content model, as names distinguish fields.

XML Schema forbids that they differ (part 1, section 3.8.6, Element Declarations Consistent), and
still services are published whose branches declare `amount` with two types, or repeat an anonymous
type word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace

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
    shapes = _Shapes(types)
    for definition in api.types.values():
        if not isinstance(definition, Struct):
            continue
        united = {
            name: _united(definition, name, elements, types, shapes)
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
    shapes: _Shapes,
) -> TypeRef:
    found: dict[Hashable, TypeRef] = {}
    for element in elements:
        found.setdefault(shapes.of(element.type), element.type)
    kinds = list(found.values())
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


@dataclass(slots=True)
class _Shapes:
    """Parts of the model as values that are equal where the parts are alike: anonymous types by their content.

    Each content has a number. Groups share what they hold, so that its text might be of any length.
    """

    types: Mapping[QName, TypeDef]
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _known: dict[QName, Hashable] = field(default_factory=dict)

    def of(self, part: Hashable) -> Hashable:
        """The shape of a part."""
        if isinstance(part, NamedRef):
            return self._of_type(part)
        if isinstance(part, QName) or not (
            isinstance(part, tuple) or is_dataclass(part)
        ):
            return part
        if isinstance(part, tuple):
            return tuple(map(self.of, part))
        own = [one.name for one in fields(part) if one.name not in _PLACES]
        return type(part), tuple(self.of(getattr(part, name)) for name in own)

    def _of_type(self, reference: NamedRef) -> Hashable:
        if reference.id not in self._known:
            definition = self.types[reference.id]
            # of a type in itself, which a group may be, and of one with a name
            self._known[reference.id] = reference
            if not definition.named:
                shape = self.of(definition)
                number = self._numbers.setdefault(shape, len(self._numbers))
                self._known[reference.id] = number
        return self._known[reference.id]
