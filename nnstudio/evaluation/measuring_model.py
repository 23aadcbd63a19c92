"""Finding out what a model costs: its parameters counted, its time for a sample measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

import torch
from torch import nn

from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import each
from nnstudio.evaluation.model_facts import ModelFacts, SampleTime
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import forward, starting

SIZES = (1, 8, 32, 128)
"""Batch sizes with which the time is measured."""
_ROUNDS = 9
_LEAST = 3
_SECONDS = 0.4
"""After so long no further round is begun, but for the least number of them."""


def parameters_of(model: nn.Module, settings: TrainingSettings) -> ModelFacts:
    """Count the parameters that were trained and those that were frozen; tied ones once."""
    every = {id(one): one for one in model.parameters()}
    wanted = {key: one.requires_grad for key, one in every.items()}
    try:
        if settings.frozen_nodes:
            starting.freeze(model, settings.frozen_nodes)
        trainable = sum(one.numel() for one in every.values() if one.requires_grad)
    finally:
        for key, one in every.items():
            one.requires_grad_(wanted[key])
    return ModelFacts(trainable, sum(one.numel() for one in every.values()) - trainable)


def times_of(
    model: nn.Module,
    dataset: DataSet,
    settings: TrainingSettings,
    device: torch.device,
    sizes: Sequence[int] = SIZES,
) -> tuple[SampleTime, ...]:
    """How long the model takes for a sample, the first ones of a set, in batches of each size.

    The samples lie on the device, ready for the model. Sizes for which there is no room are left
    out.
    """
    model, here = model.to(device).eval(), dataset.with_scales_on(device)
    found = []
    with torch.no_grad():
        for size in sizes:
            places = torch.arange(size) % len(dataset)
            chosen = places if dataset.rows is None else dataset.rows[places]
            try:
                rows = each(lambda one, chosen=chosen: one[chosen].to(device), dataset.inputs)  # type: ignore[misc]
                given = here.to_model(rows)
                taken: list[float] = []
                began = time.perf_counter()
                while len(taken) < _LEAST + 1 or (
                    len(taken) <= _ROUNDS and time.perf_counter() - began < _SECONDS
                ):
                    own = each(torch.clone, given)  # a layer may overwrite what it is given
                    _wait(device)
                    start = time.perf_counter()
                    forward.call(model, own, settings, device)
                    _wait(device)
                    taken.append(time.perf_counter() - start)
            except (torch.OutOfMemoryError, MemoryError):
                break
            rounds = taken[1:]  # the first one sets things up
            found.append(SampleTime(size, median(rounds) / size, len(rounds)))
    return tuple(found)


def threads_on(device: torch.device) -> int | None:
    """How many threads work inside one operation on the CPU; None on other devices."""
    return torch.get_num_threads() if device.type == "cpu" else None


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
