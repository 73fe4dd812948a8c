"""Sample replies: envelopes made from the model alone, with all required content, and more.

Optional content is included as long as the reply stays small. A type contains itself only
where that is required.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Set
from contextlib import contextmanager
from typing import Final, assert_never
from xml.sax.saxutils import quoteattr

from lxml import etree

from soapwright.envelopes.lines import attributes_of, base_line, content_line
from soapwright.envelopes.sample_values import names_in, sample_text
from soapwright.model.api import (
    All,
    Api,
    Builtin,
    BuiltinRef,
    Choice,
    Constant,
    Element,
    ElementPart,
    GlobalElement,
    Message,
    NamedRef,
    Occurs,
    Particle,
    Port,
    QName,
    Sequence,
    SoapArray,
    SoapVersion,
    Struct,
    Substitute,
    TypePart,
    TypeRef,
    Use,
    Wildcard,
)
from soapwright.model.namespaces import ENCODINGS, ENVELOPES, XML, XSD, XSI
from soapwright.model.walk import holds_names
from soapwright.wsdl.copying import is_declarable

_ARRAY_TYPE: Final = f"{{{ENCODINGS[SoapVersion.V11]}}}arrayType"
_BOOLEAN: Final = BuiltinRef(Builtin.BOOLEAN)
_ELSEWHERE: Final = "urn:sample"
_ELEMENTS_AT_MOST: Final = 500
_ELEMENTS_EVER: Final = 10_000
_DEEPEST: Final = 40
_REPEATED_AT_MOST: Final = 20


class Samples:
    """Makes the sample replies of one service.

    Args:
        api: the service's model, all passes run.
        full: whether they have optional content, as long as they stay small.
    """

    def __init__(self, api: Api, *, full: bool = True) -> None:
        self._api = api
        self._most = _ELEMENTS_AT_MOST if full else 0
        spaces = dict.fromkeys(n.namespace for n in (*api.types, *names_in(api)))
        known = ("", XML)
        self._prefixes = {u: f"t{n}" for n, u in enumerate(spaces) if u not in known}
        self._others: dict[str, str] = {}
        self._open: Counter[QName] = Counter()
        self._left = 0
        self._encoded = False
        self._without: Set[str] = frozenset()
        self._booleans: list[tuple[etree._Element, str]] = []
        self._rows: list[etree._Element] = []
        self._last: list[etree._Element] = []

    def envelope(
        self,
        port: Port,
        message: Message,
        without: Set[str] = frozenset(),
        *,
        ends: bool = False,
    ) -> bytes:
        """An envelope with a sample of a message in it, and of its declared headers.

        Args:
            port: the port.
            message: one of its messages.
            without: texts that are not given again: an element that may be absent or nil, and would
                have one of them, is that, and a boolean beside it is false. So are attributes.
            ends: every boolean is false that is in no row of several.
        """
        self._without, self._booleans, self._last = without, [], []
        self._rows = []
        soap = ENVELOPES[port.soap]
        namespaces = {"soap": soap, "xsd": XSD, "xsi": XSI}
        namespaces |= {p: self._namespace(uri) for uri, p in self._prefixes.items()}
        root = etree.Element(f"{{{soap}}}Envelope", nsmap=namespaces)
        if message.headers:
            self._header(etree.SubElement(root, f"{{{soap}}}Header"), message)
        body = etree.SubElement(root, f"{{{soap}}}Body")
        self._left = self._most
        self._encoded = message.use is Use.ENCODED
        into = body
        if message.wrapper is not None:
            into = etree.SubElement(body, self._tag(message.wrapper))
        for part in message.parts:
            match part:
                case ElementPart(element=name):
                    self._global(into, self._standing_for(self._api.elements[name]))
                case TypePart(name=name, type=reference):
                    alone = len(message.parts) == 1 and message.use is Use.LITERAL
                    if message.wrapper is None and alone:  # the Body's own content
                        self._value(into, reference)
                    else:
                        made = etree.SubElement(into, name)
                        self._value(made, reference)
                        if len(message.parts) > 1:  # one alone is what is asked for
                            self._hand_back(made, reference, Occurs(), nillable=False)
        self._answer_flags(ends=ends)
        written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        for uri, other in self._others.items():
            written = written.replace(f'"{other}"'.encode(), quoteattr(uri).encode())
        return written

    def _answer_flags(self, *, ends: bool) -> None:
        """Let booleans be false: those beside what was left out; with `ends` all that are in no row."""
        for element, attribute in self._booleans:
            owner = element if attribute else element.getparent()
            above = [element, *element.iterancestors()] if ends else []
            if owner in self._last or (
                ends and not any(one in self._rows for one in above)
            ):
                if attribute:
                    element.set(attribute, "false")
                else:
                    element.text = "false"

    def _tag(self, name: QName) -> str:
        """A name in Clark's notation, as lxml takes it."""
        return str(QName(self._namespace(name.namespace), name.local))

    def _namespace(self, uri: str) -> str:
        """A namespace, or a placeholder for one whose name lxml refuses until all is written."""
        if not uri or is_declarable(uri):
            return uri
        return self._others.setdefault(uri, f"urn:soapwright:other:{len(self._others)}")

    def _header(self, into: etree._Element, message: Message) -> None:
        """A block for each declared part."""
        for header in message.headers:
            self._left = self._most
            self._encoded = header.use is Use.ENCODED
            match header.part:
                case ElementPart(element=name):
                    self._global(into, self._standing_for(self._api.elements[name]))
                case TypePart(type=reference):
                    self._value(
                        etree.SubElement(into, self._tag(header.name)), reference
                    )

    # ------------------------------------------------------------------------- elements

    def _standing_for(self, declared: GlobalElement) -> GlobalElement:
        """The element itself, or the first that may substitute an abstract one."""
        heads = {declared.name}
        while declared.abstract:
            members = [e for e in self._api.elements.values() if e.head in heads]
            found = next((e for e in members if not e.abstract), None)
            more = {e.name for e in members} - heads
            if found is not None:
                return found
            if not more:
                break
            heads |= more
        return declared

    def _global(self, parent: etree._Element, declared: GlobalElement) -> None:
        made = etree.SubElement(parent, self._tag(declared.name))
        self._value(made, declared.type, declared.fixed)

    def _element(self, parent: etree._Element, element: Element) -> None:
        """One element; an abstract one is replaced by the first that may substitute it."""
        declared: Element | Substitute = element
        if element.abstract:
            if not element.substitutes:
                return
            declared = element.substitutes[0]
        made = etree.SubElement(parent, self._tag(declared.name))
        self._left -= 1
        endless = self._left < -_ELEMENTS_EVER
        if endless or len(list(made.iterancestors())) > _DEEPEST:
            if declared.nillable:
                made.set(f"{{{XSI}}}nil", "true")
            return
        if element.occurs.repeated:
            self._rows.append(made)
        self._value(made, declared.type, element.fixed)
        if element.fixed is None or made.text in self._without:
            nillable = declared.nillable
            self._hand_back(made, declared.type, element.occurs, nillable=nillable)

    def _hand_back(
        self, made: etree._Element, type_: TypeRef, occurs: Occurs, *, nillable: bool
    ) -> None:
        """Leave an element out that would have a text that was handed back; note a boolean."""
        if self._without and not len(made) and made.text in self._without:
            self._leave_out(made, occurs, nillable=nillable)
        elif type_ == _BOOLEAN:
            self._booleans.append((made, ""))

    def _leave_out(
        self, made: etree._Element, occurs: Occurs, *, nillable: bool
    ) -> None:
        """Leave an element out, or let it be nil, where its schema allows that; lists stay."""
        parent = made.getparent()
        if occurs.repeated or parent is None:
            return
        if occurs.min == 0 and not self._encoded:
            parent.remove(made)
        elif nillable or self._encoded:
            made.text = None
            made.set(f"{{{XSI}}}nil", "true")
        else:
            return
        self._last.append(parent)

    def _value(
        self,
        into: etree._Element,
        reference: TypeRef,
        constant: Constant | None = None,
    ) -> None:
        """A value of a type, put into an element."""
        if isinstance(reference, BuiltinRef):
            if reference.builtin is Builtin.ANY_TYPE:
                into.set(f"{{{XSI}}}type", "xsd:string")
            into.text = self._text(reference, constant)
            return
        definition = self._api.types[reference.id]
        match definition:
            case Struct():
                self._struct(into, definition, constant)
            case SoapArray():
                self._array(into, definition)
            case _:
                into.text = self._text(reference, constant)

    def _text(self, reference: TypeRef, constant: Constant | None = None) -> str:
        if constant and holds_names(self._api.types, reference):
            return " ".join(map(self._prefixed, constant.names()))
        if constant:
            return constant
        return sample_text(self._api, reference, self._prefixes)

    def _array(self, into: etree._Element, array: SoapArray) -> None:
        """An array of one item, in as many dimensions and levels as it has."""
        if self._open[array.id]:
            return
        with self._inside([array.id]):
            for level, rank in enumerate(array.ranks, 1):
                if rank > 1:
                    inner = reversed(array.ranks[level:])
                    size = f"[{','.join('1' * rank)}]"
                    levels = "".join(f"[{',' * (n - 1)}]" for n in inner)
                    into.set(_ARRAY_TYPE, f"xsd:anyType{levels}{size}")
                into = etree.SubElement(into, array.item_name)
                self._rows.append(into)
                self._left -= 1
            self._value(into, array.item)

    # -------------------------------------------------------------------------- structs

    def _struct(
        self, into: etree._Element, struct: Struct, constant: Constant | None
    ) -> None:
        concrete = self._concrete(struct)
        if concrete is not struct and concrete.named:
            into.set(f"{{{XSI}}}type", self._prefixed(concrete.id))
        line = content_line(self._api, concrete)
        with self._inside([struct.id, *(step.id for step in line)]):
            for attribute in attributes_of(base_line(self._api, concrete)):
                optional = attribute.name.namespace not in ENVELOPES.values()
                if attribute.required or (optional and self._left > 0):
                    text = self._text(attribute.type, attribute.fixed)
                    if text in self._without and not attribute.required:
                        self._last.append(into)
                        continue
                    into.set(self._tag(attribute.name), text)
                    if attribute.type == _BOOLEAN and attribute.fixed is None:
                        self._booleans.append((into, self._tag(attribute.name)))
            bases = base_line(self._api, concrete)
            text_type = next((s.text for s in reversed(bases) if s.text), None)
            if text_type is not None:
                into.text = self._text(text_type, constant)
            for step in line:
                self._particle(into, step.content)

    def _concrete(self, struct: Struct) -> Struct:
        """The type itself, or of an abstract one the first that derives from it and is not; one
        that does not go round in a circle, where there is one."""
        if not struct.abstract:
            return struct
        waiting: list[Struct] = [struct]
        concrete: list[Struct] = []
        for one in waiting:
            if not one.abstract:
                concrete.append(one)
                continue
            found = (
                self._api.types[name]
                for name in self._api.facts.subtypes.get(one.id, ())
            )
            waiting += [kind for kind in found if isinstance(kind, Struct)]
        with self._inside([struct.id]):
            ends = (one for one in concrete if not self._circles(one))
            return next(ends, concrete[0] if concrete else struct)

    def _circles(self, struct: Struct) -> bool:
        """Whether a type is being made already, or cannot be made without one that is."""
        contents = [step.content for step in content_line(self._api, struct)]
        return self._open[struct.id] > 0 or any(
            c is not None and _required(c) and self._recurs(c) for c in contents
        )

    def _prefixed(self, name: QName) -> str:
        prefix = self._prefixes.get(name.namespace)
        return f"{prefix}:{name.local}" if prefix else name.local

    @contextmanager
    def _inside(self, names: list[QName]) -> Generator[None]:
        """While a value of these types is being made."""
        self._open.update(names)
        try:
            yield
        finally:
            self._open.subtract(names)

    # ------------------------------------------------------------------------ particles

    def _particle(self, into: etree._Element, particle: Particle | None) -> None:
        match particle:
            case None:
                return
            case Element(occurs=occurs):
                if self._empty(particle):
                    return
                for _ in range(self._times(occurs, self._recurs(particle))):
                    self._element(into, particle)
            case Wildcard(occurs=occurs, namespaces=namespaces):
                name = namespaces[0] if namespaces else ""
                space = _ELSEWHERE if name.startswith("##") else name
                for _ in range(min(occurs.min, _REPEATED_AT_MOST)):
                    etree.SubElement(into, self._tag(QName(space, "sample")))
            case Sequence(items=items, occurs=occurs):
                for _ in range(self._times(occurs, self._recurs(particle))):
                    for item in items:
                        self._particle(into, item)
            case All(items=items):
                for item in items:
                    self._particle(into, item)
            case Choice(branches=branches, occurs=occurs):
                for _ in range(self._times(occurs, self._recurs(particle))):
                    self._particle(into, self._branch(branches))
            case _:
                assert_never(particle)

    def _times(self, occurs: Occurs, recurs: bool) -> int:
        """How often: once where it may be, as long as the reply stays small."""
        if recurs and self._encoded:  # encoded, whatever is required may be left out
            return 0
        wanted = 0 if recurs or self._left <= 0 else 1
        if occurs.max is not None:
            wanted = min(wanted, occurs.max)
        return min(max(occurs.min, wanted), _REPEATED_AT_MOST)

    def _branch(self, branches: Iterable[Particle]) -> Particle | None:
        """The first branch with something in it that does not go round in a circle."""
        found = [b for b in branches if not self._empty(b)]
        return next((b for b in found if not self._recurs(b)), next(iter(found), None))

    def _empty(self, particle: Particle) -> bool:
        """Whether no sample can be made of a particle."""
        match particle:
            case Element(abstract=abstract, substitutes=substitutes, occurs=occurs):
                if occurs.max == 0 or (abstract and not substitutes):
                    return True
                return occurs.min == 0 and self._has_no_value(particle.type)
            case Wildcard(occurs=occurs):
                return occurs.min == 0
            case Sequence(items=items) | All(items=items) | Choice(branches=items):
                return all(map(self._empty, items))
            case _:
                assert_never(particle)

    def _has_no_value(self, reference: TypeRef) -> bool:
        """Whether a type is abstract and nothing that is not derives from it."""
        if not isinstance(reference, NamedRef):
            return False
        definition = self._api.types[reference.id]
        return isinstance(definition, Struct) and self._concrete(definition).abstract

    def _recurs(self, particle: Particle) -> bool:
        """Whether a particle cannot be made without a value of a type within itself."""
        match particle:
            case Element(type=reference):
                return isinstance(reference, NamedRef) and self._open[reference.id] > 0
            case Wildcard():
                return False
            case Sequence(items=items) | All(items=items):
                return any(_required(item) and self._recurs(item) for item in items)
            case Choice(branches=branches):
                return bool(branches) and all(map(self._recurs, branches))
            case _:
                assert_never(particle)


def _required(particle: Particle) -> bool:
    return isinstance(particle, All) or particle.occurs.min > 0
