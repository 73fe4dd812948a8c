"""A WSDL drawn from envelopes alone: the package that it gives reads and writes these envelopes."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT, Shell
from lxml import etree

from soapwright.model.api import SoapArray, Struct
from soapwright.model.diagnostics import Findings, SpecError
from soapwright.model.namespaces import XSD
from soapwright.model.options import Options
from soapwright.pipeline import generate, load
from soapwright.project.output import write_package
from soapwright.testing import assert_envelope
from soapwright.tools.infer.draw import Wanted, infer
from soapwright.tools.infer.values import type_of_texts

SAMPLES = ROOT / "spec" / "clickatell" / "samples"
CASES = ROOT / "tests" / "cases"
Make = Callable[..., ModuleType]
HEAD = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:n="urn:n" xmlns:o="urn:o"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/">'
)


ENCODED = 'e:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


def envelope(body: str, header: str = "") -> str:
    return f"{HEAD}{header}<e:Body>{body}</e:Body></e:Envelope>"


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """The package of a WSDL that is drawn from samples: texts by file name, or paths."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def made(*paths: Path, **texts: str) -> ModuleType:
        found = list(paths)
        for name, text in texts.items():
            path = tmp_path / f"{name}.xml"
            path.write_text(text, encoding="utf-8")
            found.append(path)
        wsdl = tmp_path / "drawn.wsdl"
        wsdl.write_bytes(infer(found, Wanted("drawn"), Findings()))
        write_package(tmp_path / "drawn", generate(wsdl, Options("drawn")).files)
        importlib.invalidate_caches()
        return importlib.import_module("drawn")

    yield made
    for name in [n for n in sys.modules if n.split(".")[0] == "drawn"]:
        del sys.modules[name]


def come_back(package: ModuleType, name: str, *texts: str | bytes) -> None:
    """Every envelope means the same after a way through the package."""
    (port,) = package.PORTS.values()
    operation = port.operations[name]
    for text in texts:
        sample = text.encode() if isinstance(text, str) else text
        way = "response" if b"Response" in sample else "request"
        value = getattr(operation, f"decode_{way}")(sample)
        headers = getattr(operation, f"decode_{way}_headers")(sample)
        assert_envelope(getattr(operation, f"encode_{way}")(value, headers), sample)


# --------------------------------------------------------------------- the documented samples


def test_the_documented_sample_alone_gives_a_client_that_writes_it_to_the_byte(
    make: Make,
) -> None:
    (path,) = SAMPLES.glob("01-*.xml")
    package = make(path)
    (port,) = package.PORTS.values()
    request = package.types.SendmsgRequest(
        api_id=1234,
        user="demo",
        password="demo",
        to=["2799912345", "27999123134"],
        from_="me",
        text="Initial test message",
    )
    packed = re.sub(rb">\s+<", b"><", path.read_bytes()).strip()
    assert port.operations["sendmsg"].encode_request(request) == packed


def test_what_no_sample_shows_may_be_anything(make: Make) -> None:
    (path,) = SAMPLES.glob("01-*.xml")
    package = make(path)
    (port,) = package.PORTS.values()
    reply = envelope(
        '<n:sendmsgResponse><return xsi:type="xsd:string">ID: 1</return></n:sendmsgResponse>'
    )
    sendmsg = port.operations["sendmsg"]
    assert sendmsg.decode_response(reply.encode()).return_ == "ID: 1"


def test_all_documented_documents_give_one_service(make: Make) -> None:
    paths = sorted(SAMPLES.glob("1[0-9]-doclit-*.xml"))
    package = make(*paths)
    (port,) = package.PORTS.values()
    assert set(port.operations) == {
        *("auth", "ping", "sendmsg", "querymsg", "delmsg", "routecoverage")
    }
    for path in paths:
        name = path.stem.split("-")[2]
        come_back(package, name, path.read_bytes())
    types = package.types
    assert types.Sendmsg.__annotations__["to"] == "list[str]"
    assert types.Sendmsg.__annotations__["from_"] == "str | None"


