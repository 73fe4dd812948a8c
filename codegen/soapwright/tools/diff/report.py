"""Reports of changes: text for people, Markdown for a pull request, JSON for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soapwright.model.diagnostics import Location, one_line
from soapwright.tools.diff.changes import Change
from soapwright.tools.diff.rules import RULES, Effect

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Alike changes: the same kind, message and classes, of several subjects."""

    first: Change
    changes: tuple[Change, ...]

    @property
    def subjects(self) -> str:
        """The subjects that changed, the rest counted where there are many."""
        names = list(dict.fromkeys(change.subject for change in self.changes))
        shown = ", ".join(names[:_SHOWN])
        more = len(names) - _SHOWN
        return f"{shown} and {more} more" if more > 0 else shown


def group(changes: Iterable[Change]) -> list[Group]:
    """Changes put together where only the subject differs, the worst first."""
    table: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        # of fields that several operations have, the last step names the field
        last = change.subject.rpartition(".")[2] if "." in change.subject else ""
        field_name = last if change.kind in _NAMED else ""
        classes = (change.request, change.reply, change.python)
        table.setdefault((change.kind, change.message, field_name, classes), []).append(
            change
        )
    groups = [Group(found[0], tuple(found)) for found in table.values()]
    return sorted(groups, key=lambda one: -one.first.effect)


_NAMED = frozenset(
    kind
    for kind in RULES
    if kind.startswith(("added", "removed", "renamed", "now", "no-longer"))
)


def as_text(changes: Sequence[Change], names: tuple[str, str]) -> str:
    """A line of classes and what changed, then where; the worst first."""
    lines = [one_line(_headline(changes, names))]
    for one in group(changes):
        first = one.first
        lines += [
            "",
            f"{str(first.effect):<10}  {one_line(one.subjects)}:"
            f" {one_line(first.message)} [{first.kind}]",
            f"            request {first.request}, reply {first.reply}, Python {first.python}:"
            f" {RULES[first.kind].meaning}",
        ]
        places = [str(at) for at in (first.old, first.new) if at is not None]
        lines.append(f"            {one_line(' → '.join(places))}")
    return "\n".join(lines) + "\n"


def as_markdown(changes: Sequence[Change], names: tuple[str, str]) -> str:
    """One table, the worst first, for a pull request."""
    lines = [f"**{_escaped(_headline(changes, names))}**"]
    if changes:
        lines += [
            "",
            "| | what | change | request | reply | Python | where |",
            "|---|---|---|---|---|---|---|",
        ]
    for one in group(changes):
        first = one.first
        places = [str(at) for at in (first.old, first.new) if at is not None]
        cells = [
            str(first.effect),
            _code(one.subjects),
            f"{_escaped(first.message)} `[{first.kind}]`",
            str(first.request),
            str(first.reply),
            str(first.python),
            _code(" → ".join(places)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def as_json(changes: Sequence[Change], names: tuple[str, str]) -> str:
    """Every change by itself, in the order of the documents."""
    content = {
        "old": names[0],
        "new": names[1],
        "breaking": is_breaking(changes),
        "changes": [
            {
                "kind": change.kind,
                "subject": change.subject,
                "message": change.message,
                "effect": str(change.effect),
                "request": str(change.request),
                "reply": str(change.reply),
                "python": str(change.python),
                "old": _place(change.old),
                "new": _place(change.new),
            }
            for change in changes
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}


def is_breaking(changes: Iterable[Change]) -> bool:
    """Whether any change breaks something."""
    return any(change.effect is Effect.BREAKING for change in changes)


def _headline(changes: Sequence[Change], names: tuple[str, str]) -> str:
    arrow = f"{names[0]} → {names[1]}"
    if not changes:
        return f"{arrow}: nothing that counts has changed"
    counts = [
        f"{count} {effect}"
        for effect in (Effect.BREAKING, Effect.RISKY, Effect.COMPATIBLE)
        if (count := sum(c.effect is effect for c in changes))
    ]
    many = "changes" if len(changes) > 1 else "change"
    return f"{arrow}: {len(changes)} {many}: {', '.join(counts)}"


def _place(at: Location | None) -> dict[str, str | int] | None:
    return None if at is None else {"path": at.path, "line": at.line}


def _escaped(text: str) -> str:
    """Text that is text in Markdown, and calls nobody's attention by an @."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    for character in "\\`|*_[]~":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split()).replace("@", "@\N{WORD JOINER}")


def _code(text: str) -> str:
    text = " ".join(one_line(text).split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"
