"""`DataSet`: samples with their targets as tensors, as the loop takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from nnstudio.data.info import DataSetInfo
from nnstudio.data.resizing import resize
from nnstudio.data.rows import Rows, count, each, first
from nnstudio.project.data.fields import Kind
from nnstudio.project.data.steps import Step


@dataclass(frozen=True)
class DataSet:
    """Samples with their targets.

    inputs: (n, *form) float32, int64 for tokens, or uint8 for pictures that `scales` brings to
    their scale on the device; several by the names of the model's Inputs.
    targets: (n, ...), one row per sample: int64 for classes, of samples, positions or pixels;
    float32 for labels and numbers; several by the names of the answers.
    rows: which rows of `inputs` belong to the set, all without it; data that are too large to copy
    are shared by the parts. `targets` has a row for each of them, in the same order.
    sizes: forms to which inputs are resized when a model gets them, by name ("" for the only
    one). batch_axis: where the model wants the samples of a batch.
    scales: by name, offset and factor of each channel: (x - offset) * factor.
    class_weights: by the answer's name, what a class counts in the loss of the training.
    draw_weights: (n,), how often a sample is drawn, in relation to the others.
    augmentation: steps for the batches of a training; kinds: of each input, by name.
    """

    info: DataSetInfo
    inputs: Rows
    targets: Rows
    sizes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    batch_axis: int = 0
    rows: Tensor | None = None
    scales: Mapping[str, tuple[Tensor, Tensor]] = field(default_factory=dict)
    class_weights: Mapping[str, Tensor] = field(default_factory=dict)
    draw_weights: Tensor | None = None
    augmentation: tuple[Step, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def __len__(self) -> int:
        return count(self.inputs) if self.rows is None else len(self.rows)

    @property
    def form(self) -> tuple[int, ...]:
        """The shape of one sample of the first input, as a model gets it."""
        name = "" if isinstance(self.inputs, Tensor) else next(iter(self.inputs))
        return self.sizes.get(name) or tuple(first(self.inputs).shape[1:])

    def with_scales_on(self, device: torch.device) -> DataSet:
        """The set with its scales where its batches are scaled: sent once, not with each batch."""
        there = {name: (one.to(device), two.to(device)) for name, (one, two) in self.scales.items()}
        return replace(self, scales=there)

    def to_model(self, inputs: Rows) -> Rows:
        """Rows of `inputs` as a model gets them: scaled, resized, samples along their axis."""
        return self.along_axis(self.on_scale(inputs))

    def on_scale(self, inputs: Rows) -> Rows:
        """Rows of `inputs` scaled and resized, samples first."""
        if isinstance(inputs, Tensor):
            return self._scaled(inputs, "")
        return {name: self._scaled(rows, name) for name, rows in inputs.items()}

    def along_axis(self, inputs: Rows) -> Rows:
        """The samples moved to where the model wants them."""
        axis = self.batch_axis
        return each(lambda rows: rows.movedim(0, axis), inputs) if axis else inputs

    def _scaled(self, rows: Tensor, name: str) -> Tensor:
        if name in self.scales:
            offset, factor = self.scales[name]
            rows = (rows.float() - offset) * factor
        return resize(rows, self.sizes[name]) if name in self.sizes else rows
