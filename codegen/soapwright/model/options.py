"""A user's options of one package, besides its WSDL."""

from __future__ import annotations

import keyword
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from soapwright.model.diagnostics import Location
from soapwright.model.profiles import ProfileOption


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `generate` for one package.

    `name` is the package's import name, dotted where it is inside another. `wire` is a wire
    style's name, "" for the one that the WSDL asks for. `secret` are further field names whose
    values never show, `operation/field` where that is so in one operation's messages only. With
    `with_spec` the WSDL and what it imports are put into the package; with `with_server` the service
    classes, and what serves them. `services`, `ports`,
    `include` and `exclude` (operations) are patterns that choose a part of the WSDL
    (passes/choose.py). `rename` has names of the WSDL, in Clark's notation or without a
    namespace, and what Python is to call them. With `strict` a WSDL that is broken at a place is
    refused, though the rest could do without that. With `security` the package has message security,
    whether or not a policy demands it, by `profile` where none does (model/profiles.py). `alternatives` are those of policies that hold: for a pattern of ports' names
    the number of one, or the name of an assertion in it. `runtime` is the import name of the runtime that
    the package shares, "" where it has its own, and `runtime_folder` the way there from the
    package's folder. `places` has the location of an option,
    or of a value in it, in a file of the user's.
    """

    name: str
    wire: str = ""
    catalogs: tuple[Path, ...] = ()
    with_spec: bool = True
    with_server: bool = True
    secret: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rename: tuple[tuple[str, str], ...] = ()
    strict: bool = False
    security: bool = False
    profile: tuple[ProfileOption, ...] = ()
    alternatives: tuple[tuple[str, str], ...] = ()
    runtime: str = ""
    runtime_folder: str = ""
    places: Mapping[tuple[str, str], Location] = field(
        default_factory=dict, compare=False
    )

    def patterns(self) -> dict[str, tuple[str, ...]]:
        """The options that choose, by their keys."""
        return {
            "services": self.services,
            "ports": self.ports,
            "include": self.include,
            "exclude": self.exclude,
        }

    def place(self, key: str, entry: str, value: str = "") -> Location:
        """The location of an option's value; the entry, where it came from no file."""
        return self.places.get((key, value), Location(entry))

    def record(self, home: Path) -> dict[str, object]:
        """The options as a manifest keeps them: paths are relative to the entry's folder."""
        return {
            "name": self.name,
            "wire": self.wire,
            "catalogs": [
                Path(os.path.relpath(path, home)).as_posix() for path in self.catalogs
            ],
            "spec": self.with_spec,
            "server": self.with_server,
            "secret": sorted(self.secret),
            **{key: list(patterns) for key, patterns in self.patterns().items()},
            "rename": dict(sorted(self.rename)),
            "strict": self.strict,
            "security": self.security,
            **({"profile": _table(self.profile)} if self.profile else {}),
            **({"alternative": dict(self.alternatives)} if self.alternatives else {}),
            "runtime": {"name": self.runtime, "folder": self.runtime_folder},
        }


def _table(options: tuple[ProfileOption, ...]) -> dict[str, object]:
    """A profile as a table, its own tables as tables again."""
    return {
        key: (
            _table(value) if key == "algorithms" and isinstance(value, tuple) else value
        )
        for key, value in options
    }


def is_package_name(name: str) -> bool:
    """Whether Python can import a package of this name, which may be dotted."""
    steps = name.split(".")
    return all(s.isidentifier() and not keyword.iskeyword(s) for s in steps)


def refusal_of_new_name(new: str) -> tuple[str, str] | None:
    """Why nothing may be renamed to this, and a hint; None where it is a public name of Python's.

    `self` is refused because a class's fields are parameters of its `__init__`, an operation's
    those of a method.
    """
    if not (new.isascii() and new.isidentifier()) or new.startswith("_"):
        hint = "a new name has ASCII letters, digits and _, and begins with a letter"
        return f"{new!r} is no public name of Python's", hint
    if keyword.iskeyword(new) or new == "self":
        return f"{new!r} is a name that Python reserves", f"{new}_ may be taken"
    return None


def is_class_name(name: str) -> bool:
    """Whether a new name is one for types; one that begins in lower case is for fields and methods."""
    return name[0].isupper()
