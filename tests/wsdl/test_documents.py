"""Reading a WSDL and what it imports: which documents come, what is found, what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Files, Read, Write
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from randomness import examples
from lxml import etree

from soapwright.model.diagnostics import Findings, SpecError
from soapwright.model.namespaces import XSD
from soapwright.wsdl.documents import Documents, SchemaDocument, load
from soapwright.wsdl.lines import source_line
from soapwright.wsdl.parsing import decode, parse

BIG = 8_000_000  # bytes of a WSDL with its imports; bigger ones are left to the corpus run


def wsdl(inside: str = "", attributes: str = 'targetNamespace="urn:t"') -> str:
    """A WSDL on lines of its own: line 1 is the start tag, `inside` begins on line 2."""
    return (
        f'<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:x="{XSD}" {attributes}>\n'
        f"{inside}\n</w:definitions>"
    )


def types(inside: str) -> str:
    return wsdl(f"<w:types>{inside}</w:types>")


def schema(inside: str = "", namespace: str = "urn:t", uri: str = XSD) -> str:
    target = f' targetNamespace="{namespace}"' if namespace else ""
    return f'<x:schema xmlns:x="{uri}"{target}>{inside}</x:schema>'


def names(documents: Documents | None) -> list[tuple[str, str]]:
    """Each schema document's path and namespace."""
    assert documents is not None
    return [(s.path, s.target_namespace) for s in documents.schemas]


def elements(document: SchemaDocument) -> list[str]:
    return [n.get("name", "") for n in document.root.iter(f"{{{XSD}}}element")]


# ---------------------------------------------------------------------------------- what is found

XSD2000 = "http://www.w3.org/2000/10/XMLSchema"
INCLUDE = '<x:include schemaLocation="{}"/>'
IMPORT = '<x:import namespace="{}" schemaLocation="{}"/>'

