"""The optimizers of a training, by the table of `project/training/optimizers.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import torch
from torch import nn
from torch.nn.utils.parametrize import ParametrizationList
from torch.optim import Adam, Optimizer

from nnstudio.project.training.optimizers import OPTIMIZERS, OptimizerName
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.failures import TrainingError

_NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)
Groups = list[dict[str, Any]]


def build_optimizers(
    model: nn.Module, settings: TrainingSettings, device: torch.device
) -> list[Optimizer]:
    """The optimizer of the settings for the weights that can be trained.

    Two where one does not take every weight: Muon those with two axes, AdamW all others. Fused
    where torch can: one call a step instead of a dozen per weight, so small models train faster
    and the interpreter stays free for the window. Raises `TrainingError` if torch refuses what the
    settings say.
    """
    wanted = [p for p in model.parameters() if p.requires_grad]
    name = settings.optimizer
    beside = OPTIMIZERS[name].beside
    if beside is None:
        return [_built(name, wanted, model, settings, device)]
    parts = (
        (name, [p for p in wanted if p.ndim == 2]),
        (beside, [p for p in wanted if p.ndim != 2]),
    )
    return [_built(kind, part, model, settings, device) for kind, part in parts if part]


def arguments_of(name: OptimizerName, settings: TrainingSettings) -> dict[str, Any]:
    """What torch's class is given of the settings, beside rate and weight decay."""
    kind, found = OPTIMIZERS[name], {}
    for argument, source in kind.arguments.items():
        if isinstance(source, str):
            value = getattr(settings, source)
        else:
            value = tuple(getattr(settings, one) for one in source)
        if value is not None:
            found[argument] = value
    return {**found, **kind.fixed}


def _built(
    name: OptimizerName,
    wanted: list[nn.Parameter],
    model: nn.Module,
    settings: TrainingSettings,
    device: torch.device,
) -> Optimizer:
    arguments = arguments_of(name, settings)
    if device.type in OPTIMIZERS[name].fused and all(p.is_floating_point() for p in wanted):
        arguments["fused"] = True
    made = getattr(torch.optim, name)
    try:
        return cast(
            Optimizer,
            made(
                _groups(wanted, model, settings),
                lr=settings.learning_rate,
                weight_decay=settings.weight_decay,
                **arguments,
            ),
        )
    except ValueError as error:
        raise TrainingError(f"The optimizer {name} refuses its settings: {error}.") from error


def _groups(wanted: list[nn.Parameter], model: nn.Module, settings: TrainingSettings) -> Groups:
    """All in one group, or norms and biases apart from the others, without weight decay."""
    if settings.decay_norms or not settings.weight_decay:
        return [{"params": wanted}]
    spared = {id(p) for p in _norms_and_biases(model)}
    groups = (
        {"params": [p for p in wanted if id(p) not in spared]},
        {"params": [p for p in wanted if id(p) in spared], "weight_decay": 0.0},
    )
    return [group for group in groups if group["params"]]


def _norms_and_biases(model: nn.Module) -> Iterable[nn.Parameter]:
    """Nothing of a normalised weight: without its length, no decay would hold for it at all."""
    for module in model.modules():
        if isinstance(module, ParametrizationList):
            continue
        for name, parameter in module.named_parameters(recurse=False):
            if isinstance(module, _NORMS) or parameter.ndim < 2 or "bias" in name:
                yield parameter


def warm_up(device: torch.device) -> None:
    """Do one step of nothing, so that torch imports now what it imports on the first step.

    Those imports hold the interpreter for up to 0.2 s at a time. Draws no random numbers.
    """
    weight = nn.Parameter(torch.zeros(2, 2, device=device))
    target = torch.zeros(2, dtype=torch.int64, device=device)
    optimizer = Adam([weight], fused=device.type in OPTIMIZERS["Adam"].fused)
    nn.functional.cross_entropy(weight, target).backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_([weight], 1.0)
    optimizer.step()
