"""`soapwright call`: operations by name, arguments by type, replies as JSON or XML."""

from __future__ import annotations


import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, Run, Shell
from message_keys import pair

from soapwright.envelopes.given import Given, Misgiven, from_json, read_arguments
from soapwright.model.diagnostics import SpecError
from soapwright.model.options import Options
from soapwright.pipeline import generate
from soapwright.project.output import write_package
from soapwright.tools.calls.requests import arguments_of, request_of
from soapwright.tools.calls.sending import read_security
from soapwright.tools.calls.service import Service
from soapwright.tools.calls.shown import json_text, painted, plain, xml_in_colour

USER = ("user=a", "password=x", "api_id=1")
CASES = sorted(
    path.name
    for path in (ROOT / "tests" / "cases").iterdir()
    if path.is_dir() and not path.name.startswith("failing-")
)
# Requests that arguments cannot express: arrays of arrays, a second field of an element's name, text
# between elements.
BEYOND = {
    *(("rpc-encoded-12", "sum"), ("rpc-graphs", "draw"), ("choice-extended", "plan")),
    *(("unusual-content", "pack"), ("choice-extended", "go")),
    *(("unusual-content", "print"), ("mixed-content", "publish")),
}
SMS = ROOT / "generated" / "clickatell_document_literal"


@pytest.fixture(scope="module")
def sms() -> Service:
    return Service(SMS)


@pytest.mark.parametrize("name", ["routeCoverage", "route_coverage", "ROUTECOVERAGE"])
def test_an_operation_is_found_by_its_names(sms: Service, name: str) -> None:
    assert sms.find(name).operation.name == "routecoverage"


def test_an_operation_that_is_misspelt_gets_the_nearest(sms: Service) -> None:
    with pytest.raises(SpecError) as wrong:
        sms.find("getbalanse")
    assert str(wrong.value) == (
        f"{SMS}:1: error: there is no operation 'getbalanse' [call]\n"
        "hint: did you mean getbalance?"
    )


def test_a_port_that_is_not_there_gets_the_ports_that_are(sms: Service) -> None:
    with pytest.raises(
        SpecError, match=r"there is no port 'x' \[call\]\nhint: there are: "
    ):
        sms.find("auth", "x")


# ------------------------------------------------------------------------------ arguments


def make(case: str, folder: Path) -> Service:
    source = ROOT / "tests" / "cases" / case
    path = source / "options.json"
    given = json.loads(path.read_text()) if path.exists() else {}
    catalogs = tuple(map(Path, given.get("catalog", ())))
    options = Options("made", wire=given.get("wire", ""), catalogs=catalogs)
    with chdir(source):
        package = generate(Path(given.get("entry", "service.wsdl")), options)
    write_package(folder, package.files)
    return Service(folder)


@pytest.mark.parametrize("case", CASES)
def test_a_sample_is_what_its_arguments_say(case: str, tmp_path: Path) -> None:
    """Every request that is written as arguments is read as the same request."""
    service = make(case, tmp_path / "made")
    (tmp_path / "FILE").write_bytes(b"soap")  # the content of samples' binary values
    for bound in service.bound:
        for full in (True, False):
            sample = service.sample(bound, full=full)
            if sample is None or (case, bound.operation.name) in BEYOND:
                continue
            arguments = arguments_of(sample[0])
            with chdir(tmp_path):
                given = read_arguments(arguments)
            assert request_of(service, bound, given).value == sample[0], arguments


