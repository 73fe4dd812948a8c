"""The names of a package: none twice, and those that users have written down stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from apis import (
    AT,
    ONCE,
    STRING,
    WILDCARD,
    Place,
    api_of,
    attribute,
    element_member,
    field_words,
    places,
    structs,
    types,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from randomness import examples

from soapwright.model.api import (
    AnyAttribute,
    Derivation,
    Element,
    ElementMember,
    Enumeration,
    EnumerationValue,
    Member,
    OrderedMember,
    Process,
    QName,
    Struct,
    TypeDef,
    WildcardMember,
)
from soapwright.python.names.identifiers import field_name
from soapwright.python.names.names import Names, make_names, namespace_prefix
from soapwright.python.types.classes import Types
from soapwright.python.types.simple import SimpleTypes


def fields_of(definitions: list[TypeDef], names: Names, struct: Struct) -> list[str]:
    """The names of all fields of a class, inherited ones too."""
    api = api_of(definitions)
    tables = Types(api, names, SimpleTypes(api, names))
    return [field.name for field in tables.fields(struct)]


def rank(definition: TypeDef) -> int:
    """Operations' messages, named types, anonymous types: who comes first to a name."""
    if definition.id.local.startswith("P/"):
        return 0
    return 1 if definition.named else 2


# ---------------------------------------------------------------------------- what always holds


@given(types())
def test_no_two_types_have_one_name(definitions: list[TypeDef]) -> None:
    names = make_names(api_of(definitions))
    assert names.types.keys() == {t.id for t in definitions}
    found = [name.lower() for name in names.types.values()]
    assert len(set(found)) == len(found)
    assert all(n.isidentifier() and n.isascii() for n in names.types.values())


@given(types())
def test_no_two_homes_have_one_module(definitions: list[TypeDef]) -> None:
    modules = make_names(api_of(definitions)).modules
    homes: dict[str, set[tuple[str, str]]] = {}
    for definition in definitions:
        # a message is a home; any other type is at home with its global component
        local = definition.id.local
        root = local if rank(definition) == 0 else local[: local.find("/", 1)]
        if "/" not in local[1:]:
            root = local
        home = (definition.id.namespace, root)
        homes.setdefault(modules[definition.id], set()).add(home)
    assert all(len(found) == 1 for found in homes.values())
    lower = {module.lower() for module in homes}
    assert len(lower) == len(homes)


@examples(200)
@given(types())
def test_no_two_fields_of_a_class_have_one_name(definitions: list[TypeDef]) -> None:
    names = make_names(api_of(definitions))
    for definition in definitions:
        if isinstance(definition, Struct):
            found = fields_of(definitions, names, definition)
            assert len(set(found)) == len(found), definition.id
            assert all(n.isidentifier() and n.isascii() for n in found)


@given(types())
def test_no_two_values_of_an_enumeration_have_one_name(
    definitions: list[TypeDef],
) -> None:
    names = make_names(api_of(definitions))
    for definition in definitions:
        if isinstance(definition, Enumeration):
            found = names.enumerations[definition.id]
            assert len(set(found)) == len(found) == len(definition.values)
            assert all(n.isidentifier() and n.isascii() for n in found)


@given(types(), types())
def test_a_type_that_joins_renames_none_that_comes_before_it(
    definitions: list[TypeDef], more: list[TypeDef]
) -> None:
    known = {t.id for t in definitions}
    joining = [t for t in more if t.id not in known and not isinstance(t, Struct)]
    joining += [
        replace(t, base=None, derivation=None)
        for t in more
        if t.id not in known and isinstance(t, Struct)
    ]
    before = make_names(api_of(definitions))
    after = make_names(api_of([*definitions, *joining]))
    first = min(map(rank, joining), default=3)
    for definition in definitions:
        if rank(definition) <= first:
            assert after.types[definition.id] == before.types[definition.id]
    for definition in definitions:
        if isinstance(definition, Struct):
            assert after.structs[definition.id] == before.structs[definition.id]


