"""A service described for the console's forms: operations, and the types of their requests as JSON.

A type is described once, by its id; forms follow from types by these, so that recursive ones end where
nobody opens them further.
"""

from __future__ import annotations

from typing import Any, Final, assert_never

from soapwright.envelopes.given import NIL, TYPE
from soapwright.envelopes.lines import attributes_of, base_line, content_line
from soapwright.model.api import (
    All,
    Api,
    Attribute,
    Builtin,
    BuiltinRef,
    Choice,
    Element,
    ElementPart,
    Enumeration,
    ListOf,
    Message,
    NamedRef,
    Particle,
    QName,
    Restricted,
    Sequence,
    SoapArray,
    Struct,
    TypeRef,
    UnionOf,
    Wildcard,
)
from soapwright.model.walk import holds_names
from soapwright.tools.calls.service import Bound, Service

# Any: JSON
Json = dict[str, Any]
_NUMBERS: Final = frozenset(
    "decimal float double integer nonPositiveInteger negativeInteger long int short byte"
    " nonNegativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"
    " positiveInteger".split()
)
_INPUTS: Final = {
    Builtin.BOOLEAN: "boolean",
    Builtin.DATE: "date",
    Builtin.DATE_TIME: "dateTime",
    Builtin.TIME: "time",
    Builtin.BASE64_BINARY: "bytes",
    Builtin.HEX_BINARY: "bytes",
    Builtin.SWA_REF: "bytes",
    Builtin.ANY_TYPE: "any",
}
_MOST_TYPES: Final = 400
"""Types that one form is described with; what lies deeper is described when it is asked for."""


def service_as_json(service: Service) -> Json:
    """The ports with their operations."""
    ports: dict[str, Json] = {}
    for one in service.bound:
        if one.port.is_http or one.port.is_consumer or one.operation.input is None:
            continue
        port = ports.setdefault(
            one.port.key,
            {
                "key": one.port.key,
                "soap": one.port.soap.value,
                "address": one.port.address or "",
                "operations": [],
            },
        )
        port["operations"].append(
            {
                "key": one.operation.key,
                "name": one.name,
                "doc": one.operation.doc.strip(),
                "oneWay": one.operation.output is None,
                "faults": [fault.name for fault in one.operation.faults],
            }
        )
    return {"name": service.name, "ports": list(ports.values())}


def operation_as_json(service: Service, bound: Bound) -> Json:
    """The fields of an operation's request and header blocks, and the types that they need."""
    message = bound.operation.input
    assert message is not None, "others are not listed"
    forms = _Forms(service)
    body = forms.body(message)
    headers = [
        forms.part(h.name.local, _part_type(service.api, h.part))
        for h in message.headers
    ]
    return {"body": body, "headers": headers, "types": forms.types}


def type_as_json(service: Service, id_: str) -> Json:
    """A type, and those that it needs.

    Raises:
        KeyError: there is none of this id.
    """
    forms = _Forms(service)
    known = {str(name): name for name in service.api.types}
    forms.reference(NamedRef(known[id_]))
    forms.describe_waiting()
    return {"types": forms.types}


