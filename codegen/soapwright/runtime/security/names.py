"""Names of WS-Security 1.1, XML Signature 1.1 and XML Encryption 1.1."""

from __future__ import annotations

from typing import Final

from .tokens import BASE64, BLOCK, SECURITY, TIMESTAMP, USERNAME_TOKEN, UTILITY

_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_X509: Final = f"{_WSS}x509-token-profile-1.0"
_WSS11: Final = "http://docs.oasis-open.org/wss/oasis-wss-"

SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
ENCRYPTION: Final = "http://www.w3.org/2001/04/xmlenc#"
ENCRYPTION11: Final = "http://www.w3.org/2009/xmlenc11#"
SECURITY11: Final = f"{_WSS11}wssecurity-secext-1.1.xsd"
ADDRESSING: Final = (
    "http://www.w3.org/2005/08/addressing",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
)

SAML11: Final = "urn:oasis:names:tc:SAML:1.0:assertion"
SAML20: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAML_PROFILE: Final = f"{_WSS11}saml-token-profile-"
ENVELOPED: Final = f"{SIGNATURE}enveloped-signature"
X509V3: Final = f"{_X509}#X509v3"
X509_PATH: Final = f"{_X509}#X509PKIPathv1"
SKI: Final = f"{_X509}#X509SubjectKeyIdentifier"
THUMBPRINT: Final = f"{_WSS11}soap-message-security-1.1#ThumbprintSHA1"
INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
STR_TRANSFORM: Final = f"{_WSS}soap-message-security-1.0#STR-Transform"

TOKEN: Final = f"{{{SECURITY}}}BinarySecurityToken"
REFERENCE: Final = f"{{{SECURITY}}}SecurityTokenReference"
CONFIRMATION: Final = f"{{{SECURITY11}}}SignatureConfirmation"
ENCRYPTED_KEY: Final = f"{{{ENCRYPTION}}}EncryptedKey"
ENCRYPTED_DATA: Final = f"{{{ENCRYPTION}}}EncryptedData"
ENCRYPTED_HEADER: Final = f"{{{SECURITY11}}}EncryptedHeader"
REFERENCE_LIST: Final = f"{{{ENCRYPTION}}}ReferenceList"
KEY_TYPE: Final = f"{_WSS11}soap-message-security-1.1#EncryptedKey"
KEY_SHA1: Final = f"{_WSS11}soap-message-security-1.1#EncryptedKeySHA1"
WSU_ID: Final = f"{{{UTILITY}}}Id"

__all__ = ["BASE64", "BLOCK", "SECURITY", "TIMESTAMP", "USERNAME_TOKEN", "UTILITY"]


def ds(local: str) -> str:
    """A name of XML Signature, in Clark's notation."""
    return f"{{{SIGNATURE}}}{local}"


def xenc(local: str) -> str:
    """A name of XML Encryption, in Clark's notation."""
    return f"{{{ENCRYPTION}}}{local}"


def wsse(local: str) -> str:
    """A name of WS-Security, in Clark's notation."""
    return f"{{{SECURITY}}}{local}"
