"""Exclusive XML Canonicalization 1.0, without comments, as signatures use it.

libxml2 does it, but for `#default` in a PrefixList, which lxml leaves out without a word, and for long
PrefixLists, each of whose prefixes it looks for at each element: then it is done here. Exclusive
Canonicalization, section 3; Canonical XML 1.0, section 2.3. The inclusive form is done here too: lxml
gives that of an element without what is around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import SecurityError
from ..xml.element import Element
from .names import EXCLUSIVE

_XML: Final = "http://www.w3.org/XML/1998/namespace"
# Any: lxml's evaluators are not typed.
_NAME: Final[Any] = etree.XPath("name(@*[$number])")
_Scope: TypeAlias = dict[str | None, str]
_Found: TypeAlias = tuple[tuple[str, str], str, str]

DEFAULT: Final = "#default"
_INCLUSIVE: Final = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
_PREFIXES_BY_LIBXML2: Final = 16
"""As many prefixes as libxml2 is asked for."""
_SCOPE_AT_MOST: Final = 500
"""Namespaces in the scope of an element that is written here: each element costs time for each of them."""


def canonical(
    apex: Element, prefixes: Sequence[str] = (), *, without: Element | None = None
) -> bytes:
    """The canonical form of an element.

    Args:
        apex: of a parsed tree. Its comments are left out.
        prefixes: the PrefixList of InclusiveNamespaces.
        without: an element in it that is left out, as an enveloped signature is.

    Raises:
        SecurityError: it has none, or too many namespaces.
    """
    long = len(prefixes) > _PREFIXES_BY_LIBXML2
    if DEFAULT in prefixes or long or without is not None:
        return _Writer(prefixes, without=without).written(apex)
    tree: Any = apex  # Any: lxml ships no types
    try:
        found: bytes = etree.tostring(
            tree,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes) or None,
        )
    except etree.C14NError:  # a namespace is a relative URI (Canonical XML, section 1)
        raise SecurityError("an element has no canonical form") from None
    return found


def inclusive(apex: Element) -> bytes:
    """The form of an element by Canonical XML 1.0: with all namespaces in its scope, and the attributes of XML
    of the elements around it (section 2.4).

    Args:
        apex: of a parsed tree. Its comments are left out.

    Raises:
        SecurityError: it has too many namespaces.
    """
    return _Writer((), is_inclusive=True).written(apex)


def prefixes_around(e: Any) -> list[str]:  # Any: lxml ships no types
    """The prefixes in an element's scope, as a PrefixList has them."""
    return [prefix or DEFAULT for prefix in e.nsmap]


def prefix_list(method: Any) -> Sequence[str]:  # Any: lxml ships no types
    """The PrefixList of a canonicalisation.

    Raises:
        SecurityError: it has another parameter.
    """
    lists = method.findall(_INCLUSIVE)
    if len(method) != len(lists) or len(lists) > 1:
        raise SecurityError("a parameter of a canonicalisation is not known")
    return (lists[0].get("PrefixList") or "").split() if lists else ()


def with_default(data: bytes) -> bytes:
    """A token's canonical form with the default namespace's declaration, which the transform demands."""
    start, space, rest = data.partition(b" ")
    tag = data[: data.index(b">")]
    return data if b" xmlns=" in tag else b"".join((start, b' xmlns=""', space, rest))


class _Writer:
    """Writes one element, without recursion: a stranger decides how deep it is."""

    def __init__(
        self,
        prefixes: Sequence[str],
        *,
        without: Any = None,  # Any: lxml ships no types
        is_inclusive: bool = False,
    ) -> None:
        self._without = without
        self._is_inclusive = is_inclusive
        self._inclusive = {None if p == DEFAULT else p for p in prefixes}
        self._out: list[str] = []

    def written(self, apex: Element) -> bytes:
        out = self._out
        open_elements = [(self._start(apex, {}), iter(apex), apex)]
        while open_elements:
            rendered, children, e = open_elements[-1]
            child = next(children, None)
            if child is None:
                open_elements.pop()
                out.append(f"</{_qualified(e)}>")
                if open_elements:
                    out.append(_text(e.tail or ""))
            elif child is self._without:
                out.append(_text(child.tail or ""))
            elif isinstance(child.tag, str):
                open_elements.append((self._start(child, rendered), iter(child), child))
            else:
                if child.tag is etree.ProcessingInstruction:
                    data = f" {child.text}" if child.text else ""
                    out.append(f"<?{child.target}{data}?>")
                out.append(_text(child.tail or ""))
        return "".join(out).encode("utf-8")

    def _start(self, e: Any, above: _Scope) -> _Scope:  # Any: lxml ships no types
        scope: _Scope = dict(e.nsmap)
        if len(scope) > _SCOPE_AT_MOST:
            raise SecurityError(f"an element in the scope of {len(scope)} namespaces")
        attributes, used = _attributes(e, scope)
        used.add(e.prefix)
        if self._is_inclusive:
            used |= {None, *scope}
            attributes += [] if self._out else _inherited(e)
        used |= {p for p in self._inclusive if p in scope or p is None}
        rendered, declared = dict(above), []
        for prefix in used - {"xml"}:
            uri = scope.get(prefix, "")
            if above.get(prefix, "") != uri:
                declared.append((prefix or "", uri))
                rendered[prefix] = uri
        out = self._out
        out.append(f"<{_qualified(e)}")
        for name, uri in sorted(declared):
            out.append(f' xmlns{":" + name if name else ""}="{_value(uri)}"')
        out += [f' {name}="{_value(value)}"' for _, name, value in sorted(attributes)]
        out.append(f">{_text(e.text or '')}")
        return rendered


def _attributes(
    e: Any, scope: _Scope
) -> tuple[list[_Found], set[str | None]]:  # Any: lxml ships no types
    """The attributes, each with its namespace and local name, its name as written, its value; and the
    prefixes that they use."""
    found: list[_Found] = []
    used: set[str | None] = set()
    for number, (key, value) in enumerate(e.attrib.items(), 1):
        uri, _, local = key[1:].rpartition("}") if key[0] == "{" else ("", "", key)
        name = local
        if uri == _XML:
            name = f"xml:{local}"
        elif uri:
            prefixes = [p for p, u in scope.items() if p is not None and u == uri]
            prefix = prefixes[0]
            if len(prefixes) > 1:
                prefix = str(_NAME(e, number=number)).partition(":")[0]
            used.add(prefix)
            name = f"{prefix}:{local}"
        found.append(((uri, local), name, value))
    return found, used


def _inherited(e: Any) -> list[_Found]:  # Any: lxml ships no types
    """The attributes of XML, `xml:lang`, that the elements around an element have, and it has not."""
    found: dict[str, str] = {}
    for around in (e, *e.iterancestors()):
        for key, value in around.attrib.items():
            if key.startswith(f"{{{_XML}}}"):
                found.setdefault(key[len(_XML) + 2 :], value)
    return [
        ((_XML, local), f"xml:{local}", value)
        for local, value in found.items()
        if e.get(f"{{{_XML}}}{local}") is None
    ]


def _qualified(e: Any) -> str:  # Any: lxml ships no types
    local = str(e.tag).rpartition("}")[2]
    return f"{e.prefix}:{local}" if e.prefix else local


def _text(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#xD;")


def _value(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")
