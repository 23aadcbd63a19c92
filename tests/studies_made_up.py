"""Studies that nobody trained, in folders: searches by a formula, for pictures and tests."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

from nnstudio.project.presets import load_target
from nnstudio.project.search.space import Choices, Point, RealRange, Space, WholeRange
from nnstudio.project.storage import file
from nnstudio.studies.search.plan import Limits, Objective
from nnstudio.studies.search.start import begin
from tests.fake_search import FakeTrainer, plan, work

SPACE = Space(
    axes=(
        RealRange(name="learning_rate", low=1e-4, high=1e-1, log=True),
        Choices(name="optimizer", choices=("SGD", "Adam", "AdamW")),
        Choices(name="batch_size", choices=(16, 32, 64, 128)),
        WholeRange(name="model.hidden", low=16, high=128, step=16),
    )
)


def goodness(point: Point) -> float:
    """An accuracy as trainings have it: best near a rate of 0.003 and many hidden units."""
    away = math.log10(point["learning_rate"]) + 2.5
    kind = {"SGD": 0.06, "Adam": 0.01, "AdamW": 0.0}[point["optimizer"]]
    size = 0.03 * (1 - point["model.hidden"] / 128)
    return float(max(0.1, 0.985 - 0.05 * away * away - kind - size - 0.0003 * point["batch_size"]))


def search(
    folder: Path,
    id: str,
    title: str,
    trials: int,
    *,
    done: int | None = None,
    hours: float = 0.0,
    wish: str = "run",
    objectives: tuple[str, ...] = ("accuracy",),
) -> Path:
    """A search of so many trials, of which some are done; begun so many hours ago."""
    made = plan(
        id=id,
        title=title,
        space=SPACE,
        limits=Limits(trials=done or trials),
        sampler="random",
        objectives=tuple(Objective.of(name) for name in objectives),
    )
    began = begin(folder / id, made, file.checked_text(load_target("SimpleCNN"), folder))
    if done != 0:
        work(began, FakeTrainer(began.path, epochs=6, value=goodness))
    began.change(wish, Limits(trials=trials))  # type: ignore[arg-type]
    moment = time.time() - 3_600 * hours
    os.utime(began.path / "study.json", (moment, moment))
    return began.path
