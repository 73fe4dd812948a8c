"""What the readers use of an lxml element, and what they say when one does not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn, Protocol

from .errors import DecodeError
from .redaction import is_secret

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE: Final = f"{{{XSI}}}type"
NIL: Final = f"{{{XSI}}}nil"
SPACE: Final = " \t\r\n"
_TRUE: Final = ("true", "1")

MISSING: Final[Any] = object()
"""What a reader's local holds until its element is read; it never leaves the reader."""


class Element(Protocol):
    """An lxml element, as far as reading goes; lxml itself ships no types."""

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

    def getparent(
        self,
    ) -> Any: ...  # Any: the protocol cannot say "another one" invariantly

    def getroottree(self) -> Any: ...  # Any: a tree, of which only the root is used

    def __getitem__(self, where: slice) -> list[Any]: ...  # Any: as getparent

    def __iter__(self) -> Iterator[Any]: ...  # Any: as getparent

    def __len__(self) -> int: ...


def local_name(e: Element) -> str:
    """An element's name without its namespace: parts of a call are known by that."""
    tag: str = e.tag
    return tag.rpartition("}")[2]


def path_of(e: Element) -> str:
    """Where an element stands below Body or Header: `sendmsg.to[3]`.

    Of several of one name each has its number, from 0; so have an array's items, whose names
    mean nothing (SOAP 1.1, section 5.4.2).
    """
    steps: list[str] = []
    while (parent := e.getparent()) is not None and parent.getparent() is not None:
        if parent.getparent().getparent() is None:
            steps.append(local_name(e))
            break
        siblings = list(parent)
        if is_array(parent):
            steps.append(f"[{siblings.index(e)}]")
        else:
            same = [c for c in siblings if c.tag == e.tag]
            number = f"[{same.index(e)}]" if len(same) > 1 else ""
            steps.append(f".{local_name(e)}{number}")
        e = parent
    return "".join(reversed(steps))


def is_array(e: Element) -> bool:
    """Whether an element says that it is one of SOAP's arrays."""
    return (
        any(
            name.endswith(("}arrayType", "}itemType", "}arraySize"))
            for name in e.attrib
        )
        or (e.get(XSI_TYPE) or "").rpartition(":")[2] == "Array"
    )


def bad(e: Element, reason: object) -> NoReturn:
    """An element's text is not of its type; a secret's text is not told."""
    said = "its value does not read" if is_secret(local_name(e)) else str(reason)
    raise DecodeError(path_of(e), said) from None


def bad_attribute(e: Element, name: str, reason: object) -> NoReturn:
    """An attribute's text is not of its type; a secret's text is not told."""
    said = (
        "its value does not read" if is_secret(name.rpartition("}")[2]) else str(reason)
    )
    raise DecodeError(f"{path_of(e)}@{name}", said) from None


def missing(e: Element, name: str) -> NoReturn:
    """A required element is not there."""
    where = path_of(e)
    raise DecodeError(f"{where}.{name}" if where else name, "is missing")


def is_nil(e: Element) -> bool:
    """Whether an element says that it is nil."""
    nil = e.get(NIL)
    return nil is not None and nil.strip(SPACE) in _TRUE


def not_nil(e: Element) -> None:
    """Refuse a nil where none may be: it would else read as something empty.

    Raises:
        DecodeError: the element is nil.
    """
    if is_nil(e):
        raise DecodeError(path_of(e), "is nil, and may not be")


def abstract(e: Element, name: str) -> NoReturn:
    """A value of an abstract type must say by xsi:type what it is."""
    raise DecodeError(
        path_of(e), f"{name} is abstract: xsi:type must name one of its types"
    )


def clark_name(e: Element, text: str) -> str:
    """A QName in an element's attribute as a name in Clark's notation; an undeclared prefix is none's."""
    prefix, _, local = text.strip(SPACE).rpartition(":")
    namespace = e.nsmap.get(prefix or None)
    return f"{{{namespace}}}{local}" if namespace else local
