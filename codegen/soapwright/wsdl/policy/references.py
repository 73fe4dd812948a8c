"""References to policies, and the names of WS-Policy."""

from __future__ import annotations

import re

from lxml import etree

WSP = (
    "http://www.w3.org/ns/ws-policy",
    "http://schemas.xmlsoap.org/ws/2004/09/policy",
    "http://www.w3.org/2006/07/ws-policy",
)
_FROM_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]")
URIS = tuple(f"{{{namespace}}}PolicyURIs" for namespace in WSP)


def policy_kind(node: etree._Element) -> str:
    """The local name of an element of WS-Policy's, "" of any other."""
    name = etree.QName(node)
    return name.localname if name.namespace in WSP else ""


def policy_files(root: etree._Element) -> tuple[str, ...]:
    """The other files of the same place that the policies of a document are taken from.

    A URL is the name of a policy, and nothing to be fetched; nor is a file from anywhere else.
    """
    kinds = (f"{{{namespace}}}PolicyReference" for namespace in WSP)
    uris = [node.get("URI", "").strip() for node in root.iter(*kinds)]
    for text in attached_uris(root):
        uris += text.split()
    files = dict.fromkeys(uri.partition("#")[0] for uri in uris)
    return tuple(name for name in files if name and not _FROM_ELSEWHERE.match(name))


def attached_uris(root: etree._Element) -> list[str]:
    """The values of all attributes `PolicyURIs` of a document."""
    found = root.xpath("//@*[local-name() = 'PolicyURIs']")
    assert isinstance(found, list)
    return [str(one) for one in found]
