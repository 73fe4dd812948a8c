"""`facets.py` of a package: what `validate` checks, by class and field."""

from __future__ import annotations

from collections.abc import Iterable

from soapwright.model.api import (
    Attribute,
    BuiltinRef,
    Derivation,
    Constant,
    ElementMember,
    Enumeration,
    Facets,
    ListOf,
    NamedRef,
    OrderedMember,
    QName,
    Restricted,
    Struct,
    TypeRef,
    UnionOf,
)
from soapwright.model.patterns import python_pattern
from soapwright.model.walk import holds_names
from soapwright.python.context import Context
from soapwright.python.modules.contents import PARTICLES, content_of
from soapwright.python.text.literals import string
from soapwright.python.text.views import FacetsModule
from soapwright.python.types.fields import (
    Alternative,
    AnyAttributes,
    Field,
    Text,
    alternatives_in,
    alternatives_of,
)
from soapwright.python.types.simple import python_class

# The builtins that the runtime has facets for.
_BOUNDED = frozenset(
    "nonPositiveInteger negativeInteger nonNegativeInteger positiveInteger long int short byte"
    " unsignedLong unsignedInt unsignedShort unsignedByte language NCName".split()
)
_NUMBERS = ("length", "min_length", "max_length", "total_digits", "fraction_digits")
_BOUNDS = ("min_inclusive", "max_inclusive", "min_exclusive", "max_exclusive")


class FacetsModules:
    """Makes `facets.py`: each simple type with facets once, then the fields that have one."""

    def __init__(self, context: Context, header: list[str]) -> None:
        self.context = context
        self.header = header
        self._types: dict[str, str] = {}
        self._names: dict[QName, str] = {}
        self._has_builtins = False
        self._has_facets = False

    def module(self) -> FacetsModule:
        """The view of the module."""
        checks: list[str] = []
        contents: list[str] = []
        types = self.context.types
        for definition in self.context.api.types.values():
            if isinstance(definition, UnionOf):
                self._type(NamedRef(definition.id))  # its reader asks for it
            if not isinstance(definition, Struct):
                continue
            lines = self._lines(definition)
            name = types.names.types[definition.id]
            if lines:
                checks += [f"{string(name)}: {{", *lines, "},"]
            if content := content_of(self.context, definition):
                contents.append(f"{string(name)}: {content},")
        named = [f"{name} = {made}" for name, made in self._types.items()]
        used = {"Checks", "check"}
        used |= {"Check"} if checks else set()
        used |= {"Contents"} if contents else set()
        used |= {"Facets"} if named or self._has_facets else set()
        used |= {"BUILTINS"} if self._has_builtins else set()
        names_qname = any("QName(" in line for line in named)
        module = self.context.runtime.module
        return FacetsModule(
            self.header,
            validation=module("validation.validation"),
            runtime=sorted(used),
            types=named,
            checks=checks,
            names=module("values.names") if names_qname else "",
            contents=contents,
            content=module("validation.content"),
            particles=[n for n in PARTICLES if any(f"{n}(" in c for c in contents)],
        )

    # ---------------------------------------------------------------------------- fields

    def _lines(self, struct: Struct) -> list[str]:
        """The entries of a class's fields, where its base's do not hold for them."""
        types = self.context.types
        removed = {
            field.name
            for base in types.line_of(struct)[-2:-1]
            for field in types.fields(base)
            if field.prohibited
        }
        lines = []
        for one in types.fields(struct):
            check = self._check(one) if one.own or one.shape else ""
            if isinstance(one.what, AnyAttributes):
                check = _narrowed_attributes(types.line_of(struct))
            if not check and one.name in removed and not one.prohibited:
                check = "Check()"  # an extension has it again
            lines += [f"    {string(one.name)}: {check},"] if check else []
        return lines

    def _check(self, one: Field) -> str:
        """The check of a field, "" where it needs none."""
        if one.prohibited:
            return "Check(absent=True)"
        match one.what:
            case Attribute(type=reference, fixed=fixed):
                made = self._facets(one, reference)
                return self._made(made, self._fixed(reference, fixed))
            case Text(type=reference):
                return self._made(self._facets(one, reference), None)
            case ElementMember(element=element, repeated=repeated):
                given = []
                if repeated:
                    low, high = element.occurs.min, element.occurs.max
                    given += [f"low={low}"] if low > 1 else []
                    given += [f"high={high}"] if high is not None else []
                given += ["filled=True"] if one.filled else []
                if element.substitutes:
                    return self._tagged(alternatives_of(element), given, repeated)
                made = self._facets(one, element.type)
                value = self._fixed(element.type, element.fixed)
                return self._made(made, value, given, repeated)
            case OrderedMember():
                return self._tagged(alternatives_in(one.what), [], True)
            case _:
                return ""

    def _fixed(self, reference: TypeRef, fixed: Constant | None) -> str | None:
        """A fixed value as its check has it: names in Clark's notation."""
        if fixed is None or not self.context.types.may_hold_names(reference):
            return fixed
        if holds_names(self.context.api.types, reference):
            return " ".join(map(str, fixed.names()))
        return None  # of a union: its text may be a name, or not

    def _facets(self, one: Field, reference: TypeRef) -> str:
        """The facets of a field's type, or of the type that a restriction checks it by."""
        if one.checked is None:
            return self._type(reference)
        words = []
        if made := self._type(one.checked):
            words.append(f"base={made}")
        simple = self.context.types.simple
        plain = simple.plain(one.checked)
        if isinstance(plain, BuiltinRef):
            whole = python_class(plain.builtin) == "int"
            words += ["fraction_digits=0"] if whole else []
        elif isinstance(definition := self.context.api.types[plain.id], Enumeration):
            words.append(_values(definition))
        self._has_facets = self._has_facets or bool(words)
        return f"Facets({', '.join(words)})" if words else ""

    def _made(
        self,
        made: str,
        fixed: str | None,
        given: list[str] | None = None,
        each: bool = False,
    ) -> str:
        words = [made] if made else []
        words += given or []
        words += [f"fixed={string(fixed)}"] if fixed is not None else []
        if not words:
            return ""
        words += ["each=True"] if each else []
        return f"Check({', '.join(words)})"

    def _tagged(
        self, alternatives: list[Alternative], given: list[str], each: bool
    ) -> str:
        tags = [(string(a.tag), self._type(a.type)) for a in alternatives]
        items = ", ".join(f"{tag}: {made}" for tag, made in tags if made)
        words = [*given, *([f"tags={{{items}}}"] if items else [])]
        return self._made("", None, words, each)

    # ---------------------------------------------------------------------- simple types

    def _type(self, reference: TypeRef) -> str:
        """The name of a simple type's facets, "" where it has none."""
        if isinstance(reference, BuiltinRef):
            name = reference.builtin.value
            if name not in _BOUNDED:
                return ""
            self._has_builtins = True
            return f"BUILTINS[{string(name)}]"
        if reference.id not in self._names:
            self._names[reference.id] = self._named(reference)
        return self._names[reference.id]

    def _named(self, reference: NamedRef) -> str:
        """The same of a definition; its facets are kept, those of its base or members first."""
        definition = self.context.api.types[reference.id]
        match definition:
            case Restricted(base=base, facets=facets):
                inner = self._type(base)
                words = _words(facets)
                if not words:
                    return inner
                words = [f"base={inner}", *words] if inner else words
            case ListOf(item=item):
                inner = self._type(item)
                words = [f"item={inner}"]
                if not inner:
                    return ""
            case UnionOf():
                words = self._union(definition)
                if not words:
                    return ""
            case Enumeration(base=base):
                if self.context.types.simple.is_open_enumeration(definition):
                    return ""
                inner = self._type(base)
                words = [f"base={inner}"] if inner else []
                words.append(_values(definition))
            case _:
                return ""
        name = f"_{self.context.types.names.types[reference.id]}"
        self._types[name] = f"Facets({', '.join(words)})"
        return name

    def _union(self, definition: UnionOf) -> list[str]:
        """A union's members, none where none of them has facets."""
        made = [(self._kind(one), self._type(one)) for one in definition.members]
        if not any(facets for _, facets in made):
            return []
        members = (f"({string(kind)}, {facets or None})" for kind, facets in made)
        return [f"members={_tuple(members)}"]

    def _kind(self, reference: TypeRef) -> str:
        """The runtime's name for the Python type of a member's values."""
        simple = self.context.types.simple
        plain = simple.plain(reference)
        if isinstance(plain, BuiltinRef):
            return python_class(plain.builtin)
        match self.context.api.types[plain.id]:
            case Enumeration():
                return "Enum"
            case ListOf():
                return "list"
            case _:
                return ""


