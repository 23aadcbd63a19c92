"""What is minimised: loss and accuracy of a model's output against the targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from nnstudio.data.answer import Answer, Form
from nnstudio.data.dataset import DataSet
from nnstudio.data.rows import Rows, first
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.symbols.article import with_article
from nnstudio.training.failures import TrainingError
from nnstudio.training.figures import Figures
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

    def figures(self, device: torch.device) -> Figures | dict[str, Figures]:
        """New sums of further figures: of the one output, or of each by name."""

    def count(self, figures: Any, output: Rows, targets: Rows) -> None:
        """Add a batch to sums that `figures` made."""

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
        self.heads = {
            name: _single(settings, dataset, asked[name], form) for name, form in forms.items()
        }
        weights = settings.weights_of_losses or (1.0,) * len(forms)
        if len(weights) != len(forms):
            raise TrainingError(
                f"{len(weights)} weights of losses are given for {len(forms)} outputs ({names})."
            )
        self._weights = dict(zip(forms, weights, strict=True))
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