FINDINGS: dict[str, tuple[Files, list[str]]] = {
    "not XML": (
        {"a.wsdl": "<w:definitions\n<"},
        ["a.wsdl:2: error: error parsing attribute name [xml]"],
    ),
    "empty": ({"a.wsdl": ""}, ["a.wsdl:1: error: the file is empty [xml]"]),
    "not the character set that it names": (
        {"a.wsdl": b"<?xml version='1.0' encoding='utf-8'?>\n<a>\n\xff</a>"},
        ["a.wsdl:3: error: a byte that is not utf-8: invalid start byte [encoding]"],
    ),
    "a character set that nobody knows": (
        {"a.wsdl": "<?xml version='1.0' encoding='klingon'?><a/>"},
        ["a.wsdl:1: error: names a character set that nobody knows [encoding]"],
    ),
    "a codec of Python that is no character set": (
        {"a.wsdl": "<?xml version='1.0' encoding='zip'?><a/>"},
        ["a.wsdl:1: error: names a character set that nobody knows [encoding]"],
    ),
    "an entity": (
        {"a.wsdl": '<!DOCTYPE a [<!ENTITY e "text">]>\n<a b="&e;"/>'},
        [
            "a.wsdl:2: error: Entity 'e' not defined [xml]\n"
            "hint: entities are never resolved: write their text in their place"
        ],
    ),
    "two document types": (
        {"a.wsdl": "<!DOCTYPE a>\n<!DOCTYPE b [<!ENTITY e 'text'>]><a/>"},
        ["a.wsdl:1: error: a document type declaration that cannot be left out [dtd]"],
    ),
    "nested too deep": (
        {"a.wsdl": "<a>" * 300 + "</a>" * 300},
        ["a.wsdl:1: error: elements nested deeper than 150 [limit]"],
    ),
    "a page instead of a WSDL": (
        {"a.wsdl": "\n<html><body/></html>"},
        [
            "a.wsdl:2: error: neither a WSDL nor a schema: its root is html [root]\n"
            "hint: a WSDL is mostly at the service's address with ?wsdl behind it; where a login is"
            " asked for, save it with a browser, and give the file"
        ],
    ),
    "a schema instead of a WSDL": (
        {"a.wsdl": schema()},
        [
            f"a.wsdl:1: error: not a WSDL: its root is {{{XSD}}}schema [root]\n"
            "hint: a schema has types and no operations: give the WSDL that imports it; where there"
            " is none, `soapwright infer` draws one from sample envelopes"
        ],
    ),
    "WSDL 2.0": (
        {"a.wsdl": '<description xmlns="http://www.w3.org/ns/wsdl"/>'},
        [
            "a.wsdl:1: error: WSDL 2.0: only WSDL 1.1 is read [wsdl-2]\n"
            "hint: services with a WSDL 2.0 mostly have a WSDL 1.1 too, at ?wsdl, where this is"
            " at ?wsdl2"
        ],
    ),
    "an included file that is missing": (
        {"a.wsdl": types(schema("\n" + INCLUDE.format("no.xsd")))},
        [
            "a.wsdl:3: warning: there is no file no.xsd: what it declares is not known"
            " [import]\nhint: --catalog FILE takes an OASIS XML catalog that says where it is"
        ],
    ),
    "an imported WSDL that is missing": (
        {"a.wsdl": wsdl('<w:import namespace="urn:b" location="../no.wsdl"/>')},
        [
            "a.wsdl:2: warning: there is no file ../no.wsdl: what it declares is not known"
            " [import]\nhint: --catalog FILE takes an OASIS XML catalog that says where it is"
        ],
    ),
    "an imported schema that is missing": (
        {"a.wsdl": types(schema(IMPORT.format("urn:b", "no.xsd")))},
        [
            "a.wsdl:2: warning: nothing that is here answers for no.xsd [import-missing]\n"
            "hint: --catalog FILE takes an OASIS XML catalog that says where it is"
        ],
    ),
    "an import from the network": (
        {"a.wsdl": types(schema(IMPORT.format("urn:b", "https://example.org/b.xsd")))},
        [
            "a.wsdl:2: warning: nothing that is here answers for"
            " https://example.org/b.xsd [import-missing]\n"
            "hint: --catalog FILE takes an OASIS XML catalog that says where it is"
            ", --allow-network fetches it"
        ],
    ),
    "a WSDL from the network": (
        {"a.wsdl": wsdl('<w:import location="http://example.org/b.wsdl"/>')},
        [
            "a.wsdl:2: warning: nothing that is here answers for"
            " http://example.org/b.wsdl [import-missing]\n"
            "hint: --catalog FILE takes an OASIS XML catalog that says where it is"
            ", --allow-network fetches it"
        ],
    ),
    "an import from the network that was saved beside": (
        {
            "a.wsdl": types(
                schema(IMPORT.format("urn:b", "https://example.org/v1/b%20b.xsd?x=1"))
            ),
            "b b.xsd": schema(INCLUDE.format("http://example.org/v1/c.xsd"), "urn:b"),
            "c.xsd": schema("", "urn:b"),
        },
        [
            "a.wsdl:2: warning: https://example.org/v1/b%20b.xsd?x=1 is not fetched:"
            " b b.xsd is taken [import-saved]",
            "b b.xsd:1: warning: http://example.org/v1/c.xsd is not fetched:"
            " c.xsd is taken [import-saved]",
        ],
    ),
    "an import of the machine that the WSDL was made on": (
        {
            "a.wsdl": types(schema(IMPORT.format("urn:b", "file:///C:/made/b.xsd"))),
            "b.xsd": schema(INCLUDE.format("C:\\made\\c%20c.xsd"), "urn:b"),
            "c c.xsd": schema(INCLUDE.format("/made/there/d.xsd"), "urn:b"),
            "d.xsd": schema("", "urn:b"),
        },
        [
            "a.wsdl:2: warning: file:///C:/made/b.xsd is not here:"
            " b.xsd is taken [import-saved]",
            "b.xsd:1: warning: C:\\made\\c%20c.xsd is not here:"
            " c c.xsd is taken [import-saved]",
            "c c.xsd:1: warning: /made/there/d.xsd is not here:"
            " d.xsd is taken [import-saved]",
        ],
    ),
    "an import from the network, beside a file that is something else": (
        {
            "a.wsdl": types(schema(IMPORT.format("urn:b", "http://example.org/b.xsd"))),
            "b.xsd": schema("", "urn:c"),
        },
        [
            "a.wsdl:2: warning: nothing that is here answers for"
            " http://example.org/b.xsd [import-missing]\n"
            "hint: --catalog FILE takes an OASIS XML catalog that says where it is"
            ", --allow-network fetches it"
        ],
    ),
    "a way through a folder that is not there": (
        {
            "a.wsdl": types(schema(IMPORT.format("urn:b", "./no/../b.xsd"))),
            "b.xsd": schema("", "urn:b"),
        },
        [],
    ),
    "an import of a namespace alone": (
        {"a.wsdl": wsdl('<w:import namespace="urn:b"/>')},
        [
            "a.wsdl:2: warning: nothing that is here answers for urn:b [import-missing]\n"
            "hint: --catalog FILE takes an OASIS XML catalog that says where it is"
        ],
    ),
    "every broken file, not the first alone": (
        {
            "a.wsdl": types(
                schema(INCLUDE.format("b.xsd") + "\n" + INCLUDE.format("c.xsd"))
            ),
            "b.xsd": "<broken",
            "c.xsd": "\n<page/>",
        },
        [
            "b.xsd:1: error: Couldn't find end of Start Tag broken line 1 [xml]",
            "c.xsd:2: error: neither a WSDL nor a schema: its root is page [root]",
        ],
    ),
    "an import of another namespace than the schema's": (
        {
            "a.wsdl": types(schema(IMPORT.format("urn:b", "b.xsd"))),
            "b.xsd": schema("", "urn:c"),
        },
        [
            "a.wsdl:2: warning: b.xsd is of urn:c, not of urn:b: its own is taken"
            " [import-namespace]",
        ],
    ),
    "a standard namespace that is used and not imported": (
        {
            "a.wsdl": types(
                schema(
                    '<x:element xmlns:a="http://www.w3.org/2005/08/addressing"'
                    ' name="e" type="a:EndpointReferenceType"/>'
                )
            ),
        },
        [
            "a.wsdl:1: warning: http://www.w3.org/2005/08/addressing is used without an"
            " import: it is taken in [import-implied]",
        ],
    ),
    "a draft of XML Schema": (
        {"a.wsdl": types(schema(uri=XSD2000))},
        [
            "a.wsdl:1: warning: a draft of XML Schema: read as the recommendation of 2001"
            " [old-schema]"
        ],
    ),
    "elements that a schema does not know": (
        {
            "a.wsdl": types(
                schema("\n<w:operation/><x:choice/>\n<x:element><x:any/></x:element>")
            )
        },
        [
            "a.wsdl:3: warning: element {http://schemas.xmlsoap.org/wsdl/}operation does"
            " not belong in xsd:schema: it is left out [schema-syntax]",
            "a.wsdl:3: warning: xsd:choice does not belong in xsd:schema: it is left out"
            " [schema-syntax]",
            "a.wsdl:4: warning: xsd:any does not belong in xsd:element: it is left out"
            " [schema-syntax]",
        ],
    ),
}


@pytest.mark.parametrize("files, expected", FINDINGS.values(), ids=FINDINGS.keys())
def test_findings(files: Files, expected: list[str], read: Read) -> None:
    documents, found = read(files)
    assert found == expected
    refused = documents is None or documents.unread.namespaces
    assert bool(refused) == any(": error: " in line for line in found)