LISTS = """
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:l" targetNamespace="urn:l">
  <types><xsd:schema targetNamespace="urn:l">
    <xsd:simpleType name="Sizes"><xsd:list itemType="xsd:int"/></xsd:simpleType>
    <xsd:simpleType name="Pair"><xsd:restriction base="t:Sizes"><xsd:length value="2"/></xsd:restriction></xsd:simpleType>
    <xsd:simpleType name="Names"><xsd:list itemType="xsd:QName"/></xsd:simpleType>
    <xsd:complexType name="Marked"><xsd:simpleContent><xsd:extension base="t:Sizes">
      <xsd:attribute name="tags" type="xsd:NMTOKENS"/></xsd:extension></xsd:simpleContent></xsd:complexType>
    <xsd:element name="put"><xsd:complexType><xsd:sequence>
      <xsd:element name="pair" type="t:Pair"/>
      <xsd:element name="names" type="t:Names"/>
      <xsd:element name="rows" type="t:Sizes" maxOccurs="unbounded"/>
      <xsd:element name="marked" type="t:Marked" maxOccurs="2"/>
      <xsd:sequence maxOccurs="unbounded">
        <xsd:element name="turn" type="t:Sizes"/><xsd:element name="flag" type="xsd:boolean"/></xsd:sequence>
      <xsd:choice maxOccurs="unbounded">
        <xsd:element name="odd" type="t:Sizes"/><xsd:element name="even" type="t:Pair"/></xsd:choice>
    </xsd:sequence></xsd:complexType></xsd:element>
    <xsd:element name="marks" type="t:Pair"/>
  </xsd:schema></types>
  <message name="Put"><part name="body" element="t:put"/><part name="marks" element="t:marks"/></message>
  <portType name="P"><operation name="put"><input message="t:Put"/></operation></portType>
  <binding name="B" type="t:P"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="put"><soap:operation soapAction=""/><input><soap:body parts="body" use="literal"/>
      <soap:header message="t:Put" part="marks" use="literal"/></input></operation></binding>
  <service name="S"><port name="P" binding="t:B"><soap:address location="http://localhost/"/></port></service>
</definitions>"""
LISTED = """<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><t:put xmlns:t="urn:l" xmlns="">
<pair>1 2</pair><names>t:put t:pair</names><rows>3</rows><rows>4 5</rows><rows>6 7 8</rows>
<marked tags="a b">1 2 3</marked><marked>4 5</marked>
<turn>1 2</turn><flag>1</flag><turn>3 4</turn><flag>0</flag>
<odd>1 2 3</odd><even>4 5</even><odd>6</odd></t:put></Body></Envelope>"""


def test_the_items_of_a_list_are_given_each_or_as_one(tmp_path: Path) -> None:
    (tmp_path / "lists.wsdl").write_text(LISTS)
    package = generate(tmp_path / "lists.wsdl", Options("lists"))
    write_package(tmp_path / "lists", package.files)
    service = Service(tmp_path / "lists")
    bound = service.find("put")
    value = bound.served.decode_request(LISTED.encode())
    arguments = arguments_of(value)
    assert arguments[:2] == ["pair=1", "pair=2"]
    assert request_of(service, bound, read_arguments(arguments)).value == value
    joined = ["pair=1 2", "names={urn:l}put", "names={urn:l}pair", *arguments[4:]]
    headers = read_arguments(["marks=1", "marks=2"])
    made = request_of(service, bound, read_arguments(joined), headers)
    assert (made.value, made.headers.marks) == (value, [1, 2])


def test_arguments_are_a_tree() -> None:
    given = read_arguments(
        ["a.b=1", "a.c[1].d=x", "a.c[0].d=y", "to=1", "to=2", 'e:=[1, {"f": null}]']
        + ["g\\.h==", "i=@@j"]
    )
    assert given == Given(
        parts=[
            (
                "a",
                Given(
                    parts=[
                        ("b", Given("1")),
                        ("c", Given(index=1, parts=[("d", Given("x"))])),
                        ("c", Given(index=0, parts=[("d", Given("y"))])),
                    ]
                ),
            ),
            *(("to", Given("1")), ("to", Given("2"))),
            ("e", Given("1")),
            ("e", Given(parts=[("f", Given(nil=True))])),
            *(("g.h", Given("=")), ("i", Given("@j"))),
        ]
    )


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("a", "'a' is no name=value"),
        ("a..b=1", "'a..b' is no name: parts are name.name or name[0].name"),
        ("a[x]=1", "is no name"),
        ("a.0=1", "one of several is name[0]"),
        ("a=@nowhere", "a: nowhere: No such file"),
        ("a:={", "a: is no JSON"),
        ("a[0][1]=1", "arrays of arrays are given by --json"),
    ],
)
def test_an_argument_that_is_none(argument: str, said: str) -> None:
    with pytest.raises(Misgiven, match=re.escape(said)):
        read_arguments([argument])


def test_json_may_not_be_without_end() -> None:
    deep: object = "x"
    for _ in range(5000):
        deep = {"a": deep}
    assert from_json(deep).parts
    with pytest.raises(Misgiven, match="more than 100,000 values"):
        from_json({"a": [1] * 100_000})


