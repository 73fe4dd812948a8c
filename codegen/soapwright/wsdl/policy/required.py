"""Extensions that are required, as findings.

| finding | |
|---|---|
| `policy` | warning: an extension that is required demands what nothing does by itself |
"""

from __future__ import annotations

from lxml import etree

from soapwright.model.codes import Code
from soapwright.wsdl.components import Components
from soapwright.wsdl.namespaces import KNOWN_EXTENSIONS, WSDL
from soapwright.wsdl.policy.references import WSP

_REQUIRED = f"{{{WSDL}}}required"


def note_required(node: etree._Element, components: Components) -> None:
    """Note each extension in an element that must be understood, and is not known (WSDL 1.1,
    section 2.1.3)."""
    for child in node:
        if not isinstance(child.tag, str):
            continue
        namespace = etree.QName(child).namespace or ""
        known = namespace in WSP or namespace in KNOWN_EXTENSIONS
        if child.get(_REQUIRED, "").strip() in ("true", "1") and not known:
            message = f"{child.tag} is required here, and is not known"
            components.findings.warning(Code.POLICY, message, components.at(child))
