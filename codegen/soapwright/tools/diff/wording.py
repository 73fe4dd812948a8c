"""The wording of reports: types, wildcards, bounds, namespaces."""

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


def type_text(reference: TypeRef) -> str:
    """A type's name."""
    if isinstance(reference, NamedRef):
        return reference.id.local
    prefix = "SOAP-ENC" if reference.encoding else "xsd"
    return f"{prefix}:{reference.alias or reference.builtin.value}"


def types_text(references: tuple[TypeRef, ...]) -> str:
    """Several types' names."""
    return " | ".join(map(type_text, references))


def kind_text(api: Api, reference: TypeRef) -> str:
    """The kind of a type and its namespace, for types that differ in nothing else."""
    if isinstance(reference, BuiltinRef):
        return f"{type_text(reference)} of {reference.encoding or 'XML Schema'}"
    kind = _KINDS[type(api.types[reference.id])]
    return f"{kind} of {space_text(reference.id.namespace)}"


def base_text(name: QName | None) -> str:
    """The name of a type's base."""
    return name.local if name is not None else "nothing"


def space_text(namespace: str) -> str:
    """A namespace."""
    return namespace or "no namespace"


def move_text(old: QName, new: QName, verb: str = "is called") -> str:
    """Another name; where only the namespace is another, so that alike changes read alike."""
    if old.local == new.local:
        return f"is in {space_text(new.namespace)}, was in {space_text(old.namespace)}"
    return f"{verb} {new}, was {old}"


def wildcard_text(wildcard: Wildcard | AnyAttribute) -> str:
    """The namespaces that a wildcard takes."""
    names = wildcard.namespaces
    if names[0] == "##any":
        where = "any namespace"
    elif names[0] == "##other":
        where = f"any namespace but {names[1] or 'none'}"
    else:
        where = " or ".join(map(space_text, names))
    return f"{where} ({wildcard.process.value})"


def occurs_text(occurs: Occurs) -> str:
    """The bounds of an occurrence."""
    high = "any number of" if occurs.max is None else str(occurs.max)
    return f"{occurs.min} to {high} times"
