"""XML that no schema describes, as a value: what wildcards and xsd:anyType hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from itertools import zip_longest
from reprlib import recursive_repr
from typing import Any, Final, Protocol, Self, cast

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..secrets.redaction import ALWAYS, MASK, Secrets
from ..secrets.shown import shown_attributes
from .dictionary import own
from .names import SOAP11_ENCODING, SOAP12_ENCODING, XSI, prefixes_in
from .prefixes import Scope
from .strings import SPACE
from .strings import text as element_text

# Attributes that are known to hold a QName, whose prefix must therefore be bound.
_QNAME_ATTRIBUTES: Final = (
    f"{{{XSI}}}type",
    f"{{{SOAP11_ENCODING}}}arrayType",
    f"{{{SOAP12_ENCODING}}}itemType",
)
# lxml collects the declarations in scope anew each time it is asked: without a bound, a small
# envelope of many prefixes and many texts would take hours.
_MAX_PREFIXES: Final = 500


class TreeElement(Protocol):
    """The part of an lxml element that is used; comments and the like have a tag that is no string."""

    @property
    def tag(self) -> Any: ...  # Any: lxml's own type is a union that differs by stubs

    @property
    def text(self) -> str | None: ...

    @property
    def tail(self) -> str | None: ...

    @property
    def attrib(self) -> Any: ...  # Any: lxml's mapping is no Mapping to its stubs

    @property
    def nsmap(self) -> Mapping[Any, str]: ...  # Any: the key is str | None, invariantly

    def __iter__(self) -> Iterator[TreeElement]: ...


class _Kept:
    """The secrets of the package that read an element: no field, and ignored in comparisons."""

    __slots__ = ("_secrets",)

    _secrets: Secrets

    def _hide(self, secrets: Secrets) -> None:
        self._secrets = secrets


@dataclass(slots=True, eq=False, repr=False)
class AnyElement(_Kept):
    """An element of any name, comparable and writable by itself.

    `tag` and the keys of `attributes` are in Clark's notation, `{namespace}local`. `content`
    has the texts and the child elements in their order; comments and processing instructions
    are left out. `namespaces` binds prefixes for qualified names inside texts and attribute
    values (`p:local`, as in xsi:type or an XPath), here and in what the element contains;
    which prefixes the names of elements and attributes had is not kept.

    Two are equal if they hold the same: the same names, attributes and texts, however the
    texts are cut into pieces, and wherever both bind a prefix that a text uses, the same
    namespace. A prefix that only one of them binds makes no difference, as XML cannot keep the
    declarations of an envelope out of its content.

    The representation hides what is secret by its name; of an element that a package has read,
    what is secret in that package too.
    """

    tag: str
    _: KW_ONLY
    attributes: dict[str, str] = field(default_factory=dict)
    content: list[str | AnyElement] = field(default_factory=list)
    namespaces: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_element(cls, element: TreeElement) -> Self:
        """The value of an lxml element, without its tail.

        Raises:
            ValueError: it has an entity reference, or more prefixes are in scope than any
                document needs.
        """
        root = cls(element.tag)
        unread: list[tuple[TreeElement, AnyElement]] = [(element, root)]
        while unread:
            source, value = unread.pop()
            for item in _content(source):
                if isinstance(item, str):
                    value.content.append(item)
                else:
                    inner = cls(item.tag)
                    value.content.append(inner)
                    unread.append((item, inner))
            _add_attributes(value, source)
        return root

    @classmethod
    def from_xml(cls, xml: str | bytes) -> Self:
        """The value of a document's root element.

        Raises:
            ValueError: it is not well-formed XML, or has a DTD.
        """
        if isinstance(xml, str):  # its encoding declaration speaks of other bytes
            xml = _encoded(xml)
        try:
            root = own().parsed(xml, _parsed, xml)
        except etree.XMLSyntaxError as error:
            raise ValueError(f"no well-formed XML: {error}") from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise ValueError("a DTD is refused")
        return cls.from_element(cast(TreeElement, root))

    def to_xml(self) -> str:
        """The element as XML that is valid anywhere where no default namespace is in scope.

        It declares every prefix that it uses.

        Raises:
            TypeError: something in it is not of its type.
            ValueError: a name, namespace or prefix is none, a text holds what XML cannot
                carry, xsi:type has a prefix that `namespaces` does not bind, or the element
                contains itself.
        """
        written: list[str] = []
        scopes = [Scope({}, {})]
        ends: list[str] = []
        for item in _walk(self):
            if isinstance(item, str):
                written.append(element_text(item))
            elif item is None:
                scopes.pop()
                written.append(ends.pop())
            else:
                scope, declared = scopes[-1].enter(item.namespaces)
                name, made = scope.name(item.tag)
                attributes = scope.attributes(item.attributes)
                _check_types(item.attributes, scope.bound)
                end = ">" if item.content else "/>"
                written.append(f"<{name}{declared}{made}{attributes}{end}")
                ends.append(f"</{name}>" if item.content else "")
                scopes.append(scope)
        return "".join(written)

    @property
    def text(self) -> str:
        """All of the element's own text, without that of the elements in it."""
        return "".join([item for item in self.content if isinstance(item, str)])

    def find(self, tag: str) -> AnyElement | None:
        """The first child element of a name."""
        return next((child for child in self if child.tag == tag), None)

    def __iter__(self) -> Iterator[AnyElement]:
        """The child elements."""
        return iter([item for item in self.content if isinstance(item, AnyElement)])

    def keep(self, secrets: Secrets) -> Self:
        """This element, which from now on hides these secrets, with all that is in it."""
        if secrets:
            pending: list[AnyElement] = [self]
            seen: set[int] = set()  # what references share is in it more than once
            while pending:
                element = pending.pop()
                if id(element.content) not in seen:
                    seen.add(id(element.content))
                    pending.extend(element)
                element._hide(secrets)
        return self

    @recursive_repr()
    def __repr__(self) -> str:
        secrets = getattr(self, "_secrets", ALWAYS)
        hidden = self.content and secrets.has(self.tag)
        return secrets.without_values(
            f"{type(self).__qualname__}(tag={self.tag!r},"
            f" attributes={shown_attributes(self.attributes, secrets)!r},"
            f" content={[MASK] if hidden else self.content!r},"
            f" namespaces={self.namespaces!r})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AnyElement):
            return NotImplemented
        pairs = zip_longest(_pieces(self), _pieces(other))
        return all(_same(left, right) for left, right in pairs)


# ------------------------------------------------------------------------------- reading


def _parsed(xml: bytes) -> Any:  # Any: lxml ships no types
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(xml, parser)
    finally:
        own().note(xml)


def _encoded(xml: str) -> bytes:
    """A document's text as UTF-8, without the declaration of the encoding that it had."""
    try:
        return re.sub(r"\A\ufeff?<\?xml\s[^>]*\?>", "", xml).encode()
    except UnicodeEncodeError:
        raise ValueError("no well-formed XML: it has a lone surrogate") from None


def _content(source: TreeElement) -> Iterator[str | TreeElement]:
    """Texts, each as a whole where comments cut it, and child elements."""
    texts = [source.text or ""]
    for child in source:
        if isinstance(child.tag, str):
            if found := "".join(texts):
                yield found
            texts.clear()
            yield child
        elif child.tag is etree.Entity:
            raise ValueError("an entity reference is refused")
        texts.append(child.tail or "")
    if found := "".join(texts):
        yield found


def _add_attributes(value: AnyElement, source: TreeElement) -> None:
    """Attributes, and the prefixes that they and the texts, which must be there, may use."""
    value.attributes = dict(source.attrib.items())
    typed = [name for name in _QNAME_ATTRIBUTES if name in value.attributes]
    if not typed and not _prefixes_used(value):
        return
    scope = source.nsmap
    if len(scope) > _MAX_PREFIXES:
        raise ValueError(f"more than {_MAX_PREFIXES} prefixes are in scope")
    default = scope.get(None)
    for name in typed:
        qname = value.attributes[name].strip(SPACE)
        if default and ":" not in qname:
            prefix = _prefix_for(default, scope)
            value.namespaces[prefix] = default
            qname = f"{prefix}:{qname}"
        value.attributes[name] = qname
    for prefix in _prefixes_used(value):
        if prefix in scope:
            value.namespaces[prefix] = scope[prefix]


def _prefixes_used(value: AnyElement) -> list[str]:
    texts = [item for item in value.content if isinstance(item, str)]
    return [
        p for piece in (*value.attributes.values(), *texts) for p in prefixes_in(piece)
    ]


def _prefix_for(namespace: str, scope: Mapping[str | None, str]) -> str:
    """A prefix that is bound to a namespace, or one that is not bound at all."""
    bound = [prefix for prefix, uri in scope.items() if prefix and uri == namespace]
    if bound:
        return min(bound)
    number = 1
    while f"ns{number}" in scope:
        number += 1
    return f"ns{number}"


# ------------------------------------------------------------------- walking and writing


def _walk(root: AnyElement) -> Iterator[AnyElement | str | None]:
    """Each element as it starts, each text, and None as an element ends.

    Raises:
        TypeError: something that is neither text nor element is in it.
        ValueError: an element contains itself.
    """
    yield root
    open_elements = [(root, iter(root.content))]
    ancestors = {id(root)}
    while open_elements:
        element, rest = open_elements[-1]
        for item in rest:
            if isinstance(item, str):
                yield item
            elif not isinstance(item, AnyElement):
                raise TypeError(
                    f"{type(item).__name__} given, str or AnyElement wanted"
                )
            elif id(item) in ancestors:
                raise ValueError("an element contains itself")
            else:
                yield item
                open_elements.append((item, iter(item.content)))
                ancestors.add(id(item))
                break
        else:
            yield None
            open_elements.pop()
            ancestors.discard(id(element))


def _check_types(attributes: Mapping[str, str], bound: Mapping[str, str]) -> None:
    for name in _QNAME_ATTRIBUTES:
        prefix, colon, _ = attributes.get(name, "").partition(":")
        if colon and prefix not in bound:
            raise ValueError(f"no namespace is bound to the prefix of {name}")


# ----------------------------------------------------------------------------- comparing

# An element's start (its tag, its attributes), a text ("", the text) or an end ("/", None);
# and the bindings of the prefixes in it.
_Piece = tuple[str, object, dict[str, str]]


def _pieces(root: AnyElement) -> Iterator[_Piece]:
    scopes: list[dict[str, str]] = [{}]
    pending = ""
    for item in _walk(root):
        if isinstance(item, str):
            pending += item
            continue
        if pending:
            yield "", pending, _bindings([pending], scopes[-1])
            pending = ""
        if item is None:
            scopes.pop()
            yield "/", None, {}
        else:
            scopes.append({**scopes[-1], **item.namespaces})
            values = item.attributes.values()
            yield item.tag, item.attributes, _bindings(values, scopes[-1])


def _bindings(texts: Iterable[str], scope: Mapping[str, str]) -> dict[str, str]:
    used = [prefix for piece in texts for prefix in prefixes_in(piece)]
    return {prefix: scope[prefix] for prefix in used if prefix in scope}


def _same(left: _Piece | None, right: _Piece | None) -> bool:
    if left is None or right is None or left[:2] != right[:2]:
        return False
    known = right[2]
    return all(known.get(prefix, uri) == uri for prefix, uri in left[2].items())
