"""Envelopes compared by what they mean, element by element.

Two envelopes are the same where XML, its namespaces, XML Schema's instance attributes or SOAP
itself say so. These do not count:

* the XML declaration and the character set, comments, processing instructions, CDATA sections,
  character references, the quotes and the order of attributes, `<a/>` against `<a></a>`;
* prefixes and the place where a namespace is declared. A value that is a name is compared as
  one: `xsi:type`, `arrayType`, `itemType`, fault codes, a text whose `xsi:type` is `xsd:QName`.
  Texts and attributes that differ in prefixes alone, each declared for the same namespace where it is,
  are names in the sight of XML Schema (QName), or lists of them;
* white space between elements, unless `xml:space="preserve"` holds there. Beside other text
  (mixed content) it counts;
* white space in an element of element-only content that is empty. The schema decides which these
  are, and `element_only` has their names; where it is not given, white space with a line break is that
  of a document that was indented, unless `xsi:type` names a simple type of XML Schema;
* the spelling of `xsi:nil`; `xsi:nil="false"`, which has no effect; the hints of
  `xsi:schemaLocation`;
* an empty `Header`; the place where `encodingStyle` is declared, as long as the same one is in
  force in the entries of Header and Body; the size of an array that leaves it out
  (`xsd:string[]` of two items is `xsd:string[2]`).

All else counts: the order of elements, and every character of a text: `003` is not `3`, and
absent, empty and nil are three things. References (`href`) are compared as they are written.
With `typed_values`, a text whose element declares by `xsi:type` that it is one of XML Schema's numbers or
a boolean is compared as its value: as an `xsd:int` `003` is `3`.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from lxml import etree

from soapwright.envelopes.reading import NotComparable as NotComparable
from soapwright.envelopes.reading import parse_envelope
from soapwright.model.api import SoapVersion
from soapwright.model.namespaces import ENCODINGS, ENVELOPES, XML, XSD, XSI

_SOAP11, _SOAP12 = ENVELOPES[SoapVersion.V11], ENVELOPES[SoapVersion.V12]
_ENCODING11, _ENCODING12 = ENCODINGS[SoapVersion.V11], ENCODINGS[SoapVersion.V12]

_NIL, _TYPE, _SPACE = f"{{{XSI}}}nil", f"{{{XSI}}}type", f"{{{XML}}}space"
_HINTS = frozenset({f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation"})
_ARRAY_TYPE, _OFFSET = f"{{{_ENCODING11}}}arrayType", f"{{{_ENCODING11}}}offset"
_NAMES = frozenset({_TYPE, _ARRAY_TYPE, f"{{{_ENCODING12}}}itemType"})
_STYLES = frozenset({f"{{{_SOAP11}}}encodingStyle", f"{{{_SOAP12}}}encodingStyle"})
_HEADERS = frozenset({f"{{{_SOAP11}}}Header", f"{{{_SOAP12}}}Header"})
_FRAME = _HEADERS | {
    f"{{{namespace}}}{local}"
    for namespace in (_SOAP11, _SOAP12)
    for local in ("Envelope", "Body")
}
# Elements whose text is a name: each with its parent.
_CODES = frozenset(
    {
        ("faultcode", f"{{{_SOAP11}}}Fault"),
        (f"{{{_SOAP12}}}Value", f"{{{_SOAP12}}}Code"),
        (f"{{{_SOAP12}}}Value", f"{{{_SOAP12}}}Subcode"),
    }
)
_DECIMALS = frozenset(
    "integer nonPositiveInteger negativeInteger long int short byte nonNegativeInteger"
    " unsignedLong unsignedInt unsignedShort unsignedByte positiveInteger decimal".split()
)
_WHITE = " \t\r\n"
_BOOLEANS = {"1": "true", "0": "false"}
_PREFIXES = {
    XSI: "xsi",
    XML: "xml",
    _SOAP11: "soap",
    _SOAP12: "soap",
    _ENCODING11: "enc",
    _ENCODING12: "enc",
}
_FLOAT = re.compile(r"-?INF|NaN|[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_DECIMAL = re.compile(r"([+-]?)(?=\.?[0-9])0*([0-9]*)(?:\.([0-9]*?)0*)?")
_SIZE = re.compile(r"((?:\[[\d,]*\])*)\[\]$")
_MOST_PAIRS = (
    1_000_000  # of children of the same name, of which the best are looked for
)
_SHOWN = 200
_LISTED = 50


class Kind(Enum):
    """The kind of a difference: an element's presence, its name, an attribute, a text, the order."""

    ELEMENT = "element"
    NAME = "name"
    ATTRIBUTE = "attribute"
    TEXT = "text"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where it is, as an XPath of local names, and both values.

    `actual` or `expected` is None where that envelope has nothing there.
    """

    path: str
    kind: Kind
    actual: str | None
    expected: str | None

    def __str__(self) -> str:
        if self.actual is None:
            return f"{self.path}: missing: {self.expected}"
        if self.expected is None:
            return f"{self.path}: not expected: {self.actual}"
        return (
            f"{self.path}: {self.kind.value} is {self.actual}, expected {self.expected}"
        )


def compare_envelopes(
    actual: bytes | str,
    expected: bytes | str,
    *,
    typed_values: bool = False,
    element_only: Container[str] | None = None,
) -> list[Difference]:
    """The differences between two envelopes, in document order.

    A `str` is taken as text, whatever character set its XML declaration names. Any XML can
    be compared; the module's rules for SOAP apply to elements with SOAP's names. `element_only` has
    the names, in Clark's notation, of the elements in which white space alone means nothing.

    Raises:
        NotComparable: one of the two is no XML, or XML that is not read here.
    """
    reader = _Reader(typed_values, element_only)
    one = reader.read(parse_envelope(actual, "the actual envelope"))
    other = reader.read(parse_envelope(expected, "the expected envelope"))
    return list(_compare(one, other, f"/{_local(other.tag)}"))


def assert_envelope(
    actual: bytes | str,
    expected: bytes | str,
    *,
    typed_values: bool = False,
    element_only: Container[str] | None = None,
) -> None:
    """Fail where two envelopes do not mean the same, with the place where they differ.

    The arguments are those of `compare_envelopes`.

    Raises:
        AssertionError: they differ; every difference is on a line of its own.
        NotComparable: one of the two is no XML, or XML that is not read here.
    """
    differences = compare_envelopes(
        actual, expected, typed_values=typed_values, element_only=element_only
    )
    if not differences:
        return
    many = len(differences)
    lines = [f"the envelopes differ in {many} place{'s' if many > 1 else ''}:"]
    lines += [f"  {difference}" for difference in differences[:_LISTED]]
    if many > _LISTED:
        lines.append(f"  … and {many - _LISTED} more")
    raise AssertionError("\n".join(lines))


# ------------------------------------------------------------------------------ reading


@dataclass(frozen=True, slots=True)
class _Node:
    """An element as far as it means something.

    `texts` are the texts before, between and after the children; none where all are white space
    between elements.
    """

    tag: str
    attributes: dict[str, str]
    texts: tuple[str, ...]
    children: tuple[_Node, ...]
    scope: Mapping[str | None, str]
    """The namespaces of the prefixes that are declared here."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Elements as nodes: what does not count is gone, what has several spellings has one.

    `typed` and `element_only` are those of `compare_envelopes`.
    """

    typed: bool
    element_only: Container[str] | None

    def read(
        self, element: etree._Element, outside: str = "", keep: bool = False
    ) -> _Node:
        """An element; `outside` is the encoding style around it, `keep` whether white space counts there."""
        style = next(
            (v.strip(_WHITE) for n, v in _items(element) if n in _STYLES), outside
        )
        keep = element.get(_SPACE, "preserve" if keep else "") == "preserve"
        attributes = dict(_attributes(element))
        parent = element.getparent()
        # SOAP's own elements show no style, so their children show the one in force
        shown = "" if parent is None or parent.tag in _FRAME else outside
        if element.tag not in _FRAME and style != shown:
            attributes["encodingStyle"] = style
        children = [child for child in element if not _is_empty_header(child)]
        nodes = tuple(self.read(child, style, keep) for child in children)
        texts = [element.text or "", *(child.tail or "" for child in children)]
        if not nodes and element.tag not in _FRAME:
            texts = [self._text(element, texts[0], keep)]
        elif not keep and not any(text.strip(_WHITE) for text in texts):
            texts = []
        return _Node(element.tag, attributes, tuple(texts), nodes, element.nsmap)

    def _text(self, element: etree._Element, text: str, keep: bool) -> str:
        """The text of an element without children, as its type spells it."""
        parent = element.getparent()
        if parent is not None and (element.tag, parent.tag) in _CODES:
            return _resolved(element, text)
        namespace, _, local = _resolved(element, element.get(_TYPE, "")).rpartition("}")
        if namespace[1:] not in (XSD, _ENCODING11, _ENCODING12) or local == "Array":
            return "" if not keep and self._is_indentation(element, text) else text
        if local in ("QName", "NOTATION"):
            return _resolved(element, text)
        return _value(local, text) if self.typed else text

    def _is_indentation(self, element: etree._Element, text: str) -> bool:
        """Whether a text is white space that stands where elements might be."""
        if text.strip(_WHITE):
            return False
        if self.element_only is None:
            return "\n" in text
        return element.tag in self.element_only


def _items(element: etree._Element) -> Iterator[tuple[str, str]]:
    """The attributes as text, which they always are of a tree that was parsed."""
    return ((str(name), str(value)) for name, value in element.attrib.items())


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name, value in _items(element):
        if name in _HINTS or name in _STYLES:
            continue
        if name == _NIL:
            value = _BOOLEANS.get(value.strip(_WHITE), value.strip(_WHITE))
            if value == "false":
                continue
        elif name == _ARRAY_TYPE:
            value = _sized(element, _resolved(element, value))
        elif name in _NAMES:
            value = _resolved(element, value)
        yield name, value


def _resolved(element: etree._Element, name: str) -> str:
    """A qualified name in Clark's notation; unchanged where its prefix is not declared."""
    prefix, _, local = name.strip(_WHITE).rpartition(":")
    namespace = element.nsmap.get(prefix or None)
    if namespace is None:
        return name.strip(_WHITE)
    return f"{{{namespace}}}{local}"


