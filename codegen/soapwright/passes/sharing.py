"""In which encoded messages one value may be in two places, and of which types such values are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    NamedRef,
    OrderedMember,
    QName,
    SoapArray,
    Struct,
    TypeRef,
    Use,
)
from soapwright.model.walk import messages_of, references_of

_ANY = BuiltinRef(Builtin.ANY_TYPE)
_MANY = 2


def find_shared(
    api: Api,
    subtypes: Mapping[QName, tuple[QName, ...]],
    others: Iterable[TypeRef],
) -> tuple[frozenset[QName], frozenset[QName]]:
    """The types of values that may be shared, and the messages in which something may.

    Args:
        api: whose messages have their types.
        subtypes: of each Struct those that derive from it directly.
        others: the types of encoded parts that are no messages: of faults.
    """
    places = _Places(api, subtypes)
    shared: set[QName] = set()
    sharing: set[QName] = set()
    for name in _messages(api):
        if found := places.shared_in(NamedRef(name)):
            sharing.add(name)
            shared |= found
    for reference in others:
        shared |= places.shared_in(reference)
    return frozenset(shared), frozenset(sharing)


def _messages(api: Api) -> Iterator[QName]:
    """The encoded messages and headers, each once."""
    found: dict[QName, None] = {}
    for port in api.ports:
        for message in messages_of(port):
            if message.use is Use.ENCODED and message.struct is not None:
                found[message.struct] = None
            encoded = any(header.use is Use.ENCODED for header in message.headers)
            if encoded and message.headers_struct is not None:
                found[message.headers_struct] = None
    return iter(found)


class _Places:
    """Counts in how many places of a message values of a type may be: once, or more often."""

    def __init__(self, api: Api, subtypes: Mapping[QName, tuple[QName, ...]]) -> None:
        self.api = api
        self._subtypes = subtypes
        self._inner: dict[QName, tuple[tuple[TypeRef, int], ...]] = {}

    def shared_in(self, root: TypeRef) -> set[QName]:
        """The types of which one value may be in two places of a value of type `root`."""
        counts: dict[QName, int] = {}
        waiting = [(root, 1)]
        while waiting:
            reference, times = waiting.pop()
            if reference == _ANY:  # whatever has a name, and lists of that
                return set(filter(self._is_complex, self.api.types))
            if (
                not isinstance(reference, NamedRef)
                or reference.id not in self.api.types
            ):
                continue
            name = reference.id
            known = counts.get(name, 0)
            if known >= _MANY or not self._is_complex(name):
                continue
            counts[name] = known + times
            waiting += [(one, max(times, often)) for one, often in self._inside(name)]
            waiting += [(NamedRef(n), times) for n in self._subtypes.get(name, ())]
        return {name for name, count in counts.items() if count >= _MANY}

    def _is_complex(self, name: QName) -> bool:
        return isinstance(self.api.types[name], (Struct, SoapArray))

    def _inside(self, name: QName) -> tuple[tuple[TypeRef, int], ...]:
        """The types that a value of a type contains, its bases' too, and how often."""
        if name not in self._inner:
            self._inner[name] = tuple(self._found(name))
        return self._inner[name]

    def _found(self, name: QName) -> Iterator[tuple[TypeRef, int]]:
        definition = self.api.types[name]
        if isinstance(definition, SoapArray):
            yield definition.item, _MANY
        while isinstance(definition, Struct):
            often = [getattr(m, "repeated", False) for m in definition.members]
            ordered = any(isinstance(m, OrderedMember) for m in definition.members)
            times = _MANY if ordered or any(often) else 1
            base = definition.base
            for reference, _ in references_of(definition):
                if base is None or reference != NamedRef(base):
                    yield reference, times
            if base is None:
                return
            definition = self.api.types[base]
