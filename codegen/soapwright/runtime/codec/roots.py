"""The alternatives to a Body's element: nil, and the members of its substitution group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..errors.refusals import unknown_item
from ..values.values import UNSET, Nil, Unset
from ..xml.element import Element, is_nil
from .elements import ElementCodec
from .nils import nil_of, type_name, write_nil

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Root:
    """How a Body's element may be something else than an element of its name, with content.

    Where it is `nillable` its value may be `None`, or `Nil` where it has attributes. That of a
    member of its substitution group is a pair of the member's name and its value; `others` has
    the members' codecs by these names.
    """

    nillable: bool = False
    others: Mapping[str, ElementCodec] = field(default_factory=dict)

    def takes(self, value: object) -> bool:
        """Whether a value is none of the element's own class, and yet may be written."""
        if isinstance(value, tuple):
            return len(value) == 2 and value[0] in self.others
        return self.nillable and (value is None or isinstance(value, Nil))

    def reader(self, read: Callable[[Element], T]) -> Callable[[Element], object]:
        """The reader of the Body's element; `read` is that of the element's type."""
        members = {codec.name: (tag, codec) for tag, codec in self.others.items()}

        def read_root(e: Element) -> object:
            member = members.get(e.tag)
            if member is not None:
                return member[0], member[1].read(e)
            if self.nillable and is_nil(e):
                return _nil(e)
            return read(e)

        return read_root

    def writer(self, write: Callable[..., str]) -> Callable[..., str]:
        """The writer of the Body's element; `write` is that of the element's type."""

        def write_root(
            value: Any, tag: str, attributes: str
        ) -> str:  # Any: whatever `takes` does, and the type's own
            if isinstance(value, tuple):
                if not self.takes(value):
                    raise unknown_item(value)
                return self.others[value[0]].write(value[1])
            if self.nillable and value is None:
                return f'<{tag}{attributes} xsi:nil="true"/>'
            if self.nillable and isinstance(value, Nil):
                return write_nil(value, tag, f'{attributes} xsi:nil="true"')
            return write(value, tag, attributes)

        return write_root


def _nil(e: Element) -> Nil | None:
    """A nil element; with its `xsi:type`, which has no object around it that could remember it."""
    found = nil_of(e)
    if found is None and (name := type_name(e)):  # a Nil counts as false
        return Nil({}, name)
    return found


def request_of(
    request: T | Unset, kind: Callable[..., T], given: Mapping[str, object]
) -> T:
    """The request of a method that takes it whole or its fields.

    Args:
        request: the whole one, `UNSET` where there is none.
        kind: its class.
        given: the fields, `UNSET` where one is not given.

    Raises:
        TypeError: there are both, or a field is missing.
    """
    fields = {name: value for name, value in given.items() if value is not UNSET}
    if isinstance(request, Unset):
        return kind(**fields)
    if fields:
        raise TypeError(f"a whole request is given, and {', '.join(fields)} besides")
    return request
