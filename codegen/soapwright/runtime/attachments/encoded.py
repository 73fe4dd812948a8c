"""Binary values in SOAP's encoding: an `href` refers to another element, or to a part of the message."""

from __future__ import annotations

from typing import Any

from ..encoding.references import reads_parts
from ..xml.element import Element
from .binary import binary_value


@reads_parts
def encoded_binary_value(e: Element) -> Any:  # Any: as of binary_value
    """`binary_value`, to which references lead too.

    Raises:
        DecodeError: as `binary_value`.
    """
    return binary_value(e)
