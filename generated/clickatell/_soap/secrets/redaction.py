"""Keeping secrets out of what people read: logs, errors, representations.

A secret is known by the name of the field that holds it: `password`, `passwd`, `pwd`,
`secret`, `token`, `session_id`, and those that a package adds, its `Secrets`. Case, underscores,
hyphens and dots make no difference: `sessionId`, `SESSION_ID` and `passWord` are the same names. A
name may be secret in the messages of one operation only: `auth/return`.

Envelopes are masked as text, never by parsing them: what is to be shown is often just what
would not parse. Where the text is ambiguous, more is hidden rather than less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

MASK: Final = "***"

_SHOWN_AT_MOST: Final = 2**20
_NESTED_AT_MOST: Final = 3
_GZIP: Final = b"\x1f\x8b"

_FIELDS: Final = frozenset(
    {"password", "passwd", "pwd", "secret", "token", "sessionid"}
)
# WS-Security's header blocks; hidden in envelopes only, as a field may well be a harmless nonce.
_HEADERS: Final = frozenset({"nonce", "binarysecuritytoken", "assertion"})

# In well-formed XML no attribute's value holds a "<". Possessive quantifiers: what is no tag
# must not cost more than one look.
_TOKEN: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|(?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))"
    r"|</(?P<end>[^\s<>/]++)\s*+>"
    r"|<(?P<start>[^\s<>/\"'=!?]++)"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(
    r"([^\s=<>\"'/]++)(\s*+=\s*+)(?:\"[^\"]*+\"|'[^']*+'|[^\s\"']++)"
)
_REFERENCE: Final = re.compile(r"(?:^|[\s:])(?:href|ref)\s*=\s*[\"']#?([^\"']*)")
_ID: Final = re.compile(r"(?:^|[\s:])id\s*=\s*[\"']([^\"']*)")
_NAMED: Final = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]*+)[\"']?+\s*+[=:]\s*+")
_VALUE: Final = re.compile(r"\"[^\"]*+\"?+|'[^']*+'?+|[^\s&,;\"']++")
_CUT_OFF: Final = re.compile(r"<(?P<start>[^\s<>/\"'=!?]++)")
_USER: Final = re.compile(r"//[^/\s?#]*@")
# A password with a slash in it, say, which no URL can have; a port is none.
_ODD_USER: Final = re.compile(r"//[^/@\s?#:]*:(?!\d*(?:[/?#\s]|\Z))[^\s@]*@")
# The parameters of a query, in an URL or in a text around it.
_PARAMETER: Final = re.compile(r"(?<=[?&;])([^\s?&;=#\"'<>]++)=([^\s&;#\"'<>]++)")
_OF_URLS: Final = frozenset(
    {"apikey", "key", "sig", "signature", "auth", "authorization", "credential"}
)
"""Parameters that are secret beside fields, and those whose names end in such a word: `access_token`, `client_secret`."""
_MARKUP: Final = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)|<[^>]*>", re.DOTALL)
_SHORT: Final = 3


def _unescape(text: str) -> str:
    """A text without character references."""
    # Here and not above: it takes long to load, and is needed where secrets are looked for only.
    from html import unescape

    return unescape(text)


# ---------------------------------------------------------------------------------- names


def _key(name: str) -> str:
    local = name.partition("[")[0].rpartition("}")[2].rpartition(":")[2]
    return re.sub(r"[_.@-]", "", local).lower()


@dataclass(frozen=True, slots=True)
class Secrets:
    """The names of one package's secrets: those that always are, and those that it adds."""

    names: frozenset[str] = frozenset()
    """Of fields whose values never show, besides those of every package."""
    within: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Further ones, by the operation in whose messages they are secret."""
    values: frozenset[str] = field(default=frozenset(), repr=False)
    """The secrets that a request carried: they never show either, whatever repeats them."""

    @classmethod
    def of(cls, added: Iterable[str]) -> Secrets:
        """The secrets of a package that adds names; `operation/name` is one in that operation's
        messages."""
        names: set[str] = set()
        within: dict[str, frozenset[str]] = {}
        for one in added:
            operation, slash, name = one.partition("/")
            if slash:
                key = _key(operation)
                within[key] = within.get(key, frozenset()) | {_key(name)}
            else:
                names.add(_key(one))
        return cls(frozenset(names), within)

    def __bool__(self) -> bool:
        """Whether there are other names than those of every package."""
        return bool(self.names or self.within or self.values)

    def has(self, name: str) -> bool:
        """Whether the value of a field, element or attribute of this name is to be hidden.

        A prefix, a namespace in Clark's notation and an index (`token[3]`) are looked through.
        """
        key = _key(name)
        return key in _FIELDS or key in self.names

    def has_path(self, path: str) -> bool:
        """Whether any step of a path, `sendmsg.password`, is a secret's name."""
        first, *steps = path.split(".")
        own = self._of(first) | self._of(re.sub(r"Response$", "", first))
        return any(self.has(step) or _key(step) in own for step in (first, *steps))

    def redact(self, envelope: bytes | str, operation: str = "") -> str:
        """An envelope as text, with `***` for each secret: whatever such an element holds, such
        attributes, the target of such an element's `href`, and `name=value` in plain text, in
        escaped XML and in CDATA too. It may be malformed, or not XML at all.

        Args:
            envelope: as it went over the wire; or its text.
            operation: the name of the operation whose message it is, if any is known.
        """
        source = envelope if isinstance(envelope, str) else _decoded(envelope)
        shown = _Redaction(self, self._of(operation), 0).markup(source)
        return self.without_values(shown)

    def excerpt(self, envelope: bytes, length: int, operation: str = "") -> str:
        """The beginning of an envelope, redacted, on one line, for a message."""
        if len(envelope) > _SHOWN_AT_MOST:
            # Neither is all of it worth the time, nor can the target of an href be found in a part.
            return f"({len(envelope):,} bytes)"
        if envelope.startswith(_GZIP):
            return f"({len(envelope):,} bytes, packed by gzip)"
        shown = " ".join(self.redact(envelope, operation).split())
        shown = "".join([c if c.isprintable() else "\ufffd" for c in shown])
        return shown if len(shown) <= length else shown[:length] + "…"

    def redact_url(self, url: str) -> str:
        """A URL without the password that it may carry, and without secrets in its query."""
        shown = _USER.sub(f"//{MASK}@", _ODD_USER.sub(f"//{MASK}@", url))
        if "?" in shown:
            shown = _PARAMETER.sub(self._parameter, shown)
        return self.without_values(_Redaction(self, frozenset(), 0).pairs(shown))

    def _parameter(self, found: re.Match[str]) -> str:
        return f"{found[1]}={MASK}" if self._is_parameter(found[1]) else found[0]

    def _is_parameter(self, name: str) -> bool:
        """Whether the value of a URL's parameter is to be hidden."""
        # Here and not above: few URLs have parameters.
        from urllib.parse import unquote_plus

        key = _key(unquote_plus(name))
        return self.has(key) or key in _OF_URLS or key.endswith(tuple(_FIELDS))

    def carried_by(self, envelope: bytes, operation: str = "") -> Secrets:
        """These secrets, and the values of those in a request, which its reply may repeat."""
        walk = _Redaction(self, self._of(operation), 0)
        walk.markup(_decoded(envelope[:_SHOWN_AT_MOST]))
        return self.carrying(walk.found)

    def carried_in(self, url: str) -> Secrets:
        """These secrets, and the values of those in a URL."""
        # Here and not above: most requests carry none.
        from urllib.parse import unquote, unquote_plus

        walk = _Redaction(self, frozenset(), 0)
        walk.pairs(url)
        given = _PARAMETER.findall(url) if "?" in url else []
        walk.found |= {value for name, value in given if self._is_parameter(name)}
        found = {*walk.found, *(unquote_plus(value) for value in walk.found)}
        for user in (*_USER.findall(url), *_ODD_USER.findall(url)):
            password = user[2:-1].partition(":")[2]
            found |= {password, unquote(password)}
        return self.carrying(found)

    def carrying(self, values: Iterable[str]) -> Secrets:
        """These secrets, and these values."""
        known = {stripped for value in values if (stripped := value.strip())}
        known -= {MASK, *self.values}
        return replace(self, values=self.values | known) if known else self

    def without_values(self, text: str) -> str:
        """A text with `***` for each secret that a request carried, as it is, and as XML and URLs
        write it. A short one is hidden only where it is a word of its own."""
        if not self.values or not text:
            return text
        written = {form for value in self.values for form in _forms(value)}
        longest_first = sorted(written, key=len, reverse=True)
        pattern = "|".join(
            re.escape(one) if len(one) > _SHORT else rf"(?<!\w){re.escape(one)}(?!\w)"
            for one in longest_first
        )
        return re.sub(pattern, MASK, text)

    def _of(self, operation: str) -> frozenset[str]:
        return self.within.get(_key(operation), frozenset())


