"""The presets that show what is possible, against plain originals and published totals."""

from __future__ import annotations

import pytest
import torch

from nnstudio.compiler.build import build
from tests.compiled import compiled
from tests.presets import reference_gallery as plain
from tests.presets.gallery import (
    class_in,
    has_cards_apart,
    has_the_keys_of,
    has_the_numbers_of,
    last,
    outputs,
)

TOTALS = {
    "GPT/sentences": 155_968,
    "GPT/gpt2": 124_439_808,
    "MLPMixer/digits": 138_762,
    "MLPMixer/S16": 18_528_264,
    "MLPMixer/B16": 59_880_472,
    "ResNet/18": 11_689_512,
    "ResNet/34": 21_797_672,
    "ResNet/50": 25_557_032,
    "ResNet/101": 44_549_160,
    "ResNet/digits": 701_818,
    "UNet/shapes": 482_788,
    "UNet/deeper": 1_942_628,
    "UNet/paper": 31_037_828,
    "VAE/digits": 19_792,
    "VAE/28x28": 652_824,
}
PRESETS = sorted({target.partition("/")[0] for target in TOTALS})
SMALL: dict[str, tuple[int, ...]] = {
    "GPT/sentences": (3, 20),
    "MLPMixer/digits": (3, 1, 8, 8),
    "ResNet/digits": (2, 1, 32, 32),
    "ResNet/50": (2, 3, 32, 32),
    "UNet/shapes": (2, 3, 32, 32),
    "UNet/deeper": (2, 3, 32, 32),
    "VAE/digits": (3, 1, 8, 8),
}
"""What is computed with, and the shape of a batch."""


@pytest.mark.parametrize("target", TOTALS)
def test_keys_shapes_and_totals_are_those_of_the_original(target: str) -> None:
    has_the_keys_of(target, class_in(plain, target), TOTALS[target])


@pytest.mark.parametrize("target", SMALL)
def test_the_same_weights_give_the_same_numbers(target: str) -> None:
    torch.manual_seed(2)
    shape, tokens = SMALL[target], target.startswith("GPT")
    given = torch.randint(28, shape) if tokens else torch.randn(shape)
    has_the_numbers_of(target, class_in(plain, target), given)


def test_no_token_knows_what_comes_after_it() -> None:
    model = build(compiled("GPT/sentences")[2]).eval()
    tokens = torch.randint(28, (2, 12))
    changed = tokens.clone()
    changed[:, 8:] = (changed[:, 8:] + 1) % 28
    found, other = (outputs(model, given)["output"] for given in (tokens, changed))
    torch.testing.assert_close(found[:, :8], other[:, :8])
    assert not torch.allclose(found[:, 8], other[:, 8])


@pytest.mark.parametrize("name", PRESETS)
def test_cards_have_places_of_their_own_and_all_variants_are_known(name: str) -> None:
    has_cards_apart(name, TOTALS)


def test_digits_are_redrawn_from_few_numbers() -> None:
    """The mean digit has an error of 1 minus what lies between pixels, about 0.5."""
    judged = last("VAE/digits", max_samples=600, epochs=12, batch_size=32).validation
    assert judged is not None
    assert judged.more["kl"] > 1
    assert judged.loss - judged.more["kl"] / 128 < 0.4
