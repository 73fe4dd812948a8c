"""OASIS XML catalogs, the user's and the bundled one."""

from __future__ import annotations

from pathlib import Path

import pytest
import xmlschema
from conftest import Read, Write
from lxml import etree

from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import XSD
from soapwright.wsdl.catalog import (
    STANDARD,
    Catalog,
    find_standard,
    read_catalogs,
    standard_catalog,
)
from soapwright.wsdl.documents import load

SCHEMAS = sorted(STANDARD.glob("*.xsd"))


def catalog(inside: str, attributes: str = "") -> str:
    return (
        f'<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog" {attributes}>'
        f"\n{inside}\n</catalog>"
    )


def read(folder: Path, *names: str) -> tuple[Catalog, list[str]]:
    findings = Findings()
    found = read_catalogs([(folder / name, name) for name in names], findings)
    return found, [str(d) for d in findings]


# ------------------------------------------------------------------------------------- a user's own

ENTRIES = [
    # entry, name asked for, file found
    ('<uri name="urn:a" uri="a.xsd"/>', "urn:a", "a.xsd"),
    ('<uri name="urn:a" uri="a.xsd"/>', "urn:ab", None),
    ('<system systemId="http://x/a.xsd" uri="a.xsd"/>', "http://x/a.xsd", "a.xsd"),
    ('<public publicId="urn:a" uri="a.xsd"/>', "urn:a", "a.xsd"),
    ('<group><uri name="urn:a" uri="a.xsd"/></group>', "urn:a", "a.xsd"),
    (
        '<group xml:base="sub/"><uri xml:base="deep/" name="urn:a" uri="a.xsd"/></group>',
        "urn:a",
        "sub/deep/a.xsd",
    ),
    ('<uri name="urn:a" uri="a%20b.xsd"/>', "urn:a", "a b.xsd"),
    (
        '<rewriteURI uriStartString="http://x/" rewritePrefix="sub/"/>',
        "http://x/deep/a.xsd",
        "sub/deep/a.xsd",
    ),
    (
        '<rewriteSystem systemIdStartString="http://x/" rewritePrefix="sub/"/>'
        '<rewriteSystem systemIdStartString="http://x/deep/" rewritePrefix="other/"/>',
        "http://x/deep/a.xsd",
        "other/a.xsd",
    ),
    (
        '<rewriteURI uriStartString="http://x/" rewritePrefix="sub/"/>'
        '<uri name="http://x/a.xsd" uri="a.xsd"/>',
        "http://x/a.xsd",
        "a.xsd",
    ),
    ('<uriSuffix uriSuffix="/b.xsd" uri="a.xsd"/>', "http://x/y/b.xsd", "a.xsd"),
    (
        '<systemSuffix systemIdSuffix="d.xsd" uri="sub/a.xsd"/>'
        '<systemSuffix systemIdSuffix="/d.xsd" uri="a.xsd"/>',
        "http://x/d.xsd",
        "a.xsd",
    ),
    ('<nextCatalog catalog="next.xml"/>', "urn:next", "a.xsd"),
    (
        '<nextCatalog catalog="next.xml"/><uri name="urn:next" uri="b.xsd"/>',
        "urn:next",
        "b.xsd",
    ),
    ('<delegateURI uriStartString="urn:" catalog="next.xml"/>', "urn:next", "a.xsd"),
    (
        '<delegateURI uriStartString="urn:n" catalog="empty.xml"/>'
        '<nextCatalog catalog="next.xml"/>',
        "urn:next",
        None,
    ),
    ('<nextCatalog catalog="catalog.xml"/>', "urn:a", None),
    ('<uri name="urn:a" uri="http://x/a.xsd"/>', "urn:a", None),
    ('<uri name="" uri="a.xsd"/>', "", None),
]


