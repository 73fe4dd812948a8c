"""The toolkit itself: where its templates are, and which state of it makes packages."""

from __future__ import annotations

import hashlib
from pathlib import Path

import soapwright

_HOME = Path(soapwright.__file__).parent
# What a package is made by; the command line and the other tools change no byte of one.
_GENERATING = ("model", "wsdl", "passes", "python", "runtime")
_SUFFIXES = (".py", ".typed", ".xsd", ".wsdl", ".xml")
_MODULES = ("pipeline.py",)


def templates() -> Path:
    """The folder of the package's templates: inside the toolkit in a wheel, beside it in a checkout."""
    return _templates() / "python"


def site_templates() -> Path:
    """The folder of the reference's templates and its style and script."""
    return _templates() / "docs"


def console_files() -> Path:
    """The folder of the console's page, its style and script."""
    return _templates() / "console"


def _templates() -> Path:
    installed = _HOME / "templates"
    return installed if installed.is_dir() else _HOME.parents[1] / "templates"


def identity() -> dict[str, str]:
    """Which soapwright this is: a checkout changes without its version, so its code counts too."""
    files = {name: _HOME / name for name in _MODULES}
    for part in _GENERATING:
        for path in (_HOME / part).rglob("*"):
            if path.suffix in _SUFFIXES:
                files[path.relative_to(_HOME).as_posix()] = path
    for path in templates().glob("*.jinja"):
        files[f"templates/{path.name}"] = path
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name} {digest(files[name].read_bytes())}\n".encode())
    return {
        "name": "soapwright",
        "version": soapwright.__version__,
        "sha256": whole.hexdigest(),
    }


def digest(content: bytes) -> str:
    """The SHA-256 of a file, as manifests have it."""
    return hashlib.sha256(content).hexdigest()


def is_of(content: bytes, expected: str) -> bool:
    """Whether a file has this digest, or had it before its line ends were converted (as git does)."""
    if digest(content) == expected:
        return True
    plain = with_plain_ends(content)
    if plain != content:
        return digest(plain) == expected
    return b"\n" in content and digest(content.replace(b"\n", b"\r\n")) == expected


def content_of(path: Path) -> bytes | None:
    """A file's bytes, None where there is none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def with_plain_ends(content: bytes) -> bytes:
    """A file with LF for CR LF: whether a checkout has converted it does not count."""
    return content.replace(b"\r\n", b"\n")
