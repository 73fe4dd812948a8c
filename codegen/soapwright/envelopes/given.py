"""Values that a person gives by name, as a tree of texts: `order.items[0].sku=A1`, or JSON.

A name is followed by `.` and the name of what is inside, and by `[N]` where it is one of several;
`\\.` is a dot in a name. A value that is given again is one more. After `=` comes a text, or `@` and
a file whose content it is (`@@` for a text that begins with `@`); after `:=` comes JSON. `@type` is
the name of a derived type, `@nil` makes an element nil.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

TYPE = "@type"
NIL = "@nil"
_STEP = re.compile(r"((?:\\.|[^.\[\]\\])+)((?:\[\d{1,6}\])*)(?:\.|\Z)")
_INDEX = re.compile(r"\[(\d+)\]")
_ARGUMENT = re.compile(r"((?:\\.|[^=\\])+?)(:?=)(.*)\Z", re.DOTALL)
MOST_VALUES = 100_000


class Misgiven(ValueError):
    """A value that is not given as it must be; the text has the reason."""


@dataclass(slots=True)
class Given:
    """The value of one element, or of the whole: a text, a file's content, parts by name.

    `index` is the place that a part has among those of its name, None where that is the next one.
    """

    text: str | None = None
    content: bytes | None = None
    nil: bool = False
    index: int | None = None
    parts: list[tuple[str, Given]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return self.text is None and self.content is None and not self.parts

    def named(self, name: str) -> str | None:
        """The text of a part such as `@type`."""
        return next((part.text for given, part in self.parts if given == name), None)

    def part(self, name: str, index: int | None, *, last: bool) -> Given:
        """The part of a name that a value belongs to; a new one, where there is none yet.

        Args:
            name: of the part.
            index: its place, where that is given.
            last: whether a value for all of it comes now: what has one is another.
        """
        of_name = [part for given, part in self.parts if given == name]
        if index is not None:
            for one in of_name:
                if one.index == index:
                    return one
        elif of_name and not last:
            return of_name[-1]
        made = Given(index=index)
        self.parts.append((name, made))
        return made


def read_arguments(
    arguments: list[str], files: Mapping[str, bytes] = MappingProxyType({})
) -> Given:
    """The values of arguments, `name=value`, in their order.

    Args:
        arguments: as a person gives them.
        files: the content of files by their names; others are read.

    Raises:
        Misgiven: an argument has no name or no value, or names a file that cannot be read.
    """
    root = Given()
    for argument in arguments:
        found = _ARGUMENT.match(argument)
        if found is None:
            raise Misgiven(f"{argument!r} is no name=value")
        name, sign, value = found.groups()
        *way, (last, index) = _steps(name)
        owner = root
        for step, number in way:
            owner = owner.part(step, number, last=False)
        if last == NIL:
            owner.nil = value.lower() not in ("false", "0", "")
        elif sign == ":=":
            data = _json(value, name)
            for one in data if isinstance(data, list) else [data]:
                _put(owner.part(last, index, last=True), one)
        else:
            _set(owner.part(last, index, last=True), value, name, files)
    return root


def from_json(data: object) -> Given:
    """The values of JSON: objects are parts by name, arrays several of a name, null is nil.

    Raises:
        Misgiven: there are more than `MOST_VALUES`.
    """
    made = Given()
    _put(made, data)
    return made


def _steps(name: str) -> Iterator[tuple[str, int | None]]:
    at = 0
    while at < len(name):
        found = _STEP.match(name, at)
        if found is None:
            raise Misgiven(f"{name!r} is no name: parts are name.name or name[0].name")
        step = re.sub(r"\\(.)", r"\1", found[1])
        indexes = [int(number) for number in _INDEX.findall(found[2])]
        if step.isdecimal() and at:
            raise Misgiven(f"{name!r}: one of several is name[{step}]")
        if len(indexes) > 1:
            raise Misgiven(f"{name!r}: arrays of arrays are given by --json")
        yield step, indexes[0] if indexes else None
        at = found.end()


def _set(at: Given, value: str, name: str, files: Mapping[str, bytes]) -> None:
    if value.startswith("@@"):
        at.text = value[1:]
    elif value.startswith("@"):
        try:
            known = files.get(value[1:])
            at.content = Path(value[1:]).read_bytes() if known is None else known
        except OSError as error:
            raise Misgiven(f"{name}: {value[1:]}: {error.strerror}") from error
        at.text = b64encode(at.content).decode("ascii")
    else:
        at.text = value


def _json(value: str, name: str) -> object:
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Misgiven(f"{name}: is no JSON: {error}") from error


def _put(at: Given, data: object) -> None:
    """Put JSON into a part, without recursion: what is given may be deep."""
    waiting: list[tuple[Given, object]] = [(at, data)]
    count = 0
    while waiting:
        at, data = waiting.pop()
        count += 1
        if count > MOST_VALUES:
            raise Misgiven(f"more than {MOST_VALUES:,} values are given")
        if data is None:
            at.nil = True
        elif isinstance(data, dict):
            waiting += list(_parts(at, data))
        else:
            at.text = json.dumps(data) if not isinstance(data, str) else data


def _parts(at: Given, data: dict[str, object]) -> Iterator[tuple[Given, object]]:
    for name, value in data.items():
        for one in value if isinstance(value, list) else [value]:
            made = Given()
            at.parts.append((name, made))
            yield made, one