def test_a_missing_entry(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(Path("no.wsdl"), [], Findings(), base=tmp_path)
    assert str(caught.value) == "no.wsdl:1: error: there is no such file [read]"


def test_an_entry_that_is_a_folder(write: Write) -> None:
    folder = write({"sub/a.wsdl": wsdl()})
    with pytest.raises(SpecError) as caught:
        load(Path("sub"), [], Findings(), base=folder)
    assert str(caught.value) == (
        "sub:1: error: this is a folder, not a file [read]\nhint: there is sub/a.wsdl"
    )


def test_a_file_that_is_too_big(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("soapwright.wsdl.parsing.MAX_BYTES", 100)
    folder = write({"a.wsdl": wsdl()})
    with pytest.raises(SpecError) as caught:
        load(Path("a.wsdl"), [], Findings(), base=folder)
    assert str(caught.value) == "a.wsdl:1: error: more than 100 bytes [limit]"


@pytest.mark.parametrize("depth, codes", [(150, []), (151, ["limit"])])
def test_how_deep_elements_may_nest(depth: int, codes: list[str]) -> None:
    findings = Findings()
    parse(b"<a>" * depth + b"</a>" * depth, "a", findings)
    assert [d.code for d in findings] == codes


def test_a_draft_may_nest_as_deep(read: Read) -> None:
    deep = '<x:complexType content="mixed" base="x:s">' * 147 + "</x:complexType>" * 147
    documents, found = read({"a.wsdl": types(schema(deep, uri=XSD2000))})
    assert documents is not None and len(found) > 1


@pytest.mark.parametrize("absolute", [False, True])
def test_files_are_named_as_the_entry_is(absolute: bool, write: Write) -> None:
    files = {
        "in/a.wsdl": types(schema(IMPORT.format("urn:b", "../other/b.xsd"))),
        "other/b.xsd": schema("<x:choice/>", "urn:b"),
    }
    folder = write(files)
    findings = Findings()
    entry = Path("in/a.wsdl")
    load(folder / entry if absolute else entry, [], findings, base=folder)
    shown = (folder / "other/b.xsd").as_posix() if absolute else "other/b.xsd"
    assert [d.at.path for d in findings] == [shown]


# --------------------------------------------------------------------------------- hostile documents


def test_a_document_type_is_read_over_wherever_its_brackets_stand() -> None:
    text = b"""<?xml version="1.0"?>
<!-- <!DOCTYPE no> -->
<!DOCTYPE a SYSTEM "http://example.org/a.dtd" [
  <!-- ]> ' -->
  <?pi ]> ?>
  <!ENTITY one "]>">
  <!ENTITY % two SYSTEM 'file:///etc/passwd'>
  %two;
  <!ATTLIST a b CDATA "c">
]>
<a/>"""
    findings = Findings()
    parsed = parse(text, "a", findings)
    assert parsed is not None and not list(findings)
    assert not parsed.root.keys() and source_line(parsed.root) == 11
    assert len(parsed.text) == len(text)


def test_entities_do_not_multiply() -> None:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 20)]
    text = f"<!DOCTYPE a [{''.join(lines)}]><a>&a19;</a>"
    findings = Findings()
    for codec in ("utf-8", "utf-16", "utf-32"):
        assert parse(text.encode(codec), "a", findings) is None
    assert [d.code for d in findings] == ["xml"]


def test_a_file_that_is_imported_and_no_xml_does_not_show(read: Read) -> None:
    secret = {"a.wsdl": types(schema(INCLUDE.format("b"))), "b": "root:x:0:0"}
    _, found = read(secret)
    assert found and "root:" not in "".join(found)


@given(st.binary(max_size=300))
@examples(300)
def test_any_bytes_are_read_or_found_fault_with(content: bytes) -> None:
    findings = Findings()
    assert (parse(content, "a", findings) is None) == bool(findings.errors)


@given(st.text(alphabet="<>!?-[]'\"&;% \nDOCTYPEa", max_size=60))
@examples(300)
def test_any_prolog_is_read_or_found_fault_with(prolog: str) -> None:
    findings = Findings()
    parsed = parse(f"{prolog}<a/>".encode(), "a", findings)
    assert (parsed is None) == bool(findings.errors)
    assert parsed is None or parsed.root.getroottree().docinfo.internalDTD is None


@pytest.mark.parametrize(
    "codec, named",
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        (
            "utf-8",
            "UTF-16",
        ),  # saved by an editor that does not know what it says inside
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("iso-8859-1", "ISO-8859-1"),
        ("windows-1252", "windows-1252"),
        ("shift_jis", "Shift_JIS"),
    ],
)
def test_character_sets(codec: str, named: str) -> None:
    letters = "日本" if codec == "shift_jis" else "é"
    content = f'<?xml version="1.0" encoding="{named}"?><a>{letters}</a>'.encode(codec)
    findings = Findings()
    parsed = parse(content, "a", findings)
    assert parsed is not None, list(findings)
    assert parsed.root.text == letters
    text = decode(content)
    assert text.encoded(text.utf8) == content


# ------------------------------------------------------------------------------- which documents come


def test_documents_come_in_the_order_of_their_imports(read: Read) -> None:
    files = {
        "a.wsdl": wsdl(
            '<w:import namespace="urn:b" location="b.wsdl"/>'
            f"<w:types>{schema(IMPORT.format('urn:c', 'c.xsd'))}{schema('', 'urn:e')}</w:types>"
            '<w:import namespace="urn:f" location="f.xsd"/>'
        ),
        "b.wsdl": wsdl(
            f"<w:types>{schema('', 'urn:b2')}</w:types>", 'targetNamespace="urn:b"'
        ),
        "c.xsd": schema(INCLUDE.format("d.xsd"), "urn:c"),
        "d.xsd": schema("", "urn:c"),
        "f.xsd": schema("", "urn:f"),
    }
    documents, found = read(files)
    assert found == []
    assert names(documents) == [
        ("b.wsdl", "urn:b2"),
        ("a.wsdl", "urn:t"),
        ("c.xsd", "urn:c"),
        ("d.xsd", "urn:c"),
        ("a.wsdl", "urn:e"),
        ("f.xsd", "urn:f"),
    ]
    assert documents is not None
    assert [(d.path, d.target_namespace) for d in documents.definitions] == [
        ("a.wsdl", "urn:t"),
        ("b.wsdl", "urn:b"),
    ]