@given(types(), types())
def test_modules_move_only_with_their_types_names(
    definitions: list[TypeDef], more: list[TypeDef]
) -> None:
    known = {t.id for t in definitions}
    joining = [t for t in more if t.id not in known and t.named]
    before = make_names(api_of(definitions))
    after = make_names(api_of([*definitions, *joining]))
    if all(after.types[t.id] == before.types[t.id] for t in definitions):
        assert all(after.modules[t.id] == before.modules[t.id] for t in definitions)


@given(st.lists(field_words, max_size=6), field_words)
def test_a_field_that_joins_renames_none(found: list[str], joining: str) -> None:
    # but for a name that is snake_case in the schema already: it keeps that (docs/names.md)
    assume(field_name(joining) != joining or joining in found)
    before = names_of_fields(*map(element_member, found))
    after = names_of_fields(*map(element_member, [*found, joining]))
    assert after[:-1] == before


@given(st.lists(st.sampled_from(["a", "b-c", "", "1", "A"]), unique=True, min_size=1))
def test_a_value_that_joins_renames_none(texts: list[str]) -> None:
    def named(*given: str) -> tuple[str, ...]:
        values = tuple(map(EnumerationValue, given))
        kind = Enumeration(QName("", "E"), ("E",), True, AT, STRING, values)
        return make_names(api_of([kind])).enumerations[kind.id]

    assert named(*texts)[:-1] == (named(*texts[:-1]) if texts[1:] else ())


@given(types())
def test_the_same_service_has_the_same_names(definitions: list[TypeDef]) -> None:
    assert make_names(api_of(definitions)) == make_names(api_of(definitions))


# --------------------------------------------------------------------------------------- types


def struct(
    local: str, namespace: str = "urn:a", *words: str, named: bool | None = None
) -> Struct:
    said = words or (local.strip("/").replace("/", " "),)
    is_named = "/" not in local if named is None else named
    return Struct(QName(namespace, local), said, is_named, AT)


def type_names(*definitions: TypeDef) -> list[str]:
    return [make_names(api_of(definitions)).types[t.id] for t in definitions]


ORDERS, STOCK = "http://example.com/orders/v2/", "http://example.com/stock"


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        ([struct("Item"), struct("Item", STOCK)], ["Item", "StockItem"]),
        ([struct("Item", STOCK), struct("Item", ORDERS)], ["Item", "OrdersItem"]),
        # case is no difference: file systems may not see it
        ([struct("Item", STOCK), struct("ITEM", STOCK)], ["Item", "StockITEM"]),
        ([struct("Item"), struct("/Item")], ["Item", "ItemElement"]),
        ([struct("/Item"), struct("Item")], ["ItemElement", "Item"]),
        ([struct("/item", STOCK), struct("/item", ORDERS)], ["Item", "ItemElement"]),
        (
            [struct("Item"), struct("/Item"), struct("/item", STOCK)],
            ["Item", "ItemElement", "StockItem"],
        ),
        (
            [struct("i", STOCK), struct("I", STOCK), struct("\xee", STOCK)],
            ["I", "StockI", "StockIType"],
        ),
        (
            [struct(n, STOCK) for n in ("i", "I", "\xee", "\xec", "\xed")],
            ["I", "StockI", "StockIType", "I2", "I3"],
        ),
        # an operation's message comes first, wherever it stands
        (
            [struct("SendRequest"), struct("P/send/Request", "urn:a", "send", "Request")],
            ["ASendRequest", "SendRequest"],
        ),
        (
            [struct("/sendRequest"), struct("P/send/Request", "urn:a", "send", "Request")],
            ["SendRequestElement", "SendRequest"],
        ),
        ([struct("/order/line", "urn:a", "order", "line")], ["OrderLine"]),
        ([struct("None"), struct("class"), struct("1")], ["None_", "Class", "N1"]),
    ],
)  # fmt: skip
def test_who_has_which_name(definitions: list[TypeDef], expected: list[str]) -> None:
    assert type_names(*definitions) == expected


