"""What every preset of the gallery is held to: a plain original, its keys, numbers and total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

import nnstudio
from nnstudio.compiler.build import build
from nnstudio.project.presets import load_target, preset
from nnstudio.training.events import EpochDone
from tests.compiled import compiled, on_meta


def shapes(model: nn.Module) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, tuple(tensor.shape)) for name, tensor in model.state_dict().items()]


def class_in(module: ModuleType, target: str) -> type[nn.Module]:
    """The plain class that a preset is compared with: it has the same name."""
    found: type[nn.Module] = getattr(module, target.partition("/")[0])
    return found


def original_of(target: str, make: type[nn.Module]) -> nn.Module:
    """With the values of the variant: parameters and arguments have the same names."""
    return make(**dict(compiled(target)[0].values))


def with_statistics(model: nn.Module) -> nn.Module:
    """`model` judging, with statistics in its batch norms as after a training."""
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(std=0.1)
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    return model.eval()


def outputs(model: nn.Module, *given: Tensor) -> Mapping[str, Tensor]:
    """What comes of `given`, by name; chance begins the same each time."""
    torch.manual_seed(3)
    with torch.no_grad():
        found = model(*given)
    return found if isinstance(found, dict) else {"output": found}


def has_the_keys_of(target: str, make: type[nn.Module], total: int) -> None:
    """Names and shapes of all weights are the original's, and so many numbers together."""
    report, model = compiled(target)[1], on_meta(target)
    with torch.device("meta"):
        original = original_of(target, make)
    assert shapes(model) == shapes(original)
    assert sum(p.numel() for p in model.parameters()) == total
    assert report.root.parameters == total
    assert report.problems == ()


def has_the_numbers_of(target: str, make: type[nn.Module], *given: Tensor) -> None:
    """The same weights give the same outputs, by the same names."""
    torch.manual_seed(1)
    model = with_statistics(build(compiled(target)[2]))
    original = original_of(target, make).eval()
    original.load_state_dict(model.state_dict())
    found, wanted = outputs(model, *given), outputs(original, *given)
    assert list(found) == list(wanted)
    for name, values in wanted.items():
        torch.testing.assert_close(found[name], values)


def has_cards_apart(name: str, targets: Iterable[str]) -> None:
    """No two cards lie at one place, and `targets` are all variants of the preset."""
    project = preset(name)
    assert {f"{name}/{v.name}" for v in project.variants} == {
        target for target in targets if target.partition("/")[0] == name
    }
    for block in project.blocks:
        places = [node.position for node in block.graph.nodes]
        assert len(set(places)) == len(places)


def last(target: str, **settings: Any) -> EpochDone:
    """The last epoch of a short training."""
    run = nnstudio.train(load_target(target), device="cpu", threads=1, **settings)
    return run.history[-1]
