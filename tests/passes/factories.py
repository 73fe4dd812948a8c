"""Models in a few words: content in the notation of DTDs, and what a service is made of around it.

    content("a, (b | o:c)*, d?, <##other>{0,2}, e!")

is a sequence of `{urn:t}a`, a repeated choice, an optional `d`, a wildcard of at most two, and a
nillable `e`. `,` makes a sequence, `|` a choice, `&` an all; `()` is an empty sequence, a group in
parentheses stays a group even where it holds one particle. The prefix `o:` is another namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from soapwright.model.api import (
    All,
    Api,
    Builtin,
    BuiltinRef,
    Choice,
    Element,
    ElementPart,
    GlobalElement,
    Message,
    NamedRef,
    Occurs,
    Operation,
    Part,
    Particle,
    Port,
    Process,
    QName,
    Sequence,
    SoapVersion,
    Struct,
    Style,
    TypeDef,
    TypePart,
    TypeRef,
    Use,
    Wildcard,
)
from soapwright.model.diagnostics import Findings, Location

TNS, OTHER = "urn:t", "urn:o"
AT = Location("service.wsdl", 7)
STRING = BuiltinRef(Builtin.STRING)
INT = BuiltinRef(Builtin.INT)
ANY_TYPE = BuiltinRef(Builtin.ANY_TYPE)
ONCE = Occurs()

_TOKEN = re.compile(r"\s*([(),|&]|<[^>]*>|[\w.:]+!?)")
_OCCURS = re.compile(r"\s*([?*+]|\{(\d+)(,?)(\d*)\})")
_SUFFIXES = {"?": Occurs(0, 1), "*": Occurs(0, None), "+": Occurs(1, None)}


def q(name: str) -> QName:
    """A name in the service's namespace, `o:name` in the other one, `:name` in none."""
    prefix, colon, local = name.rpartition(":")
    return QName({"": "", "o": OTHER}[prefix] if colon else TNS, local)


def ref(name: str) -> NamedRef:
    """A reference to a type of the service."""
    return NamedRef(q(name))


# ------------------------------------------------------------------------------------ particles


def element(
    name: str,
    type_: TypeRef = STRING,
    occurs: Occurs = ONCE,
    at: Location = AT,
    **rest: object,
) -> Element:
    """An element particle."""
    return Element(q(name), type_, occurs, at, **rest)  # type: ignore[arg-type]  # the fields of Element


def wildcard(*namespaces: str, occurs: Occurs = ONCE) -> Wildcard:
    """A wildcard; without namespaces it is one for all."""
    found = tuple("" if n == "##local" else n for n in namespaces) or ("##any",)
    if found == ("##other",):
        found = ("##other", TNS)
    return Wildcard(found, Process.LAX, occurs, AT)


def sequence(*items: Particle, occurs: Occurs = ONCE) -> Sequence:
    return Sequence(items, occurs)


def content(text: str) -> Particle:
    """A content model in the notation above."""
    parsed = _Notation(text)
    particle = parsed.group(end="")
    assert parsed.rest == "", f"left over: {parsed.rest}"
    return particle


