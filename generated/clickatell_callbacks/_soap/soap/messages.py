"""One direction of an operation: its message, its headers, and how they are written and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Literal, NamedTuple, NoReturn, Protocol, TypeAlias

from ..codec.package import Package
from ..errors.errors import DecodeError, EncodeError
from ..errors.problems import Problem
from ..secrets.redaction import Secrets, raise_alone
from ..xml.collector import LARGE, collector_paused
from ..xml.element import Element, local_name
from ..xml.parsing import Limits
from .beginnings import Beginning
from .envelope import Envelope, Version, encoded, shown_name


class Stream(Protocol):
    """The part of a binary stream that is used."""

    def read(self, size: int, /) -> bytes: ...


Source: TypeAlias = Stream | Iterable[bytes]

References: TypeAlias = Literal["shared", "cycles"]
"""The values that are written by reference in SOAP's encoding: all that is shared, or of that only
what is part of a cycle. Literal messages have no references."""


class Repeated(Protocol):
    """The repeated element of a reply, which is read item by item."""

    def gather(
        self,
        version: Version,
        message: MessageFormat,
        envelope: bytes,
        charset: str | None,
        limits: Limits,
    ) -> tuple[Element, Callable[[object], bool]] | None:
        """The root of a large envelope without the items, and what puts these into the message's value;
        it gives False where they do not belong there. None where the envelope must be read as a whole.

        Args:
            version: of SOAP.
            message: of the reply.
            envelope: in bytes.
            charset: the Content-Type's.
            limits: how much the reply may hold.
        """
        ...

    def iterate(
        self,
        version: Version,
        message: MessageFormat,
        fault: Callable[[Element], object],
        whole: Callable[[bytes], object],
        source: Source,
        charset: str | None,
        limits: Limits,
        problems: list[Problem] | None,
        secrets: Secrets,
    ) -> Iterator[Any]:  # Any: the items' own type
        """The items, as the source's pieces come in.

        Args:
            version: of SOAP.
            message: of the reply.
            fault: raises what a Fault means.
            whole: reads an envelope that is not of this version, to raise the reason.
            source: a binary stream, or the bytes in pieces.
            charset: the Content-Type's.
            limits: how much the reply may hold.
            problems: where they are noted; None where reading is strict.
            secrets: the package's.

        Raises:
            SoapFault: the envelope holds a fault.
            DecodeError: it is not well-formed, violates its schema, or is beyond the
                limits.
        """
        ...


class RootCodec(Protocol):
    """The codec of a Body's element that may be nil, or be replaced by a substitute."""

    def takes(self, value: object) -> bool: ...

    # Any: whatever the element's type holds
    def reader(self, read: Callable[[Element], Any]) -> Callable[[Element], Any]: ...

    def writer(self, write: Callable[..., str]) -> Callable[..., str]: ...


class AttachedCodec(Protocol):
    """The fields of a message that travel beside its envelope."""

    # Any: whatever the message's type holds
    def reader(self, read: Callable[[Element], Any]) -> Callable[[Element], Any]: ...

    def writer(self, write: Callable[..., str]) -> Callable[..., str]: ...


class MessageFormat(NamedTuple):
    """The content of one direction's Body, or of its Header.

    With a `tag`, one element; the type's writer and reader are `write_T(value, tag,
    attributes)` and `read_T(element)`, or `write_encoded_T` and `read_encoded_T`. Without, the
    type is that of the whole content, and its `write_T(value)` and `read_T(element)` write
    what is in the Body or Header, and are given the Body or Header to read.
    """

    type: str
    encoded: bool = False
    tag: str | None = None
    attributes: str = ""
    expects: str = ""
    """Which element is read: of a document its name in Clark's notation, where it has one (of
    several parts the first's); of an rpc request its local name, whatever its namespace; of an
    rpc reply "", any (SOAP 1.1, section 7.1)."""
    rpc: bool = False
    blocks: tuple[str, ...] = ()
    """Of a Header: the names of the blocks that its type reads, in Clark's notation."""
    also: tuple[str, ...] = ()
    """The names of the elements that may be in the place of the one expected, in Clark's notation."""
    root: RootCodec | None = None
    """The codec of the alternatives to a value of the type, with a `tag`; None where there are none."""
    by_envelope: bool = False
    """Of an encoded message: whether what its writers write depends on the rest of the envelope.
    What is shared is written by reference, members are named as the request names them."""
    items: Repeated | None = None
    """The repeated element of a reply, for those who read it item by item."""
    attached: AttachedCodec | None = None
    """The fields that travel in MIME parts of their own; None where there are none."""


