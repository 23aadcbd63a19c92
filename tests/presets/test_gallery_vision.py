"""More networks of papers for pictures, against plain originals with torchvision's keys."""

from __future__ import annotations

import pytest
import torch

from tests.presets import reference_vision as plain
from tests.presets.gallery import (
    class_in,
    has_cards_apart,
    has_the_keys_of,
    has_the_numbers_of,
    last,
)

TOTALS = {
    "GoogLeNet/1000": 6_624_904,
    "GoogLeNet/digits": 69_298,
}
PRESETS = sorted({target.partition("/")[0] for target in TOTALS})


@pytest.mark.parametrize("target", TOTALS)
def test_keys_shapes_and_totals_are_torchvisions(target: str) -> None:
    has_the_keys_of(target, class_in(plain, target), TOTALS[target])


@pytest.mark.parametrize(
    ("target", "shape"),
    [
        ("GoogLeNet/digits", (2, 1, 32, 32)),
    ],
)
def test_the_same_weights_give_the_same_numbers(target: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    has_the_numbers_of(target, class_in(plain, target), torch.randn(shape))


@pytest.mark.parametrize("name", PRESETS)
def test_cards_have_places_of_their_own_and_all_variants_are_known(name: str) -> None:
    has_cards_apart(name, TOTALS)


@pytest.mark.parametrize("name", PRESETS)
def test_the_small_one_learns_the_digits(name: str) -> None:
    """Guessing is right once in ten."""
    few = {"max_samples": 200, "validation": 0.1, "epochs": 3, "batch_size": 20}
    trained = last(f"{name}/digits", learning_rate=0.008, schedule="constant", **few).train
    assert trained.accuracy is not None
    assert trained.accuracy > 0.4
