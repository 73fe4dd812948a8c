"""Opens a message for its explanation: what of it is encrypted, by whose key, and its SAML assertion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.http.message import Attachment
from soapwright.runtime.security.assertion_checks import Asserted, asserted
from soapwright.runtime.security.assertions import (
    ASSERTIONS,
    ENCRYPTED_ASSERTION,
    assertion_in,
)
from soapwright.runtime.security.ciphers import DATA, TRANSPORTS
from soapwright.runtime.security.decrypting import Decrypting
from soapwright.runtime.security.encrypted_attachments import TYPES, is_complete
from soapwright.runtime.security.names import (
    ENCRYPTED_DATA,
    ENCRYPTED_HEADER,
    ENCRYPTED_KEY,
    ENCRYPTION,
    xenc,
)
from soapwright.runtime.security.parts import Ids, Parts, parts_of
from soapwright.runtime.security.receiving import Coming, opened
from soapwright.runtime.security.session_keys import KEYS_AT_MOST, SessionKeys
from soapwright.runtime.xml.parsing import LIMITS
from soapwright.tools.verify.asked import Asked
from soapwright.tools.verify.assertion import explained_assertion, unread_assertion
from soapwright.tools.verify.certificates import referred
from soapwright.tools.verify.places import line_of, path_of, short
from soapwright.tools.verify.report import Assertion, Encrypted, EncryptionKey

_AT_MOST: Final = 100
_CONTENT: Final = f"{ENCRYPTION}Content"
_ASSERTIONS: Final = (*ASSERTIONS, ENCRYPTED_ASSERTION)
_NAMES: Final = {uri: name for name, (uri, _) in DATA.items()} | {
    uri: name for name, uri in TRANSPORTS.items()
}
_UNCHECKED: Final = "nothing checks it here: --saml says how it is to be confirmed"


@dataclass(slots=True)
class Opening:
    """A message after as much of it was decrypted as these keys can."""

    parts: Parts
    """Those that came, where nothing was decrypted."""
    attachments: Sequence[Attachment]
    """As they were before they were encrypted."""
    is_decrypted: bool = False
    """Whether `parts` are of a tree of their own."""
    encrypted: tuple[Encrypted, ...] = ()
    keys: tuple[EncryptionKey, ...] = ()
    asserted: Asserted | None = None
    """The assertion, where it is demanded and good."""
    assertion: Assertion | None = None
    """The assertion in words."""
    reason: str = ""
    """Why the parts in lists of references were not decrypted."""


def opening(
    raw: Parts,
    tree: Callable[[], Any],  # Any: lxml's elements
    attachments: Sequence[Attachment],
    asked: Asked,
) -> Opening:
    """Decrypt a message, and check its assertion.

    Args:
        raw: the parts of the message as it came, which stay.
        tree: gives a new tree of it.
        attachments: that it came with.
        asked: who would receive it.
    """
    found = Opening(raw, attachments)
    encrypted = list(raw.root.iter(ENCRYPTED_DATA))
    if not all(map(_is_of_assertion, encrypted)):
        _decrypt(found, tree, asked)
    _assert(found, tree, asked)
    found.encrypted = tuple(_described(e, found) for e in encrypted[:_AT_MOST])
    found.keys = tuple(_keys(raw, asked))
    return found


def _decrypt(found: Opening, tree: Callable[[], Any], asked: Asked) -> None:
    """Decrypt what is in lists of references: with the signatures, as CBC needs them, or else without."""
    plain = replace(asked.profile, saml="")
    coming = Coming(LIMITS, asked.request, found.attachments)
    material = asked.keys.material
    for demands in (plain, replace(plain, expect=())):
        try:
            parts = parts_of(tree(), plain.actor)
            done = opened(parts, demands, material, asked.accepts, coming)
        except SecurityError as error:
            found.reason = str(error)
            continue
        found.parts, found.attachments = done.parts, done.attachments
        found.is_decrypted, found.reason = True, ""
        return


def _assert(found: Opening, tree: Callable[[], Any], asked: Asked) -> None:
    """Decrypt the assertion, and check it where that is demanded."""
    parts = found.parts
    if parts.security is None:
        return
    given = [e for e in parts.security if e.tag in _ASSERTIONS]
    if not given:
        return
    encrypted = given[0].tag == ENCRYPTED_ASSERTION
    try:
        e = assertion_in(parts.security)
        if encrypted:
            e = _decrypted_assertion(found, tree, asked)
    except SecurityError as error:
        found.assertion = unread_assertion(given[0], str(error))
        return
    state, reason = "unchecked", _UNCHECKED
    if asked.profile.saml:
        state, reason = "right", ""
        ids, material = Ids(found.parts.root), asked.keys.material
        try:
            found.asserted = asserted(e, asked.profile, material, asked.accepts, ids)
        except SecurityError as error:
            state, reason = "refused", str(error)
    found.assertion = explained_assertion(
        e, encrypted=encrypted, state=state, reason=reason
    )


def _decrypted_assertion(
    found: Opening, tree: Callable[[], Any], asked: Asked
) -> Any:  # Any: lxml's elements
    """The assertion in a tree in which it is decrypted, which becomes that of the opening.

    Raises:
        SecurityError: it cannot be decrypted.
    """
    actor, accepts = asked.profile.actor, asked.accepts
    parts = found.parts
    if not found.is_decrypted:  # what came is explained too, and stays
        parts = parts_of(tree(), actor)
    keys = SessionKeys(asked.keys.material, accepts, asked.request, KEYS_AT_MOST)
    decrypting = Decrypting(keys, accepts, LIMITS, actor, lambda _: None)
    root = decrypting.with_assertion(parts, assertion_in(parts.security))
    found.parts, found.is_decrypted = parts_of(root, actor), True
    return assertion_in(found.parts.security)


def _described(e: Any, found: Opening) -> Encrypted:  # Any: lxml's elements
    """An EncryptedData of the message as it came."""
    what, reason = _what(e), found.reason
    if _is_of_assertion(e):
        known = found.assertion
        reason = "" if known is None or known.id else known.reason
    elif not reason and e.get("Type") not in TYPES and _is_left(e, found.parts):
        reason = "it is for another receiver, or in no list of references"
    state = "not decrypted" if reason else "decrypted"
    return Encrypted(line_of(e), path_of(e), what, _algorithm(e), state, reason)


def _is_left(e: Any, parts: Parts) -> bool:  # Any: lxml's elements
    name = e.get("Id")
    return any(one.get("Id") == name for one in parts.root.iter(ENCRYPTED_DATA))


def _what(e: Any) -> str:  # Any: lxml's elements
    """The part of a message that an EncryptedData is in the place of."""
    parent, kind = e.getparent(), e.get("Type")
    if kind in TYPES:
        reference = e.find(f"{xenc('CipherData')}/{xenc('CipherReference')}")
        uri = "" if reference is None else short(reference.get("URI"))
        return f"attachment {uri}{', with its headers' if is_complete(e) else ''}"
    if parent is None:
        return "the whole message"
    if _is_of_assertion(e):
        return "the SAML assertion"
    if parent.tag == ENCRYPTED_HEADER:
        return "a block of the Header"
    return f"{'the content' if kind == _CONTENT else 'a child'} of {path_of(parent)}"


def _is_of_assertion(e: Any) -> bool:  # Any: lxml's elements
    parent = e.getparent()
    return parent is not None and parent.tag == ENCRYPTED_ASSERTION


def _keys(parts: Parts, asked: Asked) -> Iterator[EncryptionKey]:
    """The keys that the message's parts are encrypted with, each encrypted for somebody."""
    found = list(parts.root.iter(ENCRYPTED_KEY))[:_AT_MOST]
    try:
        ids = Ids(parts.root)
    except SecurityError:  # the signatures' notes name it
        return
    known = SessionKeys(asked.keys.material, asked.accepts, None, KEYS_AT_MOST)
    for e in found:
        alone = len(found) == 1
        own = known.is_own(e, parts.security, ids, alone=alone)
        words = referred(e)
        yield EncryptionKey(line_of(e), _algorithm(e), words, own)


def _algorithm(e: Any) -> str:  # Any: lxml's elements
    """The name of the algorithm of an EncryptedData or an EncryptedKey; its URI where it is unknown."""
    method = e.find(xenc("EncryptionMethod"))
    uri = "" if method is None else short(method.get("Algorithm"))
    return _NAMES.get(uri, uri)
