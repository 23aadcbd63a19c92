"""The epochs of a training in a table: the last one first, the best one with a star."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nnstudio.training.events import EpochDone, Metrics
from nnstudio.ui.number_text import percent
from nnstudio.ui.widgets.bar_table import BarTable, Column
from nnstudio.ui.widgets.figure import NOTHING

_ACCURACY, _R2 = (3, 4), (5, 6)
"""The columns of which those are shown that the training has figures for."""


class EpochTable(BarTable):
    """Rows are the `EpochDone` events of one training.

    Accuracy is shown where there are right answers, R² where numbers are predicted.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._best = 0
        super().__init__(
            (
                Column(
                    "Epoch",
                    lambda r: str(r.epoch),
                    lambda r: r.epoch,
                    icon=self._star,
                    tip="The star marks the best epoch by the figure that the settings choose, of "
                    "the validation (of the training where nothing is validated)",
                ),
                Column("Loss", lambda r: _loss(r.train), lambda r: r.train.loss),
                Column(
                    "Val. loss",
                    lambda r: _loss(r.validation),
                    lambda r: r.validation.loss if r.validation else None,
                    tip="Validation loss",
                ),
                Column(
                    "Accuracy",
                    lambda r: _percent(r.train),
                    lambda r: r.train.accuracy,
                    share=lambda r: r.train.accuracy,
                    tip="Share of right answers: of samples, labels, tokens or pixels",
                ),
                Column(
                    "Val. acc.",
                    lambda r: _percent(r.validation),
                    lambda r: r.validation.accuracy if r.validation else None,
                    share=lambda r: r.validation.accuracy if r.validation else None,
                    tip="Validation accuracy",
                ),
                Column(
                    "R²",
                    lambda r: _r2(r.train),
                    lambda r: r.train.r2,
                    tip="Share of the variance that is explained: 1 is exact, 0 no better than "
                    "the mean",
                ),
                Column(
                    "Val. R²",
                    lambda r: _r2(r.validation),
                    lambda r: r.validation.r2 if r.validation else None,
                    tip="R² of the validation part",
                ),
                Column(
                    "Rate",
                    lambda r: f"{r.learning_rate:.3g}",
                    lambda r: r.learning_rate,
                    tip="Learning rate",
                ),
                Column("Time", lambda r: f"{r.seconds:.1f} s", lambda r: r.seconds),
            ),
            parent,
        )
        self.setProperty("role", "card")
        self.setMinimumWidth(430)
        self.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self._show_columns(accuracy=True, r2=False)

    def add_row(self, row: EpochDone) -> None:
        """Add an epoch; the first one tells which figures there are."""
        if not self.rows():
            self._show_columns(row.train.accuracy is not None, row.train.r2 is not None)
        super().add_row(row)

    def _show_columns(self, accuracy: bool, r2: bool) -> None:
        for columns, shown in ((_ACCURACY, accuracy), (_R2, r2)):
            for column in columns:
                self.setColumnHidden(column, not shown)

    def mark_best(self, epoch: int) -> None:
        """Give an epoch the star."""
        self._best = epoch
        self.refresh()

    def clear(self) -> None:
        """Forget all epochs."""
        self._best = 0
        self.set_rows(())

    def _star(self, row: EpochDone) -> str | None:
        return "star" if row.epoch == self._best else None


def _loss(metrics: Metrics | None) -> str:
    return NOTHING if metrics is None else f"{metrics.loss:.4f}"


def _percent(metrics: Metrics | None) -> str:
    if metrics is None or metrics.accuracy is None:
        return NOTHING
    return percent(metrics.accuracy)


def _r2(metrics: Metrics | None) -> str:
    return NOTHING if metrics is None or metrics.r2 is None else f"{metrics.r2:.4f}"
