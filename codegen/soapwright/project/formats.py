"""Keeps files as another version of the formatter wrote them: a version makes no package stale."""

from __future__ import annotations

import ast
from dataclasses import replace
from inspect import cleandoc
from pathlib import Path

from soapwright.project.manifest import Manifest, parse_manifest
from soapwright.project.toolkit import content_of, is_of


def with_formats_kept(
    folder: Path, files: dict[str, bytes], earlier: Manifest, manifest: str
) -> dict[str, bytes]:
    """The files of a package, of which those that differ from the folder's in their format alone
    are as they are there; the manifest has the digests of these.

    A module differs in its format alone where it was emitted alike, is as it was written, and
    means the same.

    Args:
        folder: the package's.
        files: what the package should hold, the manifest too.
        earlier: the manifest in the folder.
        manifest: the manifest's name.
    """
    wanted = parse_manifest(files[manifest])
    if wanted is None:
        return files
    kept: dict[str, bytes] = {}
    for path, emitted in wanted.emitted.items():
        written = earlier.files.get(path)
        if written is None or written == wanted.files[path]:
            continue
        if earlier.emitted.get(path) != emitted:
            continue
        content = content_of(folder / path)
        if content is not None and is_of(content, written):
            if _meaning(content) == _meaning(files[path]):
                kept[path] = content
    if not kept:
        return files
    digests = wanted.files | {path: earlier.files[path] for path in kept}
    return {**files, **kept, manifest: replace(wanted, files=digests).encode()}


def _meaning(module: bytes) -> str:
    """A module's syntax tree, which no format changes; "" where it is no Python."""
    try:
        tree = ast.parse(module)
    except (SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)) as doc):
                doc.value = cleandoc(text)
            case _:
                pass  # only docstrings may be formatted differently
    return ast.dump(tree)
