"""Where the demonstration is shown, and how it ends."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import Final

import click

_NARROWEST: Final = 80
_WIDEST: Final = 140


class Wrong(Exception):
    """Something is not as documented."""


# -------------------------------------------------------------------------------- output


class Screen:
    """Where the demonstration is shown."""

    def __init__(self) -> None:
        self.width = max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))
        self._colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def show(self, line: str = "", fg: str | None = None, bold: bool = False) -> None:
        """A line, in a colour of `click.style`."""
        click.echo(click.style(line, fg=fg, bold=bold or None), color=self._colour)

    def lines(self, lines: Iterable[str]) -> None:
        """Lines that are coloured already."""
        for line in lines:
            self.show(line)

    def heading(self, text: str) -> None:
        """The title of the next step."""
        self.show()
        self.show(text, bold=True)

    def call(self, name: str, what: str, replies: list[str]) -> None:
        """A call in Python, and the gateway's replies to it."""
        self.show(f"  {click.style(name, fg='cyan'):<20} {what}")
        for reply in replies:
            colour = "red" if reply.startswith("ERR") else "green"
            self.show(f"      {click.style(reply, fg=colour)}")
