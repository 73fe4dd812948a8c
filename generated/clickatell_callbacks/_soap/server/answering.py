"""The answers of a service that refuses or fails: faults, and their HTTP statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ..addressing.headers import AddressingHeaders
from ..errors.errors import SoapFault
from ..http.transport import Response
from ..soap.envelope import NAMES, Envelope, Version, Wire
from ..soap.faults import blames_the_sender, write_fault
from ..soap.operation import AnyOperation, Port
from ..values.names import SOAP11, SOAP12, SOAP_ENCODINGS
from ..values.strings import attribute_text
from ..xml.element import Element

MEDIA_TYPES: Final[Mapping[Version, str]] = {
    "1.1": "text/xml",
    "1.2": "application/soap+xml",
}
_SHOWN: Final = 200
_NAMED_AT_MOST: Final = 10
_TRUE: Final = ("1", "true")
# The roles of whoever answers (SOAP 1.1, section 4.2.2; SOAP 1.2 part 1, section 2.2).
_OURS: Final[Mapping[Version, tuple[str, ...]]] = {
    "1.1": ("", "http://schemas.xmlsoap.org/soap/actor/next"),
    "1.2": (
        "",
        f"{SOAP12}/role/next",
        f"{SOAP12}/role/ultimateReceiver",
    ),
}
_NO_ENCODING: Final = f"{SOAP12}/encoding/none"


class Refusal(Exception):
    """A request that is answered with a fault without having been a call.

    Args:
        fault: its fault.
        version: of SOAP to answer in; `None` for the one that the request's type names.
        status: HTTP's, where it is not the fault's own.
        headers: HTTP's, by names in lower case.
        blocks: the fault's header blocks, as XML.
        about_body: whether the envelope was read up to its Body, and that is what is wrong.
    """

    def __init__(
        self,
        fault: SoapFault,
        *,
        version: Version | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        blocks: str = "",
        about_body: bool = False,
    ) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        fault.about_body = about_body
        self.version: Version | None = version
        self.status = status
        self.headers = dict(headers or {})
        self.blocks = blocks
        self.addressing: AddressingHeaders | None = None
        """WS-Addressing's headers of the request."""
        self.fault_action = ""
        """WS-Addressing's action of the fault, where it is not that of SOAP's faults."""


class Faults:
    """Writes the faults of some ports' services.

    Args:
        ports: the first one's version of SOAP is spoken where a request has none.
    """

    def __init__(self, ports: Sequence[Port]) -> None:
        spoken = [port for port in ports if port.soap is not None]
        self.default: Version = (spoken[0].soap if spoken else None) or "1.1"
        self._envelopes: dict[Version, Envelope] = {}
        for port in spoken:
            for operation in port.operations.values():
                version = operation.envelope.wire.version
                self._envelopes.setdefault(version, operation.envelope)
        for version in NAMES:
            self._envelopes.setdefault(version, _plain(version))

    def refusal(self, refusal: Refusal, version: Version) -> Response:
        """The reply to a request that was no call; `version` is what its type names."""
        envelope = self._envelopes[refusal.version or version]
        fault = write_fault(refusal.fault, envelope.wire)
        reply = fault_reply(
            envelope.wrap(fault, refusal.blocks), refusal.fault, envelope.wire
        )
        return Response(
            refusal.status or reply.status,
            {**reply.headers, **refusal.headers},
            reply.body,
        )


def operation_fault(operation: AnyOperation, fault: SoapFault) -> Response:
    """The reply to a call that ended in a fault.

    Raises:
        EncodeError: the wire cannot carry it, or the operation does not declare it.
    """
    return fault_reply(operation.encode_fault(fault), fault, operation.envelope.wire)


def fault_reply(envelope: bytes, fault: SoapFault, wire: Wire) -> Response:
    """A fault's reply: 500 (SOAP 1.1, section 6.2), in SOAP 1.2 400 where the caller is to blame
    (part 2, table 20)."""
    senders = wire.version == "1.2" and blames_the_sender(fault)
    return Response(400 if senders else 500, content_type(wire), envelope)


def content_type(wire: Wire) -> dict[str, str]:
    """The header that declares a reply's media type."""
    return {"content-type": f"{MEDIA_TYPES[wire.version]}; charset={wire.charset}"}