@pytest.mark.parametrize("entry, name, file", ENTRIES)
def test_entries(entry: str, name: str, file: str | None, write: Write) -> None:
    folder = write(
        {
            "catalog.xml": catalog(entry),
            "next.xml": catalog('<uri name="urn:next" uri="a.xsd"/>'),
            "empty.xml": catalog(""),
        }
    )
    found, _ = read(folder, "catalog.xml")
    assert found.find(name) == (folder / file if file else None)


def test_catalogs_are_asked_in_their_order(write: Write) -> None:
    folder = write(
        {
            "one.xml": catalog('<uri name="urn:a" uri="a.xsd"/>'),
            "two.xml": catalog(
                '<uri name="urn:a" uri="no.xsd"/><uri name="urn:b" uri="b.xsd"/>'
            ),
            "a.xsd": "",
            "b.xsd": "",
            "no.xsd": "",
        }
    )
    found, findings = read(folder, "one.xml", "two.xml")
    assert findings == []
    assert found.find("urn:a") == folder / "a.xsd"
    assert found.find("urn:b") == folder / "b.xsd"


def test_an_entry_that_leads_nowhere(write: Write) -> None:
    folder = write({"catalog.xml": catalog('<uri name="urn:a" uri="http://x/a.xsd"/>')})
    _, findings = read(folder, "catalog.xml")
    assert findings == [
        "catalog.xml:2: warning: urn:a leads to http://x/a.xsd, where there is no file [catalog]"
    ]


@pytest.mark.parametrize(
    "content, finding",
    [
        (None, "catalog.xml:1: error: there is no such file [read]"),
        (
            "<catalog>",
            "catalog.xml:1: error: Premature end of data in tag catalog line 1 [xml]",
        ),
        ("<catalog/>", "catalog.xml:1: error: not an OASIS XML catalog [catalog]"),
    ],
)
def test_a_catalog_that_is_none(
    content: str | None, finding: str, write: Write
) -> None:
    folder = write({} if content is None else {"catalog.xml": content})
    _, findings = read(folder, "catalog.xml")
    assert findings == [finding]


def test_a_catalog_may_have_a_document_type(write: Write) -> None:
    doctype = (
        '<!DOCTYPE catalog PUBLIC "-//OASIS//DTD Entity Resolution XML Catalog V1.0//EN"'
        ' "http://www.oasis-open.org/committees/entity/release/1.0/catalog.dtd">\n'
    )
    folder = write(
        {"catalog.xml": doctype + catalog('<uri name="urn:a" uri="a"/>'), "a": ""}
    )
    found, findings = read(folder, "catalog.xml")
    assert findings == [] and found.find("urn:a") == folder / "a"


WSDL = """<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/"><w:types>
<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">
<x:import namespace="urn:b" schemaLocation="{}"/></x:schema></w:types></w:definitions>"""


@pytest.mark.parametrize(
    "location, entry",
    [
        ("http://x/b.xsd", '<uri name="http://x/b.xsd" uri="b.xsd"/>'),
        ("../up/b.xsd", '<system systemId="../up/b.xsd" uri="b.xsd"/>'),
        ("http://x/b.xsd", '<uri name="urn:b" uri="b.xsd"/>'),
        ("", '<uri name="urn:b" uri="b.xsd"/>'),
        (
            "here.xsd",
            '<uri name="here.xsd" uri="b.xsd"/><uri name="urn:b" uri="no.xsd"/>',
        ),
    ],
)
def test_a_catalog_answers_locations_and_namespaces(
    location: str, entry: str, read: Read
) -> None:
    schema = f'<x:schema xmlns:x="{XSD}" targetNamespace="urn:b"/>'
    files = {
        "a.wsdl": WSDL.format(location),
        "catalog.xml": catalog(entry),
        "b.xsd": schema,
        "here.xsd": schema,
        "no.xsd": schema,
    }
    documents, found = read(files, "catalog.xml")
    assert found == [] and documents is not None
    assert [s.path for s in documents.schemas] == ["a.wsdl", "b.xsd"]


