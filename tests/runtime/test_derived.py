"""Values of derived types: written with their type's name, read by it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from lxml import etree

from soapwright.runtime.codec import derived
from soapwright.runtime.encoding.derived import derived_encoded_reader
from soapwright.runtime.codec.derived import (
    derived_reader,
    register,
    registered,
    write_derived,
)
from soapwright.runtime.codec.checks import check_class
from soapwright.runtime.errors.errors import DecodeError

XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass
class Animal:
    name: str = ""


@dataclass
class Dog(Animal):
    pass


@dataclass
class Plant:
    pass


@dataclass
class Mine(Dog):
    """A user's own class, which the schema does not know."""


NAMES = {
    "{urn:z}Animal": "Animal",
    "{urn:z}Dog": "Dog",
    "{urn:z}Plant": "Plant",
    "{urn:z}Dogs": "Dogs",
    "{urn:other}Animal": "OtherAnimal",
    "{*}Dog": "Dog",
    "{*}Plant": "Plant",
    "{*}Dogs": "Dogs",
}


@dataclass
class OtherAnimal(Animal):
    """A type of the same local name in another namespace."""


TYPES = SimpleNamespace(
    lookup=NAMES.get,
    Animal=Animal,
    Dog=Dog,
    Plant=Plant,
    OtherAnimal=OtherAnimal,
    read_Dog=lambda e: Dog("read"),
    read_OtherAnimal=lambda e: OtherAnimal("other"),
    read_encoded_Dog=lambda e: Dog("encoded"),
)


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    monkeypatch.setattr(derived, "_LITERAL", {})
    monkeypatch.setattr(derived, "_ENCODED", {})

    def write(v, tag, attributes=""):
        return f"<{tag}{attributes}>{v.name}</{tag}>"

    register(Animal, "z:Animal", write)
    register(Dog, "z:Dog", write)
    register(Dog, "z:Dog", write, encoded=True)
    register(Plant, "z:Plant", write)


def element(attributes: str):
    return etree.fromstring(
        f'<a xmlns:xsi="{XSI}" xmlns:z="urn:z" xmlns:o="urn:other" {attributes}/>'
    )


def test_a_derived_value_says_its_type():
    assert write_derived(Dog("x"), Animal, "a", ' b="c"') == (
        '<a b="c" xsi:type="z:Dog">x</a>'
    )
    # encoded, writers say the type of everything themselves
    assert write_derived(Dog("x"), Animal, "a", "", encoded=True) == "<a>x</a>"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Plant(), "Plant given, Animal wanted"),
        ("x", "str given, Animal wanted"),
        (None, "NoneType given, Animal wanted"),
        (Dog, "type given, Animal wanted"),
        (Mine("x"), "Mine is no type of the schema, Animal wanted"),
    ],
)
def test_what_may_not_stand_there(value, reason):
    with pytest.raises(TypeError, match=f"^{reason}$"):
        write_derived(value, Animal, "a", "")


def test_an_abstract_type_has_no_values_of_its_own():
    class Abstract(Animal):
        pass

    with pytest.raises(TypeError, match="Abstract is abstract"):
        write_derived(Abstract("x"), Abstract, "a", "")


def test_a_class_is_itself():
    check_class(Dog(), Dog)
    for wrong in (Mine(), None, Animal()):
        with pytest.raises(TypeError, match="given, Dog wanted"):
            check_class(wrong, Dog)


def test_each_use_has_its_own_writers():
    assert registered(Animal, encoded=True) is None
    assert registered(Animal, encoded=False)[0] == "z:Animal"


@pytest.mark.parametrize(
    ("attributes", "cls", "name"),
    [
        ('xsi:type="z:Dog"', Animal, "read"),
        ('xsi:type=" z:Dog "', Animal, "read"),
        ('xsi:type="o:Animal"', Animal, "other"),
        ("", Animal, None),
        ('xsi:type="z:Animal"', Animal, None),
        ('xsi:type="z:Dog"', Dog, None),
        ('xsi:type="o:Dog"', Dog, None),
        ('xsi:type="z:Animal"', Dog, None),
        ('xsi:type="z:Plant"', Animal, None),
        ('xsi:type="z:Unknown"', Animal, None),
        ('xsi:type="o:Dog"', Animal, None),
        ('xsi:type="y:Dog"', Animal, None),
        ('xsi:type="z:Dogs"', Animal, None),
        ('xsi:type=""', Animal, None),
        ('xsi:type=":"', Animal, None),
    ],
)
def test_who_reads_an_element(attributes, cls, name):
    read = derived_reader(element(attributes), TYPES, cls)
    assert (None if read is None else read(None).name) == name


def test_who_reads_an_encoded_element():
    e = element('xsi:type="z:Dog"')
    assert derived_encoded_reader(e, TYPES, Animal)(e).name == "encoded"
    # a derived type that never travels encoded has no such reader
    other = element('xsi:type="o:Animal"')
    assert derived_encoded_reader(other, TYPES, Animal) is None


def test_the_declared_type_is_known_without_its_namespace():
    """Where no other type has the name, its prefix is not looked up, which costs much."""

    class Unasked:
        def get(self, name):
            return "z:Dog"

        @property
        def nsmap(self):
            raise AssertionError("the prefixes were asked for")

    assert derived_reader(Unasked(), TYPES, Dog) is None


def test_prefixes_without_end():
    declared = "".join(f' xmlns:p{i}="urn:{i}"' for i in range(600))
    with pytest.raises(DecodeError, match="more than 500 prefixes"):
        derived_reader(element(f'xsi:type="z:Dog"{declared}'), TYPES, Animal)


def test_modules_that_are_loaded_at_once():
    def work():
        for _ in range(100):
            register(type("T", (), {}), "z:T", str)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(derived._LITERAL) == 403
