"""Data sets as tensors: load in a wanted form, split for validation. The only torch in `data`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nnstudio.data import files, heartbeats
from nnstudio.data.catalogue import BUILT_IN
from nnstudio.data.info import DataError, DataSetInfo, in_words


@dataclass(frozen=True)
class DataSet:
    """Samples with their targets.

    inputs: (n, *form) float32. targets: (n,) int64, the classes' numbers; for regression
    (`info.classes` is empty) (n, ...) float32.
    """

    info: DataSetInfo
    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def form(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return tuple(self.inputs.shape[1:])


def load(name_or_path: str | Path, form: tuple[int, ...] | None = None) -> DataSet:
    """A built-in set or a .npz or .csv file, its samples in `form` (default: the native one).

    A form may be any shape with as many values as a sample has; `info.forms` are the usual ones.
    Raises DataError with one sentence: no such set or file, an unusable file, or a form with
    another number of values.
    """
    name = str(name_or_path)
    if name in BUILT_IN:
        info = BUILT_IN[name]
        inputs, targets = _digits() if name == "digits" else _heartbeats()
    else:
        contents = files.read(files.existing(name_or_path, known=tuple(BUILT_IN)))
        info, inputs, targets = contents.info, contents.inputs, contents.targets
    wanted = info.forms[0] if form is None else tuple(form)
    if prod(wanted) not in {prod(one) for one in info.forms}:
        there = ", ".join(in_words(one) for one in info.forms)
        raise DataError(f"{info.title} does not come as {in_words(wanted)}; its forms are {there}.")
    padded = files.pad_heartbeats(inputs, prod(wanted))
    shaped = (inputs if padded is None else padded).reshape(-1, *wanted)
    # A copy: the arrays of the built-in sets are kept and must stay as they are.
    return DataSet(info, torch.tensor(shaped), torch.tensor(targets))


def split(dataset: DataSet, validation: float = 0.2, seed: int = 0) -> tuple[DataSet, DataSet]:
    """Two parts without common samples: for training and, a share `validation`, for validation.

    Stratified: every class gives its share, rounded. Same seed, same parts. With 0 the second
    part is empty. Raises DataError if a part that is needed would be empty.
    """
    if not 0.0 <= validation < 1.0:
        raise DataError(f"The validation share must be at least 0 and below 1, not {validation:g}.")
    random = np.random.default_rng(seed)
    groups = dataset.targets.numpy() if dataset.info.classes else np.zeros(len(dataset), np.int64)
    held_out = np.zeros(len(dataset), bool)
    for group in np.unique(groups):
        members = random.permutation(np.flatnonzero(groups == group))
        held_out[members[: round(len(members) * validation)]] = True
    if validation > 0.0 and not held_out.any():
        raise DataError(
            f"{dataset.info.title} has too few samples ({len(dataset):,}) for a validation "
            f"share of {validation:g}."
        )
    if held_out.all():
        raise DataError(f"{dataset.info.title} leaves no samples for training.")
    return _part(dataset, ~held_out), _part(dataset, held_out)


def _part(dataset: DataSet, rows: NDArray[np.bool_]) -> DataSet:
    chosen = torch.from_numpy(np.flatnonzero(rows))
    info = replace(dataset.info, samples=len(chosen))
    return DataSet(info, dataset.inputs[chosen], dataset.targets[chosen])


@lru_cache(maxsize=1)
def _digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    from sklearn.datasets import load_digits  # slow to import, so only when asked for

    pixels, targets = load_digits(return_X_y=True)
    pixels = pixels / 16.0
    # One mean and deviation for all pixels: some pixels at the edge are always empty.
    pixels = (pixels - pixels.mean()) / pixels.std()
    return pixels.astype(np.float32), targets.astype(np.int64)


@lru_cache(maxsize=1)
def _heartbeats() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    signals, targets = heartbeats.generate(BUILT_IN["heartbeats"].samples, seed=0)
    # Divided only: the rest of the signal lies near 0, where the padding is.
    return signals / signals[:, : heartbeats.LENGTH].std(), targets
