"""The content of an attachment, wherever it is: in memory, in a file, in a stream."""

from __future__ import annotations

import io
import os
import threading
import weakref
from collections.abc import Iterator
from typing import IO, Final, Protocol, TypeAlias

CHUNK: Final = 2**18
"""Bytes that are read at once of what is not in memory."""


class Stream(Protocol):
    """The part of a binary stream that is used."""

    def read(self, size: int = -1, /) -> bytes: ...


Given: TypeAlias = "bytes | os.PathLike[str] | Stream"
"""The content of an attachment: its bytes, the path of a file, or a binary stream."""


class FileContent:
    """The content of a file, which is opened when it is read."""

    __slots__ = ("path",)

    def __init__(self, path: os.PathLike[str]) -> None:
        self.path: str = os.fspath(path)

    @property
    def size(self) -> int | None:
        return os.stat(self.path).st_size

    def open(self) -> IO[bytes]:
        return open(self.path, "rb")


class StreamContent:
    """The rest of a stream of the user's, which is not closed here."""

    __slots__ = ("_begun", "_start", "_stream")

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._begun = False
        self._start: int | None = None
        if getattr(stream, "seekable", bool)():
            self._start = stream.tell()  # type: ignore[attr-defined]  # a stream that is seekable can tell

    @property
    def size(self) -> int | None:
        if self._start is None:
            return None
        stream: IO[bytes] = self._stream  # type: ignore[assignment]  # seekable, as above
        end = stream.seek(0, os.SEEK_END)
        stream.seek(self._start)
        return end - self._start

    @property
    def is_spent(self) -> bool:
        """Whether it was read, and cannot be again."""
        return self._begun and self._start is None

    def open(self) -> IO[bytes]:
        if self._start is not None:
            self._stream.seek(self._start)  # type: ignore[attr-defined]  # seekable, as above
        elif self.is_spent:
            raise ValueError("the stream of an attachment was read already")
        self._begun = True
        return io.BufferedReader(_Borrowed(self._stream), CHUNK)


class SpooledContent:
    """Received content, in a temporary file that several may read at once. The file is removed by
    `close`, or with the last reference."""

    __slots__ = ("__weakref__", "_file", "_lock", "size")

    def __init__(self) -> None:
        # Only messages with large parts need it, and it loads the modules of archives, too.
        from tempfile import TemporaryFile

        self._file = TemporaryFile()
        self._lock = threading.Lock()
        self.size: int | None = 0
        # not by __del__: in a cycle of references the file might be deleted before
        weakref.finalize(self, self._file.close)

    def write(self, octets: bytes | bytearray, /) -> int:
        """Add octets, before anything is read."""
        self.size = (self.size or 0) + len(octets)
        return self._file.write(octets)

    def open(self) -> IO[bytes]:
        return io.BufferedReader(_Part(self), CHUNK)

    def read_at(self, at: int, size: int) -> bytes:
        """Some octets from a place on.

        Raises:
            ValueError: the file is closed.
        """
        with self._lock:
            self._file.seek(at)
            return self._file.read(size)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


Content: TypeAlias = FileContent | StreamContent | SpooledContent
"""Octets that are not in memory. `size` is None where it is not known before they were read; `open`
raises OSError where a file cannot be read, ValueError where a stream that cannot go back was."""


def content_of(
    given: Given | Content,
) -> bytes | Content:
    """An attachment's content.

    Raises:
        TypeError: it is given in another form.
    """
    if isinstance(given, bytes):
        return given
    if isinstance(given, (bytearray, memoryview)):
        return bytes(given)
    if isinstance(given, (FileContent, StreamContent, SpooledContent)):
        return given
    if isinstance(given, os.PathLike):
        return FileContent(given)
    if hasattr(given, "read") and not isinstance(given, io.TextIOBase):
        return StreamContent(given)
    kind = type(given).__name__
    raise TypeError(f"{kind} given: bytes, a path or a binary stream is wanted")


def chunks_of(content: bytes | Content) -> Iterator[bytes]:
    """Octets in pieces: bytes are one.

    Raises:
        OSError: as `Content.open`.
        ValueError: likewise.
    """
    if isinstance(content, bytes):
        yield content
        return
    with content.open() as reader:
        while chunk := reader.read(CHUNK):
            yield chunk


class _Borrowed(io.RawIOBase):
    """A reader of a stream that is not its own."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # BufferedReader gives no other buffer
        chunk = self._stream.read(len(buffer))
        if not isinstance(chunk, bytes):
            raise TypeError(f"the stream gave {type(chunk).__name__}, not bytes")
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Part(io.RawIOBase):
    """A reader of spooled content with a place of its own."""

    def __init__(self, content: SpooledContent) -> None:
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        size = self._content.size or 0
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: size}
        self._at = max(start[whence] + offset, 0)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as above
        chunk = self._content.read_at(self._at, len(buffer))
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)
