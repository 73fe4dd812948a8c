"""Changes in how values travel: parts beside the envelope, their media types, HTTP without SOAP."""

from __future__ import annotations

from dataclasses import replace

from soapwright.model.api import (
    HttpBinding,
    HttpContent,
    HttpPart,
    Message,
    Port,
)
from soapwright.tools.diff.changes import Changes, Sides
from soapwright.tools.diff.comparing import Places
from soapwright.tools.diff.rules import Effect


class Attachments:
    """Compares what WSDL's MIME and HTTP bindings declare, and where MTOM is expected."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def ports(self, old: Port, new: Port) -> None:
        """Compare whether binary values may travel as parts."""
        places = (old.at, new.at)
        if new.mtom is not None and old.mtom is None:
            message = "binary values may travel as parts of their own now"
            self._changes.add("mtom", new.key, message, places, Sides(True, True))
        elif old.mtom is not None and new.mtom is None:
            message = "binary values are not said to travel as parts any more"
            self._changes.add("no-mtom", new.key, message, places, Sides(True, True))

    def messages(self, old: Message, new: Message, subject: str, sides: Sides) -> None:
        """Compare the parts of a message that are beside the envelope."""
        before = {one.name: one for one in old.attached}
        after = {one.name: one for one in new.attached}
        for name, was in before.items():
            now = after.get(name)
            if now is not None:
                places: Places = (was.at, now.at)
                types = (was.media_types, now.media_types)
                self._media_types(*types, f"{subject}.{name}", places, sides)
            elif any(part.name == name for part in new.parts):
                self._moved("in the envelope", name, subject, (was.at, new.at), sides)
        for name, now in after.items():
            if name not in before and any(part.name == name for part in old.parts):
                self._moved(
                    "beside the envelope", name, subject, (old.at, now.at), sides
                )

    def http(
        self, old: HttpBinding, new: HttpBinding, subject: str, places: Places
    ) -> None:
        """Compare how an operation is called without SOAP."""
        answered = old.response, old.response_parts
        as_before = replace(
            new,
            response=old.response,
            media_type=old.media_type,
            response_parts=old.response_parts,
        )
        asked, replied = as_before != old, answered != (
            new.response,
            new.response_parts,
        )
        if asked or replied:
            message = f"is {_http(new)}, was {_http(old)}"
            sides = Sides(asked, replied)
            self._changes.add("http", subject, message, places, sides)
        elif new.response in (HttpContent.TEXT, HttpContent.BYTES):
            types = ((old.media_type,), (new.media_type,))
            self._media_types(*types, f"{subject}.response", places, Sides(False, True))

    def _media_types(
        self,
        old: tuple[str, ...],
        new: tuple[str, ...],
        subject: str,
        places: Places,
        sides: Sides,
    ) -> None:
        if set(old) != set(new):
            words = (", ".join(filter(None, types)) or "any" for types in (new, old))
            message = "media type is {}, was {}".format(*words)
            self._changes.add("media-type", subject, message, places, sides)

    def _moved(
        self, to: str, name: str, subject: str, places: Places, sides: Sides
    ) -> None:
        message = f"is {to} now"
        where = f"{subject}.{name}"
        self._changes.add("attached", where, message, places, sides, Effect.RISKY)


def _http(http: HttpBinding) -> str:
    request = _form(http.request, http.request_parts)
    response = _form(http.response, http.response_parts)
    return f"{http.verb} {http.location} ({request} to {response})"


def _form(content: HttpContent, parts: tuple[HttpPart, ...]) -> str:
    """The form of a message, with the media types of its MIME parts."""
    types = ", ".join(f"{p.name} {p.media_type}".strip() for p in parts)
    return f"{content.value} of {types}" if types else content.value