def test_imports_may_go_in_circles(read: Read) -> None:
    files = {
        "a.wsdl": wsdl(
            '<w:import namespace="urn:b" location="b.wsdl"/>'
            '<w:import namespace="urn:t" location="./x/../a.wsdl"/>'
        ),
        "b.wsdl": wsdl(
            '<w:import namespace="urn:t" location="a.wsdl"/>'
            f"<w:types>{schema(INCLUDE.format('c.xsd'))}</w:types>",
            'targetNamespace="urn:b"',
        ),
        "c.xsd": schema(INCLUDE.format("c.xsd") + INCLUDE.format("d.xsd")),
        "d.xsd": schema(INCLUDE.format("c.xsd")),
        "x/keep": "",
    }
    documents, found = read(files)
    assert found == []
    assert names(documents) == [
        ("b.wsdl", "urn:t"),
        ("c.xsd", "urn:t"),
        ("d.xsd", "urn:t"),
    ]
    assert documents is not None and len(documents.definitions) == 2


def test_includes_may_be_nested_deeper_than_python_calls(read: Read) -> None:
    """A redefinition at the end of them counts for all that include it."""
    parts = [INCLUDE.format(f"{number + 1}.xsd") for number in range(1500)]
    parts.append('<x:redefine schemaLocation="base.xsd"/>')
    files = {f"{number}.xsd": schema(part) for number, part in enumerate(parts)}
    documents, found = read(
        {"a.wsdl": types(schema(parts[0])), **files, "base.xsd": schema()}
    )
    assert found == [] and documents is not None
    assert len(documents.schemas) == 1502
    levels = {one.path: one.level for one in documents.schemas}
    assert levels.pop("base.xsd") == 0 and set(levels.values()) == {1}


def test_a_chameleon_takes_each_includers_namespace(read: Read) -> None:
    files = {
        "a.wsdl": types(
            schema(INCLUDE.format("c.xsd")) + schema(INCLUDE.format("c.xsd"), "urn:u")
        ),
        "c.xsd": schema(INCLUDE.format("d.xsd") + "\n<x:element name='e'/>", ""),
        "d.xsd": schema("\n\n<x:element name='f'/>", ""),
    }
    documents, found = read(files)
    assert found == [] and documents is not None
    assert names(documents) == [
        ("a.wsdl", "urn:t"),
        ("c.xsd", "urn:t"),
        ("d.xsd", "urn:t"),
        ("a.wsdl", "urn:u"),
        ("c.xsd", "urn:u"),
        ("d.xsd", "urn:u"),
    ]
    assert [s.path for s in documents.sources] == ["a.wsdl", "c.xsd", "d.xsd"]
    for document in (documents.schemas[2], documents.schemas[5]):
        assert str(documents.location(document.root[0])) == "d.xsd:3"


def test_a_redefined_schema_comes_too(read: Read) -> None:
    redefine = (
        '<x:redefine schemaLocation="b.xsd"><x:simpleType name="s"/></x:redefine>'
    )
    documents, found = read({"a.wsdl": types(schema(redefine)), "b.xsd": schema()})
    assert found == [] and documents is not None
    assert names(documents) == [("a.wsdl", "urn:t"), ("b.xsd", "urn:t")]
    assert [n.tag for n in documents.schemas[0].root] == [f"{{{XSD}}}redefine"]


def test_an_import_may_stand_in_types_without_a_schema(read: Read) -> None:
    files = {
        "a.wsdl": types(IMPORT.format("urn:b", "b.xsd")),
        "b.xsd": schema("", "urn:b"),
    }
    documents, found = read(files)
    assert found == [] and names(documents) == [("b.xsd", "urn:b")]


def test_a_schema_that_documentation_shows_is_none(read: Read) -> None:
    shown = f"<w:documentation>{schema('', 'urn:u')}{IMPORT.format('urn:v', 'no.xsd')}"
    inside = (
        f"<x:annotation><x:appinfo>{schema('', 'urn:w')}</x:appinfo></x:annotation>"
    )
    text = wsdl(f"{shown}</w:documentation><w:types>{schema(inside)}</w:types>")
    documents, found = read({"a.wsdl": text})
    assert found == [] and names(documents) == [("a.wsdl", "urn:t")]


def test_a_schema_may_be_imported_by_a_wsdl_that_names_no_namespace(read: Read) -> None:
    files = {
        "a.wsdl": wsdl('<w:import location="b.xsd"/>'),
        "b.xsd": schema("", "urn:b"),
    }
    documents, found = read(files)
    assert found == [] and names(documents) == [("b.xsd", "urn:b")]


def test_an_import_may_lead_to_the_schemas_of_a_wsdl(read: Read) -> None:
    files = {
        "a.wsdl": types(schema(IMPORT.format("urn:b", "b.wsdl"))),
        "b.wsdl": types(schema("", "urn:b") + schema("", "urn:c")),
    }
    documents, found = read(files)
    assert found == [] and documents is not None
    assert names(documents) == [
        ("a.wsdl", "urn:t"),
        ("b.wsdl", "urn:b"),
        ("b.wsdl", "urn:c"),
    ]
    assert len(documents.definitions) == 1


def test_a_namespace_may_be_imported_from_a_schema_beside(read: Read) -> None:
    by_name = '<x:import namespace="urn:u"/>'
    elsewhere = IMPORT.format("urn:u", "http://example.org/u.xsd")
    files = {"a.wsdl": types(schema(by_name + elsewhere) + schema("", "urn:u"))}
    documents, found = read(files)
    assert found == [] and names(documents) == [
        ("a.wsdl", "urn:t"),
        ("a.wsdl", "urn:u"),
    ]


def test_what_every_schema_knows_need_not_be_there(read: Read) -> None:
    imports = "".join(
        f'<x:import namespace="{uri}"/>'
        for uri in (XSD, f"{XSD}-instance", "http://schemas.xmlsoap.org/wsdl/")
    )
    documents, found = read({"a.wsdl": types(schema(imports))})
    assert found == [] and len(names(documents)) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://www.w3.org/2005/08/addressing/ws-addr.xsd",
        "https://www.w3.org/2005/08/addressing/",
        "",
    ],
)
def test_standard_schemas_are_at_hand(location: str, read: Read) -> None:
    namespace = "http://www.w3.org/2005/08/addressing"
    documents, found = read(
        {"a.wsdl": types(schema(IMPORT.format(namespace, location)))}
    )
    assert found == [] and documents is not None
    assert names(documents)[1:] == [("soapwright:ws-addressing.xsd", namespace)]
    assert [s.standard for s in documents.schemas] == [False, True]


