"""Multi-reference values: what an `href` or a `ref` points to (SOAP 1.1, section 5.4.1; SOAP 1.2, part 2, 3.1.5).

Each target is read once, and known before it is filled: what is shared stays shared, and
cycles close.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from .element import SPACE, Element, is_nil, path_of
from .errors import DecodeError

T = TypeVar("T")
_ENCODING_12 = "{http://www.w3.org/2003/05/soap-encoding}"
_MAX_CHAIN = 32


class _References:
    """The targets of one document, and what was read of them."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.targets: dict[str, Element] = {}
        for e in root.getroottree().iter():
            for name in ("id", f"{_ENCODING_12}id"):
                if (key := e.get(name)) is not None:
                    self.targets.setdefault(key, e)
        self.read: dict[tuple[Element, Callable[..., object]], object] = {}
        self.begun: dict[Element, object] = {}
        self.reading: set[tuple[Element, Callable[..., object]]] = set()


class _Local(threading.local):
    references: _References | None = None


_local = _Local()


def _references(e: Element) -> _References:
    """The references of the document that an element is of; those of the last one are kept."""
    root = e.getroottree().getroot()
    known = _local.references
    if known is None or known.root is not root:
        known = _local.references = _References(root)
    return known


def target_of(e: Element) -> Element:
    """The element that another one stands for: itself where it points nowhere.

    Raises:
        DecodeError: the reference leads nowhere, or round in a circle.
    """
    for _ in range(_MAX_CHAIN):
        href = e.get("href")
        key = href[1:] if href is not None and href[:1] == "#" else None
        if key is None:
            key = e.get(f"{_ENCODING_12}ref")
        if key is None:
            return e
        target = _references(e).targets.get(key)
        if target is None:
            raise DecodeError(path_of(e), f"the reference {key!r} leads nowhere")
        e = target
    raise DecodeError(path_of(e), "references that lead to references without end")


def nil_or(e: Element, read: Callable[[Element], T]) -> T | None:
    """An encoded value: nil, or what the element holds, or what it points to.

    Only an empty element is nil or points elsewhere: the others are not asked.
    """
    text = e.text
    if (text is None or not text.strip(SPACE)) and not len(e) and len(e.attrib):
        target = target_of(e)
        if is_nil(target):
            return None
        if target is not e:
            return _shared(target, read)
    return read(e)


def referenced(e: Element, read: Callable[[Element], T]) -> T:
    """An encoded value that may not be nil: what the element holds, or what it points to.

    Raises:
        DecodeError: it is nil, or points nowhere.
    """
    target = target_of(e) if len(e.attrib) and not len(e) else e
    return read(e) if target is e else _shared(target, read)


def _shared(target: Element, read: Callable[[Element], T]) -> T:
    references = _references(target)
    key = (target, read)
    if key in references.read:
        return references.read[key]  # type: ignore[return-value]  # what this reader gave
    if key in references.reading:
        begun = references.begun.get(target)
        if begun is None:
            raise DecodeError(path_of(target), "contains itself, and its type may not")
        return begun  # type: ignore[return-value]  # what this reader has begun
    references.reading.add(key)
    try:
        value = references.read[key] = read(target)
    finally:
        references.reading.discard(key)
    return value


def new(cls: type[T], e: Element) -> T:
    """A value of a type that may contain itself, known before it is filled."""
    v = cls.__new__(cls)
    if e.get("id") is not None or e.get(f"{_ENCODING_12}id") is not None:
        references = _references(e)
        references.begun[e] = v
    return v


def forget() -> None:
    """Let go of the last document's references."""
    _local.references = None
