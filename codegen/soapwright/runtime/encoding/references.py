"""Multi-reference values: what an `href` or a `ref` points to (SOAP 1.1, section 5.4.1; SOAP 1.2, part 2, 3.1.5).

Each target is read once, and known before it is filled: what is shared stays shared, and
cycles close. A chain of targets of any length is read without deep recursion: beyond some
depth a target is only begun, and filled when those above it are done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

from ..errors.errors import DecodeError
from ..secrets.redaction import ALWAYS
from ..values.names import SOAP12_ENCODING
from ..values.strings import SPACE
from ..xml.element import NIL, Element, bad, is_nil, path_of, tolerated
from ..xml.lenience import HIDDEN
from ..xml.parsing import limits_here
from .expansion import Expansion, Key

T = TypeVar("T")
Reader: TypeAlias = Callable[[Element], T]

ID: Final = f"{{{SOAP12_ENCODING}}}id"
REF: Final = f"{{{SOAP12_ENCODING}}}ref"
_MAX_OPEN: Final = 32
"""Targets that are read within each other: each costs some of Python's stack."""
_MAX_STEPS: Final = 32
"""References that the path of an error is traced back through."""
_MAX_HOLES: Final = 1_000_000
"""Places of arrays, in one document, that nothing was sent for."""
_SHOWN: Final = 60
_of_parts: Final[set[Reader[Any]]] = set()  # Any: whatever each reader gives
FIRST_NO_SPACE: Final = "!"
"""Any text that comes after it begins with what is no space: quicker than to ask for space."""


class _Begun(Exception):
    """A target's value is begun, and is not to be filled yet: `args[0]` is the value."""


class _References:
    """The targets of one document, and what was read of them."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.holes = 0
        self._targets: dict[Element, dict[str, Element]] = {}
        self._resolved: dict[tuple[Element, str], Element] = {}
        self._referrers: dict[Element, Element] = {}
        self._done: dict[Key, Any] = {}  # Any: whatever each reader gives
        self._begun: dict[Key, Any] = {}  # Any: as for those that are done
        self._open: dict[Key, None] = {}  # a stack with quick look-up
        self._owed: list[tuple[Element, Reader[Any]]] = []  # Any: as above
        self._only_begin: Element | None = None
        self._placed: DecodeError | None = None
        self._expansion = Expansion(limits_here())

    # ---------------------------------------------------------------------------- targets

    def resolve(self, e: Element, key: str) -> Element:
        """The element that a reference leads to in the end, perhaps by other references.

        Raises:
            DecodeError: it leads nowhere, or is circular.
        """
        target = e
        passed: dict[tuple[Element, str], None] = {}
        step: str | None = key
        while step is not None:
            at = _part(target, self.root), step
            if at in self._resolved:
                target = self._resolved[at]
                break
            if at in passed:
                raise DecodeError(path_of(e), "a reference that leads to itself")
            found = self._target(*at)
            if found is None:
                raise DecodeError(path_of(e), _nowhere(step))
            passed[at] = None
            target = found
            step = _reference(target) if _is_empty(target) else None
        self._resolved.update(dict.fromkeys(passed, target))
        if target is not e:
            self._referrers.setdefault(target, e)
        return target

    def _target(self, part: Element, key: str) -> Element | None:
        """The element of an id: one of the same part of the envelope, where it has such. Another part
        may be anybody's, where this one is signed."""
        for scope in (part, self.root):
            known = self._targets.get(scope)
            if known is None:
                known = self._targets[scope] = _targets(scope)
            if key in known:
                return known[key]
        return None

    # ----------------------------------------------------------------------------- values

    def value(self, target: Element, read: Reader[T], at: Element, below: int = 0) -> T:
        """The value that a reader makes of a target, to which `at` points: each time the same.

        Args:
            target: the target.
            read: the reader.
            at: what points there.
            below: how much deeper in that the reference is.

        Raises:
            DecodeError: it does not read, contains itself and cannot be begun before it is
                filled, or is too large or too deep with all that it refers to.
        """
        key = (target, read)
        around = next(reversed(self._open), None)
        depth = self._expansion.refer(around, key, at, below)
        for known in (self._done, self._begun):
            if key in known:
                self._expansion.repeats = True
                if around is None:
                    self._expansion.check(key, at, depth)
                found: T = known[key]
                return found
        if key in self._open:
            raise DecodeError(path_of(at), "contains itself, and its type may not")
        if len(self._open) >= _MAX_OPEN:
            return self._begin_only(target, read)
        try:
            value = self._read(target, read)
            while self._owed and not self._open:
                self._read(*self._owed.pop())
            if around is None:
                self._expansion.check(key, at, depth)
        except DecodeError:
            if not self._open:  # what is begun will never be filled
                self._forget_values()
            raise
        return value

    def _forget_values(self) -> None:
        self._owed.clear()
        self._begun.clear()
        self._done.clear()

    def _read(self, target: Element, read: Reader[T]) -> T:
        key = (target, read)
        self._expansion.begin(key)
        self._open[key] = None
        try:
            value = self._done[key] = read(target)
        except DecodeError as error:
            if error is not self._placed:
                self._place(error, target)
            raise
        finally:
            del self._open[key]
        return value

    def _begin_only(self, target: Element, read: Reader[T]) -> T:
        """A value that is filled later; one that cannot be begun without is read as any other."""
        self._only_begin = target
        try:
            return self._read(target, read)
        except _Begun as begun:
            self._owed.append((target, read))
            value: T = begun.args[0]
            return value
        finally:
            self._only_begin = None

    def begin(self, cls: type[T], e: Element) -> T:
        """A new value for an element; the one that was begun, if it was.

        It is that of each reader that led to the one that asks: the declared type's, which left
        it to a derived type's.
        """
        keys: list[Key] = []
        for key in reversed(self._open):
            if key[0] is not e or keys and key in self._begun:
                break
            keys.append(key)
        known = [self._begun[key] for key in keys if key in self._begun]
        value: T = known[0] if known else cls.__new__(cls)
        for key in keys:
            self._begun.setdefault(key, value)
        if self._only_begin is e:
            raise _Begun(value)
        return value

    def is_innermost(self, e: Element) -> bool:
        """Whether an element is the target that is being read just now."""
        return bool(self._open) and next(reversed(self._open))[0] is e

    def is_pointed_to(self, e: Element) -> bool:
        """Whether a reference has been found to lead to an element."""
        return e in self._referrers

    # ----------------------------------------------------------------------------- errors

    def _place(self, error: DecodeError, target: Element) -> None:
        """Say where an error is by the way that led there: an independent element has no place."""
        self._placed = error
        top = _independent(target)
        path = error.path.removeprefix(path_of(top))
        for _ in range(_MAX_STEPS):
            referrer = self._referrers.get(top)
            if referrer is None:
                path = path_of(top) + path
                break
            top = _independent(referrer)
            path = path_of(referrer).removeprefix(path_of(top)) + path
        else:
            path = f"…{path}"
        error.path = path
        if ALWAYS.has_path(path):
            error.message = HIDDEN
            error.__context__ = None  # it quotes the text
        error.args = (path, error.message)


