"""Values that declare their own type: xsd:anySimpleType, and xsd:anyType with simple content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeAlias

from . import lexical
from .frozen import Frozen
from .names import SOAP_ENCODINGS, XSD, QName
from .values import Duration, GDay, GMonth, GMonthDay, GYear, GYearMonth


class Typed(Frozen):
    """A value of a simple type that is not the one of its Python type.

    `Typed(QName(XSD, "short"), 5)`: a bare 5 would be written as an xsd:int. `type` may also be
    one of the copies of the builtins that SOAP's encoding has, and where a schema has
    xsd:anySimpleType also a simple type of the schema, with the value's text.
    """

    __slots__ = ("_type", "_value")
    __match_args__ = ("type", "value")

    def __init__(self, type: QName, value: object) -> None:
        self._type = type
        self._value = value

    @property
    def type(self) -> QName:
        """The type's name, as `xsi:type` has it."""
        return self._type

    @property
    def value(self) -> object:
        """The value, as its builtin reads it: an `int` for xsd:short, a list for xsd:NMTOKENS."""
        return self._value

    def _parts(self) -> tuple[QName, object]:
        return self._type, self._value


AnySimple: TypeAlias = (
    str
    | bool
    | int
    | float
    | Decimal
    | bytes
    | datetime
    | date
    | time
    | Duration
    | GYear
    | GYearMonth
    | GMonth
    | GMonthDay
    | GDay
    | QName
    | Typed
)
"""A value of xsd:anySimpleType: a `str` is one without a type of its own."""


class TypedList(list[Any]):  # Any: items of whatever type
    """An array that declares the type of its items, read where anything is allowed.

    A bare list is written as an array of what its items all are, and of anything where they
    differ. This one compares as the list that it is.

    Args:
        items: what is in it; lists in lists where it has several dimensions.
        item_type: the items' type in Clark's notation, with the dimensions of arrays,
            `{http://www.w3.org/2001/XMLSchema}int[]`; "" declares none.
        rank: how many dimensions it has.
    """

    item_type: str = ""
    rank: int = 1

    def __init__(
        self, items: Iterable[Any] = (), *, item_type: str = "", rank: int = 1
    ) -> None:
        super().__init__(items)
        self.item_type = item_type
        self.rank = rank


# What reads and what writes each builtin but the two whose texts need prefixes. The writers'
# arguments are Any: each checks the type itself.
_Codec = tuple[Callable[[str], object], Callable[[Any], str]]
_STRING: Final[_Codec] = lexical.parse_string, lexical.text
_TOKEN: Final[_Codec] = lexical.parse_token, lexical.text
_INT: Final[_Codec] = lexical.parse_int, lexical.int_text
_FLOAT: Final[_Codec] = lexical.parse_float, lexical.float_text


def _parse_tokens(text: str) -> list[str]:
    return lexical.parse_list(text, lexical.parse_token)


def _tokens_text(values: list[str]) -> str:
    return lexical.list_text(values, lexical.text)


_TOKENS: Final[_Codec] = _parse_tokens, _tokens_text
_CODECS: Final[dict[str, _Codec]] = {
    "anySimpleType": _STRING,
    "string": _STRING,
    "normalizedString": (lexical.parse_normalized, lexical.text),
    "token": _TOKEN,
    "language": _TOKEN,
    "NMTOKEN": _TOKEN,
    "NMTOKENS": _TOKENS,
    "Name": _TOKEN,
    "NCName": _TOKEN,
    "ID": _TOKEN,
    "IDREF": _TOKEN,
    "IDREFS": _TOKENS,
    "ENTITY": _TOKEN,
    "ENTITIES": _TOKENS,
    "anyURI": _TOKEN,
    "boolean": (lexical.parse_bool, lexical.bool_text),
    "decimal": (lexical.parse_decimal, lexical.decimal_text),
    "float": _FLOAT,
    "double": _FLOAT,
    "integer": _INT,
    "nonPositiveInteger": _INT,
    "negativeInteger": _INT,
    "long": _INT,
    "int": _INT,
    "short": _INT,
    "byte": _INT,
    "nonNegativeInteger": _INT,
    "unsignedLong": _INT,
    "unsignedInt": _INT,
    "unsignedShort": _INT,
    "unsignedByte": _INT,
    "positiveInteger": _INT,
    "dateTime": (lexical.parse_datetime, lexical.datetime_text),
    "date": (lexical.parse_date, lexical.date_text),
    "time": (lexical.parse_time, lexical.time_text),
    "duration": (lexical.parse_duration, lexical.duration_text),
    "gYearMonth": (lexical.parse_g_year_month, lexical.g_year_month_text),
    "gYear": (lexical.parse_g_year, lexical.g_year_text),
    "gMonthDay": (lexical.parse_g_month_day, lexical.g_month_day_text),
    "gDay": (lexical.parse_g_day, lexical.g_day_text),
    "gMonth": (lexical.parse_g_month, lexical.g_month_text),
    "hexBinary": (lexical.parse_hex, lexical.hex_text),
    "base64Binary": (lexical.parse_bytes, lexical.bytes_text),
}
_QNAMES: Final = frozenset({"QName", "NOTATION"})

