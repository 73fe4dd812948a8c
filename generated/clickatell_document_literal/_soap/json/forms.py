"""The form that values of a type have in JSON, by the annotation of the type.

An annotation becomes a `Form`, which gives the JSON of a value (`dump`) and reads it (`load`). Names
that begin with `$` are no fields: XML has no such names, nor has Python.

    {"$type": "Bird", …}                    an object of a class derived from the declared one
    {"$type": "xsd:date", "$value": "…"}    a value whose type its JSON alone does not show
    {"$type": "soap:Attachment", …}         a binary value beside the envelope
    {"$xml": "<a/>"}                        an element of any name
    {"$nil": {"{urn:x}reason": "…"}}        an element that is nil and has attributes
    {"credit": "12.50"}                     one alternative of a choice, by its name

The forms here contain each other: a class's fields have forms, and values of any type may be of a class.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import (
    Any,
    Final,
    Literal,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from ..codec.enumerations import OpenEnum, OpenStrEnum, is_unknown, member
from ..http.message import Attachment
from ..values.anysimple import Typed, TypedList
from ..values.anyxml import AnyElement
from ..values.names import XSD, QName
from ..values.values import UNSET, Nil, Unset
from .home import Home
from .scalars import SCALARS, json_name, scalar_of
from .simple_forms import (
    Binary,
    Simple,
    Texts,
    Xml,
    dump_nil,
    dump_typed,
    load_nil,
    load_typed,
)
from .walking import Misfit, Walk, at, each


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An enumeration: its members are their values, and so is a value that its spec does not know."""

    cls: type[Enum]

    @property
    def value(self) -> Form:
        """The form of the members' values."""
        first = next(iter(self.cls))
        scalar = scalar_of(first.value)
        return Anything(None) if scalar is None else Simple(scalar)

    def holds(self, value: object) -> bool:
        return isinstance(value, self.cls)

    def dump(self, value: Any, walk: Walk) -> object:
        if not isinstance(value, self.cls):
            raise Misfit(f"{type(value).__name__} given, {self.cls.__name__} wanted")
        return self.value.dump(value.value, walk)

    def load(self, data: object, walk: Walk) -> object:
        found: object = self.value.load(data, walk)
        cls: Any = self.cls  # Any: an OpenEnum or an OpenStrEnum
        return member(cls, found)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    item: Form

    def holds(self, value: object) -> bool:
        return isinstance(value, (list, tuple)) and not isinstance(value, str)

    def dump(self, value: Any, walk: Walk) -> object:
        if not isinstance(value, (list, tuple)):
            raise Misfit(f"{type(value).__name__} given, list wanted")
        key = walk.begin(value)
        dumped = each(value, self.item.dump, walk)
        walk.begun.discard(key)
        return dumped

    def load(self, data: object, walk: Walk) -> object:
        if not isinstance(data, (list, tuple)):
            raise Misfit(f"{json_name(data)} given, an array wanted")
        walk.descend()
        loaded = each(data, self.item.load, walk)
        walk.depth -= 1
        return loaded


@dataclass(frozen=True, slots=True)
class Choice:
    """A `(name, value)` of a choice that repeats, of mixed content or of a substitution group."""

    tags: Mapping[str, Form]

    def holds(self, value: object) -> bool:
        return isinstance(value, tuple) and len(value) == 2 and value[0] in self.tags

    def dump(self, value: Any, walk: Walk) -> object:
        if not isinstance(value, tuple) or len(value) != 2:
            raise Misfit(f"{type(value).__name__} given, (name, value) wanted")
        name = value[0]
        if name not in self.tags:
            raise Misfit(f"the name is none of {', '.join(self.tags)}")
        return {name: at(f".{name}", self.tags[name].dump, value[1], walk)}

    def load(self, data: object, walk: Walk) -> object:
        if not isinstance(data, Mapping) or len(data) != 1:
            wanted = "an object with one of these names wanted"
            raise Misfit(f"{json_name(data)} given, {wanted}: {', '.join(self.tags)}")
        ((name, inner),) = data.items()
        if name not in self.tags:
            raise Misfit(f"is none of {', '.join(self.tags)}", f".{name}")
        return name, at(f".{name}", self.tags[name].load, inner, walk)


