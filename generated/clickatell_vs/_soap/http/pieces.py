"""Messages of several parts as they go out, `multipart/related` (RFC 2387), in pieces."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Final

from .bodies import XOP_TYPE, media_type
from .message import Attachment, Message, check_header

_CODING: Final = "content-transfer-encoding"
# Headers of a part that are written from the attachment's other fields.
_OWN: Final = ("content-type", "content-id", _CODING)
_ACTION: Final = re.compile(r'(?:^|;)\s*action\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]+)', re.I)


class Pieces:
    """A body in pieces, which can be read as often as its attachments can.

    Args:
        pieces: bytes, and attachments that are read when it is their turn.
    """

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Sequence[bytes | Attachment]) -> None:
        self._pieces = tuple(pieces)

    @property
    def size(self) -> int | None:
        """Bytes; `None` where an attachment does not know its own.

        Raises:
            OSError: a file is not there.
        """
        sizes = [p.size if isinstance(p, Attachment) else len(p) for p in self._pieces]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    @property
    def in_memory(self) -> bool:
        """Whether all of it is in memory."""
        return all(not isinstance(p, Attachment) or p.in_memory for p in self._pieces)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Attachment):
                yield from piece.chunks()
            else:
                yield piece

    def joined(self) -> bytes:
        """All of it.

        Raises:
            OSError: a file cannot be read.
            ValueError: a stream that cannot go back was read already.
        """
        return b"".join(self)


def written(message: Message) -> tuple[str, Pieces]:
    """A message of several parts, as the Content-Type and the body of a `multipart/related`.

    Raises:
        ValueError: an attachment has a header that cannot be written.
    """
    unique = os.urandom(16).hex()
    boundary, root = f"=_{unique}", f"root.{unique}"
    parts = [Attachment(message.envelope, message.content_type, root)]
    pieces: list[bytes | Attachment] = []
    between = f"--{boundary}\r\n".encode()
    for part in (*parts, *message.attachments):
        pieces += [between + _head(part), part]
        between = f"\r\n--{boundary}\r\n".encode()
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    kind = media_type(message.content_type)
    content_type = (
        f'multipart/related; boundary="{boundary}"; type="{kind}"; start="<{root}>"'
    )
    return content_type + _of_root(message.content_type), Pieces(pieces)


def _of_root(content_type: str) -> str:
    """The parameters that the whole has of its root: of XOP the type of the envelope, of SOAP 1.2 the
    action."""
    parameters = ""
    # Here and not above: it takes long to load, and few requests have several parts.
    from email.message import Message as MimeHeaders

    headers = MimeHeaders()
    headers["Content-Type"] = content_type
    info = headers.get_param("type")
    if media_type(content_type) == XOP_TYPE and info:
        parameters = f'; start-info="{info}"'
    action = _ACTION.search(content_type)
    return f"{parameters}; action={action[1]}" if action else parameters


def _head(part: Attachment) -> bytes:
    """The headers of a part that is written as it is."""
    headers = {"Content-Type": part.content_type}
    if part.content_id:
        headers["Content-ID"] = f"<{part.content_id}>"
    if _CODING in part.headers:  # its content is still encoded by it
        headers["Content-Transfer-Encoding"] = part.headers[_CODING]
    else:
        headers["Content-Transfer-Encoding"] = "binary"
    headers |= {n: v for n, v in part.headers.items() if n.lower() not in _OWN}
    for name, value in headers.items():
        check_header(name, value)
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value]
    return "".join([*lines, "\r\n"]).encode()
