"""The content of a peer's envelope, so that only equal work is timed."""

from __future__ import annotations

from lxml import etree

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def content(envelope: bytes) -> object:
    """The content of the Body: for each element its local name, with its text, None for a nil
    one, or its children. Prefixes, types and sizes do not count, nor do Header and white space.
    """
    root = etree.fromstring(envelope)
    body = next(e for e in root if etree.QName(e).localname == "Body")
    return [_named(e) for e in body]


def _named(e: etree._Element) -> tuple[str, object]:
    name = etree.QName(e).localname
    if e.get(_NIL) in ("true", "1"):
        return name, None
    children = [_named(c) for c in e]
    return name, children or e.text or ""


def same(ours: object, theirs: object, peer: str) -> None:
    """Check that a peer does the same.

    Raises:
        AssertionError: it does not.
    """
    if ours != theirs:
        raise AssertionError(f"{peer} gives {theirs!r}, not {ours!r}")