ALWAYS: Final = Secrets()
"""Of what no package is known."""


def raise_alone(error: Exception) -> NoReturn:
    """Raise an error that does not lead to the one that is being handled, as that quotes a
    secret: `from None` would but keep it out of the traceback."""
    try:
        raise error from None
    finally:
        error.__context__ = None


# ------------------------------------------------------------------------------ envelopes


class _Redaction:
    """One walk over a text: what is a secret, and how deep in XML inside XML it is."""

    def __init__(self, secrets: Secrets, names: frozenset[str], depth: int) -> None:
        self.secrets = secrets
        self.names = names
        self.depth = depth
        self.found: set[str] = set()
        """The values that were hidden."""

    def is_secret(self, name: str) -> bool:
        key = _key(name)
        return key in self.names or key in _HEADERS or self.secrets.has(name)

    def markup(self, source: str) -> str:
        """The text with its secrets hidden, tag by tag."""
        targets = self._targets(source)
        written: list[str] = []
        at = 0
        while token := _TOKEN.search(source, at):
            written.append(self.text(source[at : token.start()]))
            at = token.end()
            if not token["start"]:
                written.append(self._other(token))
                continue
            written.append(self._start(token))
            if not token["attributes"].endswith("/") and self._hides(token, targets):
                end = _end_of(source, at, token["start"])
                written.append(self._hidden(source[at:end]))
                at = end
        written.append(self.text(source[at:]))
        return "".join(written)

    def text(self, text: str) -> str:
        """The text between tags: escaped XML, pairs, and tags that are cut off."""
        if not text or text.isspace():
            return text
        for tag in _CUT_OFF.finditer(text):
            if self.is_secret(tag["start"]):
                return self.text(text[: tag.start()]) + tag[0] + MASK
        if "&" in text and (inner := _unescape(text)) != text:
            shown = self._nested(inner)
            return text if shown == inner else _escaped(shown)
        return self.pairs(text)

    def pairs(self, text: str) -> str:
        """`name=value`, `name: value`, `"name": "value"`."""
        if "=" not in text and ":" not in text:
            return text
        written: list[str] = []
        at = 0
        while named := _NAMED.search(text, at):
            written.append(text[at : named.end()])
            at = named.end()
            if self.is_secret(named[1]) and (value := _VALUE.match(text, at)):
                written.append(MASK)
                self.found.add(value[0].strip("\"'"))
                at = value.end()
        written.append(text[at:])
        return "".join(written)

    def _targets(self, source: str) -> frozenset[str]:
        """The ids of the elements that secrets refer to (SOAP 1.1, section 5.4.1)."""
        if "ref" not in source:
            return frozenset()
        return frozenset(
            target
            for token in _TOKEN.finditer(source)
            if token["start"] and self.is_secret(token["start"])
            for target in _REFERENCE.findall(token["attributes"])
        )

    def _hides(self, token: re.Match[str], targets: frozenset[str]) -> bool:
        if self.is_secret(token["start"]):
            return True
        return bool(targets) and not targets.isdisjoint(
            _ID.findall(token["attributes"])
        )

    def _start(self, token: re.Match[str]) -> str:
        return (
            f"<{token['start']}{_ATTRIBUTE.sub(self._attribute, token['attributes'])}>"
        )

    def _attribute(self, attribute: re.Match[str]) -> str:
        if self.is_secret(attribute[1]):
            value = attribute[0][len(attribute[1]) + len(attribute[2]) :]
            self.found.add(_unescape(value.strip("\"'")))
            return f'{attribute[1]}{attribute[2]}"{MASK}"'
        return attribute[0]

    def _other(self, token: re.Match[str]) -> str:
        """An end tag as it is, the XML in CDATA, and no comment's text."""
        if token["cdata"] is None:
            return token[0] if token["end"] else "<!--…-->"
        inner = token["cdata"].removeprefix("<![CDATA[")
        closed = "]]>" if inner.endswith("]]>") else ""
        return f"<![CDATA[{self._nested(inner.removesuffix(']]>'))}{closed}"

    def _nested(self, inner: str) -> str:
        """XML that is a text in XML."""
        if self.depth == _NESTED_AT_MOST:
            return MASK
        walk = _Redaction(self.secrets, self.names, self.depth + 1)
        shown = walk.markup(inner)
        self.found |= walk.found
        return shown

    def _hidden(self, content: str) -> str:
        """The mask of an element's content, be it texts or elements."""
        if not content.strip():
            return content
        at = 0
        for markup in _MARKUP.finditer(content):
            self.found.add(_unescape(content[at : markup.start()]))
            self.found.add(markup[1] or "")
            at = markup.end()
        self.found.add(_unescape(content[at:]))
        return MASK


