"""The names that a user gives must be about something.

| finding | |
|---|---|
| `config` | error: a rename that names nothing, or more than one type; a new name that is none |
| `renamed` | warning: a new name that something else has already |
| `package-name` | warning: a package whose name hides a module of the standard library, or one that it needs |
| `secret` | warning: a secret that is no field's name |
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import get_close_matches

from soapwright.model.api import (
    Api,
    AttachedMember,
    ContentMember,
    ElementMember,
    Port,
    QName,
    Struct,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.model.options import Options, is_class_name, refusal_of_new_name
from soapwright.python.names.names import Names, make_names, wire_name
from soapwright.python.names.renames import Renames
from soapwright.python.names.secrets import key_of
from soapwright.python.names.services import method_names

# What a generated package imports, itself or through httpx2.
NEEDED = frozenset(
    "lxml httpx2 httpcore2 anyio h11 idna truststore typing_extensions".split()
)


def check_names(api: Api, options: Options, entry: str, findings: Findings) -> None:
    """Find what is wrong with the names that a user gives."""
    _check_package(options, entry, findings)
    if not (options.rename or options.secret):
        return
    if _refuses_new_names(options, entry, findings):
        return
    names = make_names(api, Renames(options.rename))
    for old, new in options.rename:
        at = options.place("rename", entry, old)
        if is_class_name(new):
            _check_type(api, old, new, at, findings)
        else:
            _check_field_or_method(api, old, at, findings)
            _check_taken(api, names, old, new, at, findings)
    for secret in options.secret:
        at = options.place("secret", entry, secret)
        _check_secret(api, names, secret, at, findings)


def _check_package(options: Options, entry: str, findings: Findings) -> None:
    """A module of the package's name would be hidden wherever its folder is found first."""
    first = options.name.partition(".")[0]
    if first in sys.stdlib_module_names:
        whose = "the standard library"
    elif first in NEEDED:
        whose = "a library that generated packages need"
    elif first == "soapwright":
        whose = "the generator"
    else:
        return
    message = f"a package called {first} hides the module of that name of {whose}"
    hint = "another name, or a place in a package of your own: shop.json"
    at = options.place("name", entry)
    findings.warning(Code.PACKAGE_NAME, message, at, hint)


def _refuses_new_names(options: Options, entry: str, findings: Findings) -> bool:
    """Whether a new name is no name of Python's, or two types are to have it."""
    refused = False
    classes: dict[str, str] = {}
    for old, new in options.rename:
        at = options.place("rename", entry, old)
        if (refusal := refusal_of_new_name(new)) is not None:
            message, hint = refusal
            findings.error(Code.CONFIG, f"{old}: {message}", at, hint)
        elif is_class_name(new) and classes.setdefault(new, old) != old:
            message = f"{old!r} and {classes[new]!r} cannot both be {new!r}"
            findings.error(Code.CONFIG, message, at)
        else:
            continue
        refused = True
    return refused


def _check_type(api: Api, old: str, new: str, at: Location, findings: Findings) -> None:
    renamed = Renames(((old, new),))
    types = [str(id) for id in api.types if renamed.type(id, api.types) is not None]
    if not types:
        hint = _near(old, [*map(str, api.types), *(id.local for id in api.types)])
        findings.error(Code.CONFIG, f"no type or element is called {old}", at, hint)
    elif len(types) > 1:
        hint = "write the one that is meant as {namespace}name"
        message = f"{old} is {len(types)} types, which cannot all be {new}"
        findings.error(Code.CONFIG, message, at, hint)


def _check_field_or_method(
    api: Api, old: str, at: Location, findings: Findings
) -> None:
    fields = {name for struct in _structs(api) for name in _wire_names(struct)}
    methods = {o.key for port in api.ports for o in port.operations}
    if old not in methods and old not in fields:
        message = f"no element, attribute, part or operation is called {old}"
        findings.error(Code.CONFIG, message, at, _near(old, [*fields, *methods]))


def _check_taken(
    api: Api, names: Names, old: str, new: str, at: Location, findings: Findings
) -> None:
    """Where a new name is not free, the rules of `names.py` make another one of it."""
    for struct in _structs(api):
        own = names.structs[struct.id]
        fields = zip(
            [*map(wire_name, struct.members), *(a.name for a in struct.attributes)],
            [*own.members, *own.attributes],
            strict=True,
        )
        for wire, name in fields:
            # of two renames of one field, the one in Clark's notation counts
            is_meant = names.renames.field(wire) == new
            if old in (str(wire), wire.local) and is_meant and name != new:
                message = f"{old} is {name} in {names.types[struct.id]}, not {new}: another field has that name"
                findings.warning(Code.RENAMED, message, at)
    groups: dict[QName, list[Port]] = {}
    for port in api.ports:
        groups.setdefault(port.port_type, []).append(port)
    for ports in groups.values():
        name = method_names(ports, names.renames).get(old, new)
        if name != new:
            message = f"the method of {old} is {name}, not {new}: a client has another one of that name"
            findings.warning(Code.RENAMED, message, at)


def _check_secret(
    api: Api, names: Names, secret: str, at: Location, findings: Findings
) -> None:
    operation, _, name = secret.rpartition("/")
    known = {
        key_of(found)
        for struct in (_messages(api, operation) if operation else _structs(api))
        for found in (*names.structs[struct.id].taken, *_wire_names(struct))
    }
    if key_of(name) not in known:
        message = f"no field is called {secret}: the secret hides nothing"
        findings.warning(Code.SECRET, message, at)


def _near(name: str, known: list[str]) -> str:
    """A hint where something has nearly this name."""
    near = get_close_matches(name, sorted(set(known)), 1)
    return f"there is {near[0]}" if near else ""


def _messages(api: Api, name: str) -> Iterator[Struct]:
    """The messages of the operations of a name."""
    for port in api.ports:
        for operation in port.operations:
            if key_of(operation.name) == key_of(name):
                for message in (operation.input, operation.output):
                    found = message and message.struct and api.types[message.struct]
                    if isinstance(found, Struct):
                        yield found


def _structs(api: Api) -> Iterator[Struct]:
    return (d for d in api.types.values() if isinstance(d, Struct))


def _wire_names(struct: Struct) -> Iterator[str]:
    """The names that may be renamed in a Struct, with their namespaces and without."""
    found = [a.name for a in struct.attributes]
    for member in struct.members:
        if isinstance(member, ElementMember):
            found.append(member.element.name)
        elif isinstance(member, (ContentMember, AttachedMember)):
            found.append(QName("", member.name))
    for name in found:
        yield from (str(name), name.local)
