"""The part of an lxml element that readers use, and their errors when one does not read."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Never, Protocol, TypeVar, cast, overload

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError
from ..secrets.redaction import ALWAYS, Secrets, raise_alone
from ..values.names import SOAP11_ENCODING, SOAP12_ENCODING, XSI
from ..values.strings import SPACE
from .lenience import HIDDEN, notes, strictly

T = TypeVar("T")
XSI_TYPE: Final = f"{{{XSI}}}type"
NIL: Final = f"{{{XSI}}}nil"
ARRAY_TYPE: Final = f"{{{SOAP11_ENCODING}}}arrayType"
ITEM_TYPE: Final = f"{{{SOAP12_ENCODING}}}itemType"
ARRAY_SIZE: Final = f"{{{SOAP12_ENCODING}}}arraySize"
ARRAYS: Final = (f"{{{SOAP11_ENCODING}}}Array", f"{{{SOAP12_ENCODING}}}Array")
RPC_RESULT: Final = "{http://www.w3.org/2003/05/soap-rpc}result"

_TRUE: Final = ("true", "1")
# lxml collects the declarations in scope anew each time it is asked: without a bound, a small
# envelope of many prefixes and many types would take hours.
_MAX_PREFIXES: Final = 500

NOTHING: Final[Never] = cast("Never", None)
"""In place of a value that does not read, where that is lenient. Annotations are for valid
envelopes, so it is of every type."""
MISSING: Final[Any] = object()
"""The value of a reader's local until its element is read; it never leaves the reader."""


class Element(Protocol):
    """An lxml element, as far as readers need it; lxml itself ships no types."""

    @property
    def tag(self) -> Any: ...  # Any: to the stubs it is a union, to the readers a str

    @property
    def text(self) -> str | None: ...

    @property
    def tail(self) -> str | None: ...

    @property
    def attrib(self) -> Any: ...  # Any: lxml's mapping is no Mapping to its stubs

    @property
    def nsmap(self) -> Mapping[Any, str]: ...  # Any: the key is str | None, invariantly

    def get(self, key: str) -> str | None: ...

    def keys(self) -> Any: ...  # Any: a list, by the stubs of str or bytes

    # Any: the protocol cannot declare "another one" invariantly
    def getparent(self) -> Any: ...

    def getroottree(self) -> Any: ...  # Any: a tree, of which only the root is used

    @overload
    def __getitem__(self, where: int) -> Any: ...  # Any: as getparent

    @overload
    def __getitem__(self, where: slice) -> list[Any]: ...  # Any: as getparent

    def __iter__(self) -> Iterator[Any]: ...  # Any: as getparent

    def __len__(self) -> int: ...


def local_name(e: Element) -> str:
    """An element's name without its namespace: parts of a call are known by that.

    SOAP 1.2's rpc:result keeps its namespace: it names the part that is the result, and is
    none itself (SOAP 1.2, part 2, section 4.2.1).
    """
    tag: str = e.tag
    if tag[0] != "{" or tag == RPC_RESULT:
        return tag
    return tag.rpartition("}")[2]


# ------------------------------------------------------------------------------ where it is


class _Quiet(threading.local):
    on = False


_quiet = _Quiet()


class _Noting(threading.local):
    """Whether the document that was parsed last may name types; each parse sets it anew."""

    on = False


noting: Final = _Noting()


@contextmanager
def without_paths() -> Generator[None]:
    """Errors raised inside have no path: they are not reported, and paths cost a look at all siblings.

    Nothing is read leniently inside: what fails is read in another way.
    """
    before, _quiet.on = _quiet.on, True
    try:
        with strictly():
            yield
    finally:
        _quiet.on = before


def quiet() -> bool:
    """Whether what is read now may fail without a report."""
    return _quiet.on


def path_of(e: Element) -> str:
    """Where an element is below Body or Header: `sendmsg.to[3]`, `Header.Trace`.

    Of several of one name each has its number, from 0; so have an array's items, whose names
    mean nothing (SOAP 1.1, section 5.4.2).
    """
    if _quiet.on:
        return ""
    steps: list[str] = []
    while (parent := e.getparent()) is not None and parent.getparent() is not None:
        if parent.getparent().getparent() is None:
            steps.append(local_name(e))
            if local_name(parent) == "Header":
                steps.append("Header.")
            break
        steps.append(_step(e, parent))
        e = parent
    return "".join(reversed(steps))


def _step(e: Element, parent: Element) -> str:
    if (noted := notes()) is not None:
        if parent not in noted.steps:
            noted.steps[parent] = _all_steps(parent)
        return noted.steps[parent][e]
    siblings = list(parent)
    if is_array(parent):
        return f"[{siblings.index(e)}]"
    same = [c for c in siblings if c.tag == e.tag]
    number = f"[{same.index(e)}]" if len(same) > 1 else ""
    return f".{local_name(e)}{number}"


def _all_steps(parent: Element) -> dict[Any, str]:  # Any: lxml's elements
    """The steps to all children: asked for one by one, many would take long."""
    if is_array(parent):
        return {child: f"[{number}]" for number, child in enumerate(parent)}
    count = Counter(child.tag for child in parent)
    so_far: Counter[str] = Counter()
    steps = {}
    for child in parent:
        number = f"[{so_far[child.tag]}]" if count[child.tag] > 1 else ""
        so_far[child.tag] += 1
        steps[child] = f".{local_name(child)}{number}"
    return steps


