"""Data sets as tensors: load in a wanted form, split for validation. The only torch in `data`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataError, InputMapping, ModelInput
from nnstudio.data.pipeline.assembling import whole
from nnstudio.data.pipeline.understanding import describe, understand
from nnstudio.data.rows import each, first


def load(name_or_path: str | Path, form: tuple[int, ...] | None = None) -> DataSet:
    """A built-in set or a .npz or .csv file, its first input in `form` (default: the native one).

    A form may be any shape with as many values as a sample has (`info.forms` are the usual ones)
    or, for pictures and signals, another size; then `DataSet.to_model` resizes. Raises `DataError`
    with one sentence: no such set or file, an unusable file, or a form that cannot be had.
    """
    info = describe(name_or_path)
    given = ModelInput("", info.first, info.forms[0] if form is None else tuple(form))
    return load_for(name_or_path, InputMapping((given,)))


def load_for(name_or_path: str | Path, feed: InputMapping) -> DataSet:
    """The samples as `feed` gives them to a model; `load` for models with several inputs."""
    built_in = BUILT_IN.get(str(name_or_path))
    if built_in is not None:
        return whole(load_built_in(built_in.name, feed), feed, built_in)
    return whole(understand(name_or_path), feed)


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
