"""Message security: processor time of a small message beside that of its key operations.

An envelope of some 600 bytes with WS-Addressing is signed (RSA of 2,048 bits, SHA-256; Body, Timestamp and header
blocks) and verified, encrypted (AES-256-GCM, RSA-OAEP) and decrypted. The bounds are 0.5 ms above the RSA signature
alone for what goes out, and 2 ms for what comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from statistics import median
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from soapwright.runtime.http.message import Message
from soapwright.runtime.security.keys import Keys
from soapwright.runtime.security.profile import Profile
from soapwright.runtime.xml.parsing import LIMITS

from .measure import Found, Goal, Line, Settings

_WSA: Final = "http://www.w3.org/2005/08/addressing"
_ENVELOPE: Final = (
    f"""<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>
<wsa:To xmlns:wsa="{_WSA}">http://127.0.0.1/orders</wsa:To><wsa:Action xmlns:wsa="{_WSA}">urn:orders/pay</wsa:Action>
<wsa:MessageID xmlns:wsa="{_WSA}">urn:uuid:7c1f5b2e-0000-4000-8000-000000000000</wsa:MessageID></soap:Header>
<soap:Body><pay xmlns="urn:orders"><account>ZA-1001</account><amount>100.00</amount></pay></soap:Body>
</soap:Envelope>""".encode()
)
_TIMES: Final = 100
_SIGNING: Final = 0.0005
_VERIFYING: Final = 0.002


def _pair(name: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=1))
    return key, builder.sign(key, hashes.SHA256())


def _seconds(calls: Sequence[Callable[[], object]], rounds: int) -> float:
    """The processor time of a call, the median of the rounds; each call is made once."""
    size = len(calls) // rounds
    found: list[float] = []
    for start in range(0, size * rounds, size):
        begun = time.process_time()
        for call in calls[start : start + size]:
            call()
        found.append((time.process_time() - begun) / size)
    return median(found)


def measure(settings: Settings) -> Found:
    """Signing and verifying, alone and with encryption."""
    rounds = max(3, settings.rounds // 3)
    count = (2 if settings.quick else _TIMES) * rounds
    client, service = _pair("client"), _pair("service")
    message = Message(_ENVELOPE, "text/xml")

    def sign() -> bytes:
        return client[0].sign(_ENVELOPE, padding.PKCS1v15(), hashes.SHA256())

    key = _seconds([sign] * count, rounds)
    lines: Found = []
    for name, given in (
        ("signed", Profile()),
        ("signed, then encrypted", Profile(encrypt=["Body"])),
        ("encrypted, then signed", Profile(encrypt=["Body"], order="encrypt-sign")),
    ):
        mine = given.with_keys(Keys(*client, trust=[service[1]]))
        theirs = given.with_keys(Keys(*service, trust=[client[1]]))
        sender, receiver = mine.for_client(None, ""), theirs.for_client(None, "")
        sent: list[Message] = []

        def secure(sender: Any = sender, sent: list[Message] = sent) -> None:
            sent.append(sender.secured(message))

        out = _seconds([secure] * count, rounds)
        back = [partial(receiver.checked, one, LIMITS) for one in sent]
        bound = Goal(1, slower=True)
        read = _seconds(back, rounds)
        allowed = key + _SIGNING
        peer = f"an RSA signature and {_SIGNING * 1e3:g} ms"
        goal = None if given.encrypt else bound
        lines.append(Line(f"a small message is {name}", peer, out, allowed, goal))
        work = f"a small message that is {name} is read"
        lines.append(Line(work, "a bound", read, _VERIFYING, bound))
    return lines
