"""Parts of document/literal that name a type.

The content of such a part is that of the Body (WSDL 1.1, section 3.5). PHP, zeep and suds write an
element around it that is named as the part. Both are read.
"""

from __future__ import annotations

from ..xml.element import Element, local_name


def part_content(body: Element, name: str, *own: str) -> Element:
    """The element that holds a part's content: the Body, or its only child if that is named as the part.

    Args:
        body: the Body.
        name: of the part.
        own: the names, in Clark's notation, that elements of the part's type share with the part:
            they are its content.
    """
    children = body[:]
    if len(children) != 1 or children[0].tag in own:
        return body
    child: Element = children[0]
    return child if local_name(child) == name else body
