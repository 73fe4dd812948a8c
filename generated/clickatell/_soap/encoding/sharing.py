"""How one encoded envelope is written: what is shared is written by reference (SOAP 1.1, section 5.4.1; SOAP 1.2, part 2, 3.1.5).

A message is written once to see what is in it more than once, by identity. Mostly nothing is, and
the text is kept. Else it is written again: in the Body of SOAP 1.1's encoding what is shared
becomes an independent element behind the call, with an `id`; in headers, in faults and in SOAP
1.2's encoding it is in its first place. The other places have an `href`, or a `ref`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar, cast

from ..errors.refusals import Refusal
from ..soap.envelope import Envelope
from ..soap.messages import References
from ..values.names import declared_where_used, tag_end
from ..xml.element import (
    ARRAY_SIZE,
    ARRAY_TYPE,
    ITEM_TYPE,
    XSI_TYPE,
    Element,
)
from .references import ID

W = TypeVar("W", bound=Callable[..., str])

_INDEPENDENT: Final = "multiRef"
_TOO_DEEP: Final = "is nested too deeply"

# A value, by its identity, and what writes it.
_Key: TypeAlias = tuple[int, Hashable]


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of an operation's envelopes."""

    prefix: str
    """The prefix of its namespace."""
    soap12: bool = False
    """Whether it is that of SOAP 1.2."""
    attributes: str = ""
    """Its declaration on an element: `encodingStyle`."""


class Writing:
    """One envelope that is being written.

    Args:
        envelope: of the operation.
        encoding: of the operation.
        references: what is written by reference.

    Raises:
        ValueError: `references` is none.
    """

    __slots__ = ("_members", "encoding", "envelope", "graph", "number", "references")

    def __init__(
        self, envelope: Envelope, encoding: Encoding, references: References
    ) -> None:
        if references not in ("shared", "cycles"):
            raise ValueError(f"references={references!r}: 'shared' or 'cycles' wanted")
        self.envelope = envelope
        self.encoding = encoding
        self.references = references
        self.number = 0
        """Of the last identifier."""
        self.graph: _Graph | None = None
        self._members: bool | None = None

    def qualified(self, default: bool) -> bool:
        """Whether members of structures are qualified: in a reply as in the request.

        Args:
            default: where there is no request, or none that has members.
        """
        if self._members is None:
            request = _local.request
            found = None if request is None else qualified_members(request)
            self._members = default if found is None else found
        return self._members

    def __enter__(self) -> Writing:
        _local.writing = self
        return self

    def __exit__(self, *_: object) -> None:
        _local.writing = None

    def write(self, text: Callable[[], str], owner: object, *, embedded: bool) -> str:
        """The text of one value, with all that is shared in it.

        Args:
            text: makes it.
            owner: the value.
            embedded: whether what is shared must be inside it.

        Raises:
            Refusal: it is nested too deeply.
            TypeError: as the writers.
            ValueError: as the writers.
        """
        within = embedded or self.encoding.soap12
        graph = self.graph = _Graph(self, embedded=within)
        try:
            xml = text()
            if not graph.repeated:
                return xml
            graph.settle()
            return text() + graph.independent()
        except RecursionError:
            raise Refusal(owner, "", _TOO_DEEP) from None
        finally:
            self.graph = None


