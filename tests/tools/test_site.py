"""A manual as a site: pages of Markdown, their links, the search over them and a reference, in a real browser."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Files, Shell, Write
from lxml import html
from test_reference import (
    CLICKATELL,
    ELEMENTS,
    folder_of,
    found_in,
    links_lead_somewhere,
    nothing_else_is_in,
    pages_of,
)

from soapwright.model.diagnostics import Findings, SpecError
from soapwright.tools.docs.markdown import Markdown
from soapwright.tools.docs.site import make_site

__all__ = ["folder_of"]

TAGS = ELEMENTS | set("table thead tbody tr th td em strong s img hr br ol".split())
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
MANUAL = re.findall(r"^MANUAL := (.*)$", MAKEFILE, re.MULTILINE)[0].split()
SMALL = {
    "manual/README.md": "# Ours\n\n## Sending\n\n[How](send.md#faults), [all](in/README.md)\n",
    "manual/send.md": "# How to send\n\n## Faults\n\nEach is an answer.\n",
    "manual/in/README.md": "# Inside\n\n[up](../send.md) ![a plan](plan.png)\n",
    "manual/in/plan.png": b"\x89PNG",
    "manual/left.md": "# Left over\n",
}


def site_of(folder: Path, *names: str) -> dict[str, bytes]:
    return make_site(None, [folder / name for name in names or ("manual",)])


@pytest.fixture(scope="module")
def own() -> dict[str, bytes]:
    """The site of this project's manual, as `make site` writes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return make_site(CLICKATELL, [Path(one) for one in MANUAL])


# --------------------------------------------------------------------------- the whole manual


def test_every_page_of_the_manual_is_on_its_site(own: dict[str, bytes]) -> None:
    pages = pages_of(own)
    for path, page in pages.items():
        links_lead_somewhere(path, page, own, pages)
        nothing_else_is_in(page, TAGS)
        named = [one.get("id") for one in page.iter() if one.get("id")]
        assert len(named) == len(set(named)), path
        for image in page.iter("img"):
            place = posixpath.join(posixpath.dirname(path), image.get("src"))
            assert posixpath.normpath(place) in own and image.get("alt"), path
    sources = {p.relative_to(ROOT / "docs") for p in (ROOT / "docs").rglob("*.md")}
    assert {"index.html", "gateway/test.html", "more/README.html"} <= own.keys()
    assert len(sources) == sum(not re.match("more/|reference/", one) for one in pages)


def test_the_menu_has_every_page_by_its_task(own: dict[str, bytes]) -> None:
    pages = pages_of(own)
    menu = pages["retries.html"].get_element_by_id("menu")
    linked = {link.get("href") for link in menu.iter("a")}
    assert {p for p in pages if not p.startswith("reference/")} <= linked
    assert "reference/clickatell/index.html" in linked
    headings = [one.text for one in menu.iter("h2")]
    assert "Security" in headings and "More" not in headings
    (current,) = menu.findall(".//a[@aria-current='page']")
    assert current.text == "Retries"


# ------------------------------------------------------------------------------ pages and links


def test_pages_links_and_files(write: Write) -> None:
    files = site_of(write(SMALL))
    pages = pages_of(files)
    assert sorted(pages) == ["in/index.html", "index.html", "left.html", "send.html"]
    assert files["in/plan.png"] == b"\x89PNG"
    first = pages["index.html"]
    assert [one.get("href") for one in first.findall(".//main//p/a")] == [
        "send.html#faults",
        "in/index.html",
    ]
    inside = pages["in/index.html"]
    assert inside.find(".//main//p/a").get("href") == "../send.html"
    menu = [
        (one.tag, one.text)
        for one in inside.get_element_by_id("menu").iter("h2", "a")
        if one.get("class") != "here"
    ]
    assert menu == [
        ("a", "Ours"),
        *(("h2", "Sending"), ("a", "all")),
        *(("h2", "More"), ("a", "Left over"), ("a", "How to send")),
    ]


