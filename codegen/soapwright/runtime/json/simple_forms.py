"""The forms of values that contain no objects: simple types, attributes of any name, XML, nils.

Each gives the JSON of a value (`dump`) and reads it (`load`); `holds` is whether a value is of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..http.message import Attachment
from ..values.anyxml import AnyElement
from ..values.values import Nil
from .scalars import Scalar, json_name
from .tagged import ATTACHMENT, dump_tagged, load_tagged
from .walking import Misfit, Walk, at


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple type of XML Schema."""

    scalar: Scalar

    def holds(self, value: object) -> bool:
        return self.scalar.holds(value) and not isinstance(value, Enum)

    def dump(self, value: Any, walk: Walk) -> object:
        try:
            return self.scalar.dump(value)
        except (TypeError, ValueError) as error:
            raise Misfit(str(error)) from None

    def load(self, data: object, walk: Walk) -> object:
        try:
            return self.scalar.load(data)
        except (TypeError, ValueError) as error:
            raise Misfit(str(error)) from None


@dataclass(frozen=True, slots=True)
class Binary(Simple):
    """Bytes, which may be an attachment."""

    def holds(self, value: object) -> bool:
        return isinstance(value, (bytes, Attachment))

    def dump(self, value: Any, walk: Walk) -> object:
        if not isinstance(value, Attachment):
            return Simple.dump(self, value, walk)
        try:
            return dump_tagged(value)
        except (OSError, TypeError, ValueError) as error:
            raise Misfit(f"the attachment cannot be read: {error}") from None

    def load(self, data: object, walk: Walk) -> object:
        if isinstance(data, Mapping) and data.get("$type") == ATTACHMENT:
            return load_typed(data)
        return Simple.load(self, data, walk)


@dataclass(frozen=True, slots=True)
class Texts:
    """A mapping of texts: attributes of any name."""

    def holds(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def dump(self, value: Any, walk: Walk) -> object:
        return self._texts(value, "given, a mapping of texts wanted")

    def load(self, data: object, walk: Walk) -> object:
        return self._texts(data, "given, an object of strings wanted")

    @staticmethod
    def _texts(found: object, refusal: str) -> dict[str, str]:
        if not isinstance(found, Mapping):
            raise Misfit(f"{json_name(found)} {refusal}")
        for name, text in found.items():
            if not isinstance(name, str) or not isinstance(text, str):
                raise Misfit(f"{json_name(text)} given, a string wanted", f".{name}")
        return {name: str.__str__(text) for name, text in found.items()}


@dataclass(frozen=True, slots=True)
class Xml:
    """An element of any name, as its XML."""

    def holds(self, value: object) -> bool:
        return isinstance(value, AnyElement)

    def dump(self, value: Any, walk: Walk) -> object:
        if not isinstance(value, AnyElement):
            raise Misfit(f"{type(value).__name__} given, AnyElement wanted")
        try:
            return {"$xml": value.to_xml()}
        except (TypeError, ValueError) as error:
            raise Misfit(str(error)) from None

    def load(self, data: object, walk: Walk) -> object:
        text = data.get("$xml") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(text, str) or len(data) > 1:
            raise Misfit(f'{json_name(data)} given, {{"$xml": "…"}} wanted')
        try:
            return AnyElement.from_xml(text)
        except ValueError as error:
            raise Misfit(str(error), ".$xml") from None


def dump_nil(value: Nil) -> dict[str, object]:
    """A nil with its attributes."""
    dumped: dict[str, object] = {"$nil": dict(value.attributes)}
    return {**dumped, "$type": value.type} if value.type else dumped


def load_nil(data: Mapping[str, object]) -> Nil:
    """A nil with its attributes.

    Raises:
        Misfit: something in it is none of them.
    """
    kind = data.get("$type", "")
    if data.keys() - {"$nil", "$type"} or not isinstance(kind, str):
        raise Misfit('{"$nil": {…}} wanted, and no other field')
    attributes = at(".$nil", Texts().load, data["$nil"], Walk())
    try:
        return Nil(attributes, kind)
    except ValueError as error:
        raise Misfit(str(error)) from None


def dump_typed(value: object) -> object:
    """A value with the name of its type.

    Raises:
        Misfit: it has no simple type, or no text.
    """
    try:
        return dump_tagged(value)
    except (OSError, TypeError, ValueError) as error:
        raise Misfit(str(error)) from None


def load_typed(data: object) -> object:
    """A simple value, or an attachment, that its JSON names the type of.

    Raises:
        Misfit: it names none, or the text is none of its forms.
    """
    if not isinstance(data, Mapping):
        raise Misfit(f'{json_name(data)} given, {{"$type": …}} wanted')
    try:
        return load_tagged(data)
    except (TypeError, ValueError) as error:
        raise Misfit(str(error)) from None
