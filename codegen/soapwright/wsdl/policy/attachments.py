"""The policies that are attached to the parts of a WSDL (WS-Policy 1.5 Attachment, section 4.1).

Finding: `policy`, mended: a policy that cannot be read, or that has no alternative. Nobody knows what it
demands, so that nothing meets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from soapwright.model.codes import Code
from soapwright.model.diagnostics import Findings
from soapwright.model.namespaces import XML
from soapwright.model.policy import NOTHING, Policy, PolicyLimit, all_of, unreadable
from soapwright.wsdl.documents import Documents
from soapwright.wsdl.policy.normal import Normaliser, Unreadable
from soapwright.wsdl.policy.references import URIS, WSP, attached_uris, policy_kind

_WSU_ID = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id"
_XML_ID = f"{{{XML}}}id"
_Named = dict[str, etree._Element]


@dataclass(slots=True)
class Policies:
    """The effective policies of a WSDL's subjects."""

    documents: Documents
    findings: Findings
    _normaliser: Normaliser = field(init=False)
    _roots: dict[etree._Element, _Named] = field(init=False)
    _any: bool = field(init=False)

    def __post_init__(self) -> None:
        self._normaliser = Normaliser(self._resolved, self.documents.location)
        roots = [d.root for d in self.documents.definitions]
        roots += self.documents.policies.values()
        self._roots = {root: _named(root) for root in roots}
        self._any = any(map(_has_policies, roots))

    def effective(self, *nodes: etree._Element | None) -> Policy:
        """The merge of the policies that are attached to the elements of one subject.

        One that cannot be read is a finding, and a demand that nothing meets.
        """
        if not self._any:
            return NOTHING
        given = [node for node in nodes if node is not None]
        found = [policy for node in given for policy in self._attached(node)]
        try:
            merged = all_of(found)
        except PolicyLimit as error:
            return self._unreadable(given[0], str(error))
        return merged or self._unreadable(given[0], "it has no alternative")

    def _attached(self, node: etree._Element) -> Iterator[Policy]:
        for child in node:
            if isinstance(child.tag, str):
                if policy_kind(child) in ("Policy", "PolicyReference"):
                    yield self._read(child, child)
        for uris in filter(None, map(node.get, URIS)):
            for uri in uris.split():
                try:
                    policy = self._resolved(node, uri)
                except Unreadable as error:
                    yield self._unreadable(node, str(error))
                else:
                    yield self._read(policy, node)

    def _read(self, policy: etree._Element, node: etree._Element) -> Policy:
        try:
            return self._normaliser.policy(policy)
        except Unreadable as error:
            return self._unreadable(node, str(error))

    def _unreadable(self, node: etree._Element, why: str) -> Policy:
        at = self.documents.location(node)
        message = f"a policy cannot be read, and calls are refused: {why}"
        self.findings.mended(Code.POLICY, message, at)
        return unreadable(why, at)

    def _resolved(self, node: etree._Element, uri: str) -> etree._Element:
        """The policy that a URI means where it is written.

        Raises:
            Unreadable: there is none in the documents.
        """
        here = node.getroottree().getroot()
        file, _, fragment = uri.partition("#")
        other = self.documents.policies.get((here, file))
        if other is not None and not fragment and policy_kind(other) == "Policy":
            return other
        places = [(self._roots.get(here, {}), uri)]
        if other is not None:
            places = [(self._roots[other], f"#{fragment}")]
        elif file:  # a name is one in all documents
            places += [(named, uri) for named in self._roots.values()]
        for named, key in places:
            if key in named:
                return named[key]
        raise Unreadable(f"there is no policy {uri or 'of no name'}")


def _has_policies(root: etree._Element) -> bool:
    kinds = [f"{{{namespace}}}*" for namespace in WSP]
    return next(root.iter(*kinds), None) is not None or bool(attached_uris(root))


def _named(root: etree._Element) -> _Named:
    """The policies of a document by their ids, as `#id`, and by their names."""
    found: _Named = {}
    for node in root.iter(*(f"{{{namespace}}}Policy" for namespace in WSP)):
        for key in (_WSU_ID, _XML_ID, "Id"):
            if given := node.get(key, "").strip():
                found.setdefault(f"#{given}", node)
        if name := node.get("Name", "").strip():
            found.setdefault(name, node)
    return found
