"""Messages that are encrypted for several receivers: one's own key is found by its reference, and no other is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree
from message_desk import (
    CA,
    CLIENT,
    DS,
    PORTS,
    SERVICE,
    STRANGER,
    WSSE,
    Change,
    Wire,
    ask,
    desk_in,
    keys,
    profile,
    same,
)
from test_message_encryption import REFERENCES, refused_by_service

from soapwright.runtime.security.ciphers import transport_of, wrapped
from soapwright.runtime.security.correlation import SessionKey
from soapwright.runtime.security.encrypting import key_element
from soapwright.runtime.security.profile import Algorithms

XENC = "{http://www.w3.org/2001/04/xmlenc#}"
ORDERS = ["sign-encrypt", "encrypt-sign"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with desk_in(tmp_path_factory.mktemp("recipients"), "desk_recipients") as package:
        yield package


def both(
    desk: Any, there: Change = same, back: Change = same, **given: Any
) -> tuple[Wire, Any]:
    common = profile(desk, encrypt=["Body"], **given)
    theirs = common.with_keys(keys(desk, SERVICE, CA))
    mine = common.with_keys(keys(desk, CLIENT, SERVICE))
    return Wire(desk, theirs, there, back), mine


def for_another(ids: list[str], style: Any = "issuer-serial", number: int = 0) -> Any:
    """The EncryptedKey of another receiver, in an element; before it the token that it refers to."""
    value = wrapped(STRANGER.certificate, transport_of("rsa-oaep-mgf1p"), bytes(32))
    session = SessionKey(bytes(32), value, f"other-{number}")
    text = key_element(session, STRANGER.certificate, Algorithms(), style, ids)
    return etree.fromstring(f"<x>{text}</x>")


def own_key(root: Any) -> Any:
    return root.find(f".//{WSSE}Security/{XENC}EncryptedKey")


def data_info(root: Any) -> Any:
    return root.find(f".//{XENC}EncryptedData/{DS}KeyInfo")


def put_before(root: Any, style: str = "issuer-serial", number: int = 0) -> None:
    own = own_key(root)
    ids = [e.get("URI")[1:] for e in own.iter(f"{XENC}DataReference")]
    for e in for_another(ids, style, number):
        own.addprevious(e)


Receivers = Callable[[Any], object]


def first_the_other(root: Any) -> None:
    put_before(root)


def then_the_other(root: Any) -> None:
    own = own_key(root)
    put_before(root)
    own.getparent().insert(own.getparent().index(own) - 1, own)


def with_a_list_of_its_own(root: Any) -> None:
    """What is encrypted for the other alone stays as it is."""
    own = own_key(root)
    security = own.getparent()
    own.addprevious(for_another(["of-the-other"])[0])
    data = etree.fromstring(
        f'<x:EncryptedData xmlns:x="{XENC[1:-1]}" Id="of-the-other"'
        f' Type="{XENC[1:-1]}Element"><x:EncryptionMethod'
        ' Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><x:CipherData>'
        "<x:CipherValue>AAAA</x:CipherValue></x:CipherData></x:EncryptedData>"
    )
    security.append(data)


def data_refers_to_the_other(root: Any) -> None:
    put_before(root)
    data_info(root).find(f".//{WSSE}Reference").set("URI", "#other-0")


def data_refers_to_nothing(root: Any) -> None:
    put_before(root)
    info = data_info(root)
    info.getparent().remove(info)


def carried(root: Any, name: str = "session") -> None:
    """Keys of one name, and a list beside them (XML Encryption 1.1, section 3.5.1)."""
    put_before(root)
    others, own = own_key(root).getparent().findall(f"{XENC}EncryptedKey")
    for key, given in ((others, "session"), (own, name)):
        etree.SubElement(key, f"{XENC}CarriedKeyName").text = given
        own.addnext(key.find(f"{XENC}ReferenceList"))
    own.getnext().getparent().remove(own.getnext())


def by_a_name(root: Any) -> None:
    carried(root)
    info = data_info(root)
    info.remove(info[0])
    etree.SubElement(info, f"{DS}KeyName").text = "session"


def by_the_name_of_the_other(root: Any) -> None:
    carried(root)
    data_info(root).find(f".//{WSSE}Reference").set("URI", "#other-0")


def many_others(root: Any) -> None:
    for number in range(15):
        put_before(root, number=number)


RECEIVERS: list[Receivers] = [
    *(first_the_other, then_the_other, with_a_list_of_its_own),
    *(data_refers_to_the_other, data_refers_to_nothing, carried, by_a_name),
    *(by_the_name_of_the_other, many_others),
]


def changing(change: Callable[..., object], *given: Any) -> Change:
    def apply(envelope: bytes) -> bytes:
        root = etree.fromstring(envelope)
        change(root, *given)
        return etree.tostring(root)

    return apply


@pytest.mark.parametrize("receivers", RECEIVERS)
def test_ones_own_key_is_found(desk: Any, receivers: Receivers) -> None:
    port = PORTS[RECEIVERS.index(receivers) % 2]
    for side in ({"there": changing(receivers)}, {"back": changing(receivers)}):
        wire, mine = both(desk, **side)
        assert ask(desk, wire, mine, port) == "who? CN=client"


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("reference", REFERENCES)
def test_by_each_kind_of_reference(
    desk: Any, reference: str, order: str, port: str
) -> None:
    change = changing(put_before, reference)
    given: dict[str, Any] = {"encryption_reference": reference, "order": order}
    wire, mine = both(desk, there=change, back=change, **given)
    assert ask(desk, wire, mine, port) == "who? CN=client"


# ------------------------------------------------------------------------------ refusals


def for_others_alone(root: Any) -> None:
    put_before(root)
    put_before(root, number=1)
    own = own_key(root).getparent().findall(f"{XENC}EncryptedKey")[-1]
    own.getparent().remove(own)


def too_many(root: Any) -> None:
    for number in range(16):
        put_before(root, number=number)


def without_a_reference(root: Any) -> None:
    """Of several keys each says whom it is for."""
    put_before(root)
    own = own_key(root).getparent().findall(f"{XENC}EncryptedKey")[-1]
    own.remove(own.find(f"{DS}KeyInfo"))


def twice(root: Any) -> None:
    put_before(root)
    own = own_key(root).getparent().findall(f"{XENC}EncryptedKey")[-1]
    made = etree.fromstring(etree.tostring(own))
    made.set("Id", "again")
    own.addnext(made)


def said_to_be_ones_own(root: Any) -> None:
    """The key for another, and one's own reference."""
    own = own_key(root)
    value = for_another([])[0].find(f".//{XENC}CipherValue").text
    own.find(f".//{XENC}CipherValue").text = value


