"""Data sets as tensors: load in a wanted form, split for validation. The only torch in `data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nnstudio.data import files
from nnstudio.data.builtin import digit_answers as heads
from nnstudio.data.builtin import heartbeats, sequences
from nnstudio.data.builtin.digits import digits, measures_of
from nnstudio.data.builtin.sounds import sounds
from nnstudio.data.catalogue import BUILT_IN, describe
from nnstudio.data.info import DataError, DataSetInfo, InputMapping, ModelInput, image_of, in_words
from nnstudio.data.resizing import resize
from nnstudio.data.rows import Rows, count, each, first


@dataclass(frozen=True)
class DataSet:
    """Samples with their targets.

    inputs: (n, *form) float32, or int64 for tokens; several by the names of the model's Inputs.
    targets: (n,) int64, the classes' numbers, or (n, length) of token sequences; several by the
    names of `info.heads`; for regression (`info.classes` is empty) (n, ...) float32.
    sizes: forms to which inputs are resized when a model gets them, by name ("" for the only
    one). batch_axis: where the model wants the samples of a batch.
    """

    info: DataSetInfo
    inputs: Rows
    targets: Rows
    sizes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    batch_axis: int = 0

    def __len__(self) -> int:
        return count(self.inputs)

    @property
    def form(self) -> tuple[int, ...]:
        """The shape of one sample of the first input, as a model gets it."""
        name = "" if isinstance(self.inputs, Tensor) else next(iter(self.inputs))
        return self.sizes.get(name) or tuple(first(self.inputs).shape[1:])

    def to_model(self, inputs: Rows) -> Rows:
        """Rows of `inputs` as a model gets them: resized where asked, samples along their axis."""
        if isinstance(inputs, Tensor):
            return self._rows_to_model("", inputs)
        return {name: self._rows_to_model(name, rows) for name, rows in inputs.items()}

    def _rows_to_model(self, name: str, rows: Tensor) -> Tensor:
        if name in self.sizes:
            rows = resize(rows, self.sizes[name])
        return rows.movedim(0, self.batch_axis) if self.batch_axis else rows


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
    info = describe(name_or_path)
    if str(name_or_path) not in BUILT_IN:
        contents = files.read(files.existing(name_or_path, known=tuple(BUILT_IN)))
        arrays, targets = {info.first: contents.inputs}, contents.targets
    elif info.tokens:
        arrays, targets = _tokens(info, feed)
    elif info.resizable == "sequence":
        arrays, targets = _waves(info, feed)
    else:
        samples, targets = {"heartbeats": _heartbeats, "sounds": sounds}.get(info.name, digits)()
        arrays = {info.first: samples}
    if any(one.field == "measures" for one in feed.inputs):
        arrays["measures"] = measures_of(arrays[info.first])
    inputs, sizes = {}, {}
    for one in feed.inputs:
        inputs[one.name], to = _shape_samples(info, arrays[one.field], one)
        if to:
            sizes[one.name] = to
    rows: Rows = inputs if feed.named else next(iter(inputs.values()))
    # A copy: the arrays of the built-in sets are kept and must stay as they are.
    answers: Rows = torch.tensor(targets)
    if info.heads:
        asked = heads.MNIST if info.name == "digits-heads" else heads.CIFAR
        answers = {name: torch.tensor(asked[name])[targets] for name, _ in info.heads}
    return DataSet(info, rows, answers, sizes, feed.batch_axis)


def _shape_samples(
    info: DataSetInfo, values: NDArray[Any], given: ModelInput
) -> tuple[Tensor, tuple[int, ...] | None]:
    """The field's samples, and the form to resize them to, if that is to be done."""
    wanted = given.form
    if given.field != info.first or info.tokens or info.resizable == "sequence":
        return torch.tensor(values), None
    if prod(wanted) in {prod(one) for one in info.forms}:
        padded = files.pad_heartbeats(values, prod(wanted))
        return torch.tensor((values if padded is None else padded).reshape(-1, *wanted)), None
    if info.can_be_resized(wanted):
        form = image_of(info.forms[0]) if info.resizable == "image" else (1, values[0].size)
        return torch.tensor(values.reshape(-1, *(form or info.forms[0]))), wanted
    there = ", ".join(in_words(one) for one in info.forms)
    more = f", or any other size as {_A[info.resizable]}" if info.resizable else ""
    raise DataError(
        f"A sample of {info.in_sentence} does not come as {in_words(wanted)}; "
        f"its forms are {there}{more}."
    )


_A = {"image": "a picture", "signal": "a signal", "sequence": "a sequence"}


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


@lru_cache(maxsize=1)
def _heartbeats() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    signals, targets = heartbeats.generate(BUILT_IN["heartbeats"].samples, seed=0)
    # Divided only: the rest of the signal lies near 0, where the padding is.
    return signals / signals[:, : heartbeats.LENGTH].std(), targets


def _tokens(info: DataSetInfo, feed: InputMapping) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """Tokens and targets: with two inputs the decoder reads the answer one token behind."""
    source, answers = sequences.tokens(info.name, info.samples, info.forms[0][0], info.tokens)
    if len(feed.inputs) == 1:
        return {info.first: source, "tgt": source}, answers
    read, say = sequences.shift(answers)
    return {info.first: source, "tgt": read}, say


def _waves(info: DataSetInfo, feed: InputMapping) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    lengths = tuple(one.form[0] for one in feed.inputs)
    recordings, clean = sequences.waves(info.samples, lengths, feed.inputs[0].form[-1])
    return {one.field: made for one, made in zip(feed.inputs, recordings, strict=True)}, clean
