"""Faults' details that are parts of a type: their elements are declared nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ..errors.errors import DecodeError
from ..xml.element import XSI_TYPE, Element, clark_name, is_nil
from .elements import NAMED, KnownElements, written

# How sure it is that an element is a declared fault's, by its type: more than if its
# qualified name does, or its being of a derived type; less where only a local name does.
_TYPED: Final = 16


@dataclass(frozen=True, slots=True)
class PartCodec:
    """Reads and writes a fault's detail that is a part of a type, not an element.

    `reader` and `writer` are as in `KnownElements`; `kind` is the `xsi:type`, ""
    where it is not written.
    """

    known: KnownElements
    tag: str
    name: str
    reader: str
    writer: str
    kind: str

    def likeness(self, e: Element) -> int:
        """How sure it is that an element is this part: 0 where it is not.

        `xsi:type` decides, where it names a type of the package. Without, the element
        has the name of the part or of its type: stacks differ in which they use.
        """
        types = self.known.types
        own = self.reader.removeprefix("encoded_")
        tag: str = e.tag
        local = tag.rpartition("}")[2]
        of_type = local == self.kind.rpartition(":")[2] or types.lookup(tag) == own
        named = (local == self.name) + 2 * of_type
        try:
            declared = self.declared_type(e)
        except DecodeError:
            declared = ""  # the reader raises it
        if not declared:
            return named
        kind = types.lookup(declared)
        if kind == own or self.kind and declared == self.known.clark(self.kind):
            return _TYPED + named
        if kind is None:
            return named
        cls, base = getattr(types, kind, None), getattr(types, own, None)
        if isinstance(cls, type) and isinstance(base, type) and issubclass(cls, base):
            return NAMED + named
        return 0

    def declared_type(self, e: Element) -> str:
        """The type in an element's `xsi:type`; "" if there is none.

        Raises:
            DecodeError: more prefixes are in scope than any document needs.
        """
        text = e.get(XSI_TYPE)
        return clark_name(e, text) if text is not None else ""

    def read(self, e: Element) -> Any:  # Any: whatever the part's type holds
        """The part's value.

        Raises:
            DecodeError: it is not of its type.
        """
        return None if is_nil(e) else self.known.function("read", self.reader)(e)

    def write(self, value: Any) -> str:  # Any: as read
        """The part's element with a value.

        Raises:
            TypeError: the value is not of its type.
            ValueError: the value cannot be written.
        """
        if value is None:
            return self.known.declared(f'<{self.tag} xsi:nil="true"/>')
        kind = f' xsi:type="{self.kind}"' if self.kind else ""
        return written(self.known, self.writer, value, self.tag, kind)
