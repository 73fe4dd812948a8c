"""The expressions that read one child element, as far as its type and its use decide."""

from __future__ import annotations

from soapwright.model.api import (
    Constant,
    ElementMember,
    NamedRef,
    Process,
    QName,
    SoapArray,
    Struct,
    TypeRef,
    Use,
    Wildcard,
)
from soapwright.python.context import Context
from soapwright.python.text.literals import string
from soapwright.python.text.scope import Scope
from soapwright.python.types.fields import Alternative, default_of, elements_in, is_any


class ChildReader:
    """Reads children in one use; a child is the local `c`."""

    def __init__(self, context: Context, scope: Scope, use: Use) -> None:
        self.context = context
        self.scope = scope
        self.use = use

    def member(self, member: ElementMember) -> str:
        """The expression that reads one child `c`, of an element that nothing substitutes."""
        element, default = member.element, default_of(member.element)
        nil, may_be_nil = element.nillable, element.nillable or not member.repeated
        value = self.value(element.type, default, nil, may_be_nil, member.use)
        return value if nil else self.or_absent(value, member, element.type)

    def pair(self, alternative: Alternative) -> str:
        """The expression that reads a child `c`, one of several that may be there, with its tag."""
        nil = alternative.nillable
        value = self.value(alternative.type, alternative.default, nil, nil)
        return f"({string(alternative.tag)}, {value})"

    def or_absent(self, value: str, member: ElementMember, reference: TypeRef) -> str:
        """The expression `value`; None for an optional child that is nil and may not be.

        WCF writes that for what is absent. Only an empty element is asked whether it is nil.
        """
        use = member.use or self.use
        if member.repeated or not member.optional or use is Use.ENCODED:
            return value
        if is_any(reference):
            return value
        simple = self.context.types.simple.is_simple(reference)
        empty = "c.text is None" if simple else "not len(c)"
        return f"None if {empty} and {self.scope.soap('is_nil')}(c) else {value}"

    def wildcard(self, wildcard: Wildcard) -> str:
        if wildcard.process is Process.SKIP:
            return f"{self.scope.soap('AnyElement')}.from_element(c)"
        elements = self.scope.name("elements")
        return f"{self.scope.soap('read_wildcard')}(c, {elements}.KNOWN)"

    def _filled(self, c: str, default: Constant, reference: TypeRef) -> str:
        """The expression of a child, with its default where it is empty."""
        if not self.context.types.may_hold_names(reference):
            return f"{self.scope.soap('filled')}({c}, {string(default)})"
        used = [
            f"{string(prefix) if prefix else None}: {string(uri)}"
            for prefix, uri in default.used.items()
        ]
        filled = self.scope.soap("filled_with_names")
        return f"{filled}({c}, {string(default)}, {{{', '.join(used)}}})"

    def value(
        self,
        reference: TypeRef,
        default: Constant | None,
        nillable: bool,
        may_be_nil: bool = False,
        use: Use | None = None,
        c: str = "c",
    ) -> str:
        """The expression that reads one child, of the name `c`; `may_be_nil` is of encoded values."""
        child = c
        use = use or self.use
        if default is not None and self.context.types.has_text(reference):
            child = self._filled(c, default, reference)
        reader = self._reader(reference, use)
        any_type = is_any(reference)
        if use is Use.ENCODED:
            if any_type:
                return f"{reader}({c}, {self.scope.name('elements')}.KNOWN)"
            verb = "referenced"
            if may_be_nil:
                verb = "array_or_nil" if self._is_array(reference) else "nil_or"
            value = f"{self.scope.soap(verb)}({child}, {reader})"
            if nillable and self.context.types.has_attributes(reference):
                is_nil = f"{self.scope.soap('is_nil')}({c})"
                nil = f"{self.scope.soap('encoded_nil_of')}({c})"
                return f"{nil} if {is_nil} else {value}"
            return value
        if any_type:
            value = f"{reader}({child}, {self.scope.name('elements')}.KNOWN)"
        else:
            value = f"{reader}({child})"
        if nillable and not any_type:
            kept = self.context.types.has_attributes(reference)
            nil = f"{self.scope.soap('nil_of')}({c})" if kept else "None"
            return f"{nil} if {self.scope.soap('is_nil')}({c}) else {value}"
        return value

    def _is_array(self, reference: TypeRef) -> bool:
        return isinstance(reference, NamedRef) and isinstance(
            self.context.api.types[reference.id], SoapArray
        )

    def content(self, name: str, reference: TypeRef) -> str:
        """The expression that reads the Body, or an element in it that has the part's name, as a
        value of a type."""
        known = f", {self.scope.name('elements')}.KNOWN" if is_any(reference) else ""
        own = [string(str(n)) for n in self._names_in(reference) if n.local == name]
        given = ", ".join(["e", string(name), *own])
        part = f"{self.scope.soap('part_content')}({given})"
        return f"{self._reader(reference, self.use)}({part}{known})"

    def _names_in(self, reference: TypeRef) -> list[QName]:
        """The names of the elements that values of a type hold."""
        if not isinstance(reference, NamedRef):
            return []
        definition = self.context.api.types[reference.id]
        if not isinstance(definition, Struct):
            return []
        fields = self.context.types.fields(definition)
        return [one.name for _, one in elements_in(fields)]

    def _reader(self, reference: TypeRef, use: Use) -> str:
        """The function that reads an element of a type."""
        if is_any(reference):
            name = "read_any_encoded" if use is Use.ENCODED else "read_any"
            return self.scope.soap(name)
        if self.context.types.simple.is_simple(reference):
            encoded = use is Use.ENCODED
            return self.context.types.simple.reader(reference, self.scope, encoded)
        assert isinstance(reference, NamedRef)
        name = self.context.types.names.types[reference.id]
        return self.scope.type(self.context.function("read", name, use))
