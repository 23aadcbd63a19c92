"""More networks of papers for pictures, against plain originals with torchvision's keys."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nnstudio.compiler.build import build
from tests.compiled import compiled
from tests.presets import reference_vision as plain
from tests.presets.gallery import (
    class_in,
    has_cards_apart,
    has_the_keys_of,
    has_the_numbers_of,
    last,
    original_of,
)

TOTALS = {
    "GoogLeNet/1000": 6_624_904,
    "GoogLeNet/digits": 69_298,
    "Swin/T": 28_288_354,
    "Swin/S": 49_606_258,
    "Swin/B": 87_768_224,
    "Swin/digits": 324_820,
}
PRESETS = sorted({target.partition("/")[0] for target in TOTALS})


@pytest.mark.parametrize("target", TOTALS)
def test_keys_shapes_and_totals_are_torchvisions(target: str) -> None:
    has_the_keys_of(target, class_in(plain, target), TOTALS[target])


@pytest.mark.parametrize(
    ("target", "shape"),
    [
        ("GoogLeNet/digits", (2, 1, 32, 32)),
        ("Swin/digits", (2, 1, 32, 32)),
    ],
)
def test_the_same_weights_give_the_same_numbers(target: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    has_the_numbers_of(target, class_in(plain, target), torch.randn(shape))


def test_biases_of_attention_go_by_where_one_place_lies_from_another() -> None:
    """At the start they are too small to be seen in the scores."""
    torch.manual_seed(1)
    model = build(compiled("Swin/digits")[2]).eval()
    wanted = original_of("Swin/digits", plain.Swin).eval()
    places, found = dict(wanted.named_buffers()), model.state_dict()
    assert places
    assert all(torch.equal(found[name], index) for name, index in places.items())
    for weight in model.parameters():
        nn.init.normal_(weight, std=0.3)
    wanted.load_state_dict(model.state_dict())
    image = torch.randn(2, 1, 32, 32)
    torch.testing.assert_close(model(image), wanted(image), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", PRESETS)
def test_cards_have_places_of_their_own_and_all_variants_are_known(name: str) -> None:
    has_cards_apart(name, TOTALS)


@pytest.mark.parametrize("name", PRESETS)
def test_the_small_one_learns_the_digits(name: str) -> None:
    """Guessing is right once in ten."""
    few = {"max_samples": 200, "validation": 0.1, "epochs": 3, "batch_size": 20}
    rate = {"GoogLeNet": 0.008, "Swin": 0.004}[name]
    trained = last(f"{name}/digits", learning_rate=rate, schedule="constant", **few).train
    assert trained.accuracy is not None
    assert trained.accuracy > 0.4
