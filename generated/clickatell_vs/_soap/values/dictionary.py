"""libxml2's dictionaries of names, kept small.

libxml2 keeps every name that it reads in a dictionary, which lxml keeps as long as a thread lives; when it is full,
documents with names that it does not have are refused. So a thread reads a certain amount of new names
itself. What is beyond that, and what is so large that it may have very many, is parsed in a
second thread, which ends when it has read as many: its dictionary goes with the last of the
documents that it parsed.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from typing import Any, Final, ParamSpec, Protocol, TypeVar

from lxml import etree  # type: ignore[import-untyped,unused-ignore]  # lxml ships no types

P = ParamSpec("P")
T = TypeVar("T")

LARGE: Final = 2**16
"""Bytes of a document from which on parsing it takes far longer than waking another thread."""
_BUDGET: Final = 2**22
"""Bytes of names that are new to a thread, which it reads itself."""
_NAME: Final = 64
"""Bytes that a name counts as, unless its document has longer ones."""
_LONG_NAME: Final = re.compile(rb"""[^\s<>"'=/]{65}""")

names_known: Final[Callable[[], int]] = etree.memory_debugger.dict_size
"""How many names this thread's dictionary has."""


class Thread(Protocol):
    """An executor that has one thread, as far as it is used."""

    def submit(
        self, function: Callable[..., Any], /, *args: Any, **named: Any
    ) -> Any: ...  # Any: the function's own

    def shutdown(self, wait: bool = ...) -> None: ...


class Dictionary:
    """This thread's dictionary of names, as `own` gives it: how far it has grown."""

    __slots__ = ("_helper", "_process", "left", "size")

    def __init__(self) -> None:
        self.size = names_known()
        self.left = _BUDGET
        """Bytes of new names that this thread may read; below one, nothing is parsed here."""
        self._helper: Thread | None = None
        self._process = 0

    def note(self, data: bytes) -> None:
        """Take note of a document that this thread has parsed."""
        size = names_known()
        new = size - self.size
        if new:
            self.size = size
            charged = abs(new) * _NAME
            if charged < len(data) and (len(data) > LARGE or _LONG_NAME.search(data)):
                charged = len(data)
            self.left -= charged

    def parsed(
        self, data: bytes, parse: Callable[P, T], *args: P.args, **named: P.kwargs
    ) -> T:
        """Parse a document by a function, in this thread or in another one.

        Args:
            data: the document.
            parse: parses the document, in whichever thread, and takes note of that.
            args: the function's.
            named: likewise.
        """
        if self.left > 0 and len(data) <= LARGE:
            return parse(*args, **named)
        return self._apart(parse, *args, **named)

    def _apart(self, parse: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        if self._helper is None or self._process != os.getpid():
            self._process = os.getpid()  # a thread does not outlive a fork
            self._helper = one_thread()
        try:
            future = self._helper.submit(self._run, parse, *args, **named)
        except RuntimeError:  # no thread can be had: the interpreter ends
            return parse(*args, **named)
        found: T = future.result()
        return found

    def _run(self, parse: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Parse, in the second thread, which ends where its own dictionary has grown."""
        try:
            return parse(*args, **named)
        finally:
            if own().left <= 0 and self._helper is not None:
                self._helper.shutdown(wait=False)
                self._helper = None


def one_thread() -> Thread:
    """A thread that does what it is given, and ends when nobody refers to it any more."""
    # Here and not above: it takes long to import, and most documents are parsed without.
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1, thread_name_prefix="soap-parser")


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.dictionary = Dictionary()


_mine = _PerThread()


def own() -> Dictionary:
    """This thread's dictionary."""
    return _mine.dictionary
