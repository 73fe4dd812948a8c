"""Policy expressions in normal form (WS-Policy 1.2 and 1.5 Framework, section 4.3), within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from lxml import etree

from soapwright.model.diagnostics import Location
from soapwright.model.policy import (
    NOTHING,
    Assertion,
    Policy,
    PolicyLimit,
    all_of,
    one_of,
)
from soapwright.wsdl.policy.references import WSP, policy_kind

_DEPTH_AT_MOST = 256
_PREFIX = re.compile(r"(?<![\w.-])(\w[\w.-]*):(?!:)")
_FALSE, _TRUE = ("false", "0"), ("true", "1")


class Unreadable(ValueError):
    """A policy that cannot be read, and why."""


@dataclass(slots=True)
class Normaliser:
    """Reads policy expressions; each element once, however many refer to it.

    `resolve` gives the policy that a PolicyReference means, and raises `Unreadable` where there
    is none; `locate` the location of an element.
    """

    resolve: Callable[[etree._Element, str], etree._Element]
    locate: Callable[[etree._Element], Location]
    _known: dict[etree._Element, Policy] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def policy(self, node: etree._Element) -> Policy:
        """The policy that an element is, or refers to.

        Raises:
            Unreadable: it refers to itself or to nothing, or is beyond the limits.
        """
        try:
            return self._policy(node)
        except PolicyLimit as error:
            raise Unreadable(str(error)) from None

    def _policy(self, node: etree._Element) -> Policy:
        """The policy, made from its innermost parts outwards: documents may be deep."""
        waiting, path = [node], dict[etree._Element, list[etree._Element]]()
        while waiting:
            part = waiting[-1]
            if part in self._known:
                waiting.pop()
                continue
            operands = path[part] if part in path else self._operands(part)
            missing = [one for one in operands if one not in self._known]
            if any(one in path or one is part for one in missing):
                raise Unreadable("it refers to itself")
            if missing:
                path[part] = operands
                waiting += missing
                if len(path) > _DEPTH_AT_MOST:
                    raise Unreadable(f"it is more than {_DEPTH_AT_MOST} levels deep")
                continue
            self._known[part] = self._made(part, [self._known[one] for one in operands])
            path.pop(part, None)
        return self._known[node]

    def _operands(self, node: etree._Element) -> list[etree._Element]:
        """The elements whose policies an element's is made of."""
        kind = policy_kind(node)
        if kind == "PolicyReference":
            return [self.resolve(node, node.get("URI", "").strip())]
        children = [child for child in node if isinstance(child.tag, str)]
        if kind:
            return children
        return [child for child in children if policy_kind(child) == "Policy"]

    def _made(self, node: etree._Element, operands: list[Policy]) -> Policy:
        kind = policy_kind(node)
        if kind == "ExactlyOne":
            return one_of(operands)
        return all_of(operands) if kind else self._assertion(node, operands)

    def _assertion(self, node: etree._Element, nested: list[Policy]) -> Policy:
        """An assertion in each form that its nested policy and `Optional` allow (section 4.3)."""
        optional, attributes = _attributes(node)
        plain = Assertion(
            str(node.tag),
            attributes,
            (node.text or "").strip(),
            tuple(
                _parameter(child)
                for child in node
                if isinstance(child.tag, str) and not policy_kind(child)
            ),
            at=self.locate(node),
            place=next(self._numbers),
        )
        forms = [plain]
        if nested:
            forms = [replace(plain, nested=one) for one in all_of(nested)]
        found = tuple(frozenset([form]) for form in forms)
        return one_of([found, NOTHING]) if optional else found


def _attributes(node: etree._Element) -> tuple[bool, tuple[tuple[str, str], ...]]:
    """Whether an assertion is optional, and its attributes without those of default values."""
    optional, found = False, []
    for name, value in node.attrib.items():
        qname = etree.QName(str(name))
        text = str(value).strip()
        if qname.namespace in WSP and qname.localname == "Optional":
            optional = text in _TRUE
        elif (
            qname.namespace not in WSP
            or qname.localname != "Ignorable"
            or text not in _FALSE
        ):
            found.append((str(name), text))
    return optional, tuple(sorted(found))


def _parameter(node: etree._Element, depth: int = 0) -> Assertion:
    if depth > _DEPTH_AT_MOST:
        raise Unreadable(f"it is more than {_DEPTH_AT_MOST} levels deep")
    text = (node.text or "").strip()
    return Assertion(
        str(node.tag),
        _attributes(node)[1],
        text,
        tuple(_parameter(c, depth + 1) for c in node if isinstance(c.tag, str)),
        prefixes=_prefixes(node, text),
    )


def _prefixes(node: etree._Element, text: str) -> tuple[tuple[str, str], ...]:
    """The namespaces of the prefixes in an XPath."""
    if not etree.QName(node).localname.startswith("XPath"):
        return ()
    used = set(_PREFIX.findall(text))
    return tuple(sorted((p, uri) for p, uri in node.nsmap.items() if p and p in used))
