"""The lazy index of a package's types."""

from __future__ import annotations

import importlib
import sys
import threading

import pytest

from soapwright.runtime.codec.index import Index

MODULE = '''"""A module of a type."""

class {name}:
    pass

def read_{name}(e):
    return "{name}"

def read_encoded_{name}(e):
    return "encoded {name}"
'''
INDEX = '''from soapwright.runtime.codec.index import Index

_index = Index(
    __name__,
    namespaces=("urn:a", "", "urn:b"),
    entries="""
Order _order 0 Order
Nothing _nothing 1 nothing
BOrder _b_order 2 Order
Request _request
""",
)
lookup = _index.lookup


def __getattr__(name):
    value = globals()[name] = _index.load(name)
    return value


def __dir__():
    return _index.names()
'''


@pytest.fixture
def types(tmp_path, monkeypatch):
    folder = tmp_path / "indexed_types"
    folder.mkdir()
    (folder / "__init__.py").write_text(INDEX)
    for name, module in (
        ("Order", "_order"),
        ("Nothing", "_nothing"),
        ("BOrder", "_b_order"),
        ("Request", "_request"),
    ):
        (folder / f"{module}.py").write_text(MODULE.format(name=name))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("indexed_types")
    for name in [n for n in sys.modules if n.startswith("indexed_types")]:
        del sys.modules[name]


def test_a_name_loads_its_module_only(types):
    assert "indexed_types._order" not in sys.modules
    assert types.Order.__name__ == "Order"
    loaded = {n for n in sys.modules if n.startswith("indexed_types.")}
    assert loaded == {"indexed_types._order"}
    assert types.__dict__["Order"] is types.Order


def test_functions_are_in_their_types_module(types):
    assert types.read_Order(None) == "Order"
    assert types.read_encoded_BOrder(None) == "encoded BOrder"


@pytest.mark.parametrize(
    "name",
    ["Nope", "read_Nope", "write_Order", "read_", "", "__path", "order", "lookup_"],
)
def test_a_name_that_there_is_not(types, name):
    with pytest.raises(AttributeError, match="module 'indexed_types' has no attribute"):
        getattr(types, name)
    assert not hasattr(types, name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("{urn:a}Order", "Order"),
        ("{urn:b}Order", "BOrder"),
        ("nothing", "Nothing"),
        ("{*}nothing", "Nothing"),
        ("{*}Order", None),
        ("Order", None),
        ("Nothing", None),
        ("{urn:a}nothing", None),
        ("Request", None),
        ("{urn:c}Order", None),
        ("", None),
    ],
)
def test_what_the_schema_calls_types(types, name, found):
    assert types.lookup(name) == found


def test_all_names(types):
    assert dir(types) == ["BOrder", "Nothing", "Order", "Request"]


def test_an_index_of_nothing():
    index = Index("empty", (), "\n")
    assert index.names() == []
    assert index.lookup("{urn:a}Order") is None
    with pytest.raises(AttributeError):
        index.load("Order")


def test_threads_that_ask_first():
    entries = "\n".join(f"T{i} _t{i} 0 T{i}" for i in range(2000))
    for _ in range(20):
        index = Index("many", ("urn:a",), entries)
        found = []
        barrier = threading.Barrier(4)

        def ask(index=index, found=found, barrier=barrier):
            barrier.wait()
            found.append(index.lookup("{urn:a}T1999"))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == ["T1999"] * 4
