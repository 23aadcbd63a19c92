"""Which epoch is the best, by the figure that was chosen, and whether to wait for a better one."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.project.training.objective_settings import LOWER_IS_BETTER
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.batches import Batches
from nnstudio.training.events import EpochDone, Metrics
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import Objective


def deciding_metrics(done: EpochDone) -> Metrics:
    """Metrics that judge an epoch: of the validation, or of the training where there is none."""
    return done.validation or done.train


def best_of(history: Sequence[EpochDone], settings: TrainingSettings) -> EpochDone | None:
    """The first of the best epochs; one whose figure is missing is worse than any other."""
    sign = 1.0 if settings.best_by in LOWER_IS_BETTER else -1.0

    def rank(done: EpochDone) -> float:
        figure = deciding_metrics(done).figure(settings.best_by)
        return float("inf") if figure is None else sign * figure

    return min(history, key=rank, default=None)


def has_waited_enough(history: Sequence[EpochDone], settings: TrainingSettings) -> bool:
    """True if `early_stopping` epochs have brought nothing better."""
    best, patience = best_of(history, settings), settings.early_stopping
    return best is not None and patience is not None and history[-1].epoch - best.epoch >= patience


def refuse_missing_figure(
    settings: TrainingSettings, objective: Objective, train: Batches, validates: bool
) -> None:
    """Raise `TrainingError` if epochs are to be compared by what this training does not have.

    train: what is trained on. validates: whether there are samples to validate with.
    """
    wanted = settings.best_by
    always = ["loss"]
    if objective.counts_right:
        always.append("accuracy")
    if train.variance is not None:
        always.append("r2")
    has = list(dict.fromkeys([*always, *objective.figure_names]))
    if wanted not in has:
        raise TrainingError(
            f"Epochs cannot be compared by {wanted}: this training has {', '.join(has)}."
        )
    if not validates and wanted not in always:
        raise TrainingError(
            f"Epochs are compared by {wanted} of the validation, but there are no samples to "
            "validate with: set a share for it, or compare by the loss."
        )
