"""The prefixes of XML that is written piece by piece."""

from __future__ import annotations

from collections.abc import Mapping

from .names import XML, declaration, split_clark
from .strings import attribute_text


class Scope:
    """The prefixes in scope at a spot: those that values bind, and those made up for names."""

    def __init__(
        self, bound: dict[str, str], made: dict[str, str], stem: str = "n"
    ) -> None:
        self.bound = bound
        self.made = made
        self.stem = stem

    def enter(self, given: Mapping[str, str]) -> tuple[Scope, str]:
        """The scope inside an element that binds prefixes, and what declares them.

        Raises:
            ValueError: one is no prefix, or is bound to what is no namespace.
        """
        declared = [
            declaration(prefix, uri)
            for prefix, uri in given.items()
            if prefix not in self.bound or self.bound[prefix] != uri
        ]
        made = {prefix: uri for prefix, uri in self.made.items() if prefix not in given}
        return Scope({**self.bound, **given}, made, self.stem), "".join(declared)

    def name(self, clark: str) -> tuple[str, str]:
        """A name as it is written here, and the declaration that it needs, "" for none.

        Raises:
            TypeError: it is no `str`.
            ValueError: it is no name in Clark's notation.
        """
        namespace, local = split_clark(clark)
        if not namespace:
            return local, ""
        if namespace == XML:
            return f"xml:{local}", ""
        for prefixes in (self.bound, self.made):
            for prefix, uri in prefixes.items():
                if uri == namespace:
                    return f"{prefix}:{local}", ""
        prefix = self._fresh()
        self.made[prefix] = namespace
        return f"{prefix}:{local}", declaration(prefix, namespace)

    def _fresh(self) -> str:
        number = len(self.made) + 1
        while f"{self.stem}{number}" in self.bound | self.made:
            number += 1
        return f"{self.stem}{number}"

    def attributes(self, attributes: Mapping[str, str]) -> str:
        """The attributes of a start tag, with the declarations that they need.

        Raises:
            TypeError: a name or a value is no `str`.
            ValueError: a name is none, or a value holds what XML cannot carry.
        """
        declared = written = ""
        for name, value in attributes.items():
            if name == "xmlns":
                raise ValueError("xmlns is no attribute")
            qname, made = self.name(name)
            declared += made
            written += f' {qname}="{attribute_text(value)}"'
        return declared + written


def attributes_xml(attributes: Mapping[str, str], stem: str = "any") -> str:
    """The attributes that a wildcard holds, as XML for a start tag, with their declarations.

    Prefixes are made of the stem and a number; they must have no other meaning in that tag.

    Raises:
        TypeError: a name or a value is no `str`.
        ValueError: a name is none, or a value holds what XML cannot carry.
    """
    return Scope({}, {}, stem).attributes(attributes)
