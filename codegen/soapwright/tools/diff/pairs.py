"""Which field of a type is which of the other's: by its name, else by its place."""

from __future__ import annotations

from soapwright.model.api import OrderedMember
from soapwright.python.types.fields import Field
from soapwright.tools.diff.shapes import alternatives, previous, shape, type_key

Fields = dict[str, Field]


def pair_fields(
    before: Fields, after: Fields
) -> tuple[dict[str, str], list[str], list[str]]:
    """The key of each field and its partner's, the keys of those that are gone, and that came."""
    lists = _lists(before), _lists(after)
    pairs = {k: k for k in before if k in after and k not in lists[0]}
    pairs |= _paired_lists(*lists)
    gone = [key for key in before if key not in pairs]
    came = [key for key in after if key not in pairs.values()]
    for key in list(gone):
        partner = _partner(key, before, after, came)
        if partner is not None:
            gone.remove(key)
            came.remove(partner)
            pairs[key] = partner
    in_order = {key: pairs[key] for key in before if key in pairs}
    return in_order, gone, came


def _lists(fields: Fields) -> dict[str, set[str]]:
    """The lists that keep the order, and the names in them."""
    return {
        key: {a.name.local for a in alternatives(one.what)}
        for key, one in fields.items()
        if isinstance(one.what, OrderedMember)
    }


def _paired_lists(
    before: dict[str, set[str]], after: dict[str, set[str]]
) -> dict[str, str]:
    """Each list's partner is the one that shares most names with it; a single one is the other."""
    if len(before) == len(after) == 1:
        return dict(zip(before, after, strict=True))
    free, pairs = dict(after), {}
    for key, names in before.items():
        partner = max(free, key=lambda k: len(free[k] & names), default=None)
        if partner is not None and free[partner] & names:
            pairs[key] = partner
            del free[partner]
    return pairs


def _partner(key: str, before: Fields, after: Fields, came: list[str]) -> str | None:
    """The field that this one was renamed to: a new one of the same shape at the same place."""
    place = list(before).index(key)
    gone = shape(before[key].what)
    for other in came:
        found = shape(after[other].what)
        if key.startswith("@") != other.startswith("@") or gone.type is None:
            continue
        alike = (type_key(gone.type), gone.optional, gone.repeated)
        if alike != (type_key(found.type), found.optional, found.repeated):
            continue
        same_place = list(after).index(other) == place
        if same_place or previous(before, key) == previous(after, other):
            return other
    return None
