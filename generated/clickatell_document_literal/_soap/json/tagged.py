"""Values that their JSON names the type of: `{"$type": "xsd:date", "$value": "2026-01-31"}`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from html import unescape
from typing import Final

from ..http.message import Attachment
from ..values.anysimple import Typed, any_simple, is_simple_builtin, parse_any_simple
from ..values.lexical import bytes_text, parse_bytes
from ..values.names import XSD, QName, split_clark
from .scalars import json_name

ATTACHMENT: Final = "soap:Attachment"
_XSD: Final = "xsd:"
_OF_ATTACHMENTS: Final = ("content_type", "content_id", "headers")


def dump_tagged(value: object) -> dict[str, object]:
    """A simple value with the name of its type; or an attachment.

    Raises:
        OSError: an attachment's file cannot be read.
        TypeError: no simple type holds it.
        ValueError: it has no text.
    """
    if isinstance(value, Attachment):
        return {
            "$type": ATTACHMENT,
            "content": bytes_text(value.content),
            "content_type": value.content_type,
            "content_id": value.content_id,
            "headers": dict(value.headers),
        }
    if isinstance(value, Enum) and not isinstance(value, bool):
        inner = value.value
        text = inner if isinstance(inner, str) else _text(inner)[1]
        return {"$type": type(value).__name__, "$value": text}
    name, text = _text(value)
    kind = f"{_XSD}{name.local}" if name.namespace == XSD else str(name)
    return {"$type": kind, "$value": text}


def _text(value: object) -> tuple[QName, str]:
    """The type that a value is written as, and its text."""
    inner = value.value if isinstance(value, Typed) else value
    if isinstance(value, Typed) and not is_simple_builtin(value.type):
        if not isinstance(inner, str):
            raise TypeError(f"{type(inner).__name__} given, the text of {value.type}")
        return value.type, inner
    name, text, _ = any_simple(value)
    return name, str(inner) if isinstance(inner, QName) else unescape(text)


def load_tagged(data: Mapping[str, object]) -> object:
    """A value of its name and text.

    Raises:
        TypeError: something in it is not of its type.
        ValueError: there is no such type, or the text is none of its forms.
    """
    kind, text = data.get("$type"), data.get("$value")
    if kind == ATTACHMENT:
        return _attachment(data)
    if not isinstance(kind, str):
        raise TypeError('an object without "$type" given, where any type is allowed')
    if isinstance(text, bool):
        text = "true" if text else "false"
    elif isinstance(text, (int, float)):
        text = repr(text)
    if not isinstance(text, str) or len(data) > 2:
        raise ValueError(f"{kind!r} is no type of the package")
    name = QName(XSD, kind[4:]) if kind.startswith(_XSD) else QName(*split_clark(kind))
    if not is_simple_builtin(name):
        if name.namespace == XSD:
            raise ValueError(f"{kind!r} is no simple type of XML Schema")
        return Typed(name, text)
    if name.local not in ("QName", "NOTATION"):
        return parse_any_simple(name, text)
    value = QName(*split_clark(text))
    return value if name == QName(XSD, "QName") else Typed(name, value)


def _attachment(data: Mapping[str, object]) -> Attachment:
    content, headers = data.get("content"), data.get("headers", {})
    others = data.keys() - {"$type", "content", *_OF_ATTACHMENTS}
    if others:
        raise ValueError(f"an attachment has no field {sorted(others)[0]!r}")
    if not isinstance(content, str):
        raise TypeError(f"content: {json_name(content)} given, a string wanted")
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers: {json_name(headers)} given, an object wanted")
    octets = "application/octet-stream"
    return Attachment(
        parse_bytes(content),
        _text_of(data, "content_type", octets),
        _text_of(data, "content_id", ""),
        headers,
    )


def _text_of(data: Mapping[str, object], name: str, default: str) -> str:
    given = data.get(name, default)
    if not isinstance(given, str):
        raise TypeError(f"{name}: {json_name(given)} given, a string wanted")
    return given
