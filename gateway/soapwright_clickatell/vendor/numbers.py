"""Numbers as people write them, and as the gateway takes them: international digits."""

from __future__ import annotations

import re
from typing import Any, Final

_SEPARATORS: Final = re.compile(r"[\s().\-/\u2010-\u2015\u2212]+")
_TRUNK: Final = re.compile(r"\(0\)")
"""The digit that is left out of an international number: +44 (0)20 7946 0958."""
_DIGITS: Final = re.compile(r"(?:\+|00)?([0-9]+)")


def as_digits(written: str) -> str:
    """A number without a plus sign, international prefix or separators; what is no number is
    left as it is, for the gateway to refuse it."""
    if written.isascii() and written.isdecimal() and not written.startswith("00"):
        return written
    found = _DIGITS.fullmatch(_SEPARATORS.sub("", _TRUNK.sub("", written.strip())))
    return written if found is None else found[1]


class Region:
    """Numbers as they are written in a country, by Google's rules for telephone numbers.

    Args:
        region: the country, in two letters, such as "ZA".

    Raises:
        ValueError: there is no such country, or the package phonenumbers is not installed.
    """

    def __init__(self, region: str) -> None:
        try:
            # It is an extra: only who names a region needs it.
            import phonenumbers
        except ImportError:
            raise ValueError(
                "a region needs the package phonenumbers:"
                " pip install soapwright-clickatell[phonenumbers]"
            ) from None
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"region={region!r}: there is no such country")
        self._library: Any = phonenumbers  # Any: it has no types of its own
        self._region = region

    def __call__(self, written: str) -> str:
        """The international digits of a number; what is no number as `as_digits` has it."""
        library = self._library
        try:
            number = library.parse(written, self._region)
        except library.NumberParseException:
            return as_digits(written)
        if not library.is_possible_number(number):
            return as_digits(written)
        e164: str = library.format_number(number, library.PhoneNumberFormat.E164)
        return e164.removeprefix("+")