@dataclass(frozen=True, slots=True)
class Known:
    """A `(name, value)` of a wildcard: a global element by its name in Clark's notation."""

    home: Home

    def holds(self, value: object) -> bool:
        return (
            type(value) is tuple and len(value) == 2 and value[0] in self.home.elements
        )

    def dump(self, value: Any, walk: Walk) -> object:
        if not self.holds(value):
            raise Misfit(f"{type(value).__name__} given, a known element wanted")
        name = value[0]
        return {name: at(f".{name}", self._form(name).dump, value[1], walk)}

    def load(self, data: object, walk: Walk) -> object:
        if not isinstance(data, Mapping) or len(data) != 1:
            raise Misfit(
                f"{json_name(data)} given, an object with one element's name wanted"
            )
        ((name, inner),) = data.items()
        if name not in self.home.elements:
            raise Misfit("is no element of the schemas", f".{name}")
        return name, at(f".{name}", self._form(name).load, inner, walk)

    def _form(self, name: str) -> Form:
        """The form of an element's value: its class where it has one, else that of any value."""
        cls = self.home.class_of_element(name)
        if cls is None:
            return Anything(self.home)
        form = Enumeration(cls) if issubclass(cls, Enum) else record_of(cls)
        return Nillable(form, marked=True)


@dataclass(frozen=True, slots=True)
class Nillable:
    """A value that may be nil, which is null; `marked` where the nil may have attributes."""

    inner: Form
    marked: bool = False

    def holds(self, value: object) -> bool:
        return value is None or isinstance(value, Nil) or self.inner.holds(value)

    def dump(self, value: Any, walk: Walk) -> object:
        if value is None:
            return None
        return (
            dump_nil(value) if isinstance(value, Nil) else self.inner.dump(value, walk)
        )

    def load(self, data: object, walk: Walk) -> object:
        if data is None:
            return None
        if self.marked and isinstance(data, Mapping) and "$nil" in data:
            return load_nil(data)
        return self.inner.load(data, walk)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A union: the first member that takes the JSON reads it.

    A value that would be read as another member's has its type's name with it.
    """

    members: tuple[Form, ...]
    home: Home | None

    def holds(self, value: object) -> bool:
        return any(one.holds(value) for one in self.members)

    def dump(self, value: Any, walk: Walk) -> object:
        form = next((one for one in self.members if one.holds(value)), None)
        if form is None:
            raise Misfit(f"{type(value).__name__} given, {self.names} wanted")
        if isinstance(form, (Record, Choice, Known, Xml)):
            return form.dump(value, walk)
        if isinstance(form, OfType):
            return dump_typed(value)
        dumped = form.dump(value, walk)
        try:
            same = _same(self.load(dumped, Walk()), value)
        except Misfit:
            same = False
        return dumped if same or isinstance(form, ListOf) else dump_typed(value)

    def load(self, data: object, walk: Walk) -> object:
        if isinstance(data, Mapping) and "$value" in data:
            value = _load_named(data, self.home)
            if type(value) is str and self._names_types:
                value = Typed(QName(XSD, "string"), value)
            if self.holds(value):
                return value
        nearest = Misfit(f"{json_name(data)} given, {self.names} wanted")
        depth = walk.depth
        for one in self.members:
            walk.depth = depth
            try:
                value = one.load(data, walk)
            except Misfit as misfit:
                if misfit.steps and not nearest.steps:
                    nearest = misfit
                continue
            if not is_unknown(value):
                return value
        raise nearest

    @property
    def _names_types(self) -> bool:
        """Whether it is xsd:anySimpleType, whose bare strings have no type of their own."""
        return any(isinstance(one, OfType) for one in self.members)

    @property
    def names(self) -> str:
        """The members, for a message."""
        return " or ".join(map(_name, self.members))


def _name(form: Form) -> str:
    match form:
        case Simple(scalar):
            return scalar.name
        case Enumeration(cls) | Record(cls):
            return cls.__name__
        case Choice(tags):
            return " or ".join(f'{{"{tag}": …}}' for tag in tags)
        case ListOf(item):
            return f"list of {_name(item)}"
        case Xml():
            return '{"$xml": "…"}'
        case Known():
            return "a known element"
        case OfType():
            return '{"$type": "…", "$value": "…"}'
        case _:
            return "a value"


def _same(one: object, other: object) -> bool:
    """Whether two simple values are the same, NaN too, of the same type."""
    return type(one) is type(other) and (one == other or one != one and other != other)


@dataclass(frozen=True, slots=True)
class OfType:
    """A simple value that names its type, `Typed`."""

    home: Home | None

    def holds(self, value: object) -> bool:
        return isinstance(value, Typed)

    def dump(self, value: Any, walk: Walk) -> object:
        return dump_typed(value)

    def load(self, data: object, walk: Walk) -> object:
        value = _load_named(data, self.home)
        if not isinstance(value, Typed):
            raise Misfit('{"$type": "…", "$value": "…"} wanted')
        return value


def _load_named(data: object, home: Home | None) -> object:
    """A value that its JSON names the type of: a member of an enumeration, or a simple value."""
    if home is not None and isinstance(data, Mapping):
        cls, fields = home.named(data.get("$type")), data.keys()
        if cls and issubclass(cls, Enum) and fields == {"$type", "$value"}:
            return at(".$value", Enumeration(cls).load, data["$value"], Walk())
    return load_typed(data)


@dataclass(frozen=True, slots=True)
class Anything:
    """A value of any type: xsd:anyType. Strings, booleans and numbers are bare, others name their type."""

    home: Home | None

    def holds(self, value: object) -> bool:
        return True

    def dump(self, value: Any, walk: Walk) -> object:
        if value is None or type(value) in (str, bool, int):
            return value
        if type(value) is float and value - value == 0.0:
            return value
        if isinstance(value, AnyElement):
            return Xml().dump(value, walk)
        if isinstance(value, Nil):
            return dump_nil(value)
        if isinstance(value, (list, tuple)):
            return self._array(value, walk)
        if dataclasses.is_dataclass(value) and not isinstance(value, Attachment):
            return record_of(type(value)).whole(value, walk)
        return dump_typed(value)

    def _array(self, value: Any, walk: Walk) -> object:
        items = ListOf(self).dump(value, walk)
        if not isinstance(value, TypedList) or not value.item_type:
            return items
        kind = {"$type": "soap:Array", "item_type": value.item_type}
        return {**kind, "rank": value.rank, "$value": items}

    def load(self, data: object, walk: Walk) -> object:
        if isinstance(data, (list, tuple)):
            return ListOf(self).load(data, walk)
        if not isinstance(data, Mapping):
            return float(data) if isinstance(data, Decimal) else data
        if "$xml" in data:
            return Xml().load(data, walk)
        if "$nil" in data:
            return load_nil(data)
        kind = data.get("$type")
        if kind == "soap:Array":
            return self._load_array(data, walk)
        cls = None if self.home is None else self.home.named(kind)
        if cls is not None and dataclasses.is_dataclass(cls):
            return record_of(cls).load(data, walk)
        return _load_named(data, self.home)

    def _load_array(self, data: Mapping[str, object], walk: Walk) -> object:
        items = at(".$value", ListOf(self).load, data.get("$value"), walk)
        kind, rank = data.get("item_type", ""), data.get("rank", 1)
        if not isinstance(kind, str) or not isinstance(rank, int):
            raise Misfit("item_type is a string, rank an integer")
        return TypedList(items, item_type=kind, rank=rank)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a class: its form, and what may be in its place."""

    name: str
    form: Form
    required: bool
    """Whether the constructor wants it."""
    nil: bool
    """Whether None means nil; else it means absent, where the field allows it."""
    unset: bool
    """Whether it may be UNSET, which is absent."""


