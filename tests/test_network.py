"""`--allow-network`: what is fetched, what is locked, and what is refused."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import SERVICE, Shell
from message_keys import pair

from soapwright.envelopes.packages import package_api
from soapwright.project import fetching
from soapwright.project import remote as remote_module
from soapwright.project.remote import Remote, RemoteError, stored_name

SCHEMA = (
    '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">'
    '<include schemaLocation="more.xsd"/><complexType name="Here"/></schema>'
)
MORE = (
    '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">'
    '<complexType name="{}"/></schema>'
)


@dataclass
class Web:
    """A small web: what there is at each path, and what was asked for."""

    url: str
    pages: dict[str, str] = field(default_factory=dict)
    trickles: set[str] = field(default_factory=set)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def web() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            if self.path in made.trickles:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for number in range(40):
                    time.sleep(0.05)
                    self.wfile.write(b"X-%d: a\r\n" % number)
            body = made.pages.get(self.path, "").encode()
            to = made.redirects.get(self.path)
            wanted = int(self.path[1:]) if self.path[1:].isdecimal() else 404
            self.send_response(302 if to else 200 if body else wanted)
            if to:
                self.send_header("Location", to)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Web(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def vendor(web: Web, shell: Shell) -> Web:
    """A vendor's WSDL, with schemas that lie beside it, and a project that names it."""
    web.pages = {
        "/api/service?wsdl": importing("../x.xsd"),
        "/x.xsd": SCHEMA,
        "/more.xsd": MORE.format("More"),
    }
    Path("pyproject.toml").write_text(
        "[[tool.soapwright.package]]\n"
        f'wsdl = "{web.url}/api/service?wsdl"\noutput = "made"\nname = "made"\n'
    )
    return web


def importing(location: str) -> str:
    head, schema, rest = SERVICE.partition("<xsd:schema")
    tag, _, rest = rest.partition(">")
    import_ = f'<xsd:import namespace="urn:x" schemaLocation="{location}"/>'
    return f"{head}{schema}{tag}>{import_}{rest}"


def types() -> set[str]:
    return {path.stem for path in Path("made/types").glob("_[!_]*.py")}


def test_without_leave_nothing_is_fetched(shell: Shell, vendor: Web) -> None:
    for command in ("generate", "check"):
        done = shell(command)
        assert done.code == 2
        said = f"pyproject.toml:2: error: {vendor.url}/api/service?wsdl is not in soapwright.lock [network]\n"
        assert (
            done.err
            == f"{said}hint: --allow-network fetches it, and `generate` locks what it gets\n"
        )
    Path("service.wsdl").write_text(importing(f"{vendor.url}/x.xsd"))
    done = shell("generate", "service.wsdl", "--output", "made", "--package", "made")
    assert done.code == 0
    assert f"{vendor.url}/x.xsd [import-missing]\nhint: " in done.err
    assert "--allow-network fetches it" in done.err
    assert vendor.asked == []


def test_what_was_fetched_is_locked(shell: Shell, vendor: Web) -> None:
    done = shell("generate", "--allow-network")
    assert (done.code, done.err) == (0, "")
    assert {"_here", "_more"} < types()
    assert sorted(vendor.asked) == sorted(vendor.pages)
    lock = json.loads(Path("soapwright.lock").read_text())["documents"]
    assert list(lock) == sorted(vendor.url + path for path in vendor.pages)
    for one in lock.values():
        assert Path("soapwright.documents", one["file"]).is_file()
    vendor.pages.clear()
    vendor.asked.clear()
    for arguments in (["check"], ["check", "--full"], ["generate", "--full"]):
        assert shell(*arguments).code == 0
    assert vendor.asked == []


