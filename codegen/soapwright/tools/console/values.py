"""The values of a form, as the page sends them and as it is filled in: a tree of names and texts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from typing import Any, Final

from soapwright.envelopes.given import NIL, Given

_DEEPEST: Final = 120


class Malformed(ValueError):
    """A request of the page that is not as the page makes it."""


def read_values(data: Any, depth: int = 0) -> Given:  # Any: JSON
    """The values of a form: `{"text": …}`, `{"file": base64}`, `{"nil": true}` or `{"parts": [[name, …]]}`.

    Raises:
        Malformed: it is something else.
    """
    if not isinstance(data, dict) or depth > _DEEPEST:
        raise Malformed("values are nested objects")
    made = Given(nil=data.get("nil") is True)
    if isinstance(text := data.get("text"), str):
        made.text = text
    if isinstance(file := data.get("file"), str):
        try:
            made.content = b64decode(file, validate=True)
        except (Error, ValueError) as error:
            raise Malformed("a file is base64") from error
        made.text = file
    parts = data.get("parts", [])
    for pair in parts if isinstance(parts, list) else []:
        match pair:
            case [str(name), inner]:
                made.parts.append((name, read_values(inner, depth + 1)))
            case _:
                raise Malformed("parts are pairs of a name and a value")
    return made


def values_as_json(given: Given) -> dict[str, Any]:  # Any: JSON
    """The same the other way."""
    made: dict[str, Any] = {}  # Any: JSON
    if given.nil:
        made["nil"] = True
    if given.content is not None:
        made["file"] = b64encode(given.content).decode("ascii")
    elif given.text is not None:
        made["text"] = given.text
    if given.parts:
        made["parts"] = [
            [name, values_as_json(part)] for name, part in given.parts if name != NIL
        ]
    return made


def without_secrets(data: Any, is_secret: Any) -> Any:  # Any: JSON; a predicate
    """Values as they may be kept on disk: those under secrets' names, and files, are left out."""
    if not isinstance(data, dict):
        return data
    kept = {key: value for key, value in data.items() if key != "file"}
    if "file" in data:
        kept.pop("text", None)
    if isinstance(parts := kept.get("parts"), list):
        kept["parts"] = [
            [name, without_secrets(inner, is_secret)]
            for name, inner in parts
            if not is_secret(name)
        ]
    return kept