def refuse(value: object, name: str, error: Exception, secrets: Secrets) -> NoReturn:
    """Raise what a writer raised as an error with its path, which begins with `name`.

    Its message is left out where the path is a secret's: it may quote it.
    """
    # Here and not above: it takes long to load, and is needed where a value cannot be written.
    from ..codec.blame import blame

    found = blame(value, name, error, secrets)
    if secrets.has_path(found.path):
        raise_alone(found)
    raise found from error


# The class of the values, their writer, what it takes besides the value, their reader.
_Bound: TypeAlias = tuple[
    type[Any], Callable[..., str], tuple[str, ...], Callable[[Element], Any]
]


class MessageCodec:
    """A message's writer and reader, looked up on first use.

    Args:
        package: whose types are not touched before.
        message: what to look up there.
        name: the first step of an error's path.
    """

    __slots__ = ("_bound", "_package", "message", "name")

    def __init__(self, package: Package, message: MessageFormat, name: str) -> None:
        self._package = package
        self.message = message
        self.name = name
        self._bound: _Bound | None = None

    def _bind(self) -> _Bound:
        message, types = self.message, self._package.types
        encoding = "encoded_" if message.encoded else ""
        tagged = () if message.tag is None else (message.tag, message.attributes)
        write = self._writer(types)
        read = getattr(types, f"read_{encoding}{message.type}")
        if message.root is not None:
            write, read = message.root.writer(write), message.root.reader(read)
        if message.attached is not None:
            write = message.attached.writer(write)
            read = message.attached.reader(read)
        self._bound = getattr(types, message.type), write, tagged, read
        return self._bound

    def _writer(self, types: object) -> Callable[..., str]:
        encoding = "encoded_" if self.message.encoded else ""
        found: Callable[..., str] = getattr(
            types, f"write_{encoding}{self.message.type}"
        )
        return found

    @property
    def type(self) -> type[Any]:
        """The class of the values."""
        return (self._bound or self._bind())[0]

    def write(self, value: object) -> str:
        """A value as XML.

        Raises:
            EncodeError: it is of another class, or holds what the wire cannot carry.
        """
        wanted, write, tagged, _ = self._bound or self._bind()
        if (
            value.__class__ is not wanted
            and not isinstance(value, wanted)
            and not self._takes(value)
        ):
            given = type(value).__name__
            raise EncodeError(self.name, f"{given} given, {wanted.__name__} wanted")
        try:
            return write(value, *tagged)
        except Exception as error:
            refuse(value, self.name, error, self._package.secrets)

    def _takes(self, value: object) -> bool:
        root = self.message.root
        return root is not None and root.takes(value)

    @property
    def reader(self) -> Callable[[Element], Any]:  # Any: as of `_Bound`
        """The reader of an element's value."""
        return (self._bound or self._bind())[3]

    def message_in(self, body: Element, children: Sequence[Element]) -> Element:
        """The element of a Body that is read.

        Args:
            body: the Body.
            children: its children; of an encoded rpc message, those with an `id` are shared
                values, and not the message (SOAP 1.1, section 5.1).

        Raises:
            DecodeError: it is not there.
        """
        message = self.message
        if message.tag is None:
            return body
        if not children:
            raise DecodeError("Body", "is empty")
        first = children[0]
        if not message.rpc:
            if first.tag == message.expects or first.tag in message.also:
                return first
            self._unexpected(first)
        if len(children) > 1 and message.encoded:
            calls = [child for child in children if child.get("id") is None]
            first = calls[0] if calls else first
        if message.expects and local_name(first) != message.expects:
            self._unexpected(first)
        return first

    def _unexpected(self, found: Element) -> NoReturn:
        wanted = repr(self.message.expects)
        raise DecodeError("Body", f"{shown_name(found)} is there, not {wanted}")