def test_a_file_in_its_place_comes_before_its_namespace(read: Read) -> None:
    schema = f'<x:schema xmlns:x="{XSD}" targetNamespace="urn:b"/>'
    files = {
        "a.wsdl": WSDL.format("here.xsd"),
        "catalog.xml": catalog('<uri name="urn:b" uri="b.xsd"/>'),
        "b.xsd": schema,
        "here.xsd": schema,
    }
    documents, found = read(files, "catalog.xml")
    assert found == [] and documents is not None
    assert [s.path for s in documents.schemas] == ["a.wsdl", "here.xsd"]


def test_locations_in_what_came_from_a_url_are_relative_to_it(read: Read) -> None:
    files = {
        "a.wsdl": WSDL.format("http://x/y/b.xsd"),
        "catalog.xml": catalog(
            '<uri name="http://x/y/b.xsd" uri="cache/1.xsd"/>'
            '<uri name="http://x/z/c.xsd" uri="cache/2.xsd"/>'
        ),
        "cache/1.xsd": f'<x:schema xmlns:x="{XSD}" targetNamespace="urn:b">'
        '<x:include schemaLocation="../z/c.xsd"/></x:schema>',
        "cache/2.xsd": f'<x:schema xmlns:x="{XSD}" targetNamespace="urn:b"/>',
    }
    documents, found = read(files, "catalog.xml")
    assert found == [] and documents is not None
    assert [s.path for s in documents.schemas] == [
        "a.wsdl",
        "cache/1.xsd",
        "cache/2.xsd",
    ]


# ---------------------------------------------------------------------------------------- the bundled


def test_the_bundled_catalog_knows_every_bundled_schema() -> None:
    (entries,) = (file.entries for file in standard_catalog().files.values())
    for path in SCHEMAS:
        namespace = etree.parse(str(path)).getroot().get("targetNamespace", "")
        assert find_standard(namespace) == path
    assert {find_standard(entry.name) for entry in entries} == {
        path for path in STANDARD.iterdir() if path.name != "catalog.xml"
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_bundled_schemas_are_valid_and_complete(path: Path) -> None:
    """Each builds with nothing but the others, every reference resolved."""
    locations = {
        etree.parse(str(other)).getroot().get("targetNamespace", ""): str(other)
        for other in SCHEMAS
    }
    built = xmlschema.XMLSchema10(str(path), locations=locations, allow="local")
    assert not built.all_errors


@pytest.mark.parametrize(
    "name, file",
    [
        ("http://schemas.xmlsoap.org/soap/encoding", "soap11-encoding.xsd"),
        ("https://schemas.xmlsoap.org/soap/encoding/", "soap11-encoding.xsd"),
        ("https://www.w3.org/2003/05/soap-envelope/", "soap12-envelope.xsd"),
        ("urn:oasis:names:tc:SAML:2.0:assertion", "saml-assertion.xsd"),
        ("http://docs.oasis-open.org/wsn/bw-2.wsdl", "wsn-base.wsdl"),
    ],
)
def test_names_of_standards_in_their_variants(name: str, file: str) -> None:
    assert find_standard(name) == STANDARD / file


@pytest.mark.parametrize("name", ["", "/", "urn:x", "http://www.w3.org/", "soap"])
def test_other_names_are_no_standards(name: str) -> None:
    assert find_standard(name) is None


def test_bundled_schemas_load_as_a_users_do(write: Write) -> None:
    """Each as the one import of a WSDL, and all that they import with them, without a finding."""
    for number, path in enumerate(SCHEMAS):
        namespace = etree.parse(str(path)).getroot().get("targetNamespace", "")
        entry = f"a{number}.wsdl"
        folder = write({entry: WSDL.replace("urn:b", namespace).format("")})
        findings = Findings()
        documents = load(Path(entry), [], findings, base=folder)
        assert not list(findings)
        assert namespace in {
            s.target_namespace for s in documents.schemas if s.standard
        }
