"""A type with those that it derives from, as its values need them when they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from soapwright.model.api import Api, Attribute, Derivation, QName, Struct


def content_line(api: Api, struct: Struct) -> list[Struct]:
    """The steps whose content makes the type's, the base's first: a restriction repeats all."""
    line = [struct]
    while struct.base is not None and struct.derivation is Derivation.EXTENSION:
        base = api.types[struct.base]
        if not isinstance(base, Struct):
            break
        struct = base
        line.insert(0, base)
    return line


def base_line(api: Api, struct: Struct) -> list[Struct]:
    """A type and all that it derives from, the first base first."""
    line = [struct]
    while line[0].base is not None:
        base = api.types[line[0].base]
        if not isinstance(base, Struct):
            break
        line.insert(0, base)
    return line


def attributes_of(line: Iterable[Struct]) -> Iterator[Attribute]:
    """A type's attributes: those of its bases too, as the last step has them that repeats one."""
    found: dict[QName, Attribute] = {}
    for step in line:
        found.update({a.name: a for a in step.attributes})
        for name in step.prohibited:
            found.pop(name, None)
    yield from found.values()