class _Graph:
    """The values of one message that may be shared."""

    __slots__ = (
        "_cycles",
        "_embedded",
        "_ids",
        "_pending",
        "_writing",
        "noting",
        "repeated",
        "seen",
    )

    def __init__(self, writing: Writing, *, embedded: bool) -> None:
        self._writing = writing
        self._embedded = embedded
        self._cycles = _Cycles() if writing.references == "cycles" else None
        self._ids: dict[_Key, str] = {}
        self._pending: list[tuple[str, Callable[..., str], object]] = []
        self.noting = True
        """Whether what is shared is only found out."""
        self.seen: dict[_Key, object] = {}  # values too: they must live on
        self.repeated: set[_Key] = set()

    def enter(self, key: _Key, v: object) -> str:
        """A value is reached: "" for the first time, else its placeholder."""
        cycles = self._cycles
        if key in self.seen:
            self.repeated.add(key)
            if cycles is not None:
                cycles.again(key)
            return "<again/>"
        self.seen[key] = v
        if cycles is not None:
            cycles.enter(key)
        return ""

    def leave(self, key: _Key) -> None:
        """All that is in a value was come to."""
        if self._cycles is not None:
            self._cycles.leave(key)

    def settle(self) -> None:
        """Find out what is written by reference: all that is needed for that is noted."""
        self.noting = False
        if self._cycles is not None:
            self.repeated &= self._cycles.found

    def place(
        self,
        key: _Key,
        write: Callable[..., str],
        v: object,
        tag: str,
        attributes: str,
    ) -> tuple[str, str]:
        """A reference to a value; "" where the value itself is written, and its attributes."""
        if key not in self.repeated:
            return "", attributes
        name = self._ids.get(key)
        if name is None:
            self._writing.number += 1
            name = self._ids[key] = f"ref-{self._writing.number}"
            if self._embedded:
                return "", f"{attributes}{self._identifier(name)}"
            self._pending.append((name, write, v))
        return f"<{tag}{attributes}{self._reference(name)}/>", ""

    def independent(self) -> str:
        """The independent elements, which may lead to others."""
        texts = []
        envelope, style = self._writing.envelope, self._writing.encoding.attributes
        for name, write, v in self._pending:  # which grows
            xml = write(v, _INDEPENDENT, f"{self._identifier(name)}{style}")
            texts.append(declared_where_used(xml, envelope.undeclared))
        return "".join(texts)

    def _identifier(self, name: str) -> str:
        encoding = self._writing.encoding
        return f' {encoding.prefix}:id="{name}"' if encoding.soap12 else f' id="{name}"'

    def _reference(self, name: str) -> str:
        encoding = self._writing.encoding
        if encoding.soap12:
            return f' {encoding.prefix}:ref="{name}"'
        return f' href="#{name}"'


class _Cycles:
    """Which values are part of a cycle, by Tarjan's algorithm, as the writers go through them."""

    __slots__ = ("_index", "_low", "_path", "_waiting", "found")

    def __init__(self) -> None:
        self._index: dict[_Key, int] = {}
        self._low: dict[_Key, int] = {}
        self._path: list[_Key] = []
        self._waiting: dict[_Key, None] = {}  # a stack with quick look-up
        self.found: set[_Key] = set()
        """Those that are."""

    def enter(self, key: _Key) -> None:
        """A value is come to for the first time."""
        self._index[key] = self._low[key] = len(self._index)
        self._path.append(key)
        self._waiting[key] = None

    def again(self, key: _Key) -> None:
        """A value is come to again."""
        if key in self._waiting:
            above = self._path[-1]
            self._low[above] = min(self._low[above], self._index[key])
            if above == key:
                self.found.add(key)

    def leave(self, key: _Key) -> None:
        """All that is in a value was come to."""
        self._path.pop()
        low = self._low[key]
        if self._path:
            above = self._path[-1]
            self._low[above] = min(self._low[above], low)
        if low != self._index[key]:
            return
        component = []
        while True:
            one, _ = self._waiting.popitem()
            component.append(one)
            if one == key:
                break
        if len(component) > 1:
            self.found.update(component)


# ------------------------------------------------------------------------ what writers ask


class _Local(threading.local):
    writing: Writing | None = None
    request: Element | None = None
    """The envelope that is answered."""


_local = _Local()


