"""Sample values of simple types: valid, the same each time, and what people would expect.

An enumeration's first value; a text of the right length; a number within its bounds.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Final, assert_never

from soapwright.envelopes.patterns import fits, matching
from soapwright.model.api import (
    Api,
    Builtin,
    BuiltinRef,
    Constant,
    Enumeration,
    Facets,
    ListOf,
    NamedRef,
    QName,
    Restricted,
    SoapArray,
    Struct,
    TypeRef,
    UnionOf,
)
from soapwright.model.walk import elements_of, holds_names

_INTEGERS: Final = frozenset(
    {
        Builtin.INTEGER,
        Builtin.NON_POSITIVE_INTEGER,
        Builtin.NEGATIVE_INTEGER,
        Builtin.LONG,
        Builtin.INT,
        Builtin.SHORT,
        Builtin.BYTE,
        Builtin.NON_NEGATIVE_INTEGER,
        Builtin.UNSIGNED_LONG,
        Builtin.UNSIGNED_INT,
        Builtin.UNSIGNED_SHORT,
        Builtin.UNSIGNED_BYTE,
        Builtin.POSITIVE_INTEGER,
    }
)
_NUMBERS: Final = _INTEGERS | {Builtin.DECIMAL, Builtin.FLOAT, Builtin.DOUBLE}
SAMPLE_PART: Final = "sample@example.com"
"""The Content-ID of the part that samples of swaRef refer to."""
_SAMPLES: Final = {
    Builtin.LANGUAGE: "en",
    Builtin.NMTOKEN: "token",
    Builtin.NMTOKENS: "token",
    Builtin.NAME: "name",
    Builtin.NCNAME: "name",
    Builtin.ID: "id",
    Builtin.IDREF: "id",
    Builtin.IDREFS: "id",
    Builtin.ENTITY: "entity",
    Builtin.ENTITIES: "entity",
    Builtin.ANY_URI: "http://example.com/",
    Builtin.QNAME: "xsd:string",
    Builtin.NOTATION: "xsd:string",
    Builtin.BOOLEAN: "true",
    Builtin.DECIMAL: "1.5",
    Builtin.FLOAT: "1.5",
    Builtin.DOUBLE: "1.5",
    Builtin.NON_POSITIVE_INTEGER: "-1",
    Builtin.NEGATIVE_INTEGER: "-1",
    Builtin.DATE_TIME: "2026-01-31T12:30:00",
    Builtin.DATE: "2026-01-31",
    Builtin.TIME: "12:30:00",
    Builtin.DURATION: "P1D",
    Builtin.G_YEAR_MONTH: "2026-01",
    Builtin.G_YEAR: "2026",
    Builtin.G_MONTH_DAY: "--01-31",
    Builtin.G_DAY: "---31",
    Builtin.G_MONTH: "--01",
    Builtin.HEX_BINARY: "736f6170",
    Builtin.BASE64_BINARY: "c29hcA==",
    Builtin.SWA_REF: f"cid:{SAMPLE_PART}",
}
_VARIANTS: Final = {
    Builtin.DATE_TIME: ("Z", "", ".000Z", ".000", "+00:00", ".000+00:00"),
    Builtin.DATE: ("", "Z", "+00:00"),
    Builtin.TIME: ("", "Z", ".000Z", ".000", "+00:00"),
}
"""The possible ends of a time, the usual first."""
_TEXT: Final = "string"
_LONGEST: Final = 10_000
_SIZES: Final = (0, 2, 4, 8, 16)
"""Characters that the items of a list with a pattern may need."""


def sample_text(api: Api, reference: TypeRef, prefixes: Mapping[str, str]) -> str:
    """A value of a simple type, in its lexical form; of a complex type "".

    Args:
        api: where the types are.
        reference: the type.
        prefixes: by namespace, for the names that are values.
    """
    return _Sampler(api, prefixes).of(reference, Facets(), ())


def names_in(api: Api) -> Iterator[QName]:
    """The names that enumerations and fixed values have."""
    for definition in api.types.values():
        if isinstance(definition, Restricted):
            yield from definition.facets.names
        elif isinstance(definition, Struct):
            given = [(a.type, a.fixed) for a in definition.attributes]
            given += [(e.type, e.fixed) for e in elements_of(definition.content)]
            yield from _fixed_names(api, given)
    yield from _fixed_names(api, [(e.type, e.fixed) for e in api.elements.values()])


def _fixed_names(
    api: Api, given: Iterable[tuple[TypeRef, Constant | None]]
) -> Iterator[QName]:
    for reference, fixed in given:
        if fixed is not None and holds_names(api.types, reference):
            yield from fixed.names()


class _Sampler:
    """Makes the sample values of one service."""

    def __init__(self, api: Api, prefixes: Mapping[str, str]) -> None:
        self._api = api
        self._prefixes = prefixes

    def of(
        self, reference: TypeRef, facets: Facets, steps: tuple[tuple[str, ...], ...]
    ) -> str:
        """A value that keeps what the types derived from this one ask for besides.

        Args:
            reference: the type.
            facets: of the derived types; of the patterns only the narrowest.
            steps: the patterns of each step, the narrowest first: all of them hold.
        """
        if isinstance(reference, BuiltinRef):
            return _of_builtin(reference.builtin, facets, steps)
        definition = self._api.types[reference.id]
        match definition:
            case Enumeration(values=values):
                return values[0].text if values else ""
            case Restricted(facets=own) if own.names:
                return self._name(own.names[0])
            case Restricted(base=base, facets=own):
                more = (own.patterns,) if own.patterns else ()
                return self.of(base, _narrower(facets, own), (*steps, *more))
            case ListOf(item=item):
                return self._of_list(item, facets, steps)
            case UnionOf(members=members):
                return self.of(members[0], facets, steps) if members else ""
            case Struct(text=text) if text is not None:
                return self.of(text, facets, steps)
            case Struct() | SoapArray():
                return ""
            case _:
                assert_never(definition)

    def _of_list(
        self, item: TypeRef, facets: Facets, steps: tuple[tuple[str, ...], ...]
    ) -> str:
        """The items of a list; its patterns are those of their whole text."""
        least = min(facets.length or facets.min_length or 1, _LONGEST)
        most = facets.length or facets.max_length or _LONGEST
        usual = " ".join([self.of(item, Facets(), ())] * least)
        texts = [usual]
        for pattern in (one for patterns in steps for one in patterns):
            found = (matching([pattern], size * least) for size in _SIZES)
            texts += [text for text in found if text and self._are(item, text.split())]
        for text in texts:
            if least <= len(text.split()) <= most and all(
                fits(patterns, text) for patterns in steps
            ):
                return text
        return usual

    def _are(self, reference: TypeRef, texts: list[str]) -> bool:
        """Whether texts that a pattern made may be values of a simple type."""
        while isinstance(reference, NamedRef):
            definition = self._api.types[reference.id]
            if not isinstance(definition, Restricted):
                return False
            patterns = definition.facets.patterns
            if patterns and not all(fits(patterns, text) for text in texts):
                return False
            reference = definition.base
        if reference.builtin in _NUMBERS:
            return all(_decimal(text) is not None for text in texts)
        if reference.builtin is Builtin.BOOLEAN:
            return all(text in ("true", "false", "1", "0") for text in texts)
        return reference.builtin not in _VARIANTS

    def _name(self, name: QName) -> str:
        prefix = self._prefixes.get(name.namespace)
        return f"{prefix}:{name.local}" if prefix else name.local


def _narrower(derived: Facets, base: Facets) -> Facets:
    """Both steps' facets; where both have one, the derived type's, which is the narrower."""
    given = {
        name: value
        for f in fields(Facets)
        if (value := getattr(derived, name := f.name)) not in (None, ())
    }
    return replace(base, **given)


def _of_builtin(
    builtin: Builtin, facets: Facets, steps: tuple[tuple[str, ...], ...]
) -> str:
    usual = _usual(builtin, facets)
    for text in (usual, *_of_patterns(builtin, facets, steps)):
        if all(fits(patterns, text) for patterns in steps):
            return text
    return usual


def _usual(builtin: Builtin, facets: Facets) -> str:
    """The value where no pattern restricts it."""
    if builtin in _NUMBERS:
        return _number(builtin, facets)
    for bound in (facets.min_inclusive, facets.max_inclusive):
        if bound is not None:
            return bound
    text = _SAMPLES.get(builtin, _TEXT) + _VARIANTS.get(builtin, ("",))[0]
    return _of_length(builtin, text, facets)


def _of_patterns(
    builtin: Builtin, facets: Facets, steps: tuple[tuple[str, ...], ...]
) -> Iterator[str]:
    """Texts that may match, and are of the type."""
    if builtin in _VARIANTS:  # hardly anything that a pattern makes is a time
        yield from (_SAMPLES[builtin] + end for end in _VARIANTS[builtin])
        return
    least = facets.length or facets.min_length or 0
    for pattern in (one for patterns in steps for one in patterns):
        text = matching([pattern], least)
        if text is not None and (builtin not in _NUMBERS or _decimal(text) is not None):
            yield text


def _number(builtin: Builtin, facets: Facets) -> str:
    """The nearest number to the usual one that the bounds allow."""
    value = Decimal(_SAMPLES.get(builtin, "1"))
    step = Decimal(1) if builtin in _INTEGERS else Decimal("0.5")
    lowest, highest = _decimal(facets.min_inclusive), _decimal(facets.max_inclusive)
    above, below = _decimal(facets.min_exclusive), _decimal(facets.max_exclusive)
    if above is not None:
        lowest = above + step
        if below is not None and lowest >= below:
            lowest = (above + below) / 2
    if below is not None and highest is None:
        highest = max(below - step, lowest) if lowest is not None else below - step
    if lowest is not None:
        value = max(value, lowest)
    if highest is not None:
        value = min(value, highest)
    if facets.fraction_digits == 0:
        value = value.to_integral_value()
    return f"{value:f}"


def _decimal(text: str | None) -> Decimal | None:
    """A bound; one that is no finite number is none."""
    try:
        value = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _of_length(builtin: Builtin, text: str, facets: Facets) -> str:
    """A text that is as long as the facets want it; of binary types they count bytes."""
    least = facets.length if facets.length is not None else facets.min_length or 0
    most = facets.length if facets.length is not None else facets.max_length
    least = min(least, _LONGEST)
    if builtin in (Builtin.HEX_BINARY, Builtin.BASE64_BINARY):
        value = b"soap"[:most].ljust(least, b"\0")
        if builtin is Builtin.HEX_BINARY:
            return value.hex()
        return b64encode(value).decode("ascii")
    return text[:most].ljust(least, "x")