@pytest.mark.parametrize("location", ["no/file.xsd", "http://shop.example/?xsd=xsd2"])
def test_a_standard_that_stands_for_another_document_is_found(
    location: str, read: Read
) -> None:
    namespace = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
    documents, found = read(
        {"a.wsdl": types(schema(IMPORT.format(namespace, location)))}
    )
    assert documents is not None
    shown = "soapwright:ms-serialization-arrays.xsd"
    assert names(documents)[1] == (shown, namespace)
    assert found[0].startswith(
        f"a.wsdl:2: warning: nothing that is here answers for {location}: the bundled"
        f" schema of {namespace} is taken [import-missing]"
    )


def test_a_services_own_schema_hides_the_bundled_one(read: Read) -> None:
    """Saved beside under the name that its URL ends in, though the namespace is a standard's."""
    namespace = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
    files = {
        "a.wsdl": types(
            schema(IMPORT.format(namespace, "http://shop.example/arrays.xsd"))
        ),
        "arrays.xsd": schema(namespace=namespace),
    }
    documents, found = read(files)
    assert documents is not None
    assert names(documents)[1] == ("arrays.xsd", namespace)
    assert not any(schema.standard for schema in documents.schemas)
    assert ["[import-saved]" in line for line in found] == [True]


def test_a_users_own_copy_of_a_standard_comes_first(read: Read) -> None:
    namespace = "http://www.w3.org/2005/08/addressing"
    files = {
        "a.wsdl": types(
            schema(f'<x:import namespace="{namespace}"/>')
            + schema(IMPORT.format(namespace, "own.xsd"), "urn:u")
        ),
        "own.xsd": schema("", namespace),
    }
    documents, found = read(files)
    assert found == []
    assert ("soapwright:ws-addressing.xsd", namespace) not in names(documents)


@pytest.mark.parametrize(
    "uri, use",
    [
        ("http://schemas.xmlsoap.org/soap/encoding/", 'type="p:string"'),
        ("http://www.w3.org/XML/1998/namespace", 'ref="xml:lang"'),
    ],
)
def test_what_nobody_imports_comes_unasked(uri: str, use: str, read: Read) -> None:
    declared = "" if "xml:" in use else f' xmlns:p="{uri}"'
    documents, found = read({"a.wsdl": types(schema(f"<x:element{declared} {use}/>"))})
    assert found == [] and names(documents)[1][1] == uri


def test_a_prefix_that_is_only_declared_brings_nothing(read: Read) -> None:
    attributes = 'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" name="soap" xml:lang="en"'
    documents, found = read({"a.wsdl": wsdl(attributes=attributes)})
    assert found == [] and names(documents) == []


@pytest.mark.parametrize(
    "location, file",
    [
        ("my%20types.xsd", "my types.xsd"),
        ("my%20types.xsd", "my%20types.xsd"),
        (".\\sub\\b.xsd", "sub/b.xsd"),
        ("  b.xsd\n", "b.xsd"),
        ("b.xsd#part", "b.xsd"),
        ("Service.svc?xsd=xsd0", "Service.svc?xsd=xsd0"),
        ("b.xsd?version=2", "b.xsd"),
        ("B.XSD", "b.xsd"),
        ("file:b.xsd", "b.xsd"),
        ("file://{folder}/b.xsd", "b.xsd"),
        ("{folder}/b.xsd", "b.xsd"),
        ("b%C3%A9.xsd", "bé.xsd"),
    ],
)
def test_locations(location: str, file: str, write: Write, read: Read) -> None:
    folder = write({file: schema("", "urn:b")})
    location = location.format(folder=folder.as_posix())
    documents, found = read({"a.wsdl": types(schema(IMPORT.format("urn:b", location)))})
    assert found == [] and names(documents)[1:] == [(file, "urn:b")]


@pytest.mark.parametrize(
    "location", ["%00", "http://[", "x" * 5000, "file://host/b.xsd", "\\\\\\"]
)
def test_locations_that_are_none(location: str, read: Read) -> None:
    documents, found = read({"a.wsdl": types(schema(IMPORT.format("urn:b", location)))})
    assert documents is not None and [
        line.rpartition("[")[2][:14] for line in found
    ] == ["import-missing"]


def test_a_file_is_one_document_however_it_is_reached(write: Write, read: Read) -> None:
    folder = write({"b.xsd": schema("", "urn:b"), "sub/keep": ""})
    (folder / "link.xsd").symlink_to(folder / "b.xsd")
    (folder / "copy.xsd").write_bytes((folder / "b.xsd").read_bytes())
    locations = ("b.xsd", "./sub/../b.xsd", "link.xsd", "copy.xsd")
    imports = "".join(IMPORT.format("urn:b", location) for location in locations)
    documents, found = read({"a.wsdl": types(schema(imports))})
    assert found == [] and names(documents) == [("a.wsdl", "urn:t"), ("b.xsd", "urn:b")]


# -------------------------------------------------------------------------------- the trees given out


def test_a_schemas_text_has_every_namespace_that_its_values_use(read: Read) -> None:
    inside = f"""<w:types>
      <x:schema targetNamespace="urn:t" xmlns:over="urn:inner">
        <x:element name="e" type="outer:A"/>
        <x:element xmlns:q1="urn:outer" name="f" type="q1:B"/>
        <x:element name="g" type="over:C"/>
      </x:schema></w:types>"""
    attributes = 'xmlns:outer="urn:outer" xmlns:over="urn:no" xmlns="urn:default"'
    documents, found = read({"a.wsdl": wsdl(inside, attributes)})
    assert found == [] and documents is not None
    again = etree.fromstring(etree.tostring(documents.schemas[0].root))
    assert again.nsmap == {
        "x": XSD,
        "w": "http://schemas.xmlsoap.org/wsdl/",
        "outer": "urn:outer",
        "over": "urn:inner",
        None: "urn:default",
    }
    assert again[1].nsmap["q1"] == "urn:outer"


