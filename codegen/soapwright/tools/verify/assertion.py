"""A SAML assertion in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from soapwright.runtime.errors.errors import SecurityError
from soapwright.runtime.security.algorithms import decoded
from soapwright.runtime.security.assertions import id_of
from soapwright.runtime.security.certificates import certificate_from
from soapwright.runtime.security.names import SAML11, SAML20, ds
from soapwright.tools.verify.certificates import described
from soapwright.tools.verify.places import line_of, short
from soapwright.tools.verify.report import Assertion, Certificate

_CERTIFICATE: Final = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
_AT_MOST: Final = 20


def explained_assertion(
    e: Any, *, encrypted: bool, state: str, reason: str
) -> Assertion:  # Any: lxml's elements
    """An assertion as values.

    Args:
        e: the element.
        encrypted: whether it came so.
        state: `right`, `refused` or `unchecked`.
        reason: why it is not right.
    """
    namespace = str(e.tag)[1:].rpartition("}")[0]
    is_20 = namespace == SAML20
    issuer = e.findtext(f"{{{SAML20}}}Issuer") if is_20 else e.get("Issuer")
    conditions = e.find(f"{{{namespace}}}Conditions")
    start, end = (
        "" if conditions is None else short(conditions.get(name))
        for name in ("NotBefore", "NotOnOrAfter")
    )
    name = "NameID" if is_20 else "NameIdentifier"
    return Assertion(
        *(line_of(e), "2.0" if is_20 else "1.1", short(id_of(e)), encrypted),
        *(state, reason, short(issuer), _signer(e)),
        short(next((one.text for one in e.iter(f"{{{namespace}}}{name}")), "")),
        tuple(_methods(e)),
        *(start, end),
        tuple(short(one.text) for one in e.iter(f"{{{namespace}}}Audience"))[:_AT_MOST],
    )


def unread_assertion(e: Any, reason: str) -> Assertion:  # Any: lxml's elements
    """An encrypted assertion that cannot be read."""
    return Assertion(
        *(line_of(e), "2.0", "", True, "refused", reason, "", None, "", ()),
        *("", "", ()),
    )


def _signer(e: Any) -> Certificate | None:  # Any: lxml's elements
    """The certificate that its signature has: a claim."""
    found = e.find(f"{ds('Signature')}/{_CERTIFICATE}")
    try:
        certificate = None if found is None else certificate_from(decoded(found.text))
    except SecurityError:
        return None
    return None if certificate is None else described(certificate)


def _methods(e: Any) -> Iterator[str]:  # Any: lxml's elements
    """How it may be confirmed, `holder-of-key`."""
    in_20 = [one.get("Method") for one in e.iter(f"{{{SAML20}}}SubjectConfirmation")]
    in_11 = [one.text for one in e.iter(f"{{{SAML11}}}ConfirmationMethod")]
    found = [short(one).rpartition(":")[2] for one in (*in_20, *in_11)]
    yield from dict.fromkeys(found[:_AT_MOST])
