"""The Header of an envelope, of which no more is parsed than that."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

from ..errors.errors import DecodeError
from ..soap.envelope import NAMES
from ..xml.element import Element
from ..xml.parsing import PULL_PARSER, syntax_error, usable_charset

_CHUNK: Final = 2**14
_HEADERS: Final = tuple(names.header for names in NAMES.values())
_BODIES: Final = tuple(names.body for names in NAMES.values())


def header_of(envelope: bytes, charset: str | None) -> Element | None:
    """The Header of an envelope, `None` where it has none.

    Args:
        envelope: its Header comes before its Body.
        charset: of its Content-Type; it beats the XML declaration.

    Raises:
        DecodeError: it is no SOAP envelope, has a DTD, or is not well-formed up to its Body.
    """
    parser = PULL_PARSER(
        events=("start", "end"),
        tag=(*_HEADERS, *_BODIES),
        encoding=usable_charset(charset, envelope) if charset is not None else None,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    for at in range(0, len(envelope), _CHUNK):
        try:
            parser.feed(envelope[at : at + _CHUNK])
        except etree.XMLSyntaxError as error:
            raise syntax_error(error, envelope) from None
        for event, element in parser.read_events():
            _refuse_dtd(element)
            if element.tag in _BODIES:
                return None
            if event == "end":
                found: Element = element
                return found
    raise DecodeError("", "the envelope has no Body")


def _refuse_dtd(element: Any) -> None:  # Any: lxml ships no types
    if element.getroottree().docinfo.internalDTD is not None:
        raise DecodeError("", "a DTD is refused")
