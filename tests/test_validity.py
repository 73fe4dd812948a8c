"""What `validate` and writing say of restrictions, of enumerations of names, of copied values."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import importlib
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.testing import assert_envelope

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ModuleType]]:
    """Some cases' packages, by the cases' names."""
    folder = tmp_path_factory.mktemp("validity")
    sys.path.insert(0, str(folder))
    found = {}
    for case in ("restrictions", "qname-values", "kept-forms", "any-simple"):
        name = f"validity_{case.replace('-', '_')}"
        files = generate(CASES / case / "service.wsdl", Options(name)).files
        write_package(folder / name, files)
        found[case] = importlib.import_module(name)
    yield found
    sys.path.remove(str(folder))


def small(package: ModuleType, **given):
    values = {"depot": "north", "key": 1, "code": "1234", "note": ["a"], **given}
    return package.types.Small(**values)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"code": "12x4"}, "Small.code"),
        ({"note": ["a", "b", "c"]}, "Small.note"),
        ({"depot": "south"}, "Small.depot"),
        ({"hold": "x"}, "Small.hold"),
        ({"gift": "x"}, "Small.gift"),
    ],
)
def test_validate_checks_what_is_narrowed(made, given, path):
    package = made["restrictions"]
    package.validate(small(package))
    with pytest.raises(package.errors.EncodeError) as caught:
        package.validate(small(package, **given))
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": None}, "sent.code: is required"),
        ({"note": []}, "sent.note: is required"),
        ({"depot": None}, "sent.depot: is required"),
        ({"hold": "x"}, "sent.hold: is not allowed"),
        ({"gift": "x"}, "sent.gift: is not allowed"),
        (
            {"any_elements": [("{urn:restrictions}x", 1)]},
            "sent.any_elements: is not allowed",
        ),
    ],
)
def test_writing_checks_what_is_required_and_prohibited(made, given, said):
    package = made["restrictions"]
    send = package.PORTS["RestrictionsPort"].operations["send"]
    with pytest.raises(package.errors.EncodeError) as caught:
        send.encode_response(small(package, **given))
    assert str(caught.value) == said


def test_fields_of_a_restriction_are_typed(made):
    types = made["restrictions"].types
    day = datetime.date(2020, 1, 2)
    send = made["restrictions"].PORTS["RestrictionsPort"].operations["send"]
    value = small(made["restrictions"], kind=1, day=[day], extra=day)
    value.signature = types.Digest(digest=b"x")
    assert send.decode_response(send.encode_response(value)) == value


def test_an_enumeration_of_names_is_checked(made):
    package = made["qname-values"]
    qname = importlib.import_module(f"{package.__name__}._soap").QName
    cause = [qname("urn:qname-values", "busy")]
    package.validate(package.types.Convert(cause=cause))
    for wrong in (qname("urn:other", "busy"), qname("urn:qname-values", "late")):
        with pytest.raises(package.errors.EncodeError, match="is none of"):
            package.validate(package.types.Convert(cause=[*cause, wrong]))


def test_copies_keep_the_form_and_new_values_have_none(made):
    package = made["kept-forms"]
    put = package.PORTS["KeptFormsPort"].operations["put"]
    path = CASES / "kept-forms" / "samples" / "put.request.all.xml"
    value = put.decode_request(path.read_bytes())
    for other in (copy.copy(value), copy.deepcopy(value)):
        assert other == value
        assert_envelope(put.encode_request(other), path.read_bytes())
    again = pickle.loads(pickle.dumps(value))
    assert_envelope(put.encode_request(again), path.read_bytes())
    person = dataclasses.replace(value.person[0])
    assert person == value.person[0]
    written = put.encode_request(dataclasses.replace(value, person=[person]))
    assert written.index(b"name>") < written.index(b"age>") < written.index(b"mail>")


def test_what_changed_is_written_without_its_form(made):
    package = made["kept-forms"]
    put = package.PORTS["KeptFormsPort"].operations["put"]
    folder = CASES / "kept-forms" / "samples"
    value = put.decode_request((folder / "put.request.blank.xml").read_bytes())
    assert value.size == [10, 10, 3]
    value.size[1] = 11
    assert put.decode_request(put.encode_request(value)).size == [10, 11, 3]
    value = put.decode_request((folder / "put.request.types.xml").read_bytes())
    value.level[1] = 500
    assert b"Percent" not in put.encode_request(value).split(b"minus")[0]


@pytest.mark.parametrize("given", [7, False, "x", datetime.date(2020, 1, 1), b"x", 1.5])
def test_any_simple_value_comes_back(made, given):
    package = made["any-simple"]
    set_ = package.PORTS["AnySimplePort"].operations["set"]
    made_value = set_.response_type(old=given)
    assert set_.decode_response(set_.encode_response(made_value)) == made_value
