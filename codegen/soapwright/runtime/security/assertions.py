"""SAML assertions, 1.1 and 2.0, as tokens of messages: SAML Token Profile 1.1, sections 3.3 to 3.5.

One that is sent goes out as it was given, byte for byte: its signature is of these bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ..errors.errors import DecodeError, SecurityError
from ..values.strings import attribute_text, text
from ..xml.parsing import parse
from .names import SAML11, SAML20, SAML_PROFILE, SECURITY11
from .references import WSSE, WSU

Given: TypeAlias = str | bytes | Callable[[], str | bytes]
"""An assertion, or what gives one for each message."""

_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]*\?>\s*")
_KINDS: Final = {
    f"{{{SAML20}}}Assertion": (
        "ID",
        f"{SAML_PROFILE}1.1#SAMLV2.0",
        f"{SAML_PROFILE}1.1#SAMLID",
    ),
    f"{{{SAML11}}}Assertion": (
        "AssertionID",
        f"{SAML_PROFILE}1.1#SAMLV1.1",
        f"{SAML_PROFILE}1.0#SAMLAssertionID",
    ),
}
ASSERTIONS: Final = tuple(_KINDS)
"""The names of assertions, in Clark's notation."""
ENCRYPTED_ASSERTION: Final = f"{{{SAML20}}}EncryptedAssertion"
IDENTIFIERS: Final = tuple(kind[2] for kind in _KINDS.values())
"""The types of KeyIdentifiers that name an assertion."""


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """An assertion that goes out."""

    xml: str
    """As it was given, without an XML declaration."""
    id: str
    """"" of one that is encrypted."""
    token_type: str
    identifier_type: str

    def reference(self, name: str = "") -> str:
        """A SecurityTokenReference to it.

        Args:
            name: the reference's own id, "" for none.

        Raises:
            SecurityError: it is encrypted, or has no identifier.
        """
        if not self.id:
            raise SecurityError("nothing refers to an encrypted assertion: give others")
        own = f' {WSU} wsu:Id="{attribute_text(name)}"' if name else ""
        return (
            f'<wsse:SecurityTokenReference {WSSE} xmlns:wsse11="{SECURITY11}"{own}'
            f' wsse11:TokenType="{self.token_type}"><wsse:KeyIdentifier'
            f' ValueType="{self.identifier_type}">{text(self.id)}'
            "</wsse:KeyIdentifier></wsse:SecurityTokenReference>"
        )


def token_of(given: Given) -> Token:
    """The token that is sent.

    Raises:
        SecurityError: it is no assertion.
    """
    value = given() if callable(given) else given
    try:
        content = value.decode("utf-8") if isinstance(value, bytes) else value
        xml = _DECLARATION.sub("", content, count=1)
        root: Any = parse(xml.encode("utf-8"))  # Any: lxml ships no types
    except (DecodeError, UnicodeDecodeError):
        raise SecurityError("the SAML token is no XML") from None
    if root.tag == ENCRYPTED_ASSERTION:
        return Token(xml.strip(), "", "", "")
    if root.tag not in _KINDS:
        raise SecurityError("the SAML token is no assertion")
    attribute, token_type, identifier = _KINDS[root.tag]
    return Token(xml.strip(), root.get(attribute) or "", token_type, identifier)


def is_encrypted(given: Given | None) -> bool:
    """Whether what is given is one assertion for all messages, and encrypted.

    Raises:
        ValueError: it is no assertion.
    """
    if given is None or callable(given):
        return False
    try:
        return not token_of(given).token_type
    except SecurityError as error:
        raise ValueError(str(error)) from None


def assertion_in(security: Any) -> Any:  # Any: lxml ships no types
    """The only assertion of a Security block, as it is or encrypted.

    Raises:
        SecurityError: there is none, or more than one.
    """
    found = [e for e in security if e.tag in (*_KINDS, ENCRYPTED_ASSERTION)]
    if len(found) != 1:
        raise SecurityError(f"{len(found)} SAML assertions, where there must be one")
    return found[0]


def id_of(assertion: Any) -> str:  # Any: lxml ships no types
    """An assertion's identifier, "" where it has none."""
    return str(assertion.get(_KINDS[assertion.tag][0]) or "")


def referred(reference: Any, assertions: Sequence[Any]) -> Any:
    """The assertion that a SecurityTokenReference names, `None` where it names another token.

    Args:
        reference: the SecurityTokenReference, an lxml element, like the assertions.
        assertions: those in the Security block.
    """
    children = reference[:]
    if len(children) != 1 or children[0].get("ValueType") not in IDENTIFIERS:
        return None
    name = (children[0].text or "").strip()
    name = name or (children[0].get("URI") or "")[1:]
    found = [e for e in assertions if id_of(e) == name and name]
    return found[0] if len(found) == 1 else None
