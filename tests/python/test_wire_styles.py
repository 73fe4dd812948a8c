"""Wire styles: how an envelope begins, and what nil looks like."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from soapwright.model.api import SoapVersion
from soapwright.model.namespaces import ENCODINGS, ENVELOPES
from soapwright.python.wire import (
    NUSOAP,
    STANDARD,
    WIRE_STYLES,
    WireStyle,
    envelope_start,
    nil_attributes,
)

STYLES = list(WIRE_STYLES.values())


def parsed(start: str) -> etree._Element:
    return etree.fromstring(f"{start}/>".encode("latin-1"))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
@pytest.mark.parametrize("version", SoapVersion)
@pytest.mark.parametrize("encoded", [True, False])
def test_an_envelope_begins_as_its_version_says(
    style: WireStyle, version: SoapVersion, encoded: bool
) -> None:
    start = envelope_start(style, version, ENCODINGS[version] if encoded else "")
    envelope = parsed(start)
    assert envelope.tag == f"{{{ENVELOPES[version]}}}Envelope"
    assert envelope.prefix == style.envelope
    assert start.startswith(style.declaration)
    assert f'encoding="{style.charset}"' in style.declaration
    # SOAP 1.2 forbids encodingStyle here
    said = {f"{{{ENVELOPES[version]}}}encodingStyle": ENCODINGS[version]}
    here = style.encoding_style_on_envelope and encoded and version is SoapVersion.V11
    assert dict(envelope.attrib) == (said if here else {})


@pytest.mark.parametrize("version", SoapVersion)
def test_a_style_that_fixes_them_declares_all_standard_namespaces(
    version: SoapVersion,
) -> None:
    for style in STYLES:
        fixed = {**parsed(envelope_start(style, version, "")).nsmap}
        del fixed[style.envelope]
        schema = "http://www.w3.org/2001/XMLSchema"
        assert fixed == (
            {
                "xsd": schema,
                "xsi": f"{schema}-instance",
                style.encoding: ENCODINGS[version],
            }
            if style.fixed_declarations
            else {}
        )


def test_the_envelope_that_nusoap_writes() -> None:
    assert envelope_start(NUSOAP, SoapVersion.V11, ENCODINGS[SoapVersion.V11]) == (
        '<?xml version="1.0" encoding="ISO-8859-1"?>'
        '<SOAP-ENV:Envelope SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
        ' xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"'
    )


def test_the_envelope_that_is_standard() -> None:
    assert envelope_start(STANDARD, SoapVersion.V12, ENCODINGS[SoapVersion.V12]) == (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"'
    )


def test_nil_says_its_type_in_the_order_of_the_style() -> None:
    nil, kind = ' xsi:nil="true"', ' xsi:type="xsd:int"'
    assert nil_attributes(STANDARD, "xsd:int") == kind + nil
    assert nil_attributes(NUSOAP, "xsd:int") == nil + kind


def test_each_style_is_known_by_its_name() -> None:
    assert {name: style.name for name, style in WIRE_STYLES.items()} == {
        "standard": "standard",
        "nusoap": "nusoap",
        "gsoap": "gsoap",
        "named-parts": "named-parts",
    }
    assert replace(STANDARD) == WIRE_STYLES["standard"]
