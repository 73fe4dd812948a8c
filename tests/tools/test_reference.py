"""The reference of a package: what is on its pages, that its links lead somewhere, that nothing of
a spec gets into them but as text, and that the search finds, in a real browser."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from conftest import ROOT, Shell
from lxml import html
from test_serve import CASES, make

from soapwright.testing import assert_envelope
from soapwright.tools.docs.site import make_site

CASE_OF_PATTERNS = ROOT / "tests" / "cases" / "patterns"
CLICKATELL = ROOT / "generated" / "clickatell"
COMMITTED = ROOT / "docs" / "reference" / "clickatell"
ELEMENTS = frozenset(
    "html head meta title link script body a header div input kbd ul li main nav h1 h2 h3 small p"
    " code pre section dl dt dd b i span details summary".split()
)
CONSOLE = "http://127.0.0.1:8901/"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)

Pages = dict[str, html.HtmlElement]


def pages_of(files: dict[str, bytes]) -> Pages:
    return {
        path: html.document_fromstring(content.decode("utf-8"))
        for path, content in files.items()
        if path.endswith(".html")
    }


def text_of(page: html.HtmlElement, path: str = ".") -> str:
    return " ".join("".join(one.text_content() for one in page.findall(path)).split())


@pytest.fixture(scope="module")
def clickatell() -> dict[str, bytes]:
    return make_site(CLICKATELL)


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A package of each case, made when it is first asked for, each of its own name."""

    @cache
    def made(case: str) -> Path:
        parent = tmp_path_factory.mktemp("packages")
        return make(case, parent / f"made_{CASES.index(case)}")

    return made


# ------------------------------------------------------------------------------ all the cases


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_every_case_has_a_reference(
    case: str, folder_of: Callable[[str], Path]
) -> None:
    """The same each time; links lead to what is there; nothing is there but what templates have."""
    folder = folder_of(case)
    files = make_site(folder)
    assert files == make_site(folder)
    assert len({path.lower() for path in files}) == len(files)
    pages = pages_of(files)
    for path, page in pages.items():
        links_lead_somewhere(path, page, files, pages)
        nothing_else_is_in(page)
    index = files["search-index.js"].decode("ascii")
    assert "<" not in index
    entries = json.loads(index.removeprefix("var soapwrightIndex = ").rstrip(";\n"))
    assert {entry[2].partition("#")[0] for entry in entries} <= files.keys()


def links_lead_somewhere(
    path: str, page: html.HtmlElement, files: dict[str, bytes], pages: Pages
) -> None:
    assert page.find(".//h1") is not None
    for link in page.iter("a", "link"):
        target, _, part = link.get("href").partition("#")
        if target.startswith("https://"):
            continue
        if target == CONSOLE:  # of this machine, where somebody runs it
            assert "/" in part
            continue
        place = (Path("/") / path).parent / unquote(target) if target else Path(path)
        whole = str(Path("/") / place)
        while "/../" in whole:
            whole = re.sub(r"/[^/]+/\.\./", "/", whole, count=1)
        assert whole[1:] in files, (path, link.get("href"))
        if part:
            anchor, there = unquote(part), pages[whole[1:]].iter()
            found = [one for one in there if one.get("id") == anchor]
            assert len(found) == 1, (path, link.get("href"))


def nothing_else_is_in(page: html.HtmlElement, tags: frozenset[str] = ELEMENTS) -> None:
    elements = [one for one in page.iter() if isinstance(one.tag, str)]
    assert {one.tag for one in elements} <= tags
    assert [
        one for one in elements for name in one.keys() if name.startswith("on")
    ] == []
    scripts = list(page.iter("script"))
    assert [Path(one.get("src")).name for one in scripts] == ["site.js"]
    assert scripts[0].text is None


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_example_calls_are_calls_of_the_client(
    case: str, folder_of: Callable[[str], Path]
) -> None:
    folder = folder_of(case)
    files = make_site(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder.parent)
        client_module = importlib.import_module(f"{folder.name}.client")
    for path, page in pages_of(files).items():
        for block in page.findall(".//pre"):
            text = block.text_content()
            if path.startswith("operations/") and text.startswith("import "):
                is_a_call(ast.parse(text), client_module)
                if case == "services" and path.endswith("/lend.html"):
                    assert "card=1" in text and 'title_header="string"' in text


def is_a_call(module: ast.Module, clients: object) -> None:
    """Of a method that is there, with parameters that it has, and all that it needs."""
    with_client = module.body[-1]
    assert isinstance(with_client, ast.With)
    called = with_client.items[0].context_expr
    statement = with_client.body[0]
    assert isinstance(statement, ast.Assign | ast.Expr)
    call = statement.value
    assert isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute)
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    method = getattr(getattr(clients, called.func.attr), call.func.attr)
    answers = method.__annotations__["return"] != "None"
    assert isinstance(statement, ast.Assign) == answers
    given = {keyword.arg: None for keyword in call.keywords}
    inspect.signature(method).bind_partial(None, **given)


