"""What an operation takes and gives as one type a direction."""

from __future__ import annotations

from collections.abc import Iterable

from factories import (
    ANY_TYPE,
    AT,
    INT,
    STRING,
    api,
    declared,
    element,
    element_part,
    message,
    operation,
    part,
    port,
    q,
    ref,
    run,
    struct,
)

from soapwright.model.api import (
    Api,
    ContentMember,
    ElementMember,
    Facets,
    GlobalElement,
    HeaderPart,
    Member,
    Message,
    NamedRef,
    Occurs,
    Port,
    QName,
    Restricted,
    Struct,
    TypeDef,
    Use,
)
from soapwright.passes.make_messages import make_messages

ORDER = struct("Order", "a, b")
ORDER_TYPES = (ORDER, struct("/order", "a"))
ELEMENTS = (
    declared("order", ref("Order")),
    declared("inline", ref("/order")),
    declared("count", INT, nillable=True, default="1", doc="How many."),
    declared("code", ref("Code")),
)
CODE = Restricted(q("Code"), ("Code",), True, AT, STRING, Facets())


def service(*ports: Port, types: Iterable[TypeDef] = (*ORDER_TYPES, CODE)) -> Api:
    made, findings = run(make_messages, api(*types, elements=ELEMENTS, ports=ports))
    assert findings == []
    return made


def request_of(made: Api, index: int = 0) -> Struct:
    """The type of the first operation's request, at the port of an index."""
    sent = made.ports[index].operations[0].input
    assert sent is not None and sent.struct is not None
    found = made.types[sent.struct]
    assert isinstance(found, Struct)
    return found


def headers_of(made: Api, index: int = 0) -> Struct:
    sent = made.ports[index].operations[0].input
    assert sent is not None and sent.headers_struct is not None
    found = made.types[sent.headers_struct]
    assert isinstance(found, Struct)
    return found


def requested(sent: Message) -> Struct:
    return request_of(service(port(operation("place", sent))))


def field(name: str, type_: object, **rest: object) -> Member:
    """A required field for an element."""
    return ElementMember(element(name, type_, **rest), False, False)  # type: ignore[arg-type]  # a TypeRef


# ------------------------------------------------------------------------------------- bodies


def test_an_element_of_complex_type_is_the_message() -> None:
    assert requested(message(element_part("order"))) is ORDER


def test_so_is_an_anonymous_type() -> None:
    assert requested(message(element_part("inline"))).id == q("/order")


def test_an_element_of_simple_type_is_a_field() -> None:
    for name, type_ in (("count", INT), ("code", ref("Code"))):
        found = requested(message(element_part(name)))
        (member,) = found.members
        assert isinstance(member, ElementMember)
        assert (member.element.name, member.element.type) == (q(name), type_)


def test_a_field_has_all_that_its_declaration_says() -> None:
    (member,) = requested(message(element_part("count"))).members
    expected = element(
        "count", INT, nillable=True, default="1", reference=True, doc="How many."
    )
    assert member == ElementMember(expected, repeated=False, optional=False)


def test_several_elements_are_fields() -> None:
    found = requested(message(element_part("order"), element_part("count")))
    assert [m.element.name for m in found.members if isinstance(m, ElementMember)] == [
        q("order"),
        q("count"),
    ]


def test_a_call_has_a_field_for_each_part_without_a_namespace() -> None:
    parts = (part("to", STRING), part("order", ref("Order")))
    fields = (field(":to", STRING), field(":order", ref("Order")))
    for use in Use:
        assert requested(message(*parts, use=use, wrapper="place")).members == fields
    # a call of a single complex element wraps it all the same
    wrapped = requested(message(element_part("order"), wrapper="place"))
    assert wrapped.members == (field("order", ref("Order"), reference=True),)


def test_a_document_of_a_type_is_the_types_content_in_the_body() -> None:
    for type_ in (ref("Order"), STRING, ANY_TYPE):
        (member,) = requested(message(part("body", type_))).members
        assert member == ContentMember("body", type_, AT)


def test_an_encoded_document_of_a_type_is_an_element_of_the_parts_name() -> None:
    found = requested(message(part("body", STRING), use=Use.ENCODED))
    assert found.members == (field(":body", STRING),)


def test_an_empty_message_is_an_empty_type() -> None:
    for wrapper in ("", "ping"):
        assert requested(message(wrapper=wrapper)).members == ()


def test_what_is_made_says_what_it_is() -> None:
    sent = message(part("to", STRING), wrapper="place", doc="Places one.")
    found = requested(sent)
    assert found.id == QName("urn:t", "Orders/place/Request")
    assert (found.words, found.named, found.at) == (("place", "Request"), False, AT)
    assert (found.doc, found.content, found.rules) == ("Places one.", None, ())


