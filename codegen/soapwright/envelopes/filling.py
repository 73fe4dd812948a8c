"""Envelopes made of values that a person gives by name: each in its place by the schema, in its lexical form.

A schema's order decides where elements go; in a choice that repeats, the order in which they are
given. Nothing is checked here but names: whoever reads the envelope checks its values.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final, assert_never
from xml.sax.saxutils import quoteattr

from lxml import etree

from soapwright.envelopes.given import NIL, TYPE, Given
from soapwright.envelopes.lines import attributes_of, base_line, content_line
from soapwright.model.api import (
    All,
    Api,
    AttachedMember,
    Attribute,
    Builtin,
    BuiltinRef,
    Choice,
    ContentMember,
    Element,
    ElementMember,
    ElementPart,
    ListOf,
    Message,
    NamedRef,
    Particle,
    Port,
    QName,
    Restricted,
    Sequence,
    SoapArray,
    Struct,
    Substitute,
    TypeDef,
    TypePart,
    TypeRef,
    Use,
    Wildcard,
)
from soapwright.model.namespaces import ENVELOPES, XML, XSD, XSI
from soapwright.model.walk import elements_of, wildcards_of
from soapwright.python.context import Context
from soapwright.wsdl.copying import is_declarable

_ARRAY_ITEM: Final = "item"
_VALUE: Final = "value"
_AGAIN: Final = " again"
"""After the key of a second field that is of an element's name: its values have no place here."""
_ANY: Final = "any_elements"
_UNWRITABLE: Final = "has characters that XML cannot carry"
_DEEPEST: Final = 100
_CLARK: Final = re.compile(r"\{([^{}]+)\}([^\s{}]+)")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that has no place: its path, and why; `hint` has the nearest name."""

    path: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """An envelope, what has no place in it, and the parts beside it by their Content-IDs."""

    envelope: bytes
    wrong: tuple[Wrong, ...]
    parts: dict[str, bytes]


class Filling:
    """Fills the messages of one service.

    Args:
        context: the tables of the package: its model, and the names that Python has for it.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._api = api = context.api
        self._prefixes = {
            uri: f"t{number}"
            for number, uri in enumerate(dict.fromkeys(n.namespace for n in api.types))
            if uri not in ("", XML)
        }
        self._wrong: list[Wrong] = []
        self._parts_beside: dict[str, bytes] = {}
        self._others: dict[str, str] = {}
        self._given_prefixes = self._prefixes

    def envelope(
        self, port: Port, message: Message, given: Given, headers: Given
    ) -> Filled:
        """An envelope with the values that are given, and those that have no place in it.

        Args:
            port: the port.
            message: one of its messages.
            given: the values of the Body, by the names of its fields.
            headers: those of its declared headers, by the blocks' names.
        """
        self._wrong, self._parts_beside, self._others = [], {}, {}
        soap = ENVELOPES[port.soap]
        self._given_prefixes = self._prefixes | self._made_for(given, headers)
        spaces = {p: self._namespace(uri) for uri, p in self._given_prefixes.items()}
        namespaces = {"soap": soap, "xsd": XSD, "xsi": XSI, **spaces}
        root = etree.Element(f"{{{soap}}}Envelope", nsmap=namespaces)
        if not headers.is_empty:
            self._headers(etree.SubElement(root, f"{{{soap}}}Header"), message, headers)
        body = etree.SubElement(root, f"{{{soap}}}Body")
        self._body(body, message, given)
        written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        for uri, other in self._others.items():
            written = written.replace(f'"{other}"'.encode(), quoteattr(uri).encode())
        return Filled(written, tuple(self._wrong), self._parts_beside)

    def _made_for(self, *given: Given) -> dict[str, str]:
        """Prefixes for the namespaces of names that are given in Clark's notation."""
        found: dict[str, str] = {}
        waiting = [*given]
        while waiting:
            one = waiting.pop()
            waiting += [part for _, part in one.parts]
            for name in _clark_names(one.text or ""):
                if name.namespace not in (XSD, XML, *self._prefixes):
                    found.setdefault(name.namespace, f"g{len(found)}")
        return found

    def _tag(self, name: QName) -> str:
        """A name in Clark's notation, as lxml takes it."""
        return str(QName(self._namespace(name.namespace), name.local))

    def _namespace(self, uri: str) -> str:
        """A namespace, or a placeholder for one whose name lxml refuses until all is written."""
        if not uri or is_declarable(uri):
            return uri
        return self._others.setdefault(uri, f"urn:soapwright:other:{len(self._others)}")

    def _headers(self, into: etree._Element, message: Message, given: Given) -> None:
        known = {header.name.local: str(header.name) for header in message.headers}
        pool = _Pool(given, known)
        for header in message.headers:
            reference = self._type_of_part(header.part)
            for one in self._values(pool, str(header.name), reference, 1):
                made = etree.SubElement(into, self._tag(header.name))
                self._fill(made, reference, one, header.name.local)
        self._report_left(pool, "", known, "header")

    def _body(self, into: etree._Element, message: Message, given: Given) -> None:
        if message.wrapper is not None:
            into = etree.SubElement(into, self._tag(message.wrapper))
        if message.element is not None:
            declared = self._api.elements[message.element]
            beside = {one.name for one in message.attached}
            inside = [pair for pair in given.parts if pair[0] not in beside]
            given = replace(given, parts=inside)
            made = etree.SubElement(into, self._tag(declared.name))
            self._fill(made, declared.type, given, "")
            return
        known = {one.name: one.name for one in message.attached}
        for one in message.substitutes:
            known[one.name.local] = str(one.name)
        for part in message.parts:
            if isinstance(part, ElementPart):
                known.setdefault(part.element.local, part.name)
            known[part.name] = part.name
        known |= self._python_names(message)
        pool = _Pool(given, known)
        self._parts(into, message, pool)
        for attached in message.attached:
            pool.take(attached.name)
        self._report_left(pool, "", known)

    def _python_names(self, message: Message) -> Mapping[str, str]:
        """The names in Python of a message's parts."""
        if message.struct is None:
            return {}
        struct = self._api.types[message.struct]
        if not isinstance(struct, Struct):
            return {}
        parts = {part.name: part.name for part in message.parts}
        for part in message.parts:
            if isinstance(part, ElementPart):
                parts[str(part.element)] = part.name
        for one in message.attached:
            parts[one.name] = one.name
        named = self._in_python(struct).items()
        return {name: parts[key] for name, key in named if key in parts}

    def _parts(self, into: etree._Element, message: Message, pool: _Pool) -> None:
        is_content = message.wrapper is None and message.use is Use.LITERAL
        alone = len(message.parts) == 1 and is_content
        for substitute in message.substitutes:
            for one in pool.take(str(substitute.name)):
                made = etree.SubElement(into, self._tag(substitute.name))
                self._fill(made, substitute.type, one, substitute.name.local)
        for part in message.parts:
            reference = self._type_of_part(part)
            for one in self._values(pool, part.name, reference, 1):
                match part:
                    case ElementPart(element=tag):
                        made = etree.SubElement(into, self._tag(tag))
                    case TypePart():
                        made = into if alone else etree.SubElement(into, part.name)
                self._fill(made, reference, one, part.name)

    def _values(
        self, pool: _Pool, name: str, reference: TypeRef, most: int | None
    ) -> list[Given]:
        """The values that are given of a name, `most` at most; the items of an array or a list are one."""
        if most == 1 and self._is_list(reference):
            return self._as_list(pool.take(name, None), reference)
        if most != 1 or self._array_of(reference) is None:
            return pool.take(name, most)
        taken = pool.take(name, None)
        if len(taken) <= 1 and not any(_is_item(one) for one in taken):
            return taken
        return [Given(parts=[(_ARRAY_ITEM, item) for item in taken])]

    def _type_of_part(self, part: ElementPart | TypePart) -> TypeRef:
        if isinstance(part, TypePart):
            return part.type
        return self._api.elements[part.element].type

    # -------------------------------------------------------------------------- values

    def _fill(
        self, into: etree._Element, reference: TypeRef, given: Given, path: str
    ) -> None:
        """Put what is given into an element of a type."""
        if given.nil:
            into.set(f"{{{XSI}}}nil", "true")
        if path.count(".") > _DEEPEST:
            self._wrong.append(Wrong(path, "is too deep"))
            return
        if isinstance(reference, BuiltinRef):
            if self._is_open(reference, given) and self._is_struct(into, given, path):
                return
            self._text(into, given, path, reference)
            return
        definition = self._api.types[reference.id]
        match definition:
            case Struct():
                self._struct(into, definition, given, path)
            case SoapArray():
                self._array(into, definition, given, path)
            case _:
                self._text(into, given, path, reference)

    def _is_open(self, reference: BuiltinRef, given: Given) -> bool:
        """Whether the type of a value is named beside it."""
        if reference.builtin is Builtin.ANY_SIMPLE_TYPE:
            return given.named(TYPE) is not None
        return reference.builtin is Builtin.ANY_TYPE

    def _is_struct(self, into: etree._Element, given: Given, path: str) -> bool:
        """Give a value the type that `@type` names, where its element takes any; a text has none.

        Returns:
            Whether it is a complex type, and all is in its place.
        """
        if given.nil:
            return False
        name = given.named(TYPE) or Builtin.STRING.value
        if any(name == one.value for one in Builtin):
            into.set(f"{{{XSI}}}type", f"xsd:{name}")
            return False
        structs = [one for one in self._api.types.values() if isinstance(one, Struct)]
        found = next((one for one in structs if _same(one.id.local, name)), None)
        if found is None:
            self._wrong.append(Wrong(path, f"there is no type {name!r}"))
            return False
        into.set(f"{{{XSI}}}type", self._prefixed(found.id))
        plain = [pair for pair in given.parts if pair[0] != TYPE]
        self._struct(into, found, replace(given, parts=plain), path)
        return True

    def _text(
        self, into: etree._Element, given: Given, path: str, reference: TypeRef
    ) -> None:
        builtin = self._restricted(reference)
        if given.content is not None and builtin is Builtin.HEX_BINARY:
            self._put(into, given.content.hex(), path)
        elif given.content is not None and builtin is Builtin.SWA_REF:
            name = f"part-{len(self._parts_beside) + 1}@soapwright"
            self._parts_beside[name] = given.content
            self._put(into, f"cid:{name}", path)
        elif given.text is not None:
            self._put(into, self._with_prefix(given.text, reference), path)
        for name, part in given.parts:
            if name == "value" and part.text is not None:
                self._put(into, self._with_prefix(part.text, reference), path)
            elif name not in (TYPE, NIL) and not len(into):
                self._wrong.append(
                    Wrong(_joined(path, name), f"{path or 'this'} has no parts")
                )

    def _restricted(self, reference: TypeRef) -> TypeDef | Builtin:
        """The type that a simple type restricts: itself, where it restricts none."""
        while isinstance(reference, NamedRef):
            definition = self._api.types[reference.id]
            if not isinstance(definition, Restricted):
                return definition
            reference = definition.base
        return reference.builtin

    def _is_list(self, reference: TypeRef) -> bool:
        """Whether a simple type's values are lists, of which each item may be given by itself."""
        match self._restricted(reference):
            case ListOf() | Builtin.NMTOKENS | Builtin.IDREFS | Builtin.ENTITIES:
                return True
            case _:
                return False

    def _as_list(self, items: list[Given], reference: TypeRef) -> list[Given]:
        """The items of a list that are given each by itself, as one value."""
        texts = [
            self._with_prefix(one.text, reference)
            for one in items
            if one.text is not None
        ]
        if len(items) <= 1 or len(texts) < len(items):
            return items
        return [Given(text=" ".join(texts))]

    def _array_of(self, reference: TypeRef) -> SoapArray | None:
        if not isinstance(reference, NamedRef):
            return None
        definition = self._api.types[reference.id]
        return definition if isinstance(definition, SoapArray) else None

    def _array(
        self, into: etree._Element, array: SoapArray, given: Given, path: str
    ) -> None:
        """The items of an array: given under its own name, or under that of its items."""
        if sum(array.ranks) > 1:
            self._wrong.append(Wrong(path, "arrays of arrays are given by --json"))
            return
        items = []
        for name, part in given.parts:
            if _same(name, array.item_name) or _same(name, _ARRAY_ITEM):
                items.append(part)
            elif name not in (TYPE, NIL):
                items = [given]
                break
        if given.text is not None:
            items = [given]
        for number, item in enumerate(items):
            made = etree.SubElement(into, array.item_name)
            self._fill(made, array.item, item, f"{path}[{number}]")

    # -------------------------------------------------------------------------- structs

    def _struct(
        self, into: etree._Element, struct: Struct, given: Given, path: str
    ) -> None:
        concrete = self._concrete(struct, given, path)
        if concrete is not struct:
            into.set(f"{{{XSI}}}type", self._prefixed(concrete.id))
        line, bases = content_line(self._api, concrete), base_line(self._api, concrete)
        text_type = next((s.text for s in reversed(bases) if s.text), None)
        known = {n.local: str(n) for step in line for n in _names(step.content)}
        if any(True for step in line for _ in wildcards_of(step.content)):
            known[_ANY] = _ANY
        attributes = {key_of(one): one for one in attributes_of(bases)}
        for key, attribute in attributes.items():
            known.setdefault(attribute.name.local, key)
            known[f"@{attribute.name.local}"] = key
        if text_type is not None:
            known[_VALUE] = _VALUE
        known |= self._in_python(concrete)
        pool = _Pool(given, known)
        for step in line:
            self._particle(into, step.content, pool, path)
        for key, attribute in attributes.items():
            for one in self._values(pool, key, attribute.type, 1):
                place = _joined(path, attribute.name.local)
                self._attribute(into, attribute, one, place)
        taken = self._values(pool, _VALUE, text_type, 1) if text_type else []
        value = [one.text for one in taken]
        text = given.text if given.text is not None else next(iter(value), None)
        if text is not None and (text_type is not None or concrete.mixed or not known):
            self._put(into, self._with_prefix(text, text_type), path)
        elif text:
            shown = [name for name in known if not name.startswith("@")]
            self._wrong.append(Wrong(path, f"has parts: {', '.join(shown[:8])}"))
        self._report_left(pool, path, known)

    def _attribute(
        self, into: etree._Element, attribute: Attribute, given: Given, path: str
    ) -> None:
        try:
            into.set(
                self._tag(attribute.name),
                self._with_prefix(given.text or "", attribute.type),
            )
        except ValueError:
            self._wrong.append(Wrong(path, _UNWRITABLE))

    def _concrete(self, struct: Struct, given: Given, path: str) -> Struct:
        """The type that is given by `@type`, or that is the only one that has the parts."""
        wanted = given.named(TYPE)
        kinds = list(self._derived(struct))
        if wanted is not None:
            for one in kinds:
                name = self._context.types.names.types.get(one.id, "")
                if _same(one.id.local, wanted) or _same(name, wanted):
                    return one
            names = [one.id.local for one in kinds]
            reason = f"there is no type {wanted!r} of {struct.id.local}"
            self._wrong.append(
                Wrong(_joined(path, TYPE), reason, nearest(wanted, names))
            )
            return struct
        if not struct.abstract:
            return struct
        fitting = [one for one in kinds if self._has_all(one, given)]
        if len(fitting) == 1:
            return fitting[0]
        names = [one.id.local for one in kinds]
        reason = f"needs {_joined(path, TYPE)}, one of {', '.join(names)}"
        self._wrong.append(Wrong(path, reason))
        return struct

    def _derived(self, struct: Struct) -> Iterator[Struct]:
        """The type itself and all that derive from it, without abstract ones."""
        waiting: list[Struct] = [struct]
        seen = {struct.id}
        for one in waiting:
            if not one.abstract:
                yield one
            for name in self._api.facts.subtypes.get(one.id, ()):
                kind = self._api.types[name]
                if isinstance(kind, Struct) and name not in seen:
                    seen.add(name)
                    waiting.append(kind)

    def _has_all(self, struct: Struct, given: Given) -> bool:
        line = content_line(self._api, struct)
        known = [name.local for step in line for name in _names(step.content)]
        known += [a.name.local for a in attributes_of(base_line(self._api, struct))]
        folded = {_folded(name) for name in [*known, *self._in_python(struct)]}
        return all(
            _folded(name) in folded
            for name, _ in given.parts
            if not name.startswith("@")
        )

    def _with_prefix(self, text: str, reference: TypeRef | None) -> str:
        """A text of a type; names in Clark's notation as XML writes them, where the type may have names."""
        if reference is None or not self._context.types.may_hold_names(reference):
            return text
        prefixes = {XSD: "xsd", XML: "xml", **self._given_prefixes}
        names = _clark_names(text)
        written = [f"{prefixes[name.namespace]}:{name.local}" for name in names]
        return " ".join(written) or text

    def _in_python(self, struct: Struct) -> dict[str, str]:
        """The names of a type's fields, each with the key of its element or attribute."""
        found: dict[str, str] = {}
        for one in self._context.types.fields(struct):
            match one.what:
                case ElementMember(element=element):
                    key = key_of(element)
                case Attribute():
                    key = key_of(one.what)
                case AttachedMember(name=name) | ContentMember(name=name):
                    key = name
                case _:  # a choice's names are its elements'
                    continue
            if key in found.values():
                key = f"{key}{_AGAIN}"
            found[one.name] = key
        return found

    def _prefixed(self, name: QName) -> str:
        prefix = self._prefixes.get(name.namespace)
        return f"{prefix}:{name.local}" if prefix else name.local

    # ------------------------------------------------------------------------ particles

    def _particle(
        self, into: etree._Element, particle: Particle | None, pool: _Pool, path: str
    ) -> None:
        match particle:
            case None:
                return
            case Element():
                self._element(into, particle, pool, path, particle.occurs.max)
            case Wildcard():
                self._wildcard(into, pool, path)
            case Sequence(items=items, occurs=occurs):
                while True:
                    before = pool.count
                    for item in items:
                        self._once(into, item, pool, path, repeats=occurs.repeated)
                    if not occurs.repeated or pool.count == before:
                        return
            case All(items=items):
                for item in items:
                    self._particle(into, item, pool, path)
            case Choice():
                self._choice(into, particle, pool, path)
            case _:
                assert_never(particle)

    def _once(
        self,
        into: etree._Element,
        item: Particle,
        pool: _Pool,
        path: str,
        *,
        repeats: bool,
    ) -> None:
        """An item of a sequence; where the sequence repeats, an element comes once in each turn."""
        if repeats and isinstance(item, Element) and not item.occurs.repeated:
            self._element(into, item, pool, path, 1, in_turns=True)
        else:
            self._particle(into, item, pool, path)

    def _choice(
        self, into: etree._Element, choice: Choice, pool: _Pool, path: str
    ) -> None:
        """The branch of the first name that is given; where the choice repeats, of each in its turn."""
        while (name := pool.first(_keys(choice))) is not None:
            branch = next(b for b in choice.branches if name in _keys(b))
            before = pool.count
            if isinstance(branch, Element) and choice.occurs.repeated:
                self._element(into, branch, pool, path, 1, name, in_turns=True)
            else:
                self._particle(into, branch, pool, path)
            if not choice.occurs.repeated or pool.count == before:
                return

    def _element(
        self,
        into: etree._Element,
        element: Element,
        pool: _Pool,
        path: str,
        most: int | None,
        name: str = "",
        *,
        in_turns: bool = False,
    ) -> None:
        """As many of an element, and of what may replace it, as are given.

        Args:
            into: what it is put into.
            element: its declaration.
            pool: what is given.
            path: of `into`.
            most: how many of it may come here.
            name: the only one of its names that is taken; "" for each.
            in_turns: whether others of it come later, so that what is given again is one of these.
        """
        found: list[Element | Substitute] = [] if element.abstract else [element]
        for declared in (*found, *element.substitutes):
            local = declared.name.local
            if name and str(declared.name) != name:
                continue
            key = str(declared.name)
            if in_turns:
                taken = pool.take(key, most)
            else:
                taken = self._values(pool, key, declared.type, most)
            for number, one in enumerate(taken):
                made = etree.SubElement(into, self._tag(declared.name))
                place = f"[{number}]" if most != 1 else ""
                self._fill(made, declared.type, one, _joined(path, local) + place)

    def _wildcard(self, into: etree._Element, pool: _Pool, path: str) -> None:
        """Elements that are given as XML, by a name of the wildcard's field."""
        for one in pool.take(_ANY, None):
            try:
                into.append(etree.fromstring(one.text or "", _parser()))
            except etree.XMLSyntaxError as error:
                reason = f"is no XML element: {error.msg}"
                self._wrong.append(Wrong(_joined(path, _ANY), reason))

    def _report_left(
        self, pool: _Pool, path: str, known: Mapping[str, str], kind: str = "argument"
    ) -> None:
        """Report what is given and has no place."""
        keys = {key: name for name, key in reversed([*known.items()])}
        for name in pool.names():
            reason, hint = "is given too often, or beside another choice", ""
            if name.endswith(_AGAIN):
                reason = "is given by --json: an element of its name comes before"
            elif name not in keys:
                reason = f"{path} has no {name!r}" if path else f"no {kind} {name!r}"
                hint = nearest(name, [one for one in known if not one.startswith("@")])
            self._wrong.append(Wrong(_joined(path, keys.get(name, name)), reason, hint))

    def _put(self, into: etree._Element, text: str, path: str) -> None:
        """Set an element's text."""
        try:
            into.text = text
        except ValueError:
            self._wrong.append(Wrong(path, _UNWRITABLE))


