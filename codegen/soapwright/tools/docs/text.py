"""Texts cut into the pieces that the templates lay out: documentation, annotations, XML."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from soapwright.envelopes.reading import parse_envelope
from soapwright.tools.docs.views import Linked, Marked

_WIDTH = 96
_CODE = re.compile(r"`([^`\n]+)`")
_ANNOTATION = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)""")
_TAG = re.compile(r"(<[^>]*>)")
_ATTRIBUTE = re.compile(r"""\s+([^\s=]+="[^"]*")""")


def paragraphs(text: str) -> list[Marked]:
    """A documentation's paragraphs, with the names in backquotes marked."""
    found = []
    for paragraph in re.split(r"\n[^\S\n]*\n", text.strip()):
        pieces = _CODE.split(" ".join(paragraph.split()))
        marked = [(piece, "code" if n % 2 else "") for n, piece in enumerate(pieces)]
        found.append([piece for piece in marked if piece[0]])
    return [paragraph for paragraph in found if paragraph]


def summary(text: str) -> str:
    """The first sentence, on a line."""
    first = " ".join(text.strip().split("\n\n")[0].replace("`", "").split())
    sentence = re.match(r".*?[.!?](?=\s+[A-Z]|$)", first)
    short = sentence.group() if sentence else first
    return short if len(short) <= 160 else f"{short[:159].rstrip()}…"


def linked(annotation: str, links: Mapping[str, str]) -> Linked:
    """Python, with the names of types leading to their pages; strings are left alone."""
    found: Linked = []
    done = 0
    for match in _ANNOTATION.finditer(annotation):
        href = links.get(match.group(2) or "", "")
        if href:
            if match.start() > done:
                found.append((annotation[done : match.start()], ""))
            found.append((match.group(), href))
            done = match.end()
    if done < len(annotation):
        found.append((annotation[done:], ""))
    return found


def envelope(content: bytes) -> Marked:
    """An envelope as people write one: indented, its tags marked."""
    root = parse_envelope(content, "the sample")
    etree.indent(root)
    text: str = etree.tostring(root, encoding="unicode")
    found: Marked = []
    column = 0
    for piece in filter(None, _TAG.split(text)):
        kind = "tag" if piece[0] == "<" else ""
        found.append((_broken(piece, column) if kind else piece, kind))
        line = piece.rpartition("\n")
        column = len(line[2]) if line[1] else column + len(piece)
    return found


def _broken(tag: str, column: int) -> str:
    """A tag that is too long for a line, with its attributes on lines of their own."""
    attributes = _ATTRIBUTE.findall(tag)
    if column + len(tag) <= _WIDTH or not attributes:
        return tag
    indent = " " * (column + 4)
    name = re.split(r"[\s/>]", tag, maxsplit=1)[0]
    closing = "/>" if tag.endswith("/>") else ">"
    return name + "".join(f"\n{indent}{one}" for one in attributes) + closing