def test_check_sees_what_the_vendor_changed(shell: Shell, vendor: Web) -> None:
    shell("generate", "--allow-network")
    assert (shell("check", "--allow-network").code, shell("check").code) == (0, 0)
    lock = Path("soapwright.lock").read_text()
    vendor.pages["/more.xsd"] = MORE.format("Changed")
    done = shell("check", "--allow-network")
    assert done.code == 1 and "_changed.py" in done.out
    assert f"made:1: warning: not what {vendor.url}/api/service?wsdl gives" in done.err
    assert (shell("check").code, Path("soapwright.lock").read_text()) == (0, lock)
    assert shell("generate", "--allow-network").code == 0
    assert "_changed" in types() and shell("check", "--full").code == 0


def test_what_is_kept_must_be_what_is_locked(shell: Shell, vendor: Web) -> None:
    shell("generate", "--allow-network")
    kept = next(Path("soapwright.documents").rglob("more*.xsd"))
    kept.write_text(MORE.format("Other"))
    done = shell("check")
    assert done.code == 2
    assert "x.xsd:1: error: " in done.err
    assert "what is kept of it is not what soapwright.lock has [network]" in done.err
    kept.unlink()
    assert "is locked, and cannot be read: " in shell("check").err


def test_imports_of_a_file(shell: Shell, vendor: Web) -> None:
    Path("service.wsdl").write_text(importing(f"{vendor.url}/x.xsd"))
    command = ("generate", "service.wsdl", "--output", "made", "--package", "made")
    assert shell(*command, "--allow-network").code == 0
    assert {"_here", "_more"} < types()
    spec = {path.name for path in Path("made/_spec").rglob("*.xsd")}
    assert len(spec) == 2
    assert shell(*command).out.startswith("made: 0 files written")
    assert shell(*command, "--full").out.startswith("made: 0 files written")


def test_what_the_network_has_can_be_looked_at(shell: Shell, vendor: Web) -> None:
    url = f"{vendor.url}/api/service?wsdl"
    done = shell("inspect", url)
    assert done.code == 2 and f"{url}:1: error: {url} is not in" in done.err
    assert shell("inspect", url, "--allow-network").code == 0
    assert not Path("soapwright.lock").exists()
    shell("generate", "--allow-network")
    vendor.pages["/more.xsd"] = MORE.format("Changed")
    assert shell("inspect", url).code == 0
    Path("old.wsdl").write_text(SERVICE)
    assert "Changed" in shell("diff", "old.wsdl", url, "--allow-network").out
    assert "Changed" not in shell("diff", "old.wsdl", url).out


def test_a_finding_names_the_url(shell: Shell, vendor: Web) -> None:
    vendor.pages["/more.xsd"] = "<schema>"
    done = shell("generate", "--allow-network")
    assert done.code == 2
    assert f"{vendor.url}/more.xsd:1: error: " in done.err
    assert not Path("made").exists() and not Path("soapwright.lock").exists()


def test_what_is_not_there(shell: Shell, vendor: Web) -> None:
    del vendor.pages["/more.xsd"]
    done = shell("generate", "--allow-network")
    assert done.code == 2
    assert done.err.startswith(
        f"{vendor.url}/x.xsd:1: error: {vendor.url}/more.xsd"
        " cannot be fetched: HTTP status 404 [network]\nhint: "
    )


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "a login is asked for: save it by other means, and give the file"),
        (403, "a login is asked for: save it by other means, and give the file"),
        (404, "a WSDL is mostly at the service's address with ?wsdl behind it"),
        (500, ""),
    ],
)
def test_a_status_has_its_hint(
    status: int, hint: str, shell: Shell, vendor: Web
) -> None:
    url = f"{vendor.url}/{status}"
    done = shell("inspect", url, "--allow-network")
    assert done.code == 2
    reason = f"{url}:1: error: {url} cannot be fetched: HTTP status {status} [network]"
    assert done.err == f"{reason}\n" + (f"hint: {hint}\n" if hint else "")


