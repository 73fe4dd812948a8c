"""One target, fuzzed with coverage as the guide: atheris.

    python tests/fuzz/guided.py TARGET SECONDS FOLDER SEED

Inputs that reach new code are kept while it runs. The input with which something is wrong is written to FOLDER, and ends
the run.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import atheris
from carriers import CARRIERS

if TYPE_CHECKING:
    from targets import Target

_SLOW = 30
"""Seconds that an input may take, on a machine that may be busy."""
_LONGEST = 2**16


def fuzz(target: Target, seconds: int, folder: Path, seed: int) -> None:
    """Put ever new inputs to a target, for so many seconds; this process ends with it."""

    def run(data: bytes) -> None:
        try:
            target.run(data)
        except BaseException:
            digest = hashlib.sha256(data).hexdigest()[:16]
            (folder / f"{target.name}-{digest}").write_bytes(data)
            raise

    def mutate(data: bytes, most: int, number: int) -> bytes:
        random = Random(number)
        return target.mutated(data, random, _mutate_bytes)[:most]

    corpus = folder / f"corpus-{target.name}"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(data)
    arguments = [
        *("fuzz", f"-max_total_time={seconds}", f"-timeout={_SLOW}", f"-seed={seed}"),
        *("-rss_limit_mb=4096", f"-max_len={_LONGEST}", "-print_final_stats=1"),
        *("-len_control=0", f"-artifact_prefix={folder}/{target.name}-"),
        str(corpus),
    ]
    atheris.Setup(arguments, run, custom_mutator=mutate)
    atheris.Fuzz()


def _mutate_bytes(data: bytes, random: Random) -> bytes:
    done: bytes = atheris.Mutate(data, min(_LONGEST, 2 * len(data) + 16))
    return done


def main(name: str, seconds: str, folder: str, seed: str) -> None:
    """Fuzz the target of a name. All that is imported until the end is instrumented: packages load their types when
    these are first used."""
    watched = ["soapwright", *(carrier.package for carrier in CARRIERS)]
    with TemporaryDirectory() as packages, atheris.instrument_imports(watched):
        # here and not above, where nothing would be instrumented
        from targets import make

        fuzz(make(name, Path(packages)), int(seconds), Path(folder), int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