def _part(e: Element, root: Element) -> Element:
    """The part of the envelope that an element is in: its Header or its Body."""
    while (parent := e.getparent()) is not None and parent is not root:
        e = parent
    return e


def _targets(scope: Any) -> dict[str, Element]:  # Any: the protocol has no `iter`
    """The elements in a scope with an id, by it; of several with one id the first."""
    targets: dict[str, Element] = {}
    for e in scope.iter():
        for name in ("id", ID):
            if (key := e.get(name)) is not None:
                targets.setdefault(key, e)
    return targets


def _reference(e: Element) -> str | None:
    """The id that an element points to, None where it points nowhere, or to a part of the message.

    Raises:
        DecodeError: it points out of the document.
    """
    href = e.get("href")
    if href is None:
        ref = e.get(REF)
        # an id, which has no "#"; PHP writes one
        return None if ref is None else ref.removeprefix("#")
    if href[:1] != "#":
        if href[:4].lower() == "cid:":
            return None
        raise DecodeError(path_of(e), f"{_quoted(href)} is not in the envelope")
    return href[1:]


def reads_parts(read: Reader[T]) -> Reader[T]:
    """A reader that takes the value of an element from the part of the message that its `href` names."""
    _of_parts.add(read)
    return read


def _check_part(e: Element, read: Reader[T]) -> None:
    """Refuse an element whose value is a part of the message, where a reader takes none.

    Raises:
        DecodeError: it is so.
    """
    href = e.get("href")
    if href is not None and href[:4].lower() == "cid:" and read not in _of_parts:
        raise DecodeError(path_of(e), f"{_quoted(href)} is not in the envelope")


