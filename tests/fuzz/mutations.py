"""Accidents of inputs: those of XML as a tree, others as bytes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

from lxml import etree

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_ENC: Final = "http://schemas.xmlsoap.org/soap/encoding/"
_HEAD: Final = b"\r\n\r\n"
_VALUES: Final = (
    *("", " ", "0", "-1", "1", "true", "NaN", "INF", "1e400", "99999999999999999999"),
    *(
        "2024-02-30",
        "0000-01-01",
        "24:00:00",
        "-P1Y",
        "x",
        "é",
        "\U0010ffff",
        "a b",
        ":",
    ),
    *(
        "#1",
        "#2",
        "#",
        "cid:a",
        "xsd:int",
        "xsd:string",
        "tns:x",
        "int[2]",
        "int[999999]",
    ),
    *(
        "anyType[1,1]",
        "unbounded",
        "##any",
        "A" * 300,
        "AAAA",
        "====",
        "\ufeff",
        "\x85",
    ),
)
_ATTRIBUTES: Final = (
    *(f"{{{_XSI}}}nil", f"{{{_XSI}}}type", f"{{{_ENC}}}arrayType", "href", "id", "ref"),
    *(f"{{{_ENC}}}offset", f"{{{_ENC}}}position", f"{{{_ENC}}}root", "mustUnderstand"),
    *(
        "name",
        "type",
        "base",
        "minOccurs",
        "maxOccurs",
        "use",
        "form",
        "message",
        "part",
    ),
    *("{http://www.w3.org/2003/05/soap-encoding}itemType", "encodingStyle", "lang"),
)
_BYTES: Final = (
    *(
        b"<",
        b">",
        b"&",
        b"&#0;",
        b"&#xD800;",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
        b"<?x?>",
    ),
    *(
        b"<!DOCTYPE a>",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\0",
        b"\x80",
        b"\xff",
    ),
    *(
        b"--",
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"=",
        b";",
        b'"',
        b"%",
        b"xmlns:a=''",
        b"\x0c",
    ),
    *(
        b'<?xml version="1.0" encoding="utf-16"?>',
        b'<?xml version="1.1"?>',
        b"--b--",
        b"cid:",
    ),
    *(b"charset=idna", b"boundary*0*=x'y'z", b"; start=<a>", b"gzip", b"99999999999"),
)

Seeds = Sequence[bytes]
Bytes = Callable[[bytes, Random], bytes]


def mutated(data: bytes, random: Random, seeds: Seeds, mutate_bytes: Bytes) -> bytes:
    """An input after an accident, in its tree where it is XML, or behind a head where it has one."""
    head, blank, body = data.partition(_HEAD)
    if not blank or head[:1] == b"<":
        head, blank, body = b"", b"", data
    if head and random.random() < 0.4:
        return mutate_bytes(head, random) + blank + body
    root = _tree(body)
    if root is None or random.random() < 0.25:
        return head + blank + mutate_bytes(body, random)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        _accident(root, random, seeds)
    encoding = random.choice((None, None, None, None, "utf-16", "iso-8859-1"))
    return head + blank + etree.tostring(root, encoding=encoding)


def any_bytes(data: bytes, random: Random) -> bytes:
    """Bytes with a few of them gone, repeated, changed, or beside others that mean something."""
    done = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(done) + 1)
        to = min(len(done), at + random.choice((1, 1, 2, 8, 40)))
        match random.randrange(4):
            case 0:
                del done[at:to]
            case 1:
                done[at:at] = done[at:to]
            case 2:
                done[at:to] = random.randbytes(to - at)
            case _:
                done[at:at] = random.choice(_BYTES)
    return bytes(done)


def _tree(data: bytes) -> Any:  # Any: lxml's elements
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return None


def _accident(root: Any, random: Random, seeds: Seeds) -> None:  # Any: as above
    nodes = [e for e in root.iter("{*}*")]
    node, other = random.choice(nodes), random.choice(nodes)
    parent = node.getparent()
    match random.randrange(10):
        case 0 if parent is not None:
            parent.remove(node)
        case 1 if parent is not None:
            for _ in range(random.choice((1, 1, 2, 20))):
                parent.insert(random.randrange(len(parent) + 1), copy.deepcopy(node))
        case 2 if not _is_in(other, node):
            other.insert(random.randrange(len(other) + 1), node)
        case 3:
            node.tag = other.tag
        case 4:
            node.set(random.choice(_ATTRIBUTES), random.choice(_VALUES))
        case 5 if node.attrib:
            name = random.choice(list(node.attrib))
            if random.random() < 0.3:
                del node.attrib[name]
            else:
                node.set(name, _value(random, other))
        case 6:
            _fill(node, random, other)
        case 7 if other.attrib:
            name = random.choice(list(other.attrib))
            node.set(name, other.get(name))
        case 8 if seeds:
            foreign = _tree(random.choice(seeds).rpartition(_HEAD)[2])
            if foreign is not None:
                node.append(copy.deepcopy(random.choice(list(foreign.iter("{*}*")))))
        case _:
            node.addnext(etree.Comment("x")) if parent is not None else None


def _is_in(node: Any, ancestor: Any) -> bool:  # Any: as above
    return node is ancestor or any(up is ancestor for up in node.iterancestors())


def _value(random: Random, other: Any) -> str:  # Any: as above
    if other.attrib and random.random() < 0.4:
        return str(random.choice(list(other.attrib.values())))
    return random.choice([v for v in _VALUES if v.isprintable()])


def _fill(node: Any, random: Random, other: Any) -> None:  # Any: as above
    text = random.choice(_VALUES)
    match random.randrange(3):
        case 0:
            node.text = text
        case 1:
            node.tail = text
        case _:
            node.text = other.text
