"""XML of SOAP's encoding as a value by itself: it contains what its references point to."""

from __future__ import annotations

from ..values.anyxml import AnyElement
from ..wildcards.elements import any_element
from ..xml.element import Element
from .references import ID, REF, is_pointed_to, resolved


def inlined_element(e: Element) -> AnyElement:
    """An encoded element as XML, with what it points to in place of the references.

    What is pointed to more than once is one content, shared.

    Raises:
        DecodeError: it cannot be kept, a reference leads nowhere, or it contains itself.
    """
    root = any_element(e)
    if is_pointed_to(e):
        root.attributes = _without(root, "id", ID)
    pending = [(root, 0)]
    while pending:
        value, depth = pending.pop()
        key = _reference(value)
        if key is None:
            pending += [(child, depth + 1) for child in value]
            continue
        target = resolved(e, key, inlined_element, depth)
        value.attributes = {**_without(value, "href", REF), **target.attributes}
        value.namespaces = {**value.namespaces, **target.namespaces}
        value.content = target.content
    return root


def _reference(value: AnyElement) -> str | None:
    """The id that an element of a value points to; only an empty one does."""
    if any(not isinstance(item, str) or item.strip() for item in value.content):
        return None
    href = value.attributes.get("href", "")
    if href[:1] == "#":
        return href[1:]
    ref = value.attributes.get(REF)
    return None if ref is None else ref.removeprefix("#")


def _without(value: AnyElement, *names: str) -> dict[str, str]:
    return {n: text for n, text in value.attributes.items() if n not in names}
