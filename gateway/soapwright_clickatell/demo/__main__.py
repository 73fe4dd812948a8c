"""Run the demonstration."""

import sys

from .calls import main

if __name__ == "__main__":
    sys.exit(main())
