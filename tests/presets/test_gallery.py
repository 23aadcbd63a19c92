"""The presets that show what is possible, against plain originals and published totals."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nnstudio.compiler.build import build
from tests.presets import reference_gallery as plain
from tests.presets.gallery import (
    compiled,
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
SMALL: dict[str, tuple[type[nn.Module], tuple[int, ...]]] = {
    "GPT/sentences": (plain.GPT, (3, 20)),
    "MLPMixer/digits": (plain.MLPMixer, (3, 1, 8, 8)),
    "ResNet/digits": (plain.ResNet, (2, 1, 32, 32)),
    "ResNet/50": (plain.ResNet, (2, 3, 32, 32)),
    "UNet/shapes": (plain.UNet, (2, 3, 32, 32)),
    "UNet/deeper": (plain.UNet, (2, 3, 32, 32)),
    "VAE/digits": (plain.VAE, (3, 1, 8, 8)),
}
"""What is computed with, its original and the shape of a batch."""


@pytest.mark.parametrize("target", TOTALS)
def test_keys_shapes_and_totals_are_those_of_the_original(target: str) -> None:
    make: type[nn.Module] = getattr(plain, target.partition("/")[0])
    has_the_keys_of(target, make, TOTALS[target])


@pytest.mark.parametrize("target", SMALL)
def test_the_same_weights_give_the_same_numbers(target: str) -> None:
    make, shape = SMALL[target]
    torch.manual_seed(2)
    tokens = target.startswith("GPT")
    has_the_numbers_of(target, make, torch.randint(28, shape) if tokens else torch.randn(shape))


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
