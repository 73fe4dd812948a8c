"""Hostile texts, put everywhere a WSDL or a schema can carry one.

Texts (documentation, defaults, fixed values, enumerations, patterns, locations, actions, policies) become any text that XML
allows. Names, namespaces and prefixes are replaced wherever they are used, so that references still lead somewhere;
some become no names at all, and then the WSDL may be refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carriers import CARRIERS, Carrier
from hypothesis import strategies as st
from lxml import etree
from xml.sax.saxutils import escape

_XSD: Final = "http://www.w3.org/2001/XMLSchema"
_WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
_OURS: Final = re.compile(r"urn:|http://(?!schemas\.xmlsoap\.org|www\.w3\.org)")
"""Namespaces that are no standard's."""
_CODE: Final = "__import__('os').abort()"
TEXTS: Final = (
    _CODE,
    f"'+{_CODE}+'",
    f'"+{_CODE}+"',
    f'"""\nimport os; os.abort()\n"""',
    f"'''\nimport os; os.abort()\n'''",
    f'\\"""\n{_CODE}\n\\"""',
    f"\\'+{_CODE}#",
    f"{{{_CODE}}}",
    f"{{{{{_CODE}}}}}",
    "{% raw %}{{ 7 * 7 }}{# no comment #}{% endraw %}",
    f"{{% endif %}}{{{{ cycler.__init__.__globals__.os.abort() }}}}",
    f"\n{_CODE}\n",
    f"\r{_CODE}\r",
    f"\u2028{_CODE}\u2029",
    f"\u0085{_CODE}\u0085",
    f"#\n{_CODE}",
    "# -*- coding: utf-7 -*-",
    "\n# coding: rot13\n",
    "# type: ignore\n# fmt: off\n# pyright: basic",
    "\\",
    "\\\\",
    "\\N{BULLET}\\x41\\u0041\\101",
    '"',
    "'",
    '""',
    '"""',
    "'''",
    '"' * 7,
    "`",
    "%s %(a)s {} {0} $a ${a}",
    "\u202e txet \u2066",
    "\ufeff",
    "\ufffd\U0010ffff\ue000",
    "\u0000"[:0] + "",
    " ",
    "\t\n\r",
    "]]>",
    "<!--",
    "-->",
    "</xsd:schema>",
    "&lt;script&gt;",
    "../../../etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1:9/",
    "//host/share",
    "/dev/stdin",
    "C:\\NUL",
    "x" * 5_000,
    '"\\' * 500,
    "(" * 200,
    "0" * 500,
    "1e999999999",
    "-0",
    "NaN",
    "a:b:c",
    ":",
    "(?P<a>" + _CODE + ")",
    "(?{" + _CODE + "})",
    "[\\p{L}-[a-z]]*\\c\\i",
    "\\d{1,99999}",
    "yield",
    "lambda: 0",
    "soap",
    "_soap",
)
NAMES: Final = (
    *("class", "None", "True", "self", "cls", "soap", "types", "__init__", "__class__"),
    *("__doc__", "__import__", "import", "print", "eval", "exec", "open", "type"),
    *("list", "dict", "str", "bytes", "int", "object", "super", "property", "field"),
    *("dataclass", "Decimal", "Literal", "Client", "errors", "server", "PORTS", "_"),
    *("__", "_1", "a.b", "a-b", "a·b", "ª", "ſ", "ﬁ", "K", "é", "e\u0301", "名", "Ω"),
    *(
        "x" * 300,
        "os.system",
        "b.-_",
        "match",
        "case",
        "async",
        "await",
        "_spec",
        "con",
    ),
    *("manifest.json", "py.typed", "__pycache__", "nul", "aux", "__main__", "conftest"),
)
_NAMING: Final = (
    *("name", "type", "ref", "base", "element", "message", "binding", "itemType"),
    *("memberTypes", "substitutionGroup", "part", "parts", "refer"),
)
"""Attributes that give or use names."""
_TEXTS: Final = (
    *(
        "default",
        "fixed",
        "value",
        "soapAction",
        "location",
        "schemaLocation",
        "Action",
    ),
    *(
        "transport",
        "encodingStyle",
        "namespace",
        "URI",
        "version",
        "id",
        "verb",
        "source",
    ),
    *("arrayType", "expectedContentTypes", "urlReplacement", "minOccurs", "maxOccurs"),
)
"""Attributes whose values may be any text, as far as Python goes."""