# ---------------------------------------------------------------------------- what is told


def test_an_operation_is_told_in_full(clickatell: dict[str, bytes]) -> None:
    page = pages_of(clickatell)["operations/sendmsg.html"]
    parameters = {
        one.get("id").partition(".")[2]: one
        for one in page.findall(".//dl[@class='rows']/div")
    }
    assert list(parameters)[:3] == ["session_id", "api_id", "user"]
    assert text_of(parameters["cli_msg_id"], "dt").startswith(
        "cli_msg_id: str | None | Unset = None on the wire cliMsgId"
    )
    assert "up to 300 in a call" in text_of(parameters["to"], "dd")
    assert text_of(page, ".//pre[@class='signature']").endswith(") -> list[str]")
    wire = text_of(page, ".//dl[@class='facts']")
    assert "rpc/encoded" in wire
    assert "http://api.clickatell.com/soap/webservice.php/sendmsg" in wire


def test_envelopes_are_the_packages_own(clickatell: dict[str, bytes]) -> None:
    import clickatell as package

    operations = package.PORTS["PushServerWSPort"].operations
    for name, page in pages_of(clickatell).items():
        if not name.startswith("operations/"):
            continue
        operation = operations[page.find(".//h1").text.replace("route_c", "routeC")]
        request, reply = (
            one.text_content().encode() for one in page.findall(".//details/pre")
        )
        assert_envelope(
            operation.encode_request(operation.decode_request(request)), request
        )
        assert_envelope(
            operation.encode_response(operation.decode_response(reply)), reply
        )


def test_declared_headers_are_in_the_examples(folder_of: Callable[[str], Path]) -> None:
    pages = pages_of(make_site(folder_of("faults-and-headers")))
    page = pages["operations/withdraw.html"]
    call, request, reply = (text_of(one) for one in page.findall(".//pre")[-3:])
    assert "session=" in call and "trace=" in call
    assert "<soap:Header>" in request and ":session>" in request
    assert "<soap:Header>" in reply


def test_types_are_told_with_bases_and_members(
    folder_of: Callable[[str], Path],
) -> None:
    derived = pages_of(make_site(folder_of("derived-types")))
    told = [
        page
        for page in derived.values()
        if page.find(".//h2[@id='derived']") is not None
    ]
    assert told
    for page in told:
        for link in page.findall(".//ul[@class='links']//a"):
            child = derived[f"types/{link.text_content()}.html"]
            assert page.find(".//h1").text in text_of(child, ".//p[@class='about']")
    pages = pages_of(make_site(folder_of("enumerations")))
    assert any(page.find(".//h2[@id='members']") is not None for page in pages.values())


def test_faults_lead_to_their_operations(folder_of: Callable[[str], Path]) -> None:
    pages = pages_of(make_site(folder_of("faults-and-headers")))
    errors = pages["errors.html"].findall(".//dl[@class='rows']/div")
    raised = [one for one in errors if "Raised by" in text_of(one)]
    assert raised
    for one in raised:
        for link in one.findall(".//dd//a"):
            page = pages[link.get("href")]
            assert page.find(f".//div[@id='{one.get('id')}']") is not None


def test_operations_that_the_console_offers_lead_into_it(
    folder_of: Callable[[str], Path],
) -> None:
    """Those of a SOAP port, by their keys, for a port may have several of one name."""
    places = {
        path: link.get("href").removeprefix(CONSOLE)
        for case in ("http-bindings", "services")
        for path, page in pages_of(make_site(folder_of(case))).items()
        for link in page.iter("a")
        if path.startswith(("operations/Client.", "operations/Shelves"))
        and link.get("href").startswith(CONSOLE)
    }
    assert places == {
        "operations/Client.ask.html": "#Weather/ask",
        "operations/ShelvesClient.move.html": "#Shelves/move",
        "operations/ShelvesClient.move_2.html": "#Shelves/move_2",
    }


# ----------------------------------------------------------------------------- the command


def test_the_committed_reference_is_in_step(clickatell: dict[str, bytes]) -> None:
    """If not: `make regenerate`."""
    committed = {
        path.relative_to(COMMITTED).as_posix(): path.read_bytes()
        for path in COMMITTED.rglob("*")
        if path.is_file()
    }
    assert sorted(committed) == sorted(clickatell)
    assert [p for p, found in committed.items() if found != clickatell[p]] == []


def test_only_what_changed_is_written(shell: Shell) -> None:
    first = shell("docs", str(CLICKATELL), "--output", "site")
    assert (first.code, first.err) == (0, "")
    assert re.fullmatch(r"site: \d+ files written, 0 unchanged\n", first.out)
    again = shell("docs", str(CLICKATELL), "--output", "site")
    assert again.out.startswith("site: 0 files written, ")


