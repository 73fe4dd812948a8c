"""How reports say what two specs have: types, wildcards, bounds, namespaces."""

from __future__ import annotations

from soapwright.model.api import (
    AnyAttribute,
    Api,
    BuiltinRef,
    Enumeration,
    ListOf,
    NamedRef,
    Occurs,
    QName,
    Restricted,
    SoapArray,
    Struct,
    TypeDef,
    TypeRef,
    UnionOf,
    Wildcard,
)

_KINDS: dict[type[TypeDef], str] = {
    Struct: "a complex type",
    Enumeration: "an enumeration",
    Restricted: "a simple type",
    ListOf: "a list",
    UnionOf: "a union",
    SoapArray: "an array",
}


def say_type(reference: TypeRef) -> str:
    """A type's name."""
    if isinstance(reference, NamedRef):
        return reference.id.local
    prefix = "SOAP-ENC" if reference.encoding else "xsd"
    return f"{prefix}:{reference.alias or reference.builtin.value}"


def say_types(references: tuple[TypeRef, ...]) -> str:
    """Several types' names."""
    return " | ".join(map(say_type, references))


def say_kind(api: Api, reference: TypeRef) -> str:
    """What kind of type it is, and where it is from, where its name does not tell."""
    if isinstance(reference, BuiltinRef):
        return f"{say_type(reference)} of {reference.encoding or 'XML Schema'}"
    kind = _KINDS[type(api.types[reference.id])]
    return f"{kind} of {say_space(reference.id.namespace)}"


def say_base(name: QName | None) -> str:
    """What a type derives from."""
    return name.local if name is not None else "nothing"


def say_space(namespace: str) -> str:
    """A namespace."""
    return namespace or "no namespace"


def say_move(old: QName, new: QName, verb: str = "is called") -> str:
    """Another name; where only the namespace is another, so that alike changes read alike."""
    if old.local == new.local:
        return f"is in {say_space(new.namespace)}, was in {say_space(old.namespace)}"
    return f"{verb} {new}, was {old}"


def say_wildcard(wildcard: Wildcard | AnyAttribute) -> str:
    """What a wildcard takes."""
    names = wildcard.namespaces
    if names[0] == "##any":
        where = "any namespace"
    elif names[0] == "##other":
        where = f"any namespace but {names[1] or 'none'}"
    else:
        where = " or ".join(map(say_space, names))
    return f"{where} ({wildcard.process.value})"


def say_occurs(occurs: Occurs) -> str:
    """How often something may stand."""
    high = "any number of" if occurs.max is None else str(occurs.max)
    return f"{occurs.min} to {high} times"