# The builtin that a bare value of each type is written as; of `int` it depends on the value.
_DEFAULTS: Final[dict[type, str]] = {
    str: "string",
    bool: "boolean",
    float: "double",
    Decimal: "decimal",
    bytes: "base64Binary",
    datetime: "dateTime",
    date: "date",
    time: "time",
    Duration: "duration",
    GYear: "gYear",
    GYearMonth: "gYearMonth",
    GMonth: "gMonth",
    GMonthDay: "gMonthDay",
    GDay: "gDay",
    QName: "QName",
}


def is_simple_builtin(name: QName) -> bool:
    """Whether a type's name is that of a simple builtin, or of its copy in SOAP's encoding."""
    return _builtin(name) is not None


def _builtin(name: QName) -> str | None:
    """The builtin's own local name; SOAP's encoding calls base64Binary also `base64`."""
    encoded = name.namespace in SOAP_ENCODINGS
    if name.namespace != XSD and not encoded:
        return None
    local = "base64Binary" if encoded and name.local == "base64" else name.local
    return local if local in _CODECS or local in _QNAMES else None


def _simple_builtin(name: QName) -> str:
    builtin = _builtin(name)
    if builtin is None:
        raise ValueError(f"{name} is no simple builtin type")
    return builtin


def any_simple(value: object, prefix: str = "q") -> tuple[QName, str, str]:
    """The builtin that a value is written as, its text, and the declarations that it needs.

    The declarations are "" but for a `QName`, whose namespace is bound to `prefix`: they must
    are on the value's own element.

    Raises:
        TypeError: no builtin holds such a value.
        ValueError: the value has no text; or its `Typed.type` is no builtin.
    """
    if isinstance(value, Typed):
        name, value = value.type, value.value
        builtin = _simple_builtin(name)
    else:
        default = _default(value)
        if default is None:
            raise TypeError(f"no builtin type holds a {type(value).__name__}")
        name, builtin = QName(XSD, default), default
    if builtin in _QNAMES:
        if not isinstance(value, QName):
            raise TypeError(f"{type(value).__name__} given, QName wanted")
        return name, *lexical.qname_text(value, prefix)
    return name, _CODECS[builtin][1](value), ""


def _default(value: object) -> str | None:
    """The builtin that a bare value is written as, None where there is none."""
    for base in type(value).__mro__:
        if base in _DEFAULTS:
            return _DEFAULTS[base]
        if base is int and isinstance(value, int):
            return _integer(value)
    return None


def _integer(value: int) -> str:
    if -(2**31) <= value < 2**31:
        return "int"
    return "long" if -(2**63) <= value < 2**63 else "integer"


def parse_any_simple(
    type_name: QName, text: str, nsmap: Mapping[str | None, str] | None = None
) -> object:
    """The value of a text whose `xsi:type` names a builtin.

    Bare where `any_simple` would write it under the same name, else `Typed` with the name.
    `nsmap` has the prefixes in scope, for xsd:QName and xsd:NOTATION.

    Raises:
        ValueError: the type is no simple builtin, or the text none of its forms.
    """
    builtin = _simple_builtin(type_name)
    value: object
    if builtin in _QNAMES:
        value = lexical.parse_qname(text, nsmap or {})
    else:
        value = _CODECS[builtin][0](text)
    if type_name.namespace == XSD and builtin == _default(value):
        return value
    return Typed(type_name, value)
