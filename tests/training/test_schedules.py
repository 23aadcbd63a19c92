"""The rates of schedules beside lists worked out by hand, and beside those of older versions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from nnstudio.project.training.schedules import SCHEDULES
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.optimizers import build_optimizers
from nnstudio.training.schedules import Schedule

BASE = TrainingSettings(epochs=4, learning_rate=1.0, optimizer="SGD")
LOSSES = [1.0, 0.5, 0.6, 0.7, 0.6, 0.55, 0.4, 0.41, 0.42, 0.43, 0.3, 0.31]


def rates(settings: TrainingSettings, steps: int, losses: list[float] | None = None) -> list[float]:
    """The rate of every step, in epochs of `steps` steps."""
    optimizers = build_optimizers(nn.Linear(1, 1), settings, torch.device("cpu"))
    schedule = Schedule(optimizers, settings, steps)
    told = []
    for epoch in range(settings.epochs):
        for _ in range(steps):
            told.append(schedule.rate)
            schedule.step_done()
        schedule.epoch_done(losses[epoch] if losses else 1.0)
    return told


@pytest.mark.parametrize(
    ("values", "steps", "expected"),
    [
        ({}, 1, [1, 1, 1, 1]),
        ({"schedule": "step", "schedule_every": 2}, 1, [1, 1, 0.1, 0.1]),
        ({"schedule": "multi_step", "schedule_epochs": "3, 1"}, 1, [1, 0.1, 0.1, 0.01]),
        ({"schedule": "exponential", "schedule_decay": 0.5}, 1, [1, 0.5, 0.25, 0.125]),
        ({"schedule": "polynomial"}, 1, [1, 0.75, 0.5, 0.25]),
        ({"schedule": "polynomial", "schedule_power": 2}, 1, [1, 0.5625, 0.25, 0.0625]),
        ({"schedule": "cosine"}, 1, [1, (2 + 2**0.5) / 4, 0.5, (2 - 2**0.5) / 4]),
        ({"schedule": "cosine", "lowest_rate": 0.2}, 2, [1, 1, 0.8828427, 0.8828427, 0.6, 0.6]),
        ({"schedule": "cosine_restarts", "schedule_every": 2}, 1, [1, 0.5, 1, 0.5]),
        (
            {"schedule": "cosine_restarts", "schedule_every": 1, "restart_growth": 2},
            1,
            [1, 1, 0.5, 1],
        ),
        # Climbs 3 of 9 steps: from 1 / 4 along half a cosine, and down to 1 / 4 / 10.
        (
            {
                "schedule": "one_cycle",
                "epochs": 1,
                "cycle_rise": 1 / 3,
                "cycle_start": 4,
                "cycle_end": 10,
            },
            9,
            [
                0.25,
                0.625,
                1.0,
                *(0.025 + (1 - 0.025) * (1 + math.cos(math.pi * k / 6)) / 2 for k in range(1, 7)),
            ],
        ),
        # Warm-ups: within an epoch, over its end, and exactly to it.
        ({"warmup_steps": 2, "warmup_start": 0.5}, 3, [0.5, 0.75, 1, 1, 1, 1]),
        (
            {"schedule": "exponential", "schedule_decay": 0.5, "warmup_steps": 2},
            3,
            [1 / 3, 2 / 3, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125],
        ),
        (
            {"schedule": "exponential", "schedule_decay": 0.5, "warmup_steps": 3},
            3,
            [1 / 3, 5 / 9, 7 / 9, 1, 1, 1, 0.5, 0.5, 0.5, 0.25],
        ),
        (
            {"schedule": "polynomial", "warmup_steps": 4, "warmup_start": 0.2},
            2,
            [0.2, 0.4, 0.6, 0.8, 1, 1, 0.5, 0.5],
        ),
        (
            {"schedule": "cosine", "warmup_steps": 2, "warmup_start": 0.5},
            1,
            [0.5, 0.75, 1, 0.5],
        ),
        # Before a cycle the rate climbs to where the cycle starts.
        (
            {
                "schedule": "one_cycle",
                "epochs": 1,
                "warmup_steps": 2,
                "warmup_start": 0.5,
                "cycle_rise": 0.5,
                "cycle_start": 4,
                "cycle_end": 1,
            },
            6,
            [0.125, 0.1875, 0.25, 1.0, 0.625, 0.25],
        ),
        ({"warmup_steps": 100, "warmup_start": 0.5}, 1, [0.5, 0.505, 0.51, 0.515]),
    ],
)
def test_rates(values: dict[str, object], steps: int, expected: list[float]) -> None:
    told = rates(BASE.with_values(**values), steps)
    assert told[: len(expected)] == pytest.approx(expected, rel=1e-6)


def test_a_plateau_after_a_warm_up() -> None:
    settings = BASE.with_values(
        epochs=6,
        schedule="plateau",
        schedule_patience=0,
        schedule_factor=0.5,
        lowest_rate=0.2,
        warmup_steps=2,
        warmup_start=0.5,
    )
    losses = [9.0, 9.0, 1.0, 1.0, 1.0, 1.0]
    assert rates(settings, 1, losses) == pytest.approx([0.5, 0.75, 1, 1, 0.5, 0.25])


def as_before(settings: TrainingSettings, losses: list[float]) -> list[float]:
    """The rates of each epoch as version 0.1 worked them out."""
    told, rate, best, worse = [], settings.learning_rate, math.inf, 0
    for epoch, loss in enumerate(losses):
        match settings.schedule:
            case "cosine":
                lowest = min(settings.lowest_rate, settings.learning_rate)
                fallen = (1.0 - math.cos(math.pi * epoch / settings.epochs)) / 2.0
                told.append(settings.learning_rate - (settings.learning_rate - lowest) * fallen)
            case "step":
                falls = epoch // settings.schedule_every
                told.append(settings.learning_rate * settings.schedule_factor**falls)
            case _:
                told.append(rate)
        if settings.schedule == "plateau":
            if loss < best * (1.0 - 1e-4):
                best, worse = loss, 0
            else:
                worse += 1
            if worse > settings.schedule_patience:
                rate = max(rate * settings.schedule_factor, min(settings.lowest_rate, rate))
                worse = 0
    return told


@pytest.mark.parametrize("schedule", ["constant", "cosine", "plateau", "step"])
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"schedule_every": 3, "schedule_factor": 0.3, "schedule_patience": 1},
        {"schedule_patience": 0, "lowest_rate": 1e-4, "learning_rate": 1e-3},
        {"schedule_patience": 0, "learning_rate": 1e-7},
        {"lowest_rate": 5.0},
    ],
)
def test_old_files_keep_their_rates(schedule: str, values: dict[str, object]) -> None:
    settings = BASE.with_values(epochs=len(LOSSES), schedule=schedule, **values)
    expected = as_before(settings, LOSSES)
    assert rates(settings, 1, LOSSES) == pytest.approx(expected, rel=1e-12, abs=1e-18)


@pytest.mark.parametrize("name", ["cosine", "polynomial", "one_cycle", "exponential"])
def test_more_epochs_go_on_as_if_planned_so(name: str) -> None:
    short, long = BASE.with_values(schedule=name), BASE.with_values(schedule=name, epochs=8)
    model, cpu = nn.Linear(1, 1), torch.device("cpu")
    before = Schedule(build_optimizers(model, short, cpu), short, 3)
    for _ in range(2):
        for _ in range(3):
            before.step_done()
        before.epoch_done(1.0)
    optimizers = build_optimizers(model, long, cpu)
    after = Schedule(optimizers, long, 3)
    after.restore(before.state())
    assert after.rate == pytest.approx(rates(long, 3)[6])


def test_momentum_cycles_where_there_is_one() -> None:
    settings = BASE.with_values(schedule="one_cycle", momentum=0.5)
    (optimizer,) = build_optimizers(nn.Linear(1, 1), settings, torch.device("cpu"))
    Schedule([optimizer], settings, 5)
    assert optimizer.param_groups[0]["momentum"] == 0.95
    fixed = settings.with_values(cycle_momentum=False)
    (optimizer,) = build_optimizers(nn.Linear(1, 1), fixed, torch.device("cpu"))
    Schedule([optimizer], fixed, 5)
    assert optimizer.param_groups[0]["momentum"] == 0.5


@pytest.mark.parametrize("name", [n for n, kind in SCHEDULES.items() if kind.torch_class])
def test_torch_has_the_classes_and_arguments(name: str) -> None:
    import inspect

    kind = SCHEDULES[name]  # type: ignore[index]
    made = getattr(torch.optim.lr_scheduler, kind.torch_class)
    signature = inspect.signature(made.__init__).parameters
    wanted = {*kind.arguments, *kind.fixed, *([kind.length] if kind.length else [])}
    assert wanted <= set(signature)
    assert set(kind.settings) <= set(TrainingSettings.model_fields)
