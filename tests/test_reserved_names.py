"""Names that Python, the standard library or the emitted modules need: refused, or made safe.

A name of the WSDL is always made safe (tests/cases/hostile-names, reserved-names). One that the
user gives is refused where Python reserves it, and a warning says where it is taken.
"""

from __future__ import annotations

import builtins
import importlib
import keyword
import sys
from pathlib import Path

import pytest
from conftest import Shell

COMMAND = ("generate", "service.wsdl", "--output", "made")
# `close` and its like are a client's; the others are what the emitted modules use themselves.
OWN = (
    *("cls", "soap", "t", "types", "elements", "errors", "client", "server", "ports"),
    *("request", "response", "headers", "xml", "tag", "attributes", "children"),
    *("v", "e", "c", "value", "name", "mro", "field", "fields", "dataclass"),
    *("abstractmethod", "any_elements", "any_attributes", "choices", "content"),
    *("date", "datetime", "time", "annotations", "lookup", "register", "validate"),
)
SOFT = tuple(word for word in keyword.softkwlist if not word.startswith("_"))
BUILTINS = tuple(
    n for n in dir(builtins) if n[0].islower() and not keyword.iskeyword(n)
)
RESERVED = ("self", *(word for word in keyword.kwlist if word.islower()))
CLASSES = (
    *("Any", "Literal", "Decimal", "Client", "AsyncClient", "BaseClient", "PORTS"),
    *("UNSET", "Unset", "SoapFault", "Element", "TYPE_CHECKING", "Enum", "Self"),
    *(n for n in dir(builtins) if n[0].isupper() and not keyword.iskeyword(n)),
)


def service(fields: int, operations: int, types: int) -> str:
    """A WSDL with elements f0 …, operations o0 …, and complex types T0 …"""
    kinds = ("string", "decimal", "date", "anyType", "int")
    elements = "".join(
        f'<xs:element name="f{n}" type="xs:{kinds[n % 5]}" minOccurs="0"'
        f' maxOccurs="{n % 2 + 1}"/>'
        for n in range(fields)
    )
    definitions = "".join(
        f'<xs:complexType name="T{n}"><xs:sequence><xs:element name="x" type="xs:decimal"/>'
        f'<xs:element name="y" type="t:T{max(n - 1, 0)}" minOccurs="0"/>'
        '<xs:any processContents="lax" minOccurs="0"/></xs:sequence></xs:complexType>'
        for n in range(types)
    )
    words = [f"o{n}" for n in range(operations)]
    abstract = "".join(
        f'<operation name="{w}"><input message="t:m"/><output message="t:m"/></operation>'
        for w in words
    )
    bound = "".join(
        f'<operation name="{w}"><soap:operation soapAction="{w}"/>'
        '<input><soap:body use="literal"/></input>'
        '<output><soap:body use="literal"/></output></operation>'
        for w in words
    )
    return f"""<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:t"
  xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" name="S"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">{definitions}
<xs:element name="root"><xs:complexType><xs:sequence>{elements}</xs:sequence></xs:complexType>
</xs:element></xs:schema></types>
<message name="m"><part name="p" element="t:root"/></message>
<portType name="P">{abstract}</portType>
<binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
{bound}</binding>
<service name="S"><port name="P" binding="t:B"><soap:address location="http://h/"/></port></service>
</definitions>"""