def _sized(element: etree._Element, array_type: str) -> str:
    """An array's type with the size that it leaves out (SOAP 1.1, section 5.4.2)."""
    if _OFFSET in element.attrib:
        return array_type
    return _SIZE.sub(rf"\1[{len(element)}]", array_type)


def _value(builtin: str, text: str) -> str:
    """One spelling for each value of a number or boolean; the text where it is none."""
    bare = text.strip(_WHITE)
    if builtin == "boolean":
        return _BOOLEANS.get(bare, bare)
    if builtin in ("float", "double"):
        return repr(float(bare)) if _FLOAT.fullmatch(bare) else text
    number = _DECIMAL.fullmatch(bare) if builtin in _DECIMALS else None
    if number is None or (number[3] is not None and builtin != "decimal"):
        return text
    sign, whole, fraction = number[1], number[2] or "0", number[3]
    digits = f"{whole}.{fraction}" if fraction else whole
    return f"-{digits}" if sign == "-" and digits != "0" else digits


def _is_empty_header(element: etree._Element) -> bool:
    return element.tag in _HEADERS and len(element) == 0 and not element.attrib


# ------------------------------------------------------------------------------ comparing


def _compare(actual: _Node, expected: _Node, path: str) -> Iterator[Difference]:
    if actual.tag != expected.tag:
        yield Difference(path, Kind.NAME, actual.tag, expected.tag)
    yield from _compare_attributes(actual, expected, path)
    yield from _compare_children(actual, expected, path)
    if len(actual.children) == len(expected.children):
        yield from _compare_texts(actual, expected, path)