def is_array(e: Element) -> bool:
    """Whether an element declares that it is one of SOAP's arrays."""
    if any(e.get(name) is not None for name in (ARRAY_TYPE, ITEM_TYPE, ARRAY_SIZE)):
        return True
    text = e.get(XSI_TYPE)
    return text is not None and _expanded(text, e.nsmap) in ARRAYS


# ------------------------------------------------------------------------------- refusals


def bad(e: Element, reason: object) -> Any:
    """An element's text is not of its type; a secret's text is not shown.

    What is secret in one package only is hidden by `hide`, where the package is known.

    Returns:
        None, in place of the value, where the thread reads leniently.

    Raises:
        DecodeError: it reads strictly.
    """
    path = path_of(e)
    if (noted := notes()) is not None:
        noted.add(path, _whole(e), str(reason))
        return NOTHING
    if ALWAYS.has_path(path):
        raise_alone(DecodeError(path, HIDDEN))
    raise DecodeError(path, str(reason)) from None


def bad_attribute(e: Element, name: str, reason: object) -> Any:
    """An attribute's text is not of its type; a secret's text is not shown.

    Returns:
        None, as `bad`.

    Raises:
        DecodeError: as `bad`.
    """
    place = _below(path_of(e), f"@{name}")
    if (noted := notes()) is not None:
        noted.add(place, e.get(name), str(reason))
        return NOTHING
    if ALWAYS.has_path(place):
        raise_alone(DecodeError(place, HIDDEN))
    raise DecodeError(place, str(reason)) from None


def tolerated(e: Element, error: DecodeError) -> None:
    """Take note of an error with an element, where the thread reads leniently.

    Raises:
        DecodeError: it reads strictly: the error itself.
    """
    noted = notes()
    if noted is None:
        raise error
    noted.add(error.path, _whole(e), error.message)


def note_character(e: Element, attribute: str, text: str) -> None:
    """Take note of a text that has a character that XML cannot carry, where that is lenient."""
    if (noted := notes()) is not None:
        path = path_of(e)
        place = _below(path, f"@{attribute}") if attribute else path
        noted.add(place, text, "has a character that XML cannot carry")


def _whole(e: Element) -> str | None:
    """The content of an element: its text, or its XML."""
    if len(e):
        found: str = etree.tostring(e, encoding="unicode", with_tail=False)  # type: ignore[call-overload,unused-ignore]  # an lxml element it is
        return found
    return e.text


def hide(error: DecodeError, secrets: Secrets) -> None:
    """Take out of an error what it quotes, if that is a secret of a package."""
    if secrets and secrets.has_path(error.path):
        error.message = HIDDEN
        error.args = (error.path, HIDDEN)
        error.__cause__ = error.__context__ = None


def missing(e: Element, name: str) -> Any:
    """A required element is not there.

    Returns:
        None, as `bad`.

    Raises:
        DecodeError: as `bad`.
    """
    path = _below(path_of(e), name)
    if (noted := notes()) is not None:
        noted.add(path, None, "is missing")
        return NOTHING
    raise DecodeError(path, "is missing")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def abstract(e: Element, cls: type[T]) -> T:
    """A value of an abstract type must declare its type by xsi:type.

    Raises:
        DecodeError: as `bad`.
    """
    reason = f"{cls.__name__} is abstract: xsi:type must name one of its types"
    nothing: T = bad(e, reason)
    return nothing


# ------------------------------------------------------------------------------------ nil


def is_nil(e: Element) -> bool:
    """Whether an element declares that it is nil."""
    nil = e.get(NIL)
    return nil is not None and nil.strip(SPACE) in _TRUE


def not_nil(e: Element) -> bool:
    """Refuse a nil where none may be: it would else read as something empty.

    Returns:
        Whether it is one, where the thread reads leniently.

    Raises:
        DecodeError: it is one, and the thread reads strictly.
    """
    if not is_nil(e):
        return False
    bad(e, "is nil, and may not be")
    return True


def check_empty(e: Element) -> bool:
    """Refuse what an element without children may not be: nil, or a text where elements belong.

    Returns:
        Whether it is so, where the thread reads leniently.

    Raises:
        DecodeError: it would else read as something empty.
    """
    if not_nil(e):
        return True
    text = e.text
    if text is None or text.isspace():
        return False
    bad(e, "holds text, not elements")
    return True


# ------------------------------------------------------------------------------- namespaces


def in_scope(e: Element) -> Mapping[str | None, str]:
    """The prefixes in scope at an element, None for the default namespace.

    Raises:
        DecodeError: they are more than any document needs.
    """
    scope: Mapping[str | None, str] = e.nsmap
    if len(scope) > _MAX_PREFIXES:
        raise DecodeError(
            path_of(e), f"more than {_MAX_PREFIXES} prefixes are in scope"
        )
    return scope


def clark_name(e: Element, text: str) -> str:
    """A QName in an element's attribute in Clark's notation; an undeclared prefix is none's.

    Raises:
        DecodeError: more prefixes are in scope than any document needs.
    """
    return _expanded(text, in_scope(e))


def _expanded(text: str, scope: Mapping[str | None, str]) -> str:
    prefix, _, local = text.strip(SPACE).rpartition(":")
    namespace = scope.get(prefix or None)
    return f"{{{namespace}}}{local}" if namespace else local
