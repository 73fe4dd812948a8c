"""Other forms that an element may have had when it was signed: each with the change that leads to it.

They are tried one at a time, within bounds: what a partner's program or a gateway does to a message on its way is
mostly one thing.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any, Final

from lxml import etree

from soapwright.runtime.errors.errors import DecodeError, SecurityError
from soapwright.runtime.security.canonical import canonical
from soapwright.runtime.security.names import ADDRESSING, SECURITY, SIGNATURE, UTILITY
from soapwright.runtime.soap.envelope import NAMES
from soapwright.runtime.xml.parsing import parse
from soapwright.tools.verify.places import short

_TAG: Final = re.compile(r'(</?)([^\s<>"/?!]+)((?:[^<>"]|"[^"]*")*>)')
_DECLARED: Final = re.compile(r' xmlns(?::([^\s="]+))?="([^"]*)"')
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]{60,}={0,2}\s*")
_LARGE: Final = 2**18
"""Characters of a canonical form from which on only the cheap forms are tried."""
_LONG: Final = 2**15
"""Those from which on other prefixes are not: each needs the form to be parsed."""
_RENAMED_AT_MOST: Final = 400
_SOAP: Final = ("soap", "soapenv", "s", "S", "SOAP-ENV", "env", "soap12", "")
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    **{names.namespace: _SOAP for names in NAMES.values()},
    UTILITY: ("wsu", "u", ""),
    SECURITY: ("wsse", "o", ""),
    SIGNATURE: ("ds", "", "dsig"),
    **dict.fromkeys(ADDRESSING, ("wsa", "a", "")),
}
_OTHERS: Final = (
    *("", "ns0", "ns1", "ns2", "ns3", "ns4", "ns5", "tns", "n", "m"),
    *("q1", "web", "urn", "ser", "ws", "v1", "typ"),
)
_XSI_TYPE: Final = re.compile(r'(:type=")([^":]+)(?=:)')


def variants(
    e: Any, prefixes: tuple[str, ...], original: Any
) -> Iterator[tuple[str, bytes]]:  # Any: lxml's elements
    """Forms of an element, with the change that was made to it since, the cheap ones first.

    Args:
        e: as it is in the message.
        prefixes: the PrefixList of its canonicalisation.
        original: the same element with comments, `None` where there is none.
    """
    try:
        yield from _variants(e, prefixes, original)
    except SecurityError:  # without the one form there is none to change either
        return


def _variants(
    e: Any, prefixes: tuple[str, ...], original: Any
) -> Iterator[tuple[str, bytes]]:  # Any: lxml's elements
    yield from _canonicalised(e, prefixes, original)
    plain = canonical(e, prefixes).decode("utf-8")
    yield from _spelled(plain)
    if len(plain) > _LARGE:
        return
    yield from _edited(e, prefixes)
    if len(plain) <= _LONG:
        yield from _renamed(plain)


def _canonicalised(
    e: Any, prefixes: tuple[str, ...], original: Any
) -> Iterator[tuple[str, bytes]]:  # Any: lxml's elements
    """Canonicalised otherwise, or not at all."""
    if prefixes:
        yield "the signer did not follow the PrefixList", canonical(e)
    if "#default" in prefixes:
        rest = tuple(p for p in prefixes if p != "#default")
        yield "the signer left #default out of the PrefixList", canonical(e, rest)
    for exclusive, comments, text in (
        (False, False, "it was canonicalised inclusively, and declares the exclusive"),
        (True, True, "it was signed with its comments, which are not canonical"),
        (False, True, "it was canonicalised inclusively, with comments"),
    ):
        source = original if comments and original is not None else e
        try:
            found: bytes = etree.tostring(
                source, method="c14n", exclusive=exclusive, with_comments=comments
            )
        except etree.C14NError:
            continue
        yield text, found
    yield "it was not canonicalised", etree.tostring(e, with_tail=False)


def _spelled(plain: str) -> Iterator[tuple[str, bytes]]:
    """Another spelling of the same characters."""
    lines = "its lines ended with CR and LF when it was signed"
    yield lines, plain.replace("\n", "&#xD;\n").encode()
    yield "the signer left out carriage returns", plain.replace("&#xD;", "").encode()
    inside = plain.partition(">")[2].rpartition("<")[0]
    yield "only the content was digested, without the element", inside.encode()
    if plain.isascii():
        return
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, plain)
        yield "its characters were normalised (Unicode) on the way", text.encode()
    for charset in ("latin-1", "cp1252"):
        wrong = f"its encoding was mistaken on the way (UTF-8 read as {charset})"
        yield wrong, plain.encode(charset, "replace")
        yield (
            f"its encoding was mistaken when it was signed (UTF-8 read as {charset})",
            plain.encode().decode(charset, "replace").encode(),
        )
        octets = plain.encode(charset, "xmlcharrefreplace")
        yield f"the signer digested it in {charset}, not in UTF-8", octets


# ------------------------------------------------------------------------------- the tree


def _edited(
    e: Any, prefixes: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:  # Any: lxml's elements
    """With other white space, or without an attribute."""

    def again(text: str, made: Any) -> Iterator[tuple[str, bytes]]:
        try:
            yield text, canonical(made, prefixes)
        except SecurityError:
            return

    made = _copied(e)
    for one in made.iter():
        if len(one) and not (one.text or "").strip():
            one.text = None
        if one is not made and not (one.tail or "").strip():
            one.tail = None
    yield from again("it was indented after it was signed", made)
    made = _copied(e)
    for one in made.iter():
        one.text = (one.text or "").strip() or None
        if one is not made:
            one.tail = (one.tail or "").strip() or None
    yield from again("white space was added to its texts", made)
    for space in ("  ", "    ", "\t", " "):
        for level in (0, sum(1 for _ in e.iterancestors())):
            made = _copied(e)
            etree.indent(made, space, level=level)
            yield from again("its indentation was removed after it was signed", made)
    yield from again("line breaks in base64 were added", _wrapped(e, ""))
    for end in ("\n", "\r\n"):
        text = "line breaks in base64 were removed"
        yield from again(text, _wrapped(e, end))
    for name in e.attrib:
        made = _copied(e)
        del made.attrib[name]
        shown = short(str(name).rpartition("}")[2])
        yield from again(f"its attribute {shown} was added after it was signed", made)


def _copied(e: Any) -> Any:  # Any: lxml's elements
    """The same element in a copy of its tree, so that its namespaces are in scope as they were."""
    way = []
    while (parent := e.getparent()) is not None:
        way.append(parent.index(e))
        e = parent
    found = copy.deepcopy(e)
    for number in reversed(way):
        found = found[number]
    return found


def _wrapped(e: Any, end: str) -> Any:  # Any: lxml's elements
    """A copy with long base64 in lines of 76 characters, or in one."""
    made = _copied(e)
    for one in made.iter():
        if one.text and not len(one) and _BASE64.fullmatch(one.text):
            joined = "".join(one.text.split())
            lines = [joined[i : i + 76] for i in range(0, len(joined), 76)]
            one.text = end.join(lines)
    return made


# -------------------------------------------------------------------------------- prefixes


def _renamed(plain: str) -> Iterator[tuple[str, bytes]]:
    """With other prefixes, one or two at a time."""
    declared: dict[str, str] = {}
    twice: set[str] = set()
    for prefix, uri in _DECLARED.findall(plain):
        if declared.setdefault(prefix, uri) != uri:
            twice.add(prefix)
    known = {p: u for p, u in declared.items() if p not in twice}
    made = 0
    for several in (1, 2):
        for chosen in combinations(known, several):
            usual = [_USUAL.get(known[p], _OTHERS) for p in chosen]
            for names in product(*usual):
                change = dict(zip(chosen, names, strict=True))
                if any(old == new for old, new in change.items()):
                    continue
                if made >= _RENAMED_AT_MOST:
                    return
                made += 1
                yield from _rename(plain, change, known)


def _rename(
    plain: str, change: Mapping[str, str], known: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    what = ", ".join(
        f"the prefix of {short(known[old])} was {new or 'none'}, and is {old or 'none'}"
        for old, new in change.items()
    )
    text = _TAG.sub(
        lambda tag: tag[1] + _name(tag[2], change) + _attributes(tag[3], change), plain
    )
    typed = _TAG.sub(lambda tag: _typed(tag[0], change), text)
    for made in dict.fromkeys((text, typed)):
        try:
            yield what, canonical(parse(made.encode()))
        except (DecodeError, SecurityError):
            continue  # two namespaces have one prefix: it cannot have been so


def _name(name: str, change: Mapping[str, str]) -> str:
    prefix, colon, rest = name.partition(":")
    if not colon:
        prefix, rest = "", name
    new = change.get(prefix, prefix)
    return f"{new}:{rest}" if new else rest


def _attributes(rest: str, change: Mapping[str, str]) -> str:
    def again(found: re.Match[str]) -> str:
        name = found[1]
        if name == "xmlns" or name.startswith("xmlns:"):
            old = name.partition(":")[2]
            new = change.get(old, old)
            return f" xmlns:{new}=" if new else " xmlns="
        return f" {_name(name, change)}=" if ":" in name else f" {name}="

    return re.sub(r' ([^\s="]+)=(?=")', again, rest)


def _typed(tag: str, change: Mapping[str, str]) -> str:
    """A tag with other prefixes in its `xsi:type` too."""
    return _XSI_TYPE.sub(lambda m: m[1] + (change.get(m[2], m[2]) or m[2]), tag)
