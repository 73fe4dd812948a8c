"""Programs at a pseudo-terminal, as a person has them: questions are read, answers and keys typed."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

CTRL_C, CTRL_D = "\x03", "\x04"
PATIENCE = 60.0


class Terminal:
    """A program, and the terminal that it has for its input, its output and its errors."""

    def __init__(self, process: subprocess.Popen[bytes], ours: int) -> None:
        self._process = process
        self._ours = ours
        self._seen = 0
        self._shown = b""

    @property
    def shown(self) -> str:
        """All that the terminal was sent, with what was typed; its line ends are single ones."""
        return self._shown.decode("utf-8", "replace").replace("\r\n", "\n")

    def see(self, text: str) -> None:
        """Wait until a text shows after the one that was seen before."""
        wanted, end = text.encode(), time.monotonic() + PATIENCE
        while (found := self._shown.find(wanted, self._seen)) < 0:
            assert time.monotonic() < end and self._read(), f"no {text!r}: {self.shown}"
        self._seen = found + len(wanted)

    def type(self, line: str) -> None:
        """Type a line."""
        self.press(f"{line}\n")

    def press(self, keys: str) -> None:
        """Type what is no line."""
        os.write(self._ours, keys.encode())

    def interrupted(self) -> int:
        """The exit code, after Ctrl-C; which is pressed again where it came just before the program
        began to wait for a line, as a person would.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.press(CTRL_C)
            while select.select([self._ours], [], [], 2)[0]:
                if not self._read():
                    return self._process.wait(PATIENCE)
        raise AssertionError(f"it goes on: {self.shown}")

    def ended(self) -> int:
        """The exit code, once the program has ended by itself."""
        while self._read():
            pass
        return self._process.wait(PATIENCE)

    def _read(self) -> bool:
        """Read what shows next; false where the program has closed the terminal."""
        ready, _, _ = select.select([self._ours], [], [], PATIENCE)
        assert ready, f"nothing shows any more: {self.shown}"
        try:
            piece = os.read(self._ours, 4096)
        except OSError:  # the other side is closed
            return False
        self._shown += piece
        return bool(piece)


@contextmanager
def at_terminal(
    command: Sequence[str | Path],
    cwd: Path,
    *,
    columns: int = 80,
    **environment: str,
) -> Generator[Terminal]:
    """A program at a terminal of so many columns; it is killed where it has not ended by then."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}

    def take_terminal() -> None:
        # the keys of this terminal are signals to the program, whatever its parent ignores
        signal.signal(signal.SIGINT, signal.default_int_handler)
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [*command],
        cwd=cwd,
        env={**clean, "TERM": "xterm", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=take_terminal,
    )
    os.close(theirs)
    try:
        with process:
            try:
                yield Terminal(process, ours)
            finally:
                process.kill()
    finally:
        os.close(ours)
