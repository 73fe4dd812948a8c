"""Clickatell's SMS gateway: what no WSDL says about it, and the gateway in a box.

The package vendors its generated packages, as any program does that ships what soapwright made
for it: `services` has them. In a checkout that is a link to `generated/`; a wheel has the
packages themselves.

`client` sends, `outgoing` has the kinds of messages, `outcomes` what comes of them, `features`
and `codes` the vendor's numbers, `callbacks` takes what the gateway tells. These stay; the other
modules may change.
"""

__version__ = "0.2.0"