@pytest.mark.parametrize(
    "case",
    ["rpc-encoded", "faults-and-headers", "derived-types"],
)
def test_samples_of_a_known_service_come_back(case: str, make: Make) -> None:
    """Envelopes of the project's own cases, without their WSDL."""
    paths = [
        path
        for path in sorted((CASES / case / "samples").glob("*.xml"))
        if "fault" not in path.name and "Fault>" not in path.read_text("utf-8")
    ]
    package = make(*paths)
    for path in paths:
        come_back(package, path.name.split(".")[0], path.read_bytes())


# --------------------------------------------------------------------------- what is drawn


def test_what_one_has_and_another_lacks_is_optional(make: Make) -> None:
    one = envelope("<n:ask><a>1</a><b>x</b><c/></n:ask>")
    two = envelope("<n:ask><a>2.5</a><c>y</c><c>z</c></n:ask>")
    three = envelope('<n:ask k="7"><a>3</a><d xsi:nil="true"/><c/></n:ask>')
    package = make(one=one, two=two, three=three)
    assert package.types.Ask.__annotations__ == {
        "k": "int | None",
        "a": "Decimal",
        "b": "str | None",
        "d": "str | None | soap.Unset",
        "c": "list[str]",
    }
    come_back(package, "ask", one, two, three)


def test_elements_of_other_namespaces_and_text_with_attributes(make: Make) -> None:
    text = envelope(
        '<n:ask><o:part unit="g">1.50</o:part><o:list><o:part unit="kg">2.0</o:part>'
        "</o:list></n:ask>"
    )
    package = make(one=text)
    come_back(package, "ask", text)


def test_children_in_no_one_order_keep_theirs(make: Make) -> None:
    one = envelope("<n:ask><a>1</a><b>2</b><a>3</a></n:ask>")
    two = envelope("<n:ask><b>2</b><a>3</a></n:ask>")
    come_back(make(one=one, two=two), "ask", one, two)


def test_headers_are_declared(make: Make) -> None:
    header = '<e:Header><o:key>k</o:key><n:key e:mustUnderstand="1"/></e:Header>'
    text = envelope("<n:ask><a>1</a></n:ask>", header)
    package = make(one=text)
    come_back(package, "ask", text)
    assert "key" in package.Client.ask.__annotations__


def test_structs_and_arrays_of_the_encoding(make: Make) -> None:
    item = (
        '<i xsi:type="o:Item"><n xsi:type="xsd:int">{}</n>'
        '<s xsi:type="xsd:string">x</s></i>'
    )
    call = (
        '<n:ask e:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
        '<list xsi:type="enc:Array" enc:arrayType="o:Item[2]">'
        f"{item.format(1)}{item.format(2)}</list>"
        '<grid xsi:type="enc:Array" enc:arrayType="xsd:int[2,1]"><i xsi:type="xsd:int">1</i>'
        '<i xsi:type="xsd:int">2</i></grid><one xsi:type="o:Item" xsi:nil="true"/></n:ask>'
    )
    package = make(one=envelope(call))
    (port,) = package.PORTS.values()
    value = port.operations["ask"].decode_request(envelope(call).encode())
    assert [item.n for item in value.list] == [1, 2]
    assert value.grid == [[1], [2]]
    assert value.one is None
    again = port.operations["ask"].encode_request(value)
    assert port.operations["ask"].decode_request(again) == value


def test_references_are_followed(make: Make) -> None:
    text = envelope(
        '<n:ask e:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
        '<a href="#1"/><b href="#1"/></n:ask>'
        '<m id="1" xsi:type="o:Item"><n xsi:type="xsd:int">1</n></m>'
    )
    package = make(one=text)
    (port,) = package.PORTS.values()
    value = port.operations["ask"].decode_request(text.encode())
    assert (value.a.n, value.b.n) == (1, 1)


