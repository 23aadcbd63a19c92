"""The augmentation of a training, made for its inputs and for targets as the objective has them."""

from __future__ import annotations

from torch import Tensor

from nnstudio.data.augmentation.augment import ONLY, Augment
from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataError
from nnstudio.project.data.fields import Kind
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import Objective


def augment_for(example: DataSet, objective: Objective) -> Augment | None:
    """What is done to each batch while learning; None if nothing is asked for.

    Raises `TrainingError` if a step cannot be done to these inputs and targets.
    """
    if not example.augmentation:
        return None
    targets = objective.targets(example)
    named = {ONLY: targets} if isinstance(targets, Tensor) else targets
    inputs = {name or ONLY: kind for name, kind in example.kinds.items()}
    first = next(iter(inputs.values()))
    kinds: dict[str, Kind] = {}
    for name, rows in named.items():
        kinds[name] = first if objective.reconstructs else _kind(rows)
    classes = {answer.name: len(answer.classes) for answer in example.info.answers}
    if list(named) == [ONLY]:
        classes[ONLY] = len(example.info.answers[0].classes)
    try:
        return Augment(example.augmentation, inputs, kinds, classes)
    except DataError as error:
        raise TrainingError(str(error)) from error


def _kind(targets: Tensor) -> Kind:
    """Classes of samples, of pixels, of positions; or numbers, one-hot classes among them."""
    if targets.is_floating_point():
        return "number"
    return {1: "category", 3: "mask"}.get(targets.ndim, "tokens")  # type: ignore[return-value]
