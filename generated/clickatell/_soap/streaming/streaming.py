"""A reply read item by item, as it comes in, in bounded memory: `Operation.iter_response`.

The parser builds its tree as ever; after each piece of input, the items that are complete are
read and taken out of it, and so is all that is neither an item nor around one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeAlias

from ..errors.errors import DecodeError
from ..errors.problems import Problem
from ..secrets.redaction import Secrets
from ..soap.envelope import NAMES, Version, shown_name
from ..soap.messages import MessageFormat, Source
from ..xml.bounds import check_texts, refuse_deep
from ..xml.element import RPC_RESULT, Element, bad, local_name, noting, path_of
from ..xml.lenience import lenient
from ..xml.parsing import Limits
from .gathering import Gatherer, put
from .push_parser import Came, PushParser

_Tree: TypeAlias = (
    Any  # an lxml element, of which the readers' protocol changes nothing
)
_PIECE: Final = 2**16


def pieces(source: Source, at_most: int) -> Iterator[bytes]:
    """The bytes of a source, in pieces of a moderate size.

    Raises:
        DecodeError: it is more than so many bytes, which is all that an envelope may hold.
    """
    read = getattr(source, "read", None)
    given: Any = source if read is None else iter(lambda: read(_PIECE), b"")
    size = 0
    for data in given:
        size += len(data)
        if size > at_most:
            raise DecodeError("", f"more than {at_most:,} bytes in an envelope")
        for at in range(0, len(data), _PIECE):
            yield data[at : at + _PIECE]


@dataclass(frozen=True, slots=True)
class Items:
    """The repeated element of a reply: the way to it, and what reads one of its items.

    `path` leads there from the message's element, by names in Clark's notation; a part of an rpc
    reply is matched by its local name, and "" takes any. `array` means that the items are one of SOAP's
    arrays; `exact`, that several elements on the way have one local name. `fields` are the fields from
    the message's value to the list of the items; none where reading the whole message takes the items too.
    """

    path: tuple[str, ...]
    read: Callable[[Element], Any]  # Any: the items' own type
    array: bool = False
    exact: bool = False
    fields: tuple[str, ...] = ()

    def gather(
        self,
        version: Version,
        message: MessageFormat,
        envelope: bytes,
        charset: str | None,
        limits: Limits,
    ) -> tuple[Element, Callable[[object], bool]] | None:
        """As `Repeated.gather`."""
        if not self.fields:
            return None
        gatherer = Gatherer(version, message, self.path, self.read, limits)
        root = gatherer.root(envelope, charset)
        if root is None:
            return None
        return root, partial(put, fields=self.fields, items=gatherer.items)

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
    ) -> Iterator[Any]:
        """As `Repeated.iterate`."""
        noted = problems, secrets
        reader = ItemReader(version, message, self, fault, whole, limits, noted)
        parser = PushParser(charset, limits)
        return reader.read(parser, pieces(source, limits.envelope))

    def enter(self, e: Element) -> None:
        """See that an element on the way to the items is what it seems."""

    def check(self, item: Element) -> None:
        """Refuse an item of an array that is not simply the next one.

        Raises:
            DecodeError: there is text beside it.
        """
        if self.array:
            check_between(item)

    def leave(self) -> None:
        """Let go of what was kept while an item was read: here nothing is."""


def check_between(item: Element) -> None:
    """Refuse text beside an item of an array.

    Raises:
        DecodeError: there is some.
    """
    around = item.getparent()
    for text in (around.text, item.tail):
        if text is not None and not text.isspace():
            bad(around, "holds text beside its items")


class ItemReader:
    """Takes the items out of a reply that is still being parsed.

    Args:
        version: of SOAP.
        message: of the reply.
        items: their path in it, and what reads them.
        fault: raises what a Fault means.
        whole: reads an envelope that is not of this version, to raise the reason.
        limits: how much the reply may hold.
        noted: where problems are noted, `None` where reading is strict; the package's secrets.
    """

    def __init__(
        self,
        version: Version,
        message: MessageFormat,
        items: Items,
        fault: Callable[[Element], object],
        whole: Callable[[bytes], object],
        limits: Limits,
        noted: tuple[list[Problem] | None, Secrets],
    ) -> None:
        self._noted = noted
        self._names = NAMES[version]
        self._message = message
        self._items = items
        self._fault = fault
        self._whole = whole
        self._limits = limits
        self._number = 0
        self._came = Came()
        self._seen: set[str] = set()
        self._names_types = False

    def read(self, parser: PushParser, source: Iterator[bytes]) -> Iterator[Any]:
        """The items, as the source's pieces come in.

        Raises:
            SoapFault: the envelope holds a fault.
            DecodeError: it is not well-formed, violates its schema, or is beyond the
                limits.
        """
        for data in source:
            parser.feed(data)
            self._came.add(len(data))
            if parser.root is None:
                continue
            self._names_types = parser.names_types
            if parser.root.tag != self._names.envelope:
                self._whole(b"".join([parser.begun, *source]))
            yield from self._envelope(parser.root, True)
        root = parser.close()
        self._names_types = parser.names_types
        yield from self._envelope(root, False)
        if "Body" not in self._seen:
            raise DecodeError("", "the envelope has no Body")
        if "message" not in self._seen:
            raise DecodeError("Body", "is empty")

    # ------------------------------------------------------------- from the outside to the items

    def _envelope(self, root: _Tree, unfinished: bool) -> Iterator[Any]:
        for child, is_open in _children(root, unfinished):
            if child.tag != self._names.body or not self._is_body(child):
                _drop(root, child, is_open)
                continue
            if self._message.tag is not None:
                yield from self._body(child, is_open)
            else:
                self._seen.add("message")
                yield from self._inside(child, self._items.path, is_open)

    def _is_body(self, child: _Tree) -> bool:
        """Whether a Body is the envelope's first, which stays there; further ones are read over."""
        if "Body" in self._seen:
            return child.getprevious() is None
        self._seen.add("Body")
        return True

    def _body(self, body: _Tree, unfinished: bool) -> Iterator[Any]:
        for child, is_open in _children(body, unfinished):
            if child.tag == self._names.fault:
                if not is_open:
                    refuse_deep(body.getparent(), self._limits.depth)
                    noting.on = self._names_types
                    with lenient(*self._noted):
                        self._fault(child)
            elif self._is_message(child):
                yield from self._inside(child, self._items.path, is_open)
            else:
                _drop(body, child, is_open)

    def _is_message(self, child: _Tree) -> bool:
        """Whether a child of the Body is the message, which stays there and is known by that.

        Raises:
            DecodeError: another element is in its place.
        """
        message = self._message
        if "message" in self._seen:
            return child.getprevious() is None
        if message.encoded and child.get("id") is not None:
            return False
        named = child.tag == message.expects or child.tag in message.also
        if not message.rpc and not named:
            wanted = repr(message.expects)
            raise DecodeError("Body", f"{shown_name(child)} is there, not {wanted}")
        self._seen.add("message")
        return True

    def _inside(
        self, e: _Tree, path: tuple[str, ...], unfinished: bool
    ) -> Iterator[Any]:
        """The items in an element on the way to them."""
        step, rest = path[0], path[1:]
        self._items.enter(e)
        if not rest:
            yield from self._complete(e, step, unfinished)
            return
        for child, is_open in _children(e, unfinished):
            if not self._is_step(child, step):
                _drop(e, child, is_open)
                continue
            yield from self._inside(child, rest, is_open)
            if not is_open:
                e.remove(child)

    def _complete(self, e: _Tree, step: str, unfinished: bool) -> Iterator[Any]:
        """The items that are complete in the element around them."""
        count = len(e) - 1 if unfinished else len(e)
        if count <= 0:
            return
        # Only here, as what is open may be large, and looked at again and again.
        refuse_deep(e.getroottree().getroot(), self._limits.depth)
        values: list[Any] = []
        failed: DecodeError | None = None
        check = self._came.may_hold(self._limits.text)
        # Whoever iterates may have read another document since, or go on in another thread.
        noting.on = self._names_types
        try:
            with lenient(*self._noted):
                for child in e[:count]:
                    if child.tag == step or self._is_step(child, step):
                        if check:
                            check_texts(child, self._limits.text)
                        values.append(self._item(child))
        except DecodeError as error:
            failed = error
        # Elements that Python has let go of are freed with what is in them, and fast.
        child = None
        del e[:count]
        yield from values
        if failed is not None:
            raise failed

    def _is_step(self, child: _Tree, step: str) -> bool:
        tag: str = child.tag
        if not step:
            return tag != RPC_RESULT
        if tag == step or self._items.exact:
            return tag == step
        # in the wrong namespace it is meant all the same, as `misnamed` has it
        return local_name(child) == step.rpartition("}")[2]

    def _item(self, e: _Tree) -> Any:  # Any: the items' own type
        """An item's value. Errors count all items, not only those that are still there."""
        number, self._number = self._number, self._number + 1
        problems = self._noted[0]
        before = len(problems) if problems is not None else 0
        try:
            self._items.check(e)
            return self._items.read(e)
        except DecodeError as error:
            error.path = _numbered(error.path, e, number)
            error.args = (error.path, error.message)
            raise
        except RecursionError:
            raise DecodeError("", "nested too deeply to be read") from None
        finally:
            if problems is not None:
                for index in range(before, len(problems)):
                    path = _numbered(problems[index].path, e, number)
                    problems[index] = replace(problems[index], path=path)
            self._items.leave()


def _numbered(path: str, item: Element, number: int) -> str:
    """A path into an item, with the item's number among all."""
    here = path_of(item)
    if not path.startswith(here):
        return path
    return f"{_unnumbered(here)}[{number}]{path.removeprefix(here)}"


def _unnumbered(path: str) -> str:
    return path[: path.rindex("[")] if path.endswith("]") else path


def _children(e: _Tree, unfinished: bool) -> Iterator[tuple[Any, bool]]:
    """An element's children so far, and whether each is open: of an unfinished one the last is."""
    children = e[:]
    last = len(children) - 1
    for number, child in enumerate(children):
        yield child, unfinished and number == last


def _drop(parent: _Tree, child: _Tree, is_open: bool) -> None:
    """Take out what nobody reads; of an open element what is complete in it."""
    if not is_open:
        parent.remove(child)
        return
    while children := child[:]:
        del child[:-1]
        child = children[-1]
