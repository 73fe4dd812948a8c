"""SOAP faults, read and written: SOAP 1.1, section 4.4; SOAP 1.2 part 1, section 5.4."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple, Protocol

from ..errors.errors import DeclaredSoapFault, DecodeError, EncodeError, SoapFault
from ..secrets.redaction import Secrets
from ..values.anyxml import AnyElement
from ..values.names import SOAP11, SOAP12, XML, declaration, is_ncname, split_clark
from ..values.strings import SPACE, attribute_text, text
from ..xml.element import Element, local_name
from .envelope import Wire

_LANG: Final = f"{{{XML}}}lang"
_DEFAULT_LANGUAGE: Final = "en"
_QNAME: Final = re.compile(r"([^\s:/]+):([^\s:/]+)")

# Fault codes of the one version in terms of the other (SOAP 1.2 part 1, section 5.4.6).
_AS_12: Final = {"Client": "Sender", "Server": "Receiver"}
_AS_11: Final = {
    "Sender": "Client",
    "Receiver": "Server",
    "DataEncodingUnknown": "Client",
}
_CODES_11: Final = ("Client", "Server", "VersionMismatch", "MustUnderstand")
_CODES_12: Final = (
    "Sender",
    "Receiver",
    "VersionMismatch",
    "MustUnderstand",
    "DataEncodingUnknown",
)


class FaultCodec(Protocol):
    """How a declared fault's entry in the detail is known, read and written."""

    def likeness(self, element: Element, /) -> int: ...

    def read(self, element: Element, /) -> Any: ...  # Any: the type is the fault's own

    def write(self, value: Any, /) -> str: ...  # Any: the type is the fault's own


class MemberCodec(FaultCodec, Protocol):
    """The codec of an element of a substitution group."""

    @property
    def name(self) -> str: ...

    def holds(self, value: object, /) -> bool: ...


class DeclaredFault(NamedTuple):
    """A fault that the WSDL declares: its exception, and the codec of its detail."""

    exception: type[DeclaredSoapFault[Any]]  # Any: as of the codec
    codec: FaultCodec
    others: tuple[MemberCodec, ...] = ()
    """The codecs of the elements that may replace the declared one; `codec` is one of a member
    too where that is abstract."""
    name: str = ""
    """The WSDL's name of the fault, of which WS-Addressing's default action is made."""
    action: str = ""
    """WS-Addressing's action, where it is another."""

    def codec_for(self, fault: DeclaredSoapFault[Any]) -> FaultCodec:
        """The codec of a fault's detail: by the name that the fault gives, else by the detail's class."""
        for codec in self.others:
            if codec.name == fault.element:
                return codec
        if fault.element or not self.others or self._is_own(fault.detail):
            return self.codec
        fitting = (codec for codec in self.others if codec.holds(fault.detail))
        return next(fitting, self.codec)

    def _is_own(self, detail: object) -> bool:
        holds = getattr(self.codec, "holds", None)
        return holds is None or bool(holds(detail))


# ------------------------------------------------------------------------------- reading


def read_fault(e: Element, secrets: Secrets) -> tuple[SoapFault, list[Element]]:
    """A fault, and the entries of its detail.

    Faults are read whatever their version, prefixed or not, with or without
    types, with pieces missing. A typed detail is left to the caller. `secrets` is what the fault
    will hide.

    Raises:
        DecodeError: the detail is more than can be kept.
    """
    found = {local_name(child): child for child in reversed(e[:])}
    code, subcodes = _codes(found.get("faultcode"), found.get("Code"))
    reasons = _reasons(found.get("faultstring"), found.get("Reason"))
    detail = found.get("detail", found.get("Detail"))
    about_body = detail is not None
    if detail is not None and "detail" in found and _is_bare(detail):
        detail = None
    language, reason = reasons[0] if reasons else (None, "")
    fault = SoapFault(
        reason,
        code=code,
        subcodes=subcodes,
        actor=_uri(found.get("faultactor", found.get("Role"))),
        node=_uri(found.get("Node")),
        language=language,
        reasons={lang: text for lang, text in reasons if lang},
        detail=None if detail is None else _raw(detail).keep(secrets),
    )
    fault.secrets = secrets
    fault.about_body = about_body
    return fault, [] if detail is None else detail[:]


