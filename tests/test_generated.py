"""The committed packages: in step with their specs, and all that is promised of a package."""

from __future__ import annotations

import ast
import json
import logging
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import clickatell
import clickatell_document_literal
import pytest
from conftest import ROOT, Run
from environments import make_environment

GENERATED = ROOT / "generated"
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = [package["name"] for package in CONFIG["tool"]["soapwright"]["package"]]
# What a package may import: this, the standard library, and itself.
DEPENDENCIES = {"lxml", "httpx2"}
SEED = ROOT / "spec" / "clickatell" / "samples" / "01-rpc-sendmsg-request.seed.xml"


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


# ------------------------------------------------------------------------- in step


@pytest.mark.parametrize("seed", ["1", "2"])
def test_regenerating_gives_the_committed_bytes(
    seed: str, tmp_path: Path, run: Run
) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    result = run(
        *("-m", "soapwright", "generate"),
        cwd=tmp_path,
        PYTHONHASHSEED=seed,
        PYTHONPATH=str(ROOT),
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(p.name for p in (tmp_path / "generated").iterdir()) == sorted(
        PACKAGES
    )
    for name in PACKAGES:
        made, committed = files_in(tmp_path / "generated" / name), files_in(
            GENERATED / name
        )
        assert made.keys() == committed.keys()
        assert [
            p for p in made if made[p] != committed[p]
        ] == [], "run `make regenerate`"


@pytest.mark.parametrize("name", PACKAGES)
def test_the_runtime_is_the_toolkits_byte_for_byte(name: str) -> None:
    runtime = files_in(ROOT / "codegen" / "soapwright" / "runtime")
    own = files_in(GENERATED / name / "_soap")
    del own["__init__.py"]
    assert own == {path: runtime[path] for path in own}


@pytest.mark.parametrize("name", PACKAGES)
def test_the_manifest_names_every_file_and_no_place_or_time(name: str) -> None:
    text = (GENERATED / name / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert set(manifest["files"]) == files_in(GENERATED / name).keys() - {
        "manifest.json"
    }
    assert manifest["options"]["name"] == name
    assert str(ROOT) not in text and "/home/" not in text
    assert not re.search(r"\b20\d\d-\d\d", text)


# --------------------------------------------------------------------------- its style


def test_ruff_accepts_them(run: Run) -> None:
    # but for the runtime: it is the toolkit's own source
    command = ("-m", "ruff", "format", "--isolated", "--no-cache", "--diff")
    result = run(*command, "--exclude", "_soap", *PACKAGES, cwd=GENERATED)
    assert result.returncode == 0, result.stdout[:5000] + result.stderr


def test_mypy_accepts_them(type_check: Callable[..., str]) -> None:
    assert type_check(GENERATED, *PACKAGES) == ""


# ------------------------------------------------------------------ what they stand on


def imports_of(path: Path) -> Iterator[str]:
    """The top names of what a module imports from elsewhere, wherever in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("name", PACKAGES)
def test_they_import_their_dependencies_and_themselves_alone(name: str) -> None:
    allowed = DEPENDENCIES | sys.stdlib_module_names
    found = {
        (path.name, module)
        for path in (GENERATED / name).rglob("*.py*")
        if path.suffix in (".py", ".pyi")
        for module in imports_of(path)
        if module not in allowed
    }
    assert found == set()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that has lxml and httpx2, with what these require."""
    folder = tmp_path_factory.mktemp("alone") / "env"
    return make_environment(folder, DEPENDENCIES).python


SCRIPT = """
import importlib.util, pathlib, re, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

for absent in ("soapwright", "soapwright_clickatell", "jinja2", "black", "xsdata", "click", "pytest", "pip"):
    assert importlib.util.find_spec(absent) is None, absent
sys.path.insert(0, ".")
import sms_gateway

request = sms_gateway.types.SendmsgRequest(
    api_id=1234, user="demo", password="demo", to=["2799912345", "27999123134"], from_="me",
    text="Initial test message",
)
sample = re.sub(rb">\\s+<", b"><", pathlib.Path("sample.xml").read_bytes()).strip()
sendmsg = sms_gateway.PORTS["PushServerWSPort"].operations["sendmsg"]
assert sendmsg.encode_request(request) == sample


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        value = sendmsg.decode_request(body)
        reply = sms_gateway.types.SendmsgResponse(return_=[f"ID: {to}" for to in value.to])
        reply = sendmsg.encode_response(reply)
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=ISO-8859-1")
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
with sms_gateway.Client(endpoint=f"http://127.0.0.1:{server.server_port}/") as client:
    print(client.sendmsg(to=["1", "2"], text="hello"))
server.shutdown()
server.server_close()
"""


def test_a_copy_under_another_name_works_alone(alone: Path, tmp_path: Path) -> None:
    shutil.copytree(GENERATED / "clickatell", tmp_path / "sms_gateway")
    shutil.copy(SEED, tmp_path / "sample.xml")
    (tmp_path / "main.py").write_text(SCRIPT, encoding="utf-8")
    result = subprocess.run(
        [alone, "-I", "-W", "error", "main.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (result.stdout, result.stderr) == ("['ID: 1', 'ID: 2']\n", "")


@pytest.mark.parametrize("place", ["zip", "namespace"])
def test_a_copy_works_from_anywhere(place: str, tmp_path: Path, run: Run) -> None:
    """In a zip, and in a package without `__init__`, optimised: nothing depends on the place."""
    home = tmp_path / "home"
    shutil.copytree(GENERATED / "clickatell", home / "vendor" / "sms")
    if place == "zip":
        shutil.make_archive(str(home), "zip", home)
    script = (
        "import copy, pickle, vendor.sms as sms, vendor.sms.server\n"
        "auth = sms.PORTS['PushServerWSPort'].operations['auth']\n"
        "value = sms.types.AuthRequest(api_id=1, user='demo')\n"
        "sms.validate(value)\n"
        "same = auth.decode_request(auth.encode_request(value)) == value\n"
        "copied = pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value\n"
        "print(same, copied)\n"
    )
    path = f"{home}.zip" if place == "zip" else str(home)
    result = run("-O", "-W", "error", "-c", script, cwd=tmp_path, PYTHONPATH=path)
    assert (result.stdout, result.stderr) == ("True True\n", "")


def test_mypy_accepts_them_without_stubs(alone: Path, tmp_path: Path, run: Run) -> None:
    shutil.copytree(GENERATED / "clickatell", tmp_path / "sms_gateway")
    result = run(
        *("-m", "mypy", "--strict", "--no-error-summary", "--config-file="),
        *("--python-executable", alone, "--cache-dir", tmp_path / "cache"),
        *("-p", "sms_gateway"),
        cwd=tmp_path,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


# ------------------------------------------------------------------------------- lazy


def loaded_by(code: str, run: Run) -> set[str]:
    """The modules that some code loads, of a package and of its heavier dependency."""
    ask = "import sys; print(*(m for m in sys.modules if m.startswith(('click', 'httpx2'))))"
    result = run("-c", f"{code}\n{ask}", cwd=GENERATED)
    assert result.stderr == ""
    return set(result.stdout.split())


def test_importing_a_package_loads_nothing_of_it(run: Run) -> None:
    assert loaded_by("import clickatell", run) == {"clickatell"}


def test_an_operation_loads_the_types_that_it_needs(run: Run) -> None:
    code = (
        "import clickatell\n"
        "sendmsg = clickatell.PORTS['PushServerWSPort'].operations['sendmsg']\n"
        "sendmsg.encode_request(clickatell.types.SendmsgRequest(to=['1']))"
    )
    loaded = loaded_by(code, run)
    types = {name for name in loaded if name.startswith("clickatell.types.")}
    assert types == {
        "clickatell.types._array_of_string",
        "clickatell.types._sendmsg_request",
    }
    assert "httpx2" not in loaded


def test_httpx2_is_loaded_with_the_first_request(run: Run) -> None:
    code = "import clickatell\nclient = clickatell.Client('http://127.0.0.1:9')\n"
    assert "httpx2" not in loaded_by(code, run)
    code += "try:\n    client.ping(session_id='s')\n"
    code += "except clickatell.errors.TransportError:\n    pass"
    assert "httpx2" in loaded_by(code, run)


# ---------------------------------------------------------------------------- secrets

SECRET = "hunter2-and-more"


class Recorder:
    """A transport that answers with a page."""

    def send(self, request: object) -> clickatell._soap.http.transport.Response:
        return clickatell._soap.http.transport.Response(
            500, {"content-type": "text/html"}, b"<p>no</p>"
        )


def test_secrets_do_not_show(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    request = clickatell.types.SendmsgRequest(
        session_id=SECRET, user="demo", password=SECRET, text="shown"
    )
    document = clickatell_document_literal.types.Auth(
        api_id=1, user="demo", password=SECRET
    )
    shown = [repr(request), repr(document)]
    client = clickatell.Client("http://gateway.example", transport=Recorder())
    with pytest.raises(clickatell.errors.TransportError) as caught:
        client.auth(user="demo", password=SECRET)
    shown += [str(caught.value), repr(caught.value), repr(caught.value.exchange)]
    bad = clickatell.types.SendmsgRequest(password=SECRET + "\x00")
    with pytest.raises(clickatell.errors.EncodeError) as refused:
        clickatell.PORTS["PushServerWSPort"].operations["sendmsg"].encode_request(bad)
    shown += [str(refused.value), repr(refused.value), caplog.text]
    assert "auth: POST http://gateway.example" in caplog.text
    assert [text for text in shown if SECRET in text] == []
    for package in (clickatell, clickatell_document_literal):
        assert SECRET not in repr(package.types.AuthResponse(return_=f"OK: {SECRET}"))
    assert "user='demo'" in shown[0] and "text='shown'" in shown[0]