def test_documentation_is_plain_text_and_nothing_foreign_stays(read: Read) -> None:
    inside = """stray
      <x:annotation><x:appinfo><thing/></x:appinfo>
        <x:documentation>One <b>bold</b>
          line.<p>A paragraph.</p>After.

          Last.</x:documentation></x:annotation>
      <x:element name="e">more<x:documentation>Misplaced.</x:documentation><x:complexType>
        <x:attribute xmlns:m="urn:m" name="a" m:extra="kept"/></x:complexType></x:element>tail"""
    documents, found = read({"a.wsdl": types(schema(inside) + "text")})
    assert found == [] and documents is not None
    root = documents.schemas[0].root
    texts = [n.text for n in root.iter(f"{{{XSD}}}documentation")]
    assert texts == ["One bold line.\n\nA paragraph.\n\nAfter.\n\nLast.", "Misplaced."]
    assert [n.tag for n in root[1]] == [f"{{{XSD}}}annotation", f"{{{XSD}}}complexType"]
    assert all(str(n.tag).startswith(f"{{{XSD}}}") for n in root.iter("*"))
    assert "appinfo" not in etree.tostring(root).decode()
    assert root[1][1][0].get("{urn:m}extra") == "kept"
    assert "".join(root.itertext()) == "".join(texts)  # type: ignore[arg-type]  # all are text
    made = root[1][0][0]
    assert str(documents.location(made)) == "a.wsdl:8"


def test_lines_beyond_what_lxml_counts(read: Read) -> None:
    many = "\n".join(
        f'<x:element name="e{i}"/><x:element name="f{i}"/>' for i in range(70_000)
    )
    files = {"a.wsdl": types(schema("\n" + many)), "b": ""}
    documents, found = read(files)
    assert found == [] and documents is not None
    nodes = list(documents.schemas[0].root)
    for index in (0, 1, 65_532 * 2, 65_533 * 2, 65_534 * 2 + 1, 139_998, 139_999):
        assert documents.location(nodes[index]).line == 3 + index // 2


# ------------------------------------------------------------------------------------ drafts of schemas

OLD = "http://www.w3.org/1999/XMLSchema"
DRAFTS = {
    "type names": (
        '<x:attribute name="a" type="x:timeInstant"/><x:element name="e" type="x:uriReference"/>',
        '<x:attribute name="a" type="x:dateTime"/><x:element name="e" type="x:anyURI"/>',
    ),
    "a simple type by attributes": (
        '<x:simpleType name="s" base="x:string"><x:annotation/><x:maxlength value="3"/></x:simpleType>',
        '<x:simpleType name="s"><x:annotation/><x:restriction base="x:string">'
        '<x:maxLength value="3"/></x:restriction></x:simpleType>',
    ),
    "a list by attributes": (
        '<x:simpleType name="s" base="x:integer" derivedBy="list"/>',
        '<x:simpleType name="s"><x:list itemType="x:integer"/></x:simpleType>',
    ),
    "facets": (
        '<x:simpleType name="s" base="x:decimal"><x:precision value="5"/><x:scale value="2"/>'
        '<x:period value="P1D"/></x:simpleType>',
        '<x:simpleType name="s"><x:restriction base="x:decimal"><x:totalDigits value="5"/>'
        '<x:fractionDigits value="2"/></x:restriction></x:simpleType>',
    ),
    "binary": (
        '<x:simpleType name="s" base="x:binary"><x:encoding value="hex"/></x:simpleType>'
        '<x:simpleType name="t"><x:restriction base="x:binary"><x:encoding value="base64"/>'
        "</x:restriction></x:simpleType>",
        '<x:simpleType name="s"><x:restriction base="x:hexBinary"/></x:simpleType>'
        '<x:simpleType name="t"><x:restriction base="x:base64Binary"/></x:simpleType>',
    ),
    "elements without a group": (
        '<x:complexType name="c"><x:attribute name="a"/><x:element name="e"/><x:any/></x:complexType>',
        '<x:complexType name="c"><x:sequence><x:element name="e"/><x:any/></x:sequence>'
        '<x:attribute name="a"/></x:complexType>',
    ),
    "one group": (
        '<x:complexType name="c" content="mixed"><x:choice maxOccurs="*"><x:element name="e"/>'
        "</x:choice></x:complexType>",
        '<x:complexType name="c" mixed="true"><x:choice maxOccurs="unbounded">'
        '<x:element name="e"/></x:choice></x:complexType>',
    ),
    "groups with an order": (
        '<x:complexType name="c"><x:group order="choice" minOccurs="0"><x:element name="e"/></x:group>'
        '</x:complexType><x:group name="g" order="all"><x:element name="e"/></x:group>',
        '<x:complexType name="c"><x:choice minOccurs="0"><x:element name="e"/></x:choice>'
        '</x:complexType><x:group name="g"><x:all><x:element name="e"/></x:all></x:group>',
    ),
    "a group of its own in a group with an order": (
        '<x:group name="g" order="choice"><x:annotation/><x:sequence/></x:group>',
        '<x:group name="g"><x:annotation/><x:choice><x:sequence/></x:choice></x:group>',
    ),
    "derivation by attributes": (
        '<x:complexType name="c" base="t:d" derivedBy="extension" content="elementOnly">'
        '<x:element name="e"/><x:attribute name="a"/></x:complexType>',
        '<x:complexType name="c"><x:complexContent><x:extension base="t:d"><x:sequence>'
        '<x:element name="e"/></x:sequence><x:attribute name="a"/></x:extension>'
        "</x:complexContent></x:complexType>",
    ),
    "simple content": (
        '<x:complexType name="c" base="x:uriReference" derivedBy="extension"><x:attribute name="a"/>'
        '</x:complexType><x:complexType name="d" content="textOnly"/>',
        '<x:complexType name="c"><x:simpleContent><x:extension base="x:anyURI">'
        '<x:attribute name="a"/></x:extension></x:simpleContent></x:complexType>'
        '<x:complexType name="d"><x:simpleContent><x:extension base="x:string"/>'
        "</x:simpleContent></x:complexType>",
    ),
    "uses of attributes": (
        '<x:attributeGroup name="g"><x:attribute name="a" minOccurs="1"/>'
        '<x:attribute name="b" maxOccurs="0"/><x:attribute name="c" use="default" value="v"/>'
        '<x:attribute name="d" use="fixed" value="v"/><x:attribute name="e" use="required"/>'
        "</x:attributeGroup>",
        '<x:attributeGroup name="g"><x:attribute name="a" use="required"/>'
        '<x:attribute name="b" use="prohibited"/><x:attribute name="c" default="v"/>'
        '<x:attribute name="d" fixed="v"/><x:attribute name="e" use="required"/>'
        "</x:attributeGroup>",
    ),
    "elements": (
        '<x:element name="e" nullable="true" equivClass="t:h" exact="extension"><x:key name="k"/>'
        "</x:element>",
        '<x:element name="e" nillable="true" substitutionGroup="t:h" block="extension"/>',
    ),
    "arrays of SOAP's encoding, in today's words": (
        '<x:complexType name="c"><x:complexContent><x:restriction base="t:Array"><x:annotation/>'
        '<x:attribute ref="t:arrayType" w:arrayType="x:timeInstant[,][]"/></x:restriction>'
        "</x:complexContent></x:complexType>",
        '<x:complexType name="c"><x:complexContent><x:restriction base="t:Array"><x:annotation/>'
        '<x:attribute ref="t:arrayType" w:arrayType="x:dateTime[,][]"/></x:restriction>'
        "</x:complexContent></x:complexType>",
    ),
}