class _Forms:
    """Describes types, each once."""

    def __init__(self, service: Service) -> None:
        self._api = service.api
        self._context = service.context
        self._secrets = service.secrets
        self.types: dict[str, Json] = {}
        self._waiting: list[QName] = []

    def body(self, message: Message) -> Json:
        """The content of a request: a type's particles, or its parts."""
        made: Json
        if message.element is not None:
            made = self.reference(self._api.elements[message.element].type)
        else:
            parts = [self.part(p.name, _part_type(self._api, p)) for p in message.parts]
            made = {"kind": "parts", "content": parts}
        attached = [
            {**self.part(one.name, BuiltinRef(Builtin.BASE64_BINARY)), "doc": one.doc}
            for one in message.attached
        ]
        self.describe_waiting()
        return {**made, "attached": attached}

    def part(self, name: str, reference: TypeRef) -> Json:
        """A part of a message, in the form of an element."""
        type_ = self._named(name, reference)
        repeated = type_["kind"] == "array"
        self.describe_waiting()
        return {
            **{"p": "element", "name": name, "min": 1, "max": None if repeated else 1},
            **{
                "type": type_["item"] if repeated else type_,
                "nillable": False,
                "doc": "",
            },
        }

    def describe_waiting(self) -> None:
        """Describe the types that are referred to, as many as a form has place for."""
        while self._waiting and len(self.types) < _MOST_TYPES:
            name = self._waiting.pop()
            if str(name) in self.types:
                continue
            struct = self._api.types[name]
            assert isinstance(struct, Struct), "others are described in place"
            self.types[str(name)] = {}
            self.types[str(name)] = self._struct(struct)

    def _named(self, name: str, reference: TypeRef) -> Json:
        """The type of a field, which is not shown where its name is a secret's."""
        made = self.reference(reference)
        is_secret = made["kind"] == "simple" and self._secrets.has(name)
        return {**made, "secret": True} if is_secret else made

    def reference(self, reference: TypeRef) -> Json:
        """A type where it is used: a simple one and an array are described, a complex one is named."""
        if isinstance(reference, BuiltinRef):
            return _builtin(reference.builtin)
        definition = self._api.types[reference.id]
        match definition:
            case Struct():
                self._waiting.append(definition.id)
                return {"kind": "struct", "id": str(definition.id)}
            case Enumeration(values=values):
                texts = [{"text": one.text, "doc": one.doc} for one in values]
                return {"kind": "simple", "input": "enum", "values": texts}
            case Restricted(base=base, facets=facets):
                if facets.names:
                    texts = [{"text": str(name), "doc": ""} for name in facets.names]
                    return {"kind": "simple", "input": "enum", "values": texts}
                return {**self.reference(base), "pattern": list(facets.patterns)[:1]}
            case ListOf(item=item):
                kind = self.reference(item).get("builtin", "text")
                return {"kind": "simple", "input": "text", "builtin": f"list of {kind}"}
            case UnionOf():
                return {"kind": "simple", "input": "text", "builtin": "union"}
            case SoapArray(item=item):
                return {"kind": "array", "item": self.reference(item)}
            case _:
                assert_never(definition)

    def _struct(self, struct: Struct) -> Json:
        line, bases = content_line(self._api, struct), base_line(self._api, struct)
        text = next((s.text for s in reversed(bases) if s.text), None)
        found = [self._particle(s.content) for s in line if s.content is not None]
        derived = [
            {"id": str(one.id), "name": one.id.local} for one in self._derived(struct)
        ]
        return {
            "name": struct.id.local.rpartition("/")[2],
            "doc": struct.doc,
            "abstract": struct.abstract,
            "derived": derived,
            "content": found,
            "attributes": [
                self._attribute(one, struct) for one in attributes_of(bases)
            ],
            "text": None if text is None else self.reference(text),
            "mixed": struct.mixed,
        }

    def _derived(self, struct: Struct) -> list[Struct]:
        """All that derive from a type, without abstract ones."""
        found: list[Struct] = []
        waiting, seen = [struct.id], {struct.id}
        while waiting:
            for name in self._api.facts.subtypes.get(waiting.pop(), ()):
                kind = self._api.types[name]
                if isinstance(kind, Struct) and name not in seen:
                    seen.add(name)
                    waiting.append(name)
                    if not kind.abstract:
                        found.append(kind)
        return found

    def _attribute(self, attribute: Attribute, struct: Struct) -> Json:
        """An attribute of a type; `key` is the name that its value is given by."""
        key = f"@{attribute.name.local}"
        if key in (TYPE, NIL):  # which have a meaning of their own
            fields = self._context.types.fields(struct)
            key = next((one.name for one in fields if one.what == attribute), key)
        return {
            "name": attribute.name.local,
            "key": key,
            "required": attribute.required,
            "default": self._default(attribute),
            "type": self._named(attribute.name.local, attribute.type),
            "doc": attribute.doc,
        }

    def _default(self, one: Attribute | Element) -> str:
        """The value that a field begins with; names are in Clark's notation, which is taken for them."""
        given = one.fixed or one.default
        if given and holds_names(self._api.types, one.type):
            return " ".join(map(str, given.names()))
        return given or ""

    def _particle(self, particle: Particle) -> Json:
        match particle:
            case Element():
                return self._element(particle)
            case Wildcard(occurs=occurs):
                return {"p": "any", "min": occurs.min, "max": occurs.max}
            case Sequence(items=items, occurs=occurs) | All(items=items, occurs=occurs):
                inside = [self._particle(item) for item in items]
                return {
                    **{"p": "sequence", "min": occurs.min, "max": occurs.max},
                    "items": inside,
                }
            case Choice(branches=branches, occurs=occurs):
                inside = [self._particle(branch) for branch in branches]
                return {
                    **{"p": "choice", "min": occurs.min, "max": occurs.max},
                    "items": inside,
                }
            case _:
                assert_never(particle)

    def _element(self, element: Element) -> Json:
        type_ = self._named(element.name.local, element.type)
        occurs, most = element.occurs, element.occurs.max
        if type_["kind"] == "array":
            type_, most = type_["item"], None
        others = [
            {"name": one.name.local, "type": self.reference(one.type)}
            for one in element.substitutes
        ]
        return {
            "p": "element",
            "name": element.name.local,
            "doc": element.doc,
            "min": occurs.min,
            "max": most,
            "nillable": element.nillable,
            "default": self._default(element),
            "abstract": element.abstract,
            "type": type_,
            "substitutes": others,
        }


def _builtin(builtin: Builtin) -> Json:
    kind = _INPUTS.get(builtin, "number" if builtin.value in _NUMBERS else "text")
    return {"kind": "simple", "input": kind, "builtin": builtin.value}


def _part_type(api: Api, part: Any) -> TypeRef:  # Any: either kind of part
    reference: TypeRef = (
        api.elements[part.element].type if isinstance(part, ElementPart) else part.type
    )
    return reference