def test_what_an_array_refers_to_is_of_its_type(make: Make) -> None:
    text = envelope(
        f'<n:ask {ENCODED}><a xsi:type="enc:Array" enc:arrayType="o:T[1]"><i href="#1"/></a>'
        '</n:ask><m id="1" xmlns:z="urn:z"><p xsi:type="z:P"><q xsi:type="xsd:int">1</q></p></m>'
    )
    package = make(one=text)
    (port,) = package.PORTS.values()
    value = port.operations["ask"].decode_request(text.encode())
    assert value.a[0].p.q == 1


def test_grids_of_soap_12_come_back(make: Make) -> None:
    """Its arrays say the type and the sizes apart (SOAP 1.2, part 2, section 3.3)."""
    text = (
        envelope(
            '<n:ask e:encodingStyle="http://www.w3.org/2003/05/soap-encoding">'
            '<a xsi:type="enc:Array" enc:itemType="xsd:int" enc:arraySize="2 1">'
            '<i xsi:type="xsd:int">1</i><i xsi:type="xsd:int">2</i></a></n:ask>'
        )
        .replace(SOAP11, SOAP12)
        .replace(
            "schemas.xmlsoap.org/soap/encoding/", "www.w3.org/2003/05/soap-encoding"
        )
    )
    come_back(make(one=text), "ask", text)


def test_soap_12_may_speak_the_encoding_of_11(make: Make) -> None:
    text = envelope(f'<n:ask {ENCODED}><a xsi:type="xsd:int">1</a></n:ask>')
    text = text.replace(SOAP11, SOAP12)
    come_back(make(one=text), "ask", text)


def test_an_rpc_operation_is_what_its_element_is_called(make: Make) -> None:
    request = envelope(
        f'<n:askRequest {ENCODED}><a xsi:type="xsd:int">1</a></n:askRequest>'
    )
    package = make(one=request, two=envelope("<n:askResponse/>"))
    come_back(package, "askRequest", request)
    (port,) = package.PORTS.values()
    assert list(port.operations) == ["askRequest"]
    assert port.operations[
        "askRequest"
    ].encode_response  # the empty reply is encoded too


def test_names_that_go_together(make: Make) -> None:
    names = ("PingRQ", "PingRS", "Order", "OrderReply", "ReadReq", "ReadResp")
    texts = [envelope(f"<n:{name}/>") for name in (*names, "LogIn", "LogOut")]
    package = make(**{f"s{number}": text for number, text in enumerate(texts)})
    (port,) = package.PORTS.values()
    assert set(port.operations) == {"Ping", "Order", "Read", "LogIn", "LogOut"}


def test_an_empty_body_is_what_its_file_says(make: Make) -> None:
    package = make(
        **{
            "stop-request": envelope("<n:Stop><a>1</a></n:Stop>"),
            "stop-reply": envelope(""),
        }
    )
    (port,) = package.PORTS.values()
    assert port.operations["Stop"].decode_response(envelope("").encode()) is not None


def test_faults_are_declared_where_files_say_of_what(make: Make) -> None:
    fault = envelope(
        "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring>"
        "<detail><o:lost><by>3</by></o:lost></detail></e:Fault>"
    )
    package = make(
        **{
            "01-price-request": envelope("<n:GetPrice><a>1</a></n:GetPrice>"),
            "02-price-fault": fault,
            "03-ping-request": envelope("<n:Ping/>"),
        }
    )
    (port,) = package.PORTS.values()
    with pytest.raises(package.errors.Lost) as raised:
        port.operations["GetPrice"].decode_response(fault.encode())
    assert raised.value.detail.by == 3
    assert not port.operations["Ping"].faults


def test_neither_order_nor_folders_matter(tmp_path: Path) -> None:
    texts = {
        "a": "<n:ask><x>1</x></n:ask>",
        "b": "<n:ask><y>1</y></n:ask>",
        "c": "<n:tell><o:x>1</o:x></n:tell>",
        "d": "<o:first/>",
    }
    for name, body in texts.items():
        (tmp_path / f"{name}.xml").write_text(envelope(body))
    paths = sorted(tmp_path.glob("*.xml"))
    drawn = infer(paths, Wanted("drawn"), Findings())
    assert infer(paths[::-1], Wanted("drawn"), Findings()) == drawn
    (tmp_path / "other.xml").write_text("<other/>")
    findings = Findings()
    assert infer([tmp_path], Wanted("drawn"), findings) == drawn
    assert "other.xml:1: warning: no SOAP envelope" in "\n".join(map(str, findings))


