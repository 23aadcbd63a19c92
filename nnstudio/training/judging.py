"""Which epoch is the best, by the figure that was chosen, and whether to wait for a better one."""

from __future__ import annotations

from nnstudio.project.training.objective_settings import LOWER_IS_BETTER
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.batches import Batches
from nnstudio.training.events import EpochDone, Metrics
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import Objective


def deciding_metrics(done: EpochDone) -> Metrics:
    """Metrics that judge an epoch: of the validation, or of the training where there is none."""
    return done.validation or done.train


def is_better(done: EpochDone, best: EpochDone | None, settings: TrainingSettings) -> bool:
    """Whether an epoch beats the best before it; one without the figure beats none but no one."""
    return best is None or _rank(done, settings) < _rank(best, settings)


def has_waited_enough(
    last: EpochDone | None, best: EpochDone | None, settings: TrainingSettings
) -> bool:
    """True if `early_stopping` epochs have brought nothing better."""
    if last is None or best is None or settings.early_stopping is None:
        return False
    return last.epoch - best.epoch >= settings.early_stopping


def _rank(done: EpochDone, settings: TrainingSettings) -> float:
    figure = deciding_metrics(done).figure(settings.best_by)
    if figure is None:
        return float("inf")
    return figure if settings.best_by in LOWER_IS_BETTER else -figure


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
