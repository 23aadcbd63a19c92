"""A model and a part of the samples become predictions, in batches, as the validation has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, each, first
from nnstudio.evaluation.answers import answers_of
from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.predictions import (
    Array,
    OutputPredictions,
    Predictions,
    refuse_not_finite,
)
from nnstudio.evaluation.questions import Question, question_of
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.symbols.article import with_article
from nnstudio.training import forward, machine
from nnstudio.training.batches import batches_of
from nnstudio.training.objectives import HeadsObjective, answers, compared, objective_for
from nnstudio.training.single_objective import SingleObjective

ROOM = 256_000_000
"""Bytes up to which every logit of an output is kept; of more, what head figures need."""

Watch = Callable[[int, int], None]
"""Told how many samples are done, and of how many."""


@dataclass(frozen=True)
class Numbers:
    """Of an output of numbers: their names, what brings them (n, k) back into the units of the
    data, and what they are measured in where nothing does; "" where it does."""

    names: tuple[str, ...]
    undo: Callable[[Array], Array]
    scale: str = ""


def nobody_watches(_done: int, _of: int) -> None:
    """The progress that nobody looks at."""


def predict_part(
    model: nn.Module,
    dataset: DataSet,
    settings: TrainingSettings,
    device: torch.device,
    *,
    part: str,
    index: NDArray[np.int64],
    numbers: Mapping[str, Numbers] | None = None,
    losses: Sequence[str] = (),
    watch: Watch = nobody_watches,
) -> Predictions:
    """What the model gives for every sample. It is moved to `device` and put into `eval`.

    index: of the samples in the source. numbers: what is known of the numbers of an output, by its
    name. losses: names of outputs that are losses themselves: nothing is kept of them.

    Raises `EvaluationError` for a part without samples and for predictions that are no finite
    numbers, `TrainingError` if model and data do not go together.
    """
    if len(dataset) == 0:
        raise EvaluationError(f"There are no samples in the {part} part of {_of(dataset)}.")
    if len(index) != len(dataset):
        raise EvaluationError(
            f"The {part} part has {len(dataset):,} samples, but {len(index):,} numbers of them."
        )
    settings = _possible(settings, device)
    model = model.to(device).eval()
    here = dataset.with_scales_on(device)
    # on the CPU there is nothing to set up, and a training may use it meanwhile
    set_up = nullcontext() if device.type == "cpu" else machine.machine_set_up(settings)
    with torch.no_grad(), set_up:
        if losses:  # their weights stand beside those of what is judged
            settings = settings.with_values(loss_weights="")
        tried = compared(_tried(model, here, settings, device, losses), losses)
        objective = objective_for(settings, dataset, tried)
        batches = batches_of(dataset, objective, 2 * settings.batch_size, device)
        heads = _heads(objective)
        questions = {
            name: _question(name, head, (numbers or {}).get(name)) for name, head in heads.items()
        }
        room = {name: _has_room(questions[name], head, dataset) for name, head in heads.items()}
        kept: dict[str, dict[str, list[Array]]] = {name: {} for name in heads}
        done = 0
        try:
            for step in range(batches.steps):
                inputs, targets = batches.in_sequence(step)
                given = here.on_scale(inputs)
                if objective.reconstructs:
                    targets = first(given).clone()
                output = forward.call(model, here.along_axis(given), settings, device)
                output = compared(answers(output, here.batch_axis, losses), losses)
                size = len(first(output))
                for name, question in questions.items():
                    found = answers_of(
                        question,
                        settings,
                        _named(output, name),
                        _named(targets, name),
                        room=room[name],
                    )
                    arrays = {key: _array(tensor) for key, tensor in found.items()}
                    refuse_not_finite(name, part, arrays, done)
                    for key, array in arrays.items():
                        kept[name].setdefault(key, []).append(array)
                done += size
                watch(done, batches.samples)
        finally:
            batches.close()
    outputs = {}
    for name, question in questions.items():
        joined = {key: np.concatenate(arrays) for key, arrays in kept[name].items()}
        known = (numbers or {}).get(name)
        if question.kind == "numbers" and known is not None:
            joined |= {key: known.undo(joined[key]) for key in ("values", "target")}
        outputs[name] = OutputPredictions(question, joined)
    return Predictions(part, index.astype(np.int64), outputs, device=str(device))


def _question(name: str, head: SingleObjective, known: Numbers | None) -> Question:
    if known is None:
        return question_of(name, head)
    return replace(question_of(name, head, known.names), scale=known.scale)


def _of(dataset: DataSet) -> str:
    return dataset.info.in_sentence


def _possible(settings: TrainingSettings, device: torch.device) -> TrainingSettings:
    """In 32 bits where this device cannot do what the one of the training could."""
    if machine.precision_missing(settings.precision, device):
        return settings.with_values(precision="float32")
    return settings


def _tried(
    model: nn.Module,
    dataset: DataSet,
    settings: TrainingSettings,
    device: torch.device,
    losses: Sequence[str],
) -> Rows:
    """The output for the first samples: it tells which losses go with it."""
    which = slice(0, 2) if dataset.rows is None else dataset.rows[:2]
    few = each(lambda rows: rows[which].to(device, copy=True), dataset.inputs)
    output = forward.call(model, dataset.to_model(few), settings, device)
    return answers(output, dataset.batch_axis, losses)


def _heads(objective: object) -> Mapping[str, SingleObjective]:
    if isinstance(objective, HeadsObjective):
        return objective.heads
    assert isinstance(objective, SingleObjective)
    return {"": objective}


def _has_room(question: Question, head: SingleObjective, dataset: DataSet) -> bool:
    values = len(dataset)
    for size in head.form:
        values *= size
    return question.kind in ("labels", "numbers") or 4 * values <= ROOM


def _named(rows: Rows, name: str) -> Tensor:
    return rows if isinstance(rows, Tensor) else rows[name]


def _array(tensor: Tensor) -> Array:
    found = tensor.detach().cpu().numpy()
    return found.astype(np.int32) if found.dtype == np.int64 else found


def predict(
    model: nn.Module,
    inputs: Any,
    settings: TrainingSettings,
    expected: str,
    losses: Sequence[str] = (),
) -> Rows:
    """What a model on the CPU gives for inputs as it takes them: a tensor, or several by name.

    inputs: tensors or arrays, the samples along the axis of the batch, prepared as those of the
    training. expected: the forms in words. losses: names of outputs that are losses themselves.
    Raises `EvaluationError` if the model cannot take them.
    """
    settings = settings.with_values(precision="float32", channels_last="off")
    try:
        if isinstance(inputs, Mapping):
            given: Rows = {str(name): torch.as_tensor(rows) for name, rows in inputs.items()}
        else:
            given = torch.as_tensor(inputs)
        own = each(torch.clone, given)  # a layer may overwrite what it is given
        with torch.no_grad():
            output = forward.call(model.eval(), own, settings, torch.device("cpu"))
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        said = (str(error).strip().splitlines() or [""])[0].rstrip(".")
        raise EvaluationError(
            f"The model cannot be given {_forms(inputs)}: it takes {expected} ({said})."
        ) from error
    return answers(output, losses=losses)


def _forms(inputs: Any) -> str:
    if isinstance(inputs, Mapping):
        return ", ".join(f"{name} {_forms(rows)}" for name, rows in inputs.items()) or "nothing"
    shape = getattr(inputs, "shape", None)
    if shape is None:
        return with_article(type(inputs).__name__)
    return " x ".join(map(str, shape)) or "a single number"
