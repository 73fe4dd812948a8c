"""Policies in normal form: alternatives, each of assertions (WS-Policy 1.5 Framework, section 4).

Assertions and alternatives are compared as the specification does: without their order, and each once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from soapwright.model.diagnostics import Location

ALTERNATIVES_AT_MOST = 64
"""More than anybody writes by hand; optional assertions multiply them."""
_STEPS_AT_MOST = 500_000


class PolicyLimit(ValueError):
    """A policy is larger than the limits."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A demand of a policy, or a parameter of one.

    `name` is in Clark's notation, `attributes` are sorted. `nested` is the only alternative of a
    nested policy, None where there is none, which is not the same as an empty one.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    parameters: tuple[Assertion, ...] = ()
    nested: frozenset[Assertion] | None = None
    at: Location = field(default=Location(""), compare=False)
    place: int = field(default=0, compare=False)
    """Its number in its document, by which assertions are put in order."""
    prefixes: tuple[tuple[str, str], ...] = ()
    """The namespaces of an XPath's prefixes; empty of anything else."""

    @property
    def namespace(self) -> str:
        """The namespace of its name."""
        return self.name.rpartition("}")[0][1:]

    @property
    def local(self) -> str:
        """Its name without the namespace."""
        return self.name.rpartition("}")[2]

    def attribute(self, local: str) -> str:
        """The value of an attribute by its local name, "" where there is none."""
        for name, value in self.attributes:
            if name.rpartition("}")[2] == local:
                return value
        return ""

    @property
    def is_ignorable(self) -> bool:
        """Whether a client may leave it out of account (section 4.4.3)."""
        return self.attribute("Ignorable") in ("true", "1")

    @property
    def inside(self) -> tuple[Assertion, ...]:
        """The assertions of its nested policy."""
        return in_order(self.nested or ())


Alternative = frozenset[Assertion]
Policy = tuple[Alternative, ...]
"""No alternative can be met of `()`; the one of `NOTHING` demands nothing."""
NOTHING: Policy = (frozenset(),)
_UNREADABLE = "{}unreadable"


def unreadable(why: str, at: Location) -> Policy:
    """The policy of a subject whose own cannot be read: nobody knows what it demands."""
    return (frozenset([Assertion(_UNREADABLE, text=why, at=at)]),)


def is_unreadable(one: Assertion) -> bool:
    """Whether an assertion is for a policy that cannot be read; its text is the reason."""
    return one.name == _UNREADABLE


def in_order(assertions: Iterable[Assertion]) -> tuple[Assertion, ...]:
    """Assertions in the order of their document: that of a set differs from run to run."""
    return tuple(sorted(assertions, key=lambda one: (one.at, one.place, one.name)))


def one_of(policies: Iterable[Policy]) -> Policy:
    """The alternatives of all policies (`ExactlyOne`), each once.

    Raises:
        PolicyLimit: there are too many.
    """
    return _distinct(one for policy in policies for one in policy)


def all_of(policies: Iterable[Policy]) -> Policy:
    """The combinations of the policies' alternatives (`All`; the merge of WS-Policy Attachment).

    Raises:
        PolicyLimit: there are too many.
    """
    common: dict[Assertion, None] = {}
    choices: Policy = NOTHING
    steps = 0
    for policy in policies:
        if len(policy) == 1:
            common.update(dict.fromkeys(policy[0]))
            continue
        steps += sum(map(len, choices)) * len(policy)
        if steps > _STEPS_AT_MOST:
            raise PolicyLimit("its alternatives have too many assertions")
        choices = _distinct(one | other for one in choices for other in policy)
    always = frozenset(common)
    return _distinct(one | always for one in choices)


def _distinct(alternatives: Iterable[Alternative]) -> Policy:
    found: dict[Alternative, None] = {}
    for alternative in alternatives:
        found[alternative] = None
        if len(found) > ALTERNATIVES_AT_MOST:
            raise PolicyLimit(f"more than {ALTERNATIVES_AT_MOST} alternatives")
    return tuple(found)


# ------------------------------------------------------------------------- intersection


def intersection(one: Policy, other: Policy, *, lax: bool) -> Policy:
    """The alternatives that both sides can meet (section 4.5): pairs that are compatible, joined.

    Args:
        one: the policy of one side.
        other: that of the other.
        lax: whether ignorable assertions are left out of account.

    Raises:
        PolicyLimit: there are too many.
    """
    return _distinct(
        left | right
        for left in one
        for right in other
        if are_compatible(left, right, lax=lax)
    )


def are_compatible(one: Alternative, other: Alternative, *, lax: bool) -> bool:
    """Whether each assertion of either has one of its kind in the other."""
    return _all_in(one, other, lax) and _all_in(other, one, lax)


def _all_in(some: Alternative, others: Alternative, lax: bool) -> bool:
    by_name: dict[str, list[Assertion]] = {}
    for other in others:
        by_name.setdefault(other.name, []).append(other)
    return all(
        (lax and one.is_ignorable) or _has_its_kind(one, by_name, lax) for one in some
    )


def _has_its_kind(
    one: Assertion, by_name: Mapping[str, list[Assertion]], lax: bool
) -> bool:
    return any(
        (one.nested is None) == (other.nested is None)
        and are_compatible(
            one.nested or frozenset(), other.nested or frozenset(), lax=lax
        )
        for other in by_name.get(one.name, ())
    )
