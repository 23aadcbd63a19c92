"""The convolutional networks of papers, against plain originals with torchvision's keys."""

from __future__ import annotations

import pytest
import torch

from tests.presets import reference_convnets as plain
from tests.presets.gallery import (
    class_in,
    has_cards_apart,
    has_the_keys_of,
    has_the_numbers_of,
    last,
)

TOTALS = {
    "DenseNet/121": 7_978_856,
    "DenseNet/161": 28_681_000,
    "DenseNet/169": 14_149_480,
    "DenseNet/201": 20_013_928,
    "DenseNet/digits": 27_322,
    "MobileNetV2/1.0": 3_504_872,
    "MobileNetV2/0.5": 1_968_680,
    "MobileNetV2/digits": 52_058,
    "MobileNetV3/small": 2_542_856,
    "MobileNetV3/large": 5_483_032,
    "MobileNetV3/digits": 58_978,
    "ShuffleNetV2/1.0": 2_278_604,
    "ShuffleNetV2/0.5": 1_366_792,
    "ShuffleNetV2/1.5": 3_503_624,
    "ShuffleNetV2/2.0": 7_393_996,
    "ShuffleNetV2/digits": 49_802,
    "VGG/11": 132_863_336,
    "VGG/13": 133_047_848,
    "VGG/16": 138_357_544,
    "VGG/19": 143_667_240,
    "VGG/11-bn": 132_868_840,
    "VGG/13-bn": 133_053_736,
    "VGG/16-bn": 138_365_992,
    "VGG/19-bn": 143_678_248,
    "VGG/digits": 146_682,
}
PRESETS = sorted({target.partition("/")[0] for target in TOTALS})


@pytest.mark.parametrize("target", TOTALS)
def test_keys_shapes_and_totals_are_torchvisions(target: str) -> None:
    has_the_keys_of(target, class_in(plain, target), TOTALS[target])


@pytest.mark.parametrize(
    ("target", "shape"),
    [
        ("DenseNet/digits", (2, 1, 32, 32)),
        ("MobileNetV2/digits", (2, 1, 16, 16)),
        ("MobileNetV3/digits", (2, 1, 16, 16)),
        ("MobileNetV3/small", (1, 3, 32, 32)),
        ("ShuffleNetV2/digits", (2, 1, 32, 32)),
        ("VGG/digits", (2, 1, 32, 32)),
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
    few = {"max_samples": 200, "validation": 0.1, "epochs": 5, "batch_size": 20}
    few |= {"VGG": {"max_samples": 400}, "ShuffleNetV2": {"epochs": 3}}.get(name, {})
    trained = last(f"{name}/digits", **few).train
    assert trained.accuracy is not None
    assert trained.accuracy > 0.5