def _are_same(
    actual: _Node, found: str | None, expected: _Node, wanted: str | None
) -> bool:
    """Whether two texts are the same, or the same names with other prefixes."""
    if found == wanted or found is None or wanted is None:
        return found == wanted
    ours, theirs = found.split(), wanted.split()
    return (
        ours != theirs
        and len(ours) == len(theirs)
        and all(
            one == other
            or ":" in one + other
            and _name(one, actual.scope) == _name(other, expected.scope) is not None
            for one, other in zip(ours, theirs, strict=True)
        )
    )


def _name(text: str, scope: Mapping[str | None, str]) -> tuple[str, str] | None:
    """A QName's namespace and local name; None where its prefix is not declared."""
    prefix, _, local = text.rpartition(":")
    namespace = scope.get(prefix or None)
    return None if namespace is None else (namespace, local)


def _compare_attributes(one: _Node, other: _Node, path: str) -> Iterator[Difference]:
    actual, expected = one.attributes, other.attributes
    for name in sorted(actual.keys() | expected.keys()):
        found, wanted = actual.get(name), expected.get(name)
        if not _are_same(one, found, other, wanted):
            place = f"{path}/@{_prefixed(name)}"
            yield Difference(place, Kind.ATTRIBUTE, _quoted(found), _quoted(wanted))


