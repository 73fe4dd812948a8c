"""The algorithm suites of WS-SecurityPolicy (1.3, section 6.1), and those that CXF adds to them."""

from __future__ import annotations

import re

from soapwright.model.security import Suite

_NAME = re.compile(
    r"(?P<data>Basic128|Basic192|Basic256|TripleDes)(?P<gcm>GCM)?"
    r"(?P<digest>Sha256|RsaSha512)?(?P<mgf>MgfSha256)?(?P<rsa15>Rsa15)?"
)
_DATA = {
    "Basic128": "aes128-cbc",
    "Basic192": "aes192-cbc",
    "Basic256": "aes256-cbc",
    "TripleDes": "tripledes-cbc",
}
# By the letter the suites of SHA-256 change digests only, and leave RSA with SHA-1 (section 6.1).
# WCF, and whoever takes a policy of SHA-256 at its word, signs with SHA-256.
_SIGNATURES = {
    "": ("rsa-sha1", "sha1"),
    "Sha256": ("rsa-sha256", "sha256"),
    "RsaSha512": ("rsa-sha512", "sha512"),
}


def suite_of(name: str) -> Suite | None:
    """The algorithms of a suite by its assertion's local name; None of one that is not known."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    signature, digest = _SIGNATURES[found["digest"] or ""]
    if found["gcm"]:
        signature, digest = "rsa-sha256", "sha256"
    data = _DATA[found["data"]]
    if found["gcm"]:
        data = data.replace("cbc", "gcm")
    transport = "rsa-oaep-mgf1p"
    if found["rsa15"]:
        transport = "rsa-1_5"
    elif found["mgf"]:
        transport = "rsa-oaep"
    return Suite(name, signature, digest, data, transport)
