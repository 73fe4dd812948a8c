"""xsdata, all of it that is used: its parser of schemas, and its object model of XML Schema.

No other module imports xsdata, and this one imports its public surface alone. So a release of
xsdata can break this module, and nothing else.
"""

from __future__ import annotations

import warnings
from copy import deepcopy
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

# Foreign elements and attributes in a schema are somebody's extensions: they are read over.
_CONFIG: Final = ParserConfig(
    fail_on_unknown_properties=False, fail_on_unknown_attributes=False
)


def read_schema(root: etree._Element, namespace: str) -> tuple[Schema, list[str]]:
    """A schema document as xsdata's objects, and its complaints about values in it.

    An object's `index` is the number, from 1, of its element among all of the document's.

    Args:
        root: the element `schema`; it stays as it is.
        namespace: the target namespace of a document that declares none.

    Raises:
        ValueError: it is no schema.
    """
    parser = SchemaParser(target_namespace=namespace or None, config=_CONFIG)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConverterWarning)
        try:
            # A copy: elements are cleared once they were read.
            schema = parser.parse(deepcopy(root), Schema)
        except (ParserError, TypeError) as error:
            raise ValueError(str(error)) from error
    return schema, [str(warning.message) for warning in caught]