def internal_error() -> SoapFault:
    """The fault that callers receive for an internal error."""
    return SoapFault("internal error", code="Server")


def _plain(version: Version) -> Envelope:
    """An envelope in a version of SOAP that no port of the package speaks."""
    start = '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope'
    start += f' xmlns:soap="{NAMES[version].namespace}"'
    return Envelope(Wire(version, "UTF-8", "soap", start), {})


# --------------------------------------------------------------------- what is refused


def mismatch(root: Element, spoken: Sequence[Version]) -> Refusal:
    """An envelope of a version of SOAP that is not spoken here, or none at all.

    A caller of SOAP 1.1, or of an unknown version, is answered in SOAP 1.1 (SOAP 1.2
    part 1, appendix A) where a service speaks that, or the caller does.
    """
    namespace, _, local = str(root.tag).rpartition("}")
    if local != "Envelope" or not namespace:
        return Refusal(SoapFault("the body is no SOAP envelope", code="Client"))
    reason = f"only SOAP {' and '.join(spoken)} is supported here"
    upgrade = "1.2" in spoken
    version: Version = "1.2"
    if not upgrade or namespace == "{" + SOAP11:
        version = "1.1"
    return Refusal(
        SoapFault(reason, code="VersionMismatch"),
        version=version,
        blocks=_upgrade(spoken) if upgrade else "",
    )


def _upgrade(spoken: Sequence[Version]) -> str:
    """The block that names the versions that are spoken here, the preferred one first (SOAP 1.2
    part 1, section 5.4.7)."""
    supported = "".join(
        f'<u:SupportedEnvelope xmlns:v="{NAMES[version].namespace}" qname="v:Envelope"/>'
        for version in sorted(spoken, reverse=True)
    )
    return f'<u:Upgrade xmlns:u="{SOAP12}">{supported}</u:Upgrade>'


def our_blocks(header: Element | None, version: Version) -> list[Element]:
    """The blocks of a Header that are for whoever answers (SOAP 1.1, section 4.2.2)."""
    actor = f"{{{NAMES[version].namespace}}}{'actor' if version == '1.1' else 'role'}"
    return [
        block
        for block in ([] if header is None else header[:])
        if (block.get(actor) or "").strip() in _OURS[version]
    ]


def check_headers(
    ours: Sequence[Element], version: Version, understands: Callable[[str], bool]
) -> None:
    """Refuse what must be understood, and is not (SOAP 1.1, section 4.2.3; SOAP 1.2 part 1,
    section 5.2.3).

    Args:
        ours: the blocks that are for whoever answers.
        version: of SOAP.
        understands: whether a block of this name is understood.

    Raises:
        Refusal: with SOAP 1.2's NotUnderstood blocks.
    """
    must = f"{{{NAMES[version].namespace}}}mustUnderstand"
    unknown = [
        str(block.tag)
        for block in ours
        if (block.get(must) or "").strip() in _TRUE and not understands(block.tag)
    ]
    if not unknown:
        return
    named = unknown[:_NAMED_AT_MOST]
    names = ", ".join(name[:_SHOWN] for name in named)
    fault = SoapFault(f"not understood: {names}", code="MustUnderstand")
    blocks = "".join(map(_not_understood, named)) if version == "1.2" else ""
    raise Refusal(fault, version=version, blocks=blocks)


def _not_understood(name: str) -> str:
    namespace, _, local = name.removeprefix("{").rpartition("}")
    declared = f' xmlns:n="{attribute_text(namespace)}"' if namespace else ""
    prefix = "n:" if namespace else ""
    return f'<u:NotUnderstood xmlns:u="{SOAP12}"{declared} qname="{prefix}{local}"/>'


def check_encoding(body: Element, version: Version) -> None:
    """Refuse an encoding that is not known here (SOAP 1.2 part 1, section 5.4.6). SOAP 1.1 has no
    such fault, and its attribute often names something unknown.

    Raises:
        Refusal: `DataEncodingUnknown`.
    """
    if version == "1.1":
        return
    for child in body[:]:
        named = (child.get(f"{{{SOAP12}}}encodingStyle") or "").strip()
        if named and named not in SOAP_ENCODINGS and named != _NO_ENCODING:
            fault = SoapFault(
                f"the encoding {named[:_SHOWN]!r} is not known here",
                code="DataEncodingUnknown",
            )
            raise Refusal(fault, version=version)