def _codes(faultcode: Element | None, code: Element | None) -> tuple[str, list[str]]:
    """The code and the subcodes. Subcodes are nested, so their number is bounded."""
    if faultcode is not None:
        return _qname(faultcode), []
    names: list[str] = []
    while code is not None:
        inside = {local_name(child): child for child in reversed(code[:])}
        if "Value" in inside:
            names.append(_qname(inside["Value"]))
        code = inside.get("Subcode")
    return (names[0], names[1:]) if names else ("", [])


def _qname(e: Element) -> str:
    """A QName's text in Clark's notation. What is none, or has no prefix that is declared, is
    kept as it is: many services make up their own codes."""
    written = (e.text or "").strip(SPACE)
    match = _QNAME.fullmatch(written)
    if match is None:
        namespace = e.nsmap.get(None)
        return f"{{{namespace}}}{written}" if namespace and written else written
    namespace = e.nsmap.get(match[1])
    return f"{{{namespace}}}{match[2]}" if namespace else match[2]


def _reasons(
    faultstring: Element | None, reason: Element | None
) -> list[tuple[str | None, str]]:
    """The explanations with their languages, as xml:lang has them."""
    if faultstring is not None:
        texts = [faultstring]
    elif reason is not None:
        texts = [child for child in reason if local_name(child) == "Text"] or [reason]
    else:
        return []
    return [(e.get(_LANG), _whole_text(e)) for e in texts]


def _whole_text(e: Element) -> str:
    """All text in an element: some services put markup into their explanations."""
    pieces = [e.text or ""]
    for child in e:
        pieces += _whole_text(child), child.tail or ""
    return "".join(pieces)


def _is_bare(e: Element) -> bool:
    return not len(e) and not e.keys() and not (e.text or "").strip(SPACE)


def _uri(e: Element | None) -> str | None:
    return (e.text or "").strip(SPACE) or None if e is not None else None


def _raw(detail: Element) -> AnyElement:
    try:
        return AnyElement.from_element(detail)
    except ValueError as error:
        raise DecodeError("detail", str(error)) from None


# ------------------------------------------------------------------------------- writing


def write_fault(fault: SoapFault, wire: Wire, detail: str | None = None) -> str:
    """A Fault element.

    Args:
        fault: it need not have been made for this version of SOAP: its code is translated.
        wire: whose version and prefix are to be written.
        detail: the detail's content as XML, where the fault is a declared one.

    Raises:
        EncodeError: a code is no name, or a text holds what XML cannot carry.
    """
    if wire.version == "1.1":
        return _write_11(fault, wire.prefix, detail)
    return _write_12(fault, wire.prefix, detail)


def _write_11(fault: SoapFault, prefix: str, detail: str | None) -> str:
    xml = f"<{prefix}:Fault>{_element('faultcode', *_code_11(fault, prefix))}"
    lang = _language(fault.language) if fault.language else ""
    xml += _element("faultstring", lang, _text("reason", fault.reason))
    if fault.actor is not None:
        xml += _element("faultactor", "", _text("actor", fault.actor))
    if detail is not None:
        xml += _element("detail", "", detail)
    elif fault.raw_detail is not None:
        xml += _raw_detail(fault.raw_detail, "detail")
    elif fault.about_body:
        xml += "<detail/>"
    return f"{xml}</{prefix}:Fault>"


def _write_12(fault: SoapFault, prefix: str, detail: str | None) -> str:
    code, subcodes = _codes_12(fault)
    nested = ""
    for subcode in reversed(subcodes):
        value = _element(f"{prefix}:Value", *_qname_xml(subcode))
        nested = _element(f"{prefix}:Subcode", "", value + nested)
    value = _element(f"{prefix}:Value", "", f"{prefix}:{code}")
    xml = f"<{prefix}:Fault>" + _element(f"{prefix}:Code", "", value + nested)
    xml += _element(f"{prefix}:Reason", "", _texts(fault, prefix))
    if fault.node is not None:
        xml += _element(f"{prefix}:Node", "", _text("node", fault.node))
    if fault.actor is not None:
        xml += _element(f"{prefix}:Role", "", _text("role", fault.actor))
    if detail is not None:
        xml += _element(f"{prefix}:Detail", "", detail)
    elif fault.raw_detail is not None:
        xml += _raw_detail(fault.raw_detail, f"{{{SOAP12}}}Detail")
    return f"{xml}</{prefix}:Fault>"