class _Notation:
    """A reader of the notation, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.rest = text.strip()

    def group(self, end: str) -> Particle:
        """What stands up to `end`, a parenthesis or the end of the text."""
        items: list[Particle] = []
        separators = set()
        while self.rest and self.rest[0] != end:
            items.append(self.particle())
            if self.rest and self.rest[0] in ",|&":
                separators.add(self.rest[0])
                self.rest = self.rest[1:].lstrip()
        if not end and len(items) == 1 and not separators:
            return items[0]
        (separator,) = separators or {","}
        made = {",": Sequence, "|": Choice, "&": All}[separator]
        particle: Particle = made(tuple(items), ONCE)
        return particle

    def particle(self) -> Particle:
        token = self._take(_TOKEN)[1]
        if token == "(":
            group = self.group(end=")")
            self._take(_TOKEN)
            return _repeated(group, self._occurs())
        if token[0] == "<":
            return wildcard(*token[1:-1].split(), occurs=self._occurs())
        nillable = token.endswith("!")
        return element(
            token.rstrip("!"), type_of(token), self._occurs(), nillable=nillable
        )

    def _occurs(self) -> Occurs:
        if not _OCCURS.match(self.rest):
            return ONCE
        sign, low, comma, high = self._take(_OCCURS).groups()
        if sign in _SUFFIXES:
            return _SUFFIXES[sign]
        if not comma:
            return Occurs(int(low), int(low))
        return Occurs(int(low), int(high) if high else None)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.rest)
        assert found, f"not in the notation: {self.rest}"
        self.rest = self.rest[found.end() :].lstrip()
        return found


def _repeated(particle: Particle, times: Occurs) -> Particle:
    match particle:
        case Sequence(items=items):
            return Sequence(items, times)
        case Choice(branches=branches):
            return Choice(branches, times)
        case All(items=items):
            return All(items, times)
        case Element() | Wildcard():
            raise TypeError("a group of one stays a group")


def type_of(token: str) -> TypeRef:
    """Elements of one name are of one type, as XML Schema asks; names that begin with n are numbers."""
    return INT if token.startswith("n") else STRING


# ---------------------------------------------------------------------- types, services, the whole


def struct(name: str, model: Particle | str | None = None, **rest: object) -> Struct:
    """A complex type of the service; `base="Name"` is one of it too."""
    found = content(model) if isinstance(model, str) else model
    if isinstance(base := rest.pop("base", None), str):
        rest["base"] = q(base)
    named = "/" not in name
    return Struct(q(name), (q(name).local,), named, AT, found, **rest)  # type: ignore[arg-type]  # the fields of Struct


def declared(name: str, type_: TypeRef = STRING, **rest: object) -> GlobalElement:
    """An element declaration; `head="name"` is its substitution group's."""
    if isinstance(head := rest.pop("head", None), str):
        rest["head"] = q(head)
    return GlobalElement(q(name), type_, AT, **rest)  # type: ignore[arg-type]  # the fields of GlobalElement


def part(name: str, type_: TypeRef) -> TypePart:
    return TypePart(name, type_, AT)


def element_part(name: str) -> ElementPart:
    return ElementPart("parameters", q(name), AT)


def message(
    *parts: Part, use: Use = Use.LITERAL, wrapper: str = "", **rest: object
) -> Message:
    """A message, of an rpc call where it has a `wrapper`."""
    wrapped = q(wrapper) if wrapper else None
    return Message(use, wrapped, parts, AT, **rest)  # type: ignore[arg-type]  # the fields of Message


def operation(
    name: str,
    request: Message | None = None,
    reply: Message | None = None,
    **rest: object,
) -> Operation:
    messages = [m for m in (request, reply) if m is not None]
    rpc = any(m.wrapper is not None for m in messages)
    style = Style.RPC if rpc else Style.DOCUMENT
    rest = {"key": name, "soap_action": "", "faults": (), **rest}
    return Operation(name=name, style=style, input=request, output=reply, at=AT, **rest)  # type: ignore[arg-type]  # the fields of Operation


def port(
    *operations: Operation, name: str = "Port", port_type: str = "Orders", key: str = ""
) -> Port:
    return Port(
        *(name, key or name, "Service", q(port_type), "http://h/"),
        *(SoapVersion.V11, operations, AT),
    )


def api(
    *types: TypeDef, elements: Iterable[GlobalElement] = (), ports: Iterable[Port] = ()
) -> Api:
    """A service of these types, elements and ports."""
    return Api(
        name="service.wsdl",
        ports=tuple(ports),
        types={definition.id: definition for definition in types},
        elements={one.name: one for one in elements},
        prefixes={},
        sources=(),
    )


def run(one_pass: object, given: Api) -> tuple[Api, list[str]]:
    """What a pass makes of a service, and its findings as they are printed."""
    assert callable(one_pass)
    findings = Findings()
    made = one_pass(given, findings)
    assert isinstance(made, Api)
    return made, [str(finding) for finding in findings]