def by_another_name(root: Any) -> None:
    carried(root, "another")
    data_info(root).find(f".//{WSSE}Reference").set("URI", "#other-0")


def by_a_name_of_nobody(root: Any) -> None:
    by_a_name(root)
    data_info(root)[0].text = "nobody"


def named_by_nothing(root: Any) -> None:
    carried(root, "")
    info = data_info(root)
    info.remove(info[0])
    etree.SubElement(info, f"{DS}KeyName")


def in_the_other_list(root: Any) -> None:
    """One's own data, in the list of the other alone."""
    put_before(root)
    own = own_key(root).getparent().findall(f"{XENC}EncryptedKey")[-1]
    own.remove(own.find(f"{XENC}ReferenceList"))


REFUSED: list[Receivers] = [
    *(for_others_alone, too_many, without_a_reference, twice, said_to_be_ones_own),
    *(by_another_name, by_a_name_of_nobody, named_by_nothing, in_the_other_list),
]


@pytest.mark.parametrize("receivers", REFUSED)
def test_what_is_refused_looks_alike(desk: Any, receivers: Receivers) -> None:
    port = PORTS[REFUSED.index(receivers) % 2]
    refused_by_service(desk, *both(desk, there=changing(receivers)), port)
    wire, mine = both(desk, back=changing(receivers))
    with pytest.raises(desk.errors.SecurityError) as caught:
        ask(desk, wire, mine, port)
    said = ("the message cannot be decrypted", "the digest of Body is wrong")
    assert str(caught.value).startswith(said)


def test_a_key_that_signs_is_for_one(desk: Any) -> None:
    wire, mine = both(desk, there=changing(first_the_other), symmetric=True)
    refused_by_service(desk, wire, mine)