@pytest.mark.parametrize("draft, recommendation", DRAFTS.values(), ids=DRAFTS.keys())
@pytest.mark.parametrize("uri", [OLD, XSD2000])
def test_drafts(uri: str, draft: str, recommendation: str, read: Read) -> None:
    documents, found = read({"a.wsdl": types(schema(draft, uri=uri))})
    assert [line[-12:] for line in found] == ["[old-schema]"] and documents is not None
    expected, again = read({"b.wsdl": types(schema(recommendation))})
    assert again == [] and expected is not None
    assert _tree(documents.schemas[0].root) == _tree(expected.schemas[0].root)


def test_a_draft_may_stand_beside_the_recommendation(read: Read) -> None:
    both = types(
        f'<d:schema xmlns:d="{OLD}" xmlns:r="{XSD}" targetNamespace="urn:d">\n'
        '<d:element name="e" type="d:timeInstant"/><d:element name="f" type="r:time"/></d:schema>'
        + schema('<x:element name="g" type="x:timeInstant"/>')
    )
    documents, _ = read({"a.wsdl": both})
    assert documents is not None
    assert [n.get("type") for s in documents.schemas for n in s.root] == [
        "d:dateTime",
        "r:time",
        "x:timeInstant",
    ]
    assert str(documents.location(documents.schemas[0].root[1])) == "a.wsdl:3"


def _tree(node: etree._Element) -> object:
    return (
        node.tag,
        sorted((str(k), str(v)) for k, v in node.attrib.items()),
        [_tree(child) for child in node],
    )


# ---------------------------------------------------------------------------------------- what is kept


def sources(documents: Documents | None) -> dict[str, str]:
    assert documents is not None
    return {s.path: s.content.decode() for s in documents.sources}


def test_documents_in_place_are_kept_byte_for_byte(read: Read) -> None:
    files = {
        "in/a.wsdl": types(schema(IMPORT.format("urn:b", "sub/b%20b.xsd"))),
        "in/sub/b b.xsd": schema(IMPORT.format("urn:t", "../c.xsd"), "urn:b"),
        "in/c.xsd": schema(),
        "in/unused.xsd": schema(),
    }
    documents, _ = read(files)
    kept = ("a.wsdl", "sub/b b.xsd", "c.xsd")
    assert sources(documents) == {name: files[f"in/{name}"] for name in kept}


def test_documents_from_elsewhere_are_brought_together(read: Read) -> None:
    wsa = "http://www.w3.org/2005/08/addressing"
    files = {
        "in/a.wsdl": types(
            schema(
                f"{IMPORT.format('urn:b', '../b.xsd')}<!-- {IMPORT.format('urn:b', '../b.xsd')} -->"
                f"{IMPORT.format('urn:c', '../other/b.xsd')}{IMPORT.format(wsa, wsa)}"
                """<x:import schemaLocation = '../b.xsd' id=">" namespace="urn:b"/>"""
                '<x:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>'
            )
        ),
        "b.xsd": schema(IMPORT.format("urn:d", "in/sub/d.xsd"), "urn:b"),
        "other/b.xsd": schema("", "urn:c"),
        "in/sub/d.xsd": schema("", "urn:d"),
    }
    documents, found = read(files)
    assert found == []
    entry = types(
        schema(
            f"{IMPORT.format('urn:b', 'imported/b.xsd')}<!-- {IMPORT.format('urn:b', '../b.xsd')} -->"
            f"{IMPORT.format('urn:c', 'imported/b-2.xsd')}"
            f"{IMPORT.format(wsa, 'imported/ws-addressing.xsd')}"
            """<x:import schemaLocation = "imported/b.xsd" id=">" namespace="urn:b"/>"""
            '<x:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>'
        )
    )
    kept = sources(documents)
    assert list(kept) == [
        "a.wsdl",
        "imported/b.xsd",
        "sub/d.xsd",
        "imported/b-2.xsd",
        "imported/ws-addressing.xsd",
    ]
    assert kept["a.wsdl"] == entry
    assert kept["imported/b.xsd"] == schema(
        IMPORT.format("urn:d", "../sub/d.xsd"), "urn:b"
    )