class Record:
    """An object of a class of the package, or of one derived from it; `record_of` makes it once."""

    __match_args__ = ("cls",)

    def __init__(self, cls: type) -> None:
        self.cls = cls
        self.home: Home = Home.of(cls)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields by their names."""
        hints = get_type_hints(self.cls)
        cls: Any = self.cls  # Any: a dataclass, to typeshed
        fields = {
            one.name: _field(one, hints[one.name], self.home)
            for one in dataclasses.fields(cls)
        }
        if not self.home.has_encoded(self.cls):
            return fields
        return {
            name: dataclasses.replace(one, form=_with_nil_items(one.form))
            for name, one in fields.items()
        }

    @property
    def derives(self) -> bool:
        """Whether its class derives from another of the package."""
        return any(Home.has(base) for base in self.cls.__mro__[1:])

    def holds(self, value: object) -> bool:
        return isinstance(value, self.cls)

    def dump(self, value: Any, walk: Walk) -> object:
        own = value.__class__
        if own is self.cls:
            return self._dump(value, walk)
        if not isinstance(value, self.cls):
            raise Misfit(f"{own.__name__} given, {self.cls.__name__} wanted")
        derived = record_of(own)
        return {"$type": own.__name__, **derived._dump(value, walk)}

    def whole(self, value: Any, walk: Walk) -> object:
        """The object with its class's name, for where that is not known otherwise."""
        return {"$type": self.cls.__name__, **self._dump(value, walk)}

    def _dump(self, value: Any, walk: Walk) -> dict[str, object]:
        key = walk.begin(value)
        dumped: dict[str, object] = {}
        for name, one in self.fields.items():
            held = getattr(value, name)
            if held is UNSET or held is None and not (one.nil or one.required):
                continue
            if held is None:
                dumped[name] = None
                continue
            try:
                dumped[name] = one.form.dump(held, walk)
            except Misfit as misfit:
                self._within(name, misfit)
                raise
        walk.begun.discard(key)
        return dumped

    def _within(self, name: str, misfit: Misfit) -> None:
        """Note that a value of a field does not fit."""
        misfit.steps.append(f".{name}")
        secrets = self.home.package.secrets
        misfit.secret |= secrets.has_path(f"{self.cls.__name__}.{name}")

    def load(self, data: object, walk: Walk) -> object:
        if not isinstance(data, Mapping):
            raise Misfit(f"{json_name(data)} given, an object wanted")
        if "$type" in data:
            return self._typed(data)._load(data, walk)
        return self._load(data, walk)

    def _typed(self, data: Mapping[str, object]) -> Record:
        """The class that an object names."""
        name = data["$type"]
        found = self.cls if name == self.cls.__name__ else self.home.named(name)
        if found is None or not issubclass(found, self.cls):
            raise Misfit(
                f"is neither {self.cls.__name__} nor derived from it", ".$type"
            )
        return record_of(found)

    def _load(self, data: Mapping[str, object], walk: Walk) -> object:
        walk.descend()
        fields = self.fields
        loaded: dict[str, object] = {}
        for name, inner in data.items():
            one = fields.get(name)
            if one is None:
                if name != "$type":
                    raise Misfit(self._unknown(name), f".{name}")
                continue
            try:
                loaded[name] = _load_field(one, inner, walk)
            except Misfit as misfit:
                self._within(name, misfit)
                raise
        for name, one in fields.items():
            if name in loaded:
                continue
            if one.required and not one.unset:
                raise Misfit("is required", f".{name}")
            if one.unset and not walk.defaults:
                loaded[name] = UNSET
        walk.depth -= 1
        return self.cls(**loaded)

    def _unknown(self, name: object) -> str:
        # loaded for the message alone
        from difflib import get_close_matches

        near = get_close_matches(str(name), self.fields, n=1)
        hint = f": {near[0]!r} is meant?" if near else ""
        return f"is no field of {self.cls.__name__}{hint}"


