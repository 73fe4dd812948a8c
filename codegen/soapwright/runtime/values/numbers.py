"""Numbers on the wire: integers, xsd:decimal, xsd:float and xsd:double."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Self

from .strings import SPACE, refusal

_integer = re.compile(r"[+-]?[0-9]+").fullmatch
_decimal = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_float = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
).fullmatch
_SPECIAL_FLOATS: Final = {
    "INF": float("inf"),
    "-INF": float("-inf"),
    "NaN": float("nan"),
}

# Unbound methods of the builtin types are checks of the type for nothing.
_int_repr: Final = int.__repr__
_float_repr: Final = float.__repr__
_decimal_format: Final = Decimal.__format__
_is_finite: Final = Decimal.is_finite
_adjusted: Final = Decimal.adjusted
_MAX_DIGITS: Final = 1 << 26  # a text node that is read has no more


class XmlInt(int):
    """An integer that is written as it was read, such as 0042 where a pattern wants four digits.

    It equals every integer of its value; what arithmetic makes of it is a plain `int`.

    Raises:
        ValueError: the text is no integer, or has more digits than Python converts.
    """

    text: str
    """The lexical form."""

    def __new__(cls, text: str) -> Self:
        self = super().__new__(cls, parse_int(text))
        self.text = text.strip(SPACE)
        return self

    def __repr__(self) -> str:
        return f"XmlInt({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        return type(self), (self.text,)


class XmlDecimal(Decimal):
    """An xsd:decimal that is written as it was read, such as 007.50.

    It equals every number of its value; what arithmetic makes of it is a plain `Decimal`.

    Raises:
        ValueError: the text is no xsd:decimal.
    """

    text: str
    """The lexical form."""

    def __new__(cls, text: str) -> Self:
        self = super().__new__(cls, parse_decimal(text))
        self.text = text.strip(SPACE)
        return self

    def __repr__(self) -> str:
        return f"XmlDecimal({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        return type(self), (self.text,)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class XmlFloat(float):
    """An xsd:double or xsd:float that is written as it was read, such as 1.50.

    It equals every number of its value; what arithmetic makes of it is a plain `float`.

    Raises:
        ValueError: the text is no xsd:double.
    """

    text: str
    """The lexical form."""

    def __new__(cls, text: str) -> Self:
        self = super().__new__(cls, parse_float(text))
        self.text = text.strip(SPACE)
        return self

    def __repr__(self) -> str:
        return f"XmlFloat({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        return type(self), (self.text,)


def int_text(value: int) -> str:
    """Any of the integer types; their ranges are facets, checked elsewhere.

    Raises:
        TypeError: it is no `int`, or a `bool`.
        ValueError: it has more digits than Python converts.
    """
    try:
        if type(value) is int:
            return f"{value}"
        if isinstance(value, XmlInt):
            return value.text
        if isinstance(value, int) and not isinstance(value, bool):
            return _int_repr(value)  # of an IntEnum's member the number, not the name
    except ValueError:
        raise ValueError("an integer has too many digits") from None
    raise TypeError(f"{type(value).__name__} given, int wanted")


def parse_int(text: str) -> int:
    """Any of the integer types.

    Raises:
        ValueError: it is no integer, or has more digits than Python converts.
    """
    # int() alone would take 1_000 and the digits of every script
    if not (text.isdigit() and text.isascii()):
        text = text.strip(SPACE)
        if not _integer(text):
            raise refusal(text, "xsd:integer")
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"an integer of {len(text)} digits is too long") from None


def decimal_text(value: Decimal) -> str:
    """xsd:decimal, which has no exponent.

    Raises:
        TypeError: it is no `Decimal`.
        ValueError: it is infinite or NaN, or its exponent would make a text without end.
    """
    try:
        finite = _is_finite(value)
    except TypeError:
        raise TypeError(f"{type(value).__name__} given, Decimal wanted") from None
    if isinstance(value, XmlDecimal):
        return value.text
    if not finite:
        raise ValueError(f"{value} is no xsd:decimal")
    if not -_MAX_DIGITS < _adjusted(value) < _MAX_DIGITS:
        raise ValueError("a decimal has too many digits")
    return _decimal_format(value, "f")


def parse_decimal(text: str) -> Decimal:
    """xsd:decimal, exactly as it is written.

    Raises:
        ValueError: it is no decimal; exponents, NaN and infinities are none.
    """
    if not (text.replace(".", "", 1).isdigit() and text.isascii()):
        text = text.strip(SPACE)
        if not _decimal(text):
            raise refusal(text, "xsd:decimal")
    return Decimal(text)


def float_text(value: float) -> str:
    """xsd:double and xsd:float: the shortest text that reads back as the same value.

    Raises:
        TypeError: it is neither `float` nor `int`, or a `bool`.
        ValueError: it is an `int` beyond the floats.
    """
    if type(value) is float and value - value == 0.0:
        return _float_repr(value)
    if isinstance(value, float):
        return _other_float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return _float_repr(float(value))
        except OverflowError:
            raise ValueError("an integer is beyond xsd:double") from None
    raise TypeError(f"{type(value).__name__} given, float wanted")


def _other_float(value: float) -> str:
    if isinstance(value, XmlFloat):
        return value.text
    if value != value:
        return "NaN"
    if value - value == 0.0:  # a subclass of float
        return _float_repr(value)
    return "INF" if value > 0 else "-INF"


def parse_float(text: str) -> float:
    """xsd:double and xsd:float; a number beyond the doubles is an infinity, as IEEE 754 rounds.

    Raises:
        ValueError: it is no float; "+INF" and "inf" are none.
    """
    if text.replace(".", "", 1).isdigit() and text.isascii():
        return float(text)
    text = text.strip(SPACE)
    if _float(text):
        return float(text)
    if text in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[text]
    raise refusal(text, "xsd:double")
