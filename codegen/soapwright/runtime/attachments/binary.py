"""Binary values, in the envelope or beside it: base64Binary and swaRef.

A value of xsd:base64Binary is in place, or in a part that an `xop:Include` names (XOP 1.0,
section 3), or one that its element's `href` names (SOAP Messages with Attachments, section 3, as
Axis writes). A swaRef is the URL of a part (WS-I Attachments Profile 1.0, section 4.4).
"""

from __future__ import annotations

from typing import Any, Final

from ..codec.reading import value
from ..http.message import Attachment
from ..values.lexical import bytes_text, parse_bytes
from ..values.strings import SPACE
from ..values.strings import text as escaped
from ..xml.element import Element, bad
from .parts import local

_XOP: Final = "http://www.w3.org/2004/08/xop/include"
_INCLUDE: Final = f"{{{_XOP}}}Include"
_ABSENT: Final = "names a part that the message does not have"


class _Unknown:
    """The content of a part that is not there."""

    size = None

    def read(self, size: int = -1, /) -> bytes:
        """Nothing.

        Raises:
            ValueError: always.
        """
        raise ValueError("only the envelope was read: its attachments are not known")


class Reference(Attachment):
    """A swaRef of an envelope that was read by itself, without the parts of its message.

    Args:
        text: as it was read, which it is written as.
    """

    text: str

    def __init__(self, text: str) -> None:
        super().__init__(_Unknown())
        object.__setattr__(self, "text", text)

    def _key(self) -> tuple[object, ...]:
        return (self.text,)

    def __repr__(self) -> str:
        return f"Reference({self.text!r})"


def binary_text(v: bytes | Attachment) -> str:
    """The content of an element of xsd:base64Binary: base64, or the reference to a part.

    Raises:
        TypeError: it is neither bytes nor an attachment.
        ValueError: another part has its Content-ID, or it cannot be read.
    """
    written = local.written
    if written is None or written.mtom is None or not _is_binary(v):
        return bytes_text(v)  # type: ignore[arg-type]  # it takes the content of an attachment
    if not written.takes(v):
        return bytes_text(v)  # type: ignore[arg-type]  # as above
    written.included = True
    return f'<xop:Include xmlns:xop="{_XOP}" href="{written.add(v)}"/>'


def _is_binary(v: object) -> bool:
    return isinstance(v, (bytes, Attachment))


def binary_value(
    e: Element,
) -> Any:  # Any: bytes, an attachment where those are asked for
    """The value of an element of xsd:base64Binary.

    Raises:
        DecodeError: it is no base64, or names a part that is not there.
    """
    text = e.text
    came = local.came
    if text is not None and came is None and not len(e):
        try:
            return parse_bytes(text)
        except ValueError as error:
            return bad(e, error)
    url = _reference(e)
    if url is None:
        found = value(e, parse_bytes)
        return (
            Attachment(found) if came and came.stream and found is not None else found
        )
    part = came.part(url) if came is not None else None
    if came is None or part is None:
        return bad(e, _ABSENT)
    return came.value(part)


def _reference(e: Element) -> str | None:
    """The URL of the part that has an element's value; `None` where it has that itself."""
    if len(e) == 1 and e[0].tag == _INCLUDE:
        return e[0].get("href") or ""
    url = e.get("href")
    if url is None or len(e) or (e.text or "").strip(SPACE):
        return None
    return url if url.lstrip(SPACE).lower().startswith("cid:") else None


def swa_ref_text(v: bytes | Attachment) -> str:
    """A swaRef: the URL of the part that a value becomes.

    Raises:
        TypeError: it is neither bytes nor an attachment.
        ValueError: only an envelope is written, and no message that has parts.
    """
    if isinstance(v, Reference):
        return escaped(v.text)
    if local.written is None:
        raise ValueError("an attachment has no place in an envelope without a message")
    return local.written.add(v)


def parse_swa_ref(text: str) -> Any:  # Any: as of binary_value
    """The part that a swaRef names; a `Reference` where only an envelope is read.

    Raises:
        ValueError: it is not there.
    """
    if local.came is None:
        return Reference(text)
    part = local.came.part(text)
    if part is None:
        raise ValueError(_ABSENT)
    return local.came.value(part)


def swa_ref_value(e: Element) -> Any:  # Any: as of binary_value
    """The value of an element of type swaRef.

    Raises:
        DecodeError: it names a part that is not there.
    """
    return value(e, parse_swa_ref)
