"""Content models: elements, groups, wildcards (XML Schema part 1, sections 3.7 to 3.10)."""

from __future__ import annotations

from soapwright.model.api import (
    UNDECLARED,
    All,
    Choice,
    Element,
    NamedRef,
    Occurs,
    Particle,
    Process,
    QName,
    Sequence,
    Wildcard,
)
from soapwright.model.codes import Code
from soapwright.model.diagnostics import Location
from soapwright.model.xml_names import NC_NAME
from soapwright.wsdl.schema import xsd
from soapwright.wsdl.schema.attributes import wildcard_namespaces
from soapwright.wsdl.schema.components import Declared
from soapwright.wsdl.schema.context import (
    ANY_TYPE,
    Context,
    Owner,
    element_owner,
    occurs,
)
from soapwright.wsdl.schema.groups import MAX_DEPTH, MAX_PARTICLES
from soapwright.wsdl.schema.parse import ParsedSchema

ContentHolder = xsd.ComplexType | xsd.Extension | xsd.Restriction
_Compositor = xsd.Sequence | xsd.Choice | xsd.All
_ParticleComponent = _Compositor | xsd.Element | xsd.Any | xsd.Group


def content_of(
    context: Context, schema: ParsedSchema, holder: ContentHolder, owner: Owner
) -> Particle | None:
    """The particle of a complex type, an extension or a restriction; None where it has none."""
    component = holder.sequence or holder.choice or holder.all or holder.group
    if component is None:
        return None
    particle = _particle(context, schema, component, owner)
    if particle is not None and context.groups.is_too_large(particle):
        _refuse_size(context, schema.at(holder))
        return None
    return particle


def _refuse_size(context: Context, at: Location) -> None:
    message = (
        f"a content model of more than {MAX_PARTICLES:,} particles,"
        f" or deeper than {MAX_DEPTH}, its groups expanded"
    )
    context.findings.error(Code.LIMIT, message, at)


def _particle(
    context: Context,
    schema: ParsedSchema,
    component: _ParticleComponent,
    owner: Owner,
) -> Particle | None:
    times = occurs(schema, component)
    if times.max == 0:
        return None
    match component:
        case xsd.Element():
            return _element(context, schema, component, times, owner)
        case xsd.Any():
            return Wildcard(
                wildcard_namespaces(schema, component.namespace),
                Process(component.process_contents.value),
                times,
                schema.at(component),
            )
        case xsd.Group():
            return _group(context, schema, component, times, owner)
        case _:
            return _compositor(context, schema, component, times, owner)


def _compositor(
    context: Context,
    schema: ParsedSchema,
    component: _Compositor,
    times: Occurs,
    owner: Owner,
) -> Particle:
    found: list[_ParticleComponent] = [*component.elements, *component.groups]
    if isinstance(component, xsd.All):
        found += component.any
    else:
        found += [*component.choices, *component.sequences, *component.any]
    found.sort(key=lambda item: item.index)
    translated = [_particle(context, schema, item, owner) for item in found]
    items = tuple(item for item in translated if item is not None)
    match component:
        case xsd.Sequence():
            return Sequence(items, times)
        case xsd.Choice():
            return Choice(items, times)
        case xsd.All():
            return All(items, times)


def _group(
    context: Context, schema: ParsedSchema, use: xsd.Group, times: Occurs, owner: Owner
) -> Particle | None:
    """A group's particle in the place of a reference to it; each group is translated once."""
    groups, at = context.groups, schema.at(use)
    if not use.ref:
        message = "a group here needs a ref: it is left out"
        context.findings.mended(Code.SCHEMA, message, at)
        return None
    name = context.name(schema, use, use.ref)
    name = context.found(schema, use, name, "group")
    declared = context.components.groups.get(name)
    while declared is not None and declared.redefines and name in groups.open:
        name = declared.redefines  # a redefinition refers to the original
        declared = context.components.groups.get(name)
    if declared is None:
        context.miss(owner, "group", name, at)
        return Wildcard(("##any",), Process.LAX, Occurs(0, None), at)
    groups.use(_group_owner(name).id, owner.id)
    if name in groups.open:
        message = f"group {name} contains itself: it is left out there"
        context.findings.mended(Code.CIRCULAR, message, at)
        return None
    if name not in groups.particles:
        if len(groups.open) > MAX_DEPTH // 2:
            _refuse_size(context, at)
            return None
        _translate_group(context, name, declared)
    particle = groups.particles[name]
    if particle is None or times == Occurs():
        return particle
    return Sequence((particle,), times)


