"""The seam for messages: what goes out and what comes in is a `Message`, and passes layers.

A layer is a callable that takes a `Message` and gives one: the same, or a changed copy. Clients
and services take them alike, as `outgoing` and as `incoming`. Between the codecs and HTTP,
everything that is done to a message as a whole is a layer, or is done where layers are: header
blocks, signatures, repairs, attachments.
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, ItemsView, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from io import BytesIO
from typing import IO, Final, TypeAlias, TypeVar

from ..secrets.redaction import ALWAYS
from ..soap.blocks import Place, place_of_blocks
from ..soap.operation import AnyOperation
from .bodies import charset_of, is_multipart
from .content import (
    Content,
    Given,
    SpooledContent,
    StreamContent,
    chunks_of,
    content_of,
)

__all__ = ["AsyncLayer", "Attachment", "Headers", "Layer", "Message", "Outgoing"]

# RFC 9110, section 5.6.2, and what no header's value may hold (section 5.5).
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\0-\x08\x0a-\x1f\x7f]")

L = TypeVar("L")


class Headers(Mapping[str, str]):
    """HTTP headers: looked up in any case, kept in the one that was given.

    Args:
        headers: of two names that differ in their case only, the last counts.
    """

    __slots__ = ("_given", "_index")

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._given = {} if headers is None else dict(headers)
        self._index: dict[str, str] | None = None

    def _by_name(self) -> dict[str, str]:
        """The values by names in lower case, made on first use."""
        if self._index is None:
            self._index = {name.lower(): v for name, v in self._given.items()}
            if len(self._index) < len(self._given):
                last = {name.lower(): name for name in self._given}
                self._given = {n: self._index[low] for low, n in last.items()}
        return self._index

    def items(self) -> ItemsView[str, str]:
        """The names, as they were given, with their values."""
        self._by_name()
        return self._given.items()

    def __getitem__(self, name: str) -> str:
        return self._by_name()[name.lower()]

    def __iter__(self) -> Iterator[str]:
        self._by_name()
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._by_name())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._by_name()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self._by_name() == Headers(other)._by_name()

    def __hash__(self) -> int:
        return hash(frozenset(self._by_name().items()))

    def __repr__(self) -> str:
        """The names: a value may be a secret."""
        return f"Headers({list(self)})"


@dataclass(frozen=True, repr=False, eq=False)
class Attachment:
    """Octets that travel as a part of a message beside its envelope, or in the place of a binary value.

    Args:
        content: bytes, the path of a file, or a binary stream. A file is opened when it is read;
            a stream is read from where it is now, and once only if it cannot go back.
        content_type: its media type.
        content_id: without angle brackets; "" for one that is made when it is sent.
        headers: the part's other ones, looked up in any case. Of one that was read,
            Content-Transfer-Encoding is there only where the content could not be decoded by it.

    Raises:
        TypeError: the content is something else.
    """

    content: bytes
    """All of it, in memory. Of a file or a stream, asking for it reads it: `OSError` or `ValueError`
    where that is not possible (once more)."""
    content_type: str = "application/octet-stream"
    content_id: str = ""
    headers: Mapping[str, str] = field(default_factory=Headers)

    def __init__(
        self,
        content: Given | Content,
        content_type: str = "application/octet-stream",
        content_id: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        source = content_of(content)
        set_field = object.__setattr__  # it is frozen
        set_field(self, "_source", source)
        if isinstance(source, bytes):
            set_field(self, "content", source)
        set_field(self, "content_type", content_type)
        set_field(self, "content_id", content_id)
        given = headers if type(headers) is Headers else Headers(headers)
        set_field(self, "headers", given)

    def __getattr__(self, name: str) -> bytes:
        """The content of what is not in memory: only then it is no attribute yet."""
        if name != "content":
            raise AttributeError(name)
        with self.open() as reader:
            return reader.read()

    @staticmethod
    def of(value: bytes | Attachment) -> Attachment:
        """A binary value as an attachment, whichever it was read as."""
        return value if isinstance(value, Attachment) else Attachment(value)

    def named(self, content_id: str) -> Attachment:
        """The same with another Content-ID."""
        return Attachment(self._octets, self.content_type, content_id, self.headers)

    @property
    def _octets(self) -> bytes | Content:
        """Its content, wherever it is."""
        found: bytes | Content = self.__dict__["_source"]
        return found

    @property
    def size(self) -> int | None:
        """Its bytes; `None` of a stream that does not know.

        Raises:
            OSError: the file is not there.
        """
        content = self._octets
        return len(content) if isinstance(content, bytes) else content.size

    @property
    def in_memory(self) -> bool:
        """Whether it was given, or came, as bytes."""
        return isinstance(self._octets, bytes)

    @property
    def is_spent(self) -> bool:
        """Whether it was read, and cannot be again: the rest of a stream that cannot go back."""
        octets = self._octets
        return isinstance(octets, StreamContent) and octets.is_spent

    def open(self) -> IO[bytes]:
        """A binary reader at its first byte, for the caller to close.

        Raises:
            OSError: as `content`.
            ValueError: likewise.
        """
        content = self._octets
        return BytesIO(content) if isinstance(content, bytes) else content.open()

    def chunks(self) -> Iterator[bytes]:
        """It piece by piece.

        Raises:
            OSError: as `content`.
            ValueError: likewise.
        """
        return chunks_of(self._octets)

    def save(self, path: os.PathLike[str] | str) -> None:
        """Write it into a file.

        Raises:
            OSError: one of the files cannot be used.
            ValueError: as `content`.
        """
        with open(path, "wb") as file:
            for chunk in self.chunks():
                file.write(chunk)

    def close(self) -> None:
        """Remove the temporary file of one that was received into one; it is removed with the last
        reference too."""
        if isinstance(self._octets, SpooledContent):
            self._octets.close()

    def __eq__(self, other: object) -> bool:
        """Alike are those of the same bytes or the same source, with the same headers."""
        if not isinstance(other, Attachment):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key()[:-1])

    def _key(self) -> tuple[object, ...]:
        return self._octets, self.content_type, self.content_id, self.headers

    def __repr__(self) -> str:
        content = self._octets
        size = "a file or stream"
        if isinstance(content, bytes):
            size = f"{len(content):,} bytes"
        return f"Attachment({size}, {self.content_type!r}, {self.content_id!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """A SOAP message on its way, a request or a reply. It cannot be changed: layers give copies,
    made by the methods here or by `dataclasses.replace`."""

    envelope: bytes
    """As it goes over the wire. What came in need not be an envelope."""
    content_type: str = ""
    """The envelope's own: with attachments, that of the root part."""
    headers: Mapping[str, str] = field(default_factory=Headers)
    """HTTP's, looked up in any case. What came in has its Content-Type among them, as it came;
    what goes out has it in `content_type` alone."""
    attachments: tuple[Attachment, ...] = ()
    """The other parts of a `multipart/related`; with any, a message goes out as one. So does one
    whose envelope is `application/xop+xml`."""
    operation: AnyOperation | None = None
    """The operation; `None` where a service does not know it: in a request, before it was read,
    and in the reply to what is no call."""
    url: str = ""
    """Where the request goes, or went."""
    status: int | None = None
    """HTTP's, of a reply; `None` in a request."""
    checks: tuple[Callable[[Message], None], ...] = ()
    """Of a request: what its reply must pass, after the incoming layers; each raises what is wrong."""
    answered_elsewhere: bool = False
    """Of a request: whether its reply goes to another address, and not back on the connection."""
    correlation: object = None
    """Of a request: the facts of its message security that its reply is checked with."""

    def __post_init__(self) -> None:
        if type(self.headers) is not Headers:
            object.__setattr__(self, "headers", Headers(self.headers))

    def __repr__(self) -> str:
        operation = self.operation
        secrets = ALWAYS if operation is None else operation.package.secrets
        parts = [f"{len(self.envelope):,} bytes", repr(operation)]
        parts.append(repr(secrets.redact_url(self.url)))
        if self.status is not None:
            parts.append(f"status={self.status}")
        if self.attachments:
            parts.append(f"{len(self.attachments)} attachments")
        return f"Message({', '.join(parts)})"

    @property
    def is_multipart(self) -> bool:
        """Whether it came as one of several parts."""
        return is_multipart(self.headers.get("content-type", ""))

    def with_block(self, block: str) -> Message:
        """The same with one more header block, before the others. All other bytes stay.

        Args:
            block: an element as XML, its namespaces declared in it; or several.

        Raises:
            ValueError: there is no SOAP envelope to put it into.
        """
        place = self._place()
        return replace(self, envelope=place.filled(self.envelope, block))

    @property
    def must_understand(self) -> str:
        """The attribute of a header block that must be understood, as XML after a space:
        `soap:mustUnderstand="1"`, with the envelope's own prefix.

        Raises:
            ValueError: there is no SOAP envelope.
        """
        return self._place().must_understand

    def with_header(self, name: str, value: str) -> Message:
        """The same with an HTTP header, instead of one of that name; Content-Type is
        `content_type`."""
        if name.lower() == "content-type":
            return replace(self, content_type=value)
        return replace(self, headers=Headers({**self.headers, name: value}))

    def _place(self) -> Place:
        return place_of_blocks(self.envelope, charset_of(self.content_type))


