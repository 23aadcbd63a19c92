"""What is minimised: loss and accuracy of a model's output against the targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from nnstudio.data.info import in_words
from nnstudio.data.rows import Rows, first
from nnstudio.data.sets import DataSet
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.symbols.article import with_article
from nnstudio.training.failures import TrainingError


class Objective(Protocol):
    """Loss, averaged over the batch, and for classes the number of right answers.

    answers: how many answers a sample has, one for each token of a sequence. reconstructs: the
    targets are the inputs, as the model got them.
    """

    answers: int
    reconstructs: bool

    def targets(self, dataset: DataSet) -> Rows:
        """The targets as `measure` takes them, one row per sample."""

    def measure(self, output: Rows, targets: Rows) -> tuple[Tensor, Tensor | None]:
        """Mean loss () and, for classes, the number of right answers ()."""


def objective_for(settings: TrainingSettings, dataset: DataSet, output: Rows) -> Objective:
    """Objective of a model that gave `output` for a few samples.

    Raises `TrainingError` if loss, data and output do not go together.
    """
    if isinstance(output, Tensor):
        return SingleObjective(settings, tuple(output.shape[1:]))
    forms = {name: tuple(rows.shape[1:]) for name, rows in output.items()}
    return HeadsObjective(settings, dataset, forms)


class SingleObjective:
    """Of one output; of several targets the first is taken.

    cross_entropy: output (n, classes) of logits against class numbers, or (n, length, classes)
    against the class of each element of a sequence. mse: the output against
    numeric targets; against one-hot classes if it has one value per class; against the inputs
    themselves if it has their shape (an autoencoder).
    """

    def __init__(self, settings: TrainingSettings, form: tuple[int, ...]) -> None:
        """form: the shape of the model's output for one sample."""
        self._by_class = settings.loss == "cross_entropy"
        self._smoothing = settings.label_smoothing
        self._form = form
        self.answers = 1 if len(form) < 2 or not self._by_class else form[0]
        self.reconstructs = False

    def targets(self, dataset: DataSet) -> Tensor:
        """The targets as `measure` takes them, one row per sample.

        Raises `TrainingError` if loss, data and output do not go together.
        """
        if self._by_class:
            return self._class_numbers(dataset)
        return self._numbers(dataset)

    def measure(self, output: Rows, targets: Rows) -> tuple[Tensor, Tensor | None]:
        """Mean loss () and, for classes, the number of right answers ()."""
        output, targets = first(output), first(targets)
        if not self._by_class:
            return functional.mse_loss(output, targets), None
        if output.ndim == 3:
            output, targets = output.flatten(0, 1), targets.flatten()
        loss = functional.cross_entropy(output, targets, label_smoothing=self._smoothing)
        return loss, (output.detach().argmax(1) == targets).sum()

    def _class_numbers(self, dataset: DataSet) -> Tensor:
        classes = len(dataset.info.classes)
        if not classes:
            raise TrainingError(
                f"Cross entropy needs classes, but {dataset.info.in_sentence} has numbers to "
                "predict: choose the loss mse."
            )
        targets = first(dataset.targets)
        if self._form[:-1] != tuple(targets.shape[1:]):
            raise TrainingError(
                f"Cross entropy needs {_each(targets)} ({classes}), "
                f"but the model gives {in_words(self._form)} per sample."
            )
        if self._form[-1] < classes:
            raise TrainingError(
                f"The model gives {self._form[-1]:,} values per sample, "
                f"but {dataset.info.in_sentence} has {classes:,} classes."
            )
        return targets

    def _numbers(self, dataset: DataSet) -> Tensor:
        targets = first(dataset.targets)
        classes = len(dataset.info.classes)
        if classes and self._form == (classes,):
            return functional.one_hot(targets, classes).to(torch.float32)
        if not classes and tuple(targets.shape[1:]) == self._form:
            return targets
        if not classes and targets[:1].numel() == 1 and self._form == (1,):
            return targets.reshape(-1, 1)
        if self._form == dataset.form:
            self.reconstructs = True
            return first(dataset.inputs)
        expected = in_words((classes,) if classes else tuple(targets.shape[1:]))
        raise TrainingError(
            f"The model gives {in_words(self._form)} per sample, "
            f"but {dataset.info.in_sentence} has targets of {expected}."
        )


def _each(targets: Tensor) -> str:
    if targets.ndim == 1:
        return "one value per class and sample"
    return f"{targets.shape[1]:,} rows per sample of one value per class"


class HeadsObjective:
    """Of several outputs by name: the weighted sum of their losses; right is the first's answer."""

    reconstructs = False

    def __init__(
        self, settings: TrainingSettings, dataset: DataSet, forms: Mapping[str, tuple[int, ...]]
    ) -> None:
        """forms: of each output for one sample. Raises `TrainingError` if one has no target."""
        asked = dict(dataset.info.heads)
        names = ", ".join(forms)
        if not set(forms) <= set(asked):
            has = ", ".join(asked) or "one target"
            raise TrainingError(
                f"The model has {len(forms)} outputs ({names}): training needs a model with one, "
                f"or data with a target for each; {dataset.info.in_sentence} has {has}."
            )
        self._heads = {name: SingleObjective(settings, form) for name, form in forms.items()}
        weights = settings.weights_of_losses or (1.0,) * len(forms)
        if len(weights) != len(forms):
            raise TrainingError(
                f"{len(weights)} weights of losses are given for {len(forms)} outputs ({names})."
            )
        self._weights = dict(zip(forms, weights, strict=True))
        self.answers = next(iter(self._heads.values())).answers

    def targets(self, dataset: DataSet) -> Rows:
        """The targets of each head, as `measure` takes them."""
        asked = dict(dataset.info.heads)
        return {
            name: head.targets(_with_target(dataset, name, asked[name]))
            for name, head in self._heads.items()
        }

    def measure(self, output: Rows, targets: Rows) -> tuple[Tensor, Tensor | None]:
        """Sum of mean losses times weights (), and the right answers of the first head ()."""
        assert not isinstance(output, Tensor)
        assert not isinstance(targets, Tensor)
        judged = {
            name: head.measure(output[name], targets[name]) for name, head in self._heads.items()
        }
        losses = [self._weights[name] * loss for name, (loss, _) in judged.items()]
        return torch.stack(losses).sum(), next(iter(judged.values()))[1]


def _with_target(dataset: DataSet, name: str, classes: tuple[str, ...]) -> DataSet:
    assert not isinstance(dataset.targets, Tensor)
    info = replace(dataset.info, classes=classes)
    return replace(dataset, info=info, targets=dataset.targets[name])


def answers(output: Any, batch_axis: int = 0) -> Rows:
    """The model's output or outputs, samples first; TrainingError if they are no tensors."""
    if isinstance(output, dict) and output:
        return {str(name): _with_samples_first(rows, batch_axis) for name, rows in output.items()}
    return _with_samples_first(output, batch_axis)


def _with_samples_first(output: Any, batch_axis: int) -> Tensor:
    if not isinstance(output, Tensor):
        raise TrainingError(
            f"The model returns {with_article(type(output).__name__)}: "
            "training needs one tensor per output."
        )
    if output.ndim <= batch_axis:
        raise TrainingError("The model returns a single number: expected one row per sample.")
    return output.movedim(batch_axis, 0) if batch_axis else output