def test_a_standard_is_kept_with_what_it_imports(read: Read) -> None:
    url = "http://docs.oasis-open.org/wsrf/r-2.xsd"
    imports = IMPORT.format("http://docs.oasis-open.org/wsrf/r-2", url)
    documents, found = read({"a.wsdl": types(schema(imports))})
    assert found == []
    kept = sources(documents)
    assert list(kept)[1:] == [
        "imported/wsrf-resource.xsd",
        "imported/wsrf-basefaults.xsd",
        "imported/ws-addressing.xsd",
        "imported/xml.xsd",
    ]
    assert 'schemaLocation="wsrf-basefaults.xsd"' in kept["imported/wsrf-resource.xsd"]


def test_what_a_catalog_answers_is_brought_along(read: Read) -> None:
    files = {
        "a.wsdl": types(schema('<x:import namespace="urn:b" />')),
        "catalog.xml": '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
        '<uri name="urn:b" uri="b.xsd"/></catalog>',
        "b.xsd": schema("", "urn:b"),
    }
    documents, found = read(files, "catalog.xml")
    assert found == []
    assert sources(documents)["a.wsdl"] == types(
        schema('<x:import namespace="urn:b" schemaLocation="b.xsd"/>')
    )


def test_rewritten_documents_keep_their_character_set(read: Read) -> None:
    head = '<?xml version="1.0" encoding="utf-16"?><!-- é -->'
    entry = head + types(schema(IMPORT.format("urn:b", "../b.xsd")))
    files: Files = {"in/a.wsdl": entry.encode("utf-16"), "b.xsd": schema("", "urn:b")}
    documents, _ = read(files)
    assert documents is not None
    assert documents.sources[0].content == entry.replace(
        "../b.xsd", "imported/b.xsd"
    ).encode("utf-16")


def test_names_of_kept_files_are_harmless(write: Write, read: Read) -> None:
    odd = ("t.xsd", "T.xsd", "a:b?c=1&d.xsd", "..hidden", "-rf")
    imports = "".join(
        f"<x:import namespace='urn:{i}' schemaLocation='../o/{_quoted(n)}'/>"
        for i, n in enumerate(odd)
    )
    files = {"in/a.wsdl": types(schema(imports))}
    files |= {f"o/{name}": schema("", f"urn:{i}") for i, name in enumerate(odd)}
    documents, found = read(files)
    assert found == [] and documents is not None
    assert [s.path for s in documents.sources] == [
        "a.wsdl",
        "imported/t.xsd",
        "imported/T-2.xsd",
        "imported/a_b_c_1_d.xsd",
        "imported/..hidden",
        "imported/-rf",
    ]


def _quoted(name: str) -> str:
    return name.replace("?", "%3F").replace("&", "&amp;").replace(":", "%3A")


_FOLDERS = st.sampled_from(["", "in/", "in/sub/", "out/", "out/in/", "x y/"])


@given(
    st.lists(_FOLDERS, min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8),
)
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_kept_reads_as_what_was_read(
    tmp_path_factory: pytest.TempPathFactory,
    folders: list[str],
    edges: list[tuple[int, int]],
) -> None:
    """Any graph of files in any folders: what is kept reads the same, and keeps itself."""
    paths = ["in/a.wsdl", *(f"{folder}f{i}.xsd" for i, folder in enumerate(folders))]
    edges = [
        (0, 1),
        *((a % len(paths), b % len(paths)) for a, b in edges if b % len(paths)),
    ]
    files = {}
    for number, path in enumerate(paths):
        imports = "".join(
            IMPORT.format(f"urn:{b}", _relative(path, paths[b]))
            for a, b in edges
            if a == number
        )
        text = schema(imports, f"urn:{number}")
        files[path] = text if number else types(text)
    first = _load(tmp_path_factory.mktemp("first"), files, "in/a.wsdl")
    kept = {s.path: s.content.decode() for s in first.sources}
    assert not any(".." in name or name.startswith("/") for name in kept)
    second = _load(tmp_path_factory.mktemp("second"), kept, "a.wsdl")
    assert [s.target_namespace for s in second.schemas] == [
        s.target_namespace for s in first.schemas
    ]
    assert second.sources == first.sources


def _relative(path: str, target: str) -> str:
    up = "../" * path.count("/")
    return (up + target).replace(" ", "%20")


def _load(folder: Path, files: Files, entry: str) -> Documents:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(
            content.encode() if isinstance(content, str) else content
        )
    findings = Findings()
    documents = load(Path(entry), [], findings, base=folder)
    assert not list(findings)
    return documents


# ------------------------------------------------------------------------------------------ real WSDLs


@pytest.mark.slow
def test_every_real_wsdl_loads(corpus: list[Path]) -> None:
    """And what is kept of each reads the same; big ones are left to the corpus run."""
    for entry in corpus:
        folder = next(p for p in entry.parents if (p / "SOURCE.txt").exists())
        if sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) > BIG:
            continue
        documents = load(entry, [], Findings())
        assert documents.definitions and documents.sources, entry
        for document in documents.schemas:
            again = etree.fromstring(etree.tostring(document.root))
            assert _tree(again) == _tree(document.root), entry


# ------------------------------------------------------------------- what is no XML document


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty [xml]"),
        (b" \n", "the file is empty [xml]"),
        (b"\x1f\x8b\x08\0", "not XML but packed by gzip: unpack it first [xml]"),
        (b"PK\x03\x04", "not XML but packed by zip: unpack it first [xml]"),
        (b"\x7fELF\x02\0\xff", "a byte that is not utf-8: invalid start byte"),
        (
            b"# shop\nopenapi: 3.1.0\n",
            "not XML but YAML [xml]\nhint: a service that is",
        ),
        (b"swagger: '2.0'\n", "described by YAML (OpenAPI) is not one of SOAP"),
    ],
)
def test_a_file_of_another_kind(content: bytes, expected: str, read: Read) -> None:
    documents, (found,) = read({"a.wsdl": content})
    assert documents is None
    assert expected in found and found.startswith("a.wsdl:")


def test_a_discovery_file(read: Read) -> None:
    disco = '<discovery xmlns="http://schemas.xmlsoap.org/disco/"/>'
    _, found = read({"a.wsdl": disco})
    assert found == [
        "a.wsdl:1: error: neither a WSDL nor a schema, but a discovery file [root]\n"
        "hint: give it one of the WSDLs that its contractRef elements name"
    ]