def by_reference(cls: type[object]) -> Callable[[W], W]:
    """Make the writer of a type, whose values are of `cls`, write what is shared by reference.

    Equal tuples are one value: only lists are shared.
    """

    def decorate(write: W) -> W:
        def refer(v: object, tag: str, attributes: str = "") -> str:
            writing = _local.writing
            graph = None if writing is None else writing.graph
            if graph is None or not (
                v.__class__ is cls or cls is list and isinstance(v, list)
            ):
                return write(v, tag, attributes)
            key = id(v), write
            if graph.noting:
                again = graph.enter(key, v)
                if again:
                    return again
                text = write(v, tag, attributes)
                graph.leave(key)
                return text
            text, attributes = graph.place(key, write, v, tag, attributes)
            return text or write(v, tag, attributes)

        return cast(W, refer)

    return decorate


def written(write: Callable[..., str], *, embedded: bool) -> Callable[..., str]:
    """A message's writer, which writes what is shared in it by reference.

    Args:
        write: writes the message, whatever is shared.
        embedded: whether what is shared must be inside it.
    """

    def write_all(v: object, *tagged: str) -> str:
        writing = _local.writing
        if writing is None:  # not by its operation
            return write(v, *tagged)
        return writing.write(lambda: write(v, *tagged), v, embedded=embedded)

    return write_all


def write_shared(
    v: object, tag: str, kind: Hashable, write: Callable[[str, str], str]
) -> str:
    """The element of a list that has no writer of its own, or a reference to it.

    Args:
        v: the list.
        tag: the element's.
        kind: equal for lists that are written alike.
        write: makes the element of a tag and attributes.
    """
    writing = _local.writing
    graph = None if writing is None else writing.graph
    if graph is None or not isinstance(v, list):
        return write(tag, "")
    key = id(v), kind
    if graph.noting:
        again = graph.enter(key, v)
        if again:
            return again
        text = write(tag, "")
        graph.leave(key)
        return text
    text, attributes = graph.place(key, lambda _, *given: write(*given), v, tag, "")
    return text or write(tag, attributes)


def member_prefix(prefix: str, *, qualified: bool = False) -> str:
    """The prefix of the members of a structure, with its colon; mostly "".

    Args:
        prefix: of the namespace that the schema gives them.
        qualified: whether the package's wire style has it, where the request does not determine it.
    """
    writing = _local.writing
    if writing is not None:
        qualified = writing.qualified(qualified)
    return prefix if qualified else ""


def encoded_block(xml: str) -> str:
    """An element with the attribute that declares its encoding: a header block, or a fault's entry."""
    writing = _local.writing
    if writing is None:
        return xml
    end = tag_end(xml)
    return f"{xml[:end]}{writing.encoding.attributes}{xml[end:]}"


def writes_soap12(*, otherwise: bool = False) -> bool:
    """Whether the envelope at hand is in SOAP 1.2's encoding; `otherwise` where there is none."""
    writing = _local.writing
    return otherwise if writing is None else writing.encoding.soap12


# -------------------------------------------------------------------------------- requests


@contextmanager
def answering(request: Element) -> Generator[None]:
    """Write envelopes that answer a request, whose envelope is given."""
    _local.request = request
    try:
        yield
    finally:
        _local.request = None


def qualified_members(envelope: Element) -> bool | None:
    """Whether the members of structures in a Body are qualified; None where there are none.

    The first one decides. The parts of a call are none, nor are the items of arrays.
    """
    body = envelope[-1] if len(envelope) else envelope
    for child in body[:]:
        independent = child.get("id") is not None or child.get(ID) is not None
        for holder in [child] if independent else child[:]:
            for e in holder.iter():
                if len(e) and not _is_array(e):
                    return str(e[0].tag)[:1] == "{"
    return None


def _is_array(e: Element) -> bool:
    """Whether an element declares that it is an array."""
    names = e.keys()
    if ARRAY_TYPE in names or ITEM_TYPE in names or ARRAY_SIZE in names:
        return True
    return (e.get(XSI_TYPE) or "").rpartition(":")[2] == "Array"