class _Pool:
    """The parts that are given and have no place yet.

    Args:
        given: the value that they are parts of.
        known: the names that parts may have, each with the key that it is taken by; a name that is
            written otherwise, in upper or lower case, is the only one that it is like.
    """

    def __init__(self, given: Given, known: Mapping[str, str]) -> None:
        self._left: dict[str, deque[tuple[int, Given]]] = {}
        folded: dict[str, set[str]] = {}
        for name, key in known.items():
            folded.setdefault(_folded(name), set()).add(key)
        for order, (name, part) in enumerate(given.parts):
            if name in (TYPE, NIL):
                continue
            like = folded.get(_folded(name), set())
            key = known.get(name) or (min(like) if len(like) == 1 else name)
            self._left.setdefault(key, deque()).append((order, part))
        for name, several in self._left.items():
            if all(part.index is not None for _, part in several):
                ordered = sorted(several, key=lambda pair: pair[1].index or 0)
                self._left[name] = deque(ordered)
        self.count = sum(map(len, self._left.values()))

    def names(self) -> list[str]:
        """The keys of those that are left; the names that no part may have."""
        return [name for name, several in self._left.items() if several]

    def first(self, names: Iterable[str]) -> str | None:
        """Of these keys the one that is given first of those that are left."""
        found = [(self._left[n][0][0], n) for n in names if self._left.get(n)]
        return min(found)[1] if found else None

    def take(self, name: str, most: int | None = 1) -> list[Given]:
        """Take the parts of a key out, `most` at most."""
        several = self._left.get(name, deque())
        count = len(several) if most is None else min(most, len(several))
        self.count -= count
        return [several.popleft()[1] for _ in range(count)]