def facets_of_union(context: Context, definition: UnionOf) -> str:
    """The name in `facets.py` of what a union's members ask; "" where they take whatever they read."""
    return FacetsModules(context, [])._type(NamedRef(definition.id))


def _narrowed_attributes(line: tuple[Struct, ...]) -> str:
    """The check of a wildcard's attributes, "" where a base's holds for them, or there is none."""
    before = made = ""
    allowed: list[tuple[str, ...]] = []
    narrowed = False
    for struct in line:
        before = made
        if struct.derivation is Derivation.RESTRICTION:
            allowed, narrowed = [], True
        if struct.any_attribute is not None:
            allowed.append(struct.any_attribute.namespaces)
        if not narrowed or any(spaces[0] == "##any" for spaces in allowed):
            made = "Check()" if before else ""
        elif allowed:
            spaces = _tuple(_tuple(map(string, one)) for one in allowed)
            made = f"Check(namespaces={spaces})"
        else:
            made = "Check(absent=True)"
    return "" if made == before else made


def _values(definition: Enumeration) -> str:
    return f"values={_tuple(string(value.text) for value in definition.values)}"


def _tuple(items: Iterable[str]) -> str:
    found = list(items)
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def _words(facets: Facets) -> list[str]:
    """The facets as arguments; a pattern that is none allows everything."""
    words = []
    try:
        patterns = [string(python_pattern(one)) for one in facets.patterns]
    except ValueError:
        patterns = []
    if patterns:
        words.append(f"patterns={_tuple(patterns)}")
    if facets.names:
        names = (
            f"QName({string(n.namespace)}, {string(n.local)})" for n in facets.names
        )
        words.append(f"names={_tuple(names)}")
    for name in _NUMBERS:
        if (number := getattr(facets, name)) is not None:
            words.append(f"{name}={number}")
    for name in _BOUNDS:
        if (bound := getattr(facets, name)) is not None:
            words.append(f"{name}={string(bound)}")
    return words
