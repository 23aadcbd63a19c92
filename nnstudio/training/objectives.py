"""What is minimised: loss and accuracy of a model's output against the targets."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from nnstudio.data.answer import Answer, Form, in_words
from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, first
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.symbols.article import with_article
from nnstudio.training.failures import TrainingError


class Objective(Protocol):
    """Loss, averaged over the batch, and for classes and labels the number of right answers.

    answers: how many answers a sample has, one for each token, pixel or label. reconstructs: the
    targets are the inputs, as the model got them.
    """

    answers: int
    reconstructs: bool

    def targets(self, dataset: DataSet) -> Rows:
        """The targets as `measure` takes them, one row per sample."""

    def measure(
        self, output: Rows, targets: Rows, *, learning: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Mean loss () and, for classes and labels, the number of right answers ().

        learning: as it is minimised, with label smoothing and class weights.
        """

    def variance(self, targets: Rows) -> float | None:
        """Mean squared deviation of numeric targets from their mean; None for other targets."""


def objective_for(settings: TrainingSettings, dataset: DataSet, output: Rows) -> Objective:
    """Objective of a model that gave `output` for a few samples.

    Raises `TrainingError` if loss, data and output do not go together.
    """
    if isinstance(output, Tensor):
        return _single(settings, dataset, dataset.info.answers[0], tuple(output.shape[1:]))
    forms = {name: tuple(rows.shape[1:]) for name, rows in output.items()}
    return HeadsObjective(settings, dataset, forms)


def _single(
    settings: TrainingSettings, dataset: DataSet, answer: Answer, form: Form
) -> SingleObjective:
    weights = dataset.class_weights.get(answer.name)
    device = first(dataset.inputs).device
    return SingleObjective(settings, form, answer, None if weights is None else weights.to(device))