@pytest.mark.parametrize(
    ("namespace", "prefix"),
    [
        ("http://example.com/orders", "orders"),
        ("http://example.com/orders/v2/", "orders"),
        ("http://example.com/orders/2004/10", "orders"),
        ("http://example.com/orders/1.0.2/types", "orders"),
        ("http://example.com/orders.xsd", "orders"),
        ("http://example.com/Service.asmx", "Service"),
        ("http://www.example.com", "www.example"),
        ("urn:vim25", "vim25"),
        ("urn:company:sales#parts", "parts"),
        ("urn:v1", "urn"),
        ("2004", "2004"),
        ("", "Other"),
    ],
)
def test_the_prefix_of_a_namespace(namespace: str, prefix: str) -> None:
    assert namespace_prefix(namespace) == prefix


def test_modules() -> None:
    definitions = [
        struct("VirtualDisk"),
        struct("VirtualDisk/line", "urn:a", "VirtualDisk", "line"),
        struct("/order", "urn:a", "order"),
        struct("/order/line", "urn:a", "order", "line"),
        struct("P/send/Request", "urn:a", "send", "Request"),
        struct("P/send/Response", "urn:a", "send", "Response"),
        struct("None"),
        struct("Virtual_Disk", STOCK),
    ]
    modules = make_names(api_of(definitions)).modules
    assert [modules[t.id] for t in definitions] == [
        "_virtual_disk",
        "_virtual_disk",
        "_order",
        "_order",
        "_send_request",
        "_send_response",
        "_none",
        "_stock_virtual_disk",
    ]


# --------------------------------------------------------------------------------------- fields


def one(*members: Member, **rest: object) -> Struct:
    return Struct(QName("", "T"), ("T",), True, AT, members=members, **rest)  # type: ignore[arg-type]  # the fields of Struct


def names_of_fields(*members: Member, **rest: object) -> tuple[str, ...]:
    struct = one(*members, **rest)
    return make_names(api_of([struct])).structs[struct.id].members


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["userId", "userID", "user_id"], ["userId", "userID", "user_id"]),
        (["userId", "userID"], ["user_id", "userID"]),
        (["userId", "userId"], ["user_id", "userId"]),
        (["user_id", "user_id"], ["user_id", "user_id_2"]),
        (["from", "from_"], ["from_", "from__2"]),
        (["x", "X", "x"], ["x", "X", "x_2"]),
        (["any_elements", "choices"], ["any_elements", "choices"]),
    ],
)
def test_fields_of_alike_names(words: list[str], expected: list[str]) -> None:
    assert list(names_of_fields(*map(element_member, words))) == expected


def test_what_has_no_name_on_the_wire() -> None:
    wildcard = WildcardMember(WILDCARD, True, True)
    ordered = OrderedMember((), False, True)
    mixed = OrderedMember((), True, True)
    assert names_of_fields(wildcard, ordered, mixed) == (
        "any_elements",
        "choices",
        "content",
    )
    assert names_of_fields(wildcard, wildcard, ordered, ordered) == (
        "any_elements",
        "any_elements_2",
        "choices",
        "choices_2",
    )
    assert names_of_fields(element_member("choices"), ordered) == (
        "choices",
        "choices_2",
    )


def test_an_attribute_beside_an_element_of_its_name() -> None:
    struct = one(element_member("id"), attributes=(attribute("id"), attribute("type")))
    found = make_names(api_of([struct])).structs[struct.id]
    assert (found.members, found.attributes) == (("id",), ("id_attribute", "type"))


def test_attributes_of_one_name_in_two_namespaces() -> None:
    both = (attribute("lang"), attribute("lang", "urn:x"))
    found = make_names(api_of([one(attributes=both)]))
    assert found.structs[QName("", "T")].attributes == ("lang", "x_lang")


def test_xml_lang_beside_an_attribute_of_its_name() -> None:
    xml = "http://www.w3.org/XML/1998/namespace"
    both = (attribute("lang"), attribute("lang", xml))
    found = make_names(api_of([one(attributes=both)]))
    assert found.structs[QName("", "T")].attributes == ("lang", "xml_lang")


