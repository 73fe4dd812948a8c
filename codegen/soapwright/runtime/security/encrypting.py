"""Encrypts parts of a message: WS-Security 1.1, section 9, with XML Encryption 1.1.

The plaintext is the envelope's own bytes, so that a signature of it holds once it is decrypted in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from ..errors.errors import SecurityError
from ..values.strings import attribute_text
from .algorithms import encoded
from .assertions import ASSERTIONS
from .ciphers import (
    DATA,
    MASKS,
    OAEP_DIGESTS,
    TRANSPORTS,
    Transport,
    encrypted,
    new_key,
    transport_of,
    wrapped,
)
from .correlation import SessionKey
from .names import (
    CONFIRMATION,
    ENCRYPTION,
    ENCRYPTION11,
    SECURITY11,
    USERNAME_TOKEN,
    UTILITY,
    ds,
)
from .places import Part, Places
from .profile import Algorithms, KeyReference
from .references import DS, certificate_reference, new_id, token_of

_XENC: Final = f'xmlns:xenc="{ENCRYPTION}"'
_XENC11: Final = f'xmlns:xenc11="{ENCRYPTION11}"'
_HEADER: Final = f'xmlns:wsse11="{SECURITY11}" xmlns:wsu="{UTILITY}"'
_WITH_SIGNATURE: Final = (ds("Signature"), CONFIRMATION)


@dataclass(frozen=True, slots=True)
class Encrypted:
    """An envelope of which parts are encrypted."""

    envelope: bytes
    ids: tuple[str, ...] = ()
    """Those of its EncryptedData."""
    instead: tuple[tuple[str, str], ...] = ()
    """The names of elements that were encrypted as a whole, and the ids of what is in their places."""


def new_session(
    algorithms: Algorithms, recipient: x509.Certificate | None
) -> SessionKey:
    """A new key for data, encrypted for a certificate.

    Raises:
        SecurityError: there is none, or its key is not RSA.
    """
    if recipient is None:
        raise SecurityError("it is not known for which certificate to encrypt")
    key = new_key(algorithms.data)
    transport = transport_of(algorithms.transport)
    return SessionKey(key, wrapped(recipient, transport, key), new_id("EK"))


def key_element(
    session: SessionKey,
    recipient: x509.Certificate,
    algorithms: Algorithms,
    style: KeyReference,
    ids: Sequence[str],
) -> str:
    """An EncryptedKey, after the token that it refers to where the style demands one.

    Args:
        ids: of what is encrypted with it and is in its list.
    """
    token_id = new_id("X509") if style == "direct" else ""
    token = token_of(recipient, token_id) if token_id else ""
    reference = certificate_reference(recipient, style, token_id)
    method = _transport_element(transport_of(algorithms.transport))
    return (
        f'{token}<xenc:EncryptedKey {_XENC} Id="{session.id}">{method}'
        f"<ds:KeyInfo {DS}>{reference}</ds:KeyInfo><xenc:CipherData>"
        f"<xenc:CipherValue>{encoded(session.encrypted)}</xenc:CipherValue>"
        f"</xenc:CipherData>{list_of(ids)}</xenc:EncryptedKey>"
    )


def list_of(ids: Sequence[str]) -> str:
    """A ReferenceList; "" of nothing."""
    if not ids:
        return ""
    inside = "".join(f'<xenc:DataReference URI="#{one}"/>' for one in ids)
    return f"<xenc:ReferenceList {_XENC}>{inside}</xenc:ReferenceList>"


def _transport_element(transport: Transport) -> str:
    start = f'<xenc:EncryptionMethod Algorithm="{TRANSPORTS[transport.name]}"'
    if transport.name != "rsa-oaep":
        return f"{start}/>"
    digest = _uri(OAEP_DIGESTS, transport.digest)
    mask = _uri(MASKS, transport.mask)
    return (
        f'{start}><ds:DigestMethod {DS} Algorithm="{digest}"/>'
        f'<xenc11:MGF {_XENC11} Algorithm="{mask}"/></xenc:EncryptionMethod>'
    )


def _uri(known: Mapping[str, str], name: str) -> str:
    return next(uri for uri, one in known.items() if one == name)


# --------------------------------------------------------------------------------- parts


def with_encrypted(
    envelope: bytes,
    places: Places,
    wanted: Sequence[str],
    algorithm: str,
    key: bytes,
    reference: str,
) -> Encrypted:
    """An envelope of which parts are encrypted.

    Args:
        places: of it.
        wanted: the parts, as a profile has them.
        algorithm: for data, by its name.
        key: for it.
        reference: to the key, a SecurityTokenReference.
    """
    writer = _Writer(envelope, places, algorithm, key, reference)
    edits: list[tuple[int, int, str]] = []
    for part in _parts(places, wanted):
        if part is places.body:
            edits.append(writer.content(part))
        else:
            edits.append(writer.element(part, in_header=part in places.header))
    return Encrypted(
        places.replaced(envelope, edits), tuple(writer.ids), tuple(writer.instead)
    )


def _parts(places: Places, wanted: Sequence[str]) -> Iterator[Part]:
    """The parts that are there, each once."""
    inside = [] if places.block is None else places.block.parts
    if "Body" in wanted and places.body is not None:
        yield places.body
    for part in places.header:
        if any(_is_named(part.name, name) for name in wanted):
            yield part
    for part in inside:
        if "Signature" in wanted and part.name in _WITH_SIGNATURE:
            yield part
        elif "UsernameToken" in wanted and part.name == USERNAME_TOKEN:
            yield part
        elif "Assertion" in wanted and part.name in ASSERTIONS:
            yield part


def _is_named(name: str, wanted: str) -> bool:
    """Whether an element has the name, or one of the namespace, that is wanted."""
    return name == wanted or wanted.endswith("}*") and name.startswith(wanted[:-1])


class _Writer:
    """Writes what is in the place of parts."""

    def __init__(
        self,
        envelope: bytes,
        places: Places,
        algorithm: str,
        key: bytes,
        reference: str,
    ) -> None:
        self._envelope = envelope
        self._encoding = places.encoding
        self._content = places.content
        self._algorithm = algorithm
        self._key = key
        self._reference = reference
        self.ids: list[str] = []
        self.instead: list[tuple[str, str]] = []

    def content(self, part: Part) -> tuple[int, int, str]:
        """The encrypted content of an element, and where it goes."""
        if part.inside == part.end:  # an empty-element tag
            start = part.end - len("/>".encode(self._encoding))
            return start, part.end, f">{self._data(b'', 'Content')}</{part.written}>"
        plain = self._plain(part.inside, part.close, self._content)
        return part.inside, part.close, self._data(plain, "Content")

    def element(self, part: Part, *, in_header: bool) -> tuple[int, int, str]:
        """An encrypted element, and where it goes; a header block is in an EncryptedHeader, with its
        attributes of SOAP (section 9.4.1)."""
        plain = self._plain(part.start, part.end, [part])
        data = self._data(plain, "Element")
        name = self.ids[-1]
        if in_header:
            name = new_id("EH")
            attributes = f'{_HEADER} wsu:Id="{name}"{part.soap}'
            data = (
                f"<wsse11:EncryptedHeader {attributes}>{data}</wsse11:EncryptedHeader>"
            )
        self.instead.append((part.name, name))
        return part.start, part.end, data

    def _plain(self, start: int, end: int, parts: Sequence[Part]) -> bytes:
        """The bytes from one to before another, in which elements declare all namespaces that they may use:
        where the ciphertext is signed, its surroundings are not."""
        pieces, last = [], start
        for part in parts:
            content = self._envelope[part.start : part.end]
            wanted = "".join(
                f' xmlns{":" + prefix if prefix else ""}="{attribute_text(uri)}"'
                for prefix, uri in part.scope.items()
                if prefix not in part.declared
                and (not prefix or f"{prefix}:".encode(self._encoding) in content)
            )
            pieces += [self._envelope[last : part.at], wanted.encode(self._encoding)]
            last = part.at
        return b"".join([*pieces, self._envelope[last:end]])

    def _data(self, plain: bytes, kind: str) -> str:
        name = new_id("ED")
        self.ids.append(name)
        utf8 = plain.decode(self._encoding).encode("utf-8")
        value = encoded(encrypted(self._algorithm, self._key, utf8))
        return (
            f'<xenc:EncryptedData {_XENC} Id="{name}" Type="{ENCRYPTION}{kind}">'
            f'<xenc:EncryptionMethod Algorithm="{DATA[self._algorithm][0]}"/>'
            f"<ds:KeyInfo {DS}>{self._reference}</ds:KeyInfo><xenc:CipherData>"
            f"<xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
            "</xenc:EncryptedData>"
        )