@pytest.mark.parametrize(
    "bodies",
    [
        ("<n:ask><a>1</a></n:ask>",),
        ('<n:ask><o:a xml:lang="en" o:u="1">1</o:a><b><b>x</b></b></n:ask>',),
        ('<n:ask><a xsi:type="o:T"><x>1</x></a><a xsi:type="xsd:int">1</a></n:ask>',),
        ("<n:ask><f><f><f/></f></f></n:ask>", "<n:ask><f>x<f/>y</f></n:ask>"),
        ("<ask><a>1</a></ask>", "<ask><a>1</a><b/><a>1</a></ask>"),
    ],
)
def test_samples_are_valid_by_what_is_drawn(
    bodies: tuple[str, ...], tmp_path: Path
) -> None:
    """libxml2 says so of the schemas, each written to a file that the others import."""
    paths = [tmp_path / f"{number}.xml" for number in range(len(bodies))]
    for path, body in zip(paths, bodies, strict=True):
        path.write_text(envelope(body))
    root = etree.fromstring(infer(paths, Wanted("drawn"), Findings()))
    schemas = root.findall(f".//{{{XSD}}}schema")
    files = {
        schema.get("targetNamespace"): f"{n}.xsd" for n, schema in enumerate(schemas)
    }
    every = etree.Element(f"{{{XSD}}}schema", targetNamespace="urn:every")
    for schema in schemas:
        target = schema.get("targetNamespace")
        for imported in schema.findall(f"{{{XSD}}}import"):
            imported.set("schemaLocation", files[imported.get("namespace")])
        (tmp_path / files[target]).write_bytes(etree.tostring(schema))
        imported = etree.SubElement(every, f"{{{XSD}}}import")
        imported.set("schemaLocation", files[target])
        if target is not None:
            imported.set("namespace", target)
    (tmp_path / "every.xsd").write_bytes(etree.tostring(every))
    valid = etree.XMLSchema(file=str(tmp_path / "every.xsd"))
    for path in paths:
        call = etree.parse(path).getroot().find("{*}Body")[0]  # type: ignore[index]
        valid.assertValid(etree.fromstring(etree.tostring(call)))


def test_files_say_which_is_the_reply(make: Make) -> None:
    package = make(
        **{
            "price-request": envelope("<n:GetPrice><a>1</a></n:GetPrice>"),
            "price-reply": envelope("<n:Price>1.5</n:Price>"),
        }
    )
    (port,) = package.PORTS.values()
    (operation,) = port.operations.values()
    reply = envelope("<n:Price>1.5</n:Price>").encode()
    assert str(operation.decode_response(reply).price) == "1.5"


def test_documents_come_back(make: Make) -> None:
    bodies = [
        ("<a>5</a>", "<a/>"),
        ("<a>2026-02-30</a><b>2026-02-30T00:00:00Z</b><c>0000-01-01</c>",),
        ("<a>2026-02-20T00:00:00+15:00</a><b>-0</b><c>1.50</c><d>+5</d><e>.5</e>",),
        ("<x>1</x>", "<y>2</y>", "<x>1</x><y>2</y>"),
        ("<y>2</y>", "<x>1</x>", "<y>2</y><x>1</x>"),
        ('<a o:u="1" xml:lang="en" k="">x</a><b o:u="x"/>',),
        ('<a xsi:type="o:T"><x>1</x></a>', '<a xsi:type="o:U"><x>1</x></a>'),
        ("<f><n>a</n><f><n>b</n><f><n>c</n></f></f><f><n>d</n></f></f>",),
        ("<status><status>OK</status></status>",),
        ("<p>Hello <b>bold</b> and <i>it</i> end</p>",),
        ("<d>" * 60 + "x" + "</d>" * 60,),
    ]
    all_come_back(make, bodies, "")