def qualified(*names: QName) -> tuple[ElementMember, ...]:
    return tuple(
        ElementMember(Element(name, STRING, ONCE, AT), False, False) for name in names
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([QName(ORDERS, "item"), QName(STOCK, "item")], ["item", "stock_item"]),
        ([QName(ORDERS, "itemId"), QName(STOCK, "itemId")], ["item_id", "stock_item_id"]),
        ([QName(ORDERS, "item"), QName("", "item")], ["item", "item_2"]),
        ([QName(ORDERS, "from"), QName(STOCK, "from")], ["from_", "stock_from"]),
        # the one that is spelt so has the name that would be made for another
        (
            [QName("", "a-b"), QName("", "aB"), QName("", "a.b"), QName("", "a_b_2")],
            ["a_b", "aB", "a_b_3", "a_b_2"],
        ),
    ],
)  # fmt: skip
def test_elements_of_one_name(names: list[QName], expected: list[str]) -> None:
    assert list(names_of_fields(*qualified(*names))) == expected


def test_a_bases_field_of_the_same_name_in_another_namespace() -> None:
    base = one(*qualified(QName(ORDERS, "item")))
    derived = replace(
        one(*qualified(QName(STOCK, "item"))),
        id=QName("", "D"),
        base=base.id,
        derivation=Derivation.EXTENSION,
    )
    found = make_names(api_of([base, derived])).structs
    assert found[derived.id].members == ("stock_item",)


@examples(300)
@given(types(), places(), st.data())
def test_a_type_that_joins_anywhere_renames_only_whose_name_is_taken(
    definitions: list[TypeDef], place: Place, data: st.DataObject
) -> None:
    assume(place.id not in {t.id for t in definitions})
    joining = data.draw(structs(place, []))
    at = data.draw(st.integers(0, len(definitions)))
    before = make_names(api_of(definitions))
    after = make_names(api_of([*definitions[:at], joining, *definitions[at:]]))
    renamed = [t for t in definitions if before.types[t.id] != after.types[t.id]]
    taken = {after.types[t.id].lower() for t in (*renamed, joining)}
    assert {before.types[t.id].lower() for t in renamed} <= taken
    for definition in definitions:
        if isinstance(definition, Struct):
            assert after.structs[definition.id] == before.structs[definition.id]


def test_a_long_name_is_a_files_name_all_the_same() -> None:
    long = "LongName" * 50
    definitions = [struct(long), struct(f"{long}Too"), struct("LongName" * 3)]
    modules = make_names(api_of(definitions)).modules
    found = [modules[t.id] for t in definitions]
    assert len(set(found)) == 3 and max(map(len, found)) <= 100
    assert found[0].startswith("_long_name_long_name") and found[0].isidentifier()
    assert found[2] == "_long_name_long_name_long_name"


def test_text_beside_an_attribute_called_value() -> None:
    struct = one(text=STRING, attributes=(attribute("value"),))
    found = make_names(api_of([struct])).structs[struct.id]
    assert (found.text, found.attributes) == ("value", ("value_attribute",))


def test_a_derived_class_keeps_clear_of_its_bases_fields() -> None:
    base = one(
        element_member("id"), any_attribute=AnyAttribute(("##any",), Process.LAX)
    )
    derived = Struct(
        QName("", "D"),
        ("D",),
        True,
        AT,
        members=(element_member("id"), element_member("own")),
        attributes=(attribute("id"),),
        base=base.id,
        derivation=Derivation.EXTENSION,
    )
    for definitions in ([base, derived], [derived, base]):
        names = make_names(api_of(definitions))
        assert fields_of(definitions, names, derived) == [
            "id_attribute",
            "any_attributes",
            "id",
            "id_2",
            "own",
        ]


def test_values_of_an_enumeration() -> None:
    texts = ("dark-red", "dark_red", "DARK RED", "2", "", " ", "***", "+")
    values = tuple(map(EnumerationValue, texts))
    kind = Enumeration(QName("", "E"), ("E",), True, AT, STRING, values)
    assert make_names(api_of([kind])).enumerations[kind.id] == (
        "DARK_RED",
        "DARK_RED_2",
        "DARK_RED_3",
        "VALUE_2",
        "EMPTY",
        "EMPTY_2",
        "UNNAMED",
        "UNNAMED_2",
    )
