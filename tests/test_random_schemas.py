"""Schemas at random, with libxml2 as the judge: what it lets through comes back, and as it lets it through.

Content models, mixed or not, with wildcards, substitution groups, extensions, attributes; for each
some envelopes that are valid. `make test` has fixed seeds: a run is like any other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module, invalidate_caches
from pathlib import Path
from random import Random
from typing import Any

import pytest
from languages import is_deterministic
from lxml import etree
from one_way import XSD, body, envelope, wsdl
from randomness import seeds

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    Choice,
    Element,
    Occurs,
    Particle,
    Process,
    QName,
    Sequence,
    Substitute,
    Wildcard,
)
from soapwright.model.diagnostics import Location
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.testing import compare_envelopes

TYPES_OF_ALL = """
<xs:simpleType name="E"><xs:restriction base="xs:token">
  <xs:enumeration value="x y"/><xs:enumeration value="z"/></xs:restriction></xs:simpleType>
<xs:simpleType name="U"><xs:union memberTypes="t:E xs:int xs:date"/></xs:simpleType>
<xs:simpleType name="L"><xs:list itemType="t:U"/></xs:simpleType>
<xs:simpleType name="N"><xs:restriction base="xs:int"><xs:pattern value="0[0-9]+"/></xs:restriction></xs:simpleType>
<xs:complexType name="C"><xs:sequence><xs:element name="x" type="t:N" minOccurs="0"/></xs:sequence>
  <xs:attribute name="at" type="t:L"/></xs:complexType>
<xs:complexType name="Base"><xs:sequence><xs:element name="p" type="xs:string"/></xs:sequence></xs:complexType>
<xs:complexType name="Ext"><xs:complexContent><xs:extension base="t:Base"><xs:choice>
  <xs:element name="q" type="xs:int"/><xs:element name="s" type="xs:string" nillable="true" minOccurs="0"/>
</xs:choice></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="S"><xs:simpleContent><xs:extension base="xs:decimal">
  <xs:attribute name="u" type="xs:string"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="R"><xs:simpleContent><xs:restriction base="t:S">
  <xs:maxInclusive value="9"/><xs:attribute name="u" type="xs:string" use="required"/></xs:restriction></xs:simpleContent></xs:complexType>
<xs:complexType name="V" abstract="true"><xs:attribute name="id" type="xs:ID"/><xs:anyAttribute namespace="##other"
  processContents="lax"/></xs:complexType>
<xs:complexType name="V1"><xs:complexContent><xs:extension base="t:V"><xs:all>
  <xs:element name="p" type="xs:string" minOccurs="0"/><xs:element name="q" type="t:L" minOccurs="0"/></xs:all>
  <xs:attributeGroup ref="t:AG"/></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="V2"><xs:complexContent><xs:restriction base="t:V3"><xs:sequence>
  <xs:group ref="t:G"/></xs:sequence></xs:restriction></xs:complexContent></xs:complexType>
<xs:complexType name="V3"><xs:complexContent><xs:extension base="t:V"><xs:sequence>
  <xs:group ref="t:G" minOccurs="0" maxOccurs="2"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="M" mixed="true"><xs:choice minOccurs="0" maxOccurs="unbounded">
  <xs:element name="b" type="xs:string"/><xs:element name="m" type="t:M"/></xs:choice></xs:complexType>
<xs:complexType name="MX" mixed="true"><xs:complexContent><xs:extension base="t:M"><xs:sequence>
  <xs:element name="z" type="xs:int" nillable="true"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:attributeGroup name="AG"><xs:attribute name="k1" type="xs:boolean" default="true"/>
  <xs:attribute name="k2" type="xs:duration" form="qualified"/></xs:attributeGroup>
<xs:group name="G"><xs:choice><xs:element name="y" type="xs:date"/><xs:sequence>
  <xs:element name="w" type="xs:duration"/><xs:element name="y" type="xs:date" minOccurs="0"/></xs:sequence></xs:choice></xs:group>