def test_a_site_and_a_package_do_not_share_a_folder(
    shell: Shell, tmp_path: Path
) -> None:
    shell("generate", "service.wsdl", "--output", "made", "--package", "made")
    before = sorted(tmp_path.rglob("*"))
    refused = shell("docs", "made", "--output", "made")
    assert refused.code == 2 and "[output]" in refused.err
    assert sorted(tmp_path.rglob("*")) == before
    shell("docs", "made", "--output", "site")
    refused = shell("generate", "service.wsdl", "--output", "site", "--package", "made")
    assert refused.code == 2 and "[output]" in refused.err
    assert (tmp_path / "site" / "index.html").is_file()


def test_what_is_no_package_is_refused(shell: Shell, tmp_path: Path) -> None:
    for name in ("missing", "."):
        refused = shell("docs", name, "--output", "site")
        assert refused.code == 2 and "[package]" in refused.err
    given = ("--output", "made", "--package", "made", "--no-spec")
    shell("generate", "service.wsdl", *given)
    refused = shell("docs", "made", "--output", "site")
    assert refused.code == 2
    assert "without its WSDL [package]" in refused.err
    assert not (tmp_path / "site").exists()


# ------------------------------------------------------------------------------ in a browser


def browse(page: Path, query: str) -> html.HtmlElement:
    if BROWSER is None:
        pytest.skip("there is no Chromium here")
    profile = page.parent / "profile"
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=10000"]
    address = f"{page.as_uri()}#q={quote(query)}"
    ended = subprocess.run(
        [*command, "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return html.document_fromstring(ended.stdout)


def found_in(page: html.HtmlElement) -> list[str]:
    results = page.get_element_by_id("results")
    return [one.text_content() for one in results.findall(".//a/b")]


def test_the_search_finds(shell: Shell, tmp_path: Path) -> None:
    """By a name, by a parameter's name, by several words; what fits best comes first."""
    shell("docs", str(CLICKATELL), "--output", "site")
    page = tmp_path / "site" / "index.html"
    assert found_in(browse(page, "sendmsg"))[0] == "sendmsg"
    assert found_in(browse(page, "msg_callback")) == []
    assert set(found_in(browse(page, "callback"))) == {
        "sendmsg",
        "si_push",
        "ind_push",
        "startbatch",
    }
    deeper = tmp_path / "site" / "operations" / "auth.html"
    assert found_in(browse(deeper, "keep open")) == ["ping"]


def test_hostile_text_stays_text(shell: Shell, tmp_path: Path) -> None:
    """A browser that runs the page, and the search over it, runs nothing of the spec's."""
    hostile = "<img src=x onerror=document.title='broken'><script>document.title='broken'</script>"
    wsdl = (tmp_path / "service.wsdl").read_text(encoding="utf-8")
    doc = hostile.replace("<", "&lt;")
    changed = re.sub(
        r"(<(?:\w+:)?portType[^>]*>\s*<(?:\w+:)?operation[^>]*>)",
        rf"\1<documentation>{doc}</documentation>",
        wsdl,
        count=1,
    )
    assert changed != wsdl
    (tmp_path / "service.wsdl").write_text(changed, encoding="utf-8")
    shell("generate", "service.wsdl", "--output", "made", "--package", "made")
    assert shell("docs", "made", "--output", "site").code == 0
    page = browse(tmp_path / "site" / "index.html", "onerror")
    assert page.find(".//title").text == "made"
    assert found_in(page)
    assert "<script>document.title" in text_of(page, ".//ul[@id='results']")
    nothing_in = [one for one in page.iter("img")]
    assert nothing_in == []


def test_long_words_fit_into_a_phone_and_keys_find(
    shell: Shell, tmp_path: Path, browser: Any
) -> None:
    """Names, documentation and patterns of any length, on a narrow screen; the search by keys alone."""
    wsdl = (CASE_OF_PATTERNS / "service.wsdl").read_text(encoding="utf-8")
    long = "Donaudampfschiff" * 20
    wsdl = re.sub(r'(<xsd:pattern value=")', rf"\1({long})?", wsdl)
    for tag in ("portType", "operation"):
        start = rf'(<{tag} name="\w+">)'
        said = rf"\1<documentation>{long} it is.</documentation>"
        wsdl = re.sub(start, said, wsdl, count=1)
    assert wsdl.count(f"{long} it is.") == 2
    (tmp_path / "service.wsdl").write_text(wsdl, encoding="utf-8")
    shell("generate", "service.wsdl", "--output", "wide", "--package", "wide")
    assert shell("docs", "wide", "--output", "site").code == 0
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    width = "return document.documentElement.scrollWidth"
    for path in sorted((tmp_path / "site").rglob("*.html")):
        browser.get(path.as_uri())
        assert browser.execute_script(width) == 390, path
    browser.find_element("tag name", "body").send_keys("/")
    box = browser.switch_to.active_element
    assert box.get_attribute("id") == "search"
    box.send_keys("donau")
    assert browser.find_element("css selector", "#results [role=option]")
    box.send_keys("\ue015")  # arrow down, as WebDriver has it
    box.send_keys("\ue007")  # enter
    assert "/operations/" in browser.current_url