class Side:
    """One direction of an operation: its message and its declared headers in an envelope.

    Args:
        envelope: of the operation.
        codec: of the message.
        headers: of the declared headers, `None` where there are none.
    """

    __slots__ = ("_codec", "_envelope", "_frame", "_headers", "_unnamed", "beginning")

    def __init__(
        self, envelope: Envelope, codec: MessageCodec, headers: MessageCodec | None
    ) -> None:
        self._envelope = envelope
        self._codec = codec
        self._headers = headers
        self._frame: tuple[str, str, str] | None = None
        # A reply to rpc is whatever is in the Body: alone there, it needs no look.
        message = codec.message
        self._unnamed = message.tag is not None and message.rpc and not message.expects
        self.beginning: Beginning | None = None
        """How the peer's envelopes begin, once one was decoded that `reads_alone`."""

    @property
    def type(self) -> type[Any]:
        """The class of the messages' values."""
        return self._codec.type

    @property
    def message(self) -> MessageFormat:
        """The message in the Body."""
        return self._codec.message

    @property
    def reader(self) -> Callable[[Element], Any]:  # Any: as of the codec
        """The reader of the message's value."""
        return self._codec.reader

    @property
    def reads_alone(self) -> bool:
        """Whether an element in the Body is all that there is to read."""
        return self._codec.message.tag is not None and self._headers is None

    @property
    def headers(self) -> MessageCodec | None:
        """The codec of the declared headers; None where there are none."""
        return self._headers

    @property
    def blocks(self) -> tuple[str, ...]:
        """The names of the declared header blocks, in Clark's notation."""
        return () if self._headers is None else self._headers.message.blocks

    def encode(
        self, value: object, headers: object, references: References = "shared"
    ) -> bytes:
        """An envelope.

        Args:
            value: of the message.
            headers: of the declared headers, `None` where there are none.
            references: of encoded messages.

        Raises:
            EncodeError: the wire cannot carry the value or the headers.
            TypeError: there are headers, and none are declared.
        """
        head, tail, charset = self._frame or self._compose()
        if headers is not None:
            if self._headers is None:
                raise TypeError(f"{self._codec.name} declares no headers")
            head = self._envelope.head(self._headers.write(headers))
        xml = f"{head}{self._codec.write(value)}{tail}"
        try:
            return xml.encode(charset)
        except UnicodeEncodeError:
            return encoded(xml, charset)

    def _compose(self) -> tuple[str, str, str]:
        envelope = self._envelope
        self._frame = envelope.head(), envelope.tail, envelope.wire.charset
        return self._frame

    def decode(
        self,
        header: Element | None,
        body: Element,
        children: Sequence[Element],
        size: int,
    ) -> tuple[Any, Any]:  # Any: the message's own type, and that of its headers
        """The value in an envelope's Body, and its declared headers.

        Args:
            header: the Header, if there is one.
            body: the Body.
            children: its children.
            size: the envelope's bytes.

        Raises:
            DecodeError: it violates its schema.
        """
        codec = self._codec
        if self._unnamed and len(children) == 1:
            element = children[0]
        else:
            element = codec.message_in(body, children)
        with collector_paused() if size >= LARGE else nullcontext():
            value = codec.reader(element)
        return value, None if self._headers is None else self.decode_headers(header)

    def decode_headers(self, header: Element | None) -> object:
        """The declared headers, all absent where there is no Header; None if none is declared."""
        if self._headers is None:
            return None
        if header is None:
            absent: object = self._headers.type()
            return absent
        found: object = self._headers.reader(header)
        return found
