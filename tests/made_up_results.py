"""Studies that nobody has trained: runs that are judged by made-up predictions."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from nnstudio.data.pipeline.splitting import Parts
from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.evaluation.predictions import OutputPredictions, Predictions
from nnstudio.evaluation.questions import Question
from nnstudio.studies.folds import FoldRule, Folds
from nnstudio.studies.plan import Cell, Plan, Variant
from nnstudio.studies.study import Study
from nnstudio.workspace.runs_page.histories import History
from nnstudio.workspace.studies.figures import figures_from
from nnstudio.workspace.studies_page.shown_result import ShownResult, result_of
from tests.drawing import Drawing

CLASSES = ("kick", "snare", "hi-hat", "tom", "cymbal")
EPOCHS = 24
SAMPLES = 400


def study(models: tuple[str, ...] = ("AudioNet",), folds: int = 4, repeats: int = 1) -> Study:
    """A study of that many folds, on samples that are no samples."""
    drawing = Drawing("Net")
    drawing.output(drawing.add("Linear", drawing.input("x", "N", 3), name="a", out_features=5))
    project = drawing.project()
    held = np.array_split(np.arange(SAMPLES), folds)
    parts = tuple(
        tuple(
            Parts(np.setdiff1d(np.arange(SAMPLES), one), one, np.empty(0, np.int64)) for one in held
        )
        for _ in range(repeats)
    )
    plan = Plan(tuple(Variant(name, project) for name in models), FoldRule(folds, repeats))
    method = f"{folds} folds, stratified by class"
    made = Folds(parts, method, (), np.arange(SAMPLES, dtype=np.uint64))
    return Study("made-up", "2026-09-03T10:00:00", Path("/studies"), Path("/runs"), plan, made)


@cache
def result(
    models: tuple[str, ...] = ("AudioNet",),
    *,
    folds: int = 4,
    repeats: int = 1,
    done: int | None = None,
    numbers: bool = False,
    gain: float = 0.5,
    classes: tuple[str, ...] = CLASSES,
) -> ShownResult:
    """What came of it. done: so many runs; gain: how much better each model is than the one before.

    numbers: a price is to be told, else one of the classes.
    """
    made = study(models, folds, repeats)
    cells = list(made.plan.cells())
    judged = {}
    curves = {}
    for k, cell in enumerate(cells):
        if done is not None and k > done:
            continue
        curves[cell] = _history(cell, gain, 9 if k == done else EPOCHS)
        if k == done:
            continue
        held = made.folds.parts[cell.repeat][cell.fold].validation
        rng = np.random.default_rng(100 * cell.repeat + 10 * cell.fold)
        found = (
            _numbers(rng, held, cell, gain) if numbers else _classes(rng, held, cell, gain, classes)
        )
        facts = ModelFacts(48_210 * (1 + cell.variant), 0)
        judged[cell] = Evaluation(Predictions("validation", held, {"": found}), facts)
    return result_of(made, figures_from(made, judged) if judged else None, curves)


def _classes(
    rng: np.random.Generator,
    held: np.ndarray,
    cell: Cell,
    gain: float,
    classes: tuple[str, ...],
) -> OutputPredictions:
    count = len(classes)
    target = held * 7919 % count
    logits = rng.normal(0, 1, (len(held), count))
    own = np.random.default_rng(cell.variant)
    logits[np.arange(len(held)), target] += 2.3 - 0.25 * target / count + rng.normal(0, 0.25)
    logits[np.arange(len(held)), target] += gain * cell.variant + own.normal(0, 0.05)
    logits[:, -1] += 0.8 * (target == count - 2)
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    given = logits.argmax(1)
    likelihood = np.log(chances[np.arange(len(held)), target])
    rank = (logits > logits[np.arange(len(held)), target][:, None]).sum(1)
    arrays = {
        "target": target,
        "given": given,
        "logits": logits,
        "likelihood": likelihood,
        "chance": chances.max(1),
        "rank": rank,
        "loss": -likelihood,
    }
    question = Question("", "classes", "classes", classes, loss="cross_entropy")
    return OutputPredictions(question, MappingProxyType(arrays))


def _numbers(
    rng: np.random.Generator, held: np.ndarray, cell: Cell, gain: float
) -> OutputPredictions:
    right = (held * 37 % 100 / 10.0)[:, None]
    own = np.random.default_rng((cell.variant, cell.repeat, cell.fold))
    noise = 1.0 / (1 + gain * cell.variant) + 0.05 * own.normal()
    values = right + rng.normal(0, abs(noise), right.shape)
    arrays = {"target": right, "values": values, "loss": (values - right)[:, 0] ** 2}
    return OutputPredictions(Question("", "numbers", "number", ("price",), loss="mse"), arrays)


def _history(cell: Cell, gain: float, epochs: int) -> History:
    rng = np.random.default_rng(1000 * cell.variant + 10 * cell.fold + cell.repeat)
    x = np.arange(1, epochs + 1)
    rate = 0.16 + 0.08 * gain * cell.variant
    level = 0.86 + 0.05 * gain * cell.variant + rng.normal(0, 0.012)
    train = (level + 0.08) * (1 - np.exp(-rate * x)) + rng.normal(0, 0.006, epochs)
    held = level * (1 - np.exp(-rate * x)) + rng.normal(0, 0.012, epochs)
    columns = {
        "epoch": x,
        "train_loss": 1.7 * np.exp(-rate * x) + 0.05,
        "train_accuracy": np.clip(train, 0, 1),
        "validation_loss": 1.6 * np.exp(-rate * x) + 0.25 + 0.006 * x + rng.normal(0, 0.01, epochs),
        "validation_accuracy": np.clip(held, 0, 1),
    }
    return History({name: tuple(map(float, values)) for name, values in columns.items()})
