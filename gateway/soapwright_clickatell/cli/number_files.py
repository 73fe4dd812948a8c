"""Files of numbers for bulk sending: CSV, a number first in each row, then its values."""

from __future__ import annotations

import codecs
import csv
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final, Self

from ..client.chunks import Recipient, Template

_LOOKED_FOR: Final = 1_000_000
"""Among how many numbers duplicates are looked for, where they are only reported."""
_NAMED: Final = re.compile(r"#(\w(?:[\w .-]*\w)?)#")
_FIELD: Final = re.compile(r"field\d+")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a file has.

    Args:
        has_header: whether the first row names them.
        to: the column of the numbers, by its name; the first by default.
        is_unique: whether a number is sent to once only, however often it is there.
    """

    has_header: bool = False
    to: str | None = None
    is_unique: bool = False


class NumberFile:
    """A file of numbers, which is read twice: looked through, then sent to.

    Args:
        file: UTF-8, with a byte order mark or without; a file that can only be read once is copied.
        columns: which columns it has.
        normalise: makes the digits of a number.

    Raises:
        ValueError: the column of the numbers is not there, or the first row cannot be read.
    """

    def __init__(
        self, file: IO[bytes], columns: Columns, normalise: Callable[[str], str]
    ) -> None:
        self._name = str(getattr(file, "name", "-"))
        self._columns = columns
        self._normalise = normalise
        self._stack = ExitStack()
        if not file.seekable():
            copy = self._stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(file, copy)
            file = copy
        self._file = file
        names = list(next(self._rows())[1]) if columns.has_header else []
        self._at = 0
        if columns.to is not None:
            if columns.to not in names:
                raise ValueError(
                    f"{self._name}: there is no column {columns.to!r}"
                    if columns.has_header
                    else "--to names a column, which takes --header"
                )
            self._at = names.index(columns.to)
        self._names = names[: self._at] + names[self._at + 1 :]

    def text(self, written: str) -> str:
        """A text in which columns may be named, `#first name#`, with `#field1#` and so on.

        Raises:
            ValueError: a name in it is no column's: people would get the name.
        """
        if self._columns.has_header:
            for name in _NAMED.findall(written):
                if name not in self._names and not _FIELD.fullmatch(name):
                    known = ", ".join(self._names) or "none besides the numbers"
                    message = f"there is no column {name!r} for the text"
                    raise ValueError(f"{self._name}: {message}: there are {known}")
        for at, name in enumerate(self._names, 1):
            written = re.sub(f"#{re.escape(name)}#", f"#field{at}#", written)
        return written

    def check(self, template: Template) -> tuple[int, int]:
        """Whether all can be sent to; how many they are, and how many of these are there already.

        Raises:
            ValueError: a row cannot be read, or has too few values, or there is none.
        """
        count, duplicates = 0, 0
        seen = set[str]()
        for line, recipient in self._all():
            try:
                template.values(recipient)
            except ValueError as error:
                raise ValueError(f"{self._name}:{line}: {error}") from None
            count += 1
            duplicates += recipient.to in seen
            if self._columns.is_unique or len(seen) < _LOOKED_FOR:
                seen.add(recipient.to)
        if not count:
            raise ValueError(f"{self._name}: there are no numbers")
        return (count - duplicates if self._columns.is_unique else count), duplicates

    def recipients(self) -> Iterator[Recipient]:
        """All of them, as they are read."""
        seen = set[str]()
        for _, recipient in self._all():
            if self._columns.is_unique:
                if recipient.to in seen:
                    continue
                seen.add(recipient.to)
            yield recipient

    def _all(self) -> Iterator[tuple[int, Recipient]]:
        rows = self._rows()
        if self._columns.has_header:
            next(rows, None)
        for line, row in rows:
            if len(row) <= self._at:
                raise ValueError(f"{self._name}:{line}: there is no number")
            values = (*row[: self._at], *row[self._at + 1 :])
            yield line, Recipient(self._normalise(row[self._at]), values)

    def _rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        rows = csv.reader(self._lines(), skipinitialspace=True, strict=True)
        is_empty = True
        try:
            for row in rows:
                if row:
                    is_empty = False
                    yield rows.line_num, [value.strip() for value in row]
        except csv.Error as error:
            raise ValueError(f"{self._name}:{rows.line_num}: {error}") from None
        if is_empty:
            raise ValueError(f"{self._name}: there are no numbers")

    def _lines(self) -> Iterator[str]:
        self._file.seek(0)
        for number, line in enumerate(self._file, 1):
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise ValueError(f"{self._name}:{number}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
