"""The shapes of an operation's messages, derived from its generated package alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from lxml import etree

from .dialects import Operation

_KINDS: Final[tuple[type[Any], ...]] = (str, int, float, list)  # Any: of all kinds


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a request."""

    tag: str
    kind: type[Any]  # Any: str, int, float, list
    required: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """An operation's request and reply."""

    tag: str
    """The call's element, in Clark's notation."""
    parts: Mapping[str, Part]
    """By folded name."""
    returns_list: bool
    """Whether the reply is several strings, and not one."""


def folded(name: str) -> str:
    """The common key of parts and fields: `cliMsgId` is `cli_msg_id`, and `from_` is `from`."""
    return name.replace("_", "").lower()


def shape_of(operation: Operation) -> Shape:
    """An operation's shape. The names of parts are those that the package itself writes."""
    request, response = operation.request_type, operation.response_type
    assert request and response, "the vendor's operations are no one-way operations"
    fields = dataclasses.fields(request)
    hints = get_type_hints(request)
    kinds = [_kind(hints[field.name]) for field in fields]
    filled = request(
        **{
            field.name: [""] if kind is list else kind()
            for field, kind in zip(fields, kinds, strict=True)
        }
    )
    call = etree.fromstring(operation.encode_request(filled))[-1][0]
    parts = [
        Part(str(element.tag), kind, field.default is dataclasses.MISSING)
        for field, kind, element in zip(fields, kinds, call, strict=True)
    ]
    return Shape(
        tag=str(call.tag),
        parts={folded(part.tag): part for part in parts},
        returns_list=_kind(get_type_hints(response)["return_"]) is list,
    )


def _kind(hint: object) -> type[Any]:  # Any: as of Part
    """The one of `str | None | Unset`, `list[str]` and so on that a part's value is of."""
    choices = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    for kind in [get_origin(choice) or choice for choice in choices]:
        if kind in _KINDS:
            found: type[Any] = kind  # Any: as of Part
            return found
    raise TypeError(f"no part is of {hint}")