def test_encoded_calls_come_back(make: Make) -> None:
    bodies = [
        ('<a xsi:type="xsd:int">1</a>', '<a xsi:type="xsd:string">x</a>'),
        ('<a xsi:type="o:T"><x xsi:type="xsd:int">1</x></a>',),
        ('<a xsi:type="o:Color">red</a><b xsi:type="o:Len" unit="m">5</b>',),
        (
            '<a xsi:type="o:U"><x xsi:type="xsd:int">1</x><y xsi:type="xsd:int">2</y>'
            '<x xsi:type="xsd:int">3</x></a>',
        ),
    ]
    all_come_back(make, bodies, ENCODED)


def test_qualified_members_are_read_and_written_without_a_namespace(
    make: Make,
) -> None:
    for prefix in "on":
        texts = [
            envelope(
                f'<n:ask {ENCODED}><a xsi:type="o:T"><{p}x xsi:type="xsd:int">1</{p}x></a></n:ask>'
            )
            for p in (f"{prefix}:", "")
        ]
        package = make(one=texts[0])
        ask = next(iter(package.PORTS.values())).operations["ask"]
        value = ask.decode_request(texts[0].encode())
        assert value.a.x == 1
        assert_envelope(ask.encode_request(value), texts[1].encode())


def all_come_back(make: Make, bodies: list[tuple[str, ...]], attributes: str) -> None:
    """The samples of many operations, in one service."""
    texts = {
        f"ask{number}": [
            envelope(f"<n:ask{number} {attributes}>{body}</n:ask{number}>")
            for body in samples
        ]
        for number, samples in enumerate(bodies)
    }
    files = {f"{n}-{i}": t for n, found in texts.items() for i, t in enumerate(found)}
    package = make(**files)
    for name, found in texts.items():
        come_back(package, name, *found)


def test_an_element_that_holds_its_like_has_one_type(make: Make) -> None:
    inner = "<f><n>b</n><f><n>c</n></f></f>"
    package = make(one=envelope(f"<n:ask><f><n>a</n>{inner}</f></n:ask>"))
    assert package.types.F.__annotations__["f"] == "t.F | None"


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["1", "2", "-3"], "int"),
        (["1", "2.5"], "decimal"),
        (["true", "false"], "boolean"),
        (["27999123456"], "string"),
        (["007"], "string"),
        (["1", "true"], "string"),
        (["2026-01-31"], "date"),
        (["2026-13-31"], "string"),
        (["2026-02-30"], "string"),
        (["1", ""], "string"),
        (["2026-01-31T10:00:00Z"], "dateTime"),
        ([], "string"),
    ],
)
def test_types_of_texts(texts: list[str], name: str) -> None:
    assert type_of_texts(texts) == name


# ------------------------------------------------------------------------ findings, command


