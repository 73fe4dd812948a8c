"""Which types travel encoded, which literally: the back end writes the code for what is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    NamedRef,
    Part,
    QName,
    TypeRef,
    Use,
)
from soapwright.model.diagnostics import Findings
from soapwright.model.walk import (
    derived_types,
    headers_use,
    messages_of,
    part_types,
    reach,
    references_of,
)


def find_uses(api: Api, findings: Findings) -> Api:
    """Set `Api.encoded` and `Api.literal`; a type that no message reaches counts as literal."""
    derived = derived_types(api)
    encoded = reach(api, _roots(api, Use.ENCODED), derived)
    if encoded and _holds_anything(api, encoded):
        # anyType is whatever its xsi:type says: any named type of the schemas
        encoded = reach(api, [NamedRef(n) for n in api.types], derived)
    literal = reach(api, _roots(api, Use.LITERAL), derived)
    literal |= set(api.types) - encoded
    literal = reach(api, [NamedRef(name) for name in literal], derived)
    return replace(api, encoded=frozenset(encoded), literal=frozenset(literal))


def _roots(api: Api, use: Use) -> Iterator[TypeRef]:
    for port in api.ports:
        for message in messages_of(port):
            if message.use is use and message.struct is not None:
                yield NamedRef(message.struct)
            if (
                message.headers_struct is not None
                and headers_use(message.headers) is use
            ):
                yield NamedRef(message.headers_struct)
        yield from part_types(api, _other_parts(api, use))


def _other_parts(api: Api, use: Use) -> Iterator[Part]:
    """The parts of headers and faults of one use."""
    for port in api.ports:
        for message in messages_of(port):
            yield from (h.part for h in message.headers if h.use is use)
        for operation in port.operations:
            yield from (f.part for f in operation.faults if f.use is use)


def _holds_anything(api: Api, names: set[QName]) -> bool:
    return any(
        isinstance(reference, BuiltinRef) and reference.builtin is Builtin.ANY_TYPE
        for name in names
        for reference, _ in references_of(api.types[name])
    )