def test_what_is_not_reserved_is_a_name_everywhere(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a field, a parameter, a method and a class: the package imports, and works."""
    words = [*dict.fromkeys((*OWN, *SOFT, *BUILTINS))]
    classes = [*dict.fromkeys(CLASSES)]
    text = service(len(words), len(words), len(classes))
    Path("service.wsdl").write_text(text, encoding="utf-8")
    renames = [f"{kind}{n}={w}" for kind in "fo" for n, w in enumerate(words)]
    renames += [f"T{n}={name}" for n, name in enumerate(classes)]
    options = [part for rename in renames for part in ("--rename", rename)]
    done = shell(*COMMAND, "--package", "reserved_made", *options)
    assert (done.code, done.err) == (0, "")
    monkeypatch.syspath_prepend(str(Path.cwd()))
    Path("made").rename("reserved_made")
    package = importlib.import_module("reserved_made")
    root = package.types.Root(**{w: [] for w in words[1::2]})
    operation = package.PORTS["P"].operations["o0"]
    assert operation.decode_request(operation.encode_request(root)) == root
    assert set(classes) <= set(dir(package.types))
    for name in dir(package.types):
        getattr(package.types, name)
    service_class = package.server.PService
    assert service_class.__abstractmethods__ == set(words)
    client = package.Client("http://127.0.0.1:9/")
    assert all(callable(getattr(client, word)) for word in words)
    client.close()
    for name in [name for name in sys.modules if name.startswith("reserved_made")]:
        del sys.modules[name]


@pytest.mark.parametrize("word", RESERVED)
@pytest.mark.parametrize("old", ["f0", "o0", "T0"])
def test_what_python_reserves_is_refused(shell: Shell, old: str, word: str) -> None:
    Path("service.wsdl").write_text(service(1, 1, 1), encoding="utf-8")
    done = shell(*COMMAND, "--package", "made", "--rename", f"{old}={word}")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"service.wsdl:1: error: --rename {old}={word}: {word!r} is a name that Python"
        f" reserves [config]\nhint: {word}_ may be taken\n"
    )
    assert not Path("made").exists()


@pytest.mark.parametrize("word", ["__class__", "_ignore_", "_x", "é", "a b", "1a", ""])
def test_what_is_no_public_name_is_refused(shell: Shell, word: str) -> None:
    Path("service.wsdl").write_text(service(1, 1, 1), encoding="utf-8")
    done = shell(*COMMAND, "--package", "made", "--rename", f"f0={word}")
    assert (done.code, done.out) == (2, "")
    assert f"{word!r} is no public name of Python's [config]\nhint: " in done.err


@pytest.mark.parametrize("word", ["close", "aclose", "exchange", "endpoint"])
def test_a_clients_own_names_are_no_methods(shell: Shell, word: str) -> None:
    Path("service.wsdl").write_text(service(1, 1, 1), encoding="utf-8")
    done = shell(*COMMAND, "--package", "made", "--rename", f"o0={word}")
    assert done.code == 0
    assert done.err == (
        f"service.wsdl:1: warning: the method of o0 is {word}_, not {word}:"
        " a client has another one of that name [renamed]\n"
    )
    assert f"def {word}_(" in Path("made/client.py").read_text(encoding="utf-8")


def test_a_field_of_that_name_is_there_already(shell: Shell) -> None:
    Path("service.wsdl").write_text(service(2, 1, 1), encoding="utf-8")
    done = shell(*COMMAND, "--package", "made", "--rename", "f0=f1")
    assert done.code == 0
    assert ": warning: f1 is" not in done.err
    renames = ("--rename", "f0=same", "--rename", "f1=same")
    done = shell(*COMMAND, "--package", "made", *renames)
    assert done.err == (
        "service.wsdl:1: warning: f1 is same_2 in Root, not same:"
        " another field has that name [renamed]\n"
    )


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("json", "the standard library"),
        ("json.shop", "the standard library"),
        ("sys", "the standard library"),
        ("lxml", "a library that generated packages need"),
        ("httpx2", "a library that generated packages need"),
        ("soapwright", "the generator"),
    ],
)
def test_a_package_that_hides_a_module(shell: Shell, name: str, whose: str) -> None:
    first = name.partition(".")[0]
    message = (
        f"warning: a package called {first} hides the module of that name of {whose}"
        " [package-name]\nhint: another name, or a place in a package of your own: shop.json\n"
    )
    done = shell(*COMMAND, "--package", name)
    assert (done.code, done.err) == (0, f"service.wsdl:1: {message}")
    Path("pyproject.toml").write_text(
        '[[tool.soapwright.package]]\nwsdl = "service.wsdl"\noutput = "other"\n'
        f'name = "{name}"\n'
    )
    done = shell("generate")
    assert (done.code, done.err) == (0, f"pyproject.toml:4: {message}")


@pytest.mark.parametrize("name", ["shop.json", "jsons", "shop", "shop.lxml.sys"])
def test_a_package_that_hides_none(shell: Shell, name: str) -> None:
    assert shell(*COMMAND, "--package", name).err == ""
