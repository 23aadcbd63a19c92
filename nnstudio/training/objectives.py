"""What is minimised: loss and accuracy of a model's output against the targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from nnstudio.data.answer import Answer, Form
from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, count, first
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.symbols.article import with_article
from nnstudio.training.failures import TrainingError
from nnstudio.training.figures import AnyFigures, Figures, FiguresWithLosses
from nnstudio.training.single_objective import Judged, SingleObjective


class Objective(Protocol):
    """Loss, averaged over the batch, and for classes and labels the number of right answers.

    answers: how many answers a sample has, one for each token, pixel or label. reconstructs: the
    targets are the inputs, as the model got them.
    """

    answers: int
    reconstructs: bool

    def targets(self, dataset: DataSet) -> Rows:
        """The targets as `measure` takes them, one row per sample."""

    def measure(self, output: Rows, targets: Rows, *, learning: bool = False) -> Judged:
        """Mean loss () and, for classes and labels, the number of right answers ().

        learning: as it is minimised, with label smoothing and class weights.
        """

    @property
    def counts_right(self) -> bool:
        """Whether answers are right or wrong, so that there is an accuracy."""

    @property
    def figure_names(self) -> tuple[str, ...]:
        """The names of the figures that `count` gathers."""

    def figures(self, device: torch.device) -> AnyFigures:
        """New sums of further figures: of the one output, or of each by name."""

    def count(self, figures: Any, output: Rows, targets: Rows) -> None:
        """Add a batch to sums that `figures` made."""

    def variance(self, targets: Rows) -> float | None:
        """Mean squared deviation of numeric targets from their mean; None for other targets."""


Make = Callable[[TrainingSettings, Form, Answer, Tensor | None], SingleObjective]
"""Makes the objective of one output."""


def objective_for(
    settings: TrainingSettings,
    dataset: DataSet,
    output: Rows,
    losses: Sequence[str] = (),
    make: Make = SingleObjective,
) -> Objective:
    """Objective of a model that gave `output` for a few samples; `losses` are such themselves.

    Raises `TrainingError` if loss, data and output do not go together.
    """
    if isinstance(output, Tensor):
        form = tuple(output.shape[1:])
        return _single(settings, dataset, dataset.info.answers[0], form, make)
    weights = _weights(settings, tuple(output))
    forms = {name: tuple(rows.shape[1:]) for name, rows in output.items() if name not in losses}
    if not losses:
        return HeadsObjective(settings, dataset, forms, weights, make)
    compared: Objective
    if len(forms) == 1:
        ((name, form),) = forms.items()
        compared = _single(settings, dataset, dataset.info.answers[0], form, make)
    else:
        compared, name = HeadsObjective(settings, dataset, forms, weights, make), ""
    return WithLosses(compared, name, {loss: weights[loss] for loss in losses}, weights.get(name))


def _weights(settings: TrainingSettings, names: Sequence[str]) -> dict[str, float]:
    weights = settings.weights_of_losses or (1.0,) * len(names)
    if len(weights) != len(names):
        raise TrainingError(
            f"{len(weights)} weights of losses are given for {len(names)} outputs "
            f"({', '.join(names)})."
        )
    return dict(zip(names, weights, strict=True))


def _single(
    settings: TrainingSettings, dataset: DataSet, answer: Answer, form: Form, make: Make
) -> SingleObjective:
    weights = dataset.class_weights.get(answer.name)
    device = first(dataset.inputs).device
    return make(settings, form, answer, None if weights is None else weights.to(device))


class HeadsObjective:
    """Of several outputs by name: the weighted sum of their losses; right is the first's answer."""

    reconstructs = False

    def __init__(
        self,
        settings: TrainingSettings,
        dataset: DataSet,
        forms: Mapping[str, Form],
        weights: Mapping[str, float],
        make: Make = SingleObjective,
    ) -> None:
        """forms: of each output for one sample; weights: of its loss.

        Raises `TrainingError` if one has no target.
        """
        asked = {answer.name: answer for answer in dataset.info.answers}
        names = ", ".join(forms)
        if not set(forms) <= set(asked):
            has = ", ".join(name for name in asked if name) or "one target"
            raise TrainingError(
                f"The model has {len(forms)} outputs ({names}): training needs a model with one, "
                f"or data with a target for each; {dataset.info.in_sentence} has {has}."
            )
        self.heads = {
            name: _single(settings, dataset, asked[name], form, make)
            for name, form in forms.items()
        }
        self._weights = {name: weights[name] for name in forms}
        self.answers = next(iter(self.heads.values())).answers

    def targets(self, dataset: DataSet) -> Rows:
        """The targets of each head, as `measure` takes them."""
        return {name: head.targets(dataset) for name, head in self.heads.items()}

    def measure(self, output: Rows, targets: Rows, *, learning: bool = False) -> Judged:
        """Sum of mean losses times weights (), and the right answers of the first head ()."""
        assert not isinstance(output, Tensor)
        assert not isinstance(targets, Tensor)
        judged = {
            name: head.measure(output[name], targets[name], learning=learning)
            for name, head in self.heads.items()
        }
        losses = [self._weights[name] * one.loss for name, one in judged.items()]
        main = next(iter(judged.values()))
        return Judged(torch.stack(losses).sum(), main.right, main.answered)

    @property
    def counts_right(self) -> bool:
        """True if the answers of the first output are right or wrong."""
        return next(iter(self.heads.values())).counts_right

    @property
    def figure_names(self) -> tuple[str, ...]:
        """Those of the first output, by which epochs can be compared."""
        return next(iter(self.heads.values())).figure_names

    def figures(self, device: torch.device) -> dict[str, Figures]:
        """New sums of each output."""
        return {name: head.figures(device) for name, head in self.heads.items()}

    def count(self, figures: Any, output: Rows, targets: Rows) -> None:
        """Add a batch to the sums of each output."""
        assert not isinstance(output, Tensor)
        assert not isinstance(targets, Tensor)
        for name, head in self.heads.items():
            head.count(figures[name], output[name], targets[name])

    def variance(self, targets: Rows) -> float | None:
        """None: the losses of several outputs are one sum."""
        return None


