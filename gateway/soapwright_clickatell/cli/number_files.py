"""Files of numbers for bulk sending: CSV, a number first in each row, then its values."""

from __future__ import annotations

import codecs
import csv
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

from ..client.chunks import Recipient, Template


class NumberFile:
    """A file of numbers, which is read twice: looked through, then sent to.

    Args:
        file: UTF-8, with a byte order mark or without; what can only be read once is copied.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._name = str(getattr(file, "name", "-"))
        self._stack = ExitStack()
        if not file.seekable():
            copy = self._stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(file, copy)
            file = copy
        self._file = file

    def check(self, template: Template) -> int:
        """Whether all can be sent to; how many there are.

        Raises:
            ValueError: a row cannot be read, or has too few values, or there is none.
        """
        count = 0
        for line, recipient in self._rows():
            try:
                template.values(recipient)
            except ValueError as error:
                raise ValueError(f"{self._name}:{line}: {error}") from None
            count += 1
        if not count:
            raise ValueError(f"{self._name}: there are no numbers")
        return count

    def recipients(self) -> Iterator[Recipient]:
        """All of them, as they are read."""
        for _, recipient in self._rows():
            yield recipient

    def _rows(self) -> Iterator[tuple[int, Recipient]]:
        rows = csv.reader(self._lines(), skipinitialspace=True, strict=True)
        try:
            for row in rows:
                if row:
                    number, *values = (value.strip() for value in row)
                    yield rows.line_num, Recipient(number, tuple(values))
        except csv.Error as error:
            raise ValueError(f"{self._name}:{rows.line_num}: {error}") from None

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