def test_each_direction_has_its_type() -> None:
    call = operation(
        "place", message(wrapper="place"), message(wrapper="placeResponse")
    )
    made = service(port(call))
    (one,) = made.ports[0].operations
    assert one.output is not None
    assert one.output.struct == q("Orders/place/Response")
    assert request_of(made).id == q("Orders/place/Request")


def test_a_direction_that_is_not_there_has_none() -> None:
    made = service(port(operation("notify", message()), operation("ask", None, message())))  # fmt: skip
    notify, ask = made.ports[0].operations
    assert notify.output is None and ask.input is None
    assert [name.local for name in made.types if name.local.startswith("Orders/")] == [
        "Orders/notify/Request",
        "Orders/ask/Response",
    ]


def test_overloads_are_told_apart_by_their_keys() -> None:
    made = service(
        port(
            operation("find", message(part("x", INT), wrapper="find")),
            operation("find", message(part("y", INT), wrapper="find"), key="find_2"),
        )
    )
    assert [o.input.struct for o in made.ports[0].operations if o.input] == [
        q("Orders/find/Request"),
        q("Orders/find_2/Request"),
    ]


# ------------------------------------------------------------------------------------ headers


def header(part_: object, namespace: str = "") -> HeaderPart:
    return HeaderPart(part_, Use.LITERAL, namespace, AT)  # type: ignore[arg-type]  # a Part


def test_headers_are_a_type_of_optional_fields() -> None:
    blocks = (header(element_part("count")), header(part("token", STRING), "urn:o"))
    found = headers_of(service(port(operation("place", message(headers=blocks)))))
    assert found.id == q("Orders/place/RequestHeaders")
    assert found.words == ("place", "RequestHeaders")
    shown = [
        (m.element.name, m.element.type, m.element.occurs, m.optional, m.repeated)
        for m in found.members
        if isinstance(m, ElementMember)
    ]
    once = Occurs(0, 1)
    assert shown == [
        (q("count"), INT, once, True, False),
        (q("o:token"), STRING, once, True, False),
    ]


def test_each_header_of_one_element_is_a_field() -> None:
    blocks = (header(element_part("count")), header(element_part("count")))
    found = headers_of(service(port(operation("place", message(headers=blocks)))))
    assert len(found.members) == 2


def test_without_headers_there_is_no_type_of_them() -> None:
    sent = service(port(operation("place", message()))).ports[0].operations[0].input
    assert sent is not None and sent.headers_struct is None


# ------------------------------------------------------------------------------------- sharing


def calls(*parts: str) -> Message:
    return message(*(part(name, STRING) for name in parts), wrapper="place")


def test_ports_that_put_an_operation_on_the_wire_alike_share_its_type() -> None:
    made = service(
        port(operation("place", calls("x")), name="Soap11"),
        port(operation("place", calls("x")), name="Soap12"),
    )
    assert request_of(made, 0) is request_of(made, 1)


def test_ports_that_do_not_have_their_own() -> None:
    made = service(
        port(operation("place", calls("x")), name="One"),
        port(operation("place", calls("x", "y")), name="Two"),
        port(operation("place", calls("y")), name="Three"),
        port(operation("place", calls("x")), name="Four"),
    )
    found = [request_of(made, index) for index in range(4)]
    assert [one.id.local for one in found] == [
        "Orders/place/Request",
        "Orders/place/Request/Two",
        "Orders/place/Request/Three",
        "Orders/place/Request",
    ]
    assert found[1].words == ("place", "Request", "Two")


def test_ports_of_one_name_in_several_services_have_their_own_too() -> None:
    made = service(
        port(operation("place", calls("x"))),
        port(operation("place", calls("y")), key="A.Port"),
        port(operation("place", calls("z")), key="B.Port"),
    )
    assert len({request_of(made, index).id for index in range(3)}) == 3


def test_portTypes_share_nothing() -> None:
    made = service(
        port(operation("place", calls("x"))),
        port(operation("place", calls("x")), name="Other", port_type="Returns"),
    )
    assert request_of(made, 1).id == q("Returns/place/Request")


# ------------------------------------------------------------------------------------ the rest


def test_the_schemas_types_stay_first_and_as_they_were() -> None:
    made = service(port(operation("place", calls("x"))))
    assert list(made.types)[:3] == [q("Order"), q("/order"), q("Code")]
    assert made.types[q("Order")] is ORDER


def test_an_element_of_a_type_that_nobody_knows_is_a_field() -> None:
    lost = GlobalElement(q("lost"), NamedRef(q("Lost")), AT)
    given = api(
        elements=[lost], ports=[port(operation("place", message(element_part("lost"))))]
    )
    made, _ = run(make_messages, given)
    (member,) = request_of(made).members
    assert isinstance(member, ElementMember) and member.element.type == ref("Lost")
