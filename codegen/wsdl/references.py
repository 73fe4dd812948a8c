"""From the name of a type, as a document writes it, to a reference of the model."""

from __future__ import annotations

import re

from codegen.model import Builtin, BuiltinRef, NamedRef, QName, TypeRef

# An NCName of XML as far as safety goes: no quote, brace, space or line break gets through.
NC_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*")
XSD = "http://www.w3.org/2001/XMLSchema"
SOAP11_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
SOAP12_ENCODING = "http://www.w3.org/2003/05/soap-encoding"
SOAP_ENCODINGS = frozenset(
    {SOAP11_ENCODING, SOAP12_ENCODING, "http://www.w3.org/2001/12/soap-encoding"}
)

_BUILTINS = {builtin.value: builtin for builtin in Builtin}


def type_reference(name: QName) -> TypeRef | None:
    """The reference for a type's name; None where XML Schema has no such builtin.

    SOAP's encoding has a copy of every simple builtin under the builtin's own name (SOAP 1.1,
    section 5.2.1); they are references to the builtin that remember the copy. Its older `base64`
    is base64Binary.
    """
    if name.namespace == XSD:
        builtin = _BUILTINS.get(name.local)
        return BuiltinRef(builtin) if builtin else None
    if name.namespace in SOAP_ENCODINGS:
        if name.local == "base64":
            return BuiltinRef(Builtin.BASE64_BINARY, name.namespace, name.local)
        builtin = _BUILTINS.get(name.local)
        if builtin and builtin not in (Builtin.ANY_TYPE, Builtin.ANY_SIMPLE_TYPE):
            return BuiltinRef(builtin, name.namespace)
    return NamedRef(name)
