"""Envelopes as trees, whatever their namespaces are called."""

from __future__ import annotations

from lxml import etree

from soapwright.wsdl.parsing import parse_odd_namespaces


class NotComparable(ValueError):
    """The input is no XML, or XML that is not read here: a DTD, a text of more than
    10 MB, elements nested more than 256 deep."""


def parse_envelope(xml: bytes | str, which: str) -> etree._Element:
    """The root of an envelope that findings call `which`.

    Raises:
        NotComparable: it is no XML, or XML that is not read here.
    """
    content = xml.encode("utf-8", "surrogatepass") if isinstance(xml, str) else xml
    encoding = "utf-8" if isinstance(xml, str) else None
    try:
        root = etree.fromstring(content, _parser(encoding))
    except etree.XMLSyntaxError as error:
        recovering = _parser(encoding, recover=True)
        found = parse_odd_namespaces(content, recovering, encoding)
        if found is None:
            raise NotComparable(f"{which} is not XML: {error.msg}") from None
        root = found
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotComparable(f"{which} has a document type declaration")
    return root


def _parser(encoding: str | None, *, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
