"""Optimizer and learning rate schedule from the settings, and torch made ready for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from nnstudio.project.training_settings import TrainingSettings

_THRESHOLD = 1e-4
"""A loss must be lower by this share to count, as in torch's ReduceLROnPlateau."""


def build_optimizer(
    parameters: Iterable[nn.Parameter], settings: TrainingSettings, device: torch.device
) -> Optimizer:
    """The optimizer of the settings.

    Fused where torch can: one call a step instead of a dozen per weight, so small models train
    faster and the interpreter stays free for the window.
    """
    wanted = list(parameters)
    fused = device.type in ("cpu", "cuda") and all(p.is_floating_point() for p in wanted)
    rate, decay = settings.learning_rate, settings.weight_decay
    match settings.optimizer:
        case "Adam":
            return Adam(wanted, lr=rate, weight_decay=decay, fused=fused)
        case "AdamW":
            return AdamW(wanted, lr=rate, weight_decay=decay, fused=fused)
        case "SGD":
            return SGD(wanted, lr=rate, momentum=settings.momentum, weight_decay=decay, fused=fused)
        case "RMSprop":
            return RMSprop(wanted, lr=rate, momentum=settings.momentum, weight_decay=decay)


class Schedule:
    """The learning rate of each epoch.

    With e epochs done: cosine is rate - (rate - lowest) * (1 - cos(pi * e / epochs)) / 2
    (I. Loshchilov, F. Hutter, SGDR, 2017, one period); step is rate * factor ** (e // every);
    plateau is as torch.optim.lr_scheduler.ReduceLROnPlateau.
    """

    def __init__(self, settings: TrainingSettings) -> None:
        self._settings = settings
        self._rate = settings.learning_rate
        self._best = math.inf
        self._worse = 0

    def rate(self, epoch: int) -> float:
        """The rate of `epoch`, which counts from 1."""
        settings = self._settings
        match settings.schedule:
            case "cosine":
                lowest = min(settings.lowest_rate, settings.learning_rate)
                fallen = (1.0 - math.cos(math.pi * (epoch - 1) / settings.epochs)) / 2.0
                return settings.learning_rate - (settings.learning_rate - lowest) * fallen
            case "step":
                falls = (epoch - 1) // settings.schedule_every
                return settings.learning_rate * settings.schedule_factor**falls
            case _:
                return self._rate

    def epoch_done(self, loss: float) -> None:
        """Tell the schedule how the epoch went: only plateau listens."""
        if self._settings.schedule != "plateau":
            return
        if loss < self._best * (1.0 - _THRESHOLD):
            self._best, self._worse = loss, 0
            return
        self._worse += 1
        if self._worse > self._settings.schedule_patience:
            lowest = min(self._settings.lowest_rate, self._rate)
            self._rate = max(self._rate * self._settings.schedule_factor, lowest)
            self._worse = 0

    def state(self) -> dict[str, Any]:
        return {"rate": self._rate, "best": self._best, "worse": self._worse}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._rate = float(state["rate"])
        self._best = float(state["best"])
        self._worse = int(state["worse"])


def warm_up(device: torch.device) -> None:
    """Do one step of nothing, so that torch imports now what it imports on the first step.

    Those imports hold the interpreter for up to 0.2 s at a time. Draws no random numbers.
    """
    weight = nn.Parameter(torch.zeros(2, 2, device=device))
    target = torch.zeros(2, dtype=torch.int64, device=device)
    optimizer = build_optimizer([weight], TrainingSettings(), device)
    nn.functional.cross_entropy(weight, target).backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_([weight], 1.0)
    optimizer.step()
