"""The learning rate while a training goes on: torch's schedules, and the warm-up before them.

No arithmetic of rates stands here. A warm-up is torch's LinearLR, step by step. The schedule is
made when the warm-up is over, from the full rate: torch's SequentialLR makes both at once, which
starts some of them from a rate that is already lowered, takes no plateau, and counts both in the
same unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from nnstudio.project.training.schedules import SCHEDULES
from nnstudio.project.training_settings import TrainingSettings

_CHANGED = ("lr", "initial_lr", "max_lr", "min_lr", "betas", "momentum")
_MORE_CHANGED = ("base_momentum", "max_momentum")


class Schedule:
    """Sets the rates of optimizers; told of each step and each epoch that is done.

    An epoch in which the warm-up ends is the first of the schedule. With W steps of warm-up and S
    steps per epoch the schedule lasts `epochs - W // S` epochs, or the steps after the warm-up.
    """

    def __init__(
        self, optimizers: Sequence[Optimizer], settings: TrainingSettings, steps_per_epoch: int
    ) -> None:
        """steps_per_epoch: changes of the weights, fewer than batches where these are gathered."""
        self._optimizers = optimizers
        self._settings = settings
        self._steps_per_epoch = steps_per_epoch
        self._kind = SCHEDULES[settings.schedule]
        self._steps = 0
        self._warming: list[LRScheduler] = []
        self._running: list[LRScheduler | ReduceLROnPlateau] = []
        for optimizer in optimizers:
            # Rates are set before the first step, too; torch would warn of it.
            optimizer._opt_called = True  # type: ignore[attr-defined]
        if settings.warmup_steps:
            self._warm_up()
        else:
            self._begin()

    @property
    def rate(self) -> float:
        """The rate of the next step."""
        return float(self._optimizers[0].param_groups[0]["lr"])

    def step_done(self) -> None:
        """The weights have changed once."""
        self._steps += 1
        if self._warming:
            if self._steps == self._settings.warmup_steps:
                self._begin()
            else:
                _step(self._warming)
        elif self._kind.per == "step":
            _step(self._running)

    def epoch_done(self, loss: float) -> None:
        """An epoch is over, with this loss of the validation or, without one, of the training."""
        if self._kind.per == "step" or self._warming:
            return
        if self._steps == self._settings.warmup_steps:  # nothing was done by the schedule yet
            return
        _step(self._running, loss)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on exactly from here, as JSON values."""
        return {
            "steps": self._steps,
            "epochs": self._settings.epochs,
            "warming": [_numbers(one) for one in self._warming],
            "running": [_numbers(one) for one in self._running],
            "groups": [
                [{k: v for k, v in group.items() if k in _CHANGED + _MORE_CHANGED} for group in g]
                for g in (optimizer.param_groups for optimizer in self._optimizers)
            ],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`; with another number of epochs, as if it had been so from the start.

        Raises `KeyError`, `TypeError` or `ValueError` for a state that this one cannot have.
        """
        self._steps = state["steps"]
        if not state["warming"]:
            self._begin()
            if self._kind.length and state["epochs"] != self._settings.epochs:
                self._do_again(state["running"])
                return
        for own, saved in (
            *zip(self._warming, state["warming"], strict=True),
            *zip(self._running, state["running"], strict=True),
        ):
            own.load_state_dict(dict(saved))
        for optimizer, groups in zip(self._optimizers, state["groups"], strict=True):
            for group, values in zip(optimizer.param_groups, groups, strict=True):
                group.update(values)
                if "betas" in values:
                    group["betas"] = tuple(values["betas"])

    def _do_again(self, saved: Sequence[Mapping[str, Any]]) -> None:
        for _ in range(saved[0]["last_epoch"] if saved else 0):
            _step(self._running)

    # What torch is given

    def _warm_up(self) -> None:
        settings, end = self._settings, 1.0
        if settings.schedule == "one_cycle":  # which begins below the learning rate
            end = 1.0 / settings.cycle_start
        self._warming = [
            lr_scheduler.LinearLR(
                optimizer,
                start_factor=settings.warmup_start * end,
                end_factor=end,
                total_iters=settings.warmup_steps,
            )
            for optimizer in self._optimizers
        ]

    def _begin(self) -> None:
        """Make the schedule, from the full rate."""
        self._warming = []
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self._settings.learning_rate
                group.pop("initial_lr", None)
        if self._kind.torch_class:
            made = getattr(lr_scheduler, self._kind.torch_class)
            self._running = [made(one, **self._arguments(one)) for one in self._optimizers]

    def _arguments(self, optimizer: Optimizer) -> dict[str, Any]:
        settings, kind = self._settings, self._kind
        found = {argument: getattr(settings, name) for argument, name in kind.arguments.items()}
        for lowest in ("eta_min", "min_lr"):
            if lowest in found:
                found[lowest] = min(found[lowest], settings.learning_rate)
        if "milestones" in found:
            found["milestones"] = settings.lowered_after
        if "cycle_momentum" in found:
            has_momentum = {"betas", "momentum"} & set(optimizer.defaults)
            found["cycle_momentum"] = settings.cycle_momentum and bool(has_momentum)
        if kind.length:
            found[kind.length] = max(1, self._length())
        return {**found, **kind.fixed}

    def _length(self) -> int:
        settings, steps = self._settings, self._steps_per_epoch
        if self._kind.per == "step":
            return settings.epochs * steps - settings.warmup_steps
        return settings.epochs - settings.warmup_steps // steps


def _step(schedules: Sequence[LRScheduler | ReduceLROnPlateau], loss: float = math.nan) -> None:
    for one in schedules:
        if isinstance(one, ReduceLROnPlateau):
            one.step(loss)
        else:
            one.step()


def _numbers(schedule: LRScheduler | ReduceLROnPlateau) -> dict[str, Any]:
    """What changes in a schedule: its numbers; all else is made from the settings."""
    return {
        name: value
        for name, value in schedule.state_dict().items()
        if (isinstance(value, int | float) and not isinstance(value, bool)) or name == "_last_lr"
    }