_RECORDS: Final[dict[type, Record]] = {}


def record_of(cls: type) -> Record:
    """The form of a class of a package.

    Raises:
        TypeError: it is of none.
    """
    found = _RECORDS.get(cls)
    if found is None:
        found = _RECORDS[cls] = Record(cls)
    return found


Form: TypeAlias = (
    Simple
    | Binary
    | Enumeration
    | ListOf
    | Texts
    | Choice
    | Known
    | Xml
    | Nillable
    | OneOf
    | OfType
    | Anything
    | Record
)


def _load_field(one: Field, data: object, walk: Walk) -> object:
    if data is None and not one.nil and one.required:
        raise Misfit("null given, a value is required")
    return one.form.load(data, walk)


# --------------------------------------------------------------------------- annotations


def _field(one: Any, hint: object, home: Home) -> Field:
    required = (
        one.default is dataclasses.MISSING
        and one.default_factory is dataclasses.MISSING
    )
    unset = Unset in get_args(hint) or hint is Unset
    form = form_of(hint, home)
    absent = not unset and not required  # None is the default, and means absent
    nil = isinstance(form, (Nillable, Anything)) and not absent
    return Field(one.name, form, required, nil, unset)


def _with_nil_items(form: Form) -> Form:
    """The form of a field in SOAP's encoding, where an item of an array may be nil whatever its type."""
    match form:
        case ListOf(Nillable() | Anything()):
            return form
        case ListOf(item):
            return ListOf(Nillable(_with_nil_items(item)))
        case Nillable(inner, marked):
            return Nillable(_with_nil_items(inner), marked)
        case _:
            return form