def test_odd_names_of_files(write: Write) -> None:
    name = "50% of #1 & é?.md"
    text = "# A\n\n[odd](<50%25 of %231 & é%3F.md#é-b>)\n"
    made = site_of(write({"manual/README.md": text, f"manual/{name}": "# O\n## É B\n"}))
    pages = pages_of(made)
    assert "50% of #1 & é?.html" in made
    for path, page in pages.items():
        links_lead_somewhere(path, page, made, pages)
    odd = pages["50% of #1 & é?.html"].get_element_by_id("menu")
    assert [one.text for one in odd.findall(".//a[@aria-current='page']")] == ["O"]
    assert b'"50%25%20of%20%231%20%26%20%C3%A9%3F.html#' in made["search-index.js"]


def test_further_folders_and_pages_lie_apart(write: Write) -> None:
    files = {
        **SMALL,
        "LICENCE.md": "# Licence\n\n[back](manual/README.md) [more](more.md)\n",
        "more.md": "# More\n\n[in](manual/in/plan.png)\n",
        "guides/send.md": "# A guide\n\n[other](../manual/send.md#faults)\n",
    }
    made = site_of(write(files), "manual", "LICENCE.md", "more.md", "guides")
    pages = pages_of(made)
    assert {"more/LICENCE.html", "more/more.html", "more/send.html"} <= pages.keys()
    for path, page in pages.items():
        links_lead_somewhere(path, page, made, pages)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](gone.md)", "1: error: gone.md: there is no such file [link]"),
        ("\na\n*b* `c`\n[a](gone.md)", "4: error: gone.md: there is no such file"),
        ("|a|\n|-|\n|b|\n|[a](x.md)|", "4: error: x.md: there is no such file"),
        ("* a\n\n  > b\n  > [a](x.md)", "4: error: x.md: there is no such file"),
        ("[a]\n\n[a]: x.md", "1: error: x.md: there is no such file"),
        ("![a](x.png)", "1: error: x.png: there is no such file"),
        ("[a](send.md#no)", "1: error: send.md#no: manual/send.md has no #no [link]"),
        ("[a](#no)", "1: error: #no: manual/page.md has no #no [link]"),
        ("[a](%C3%A4.md)", "1: error: ä.md: there is no such file [link]"),
        ("[a](empty)", "1: error: empty: a folder without a page [link]"),
        ("[a](../secret)", "1: error: ../secret: is not in a folder of the pages"),
        ("[a](way/secret)", "1: error: way/secret: is not in a folder of the pages"),
        ("[a](/etc/passwd)", "1: error: /etc/passwd: is not in a folder of the pages"),
        ("[a](other.html)", "1: error: other.html: is a page of another site [link]"),
        ("[a](ftp://x/y)", "1: error: ftp://x/y: is neither a file nor an address"),
        ("[a](//x/y)", "1: error: //x/y: is neither a file nor an address on the web"),
        ("a <b>b</b>", "1: error: HTML is not taken: <b> [page]\nhint: write it in"),
        ("a\n\n<div>\nb", "3: error: HTML is not taken: <div> [page]"),
        ("<!-- a --> <b>", "1: error: HTML is not taken: <!-- a --> <b> [page]"),
    ],
)
def test_what_is_wrong_has_its_line(
    text: str, said: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"{text}\n\n# The page\n"
    other = {"secret": "s", "manual/other.html": "", "manual/empty/x": ""}
    folder = write({**SMALL, **other, "manual/page.md": page})
    (folder / "manual" / "way").symlink_to(folder)
    monkeypatch.chdir(folder)
    with pytest.raises(SpecError) as raised:
        make_site(None, [Path("manual")])
    assert str(raised.value).startswith(f"manual/page.md:{said}")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"manual/x.md": "# X\n"}, "manual:1: error: has no first page [page]\nhint"),
        ({"manual/x.txt": "X"}, "manual:1: error: has no page in Markdown (*.md)"),
        ({"other": ""}, "manual:1: error: cannot be read: No such file or directory"),
        ({"manual/README.md": b"# \xe4"}, "README.md:1: error: is not in UTF-8 [enc"),
        ({"manual/README.md": "X"}, "README.md:1: error: has no title [page]\nhint: "),
        ({"manual/README.md": "## X"}, "manual/README.md:1: error: has no title [page"),
        (
            {"manual/README.md": "# A", "manual/x.md": "# B", "manual/X.md": "# C"},
            "manual/x.md:1: error: x.html is already manual/X.md [page]",
        ),
        (
            {"manual/README.md": "# A", "manual/index.md": "# B"},
            "manual/index.md:1: error: index.html is already manual/README.md [page]",
        ),
    ],
)
def test_pages_that_cannot_be_used(
    files: Files, said: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(files))
    with pytest.raises(SpecError) as raised:
        make_site(None, [Path("manual")])
    assert said in str(raised.value)