_characters = st.characters(
    exclude_categories=["Cs"], exclude_characters=["\ufffe", "\uffff"]
).filter(lambda c: c >= " " or c in "\t\n\r")
texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(_characters, max_size=40),
    st.lists(st.sampled_from((*TEXTS[:34], "a", "\n", " ")), max_size=4).map("".join),
)
_letters = st.characters(categories=["Lu", "Ll", "Lo", "Lt"], max_codepoint=0xFFFF)
names = st.one_of(
    st.sampled_from(NAMES),
    st.builds(
        lambda first, rest: first + rest,
        st.one_of(st.just("_"), _letters),
        st.text(st.one_of(_letters, st.sampled_from("0123456789._-·")), max_size=12),
    ),
).filter(lambda name: _is_name(name))


def _is_name(name: str) -> bool:
    """Whether libxml2 takes it for a name without a colon."""
    try:
        etree.QName(name)
        return ":" not in name
    except ValueError:
        return False


@dataclass(frozen=True, repr=False)
class Planted:
    """Documents with hostile texts in them."""

    carrier: Carrier
    documents: Mapping[str, bytes]
    count: int
    """How many texts were planted."""

    def __repr__(self) -> str:
        return f"{self.count} texts in {self.carrier.name}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # Any: hypothesis's own
        """As hypothesis prints it."""
        printer.text(repr(self))


@st.composite
def planted(draw: st.DrawFn) -> Planted:
    """A case's documents with texts, names, namespaces and prefixes of a stranger."""
    carrier = draw(st.sampled_from(CARRIERS))
    rate = draw(st.sampled_from([0.1, 0.5, 1.0, 1.0]))
    planter = _Planter(draw, rate, draw(st.booleans()), draw(st.integers(0, 9)) == 0)
    roots = {path: _parsed(data) for path, data in carrier.documents.items()}
    planter.choose(root for root in roots.values() if root is not None)
    done = {
        path: carrier.documents[path] if root is None else planter.document(root)
        for path, root in roots.items()
    }
    return Planted(carrier, done, planter.count)


def _parsed(data: bytes) -> Any:  # Any: lxml's elements
    """A document's root; None where it is broken, as some documents of cases are."""
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return None


class _Planter:
    """Replaces what the documents of one WSDL say.

    Args:
        draw: of the strategy.
        rate: the share of the places where something is planted.
        renaming: whether names, namespaces and prefixes are replaced too.
        breaking: whether names may become what is none.
    """

    def __init__(
        self, draw: st.DrawFn, rate: float, renaming: bool, breaking: bool
    ) -> None:
        self.count = 0
        self._draw = draw
        self._rate = rate
        self._renaming = renaming
        self._breaking = breaking
        self._names: dict[str, str] = {}
        self._namespaces: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}

    def choose(self, roots: Any) -> None:  # Any: lxml's elements
        """Choose the new names, the same for all documents."""
        if not self._renaming:
            return
        found: dict[str, None] = {}
        spaces: dict[str, None] = {}
        prefixes: dict[str, None] = {}
        for root in roots:
            for e in root.iter("{*}*"):
                if "name" in e.attrib:
                    found[e.get("name")] = None
                for prefix, uri in e.nsmap.items():
                    if prefix is not None:
                        prefixes[prefix] = None
                    if _OURS.match(uri):
                        spaces[uri] = None
        self._names = self._renamed(found, names)
        if self._breaking:
            self._names |= self._renamed(found, texts)
        self._namespaces = self._renamed(spaces, texts)
        self._prefixes = self._renamed(prefixes, names)

    def _renamed(self, old: Any, new: st.SearchStrategy[str]) -> dict[str, str]:
        """New words for some of the old ones, all different."""
        found: dict[str, str] = {}
        for word in old:
            if self._wanted():
                other = self._draw(new)
                if other and other not in found.values() and other not in old:
                    found[word] = other
        self.count += len(found)
        return found

    def _wanted(self) -> bool:
        return self._rate == 1 or self._draw(st.floats(0, 1)) < self._rate

    def document(self, root: Any) -> bytes:  # Any: as above
        """One document, planted."""
        for e in list(root.iter("{*}*")):
            self._annotate(e)
            self._element(e)
        return _written(root, self._namespaces, self._prefixes).encode()

    def _annotate(self, e: Any) -> None:  # Any: as above
        """Add documentation where there is none."""
        local = etree.QName(e).localname
        if not self._wanted():
            return
        if e.tag.startswith(f"{{{_XSD}}}") and local in _ANNOTATED and not len(e):
            note = etree.SubElement(e, f"{{{_XSD}}}annotation")
            etree.SubElement(note, f"{{{_XSD}}}documentation").text = " "
            etree.SubElement(note, f"{{{_XSD}}}appinfo", source="s").text = " "
        elif e.tag.startswith(f"{{{_WSDL}}}") and local in _DOCUMENTED:
            if e.find(f"{{{_WSDL}}}documentation") is None:
                note = etree.Element(f"{{{_WSDL}}}documentation")
                note.text = " "
                e.insert(0, note)

    def _element(self, e: Any) -> None:  # Any: as above
        told = etree.QName(e).localname in ("documentation", "appinfo")
        if (e.text and e.text.strip()) or told:
            e.text = self._text(e.text or "")
        for name, value in list(e.attrib.items()):
            local = etree.QName(name).localname
            if local in _NAMING:
                e.set(name, self._named(value))
            elif local in _TEXTS and not _is_structure(e, local):
                e.set(name, self._text(value))

    def _text(self, old: str) -> str:
        if not self._wanted():
            return old
        self.count += 1
        return self._draw(texts)

    def _named(self, value: str) -> str:
        """A list of names, each perhaps with a prefix."""
        done = []
        for word in value.split():
            prefix, colon, local = word.rpartition(":")
            new = self._names.get(local, local)
            done.append(f"{self._prefixes.get(prefix, prefix)}{colon}{new}")
        return " ".join(done)


