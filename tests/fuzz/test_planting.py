"""Whatever texts a WSDL brings, what is emitted has the syntax of the templates, and imports without a deed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ground import Ground
from hypothesis import HealthCheck, Phase, given
from planting import Planted, planted
from randomness import examples


@pytest.mark.slow
@pytest.mark.randomness
def test_planted_texts_stay_texts(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    @given(seed=planted())
    @examples(
        150,
        database=None,
        phases=(Phase.explicit, Phase.generate),  # to make one smaller takes minutes
        suppress_health_check=list(HealthCheck),
    )
    def sow(seed: Planted) -> None:
        ground.sow(seed)

    # One test: another process would have other packages.
    sow()
    assert ground.texts >= 1_000
    ground.import_sealed()