def test_a_manual_leads_into_the_reference(
    write: Write, folder_of: Callable[[str], Path]
) -> None:
    """To its pages and their parts; a copy of it beside the pages is not what is shown."""
    package = folder_of("enumerations")
    way = "reference/made/index.html"
    text = f"# A\n\n[all]({way}) [clients]({way}#operations)\n"
    folder = write({"m/README.md": text, f"m/{way}": "old"})
    files = make_site(package, [folder / "m"])
    pages = pages_of(files)
    for path, page in pages.items():
        links_lead_somewhere(path, page, files, pages)
    assert files[way] != b"old"
    home = pages[way].find(".//a[@class='home']")
    assert (home.text, home.get("href")) == ("A", "../../index.html")
    write({"m/README.md": f"# A\n\n[no]({way}#none)\n"})
    with pytest.raises(SpecError, match=f"{way} has no #none"):
        make_site(package, [folder / "m"])
    write({"m/README.md": "# A\n"})
    menu = pages_of(make_site(package, [folder / "m"]))["index.html"]
    assert menu.get_element_by_id("menu").findall(".//a")[-1].get("href") == way


# ------------------------------------------------------------------------------------- Markdown


def test_markdown_is_laid_out(write: Write) -> None:
    text = (
        "# A `b` & <https://c.d>\n\n<!-- left out -->\n3. *x* **y** ~~z~~\\\n   w\n\n"
        '> q\n\n```xml\n<a>"\n```\n\n|l|r|\n|-|-:|\n|`a\\|b`|2|\n\n---\n\n'
        '[t](https://e.f/?a=1&b=2#c "T") ![i *j*](README.md "K")\n'
    )
    files = site_of(write({"manual/README.md": text}))
    main = files["index.html"].decode().partition("<main")[2].partition("</main")[0]
    assert main.partition("\n")[2].strip() == (
        '<h1 id="a-b--httpscd">A <code>b</code> &amp; <a href="https://c.d">https://c.d'
        '</a><a class="here" href="#a-b--httpscd" aria-label="Link to “A b &amp; '
        'https://c.d”">#</a></h1><ol start="3"><li><em>x</em> <strong>y</strong> '
        "<s>z</s><br>w</li></ol><blockquote><p>q</p></blockquote>"
        '<pre tabindex="0"><code>&lt;a&gt;&#34;\n</code></pre><div class="table" role='
        '"region" aria-label="Table" tabindex="0"><table><thead><tr><th scope="col">l'
        '</th><th scope="col" class="right">r</th></tr></thead><tbody><tr><td><code>a|b'
        '</code></td><td class="right">2</td></tr></tbody></table></div><hr>'
        '<p><a href="https://e.f/?a=1&amp;b=2#c" title="T">t</a> '
        '<img src="#" alt="i j" title="K"></p>'
    )


def test_anchors_are_those_of_github() -> None:
    text = "# A.b: C_d-é\n## Search\n### A\n## A\n> ## A\n\n## A-1\n## \n"
    assert Markdown(text, "x.md", Findings()).identifiers == {
        "ab-c_d-é": "ab-c_d-é",
        "search": "section.search",
        **{one: one for one in ("a", "a-1", "a-2", "a-1-1", "")},
    }


# ---------------------------------------------------------------------------------- the command


def test_the_command(shell: Shell, write: Write, tmp_path: Path) -> None:
    write(SMALL)
    made = shell("docs", "--pages", "manual", "--output", "site")
    assert (made.code, made.err) == (0, "")
    assert re.fullmatch(r"site: \d+ files written, 0 unchanged\n", made.out)
    assert (tmp_path / "site" / "in" / "plan.png").is_file()
    neither = shell("docs", "--output", "site")
    assert neither.code == 2 and "Missing PACKAGE, or --pages" in neither.err
    write({"manual/send.md": "# How to send\n"})
    refused = shell("docs", "--pages", "manual", "--output", "other")
    assert refused.code == 2 and not (tmp_path / "other").exists()
    assert refused.err == (
        "manual/README.md:5: error: send.md#faults: manual/send.md has no #faults [link]\n"
    )