def form_of(annotation: Any, home: Home | None) -> Form:
    """The form of a type.

    Args:
        annotation: a class, a generic alias or a union, evaluated.
        home: the package that its classes are of; None where it has none.

    Raises:
        TypeError: values of such a type have no form.
    """
    if annotation is Any or annotation is object:
        return Anything(home)
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return _union(get_args(annotation), home)
    if origin is list:
        return ListOf(form_of(get_args(annotation)[0], home))
    if origin is dict:
        return Texts()
    if origin is tuple:
        return _pair(get_args(annotation), home)
    if isinstance(annotation, type):
        return _of_class(annotation, home)
    raise TypeError(f"{annotation!r} has no form in JSON")


def _of_class(cls: type, home: Home | None) -> Form:
    if cls is bytes:
        return Binary(SCALARS[bytes])
    if cls in SCALARS:
        return Simple(SCALARS[cls])
    if issubclass(cls, (OpenEnum, OpenStrEnum)):
        return Enumeration(cls)
    if cls is AnyElement:
        return Xml()
    if cls is Typed:
        return OfType(home)
    if cls in (list, TypedList):
        return ListOf(Anything(home))
    if dataclasses.is_dataclass(cls) and Home.has(cls):
        return record_of(cls)
    raise TypeError(f"{cls.__name__} has no form in JSON")


def _pair(arguments: tuple[Any, ...], home: Home | None) -> Form:
    names, value = arguments
    if names is str:
        if home is None:
            raise TypeError("of which package the elements are is not known")
        return Known(home)
    form = form_of(value, home)
    if get_origin(names) is not Literal:
        raise TypeError(f"{names!r} has no form in JSON")
    return Choice(dict.fromkeys(get_args(names), form))


def _union(arguments: tuple[Any, ...], home: Home | None) -> Form:
    """A union without its None, UNSET and Nil, which the form shows in other ways."""
    members: list[Form] = []
    tags: dict[str, Form] = {}
    for one in arguments:
        if one in (NoneType, Unset, Nil):
            continue
        form = form_of(one, home)
        if not isinstance(form, Choice):
            members.append(form)
            continue
        for tag, inner in form.tags.items():
            known = tags.get(tag)
            tags[tag] = inner if known is None else OneOf((known, inner), home)
    if tags:
        members.append(Choice(tags))
    form = members[0] if len(members) == 1 else OneOf(tuple(members), home)
    if NoneType not in arguments and Nil not in arguments:
        return form
    return form if isinstance(form, Anything) else Nillable(form, Nil in arguments)
