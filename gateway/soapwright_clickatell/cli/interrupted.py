"""The end that Ctrl-C brings: one line, no traceback. It imports little: imports are interrupted, too.

The toolkit has the same for its own commands: neither distribution is installed with the other.
"""

import sys

INTERRUPTED = 130
"""The exit code, as of a shell's own commands: 1 has a meaning of each command."""


def interrupted() -> SystemExit:
    """The end of an interrupted run, which is reported."""
    print("\nInterrupted", file=sys.stderr)  # after the ^C of a terminal
    return SystemExit(INTERRUPTED)
