"""Unequal classes: weights in the loss, weights of the drawing, or new samples of rare ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nnstudio.data.answer import Answer
from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.class_counts import class_weights
from nnstudio.data.rows import each
from nnstudio.data.samples import Samples
from nnstudio.project.data.spec import DataSpec


def balanced(train: DataSet, spec: DataSpec) -> DataSet:
    """The training part as `spec.balance` wants it; the other parts stay as they are.

    Raises `DataError` where the choice cannot work on these data.
    """
    match spec.balance:
        case "none":
            return train
        case "class_weights":
            found = {
                answer.name: _weights(_targets(train, answer), len(answer.classes))
                for answer in train.info.answers
                if answer.task in ("classes", "per_pixel", "per_position")
            }
            if not found:
                asked = " and ".join(answer.in_sentence for answer in train.info.answers)
                raise DataError(f"Class weights need a target with classes, not {asked}.")
            return replace(train, class_weights=found)
        case "weighted_drawing":
            answer = _first_classes(train, "Weighted drawing")
            targets = _targets(train, answer)
            each = _weights(targets, len(answer.classes))
            return replace(train, draw_weights=each[targets])
        case "smote":
            return with_smote(train, spec.split.seed)


def own_samples(train: DataSet, count: int) -> DataSet:
    """The training part without the new samples, which come after its own `count`."""
    if len(train) == count:
        return train
    return replace(
        train,
        info=replace(train.info, samples=count),
        inputs=each(lambda rows: rows[:count], train.inputs),
        targets=each(lambda rows: rows[:count], train.targets),
    )


def _weights(targets: Tensor, classes: int) -> Tensor:
    """`class_weights` of targets, (classes,)."""
    counts = torch.bincount(targets.flatten(), minlength=classes)
    return torch.from_numpy(class_weights(counts.numpy())).float()


def weights_in(samples: Samples, name: str, train: NDArray[np.intp]) -> NDArray[np.float32]:
    """(n,): how often each sample of the training part is drawn, as its field says.

    Raises `DataError` for what cannot be a weight, and for a balance that draws by itself.
    """
    if samples.spec.balance in ("weighted_drawing", "smote"):
        raise DataError(
            f"The field '{name}' says how often a sample is drawn, and so does the balance "
            f"{samples.spec.balance}: expected one of both."
        )
    values = samples.fields[name][train].astype(np.float32)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        sample = int(train[wrong[0]])
        where = samples.origins[sample] if samples.origins else f"sample {sample + 1:,}"
        raise DataError(
            f"The weights in '{name}' must be numbers of at least 0, not "
            f"{samples.fields[name][sample]:g} as at {where}."
        )
    if not values.sum() > 0:
        raise DataError(f"The weights in '{name}' are all 0: no sample would ever be drawn.")
    return values


def _first_classes(train: DataSet, who: str) -> Answer:
    first = train.info.answers[0]
    if first.task != "classes":
        raise DataError(f"{who} needs a target with one class per sample, not {first.in_sentence}.")
    return first


def _targets(train: DataSet, answer: Answer) -> Tensor:
    targets = train.targets
    return targets if isinstance(targets, Tensor) else targets[answer.name]


def with_smote(train: DataSet, seed: int) -> DataSet:
    """New samples between neighbours of a class until all classes have as many as the largest.

    Chawla et al., SMOTE: Synthetic Minority Over-sampling Technique, JAIR 16, 2002.
    """
    answer = _first_classes(train, "SMOTE")
    inputs = train.inputs
    if (
        not isinstance(inputs, Tensor)
        or not isinstance(train.targets, Tensor)
        or inputs.dtype != torch.float32
        or train.rows is not None
        or train.info.resizable == "image"
    ):
        raise DataError(
            "SMOTE makes new samples of tables and signals with one input and one target only: "
            "choose class_weights or weighted_drawing."
        )
    counts = torch.bincount(train.targets, minlength=len(answer.classes))
    there = counts[counts > 0]
    if int(there.min()) < 2:
        rare = answer.classes[int((counts == there.min()).nonzero()[0])]
        raise DataError(
            f"SMOTE needs at least two samples of each class in the training part; '{rare}' has "
            "one: choose class_weights."
        )
    try:
        from imblearn.over_sampling import SMOTE
    except ImportError as error:
        raise DataError(
            'SMOTE needs the package imbalanced-learn: pip install "nnstudio[balance]".'
        ) from error
    flat = inputs.reshape(len(inputs), -1).numpy()
    method = SMOTE(random_state=seed, k_neighbors=min(5, int(there.min()) - 1))
    made, targets = method.fit_resample(flat, train.targets.numpy())
    return replace(
        train,
        info=replace(train.info, samples=len(made)),
        inputs=torch.from_numpy(made.astype(np.float32)).reshape(len(made), *inputs.shape[1:]),
        targets=torch.from_numpy(np.asarray(targets, np.int64)),
    )