WRONG = {
    "a name": (["usr=me"], "usr: no argument 'usr' [call]\nhint: did you mean 'user'?"),
    "a value": (["to=1", "concat=x"], "sendmsg.concat: 'x' is no xsd:integer [call]"),
    "too often": (["user=a", "user=b"], "user: is given too often, or beside another"),
    "a part": (["user.name=a"], "user.name: user has no parts [call]"),
    "a character": (["text=\x01"], "text: has characters that XML cannot carry"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named(sms: Service, case: str) -> None:
    arguments, said = WRONG[case]
    with pytest.raises(SpecError) as wrong:
        request_of(sms, sms.find("sendmsg"), read_arguments(arguments))
    assert said in str(wrong.value)


# ------------------------------------------------------------------------------- the command


@contextmanager
def mock(folder: Path, *options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "soapwright", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(
        [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with mock(SMS) as base:
        yield base


def test_a_call_prints_the_reply(shell: Shell, address: str) -> None:
    arguments = ("session_id=x", "to=1", "to=2", "text=hi", "--endpoint", address)
    done = shell("call", str(SMS), "sendmsg", *arguments, "--xml")
    assert (done.code, done.err) == (0, "")
    assert "\n      <return>string</return>\n" in done.out


def test_secrets_are_masked_unless_they_are_wanted(shell: Shell, address: str) -> None:
    arguments = ("auth", "user=a", "password=hush", "api_id=1", "--endpoint", address)
    done = shell("call", str(SMS), *arguments, "--xml")
    assert done.code == 0 and "<return>***</return>" in done.out
    done = shell("call", str(SMS), *arguments, "--xml", "--show-secrets")
    assert "<return>string</return>" in done.out
    done = shell("call", str(SMS), *arguments, "--dry-run")
    assert "<password>***</password>" in done.out and "hush" not in done.out
    done = shell("call", str(SMS), *arguments, "--dry-run", "--raw", "--show-secrets")
    assert "<password>hush</password>" in done.out


def test_a_fault_is_shown_and_ends_with_1(shell: Shell, tmp_path: Path) -> None:
    replies = tmp_path / "replies"
    replies.mkdir()
    (replies / "auth.xml").write_text(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        "<faultcode>s:Client</faultcode><faultstring>001, no</faultstring><detail>"
        '<t:auth_fault xmlns:t="http://api.clickatell.com/soap/document_literal/webservice">'
        "<x>1</x></t:auth_fault></detail></s:Fault></s:Body></s:Envelope>"
    )
    with mock(SMS, "--replies", str(replies)) as base:
        done = shell("call", str(SMS), "auth", *USER, "--endpoint", base)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("fault")
    assert (
        ": 001, no\n  code: Client\n  detail:\n    <n1:auth_fault xmlns:n1=" in done.err
    )


def test_no_reply_ends_with_3_and_another_service_with_its_answer(shell: Shell) -> None:
    done = shell(
        "call", str(SMS), "ping", "session_id=x", "--endpoint", "http://127.0.0.1:1/"
    )
    assert done.code == 3 and "Connection refused" in done.err


def test_a_service_gives_no_orders_to_the_terminal(
    shell: Shell, tmp_path: Path
) -> None:
    """CSI in one character, and a mark that turns what follows around."""
    replies = tmp_path / "replies"
    replies.mkdir()
    (replies / "auth.xml").write_text(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        "<faultcode>s:Client</faultcode><faultstring>a\x9b31mb\u202ec\td</faultstring>"
        "<detail><x>\x9b2J</x></detail></s:Fault></s:Body></s:Envelope>",
        encoding="utf-8",
    )
    with mock(SMS, "--replies", str(replies)) as base:
        done = shell("call", str(SMS), "auth", *USER, "--endpoint", base)
    assert ": a\ufffd31mb\ufffdc\td\n" in done.err and "<x>\ufffd2J</x>" in done.err
    given = "<a>\x9b</a>"
    assert "\ufffd" in xml_in_colour(given, painted)
    assert xml_in_colour(given, plain) == given
    assert "\ufffd" in json_text(["\x9b"], painted)
    assert json_text(["\x9b"], plain) == '[\n  "\x9b"\n]'


def test_headers_and_security_go_along(shell: Shell) -> None:
    done = shell(
        *("call", str(SMS), "ping", "session_id=x", "--dry-run", "--show-secrets"),
        *("--security", "plain:me:hush"),
    )
    assert "<wsse:Username>me</wsse:Username>" in done.out and ">hush<" in done.out
    done = shell(
        "call",
        str(SMS),
        "ping",
        "session_id=x",
        "--security",
        "kerberos:me",
        "--dry-run",
    )
    assert done.code == 2 and "no kind of security 'kerberos' [call]" in done.err


def test_what_a_policy_demands_is_met_by_keys_or_left(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ("call", str(SMS), "ping", "session_id=x", "--dry-run")
    assert shell(*call, "--security", "none").code == 0
    done = shell(*call, "--security", "keys:own.p12:x")
    assert (
        done.code == 2 and "has no message security: generate it with --sec" in done.err
    )


def test_a_password_is_asked_for_or_in_the_environment(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ("call", str(SMS), "ping", "session_id=x", "--dry-run", "--show-secrets")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    done = shell(*call, "--security", "plain:me")
    assert done.code == 2 and "as SOAPWRIGHT_PASSWORD" in done.err
    monkeypatch.setenv("SOAPWRIGHT_PASSWORD", "from-there")
    assert ">from-there<" in shell(*call, "--security", "plain:me").out


def test_a_template_is_a_call(shell: Shell) -> None:
    done = shell("call", str(SMS), "sendmsg", "--template=arguments", "--minimal")
    assert (done.code, done.out) == (0, "to=string\n")


def test_without_an_operation_all_are_listed(shell: Shell) -> None:
    done = shell("call", str(SMS))
    assert done.out.startswith("ClickatellSms  http://api.clickatell.com/soap/")
    assert "\n  auth  Open a session." in done.out


def test_a_wsdl_is_enough(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its package is made in the cache, and made again where the WSDL changes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("cache").absolute()))
    done = shell("call", "service.wsdl", "temperature", "city=Bonn", "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert ">Bonn</" in done.out and not Path("service").exists()
    text = Path("service.wsdl").read_text()
    Path("service.wsdl").write_text(text.replace('"temperature"', '"warmth"'))
    assert shell("call", "service.wsdl", "temprature").code == 2
    assert "warmth" in shell("call", "service.wsdl").out
    done = shell("call", "https://127.0.0.1:1/?wsdl")
    assert done.code == 2 and "--allow-network fetches it" in done.err


def test_a_terminal_has_colours_unless_it_objects(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "soapwright",
        "call",
        str(SMS),
        "ping",
        "session_id=x",
    ]
    for setting, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        shown = at_terminal([*command, "--dry-run"], setting)
        assert ("\x1b[36msoap:Body" in shown) is coloured, shown


def at_terminal(command: list[str], setting: dict[str, str]) -> str:
    """The output of a command whose stdout is a terminal."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    with subprocess.Popen(
        command,
        stdout=theirs,
        cwd=ROOT,
        env={**environment, "TERM": "xterm", **setting},
    ):
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the other side is closed
            pass
    os.close(ours)
    return shown.decode()


def test_a_shell_completes(run: Run) -> None:
    def completed(*words: str) -> list[str]:
        done = run(
            *(
                "-c",
                "from soapwright.cli.main import main; main(prog_name='soapwright')",
            ),
            cwd=ROOT,
            _SOAPWRIGHT_COMPLETE="bash_complete",
            COMP_WORDS=" ".join(["soapwright", "call", *words]),
            COMP_CWORD=str(len(words) + 1),
        )
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    package = "generated/clickatell_document_literal"
    assert package in completed("generated/clickatell_d")
    assert completed(package, "send") == ["sendmsg", "senditem"]
    assert completed(package, "sendmsg", "se") == ["session_id="]


# ------------------------------------------------------------------------------------- JSON


def test_a_template_is_filled_in_and_called_and_answered_as_json(
    shell: Shell, address: str
) -> None:
    template = shell("call", str(SMS), "sendmsg", "--template", "--minimal")
    assert json.loads(template.out) == {"to": ["string"]}
    request = json.loads(template.out) | {"text": "Hello", "session_id": "x"}
    Path("request.json").write_text(json.dumps(request))
    call = ("call", str(SMS), "sendmsg", "--json", "request.json")
    done = shell(*call, "--endpoint", address)
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == {"return_": ["string"]}
    assert "<text>Hello</text>" in shell(*call, "--dry-run").out
    done = shell(*call, "to=1")
    assert done.code == 2 and "--json and name=value exclude each other" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "request.json:1: error: is no JSON: Expecting value"),
        ('{"tos": []}', "sendmsg:1: error: Sendmsg.tos: is no field of Sendmsg"),
        (
            '{"to": ["1"], "concat": "x"}',
            "Sendmsg.concat: 'x' is no xsd:integer [call]",
        ),
    ],
)
def test_json_that_is_no_request(shell: Shell, text: str, said: str) -> None:
    Path("request.json").write_text(text)
    done = shell("call", str(SMS), "sendmsg", "--json", "request.json", "--dry-run")
    assert done.code == 2 and said in done.err
    assert shell("call", str(SMS), "sendmsg", "--json", "nowhere.json").code == 2


def test_secrets_in_json_are_masked(shell: Shell, address: str) -> None:
    call = ("call", str(SMS), "auth", *USER, "--endpoint", address)
    assert json.loads(shell(*call).out) == {"return_": "***"}
    assert json.loads(shell(*call, "--show-secrets").out) == {"return_": "string"}


def test_an_operation_without_an_envelope_shows_its_request(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("cache").absolute()))
    wsdl = str(ROOT / "tests" / "cases" / "http-bindings" / "service.wsdl")
    call = ("call", wsdl, "by_zip", "--port", "WeatherGet", "zip=1", "days=2")
    done = shell(*call, "--dry-run")
    assert done.code == 0
    assert done.out.startswith("GET http://weather.example/api.asmx/")
    assert done.out.endswith("zip1/days/2\n")


# ------------------------------------------------------------------------- mistakes


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package whose operation has header blocks."""
    folder = tmp_path_factory.mktemp("calls") / "bank"
    make("faults-and-headers", folder)
    return folder


def test_header_blocks_go_with_json_too(shell: Shell, bank: Path) -> None:
    Path("request.json").write_text('{"password": "p", "pin": "1", "amount": "5"}')
    call = ("call", str(bank), "withdraw", "--json", "request.json", "--dry-run")
    done = shell(*call, "--header", "session.token=mine", "--show-secrets")
    assert (done.code, done.err) == (0, "") and ">mine<" in done.out
    done = shell(*call, "--header", "sesion.token=mine")
    assert done.code == 2 and "did you mean 'session'?" in done.err


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://here/", "http://", "http://[::1"]
)
def test_an_endpoint_that_is_none_is_never_another(shell: Shell, url: str) -> None:
    """An empty variable of a script is no wish to call the WSDL's own service."""
    done = shell("call", str(SMS), "ping", "session_id=x", "--endpoint", url)
    assert done.code == 2
    assert f"--endpoint': {url!r} is no http:// or https:// URL" in done.err
    if url == "":
        assert shell("mcp", str(SMS), "--endpoint", url).code == 2


def test_options_that_do_nothing_alone(shell: Shell) -> None:
    call = ("call", str(SMS), "ping", "session_id=x", "--dry-run")
    done = shell(*call, "--minimal")
    assert done.code == 2 and "--minimal goes with --template" in done.err
    done = shell(*call, "--trust", "x.pem")
    assert done.code == 2 and "--trust goes with --security keys:FILE" in done.err


@pytest.mark.parametrize(
    "header", ["Content-Length: 4", "content-type: a/b", "Transfer-Encoding: chunked"]
)
def test_a_header_that_is_the_bodys(shell: Shell, header: str) -> None:
    done = shell("call", str(SMS), "ping", "session_id=x", "--header", header)
    name = header.partition(":")[0]
    assert done.code == 2
    assert f"{name} is the request's own: no --header" in done.err


def test_an_envelope_is_needed_for_a_token(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("cache").absolute()))
    wsdl = str(ROOT / "tests" / "cases" / "http-bindings" / "service.wsdl")
    call = ("call", wsdl, "by_zip", "--port", "WeatherGet", "zip=1", "days=2")
    for kind in ("plain", "digest", "keys"):
        done = shell(*call, "--dry-run", "--security", f"{kind}:me:hush")
        assert done.code == 2 and "hint: basic:USER is HTTP's" in done.err
        assert f"the port has no envelope, which '{kind}' takes" in done.err
    assert shell(*call, "--dry-run", "--security", "basic:me:hush").code == 0


def test_what_is_no_package(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("folder").mkdir()
    done = shell("call", "folder", "ping")
    assert done.code == 2
    assert "folder:1: error: this is no generated package's folder" in done.err
    done = shell("call", str(SMS), "ping", "--json", '{"session_id": "x"}')
    assert done.code == 2 and "hint: JSON itself is given by --json -" in done.err
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("service.wsdl").absolute()))
    for command in ("call", "console"):
        done = shell(command, "service.wsdl")
        assert done.code == 2 and "XDG_CACHE_HOME names another place" in done.err
        assert "cannot be made: Not a directory [output]" in done.err


# ------------------------------------------------------------------------------ keys


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder: a package whose policy demands signatures, and the keys of both sides."""
    folder = tmp_path_factory.mktemp("signed")
    make("policy-signed", folder / "made")
    for name in ("client", "service"):
        own = pair(name)
        (folder / f"{name}.p12").write_bytes(own.p12(b"secret"))
        (folder / f"{name}.pem").write_bytes(own.pem)
    return folder


def test_a_call_signs_with_keys(
    shell: Shell, signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(signed)
    monkeypatch.setenv("SOAPWRIGHT_PASSWORD", "secret")
    mine = ("--security", "keys:client.p12", "--trust", "service.pem")
    theirs = (str(signed / "service.p12"), "--trust", str(signed / "client.pem"))
    with mock(signed / "made", "--keys", *theirs) as base:
        for port, further in (("Bank", ()), ("Bank12", ("--port", "Bank12"))):
            ping = ("call", "made", "ping", "ping=x", "--endpoint", f"{base}/{port}")
            done = shell(*ping, *further, *mine)
            assert (done.code, json.loads(done.out)) == (0, {"pong": "string"})
            done = shell(*ping, *further, *mine, "--xml")
            assert "</ds:Signature>" in done.out
            # its own certificate in the place of the service's
            done = shell(*ping, *further, *mine[:3], "client.pem")
            assert done.code == 4 and "signed by nobody who is trusted" in done.err
            # one whom the service does not know
            done = shell(*ping, *further, "--security", "keys:service.p12", *mine[2:])
            assert done.code == 1 and "FailedCheck" in done.err
            done = shell(*ping, *further, "--security", "none")
            assert done.code == 1 and "FailedCheck" in done.err
    ping = ("call", "made", "ping", "ping=x", "--dry-run")
    assert "</ds:Signature>" in shell(*ping, *mine).out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "hint: --security keys:FILE.p12 and --trust CERTIFICATE give keys"),
        (["--security", "keys:client.p12"], "hint: --security keys:FILE.p12 and --tr"),
        (
            ["--security", "keys:client.p12:wrong", "--trust", "service.pem"],
            "--security:1: error: client.p12: Invalid password or PKCS12 data [call]",
        ),
        (
            ["--security", "keys:none.p12", "--trust", "service.pem"],
            "--security:1: error: none.p12: No such file or directory [call]",
        ),
        (
            ["--security", "keys:client.p12", "--trust", "service.p12"],
            "service.p12 is no certificate in PEM or DER [call]",
        ),
    ],
)
def test_keys_that_cannot_be_used(
    shell: Shell,
    signed: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(signed)
    monkeypatch.setenv("SOAPWRIGHT_PASSWORD", "secret")
    done = shell("call", "made", "ping", "ping=x", *options)
    assert done.code == 2 and said in done.err


def test_a_path_of_windows_is_no_password() -> None:
    def asked() -> str:
        return "typed"

    for text, user, password in (
        (r"keys:C:\mine.p12", r"C:\mine.p12", "typed"),
        ("keys:C:/mine.p12:word", "C:/mine.p12", "word"),
        ("keys:mine.p12:word", "mine.p12", "word"),
        ("plain:C:/word", "C", "/word"),
    ):
        found = read_security(text, asked)
        assert (found.user, found.password) == (user, password)
