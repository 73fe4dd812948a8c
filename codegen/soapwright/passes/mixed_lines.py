"""Mixed content of types that extend each other: one list has the text and elements of all."""

from __future__ import annotations

from collections.abc import Mapping

from soapwright.model.api import (
    Derivation,
    Occurs,
    Particle,
    QName,
    Sequence,
    Struct,
    TypeDef,
)


def mixed_lines(types: Mapping[QName, TypeDef]) -> dict[QName, Particle | None]:
    """The content in each mixed type's own list; None where the list of its base has it.

    The list of the first type has the elements of all its extensions: text and elements have one
    order, and the field of a base cannot get another type in an extension.
    """
    contents: dict[QName, list[Particle]] = {}
    roots: dict[QName, QName] = {}
    for definition in types.values():
        if not isinstance(definition, Struct):
            continue
        root = _root(definition, types)
        if root is None:
            continue
        roots[definition.id] = root.id
        own = contents.setdefault(root.id, [root.content] if root.content else [])
        adds = definition.derivation is not Derivation.RESTRICTION
        if definition is not root and adds and definition.content is not None:
            own.append(definition.content)
    return {
        name: _joined(contents[root]) if name == root else None
        for name, root in roots.items()
    }


def _root(struct: Struct, types: Mapping[QName, TypeDef]) -> Struct | None:
    """The first of a type's bases that is mixed, or the type itself."""
    found: Struct | None = None
    seen: set[QName] = set()
    step: TypeDef | None = struct
    while isinstance(step, Struct) and step.id not in seen:
        seen.add(step.id)
        if step.mixed and step.text is None:
            found = step
        step = types.get(step.base) if step.base is not None else None
    return None if struct.text is not None else found


def _joined(contents: list[Particle]) -> Particle:
    return Sequence(tuple(contents), Occurs())