def test_a_certificate_that_is_not_trusted_has_its_hint(shell: Shell) -> None:
    keys = pair("localhost")
    Path("cert.pem").write_bytes(keys.pem)
    Path("key.pem").write_bytes(keys.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # it would print it
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"https://127.0.0.1:{server.server_port}/a.wsdl"
        done = shell("inspect", url, "--allow-network")
        server.shutdown()
        thread.join()
    assert done.code == 2 and "certificate verify failed" in done.err
    assert "\nhint: SSL_CERT_FILE names a file of certificates" in done.err


@pytest.mark.parametrize("there", [True, False])
def test_a_services_own_schema_comes_before_the_bundled_one(
    shell: Shell, vendor: Web, there: bool
) -> None:
    """The namespace is a standard's, and the URL is not: what cannot be had is bundled."""
    namespace = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
    if there:
        own = MORE.format("Own").replace("urn:x", namespace)
        vendor.pages["/arrays.xsd"] = own
    location = f'namespace="{namespace}" schemaLocation="{vendor.url}/arrays.xsd"'
    imported = f"<xsd:import {location}/>"
    first = '<xsd:element name="'
    Path("service.wsdl").write_text(SERVICE.replace(first, imported + first, 1))
    command = ("generate", "service.wsdl", "--output", "made", "--package", "made")
    done = shell(*command, "--allow-network")
    assert done.code == 0
    assert ("_own" in types()) == there
    said = (
        f"nothing that is here answers for {vendor.url}/arrays.xsd: the bundled schema"
    )
    assert (said in done.err) != there


def test_imports_are_beside_what_a_redirect_led_to(shell: Shell, vendor: Web) -> None:
    """Also when it is read again from what is locked."""
    vendor.redirects["/service"] = "/api/service?wsdl"
    project = Path("pyproject.toml")
    project.write_text(project.read_text().replace("/api/service?wsdl", "/service"))
    assert (shell("generate", "--allow-network").code, shell("check").code) == (0, 0)
    assert {"_here", "_more"} < types()
    lock = json.loads(Path("soapwright.lock").read_text())["documents"]
    assert lock[f"{vendor.url}/service"]["base"] == f"{vendor.url}/api/service?wsdl"
    assert "base" not in lock[f"{vendor.url}/x.xsd"]
    vendor.pages.clear()
    assert shell("check", "--full").code == 0


# --------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("name", ["secret.xsd", "passwords"])
def test_a_strangers_wsdl_names_no_file_of_this_machine(
    shell: Shell, web: Web, tmp_path: Path, name: str
) -> None:
    """Neither while it is fetched, nor from the copy that the package keeps."""
    file = tmp_path / name
    file.write_text(MORE.format("Own") if name.endswith(".xsd") else "no schema")
    web.pages["/a.wsdl"] = importing(file.as_uri())
    options = ("--yes", "--no-test", "--package", "made")
    done = shell("init", f"{web.url}/a.wsdl", *options)
    assert done.code == 0 and file.as_uri() in done.err
    assert "_own" not in types()
    kept = package_api(Path("made")).types
    assert kept and not any(one.namespace == "urn:x" for one in kept)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("file:///etc/passwd", "leads to file:///etc/passwd, which is not of the web"),
        ("ftp://127.0.0.1/a", "leads to ftp://127.0.0.1/a, which is not of the web"),
        ("/a", "redirects more than 5 times"),
    ],
)
def test_redirects(web: Web, tmp_path: Path, to: str, why: str) -> None:
    web.redirects["/a"] = to
    with pytest.raises(RemoteError, match=f"^{why}$"):
        Remote(tmp_path, allowed=True).find(f"{web.url}/a")


def test_a_redirect_is_followed(web: Web, tmp_path: Path) -> None:
    web.redirects["/a"] = "b"
    web.pages["/b"] = "<b/>"
    found = Remote(tmp_path, allowed=True)
    path = found.find(f"{web.url}/a#part")
    assert path is not None
    document = found.at(path)
    assert document is not None and document.content == b"<b/>"
    assert (document.url, document.base) == (f"{web.url}/a", f"{web.url}/b")


