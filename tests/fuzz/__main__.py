"""`make fuzz`: hostile texts in WSDLs, and targets with coverage as the guide, for so many seconds in all.

    python tests/fuzz SECONDS [SEED] [TARGET…]

A third of the time is planting's, unless targets are named. What is found stays in `.fuzz/`; an input of a target that was
mended is moved to `tests/fuzz/finds/TARGET/`, where every run of the tests has it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ground import Ground
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from planting import Planted, planted
from targets import TARGETS

FOUND = Path(__file__).parents[2] / ".fuzz"
GUIDED = Path(__file__).with_name("guided.py")
_BATCH = 50


def plant(seconds: float, seed: int) -> None:
    """Plant hostile texts for so long.

    Raises:
        AssertionError: one became code, or a package did something when it was imported.
    """
    until = time.monotonic() + seconds
    with TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        packages = 0
        while time.monotonic() < until:

            @seeded(seed)
            @settings(
                max_examples=_BATCH,
                database=None,
                deadline=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
            )
            @given(planted())
            def sow(planted: Planted) -> None:
                ground.sow(planted)

            try:
                sow()
                packages += len(ground.planted)
                ground.import_sealed()
            except BaseException:
                shutil.copytree(folder, FOUND / f"planted-{seed}", dirs_exist_ok=True)
                raise
            seed += 1
    print(
        f"planted {ground.texts:,} texts in {packages:,} packages;"
        f" {ground.refused:,} WSDLs were refused",
        flush=True,
    )


def guide(name: str, seconds: int, seed: int) -> bool:
    """Fuzz a target; whether nothing was found."""
    arguments = [name, str(seconds), str(FOUND), str(seed)]
    log = FOUND / f"{name}.log"
    with log.open("wb") as out:
        done = subprocess.run(
            [sys.executable, GUIDED, *arguments], stdout=out, stderr=subprocess.STDOUT
        )
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    counted = [line for line in lines if line.startswith("Done ")]
    print(
        f"{name}: {counted[-1] if counted else f'FOUND SOMETHING: {log}'}", flush=True
    )
    return done.returncode == 0


def main(seconds: str, seed: str = "", *names: str) -> int:
    """Run all parts; the exit code."""
    chosen = seed or str(time.time_ns() % 2**31)
    print(f"the seed of this run is {chosen}", flush=True)
    FOUND.mkdir(exist_ok=True)
    left = int(seconds)
    if not names:
        plant(left / 3, int(chosen))
        left -= left // 3
    if find_spec("atheris") is None:
        print(
            "atheris is not installed, or not for this Python: nothing is guided by coverage"
        )
        return 0
    each = max(1, left // len(names or TARGETS))
    done = [guide(name, each, int(chosen)) for name in names or TARGETS]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
