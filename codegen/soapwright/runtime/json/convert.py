"""Values to JSON and back: `to_dict`, `from_dict`, `to_json`, `from_json`."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import Field
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar, overload

from ..errors.errors import DecodeError, EncodeError
from ..http.message import Attachment
from ..secrets.redaction import ALWAYS, raise_alone
from ..values.anysimple import TypedList
from ..values.values import UNSET, Nil
from ..xml.lenience import HIDDEN
from .forms import (
    Anything,
    Enumeration,
    form_of,
    record_of,
)
from .home import Home, home_of
from .scalars import scalar_of
from .walking import Misfit, Walk, each

T = TypeVar("T")


class Dataclass(Protocol):
    """An object of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


# ------------------------------------------------------------------------------ to JSON


@overload
def to_dict(value: Dataclass) -> dict[str, Any]: ...
@overload
def to_dict(value: list[Any]) -> list[Any]: ...
@overload
def to_dict(value: object) -> Any: ...
def to_dict(value: object) -> object:
    """A value of the package as JSON has it: dictionaries, lists, strings, numbers, booleans, None.

    An object is a dictionary by the names of its fields. What is absent has no key, what is nil is
    None, and a list is always there. Secrets are in it as they are.

    Args:
        value: an object, or what a client's method gives: a list of them, a date, a string.

    Raises:
        EncodeError: something in it is not of its type, contains itself, or has no text; with the
            path to it.
    """
    try:
        return _bare(value, Walk())
    except Misfit as misfit:
        _refuse(EncodeError, type(value), misfit)


def _bare(value: object, walk: Walk) -> object:
    """A value whose type the reader will know."""
    if value is None or value is UNSET:
        return None
    if isinstance(value, (list, tuple)) and not isinstance(value, TypedList):
        return _bare_items(value, walk)
    if isinstance(value, Enum):
        return Enumeration(type(value)).dump(value, walk)
    is_object = dataclasses.is_dataclass(value) and Home.has(type(value))
    if is_object and not isinstance(value, (Attachment, Nil)):
        form = record_of(type(value))
        return form.whole(value, walk) if form.derives else form.dump(value, walk)
    if scalar_of(value) is not None:
        return form_of(_simple_class(value), None).dump(value, walk)
    return Anything(None).dump(value, walk)


def _simple_class(value: object) -> type:
    scalar = scalar_of(value)
    assert scalar is not None  # the caller saw to it
    return scalar.cls


def _bare_items(value: list[Any] | tuple[Any, ...], walk: Walk) -> object:
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        return {value[0]: _bare(value[1], walk)}
    key = walk.begin(value)
    dumped = each(value, _bare, walk)
    walk.begun.discard(key)
    return dumped


def to_json(value: object, *, indent: int | None = None) -> str:
    """A value of the package as a JSON document, as `to_dict` has it.

    Raises:
        EncodeError: as `to_dict`.
    """
    return json.dumps(to_dict(value), ensure_ascii=False, indent=indent)


# ---------------------------------------------------------------------------- from JSON


@overload
def from_dict(type: type[T], data: object, *, defaults: bool = False) -> T: ...
@overload
def from_dict(type: object, data: object, *, defaults: bool = False) -> Any: ...
def from_dict(type: object, data: object, *, defaults: bool = False) -> object:
    """The value of a type that `to_dict` gave this JSON.

    Args:
        type: a class of the package, or an annotation of such: `list[Order]`, `date`.
        data: the JSON, as `json.loads` gives it.
        defaults: whether a key that is left out means what an argument that is left out does; else
            it is absent. It makes a difference in rpc/encoded, where that is a typed nil.

    Raises:
        DecodeError: it is not of the type, with the path to the spot.
        TypeError: values of such a type have no form in JSON.
    """
    form = form_of(type, home_of(type))
    try:
        return form.load(data, Walk(defaults=defaults))
    except Misfit as misfit:
        _refuse(DecodeError, type, misfit)


@overload
def from_json(type: type[T], text: str | bytes, *, defaults: bool = False) -> T: ...
@overload
def from_json(type: object, text: str | bytes, *, defaults: bool = False) -> Any: ...
def from_json(type: object, text: str | bytes, *, defaults: bool = False) -> object:
    """The value of a type that a JSON document holds; numbers with a point are exact.

    Args:
        type: as `from_dict`.
        text: the document; bytes are UTF-8, UTF-16 or UTF-32.
        defaults: as `from_dict`.

    Raises:
        DecodeError: it is no JSON, an object has a name twice, or as `from_dict`.
        TypeError: values of such a type have no form in JSON.
    """
    try:
        data = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise DecodeError("", "the JSON is too deep") from None
    except ValueError as error:
        raise DecodeError("", f"no JSON: {error}") from None
    return from_dict(type, data, defaults=defaults)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has {twice!r} twice")
    return found


def _refuse(
    error: type[EncodeError] | type[DecodeError], of: object, misfit: Misfit
) -> NoReturn:
    """Raise the error for a spot; the reason of a secret one may quote it, and is not shown."""
    name = of.__name__ if isinstance(of, type) and Home.has(of) else ""
    path = f"{name}{''.join(reversed(misfit.steps))}".removeprefix(".")
    if misfit.secret or ALWAYS.has_path(path):
        raise_alone(error(path, HIDDEN))
    raise error(path, misfit.reason) from None


__all__ = ["from_dict", "from_json", "to_dict", "to_json"]
