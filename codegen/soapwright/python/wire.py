"""Wire styles: the habits that lenient specifications leave open, as frozen records.

`STANDARD` serves every service. `NUSOAP` is how PHP's NuSOAP writes, down to the order of
attributes: the documented envelope of Clickatell's gateway is its work. `GSOAP` is for servers
made by gSOAP, `NAMED_PARTS` for those that read type parts as PHP writes them. A style changes what is written, never what is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from soapwright.model.api import SoapVersion
from soapwright.model.namespaces import ENCODINGS, ENVELOPES, XSD, XSI


@dataclass(frozen=True, slots=True)
class WireStyle:
    """How envelopes are put.

    `charset` is what they are encoded in. `envelope` and `encoding` are the prefixes of SOAP's
    two namespaces. With `fixed_declarations` every envelope declares XML Schema's namespaces and
    the encoding's, whether it needs them or not. `encoding_style_on_envelope` puts SOAP 1.1's
    `encodingStyle` there instead of on the call. `call_prefix` is the prefix of an rpc call's own
    namespace ("" takes the package's), and with `declare_on_call` the call declares it again.
    `nil_first` writes `xsi:nil` before `xsi:type`. With `qualified_members` the members of encoded
    structures are qualified as the schema declares, which gSOAP's servers ask for. With `named_parts`
    the type parts of document/literal are elements of the parts' names, as PHP, zeep and suds write them.
    """

    name: str
    charset: str
    envelope: str
    encoding: str
    declaration: str
    fixed_declarations: bool
    encoding_style_on_envelope: bool
    call_prefix: str
    declare_on_call: bool
    nil_first: bool
    qualified_members: bool
    named_parts: bool


STANDARD = WireStyle(
    name="standard",
    charset="UTF-8",
    envelope="soap",
    encoding="enc",
    declaration='<?xml version="1.0" encoding="UTF-8"?>',
    fixed_declarations=False,
    encoding_style_on_envelope=False,
    call_prefix="",
    declare_on_call=False,
    nil_first=False,
    qualified_members=False,
    named_parts=False,
)

NUSOAP = WireStyle(
    name="nusoap",
    charset="ISO-8859-1",
    envelope="SOAP-ENV",
    encoding="SOAP-ENC",
    declaration='<?xml version="1.0" encoding="ISO-8859-1"?>',
    fixed_declarations=True,
    encoding_style_on_envelope=True,
    call_prefix="tns",
    declare_on_call=True,
    nil_first=True,
    qualified_members=False,
    named_parts=False,
)

GSOAP = replace(STANDARD, name="gsoap", qualified_members=True)
NAMED_PARTS = replace(STANDARD, name="named-parts", named_parts=True)

WIRE_STYLES = {style.name: style for style in (STANDARD, NUSOAP, GSOAP, NAMED_PARTS)}


def envelope_start(style: WireStyle, soap: SoapVersion, encoding: str) -> str:
    """The envelope up to its declarations: everything that all envelopes of a port share.

    `encoding` is that of its messages, "" where they are literal.
    """
    namespace, encoded = ENVELOPES[soap], bool(encoding)
    encoding = encoding or ENCODINGS[soap]
    p = style.envelope
    start = f"{style.declaration}<{p}:Envelope"
    # SOAP 1.2, part 1, section 5.1.1: encodingStyle is never on Envelope or Body
    if style.encoding_style_on_envelope and encoded and soap is SoapVersion.V11:
        start += f' {p}:encodingStyle="{encoding}"'
    start += f' xmlns:{p}="{namespace}"'
    if style.fixed_declarations:
        start += (
            f' xmlns:xsd="{XSD}" xmlns:xsi="{XSI}" xmlns:{style.encoding}="{encoding}"'
        )
    return start


def nil_attributes(style: WireStyle, xsi_type: str) -> str:
    """The attributes of an element that is nil and declares its type."""
    nil, kind = 'xsi:nil="true"', f'xsi:type="{xsi_type}"'
    return f" {nil} {kind}" if style.nil_first else f" {kind} {nil}"
