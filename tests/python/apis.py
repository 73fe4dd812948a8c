"""Services of any shape, to name: the pools of words are small, so that names clash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

from soapwright.model.api import (
    AnyAttribute,
    Api,
    Attribute,
    Builtin,
    BuiltinRef,
    ContentMember,
    Derivation,
    Element,
    ElementMember,
    Enumeration,
    EnumerationValue,
    Member,
    Occurs,
    OrderedMember,
    Process,
    QName,
    Struct,
    TypeDef,
    Wildcard,
    WildcardMember,
)
from soapwright.model.diagnostics import Location

AT = Location("service.wsdl", 1)
STRING = BuiltinRef(Builtin.STRING)
ONCE = Occurs()
WILDCARD = Wildcard(("##any",), Process.LAX, ONCE, AT)

NAMESPACES = [
    "urn:a",
    "urn:b",
    "http://example.com/orders/v2/",
    "http://example.com/2004/10",
    "",
]
TYPE_WORDS = [
    "Item",
    "item",
    "ITEM",
    "Order",
    "ItemElement",
    "AItem",
    "Order2",
    "from",
    "\xe9",
    "",
]
FIELD_WORDS = ["userId", "user_id", "userID", "UserId", "from", "value", "choices", "content",
    "anyElements", "any_elements", "any_attributes", "x", "X", "x_attribute", "x_2", "self", ""]  # fmt: skip
VALUE_WORDS = [
    "red",
    "RED",
    "Red",
    "red_2",
    "1",
    "VALUE_1",
    "",
    " ",
    "***",
    "a-b",
    "a_b",
]

words = st.sampled_from(TYPE_WORDS)
namespaces = st.sampled_from(NAMESPACES)
field_words = st.sampled_from(FIELD_WORDS)


def element_member(word: str) -> ElementMember:
    return ElementMember(Element(QName("", word), STRING, ONCE, AT), False, False)


def attribute(word: str, namespace: str = "") -> Attribute:
    return Attribute(QName(namespace, word), STRING, False, AT)


members: st.SearchStrategy[Member] = st.one_of(
    field_words.map(element_member),
    field_words.map(lambda word: ContentMember(word, STRING, AT)),
    st.just(WildcardMember(WILDCARD, True, True)),
    st.booleans().map(lambda mixed: OrderedMember((), mixed, True)),
)
attributes = st.lists(field_words, max_size=4, unique=True).map(
    lambda found: tuple(map(attribute, found))
)
any_attributes = st.sampled_from([None, AnyAttribute(("##any",), Process.LAX)])


@dataclass(frozen=True)
class Place:
    """Where a type stands: its id, the words for a name, and whether it has one itself."""

    id: QName
    words: tuple[str, ...]
    named: bool


@st.composite
def places(draw: st.DrawFn) -> Place:
    """A named type, an element's anonymous one, one inside those, or a message's."""
    namespace, word, inner = draw(namespaces), draw(words), draw(words)
    kind = draw(st.sampled_from(["named", "element", "inside", "message"]))
    match kind:
        case "named":
            return Place(QName(namespace, word), (word,), True)
        case "element":
            return Place(QName(namespace, f"/{word}"), (word,), False)
        case "inside":
            root = draw(st.sampled_from(["", "/"])) + word
            return Place(QName(namespace, f"{root}/{inner}"), (word, inner), False)
        case _:
            role = draw(st.sampled_from(["Request", "Response", "RequestHeaders"]))
            return Place(QName(namespace, f"P/{word}/{role}"), (word, role), False)


@st.composite
def structs(draw: st.DrawFn, place: Place, bases: list[QName]) -> Struct:
    base = draw(st.sampled_from([None, *bases]))
    derivation = draw(st.sampled_from(Derivation)) if base else None
    restricted = derivation is Derivation.RESTRICTION
    return Struct(
        place.id,
        place.words,
        place.named,
        AT,
        attributes=draw(attributes),
        any_attribute=draw(any_attributes),
        text=draw(st.sampled_from([None, None, STRING])),
        base=base,
        derivation=derivation,
        members=() if restricted else tuple(draw(st.lists(members, max_size=5))),
    )


@st.composite
def enumerations(draw: st.DrawFn, place: Place) -> Enumeration:
    texts = draw(st.lists(st.sampled_from(VALUE_WORDS), min_size=1, unique=True))
    values = tuple(map(EnumerationValue, texts))
    return Enumeration(place.id, place.words, place.named, AT, STRING, values)


@st.composite
def types(draw: st.DrawFn) -> list[TypeDef]:
    """Some types of different ids; a Struct may derive from one before it."""
    found: list[TypeDef] = []
    for place in draw(st.lists(places(), max_size=8, unique_by=lambda p: p.id)):
        bases = [t.id for t in found if isinstance(t, Struct)]
        if place.named and draw(st.booleans()):
            found.append(draw(enumerations(place)))
        else:
            found.append(draw(structs(place, bases)))
    return found


def api_of(definitions: Iterable[TypeDef]) -> Api:
    return Api("service.wsdl", (), {t.id: t for t in definitions}, {}, {}, ())