def _independent(e: Element) -> Element:
    """The child of Body or Header that an element is, or is in."""
    while (parent := e.getparent()) is not None:
        above = parent.getparent()
        if above is None or above.getparent() is None:
            return e
        e = parent
    return e


def _nowhere(key: str) -> str:
    return f"the reference {_quoted(key)} leads nowhere"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _is_empty(e: Element) -> bool:
    text = e.text
    return (text is None or not text.strip(SPACE)) and not len(e)


# ------------------------------------------------------------------ of the document at hand


class _Local(threading.local):
    references: _References | None = None


_local = _Local()
_any = False
"""Whether any document of this process had references: most have none."""


def _references(e: Element) -> _References:
    """The references of the document that an element is of; those of the last one are kept."""
    global _any
    root = e.getroottree().getroot()
    known = _local.references
    if known is None or known.root is not root:
        _any = True
        known = _local.references = _References(root)
    return known


def forget() -> None:
    """Let go of the last document's references."""
    if _any:
        _local.references = None


def allow_holes(e: Element, count: int) -> None:
    """Take note of places of an array that nothing was sent for.

    Raises:
        DecodeError: the document has had too many of them.
    """
    references = _references(e)
    references.holes += count
    if references.holes > _MAX_HOLES:
        raise DecodeError(path_of(e), "an array with too many holes")


# ------------------------------------------------------------------------ what readers call


def target_of(e: Element) -> Element:
    """The element that another one points to: itself where it is no reference.

    Raises:
        DecodeError: the reference leads nowhere, round in a circle, or out of the document.
    """
    key = _reference(e)
    return e if key is None else _references(e).resolve(e, key)


def refuse_reference(e: Element) -> None:
    """Refuse an element that points elsewhere, where nothing else is at hand.

    Raises:
        DecodeError: it does.
    """
    if _reference(e) is not None:
        raise DecodeError(path_of(e), "points elsewhere: the whole reply must be read")


def resolved(e: Element, key: str, read: Reader[T], below: int) -> T:
    """The value of a reference inside an element that is read as a whole.

    Args:
        e: the element.
        key: the id that the reference has.
        read: reads what it leads to.
        below: how deep the reference is in the element.

    Raises:
        DecodeError: it leads nowhere, or contains itself, or does not read.
    """
    references = _references(e)
    return references.value(references.resolve(e, key), read, e, below)


def is_pointed_to(e: Element) -> bool:
    """Whether a reference that was read leads to an element."""
    references = _local.references
    return references is not None and references.is_pointed_to(e)


def nil_or(e: Element, read: Reader[T]) -> T | None:
    """An encoded value: nil, or what the element holds, or what it points to.

    Only an empty element is nil or points elsewhere: the others are not asked.

    Raises:
        DecodeError: it does not read, or points nowhere.
    """
    text = e.text
    if text is not None and text >= FIRST_NO_SPACE:
        return read(e)
    names = e.keys()
    if not names or (text is not None and text.strip(SPACE)):
        return read(e)
    if len(e):
        if "id" in names or ID in names:
            return _references(e).value(e, read, e)
        return read(e)
    if NIL in names and is_nil(e):
        return None
    try:
        target = target_of(e)
        _check_part(target, read)
    except DecodeError as error:
        tolerated(e, error)
        return None
    if target is e:
        return _inline(e, names, read)
    if _is_empty(target) and is_nil(target):
        return None
    return _references(target).value(target, read, e)


def _inline(e: Element, names: Any, read: Reader[T]) -> T:  # Any: as of `keys`
    """The value of an element; one with an id may also be pointed to."""
    if "id" in names or ID in names:
        return _references(e).value(e, read, e)
    return read(e)


def referenced(e: Element, read: Reader[T]) -> T:
    """An encoded value that may not be nil: what the element holds, or what it points to.

    Raises:
        DecodeError: it is nil, points nowhere, or does not read.
    """
    value = nil_or(e, read)
    if value is None:
        value = bad(e, "is nil, and may not be")
    return value


def shared(e: Element, read: Reader[T]) -> T:
    """The value that another reader than the declared type's makes of an element.

    Where the element is a target, whoever reads it by that reader is given the same value.
    """
    references = _local.references
    if references is not None and references.is_innermost(e):
        return references.value(e, read, e)
    return read(e)


def new(cls: type[T], e: Element) -> T:
    """A value of a type that may contain itself, known before it is filled."""
    references = _local.references
    if references is None:
        return cls.__new__(cls)
    return references.begin(cls, e)