<xs:element name="h" type="t:Base"/><xs:element name="h1" type="t:Base" substitutionGroup="t:h"/>
<xs:element name="h2" type="t:Ext" substitutionGroup="t:h" nillable="true"/>
<xs:element name="g" type="xs:string" abstract="true"/><xs:element name="g1" type="xs:string" substitutionGroup="t:g"/>
"""
_STRING = BuiltinRef(Builtin.STRING)
NIL = 'xsi:nil="true"'
# Each element: its declaration, and what it may look like.
ELEMENTS = {
    "a": (
        'name="a" type="xs:string"',
        ["<a/>", "<a>w</a>", "<a> b  c </a>", "<a>&lt;&amp;</a>"],
    ),
    "b": ('name="b" type="xs:int"', ["<b>-5</b>", "<b>7</b>"]),
    "c": (
        'name="c" type="t:C"',
        ["<c/>", '<c at=""><x>05</x></c>', '<c at="z 5 2020-01-01"/>'],
    ),
    "d": (
        'name="d" type="xs:boolean" nillable="true"',
        ["<d>true</d>", "<d>false</d>", f"<d {NIL}/>"],
    ),
    "e": ('name="e" type="t:U"', ["<e>x y</e>", "<e>5</e>", "<e>2020-01-01</e>"]),
    "f": (
        'name="f" type="t:Base"',
        [
            "<f><p/></f>",
            '<f xsi:type="Ext"><p>w</p><q>4</q></f>',
            f'<f xsi:type="Ext"><p/><s {NIL}/></f>',
        ],
    ),
    "i": ('name="i" type="t:C" nillable="true"', [f"<i {NIL}/>", "<i><x>00</x></i>"]),
    "k": ('name="k" type="t:S"', ['<k u="">1.50</k>', "<k>2</k>"]),
    "h": (
        'ref="t:h"',
        [
            "<h><p/></h>",
            "<h1><p>1</p></h1>",
            "<h2><p/><q>1</q></h2>",
            f"<h2 {NIL}/>",
            '<h1 xsi:type="Ext"><p/><s>s</s></h1>',
        ],
    ),
    "g": ('ref="t:g"', ["<g1>g</g1>"]),
    "l": (
        'name="l" type="t:L" nillable="true" default="z 3"',
        ["<l>5 z</l>", f"<l {NIL}/>", "<l>2020-01-01</l>"],
    ),
    "o": (
        'name="o" type="t:S"',
        ['<o xsi:type="R" u="1">9</o>', "<o>10.0</o>", '<o u="&#10;&quot;">-0</o>'],
    ),
    "v": (
        'name="v" type="t:V"',
        [
            '<v xsi:type="V1"><q>5</q></v>',
            '<v xsi:type="V1" k1="false" t:k2="P1D" id="n1" o:y="1"><p>1</p><q/></v>',
            '<v xsi:type="V3"/>',
            '<v xsi:type="V3"><w>P1D</w><y>2020-01-01</y><w>PT1S</w></v>',
            '<v xsi:type="V2"><y>2020-01-01+01:00</y></v>',
        ],
    ),
    "m": (
        'name="m" type="t:M"',
        [
            "<m/>",
            "<m> a<b>1</b> <m>x<b/></m>c</m>",
            '<m xsi:type="MX">t<b/>u<z>5</z>v</m>',
            f'<m xsi:type="MX"><z {NIL}/> </m>',
        ],
    ),
    "n": (
        'name="n" type="xs:anyType"',
        [
            "<n/>",
            "<n>t</n>",
            '<n xsi:type="xs:int">5</n>',
            '<n k="1">a<o:b/>c</n>',
            '<n xsi:type="C"><x>01</x></n>',
        ],
    ),
}
WILD = {
    "##any": ["<o:w/>", "<a>1</a>", '<w xmlns="">t</w>', "<g1>q</g1>"],
    "##other": ["<o:w/>", '<o:v k="1">t<o:z/></o:v>'],
    "##targetNamespace": ["<a/>", "<b>1</b>", "<h><p/></h>"],
    "##local": ['<w xmlns=""/>'],
    "urn:o ##local": ["<o:w/>", '<w xmlns=""/>'],
    "urn:q": ['<w xmlns="urn:q"/>'],
}
OCCURS: list[tuple[int, int | None]] = [(1, 1)] * 6 + [(0, 1)] * 4 + [(0, None)] * 2
OCCURS += [(1, None), (1, None), (2, 3), (0, 2), (2, 2)]
ATTRIBUTES = [
    ("", [""]),
    ('<xs:attribute name="at" type="xs:int"/>', ["", ' at="5"']),
    (
        '<xs:attribute name="at" type="t:U" default="5"/>'
        '<xs:anyAttribute processContents="skip"/>',
        ["", ' at="z" o:y="1"', ' xml:lang="de" k="2"'],
    ),
]


@dataclass(frozen=True)
class Model:
    """A content model: its XSD, and what it is made of."""

    kind: str
    occurs: tuple[int, int | None]
    head: str
    parts: tuple[Model, ...] = ()
    samples: tuple[str, ...] = ()

    @property
    def xsd(self) -> str:
        low, high = self.occurs
        most = "unbounded" if high is None else high
        inner = "".join(part.xsd for part in self.parts)
        occurs = f'minOccurs="{low}" maxOccurs="{most}"'
        return f"<xs:{self.kind} {self.head} {occurs}>{inner}</xs:{self.kind}>"

    def children(self, random: Random) -> list[str]:
        """Some children that the model allows, unless parts of it together do not."""
        low, high = self.occurs
        found: list[str] = []
        for _ in range(random.randint(low, low + 2 if high is None else high)):
            if self.samples:
                found.append(random.choice(self.samples))
            elif self.kind == "choice" and self.parts:
                found += random.choice(self.parts).children(random)
            elif self.kind == "sequence":
                for part in self.parts:
                    found += part.children(random)
        return found

    @property
    def tags(self) -> set[str]:
        """What the elements of samples are called."""
        return {
            sample[1:].partition(">")[0].split()[0].rstrip("/")
            for sample in self.samples
        }

    def particle(self) -> Particle:
        """The same for the judge of what XML Schema allows."""
        occurs, at = Occurs(*self.occurs), Location("")
        match self.kind:
            case "element":
                first, *others = (QName("urn:t", tag) for tag in sorted(self.tags))
                substitutes = tuple(Substitute(one, _STRING, False) for one in others)
                return Element(first, _STRING, occurs, at, substitutes=substitutes)
            case "any":
                words = self.head.split('"')[1].replace("##targetNamespace", "urn:t")
                spaces = tuple(words.replace("##local", " ").split(" "))
                other = ("##other", "urn:t") if words == "##other" else spaces
                return Wildcard(other, Process.LAX, occurs, at)
            case "sequence":
                return Sequence(tuple(one.particle() for one in self.parts), occurs)
            case _:
                return Choice(tuple(one.particle() for one in self.parts), occurs)


def group(random: Random, deep: int, names: list[str], wild: float) -> Model:
    parts = tuple(
        particle(random, deep - 1, names, wild)
        for _ in range(random.choice([0, 1, 2, 2, 2, 3, 3]))
    )
    # a choice of nothing allows nothing, not even nothing: nobody writes it
    kind = random.choice(["sequence", "choice"]) if parts else "sequence"
    if kind == "choice":  # two branches of one element are the same branch
        parts = tuple({part.head or id(part): part for part in parts}.values())
    return Model(kind, random.choice(OCCURS), "", parts)


def particle(random: Random, deep: int, names: list[str], wild: float) -> Model:
    if deep > 0 and random.random() > 0.5:
        return group(random, deep, names, wild)
    occurs = random.choice(OCCURS)
    if random.random() < wild:
        namespace = random.choice(list(WILD))
        process = random.choice(["lax", "skip"])
        head = f'namespace="{namespace}" processContents="{process}"'
        return Model("any", occurs, head, samples=tuple(WILD[namespace]))
    head, samples = ELEMENTS[random.choice(names)]
    return Model("element", occurs, head, samples=tuple(samples))


@dataclass(frozen=True)
class Root:
    """A global element of the schema, and what makes an instance of it; `models` are its base's and its own."""

    xsd: str
    instance: Callable[[Random], str]
    models: tuple[Model, ...]

    @property
    def is_deterministic(self) -> bool:
        """Whether each child leads to one particle: libxml2 lets more through (part 1, section 3.8.6)."""
        whole = tuple(model.particle() for model in self.models)
        return is_deterministic(Sequence(whole, Occurs()))


