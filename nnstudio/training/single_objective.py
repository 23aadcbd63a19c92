"""What is minimised of one output of a model against its targets."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from nnstudio.data.answer import Answer, Form, in_words
from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, first
from nnstudio.project.training.objective_settings import OF_NUMBERS
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import losses
from nnstudio.training.failures import TrainingError
from nnstudio.training.figures import (
    ClassFigures,
    Figures,
    LabelFigures,
    NumberFigures,
    class_figure_names,
)


class Judged(NamedTuple):
    """Of a batch, on the device.

    loss: mean (). right: number of right answers () for classes and labels, None for numbers.
    answered: number of answers that count (), None where all do.
    """

    loss: Tensor
    right: Tensor | None
    answered: Tensor | None = None


class SingleObjective:
    """Of one output; of several targets the first is taken.

    What is asked says the loss, unless the settings name one. cross_entropy: logits (n, classes)
    against class numbers, (n, length, classes) against the class of each element of a sequence,
    (n, classes, height, width) against the class of each pixel. binary_cross_entropy: logits
    (n, labels) against labels, or (n, 1) against two classes. mse, l1 and huber: the output against
    numeric targets; against one-hot classes if it has one value per class; against the inputs
    themselves if it has their shape (an autoencoder). poisson: logarithms of counts against
    counts. gaussian_nll: (n, 2 k) against k numbers, first k means, then k logarithms of variances.
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
        self._settings = settings
        self._ignored = settings.ignored_class if self._loss == "cross_entropy" else None
        self._class_weights = class_weights
        if class_weights is not None and self._loss in OF_NUMBERS:
            raise TrainingError(
                "Class weights need the loss cross_entropy or binary_cross_entropy, not "
                f"{self._loss}: choose weighted_drawing, or another loss."
            )
        self.answers = self._count_answers()
        self.reconstructs = False

    @property
    def answer(self) -> Answer:
        """What is asked of the output."""
        return self._answer

    @property
    def form(self) -> Form:
        """The shape of the output for one sample."""
        return self._form

    @property
    def loss(self) -> str:
        """The loss by its name, where nobody has chosen one that which suits the answer."""
        return self._loss

    @property
    def ignored(self) -> int | None:
        """The class whose answers do not count."""
        return self._ignored

    def _count_answers(self) -> int:
        if self._loss in OF_NUMBERS:
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

    def measure(self, output: Rows, targets: Rows, *, learning: bool = False) -> Judged:
        """Loss and right answers of a batch."""
        output, targets = first(output), first(targets)
        if self._loss in OF_NUMBERS:
            return Judged(losses.of_numbers(self._settings, self._loss, output, targets), None)
        if self._loss == "binary_cross_entropy":
            weights = self._weights_on(output.device) if learning else None
            loss = losses.of_labels(output, targets, weights)
            return Judged(loss, ((output.detach() > 0) == (targets > 0.5)).sum())
        if output.ndim == 3:
            output, targets = output.flatten(0, 1), targets.flatten(0, 1)
        soft = targets.ndim == output.ndim
        if soft and self._ignored is not None:
            raise TrainingError(
                "An ignored class and an augmentation that mixes samples do not go together: "
                "choose one of them."
            )
        loss = losses.of_classes(
            output,
            targets,
            weight=self._weights_on(output.device) if learning else None,
            smoothing=self._settings.label_smoothing if learning else 0.0,
            ignored=self._ignored,
        )
        right = output.detach().argmax(1) == (targets.argmax(1) if soft else targets)
        if self._ignored is None:
            return Judged(loss, right.sum())
        counts = targets != self._ignored
        return Judged(loss, (right & counts).sum(), counts.sum())

    @property
    def counts_right(self) -> bool:
        """True if there is an accuracy: for classes and labels, not for numbers."""
        return self._loss not in OF_NUMBERS

    @property
    def figure_names(self) -> tuple[str, ...]:
        """The names of the figures that `figures` reads."""
        if self._loss in OF_NUMBERS:
            return ("mae", "rmse", "r2") if self._is_of_numbers else ("mae", "rmse")
        return ("macro_f1",) if self._is_of_labels else class_figure_names(self._classes)

    def figures(self, device: torch.device) -> Figures:
        """New sums of further figures, for `count`."""
        if self._loss in OF_NUMBERS:
            return NumberFigures(device, r2=self._is_of_numbers)
        if self._is_of_labels:
            return LabelFigures(len(self._answer.classes), device)
        return ClassFigures(self._classes, device, self._ignored)

    def count(self, figures: Figures, output: Rows, targets: Rows) -> None:
        """Add a batch to sums that `figures` made."""
        output, targets = first(output), first(targets)
        if self._loss in OF_NUMBERS:
            figures.add(losses.predicted(self._loss, output), targets)
        elif self._is_of_labels:
            figures.add(output, targets)
        elif self._loss == "binary_cross_entropy":  # one value for two classes
            figures.add(output.reshape(-1, 1), targets.reshape(-1).long())
        else:
            by_class = output.movedim(1, -1) if output.ndim != 3 else output
            figures.add(by_class.flatten(0, -2), targets.flatten())

    @property
    def _is_of_labels(self) -> bool:
        return self._answer.task == "labels"

    @property
    def _is_of_numbers(self) -> bool:
        return self._answer.task == "number" and not self.reconstructs

    @property
    def _classes(self) -> int:
        """Values per answer: an output may have more than there are classes."""
        if self._loss == "binary_cross_entropy":
            return 2
        return self._form[0 if len(self._form) != 2 else -1]

    def variance(self, targets: Rows) -> float | None:
        """Mean squared deviation of numeric targets from their mean, column by column."""
        if self._loss != "mse" or not self._is_of_numbers:
            return None
        numbers = first(targets)
        found = float(numbers.double().var(0, correction=0).mean()) if len(numbers) else 0.0
        return found or None

    def counted(self, output: Rows, targets: Rows) -> Tensor | None:
        """What the loss of a batch is divided by while learning (); None for its samples."""
        targets = first(targets)
        if self._loss in OF_NUMBERS or targets.ndim == first(output).ndim:
            soft_labels = self._loss == "binary_cross_entropy"
            if not soft_labels or self._class_weights is None:
                return None
            return losses.weights_of_labels(targets, self._class_weights).sum()
        weights = self._weights_on(targets.device)
        counts = torch.ones_like(targets, dtype=torch.float32)
        if self._ignored is not None:
            counts = (targets != self._ignored).float()
        if weights is not None:
            counts = torch.where(counts > 0, weights[targets.clamp(min=0)], 0.0)
        return counts.sum() if self._ignored is not None or weights is not None else None

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
        if self._loss == "gaussian_nll":
            return self._of_means_and_variances(dataset, targets)
        if self._loss == "poisson" and answer.task == "number" and bool((targets < 0).any()):
            raise TrainingError(
                f"The loss poisson needs counts from 0 on, but {dataset.info.in_sentence} has "
                "targets below 0: choose another loss."
            )
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

    def _of_means_and_variances(self, dataset: DataSet, targets: Tensor) -> Tensor:
        flat = targets.reshape(len(targets), -1)
        if self._answer.task != "number" or self._form != (2 * flat.shape[1],):
            raise TrainingError(
                "The loss gaussian_nll needs numbers to predict and two values for each of them, "
                f"a mean and the logarithm of a variance, but {dataset.info.in_sentence} asks for "
                f"{self._answer.in_sentence} and the model gives {in_words(self._form)} per sample."
            )
        return flat


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
