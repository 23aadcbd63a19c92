"""The presets that make pictures, against plain originals."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

import nnstudio
from nnstudio.compiler.build import build
from nnstudio.project.presets import load_target
from tests.compiled import compiled
from tests.presets import reference_generative as plain
from tests.presets.gallery import (
    class_in,
    has_cards_apart,
    has_the_keys_of,
    has_the_numbers_of,
    last,
    original_of,
)

TOTALS = {
    "ACGAN/digits": 44_203,
    "ACGAN/64x64": 6_506_123,
    "DDPM/digits": 583_713,
    "DDPM/cifar10": 19_794_051,
    "VQVAE/digits": 23_497,
    "VQVAE/cifar10": 695_491,
}
PRESETS = sorted({target.partition("/")[0] for target in TOTALS})
SMALL: dict[str, tuple[int, ...]] = {
    "ACGAN/digits": (3, 1, 16, 16),
    "DDPM/digits": (4, 1, 8, 8),
    "VQVAE/digits": (3, 1, 8, 8),
    "VQVAE/cifar10": (2, 3, 32, 32),
}
"""What is computed with, and the shape of a batch."""


@pytest.mark.parametrize("target", TOTALS)
def test_keys_shapes_and_totals_are_those_of_the_original(target: str) -> None:
    has_the_keys_of(target, class_in(plain, target), TOTALS[target])


@pytest.mark.parametrize("target", SMALL)
def test_the_same_weights_give_the_same_numbers(target: str) -> None:
    torch.manual_seed(2)
    has_the_numbers_of(target, class_in(plain, target), torch.randn(SMALL[target]))


@pytest.mark.parametrize("name", PRESETS)
def test_cards_have_places_of_their_own_and_all_variants_are_known(name: str) -> None:
    has_cards_apart(name, TOTALS)


def slopes(model: nn.Module, image: Tensor) -> dict[str, Tensor | None]:
    """The gradients of all losses of a training with equal weights."""
    found = model(image)
    error = nn.functional.mse_loss(found["reconstruction"], image)
    (error + found["codebook"].mean() + found["commitment"].mean()).backward()
    return {name: weight.grad for name, weight in model.named_parameters()}


def test_gradients_pass_the_codebook_as_in_the_original() -> None:
    torch.manual_seed(5)
    model = build(compiled("VQVAE/digits")[2])
    other = original_of("VQVAE/digits", plain.VQVAE)
    other.load_state_dict(model.state_dict())
    image = torch.randn(4, 1, 8, 8)
    found, wanted = slopes(model, image), slopes(other, image)
    for name, slope in wanted.items():
        torch.testing.assert_close(found[name], slope)
    assert all(slope is not None and bool(slope.any()) for slope in found.values())


def test_what_is_quantised_is_out_of_the_codebook_and_nothing_is_nearer() -> None:
    torch.manual_seed(6)
    quantizer = build(compiled("VQVAE/digits")[2]).get_submodule("quantizer")
    x = torch.randn(2, 8, 3, 5)
    with torch.no_grad():
        found, codes, _, commitment = quantizer(x)
        table = quantizer.get_parameter("codebook.weight")
        every = (x.unsqueeze(1) - table[:, :, None, None]).pow(2).sum(2)
    torch.testing.assert_close(found, table[codes].movedim(-1, 1))
    torch.testing.assert_close(8 * commitment, every.amin(1).mean((1, 2)))


def test_digits_are_redrawn_out_of_few_words() -> None:
    """The mean digit has an error of 1 minus what lies between pixels, about 0.5."""
    judged = last(
        "VQVAE/digits", max_samples=400, epochs=4, batch_size=16, learning_rate=1e-2
    ).validation
    assert judged is not None
    losses = judged.more["codebook"] + 0.25 * judged.more["commitment"]
    assert 0 < losses < 1
    assert judged.loss - losses < 0.25


def test_each_of_two_networks_learns_by_its_own_loss_alone() -> None:
    """One backward pass for the sum of all losses is one for each network's."""
    torch.manual_seed(7)
    model = build(compiled("ACGAN/digits")[2])
    other = plain.ACGAN()
    other.load_state_dict(model.state_dict())
    image, digits = torch.randn(6, 1, 16, 16), torch.randint(10, (6,))
    torch.manual_seed(8)
    found = model(image)
    total = nn.functional.cross_entropy(found.pop("logits"), digits)
    (total + sum(loss.mean() for loss in found.values())).backward()
    torch.manual_seed(8)
    wanted = other.separate(image, digits)
    slopes = {name: weight.grad for name, weight in model.named_parameters()}
    assert set(slopes) == set(wanted)
    for name, slope in wanted.items():
        torch.testing.assert_close(slopes[name], slope)
    assert all(slope is not None and bool(slope.any()) for slope in slopes.values())


