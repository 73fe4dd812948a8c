"""Which statements a child, or a tagged item, leads to: by its name, one condition after the
other, or in a number of steps that grows with the logarithm of their number where there are many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from soapwright.python.text.literals import string
from soapwright.python.text.statements import Line, Statement, block, branched

MANY = 16
"""Up to so many branches a chain of conditions is quicker than a table."""
_LEAF = 8
"""So many branches are compared one after the other at the end."""

Branches = list[tuple[str, list[Statement]]]
"""Conditions, each with its statements; the condition of else is ""."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The statements for a child of one of these names, where these conditions hold."""

    tags: tuple[str, ...]
    turn: tuple[str, ...]
    body: tuple[Statement, ...]

    @property
    def condition(self) -> str:
        """The condition on the local `tag`."""
        named = " or ".join(f"tag == {string(tag)}" for tag in self.tags)
        if self.turn and len(self.tags) > 1:
            named = f"({named})"
        return " and ".join([named, *self.turn])


def chained(branches: Iterable[Branch], rest: Branches) -> list[Statement]:
    """The branches one after the other, then the `rest`."""
    return branched([*((one.condition, one.body) for one in branches), *rest])


def by_table(
    branches: Sequence[Branch], rest: Branches, table: str
) -> tuple[list[Statement], str]:
    """The branches by number: the statements, and the table that has the number of each name.

    The local `branch` is 0 where no branch takes the child: then it goes to the `rest`.
    """
    by_tags: dict[str, list[int]] = {}
    for number, branch in enumerate(branches):
        for tag in branch.tags:
            by_tags.setdefault(tag, []).append(number)
    numbers: dict[tuple[int, ...], int] = {}
    entries = []
    for tag, taking in by_tags.items():
        number = numbers.setdefault(tuple(taking), len(numbers) + 1)
        entries.append(f"{string(tag)}: {number}")
    leaves = [_leaf([branches[n] for n in taking], bool(rest)) for taking in numbers]
    tree = _tree(leaves, 1)
    falls = any(branch.turn for branch in branches)
    made: list[Statement] = [Line(f"branch = {table}.get(tag, 0)")]
    if falls and rest:
        made += [block("if branch:", tree), block("if not branch:", branched(rest))]
    else:
        made += branched([("branch", tree), *rest])
    return made, f"{table} = {{{', '.join(entries)}}}"


def _leaf(taking: list[Branch], rest: bool) -> list[Statement]:
    """The statements for a name that these branches take; where none has its turn, the rest does."""
    others: list[Statement] = [Line("branch = 0")] if rest else []
    surely = next((n for n, one in enumerate(taking) if not one.turn), None)
    taking = taking if surely is None else taking[: surely + 1]
    if len(taking) > 2 and _narrow(taking):
        return _from_the_last(taking, others)
    choices = [(" and ".join(one.turn), [*one.body]) for one in taking]
    if others and surely is None:
        choices.append(("", others))
    return branched(choices)


def _narrow(taking: list[Branch]) -> bool:
    """Whether each branch has all conditions of the next, and more."""
    return all(set(one.turn) > set(next_.turn) for one, next_ in pairwise(taking))


def _from_the_last(taking: list[Branch], others: list[Statement]) -> list[Statement]:
    """The same from the last branch on: each has the conditions that the next one has not.

    So many fields that take the same names need as many conditions, not the square of that.
    """
    choices: Branches = []
    known: set[str] = set()
    taken = others
    for one in reversed(taking):
        more = " and ".join(c for c in one.turn if c not in known)
        if more:
            choices.append((f"not ({more})", taken or [Line("pass")]))
        known.update(one.turn)
        taken = [*one.body]
    return branched([*choices, ("", taken)])


def _tree(leaves: list[list[Statement]], first: int) -> list[Statement]:
    """The statements by number, `first` that of the first: halves of halves."""
    if len(leaves) <= _LEAF:
        numbered = [(f"branch == {first + n}", leaf) for n, leaf in enumerate(leaves)]
        return branched([*numbered[:-1], ("", leaves[-1])])
    half = len(leaves) // 2
    return branched(
        [
            (f"branch < {first + half}", _tree(leaves[:half], first)),
            ("", _tree(leaves[half:], first + half)),
        ]
    )


def by_order(
    tagged: Sequence[tuple[str, list[Statement]]], key: str, rest: list[Statement]
) -> list[Statement]:
    """The statements for the values of a string `key`, else the `rest`.

    Many are compared by order first, so that a type checker still knows by its tag which item of a
    union it is.
    """
    if len(tagged) <= MANY:
        equal = [(f"{key} == {string(tag)}", body) for tag, body in tagged]
        return branched([*equal, ("", rest)])
    ordered = sorted(tagged, key=lambda one: one[0])
    half = len(ordered) // 2
    return branched(
        [
            (
                f"{key} < {string(ordered[half][0])}",
                by_order(ordered[:half], key, rest),
            ),
            ("", by_order(ordered[half:], key, rest)),
        ]
    )