def root(random: Random, name: str) -> Root:
    # of few names, the places of the model determine where a child belongs
    names = random.sample(list(ELEMENTS), random.choice([1, 2, 2, 3, 4, 5]))
    own = group(random, random.choice([2, 3]), names, random.choice([0, 0, 0.3]))
    base = None
    if random.random() < 0.6:
        base = group(random, 2, names[:3], random.choice([0, 0.2]))
    attributes, given = random.choice(ATTRIBUTES)
    mixed = random.random() < 0.15
    mark = ' mixed="true"' if mixed else ""
    content = own.xsd + attributes
    before = ""
    if base is not None:
        before = f'<xs:complexType name="B{name}"{mark}>{base.xsd}</xs:complexType>'
        content = f'<xs:extension base="t:B{name}">{content}</xs:extension>'
        content = f"<xs:complexContent>{content}</xs:complexContent>"
    kind = f"<xs:complexType{mark}>{content}</xs:complexType>"

    def instance(random: Random) -> str:
        children = base.children(random) if base is not None else []
        children += own.children(random)
        if mixed:
            texts = ["", " ", "t "]
            children = [random.choice(texts) + child for child in children] + ["end"]
        return f"<{name}{random.choice(given)}>{''.join(children)}</{name}>"

    models = (own,) if base is None else (base, own)
    xsd = f'{before}<xs:element name="{name}">{kind}</xs:element>'
    return Root(xsd, instance, models)


