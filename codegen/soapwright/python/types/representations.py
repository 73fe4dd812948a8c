"""The `repr` of a class: which fields stay out of it, and when it must look inside them;
and the docstring of a class where the WSDL has none."""

from __future__ import annotations

from collections.abc import Iterable

from soapwright.model.api import (
    Api,
    Attribute,
    AttachedMember,
    ContentMember,
    ElementMember,
    OrderedMember,
    QName,
    Struct,
    Wildcard,
    WildcardMember,
)
from soapwright.python.types.classes import Types
from soapwright.python.types.fields import (
    AnyAttributes,
    Field,
    Text,
    alternatives_in,
    alternatives_of,
)

_MESSAGES = {
    "Request": "The request of {}",
    "Response": "The reply of {}",
    "RequestHeaders": "The header blocks of {}'s request",
    "ResponseHeaders": "The header blocks of {}'s reply",
}


class Representations:
    """The fields that the `repr` of one package's classes may show."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self._secrets = types.secrets
        self._operations = _operations_of(types.api)
        self._in_wildcards = any(n.local in types.secrets for n in types.api.elements)

    def is_hidden(self, struct: Struct, field: Field) -> bool:
        """Whether all that a field of a class holds is a secret.

        Its name counts and the one on the wire, as Python may have needed another.
        """
        names = {field.name, _wire_name(struct, field)}
        operations = self._operations.get(struct.id, [])
        return any(self._secrets.is_secret(name, operations) for name in names)

    def hides_any(self, line: Iterable[Struct], fields: Iterable[Field]) -> bool:
        """Whether any field holds a secret, or may, of a class or of one of its bases."""
        return any(
            self.hides_inside(field) or any(self.is_hidden(one, field) for one in line)
            for field in fields
        )

    def hides_inside(self, field: Field) -> bool:
        """Whether a field may hold secrets beside what may be shown: a pair that a secret's
        name marks, an attribute of any name."""
        match field.what:
            case AnyAttributes():
                return True
            case WildcardMember():
                return self._in_wildcards
            case OrderedMember(alternatives=alternatives) as member:
                wild = any(isinstance(a, Wildcard) for a in alternatives)
                if wild and self._in_wildcards:
                    return True
                pairs = alternatives_in(member)
            case ElementMember(element=element) if element.substitutes:
                pairs = alternatives_of(element)
            case _:
                return False
        return any(pair.name.local in self._secrets for pair in pairs)


def _operations_of(api: Api) -> dict[QName, list[str]]:
    """The operations that a class is a message of, by its id."""
    found: dict[QName, list[str]] = {}
    for port in api.ports:
        for operation in port.operations:
            for message in (operation.input, operation.output):
                if message is not None and message.struct is not None:
                    found.setdefault(message.struct, []).append(operation.name)
    return found


def _wire_name(struct: Struct, field: Field) -> str:
    """The name of a field's value in envelopes; "" where it has none of its own there."""
    match field.what:
        case ElementMember(element=element):
            return element.name.local
        case Attribute(name=name):
            return name.local
        case ContentMember(name=part) | AttachedMember(name=part):
            return part
        case Text():  # of a password with attributes the text is the password
            return "" if struct.named else struct.words[-1]
        case _:
            return ""


def default_doc(struct: Struct) -> str:
    """The docstring of a class that the WSDL does not document."""
    if struct.named:
        return f"The type {struct.id.local}."
    name, *inner = struct.words
    step, *levels = struct.id.local.split("/")
    if step and levels and set(levels) == {"redefined"}:
        times = f"{len(levels)} redefinitions" if levels[1:] else "redefinition"
        return f"The type {name} as it was before its {times}."
    if step and struct.id.local.endswith("/" + "/".join(struct.words)):  # a message's
        place = f" at the port {inner[1]}" if inner[1:] else ""
        return f"{_MESSAGES[inner[0]].format(name)}{place}."
    return f"The content of {' in '.join(reversed(struct.words))}."
