"""From the name of a type, as a document writes it, to a reference of the model."""

from __future__ import annotations

from soapwright.model.api import (
    Builtin,
    BuiltinRef,
    NamedRef,
    QName,
    SoapVersion,
    TypeRef,
)
from soapwright.model.namespaces import ENCODINGS, XSD

SOAP11_ENCODING = ENCODINGS[SoapVersion.V11]
SOAP12_ENCODING = ENCODINGS[SoapVersion.V12]
SOAP_ENCODINGS = frozenset(
    {
        SOAP11_ENCODING,
        SOAP12_ENCODING,
        *(
            f"http://www.w3.org/{draft}/soap-encoding"
            for draft in ("2001/06", "2001/09", "2001/12", "2002/06", "2002/12")
        ),
    }
)

# WS-I's Attachments Profile 1.0, section 4.4.
SWA_REF = QName("http://ws-i.org/profiles/basic/1.1/xsd", Builtin.SWA_REF.value)

_BUILTINS = {
    builtin.value: builtin for builtin in Builtin if builtin is not Builtin.SWA_REF
}
_ANY_CASE = {name.lower(): builtin for name, builtin in _BUILTINS.items()}
# Types of XML Schema 1.1, and names that documents use as types though they are none: PHP's
# types among others.
_NEAR = {
    "dateTimeStamp": Builtin.DATE_TIME,
    "yearMonthDuration": Builtin.DURATION,
    "dayTimeDuration": Builtin.DURATION,
    "anyAtomicType": Builtin.ANY_SIMPLE_TYPE,
    "untypedAtomic": Builtin.ANY_SIMPLE_TYPE,
    "any": Builtin.ANY_TYPE,
    "array": Builtin.ANY_TYPE,
    "bool": Builtin.BOOLEAN,
    "mixed": Builtin.ANY_TYPE,
    "object": Builtin.ANY_TYPE,
    "struct": Builtin.ANY_TYPE,
    "ur-type": Builtin.ANY_TYPE,
    "void": Builtin.ANY_TYPE,
    "complexType": Builtin.ANY_TYPE,
    "element": Builtin.ANY_TYPE,
    "schema": Builtin.ANY_TYPE,
    "simpleType": Builtin.ANY_SIMPLE_TYPE,
}
_OCTETS = frozenset({"octet-stream", "octetstream"})


def near_builtin(reference: TypeRef) -> BuiltinRef | None:
    """The builtin that is meant by a name that no schema declares.

    Of XML Schema's namespace that is a name like a builtin's; of others the names for octets
    that Axis writes, and SOAP 1.2's for a struct of anything.
    """
    if isinstance(reference, BuiltinRef):
        return None
    local = reference.id.local
    if local.lower() in _OCTETS:
        return BuiltinRef(Builtin.BASE64_BINARY)
    if reference.id.namespace in SOAP_ENCODINGS and local == "struct":
        return BuiltinRef(Builtin.ANY_TYPE)
    if reference.id.namespace != XSD:
        return None
    builtin = _NEAR.get(local) or _ANY_CASE.get(local.lower())
    builtin = builtin or _NEAR.get(local.lower())
    return BuiltinRef(builtin) if builtin else None


def type_reference(name: QName) -> TypeRef:
    """The reference for a type's name.

    SOAP's encoding has a copy of every simple builtin under the builtin's own name (SOAP 1.1,
    section 5.2.1); they are references to the builtin that remember the copy. Its older `base64`
    is base64Binary. WS-I's reference to an attachment is as a builtin. SOAP 1.2 has no types for structs and arrays, but their `nodeType` is `array`,
    and WSDLs name that.
    """
    if name.namespace == XSD:
        builtin = _BUILTINS.get(name.local)
        return BuiltinRef(builtin) if builtin else NamedRef(name)
    if name.namespace in SOAP_ENCODINGS:
        if name.local == "base64":
            return BuiltinRef(Builtin.BASE64_BINARY, name.namespace, name.local)
        builtin = _BUILTINS.get(name.local)
        if builtin and builtin not in (Builtin.ANY_TYPE, Builtin.ANY_SIMPLE_TYPE):
            return BuiltinRef(builtin, name.namespace)
        if name.local == "array":
            return NamedRef(QName(name.namespace, "Array"))
    if name == SWA_REF:
        return BuiltinRef(Builtin.SWA_REF, name.namespace)
    return NamedRef(name)
