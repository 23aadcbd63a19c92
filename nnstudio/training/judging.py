"""Which epoch is the best, by the figure that was chosen, and whether to wait for a better one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from nnstudio.project.training.objective_settings import LOWER_IS_BETTER
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.batches import Batches
from nnstudio.training.events import Completed, EpochDone, Metrics
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import Objective


def deciding_metrics(done: EpochDone) -> Metrics:
    """Metrics that judge an epoch: of the validation, or of the training where there is none."""
    return done.validation or done.train


class Judge:
    """Remembers the best epoch and the last one, which decide whether to wait for a better one."""

    def __init__(self, settings: TrainingSettings) -> None:
        self._settings = settings
        self.best: EpochDone | None = None
        self.last: EpochDone | None = None

    def take(self, done: EpochDone) -> EpochDone:
        """The epoch, marked as the best if it beats all before it.

        One without the figure that decides beats none but no one.
        """
        if self.best is None or _rank(done, self._settings) < _rank(self.best, self._settings):
            self.best = done = replace(done, best=True)
        self.last = done
        return done

    @property
    def has_waited_enough(self) -> bool:
        """True if `early_stopping` epochs have brought nothing better."""
        patience = self._settings.early_stopping
        if self.last is None or self.best is None or patience is None:
            return False
        return self.last.epoch - self.best.epoch >= patience

    def completed(self, epochs: int, seconds: float) -> Completed:
        """The event at the end of so many epochs."""
        best, last = self.best, self.last
        return Completed(
            epochs=epochs,
            seconds=seconds,
            best_epoch=best.epoch if best else 0,
            best=deciding_metrics(best) if best else None,
            last=deciding_metrics(last) if last else None,
            best_by=self._settings.best_by,
        )

    def state(self) -> dict[str, Any]:
        """Both, as JSON values."""
        return {
            "best": self.best.to_json() if self.best else None,
            "last": self.last.to_json() if self.last else None,
        }


def _rank(done: EpochDone, settings: TrainingSettings) -> float:
    figure = deciding_metrics(done).figure(settings.best_by)
    if figure is None:
        return float("inf")
    return figure if settings.best_by in LOWER_IS_BETTER else -figure


def refuse_no_number(loss: float, epoch: int, step: int) -> None:
    """Raise `TrainingError` for a loss that is infinite or no number, `step` steps into `epoch`."""
    if not math.isfinite(loss):
        raise TrainingError(
            f"The loss became {loss} in epoch {epoch}, by step {step:,}: "
            "try a lower learning rate, or clip the gradients."
        )


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
