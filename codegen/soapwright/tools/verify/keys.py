"""The keys and certificates that a message is verified with, read from files.

| finding | |
|---|---|
| `read` | error: a file cannot be read |
| `keys` | error: a file has no key or certificate, or its password is wrong or missing |
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings, Location
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.trust import certificates_of
from soapwright.wsdl.parsing import read

Password = Callable[[str], str | None]
"""Asks for the password of a file by its name; `None` where nobody can be asked."""


def read_keys(
    own: Path | None,
    trust: tuple[Path, ...],
    secret: Path | None,
    *,
    subject: str | None,
    issuers: tuple[Path, ...] = (),
    audience: tuple[str, ...] = (),
    password: Password,
    clock: Callable[[], datetime],
    findings: Findings,
) -> Keys | None:
    """One's own key, and whom one trusts.

    Args:
        own: a file of PKCS#12, or of PEM with a key and its certificate; `None` for no key.
        trust: files of certificates.
        secret: a file with the secret of HMACs.
        subject: as `Keys` takes it.
        issuers: files of certificates of those whose assertions are trusted.
        audience: as `Keys` takes it.
        password: called where a file is encrypted.
        clock: gives the time.
        findings: get a reason for each file that cannot be used; then there are no keys.
    """
    trusted = [_trusted(path, findings) for path in trust]
    asserting = [_trusted(path, findings) for path in issuers]
    shared = None if secret is None else read(secret, str(secret), findings)
    content = None if own is None else read(own, str(own), findings)
    mine = None
    if own is not None and content is not None:
        mine = _opened(own, content, password, findings)
    if findings.errors:
        return None
    return Keys(
        *(None, None) if mine is None else (mine.material.key, mine.certificate),
        chain=() if mine is None else mine.material.chain,
        trust=[one for one in trusted if one is not None],
        subject=subject,
        issuers=[one for one in asserting if one is not None],
        audience=audience,
        secret=shared,
        clock=clock,
    )


def _opened(
    own: Path, content: bytes, password: Password, findings: Findings
) -> Keys | None:
    """The keys of a file: without a password, then with the one that is asked for."""
    at = Location(str(own))
    try:
        return _loaded(content, None)
    except (ValueError, TypeError):
        given = password(str(own))
    if given is None:
        findings.error(
            *(Code.KEYS, "no key can be read, or its password is missing", at),
            hint="--password-file or SOAPWRIGHT_PASSWORD has it where nobody can be asked",
        )
        return None
    try:
        return _loaded(content, given)
    except (ValueError, TypeError):  # their texts are not made for users
        findings.error(
            Code.KEYS, "no key with its certificate can be read with this password", at
        )
        return None


def _loaded(content: bytes, password: str | None) -> Keys:
    if b"-----BEGIN" in content:
        return Keys.from_pem(content, content, password)
    return Keys.from_pkcs12(content, password)


def _trusted(path: Path, findings: Findings) -> bytes | None:
    """The content of a file of certificates, None with a finding where it has none."""
    content = read(path, str(path), findings)
    if content is None:
        return None
    try:
        found = certificates_of(content)
    except ValueError:
        found = []
    if not found:
        findings.error(Code.KEYS, "there is no certificate in it", Location(str(path)))
        return None
    return content