def _compare_texts(one: _Node, other: _Node, path: str) -> Iterator[Difference]:
    """Texts of as many children; where one side has none, they are white space there."""
    actual, expected = one.texts, other.texts
    count = max(len(actual), len(expected))
    pairs = zip(actual or [""] * count, expected or [""] * count, strict=True)
    for number, (found, wanted) in enumerate(pairs, 1):
        if not _are_same(one, found, other, wanted):
            place = f"{path}/text()[{number}]" if count > 1 else f"{path}/text()"
            yield Difference(place, Kind.TEXT, _quoted(found), _quoted(wanted))


def _compare_children(
    actual: _Node, expected: _Node, path: str
) -> Iterator[Difference]:
    found, wanted = _steps(actual.children), _steps(expected.children)
    names = [_local(child.tag) for child in actual.children]
    wanted_names = [_local(child.tag) for child in expected.children]
    if names != wanted_names and Counter(names) == Counter(wanted_names):
        orders = (", ".join(found), ", ".join(wanted))
        yield Difference(path, Kind.ORDER, *orders)
        by_step = dict(zip(found, actual.children, strict=True))
        for step, child in zip(wanted, expected.children, strict=True):
            yield from _compare(by_step[step], child, f"{path}/{step}")
        return
    for one, other in _aligned(names, wanted_names):
        if one is None:
            child = expected.children[other or 0]
            place = f"{path}/{wanted[other or 0]}"
            yield Difference(place, Kind.ELEMENT, None, _shown(child))
        elif other is None:
            place = f"{path}/{found[one]}"
            yield Difference(place, Kind.ELEMENT, _shown(actual.children[one]), None)
        else:
            yield from _compare(
                actual.children[one],
                expected.children[other],
                f"{path}/{wanted[other]}",
            )


def _aligned(
    actual: list[str], expected: list[str]
) -> Iterator[tuple[int | None, int | None]]:
    """Pair the children of two elements: indexes, None where one has no partner."""
    same = 0
    while same < min(len(actual), len(expected)) and actual[same] == expected[same]:
        yield same, same
        same += 1
    left, right = actual[same:], expected[same:]
    there = Counter(right)
    if sum(count * there[name] for name, count in Counter(left).items()) > _MOST_PAIRS:
        yield from _paired(left, right, same)
        return
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, a, a_end, b, b_end in matcher.get_opcodes():
        ours, theirs = range(a + same, a_end + same), range(b + same, b_end + same)
        if kind == "equal":
            yield from zip(ours, theirs, strict=True)
            continue
        yield from ((None, index) for index in theirs)
        yield from ((index, None) for index in ours)


def _paired(
    actual: list[str], expected: list[str], start: int
) -> Iterator[tuple[int | None, int | None]]:
    """Pair each child with the next one of its name: in linear time, for very many."""
    places: dict[str, deque[int]] = {}
    for place, name in enumerate(expected):
        places.setdefault(name, deque()).append(place)
    at = 0
    for index, name in enumerate(actual, start):
        mine = places.get(name, deque())
        while mine and mine[0] < at:
            mine.popleft()
        if mine:
            place = mine.popleft()
            yield from ((None, missing + start) for missing in range(at, place))
            at = place + 1
            yield index, place + start
        else:
            yield index, None
    yield from ((None, missing + start) for missing in range(at, len(expected)))


# ----------------------------------------------------------------------------- wording


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _steps(children: Sequence[_Node]) -> list[str]:
    """Each child as a step of a path: numbered where it has siblings of its name."""
    names = [_local(child.tag) for child in children]
    total, so_far = Counter(names), Counter[str]()
    steps = []
    for name in names:
        so_far[name] += 1
        steps.append(f"{name}[{so_far[name]}]" if total[name] > 1 else name)
    return steps


def _prefixed(name: str) -> str:
    namespace, _, local = name.rpartition("}")
    prefix = _PREFIXES.get(namespace[1:])
    return f"{prefix}:{local}" if prefix else name


def _quoted(text: str | None) -> str | None:
    if text is None:
        return None
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _shown(node: _Node) -> str:
    """An element on a line: its name and attributes, and its text or its children's names."""
    attributes = (f" {_prefixed(n)}={v!r}" for n, v in sorted(node.attributes.items()))
    inside = "".join(node.texts).strip()
    if node.children:
        inside = ", ".join(f"<{_local(child.tag)}>" for child in node.children)
    whole = f"<{node.tag}{''.join(attributes)}> {inside}".rstrip()
    return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"