def _raw_detail(raw: AnyElement, tag: str) -> str:
    """A detail element of this version, made of one that was received, or of its
    content."""
    if raw.tag.rpartition("}")[2].lower() == "detail":
        raw = AnyElement(
            tag,
            attributes=raw.attributes,
            content=raw.content,
            namespaces=raw.namespaces,
        )
    else:
        raw = AnyElement(tag, content=[raw])
    try:
        return raw.to_xml()
    except (TypeError, ValueError) as error:
        raise EncodeError("detail", str(error)) from None


def _texts(fault: SoapFault, prefix: str) -> str:
    """SOAP 1.2's Text elements: at least one, each with its language."""
    reasons = dict(fault.reasons)
    if fault.reason or not reasons:
        reasons = {fault.language or _DEFAULT_LANGUAGE: fault.reason, **reasons}
    return "".join(
        _element(f"{prefix}:Text", _language(language), _text("reason", reason))
        for language, reason in reasons.items()
    )


def _standard(code: str) -> str:
    """SOAP's own code, without its namespace, "" where it is somebody's own.

    A dotted one means its first part (SOAP 1.1, section 4.4.1).
    """
    namespace, _, local = code.rpartition("}")
    if namespace not in ("", "{" + SOAP11, "{" + SOAP12):
        return ""
    return local if local.partition(".")[0] in _CODES_11 + _CODES_12 else ""


def _code_11(fault: SoapFault, prefix: str) -> tuple[str, str]:
    """faultcode's attributes and text. Subcodes, which SOAP 1.1 has not, make the code dotted."""
    code = _standard(fault.code_qname or "Server")
    if not code:
        return _qname_xml(fault.code_qname)
    first, dot, rest = code.partition(".")
    dotted = _AS_11.get(first, first) + dot + rest
    for subcode in fault.subcodes:
        dotted += "." + subcode.rpartition("}")[2]
    _check_name(dotted)
    return "", f"{prefix}:{dotted}"


def _codes_12(fault: SoapFault) -> tuple[str, list[str]]:
    """SOAP 1.2 has five codes: what is more particular, or somebody's own, is a subcode."""
    code = _standard(fault.code_qname or "Server")
    if not code:
        return "Receiver", [fault.code_qname, *fault.subcodes]
    first, dot, rest = code.partition(".")
    more = [rest] if dot else []
    return _AS_12.get(first, first), [*more, *fault.subcodes]


def blames_the_sender(fault: SoapFault) -> bool:
    """Whether a fault is the caller's own, as SOAP 1.2 has it."""
    return _codes_12(fault)[0] == "Sender"


def _qname_xml(name: str) -> tuple[str, str]:
    """The declaration and the text of a QName."""
    try:
        namespace, local = split_clark(name)
        if not namespace:
            return "", local
        return declaration("fault", namespace), f"fault:{local}"
    except (TypeError, ValueError):
        raise _no_code(name) from None


def _check_name(local: str) -> None:
    if not is_ncname(local):
        raise _no_code(local)


def _no_code(name: str) -> EncodeError:
    return EncodeError("code", f"{name!r} is no name for a fault code")


def _language(language: str) -> str:
    try:
        return f' xml:lang="{attribute_text(language)}"'
    except (TypeError, ValueError) as error:
        raise EncodeError("language", str(error)) from None


def _text(field: str, value: str) -> str:
    try:
        return text(value)
    except (TypeError, ValueError) as error:
        raise EncodeError(field, str(error)) from None


def _element(name: str, attributes: str, content: str) -> str:
    return f"<{name}{attributes}>{content}</{name}>"
