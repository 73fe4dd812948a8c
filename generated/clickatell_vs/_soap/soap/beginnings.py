"""How envelopes begin: what was looked at once is recognised by its bytes afterwards.

A peer begins its envelopes alike, from the XML declaration to the start tag of the message's
element. One that has the same bytes there, and is read in the same charset, has the same
elements there; and no DTD can follow them (XML 1.0, section 2.8).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ..xml.bounds import is_ascii_superset
from ..xml.element import Element

_LONGEST: Final = 4096
_START_TAG: Final = rb"""<[^\s<>/!?"'=\0](?:[^<>"']|"[^"<]*"|'[^'<]*')*(?<!/)>"""
_three_tags = re.compile(rb"(?:<\?xml\s[^<>]*\?>)?(?:\s*" + _START_TAG + rb"){3}").match


class Beginning(NamedTuple):
    """The bytes up to a message's content, and what reads the message's element."""

    head: bytes
    size: int
    charset: str | None
    """The Content-Type's."""
    read: Callable[[Element], Any]  # Any: the message's own type


def beginning(
    data: bytes, charset: str | None, root: Element, read: Callable[[Element], Any]
) -> Beginning | None:
    """How an envelope begins whose Body comes first, and the message first in it.

    Args:
        data: the envelope.
        charset: the Content-Type's.
        root: what was parsed of it: known to be an envelope, and to hold that message.
        read: what reads the message's element.

    Returns:
        None where the bytes do not determine it: they are of an encoding in which an ASCII byte may be
        a piece of another character, or there are comments, or it is very long.
    """
    found = _three_tags(data[:_LONGEST])
    encoding: str | None = root.getroottree().docinfo.encoding
    if found is None or not is_ascii_superset(encoding or ""):
        return None
    return Beginning(found[0], found.end(), charset, read)
