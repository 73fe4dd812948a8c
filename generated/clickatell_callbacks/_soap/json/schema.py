"""JSON Schemas of a package's types (draft 2020-12): what `to_dict` gives, and `from_dict` reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from importlib.util import find_spec
from typing import Final, assert_never

from ..validation.validation import Check
from .descriptions import descriptions, field_doc
from .facets import NUMBER, Schema, checks_of, narrowed
from .forms import (
    Anything,
    Choice,
    Enumeration,
    Field,
    Form,
    Known,
    ListOf,
    Nillable,
    OfType,
    OneOf,
    Record,
    form_of,
    record_of,
)
from .home import home_of
from .simple_forms import Binary, Simple, Texts, Xml
from .tagged import ATTACHMENT
from .walking import Walk

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_INTEGER: Final = "^[+-]?[0-9]+$"
_STRING: Final[Schema] = {"type": "string"}
_TEXTS: Final[Schema] = {"type": "object", "additionalProperties": _STRING}
_XML: Final[Schema] = {
    "type": "object",
    "description": "an element as XML",
    "properties": {"$xml": _STRING},
    "required": ["$xml"],
    "additionalProperties": False,
}
_NIL: Final[Schema] = {
    "type": "object",
    "description": "an element that is nil and has attributes",
    "properties": {"$nil": _TEXTS, "$type": _STRING},
    "required": ["$nil"],
    "additionalProperties": False,
}
_ANYTHING: Final[Schema] = {
    "description": 'any value; those that are no string, number or boolean as {"$type": …}'
}
_ELEMENT: Final[Schema] = {
    "type": "object",
    "description": "one element of the schemas, by its name {namespace}local",
    "propertyNames": {"pattern": r"^[^$]"},
    "minProperties": 1,
    "maxProperties": 1,
}
_ATTACHMENT: Final[Schema] = {
    "type": "object",
    "description": "a binary value beside the envelope",
    "properties": {
        "$type": {"const": ATTACHMENT},
        "content": {"type": "string", "contentEncoding": "base64"},
        "content_type": _STRING,
        "content_id": _STRING,
        "headers": _TEXTS,
    },
    "required": ["$type", "content"],
    "additionalProperties": False,
}


def json_schema(type: object) -> Schema:
    """The JSON Schema (draft 2020-12) of a type: whatever it allows, `from_dict` reads.

    It has the documentation of the fields, the values of enumerations, and the lengths, bounds and
    patterns that `validate` checks, those that JSON Schema can express. Classes are in `$defs`, by
    their names. Where a class has derived ones, all types of the package are loaded.

    Args:
        type: as `from_dict` takes it.

    Raises:
        TypeError: values of such a type have no form in JSON.
    """
    form = form_of(type, home_of(type))
    schemas = _Schemas()
    own = schemas.of(form)
    return {
        "$schema": _DIALECT,
        **own,
        **({"$defs": schemas.definitions} if schemas.definitions else {}),
    }


class _Schemas:
    """The definitions of one schema."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        runtime = __name__.rpartition(".json.")[0]
        self._attaches = find_spec(f"{runtime}.attachments") is not None
        """Whether a binary value may be an attachment: its package then has the wing for that."""

    def of(self, form: Form) -> Schema:
        """The schema of a form."""
        match form:
            case Binary(scalar):
                plain = dict(scalar.schema)
                return _any_of([plain, self._attachment()]) if self._attaches else plain
            case Simple(scalar):
                return dict(scalar.schema)
            case Enumeration(cls):
                return self._named(cls.__name__, lambda: _enumeration(cls))
            case ListOf(item):
                return {"type": "array", "items": self.of(item)}
            case Texts():
                return dict(_TEXTS)
            case Choice(tags):
                return _any_of([self._alternative(*one) for one in tags.items()])
            case Known():
                return dict(_ELEMENT)
            case Xml():
                return dict(_XML)
            case Nillable(inner, marked):
                nils: list[Schema] = [{"type": "null"}, *([_NIL] if marked else [])]
                return _any_of([self.of(inner), *nils])
            case OneOf():
                return self._union(form)
            case OfType():
                return _tagged(())
            case Anything():
                return dict(_ANYTHING)
            case Record():
                return self._record(form)
            case _:
                assert_never(form)

    def _named(self, name: str, make: Callable[[], Schema]) -> Schema:
        """A reference to a definition, which is made once."""
        if name not in self.definitions:
            self.definitions[name] = {}  # it may refer to itself
            self.definitions[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    def _attachment(self) -> Schema:
        return self._named(ATTACHMENT, lambda: _ATTACHMENT)

    def _alternative(self, name: str, form: Form) -> Schema:
        return {
            "type": "object",
            "properties": {name: self.of(form)},
            "required": [name],
            "additionalProperties": False,
        }

    def _union(self, form: OneOf) -> Schema:
        members = [self._member(one) for one in form.members]
        names = [
            one.cls.__name__ if isinstance(one, Enumeration) else _builtin(one)
            for one in form.members
            if isinstance(one, (Enumeration, Simple))
        ]
        return _any_of([*members, *([_tagged(names)] if names else [])])

    def _member(self, form: Form) -> Schema:
        """One of a union's members: a number whose text matters there is a string, "0042"."""
        if type(form) is Simple and form.scalar.cls is int:
            return {"type": ["integer", "string"], "pattern": _INTEGER}
        if type(form) is Simple and form.scalar.cls is float:
            return {"type": ["number", "string"], "pattern": NUMBER}
        return self.of(form)

    def _record(self, form: Record) -> Schema:
        derived = form.home.derived(form.cls)
        own = self._class(form)
        if not derived:
            return own
        return self._named(
            f"{form.cls.__name__}.any",
            lambda: _any_of([own, *(self._derived(record_of(cls)) for cls in derived)]),
        )

    def _derived(self, form: Record) -> Schema:
        return {**self._class(form), "required": ["$type"]}

    def _class(self, form: Record) -> Schema:
        """A class, without those that derive from it."""
        return self._named(form.cls.__name__, lambda: self._properties(form))

    def _properties(self, form: Record) -> Schema:
        docs = descriptions(form.cls)
        checks = checks_of(form.cls, form.home.checks)
        properties: Schema = {"$type": {"const": form.cls.__name__}}
        for name, one in form.fields.items():
            properties[name] = self._field(one, checks, field_doc(form.cls, name))
        required = [n for n, one in form.fields.items() if one.required]
        return {
            "type": "object",
            **({"description": docs.own} if docs.own else {}),
            "properties": properties,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def _field(self, one: Field, checks: Mapping[str, Check], doc: str) -> Schema:
        inner = one.form
        if isinstance(inner, Nillable) and not one.nil:
            inner = inner.inner
        schema = self.of(inner)
        if one.name in checks:
            schema = narrowed(schema, inner, checks[one.name])
        if not doc:
            return schema
        own = schema.get("description")
        return {**schema, "description": f"{doc} ({own})" if own else doc}


def _any_of(members: Sequence[Schema]) -> Schema:
    """The schema of what is one of several."""
    return members[0] if len(members) == 1 else {"anyOf": list(members)}


def _enumeration(cls: type[Enum]) -> Schema:
    form = Enumeration(cls)
    docs = descriptions(cls)
    values = [form.dump(one, Walk()) for one in cls]
    return {**({"description": docs.own} if docs.own else {}), "enum": values}


def _builtin(form: Simple) -> str:
    return f"xsd:{form.scalar.name}"


def _tagged(names: Sequence[str]) -> Schema:
    """A value that names its type, which is one of some, or any."""
    return {
        "type": "object",
        "properties": {
            "$type": {"enum": list(names)} if names else _STRING,
            "$value": {"type": ["string", "number", "boolean"]},
        },
        "required": ["$type", "$value"],
        "additionalProperties": False,
    }