Outgoing = Message
"""The name that `Message` had before there were `incoming` layers."""

# --------------------------------------------------------------------------------- layers

Layer: TypeAlias = Callable[[Message], Message]
AsyncLayer: TypeAlias = Callable[[Message], Message | Awaitable[Message]]
"""As `AsyncClient` takes them: a `def` or an `async def`."""


def layers(
    given: Sequence[L], argument: str, *, may_wait: bool = False
) -> tuple[L, ...]:
    """The layers of a client or of a service.

    Args:
        given: by the user.
        argument: its name.
        may_wait: whether they may be asynchronous.

    Raises:
        TypeError: one cannot be called, or is asynchronous where nobody waits for it.
    """
    for layer in given:
        if not callable(layer):
            kind = type(layer).__name__
            raise TypeError(f"{argument}: {kind} given, a callable is wanted")
        call = getattr(type(layer), "__call__", None)
        if not may_wait and (iscoroutinefunction(layer) or iscoroutinefunction(call)):
            raise TypeError(
                f"{argument}: {layer!r} is asynchronous: AsyncClient alone waits"
            )
    return tuple(given)


def through(passed: Sequence[Layer], message: Message) -> Message:
    """A message, after each layer in turn.

    Raises:
        TypeError: a layer gave something else.
    """
    for layer in passed:
        message = _given(layer, layer(message))
    return message


async def through_async(passed: Sequence[AsyncLayer], message: Message) -> Message:
    """`through`, for layers some of which are to be awaited."""
    for layer in passed:
        given = layer(message)
        message = _given(layer, await given if isawaitable(given) else given)
    return message


def _given(layer: object, given: object) -> Message:
    if isinstance(given, Message):
        return given
    if iscoroutine(given):
        given.close()
    raise TypeError(f"{layer!r} gave {type(given).__name__}, Message is wanted")


# ------------------------------------------------------------------------------- headers


def check_header(name: str, value: str) -> None:
    """Refuse a header that would end before its value does, or that is none.

    Raises:
        ValueError: it is so.
    """
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"the header {name!r}: this is no name")
    if _CONTROL.search(value):
        raise ValueError(f"the header {name!r} has a control character in its value")
