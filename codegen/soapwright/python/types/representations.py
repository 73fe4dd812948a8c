"""What a class shows of itself: which fields stay out of `repr`, and when it must look inside;
and its docstring where the WSDL has none."""

from __future__ import annotations

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
from soapwright.python.types.fields import (
    AnyAttributes,
    Field,
    Text,
    Types,
    alternatives_in,
    alternatives_of,
)


class Representations:
    """What the classes of one package show."""

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
        return any(
            name in self._secrets or any(self._secrets.of(o, name) for o in operations)
            for name in names
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
    """What envelopes call a field's value; "" where it has no name of its own there."""
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


def stand_in(struct: Struct) -> str:
    """What the docstring of a class says where the WSDL says nothing."""
    if struct.named:
        return f"The type {struct.id.local}."
    if struct.id.local == f"{struct.words[0]}/redefined":
        return f"The type {struct.words[0]} as it was before it was redefined."
    role = {"Request": "request", "Response": "reply"}.get(struct.words[-1])
    made = struct.content is None or any(
        isinstance(member, AttachedMember) for member in struct.members
    )
    if role is not None and made and len(struct.words) > 1:
        return f"The {role} of {struct.words[0]}."
    return f"What stands in {' / '.join(struct.words)}."