def struct_of_message(api: Api, message: Message) -> dict[str, TypeRef]:
    """The names that the values of a message's Body are given by, each with its type."""
    if message.element is not None:
        reference = api.elements[message.element].type
        definition = (
            api.types[reference.id] if isinstance(reference, NamedRef) else None
        )
        return names_within(api, definition) if isinstance(definition, Struct) else {}
    return {
        part.name: (
            part.type if isinstance(part, TypePart) else api.elements[part.element].type
        )
        for part in message.parts
    }


def names_within(api: Api, struct: Struct) -> dict[str, TypeRef]:
    """The names that the parts of a type's values are given by, each with its type."""
    found: dict[str, TypeRef] = {}
    for step in content_line(api, struct):
        for element in elements_of(step.content):
            found[element.name.local] = element.type
    bases = base_line(api, struct)
    for attribute in attributes_of(bases):
        local = attribute.name.local
        found[f"@{local}" if local in found else local] = attribute.type
    return found


def nearest(name: str, known: list[str]) -> str:
    """A hint: the known name that is like one, else all of them, as far as a line takes them."""
    near = get_close_matches(name.lower(), [one.lower() for one in known], 1, 0.6)
    if near:
        found = next(one for one in known if one.lower() == near[0])
        return f"did you mean {found!r}?"
    return f"there are: {', '.join(dict.fromkeys(known[:20]))}" if known else ""


def _clark_names(text: str) -> list[QName]:
    """The names that a text lists in Clark's notation; none where it has something else."""
    found = [_CLARK.fullmatch(name) for name in text.split()]
    return [QName(one[1], one[2]) for one in found if one] if all(found) else []


def _is_item(given: Given) -> bool:
    """Whether this is an item of an array, and not the array with its items."""
    return given.text is not None or given.index is not None


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _same(one: str, other: str) -> bool:
    """Whether two names are one: of the schema, or as Python has it."""
    return one == other or _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(".", "").lower()


def key_of(one: Element | Attribute) -> str:
    """The name of an element or attribute by which it is taken: in Clark's notation, an attribute's after `@`."""
    return f"@{one.name}" if isinstance(one, Attribute) else str(one.name)


def _names(particle: Particle | None) -> list[QName]:
    """The names of all elements that may be in a particle."""
    found = []
    for element in elements_of(particle):
        if not element.abstract:
            found.append(element.name)
        found += [one.name for one in element.substitutes]
    return found


def _keys(particle: Particle) -> list[str]:
    return [str(name) for name in _names(particle)]


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
