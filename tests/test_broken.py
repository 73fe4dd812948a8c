"""Whatever is wrong with a WSDL: findings, or a package that Python can read; never a traceback."""

from __future__ import annotations

import ast
import copy
import re
from contextlib import chdir
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT, Run
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from randomness import examples
from lxml import etree

from soapwright.model.diagnostics import Findings, SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.runtime.errors.errors import DecodeError
from soapwright.runtime.xml import parsing as envelopes
from soapwright.wsdl import parsing

CASES = sorted((ROOT / "tests" / "cases").glob("*/service.wsdl"))
XSD = "{http://www.w3.org/2001/XMLSchema}"
TAGS = (
    "all any attribute choice complexContent element extension group list restriction sequence"
    " simpleContent union"
).split()
ATTRIBUTES = (
    "abstract base default element fixed form itemType maxOccurs memberTypes message minOccurs mixed"
    " name nillable ref substitutionGroup type use"
).split()
VALUES = [
    "",
    "0",
    "5",
    ":",
    "a b",
    "true",
    "unbounded",
    "tns:x",
    "xsd:int",
    "xsd:anyType",
]


@cache
def case(path: Path) -> bytes:
    return path.read_bytes()


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A case's WSDL after one to three accidents."""
    parser = etree.XMLParser(resolve_entities=False)
    try:
        root = etree.fromstring(case(draw(st.sampled_from(CASES))), parser)
    except etree.XMLSyntaxError:  # a case that is not well-formed itself
        root = etree.fromstring(case(CASES[0]), parser)
    for _ in range(draw(st.integers(1, 3))):
        nodes = [node for node in root.iter("{*}*") if node is not root]
        if not nodes:
            break
        node, other = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        parent = node.getparent()
        assert parent is not None
        match draw(
            st.sampled_from(["drop", "repeat", "move", "rename", "set", "unset", "mix"])
        ):
            case "drop":
                parent.remove(node)
            case "repeat":
                parent.append(copy.deepcopy(node))
            case "move":
                other.append(copy.deepcopy(node))
            case "rename":
                node.tag = XSD + draw(st.sampled_from(TAGS))
            case "set":
                node.set(
                    draw(st.sampled_from(ATTRIBUTES)), draw(st.sampled_from(VALUES))
                )
            case "unset" if node.attrib:
                del node.attrib[draw(st.sampled_from(sorted(map(str, node.attrib))))]
            case "mix" if node.attrib and other.attrib:
                name = draw(st.sampled_from(sorted(map(str, node.attrib))))
                node.set(name, str(draw(st.sampled_from(list(other.attrib.values())))))
    return etree.tostring(root)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken")


@given(wsdl=broken())
@examples(60, database=None, suppress_health_check=list(HealthCheck))
def test_any_accident(wsdl: bytes, folder: Path) -> None:
    (folder / "service.wsdl").write_bytes(wsdl)
    with chdir(folder):
        try:
            package = generate(Path("service.wsdl"), Options("accident"))
        except SpecError as error:
            assert any(": error: " in str(d) for d in error.diagnostics)
            return
    for path, content in package.files.items():
        if path.endswith(".py") and not path.startswith("_soap/"):
            ast.parse(content, path)


# ------------------------------------------------------------------------- known accidents

CIRCLES = {
    "a type that extends itself": """
        <xsd:complexType name="T"><xsd:complexContent><xsd:extension base="tns:T"/>
        </xsd:complexContent></xsd:complexType>""",
    "types that extend each other": """
        <xsd:complexType name="T"><xsd:complexContent><xsd:extension base="tns:U"/>
        </xsd:complexContent></xsd:complexType>
        <xsd:complexType name="U"><xsd:complexContent><xsd:extension base="tns:T"/>
        </xsd:complexContent></xsd:complexType>""",
    "simple content of itself": """
        <xsd:complexType name="T"><xsd:simpleContent><xsd:extension base="tns:T"/>
        </xsd:simpleContent></xsd:complexType>""",
    "a simple type that restricts itself": """
        <xsd:simpleType name="T"><xsd:restriction base="tns:T"/></xsd:simpleType>""",
    "a union with itself": """
        <xsd:simpleType name="T"><xsd:union memberTypes="xsd:int tns:T"/></xsd:simpleType>""",
    "a list of itself": """
        <xsd:simpleType name="T"><xsd:list itemType="tns:T"/></xsd:simpleType>""",
}
WRONG_KINDS = {
    "a simple type of a complex one": """
        <xsd:complexType name="C"><xsd:sequence/></xsd:complexType>
        <xsd:simpleType name="T"><xsd:restriction base="tns:C"/></xsd:simpleType>""",
    "a list of complex types": """
        <xsd:complexType name="C"><xsd:sequence/></xsd:complexType>
        <xsd:simpleType name="T"><xsd:list itemType="tns:C"/></xsd:simpleType>""",
    "an attribute of a complex type": """
        <xsd:complexType name="C"><xsd:sequence/></xsd:complexType>
        <xsd:complexType name="T"><xsd:attribute name="a" type="tns:C"/></xsd:complexType>""",
    "simple content of a complex type": """
        <xsd:complexType name="C"><xsd:sequence/></xsd:complexType>
        <xsd:complexType name="T"><xsd:simpleContent><xsd:extension base="tns:C"/>
        </xsd:simpleContent></xsd:complexType>""",
    "a value that its type has not": """
        <xsd:simpleType name="T"><xsd:restriction base="xsd:int">
        <xsd:enumeration value="one"/></xsd:restriction></xsd:simpleType>""",
}


