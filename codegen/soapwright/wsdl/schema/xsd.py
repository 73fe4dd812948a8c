"""xsdata, all of it that is used: its parser of schemas, and its object model of XML Schema.

No other module imports xsdata, and this one imports its public surface alone. So a release of
xsdata can break this module, and nothing else.
"""

from __future__ import annotations

import warnings
from typing import Any as Untyped
from typing import Final

from lxml import etree
from xsdata.codegen.parsers.schema import SchemaParser
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.models.enums import FormType, ProcessType, UseType
from xsdata.models.xsd import (
    All,
    AnnotationBase,
    Any,
    AnyAttribute,
    Attribute,
    AttributeGroup,
    Choice,
    ComplexContent,
    ComplexType,
    Element,
    Extension,
    Group,
    List,
    Redefine,
    Restriction,
    Schema,
    Sequence,
    SimpleContent,
    SimpleType,
    Union,
)

from soapwright.model.namespaces import XSD, XSI

__all__ = [
    "All",
    "AnnotationBase",
    "Any",
    "AnyAttribute",
    "Attribute",
    "AttributeGroup",
    "Choice",
    "ComplexContent",
    "ComplexType",
    "Element",
    "Extension",
    "FormType",
    "Group",
    "List",
    "ProcessType",
    "Redefine",
    "Restriction",
    "Schema",
    "Sequence",
    "SimpleContent",
    "SimpleType",
    "Union",
    "UseType",
    "read_schema",
]

_ANNOTATION: Final = f"{{{XSD}}}annotation"
_XSI_TYPE: Final = f"{{{XSI}}}type"
# Foreign elements and attributes in a schema are somebody's extensions: they are read over.
_CONFIG: Final = ParserConfig(
    fail_on_unknown_properties=False, fail_on_unknown_attributes=False
)
# xsdata's view of its own classes, the same for all documents.
_CONTEXT: Final = SchemaParser().context


def read_schema(
    root: etree._Element, namespace: str
) -> tuple[Schema, tuple[etree._Element, ...], list[str]]:
    """A schema document as xsdata's objects, the elements of these, and xsdata's complaints about values.

    An object's `index` is the number of its element among those, from 1. Annotations are left out, and
    the namespaces in scope: the elements have both.

    Args:
        root: the element `schema`.
        namespace: the target namespace of a document that declares none.

    Raises:
        ValueError: it is no schema.
    """
    parser = _Parser(
        target_namespace=namespace or None, config=_CONFIG, context=_CONTEXT
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConverterWarning)
        try:
            schema, nodes = parser.read(root)
        except (ParserError, TypeError) as error:
            raise ValueError(str(error)) from error
    return schema, nodes, [str(warning.message) for warning in caught]


class _Parser(SchemaParser):
    """xsdata's parser, put to a tree that is there already."""

    def read(self, root: etree._Element) -> tuple[Schema, tuple[etree._Element, ...]]:
        """The object of a schema, and the elements that were read."""
        queue: list[Untyped] = []
        objects: list[tuple[str | None, Untyped]] = []
        nodes: list[etree._Element] = []
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, node in walk:
            tag = str(node.tag)
            if tag == _ANNOTATION:
                if event == "start":
                    walk.skip_subtree()
            elif event == "start":
                nodes.append(node)
                scope = {} if node.get(_XSI_TYPE) is None else node.nsmap
                self.start(Schema, queue, objects, tag, node.attrib, scope)
            else:
                self.end(queue, objects, tag, node.text, node.tail)
        return objects[-1][1], tuple(nodes)

    @classmethod
    def set_namespace_map(cls, obj: Untyped, ns_map: Untyped) -> None:
        """Give an object no namespaces."""