def _end_of(source: str, at: int, name: str) -> int:
    """Where the end tag begins that closes an element; the text's end where there is none."""
    depth = 1
    for token in _TOKEN.finditer(source, at):
        if token["end"] == name:
            depth -= 1
        elif token["start"] == name and not token["attributes"].endswith("/"):
            depth += 1
        if not depth:
            return token.start()
    return len(source)


def _forms(value: str) -> set[str]:
    """The ways in which a value is written."""
    # Here and not above: no secret is looked for until something fails.
    from urllib.parse import quote, quote_plus

    escaped = _escaped(value)
    quoted = {escaped.replace('"', "&quot;"), repr(value)[1:-1]}
    return {value, escaped, *quoted, quote(value, safe=""), quote_plus(value)}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _decoded(envelope: bytes) -> str:
    """Bytes as text to look at. Whatever is ASCII in them comes out right, which is all that
    the names of secrets need."""
    if envelope.startswith((b"\xff\xfe", b"\xfe\xff")):
        return envelope.decode("utf-16", "replace").replace("\0", "")
    if b"\0" in envelope[:4]:  # UTF-16 or UTF-32, which is UTF-16 with zeros between
        big = envelope[:1] == b"\0"
        text = envelope.decode("utf-16-be" if big else "utf-16-le", "replace")
        return text.replace("\0", "")
    try:
        return envelope.decode("utf-8-sig")
    except UnicodeDecodeError:
        return envelope.decode("latin-1")