_ANNOTATED: Final = ("element", "attribute", "enumeration", "any", "pattern")
_DOCUMENTED: Final = (
    *("definitions", "message", "portType", "operation", "binding", "service", "port"),
    *("input", "output", "fault"),
)


def _is_structure(e: Any, attribute: str) -> bool:  # Any: lxml's elements
    """Whether a WSDL without this value means nothing any more."""
    local = etree.QName(e).localname
    if local in ("import", "include", "redefine"):
        return attribute != "id"
    return (local, attribute) in (("binding", "transport"), ("any", "namespace"))


def _written(
    root: Any, namespaces: Mapping[str, str], prefixes: Mapping[str, str]
) -> str:  # Any: lxml's elements
    """A document as text, with other namespaces and prefixes; lxml itself cannot change them."""

    def name_of(tag: str, nsmap: Mapping[str | None, str], attribute: bool) -> str:
        qualified = etree.QName(tag)
        if qualified.namespace is None:
            return str(qualified.localname)
        for prefix, uri in nsmap.items():
            if uri == qualified.namespace and (prefix or not attribute):
                new = prefixes.get(prefix or "", prefix)
                return f"{new}:{qualified.localname}" if new else qualified.localname
        return f"xml:{qualified.localname}"

    def write(e: Any, outer: Mapping[str | None, str]) -> str:  # Any: as above
        if not isinstance(e.tag, str):
            return ""
        begun = name_of(e.tag, e.nsmap, False)
        words = [begun]
        for prefix, uri in e.nsmap.items():
            if outer.get(prefix) != uri:
                new = prefixes.get(prefix or "", prefix)
                declared = f"xmlns:{new}" if new else "xmlns"
                words.append(f"{declared}={_quoted(namespaces.get(uri, uri))}")
        for name, value in e.attrib.items():
            if name in ("targetNamespace", "namespace"):
                value = namespaces.get(value, value)
            words.append(f"{name_of(name, e.nsmap, True)}={_quoted(value)}")
        inside = escape(e.text or "", {"\r": "&#13;"})
        inside += "".join(write(c, e.nsmap) + escape(c.tail or "") for c in e)
        return f"<{' '.join(words)}>{inside}</{begun}>"

    return f'<?xml version="1.0" encoding="UTF-8"?>\n{write(root, {})}'


def _quoted(value: str) -> str:
    spaces = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;", '"': "&quot;"}
    return f'"{escape(value, spaces)}"'
