"""What is minimised: loss and accuracy of a model's output against the targets."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from nnstudio.data.info import in_words
from nnstudio.data.sets import DataSet
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.failures import TrainingError


class Objective:
    """Loss, averaged over the batch, and for classes the number of right answers.

    cross_entropy: output (n, classes) of logits against class numbers. mse: the output against
    numeric targets; against one-hot classes if it has one value per class; against the inputs
    themselves if it has their shape (an autoencoder).
    """

    def __init__(self, settings: TrainingSettings, form: tuple[int, ...]) -> None:
        """form: the shape of the model's output for one sample."""
        self._by_class = settings.loss == "cross_entropy"
        self._smoothing = settings.label_smoothing
        self._form = form

    def targets(self, dataset: DataSet) -> Tensor:
        """The targets as `measure` takes them, one row per sample.

        Raises TrainingError if loss, data and output do not go together.
        """
        if self._by_class:
            return self._class_numbers(dataset)
        return self._numbers(dataset)

    def measure(self, output: Tensor, targets: Tensor) -> tuple[Tensor, Tensor | None]:
        """Mean loss () and, for classes, the number of right answers ()."""
        if not self._by_class:
            return functional.mse_loss(output, targets), None
        loss = functional.cross_entropy(output, targets, label_smoothing=self._smoothing)
        return loss, (output.detach().argmax(1) == targets).sum()

    def _class_numbers(self, dataset: DataSet) -> Tensor:
        classes = len(dataset.info.classes)
        if not classes:
            raise TrainingError(
                f"Cross entropy needs classes, but {dataset.info.title} has numbers to predict: "
                "choose the loss mse."
            )
        if len(self._form) != 1:
            raise TrainingError(
                f"Cross entropy needs one value per class and sample ({classes}), "
                f"but the model gives {in_words(self._form)} per sample."
            )
        if self._form[0] < classes:
            raise TrainingError(
                f"The model gives {self._form[0]:,} values per sample, "
                f"but {dataset.info.title} has {classes:,} classes."
            )
        return dataset.targets

    def _numbers(self, dataset: DataSet) -> Tensor:
        targets = dataset.targets
        classes = len(dataset.info.classes)
        if classes and self._form == (classes,):
            return functional.one_hot(targets, classes).to(torch.float32)
        if not classes and tuple(targets.shape[1:]) == self._form:
            return targets
        if not classes and targets[:1].numel() == 1 and self._form == (1,):
            return targets.reshape(-1, 1)
        if self._form == dataset.form:
            return dataset.inputs
        expected = in_words((classes,) if classes else tuple(targets.shape[1:]))
        raise TrainingError(
            f"The model gives {in_words(self._form)} per sample, but {dataset.info.title} has "
            f"targets of {expected}."
        )


def single_output(output: Any) -> Tensor:
    """The model's output, if it is one tensor with the batch first; else TrainingError."""
    if isinstance(output, dict):
        names = ", ".join(str(name) for name in output)
        raise TrainingError(
            f"The model has {len(output)} outputs ({names}): training needs a model with one."
        )
    if not isinstance(output, Tensor):
        raise TrainingError(
            f"The model returns a {type(output).__name__}: training needs a model with one output."
        )
    if output.ndim < 1:
        raise TrainingError("The model returns a single number: expected one row per sample.")
    return output
