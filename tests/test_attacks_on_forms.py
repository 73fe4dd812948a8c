"""The attacks on signed messages, on messages of other forms: for several receivers, with an encrypted assertion, with
encrypted attachments; on clients and services of both versions of SOAP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import test_encrypted_assertions as assertions
import test_recipients as recipients
import test_signed_attachments as attachments
from lxml import etree
from message_desk import CASE, PORTS, Change, ask, desk_in
from test_encryption_attacks import ENCRYPTION_ATTACKS
from test_message_encryption import refused_by_service
from test_message_security import ATTACKS, attack
from test_saml import both, refused, token_for


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("forms"), "desk_of_forms") as package:
        yield package


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("archive")
    with desk_in(folder, "archive_of_forms", CASE.parent / "attachments") as package:
        yield package


def after(first: Change, then: Change) -> Change:
    return lambda envelope: then(first(envelope))


SEVERAL = recipients.changing(recipients.first_the_other)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("order", recipients.ORDERS)
@pytest.mark.parametrize("change", ATTACKS)
def test_messages_for_several_receivers(
    desk: Any, change: Any, order: str, port: str
) -> None:
    if change.__name__ == "changed" and order == "sign-encrypt":
        pytest.skip("it changes what is neither signed nor encrypted, nor read")
    there = back = after(SEVERAL, attack(change))
    wire, mine = recipients.both(desk, there=there, order=order)
    refused_by_service(desk, wire, mine, port)
    wire, mine = recipients.both(desk, back=back, order=order)
    with pytest.raises((desk.errors.SecurityError, desk.errors.DecodeError)):
        ask(desk, wire, mine, port)


@pytest.mark.parametrize("order", recipients.ORDERS)
@pytest.mark.parametrize("change", ENCRYPTION_ATTACKS)
def test_ciphertexts_for_several_receivers(
    desk: Any, change: Callable[[Any], object], order: str
) -> None:
    """Of one's own key they are refused; on that of the other they may be harmless."""
    port = PORTS[ENCRYPTION_ATTACKS.index(change) % 2]
    attacked = recipients.changing(change)
    if change.__name__ != "without_key":
        wire, mine = recipients.both(desk, there=after(attacked, SEVERAL), order=order)
        refused_by_service(desk, wire, mine, port)
    for side in (
        {"there": after(SEVERAL, attacked)},
        {"back": after(SEVERAL, attacked)},
    ):
        wire, mine = recipients.both(desk, order=order, **side)
        try:
            assert ask(desk, wire, mine, port) == "who? CN=client"
        except desk.errors.SoapError:
            continue


HIDDEN = assertions.hiding(assertions.hide)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("method", ["holder-of-key", "sender-vouches"])
@pytest.mark.parametrize("change", ATTACKS)
def test_messages_with_an_encrypted_assertion(
    desk: Any, change: Any, method: str, port: str
) -> None:
    if change.__name__ == "another_key" and method == "holder-of-key":
        pytest.skip("there is no token but the assertion")
    there = after(HIDDEN, attack(change))
    wire, mine = both(desk, token_for(method), method, there=there)
    refused(desk, wire, mine, port)


@pytest.mark.parametrize("side", ["several", "assertion"])
def test_each_changed_byte_is_refused_or_means_the_same(desk: Any, side: str) -> None:
    def wired(there: Change) -> tuple[Any, Any, str]:
        if side == "several":
            both_sides = recipients.both(desk, there=after(SEVERAL, there))
            return *both_sides, "who? CN=client"
        token = token_for("sender-vouches")
        given = both(desk, token, "sender-vouches", there=after(HIDDEN, there))
        return *given, "who? ida"

    wire, mine, said = wired(bytes)
    assert ask(desk, wire, mine) == said
    for at in range(0, len(wire.request.body), 131):

        def change(envelope: bytes, at: int = at) -> bytes:
            place = at % len(envelope)
            changed = bytes([envelope[place] ^ 1])
            return envelope[:place] + changed + envelope[place + 1 :]

        wire, mine, said = wired(change)
        try:
            assert ask(desk, wire, mine) == said
        except desk.errors.SoapError:
            continue


@pytest.mark.parametrize("part", attachments.ENCRYPTED)
@pytest.mark.parametrize("change", ATTACKS)
def test_messages_with_encrypted_attachments(
    archive: Any, change: Any, part: str
) -> None:
    def rooted(root: Any) -> None:
        made = etree.fromstring(attack(change)(etree.tostring(root)))
        root[:] = made[:]

    if change.__name__.startswith("addressing"):
        pytest.skip("there is no WS-Addressing")
    port = attachments.PORTS[ATTACKS.index(change) % 2]
    given: dict[str, Any] = {"encrypt": [part], "sign": ["Body", "Timestamp", part]}
    wire, mine = attachments.both(archive, **given)
    wire.there = attachments.changing(rooted)
    with pytest.raises(archive.errors.SoapFault, match="could not be verified"):
        attachments.scan(archive, wire, mine, port)
    if change.__name__ == "changed":  # the reply's Body has no text
        return
    wire, mine = attachments.both(archive, **given)
    wire.back = attachments.changing(rooted)
    with pytest.raises((archive.errors.SecurityError, archive.errors.DecodeError)):
        attachments.scan(archive, wire, mine, port)