class WithLosses:
    """What is compared with the data, and losses that the model computes itself.

    The objective is the weighted sum of the compared one and of the mean of each loss.
    """

    def __init__(
        self, compared: Objective, name: str, losses: Mapping[str, float], weight: float | None
    ) -> None:
        """name: of the only output that is compared, "" of several. losses: weights by name.

        weight: of the compared one; None where its own losses have theirs.
        """
        self._compared = compared
        self._name = name
        self._losses = losses
        self._weight = 1.0 if weight is None else weight
        self.reconstructs = False
        self.answers = compared.answers

    def targets(self, dataset: DataSet) -> Rows:
        """Those of what is compared."""
        targets = self._compared.targets(dataset)
        self.reconstructs = self._compared.reconstructs
        return targets

    def measure(self, output: Rows, targets: Rows, *, learning: bool = False) -> Judged:
        """The weighted sum (), and the right answers of what is compared ()."""
        judged = self._compared.measure(self._rest(output), targets, learning=learning)
        loss = judged.loss if self._weight == 1.0 else self._weight * judged.loss
        for name, mean in self._means(output).items():
            loss = loss + self._losses[name] * mean
        return judged._replace(loss=loss)

    @property
    def counts_right(self) -> bool:
        """True if the answers of what is compared are right or wrong."""
        return self._compared.counts_right

    @property
    def figure_names(self) -> tuple[str, ...]:
        """Those of what is compared."""
        return self._compared.figure_names

    def figures(self, device: torch.device) -> FiguresWithLosses:
        """New sums of what is compared and of each loss."""
        return FiguresWithLosses(self._compared.figures(device), tuple(self._losses), device)

    def count(self, figures: FiguresWithLosses, output: Rows, targets: Rows) -> None:
        """Add a batch to sums that `figures` made."""
        self._compared.count(figures.compared, self._rest(output), targets)
        figures.add_losses(self._means(output), count(targets))

    def variance(self, targets: Rows) -> float | None:
        """None: losses are no share of it."""
        return None

    def _means(self, output: Rows) -> dict[str, Tensor]:
        assert not isinstance(output, Tensor)
        return {name: output[name].mean() for name in self._losses}

    def _rest(self, output: Rows) -> Rows:
        assert not isinstance(output, Tensor)
        if self._name:
            return output[self._name]
        return {name: rows for name, rows in output.items() if name not in self._losses}


def answers(output: Any, batch_axis: int = 0, losses: Sequence[str] = ()) -> Rows:
    """The model's output or outputs, samples first; TrainingError if they are no tensors.

    losses: names of outputs that are losses, which stay as they are.
    """
    if isinstance(output, dict) and output:
        return {
            str(name): _loss(rows) if name in losses else _with_samples_first(rows, batch_axis)
            for name, rows in output.items()
        }
    return _with_samples_first(output, batch_axis)


def compared(output: Rows, losses: Sequence[str]) -> Rows:
    """What of `answers` is compared with the data: the tensor alone where it is one."""
    if isinstance(output, Tensor) or not losses:
        return output
    rest = {name: rows for name, rows in output.items() if name not in losses}
    return rest if len(rest) > 1 else first(rest)


def _loss(output: Any) -> Tensor:
    if not isinstance(output, Tensor) or output.ndim > 1:
        raise TrainingError("A loss of the model's own must be one number, or one for each sample.")
    return output


def _with_samples_first(output: Any, batch_axis: int) -> Tensor:
    if not isinstance(output, Tensor):
        raise TrainingError(
            f"The model returns {with_article(type(output).__name__)}: "
            "training needs one tensor per output."
        )
    if output.ndim <= batch_axis:
        raise TrainingError("The model returns a single number: expected one row per sample.")
    return output.movedim(batch_axis, 0) if batch_axis else output
