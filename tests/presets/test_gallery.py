"""The presets that show what is possible, against plain originals and published totals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Report
from nnstudio.compiler.build import build
from nnstudio.compiler.source import Source, generate
from nnstudio.project.presets import load_target, preset
from nnstudio.project.values import Project
from nnstudio.training.events import EpochDone
from tests.presets import reference_gallery as plain

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


@cache
def compiled(target: str) -> tuple[Project, Report, Source]:
    project = load_target(target)
    report = analyse(project)
    return project, report, generate(project, report)


def shapes(model: nn.Module) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, tuple(tensor.shape)) for name, tensor in model.state_dict().items()]


def original_of(target: str) -> nn.Module:
    """With the values of the variant: parameters and arguments have the same names."""
    values: dict[str, Any] = dict(compiled(target)[0].values)
    name = target.partition("/")[0]
    found: nn.Module = getattr(plain, name)(**values)
    return found


def with_statistics(model: nn.Module) -> nn.Module:
    """`model` judging, with statistics in its batch norms as after a training."""
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(std=0.1)
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    return model.eval()


def outputs(model: nn.Module, given: Tensor) -> Mapping[str, Tensor]:
    """What comes of `given`, by name; chance begins the same each time."""
    torch.manual_seed(3)
    with torch.no_grad():
        found = model(given)
    return found if isinstance(found, dict) else {"output": found}


@pytest.mark.parametrize("target", TOTALS)
def test_keys_shapes_and_totals_are_those_of_the_original(target: str) -> None:
    _, report, source = compiled(target)
    with torch.device("meta"):
        model, original = build(source), original_of(target)
    assert shapes(model) == shapes(original)
    assert sum(p.numel() for p in model.parameters()) == TOTALS[target]
    assert report.root.parameters == TOTALS[target]
    assert report.problems == ()


@pytest.mark.parametrize("target", SMALL)
def test_the_same_weights_give_the_same_numbers(target: str) -> None:
    make, shape = SMALL[target]
    torch.manual_seed(1)
    model = with_statistics(build(compiled(target)[2]))
    original = make(**dict(compiled(target)[0].values)).eval()
    original.load_state_dict(model.state_dict())
    tokens = target.startswith("GPT")
    given = torch.randint(28, shape) if tokens else torch.randn(shape)
    found, wanted = outputs(model, given), outputs(original, given)
    assert list(found) == list(wanted)
    for name, values in wanted.items():
        torch.testing.assert_close(found[name], values)


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
    project = preset(name)
    assert {f"{name}/{v.name}" for v in project.variants} == {
        target for target in TOTALS if target.partition("/")[0] == name
    }
    for block in project.blocks:
        places = [node.position for node in block.graph.nodes]
        assert len(set(places)) == len(places)


def last(target: str, **settings: Any) -> EpochDone:
    """The last epoch of a short training."""
    run = nnstudio.train(load_target(target), device="cpu", threads=1, **settings)
    return run.history[-1]


def test_digits_are_redrawn_from_few_numbers() -> None:
    """The mean digit has an error of 1 minus what lies between pixels, about 0.5."""
    judged = last("VAE/digits", max_samples=600, epochs=12, batch_size=32).validation
    assert judged is not None
    assert judged.more["kl"] > 1
    assert judged.loss - judged.more["kl"] / 128 < 0.4
