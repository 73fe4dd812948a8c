"""The names that a user gives must be about something.

| finding | |
|---|---|
| `config` | error: a rename that names nothing, or more than one type |
| `secret` | warning: a secret that is no field's name |
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from soapwright.model.api import Api, ContentMember, ElementMember, QName, Struct
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.options import Options, is_class_name
from soapwright.python.names.names import make_names
from soapwright.python.names.renames import Renames
from soapwright.python.names.secrets import key_of


def check_names(api: Api, options: Options, entry: str, findings: Findings) -> None:
    """Find the renames and the secrets that are about nothing."""
    if not (options.rename or options.secret):
        return
    fields = {name for struct in _structs(api) for name in _wire_names(struct)}
    methods = {o.key for port in api.ports for o in port.operations}
    for old, new in options.rename:
        at = options.place("rename", entry, old)
        if is_class_name(new):
            renamed = Renames(((old, new),))
            types = [
                str(id) for id in api.types if renamed.type(id, api.types) is not None
            ]
            if not types:
                hint = _near(
                    old, [*map(str, api.types), *(id.local for id in api.types)]
                )
                message = f"no type or element is called {old}"
                findings.error(Code.CONFIG, message, at, hint)
            elif len(types) > 1:
                hint = "write the one that is meant as {namespace}name"
                message = f"{old} is {len(types)} types, which cannot all be {new}"
                findings.error(Code.CONFIG, message, at, hint)
        elif old not in methods and old not in fields:
            message = f"no element, attribute, part or operation is called {old}"
            findings.error(Code.CONFIG, message, at, _near(old, [*fields, *methods]))
    names = make_names(api, Renames(options.rename))
    for secret in options.secret:
        operation, _, name = secret.rpartition("/")
        known = {
            key_of(found)
            for struct in (_messages(api, operation) if operation else _structs(api))
            for found in (*names.structs[struct.id].taken, *_wire_names(struct))
        }
        if key_of(name) not in known:
            message = f"no field is called {secret}: the secret hides nothing"
            at = options.place("secret", entry, secret)
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
    """What may be renamed in a Struct, with its namespace and without."""
    found = [a.name for a in struct.attributes]
    for member in struct.members:
        if isinstance(member, ElementMember):
            found.append(member.element.name)
        elif isinstance(member, ContentMember):
            found.append(QName("", member.name))
    for name in found:
        yield from (str(name), name.local)
