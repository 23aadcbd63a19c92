"""Searches that nobody has run: trials as a search would tell them, for charts and pictures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnstudio.project.search.space import Choices, RealRange, Space, WholeRange
from nnstudio.studies.search.plan import Limits, Objective, SearchPlan
from nnstudio.studies.search.result import SearchResult, TrialRow, best_of
from nnstudio.workspace.studies_page.shown_trials import (
    ShownTrials,
    TrialCurve,
    importance_of,
    shown,
)

SPACE = Space(
    axes=(
        WholeRange(name="model.hidden", low=16, high=256, step=16),
        Choices(name="model.num_heads", choices=(1, 2, 4, 8)),
        RealRange(name="learning_rate", low=1e-4, high=1e-1, log=True),
        RealRange(name="dropout", low=0.0, high=0.5),
        Choices(name="optimizer", choices=("SGD", "Adam", "AdamW")),
        WholeRange(name="batch_size", low=16, high=256, log=True),
        RealRange(name="weight_decay", low=1e-6, high=1e-2, log=True),
        Choices(name="nesterov", choices=(True, False)),
    )
)
SHARES = {
    "learning_rate": 0.46,
    "model.hidden": 0.21,
    "dropout": 0.14,
    "optimizer": 0.1,
    "weight_decay": 0.04,
    "model.num_heads": 0.03,
    "batch_size": 0.015,
    "nesterov": 0.005,
}
BEGIN = 1_790_000_000.0
EPOCHS = 30


def plan(objectives: int = 1, **more: Any) -> SearchPlan:
    """A search for accuracy and, with two objectives, few parameters."""
    chosen = (Objective.of("accuracy"), Objective.of("parameters"))[:objectives]
    values = {
        "id": "made-up",
        "title": "Heads and rates",
        "space": SPACE,
        "objectives": chosen,
        "limits": Limits(trials=200),
        "epochs": EPOCHS,
    }
    return SearchPlan(**{**values, **more})


def trials(
    count: int, *, objectives: int = 1, workers: int = 4, seed: int = 3, running: bool = True
) -> ShownTrials:
    """So many trials; some cut short, failed or refused, the last ones running and waiting."""
    rng = np.random.default_rng(seed)
    free = [BEGIN + 3.0 * k for k in range(workers)]
    rows, curves = [], {}
    for number in range(count):
        point = _point(rng, number / count)
        level = _level(point) + float(rng.normal(0, 0.012))
        state = str(
            rng.choice(["completed", "pruned", "failed", "rejected"], p=(0.7, 0.22, 0.04, 0.04))
        )
        worker = int(np.argmin(free))
        begun = free[worker]
        x = np.arange(1.0, EPOCHS + 1)
        rate = 0.05 + 0.3 * math.log10(point["learning_rate"] / 1e-5) / 4
        y = level - (level - 0.1) * np.exp(-rate * x) + rng.normal(0, 0.008, EPOCHS)
        ends = EPOCHS if state == "completed" else int(rng.integers(3, 12))
        seconds = 2.0 * ends * (0.5 + point["model.hidden"] / 128)
        if running and number >= count - workers and count > workers:
            state, ends = "running", int(rng.integers(1, 15))
        sentence = ""
        if state == "rejected":
            ends, seconds = 0, 0.0
            sentence = "hidden % num_heads == 0 is required."
        elif state == "failed":
            sentence = "The loss is not a number any more (epoch 4): lower the learning rate."
        values: tuple[float, ...] = ()
        if state == "completed":
            parameters = 900.0 * point["model.hidden"] + 12.0 * point["model.hidden"] ** 2
            values = (float(y.max()), parameters)[:objectives]
        free[worker] = begun + seconds + 1.0
        if ends:
            curves[number] = TrialCurve(x[:ends], y[:ends])
        rows.append(
            TrialRow(
                number,
                state,
                point,
                values,
                run=None if state == "rejected" else f"/home/ada/runs/20260903-{number:04}",
                worker=f"orion-{4211 + worker}",
                sentence=sentence,
                started=begun,
                ended=None if state == "running" else begun + seconds,
            )
        )
    chosen = plan(objectives, limits=Limits(trials=max(1, count)))
    found = tuple(rows)
    completed = sum(row.state == "completed" for row in rows)
    shares = SHARES if completed >= 20 else {}
    result = SearchResult(chosen, found, best_of(chosen, found), count)
    return shown(result, curves, importance_of(shares, completed))


def _point(rng: np.random.Generator, done: float) -> dict[str, Any]:
    """The later, the nearer to what is good, as a sampler goes about it."""
    point: dict[str, Any] = {}
    for axis in SPACE.axes:
        if isinstance(axis, Choices):
            point[axis.name] = axis.choices[int(rng.integers(len(axis.choices)))]
            if done > 0.3 and rng.random() < 0.6 and axis.name == "optimizer":
                point[axis.name] = "AdamW"
            continue
        share = float(rng.random())
        if rng.random() < 0.8 * done:
            share = float(np.clip(rng.normal(0.55, 0.12), 0, 1))
        if axis.log:
            value = math.exp(math.log(axis.low) + share * math.log(axis.high / axis.low))
        else:
            value = axis.low + share * (axis.high - axis.low)
        if isinstance(axis, WholeRange):
            value = axis.low + round((value - axis.low) / axis.step) * axis.step
        point[axis.name] = int(value) if isinstance(axis, WholeRange) else value
    return point


def _level(point: dict[str, Any]) -> float:
    rate = math.log10(point["learning_rate"] / 4e-3)
    level = 0.96 - 0.12 * rate**2 - 0.2 * (point["dropout"] - 0.2) ** 2
    level -= 0.06 * abs(math.log2(point["model.hidden"] / 144)) ** 1.5 / 2
    level -= {"SGD": 0.05, "Adam": 0.01, "AdamW": 0.0}[point["optimizer"]]
    return max(0.12, level)
