"""Envelopes, JSON and faults as a terminal shows them: in lines, coloured, without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from lxml import etree

MASK: Final = "***"
_TOKEN: Final = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_JSON: Final = re.compile(
    r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)'
)
_NAME: Final = re.compile(r"(</?)([^\s/>]+)")
_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)(=)("[^"]*"|'[^']*')""")
_LARGEST: Final = 8 * 1024 * 1024
"""Bytes of an envelope that is put on lines; a larger one is shown as it is."""

# Control characters but line breaks and tabs, which a terminal obeys, and those that turn text around.
_UNSEEN: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Paint = Callable[[str, str], str]
"""Gives a text in a colour, by its name."""


def without_controls(text: str) -> str:
    """A text of a service as a terminal may show it."""
    return _UNSEEN.sub("\ufffd", text)


def plain(text: str, colour: str) -> str:
    """A text without a colour."""
    return text


def painted(text: str, colour: str) -> str:
    """A text in a colour of a terminal."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


_COLOURS: Final = {
    "name": 36,
    "key": 34,
    "text": 32,
    "value": 33,
    "wrong": 31,
    "dim": 2,
}


def xml_text(content: bytes) -> str:
    """An envelope on lines, an element on each; anything else as it is."""
    if len(content) > _LARGEST:
        return content.decode("utf-8", "replace")
    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return content.decode("utf-8", "replace")
    for element in root.iter():
        if element.text is not None and not element.text.strip() and len(element):
            element.text = None
        if element.tail is not None and not element.tail.strip():
            element.tail = None
    if not _is_mixed(root):
        etree.indent(root)
    text: str = etree.tostring(root, encoding="unicode")
    return text


def _is_mixed(root: etree._Element) -> bool:
    """Whether there is text between elements, where line breaks would change it."""
    return any(
        element.tail is not None or (element.text is not None and len(element))
        for element in root.iter()
    )


def xml_in_colour(text: str, paint: Paint) -> str:
    """XML, its tags and attributes in colour."""
    if paint is plain:
        return text
    return "".join(
        _tag(piece, paint) if piece.startswith("<") else piece
        for piece in _TOKEN.split(without_controls(text))
    )


def _tag(tag: str, paint: Paint) -> str:
    if tag.startswith(("<!", "<?")):
        return paint(tag, "dim")
    name = _NAME.match(tag)
    if name is None:
        return tag
    rest = _ATTRIBUTE.sub(
        lambda m: f"{paint(m[1], 'key')}{m[2]}{paint(m[3], 'text')}", tag[name.end() :]
    )
    return f"{name[1]}{paint(name[2], 'name')}{rest}"


def json_text(data: object, paint: Paint) -> str:
    """JSON on lines, in colour."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    if paint is plain:
        return text

    def colour(found: re.Match[str]) -> str:
        string, colon, word, number = found.groups()
        if string is not None:
            return paint(string, "key" if colon else "text") + (colon or "")
        return paint(word or number, "value")

    return _JSON.sub(colour, without_controls(text))


def masked(data: object, is_secret: Callable[[str], bool]) -> object:
    """JSON with `***` in the place of each value under a secret's name."""
    match data:
        case dict():
            return {
                key: (
                    MASK
                    if is_secret(str(key)) and value is not None
                    else masked(value, is_secret)
                )
                for key, value in data.items()
            }
        case list():
            return [masked(item, is_secret) for item in data]
        case _:
            return data


def detail_of(envelope: bytes) -> str:
    """The content of a fault's detail, on lines; "" where there is none."""
    try:
        root = etree.fromstring(envelope, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return ""
    for element in root.iter("{*}detail", "{*}Detail"):
        parts = []
        for child in element:
            alone = etree.fromstring(etree.tostring(child, with_tail=False), _parser())
            etree.cleanup_namespaces(alone)
            parts.append(xml_text(etree.tostring(alone)))
        return "\n".join(parts) or (element.text or "").strip()
    return ""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def fault_lines(fault: Any, detail: str, paint: Paint) -> Iterator[str]:
    """A fault in lines: its reason first.

    Args:
        fault: a `SoapFault` of a package (`Any`).
        detail: its detail, as JSON or XML; "" where it has none.
        paint: colours.
    """
    kind = type(fault).__name__
    head = "fault" if kind == "SoapFault" else f"fault {kind}"
    reason = without_controls(fault.reason or "without a reason")
    yield f"{paint(head, 'wrong')}: {reason}"
    codes = [fault.code, *fault.subcodes]
    shown = ", ".join(str(code) for code in codes if code)
    yield f"  code: {without_controls(shown)}"
    for name in ("actor", "role", "node"):
        value = getattr(fault, name, None)
        if value:
            yield f"  {name}: {without_controls(str(value))}"
    if detail:
        yield "  detail:"
        lines = without_controls(detail).splitlines()
        yield from (f"    {line}" for line in lines)