class SingleObjective:
    """Of one output; of several targets the first is taken.

    What is asked says the loss, unless the settings name one. cross_entropy: logits (n, classes)
    against class numbers, (n, length, classes) against the class of each element of a sequence,
    (n, classes, height, width) against the class of each pixel. binary_cross_entropy: logits
    (n, labels) against labels, or (n, 1) against two classes. mse: the output against numeric
    targets; against one-hot classes if it has one value per class; against the inputs themselves
    if it has their shape (an autoencoder).
    """

    def __init__(
        self,
        settings: TrainingSettings,
        form: Form,
        answer: Answer,
        class_weights: Tensor | None = None,
    ) -> None:
        """form: the shape of the model's output for one sample. class_weights: (classes,).

        Raises `TrainingError` for weights where the loss tells no classes apart.
        """
        self._answer = answer
        self._form = form
        self._loss = settings.loss if settings.loss != "auto" else answer.usual_loss(form)
        self._smoothing = settings.label_smoothing
        self._class_weights = class_weights
        if class_weights is not None and self._loss == "mse":
            raise TrainingError(
                "Class weights need the loss cross_entropy or binary_cross_entropy, not mse: "
                "choose weighted_drawing, or another loss."
            )
        self.answers = self._count_answers()
        self.reconstructs = False

    def _count_answers(self) -> int:
        if self._loss == "mse":
            return 1
        if self._answer.task == "per_pixel":
            return prod(self._form[1:])
        if self._loss == "binary_cross_entropy":
            return prod(self._form)
        return 1 if len(self._form) < 2 else self._form[0]

    def targets(self, dataset: DataSet) -> Tensor:
        """The targets as `measure` takes them, one row per sample.

        Raises `TrainingError` if loss, data and output do not go together.
        """
        targets = _own_targets(dataset, self._answer)
        match self._loss:
            case "cross_entropy":
                return self._class_numbers(dataset, targets)
            case "binary_cross_entropy":
                return self._labels(dataset, targets)
            case _:
                return self._numbers(dataset, targets)

    def measure(
        self, output: Rows, targets: Rows, *, learning: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Mean loss () and, for classes and labels, the number of right answers ()."""
        output, targets = first(output), first(targets)
        if self._loss == "mse":
            return functional.mse_loss(output, targets), None
        if self._loss == "binary_cross_entropy":
            weights = self._weights_on(output.device) if learning else None
            each = None if weights is None else torch.lerp(weights[0], weights[1], targets)
            loss = functional.binary_cross_entropy_with_logits(output, targets, each)
            if each is not None:  # the mean of weighted losses by their weights, as cross entropy's
                loss = loss / each.mean()
            return loss, ((output.detach() > 0) == (targets > 0.5)).sum()
        if output.ndim == 3:
            output, targets = output.flatten(0, 1), targets.flatten(0, 1)
        loss = functional.cross_entropy(
            output,
            targets,
            weight=self._weights_on(output.device) if learning else None,
            label_smoothing=self._smoothing if learning else 0.0,
        )
        soft = targets.ndim == output.ndim
        right = output.detach().argmax(1) == (targets.argmax(1) if soft else targets)
        return loss, right.sum()

    def variance(self, targets: Rows) -> float | None:
        """Mean squared deviation of numeric targets from their mean, column by column."""
        if self._answer.task != "number" or self._loss != "mse" or self.reconstructs:
            return None
        numbers = first(targets)
        found = float(numbers.double().var(0, correction=0).mean()) if len(numbers) else 0.0
        return found or None

    def _weights_on(self, device: torch.device) -> Tensor | None:
        if self._class_weights is not None and self._class_weights.device != device:
            self._class_weights = self._class_weights.to(device)
        return self._class_weights

    def _class_numbers(self, dataset: DataSet, targets: Tensor) -> Tensor:
        classes = len(self._answer.classes)
        if not classes or self._answer.task == "labels":
            has = "several labels per sample" if classes else "numbers to predict"
            loss = "binary_cross_entropy" if classes else "mse"
            raise TrainingError(
                f"Cross entropy needs classes, but {dataset.info.in_sentence} has {has}: "
                f"choose the loss {loss}."
            )
        by_pixel = self._answer.task == "per_pixel"
        where = self._form[1:] if by_pixel else self._form[:-1]
        if not self._form or where != tuple(targets.shape[1:]):
            raise TrainingError(
                f"Cross entropy needs {_each(targets, by_pixel)} ({classes}), "
                f"but the model gives {in_words(self._form)} per sample."
            )
        given = self._form[0 if by_pixel else -1]
        if given < classes:
            raise TrainingError(
                f"The model gives {given:,} values per sample, "
                f"but {dataset.info.in_sentence} has {classes:,} classes."
            )
        if self._class_weights is not None and given > classes:
            self._class_weights = functional.pad(self._class_weights, (0, given - classes))
        return targets

    def _labels(self, dataset: DataSet, targets: Tensor) -> Tensor:
        answer = self._answer
        if answer.task == "classes" and len(answer.classes) == 2 and self._form == (1,):
            return targets.to(torch.float32).reshape(-1, 1)
        if answer.task != "labels":
            raise TrainingError(
                f"Binary cross entropy needs labels, or two classes and an output of one value, "
                f"but {dataset.info.in_sentence} asks for {answer.in_sentence} and the model gives "
                f"{in_words(self._form)} per sample."
            )
        if self._form != answer.output:
            raise TrainingError(
                f"The model gives {in_words(self._form)} per sample, but "
                f"{dataset.info.in_sentence} has {len(answer.classes):,} labels."
            )
        return targets

    def _numbers(self, dataset: DataSet, targets: Tensor) -> Tensor:
        answer, classes = self._answer, len(self._answer.classes)
        if answer.task == "classes" and self._form == (classes,):
            return functional.one_hot(targets, classes).to(torch.float32)
        if answer.task == "number" and tuple(targets.shape[1:]) == self._form:
            return targets
        if answer.task == "number" and targets[:1].numel() == 1 and self._form == (1,):
            return targets.reshape(-1, 1)
        if self._form == dataset.form:
            self.reconstructs = True
            return first(dataset.inputs)
        if answer.numbers is not None and self._form == (1,):
            return torch.tensor(answer.numbers)[targets].reshape(-1, 1)
        expected = in_words(answer.output or dataset.form)
        raise TrainingError(
            f"The model gives {in_words(self._form)} per sample, "
            f"but {dataset.info.in_sentence} has targets of {expected}."
        )


def _own_targets(dataset: DataSet, answer: Answer) -> Tensor:
    targets = dataset.targets
    return targets if isinstance(targets, Tensor) else targets[answer.name]


def _each(targets: Tensor, by_pixel: bool) -> str:
    if targets.ndim == 1:
        return "one value per class and sample"
    if by_pixel:
        sides = in_words(tuple(targets.shape[1:]))
        return f"one value per class for each of {sides} pixels"
    return f"{targets.shape[1]:,} rows per sample of one value per class"


class HeadsObjective:
    """Of several outputs by name: the weighted sum of their losses; right is the first's answer."""

    reconstructs = False

    def __init__(
        self, settings: TrainingSettings, dataset: DataSet, forms: Mapping[str, Form]
    ) -> None:
        """forms: of each output for one sample. Raises `TrainingError` if one has no target."""
        asked = {answer.name: answer for answer in dataset.info.answers}
        names = ", ".join(forms)
        if not set(forms) <= set(asked):
            has = ", ".join(name for name in asked if name) or "one target"
            raise TrainingError(
                f"The model has {len(forms)} outputs ({names}): training needs a model with one, "
                f"or data with a target for each; {dataset.info.in_sentence} has {has}."
            )
        self._heads = {
            name: _single(settings, dataset, asked[name], form) for name, form in forms.items()
        }
        weights = settings.weights_of_losses or (1.0,) * len(forms)
        if len(weights) != len(forms):
            raise TrainingError(
                f"{len(weights)} weights of losses are given for {len(forms)} outputs ({names})."
            )
        self._weights = dict(zip(forms, weights, strict=True))
        self.answers = next(iter(self._heads.values())).answers

    def targets(self, dataset: DataSet) -> Rows:
        """The targets of each head, as `measure` takes them."""
        return {name: head.targets(dataset) for name, head in self._heads.items()}

    def measure(
        self, output: Rows, targets: Rows, *, learning: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Sum of mean losses times weights (), and the right answers of the first head ()."""
        assert not isinstance(output, Tensor)
        assert not isinstance(targets, Tensor)
        judged = {
            name: head.measure(output[name], targets[name], learning=learning)
            for name, head in self._heads.items()
        }
        losses = [self._weights[name] * loss for name, (loss, _) in judged.items()]
        return torch.stack(losses).sum(), next(iter(judged.values()))[1]

    def variance(self, targets: Rows) -> float | None:
        """None: the losses of several outputs are one sum."""
        return None


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