def apart(pictures: Tensor) -> Tensor:
    """(10, 8, 8) -> (10, 64): what tells each from the mean of all."""
    return (pictures - pictures.mean(0)).flatten(1)


def test_digits_are_drawn_on_demand() -> None:
    """What is drawn for a digit is, on average, more like that digit than like all others."""
    run = nnstudio.train(
        load_target("ACGAN/digits"),
        device="cpu",
        threads=1,
        max_samples=300,
        epochs=5,
        batch_size=16,
    )
    judged = run.history[-1].validation
    assert judged is not None
    assert judged.more["discriminator_loss"] > 0.5  # near 0 where the generator has lost
    generator = run.model().get_submodule("generator")
    torch.manual_seed(1)
    wanted = torch.eye(10).repeat_interleave(40, 0)
    with torch.no_grad():
        drawn = generator(torch.cat([torch.randn(400, 32), wanted], 1))
    drawn = nn.functional.avg_pool2d(drawn, 2).view(10, 40, 8, 8).mean(1)
    digits = load_digits()
    images, labels = torch.tensor(digits.images).float(), torch.tensor(digits.target)
    real = torch.stack([images[labels == digit].mean(0) for digit in range(10)])
    likeness = torch.corrcoef(torch.cat([apart(drawn), apart(real)]))[:10, 10:]
    assert likeness.argmax(1).tolist() == list(range(10))
    assert likeness.diag().mean() > 0.6


def sampled(model: object) -> Tensor:
    """What the lines of the documentation draw with `model`."""
    text = Path(__file__).parents[2].joinpath("docs", "presets.md").read_text("utf-8")
    names: dict[str, Any] = {"model": model}
    with torch.no_grad():
        exec(text.partition("```python\n")[2].partition("```")[0], names)
    drawn = names["x"]
    assert isinstance(drawn, Tensor)
    return drawn


def test_the_noise_is_that_of_the_paper() -> None:
    found = build(compiled("DDPM/digits")[2]).get_buffer("schedule.alpha_bar")
    torch.testing.assert_close(found, plain.DDPM().schedule.get_buffer("alpha_bar"))
    assert found[-1].item() == pytest.approx(4.036e-5, rel=1e-3)


def test_the_documented_lines_draw_what_noise_alone_can_tell() -> None:
    """Of pixels that are normal with a deviation of 0.5, the noise is known in closed form."""
    schedule = build(compiled("DDPM/digits")[2]).get_submodule("schedule")
    left = schedule.get_buffer("alpha_bar")

    def unet(noisy: Tensor, step: Tensor) -> Tensor:
        kept = left[step].view(-1, 1, 1, 1)
        return (1 - kept).sqrt() * noisy / (kept * 0.25 + 1 - kept)

    torch.manual_seed(9)
    drawn = sampled(SimpleNamespace(schedule=schedule, unet=unet))
    assert drawn.std().item() == pytest.approx(0.5, rel=0.1)
    assert abs(drawn.mean().item()) < 0.1


def test_noise_is_told_from_digits() -> None:
    """Who tells no noise has an error of 1."""
    judged = last(
        "DDPM/digits", max_samples=300, epochs=1, batch_size=16, schedule="constant"
    ).validation
    assert judged is not None
    assert judged.loss == pytest.approx(judged.more["noise_error"])
    assert judged.loss < 0.5
    assert judged.more["rmse"] < 2
