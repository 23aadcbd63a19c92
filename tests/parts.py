"""Data sets cut into parts as tensors, for tests of the training alone.

What a project is trained on is split before it is prepared: `nnstudio.data.pipeline.splitting`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataError
from nnstudio.data.rows import each, first


def limit(dataset: DataSet, samples: int | None, seed: int = 0) -> DataSet:
    """At most so many samples, drawn at random; in the order in which they were."""
    if samples is None or samples >= len(dataset):
        return dataset
    random = np.random.default_rng(seed)
    chosen = np.zeros(len(dataset), bool)
    chosen[random.permutation(len(dataset))[:samples]] = True
    return _part(dataset, chosen)


def split(dataset: DataSet, validation: float = 0.2, seed: int = 0) -> tuple[DataSet, DataSet]:
    """Two parts without common samples: for training and, a share `validation`, for validation.

    Stratified, by the first of several targets: every class gives its share, rounded. Same seed,
    same parts. With 0 the second part is empty. Raises `DataError` if a part that is needed would
    be empty.
    """
    if not 0.0 <= validation < 1.0:
        raise DataError(f"The validation share must be at least 0 and below 1, not {validation:g}.")
    random = np.random.default_rng(seed)
    answers = first(dataset.targets)
    grouped = dataset.info.classes and answers.ndim == 1
    groups = answers.numpy() if grouped else np.zeros(len(dataset), np.int64)
    held_out = np.zeros(len(dataset), bool)
    for group in np.unique(groups):
        members = random.permutation(np.flatnonzero(groups == group))
        held_out[members[: round(len(members) * validation)]] = True
    if validation > 0.0 and not held_out.any():
        raise DataError(
            f"There are too few samples ({len(dataset):,}) in {dataset.info.in_sentence} for a "
            f"validation share of {validation:g}."
        )
    if held_out.all():
        raise DataError(
            f"A validation share of {validation:g} leaves no samples for training in "
            f"{dataset.info.in_sentence}."
        )
    return _part(dataset, ~held_out), _part(dataset, held_out)


def _part(dataset: DataSet, rows: NDArray[np.bool_]) -> DataSet:
    chosen = torch.from_numpy(np.flatnonzero(rows))
    info = replace(dataset.info, samples=len(chosen))
    inputs = each(lambda rows: rows[chosen], dataset.inputs)
    targets = each(lambda rows: rows[chosen], dataset.targets)
    return replace(dataset, info=info, inputs=inputs, targets=targets)
