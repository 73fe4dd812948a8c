"""The codes of all findings, each with its meaning; `docs/findings.md` has the remedies.

A code is printed in brackets at the end of its finding, and keeps its name from release to
release, because users filter by it.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """The kind of a finding: `[reference]`, and in `meaning` a line for the manual."""

    meaning: str

    def __new__(cls, code: str, meaning: str) -> Code:
        """A member is the code as it is printed, and has its meaning."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    # Documents: files, the network, XML.
    READ = "read", "A file cannot be read."
    ENCODING = "encoding", "A file's bytes are not of the character set it names."
    XML = "xml", "A file is not well-formed XML, or is no XML at all."
    DTD = "dtd", "A document type declaration cannot be ignored."
    LIMIT = "limit", "A document or a definition is larger or deeper than the limits."
    ROOT = "root", "A document is neither a WSDL 1.1 nor a schema."
    WSDL_2 = "wsdl-2", "A document is a WSDL 2.0, and only WSDL 1.1 is read."
    OLD_SCHEMA = "old-schema", "A schema is written in a draft of XML Schema."
    CATALOG = "catalog", "A catalog is not one, or an entry names a missing file."
    NETWORK = "network", "A document of the network is not locked or not available."
    IMPORT = "import", "A file that an include or a WSDL import names is missing."
    IMPORT_MISSING = "import-missing", "No document was found for an import."
    IMPORT_SAVED = (
        "import-saved",
        "A saved copy is read in place of a document elsewhere.",
    )
    IMPORT_IMPLIED = "import-implied", "A namespace is used without being imported."
    IMPORT_NAMESPACE = "import-namespace", "A document is of another namespace."

    # Names and references.
    NAME = "name", "A definition has no name, or one that is no XML name."
    NAMESPACE = "namespace", "The name of a namespace is not a URI."
    PREFIX = "prefix", "A prefix is not declared."
    DUPLICATE = "duplicate", "A definition is declared more than once."
    REFERENCE = "reference", "A reference leads to nothing."
    LENIENT_REFERENCE = "lenient-reference", "A wrong reference has one likely meaning."

    # Schemas.
    SCHEMA = "schema", "A schema breaks the structure of XML Schema."
    SCHEMA_SYNTAX = "schema-syntax", "A schema has a mistake that can be repaired."
    CIRCULAR = "circular", "A definition contains or derives from itself."
    KIND = "kind", "A complex type is used where a simple one is needed."
    VALUE = "value", "A value is not of its type."
    FACETS = "facets", "The facets of a simple type leave it no value."
    PATTERN = "pattern", "A pattern is no regular expression of XML Schema."

    # Services.
    NO_PORT = "no-port", "The WSDL has no SOAP binding, so there are no operations."
    PORT_SKIPPED = "port-skipped", "The binding of a port is missing."
    BINDING_SKIPPED = (
        "binding-skipped",
        "A binding, or its operation, is neither of SOAP nor of plain HTTP.",
    )
    TRANSPORT = "transport", "A SOAP binding does not use HTTP."
    STYLE = "style", "A style is neither document nor rpc."
    USE = "use", "A use is neither literal nor encoded."
    PART_UNTYPED = "part-untyped", "A part has neither an element nor a type."
    UNKNOWN_PART = "unknown-part", "A binding names a part that its message lacks."
    UNKNOWN_HEADER = "unknown-header", "A binding names a missing message for a header."
    UNBOUND_FAULT = "unbound-fault", "A binding has a fault that the port type lacks."
    POLICY = (
        "policy",
        "A policy or a required extension demands what nothing does by itself, or at all.",
    )
    FAULT_PARTS = (
        "fault-parts",
        "The message of a fault does not have exactly one part.",
    )

    # What a user asks for, and what is written.
    CONFIG = "config", "An option is wrong: unknown, malformed, or it matches nothing."
    WIRE = "wire", "There is no wire style of that name."
    PACKAGE_NAME = "package-name", "A package hides a module that others import."
    SECRET = "secret", "A secret is not the name of any field."
    OUTPUT = "output", "The output folder cannot be written, or is not soapwright's."
    EDITED = "edited", "A generated file was edited by hand."
    MISSING = "missing", "A generated file was deleted."
    STALE = "stale", "A package is not what its WSDL would generate now."
    FORMATTER = "formatter", "ruff, which formats what is generated, cannot be run."
    INTERNAL = (
        "internal",
        "soapwright has a bug: the package that it made is no valid Python.",
    )

    # inspect.
    PROFILE = "profile", "Something violates the WS-I Basic Profile 1.1."
    RENAMED = "renamed", "A Python name is not the one that was to be expected."

    # Pages of a manual.
    PAGE = "page", "A page of a manual cannot be used, or has what no page may have."
    LINK = "link", "A link of a page leads nowhere."

    # Generated packages and envelopes, as the tools read them.
    PACKAGE = "package", "A folder is not a generated package that can be used."
    CALL = "call", "A call names no operation, port or argument of the service."
    TOOLS = (
        "tools",
        "An operation is not offered to agents, or the choice of them is wrong.",
    )
    SCRIPT = "script", "A script of a mock is wrong: a rule, or a function."
    REPLY = "reply", "A recorded reply is of no operation, or cannot be read."
    ADDRESS = "address", "The server cannot listen at the address."
    SAMPLE = "sample", "A sample is not a SOAP envelope that can be used."
    MESSAGE = "message", "A file is no message that can be read."
    KEYS = "keys", "A file has no key or certificate that can be used."
    SAMPLE_SKIPPED = "sample-skipped", "A file among the samples is ignored."
    NO_REQUEST = "no-request", "No sample shows a request of an operation."
    NO_REPLY = "no-reply", "No sample shows the reply of an operation."
    ODD_PART = "odd-part", "A part of an rpc message is not written as a part is."
    SEVERAL_TYPES = "several-types", "The samples give an element several types."
