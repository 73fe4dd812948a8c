"""The fields of a message that a MIME binding puts beside the envelope (WSDL 1.1, section 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..errors.refusals import Refusal
from ..xml.element import Element, bad, missing
from .parts import local

_OCTETS: Final = "application/octet-stream"


class MimeParts:
    """Writes and reads the attached parts of one message.

    Args:
        parts: of each its field, its name in the WSDL, and the media types that the binding
            allows.
    """

    __slots__ = ("_parts",)

    def __init__(self, *parts: tuple[str, str, tuple[str, ...]]) -> None:
        self._parts = parts

    def writer(self, write: Callable[..., str]) -> Callable[..., str]:
        """The writer of a message, which adds its attached parts to those that this thread writes.

        A field that is None is no part. Where only an envelope is written, no part is.
        """

        def written(value: Any, *tagged: str) -> str:  # Any: the message's own type
            xml = write(value, *tagged)
            if local.written is not None:
                for field, name, media_types in self._parts:
                    self._attach(value, field, name, media_types)
            return xml

        return written

    def _attach(
        self, value: object, field: str, name: str, media_types: tuple[str, ...]
    ) -> None:
        content = getattr(value, field)
        if content is None or local.written is None:
            return
        known = (kind for kind in media_types if "*" not in kind)
        try:
            local.written.add(content, name, next(known, _OCTETS))
        except (TypeError, ValueError) as error:
            raise Refusal(value, field, str(error)) from error

    def reader(self, read: Callable[[Element], Any]) -> Callable[[Element], Any]:
        """The reader of a message with its attached parts: None where only an envelope is read,
        unless that has an element in the place of a part, which would be lost."""

        def found(e: Element) -> Any:  # Any: the message's own type
            value = read(e)
            came = local.came
            if came is None or value is None:
                self._refuse_elements(e)
                return value
            parts = came.named([name for _, name, _ in self._parts])
            for (field, name, _), part in zip(self._parts, parts, strict=True):
                content = missing(e, name) if part is None else came.value(part)
                setattr(value, field, content)
            return value

        return found

    def _refuse_elements(self, e: Element) -> None:
        names = {name for _, name, _ in self._parts}
        for child in e[:]:
            is_reference = not len(child) and child.get("href") is not None
            if child.tag in names and not is_reference:
                bad(child, "is in the envelope: the binding has it in a part beside it")
