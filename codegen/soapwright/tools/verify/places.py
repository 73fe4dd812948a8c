"""Where elements are, as people look for them."""

from __future__ import annotations

from typing import Any, Final

_LONGEST: Final = 200


def local(e: Any) -> str:  # Any: lxml's elements
    """An element's name without its namespace."""
    return short(str(e.tag).rpartition("}")[2])


def path_of(e: Any) -> str:  # Any: lxml's elements
    """The path of an element by local names, `/Envelope/Header/To`, with a number among equals."""
    steps = []
    while e is not None:
        parent = e.getparent()
        alike = [] if parent is None else parent.findall(e.tag)
        number = f"[{alike.index(e) + 1}]" if len(alike) > 1 else ""
        steps.append(f"{local(e)}{number}")
        e = parent
    return "/" + "/".join(reversed(steps))


def line_of(e: Any) -> int:  # Any: lxml's elements
    """The line of an element in the envelope."""
    return int(e.sourceline or 1)


def short(text: str | None) -> str:
    """A text of the message, shortened and without control characters: a stranger wrote it."""
    found = "".join(c if c.isprintable() else "�" for c in (text or "").strip())
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"
