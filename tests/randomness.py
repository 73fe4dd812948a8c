"""How many examples property tests see, and which.

`make test` sees the same ones each time: an accident of one run is not to stop another's work.
`make test-random` (profile `nightly`) sees others each time, and many more of them. It prints the
seed that repeats the run, and a test that fails prints how its own example is reproduced.
"""

from __future__ import annotations

import os
from random import Random
from typing import Any

from hypothesis import settings

PROFILE = os.environ.get("TEST_PROFILE", "tests")
"""`tests` or `nightly`."""
SEED = int(os.environ.get("TEST_SEED", "0"))
"""What a nightly run is repeated by; `make test-random` chooses one and prints it."""
_TIMES = {"tests": 1, "nightly": 20}[PROFILE]
_DEFAULT = 100

# No deadlines: the machine may be busy with something else.
settings.register_profile("tests", deadline=None, derandomize=True)
settings.register_profile(
    "nightly", deadline=None, print_blob=True, max_examples=_DEFAULT * _TIMES
)


def examples(count: int, **more: Any) -> settings:  # Any: as hypothesis types them
    """The settings of a test that is to see so many examples, or the profile's multiple of it."""
    return settings(max_examples=count * _TIMES, **more)


def seeds(count: int) -> list[int]:
    """The seeds of a test that makes its examples itself: the first numbers, or fresh ones."""
    if PROFILE == "tests":
        return list(range(count))
    random = Random(SEED)
    return [random.randrange(2**32) for _ in range(count * _TIMES)]
