"""Messages of every form whose elements are moved, copied, wrapped, exchanged and renamed at random on the way: each is
refused, or means the same.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeAlias

import pytest
import test_message_encryption as encryption
import test_saml as saml
from lxml import etree
from message_desk import DS, PORTS, WSU, Change, Wire, ask, desk_in
from randomness import seeds

MESSAGES = 40
"""Of each form, for each seed."""
IDS = ("Id", "ID", "AssertionID", f"{WSU}Id", "{http://www.w3.org/XML/1998/namespace}id")  # fmt: skip
WSSE11 = "{http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd}"
WRAPPERS = ("{urn:x}wrapper", f"{DS}Object", f"{WSSE11}EncryptedHeader")
ACTORS = ("urn:x", "http://schemas.xmlsoap.org/soap/actor/next", "1")
KEPT = ("CipherValue", "BinarySecurityToken", "DigestValue", "SignatureValue")

Sides: TypeAlias = tuple[Wire, Any]  # Any: the package is generated


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, which is generated: Any."""
    with desk_in(tmp_path_factory.mktemp("moved"), "desk_moved") as package:
        yield package


# --------------------------------------------------------------------------------- forms


def form(**given: Any) -> Callable[..., Sides]:
    return lambda desk, **sides: encryption.both(desk, **sides, **given)


def asserted(method: str, **given: Any) -> Callable[..., Sides]:
    """A message with an assertion; of its reply nothing is demanded besides."""

    def made(desk: Any, there: Change = bytes, back: Change = bytes) -> Sides:
        token = saml.token_for(method)
        wire, mine = saml.both(desk, token, method, there=there, **given)
        wire._back = back
        return wire, mine

    return made


PARTS = ["Body", "Timestamp", "Addressing", "BinarySecurityToken", "Headers"]
FORMS: dict[str, tuple[Callable[..., Sides], str]] = {
    "signed": (form(), "CN=client"),
    "all signed, confirmed": (form(sign=PARTS, confirm=True), "CN=client"),
    "signed, then encrypted": (form(encrypt=["Body"]), "CN=client"),
    "encrypted, then signed": (
        form(encrypt=["Body", "Signature", encryption.ACTION], order="encrypt-sign"),
        "CN=client",
    ),
    "symmetric": (form(encrypt=["Body", "Signature"], symmetric=True), ""),
    "symmetric, endorsed, derived": (
        form(symmetric=True, endorse=True, derived_keys="1.3", encrypt=["Body"]),
        "CN=client",
    ),
    "bearer": (asserted("bearer", encrypt=["Body", "Assertion"]), "ida"),
    "holder of key": (asserted("holder-of-key"), "ida"),
    "sender vouches": (asserted("sender-vouches", encrypt=["Assertion"]), "ida"),
}


# ------------------------------------------------------------------------------- changes


class Changing:
    """Random changes of a message's tree.

    Args:
        root: of the message; Any, as lxml's elements.
    """

    def __init__(self, random: Random, root: Any) -> None:
        self._random = random
        self._root = root

    def change(self) -> None:
        kinds = (self.move, self.put, self.replace, self.wrap, self.identify)
        kinds += (self.exchange_ids, self.rename, self.readdress, self.remove)
        for _ in range(self._random.choice((1, 1, 2, 3))):
            self._random.choice(kinds)()

    def element(self) -> Any:
        """An element: any, or more often one of those that matter by their places."""
        found = list(self._root.iter())
        if self._random.random() < 0.5:
            found = [self._root, *self._root, *self._root[0], *self._root[-1]]
            found += [child for block in self._root[0] for child in block]
        return self._random.choice(found)

    def move(self) -> None:
        e, to = self.element(), self.element()
        if e.getparent() is not None and not any(e is one for one in _line(to)):
            to.insert(self._random.randint(0, len(to)), e)

    def put(self) -> None:
        """A copy of an element, with other texts and without ids."""
        to = self.element()
        to.insert(self._random.randint(0, len(to)), self._evil(self.element()))

    def replace(self) -> None:
        """Another element in the place of one, which is kept elsewhere."""
        e, to = self.element(), self.element()
        if e.getparent() is None or any(e is one for one in _line(to)):
            return
        e.getparent().replace(e, self._evil(e))
        to.append(e)

    def wrap(self) -> None:
        e = self.element()
        if e.getparent() is not None:
            around = etree.Element(self._random.choice((*WRAPPERS, self.element().tag)))
            e.getparent().replace(e, around)
            around.append(e)

    def identify(self) -> None:
        """An id of one element on another one."""
        values = [e.get(name) for e in self._root.iter() for name in IDS]
        value = self._random.choice([v for v in values if v] or ["x"])
        self.element().set(self._random.choice(IDS), value)

    def exchange_ids(self) -> None:
        one, other = self.element(), self.element()
        for name in IDS:
            mine, theirs = one.get(name), other.get(name)
            if mine and theirs:
                one.set(name, theirs)
                other.set(name, mine)

    def rename(self) -> None:
        e = self.element()
        local = self._random.choice((e.tag, self.element().tag)).rpartition("}")[2]
        namespace = self._random.choice((e.tag, self.element().tag)).rpartition("}")[0]
        e.tag = f"{namespace}}}{local}" if namespace else local

    def readdress(self) -> None:
        soap = self._root.tag.rpartition("}")[0]
        name = self._random.choice(("actor", "role", "mustUnderstand"))
        self.element().set(f"{soap}}}{name}", self._random.choice(ACTORS))

    def remove(self) -> None:
        e = self.element()
        if e.getparent() is not None:
            e.getparent().remove(e)

    def _evil(self, e: Any) -> Any:
        made = copy.deepcopy(e)
        for one in made.iter():
            if (one.text or "").strip() and not one.tag.endswith(KEPT):
                one.text = "evil"
            for name in IDS if self._random.random() < 0.8 else ():
                one.attrib.pop(name, None)
        return made


def _line(e: Any) -> list[Any]:
    """An element with those that it is in."""
    return [e, *e.iterancestors()]


@pytest.mark.parametrize("seed", seeds(1))
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("side", ["there", "back"])
def test_a_changed_message_is_refused_or_means_the_same(
    desk: Any, name: str, side: str, seed: int
) -> None:
    random = Random(f"{seed} {name} {side}")

    def change(envelope: bytes) -> bytes:
        root = etree.fromstring(envelope)
        Changing(random, root).change()
        return etree.tostring(root)

    made, user = FORMS[name]
    refused = 0
    for number in range(MESSAGES):
        wire, mine = made(desk, **{side: change})
        try:
            said = ask(desk, wire, mine, PORTS[number % 2])
        except desk.errors.SoapError:
            refused += 1
        else:
            assert said == f"who? {user}"
    assert refused
