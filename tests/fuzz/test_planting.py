"""Whatever texts a WSDL brings, what is emitted has the syntax of the templates, and imports without a deed."""

from __future__ import annotations

import pytest
from ground import Ground
from hypothesis import HealthCheck, Phase, given
from planting import Planted, planted
from randomness import examples


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("planting"))


pytestmark = pytest.mark.xdist_group("planting")


@given(seed=planted())
@examples(
    150,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # to make one smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
def test_planted_texts_stay_texts(seed: Planted, ground: Ground) -> None:
    ground.sow(seed)


def test_planted_packages_do_nothing(ground: Ground) -> None:
    """The packages of the test before."""
    ground.import_sealed()
    assert ground.texts >= 1_000