def schema(content: str) -> str:
    return (
        f'<xs:schema xmlns:xs="{XSD}" xmlns:t="urn:t" targetNamespace="urn:t"'
        f' elementFormDefault="qualified">{TYPES_OF_ALL}{content}</xs:schema>'
    )


def roots(random: Random, wanted: int) -> Iterator[Root]:
    """Roots whose content models XML Schema allows."""
    made = 0
    while made < wanted:
        one = root(random, f"r{made}")
        if not one.is_deterministic:
            continue
        try:
            etree.XMLSchema(etree.fromstring(schema(one.xsd)))
        except etree.XMLSchemaParseError:
            continue
        made += 1
        yield one


@pytest.mark.randomness
@pytest.mark.parametrize("seed", seeds(6))
def test_what_a_schema_allows_comes_back(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    found = list(roots(random, 30))
    content = "".join(one.xsd for one in found)
    names = [f"r{number}" for number in range(len(found))]
    path = tmp_path / "service.wsdl"
    path.write_text(wsdl(schema(content), names), encoding="utf-8")
    package_name = f"random_{seed}"
    write_package(tmp_path / package_name, generate(path, Options(package_name)).files)
    monkeypatch.syspath_prepend(str(tmp_path))
    invalidate_caches()
    operations = import_module(package_name).PORTS["P"].operations
    validator = etree.XMLSchema(etree.fromstring(schema(content)))
    judged = 0
    for name, one in zip(names, found, strict=True):
        for instance in sorted({one.instance(random) for _ in range(8)}):
            given = envelope(instance)
            if validator.validate(body(given)):
                judged += 1
                wrong = broken(operations[name], given, validator)
                assert not wrong, f"{wrong}\n{one.xsd}\n{instance}"
    assert judged > 60
    for module in [m for m in sys.modules if m.startswith(package_name)]:
        del sys.modules[module]


def broken(operation: Any, given: bytes, validator: Any) -> str:  # Any: as above
    """What is wrong with what comes back; "" where nothing is."""
    value = operation.decode_request(given)
    written = operation.encode_request(value)
    if differences := list(compare_envelopes(written, given, element_only=())):
        return str(differences[0])
    if operation.decode_request(written) != value:
        return "another value is read from what was written"
    if not validator.validate(body(written)):
        return str(validator.error_log[0])
    return ""