IMPORT = "import o; [getattr(o.types, n) for n in dir(o.types)]; o.PORTS"


@pytest.mark.parametrize("what", CIRCLES)
def test_a_circle_ends_somewhere(what: str, tmp_path: Path, run: Run) -> None:
    code, said = generated(CIRCLES[what], tmp_path, run)
    assert code == 0, said
    assert re.search(r"^service\.wsdl:\d+: warning: .* \[circular\]$", said, re.M), said
    done = run("-c", IMPORT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("what", WRONG_KINDS)
def test_a_wrong_kind_is_found(what: str, tmp_path: Path, run: Run) -> None:
    """As an error, or as a warning beside a package that works."""
    code, said = generated(WRONG_KINDS[what], tmp_path, run)
    assert re.search(
        r"^service\.wsdl:\d+: (error|warning): .* \[[\w-]+\]$", said, re.M
    ), said
    if code == 0:
        done = run("-c", IMPORT, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def generated(types: str, folder: Path, run: Run) -> tuple[int, str]:
    """What comes of a WSDL whose operation needs the type T: the exit code, and the findings.

    In a process of its own: a circle may never end.
    """
    text = (ROOT / "tests" / "cases" / "bare" / "service.wsdl").read_text(
        encoding="utf-8"
    )
    text = text.replace('name="report" type="tns:Report"', 'name="report" type="tns:T"')
    text = text.replace("    </xsd:schema>", f"{types}\n    </xsd:schema>")
    (folder / "service.wsdl").write_text(text, encoding="utf-8")
    done = run(
        *(
            "-m",
            "soapwright",
            "generate",
            "service.wsdl",
            "--output",
            "o",
            "--package",
            "o",
        ),
        cwd=folder,
        timeout=20,
        PYTHONPATH=str(ROOT),
    )
    return done.returncode, done.stderr


# ------------------------------------------------------------------- what is broken costs only itself

BROKEN = ROOT / "tests" / "cases" / "broken-operations"


def generate_broken(folder: Path, run: Run, *options: str) -> tuple[int, str]:
    """What comes of the case with broken operations, with options."""
    command = ("-m", "soapwright", "generate", str(BROKEN / "service.wsdl"))
    done = run(*command, "--output", "o", "--package", "o", *options, cwd=folder)
    return done.returncode, done.stderr


def test_strict_makes_errors_of_what_is_mended(tmp_path: Path, run: Run) -> None:
    code, said = generate_broken(tmp_path, run, "--strict")
    assert code == 2 and not (tmp_path / "o").exists()
    assert "error: operation stop is left out: " in said
    assert ": warning: " not in said


def test_what_is_not_chosen_may_be_broken(tmp_path: Path, run: Run) -> None:
    chosen = ("--port", "Newer", "--include", "ping", "--strict")
    code, said = generate_broken(tmp_path, run, *chosen)
    assert (code, said) == (0, "")


def test_what_is_chosen_and_broken_is_an_error(tmp_path: Path, run: Run) -> None:
    code, said = generate_broken(tmp_path, run, "--include", "stop")
    assert code == 2
    assert "warning: operation stop is left out: " in said
    assert "error: no operation is left of those that are chosen [config]" in said


def test_docstrings_say_what_is_left_out(tmp_path: Path, run: Run) -> None:
    assert generate_broken(tmp_path, run)[0] == 0
    line = "* operation stop of port Plain: there is no message {urn:parts}NoMessage"
    for name in ("__init__.py", "ports.py"):
        text = (tmp_path / "o" / name).read_text(encoding="utf-8")
        assert line in text and str(tmp_path) not in text and str(BROKEN) not in text


ODD = 'xmlns:odd="no uri"'


@pytest.mark.parametrize(
    "text",
    [
        f"<a {ODD}><b></a>",
        f'<a {ODD} x="1" x="2"/>',
        f"<a {ODD}><other:b/></a>",
        f"<a {ODD}>&lost;</a>",
        f"<a {ODD}/>more",
        "<r>" + f"<a {ODD}/>" * 200 + "<b></r>",  # libxml2 stops to count its errors
    ],
)
def test_an_odd_namespace_lets_no_broken_xml_in(text: str) -> None:
    for read in (parse_spec, parse_envelope):
        assert read(text.encode()) is None
    assert parse_spec(f"<a {ODD}><odd:b/></a>".encode()) == "{no uri}b"
    assert parse_envelope(f"<a {ODD}><odd:b/></a>".encode()) == "{no uri}b"


BRACE = 'xmlns:odd="http://x/{y}z"'


@pytest.mark.parametrize(
    "text",
    [
        f'<a {BRACE}><b odd:c="1"/></a>',
        "<r>" + f"<a {ODD}/>" * 200 + f'<b {BRACE} odd:c="1"/></r>',
    ],
)
def test_an_attribute_with_a_brace_in_its_namespace_is_refused(text: str) -> None:
    """lxml, asked for `{http://x/{y}z}c`, looks for another."""
    assert parse_envelope(text.encode()) is None
    element = f"<a {BRACE}><odd:b/></a>"
    assert parse_envelope(element.encode()) == "{http://x/{y}z}b"


def parse_spec(text: bytes) -> str | None:
    """The first child of a document of a spec, None where it is refused."""
    findings = Findings()
    parsed = parsing.parse(text, "a.wsdl", findings)
    assert bool(findings.errors) == (parsed is None)
    return str(parsed.root[0].tag) if parsed is not None else None


def parse_envelope(text: bytes) -> str | None:
    """The first child of an envelope, None where it is refused."""
    try:
        return str(envelopes.parse(text)[0].tag)
    except DecodeError:
        return None