def test_without_the_extra(
    shell: Shell, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference is written; for pages the command that helps is named."""
    write(SMALL)
    missing: Callable[[str], None] = lambda name: None
    monkeypatch.setattr("soapwright.cli.docs.find_spec", missing)
    refused = shell("docs", "--pages", "manual", "--output", "site")
    assert (refused.code, refused.err) == (
        2,
        "--pages:1: error: the package markdown-it-py is not installed [page]\n"
        "hint: pip install 'soapwright[docs]' installs it\n",
    )
    assert shell("docs", str(CLICKATELL), "--output", "site").code == 0


# -------------------------------------------------------------------------------- in a browser


@pytest.fixture
def written(own: dict[str, bytes], tmp_path: Path) -> Path:
    for path, content in own.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def results(browser: Any, query: str) -> list[tuple[str, str]]:
    """What is found, each with its kind."""
    box = browser.find_element("id", "search")
    box.clear()
    box.send_keys(query)
    assert browser.find_elements("css selector", "#results li")
    page = html.document_fromstring(browser.page_source)
    links = page.get_element_by_id("results").findall(".//a")
    return [(one.find("b").text, one.find("small").text) for one in links]


def test_one_search_finds_in_the_manual_and_the_reference(
    written: Path, browser: Any
) -> None:
    for path in ("gateway/test.html", "reference/clickatell/operations/auth.html"):
        browser.get((written / path).as_uri())
        assert results(browser, "retries")[0] == ("Retries", "page")
        assert results(browser, "sendmsg")[0] == ("sendmsg", "operation")
        tokens = ("Assertions of a security token service", "Signed messages")
        assert tokens in results(browser, "issuedtokens")
        assert results(browser, "lenient problems schema")[0] == (
            "When a reply violates its schema",
            "Calling services",
        )
    box = browser.find_element("id", "search")
    assert box.accessible_name == "Search this site"
    box.send_keys("\ue007")  # enter, as WebDriver has it
    assert browser.current_url.endswith(
        "/clients.html#when-a-reply-violates-its-schema"
    )
    assert [one for one in browser.get_log("browser") if one["level"] == "SEVERE"] == []


@pytest.mark.slow
def test_pages_fit_into_a_phone(written: Path, browser: Any) -> None:
    """Wide tables and code scroll by themselves, by the keyboard too."""
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    wide = (
        "return [document.documentElement.scrollWidth, [...document.querySelectorAll('main *')]"
        ".filter(one => one.scrollWidth > one.clientWidth && getComputedStyle(one).overflowX"
        " === 'auto' && one.tabIndex < 0).length]"
    )
    for path in sorted(written.rglob("*.html")):
        browser.get(path.as_uri())
        assert browser.execute_script(wide) == [390, 0], path
    browser.get((written / "findings.html").as_uri())
    assert browser.find_element("css selector", ".table").accessible_name == "Table"
    browser.find_element("css selector", ".to-menu").click()
    browser.find_element("link text", "Retries").click()
    assert browser.current_url.endswith("/retries.html")


def test_pages_are_light_and_dark(written: Path, browser: Any) -> None:
    colours = (
        "return [document.body, document.querySelector('pre'), document.querySelector('main a')]"
        ".flatMap(one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor])"
    )
    seen = {}
    for scheme in ("light", "dark"):
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        browser.get((written / "retries.html").as_uri())
        seen[scheme] = [
            sum(map(int, re.findall(r"\d+", one)[:3])) / 3
            for one in browser.execute_script(colours)
        ]
    text, back, code, panel, link, _ = seen["light"]
    assert min(back, panel) - max(text, code, link) > 100
    text, back, code, panel, link, _ = seen["dark"]
    assert min(text, code, link) - max(back, panel) > 100


def test_a_long_menu_shows_where_one_is(written: Path, browser: Any) -> None:
    browser.get((written / "more" / "RESULTS.html").as_uri())
    shown = (
        "const place = document.querySelector('#menu [aria-current]').getBoundingClientRect();"
        "return place.top > 0 && place.bottom < innerHeight && scrollY === 0"
    )
    assert browser.execute_script(shown)
