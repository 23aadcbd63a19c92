"""Where weights start and which stay: a file whose weights are taken, nodes that are frozen."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from nnstudio.training import checkpoints
from nnstudio.training.events import WeightsTaken
from nnstudio.training.failures import TrainingError


def take_weights(model: nn.Module, place: str) -> WeightsTaken:
    """Give the model the weights of a safetensors file where name and shape fit; say which did.

    place: the file, or the folder of a run, of which the best weights are taken.
    Raises `TrainingError` if it cannot be read or nothing fits.
    """
    path = Path(place).expanduser()
    saved = _weights(path)
    own = {name: value for name, value in model.state_dict().items() if isinstance(value, Tensor)}
    taken = [name for name in own if name in saved and own[name].shape == saved[name].shape]
    found = WeightsTaken(
        str(path),
        taken,
        other_shape=[name for name in own if name in saved and name not in set(taken)],
        missing=[name for name in own if name not in saved],
        unused=[name for name in saved if name not in own],
    )
    if not taken:
        has, wants = next(iter(saved), "none"), next(iter(own), "none")
        raise TrainingError(
            f"No weight of {path} fits the model: the file has {has}, the model has {wants}."
        )
    with torch.no_grad():
        for name in taken:
            own[name].copy_(saved[name])
    return found


def freeze(model: nn.Module, patterns: Sequence[str]) -> list[nn.Module]:
    """Let the weights of nodes alone; returns the modules in them, whose averages stay, too.

    patterns: names of nodes as the model has them, a dot between a block and what is in it, with
    * for any letters. Raises `TrainingError` for one that no node bears.
    """
    modules = {name: module for name, module in model.named_modules() if name}
    frozen: dict[int, nn.Module] = {}
    for pattern in patterns:
        chosen = [module for name, module in modules.items() if fnmatchcase(name, pattern)]
        if not chosen:
            near = difflib.get_close_matches(pattern, modules, 1) or list(modules)[:3]
            raise TrainingError(
                f"No node to freeze is named {pattern}: there is {', '.join(near) or 'none'}."
            )
        for inner in (one for module in chosen for one in module.modules()):
            frozen[id(inner)] = inner
            for parameter in inner.parameters(recurse=False):
                parameter.requires_grad_(False)
    return list(frozen.values())


def learn(model: nn.Module, frozen: Sequence[nn.Module]) -> None:
    """Put the model into `train`, and what is frozen and keeps running averages into `eval`.

    So are the singular vectors of spectral_norm, by which a weight would go on changing.
    """
    model.train()
    for module in frozen:
        kept = (getattr(module, name, None) for name in ("running_mean", "_u"))
        if any(isinstance(tensor, Tensor) for tensor in kept):
            module.eval()


def _weights(place: Path) -> dict[str, Tensor]:
    if place.is_dir():
        return checkpoints.weights(place)
    try:
        return load_file(place)
    except FileNotFoundError as error:
        raise TrainingError(f"There are no weights to start from at {place}.") from error
    except (SafetensorError, OSError) as error:
        raise TrainingError(f"{place} is not a readable safetensors file.") from error