def test_bounds(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web.pages["/a"] = "x" * 5000
    monkeypatch.setattr(fetching, "MAX_BYTES", 4999)
    with pytest.raises(RemoteError, match="has more than 4,999 bytes"):
        Remote(tmp_path, allowed=True).find(f"{web.url}/a")
    monkeypatch.setattr(fetching, "MAX_BYTES", 5000)
    assert Remote(tmp_path, allowed=True).find(f"{web.url}/a") is not None


def test_what_trickles_is_given_up(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where not even its headers come to an end."""
    web.trickles.add("/a")
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.3)
    with pytest.raises(RemoteError, match="takes longer than 0 seconds"):
        Remote(tmp_path, allowed=True).find(f"{web.url}/a")


@pytest.mark.parametrize(
    "url", ["http://user:secret@127.0.0.1/a", "http://127.0.0.1:1/a", "http://[::/a"]
)
def test_what_cannot_be_fetched_is_a_reason(url: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteError):
        Remote(tmp_path, allowed=True).find(url)


def test_places_in_the_store() -> None:
    """They stay in it, whatever the URL, and tell URLs apart."""
    urls = [
        "https://example.org/a.xsd",
        "http://example.org/a.xsd",
        "https://example.org/A.xsd",
        "https://example.org/a.xsd?x=1",
        "https://example.org/a.xsd?x=2",
        "https://example.org//../../a.xsd",
        "https://example.org/..%2f..%2fetc/passwd",
        "https://example.org",
        "https://example.org/",
        "https://../../a",
        "https://example.org/a\\..\\b",
    ]
    places = [stored_name(url) for url in urls]
    assert places[0] == "example.org/a.xsd"
    assert len({place.lower() for place in places}) == len(urls)
    # a document may be a folder of others too
    assert stored_name("https://example.org/a.b") == "example.org/a.b"
    assert not stored_name("https://example.org/a.b/c.d").startswith("example.org/a.b/")
    assert stored_name("https://example.org/ws") != "example.org/ws"
    for place in places:
        assert not {"", ".", ".."} & set(place.split("/")) and "\\" not in place


def test_no_place_clashes_or_is_a_device() -> None:
    urls = [
        *("https://http/x.wsdl", "http://x.wsdl", "http://x.wsdl/", "https://x.wsdl"),
        *(
            "https://h/con.xsd",
            "https://h/CON",
            "https://h/com1.a.b",
            "https://h/nul/a.xsd",
        ),
        *("https://con/a.xsd", "https://h/_con.xsd", "https://h/con./a.xsd"),
        *("https://h/a.xsd.", "https://h/a.xsd", "https://h/a.XSD", "https://h/a.xsd "),
        *(
            "https://h/x/a.xsd",
            "https://h/x//a.xsd",
            "https://h/x/./a.xsd",
            "https://h/./x/a.xsd",
        ),
        *(f"https://h/{'a' * n}.xsd" for n in (200, 201, 5000)),
        *("https://h/a.b/c.d", "https://h/a_b/c.d", "https://h/a.b"),
    ]
    places = [stored_name(url) for url in urls]
    folded = [place.lower().rstrip(". ") for place in places]
    assert len(set(folded)) == len(urls)
    for place in folded:
        assert not any(other.startswith(f"{place}/") for other in folded)
        for step in place.split("/"):
            assert step.partition(".")[0] not in ("con", "nul", "com1")
            assert len(step) < 120
    for place in places:  # as a URL of its own it has another place
        assert stored_name(f"https://{place}") != place or place in (
            "h/a.b",
            "h/a.xsd",
            "h/x/a.xsd",
            "h/a_b/c.d",
            "h/_con.xsd",
        )


def test_no_symbolic_link_is_followed(shell: Shell, vendor: Web) -> None:
    outside = Path("outside")
    outside.mkdir()
    Path("soapwright.documents").symlink_to(outside, target_is_directory=True)
    done = shell("generate", "--allow-network")
    assert done.code == 2
    assert "is not kept: soapwright.documents is a symbolic link" in done.err
    assert not list(outside.iterdir()) and vendor.asked == []
    Path("soapwright.documents").unlink()
    assert shell("generate", "--allow-network").code == 0
    kept = next(Path("soapwright.documents").rglob("more*.xsd"))
    moved = outside / "more.xsd"
    kept.rename(moved)
    kept.symlink_to(moved.resolve())
    for command in (["check", "--full"], ["generate", "--allow-network"]):
        done = shell(*command)
        assert done.code == 2 and "is a symbolic link" in done.err


def test_all_documents_together_are_bounded(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages = {f"/{n}": "x" * 100 for n in range(9)}
    monkeypatch.setattr(remote_module, "MAX_BYTES", 450)
    found = Remote(tmp_path, allowed=True)
    for number in range(4):
        found.find(f"{web.url}/{number}")
    with pytest.raises(RemoteError, match="more than 450 bytes are not fetched"):
        found.find(f"{web.url}/5")
    monkeypatch.setattr(remote_module, "MAX_DOCUMENTS", 3)
    found = Remote(tmp_path, allowed=True)
    for number in (0, 1):
        found.find(f"{web.url}/{number}")
    with pytest.raises(RemoteError):
        found.find(f"{web.url}/none")
    with pytest.raises(RemoteError, match="more than 3 documents are not fetched"):
        found.find(f"{web.url}/3")
    monkeypatch.setattr(remote_module, "MAX_SECONDS", 1e-9)
    found = Remote(tmp_path, allowed=True)
    found.find(f"{web.url}/0")
    with pytest.raises(RemoteError, match="seconds no more documents are fetched"):
        found.find(f"{web.url}/1")


def test_what_is_public_leads_to_nothing_private(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["/a"] = web.pages["/b"] = "<a/>"
    found = Remote(tmp_path, allowed=True)
    with pytest.raises(RemoteError, match="is at a private address"):
        found.find(f"{web.url}/a", by="https://example.org/service.wsdl")
    assert web.asked == []
    found.find(f"{web.url}/a")  # the user asks for that
    found.find(f"{web.url}/b", by=f"{web.url}/a")
    assert web.asked == ["/a", "/b"]
    for address, inside in {
        "127.0.0.1": True,
        "10.1.2.3": True,
        "169.254.169.254": True,
        "::1": True,
        "fe80::1%eth0": True,
        "::ffff:192.168.1.1": True,
        "0.0.0.0": True,
        "93.184.216.34": False,
        "2606:2800:220:1:248:1893:25c8:1946": False,
    }.items():
        assert fetching._is_inside(address) is inside


def test_a_redirect_from_a_public_address_to_a_private_one(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.redirects["/a"] = f"{web.url.replace('127.0.0.1', '127.0.0.2')}/b"
    monkeypatch.setattr(fetching, "_is_inside", lambda address: address == "127.0.0.2")
    with pytest.raises(RemoteError, match="is at a private address"):
        Remote(tmp_path, allowed=True).find(f"{web.url}/a")


def test_a_name_that_is_looked_up_again_and_leads_inside(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["/a"] = "<a/>"
    answers = iter([False, True])
    monkeypatch.setattr(fetching, "_is_inside", lambda address: next(answers))
    with pytest.raises(RemoteError, match="is at a private address"):
        Remote(tmp_path, allowed=True).find(f"{web.url}/a")


def test_two_runs_at_once_wait_for_each_other(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    first, second = (Remote(tmp_path, allowed=True) for _ in range(2))
    order = []

    def run() -> None:
        with second.alone():
            order.append("second")

    with first.alone():
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    with Remote(tmp_path, allowed=False).alone(), first.alone():
        order.append("a run without the network waits for none")


@pytest.mark.parametrize(
    "lock", ["", "[]", '{"documents": []}', '{"documents": {"u": 1}}']
)
def test_a_lock_that_is_none_locks_nothing(lock: str, tmp_path: Path) -> None:
    (tmp_path / "soapwright.lock").write_text(lock)
    assert Remote(tmp_path, allowed=False).find("u") is None
