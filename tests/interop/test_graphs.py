"""PHP reads graphs that we write, and we read those that it writes, in both versions of the encoding."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from lxml import etree
from support import PEERS, answers, required

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package

WSDL = ROOT / "tests" / "cases" / "encoded-references" / "service.wsdl"
PHP = ["php", "-r", "exit(class_exists('SoapServer') ? 0 : 1);"]
W = "{http://schemas.xmlsoap.org/wsdl/}"


@pytest.fixture(scope="module")
def refs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("graphs")
    write_package(
        folder / "interop_graphs", generate(WSDL, Options("interop_graphs")).files
    )
    sys.path.insert(0, str(folder))
    yield importlib.import_module("interop_graphs")
    sys.path.remove(str(folder))


def php(folder: Path, what: str, soap: str, data: bytes = b"") -> tuple[bytes, str]:
    """What PHP writes, and what it says of what it read; it gets one port, as it takes the first."""
    tree = etree.parse(WSDL)
    keep = soap.replace(".", "")
    for e in tree.findall(f".//{W}port") + tree.findall(f".//{W}binding"):
        if not e.get("name").endswith(keep):
            e.getparent().remove(e)
    path = folder / f"{keep}.wsdl"
    path.write_bytes(etree.tostring(tree))
    command = ["php", str(PEERS / "graphs.php"), str(path), what, soap]
    done = subprocess.run(command, input=data, capture_output=True, timeout=60)
    return done.stdout, done.stderr.decode()


@pytest.mark.parametrize("soap", ["1.1", "1.2"])
def test_graphs_with_php(refs: Any, tmp_path: Path, soap: str) -> None:
    required(answers(*PHP), "PHP SoapServer")
    t, put = refs.types, refs.PORTS[f"Port{soap.replace('.', '')}"].operations["put"]
    home = t.Place(city="Ulm")
    ben = t.Person(name="Ben", home=home)
    ben.friend = t.Person(name="Cem", home=home, friend=ben)
    request = put.request_type(person=ben, people=[ben, ben.friend])
    reply, said = php(tmp_path, "asked", soap, put.encode_request(request))
    assert json.loads(said) == {
        "name": "Ben",
        "cycle": True,
        "home": True,
        "city": "Ulm",
        "listed": True,
    }
    back = put.decode_response(reply)
    assert back.again is back.person
    assert back.person.friend.friend is back.person
    came = put.decode_request(php(tmp_path, "sent", soap)[0])
    assert came.people[0] is came.person
    assert came.people[1] is came.person.friend
    assert came.person.home is came.person.friend.home
    answer = put.encode_response(put.response_type(person=ben, again=ben))
    found, _ = php(tmp_path, "answered", soap, answer)
    assert json.loads(found) == {"again": True, "cycle": True}