def _translate_group(
    context: Context, name: QName, declared: Declared[xsd.Group]
) -> None:
    groups, definition = context.groups, declared.component
    body = definition.sequence or definition.choice or definition.all
    particle = None
    if body is not None:
        groups.open.add(name)
        particle = _particle(context, declared.schema, body, _group_owner(name))
        groups.open.remove(name)
    if particle is not None and groups.is_too_large(particle):
        _refuse_size(context, declared.schema.at(definition))
        particle = None
    groups.keep(name, particle)


def _group_owner(name: QName) -> Owner:
    return Owner(name.namespace, f"group {name.local}", (name.local,))


def _element(
    context: Context,
    schema: ParsedSchema,
    component: xsd.Element,
    times: Occurs,
    owner: Owner,
) -> Element | Wildcard | None:
    at = schema.at(component)
    if component.ref:
        return _reference(context, schema, component, times)
    if not component.name:
        message = "an element needs a name or a ref: it is left out"
        context.findings.mended(Code.SCHEMA, message, at)
        return None
    qualified = component.form is xsd.FormType.QUALIFIED
    local = component.name.strip()
    return Element(
        name=QName(schema.namespace if qualified else "", local),
        type=context.of_element(schema, component, owner.child(local, local)),
        occurs=times,
        at=at,
        nillable=component.nillable,
        default=schema.constant(component, component.default),
        fixed=schema.constant(component, component.fixed),
        doc=schema.doc(component),
    )


def _reference(
    context: Context, schema: ParsedSchema, use: xsd.Element, times: Occurs
) -> Element | Wildcard | None:
    """A use of a global element. One that nobody declares keeps its name: a pass judges that."""
    name = context.name(schema, use, use.ref or "")
    name = context.found(schema, use, name, "element")
    declared = context.components.elements.get(name)
    if declared is None:
        return _undeclared(context, schema, use, name, times)
    component, where = declared.component, declared.schema
    return Element(
        name=name,
        type=context.of_element(where, component, element_owner(name)),
        occurs=times,
        at=schema.at(use),
        nillable=component.nillable,
        default=where.constant(component, component.default),
        fixed=where.constant(component, component.fixed),
        abstract=component.abstract,
        reference=True,
        doc=schema.doc(use) or where.doc(component),
    )


def _undeclared(
    context: Context, schema: ParsedSchema, use: xsd.Element, name: QName, times: Occurs
) -> Element | Wildcard | None:
    """A reference to an element that no schema declares: to a type of its name, or to anything.

    Of an element whose prefix is not declared nobody knows the namespace: any element is read.
    """
    at = schema.at(use)
    if not NC_NAME.fullmatch(name.local):
        message = f"{name.local!r} is no name: the element is left out"
        context.findings.mended(Code.SCHEMA, message, at)
        return None
    if name.namespace == UNDECLARED:
        message = (
            f"element {name.local} is not declared: any element is read in its place"
        )
        context.findings.mended(Code.REFERENCE, message, at)
        return Wildcard(("##any",), Process.LAX, times, at)
    if name not in context.components.types:
        return Element(name, ANY_TYPE, times, at, reference=True)
    message = f"{name} is no element: one of the type of this name is taken"
    context.findings.mended(Code.LENIENT_REFERENCE, message, at)
    return Element(name, NamedRef(name), times, at)
