"""What the tests of the front end's WSDL half share: documents written to a folder, and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from soapwright.model.diagnostics import Findings, SpecError
from soapwright.wsdl.documents import Documents, load

Files = Mapping[str, str | bytes]
Write = Callable[[Files], Path]
Read = Callable[..., tuple[Documents | None, list[str]]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files, by their paths relative to a folder, and gives the folder."""

    def write_files(files: Files) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write_files


@pytest.fixture
def read(write: Write) -> Read:
    """Loads the first of some files; gives the documents, None where they are refused, and every
    finding as it is printed."""

    def read_files(files: Files, *catalogs: str) -> tuple[Documents | None, list[str]]:
        folder = write(files)
        findings = Findings()
        entry = Path(next(iter(files)))
        try:
            documents = load(entry, [Path(c) for c in catalogs], findings, base=folder)
        except SpecError as error:
            assert list(error.diagnostics) == list(findings)
            return None, [str(d) for d in findings]
        return documents, [str(d) for d in findings]

    return read_files


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """The entry of each WSDL of the shared corpus."""
    folder = Path(__file__).parents[2].parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the shared corpus of real WSDLs is not here")
    entries = []
    for source in sorted(folder.glob("*/SOURCE.txt")):
        lines = source.read_text(encoding="utf-8").splitlines()
        entry = next(line for line in lines if line.startswith("entry:"))
        entries.append(source.parent / entry.partition(":")[2].strip())
    return entries