@pytest.mark.parametrize(
    ("texts", "finding"),
    [
        (["<a/>"], "one.xml:1: error: no SOAP envelope: the root is a [sample]"),
        (["<a>"], "[xml]"),
        (
            [envelope("")],
            "one.xml:1: error: the Body is empty, and no other file is named like",
        ),
        ([envelope("<a/><b/>")], "error: the Body has 2 elements"),
        (
            [
                envelope("<n:ask/>"),
                envelope("<n:ask/>").replace(
                    "http://schemas.xmlsoap.org/soap/envelope/",
                    "http://www.w3.org/2003/05/soap-envelope",
                ),
            ],
            "two.xml:1: error: SOAP 1.2, and one.xml is 1.1 [sample]",
        ),
        ([envelope("<n:ask/>"), envelope("<o:ask/>")], "error: {urn:o}ask, and"),
        (
            [
                envelope('<n:ask><a xsi:type="xsd:int">1</a></n:ask>'),
                envelope("<n:ask><a>1</a></n:ask>"),
            ],
            "error: one sample of ask is encoded, another literal [sample]",
        ),
        (
            [envelope("<e:Fault/>")],
            "error: no request and no reply is among the samples",
        ),
    ],
)
def test_what_is_no_sample_is_found(
    texts: list[str], finding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = []
    for name, text in zip(("one", "two"), texts, strict=False):
        Path(f"{name}.xml").write_text(text, encoding="utf-8")
        paths.append(Path(f"{name}.xml"))
    with pytest.raises(SpecError) as raised:
        infer(paths, Wanted("drawn"), Findings())
    assert finding in str(raised.value)


def test_warnings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {
        "a": '<n:ask><x xsi:type="xsd:int">1</x></n:ask>',
        "b": '<n:ask><x xsi:type="xsd:date">2026-01-01</x></n:ask>',
        "c": '<n:ask><x xsi:type="o:T"><y xsi:type="xsd:int">1</y></x></n:ask>',
        "f": '<n:ask><x xsi:type="o:U"/></n:ask>',
        "d": '<n:tellResponse><x xsi:type="xsd:int">1</x></n:tellResponse>',
        "g": '<n:ask><x xsi:type="xsd:int">1</x><x xsi:type="xsd:int">2</x></n:ask>',
        "e": "<e:Fault><faultcode>e:Client</faultcode></e:Fault>",
    }
    for name, body in texts.items():
        Path(f"{name}.xml").write_text(envelope(body), encoding="utf-8")
    findings = Findings()
    infer([Path(f"{name}.xml") for name in texts], Wanted("drawn"), findings)
    told = "\n".join(map(str, findings))
    for code in ("[several-types]", "[no-reply]", "[no-request]"):
        assert code in told
    assert "[sample-skipped]" in told and "[odd-part]" in told


def test_the_command(shell: Shell, tmp_path: Path) -> None:
    (path,) = SAMPLES.glob("01-*.xml")
    arguments = (
        "infer",
        str(path),
        "--output",
        "drawn.wsdl",
        "--endpoint",
        "http://a/",
    )
    result = shell(*arguments, "--action", "urn:{operation}")
    assert (result.code, result.out) == (0, "")
    assert "warning: no sample shows the reply of sendmsg" in result.err
    findings = Findings()
    api = load(Path("drawn.wsdl"), (), findings)
    (port,) = api.ports
    assert (port.address, port.wire, port.key) == ("http://a/", "nusoap", "DrawnPort")
    assert port.operations[0].soap_action == "urn:sendmsg"
    assert not list(findings)


def test_the_command_refuses_what_is_no_sample(shell: Shell, tmp_path: Path) -> None:
    Path("a.xml").write_text("<a/>", encoding="utf-8")
    result = shell("infer", "a.xml", "missing.xml", "--output", "drawn.wsdl")
    assert result.code == 2
    assert "a.xml:1: error:" in result.err and "missing.xml:1: error:" in result.err
    assert not Path("drawn.wsdl").exists()


def test_the_command_never_overwrites_a_sample(shell: Shell) -> None:
    Path("a.xml").write_text(envelope("<n:ask/>"), encoding="utf-8")
    result = shell("infer", "a.xml", "--output", "./a.xml")
    assert (result.code, "a.xml:1: error: would be overwritten" in result.err) == (
        2,
        True,
    )
    assert Path("a.xml").read_text(encoding="utf-8") == envelope("<n:ask/>")
    result = shell("infer", "a.xml", "--output", ".")
    assert (result.code, result.err) == (
        2,
        ".:1: error: is a folder, not a file [output]\n",
    )


def test_arrays_and_structs_are_declared_as_such(tmp_path: Path) -> None:
    (path,) = SAMPLES.glob("01-*.xml")
    wsdl = tmp_path / "drawn.wsdl"
    wsdl.write_bytes(infer([path], Wanted("drawn"), Findings()))
    kinds = {type(one) for one in load(wsdl, (), Findings()).types.values()}
    assert kinds == {SoapArray, Struct}


def test_a_namespace_that_is_no_uri(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "ask.request.xml"
    path.write_text(envelope("""<q:ask xmlns:q='urn:{}"'/>"""))
    done = shell("infer", str(path), "--output", str(tmp_path / "drawn.wsdl"))
    assert done.code == 2
    assert "the namespace 'urn:{}\"' is none that a WSDL can have [sample]" in done.err
